import { SqlError } from '../../core/index.ts';
import type { Token } from './tokens.ts';

/** One mebibyte: rows beyond that are what COPY is for. */
export const MAX_STATEMENT_LENGTH = 1 << 20;

/**
 * How deep a statement's tree may be. The grammar's own memory fails at about 2,000 nested subqueries and 7,000 chained operators;
 * the planner walks the tree by recursion, a few frames an operator and four times as many a subquery.
 */
export const MAX_DEPTH = 1000;
const QUERY_LEVELS = 4;
const queryWords = new Set(['select', 'with', 'values', 'table']);

export function checkLength(text: string): void {
  if (text.length > MAX_STATEMENT_LENGTH)
    throw new SqlError('54001', 'statement is too long', {
      detail: `It has ${text.length} characters; at most ${MAX_STATEMENT_LENGTH} are accepted.`,
      hint: 'Load many rows by COPY ... FROM STDIN, or cut the statement into several.',
    });
}

/** Words that begin a part of a statement in which a new chain of operators begins. AND and OR are here since their lists are flat in the tree. */
const chainBreakers = new Set(['and', 'or', 'select', 'from', 'where', 'group', 'having', 'order', 'limit', 'offset', 'on', 'values', 'set', 'returning', 'when', 'then', 'else', 'as', 'with']);
/** Words that nest the whole query or join before them, and that no other word undoes. */
const nestingWords = new Set(['union', 'except', 'intersect', 'join']);
const chainWords = new Set(['not', 'is', 'like', 'ilike', 'collate', 'at', 'similar']);

interface Level {
  /** operators since the last comma or clause */
  chain: number;
  /** joins and set operations so far */
  nested: number;
}

const isQuery = (token: Token | undefined): boolean => token?.kind === 'word' && queryWords.has(token.value);

/** Refuses a statement whose tree would be deeper than `MAX_DEPTH`, judged by its tokens: brackets and CASE nest, operators chain. */
export function checkDepth(tokens: readonly Token[], positionOf: (token: Token) => number): void {
  const outer: { readonly level: Level; readonly depth: number }[] = [];
  let level: Level = { chain: 0, nested: 0 };
  let below = 0;
  const open = (levels: number): void => {
    outer.push({ level, depth: below });
    below += level.chain + level.nested + levels;
    level = { chain: 0, nested: 0 };
  };
  const close = (): void => {
    const enclosing = outer.pop();
    if (!enclosing) return;
    level = enclosing.level;
    below = enclosing.depth;
  };
  for (const [i, token] of tokens.entries()) {
    if (token.kind === 'operator') level.chain++;
    else if (token.kind === 'mark') {
      if (token.value === '(' || token.value === '[') open(isQuery(tokens[i + 1]) ? QUERY_LEVELS : 1);
      else if (token.value === ')' || token.value === ']') close();
      else if (token.value === '::') level.chain++;
      else if (token.value === ',') level.chain = 0;
    } else if (token.kind === 'word') {
      if (token.value === 'case') open(1);
      else if (token.value === 'end') close();
      else if (nestingWords.has(token.value)) level.nested++;
      else if (chainWords.has(token.value)) level.chain++;
      else if (chainBreakers.has(token.value)) level.chain = 0;
    }
    if (below + level.chain + level.nested > MAX_DEPTH)
      throw new SqlError('54001', 'statement is too deeply nested', {
        hint: `At most ${MAX_DEPTH} levels of brackets, CASE, joins, set operations and chained operators, and a quarter as many subqueries, are accepted. Break the statement up, by WITH or by views.`,
        position: positionOf(token),
      });
  }
}
