import { ByteReader, ByteWriter, malformedBinary } from '../bytes.ts';
import type { TextSettings, TypeCodec } from '../codec.ts';
import { normalLong } from '../datum.ts';
import type { Datum, SqlMultirange, SqlRange } from '../datum.ts';
import { InvariantError, SqlError } from '../errors.ts';
import { Oid } from '../types.ts';
import { canonicalItem } from './containers.ts';
import type { CodecOf } from './containers.ts';

/** Ranges and multiranges: what each type is over, the order of their bounds, their canonical forms, their codecs. Manual: "Range Types". */

interface Family {
  readonly range: number;
  readonly multirange: number;
  readonly element: number;
  /** of a discrete type: the value after a value, undefined where there is none */
  readonly successor?: (value: Datum) => Datum | undefined;
  /** what 22003 and 22008 say at the end of the values */
  readonly overflow?: { readonly code: string; readonly message: string };
}

const infiniteDate = 0x7fffffff;
const lastDate = 2145031948;
const families: readonly Family[] = [
  { range: 3904, multirange: 4451, element: Oid.int4, overflow: { code: '22003', message: 'integer out of range' },
    successor: (value) => ((value as number) === 0x7fffffff ? undefined : (value as number) + 1) },
  { range: 3926, multirange: 4536, element: Oid.int8, overflow: { code: '22003', message: 'bigint out of range' },
    successor: (value) => (value === 9223372036854775807n ? undefined : normalLong(BigInt(value as number | bigint) + 1n)) },
  { range: 3912, multirange: 4535, element: Oid.date, overflow: { code: '22008', message: 'date out of range' },
    successor: (value) => (Math.abs(value as number) >= infiniteDate ? value : (value as number) + 1 > lastDate ? undefined : (value as number) + 1) },
  { range: 3906, multirange: 4532, element: Oid.numeric },
  { range: 3908, multirange: 4533, element: Oid.timestamp },
  { range: 3910, multirange: 4534, element: Oid.timestamptz },
];
const byOid = new Map(families.flatMap((family) => [[family.range, family], [family.multirange, family]]));

function familyOf(oid: number): Family {
  const found = byOid.get(oid);
  if (found === undefined) throw new InvariantError(`${oid} is no range type`);
  return found;
}
export const isRangeType = (oid: number): boolean => byOid.get(oid)?.range === oid;
export const isMultirangeType = (oid: number): boolean => byOid.get(oid)?.multirange === oid;
/** oid of the type of the bounds of a range or multirange. */
export const rangeElement = (oid: number): number => familyOf(oid).element;
/** oid of the range type that a multirange (or range) is of, and of the multirange type. */
export const rangeTypeOf = (oid: number): number => familyOf(oid).range;
export const multirangeTypeOf = (oid: number): number => familyOf(oid).multirange;

/** One end of a range; `value` null is unbounded. */
export interface Bound {
  readonly value: Datum;
  readonly inclusive: boolean;
  readonly lower: boolean;
}
export const lowerBound = (range: SqlRange): Bound => ({ value: range.lower, inclusive: range.lowerInclusive, lower: true });
export const upperBound = (range: SqlRange): Bound => ({ value: range.upper, inclusive: range.upperInclusive, lower: false });

/** The order of two bounds' values, unbounded ones outermost. */
export function compareBoundValues(a: Bound, b: Bound, codec: TypeCodec): number {
  if (a.value === null || b.value === null) {
    if (a.value !== b.value) return a.value === null ? (a.lower ? -1 : 1) : b.lower ? 1 : -1;
    return a.lower === b.lower ? 0 : a.lower ? -1 : 1;
  }
  return codec.compare(a.value, b.value);
}

/** The order of two bounds: of their values, then by what they leave out. */
export function compareBounds(a: Bound, b: Bound, codec: TypeCodec): number {
  const order = compareBoundValues(a, b, codec);
  if (order !== 0 || a.value === null) return order;
  if (!a.inclusive && !b.inclusive) return a.lower === b.lower ? 0 : a.lower ? 1 : -1;
  if (!a.inclusive) return a.lower ? 1 : -1;
  if (!b.inclusive) return b.lower ? -1 : 1;
  return 0;
}

