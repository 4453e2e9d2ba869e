import { codecOf, Oid, rowLayout, sqlType, storageOf } from '../../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import { exactWords } from '../scalar/compile.ts';
import { readColumn } from '../scalar/runtime.ts';
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

/** Key columns of a slab's rows beside it, at the same handles, for types whose words do not decide equality. */
export class KeyLanes {
  readonly slab: Slab;
  readonly #rows: Slab;
  readonly #columns: readonly number[];
  readonly #symbols: Symbols;

  constructor(rows: Slab, columns: readonly number[], symbols: Symbols) {
    this.#rows = rows;
    this.#columns = columns;
    this.#symbols = symbols;
    this.slab = new Slab(keyLayout(columns.map((column) => rows.layout.types[column]!)));
  }

  /** Takes the key of the row `handle`. */
  write(handle: number): void {
    const rows = this.#rows;
    this.slab.reserve(handle);
    const { I } = this.slab;
    const { layout } = this.slab;
    const from = handle * rows.stride;
    const to = handle * layout.stride;
    for (let word = 0; word < layout.stride; word++) I[to + word] = 0;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i]!;
      if (((rows.I[from + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1) {
        I[to + 1 + (i >> 5)]! |= 1 << (i & 31);
        continue;
      }
      const type = rows.layout.types[column]!;
      const at = to + layout.offsets[i]!;
      if (!exactWords(type)) {
        I[at] = hashOfEqual(readColumn(this.#symbols, rows.layout, rows.I, rows.F, from, column), type);
        continue;
      }
      const source = from + rows.layout.offsets[column]!;
      I[at] = rows.I[source]!;
      if (layout.storages[i] === 'long') I[at + 1] = rows.I[source + 1]!;
    }
  }
}
