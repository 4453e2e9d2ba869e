import { codecOf, exactWords, Oid, rowLayout, sqlType, storageOf } from '../../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import type { Memory } from './memory.ts';
import { Slab } from './slab.ts';
import type { Symbols } from './symbols.ts';

const hashType = sqlType(Oid.int4);

/** What stands for the column in a lane: itself, or the hash of its value where equal values may differ in words. */
const laneType = (type: SqlType): SqlType => (exactWords(type) ? type : hashType);

/** The layout of the key columns of a row, each in the form in which equal values have equal words (and for some types unequal ones may). */
export const keyLayout = (types: readonly SqlType[]): RowLayout => rowLayout(types.map(laneType));

const numbers = new Float64Array(1);
const numberBytes = new Uint8Array(numbers.buffer);

function bytesOfNumber(value: number): Uint8Array {
  numbers[0] = Number.isNaN(value) ? NaN : value === 0 ? 0 : value;
  return numberBytes;
}

/** A hash that values share which are equal in SQL: 1.0 and 1.00, 0 and -0, '1 mon' and '30 days'. */
export function hashOfEqual(value: Datum, type: SqlType): number {
  const bytes = storageOf(type) === 'double' ? bytesOfNumber(Number(value)) : codecOf(type.oid).encode(codecOf(type.oid).canonical!(value));
  let hash = bytes.length ^ 0x9e3779b1;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca77) | 0;
}

/** Writes the key columns of rows of one layout as lanes hold them. */
export class KeyWriter {
  readonly layout: RowLayout;
  readonly #rows: RowLayout;
  readonly #columns: readonly number[];
  readonly #symbols: Symbols;

  constructor(rows: RowLayout, columns: readonly number[], symbols: Symbols) {
    this.#rows = rows;
    this.#columns = columns;
    this.#symbols = symbols;
    this.layout = keyLayout(columns.map((column) => rows.types[column]!));
  }

  /** The key of the row at `b` of `I`, whose symbols are interned, to the row at `o` of `J`. */
  write(I: Int32Array, F: Float64Array, b: number, J: Int32Array, o: number): void {
    const { layout } = this;
    const rows = this.#rows;
    for (let word = 0; word < layout.stride; word++) J[o + word] = 0;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i]!;
      if (((I[b + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1) {
        J[o + 1 + (i >> 5)]! |= 1 << (i & 31);
        continue;
      }
      const type = rows.types[column]!;
      const at = o + layout.offsets[i]!;
      const from = b + rows.offsets[column]!;
      J[at] = exactWords(type) ? I[from]! : hashOfEqual(readColumn(this.#symbols, rows, I, F, b, column), type);
      if (layout.storages[i] === 'long') J[at + 1] = I[from + 1]!;
    }
  }
}

/** Key columns of a slab's rows beside it, at the same handles, for types whose words do not decide equality. */
export class KeyLanes {
  readonly slab: Slab;
  readonly #rows: Slab;
  readonly #writer: KeyWriter;

  constructor(rows: Slab, columns: readonly number[], symbols: Symbols, memory: Memory) {
    this.#rows = rows;
    this.#writer = new KeyWriter(rows.layout, columns, symbols);
    this.slab = new Slab(this.#writer.layout, memory);
  }

  /** Takes the key of the row `handle`. */
  write(handle: number): void {
    const { I, F, stride } = this.#rows;
    this.slab.reserve(handle);
    this.#writer.write(I, F, handle * stride, this.slab.I, handle * this.slab.stride);
  }
}
