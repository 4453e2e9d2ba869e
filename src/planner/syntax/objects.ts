import { notSupported } from '../../core/index.ts';
import { viewOptions } from './create-view.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { AlterOnErrorTree, CommentTree, DropTree, RenameTree } from './tree.ts';

const ownKinds = ['source', 'connection', 'secret'] as const;
type OwnKind = (typeof ownKinds)[number];

const acceptOwnKind = (cursor: TokenCursor): OwnKind | undefined => ownKinds.find((kind) => cursor.accept(kind));

function refuseSinksAndClusters(cursor: TokenCursor, verb: string): void {
  const words = cursor.acceptOneOf('sink', 'cluster');
  if (words !== undefined) throw notSupported(`${verb} ${words.toUpperCase()}`, 'There are no sinks and no clusters.', cursor.positionOf(cursor.tokens[cursor.first]));
}

/** `DROP {SOURCE | CONNECTION | SECRET} [IF EXISTS] name, ... [CASCADE | RESTRICT]` */
export function parseDrop(cursor: TokenCursor): DropTree | undefined {
  cursor.expect('drop');
  refuseSinksAndClusters(cursor, 'DROP');
  const what = acceptOwnKind(cursor);
  if (what === undefined) return undefined;
  const ifExists = cursor.ifExists();
  const names = cursor.list(() => cursor.name());
  const cascade = cursor.accept('cascade');
  if (!cascade) cursor.accept('restrict');
  cursor.expectEnd();
  return { kind: 'drop', what, names, ifExists, cascade };
}

/** `ALTER {SOURCE | CONNECTION | SECRET} name RENAME TO name`, `ALTER MATERIALIZED VIEW name {SET | RESET} (ON ERROR ...)` */
export function parseAlter(cursor: TokenCursor): RenameTree | AlterOnErrorTree | undefined {
  cursor.expect('alter');
  refuseSinksAndClusters(cursor, 'ALTER');
  if (cursor.accept('materialized view') || cursor.accept('view')) return parseAlterOnError(cursor);
  const what = acceptOwnKind(cursor);
  if (what === undefined) return undefined;
  const ifExists = cursor.ifExists();
  const name = cursor.name();
  if (!cursor.accept('rename to')) {
    const position = cursor.position;
    throw notSupported(`ALTER ${what.toUpperCase()} ... ${cursor.identifier().toUpperCase()}`, `Only RENAME TO is; otherwise drop the ${what} and make it again.`, position);
  }
  const to = cursor.identifier();
  cursor.expectEnd();
  return { kind: 'rename', what, name, ifExists, to };
}

function parseAlterOnError(cursor: TokenCursor): AlterOnErrorTree | undefined {
  const ifExists = cursor.ifExists();
  const name = cursor.name();
  const action = cursor.acceptOneOf('set', 'reset');
  if (action === undefined || !cursor.seesMark('(')) return undefined;
  const options = cursor.options(viewOptions);
  cursor.expectEnd();
  return { kind: 'alterOnError', name, ifExists, reset: action === 'reset', options };
}

/** `COMMENT ON {SOURCE | CONNECTION | SECRET} name IS {'text' | NULL}` */
export function parseComment(cursor: TokenCursor): CommentTree | undefined {
  cursor.expect('comment on');
  const what = acceptOwnKind(cursor);
  if (what === undefined) return undefined;
  const name = cursor.name();
  cursor.expect('is');
  const comment = cursor.accept('null') ? null : cursor.string();
  cursor.expectEnd();
  return { kind: 'comment', what, name, comment };
}
