import { InvariantError } from '../core/index.ts';
import type { RowBatch, RowLayout } from '../core/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { Collection } from './operators/collection.ts';
import { LOOK_ROWS, Scratch } from './operators/operator.ts';
import type { Expired, Sink } from './operators/operator.ts';
import { copyRow, internRow, sameRow } from './state/row-code.ts';
import type { CopyRow, InternRow } from './state/row-code.ts';
import type { Symbols } from './state/symbols.ts';

/** Changes of one relation, in order, as they lie in the log. */
export interface Change {
  readonly relation: RelationId;
  readonly rows?: RowBatch;
  /** columns that row `n` of the batch leaves out, as bits: they are those of the row before, its old version */
  readonly missing?: ReadonlyMap<number, bigint>;
  /** rows of the batch that hold their key only */
  readonly keyOnly?: ReadonlySet<number>;
  readonly truncate?: boolean;
}

/** The stored changes, for relations that are not held in memory. */
export interface LogReader {
  /** The next stored changes of the relation behind `position` (undefined: from the start) that lie at or before `time`; undefined where there are none. */
  next(relation: RelationId, position: number | undefined, time: number): { readonly changes: Iterable<Change>; readonly position: number } | undefined;
  /** How many rows of the relation are stored. */
  rows(relation: RelationId): number;
}

/** The rows that a change finds stored: by them a row that holds its key only is completed. */
export interface Stored {
  readonly collection: Collection;
  readonly key: readonly number[] | undefined;
}

/** Takes the rows of changes apart, one by one, as engine rows: the words as they lie, and where they lie if there are no symbols; symbols as transients over the batch's arena. Fills what upstream left out from the stored rows. */
export class ChangeReader {
  readonly #layout: RowLayout;
  readonly #symbols: Symbols;
  readonly #unpack: Unpacker;
  readonly #scratch: Scratch;
  readonly #together: { readonly I: Int32Array; readonly F: Float64Array };
  readonly #intern: InternRow;
  /** the last row of weight -1, for columns that its new version leaves out */
  readonly #old: Int32Array;

  constructor(layout: RowLayout, symbols: Symbols) {
    this.#layout = layout;
    this.#symbols = symbols;
    this.#unpack = new Unpacker(layout, symbols);
    this.#scratch = new Scratch(layout);
    const words = new ArrayBuffer(LOOK_ROWS * layout.stride * 4);
    this.#together = { I: new Int32Array(words), F: new Float64Array(words) };
    this.#intern = internRow(layout);
    this.#old = new Int32Array(layout.stride);
  }

  /** Pushes the rows of the batch from row `first` on, and returns the row to go on with, which is their number when it has come to the end. */
  push(change: Change, first: number, target: Sink, stored: Stored | undefined, expired: Expired): number {
    const { rows, missing, keyOnly } = change;
    if (rows === undefined) return 0;
    this.#symbols.useArena(rows.arena);
    const step = keyOnly !== undefined || missing !== undefined ? this.#pushPartial : stored !== undefined ? this.#pushHeld : this.#pushWhole;
    for (let row = first; row < rows.rowCount; ) {
      if (row > first && expired()) return row;
      const end = Math.min(row + LOOK_ROWS, rows.rowCount);
      step.call(this, change, rows, row, end, target, stored);
      row = end;
    }
    return rows.rowCount;
  }

