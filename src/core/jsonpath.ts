import { SqlError } from './errors.ts';
import { quoteJson } from './json.ts';
import { numericParse, numericPrint } from './numeric.ts';
import type { Numeric } from './datum.ts';

/** SQL/JSON paths: reading and printing them. Manual: "The SQL/JSON Path Language". */

export type BinaryOperator = '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | 'starts with';

/** One step; `next` is what is applied to each item that it gives. */
export type PathItem = (
  | { readonly op: 'root' | 'current' | 'last' | 'null' | 'anyKey' | 'anyArray' }
  | { readonly op: 'string' | 'variable' | 'key'; readonly text: string }
  | { readonly op: 'number'; readonly value: Numeric }
  | { readonly op: 'bool'; readonly value: boolean }
  | { readonly op: 'binary'; readonly operator: BinaryOperator; readonly left: PathItem; readonly right: PathItem }
  | { readonly op: 'not' | 'plus' | 'minus' | 'filter' | 'isUnknown' | 'exists'; readonly arg: PathItem }
  | { readonly op: 'index'; readonly ranges: readonly { readonly from: PathItem; readonly to: PathItem | undefined }[] }
  /** levels from and to, Infinity for `last` */
  | { readonly op: 'any'; readonly first: number; readonly last: number }
  | { readonly op: 'likeRegex'; readonly arg: PathItem; readonly pattern: string; readonly flags: string }
  | { readonly op: 'method'; readonly name: string; readonly args: readonly PathItem[] }
) & { readonly next?: PathItem };

export interface JsonPath {
  readonly strict: boolean;
  readonly root: PathItem;
}

type Token =
  | { readonly kind: 'string' | 'identifier' | 'variable' | 'number' | 'sign'; readonly text: string; readonly value: string }
  | { readonly kind: 'end'; readonly text: ''; readonly value: '' };

const special = /[?%$.[\]{}()|&!=<>@#,*:\-+/\s"\\]/;
const signs = ['**', '&&', '||', '==', '!=', '<>', '<=', '>=', '=', '!', '<', '>', '?', '%', '$', '.', '[', ']', '{', '}', '(', ')', ',', '*', '-', '+', '/', '@'];
const numberShape = /^(?:0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:(?:0|[1-9](?:_?[0-9])*)(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?)/;

class Lexer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#skipSpace();
    const rest = this.#text.slice(this.#at);
    if (rest === '') return { kind: 'end', text: '', value: '' };
    if (rest[0] === '"') return this.#quoted('string', this.#at);
    if (rest[0] === '$' && rest[1] === '"') return this.#quoted('variable', this.#at + 1);
    if (rest[0] === '$' && rest[1] !== undefined && !special.test(rest[1])) return this.#word('variable', this.#at + 1);
    const number = numberShape.exec(rest)?.[0];
    if (number !== undefined) return this.#number(number, rest);
    const sign = signs.find((each) => rest.startsWith(each));
    if (sign === undefined) return this.#word('identifier', this.#at);
    this.#at += sign.length;
    return { kind: 'sign', text: sign, value: sign === '<>' ? '!=' : sign === '=' ? '==' : sign };
  }

  #skipSpace(): void {
    for (;;) {
      const found = /^(?:\s+|\/\*[\s\S]*?\*\/)/.exec(this.#text.slice(this.#at));
      if (found === null) break;
      this.#at += found[0].length;
    }
    if (this.#text.startsWith('/*', this.#at)) throw new SqlError('42601', 'unexpected end of comment at end of jsonpath input');
  }

  #number(number: string, rest: string): Token {
    const after = rest[number.length];
    if (after !== undefined && /[a-zA-Z0-9_]/.test(after)) throw new SqlError('42601', `trailing junk after numeric literal at or near "${number}${after}" of jsonpath input`);
    this.#at += number.length;
    return { kind: 'number', text: number, value: number };
  }

  #word(kind: 'identifier' | 'variable', from: number): Token {
    let value = '';
    this.#at = from;
    for (let character = this.#text.charAt(this.#at); character !== '' && (!special.test(character) || character === '\\'); character = this.#text.charAt(this.#at)) {
      value += character === '\\' ? this.#escape() : character;
      if (character !== '\\') this.#at++;
    }
    return { kind, text: value, value };
  }

  #quoted(kind: 'string' | 'variable', from: number): Token {
    let value = '';
    this.#at = from + 1;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '') throw new SqlError('42601', 'unterminated quoted string at end of jsonpath input');
      if (character === '"') break;
      value += character === '\\' ? this.#escape() : character;
      if (character !== '\\') this.#at++;
    }
    this.#at++;
    return { kind, text: this.#text.slice(from, this.#at), value };
  }

  /** The character that a backslash and what follows it mean. */
  #escape(): string {
    const found = /^\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/u.exec(this.#text.slice(this.#at));
    if (found === null) throw new SqlError('42601', 'unexpected end after backslash at end of jsonpath input');
    this.#at += found[0].length;
    const hex = found[1] ?? found[2] ?? found[3];
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    const letter = found[4]!;
    return { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }[letter] ?? letter;
  }
}

