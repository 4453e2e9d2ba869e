import { InvariantError } from './errors.ts';
import { storageOf, whenTypesChange } from './types.ts';
import type { SqlType, Storage } from './types.ts';

/**
 * Where each column of a row of words lies. A row is
 *
 *     [weight, null mask (32 columns a word), columns...]
 *
 * two-word columns (long, double) at even offsets so that a Float64Array sees them; the stride is even.
 * The layout depends on the column types alone, so that a batch, a slab and a scratch row of one relation agree.
 * A symbol column is one word: in a RowBatch the byte offset of its length-prefixed bytes in the arena, in the engine a symbol code.
 */
export interface RowLayout {
  readonly types: readonly SqlType[];
  readonly storages: readonly Storage[];
  /** word offset of each column */
  readonly offsets: readonly number[];
  /** words of null mask; the mask starts at word 1 */
  readonly maskWords: number;
  /** words per row */
  readonly stride: number;
}

const layouts = new Map<string, RowLayout>();
whenTypesChange(() => layouts.clear());

export function rowLayout(types: readonly SqlType[]): RowLayout {
  const key = types.map((type) => `${type.oid}:${type.typmod}`).join();
  const known = layouts.get(key);
  if (known) return known;
  const storages = types.map(storageOf);
  const maskWords = Math.ceil(types.length / 32);
  const offsets = new Array<number>(types.length).fill(0);
  let next = 1 + maskWords;
  next += next & 1;
  storages.forEach((storage, i) => {
    if (storage === 'long' || storage === 'double') {
      offsets[i] = next;
      next += 2;
    }
  });
  // The padding word before the wide columns is left unused: rows compare word by word from the mask on, and it is always 0.
  storages.forEach((storage, i) => {
    if (storage !== 'long' && storage !== 'double') offsets[i] = next++;
  });
  const layout: RowLayout = { types, storages, offsets, maskWords, stride: next + (next & 1) };
  if (layouts.size > 4096) layouts.clear();
  layouts.set(key, layout);
  return layout;
}

const HEADER_WORDS = 8;
const MAGIC = 0x4d52_4231; // "MRB1"

/**
 * Rows with weights in one buffer, as they cross threads and lie in the log:
 *
 *     [magic, rows, stride, arena offset in bytes, arena length in bytes, 0, 0, 0][rows...][arena]
 *
 * A symbol's arena entry is its length (uint32, little endian) and its binary form (see TypeCodec). Offset 0 never occurs.
 */
export class RowBatch {
  readonly layout: RowLayout;
  readonly rowCount: number;
  /** all words of the rows; row r starts at r * layout.stride */
  readonly I: Int32Array;
  readonly F: Float64Array;
  readonly arena: Uint8Array;
  readonly #arenaView: DataView;
  readonly #buffer: ArrayBuffer;

  constructor(buffer: ArrayBuffer, layout: RowLayout) {
    const header = new Int32Array(buffer, 0, HEADER_WORDS);
    if (header[0] !== MAGIC || header[2] !== layout.stride) throw new InvariantError('a row batch does not have the layout it is read with');
    this.layout = layout;
    this.rowCount = header[1]!;
    const words = this.rowCount * layout.stride;
    this.I = new Int32Array(buffer, HEADER_WORDS * 4, words);
    this.F = new Float64Array(buffer, HEADER_WORDS * 4, words >> 1);
    this.arena = new Uint8Array(buffer, header[3]!, header[4]!);
    this.#arenaView = new DataView(buffer, header[3]!, header[4]!);
    this.#buffer = buffer;
  }

