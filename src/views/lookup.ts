import { codecOf, exactWords, Oid, SqlError, storageOf } from '../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../core/index.ts';
import { evaluateScalar } from '../ir/index.ts';
import type { Lookup, LookupKey } from '../ir/index.ts';
import { Scratch } from './operators/operator.ts';
import { writeColumn } from './scalar/runtime.ts';
import type { Context } from './scalar/runtime.ts';
import type { Arrangement } from './state/arrangement.ts';
import type { RowIndex } from './state/indexes.ts';
import { hashOfEqual, keyLayout } from './state/key-lanes.ts';
import { hashRow, sameRow } from './state/row-code.ts';
import { growInt32 } from './state/symbols.ts';

/** Keys of one lookup at most; with more the relation is scanned. */
const MOST_KEYS = 16_384;
/** Rows found at most: past that a scan, which goes in slices, costs little more. */
const MOST_ROWS = 65_536;

/** The handles of the rows a lookup finds, ascending; undefined where the arrangement has no such index or there are too many: it is scanned then. Some may be gone: their weight is 0. */
export function findRows(lookup: Lookup, arrangement: Arrangement, context: Context): Int32Array | undefined {
  const index = arrangement.indexes.find(lookup.columns);
  if (index === undefined) return undefined;
  const keys: (readonly Datum[])[] = [];
  let combinations = 1;
  try {
    for (const [i, column] of lookup.columns.entries()) {
      const values = lookup.keys[i]!.flatMap((key) => valuesOf(key, arrangement.layout.types[column]!, context));
      combinations *= values.length;
      if (combinations > MOST_KEYS) return undefined;
      keys.push(values);
    }
  } catch (error) {
    // Whether the condition is reached at all, and so raises, is for the scan to say.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
  return new Finder(arrangement, index, keys, context).find();
}

/** The values of the column's type that equal the key; none where NULL equals nothing, or the key is a number that the column cannot hold. */
function valuesOf(key: LookupKey, type: SqlType, context: Context): Datum[] {
  const value = evaluateScalar(key.value, [], context.environment);
  const values = !key.elements ? [value] : value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'array' ? value.items : [];
  return values.flatMap((item) => {
    if (item === null) return key.nullSafe ? [null] : [];
    const fitting = asType(item, type);
    return fitting === undefined ? [] : [fitting];
  });
}

const ranges: ReadonlyMap<number, readonly [bigint, bigint]> = new Map([
  [Oid.int2, [-32768n, 32767n]], [Oid.int4, [-2147483648n, 2147483647n]], [Oid.int8, [-9223372036854775808n, 9223372036854775807n]],
]);

/** A number as a value of the integer column it is compared with; undefined where it is none. Other values are of the column's type already. */
function asType(value: Datum, type: SqlType): Datum | undefined {
  const range = ranges.get(type.oid);
  if (range === undefined) return value;
  let whole: bigint;
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return undefined;
    whole = BigInt(value);
  } else if (typeof value === 'bigint') whole = value;
  else if (value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'numeric') {
    if (value.special !== undefined) return undefined;
    const unit = 10n ** BigInt(value.scale);
    if (value.coefficient % unit !== 0n) return undefined;
    whole = value.coefficient / unit;
  } else return undefined;
  if (whole < range[0] || whole > range[1]) return undefined;
  return whole >= -9007199254740991n && whole <= 9007199254740991n ? Number(whole) : whole;
}

/** The rows of an arrangement that have one of some keys. */
class Finder {
  readonly #index: RowIndex;
  readonly #keys: readonly (readonly Datum[])[];
  readonly #context: Context;
  readonly #layout: RowLayout;
  readonly #types: readonly SqlType[];

  constructor(arrangement: Arrangement, index: RowIndex, keys: readonly (readonly Datum[])[], context: Context) {
    this.#index = index;
    this.#keys = keys;
    this.#context = context;
    this.#types = index.columns.map((column) => arrangement.layout.types[column]!);
    this.#layout = keyLayout(this.#types);
  }

  find(): Int32Array | undefined {
    const { rows } = this.#index;
    const all = this.#types.map((_, i) => i);
    const hash = hashRow(this.#layout, all);
    const same = sameRow(rows.slab.layout, rows.columns, this.#layout, all);
    const { I, F } = new Scratch(this.#layout);
    let handles = new Int32Array(16);
    let count = 0;
    const visit = (i: number): boolean => {
      if (i < all.length) return this.#keys[i]!.every((value) => !this.#write(I, F, i, value) || visit(i + 1));
      for (let handle = rows.find(hash(I, 0), same, I, 0); handle !== 0; handle = rows.next[handle]!) {
        if (count === MOST_ROWS) return false;
        if (count === handles.length) handles = growInt32(handles, count * 2);
        handles[count++] = handle;
      }
      return true;
    };
    return visit(0) ? ascending(handles.subarray(0, count)) : undefined;
  }

  /** Writes a value of the key as the index holds it; false where no row can have it. */
  #write(I: Int32Array, F: Float64Array, i: number, value: Datum): boolean {
    const type = this.#types[i]!;
    const { symbols } = this.#context;
    if (value === null || (exactWords(type) && storageOf(type) !== 'symbol')) {
      writeColumn(symbols, this.#layout, I, F, 0, i, value);
      return true;
    }
    const word = exactWords(type) ? symbols.find(codecOf(type.oid).encode(value)) : hashOfEqual(value, type);
    writeColumn(symbols, this.#layout, I, F, 0, i, null);
    I[this.#layout.offsets[i]!] = word;
    I[1 + (i >> 5)]! &= ~(1 << (i & 31));
    return !exactWords(type) || word >= 0;
  }
}

/** Sorted, each once: keys may be equal, and in an index by hash share their rows. */
function ascending(handles: Int32Array): Int32Array {
  handles.sort();
  let kept = 0;
  for (let i = 0; i < handles.length; i++) if (i === 0 || handles[i] !== handles[i - 1]) handles[kept++] = handles[i]!;
  return handles.subarray(0, kept);
}