export const emptyRange = (type: number): SqlRange => ({ kind: 'range', type, empty: true, lower: null, upper: null, lowerInclusive: false, upperInclusive: false });

/** The range in its canonical form: `[)` where values have successors, empty where nothing lies in it. */
export function makeRange(type: number, lower: Datum, upper: Datum, lowerInclusive: boolean, upperInclusive: boolean, codecOf: CodecOf): SqlRange {
  const { element, successor, overflow } = familyOf(type);
  const codec = codecOf(element);
  if (lower !== null && upper !== null) {
    const order = codec.compare(lower, upper);
    if (order > 0) throw new SqlError('22000', 'range lower bound must be less than or equal to range upper bound');
    if (order === 0 && !(lowerInclusive && upperInclusive)) return emptyRange(type);
  }
  const range: SqlRange = { kind: 'range', type, empty: false, lower, upper, lowerInclusive: lower !== null && lowerInclusive, upperInclusive: upper !== null && upperInclusive };
  if (successor === undefined) return range;
  const next = (value: Datum): Datum => {
    const result = successor(value);
    if (result === undefined) throw new SqlError(overflow!.code, overflow!.message);
    return result;
  };
  // an infinite date has no successor: its bound stays as it is
  const movable = (value: Datum): boolean => value !== null && successor(value) !== value;
  const from = movable(lower) && !lowerInclusive ? { lower: next(lower), lowerInclusive: true } : {};
  const to = movable(upper) && upperInclusive ? { upper: next(upper), upperInclusive: false } : {};
  const canonical: SqlRange = { ...range, ...from, ...to };
  if (canonical.lower === null || canonical.upper === null) return canonical;
  const order = codec.compare(canonical.lower, canonical.upper);
  return order > 0 || (order === 0 && !(canonical.lowerInclusive && canonical.upperInclusive)) ? emptyRange(type) : canonical;
}

/** `upper` ends where `lower` begins, with nothing between them and nothing in both. */
export function boundsAdjacent(type: number, upper: Bound, lower: Bound, codecOf: CodecOf): boolean {
  const { element, range, successor } = familyOf(type);
  const order = compareBoundValues(upper, lower, codecOf(element));
  if (order === 0) return upper.value !== null && upper.inclusive !== lower.inclusive;
  if (order > 0 || successor === undefined || upper.value === null || lower.value === null) return false;
  return makeRange(range, upper.value, lower.value, !upper.inclusive, !lower.inclusive, codecOf).empty;
}

/** Empty ranges first, then by lower bound, then by upper. */
export function compareRanges(a: SqlRange, b: SqlRange, codec: TypeCodec): number {
  if (a.empty || b.empty) return Number(b.empty) - Number(a.empty);
  return compareBounds(lowerBound(a), lowerBound(b), codec) || compareBounds(upperBound(a), upperBound(b), codec);
}

/** The ranges in order, none empty, those that touch made one. */
export function makeMultirange(type: number, ranges: readonly SqlRange[], codecOf: CodecOf): SqlMultirange {
  const codec = codecOf(rangeElement(type));
  const sorted = ranges.filter((range) => !range.empty).sort((a, b) => compareRanges(a, b, codec));
  const merged: SqlRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    const touches = last !== undefined && (compareBounds(upperBound(last), lowerBound(range), codec) >= 0 || boundsAdjacent(type, upperBound(last), lowerBound(range), codecOf));
    if (!touches) merged.push(range);
    else if (compareBounds(upperBound(last), upperBound(range), codec) < 0) {
      merged[merged.length - 1] = { ...last, upper: range.upper, upperInclusive: range.upperInclusive };
    }
  }
  return { kind: 'multirange', type: multirangeTypeOf(type), ranges: merged };
}

export function compareMultiranges(a: SqlMultirange, b: SqlMultirange, codec: TypeCodec): number {
  const common = Math.min(a.ranges.length, b.ranges.length);
  for (let i = 0; i < common; i++) {
    const order = compareRanges(a.ranges[i]!, b.ranges[i]!, codec);
    if (order !== 0) return order;
  }
  return a.ranges.length - b.ranges.length;
}

