import type { RowLayout } from '../../core/index.ts';
import { HashIndex } from '../state/hash-index.ts';
import { Slab } from '../state/slab.ts';
import { growInt32 } from '../state/symbols.ts';

/**
 * The groups of a reduce, each a small integer that is used again when the group is gone: its key and how many rows it has, its numbers, and what is noted of it in a tick.
 * State: a row of the key, 8 bytes a number and 4 bytes a group. The arrays are replaced when they grow: reload them after `begin`.
 */
export class Groups {
  readonly slab: Slab;
  readonly index: HashIndex;
  /** numbers a group */
  readonly width: number;
  /** those of group g from g * width on; 0 in a new group */
  numbers: Float64Array;
  /** what the reduce notes of a group; 0 in a new one */
  mark = new Int32Array(16);
  #live = 0;

  constructor(keys: RowLayout, width: number) {
    this.slab = new Slab(keys);
    this.index = new HashIndex(this.slab, keys.types.map((_, column) => column));
    this.width = width;
    this.numbers = new Float64Array(16 * width);
  }
  get live(): number {
    return this.#live;
  }
  get byteLength(): number {
    return this.slab.byteLength + this.index.byteLength + this.numbers.byteLength + this.mark.byteLength;
  }

  /** A new group without rows, linked at the free slot where probing for its key's hash ended; the caller writes its key. */
  begin(slot: number, hash: number): number {
    const g = this.slab.allocate();
    this.slab.I[g * this.slab.stride] = 0;
    this.index.begin(slot, hash, g);
    if (g >= this.mark.length) {
      const size = Math.max(g + 1, this.mark.length * 2);
      this.mark = growInt32(this.mark, size);
      const numbers = new Float64Array(size * this.width);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    this.#live++;
    return g;
  }
  end(g: number): void {
    this.index.remove(g);
    this.slab.free(g);
    this.numbers.fill(0, g * this.width, (g + 1) * this.width);
    this.#live--;
  }
}
