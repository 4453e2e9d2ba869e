import { growInt32 } from './symbols.ts';
import { anyNull, hashRow, sameRow } from './row-code.ts';
import type { HashRow, SameRow } from './row-code.ts';
import type { Slab } from './slab.ts';

/**
 * Finds the rows of a slab by the words of some columns. The chains of rows with one key lie beside the slab, so an index can be added to a slab in use.
 * Open addressing over (hash, first row + 1), at most half full, deletions shift back. Chains are doubly linked: removing a row of a million with one key costs the same as of one.
 * State: 16 to 32 bytes a key, 8 bytes a row.
 */
export class HashIndex {
  readonly slab: Slab;
  readonly columns: readonly number[];
  readonly hash: HashRow;
  readonly hasNull: (I: Int32Array, b: number) => boolean;
  readonly #same: SameRow;
  #table = new Int32Array(32);
  #shift = 28;
  #keys = 0;
  /** next row with the same key, 0 at the end */
  next: Int32Array;
  #previous: Int32Array;

  constructor(slab: Slab, columns: readonly number[]) {
    this.slab = slab;
    this.columns = columns;
    this.hash = hashRow(slab.layout, columns);
    this.hasNull = anyNull(slab.layout, columns);
    this.#same = sameRow(slab.layout, columns, slab.layout, columns);
    this.next = new Int32Array(slab.capacity);
    this.#previous = new Int32Array(slab.capacity);
  }

  get keys(): number {
    return this.#keys;
  }
  get byteLength(): number {
    return this.#table.byteLength + this.next.byteLength * 2;
  }

  /** The first row whose key equals that of row `b` of `J`, or 0; `hash` and `same` are over (slab row, J row). */
  find(hash: number, same: SameRow, J: Int32Array, b: number): number {
    const table = this.#table;
    const mask = (table.length >> 1) - 1;
    const I = this.slab.I;
    const stride = this.slab.stride;
    let slot = hash >>> this.#shift;
    for (;;) {
      const first = table[slot * 2 + 1]! - 1;
      if (first < 0) return 0;
      if (table[slot * 2] === hash && same(I, first * stride, J, b)) return first;
      slot = (slot + 1) & mask;
    }
  }

  insert(handle: number): void {
    this.insertHashed(handle, this.hash(this.slab.I, handle * this.slab.stride));
  }

  /** The same for a caller that knows the row's hash. */
  insertHashed(handle: number, hash: number): void {
    if (this.next.length < this.slab.capacity) {
      this.next = growInt32(this.next, this.slab.capacity);
      this.#previous = growInt32(this.#previous, this.slab.capacity);
    }
    const I = this.slab.I;
    const at = handle * this.slab.stride;
    const table = this.#table;
    const mask = (table.length >> 1) - 1;
    let slot = hash >>> this.#shift;
    for (;;) {
      const first = table[slot * 2 + 1]! - 1;
      if (first < 0) break;
      if (table[slot * 2] === hash && this.#same(I, first * this.slab.stride, I, at)) {
        // Behind the first row, so that the table need not change.
        const second = this.next[first]!;
        this.next[handle] = second;
        this.#previous[handle] = first;
        if (second !== 0) this.#previous[second] = handle;
        this.next[first] = handle;
        return;
      }
      slot = (slot + 1) & mask;
    }
    table[slot * 2] = hash;
    table[slot * 2 + 1] = handle + 1;
    this.next[handle] = 0;
    this.#previous[handle] = 0;
    if (++this.#keys * 2 > mask) this.#grow();
  }

  remove(handle: number): void {
    const next = this.next[handle]!;
    const previous = this.#previous[handle]!;
    if (next !== 0) this.#previous[next] = previous;
    if (previous !== 0) {
      this.next[previous] = next;
      return;
    }
    const table = this.#table;
    const mask = (table.length >> 1) - 1;
    const hash = this.hash(this.slab.I, handle * this.slab.stride);
    let slot = hash >>> this.#shift;
    while (table[slot * 2 + 1] !== handle + 1) slot = (slot + 1) & mask;
    if (next !== 0) {
      table[slot * 2 + 1] = next + 1;
      return;
    }
    this.#keys--;
    for (let probe = slot; ; ) {
      probe = (probe + 1) & mask;
      if (table[probe * 2 + 1] === 0) break;
      const home = table[probe * 2]! >>> this.#shift;
      if (((probe - home) & mask) >= ((probe - slot) & mask)) {
        table[slot * 2] = table[probe * 2]!;
        table[slot * 2 + 1] = table[probe * 2 + 1]!;
        slot = probe;
      }
    }
    table[slot * 2] = 0;
    table[slot * 2 + 1] = 0;
  }

  #grow(): void {
    const old = this.#table;
    const table = new Int32Array(old.length * 2);
    const mask = (table.length >> 1) - 1;
    this.#shift--;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = old[i]! >>> this.#shift;
      while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
      table[slot * 2] = old[i]!;
      table[slot * 2 + 1] = old[i + 1]!;
    }
    this.#table = table;
  }
}
