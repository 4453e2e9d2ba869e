import { appendRow, RowBatchBuilder, rowLayout } from '../core/index.ts';
import type { Datum, RowBatch, SqlType } from '../core/index.ts';

/** Rows to be read once, in order. */
export interface RowStream {
  /** At most `maxRows` rows; `done` with the last. `rows` is null where there are none. */
  next(maxRows: number, signal: AbortSignal): Promise<{ readonly rows: RowBatch | null; readonly done: boolean }>;
  close(): Promise<void>;
  /** A stream that never ends (SUBSCRIBE): the next rows, or null when none come within `waitMs`. */
  poll?(maxRows: number, waitMs: number, signal: AbortSignal): Promise<RowBatch | null>;
}

/** Rows that are here already: answers of SHOW, EXPLAIN, RETURNING. */
export function rowsOf(types: readonly SqlType[], rows: readonly (readonly Datum[])[]): RowStream {
  let at = 0;
  return {
    next: (maxRows) => {
      const end = Math.min(rows.length, at + Math.min(maxRows, 10_000));
      const batch = end === at ? null : batchOf(types, rows.slice(at, end));
      at = end;
      return Promise.resolve({ rows: batch, done: at >= rows.length });
    },
    close: () => Promise.resolve(),
  };
}

/** Rows as one batch, each with weight 1. */
export function batchOf(types: readonly SqlType[], rows: readonly (readonly Datum[])[], weight = 1): RowBatch {
  const builder = new RowBatchBuilder(rowLayout(types), rows.length);
  for (const row of rows) appendRow(builder, row, weight);
  return builder.finish();
}
