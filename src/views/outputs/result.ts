import { RowBatchBuilder, rowLayout } from '../../core/index.ts';
import type { RowBatch, RowLayout } from '../../core/index.ts';
import type { SortKey } from '../../ir/index.ts';
import type { Arrangement } from '../state/arrangement.ts';
import type { Symbols } from '../state/symbols.ts';
import { rowOrder } from '../operators/top-k.ts';
import { readColumn } from '../scalar/runtime.ts';

/** How an answer is read: order, then offset and limit, then the first `width` columns. */
export interface ReadPlan {
  readonly order: readonly SortKey[];
  readonly offset: number;
  readonly limit: number | null;
  readonly width: number;
}

/** Copies rows of words with engine symbols into batches with bytes of their own. */
export class BatchWriter {
  readonly builder: RowBatchBuilder;
  readonly #from: RowLayout;
  readonly #symbols: Symbols;
  readonly #width: number;

  constructor(from: RowLayout, width: number, symbols: Symbols) {
    this.#from = from;
    this.#width = width;
    this.#symbols = symbols;
    this.builder = new RowBatchBuilder(rowLayout(from.types.slice(0, width)));
  }
  add(I: Int32Array, F: Float64Array, b: number, weight: number): void {
    const { builder } = this;
    const from = this.#from;
    builder.begin(weight);
    for (let column = 0; column < this.#width; column++) {
      if (((I[b + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1) continue;
      const at = b + from.offsets[column]!;
      switch (from.storages[column]!) {
        case 'bool':
        case 'int':
        case 'oid':
          builder.setWord(column, I[at]!);
          break;
        case 'long':
          builder.setWords(column, I[at]!, I[at + 1]!);
          break;
        case 'double':
          builder.setDouble(column, F[at >> 1]!);
          break;
        case 'symbol':
          builder.setBytes(column, this.#symbols.bytes(I[at]!, from.types[column]!.oid));
          break;
      }
    }
    builder.end();
  }
}

/** Batches of about this many bytes go to the portal at a time. */
const BATCH_BYTES = 64 << 10;

/** Reads an arrangement out in order, in batches; a row of weight n comes n times. */
export class ResultReader {
  readonly #arrangement: Arrangement;
  readonly #writer: BatchWriter;
  readonly #handles: Int32Array;
  #at = 0;
  #copies = 0;
  #skip: number;
  #left: number;

  constructor(arrangement: Arrangement, plan: ReadPlan) {
    const { slab, layout, symbols } = arrangement;
    this.#arrangement = arrangement;
    this.#writer = new BatchWriter(layout, plan.width, symbols);
    let count = 0;
    const handles = new Int32Array(slab.top);
    for (let handle = 1; handle < slab.top; handle++) if (slab.I[handle * slab.stride]! > 0) handles[count++] = handle;
    this.#handles = handles.subarray(0, count);
    if (plan.order.length > 0) {
      const order = rowOrder(layout, plan.order, (handle, column) => readColumn(symbols, layout, slab.I, slab.F, handle * slab.stride, column));
      this.#handles.sort(order.total);
    }
    this.#skip = plan.offset;
    this.#left = plan.limit ?? Infinity;
  }

  /** The next rows, or null after the last. */
  next(maxRows: number): RowBatch | null {
    const { slab } = this.#arrangement;
    const { builder } = this.#writer;
    while (this.#at < this.#handles.length && this.#left > 0 && builder.rowCount < maxRows && builder.byteLength < BATCH_BYTES) {
      const base = this.#handles[this.#at]! * slab.stride;
      if (this.#copies === 0) {
        this.#copies = slab.I[base]!;
        const skipped = Math.min(this.#skip, this.#copies);
        this.#skip -= skipped;
        this.#copies -= skipped;
      }
      if (this.#copies > 0) {
        this.#writer.add(slab.I, slab.F, base, 1);
        this.#copies--;
        this.#left--;
      }
      if (this.#copies === 0) this.#at++;
    }
    return builder.rowCount === 0 ? null : builder.finish();
  }
  get done(): boolean {
    return this.#left <= 0 || this.#at >= this.#handles.length;
  }
}
