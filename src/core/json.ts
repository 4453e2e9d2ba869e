import type { Jsonb, JsonValue, Numeric } from './datum.ts';
import { SqlError } from './errors.ts';
import { numericCanonical, numericCompare, numericParse, numericPrint } from './numeric.ts';
import { compareText, utf8Length } from './utf8.ts';

/**
 * JSON text to values and back, as `jsonb` keeps it: numbers exact, the last of equal keys wins, keys in Postgres' order.
 * `json` keeps its text; `validateJson` says whether it may.
 */

const MAX_DEPTH = 6400;

const syntaxError = (detail: string): SqlError => new SqlError('22P02', 'invalid input syntax for type json', { detail });
const endOfInput = (): SqlError => syntaxError('The input string ended unexpectedly.');

/** Shorter keys first (in bytes), then by bytes: the order in which jsonb stores and prints keys. */
export function compareKeys(a: string, b: string): number {
  return utf8Length(a) - utf8Length(b) || compareText(a, b);
}

/** A recursive reader over UTF-16 code units. With `build` false it checks the grammar only and makes no value. */
class JsonReader {
  readonly #text: string;
  readonly #build: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, build: boolean) {
    this.#text = text;
    this.#build = build;
  }

  document(): JsonValue {
    const value = this.#value('Expected JSON value, but found');
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('Expected end of input, but found');
    return value;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 32 || code === 10 || code === 9 || code === 13) this.#at++;
      else return;
    }
  }

  #value(expectation: string): JsonValue {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === 34) return this.#string();
    if (code === 123) return this.#object();
    if (code === 91) return this.#array();
    if (code === 45 || (code >= 48 && code <= 57)) return this.#number();
    if (Number.isNaN(code)) throw endOfInput();
    return this.#literal(expectation);
  }

  #literal(expectation: string): JsonValue {
    const word = this.#token();
    if (word === 'true' || word === 'false' || word === 'null') {
      this.#at += word.length;
      return word === 'null' ? null : word === 'true';
    }
    throw this.#unexpected(expectation);
  }

  /** The lexer's idea of the token here: one punctuation mark, or the longest run of word characters. */
  #token(): string {
    const text = this.#text;
    const start = this.#at;
    if ('{}[],:'.includes(text.charAt(start))) return text.charAt(start);
    let end = start;
    while (end < text.length && isWordUnit(text.charCodeAt(end))) end++;
    return text.slice(start, end === start ? start + 1 : end);
  }

  #unexpected(expectation: string): SqlError {
    if (this.#at >= this.#text.length) return endOfInput();
    const token = this.#token();
    const first = token.charCodeAt(0);
    const known = '{}[],:'.includes(token) || token === 'true' || token === 'false' || token === 'null';
    if (first === 34) {
      const start = this.#at;
      this.#string();
      return syntaxError(`${expectation} "${this.#text.slice(start, this.#at)}".`);
    }
    if (first === 45 || (first >= 48 && first <= 57)) {
      const start = this.#at;
      this.#number();
      return syntaxError(`${expectation} "${this.#text.slice(start, this.#at)}".`);
    }
    return known ? syntaxError(`${expectation} "${token}".`) : syntaxError(`Token "${token}" is invalid.`);
  }

  #enter(): void {
    this.#at++;
    if (++this.#depth > MAX_DEPTH) {
      throw new SqlError('54001', 'stack depth limit exceeded', { hint: 'The document is nested too deeply.' });
    }
  }

  #array(): JsonValue {
    this.#enter();
    const items: JsonValue[] = [];
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === 93) this.#at++;
    else {
      for (let expectation = 'Expected array element or "]", but found'; ; expectation = 'Expected JSON value, but found') {
        const item = this.#value(expectation);
        if (this.#build) items.push(item);
        this.#skipSpace();
        const code = this.#text.charCodeAt(this.#at);
        if (code !== 44 && code !== 93) throw this.#unexpected('Expected "," or "]", but found');
        this.#at++;
        if (code === 93) break;
      }
    }
    this.#depth--;
    return items;
  }

  #object(): JsonValue {
    this.#enter();
    const members = new Map<string, JsonValue>();
    let sorted = true;
    let previous: string | undefined;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === 125) this.#at++;
    else {
      for (let expectation = 'Expected string or "}", but found'; ; expectation = 'Expected string, but found') {
        this.#skipSpace();
        if (this.#text.charCodeAt(this.#at) !== 34) throw this.#unexpected(expectation);
        const key = this.#string();
        this.#skipSpace();
        if (this.#text.charCodeAt(this.#at) !== 58) throw this.#unexpected('Expected ":", but found');
        this.#at++;
        const value = this.#value('Expected JSON value, but found');
        if (this.#build) {
          if (sorted && previous !== undefined && compareKeys(previous, key) >= 0) sorted = false;
          previous = key;
          members.set(key, value);
        }
        this.#skipSpace();
        const code = this.#text.charCodeAt(this.#at);
        if (code !== 44 && code !== 125) throw this.#unexpected('Expected "," or "}", but found');
        this.#at++;
        if (code === 125) break;
      }
    }
    this.#depth--;
    return sorted ? members : sortMembers(members);
  }

  #number(): Numeric {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    if (text.charCodeAt(at) === 45) at++;
    let wellFormed = true;
    const first = text.charCodeAt(at);
    if (first === 48) at++;
    else if (first >= 49 && first <= 57) at = skipDigits(text, at);
    else wellFormed = false;
    const integerEnd = at;
    if (wellFormed && text.charCodeAt(at) === 46) {
      const end = skipDigits(text, at + 1);
      if (end === at + 1) wellFormed = false;
      at = end;
    }
    if (wellFormed && (text.charCodeAt(at) | 32) === 101) {
      let digits = at + 1;
      if (text.charCodeAt(digits) === 43 || text.charCodeAt(digits) === 45) digits++;
      const end = skipDigits(text, digits);
      if (end === digits) wellFormed = false;
      at = end;
    }
    let end = at;
    while (end < text.length && isWordUnit(text.charCodeAt(end))) end++;
    if (!wellFormed || end !== at) {
      while (end < text.length && isWordUnit(text.charCodeAt(end))) end++;
      throw syntaxError(`Token "${text.slice(start, end)}" is invalid.`);
    }
    this.#at = at;
    if (!this.#build) return zero;
    if (integerEnd === at && at - start <= 15) return { kind: 'numeric', coefficient: BigInt(Number(text.slice(start, at))), scale: 0 };
    return numericParse(text.slice(start, at));
  }

  #string(): string {
    const text = this.#text;
    let at = this.#at + 1;
    const start = at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 34) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === 92 || !(code >= 32)) break;
      at++;
    }
    return this.#escapedString(start, at);
  }

  #escapedString(start: number, firstSpecial: number): string {
    const text = this.#text;
    let at = firstSpecial;
    let runStart = start;
    let result = '';
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 34) {
        this.#at = at + 1;
        return result + text.slice(runStart, at);
      }
      if (Number.isNaN(code)) throw syntaxError(`Token "${text.slice(start - 1)}" is invalid.`);
      if (code < 32) throw syntaxError(`Character with value 0x${code.toString(16).padStart(2, '0')} must be escaped.`);
      if (code !== 92) {
        at++;
        continue;
      }
      result += text.slice(runStart, at);
      const escape = text.charAt(at + 1);
      if (escape === '') throw syntaxError(`Token "${text.slice(start - 1)}" is invalid.`);
      if (escape === 'u') {
        const unit = this.#unicodeEscape(start, at + 2);
        result += unit;
        at += unit.length === 2 ? 12 : 6;
      } else {
        const plain = simpleEscapes[escape];
        if (plain === undefined) throw syntaxError(`Escape sequence "\\${String.fromCodePoint(text.codePointAt(at + 1)!)}" is invalid.`);
        result += plain;
        at += 2;
      }
      runStart = at;
    }
  }

  /** The character of `\uXXXX`, two units when a surrogate pair of two escapes follows. */
  #unicodeEscape(stringStart: number, at: number): string {
    const high = this.#hexUnit(stringStart, at);
    if (high === 0 && this.#build) {
      throw new SqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });
    }
    if (high < 0xd800 || high > 0xdfff) return String.fromCharCode(high);
    if (high >= 0xdc00) throw syntaxError('Unicode low surrogate must follow a high surrogate.');
    if (this.#text.charAt(at + 4) !== '\\' || this.#text.charAt(at + 5) !== 'u') throw syntaxError('Unicode low surrogate must follow a high surrogate.');
    const low = this.#hexUnit(stringStart, at + 6);
    if (low >= 0xd800 && low <= 0xdbff) throw syntaxError('Unicode high surrogate must not follow a high surrogate.');
    if (low < 0xdc00 || low > 0xdfff) throw syntaxError('Unicode low surrogate must follow a high surrogate.');
    return String.fromCharCode(high, low);
  }

  #hexUnit(stringStart: number, at: number): number {
    const digits = this.#text.slice(at, at + 4);
    if (digits.length === 4 && /^[0-9a-fA-F]{4}$/.test(digits)) return Number.parseInt(digits, 16);
    if (at + digits.search(/[^0-9a-fA-F]|$/) >= this.#text.length) throw syntaxError(`Token "${this.#text.slice(stringStart - 1)}" is invalid.`);
    throw syntaxError('"\\u" must be followed by four hexadecimal digits.');
  }
}

