import { growInt32 } from './symbols.ts';

/** A table larger than this is given back when it is cleared. */
const KEPT_ENTRIES = 1 << 12;

/**
 * The weights that rows of a slab had at an earlier moment, of those rows that have changed since: the first weight noted of a row stays.
 * Open addressing over handles, at most half full; the entries lie in the order in which they came.
 * State: 16 to 32 bytes a row noted, nothing for others.
 */
export class Past {
  handles = new Int32Array(16);
  weights = new Int32Array(16);
  size = 0;
  /** entry + 1 by hash of its handle */
  #table = new Int32Array(32);
  #shift = 27;

  get byteLength(): number {
    return this.#table.byteLength + this.handles.byteLength * 2;
  }

  /** The entry of the row, or -1. */
  find(handle: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = Math.imul(handle, 0x9e3779b1) >>> this.#shift; ; slot = (slot + 1) & mask) {
      const entry = table[slot]! - 1;
      if (entry < 0 || this.handles[entry] === handle) return entry;
    }
  }

  /** Notes the row's weight, unless one is noted. */
  note(handle: number, weight: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = Math.imul(handle, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const entry = table[slot]! - 1;
      if (entry < 0) break;
      if (this.handles[entry] === handle) return;
      slot = (slot + 1) & mask;
    }
    const entry = this.size++;
    if (entry === this.handles.length) {
      this.handles = growInt32(this.handles, entry * 2);
      this.weights = growInt32(this.weights, entry * 2);
    }
    this.handles[entry] = handle;
    this.weights[entry] = weight;
    table[slot] = entry + 1;
    if (this.size * 2 > mask) this.#grow();
  }

  clear(): void {
    this.size = 0;
    if (this.handles.length <= KEPT_ENTRIES) {
      this.#table.fill(0);
      return;
    }
    this.handles = new Int32Array(16);
    this.weights = new Int32Array(16);
    this.#table = new Int32Array(32);
    this.#shift = 27;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    this.#shift--;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = Math.imul(this.handles[entry]!, 0x9e3779b1) >>> this.#shift;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = entry + 1;
    }
    this.#table = table;
  }
}
