import { codecOf, defaultTextSettings, exactWords, SqlError } from '../core/index.ts';
import type { RowBatch } from '../core/index.ts';
import { intern, Unpacker } from './changes.ts';
import type { Collection } from './operators/collection.ts';
import { LOOK_ROWS, Scratch } from './operators/operator.ts';
import type { Expired } from './operators/operator.ts';
import { BatchWriter } from './outputs/result.ts';
import { readColumn, writeColumn } from './scalar/runtime.ts';
import { HashIndex } from './state/hash-index.ts';
import { KeyWriter } from './state/key-lanes.ts';
import { anyNull, copyRow, hashRow, sameRow } from './state/row-code.ts';
import type { AnyNull, HashRow, SameRow } from './state/row-code.ts';
import { Slab } from './state/slab.ts';

/** Columns of which no two rows of a relation have the same values, NULL apart. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly number[];
  /** NULLS NOT DISTINCT: two rows alike in their NULLs have the same key too */
  readonly nullsNotDistinct?: boolean;
}

/** The rows of a collection that have the key of a given row, as SQL compares values; NULL equals nothing. */
class KeyProbe {
  readonly #collection: Collection;
  readonly #index: HashIndex;
  readonly #lanes: KeyWriter | undefined;
  readonly #key: Int32Array;
  readonly #hash: HashRow;
  readonly #same: SameRow;
  readonly #hasNull: AnyNull;
  /** columns whose lanes tell no more than that values may be equal */
  readonly #compared: readonly number[];

  constructor(collection: Collection, columns: readonly number[]) {
    const { arrangement, layout } = collection;
    const index = arrangement.indexes.byValues(columns, 'keys');
    index.build(Infinity);
    this.#collection = collection;
    this.#index = index.rows;
    this.#lanes = index.lanes && new KeyWriter(layout, columns, arrangement.symbols);
    const own = this.#lanes?.layout ?? layout;
    const ownColumns = this.#lanes === undefined ? columns : columns.map((_, i) => i);
    this.#key = new Int32Array(own.stride);
    this.#hash = hashRow(own, ownColumns);
    this.#same = sameRow(own, ownColumns, own, ownColumns);
    this.#hasNull = anyNull(layout, columns);
    this.#compared = columns.filter((column) => !exactWords(layout.types[column]!));
  }

  hasNull(I: Int32Array, b: number): boolean {
    return this.#hasNull(I, b);
  }

  /** How many rows have the key of the row at `b` of `I`, whose symbols are interned. */
  weight(I: Int32Array, F: Float64Array, b: number): number {
    const { arrangement } = this.#collection;
    let weight = 0;
    this.visit(I, F, b, (handle) => (weight += arrangement.weight(handle)));
    return weight;
  }

  /** The rows that have that key. */
  visit(I: Int32Array, F: Float64Array, b: number, see: (handle: number) => void): void {
    let J = I;
    let at = b;
    if (this.#lanes !== undefined) {
      J = this.#key;
      at = 0;
      this.#lanes.write(I, F, b, J, 0);
    }
    const index = this.#index;
    for (let handle = index.find(this.#hash(J, at), this.#same, J, at); handle !== 0; handle = index.links[handle * 2]!) {
      if (this.#compared.length === 0 || this.#equal(handle, I, F, b)) see(handle);
    }
  }

  #equal(handle: number, I: Int32Array, F: Float64Array, b: number): boolean {
    const { arrangement, layout } = this.#collection;
    const { slab, symbols } = arrangement;
    return this.#compared.every((column) => {
      const stored = readColumn(symbols, layout, slab.I, slab.F, handle * slab.stride, column);
      const value = readColumn(symbols, layout, I, F, b, column);
      return stored === null || value === null ? stored === value : codecOf(layout.types[column]!.oid).compare(stored, value) === 0;
    });
  }
}

/**
 * Raises 23505 where the batches, taken together, would leave two rows of the collection with one key.
 * `replaces` says that the rows stored now go before. Yields when `expired()`. Costs one row of words a key of the batches, while it runs.
 */
