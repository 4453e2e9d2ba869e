import { ChangeReader } from './changes.ts';
import type { Change, LogReader } from './changes.ts';
import type { LogScan } from './dataflow.ts';
import type { Sink } from './operators/operator.ts';
import type { Scan } from './render.ts';
import type { Symbols } from './state/symbols.ts';

/** Reads a relation that is not held in memory from the stored changes, for one occurrence of it. */
export function scanLog({ relation, readable, occurrence }: Scan, log: LogReader, symbols: Symbols): LogScan {
  const reader = new ChangeReader(readable.layout, symbols);
  const target: Sink = { push: (I, F, b, w) => occurrence.change(I, F, b, w, 0) };
  let position: number | undefined;
  let changes: Iterator<Change> | undefined;
  let change: Change | undefined;
  let row = 0;
  let read = 0;
  return {
    get rowsRead() {
      return read;
    },
    rowsKnown: log.rows(relation),
    step: (time, expired) => {
      for (;;) {
        if (change !== undefined) {
          const from = row;
          row = reader.push(change, row, target, undefined, expired);
          read += row - from;
          if (row < (change.rows?.rowCount ?? 0)) return true;
          change = undefined;
          if (expired()) return true;
        }
        const following = changes?.next();
        if (following?.done === false) {
          change = following.value;
          row = 0;
          continue;
        }
        const next = log.next(relation, position, time);
        if (next === undefined) return false;
        changes = next.changes[Symbol.iterator]();
        position = next.position;
      }
    },
  };
}
