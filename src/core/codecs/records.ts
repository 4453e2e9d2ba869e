import { ByteReader, ByteWriter } from '../bytes.ts';
import type { TextSettings, TypeCodec } from '../codec.ts';
import type { Datum, SqlRecord } from '../datum.ts';
import { SqlError } from '../errors.ts';
import { Oid, typeInfo } from '../types.ts';
import type { Field } from '../types.ts';
import { characterCount, decodeUtf8, encodeUtf8 } from '../utf8.ts';
import { canonicalItem } from './containers.ts';
import type { CodecOf } from './containers.ts';

const recordFieldNeedsQuotes = (text: string): boolean => text === '' || /["\\(),\s]/.test(text);

/** Rows of which the type says nothing, as rows store them: with the names of their fields, for which clients have no place. A negative count says that names follow. */
export function namedRecordCodec(codecOf: CodecOf): TypeCodec {
  const plain = recordCodec(codecOf);
  return {
    ...plain,
    encode(value) {
      const { names, fields } = value as SqlRecord;
      if (names === undefined) return plain.encode(value);
      const writer = new ByteWriter();
      writer.int32(-fields.length);
      for (const name of names) writer.sized(encodeUtf8(name));
      writer.bytes(plain.encode(value));
      return writer.finish();
    },
    decode(bytes) {
      const reader = new ByteReader(bytes, 'record');
      const count = reader.int32();
      if (count >= 0) return plain.decode(bytes);
      const names = Array.from({ length: -count }, () => decodeUtf8(reader.sized() ?? new Uint8Array()));
      return { ...plain.decode(reader.rest()) as SqlRecord, names };
    },
  };
}

/** Rows of which the type says nothing: each value has its own fields. */
export function recordCodec(codecOf: CodecOf): TypeCodec {
  return {
    parse() {
      throw new SqlError('0A000', 'input of anonymous composite types is not implemented');
    },
    print(value, settings) {
      const { types, fields } = value as SqlRecord;
      const printed = fields.map((field, i) => {
        if (field === null) return '';
        const text = codecOf(types[i]!).print(field, settings);
        return recordFieldNeedsQuotes(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text;
      });
      return `(${printed.join(',')})`;
    },
    decode(bytes) {
      const reader = new ByteReader(bytes, 'record');
      const types: number[] = [];
      const fields: Datum[] = [];
      for (let left = reader.int32(); left > 0; left--) {
        const oid = reader.int32();
        const field = reader.sized();
        types.push(oid);
        fields.push(field === null ? null : codecOf(oid).decode(field));
      }
      reader.end();
      return { kind: 'record', types, fields };
    },
    encode(value) {
      const { types, fields } = value as SqlRecord;
      const writer = new ByteWriter();
      writer.int32(fields.length);
      fields.forEach((field, i) => {
        writer.int32(types[i]!);
        writer.sized(field === null ? null : codecOf(types[i]!).encode(field));
      });
      return writer.finish();
    },
    compare(a, b) {
      const left = a as SqlRecord;
      const right = b as SqlRecord;
      const shorter = Math.min(left.fields.length, right.fields.length);
      for (let i = 0; i < shorter; i++) {
        if (left.types[i] !== right.types[i]) throw differentFields(left.types[i]!, right.types[i]!, i);
        const x = left.fields[i]!;
        const y = right.fields[i]!;
        if (x === null || y === null) {
          if (x !== y) return x === null ? 1 : -1;
          continue;
        }
        const order = codecOf(left.types[i]!).compare(x, y);
        if (order !== 0) return order;
      }
      if (left.fields.length !== right.fields.length) throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
      return 0;
    },
    canonical(value) {
      const { types, fields } = value as SqlRecord;
      return { kind: 'record', types, fields: fields.map((field, i) => (field === null ? null : canonicalItem(codecOf(types[i]!))(field))) };
    },
  };
}

const differentFields = (left: number, right: number, column: number): SqlError =>
  new SqlError('42804', `cannot compare dissimilar column types ${typeInfo(left).sqlName} and ${typeInfo(right).sqlName} at record column ${column + 1}`);

/** The fields as they are now: whoever keeps a codec sees those that are added later. */
const fieldsOf = (oid: number): readonly Field[] => typeInfo(oid).fields ?? [];

/** Values of a row type: a record's, and a text form that is read by the type's fields. */
export function rowCodec(oid: number, codecOf: CodecOf): TypeCodec {
  return { ...recordCodec(codecOf), parse: (text, settings) => parseRow(text, fieldsOf(oid), codecOf, settings) };
}

/** As clients send and get it: a row that has not the type's fields is refused. */
export function rowWireCodec(oid: number, codecOf: CodecOf): TypeCodec {
  const codec = rowCodec(oid, codecOf);
  return {
    ...codec,
    decode(bytes) {
      const row = codec.decode(bytes) as SqlRecord;
      const fields = fieldsOf(oid);
      if (row.fields.length !== fields.length) throw new SqlError('42804', `wrong number of columns: ${row.fields.length}, expected ${fields.length}`);
      fields.forEach(({ type }, index) => {
        const given = row.types[index]!;
        if (given !== type.oid) throw new SqlError('42804', `binary data has type ${given} (${typeInfo(given).sqlName}) instead of expected ${type.oid} (${typeInfo(type.oid).sqlName}) in record column ${index + 1}`);
      });
      return row;
    },
  };
}

/** Reads `(...)` (manual, "Composite Type Input and Output Syntax"). */
function parseRow(text: string, fields: readonly Field[], codecOf: CodecOf, settings: TextSettings): SqlRecord {
  const malformed = (detail: string): SqlError => new SqlError('22P02', `malformed record literal: "${text}"`, { detail });
  const skipSpace = (from: number): number => {
    while (/[ \t-\r]/.test(text.charAt(from))) from++;
    return from;
  };
  let at = skipSpace(0);
  if (text.charAt(at++) !== '(') throw malformed('Missing left parenthesis.');
  const values = fields.map(({ type }, index): Datum => {
    if (index > 0 && text.charAt(at++) !== ',') throw malformed('Too few columns.');
    if (text.charAt(at) === ',' || text.charAt(at) === ')') return null;
    const item = readField(text, at);
    if (item === undefined) throw malformed('Unexpected end of input.');
    at = item.end;
    requireLength(item.text, type.oid, type.typmod);
    return codecOf(type.oid).parse(item.text, settings, type.typmod);
  });
  if (text.charAt(at++) !== ')') throw malformed('Too many columns.');
  if (skipSpace(at) < text.length) throw malformed('Junk after right parenthesis.');
  return { kind: 'record', types: fields.map(({ type }) => type.oid), fields: values };
}

/** A field's text up to the comma or parenthesis that ends it; undefined where the text ends before. */
function readField(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let value = '';
  let quoted = false;
  let at = from;
  while (quoted || (text.charAt(at) !== ',' && text.charAt(at) !== ')')) {
    const character = text.charAt(at++);
    if (character === '') return undefined;
    if (character === '\\') {
      if (at >= text.length) return undefined;
      value += text.charAt(at++);
    } else if (character !== '"') value += character;
    else if (quoted && text.charAt(at) === '"') {
      value += '"';
      at++;
    } else quoted = !quoted;
  }
  return { text: value, end: at };
}

/** As input functions do: of what is longer than varchar(n) or char(n) allow only spaces are cut off. */
export function requireLength(text: string, oid: number, typmod: number): void {
  if ((oid !== Oid.varchar && oid !== Oid.bpchar) || typmod < 0) return;
  const limit = typmod - 4;
  if (characterCount(text) > limit && [...text].slice(limit).some((character) => character !== ' ')) throw new SqlError('22001', `value too long for type ${oid === Oid.varchar ? 'character varying' : 'character'}(${limit})`);
}
