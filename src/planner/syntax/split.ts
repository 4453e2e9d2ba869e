import { charactersBefore } from './characters.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';
import type { StatementText } from './tree.ts';

/**
 * Depth of brackets and of SQL-standard function bodies (BEGIN ATOMIC ... END): a semicolon inside either does not end a statement.
 * A bracket that closes nothing is left for the grammar to refuse.
 */
class Depth {
  #brackets = 0;
  #body = 0;
  #before = '';

  isZero(): boolean {
    return this.#brackets === 0 && this.#body === 0;
  }

  take(token: Token): void {
    if (token.kind === 'mark') {
      if (token.value === '(' || token.value === '[') this.#brackets++;
      else if ((token.value === ')' || token.value === ']') && this.#brackets > 0) this.#brackets--;
    } else if (token.kind === 'word') {
      if (token.value === 'atomic' && this.#before === 'begin') this.#body = 1;
      else if (this.#body > 0 && token.value === 'case') this.#body++;
      else if (this.#body > 0 && token.value === 'end') this.#body--;
    }
    this.#before = token.value;
  }
}

/**
 * The statements of a query string. Each runs from its first token through its semicolon, so that a syntax error is reported as Postgres reports it
 * (`at or near ";"`, not at the end of input); the last one through the end of the string. Empty statements are dropped; a string of nothing else is one empty statement.
 */
export function split(sql: string): StatementText[] {
  const end = sql.indexOf(';');
  if ((end < 0 || end === sql.length - 1) && /^[a-z]/i.test(sql)) return [{ sql, offset: 0 }];
  const statements: StatementText[] = [];
  let depth = new Depth();
  let first: Token | undefined;
  let counted = 0;
  let characters = 0;
  const add = (start: number, end: number): void => {
    characters += charactersBefore(sql.slice(counted, start), start - counted);
    counted = start;
    statements.push({ sql: sql.slice(start, end), offset: characters });
  };
  for (const token of tokenize(sql)) {
    if (token.kind === 'mark' && token.value === ';' && depth.isZero()) {
      if (first) add(first.start, token.end);
      first = undefined;
      depth = new Depth();
    } else {
      first ??= token;
      depth.take(token);
    }
  }
  if (first) add(first.start, sql.length);
  return statements.length > 0 ? statements : [{ sql: '', offset: 0 }];
}
