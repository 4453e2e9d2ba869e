import type { RowLayout, SqlType } from '../../core/index.ts';
import { Arrangement } from './arrangement.ts';
import { markInSlices, symbolColumns } from './symbol-sweep.ts';
import type { SymbolRoot } from './symbol-sweep.ts';
import type { Symbols } from './symbols.ts';

interface Bucket {
  words: Int32Array<ArrayBuffer>;
  rows: number;
  /** consolidates when it reaches this many rows */
  limit: number;
}

const FIRST_ROWS = 16;
/** rows released between two looks at the clock */
const RELEASED_ROWS = 16;

/**
 * Rows with weights to be emitted at known times, in buckets by millisecond; a heap of the bucket times says which is next.
 * A bucket consolidates when it has doubled, so that a bound in the far future costs memory by rows, not by changes. Emptied buckets' buffers are pooled.
 */
export class Calendar implements SymbolRoot {
  readonly #layout: RowLayout;
  readonly #types: readonly SqlType[];
  readonly #symbols: Symbols;
  readonly #buckets = new Map<number, Bucket>();
  readonly #heap: number[] = [];
  readonly #pool: Int32Array<ArrayBuffer>[] = [];
  readonly #symbolColumns: readonly { readonly at: number; readonly oid: number; readonly mask: number; readonly bit: number }[];
  #rows = 0;
  #bytes = 0;
  /** the bucket being released, and how many of its rows are */
  #due: Bucket | undefined;
  #released = 0;

  constructor(layout: RowLayout, symbols: Symbols) {
    this.#layout = layout;
    this.#types = layout.types;
    this.#symbols = symbols;
    this.#symbolColumns = layout.storages.flatMap((storage, i) =>
      storage === 'symbol' ? [{ at: layout.offsets[i]!, oid: layout.types[i]!.oid, mask: 1 + (i >> 5), bit: 1 << (i & 31) }] : []);
  }
  /** rows that are due some day; consolidates, so that what was taken back does not count */
  get rows(): number {
    for (const bucket of this.#buckets.values()) this.#consolidate(bucket);
    return this.#rows;
  }
  get byteLength(): number {
    return this.#bytes;
  }
  /** the earliest time at which something is due */
  get next(): number | undefined {
    return this.#heap[0];
  }

  add(time: number, I: Int32Array, b: number, weight: number): void {
    const { stride } = this.#layout;
    let bucket = this.#buckets.get(time);
    if (bucket === undefined) {
      const words = this.#pool.pop() ?? this.#allocate(FIRST_ROWS * stride);
      bucket = { words, rows: 0, limit: Math.max(4096, FIRST_ROWS) };
      this.#buckets.set(time, bucket);
      this.#heapPush(time);
    }
    if (bucket.rows === bucket.limit) this.#consolidate(bucket);
    if ((bucket.rows + 1) * stride > bucket.words.length) {
      const words = this.#allocate(bucket.words.length * 2);
      words.set(bucket.words);
      this.#bytes -= bucket.words.byteLength;
      bucket.words = words;
    }
    const to = bucket.rows * stride;
    const words = bucket.words;
    for (let i = 1; i < stride; i++) words[to + i] = I[b + i]!;
    words[to] = weight;
    for (const column of this.#symbolColumns) {
      const word = words[to + column.at]!;
      if ((words[to + column.mask]! & column.bit) === 0) words[to + column.at] = this.#symbols.intern(word, column.oid);
    }
    bucket.rows++;
    this.#rows++;
  }

  /** Calls `emit` for every row due at or before `time`, bucket by bucket in order of time; false when `expired()` came before the end. */
  release(time: number, emit: (I: Int32Array, F: Float64Array, b: number, w: number) => void, expired: () => boolean): boolean {
    for (;;) {
      if (this.#due === undefined) {
        if (!(this.#heap.length > 0 && this.#heap[0]! <= time)) return true;
        const at = this.#heapPop();
        this.#due = this.#buckets.get(at)!;
        this.#buckets.delete(at);
      }
      const { words, rows } = this.#due;
      const F = new Float64Array(words.buffer);
      while (this.#released < rows) {
        const at = this.#released++ * this.#layout.stride;
        if (words[at] !== 0) emit(words, F, at, words[at]!);
        if (this.#released % RELEASED_ROWS === 0 && expired()) return false;
      }
      this.#forget(this.#due);
    }
  }

  *markSymbols(symbols: Symbols): Iterable<void> {
    const columns = symbolColumns(this.#layout);
    for (const bucket of [...(this.#due === undefined ? [] : [this.#due]), ...this.#buckets.values()]) yield* markInSlices(symbols, columns, this.#layout.stride, 0, () => bucket.rows, () => bucket.words);
  }

  #forget(bucket: Bucket): void {
    const { words, rows } = bucket;
    bucket.rows = 0;
    this.#due = undefined;
    this.#released = 0;
    this.#rows -= rows;
    if (this.#pool.length < 64 && words.length <= 1 << 16) this.#pool.push(words);
    else this.#bytes -= words.byteLength;
  }

  #allocate(words: number): Int32Array<ArrayBuffer> {
    this.#bytes += words * 4;
    return new Int32Array(words);
  }

  #consolidate(bucket: Bucket): void {
    const { stride } = this.#layout;
    const sum = new Arrangement(this.#types, this.#symbols);
    for (let row = 0; row < bucket.rows; row++) {
      const at = row * stride;
      const handle = sum.add(bucket.words, at, bucket.words[at]!);
      sum.release(handle);
    }
    this.#rows -= bucket.rows;
    bucket.rows = 0;
    for (let handle = 1; handle < sum.slab.top; handle++) {
      const from = handle * stride;
      if (sum.slab.I[from] === 0) continue;
      bucket.words.set(sum.slab.I.subarray(from, from + stride), bucket.rows * stride);
      bucket.rows++;
    }
    this.#rows += bucket.rows;
    bucket.limit = Math.max(4096, bucket.rows * 2);
  }

  #heapPush(time: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(time);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= time) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = time;
  }

  #heapPop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      let at = 0;
      for (;;) {
        let child = at * 2 + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
        if (heap[child]! >= last) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = last;
    }
    return top;
  }
}
