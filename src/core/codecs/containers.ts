import { ByteReader, ByteWriter, malformedBinary } from '../bytes.ts';
import type { TextSettings, TypeCodec } from '../codec.ts';
import type { Datum, SqlArray } from '../datum.ts';
import { SqlError } from '../errors.ts';
import { Oid } from '../types.ts';

/** Codecs of arrays, int2vector and oidvector. */

export type CodecOf = (oid: number) => TypeCodec;

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

function needsQuotes(text: string): boolean {
  if (text === '' || (text.length === 4 && text.toLowerCase() === 'null')) return true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34 || code === 92 || code === 123 || code === 125 || code === 44 || isSpace(code)) return true;
  }
  return false;
}
const escapeQuoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

function printArray(array: SqlArray, element: TypeCodec, settings: TextSettings): string {
  if (array.items.length === 0) return '{}';
  let at = 0;
  const printLevel = (level: number): string => {
    let text = '{';
    for (let i = 0; i < array.dims[level]!; i++) {
      if (i > 0) text += ',';
      if (level < array.dims.length - 1) text += printLevel(level + 1);
      else {
        const item = array.items[at++]!;
        if (item === null) text += 'NULL';
        else {
          const plain = element.print(item, settings);
          text += needsQuotes(plain) ? `"${escapeQuoted(plain)}"` : plain;
        }
      }
    }
    return `${text}}`;
  };
  const body = printLevel(0);
  if (array.lowerBounds.every((bound) => bound === 1)) return body;
  return `${array.dims.map((length, i) => `[${array.lowerBounds[i]}:${array.lowerBounds[i]! + length - 1}]`).join('')}=${body}`;
}

const MAX_DIMENSIONS = 6;

/** Reads `{...}` with an optional `[l:u]...=` before it (manual, "Array Input and Output Syntax"). */
class ArrayReader {
  readonly #text: string;
  readonly #parseItem: (text: string) => Datum;
  #at = 0;
  readonly #dims: number[] = [];
  readonly #items: Datum[] = [];
  #depthOfItems = -1;

  constructor(text: string, parseItem: (text: string) => Datum) {
    this.#text = text;
    this.#parseItem = parseItem;
  }

