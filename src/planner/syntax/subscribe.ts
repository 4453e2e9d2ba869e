import type { Node } from '@pgsql/types';
import { InvariantError, notSupported } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import { parseStatement } from './parser.ts';
import { TokenCursor } from './token-cursor.ts';
import type { CopySubscribeTree, DeclareTree, FetchTree, SubscribeTree } from './tree.ts';

/**
 * `SUBSCRIBE [TO] {relation | (SELECT)} [ENVELOPE {UPSERT | DEBEZIUM} (KEY (...))] [WITH (SNAPSHOT, PROGRESS)] [AS OF [AT LEAST] t] [UP TO t]`;
 * TAIL is its name of 2022.
 */
export function parseSubscribe(cursor: TokenCursor, fragments: Fragments): SubscribeTree {
  return parseSubscribeUntil(cursor, fragments, cursor.tokens.length);
}

function parseSubscribeUntil(cursor: TokenCursor, fragments: Fragments, end: number): SubscribeTree {
  cursor.expect('subscribe|tail');
  cursor.accept('to');
  const target = parseTarget(cursor, fragments);
  let envelope: SubscribeTree['envelope'] = { kind: 'none' };
  let options: SubscribeTree['options'] = [];
  let asOf: SubscribeTree['asOf'] = null;
  let upTo: SubscribeTree['upTo'] = null;
  while (cursor.index < end) {
    if (cursor.sees('envelope')) envelope = parseEnvelope(cursor);
    else if (cursor.accept('with')) options = cursor.options(['SNAPSHOT', 'PROGRESS']);
    else if (cursor.accept('as of')) {
      const atLeast = cursor.accept('at least');
      asOf = { value: parseTime(cursor, fragments, end), atLeast };
    } else if (cursor.accept('up to')) upTo = parseTime(cursor, fragments, end);
    else if (cursor.sees('within timestamp order by')) throw notSupported('WITHIN TIMESTAMP ORDER BY', 'Rows of one timestamp come in no particular order.', cursor.position);
    else throw cursor.syntaxError();
  }
  return { kind: 'subscribe', target, options, envelope, asOf, upTo };
}

function parseTarget(cursor: TokenCursor, fragments: Fragments): SubscribeTree['target'] {
  if (!cursor.seesMark('(')) return { kind: 'name', name: cursor.name() };
  const start = cursor.index;
  cursor.skipBrackets();
  return { kind: 'query', node: fragments.select(cursor, start, cursor.index) };
}

function parseEnvelope(cursor: TokenCursor): SubscribeTree['envelope'] {
  const position = cursor.position;
  cursor.expect('envelope');
  const kind = cursor.acceptOneOf('upsert', 'debezium');
  if (kind !== 'upsert' && kind !== 'debezium') throw cursor.syntaxError();
  cursor.expectMark('(');
  cursor.expect('key');
  const key = cursor.parenthesized(() => cursor.name());
  cursor.expectMark(')');
  return { kind, key, position };
}

/** An expression up to the next clause of SUBSCRIBE. */
function parseTime(cursor: TokenCursor, fragments: Fragments, end: number): Node {
  const start = cursor.index;
  const clause = cursor.findOutsideBrackets((ahead) => ahead.sees('as of') || ahead.sees('up to') || ahead.sees('with|envelope|within'));
  cursor.index = Math.min(clause, end);
  return fragments.expression(cursor, start, cursor.index);
}

/** `COPY (SUBSCRIBE ...) TO STDOUT [WITH (...)]`; any other COPY is Postgres'. The grammar is shown the shortest query there is in its place. */
export function parseCopySubscribe(cursor: TokenCursor, fragments: Fragments): CopySubscribeTree | undefined {
  cursor.expect('copy');
  const open = cursor.index;
  if (!cursor.acceptMark('(') || !cursor.sees('subscribe|tail')) return undefined;
  const start = cursor.index;
  cursor.index = open;
  cursor.skipBrackets();
  const close = cursor.index - 1;
  cursor.index = start;
  const subscribe = parseSubscribeUntil(cursor, fragments, close);
  const node = fragments.replacing(cursor, start, close, 'SELECT');
  if (!('CopyStmt' in node)) throw new InvariantError(`COPY became ${Object.keys(node).join()}`);
  const { is_from: isFrom, filename, is_program: isProgram, options = [] } = node.CopyStmt;
  if (isFrom === true || filename !== undefined || isProgram === true) throw notSupported('COPY (SUBSCRIBE ...) to anything but STDOUT', 'Write COPY (SUBSCRIBE ...) TO STDOUT.', cursor.positionOf(cursor.tokens[close + 1]));
  return { kind: 'copySubscribe', subscribe, options };
}

/** `DECLARE c CURSOR FOR SUBSCRIBE ...`; any other DECLARE is Postgres'. */
export function parseDeclareSubscribe(cursor: TokenCursor, fragments: Fragments): DeclareTree | undefined {
  cursor.expect('declare');
  const name = cursor.identifier();
  const start = cursor.findOutsideBrackets((ahead) => ahead.sees('for')) + 1;
  cursor.index = start;
  if (!cursor.sees('subscribe|tail')) return undefined;
  const inner = parseStatement(new TokenCursor(cursor.text, cursor.tokens, start), fragments);
  const node = fragments.replacing(cursor, start, cursor.tokens.length, 'SELECT');
  if (!('DeclareCursorStmt' in node)) throw new InvariantError(`DECLARE became ${Object.keys(node).join()}`);
  return { kind: 'declare', name, flags: node.DeclareCursorStmt.options ?? 0, inner };
}

/** `FETCH n c WITH (TIMEOUT = '1s')`; without WITH it is Postgres'. */
export function parseFetchWithOptions(cursor: TokenCursor, fragments: Fragments): FetchTree | undefined {
  const start = cursor.findOutsideBrackets((ahead) => ahead.sees('with'));
  if (start >= cursor.tokens.length) return undefined;
  cursor.index = start + 1;
  const options = cursor.options(['TIMEOUT']);
  cursor.expectEnd();
  const node = fragments.without(cursor, [start, cursor.tokens.length]);
  if (!('FetchStmt' in node)) throw new InvariantError(`FETCH became ${Object.keys(node).join()}`);
  return { kind: 'fetch', node: node.FetchStmt, options };
}
