import { codecOf, defaultTextSettings, InvariantError, Oid, SqlError, writeDatum } from '../../core/index.ts';
import type { Column, RowBatchBuilder } from '../../core/index.ts';
import { fieldWriter } from './json-cells.ts';
import { checkUtf8, ObjectScanner } from './json-scan.ts';

/** How the bytes of one message become columns. Structurally the `Format` of the catalog. */
export type MessageFormat =
  | { readonly kind: 'bytes' }
  | { readonly kind: 'text' }
  /** without columns: one column `data jsonb`; with: fields by name */
  | { readonly kind: 'json'; readonly typed: boolean; readonly array?: boolean };

/** Sets the value's columns, which are the first of the row under construction. Throws SqlError where the bytes cannot be decoded: the row is then begun again or dropped. */
export type ValueDecoder = (bytes: Uint8Array, builder: RowBatchBuilder) => void;

/** `columns`: those that come from the value, in order. */
export function valueDecoder(format: MessageFormat, columns: readonly Column[]): ValueDecoder {
  switch (format.kind) {
    case 'bytes':
      expectOne(columns, Oid.bytea);
      return (bytes, builder) => builder.setBytes(0, bytes);
    case 'text':
      expectOne(columns, Oid.text);
      return (bytes, builder) => {
        checkText(bytes);
        builder.setBytes(0, bytes);
      };
    case 'json':
      return format.typed ? typedJson(columns) : untypedJson(columns);
  }
}

function expectOne(columns: readonly Column[], oid: number): void {
  if (columns.length !== 1 || columns[0]!.type.oid !== oid) throw new InvariantError(`this format has one value column, of type ${oid}`);
}

/** UTF-8 without NUL: what `text` can hold. */
export function checkText(bytes: Uint8Array): void {
  checkUtf8(bytes);
  if (bytes.includes(0)) throw new SqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00');
}

function typedJson(columns: readonly Column[]): ValueDecoder {
  const scanner = new ObjectScanner(columns.map((column) => column.name));
  const writers = columns.map(fieldWriter);
  return (bytes, builder) => {
    scanner.scan(bytes);
    for (let i = 0; i < writers.length; i++) writers[i]!(scanner, i, bytes, builder);
  };
}

function untypedJson(columns: readonly Column[]): ValueDecoder {
  expectOne(columns, Oid.jsonb);
  const codec = codecOf(Oid.jsonb);
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  return (bytes, builder) => {
    checkUtf8(bytes);
    writeDatum(builder, 0, codec.parse(utf8.decode(bytes), defaultTextSettings, -1));
  };
}