export function* checkKey(collection: Collection, key: UniqueKey, batches: readonly RowBatch[], replaces: boolean, expired: Expired): Generator<undefined, void> {
  const { arrangement, layout } = collection;
  const { symbols } = arrangement;
  const stored = new KeyProbe(collection, key.columns);
  const unpack = new Unpacker(layout, symbols);
  const { I, F } = new Scratch(layout);
  const canonical = new Scratch(layout);
  const inexact = key.columns.filter((column) => !exactWords(layout.types[column]!));
  const same = sameRow(layout, key.columns, layout, key.columns);
  const copy = copyRow(layout);
  // A row of each key in the batches, in its canonical form, its weight the sum of theirs.
  const net = new Slab(layout);
  const byKey = new HashIndex(net, key.columns);
  function* visit(see: (hash: number) => void): Generator<undefined, void> {
    for (const rows of batches) {
      for (let row = 0; row < rows.rowCount; row++) {
        if (row % LOOK_ROWS === 0 && expired()) yield;
        symbols.useArena(rows.arena);
        unpack.row(rows, row, I, 0);
        intern(layout, symbols, I, I);
        if (key.nullsNotDistinct === true || !stored.hasNull(I, 0)) {
          copy(I, 0, canonical.I, 0);
          for (const column of inexact) canonicalize(collection, canonical, column);
          see(byKey.hash(canonical.I, 0));
        }
        symbols.forgetTransients();
      }
    }
  }
  yield* visit((hash) => {
    let handle = byKey.find(hash, same, canonical.I, 0);
    if (handle === 0) {
      handle = net.allocate();
      copy(canonical.I, 0, net.I, handle * net.stride);
      net.I[handle * net.stride] = 0;
      byKey.insert(handle);
    }
    net.I[handle * net.stride]! += I[0]!;
  });
  yield* visit((hash) => {
    if (I[0]! <= 0) return;
    const weight = net.I[byKey.find(hash, same, canonical.I, 0) * net.stride]! + (replaces ? 0 : stored.weight(I, F, 0));
    if (weight <= 1) return;
    throw new SqlError('23505', `duplicate key value violates unique constraint "${key.name}"`, { detail: `Key ${describe(collection, key, I, F, 0)} already exists.`, constraint: key.name });
  });
}

/** Raises 23505 where two rows that are there have one key: what a unique index is refused for. */
export function checkUnique(collection: Collection, key: UniqueKey): void {
  const stored = new KeyProbe(collection, key.columns);
  const { slab } = collection.arrangement;
  for (let handle = 1; handle < slab.top; handle++) {
    const at = handle * slab.stride;
    if (slab.I[at] === 0 || stored.hasNull(slab.I, at) || stored.weight(slab.I, slab.F, at) === 1) continue;
    throw new SqlError('23505', `could not create unique index "${key.name}"`, { detail: `Key ${describe(collection, key, slab.I, slab.F, at)} is duplicated.`, constraint: key.name });
  }
}

/** The rows of the collection that share these columns with a row of the batch, each once, with its weight. Costs a look into an index a row. */
export function rowsSharing(collection: Collection, columns: readonly number[], rows: RowBatch): RowBatch {
  const { arrangement, layout } = collection;
  const { slab, symbols } = arrangement;
  const stored = new KeyProbe(collection, columns);
  const unpack = new Unpacker(layout, symbols);
  const { I, F } = new Scratch(layout);
  const found = new Set<number>();
  for (let row = 0; row < rows.rowCount; row++) {
    symbols.useArena(rows.arena);
    unpack.row(rows, row, I, 0);
    intern(layout, symbols, I, I);
    stored.visit(I, F, 0, (handle) => {
      if (arrangement.weight(handle) > 0) found.add(handle);
    });
    symbols.forgetTransients();
  }
  const writer = new BatchWriter(layout, layout.types.length, symbols);
  for (const handle of found) writer.add(slab.I, slab.F, handle * slab.stride, arrangement.weight(handle));
  return writer.builder.finish();
}

/** Puts the representative of the values equal to it into the column. */
function canonicalize({ arrangement, layout }: Collection, { I, F }: Scratch, column: number): void {
  const { symbols } = arrangement;
  const { oid } = layout.types[column]!;
  const value = readColumn(symbols, layout, I, F, 0, column);
  writeColumn(symbols, layout, I, F, 0, column, typeof value === 'number' ? (value === 0 ? 0 : value) : codecOf(oid).canonical!(value!));
  if (layout.storages[column] === 'symbol') I[layout.offsets[column]!] = symbols.intern(I[layout.offsets[column]!]!, oid);
}

function describe({ arrangement, layout, type }: Collection, key: UniqueKey, I: Int32Array, F: Float64Array, b: number): string {
  const values = key.columns.map((column) => {
    const value = readColumn(arrangement.symbols, layout, I, F, b, column);
    return value === null ? 'null' : codecOf(layout.types[column]!.oid).print(value, defaultTextSettings);
  });
  return `(${key.columns.map((column) => type.columns[column]!.name).join(', ')})=(${values.join(', ')})`;
}
