import { InvariantError } from '../../core/index.ts';
import { refuseCluster } from './create-source.ts';
import type { Fragments } from './fragment.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { CreateMaterializedViewTree, CreateViewTree, StatementOption } from './tree.ts';
import { queryBehindAs } from './wrap-node.ts';

/** `CREATE VIEW IF NOT EXISTS ...`, which Postgres does not have; without those words it is Postgres'. */
export function parseViewIfNotExists(cursor: TokenCursor, fragments: Fragments): CreateViewTree | undefined {
  cursor.expect('create view');
  const start = cursor.index;
  if (!cursor.ifNotExists()) return undefined;
  const node = fragments.without(cursor, [start, cursor.index]);
  if (!('ViewStmt' in node)) throw new InvariantError(`CREATE VIEW became ${Object.keys(node).join()}`);
  return { kind: 'createView', node: node.ViewStmt, ifNotExists: true, query: queryBehindAs(cursor) };
}

/** Options of ours in WITH (...); others (fillfactor, ...) are left to Postgres' grammar. */
export const viewOptions = ['ON ERROR'] as const;

/** Reads `WITH (ON ERROR = ...)` at the cursor, if the options are ours. */
export function acceptViewOptions(cursor: TokenCursor): StatementOption[] | undefined {
  return cursor.accept('with') ? cursor.options(viewOptions) : undefined;
}

/** `CREATE [OR REPLACE] MATERIALIZED VIEW [IF NOT EXISTS] name [(columns)] [WITH (ON ERROR = 'skip')] AS SELECT ...` */
export function parseMaterializedView(cursor: TokenCursor, fragments: Fragments): CreateMaterializedViewTree {
  cursor.expect('create');
  const replaceAt = cursor.index;
  const orReplace = cursor.accept('or replace');
  const replaceEnd = cursor.index;
  cursor.expect('materialized view');
  cursor.ifNotExists();
  cursor.name();
  if (cursor.seesMark('(')) cursor.skipBrackets();
  refuseCluster(cursor);
  const withAt = cursor.index;
  const options = acceptViewOptions(cursor) ?? [];
  const node = fragments.without(cursor, [replaceAt, replaceEnd], [withAt, cursor.index]);
  if (!('CreateTableAsStmt' in node)) throw new InvariantError(`CREATE MATERIALIZED VIEW became ${Object.keys(node).join()}`);
  return { kind: 'createMaterializedView', node: node.CreateTableAsStmt, orReplace, options, query: queryBehindAs(cursor) };
}
