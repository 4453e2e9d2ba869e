import { codecOf, defaultTextSettings, numericPrint, Oid, SqlError, typeInfo, writeDatum } from '../../core/index.ts';
import type { Column, JsonValue, RowBatchBuilder, SqlType } from '../../core/index.ts';
import { castingCellWriter } from '../cells.ts';
import { Kind } from './json-scan.ts';
import type { ObjectScanner } from './json-scan.ts';

/** Writes the field that `scanner` found as number `i` into column `i`. */
export type FieldWriter = (scanner: ObjectScanner, i: number, bytes: Uint8Array, builder: RowBatchBuilder) => void;

const encoder = new TextEncoder();
const INTEGERS: ReadonlySet<number> = new Set([Oid.int2, Oid.int4, Oid.int8]);
const TRUE = encoder.encode('1');
const FALSE = encoder.encode('0');

/**
 * How a JSON value becomes a value of the column, as json_populate_record has it: null is NULL; strings and numbers are read by the type's input
 * function; nested values fit json, jsonb, text and array columns. Beyond that, true and false are 1 and 0 for integer columns, as 1 and 0 are
 * true and false for boolean ones: producers disagree about labels.
 */
export function fieldWriter(column: Column): FieldWriter {
  const { type } = column;
  const write = typedFieldWriter(type);
  return (scanner, i, bytes, builder) => {
    const kind = scanner.kinds[i]!;
    if (kind === Kind.missing || kind === Kind.null) {
      if (!column.nullable) throw new SqlError('23502', `null value in column "${column.name}" violates not-null constraint`);
      return;
    }
    try {
      write(scanner, i, bytes, builder);
    } catch (error) {
      if (error instanceof SqlError) throw new SqlError(error.code, `field "${column.name}": ${error.message}`, { ...error.fields, column: column.name, cause: error });
      throw error;
    }
  };
}

function typedFieldWriter(type: SqlType): FieldWriter {
  if (type.oid === Oid.json || type.oid === Oid.jsonb) return documentWriter(type);
  const write = castingCellWriter(type);
  const isInteger = INTEGERS.has(type.oid);
  const isArray = typeInfo(type.oid).category === 'A' && typeInfo(type.oid).element !== 0;
  return (scanner, i, bytes, builder) => {
    const kind = scanner.kinds[i]!;
    if (kind === Kind.escapedString || (kind === Kind.nested && isArray)) {
      const text = scanner.text(i);
      const value = encoder.encode(kind === Kind.nested ? arrayLiteral(parseDocument(text)) : text);
      return write(builder, i, value, 0, value.length);
    }
    if (isInteger && kind === Kind.true) return write(builder, i, TRUE, 0, 1);
    if (isInteger && kind === Kind.false) return write(builder, i, FALSE, 0, 1);
    write(builder, i, bytes, scanner.starts[i]!, scanner.ends[i]!);
  };
}

/** json and jsonb take the value as it stands in the message, strings with their quotes. */
function documentWriter(type: SqlType): FieldWriter {
  const codec = codecOf(type.oid);
  return (scanner, i, bytes, builder) => {
    const kind = scanner.kinds[i]!;
    const quote = kind === Kind.string || kind === Kind.escapedString ? 1 : 0;
    const text = utf8.decode(bytes.subarray(scanner.starts[i]! - quote, scanner.ends[i]! + quote));
    writeDatum(builder, i, codec.parse(text, defaultTextSettings, -1));
  };
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function parseDocument(text: string): JsonValue {
  const datum = codecOf(Oid.jsonb).parse(text, defaultTextSettings, -1);
  return (datum as { value: JsonValue }).value;
}

/** A JSON array as Postgres writes the literal of an array; anything else as its own text, which the type's input function then judges. */
function arrayLiteral(value: JsonValue): string {
  if (!Array.isArray(value)) return scalarText(value);
  const items = (value as readonly JsonValue[]).map((item) => {
    if (item === null) return 'NULL';
    return Array.isArray(item) ? arrayLiteral(item) : `"${scalarText(item).replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return `{${items.join(',')}}`;
}

function scalarText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (value !== null && typeof value === 'object' && 'kind' in value) return numericPrint(value);
  return codecOf(Oid.jsonb).print({ kind: 'jsonb', value }, defaultTextSettings);
}
