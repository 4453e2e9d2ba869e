import { isUtf8 } from 'node:buffer';
import { codecOf, defaultTextSettings, Oid, SqlError } from '../../core/index.ts';

/** What kind of JSON value a field has, decided by its first byte. */
export const Kind = { missing: 0, null: 1, true: 2, false: 3, number: 4, string: 5, escapedString: 6, nested: 7 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, COMMA = 0x2c, OPEN = 0x7b, CLOSE = 0x7d, OPEN_LIST = 0x5b, CLOSE_LIST = 0x5d, MINUS = 0x2d, ZERO = 0x30, DOT = 0x2e;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Finds the wanted fields of one JSON object without making a JavaScript value of it.
 *
 * After `scan(bytes)`, `kinds[i]`, `starts[i]`, `ends[i]` tell where the value of field i lies (strings without their quotes). Of a field given
 * twice the last one counts, as in jsonb. The whole document is checked to be JSON as Postgres accepts it for jsonb: malformed parts, NUL characters,
 * lone surrogates and bytes that are not UTF-8 are SqlErrors wherever they stand; only numbers beyond the range of numeric pass where no column wants them.
 * Nested values and strings with escapes are checked by JSON.parse.
 */
export class ObjectScanner {
  readonly kinds: Kind[];
  readonly starts: number[];
  readonly ends: number[];
  readonly #names: readonly Uint8Array[];
  readonly #byName: ReadonlyMap<string, number>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  constructor(names: readonly string[]) {
    const encoder = new TextEncoder();
    this.#names = names.map((name) => encoder.encode(name));
    this.#byName = new Map(names.map((name, i) => [name, i]));
    this.kinds = names.map(() => Kind.missing);
    this.starts = names.map(() => 0);
    this.ends = names.map(() => 0);
  }

  scan(bytes: Uint8Array): void {
    checkUtf8(bytes);
    this.kinds.fill(Kind.missing);
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
    this.#space();
    if (bytes[this.#at] !== OPEN) throw notAnObject(bytes);
    this.#at++;
    this.#members();
    this.#space();
    if (this.#at !== this.#end) throw malformed(bytes);
  }

  /** The text of field `i` as JSON has it: quotes and escapes of strings undone. */
  text(i: number): string {
    return this.kinds[i] === Kind.escapedString
      ? unescapeString(this.#bytes, this.starts[i]! - 1, this.ends[i]! + 1)
      : utf8.decode(this.#bytes.subarray(this.starts[i]!, this.ends[i]!));
  }

  #members(): void {
    const bytes = this.#bytes;
    this.#space();
    if (bytes[this.#at] === CLOSE) {
      this.#at++;
      return;
    }
    // Producers repeat the order of the fields: the next wanted name is tried first, and found without a lookup.
    let guess = 0;
    for (;;) {
      this.#space();
      const field = this.#name(guess);
      if (field >= 0) guess = field + 1;
      this.#space();
      if (bytes[this.#at] !== COLON) throw malformed(bytes);
      this.#at++;
      this.#space();
      this.#value(field);
      this.#space();
      const next = bytes[this.#at++];
      if (next === CLOSE) return;
      if (next !== COMMA) throw malformed(bytes);
    }
  }

  #space(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  /** Reads a member's name; the index of the wanted field, or -1. */
  #name(guess: number): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) throw malformed(bytes);
    const start = this.#at + 1;
    const expected = this.#names[guess];
    if (expected !== undefined && bytes[start + expected.length] === QUOTE && startsWith(bytes, start, expected)) {
      this.#at = start + expected.length + 1;
      return guess;
    }
    const escaped = this.#string();
    const name = escaped ? unescapeString(bytes, start - 1, this.#at) : utf8.decode(bytes.subarray(start, this.#at - 1));
    return this.#byName.get(name) ?? -1;
  }

  /** Passes a string whose opening quote is at the cursor; true where it has escapes. */
  #string(): boolean {
    const bytes = this.#bytes;
    let escaped = false;
    for (let at = this.#at + 1; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return escaped;
      }
      if (byte === BACKSLASH) {
        escaped = true;
        at++;
      } else if (byte < 0x20) throw malformed(bytes);
    }
    throw malformed(bytes);
  }

  #value(field: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    const first = bytes[start]!;
    let kind: Kind;
    let inner = 0;
    if (first === QUOTE) {
      inner = 1;
      kind = this.#string() ? Kind.escapedString : Kind.string;
      if (kind === Kind.escapedString) unescapeString(bytes, start, this.#at);
    } else if (first === MINUS || (first >= ZERO && first <= 0x39)) {
      kind = Kind.number;
      this.#number();
    } else if (first === OPEN || first === OPEN_LIST) {
      kind = Kind.nested;
      this.#nested();
      checkDocument(bytes.subarray(start, this.#at), bytes);
    } else kind = this.#word();
    if (field < 0) return;
    this.kinds[field] = kind;
    this.starts[field] = start + inner;
    this.ends[field] = this.#at - inner;
  }

  #word(): Kind {
    for (const [word, kind] of WORDS) {
      if (startsWith(this.#bytes, this.#at, word)) {
        this.#at += word.length;
        return kind;
      }
    }
    throw malformed(this.#bytes);
  }

  /** -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
  #number(): void {
    const bytes = this.#bytes;
    if (bytes[this.#at] === MINUS) this.#at++;
    if (bytes[this.#at] === ZERO) this.#at++;
    else this.#digits();
    if (bytes[this.#at] === DOT) {
      this.#at++;
      this.#digits();
    }
    const exponent = bytes[this.#at];
    if (exponent === 0x65 || exponent === 0x45) {
      this.#at++;
      if (bytes[this.#at] === 0x2b || bytes[this.#at] === MINUS) this.#at++;
      this.#digits();
    }
  }
  #digits(): void {
    const bytes = this.#bytes;
    const start = this.#at;
    while (bytes[this.#at]! >= ZERO && bytes[this.#at]! <= 0x39) this.#at++;
    if (this.#at === start) throw malformed(bytes);
  }

  /** Passes an object or array, looking only at brackets and strings: JSON.parse checks the rest. */
  #nested(): void {
    const bytes = this.#bytes;
    let depth = 0;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at]!;
      if (byte === QUOTE) {
        this.#string();
        continue;
      }
      this.#at++;
      if (byte === OPEN || byte === OPEN_LIST) depth++;
      else if ((byte === CLOSE || byte === CLOSE_LIST) && --depth === 0) return;
    }
    throw malformed(bytes);
  }
}

const word = (text: string): Uint8Array => new TextEncoder().encode(text);
const WORDS: readonly (readonly [Uint8Array, Kind])[] = [[word('true'), Kind.true], [word('false'), Kind.false], [word('null'), Kind.null]];

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

const EXCERPT = 80;
const excerpt = (bytes: Uint8Array): string => {
  const text = utf8.decode(bytes.subarray(0, EXCERPT)).replaceAll('\0', '\\0');
  return bytes.length > EXCERPT ? `${text}...` : text;
};

/** What Postgres says about the document. */
function malformed(bytes: Uint8Array): SqlError {
  try {
    codecOf(Oid.jsonb).parse(utf8.decode(bytes), defaultTextSettings, -1);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  return new SqlError('22P02', 'invalid input syntax for type json', { detail: `The message begins: ${excerpt(bytes)}` });
}

/** Well-formed JSON that is no object has no fields; anything else is malformed. */
function notAnObject(bytes: Uint8Array): SqlError {
  try {
    checkDocument(bytes, bytes);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  return new SqlError('22023', 'the message is not a JSON object', { detail: `The message begins: ${excerpt(bytes)}` });
}

export function checkUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new SqlError('22021', `invalid byte sequence for encoding "UTF8"${firstInvalid(bytes)}`);
}

/** ": 0xff" as Postgres shows the bytes from the first that do not fit. */
function firstInvalid(bytes: Uint8Array): string {
  let valid = 0;
  for (let step = bytes.length; step >= 1; step = Math.floor(step / 2)) {
    while (valid + step <= bytes.length && validPrefix(bytes, valid + step)) valid += step;
  }
  return bytes[valid] === undefined ? '' : `: 0x${bytes[valid]!.toString(16).padStart(2, '0')}`;
}
/** Whether the first `length` bytes are UTF-8, but for a character cut off at their end. */
const validPrefix = (bytes: Uint8Array, length: number): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
    return true;
  } catch {
    return false;
  }
};

/** Checks a JSON document (or part of one) to be what jsonb accepts; the error shows `whole`. Returns its text. */
export function checkDocument(bytes: Uint8Array, whole: Uint8Array = bytes): string {
  const text = utf8.decode(bytes);
  try {
    JSON.parse(text);
  } catch {
    throw malformed(whole);
  }
  checkEscapes(text);
  return text;
}

/** Undoes the escapes of the string literal `[start, end)`, quotes included. */
function unescapeString(bytes: Uint8Array, start: number, end: number): string {
  const literal = utf8.decode(bytes.subarray(start, end));
  checkEscapes(literal);
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw malformed(bytes);
  }
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.)/gs;

/** Text of Postgres holds neither NUL nor half a surrogate pair, though JSON can spell both. */
function checkEscapes(text: string): void {
  if (!text.includes('\\u')) return;
  let high = -1;
  for (const match of text.matchAll(ESCAPE)) {
    const unit = match[1] === undefined ? -1 : Number.parseInt(match[1], 16);
    if (unit === 0) throw new SqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (high >= 0 && !(isLow && match.index === high)) throw loneSurrogate('Unicode low surrogate must follow a high surrogate.');
    if (high < 0 && isLow) throw loneSurrogate('Unicode low surrogate must follow a high surrogate.');
    high = unit >= 0xd800 && unit <= 0xdbff ? match.index + 6 : -1;
  }
  if (high >= 0) throw loneSurrogate('Unicode low surrogate must follow a high surrogate.');
}
const loneSurrogate = (detail: string): SqlError => new SqlError('22P02', 'invalid input syntax for type json', { detail });
