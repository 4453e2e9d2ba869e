import { notSupported } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import { parseStatement } from './parser.ts';
import { TokenCursor } from './token-cursor.ts';
import type { ExplainTree } from './tree.ts';

const stages = ['raw', 'decorrelated', 'optimized', 'physical'] as const;
const hint = 'There are EXPLAIN [RAW | DECORRELATED | OPTIMIZED | PHYSICAL] PLAN FOR a query or view.';

/** `EXPLAIN [stage] PLAN [AS TEXT] FOR {statement | [MATERIALIZED] VIEW name}`, and Postgres' `EXPLAIN [ANALYZE] [VERBOSE] statement` and `EXPLAIN (options) statement`, where the statement may be `[MATERIALIZED] VIEW name` too */
export function parseExplain(cursor: TokenCursor, fragments: Fragments): ExplainTree {
  cursor.expect('explain');
  const position = cursor.position;
  const stage = stages.find((word) => cursor.accept(`${word} plan`)) ?? null;
  if (stage === null && !cursor.accept('plan')) return parsePlainExplain(cursor, fragments, position);
  if (cursor.sees('with')) throw notSupported('EXPLAIN ... PLAN WITH', hint, cursor.position);
  if (cursor.accept('as') && !cursor.accept('text')) throw notSupported('EXPLAIN ... AS JSON', 'Plans are shown as text.', cursor.position);
  cursor.expect('for');
  return { kind: 'explain', stage, analyze: false, options: [], target: parseExplained(cursor, fragments) };
}

function parsePlainExplain(cursor: TokenCursor, fragments: Fragments, position: number): ExplainTree {
  for (const what of ['timestamp', 'filter pushdown', 'typed plan', 'query graph', 'schema', 'key schema', 'value schema'])
    if (cursor.sees(what)) throw notSupported(`EXPLAIN ${what.toUpperCase()}`, hint, position);
  if (cursor.seesMark('(') && !cursorSeesQuery(cursor)) {
    cursor.skipBrackets();
    const node = fragments.replacing(cursor, cursor.index, cursor.tokens.length, 'SELECT');
    const options = 'ExplainStmt' in node ? (node.ExplainStmt.options ?? []) : [];
    cursor.accept('for');
    return { kind: 'explain', stage: null, analyze: false, options, target: parseExplained(cursor, fragments) };
  }
  const analyze = cursor.accept('analyze') || cursor.accept('analyse');
  cursor.accept('verbose');
  if (analyze) cursor.accept('for');
  return { kind: 'explain', stage: null, analyze, options: [], target: parseExplained(cursor, fragments) };
}

/** `EXPLAIN (SELECT 1)`: the bracket opens a query, not options */
const cursorSeesQuery = (cursor: TokenCursor): boolean => {
  const next = cursor.peek(1);
  return next?.kind === 'mark' || (next?.kind === 'word' && ['select', 'with', 'values', 'table'].includes(next.value));
};

function parseExplained(cursor: TokenCursor, fragments: Fragments): ExplainTree['target'] {
  if (cursor.accept('materialized view') || cursor.accept('view')) {
    const name = cursor.name();
    cursor.expectEnd();
    return { kind: 'view', name };
  }
  if (cursor.sees('index')) throw notSupported('EXPLAIN ... FOR INDEX', hint, cursor.position);
  if (cursor.atEnd) throw cursor.syntaxError();
  return { kind: 'statement', statement: parseStatement(new TokenCursor(cursor.text, cursor.tokens, cursor.index), fragments) };
}
