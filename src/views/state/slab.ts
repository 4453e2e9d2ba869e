import { InvariantError } from '../../core/index.ts';
import type { RowLayout } from '../../core/index.ts';
import { ownMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import { markInSlices, symbolColumns } from './symbol-sweep.ts';
import type { SymbolRoot } from './symbol-sweep.ts';
import type { Symbols } from './symbols.ts';

/** Past this size a slab lives in WebAssembly.Memory, which grows in place instead of by copy. */
const IN_PLACE_BYTES = 16 << 20;
const PAGE = 65536;

/**
 * Rows of words, each at `handle * stride`. Handle 0 is the row whose every column is NULL: what an outer join puts where nothing matches.
 * A freed row keeps weight 0 and links to the next free one in word 1; its symbol words are -1, which is no symbol.
 * `I` and `F` are replaced when the slab grows: reload them after any call that may allocate.
 */
export class Slab implements SymbolRoot {
  readonly layout: RowLayout;
  readonly stride: number;
  I: Int32Array;
  F: Float64Array;
  /** handles below are or were in use */
  top = 1;
  #free = 0;
  #memory: WebAssembly.Memory | undefined;
  #capacity = 16;
  readonly #symbolColumns: Int32Array;
  readonly #where: Memory;

  constructor(layout: RowLayout, memory: Memory = ownMemory) {
    this.layout = layout;
    this.#where = memory;
    this.stride = layout.stride;
    this.#symbolColumns = symbolColumns(layout);
    const buffer = memory.allocate(this.#capacity * this.stride * 4);
    this.I = new Int32Array(buffer);
    this.F = new Float64Array(buffer);
    for (let column = 0; column < layout.types.length; column++) this.I[1 + (column >> 5)]! |= 1 << (column & 31);
  }

  get capacity(): number {
    return this.#capacity;
  }
  get byteLength(): number {
    return this.I.byteLength;
  }

  /** A row for the caller to fill; its words are whatever they were. */
  allocate(): number {
    if (this.#free !== 0) {
      const handle = this.#free;
      this.#free = this.I[handle * this.stride + 1]!;
      return handle;
    }
    if (this.top === this.#capacity) this.#grow();
    return this.top++;
  }

  /** Makes room for the row `handle`, for a slab that another one gives the handles of; rows not written yet are 0. */
  reserve(handle: number): void {
    while (handle >= this.#capacity) this.#grow();
  }

  free(handle: number): void {
    const at = handle * this.stride;
    this.I[at] = 0;
    this.I[at + 1] = this.#free;
    for (let i = 0; i < this.#symbolColumns.length; i++) this.I[at + this.#symbolColumns[i]!] = -1;
    this.#free = handle;
  }

  /** Of every row that is in use, whatever its weight. */
  markSymbols(symbols: Symbols): Iterable<void> {
    return markInSlices(symbols, this.#symbolColumns, this.stride, 1, () => this.top, () => this.I);
  }

  #grow(): void {
    const bytes = this.#capacity * 2 * this.stride * 4;
    if (this.#memory !== undefined) {
      this.#memory.grow(Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE);
    } else if (bytes > IN_PLACE_BYTES) {
      const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: 65536, shared: this.#where.shared });
      new Int32Array(memory.buffer).set(this.I);
      this.#memory = memory;
    } else {
      const buffer = this.#where.allocate(bytes);
      const grown = new Int32Array(buffer);
      grown.set(this.I);
      this.I = grown;
      this.F = new Float64Array(buffer);
      this.#capacity *= 2;
      return;
    }
    if (this.#memory.buffer.byteLength < bytes) throw new InvariantError('a slab did not grow');
    this.I = new Int32Array(this.#memory.buffer);
    this.F = new Float64Array(this.#memory.buffer);
    this.#capacity *= 2;
    this.#where.changed();
  }
}