  /** Whole rows that are not kept. */
  #pushWhole(_change: Change, rows: RowBatch, from: number, to: number, target: Sink): void {
    const { I, F } = this.#scratch;
    const { stride } = this.#layout;
    for (let row = from; row < to; row++) {
      if (this.#unpack.plain) {
        target.push(rows.I, rows.F, row * stride, rows.I[row * stride]!);
      } else {
        this.#unpack.row(rows, row, I, 0);
        target.push(I, F, 0, I[0]!);
      }
      this.#symbols.forgetTransients();
    }
  }

  /** Whole rows of a relation that is held: what they will be compared with is read ahead for all of them together. */
  #pushHeld(_change: Change, rows: RowBatch, from: number, to: number, target: Sink, stored: Stored | undefined): void {
    const { stride } = this.#layout;
    let { I, F } = rows;
    let at = from * stride;
    if (!this.#unpack.plain) {
      ({ I, F } = this.#together);
      at = 0;
      for (let row = from; row < to; row++) {
        const b = (row - from) * stride;
        this.#unpack.row(rows, row, I, b);
        this.#intern(this.#symbols, I, b);
        this.#symbols.forgetTransients();
      }
    }
    stored!.collection.arrangement.touch(I, at, to - from);
    for (let row = from; row < to; row++, at += stride) {
      target.push(I, F, at, I[at]!);
      this.#symbols.forgetTransients();
    }
  }

  /** Rows that lack what the stored ones have. */
  #pushPartial({ missing, keyOnly }: Change, rows: RowBatch, from: number, to: number, target: Sink, stored: Stored | undefined): void {
    const { I, F } = this.#scratch;
    for (let row = from; row < to; row++) {
      this.#unpack.row(rows, row, I, 0);
      if (keyOnly?.has(row) === true && !this.#complete(stored)) continue;
      const lacks = missing?.get(row);
      if (lacks !== undefined) {
        for (let column = 0; column < this.#layout.types.length; column++) if (((lacks >> BigInt(column)) & 1n) === 1n) copyWords(this.#layout, this.#old, I, column);
      }
      if (missing !== undefined && I[0]! < 0) intern(this.#layout, this.#symbols, I, this.#old);
      target.push(I, F, 0, I[0]!);
      this.#symbols.forgetTransients();
    }
  }

  /** Puts the stored row in the place of one that holds its key only; false where there is none. */
  #complete(stored: Stored | undefined): boolean {
    const { I } = this.#scratch;
    if (stored === undefined || stored.key === undefined) throw new InvariantError('a row that holds only its key came for a relation without a key');
    intern(this.#layout, this.#symbols, I, I);
    const at = findByKey(stored.collection, stored.key, I);
    if (at < 0) return false;
    const { slab } = stored.collection.arrangement;
    for (let word = 1; word < this.#layout.stride; word++) I[word] = slab.I[at + word]!;
    return true;
  }
}

/** The base of the stored row with the key of `I`, or -1. */
function findByKey({ arrangement, layout }: Collection, key: readonly number[], I: Int32Array): number {
  const { rows: index } = arrangement.indexes.byWords(key, 'keys');
  const same = sameRow(layout, key, layout, key);
  const { slab } = arrangement;
  for (let handle = index.find(index.hash(I, 0), same, I, 0); handle !== 0; handle = index.links[handle * 2]!) {
    if (slab.I[handle * slab.stride]! > 0) return handle * slab.stride;
  }
  return -1;
}

/** Copies a row, its transients interned. */
export function intern(layout: RowLayout, symbols: Symbols, from: Int32Array, to: Int32Array): void {
  to.set(from);
  layout.storages.forEach((storage, column) => {
    const at = layout.offsets[column]!;
    if (storage === 'symbol' && ((to[1 + (column >> 5)]! >>> (column & 31)) & 1) === 0) to[at] = symbols.intern(to[at]!, layout.types[column]!.oid);
  });
}

const isWide = (layout: RowLayout, column: number): boolean => layout.storages[column] === 'long' || layout.storages[column] === 'double';

function copyWords(layout: RowLayout, from: Int32Array, to: Int32Array, column: number): void {
  const at = layout.offsets[column]!;
  to[at] = from[at]!;
  if (isWide(layout, column)) to[at + 1] = from[at + 1]!;
  const mask = 1 + (column >> 5);
  const bit = 1 << (column & 31);
  to[mask] = (to[mask]! & ~bit) | (from[mask]! & bit);
}

/** Copies rows of a batch into engine rows: words as they lie, symbols as transients over the batch's arena. */
export class Unpacker {
  readonly #symbolColumns: readonly { readonly at: number; readonly mask: number; readonly bit: number }[];
  readonly #symbols: Symbols;
  readonly #stride: number;
  readonly #copy: CopyRow;

  constructor(layout: RowLayout, symbols: Symbols) {
    this.#symbols = symbols;
    this.#stride = layout.stride;
    this.#copy = copyRow(layout);
    this.#symbolColumns = layout.storages.flatMap((storage, column) => (storage === 'symbol' ? [{ at: layout.offsets[column]!, mask: 1 + (column >> 5), bit: 1 << (column & 31) }] : []));
  }
  /** whether there are no symbols: a row of a batch is then an engine row as it lies */
  get plain(): boolean {
    return this.#symbolColumns.length === 0;
  }
  /** Writes the row to `b` of `I`. */
  row(rows: RowBatch, row: number, I: Int32Array, b: number): void {
    const from = row * this.#stride;
    I[b] = rows.I[from]!;
    this.#copy(rows.I, from, I, b);
    for (let column = 0; column < this.#symbolColumns.length; column++) {
      const { at, mask, bit } = this.#symbolColumns[column]!;
      if ((I[b + mask]! & bit) !== 0) continue;
      const start = I[b + at]!;
      const { arena } = rows;
      const length = arena[start]! | (arena[start + 1]! << 8) | (arena[start + 2]! << 16) | (arena[start + 3]! << 24);
      I[b + at] = this.#symbols.transientBytes(start + 4, length);
    }
  }
}
