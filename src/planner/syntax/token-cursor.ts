import { SqlError } from '../../core/index.ts';
import { charactersBefore } from './characters.ts';
import type { Token } from './tokens.ts';
import type { ObjectName, OptionTree, StatementOption } from './tree.ts';

/** Reads one statement of ours, token by token. Positions are 1-based characters of the statement's text. */
export class TokenCursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** index of the statement's first token: it may be part of another (EXPLAIN, DECLARE, PREPARE) */
  readonly first: number;
  #at: number;

  constructor(text: string, tokens: readonly Token[], first = 0) {
    this.text = text;
    this.tokens = tokens;
    this.first = first;
    this.#at = first;
  }

  /** index of the next token */
  get index(): number {
    return this.#at;
  }

  set index(index: number) {
    this.#at = index;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead];
  }

  get atEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  positionOf(token: Token | undefined): number {
    return charactersBefore(this.text, token?.start ?? this.text.length) + 1;
  }

  get position(): number {
    return this.positionOf(this.peek());
  }

  /** The error Postgres would raise at the next token (or at `token`). */
  syntaxError(token = this.peek()): SqlError {
    const where = token === undefined ? 'at end of input' : `at or near "${this.text.slice(token.start, token.end)}"`;
    return new SqlError('42601', `syntax error ${where}`, { position: this.positionOf(token) });
  }

  /** Whether the next tokens are these words (a word may also be one of several: `a|b`). */
  sees(words: string): boolean {
    return words.split(' ').every((choice, i) => {
      const token = this.peek(i);
      return token?.kind === 'word' && choice.split('|').includes(token.value);
    });
  }

  /** Takes these words if they come next. */
  accept(words: string): boolean {
    if (!this.sees(words)) return false;
    this.#at += words.split(' ').length;
    return true;
  }

  /** The one of these words that comes next, taken. */
  acceptOneOf(...words: readonly string[]): string | undefined {
    return words.find((choice) => this.accept(choice));
  }

  expect(words: string): void {
    for (const choice of words.split(' ')) if (!this.accept(choice)) throw this.syntaxError();
  }

  seesMark(mark: string): boolean {
    const token = this.peek();
    return (token?.kind === 'mark' || token?.kind === 'operator') && token.value === mark;
  }

  acceptMark(mark: string): boolean {
    if (!this.seesMark(mark)) return false;
    this.#at++;
    return true;
  }

  expectMark(mark: string): void {
    if (!this.acceptMark(mark)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (!this.atEnd) throw this.syntaxError();
  }

  identifier(): string {
    const token = this.peek();
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw this.syntaxError();
    this.#at++;
    return truncateIdentifier(token.value);
  }

  string(): string {
    const token = this.peek();
    if (token?.kind !== 'string') throw this.syntaxError();
    this.#at++;
    return token.value;
  }

  number(): string {
    const token = this.peek();
    if (token?.kind !== 'number') throw this.syntaxError();
    this.#at++;
    return token.value;
  }

  /** `a.b.c` */
  name(): ObjectName {
    const position = this.position;
    const parts = [this.identifier()];
    while (this.acceptMark('.')) parts.push(this.identifier());
    return { parts, position };
  }

  /** `item, item, ...` */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptMark(',')) items.push(item());
    return items;
  }

  /** `(item, item, ...)`, possibly empty */
  parenthesized<T>(item: () => T): T[] {
    this.expectMark('(');
    if (this.acceptMark(')')) return [];
    const items = this.list(item);
    this.expectMark(')');
    return items;
  }

  ifNotExists(): boolean {
    return this.accept('if not exists');
  }

  ifExists(): boolean {
    return this.accept('if exists');
  }

  /** Moves behind the bracket that closes the one that comes next. */
  skipBrackets(): void {
    this.expectMark('(');
    for (let depth = 1; depth > 0; this.#at++) {
      if (this.atEnd) throw this.syntaxError();
      if (this.seesMark('(')) depth++;
      else if (this.seesMark(')')) depth--;
    }
  }

  /** Index of the first token from here on, outside brackets, for which `found` holds; the end when none does. */
  findOutsideBrackets(found: (ahead: TokenCursor) => boolean): number {
    const ahead = new TokenCursor(this.text, this.tokens);
    for (ahead.index = this.#at; !ahead.atEnd && !ahead.seesMark(')'); ) {
      if (found(ahead)) break;
      if (ahead.seesMark('(')) ahead.skipBrackets();
      else ahead.index++;
    }
    return ahead.index;
  }

  /** The text of tokens [start, end). */
  slice(start: number, end = this.tokens.length): string {
    const from = this.tokens[start];
    const to = this.tokens[end - 1];
    return from && to ? this.text.slice(from.start, to.end) : '';
  }

  /**
   * `(NAME [=] value, ...)`. `names` are the options' names (upper case): they tell a name's last word from a value that is a word.
   * What is not among them is read all the same; whoever gives options their meaning refuses it by name.
   */
  options(names: readonly string[]): StatementOption[] {
    return this.parenthesized(() => this.#option(names));
  }

  #option(names: readonly string[]): StatementOption {
    const position = this.position;
    const known = names
      .filter((name) => this.sees(name.toLowerCase()))
      .reduce((longest, name) => (name.length > longest.length ? name : longest), '');
    let name = known;
    if (known !== '') this.accept(known.toLowerCase());
    else name = this.#unknownOptionName();
    const equals = this.acceptMark('=') || this.acceptMark('=>');
    const bare = !equals && (this.seesMark(',') || this.seesMark(')'));
    return { name, value: bare ? null : this.#optionValue(), position };
  }

  #unknownOptionName(): string {
    const words = [this.identifier()];
    while (this.peek()?.kind === 'word' && !this.sees('secret')) words.push(this.identifier());
    return words.join(' ').toUpperCase();
  }

  #optionValue(): OptionTree {
    const position = this.position;
    const token = this.peek();
    if (token?.kind === 'string') return { kind: 'string', value: this.string(), position };
    if (token?.kind === 'number') return { kind: 'number', value: this.number(), position };
    if (token?.kind === 'operator' && token.value === '-') {
      this.#at++;
      return { kind: 'number', value: `-${this.number()}`, position };
    }
    if (this.seesMark('(')) return { kind: 'list', items: this.parenthesized(() => this.#optionValue()), position };
    const next = this.peek(1);
    if (this.sees('secret') && (next?.kind === 'word' || next?.kind === 'quoted')) {
      this.#at++;
      return { kind: 'secret', name: this.name(), position };
    }
    return { kind: 'name', name: this.name(), position };
  }
}

/** NAMEDATALEN - 1 bytes, cut at a character. */
function truncateIdentifier(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  const characters = [...name];
  while (Buffer.byteLength(characters.join('')) > 63) characters.pop();
  return characters.join('');
}
