import { codecOf, loadLong, longHigh, longLow, Oid, POSTGRES_EPOCH_MS, SqlError, sqlErrorOf, storageOf } from '../../core/index.ts';
import type { Datum, Numeric, RowLayout, SqlArray, SqlRecord, SqlType, TextSettings } from '../../core/index.ts';
import { toBitLength, toVarbitLength } from '../../ir/index.ts';
import type { Environment } from '../../ir/index.ts';
import type { Symbols } from '../state/symbols.ts';

/** What compiled code refers to beside its rows: one per engine. */
export interface Context {
  readonly symbols: Symbols;
  /** for stable functions; views see the engine's own */
  readonly environment: Environment;
  /** the code runs for one query: literals stay out of its text, so that the same query with other values runs what was compiled for this one */
  readonly once: boolean;
  /** values of the parameters of code that is compiled once for all of them: asked for when it runs */
  readonly parameters?: readonly Datum[];
  /** position in the statement of the call that is running, for errors; 0 when unknown */
  position: number;
  /** what the first `orNull` of the row at hand kept from being raised, until whoever runs the code takes it */
  hidden: SqlError | undefined;
  /** time of the current tick in milliseconds */
  time: number;
}

/** The error as it should reach the user: with the position of the call that raised it. */
export function located(error: unknown, context: Context): unknown {
  const known = sqlErrorOf(error);
  return known === undefined ? error : context.position > 0 ? known.at(context.position) : known;
}

/** Takes note of what `orNull` caught. A fault of ours is no NULL. */
export function hide(error: unknown, context: Context): void {
  const known = sqlErrorOf(error);
  if (known === undefined) throw error;
  context.hidden ??= located(known, context) as SqlError;
  context.position = 0;
}

export function storeLong(I: Int32Array, at: number, value: number | bigint): void {
  I[at] = longLow(value);
  I[at + 1] = longHigh(value);
}