/** Methods without arguments, and those that may have some. */
const plainMethods: ReadonlySet<string> = new Set(['abs', 'size', 'type', 'floor', 'double', 'ceiling', 'keyvalue', 'bigint', 'boolean', 'date', 'integer', 'number', 'string']);
const methodsWithArguments: ReadonlySet<string> = new Set(['decimal', 'datetime', 'time', 'time_tz', 'timestamp', 'timestamp_tz']);
const comparisonSigns: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

const predicates: ReadonlySet<string> = new Set(['&&', '||', '==', '!=', '<', '<=', '>', '>=', 'starts with']);
const isPredicate = (item: PathItem): boolean =>
  item.next === undefined && ((item.op === 'binary' && predicates.has(item.operator)) || item.op === 'not' || item.op === 'isUnknown' || item.op === 'exists' || item.op === 'likeRegex');

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #filters = 0;
  #subscripts = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  parse(): JsonPath {
    const isMode = this.#isWord('strict') || this.#isWord('lax');
    const strict = this.#isWord('strict');
    if (isMode) this.#advance();
    const root = this.#or();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return { strict, root };
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }
  #is(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.value === sign;
  }
  #isWord(word: string): boolean {
    return this.#token.kind === 'identifier' && this.#token.value.toLowerCase() === word;
  }
  #take(sign: string): boolean {
    const is = this.#is(sign);
    if (is) this.#advance();
    return is;
  }
  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected();
  }
  #expectWord(word: string): void {
    if (!this.#isWord(word)) throw this.#unexpected();
    this.#advance();
  }
  #unexpected(): SqlError {
    // a word that ends the text is told of only when the end has been met, a string by the quote that ends it
    const isEnd = this.#token.kind === 'end' || (this.#token.kind === 'identifier' && this.#lexer.next().kind === 'end');
    return new SqlError('42601', isEnd ? 'syntax error at end of jsonpath input' : `syntax error at or near "${this.#token.text.endsWith('"') ? '"' : this.#token.text}" of jsonpath input`);
  }
  #requirePredicate(item: PathItem): PathItem {
    if (!isPredicate(item)) throw this.#unexpected();
    return item;
  }

  #or(): PathItem {
    let left = this.#and();
    while (this.#is('||')) {
      this.#requirePredicate(left);
      this.#advance();
      left = { op: 'binary', operator: '||', left, right: this.#requirePredicate(this.#and()) };
    }
    return left;
  }
  #and(): PathItem {
    let left = this.#comparison();
    while (this.#is('&&')) {
      this.#requirePredicate(left);
      this.#advance();
      left = { op: 'binary', operator: '&&', left, right: this.#requirePredicate(this.#comparison()) };
    }
    return left;
  }

  #comparison(): PathItem {
    if (this.#take('!')) {
      const arg = this.#isWord('exists') ? this.#exists() : this.#parenthesised();
      return { op: 'not', arg: this.#requirePredicate(arg) };
    }
    const left = this.#sum();
    if (this.#token.kind === 'sign' && comparisonSigns.has(this.#token.value)) {
      if (isPredicate(left)) throw this.#unexpected();
      const operator = this.#advance().value;
      const right = this.#sum();
      if (!isComparison(operator)) throw this.#unexpected();
      return { op: 'binary', operator, left, right };
    }
    if (this.#isWord('starts')) {
      this.#advance();
      this.#expectWord('with');
      if (this.#token.kind !== 'string' && this.#token.kind !== 'variable') throw this.#unexpected();
      const { kind, value } = this.#advance();
      return { op: 'binary', operator: 'starts with', left, right: { op: kind === 'string' ? 'string' : 'variable', text: value } };
    }
    return this.#isWord('like_regex') ? this.#likeRegex(left) : left;
  }

  #likeRegex(arg: PathItem): PathItem {
    this.#advance();
    if (this.#token.kind !== 'string') throw this.#unexpected();
    const pattern = this.#advance().value;
    let flags = '';
    if (this.#isWord('flag')) {
      this.#advance();
      if (this.#token.kind !== 'string') throw this.#unexpected();
      flags = this.#advance().value;
    }
    for (const flag of flags) {
      if (!'ismxq'.includes(flag)) throw new SqlError('42601', 'invalid input syntax for type jsonpath', { detail: `Unrecognized flag character "${flag}" in LIKE_REGEX predicate.` });
      if (flag === 'x' && !flags.includes('q')) throw new SqlError('0A000', 'XQuery "x" flag (expanded regular expressions) is not implemented');
    }
    return { op: 'likeRegex', arg, pattern, flags: [...'ismxq'].filter((flag) => flags.includes(flag)).join('') };
  }

  #parenthesised(): PathItem {
    this.#expect('(');
    const inner = this.#or();
    this.#expect(')');
    return inner;
  }
  #exists(): PathItem {
    this.#advance();
    return { op: 'exists', arg: this.#parenthesised() };
  }

  #sum(): PathItem {
    let left = this.#product();
    while (this.#is('+') || this.#is('-')) left = { op: 'binary', operator: this.#advance().value === '+' ? '+' : '-', left, right: this.#product() };
    return left;
  }
  #product(): PathItem {
    let left = this.#unary();
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const sign = this.#advance().value;
      left = { op: 'binary', operator: sign === '*' ? '*' : sign === '/' ? '/' : '%', left, right: this.#unary() };
    }
    return left;
  }
  #unary(): PathItem {
    if (!this.#is('+') && !this.#is('-')) return this.#accessors(this.#primary());
    const sign = this.#advance().value;
    const arg = this.#unary();
    if (arg.op === 'number' && arg.next === undefined) return sign === '+' ? arg : { op: 'number', value: { ...arg.value, coefficient: -arg.value.coefficient } };
    return { op: sign === '+' ? 'plus' : 'minus', arg };
  }

  #primary(): PathItem {
    if (this.#isWord('exists')) return this.#exists();
    if (this.#is('(')) {
      const inner = this.#parenthesised();
      if (!this.#isWord('is')) return inner;
      this.#requirePredicate(inner);
      this.#advance();
      this.#expectWord('unknown');
      return { op: 'isUnknown', arg: inner };
    }
    const token = this.#token;
    switch (token.kind) {
      case 'string':
      case 'variable':
        this.#advance();
        return { op: token.kind, text: token.value };
      case 'number':
        this.#advance();
        return { op: 'number', value: numericParse(token.value) };
      case 'identifier':
        return this.#wordPrimary(token.value);
      default:
        if (this.#take('$')) return { op: 'root' };
        if (this.#is('@')) return this.#current();
        throw this.#unexpected();
    }
  }
  #current(): PathItem {
    this.#advance();
    if (this.#filters === 0) throw new SqlError('42601', '@ is not allowed in root expressions');
    return { op: 'current' };
  }
  #wordPrimary(word: string): PathItem {
    if (word === 'null' || word === 'true' || word === 'false') {
      this.#advance();
      return word === 'null' ? { op: 'null' } : { op: 'bool', value: word === 'true' };
    }
    if (word.toLowerCase() !== 'last') throw this.#unexpected();
    this.#advance();
    if (this.#subscripts === 0) throw new SqlError('42601', 'LAST is allowed only in array subscripts');
    return { op: 'last' };
  }

  /** The steps behind an item, attached to it one in the other. */
  #accessors(item: PathItem): PathItem {
    const step = this.#accessor();
    return step === undefined ? item : { ...item, next: appended(item.next, this.#accessors(step)) };
  }

  #accessor(): PathItem | undefined {
    if (this.#take('.')) return this.#member();
    if (this.#take('[')) return this.#subscript();
    if (!this.#take('?')) return undefined;
    this.#filters++;
    const arg = this.#requirePredicate(this.#parenthesised());
    this.#filters--;
    return { op: 'filter', arg };
  }

  #subscript(): PathItem {
    if (this.#take('*')) {
      this.#expect(']');
      return { op: 'anyArray' };
    }
    const ranges: { from: PathItem; to: PathItem | undefined }[] = [];
    this.#subscripts++;
    do {
      const from = this.#sum();
      const isRange = this.#isWord('to');
      if (isRange) this.#advance();
      ranges.push({ from, to: isRange ? this.#sum() : undefined });
    } while (this.#take(','));
    this.#subscripts--;
    this.#expect(']');
    return { op: 'index', ranges };
  }

  #member(): PathItem {
    if (this.#take('*')) return { op: 'anyKey' };
    if (this.#take('**')) return this.#anyLevels();
    if (this.#token.kind !== 'string' && this.#token.kind !== 'identifier') throw this.#unexpected();
    const { kind, value } = this.#advance();
    const name = value.toLowerCase();
    if (kind === 'string' || !this.#is('(') || !(plainMethods.has(name) || methodsWithArguments.has(name))) return { op: 'key', text: value };
    this.#advance();
    const args = methodsWithArguments.has(name) && !this.#is(')') ? this.#arguments(name) : [];
    this.#expect(')');
    return { op: 'method', name, args };
  }

  /** A template of `.datetime()`, precision and scale of `.decimal()`, a precision of the others. */
  #arguments(name: string): readonly PathItem[] {
    if (name === 'datetime') {
      if (this.#token.kind !== 'string') throw this.#unexpected();
      return [{ op: 'string', text: this.#advance().value }];
    }
    if (name !== 'decimal') return [this.#integer()];
    const args: PathItem[] = [];
    do args.push(this.#signedInteger());
    while (this.#take(','));
    if (args.length > 2) throw new SqlError('42601', 'invalid input syntax for type jsonpath', { detail: '.decimal() can only have an optional precision[,scale].' });
    return args;
  }
  #signedInteger(): PathItem {
    if (!this.#is('+') && !this.#is('-')) return this.#integer();
    const negative = this.#advance().value === '-';
    const { op, value } = this.#integer();
    return { op, value: negative ? { ...value, coefficient: -value.coefficient } : value };
  }
  #integer(): Extract<PathItem, { op: 'number' }> {
    if (this.#token.kind !== 'number' || /^[^xob]*[.eE]/i.test(this.#token.value)) throw this.#unexpected();
    return { op: 'number', value: numericParse(this.#advance().value) };
  }

  #anyLevels(): PathItem {
    if (!this.#take('{')) return { op: 'any', first: 0, last: Infinity };
    const first = this.#level();
    const isRange = this.#isWord('to');
    if (isRange) this.#advance();
    const last = isRange ? this.#level() : first;
    this.#expect('}');
    return { op: 'any', first, last };
  }
  #level(): number {
    if (this.#isWord('last')) {
      this.#advance();
      return Infinity;
    }
    if (this.#token.kind !== 'number' || !/^[0-9]+$/.test(this.#token.value)) throw this.#unexpected();
    return Number(this.#advance().value);
  }
}

const isComparison = (text: string): text is BinaryOperator => comparisonSigns.has(text);
const appended = (item: PathItem | undefined, next: PathItem): PathItem => (item === undefined ? next : { ...item, next: appended(item.next, next) });

/** Throws 42601, or 22P02 for the empty text. */
export function parseJsonPath(text: string): JsonPath {
  if (text.trim() === '') throw new SqlError('22P02', `invalid input syntax for type jsonpath: "${text}"`);
  return new Parser(text).parse();
}

function priority(item: PathItem): number {
  if (item.op === 'plus' || item.op === 'minus') return 5;
  if (item.op === 'likeRegex') return 6;
  if (item.op !== 'binary') return 6;
  switch (item.operator) {
    case '||':
      return 0;
    case '&&':
      return 1;
    case '+':
    case '-':
      return 3;
    case '*':
    case '/':
    case '%':
      return 4;
    default:
      return 2;
  }
}

const level = (value: number): string => (value === Infinity ? 'last' : String(value));

function printOne(item: PathItem, inKey: boolean, brackets: boolean): string {
  const inner = (arg: PathItem): string => printItem(arg, false, priority(arg) <= priority(item));
  const bracketed = (text: string): string => (brackets ? `(${text})` : text);
  const dot = inKey ? '.' : '';
  switch (item.op) {
    case 'root':
      return '$';
    case 'current':
      return '@';
    case 'last':
    case 'null':
      return item.op;
    case 'anyKey':
      return `${dot}*`;
    case 'anyArray':
      return '[*]';
    case 'string':
      return quoteJson(item.text);
    case 'variable':
      return `$${quoteJson(item.text)}`;
    case 'key':
      return `${dot}${quoteJson(item.text)}`;
    case 'number':
      return item.next === undefined ? numericPrint(item.value) : `(${numericPrint(item.value)})`;
    case 'bool':
      return String(item.value);
    case 'binary':
      return bracketed(`${inner(item.left)} ${item.operator} ${inner(item.right)}`);
    case 'not':
      return `!(${printItem(item.arg, false, false)})`;
    case 'plus':
    case 'minus':
      return bracketed(`${item.op === 'plus' ? '+' : '-'}${inner(item.arg)}`);
    case 'filter':
      return `?(${printItem(item.arg, false, false)})`;
    case 'isUnknown':
      return `(${printItem(item.arg, false, false)}) is unknown`;
    case 'exists':
      return `exists (${printItem(item.arg, false, false)})`;
    case 'index':
      return `[${item.ranges.map(({ from, to }) => printItem(from, false, false) + (to === undefined ? '' : ` to ${printItem(to, false, false)}`)).join(',')}]`;
    case 'any': {
      const levels = item.first === 0 && item.last === Infinity ? '' : item.first === item.last ? `{${level(item.first)}}` : `{${level(item.first)} to ${level(item.last)}}`;
      return `${dot}**${levels}`;
    }
    case 'likeRegex':
      return bracketed(`${inner(item.arg)} like_regex ${quoteJson(item.pattern)}${item.flags === '' ? '' : ` flag "${item.flags}"`}`);
    case 'method':
      return `.${item.name}(${item.args.map((arg) => printItem(arg, false, false)).join(',')})`;
  }
}

const printItem = (item: PathItem, inKey: boolean, brackets: boolean): string => printOne(item, inKey, brackets) + (item.next === undefined ? '' : printItem(item.next, true, true));

/** The path as Postgres writes it. */
export const printJsonPath = ({ strict, root }: JsonPath): string => (strict ? 'strict ' : '') + printItem(root, false, true);
