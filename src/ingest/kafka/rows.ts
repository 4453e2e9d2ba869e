import { rowLayout, RowBatchBuilder, SqlError } from '../../core/index.ts';
import type { Column, RowBatch } from '../../core/index.ts';
import { valueDecoder } from '../decode/decoder.ts';
import type { MessageFormat, ValueDecoder } from '../decode/decoder.ts';
import { errorText, sourceErrorColumns } from '../decode/errors.ts';
import { metadataWriter } from '../decode/included.ts';
import type { IncludedColumn, Metadata, MetadataWriter } from '../decode/included.ts';

/** A message as the decoder needs it. */
export interface Message extends Metadata {
  readonly value: Uint8Array | null;
  readonly partition: number;
  readonly offset: number;
}

const BATCH_ROWS = 5_000;
const BATCH_BYTES = 1 << 20;
const encoder = new TextEncoder();

/** Messages to rows: of the data relation, or, where a message cannot be decoded, of the error relation. A message without a value (a tombstone) has NULL in every value column. */
export class MessageRows {
  readonly #topic: Uint8Array;
  readonly #data: RowBatchBuilder;
  readonly #errors = new RowBatchBuilder(rowLayout(sourceErrorColumns.map((column) => column.type)), 1);
  readonly #decode: ValueDecoder;
  readonly #writeMetadata: MetadataWriter;

  /** `columns`: those of the value, then the included ones */
  constructor(topic: string, format: MessageFormat, columns: readonly Column[], included: readonly IncludedColumn[]) {
    const valueColumns = columns.slice(0, columns.length - included.length);
    this.#topic = encoder.encode(topic);
    this.#data = new RowBatchBuilder(rowLayout(columns.map((column) => column.type)));
    this.#decode = valueDecoder(format, valueColumns);
    this.#writeMetadata = metadataWriter(included, columns, valueColumns.length);
  }
  get isFull(): boolean {
    return this.#data.rowCount + this.#errors.rowCount >= BATCH_ROWS || this.#data.byteLength + this.#errors.byteLength >= BATCH_BYTES;
  }
  add(message: Message): void {
    this.#data.begin(1);
    try {
      if (message.value !== null) this.#decode(message.value, this.#data);
      this.#writeMetadata(message, this.#data);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return this.#addError(message, error);
    }
    this.#data.end();
  }
  #addError(message: Message, error: SqlError): void {
    const row = this.#errors;
    row.begin(1);
    row.setBytes(0, this.#topic);
    row.setWord(1, message.partition);
    row.setLong(2, message.offset);
    if (message.value !== null) row.setBytes(3, message.value);
    row.setBytes(4, encoder.encode(errorText(error)));
    row.setBytes(5, encoder.encode(error.code));
    row.end();
  }
  /** The batches since the last call, by relation; those without rows are left out. */
  take(): readonly { readonly relation: number; readonly rows: RowBatch }[] {
    const builders = [this.#data, this.#errors];
    return builders.flatMap((builder, relation) => (builder.rowCount === 0 ? [] : [{ relation, rows: builder.finish() }]));
  }
}