/** Reads a column of a row of words. */
export function readColumn(symbols: Symbols, layout: RowLayout, I: Int32Array, F: Float64Array, base: number, column: number): Datum {
  if (((I[base + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1) return null;
  const at = base + layout.offsets[column]!;
  switch (layout.storages[column]!) {
    case 'bool':
      return I[at] !== 0;
    case 'int':
      return I[at]!;
    case 'oid':
      return I[at]! >>> 0;
    case 'long':
      return loadLong(I[at]!, I[at + 1]!);
    case 'double':
      return F[at >> 1]!;
    case 'symbol':
      return symbols.value(I[at]!, layout.types[column]!.oid);
  }
}

/** Writes a column of a row of words; the column's words and null bit may hold anything before. */
export function writeColumn(symbols: Symbols, layout: RowLayout, I: Int32Array, F: Float64Array, base: number, column: number, value: Datum): void {
  const at = base + layout.offsets[column]!;
  const mask = base + 1 + (column >> 5);
  const storage = layout.storages[column]!;
  I[at] = 0;
  if (storage === 'long' || storage === 'double') I[at + 1] = 0;
  if (value === null) {
    I[mask]! |= 1 << (column & 31);
    return;
  }
  I[mask]! &= ~(1 << (column & 31));
  switch (storage) {
    case 'bool':
      I[at] = value === true ? 1 : 0;
      return;
    case 'int':
    case 'oid':
      I[at] = value as number;
      return;
    case 'long':
      storeLong(I, at, value as number | bigint);
      return;
    case 'double':
      F[at >> 1] = value as number;
      return;
    case 'symbol':
      I[at] = symbols.transient(value);
      return;
  }
}

const isText = (oid: number): boolean =>
  oid === Oid.text || oid === Oid.varchar || oid === Oid.bpchar || oid === Oid.name || oid === Oid.char || oid === Oid.json;

export const fromText = (value: Datum, type: SqlType, settings: TextSettings): Datum => codecOf(type.oid).parse(value as string, settings, type.typmod);
export const toText = (value: Datum, from: SqlType, settings: TextSettings): string =>
  isText(from.oid) ? (value as string) : codecOf(from.oid).print(value, settings);

/** Equality of the type's default operator class. */
export const sameValue = (oid: number, a: Datum, b: Datum): boolean => codecOf(oid).compare(a, b) === 0;

/** A change of typmod: goes through the type's own input rules; `explicit` casts truncate strings, assignments raise 22001. */
export function coerceTypmod(value: Datum, type: SqlType, explicit: boolean, settings: TextSettings): Datum {
  const limit = type.typmod - 4;
  if (type.oid === Oid.varchar || type.oid === Oid.bpchar) {
    let text = value as string;
    const points = [...text];
    if (points.length > limit) {
      const cut = points.slice(0, limit).join('');
      if (!explicit && points.slice(limit).some((c) => c !== ' ')) {
        throw new SqlError('22001', `value too long for type character${type.oid === Oid.varchar ? ' varying' : ''}(${limit})`);
      }
      text = cut;
    } else if (type.oid === Oid.bpchar) {
      text += ' '.repeat(limit - points.length);
    }
    return text;
  }
  if (type.oid === Oid.bit) return toBitLength(value as string, type.typmod, explicit);
  if (type.oid === Oid.varbit) return toVarbitLength(value as string, type.typmod, explicit);
  const codec = codecOf(type.oid);
  return codec.parse(codec.print(value, settings), settings, type.typmod);
}

export function makeArray(items: readonly Datum[], nested: boolean, element: number): SqlArray {
  if (!nested) return { kind: 'array', element, dims: items.length === 0 ? [] : [items.length], lowerBounds: items.length === 0 ? [] : [1], items };
  const inner = items as readonly (SqlArray | null)[];
  const first = inner.find((item) => item !== null && item.dims.length > 0);
  if (first === undefined || first === null) return { kind: 'array', element, dims: [], lowerBounds: [], items: [] };
  for (const item of inner) {
    if (item === null || item.dims.length !== first.dims.length || item.dims.some((dim, i) => dim !== first.dims[i] || item.lowerBounds[i] !== first.lowerBounds[i])) {
      throw new SqlError('2202E', 'multidimensional arrays must have array expressions with matching dimensions');
    }
  }
  return {
    kind: 'array', element, dims: [inner.length, ...first.dims], lowerBounds: [1, ...first.lowerBounds],
    items: inner.flatMap((item) => item!.items),
  };
}

/** `array[i][j]`: NULL outside the bounds, or for a NULL subscript. */
export function elementOf(array: SqlArray, subscripts: readonly Datum[]): Datum {
  if (subscripts.length !== array.dims.length) return null;
  let at = 0;
  for (let d = 0; d < subscripts.length; d++) {
    const subscript = subscripts[d];
    if (subscript === null || subscript === undefined) return null;
    const offset = Number(subscript) - array.lowerBounds[d]!;
    if (offset < 0 || offset >= array.dims[d]!) return null;
    at = at * array.dims[d]! + offset;
  }
  return array.items[at]!;
}

/** `array[l:u]...`: the empty array outside the bounds; lower bounds of the result are 1. */
export function sliceOf(array: SqlArray, lower: readonly Datum[], upper: readonly Datum[]): Datum {
  const empty: SqlArray = { kind: 'array', element: array.element, dims: [], lowerBounds: [], items: [] };
  if (lower.length > array.dims.length) return empty;
  const from: number[] = [];
  const dims: number[] = [];
  for (let d = 0; d < array.dims.length; d++) {
    const low = array.lowerBounds[d]!;
    const high = low + array.dims[d]! - 1;
    const l = d < lower.length && lower[d] !== null ? Math.max(low, Number(lower[d])) : low;
    const u = d < upper.length && upper[d] !== null ? Math.min(high, Number(upper[d])) : high;
    if (l > u) return empty;
    from.push(l - low);
    dims.push(u - l + 1);
  }
  const items: Datum[] = [];
  const walk = (d: number, at: number): void => {
    for (let i = 0; i < dims[d]!; i++) {
      const next = at * array.dims[d]! + from[d]! + i;
      if (d === dims.length - 1) items.push(array.items[next]!);
      else walk(d + 1, next);
    }
  };
  walk(0, 0);
  return { kind: 'array', element: array.element, dims, lowerBounds: dims.map(() => 1), items };
}

export const makeRecord = (fields: readonly Datum[], types: readonly number[], names: readonly string[] | null): SqlRecord => (names === null ? { kind: 'record', types, fields } : { kind: 'record', types, fields, names });

/** `left op ANY (array)` with three-valued logic; `all` for ALL. */
export function quantified(compare: (a: Datum, b: Datum, environment: Environment) => Datum, environment: Environment, left: Datum, array: SqlArray, all: boolean): boolean | null {
  let unknown = false;
  for (const item of array.items) {
    const result = item === null || left === null ? null : compare(left, item, environment);
    if (result === null) unknown = true;
    else if ((result === true) !== all) return !all;
  }
  return unknown ? null : all;
}

const MICROS_TO_EPOCH = BigInt(POSTGRES_EPOCH_MS) * 1000n;

/** The tick's time as a value of the type that the function asked for has. */
export function currentTime(ms: number, type: SqlType): Datum {
  switch (type.oid) {
    case Oid.numeric:
      return { kind: 'numeric', coefficient: BigInt(ms), scale: 0 } satisfies Numeric;
    case Oid.timestamptz:
    case Oid.timestamp:
      return Number(BigInt(ms) * 1000n - MICROS_TO_EPOCH);
    default:
      return ms;
  }
}

/**
 * A temporal bound in milliseconds, for `mz_now() < value` and its like: fractions are floored; a timestamp or date is read as UTC.
 * Null: the row never shows. Infinity and -Infinity stand for what lies beyond all times.
 */
export function boundMs(value: Datum, type: SqlType): number | null {
  if (value === null) return null;
  switch (storageOf(type)) {
    case 'int':
      return type.oid === Oid.date ? dateMs(value as number) : (value as number);
    case 'long':
      return type.oid === Oid.timestamp || type.oid === Oid.timestamptz ? timestampMs(value as number | bigint) : Number(value);
    case 'double':
      return Math.floor(value as number);
    default: {
      const numeric = value as Numeric;
      if (numeric.special === 'NaN') return null;
      if (numeric.special !== undefined) return numeric.special === 'Infinity' ? Infinity : -Infinity;
      if (numeric.scale === 0) return Number(numeric.coefficient);
      const unit = 10n ** BigInt(numeric.scale);
      const whole = numeric.coefficient / unit;
      return Number(numeric.coefficient < 0n && whole * unit !== numeric.coefficient ? whole - 1n : whole);
    }
  }
}

function dateMs(days: number): number {
  if (days === 0x7fffffff) return Infinity;
  return days <= -0x7fffffff ? -Infinity : days * 86_400_000 + POSTGRES_EPOCH_MS;
}

function timestampMs(micros: number | bigint): number {
  if (typeof micros === 'bigint') return micros > 0n ? Infinity : -Infinity;
  return Math.floor(micros / 1000) + POSTGRES_EPOCH_MS;
}
