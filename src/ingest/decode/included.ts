import { codecOf, InvariantError, Oid, POSTGRES_EPOCH_MS } from '../../core/index.ts';
import type { Column, JsonValue, RowBatchBuilder } from '../../core/index.ts';
import { checkText } from './decoder.ts';

/** A metadata column of INCLUDE. Structurally the `IncludedColumn` of the catalog. */
export interface IncludedColumn {
  readonly what: 'key' | 'partition' | 'offset' | 'timestamp' | 'headers' | 'header';
  readonly header?: string;
  readonly name: string;
}

/** What may be included of a message. A webhook request has headers only. */
export interface Metadata {
  readonly key?: Uint8Array | null;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestampMs?: number;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}

export type MetadataWriter = (metadata: Metadata, builder: RowBatchBuilder) => void;

/**
 * Writes the included columns, which follow the `first` value columns. Types: key and header bytea or text; partition int4; offset int8;
 * timestamp `timestamp` or `timestamptz`; headers jsonb: an array of `{"key": name, "value": text or null}`, in the order of the message.
 */
export function metadataWriter(included: readonly IncludedColumn[], columns: readonly Column[], first: number): MetadataWriter {
  const writers = included.map((column, i) => columnWriter(column, columns[first + i]!, first + i));
  return (metadata, builder) => {
    for (const write of writers) write(metadata, builder);
  };
}

function columnWriter(included: IncludedColumn, column: Column, index: number): MetadataWriter {
  switch (included.what) {
    case 'key':
      return (metadata, builder) => writeBytes(metadata.key ?? null, column, index, builder);
    case 'partition':
      return (metadata, builder) => void (metadata.partition !== undefined && builder.setWord(index, metadata.partition));
    case 'offset':
      return (metadata, builder) => void (metadata.offset !== undefined && builder.setLong(index, metadata.offset));
    case 'timestamp':
      return (metadata, builder) => void (metadata.timestampMs !== undefined && builder.setLong(index, (metadata.timestampMs - POSTGRES_EPOCH_MS) * 1000));
    case 'headers':
      if (column.type.oid !== Oid.jsonb) throw new InvariantError('the headers column is jsonb');
      return (metadata, builder) => builder.setBytes(index, codecOf(Oid.jsonb).encode({ kind: 'jsonb', value: metadata.headers.map(headerDocument) }));
    case 'header': {
      const wanted = (included.header ?? '').toLowerCase();
      return (metadata, builder) => {
        const header = metadata.headers.findLast(([name]) => name.toLowerCase() === wanted);
        writeBytes(header?.[1] ?? null, column, index, builder);
      };
    }
  }
}

function writeBytes(bytes: Uint8Array | null, column: Column, index: number, builder: RowBatchBuilder): void {
  if (bytes === null) return;
  if (column.type.oid !== Oid.bytea) checkText(bytes);
  builder.setBytes(index, bytes);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function headerDocument([name, value]: readonly [string, Uint8Array | null]): JsonValue {
  if (value !== null) checkText(value);
  return new Map<string, JsonValue>([['key', name], ['value', value === null ? null : utf8.decode(value)]]);
}
