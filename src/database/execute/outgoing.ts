import { appendRow, readDatum, RowBatch, RowBatchBuilder, rowLayout, writeDatum } from '../../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import type { RowStream } from '../rows.ts';

/** Bytes of a batch, about: what crosses threads, lies in the log and is read back in one piece. */
const BATCH_BYTES = 256 << 10;

/** Rows that a statement makes, as batches of bounded size. Holds their bytes, and nothing else of them. */
export class Outgoing {
  readonly builder: RowBatchBuilder;
  readonly #layout: RowLayout;
  readonly #full: ArrayBuffer[] = [];

  constructor(types: readonly SqlType[]) {
    this.#layout = rowLayout(types);
    this.builder = new RowBatchBuilder(this.#layout);
  }
  /** The columns of a row of `from` from `first` on, as many as these rows have. */
  copy(from: RowBatch, row: number, first: number, weight: number): void {
    const { types } = this.#layout;
    this.builder.begin(weight);
    for (let column = 0; column < types.length; column++) {
      if (from.layout.types[first + column]!.oid === types[column]!.oid) this.builder.copy(column, from, row, first + column);
      else writeDatum(this.builder, column, readDatum(from, row, first + column));
    }
    this.end();
  }
  append(row: readonly Datum[], weight: number): void {
    appendRow(this.builder, row, weight);
    this.#cut();
  }
  /** Ends the row that was begun with the builder. */
  end(): void {
    this.builder.end();
    this.#cut();
  }
  #cut(): void {
    if (this.builder.byteLength >= BATCH_BYTES) this.#full.push(this.builder.finish().buffer);
  }

  /** All batches; none are left. */
  take(): ArrayBuffer[] {
    if (this.builder.rowCount > 0) this.#full.push(this.builder.finish().buffer);
    return this.#full.splice(0);
  }
  /** All rows, to be read once. */
  stream(): RowStream {
    const batches = this.take().map((buffer) => new RowBatch(buffer, this.#layout));
    let from = 0;
    return {
      next: (maxRows) => {
        const [batch] = batches;
        if (batch === undefined) return Promise.resolve({ rows: null, done: true });
        const end = Math.min(batch.rowCount, from + maxRows);
        const rows = from === 0 && end === batch.rowCount ? batch : this.#part(batch, from, end);
        from = end;
        if (end === batch.rowCount) {
          batches.shift();
          from = 0;
        }
        return Promise.resolve({ rows, done: batches.length === 0 });
      },
      close: () => Promise.resolve(),
    };
  }
  #part(batch: RowBatch, from: number, end: number): RowBatch {
    const part = new Outgoing(this.#layout.types);
    for (let row = from; row < end; row++) part.copy(batch, row, 0, 1);
    return part.builder.finish();
  }
}
