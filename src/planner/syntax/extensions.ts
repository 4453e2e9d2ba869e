import { notSupported } from '../../core/index.ts';
import { parseConnection, parseSecret } from './create-connection.ts';
import { parseCreateSource } from './create-source.ts';
import { parseCreateTable, parseDefaultIndex, parseViewsFromSource } from './create-relations.ts';
import { parseMaterializedView, parseViewIfNotExists } from './create-view.ts';
import { parseCopySubscribe, parseDeclareSubscribe, parseFetchWithOptions, parseSubscribe } from './subscribe.ts';
import { parseExplain } from './explain.ts';
import type { Fragments } from './fragment.ts';
import { parseAlter, parseComment, parseDrop } from './objects.ts';
import { parseShow } from './show.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { StatementTree } from './tree.ts';

/** Reads a statement whose leading words the cursor stands at; undefined where it is Postgres' after all. */
type ParseExtension = (cursor: TokenCursor, fragments: Fragments) => StatementTree | undefined;

const refuse = (feature: string, hint: string): ParseExtension => (cursor) => {
  throw notSupported(feature, hint, cursor.positionOf(cursor.tokens[cursor.first]));
};

const oneServer = 'There is one process and no clusters to manage; leave IN CLUSTER out.';

/** Leading words, and who reads what begins with them. The first that matches and does not decline wins. */
const extensions: readonly (readonly [words: string, parse: ParseExtension])[] = [
  ['create source', parseCreateSource],
  ['create materialized source', parseCreateSource],
  ['create views', parseViewsFromSource],
  ['create materialized views', parseViewsFromSource],
  ['create temp|temporary views', refuse('CREATE TEMPORARY VIEWS', 'Make them without TEMPORARY and drop them when done.')],
  ['create secret', parseSecret],
  ['create connection', parseConnection],
  ['create sink', refuse('CREATE SINK', 'Read the view by SUBSCRIBE, or COPY (SUBSCRIBE ...) TO STDOUT.')],
  ['create cluster', refuse('CREATE CLUSTER', oneServer)],
  ['create view', parseViewIfNotExists],
  ['create materialized view', parseMaterializedView],
  ['create or replace materialized view', parseMaterializedView],
  ['create default index', parseDefaultIndex],
  ['create table', parseCreateTable],
  ['alter', parseAlter],
  ['drop', parseDrop],
  ['comment on', parseComment],
  ['show', parseShow],
  ['explain', parseExplain],
  ['subscribe|tail', parseSubscribe],
  ['copy', parseCopySubscribe],
  ['declare', parseDeclareSubscribe],
  ['fetch', parseFetchWithOptions],
];

/** The statement at the cursor if it is one of ours, or one of Postgres' with a part that its grammar does not know. */
export function parseExtension(cursor: TokenCursor, fragments: Fragments): StatementTree | undefined {
  for (const [words, parse] of extensions) {
    if (!cursor.sees(words)) continue;
    const tree = parse(cursor, fragments);
    if (tree !== undefined) return tree;
    cursor.index = cursor.first;
  }
  return undefined;
}
