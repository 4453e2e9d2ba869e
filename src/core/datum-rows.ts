import { codecOf } from './codecs/index.ts';
import type { Datum } from './datum.ts';
import { assertNever } from './errors.ts';
import type { RowBatch, RowBatchBuilder } from './rows.ts';

/** Between rows of words and datums, for everything that has no writer of its own for its bytes: constants, catalog rows, unusual cells of sources, tests, text output. */

export function readDatum(batch: RowBatch, row: number, column: number): Datum {
  if (batch.isNull(row, column)) return null;
  const storage = batch.layout.storages[column]!;
  switch (storage) {
    case 'bool':
      return batch.word(row, column) !== 0;
    case 'int':
      return batch.word(row, column);
    case 'oid':
      return batch.word(row, column) >>> 0;
    case 'long':
      return batch.long(row, column);
    case 'double':
      return batch.double(row, column);
    case 'symbol':
      return codecOf(batch.layout.types[column]!.oid).decode(batch.bytes(row, column));
    default:
      return assertNever(storage);
  }
}

export function readRow(batch: RowBatch, row: number): Datum[] {
  return batch.layout.types.map((_, column) => readDatum(batch, row, column));
}

/** Sets a column of the builder's current row; null leaves it NULL. */
export function writeDatum(builder: RowBatchBuilder, column: number, value: Datum): void {
  if (value === null) return;
  const storage = builder.layout.storages[column]!;
  switch (storage) {
    case 'bool':
      return builder.setWord(column, value === true ? 1 : 0);
    case 'int':
    case 'oid':
      return builder.setWord(column, value as number);
    case 'long':
      return builder.setLong(column, value as number | bigint);
    case 'double':
      return builder.setDouble(column, value as number);
    case 'symbol':
      return builder.setBytes(column, codecOf(builder.layout.types[column]!.oid).encode(value));
    default:
      return assertNever(storage);
  }
}

/** Appends one whole row. */
export function appendRow(builder: RowBatchBuilder, values: readonly Datum[], weight = 1): void {
  builder.begin(weight);
  for (let column = 0; column < values.length; column++) writeDatum(builder, column, values[column]!);
  builder.end();
}