  #malformed(detail: string): SqlError {
    return new SqlError('22P02', `malformed array literal: "${this.#text}"`, { detail });
  }
  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  read(element: number): SqlArray {
    const declared = this.#dimensions();
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== '{') {
      throw this.#malformed(declared === undefined ? 'Array value must start with "{" or dimension information.' : 'Array contents must start with "{".');
    }
    this.#level(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#malformed('Junk after closing right brace.');
    const empty = this.#items.length === 0;
    if (declared !== undefined && !(declared.length === this.#dims.length && declared.every(([, length], i) => length === this.#dims[i]))) {
      throw this.#malformed('Specified array dimensions do not match array contents.');
    }
    const dims = empty ? [] : this.#dims;
    return { kind: 'array', element, dims, lowerBounds: dims.map((_, i) => declared?.[i]?.[0] ?? 1), items: this.#items };
  }

  /** [lower bound, length] of each declared dimension. */
  #dimensions(): (readonly [number, number])[] | undefined {
    const declared: (readonly [number, number])[] = [];
    for (;;) {
      this.#skipSpace();
      if (this.#text.charAt(this.#at) !== '[') break;
      const match = /^\[\s*([+-]?[0-9]+)?\s*(:\s*([+-]?[0-9]+))?\s*(\])?/.exec(this.#text.slice(this.#at));
      if (match?.[1] === undefined) throw this.#malformed('"[" must introduce explicitly-specified array dimensions.');
      if (match[4] === undefined) throw this.#malformed('Missing "]" after array dimensions.');
      const lower = match[3] === undefined ? 1 : Number(match[1]);
      const upper = Number(match[3] ?? match[1]);
      if (Math.min(lower, upper) < -2147483648 || Math.max(lower, upper) > 2147483647) throw new SqlError('22003', 'array bound is out of integer range');
      // the upper bound and 1 must be a number still
      if (upper === 2147483647) throw new SqlError('54000', `array upper bound is too large: ${upper}`);
      if (upper < lower) throw new SqlError('2202E', 'upper bound cannot be less than lower bound');
      if (declared.length >= MAX_DIMENSIONS) throw tooManyDimensions(declared.length + 1);
      declared.push([lower, upper - lower + 1]);
      this.#at += match[0].length;
    }
    if (declared.length === 0) return undefined;
    if (this.#text.charAt(this.#at) !== '=') throw this.#malformed('Missing "=" after array dimensions.');
    this.#at++;
    return declared;
  }

  #level(level: number): void {
    if (level >= MAX_DIMENSIONS) throw tooManyDimensions(level + 1);
    this.#at++;
    let count = 0;
    let expectItem = true;
    for (;;) {
      this.#skipSpace();
      const character = this.#text.charAt(this.#at);
      if (character === '') throw this.#malformed('Unexpected end of input.');
      if (character === '}') {
        if (expectItem && count > 0) throw this.#malformed('Unexpected "}" character.');
        this.#at++;
        break;
      }
      if (character === ',') {
        if (expectItem) throw this.#malformed('Unexpected "," character.');
        expectItem = true;
        this.#at++;
        continue;
      }
      if (!expectItem) throw this.#malformed(character === '{' ? 'Unexpected "{" character.' : 'Unexpected array element.');
      if (character === '{') {
        if (this.#depthOfItems >= 0 && level >= this.#depthOfItems) throw this.#mismatch();
        this.#level(level + 1);
      } else {
        if (this.#depthOfItems >= 0 && this.#depthOfItems !== level) throw this.#mismatch();
        if (this.#dims.length > level + 1) throw this.#mismatch();
        this.#depthOfItems = level;
        this.#item();
      }
      count++;
      expectItem = false;
    }
    if (this.#dims[level] === undefined) this.#dims[level] = count;
    else if (this.#dims[level] !== count) throw this.#mismatch();
  }

  #mismatch(): SqlError {
    return this.#malformed('Multidimensional arrays must have sub-arrays with matching dimensions.');
  }

  #item(): void {
    const text = this.#text;
    if (text.charAt(this.#at) === '"') {
      this.#items.push(this.#parseItem(this.#quoted()));
      return;
    }
    let item = '';
    let kept = 0;
    let escaped = false;
    for (;;) {
      const character = text.charAt(this.#at);
      if (character === '') throw this.#malformed('Unexpected end of input.');
      if (character === '"') throw this.#malformed('Incorrectly quoted array element.');
      if (character === '{') throw this.#malformed('Unexpected "{" character.');
      if (character === ',' || character === '}') break;
      if (character === '\\') {
        escaped = true;
        this.#at++;
        if (this.#at >= text.length) throw this.#malformed('Unexpected end of input.');
        item += text.charAt(this.#at++);
        kept = item.length;
        continue;
      }
      item += character;
      this.#at++;
      if (!isSpace(character.charCodeAt(0))) kept = item.length;
    }
    const value = item.slice(0, kept);
    this.#items.push(!escaped && value.toLowerCase() === 'null' ? null : this.#parseItem(value));
  }

  #quoted(): string {
    const text = this.#text;
    let item = '';
    for (this.#at++; ; this.#at++) {
      let character = text.charAt(this.#at);
      if (character === '"') break;
      if (character === '\\') character = text.charAt(++this.#at);
      if (character === '') throw this.#malformed('Unexpected end of input.');
      item += character;
    }
    this.#at++;
    this.#skipSpace();
    const next = text.charAt(this.#at);
    if (next === '') throw this.#malformed('Unexpected end of input.');
    if (next !== ',' && next !== '}') throw this.#malformed('Incorrectly quoted array element.');
    return item;
  }
}

const tooManyDimensions = (count: number): SqlError =>
  new SqlError('54000', `number of array dimensions (${count}) exceeds the maximum allowed (${MAX_DIMENSIONS})`);

function encodeArray(array: SqlArray, element: TypeCodec): Uint8Array {
  const writer = new ByteWriter();
  writer.int32(array.dims.length);
  writer.int32(array.items.includes(null) ? 1 : 0);
  writer.int32(array.element);
  array.dims.forEach((length, i) => {
    writer.int32(length);
    writer.int32(array.lowerBounds[i]!);
  });
  for (const item of array.items) writer.sized(item === null ? null : element.encode(item));
  return writer.finish();
}

function decodeArray(bytes: Uint8Array, codecOf: CodecOf): SqlArray {
  const reader = new ByteReader(bytes, 'array');
  const dimensions = reader.int32();
  if (dimensions < 0 || dimensions > MAX_DIMENSIONS) throw malformedBinary('array');
  reader.int32();
  const element = reader.int32();
  const codec = codecOf(element);
  const dims: number[] = [];
  const lowerBounds: number[] = [];
  for (let i = 0; i < dimensions; i++) {
    dims.push(reader.int32());
    lowerBounds.push(reader.int32());
  }
  const count = dimensions === 0 ? 0 : dims.reduce((product, length) => product * length, 1);
  const items: Datum[] = [];
  for (let i = 0; i < count; i++) {
    const item = reader.sized();
    items.push(item === null ? null : codec.decode(item));
  }
  reader.end();
  return { kind: 'array', element, dims, lowerBounds, items };
}

/** NULL items sort last and equal each other; then the number of items, of dimensions, and the bounds decide. */
function compareArrays(a: SqlArray, b: SqlArray, element: TypeCodec): number {
  const shorter = Math.min(a.items.length, b.items.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.items[i]!;
    const right = b.items[i]!;
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
      continue;
    }
    const order = element.compare(left, right);
    if (order !== 0) return order;
  }
  if (a.items.length !== b.items.length) return a.items.length - b.items.length;
  if (a.dims.length !== b.dims.length) return a.dims.length - b.dims.length;
  for (let i = 0; i < a.dims.length; i++) if (a.dims[i] !== b.dims[i]) return a.dims[i]! - b.dims[i]!;
  for (let i = 0; i < a.dims.length; i++) if (a.lowerBounds[i] !== b.lowerBounds[i]) return a.lowerBounds[i]! - b.lowerBounds[i]!;
  return 0;
}

export const canonicalItem = (codec: TypeCodec) => (item: Datum): Datum => (item === null || codec.canonical === undefined ? item : codec.canonical(item));

export function arrayCodec(element: number, codecOf: CodecOf): TypeCodec {
  const codec = codecOf(element);
  const common: TypeCodec = {
    parse: (text, settings, typmod) => new ArrayReader(text, (item) => codec.parse(item, settings, typmod)).read(element),
    print: (value, settings) => printArray(value as SqlArray, codec, settings),
    decode: (bytes) => decodeArray(bytes, codecOf),
    encode: (value) => encodeArray(value as SqlArray, codec),
    compare: (a, b) => compareArrays(a as SqlArray, b as SqlArray, codec),
  };
  if (codec.canonical === undefined) return common;
  return { ...common, canonical: (value) => ({ ...(value as SqlArray), items: (value as SqlArray).items.map(canonicalItem(codec)) }) };
}

/** int2vector and oidvector: numbers between spaces, subscripts from 0. Of oidvectors the shorter comes first; int2vectors compare as arrays. */
export function vectorCodec(element: number, codecOf: CodecOf): TypeCodec {
  const codec = codecOf(element);
  const array = arrayCodec(element, codecOf);
  return {
    ...array,
    parse(text, settings) {
      // an OID ends where its digits do, be there a space or not
      const parts = element === Oid.oid && /^[\s\d-]*$/.test(text) ? text.match(/-?\d+/g) ?? [] : text.split(/\s+/).filter((part) => part !== '');
      const items = parts.map((part) => codec.parse(part, settings, -1));
      return { kind: 'array', element, dims: [items.length], lowerBounds: [0], items };
    },
    print: (value, settings) => (value as SqlArray).items.map((item) => (item === null ? '' : codec.print(item, settings))).join(' '),
    compare: (a, b) => (element === Oid.oid && (a as SqlArray).items.length - (b as SqlArray).items.length) || array.compare(a, b),
  };
}
