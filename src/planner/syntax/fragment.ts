import type { Node, SelectStmt } from '@pgsql/types';
import { InvariantError, SqlError } from '../../core/index.ts';
import { blank, characterThroughBlanks } from './characters.ts';
import { GrammarError } from './postgres-grammar.ts';
import type { PostgresGrammar } from './postgres-grammar.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * Parts of our statements that Postgres' grammar reads: the rest of the text is blanked out byte by byte, so that every location
 * in the tree, and every error's position, counts in the whole statement.
 */
export class Fragments {
  readonly #grammar: PostgresGrammar;

  constructor(grammar: PostgresGrammar) {
    this.#grammar = grammar;
  }

  /** The statements of `text`; positions of errors count in `original`, from which `text` came by blanking. */
  parse(text: string, original: string): Node[] {
    try {
      return this.#grammar.parse(text);
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error;
      const position = error.character === undefined ? undefined : characterThroughBlanks(original, text, error.character) + 1;
      throw new SqlError(error.code, error.message, { position, ...(error.hint !== undefined && { hint: error.hint }) });
    }
  }

  /** All that stands from the cursor's statement on, to the end of the text. */
  from(cursor: TokenCursor): Node[] {
    const start = cursor.first === 0 ? 0 : cursor.tokens[cursor.first]!.start;
    return this.parse(blank(cursor.text.slice(0, start)) + cursor.text.slice(start), cursor.text);
  }

  /** The cursor's statement with tokens [start, end) of each of `cuts` (in order) blanked out. */
  without(cursor: TokenCursor, ...cuts: readonly (readonly [number, number])[]): Node {
    let text = '';
    let kept = 0;
    for (const [start, end] of [[0, cursor.first] as const, ...cuts]) {
      if (end <= start) continue;
      const from = cursor.tokens[start]!.start;
      const to = cursor.tokens[end - 1]!.end;
      text += cursor.text.slice(kept, from) + blank(cursor.text.slice(from, to));
      kept = to;
    }
    return this.#only(this.parse(text + cursor.text.slice(kept), cursor.text));
  }

  /** The cursor's statement with `by`, which is not longer, in the place of tokens [start, end). */
  replacing(cursor: TokenCursor, start: number, end: number, by: string): Node {
    const from = cursor.tokens[start]?.start ?? cursor.text.length;
    const to = cursor.tokens[end - 1]?.end ?? from;
    const first = cursor.tokens[cursor.first]?.start ?? 0;
    const room = blank(cursor.text.slice(from, to));
    const text = blank(cursor.text.slice(0, first)) + cursor.text.slice(first, from) + by + room.slice(by.length) + cursor.text.slice(to);
    return this.#only(this.parse(text, cursor.text));
  }

  /** Tokens [start, end) as a statement that begins with `head`: `head` takes the place of what stands before them. */
  statement(cursor: TokenCursor, head: string, start: number, end: number): Node {
    const from = cursor.tokens[start]?.start ?? cursor.text.length;
    const to = cursor.tokens[end - 1]?.end ?? from;
    const before = blank(cursor.text.slice(0, from));
    if (before.length < head.length) throw new InvariantError(`no room for "${head}" before character ${from}`);
    const text = before.slice(0, before.length - head.length) + head + cursor.text.slice(from, Math.max(from, to));
    return this.#only(this.parse(text, cursor.text));
  }

  select(cursor: TokenCursor, start: number, end: number): SelectStmt {
    const node = this.statement(cursor, '', start, end);
    if (!('SelectStmt' in node)) throw cursor.syntaxError(cursor.tokens[start]);
    return node.SelectStmt;
  }

  /** Tokens [start, end) as one expression. */
  expression(cursor: TokenCursor, start: number, end: number): Node {
    if (start >= end) throw cursor.syntaxError(cursor.tokens[start]);
    const node = this.statement(cursor, 'SELECT ', start, end);
    const select = 'SelectStmt' in node ? node.SelectStmt : undefined;
    const target = select?.targetList?.[0];
    const plain = select !== undefined && Object.keys(select).every((key) => key === 'targetList' || key === 'limitOption' || key === 'op');
    if (!plain || select.targetList?.length !== 1 || target === undefined || !('ResTarget' in target) || target.ResTarget.val === undefined || target.ResTarget.name !== undefined)
      throw cursor.syntaxError(cursor.tokens[start]);
    return target.ResTarget.val;
  }

  /** The columns of `(a int, b text, ...)` whose tokens are [start, end), as CREATE TABLE has them. */
  columns(cursor: TokenCursor, start: number, end: number): readonly Node[] {
    const node = this.statement(cursor, 'CREATE TABLE x', start, end);
    if (!('CreateStmt' in node)) throw cursor.syntaxError(cursor.tokens[start]);
    return node.CreateStmt.tableElts ?? [];
  }

  /** A query of our own making, whose positions mean nothing to the user. */
  ownSelect(sql: string): SelectStmt {
    const node = this.#only(this.#grammar.parse(sql));
    if (!('SelectStmt' in node)) throw new InvariantError(`not a SELECT: ${sql}`);
    return node.SelectStmt;
  }

  #only(nodes: readonly Node[]): Node {
    const [node] = nodes;
    if (node === undefined || nodes.length !== 1) throw new InvariantError(`expected one statement, found ${nodes.length}`);
    return node;
  }
}
