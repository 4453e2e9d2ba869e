import { rowLayout, InvariantError } from '../../core/index.ts';
import type { RowLayout, SqlType } from '../../core/index.ts';
import { HashIndex } from './hash-index.ts';
import { Indexes } from './indexes.ts';
import { copyRow, hashRow, sameRow } from './row-code.ts';
import type { CopyRow, HashRow, SameRow } from './row-code.ts';
import { Slab } from './slab.ts';
import type { SymbolRoot } from './symbol-sweep.ts';
import type { Symbols } from './symbols.ts';

/**
 * A bag of rows, each stored once with its weight, found by their whole content and by any number of keys.
 * `add` changes a weight; a row whose weight came to 0 stays linked until `release`, so that the change can still be joined with the state before it.
 */
export class Arrangement implements SymbolRoot {
  readonly slab: Slab;
  readonly layout: RowLayout;
  readonly symbols: Symbols;
  readonly indexes: Indexes;
  readonly #identity: HashIndex;
  readonly #copy: CopyRow;
  readonly #hash: HashRow;
  readonly #same: SameRow;
  readonly #symbolColumns: readonly { readonly at: number; readonly oid: number; readonly mask: number; readonly bit: number }[];
  readonly #scratch: Int32Array;
  #live = 0;

  constructor(types: readonly SqlType[], symbols: Symbols) {
    this.layout = rowLayout(types);
    this.symbols = symbols;
    this.slab = new Slab(this.layout);
    const all = types.map((_, i) => i);
    this.#identity = new HashIndex(this.slab, all);
    this.#copy = copyRow(this.layout);
    this.#hash = hashRow(this.layout, all);
    this.#same = sameRow(this.layout, all, this.layout, all);
    this.indexes = new Indexes(this.slab, symbols, (handle) => this.isLinked(handle));
    this.#symbolColumns = this.layout.storages.flatMap((storage, i) =>
      storage === 'symbol' ? [{ at: this.layout.offsets[i]!, oid: types[i]!.oid, mask: 1 + (i >> 5), bit: 1 << (i & 31) }] : []);
    this.#scratch = new Int32Array(this.layout.stride);
  }

  /** distinct rows with a weight other than 0 (or not yet released) */
  get rows(): number {
    return this.#live;
  }
  get byteLength(): number {
    return this.slab.byteLength + this.#identity.byteLength + this.indexes.byteLength;
  }

  /** Whether a row of weight 0 is one still, to be released, or a place that is free. */
  isLinked(handle: number): boolean {
    const { I, stride } = this.slab;
    return this.#identity.find(this.#hash(I, handle * stride), this.#same, I, handle * stride) === handle;
  }

  /** Adds `weight` copies of the row at `b`; returns its handle. Interns its symbols. */
  add(I: Int32Array, b: number, weight: number): number {
    let source = I;
    let at = b;
    const symbolColumns = this.#symbolColumns;
    if (symbolColumns.length > 0) {
      source = this.#scratch;
      at = 0;
      this.#copy(I, b, source, 0);
      for (let i = 0; i < symbolColumns.length; i++) {
        const column = symbolColumns[i]!;
        const word = source[column.at]!;
        if ((source[column.mask]! & column.bit) === 0) source[column.at] = this.symbols.intern(word, column.oid);
      }
    }
    const hash = this.#hash(source, at);
    const known = this.#identity.find(hash, this.#same, source, at);
    const slab = this.slab;
    if (known !== 0) {
      const total = slab.I[known * slab.stride]! + weight;
      if (total !== (total | 0)) throw new InvariantError('the weight of a row passed 2^31');
      slab.I[known * slab.stride] = total;
      return known;
    }
    const handle = slab.allocate();
    const to = handle * slab.stride;
    this.#copy(source, at, slab.I, to);
    slab.I[to] = weight;
    this.#live++;
    this.#identity.insertHashed(handle, hash);
    this.indexes.insert(handle);
    return handle;
  }

  markSymbols(symbols: Symbols): Iterable<void> {
    return this.slab.markSymbols(symbols);
  }

  weight(handle: number): number {
    return this.slab.I[handle * this.slab.stride]!;
  }

  /** Forgets a row whose weight is 0; does nothing to others. */
  release(handle: number): void {
    if (this.slab.I[handle * this.slab.stride] !== 0) return;
    this.#identity.remove(handle);
    this.indexes.remove(handle);
    this.slab.free(handle);
    this.#live--;
  }
}