const isSpace = (character: string): boolean => character !== '' && ' \t\n\v\f\r'.includes(character);
const boundNeedsQuotes = (text: string): boolean => text === '' || /["\\()[\],\s]/.test(text);

interface ParsedRange {
  readonly lower: string | null;
  readonly upper: string | null;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
}

/** Reads `[l,u)` and its like (manual, "Range Input/Output"). */
class RangeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #malformed(detail: string): SqlError {
    return new SqlError('22P02', `malformed range literal: "${this.#text}"`, { detail });
  }
  #peek(): string {
    return this.#text.charAt(this.#at);
  }
  #skipSpace(): void {
    while (isSpace(this.#peek())) this.#at++;
  }

  read(): ParsedRange | 'empty' {
    this.#skipSpace();
    if (this.#text.slice(this.#at, this.#at + 5).toLowerCase() === 'empty') {
      this.#at += 5;
      this.#skipSpace();
      if (this.#peek() !== '') throw this.#malformed('Junk after "empty" key word.');
      return 'empty';
    }
    const open = this.#peek();
    if (open !== '[' && open !== '(') throw this.#malformed('Missing left parenthesis or bracket.');
    this.#at++;
    const lower = this.#bound();
    if (this.#peek() !== ',') throw this.#malformed('Missing comma after lower bound.');
    this.#at++;
    const upper = this.#bound();
    const close = this.#peek();
    if (close !== ')' && close !== ']') throw this.#malformed('Too many commas.');
    this.#at++;
    this.#skipSpace();
    if (this.#peek() !== '') throw this.#malformed('Junk after right parenthesis or bracket.');
    return { lower, upper, lowerInclusive: open === '[', upperInclusive: close === ']' };
  }

  #bound(): string | null {
    if (this.#peek() === ',' || this.#peek() === ')' || this.#peek() === ']') return null;
    let value = '';
    let quoted = false;
    while (quoted || !(this.#peek() === ',' || this.#peek() === ')' || this.#peek() === ']')) {
      const character = this.#peek();
      this.#at++;
      if (character === '') throw this.#malformed('Unexpected end of input.');
      if (character === '\\') {
        if (this.#peek() === '') throw this.#malformed('Unexpected end of input.');
        value += this.#peek();
        this.#at++;
      } else if (character !== '"') value += character;
      else if (!quoted) quoted = true;
      else if (this.#peek() === '"') {
        value += '"';
        this.#at++;
      } else quoted = false;
    }
    return value;
  }
}

export function rangeCodec(type: number, codecOf: CodecOf): TypeCodec {
  const codec = codecOf(rangeElement(type));
  const printBound = (value: Datum, settings: TextSettings): string => {
    if (value === null) return '';
    const text = codec.print(value, settings);
    return boundNeedsQuotes(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text;
  };
  return {
    parse(text, settings) {
      const parsed = new RangeReader(text).read();
      if (parsed === 'empty') return emptyRange(type);
      const parseBound = (bound: string | null): Datum => (bound === null ? null : codec.parse(bound, settings, -1));
      return makeRange(type, parseBound(parsed.lower), parseBound(parsed.upper), parsed.lowerInclusive, parsed.upperInclusive, codecOf);
    },
    print(value, settings) {
      const range = value as SqlRange;
      if (range.empty) return 'empty';
      return `${range.lowerInclusive ? '[' : '('}${printBound(range.lower, settings)},${printBound(range.upper, settings)}${range.upperInclusive ? ']' : ')'}`;
    },
    decode(bytes) {
      const reader = new ByteReader(bytes, 'range');
      const flags = reader.byte();
      if ((flags & 1) !== 0) return emptyRange(type);
      const bound = (infinite: number): Datum => {
        if ((flags & infinite) !== 0) return null;
        const data = reader.sized();
        if (data === null) throw malformedBinary('range');
        return codec.decode(data);
      };
      const lower = bound(8);
      const upper = bound(16);
      reader.end();
      return makeRange(type, lower, upper, (flags & 2) !== 0, (flags & 4) !== 0, codecOf);
    },
    encode(value) {
      const range = value as SqlRange;
      const writer = new ByteWriter();
      if (range.empty) {
        writer.byte(1);
        return writer.finish();
      }
      writer.byte((range.lowerInclusive ? 2 : 0) | (range.upperInclusive ? 4 : 0) | (range.lower === null ? 8 : 0) | (range.upper === null ? 16 : 0));
      if (range.lower !== null) writer.sized(codec.encode(range.lower));
      if (range.upper !== null) writer.sized(codec.encode(range.upper));
      return writer.finish();
    },
    compare: (a, b) => compareRanges(a as SqlRange, b as SqlRange, codec),
    ...(codec.canonical !== undefined && { canonical: (value: Datum) => canonicalRange(value as SqlRange, codec) }),
  };
}

const canonicalRange = (range: SqlRange, codec: TypeCodec): SqlRange => ({ ...range, lower: canonicalItem(codec)(range.lower), upper: canonicalItem(codec)(range.upper) });

/** The texts of the ranges between the braces. */
function splitMultirange(text: string): readonly string[] {
  const malformed = (detail: string): SqlError => new SqlError('22P02', `malformed multirange literal: "${text}"`, { detail });
  const ranges: string[] = [];
  let at = 0;
  const skipSpace = (): void => {
    while (isSpace(text.charAt(at))) at++;
  };
  skipSpace();
  if (text.charAt(at) !== '{') throw malformed('Missing left brace.');
  at++;
  for (;;) {
    skipSpace();
    if (text.charAt(at) === '') throw malformed('Unexpected end of input.');
    if (text.charAt(at) === '}' && ranges.length === 0) break;
    if (text.slice(at, at + 5).toLowerCase() === 'empty') {
      ranges.push('empty');
      at += 5;
    } else if (text.charAt(at) === '[' || text.charAt(at) === '(') {
      const from = at;
      for (let quoted = false; ; at++) {
        const character = text.charAt(at);
        if (character === '') throw malformed('Unexpected end of input.');
        if (character === '\\') at++;
        else if (character === '"') {
          if (quoted && text.charAt(at + 1) === '"') at++;
          else quoted = !quoted;
        } else if (!quoted && (character === ']' || character === ')')) break;
      }
      ranges.push(text.slice(from, ++at));
    } else throw malformed('Expected range start.');
    skipSpace();
    const after = text.charAt(at);
    if (after === '') throw malformed('Unexpected end of input.');
    if (after === '}') break;
    if (after !== ',') throw malformed('Expected comma or end of multirange.');
    at++;
  }
  at++;
  skipSpace();
  if (at < text.length) throw malformed('Junk after closing right brace.');
  return ranges;
}

export function multirangeCodec(type: number, codecOf: CodecOf): TypeCodec {
  const range = codecOf(rangeTypeOf(type));
  const element = codecOf(rangeElement(type));
  const rangesOf = (value: Datum): readonly SqlRange[] => (value as SqlMultirange).ranges;
  return {
    parse: (text, settings) => makeMultirange(type, splitMultirange(text).map((part) => range.parse(part, settings, -1) as SqlRange), codecOf),
    print: (value, settings) => `{${rangesOf(value).map((part) => range.print(part, settings)).join(',')}}`,
    decode(bytes) {
      const reader = new ByteReader(bytes, 'multirange');
      const ranges: SqlRange[] = [];
      for (let left = reader.int32(); left > 0; left--) {
        const data = reader.sized();
        if (data === null) throw malformedBinary('multirange');
        ranges.push(range.decode(data) as SqlRange);
      }
      reader.end();
      return makeMultirange(type, ranges, codecOf);
    },
    encode(value) {
      const writer = new ByteWriter();
      writer.int32(rangesOf(value).length);
      for (const part of rangesOf(value)) writer.sized(range.encode(part));
      return writer.finish();
    },
    compare: (a, b) => compareMultiranges(a as SqlMultirange, b as SqlMultirange, element),
    ...(element.canonical !== undefined && {
      canonical: (value: Datum): Datum => ({ ...(value as SqlMultirange), ranges: rangesOf(value).map((part) => canonicalRange(part, element)) }),
    }),
  };
}