const zero = numericParse('0');
const simpleEscapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const isWordUnit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code >= 128;

function skipDigits(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) at++;
    else return at;
  }
}

const sortMembers = (members: ReadonlyMap<string, JsonValue>): ReadonlyMap<string, JsonValue> =>
  new Map([...members].sort((a, b) => compareKeys(a[0], b[0])));

/** An object of jsonb from its members in any order; of equal keys the last wins. */
export function jsonObject(members: Iterable<readonly [string, JsonValue]>): ReadonlyMap<string, JsonValue> {
  return sortMembers(new Map(members));
}

export const parseJson = (text: string): JsonValue => new JsonReader(text, true).document();
export const parseJsonb = (text: string): Jsonb => ({ kind: 'jsonb', value: parseJson(text) });

/** Raises 22P02 unless `text` is one JSON value. */
export function validateJson(text: string): void {
  new JsonReader(text, false).document();
}

/** A string in JSON's double quotes. */
export function quoteJson(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 34 || code === 92) return escapeJson(text, i);
  }
  return `"${text}"`;
}

function escapeJson(text: string, from: number): string {
  let result = `"${text.slice(0, from)}`;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) result += '\\"';
    else if (code === 92) result += '\\\\';
    else if (code >= 32) result += text.charAt(i);
    else result += controlEscapes[code] ?? `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `${result}"`;
}
const controlEscapes: Readonly<Record<number, string>> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r' };

