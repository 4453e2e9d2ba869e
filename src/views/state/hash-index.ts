import { growInt32 } from './symbols.ts';
import { anyNull, compiled, hashRow, hashSource, home, homeSource, sameSource } from './row-code.ts';
import type { HashRow, SameRow } from './row-code.ts';
import type { Slab } from './slab.ts';

const ABSENT = -1;

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
  readonly #insert: (index: HashIndex, handle: number) => void;
  /** pairs of hash and first row + 1; generated code probes it from `homeSource` on, and no one else writes it */
  table = new Int32Array(32);
  shift = 28;
  #keys = 0;
  /** next row with the same key, 0 at the end */
  next: Int32Array;
  /** the row before it, 0 at the start, ABSENT where the row is not linked */
  previous: Int32Array;

  constructor(slab: Slab, columns: readonly number[]) {
    this.slab = slab;
    this.columns = columns;
    this.hash = hashRow(slab.layout, columns);
    this.hasNull = anyNull(slab.layout, columns);
    this.#insert = insertion(slab, columns);
    this.next = new Int32Array(slab.capacity);
    this.previous = new Int32Array(slab.capacity).fill(ABSENT);
  }

  get keys(): number {
    return this.#keys;
  }
  get byteLength(): number {
    return this.table.byteLength + this.next.byteLength * 2;
  }

  /** The first row whose key equals that of row `b` of `J`, or 0; `hash` and `same` are over (slab row, J row). */
  find(hash: number, same: SameRow, J: Int32Array, b: number): number {
    const table = this.table;
    const mask = (table.length >> 1) - 1;
    const I = this.slab.I;
    const stride = this.slab.stride;
    let slot = home(hash, this.shift);
    for (;;) {
      const first = table[slot * 2 + 1]! - 1;
      if (first < 0) return 0;
      if (table[slot * 2] === hash && same(I, first * stride, J, b)) return first;
      slot = (slot + 1) & mask;
    }
  }

  /** Whether the row is linked. */
  holds(handle: number): boolean {
    return handle < this.previous.length && this.previous[handle] !== ABSENT;
  }

  insert(handle: number): void {
    this.#insert(this, handle);
  }

  /** Links a row whose key is new, at the free slot where probing for its hash ended. */
  begin(slot: number, hash: number, handle: number): void {
    this.#reserve();
    const { table } = this;
    table[slot * 2] = hash;
    table[slot * 2 + 1] = handle + 1;
    this.next[handle] = 0;
    this.previous[handle] = 0;
    if (++this.#keys * 4 > table.length) this.#grow();
  }
  /** Links a row behind the first with its key, so that the table need not change. */
  follow(first: number, handle: number): void {
    this.#reserve();
    const second = this.next[first]!;
    this.next[handle] = second;
    this.previous[handle] = first;
    if (second !== 0) this.previous[second] = handle;
    this.next[first] = handle;
  }
  #reserve(): void {
    if (this.next.length >= this.slab.capacity) return;
    this.next = growInt32(this.next, this.slab.capacity);
    const known = this.previous.length;
    this.previous = growInt32(this.previous, this.slab.capacity).fill(ABSENT, known);
  }

  remove(handle: number): void {
    const next = this.next[handle]!;
    const previous = this.previous[handle]!;
    this.previous[handle] = ABSENT;
    if (next !== 0) this.previous[next] = previous;
    if (previous !== 0) {
      this.next[previous] = next;
      return;
    }
    const table = this.table;
    const mask = (table.length >> 1) - 1;
    const hash = this.hash(this.slab.I, handle * this.slab.stride);
    let slot = home(hash, this.shift);
    while (table[slot * 2 + 1] !== handle + 1) slot = (slot + 1) & mask;
    if (next !== 0) {
      table[slot * 2 + 1] = next + 1;
      return;
    }
    this.#keys--;
    for (let probe = slot; ; ) {
      probe = (probe + 1) & mask;
      if (table[probe * 2 + 1] === 0) break;
      const distance = (probe - home(table[probe * 2]!, this.shift)) & mask;
      if (distance >= ((probe - slot) & mask)) {
        table[slot * 2] = table[probe * 2]!;
        table[slot * 2 + 1] = table[probe * 2 + 1]!;
        slot = probe;
      }
    }
    table[slot * 2] = 0;
    table[slot * 2 + 1] = 0;
  }

  #grow(): void {
    const old = this.table;
    const table = new Int32Array(old.length * 2);
    const mask = (table.length >> 1) - 1;
    this.shift--;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = home(old[i]!, this.shift);
      while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
      table[slot * 2] = old[i]!;
      table[slot * 2 + 1] = old[i + 1]!;
    }
    this.table = table;
  }
}

/** Links a row of the slab under its key, found or new. Generated: hash and equality are in the loop. */
function insertion(slab: Slab, columns: readonly number[]): (index: HashIndex, handle: number) => void {
  const { layout, stride } = slab;
  return compiled(['index', 'handle'], `
const I = index.slab.I, b = handle * ${stride};
${hashSource('hash', layout, columns, 'I', 'b')}
const { table } = index, mask = (table.length >> 1) - 1;
for (let slot = ${homeSource('hash', 'index.shift')}; ; slot = slot + 1 & mask) {
  const first = table[slot * 2 + 1] - 1;
  if (first < 0) return index.begin(slot, hash, handle);
  const a = first * ${stride};
  if (table[slot * 2] === hash && ${sameSource(layout, columns, 'I', 'a', layout, columns, 'I', 'b')}) return index.follow(first, handle);
}`);
}