  /** How many rows the buffer of a batch has, whatever their layout. */
  static rowsOf(bytes: Uint8Array): number {
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getInt32(4, true);
  }
  /** The one transferable buffer; after a transfer the batch must not be read any more. */
  get buffer(): ArrayBuffer {
    return this.#buffer;
  }
  weight(row: number): number {
    return this.I[row * this.layout.stride]!;
  }
  isNull(row: number, column: number): boolean {
    return ((this.I[row * this.layout.stride + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1;
  }
  /** bool, int, oid columns as they lie; oid callers apply `>>> 0`. */
  word(row: number, column: number): number {
    return this.I[row * this.layout.stride + this.layout.offsets[column]!]!;
  }
  double(row: number, column: number): number {
    return this.F[(row * this.layout.stride + this.layout.offsets[column]!) >> 1]!;
  }
  long(row: number, column: number): number | bigint {
    const at = row * this.layout.stride + this.layout.offsets[column]!;
    return loadLong(this.I[at]!, this.I[at + 1]!);
  }
  /** The binary form of a symbol column; a view into the arena. */
  bytes(row: number, column: number): Uint8Array {
    const at = this.word(row, column);
    return this.arena.subarray(at + 4, at + 4 + this.#arenaView.getUint32(at, true));
  }
}

/** An int8 from its words: a number where a double holds it exactly. */
export function loadLong(low: number, high: number): number | bigint {
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * 4294967296 + (low >>> 0);
    if (value !== -9007199254740992) return value;
  }
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** The high word of an int8 given as number or bigint; the low word is `longLow`. */
export const longHigh = (value: number | bigint): number =>
  typeof value === 'number' ? Math.floor(value / 4294967296) | 0 : Number(BigInt.asIntN(32, value >> 32n));
export const longLow = (value: number | bigint): number =>
  typeof value === 'number' ? (value - Math.floor(value / 4294967296) * 4294967296) | 0 : Number(BigInt.asIntN(32, value));

/**
 * Builds a RowBatch row by row: `begin(weight)`, one setter a column (a column not set is NULL), `end()`; `finish()` returns the batch.
 * Grows by doubling; `byteLength` lets a caller bound a batch.
 */
export class RowBatchBuilder {
  readonly layout: RowLayout;
  #words: Int32Array;
  #doubles: Float64Array;
  #arena: Uint8Array<ArrayBuffer>;
  #arenaUsed = 4;
  #rows = 0;
  #at = 0;

  constructor(layout: RowLayout, expectedRows = 64) {
    this.layout = layout;
    const buffer = new ArrayBuffer(Math.max(1, expectedRows) * layout.stride * 4);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#arena = new Uint8Array(1024);
  }
  get rowCount(): number {
    return this.#rows;
  }
  get byteLength(): number {
    return this.#rows * this.layout.stride * 4 + this.#arenaUsed;
  }
  begin(weight: number): void {
    const { stride, maskWords, types } = this.layout;
    this.#at = this.#rows * stride;
    if (this.#at + stride > this.#words.length) {
      const buffer = new ArrayBuffer(Math.max(this.#words.byteLength * 2, stride * 4));
      const words = new Int32Array(buffer);
      words.set(this.#words);
      this.#words = words;
      this.#doubles = new Float64Array(buffer);
    }
    this.#words.fill(0, this.#at, this.#at + stride);
    this.#words[this.#at] = weight;
    for (let word = 0; word < maskWords; word++) {
      const columns = Math.min(32, types.length - word * 32);
      this.#words[this.#at + 1 + word] = columns === 32 ? -1 : (1 << columns) - 1;
    }
  }
  #present(column: number): number {
    this.#words[this.#at + 1 + (column >> 5)]! &= ~(1 << (column & 31));
    return this.#at + this.layout.offsets[column]!;
  }
  setWord(column: number, value: number): void {
    this.#words[this.#present(column)] = value;
  }
  setDouble(column: number, value: number): void {
    this.#doubles[this.#present(column) >> 1] = value;
  }
  setLong(column: number, value: number | bigint): void {
    const at = this.#present(column);
    this.#words[at] = longLow(value);
    this.#words[at + 1] = longHigh(value);
  }
  /** A long as its words lie. */
  setWords(column: number, low: number, high: number): void {
    const at = this.#present(column);
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }
  setBytes(column: number, bytes: Uint8Array): void {
    const at = this.#present(column);
    this.#words[at] = this.#reserve(bytes.length);
    this.#arena.set(bytes, this.#words[at]! + 4);
  }
  /** A value of a column of another batch that has the type of this one. */
  copy(column: number, from: RowBatch, row: number, fromColumn: number): void {
    if (from.isNull(row, fromColumn)) return;
    const at = row * from.layout.stride + from.layout.offsets[fromColumn]!;
    switch (this.layout.storages[column]!) {
      case 'bool':
      case 'int':
      case 'oid':
        return this.setWord(column, from.I[at]!);
      case 'long':
        return this.setWords(column, from.I[at]!, from.I[at + 1]!);
      case 'double':
        return this.setDouble(column, from.F[at >> 1]!);
      case 'symbol':
        return this.setBytes(column, from.bytes(row, fromColumn));
    }
  }
  #reserve(length: number): number {
    const start = this.#arenaUsed;
    const end = start + 4 + length;
    if (end > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, end));
      arena.set(this.#arena.subarray(0, start));
      this.#arena = arena;
    }
    this.#arena[start] = length;
    this.#arena[start + 1] = length >>> 8;
    this.#arena[start + 2] = length >>> 16;
    this.#arena[start + 3] = length >>> 24;
    this.#arenaUsed = end;
    return start;
  }
  end(): void {
    this.#rows++;
  }
  /** The batch; the builder is empty afterwards and may be used again. */
  finish(): RowBatch {
    const words = this.#rows * this.layout.stride;
    const arenaOffset = HEADER_WORDS * 4 + words * 4;
    const buffer = new ArrayBuffer(arenaOffset + this.#arenaUsed);
    new Int32Array(buffer, 0, HEADER_WORDS).set([MAGIC, this.#rows, this.layout.stride, arenaOffset, this.#arenaUsed]);
    new Int32Array(buffer, HEADER_WORDS * 4, words).set(this.#words.subarray(0, words));
    new Uint8Array(buffer, arenaOffset).set(this.#arena.subarray(0, this.#arenaUsed));
    this.#rows = 0;
    this.#arenaUsed = 4;
    return new RowBatch(buffer, this.layout);
  }
}