/** The text form of jsonb: `{"a": 1, "b": [true, null]}`. */
export function printJson(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (isNumericJson(value)) return numericPrint(value);
  let result = '';
  if (isJsonArray(value)) {
    for (const item of value) result += result === '' ? printJson(item) : `, ${printJson(item)}`;
    return `[${result}]`;
  }
  for (const [key, item] of value) result += `${result === '' ? '' : ', '}${quoteJson(key)}: ${printJson(item)}`;
  return `{${result}}`;
}

export const isNumericJson = (value: JsonValue): value is Numeric => typeof value === 'object' && value !== null && 'coefficient' in value;
export const isJsonArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** As btree orders jsonb: object > array > boolean > number > string > null. */
export function compareJson(a: JsonValue, b: JsonValue): number {
  return compareJsonAt(a, b, true);
}

const rank = (value: JsonValue): number =>
  value === null ? 0 : typeof value === 'string' ? 1 : typeof value === 'boolean' ? 3 : isNumericJson(value) ? 2 : isJsonArray(value) ? 4 : 5;

function compareJsonAt(a: JsonValue, b: JsonValue, outermost: boolean): number {
  const order = rank(a) - rank(b);
  if (order !== 0) {
    // Historical: at the top an empty array lies below every scalar (a scalar is kept as an array of one there).
    if (outermost && isJsonArray(a) && a.length === 0 && rank(b) < 4) return -1;
    if (outermost && isJsonArray(b) && b.length === 0 && rank(a) < 4) return 1;
    return order;
  }
  if (a === null || b === null) return 0;
  if (typeof a === 'string') return compareText(a, b as string);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (isNumericJson(a)) return numericCompare(a, b as Numeric);
  if (isJsonArray(a)) return compareArrays(a, b as readonly JsonValue[]);
  return compareObjects(a as ReadonlyMap<string, JsonValue>, b as ReadonlyMap<string, JsonValue>);
}

function compareArrays(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const order = compareJsonAt(a[i]!, b[i]!, false);
    if (order !== 0) return order;
  }
  return 0;
}

function compareObjects(a: ReadonlyMap<string, JsonValue>, b: ReadonlyMap<string, JsonValue>): number {
  if (a.size !== b.size) return a.size - b.size;
  const others = b[Symbol.iterator]();
  for (const [key, value] of a) {
    const [otherKey, otherValue] = others.next().value!;
    const order = compareText(key, otherKey) || compareJsonAt(value, otherValue, false);
    if (order !== 0) return order;
  }
  return 0;
}

/** The representative of all documents equal to this one: numbers without trailing zeros. */
export function canonicalJson(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isNumericJson(value)) return numericCanonical(value);
  if (isJsonArray(value)) return value.map(canonicalJson);
  return new Map([...value].map(([key, item]) => [key, canonicalJson(item)]));
}
