import { codecOf, exactWords, Oid, SqlError, storageOf } from '../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../core/index.ts';
import { bindScalar, evaluateScalar } from '../ir/index.ts';
import type { Lookup, LookupKey, Scalar } from '../ir/index.ts';
import { Scratch } from './operators/operator.ts';
import { writeColumn } from './scalar/runtime.ts';
import type { Context } from './scalar/runtime.ts';
import type { Arrangement } from './state/arrangement.ts';
import { hashOfEqual, keyLayout } from './state/key-lanes.ts';
import { hashRow, sameRow } from './state/row-code.ts';
import type { HashRow, SameRow } from './state/row-code.ts';
import { growInt32 } from './state/symbols.ts';

/** Keys of one lookup at most; with more the relation is scanned. */
const MOST_KEYS = 16_384;
/** Rows found at most: past that a scan, which goes in slices, costs little more. */
const MOST_ROWS = 65_536;

/** An index as a lookup sees it, over these columns; its own columns are those of its slab. */
export interface FoundIndex {
  readonly columns: readonly number[];
  readonly rows: {
    readonly slab: { readonly layout: RowLayout };
    readonly columns: readonly number[];
    readonly links: Int32Array;
    find(hash: number, same: SameRow, J: Int32Array, b: number): number;
  };
}

/** The handles of the rows a lookup finds, ascending; undefined where the arrangement has no such index or there are too many: it is scanned then. Some may be gone: their weight is 0. */
export function findRows(lookup: Lookup, arrangement: Arrangement, context: Context): Int32Array | undefined {
  const index = arrangement.indexes.find(lookup.columns);
  return index && new RowFinder(lookup, arrangement.layout, index, context).find();
}

/** The values of the column's type that equal the key; none where NULL equals nothing, or the key is a number that the column cannot hold. */
function valuesOf(key: LookupKey, type: SqlType, context: Context): Datum[] {
  const value = valueOf(key.value, context);
  const values = !key.elements ? [value] : value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'array' ? value.items : [];
  return values.flatMap((item) => {
    if (item === null) return key.nullSafe ? [null] : [];
    const fitting = asType(item, type);
    return fitting === undefined ? [] : [fitting];
  });
}

function valueOf(scalar: Scalar, { parameters, environment }: Context): Datum {
  if (parameters === undefined) return evaluateScalar(scalar, [], environment);
  return scalar.op === 'parameter' ? parameters[scalar.index - 1] ?? null : evaluateScalar(bindScalar(scalar, parameters), [], environment);
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

/** Finds the rows of a layout that a lookup is about, as often as it is asked: the keys may hang on parameters. */
export class RowFinder {
  readonly index: FoundIndex;
  readonly #lookup: Lookup;
  readonly #context: Context;
  readonly #types: readonly SqlType[];
  readonly #layout: RowLayout;
  readonly #all: readonly number[];
  readonly #hash: HashRow;
  readonly #same: SameRow;
  readonly #key: Scratch;
  #handles = new Int32Array(16);
  #count = 0;

  constructor(lookup: Lookup, rows: RowLayout, index: FoundIndex, context: Context) {
    this.index = index;
    this.#lookup = lookup;
    this.#context = context;
    this.#types = index.columns.map((column) => rows.types[column]!);
    this.#layout = keyLayout(this.#types);
    this.#all = this.#types.map((_, i) => i);
    this.#hash = hashRow(this.#layout, this.#all);
    this.#same = sameRow(index.rows.slab.layout, index.rows.columns, this.#layout, this.#all);
    this.#key = new Scratch(this.#layout);
  }

  /** What `findRows` returns; valid until the next call. */
  find(): Int32Array | undefined {
    const keys = this.#keys();
    if (keys === undefined) return undefined;
    this.#count = 0;
    return this.#visit(keys, 0) ? ascending(this.#handles.subarray(0, this.#count)) : undefined;
  }

  /** For each column of the index the values it may have. */
  #keys(): (readonly Datum[])[] | undefined {
    const keys: (readonly Datum[])[] = [];
    let combinations = 1;
    try {
      for (const [i, column] of this.#lookup.keys.entries()) {
        const values = column.length === 1 ? valuesOf(column[0]!, this.#types[i]!, this.#context) : column.flatMap((key) => valuesOf(key, this.#types[i]!, this.#context));
        combinations *= values.length;
        if (combinations > MOST_KEYS) return undefined;
        keys.push(values);
      }
    } catch (error) {
      // Whether the condition is reached at all, and so raises, is for the scan to say.
      if (error instanceof SqlError) return undefined;
      throw error;
    }
    return keys;
  }

  /** Takes the rows of all keys that go on from the columns before `i`; false where there are too many. */
  #visit(keys: readonly (readonly Datum[])[], i: number): boolean {
    const { I, F } = this.#key;
    if (i < keys.length) return keys[i]!.every((value) => !this.#write(I, F, i, value) || this.#visit(keys, i + 1));
    const { rows } = this.index;
    for (let handle = rows.find(this.#hash(I, 0), this.#same, I, 0); handle !== 0; handle = rows.links[handle * 2]!) {
      if (this.#count === MOST_ROWS) return false;
      if (this.#count === this.#handles.length) this.#handles = growInt32(this.#handles, this.#count * 2);
      this.#handles[this.#count++] = handle;
    }
    return true;
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
