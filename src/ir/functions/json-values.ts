import { codecOf, jsonObject, numericFromInteger, numericParse, numericPrint, Oid, parseJson, SqlError, typeInfo, whenTypesChange } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, Numeric, SqlArray, SqlRecord, TextSettings } from '../../core/index.ts';

/**
 * Values of any type as json text and as jsonb, as `to_json` and `to_jsonb` make them: numbers and booleans as such, times in ISO 8601,
 * arrays and records member by member, json as it is, everything else as a string of its text form.
 */
type ToText = (value: Datum, settings: TextSettings) => string;
type ToValue = (value: Datum, settings: TextSettings) => JsonValue;

const isoSettings = (settings: TextSettings): TextSettings => ({ ...settings, dateStyle: 'ISO' });

/** `2020-01-01 00:00:00+02` as XML Schema has it: `2020-01-01T00:00:00+02:00`. */
function isoTime(oid: number): ToText {
  const codec = codecOf(oid);
  if (oid === Oid.date) return (value, settings) => codec.print(value, isoSettings(settings));
  return (value, settings) => codec.print(value, isoSettings(settings)).replace(' ', 'T').replace(/([+-]\d\d)( BC)?$/, oid === Oid.timestamptz ? '$1:00$2' : '$1$2');
}

const numberTypes: ReadonlySet<number> = new Set([Oid.int2, Oid.int4, Oid.int8, Oid.float4, Oid.float8, Oid.numeric]);
const timeTypes: ReadonlySet<number> = new Set([Oid.date, Oid.timestamp, Oid.timestamptz]);
const isJsonNumber = (text: string): boolean => !/[NI]/.test(text);

const quoted = (text: string): string => JSON.stringify(text);

/** The text form of a scalar that JSON has no type for. */
function scalarText(oid: number): ToText {
  if (timeTypes.has(oid)) return isoTime(oid);
  const codec = codecOf(oid === Oid.unknown ? Oid.text : oid);
  return (value, settings) => codec.print(value, settings);
}

const jsonWriters = new Map<number, ToText>();
whenTypesChange(() => jsonWriters.clear());

/** Writes a value of this type as json text; null as `null`. */
export function jsonWriterOf(oid: number): ToText {
  let writer = jsonWriters.get(oid);
  if (writer === undefined) {
    const write = makeJsonWriter(oid);
    writer = (value, settings) => (value === null ? 'null' : write(value, settings));
    jsonWriters.set(oid, writer);
  }
  return writer;
}

function makeJsonWriter(oid: number): ToText {
  if (oid === Oid.bool) return (value) => (value === true ? 'true' : 'false');
  if (oid === Oid.json) return (value) => value as string;
  if (oid === Oid.jsonb) return (value, settings) => codecOf(Oid.jsonb).print(value, settings);
  if (oid === Oid.record || typeInfo(oid).kind === 'c') return (value, settings) => recordToJson(value as SqlRecord, fieldNames(oid, value as SqlRecord), settings, false);
  if (oid === Oid.anyarray || isArrayOf(oid)) return (value, settings) => arrayToJson(value as SqlArray, settings, false);
  const print = scalarText(oid);
  if (numberTypes.has(oid)) {
    return (value, settings) => {
      const text = print(value, settings);
      return isJsonNumber(text) ? text : quoted(text);
    };
  }
  return (value, settings) => quoted(print(value, settings));
}

const isArrayOf = (oid: number): boolean => oid === Oid.recordArray || (typeInfo(oid).element !== 0 && typeInfo(oid).category === 'A');

/** What the fields of a value are called by its type, or by itself; f1, f2, ... where neither says anything. */
export function fieldNames(oid: number, record: SqlRecord): readonly string[] {
  if (oid === Oid.record && record.names !== undefined) return record.names;
  const { fields } = typeInfo(oid);
  return record.fields.map((_, i) => fields?.[i]?.name ?? `f${i + 1}`);
}

/** `pretty`: a line feed between the fields, as `row_to_json(record, true)` has it. */
export function recordToJson(record: SqlRecord, names: readonly string[], settings: TextSettings, pretty: boolean): string {
  const parts = record.fields.map((field, i) => `${quoted(names[i]!)}:${jsonWriterOf(record.types[i]!)(field, settings)}`);
  return `{${parts.join(pretty ? ',\n ' : ',')}}`;
}

/** Walks a row-major array dimension by dimension. */
function nest<Result>(array: SqlArray, item: (value: Datum) => Result, join: (parts: readonly Result[], depth: number) => Result): Result {
  const walk = (depth: number, from: number, size: number): Result => {
    const parts: Result[] = [];
    const length = array.dims[depth] ?? 0;
    const step = length === 0 ? 0 : size / length;
    for (let i = 0; i < length; i++) {
      const at = from + i * step;
      parts.push(depth === array.dims.length - 1 ? item(array.items[at]!) : walk(depth + 1, at, step));
    }
    return join(parts, depth);
  };
  return walk(0, 0, array.items.length);
}

export function arrayToJson(array: SqlArray, settings: TextSettings, pretty: boolean): string {
  const write = jsonWriterOf(array.element);
  return nest(array, (value) => write(value, settings), (parts, depth) => `[${parts.join(pretty && depth === 0 ? ',\n ' : ',')}]`);
}

export const jsonb = (value: JsonValue): Jsonb => ({ kind: 'jsonb', value });
export const isObject = (value: JsonValue): value is ReadonlyMap<string, JsonValue> => value instanceof Map;
export const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
export const isNumber = (value: JsonValue): value is Numeric => typeof value === 'object' && value !== null && !isArray(value) && !isObject(value);
export const isContainer = (value: JsonValue): value is ReadonlyMap<string, JsonValue> | readonly JsonValue[] => isObject(value) || isArray(value);

const valueMakers = new Map<number, ToValue>();
whenTypesChange(() => valueMakers.clear());

/** Makes the jsonb of a value of this type; of null, JSON's null. */
export function jsonValueOf(oid: number): ToValue {
  let maker = valueMakers.get(oid);
  if (maker === undefined) {
    const make = makeJsonValue(oid);
    maker = (value, settings) => (value === null ? null : make(value, settings));
    valueMakers.set(oid, maker);
  }
  return maker;
}

function makeJsonValue(oid: number): ToValue {
  if (oid === Oid.bool) return (value) => value as boolean;
  if (oid === Oid.jsonb) return (value) => (value as Jsonb).value;
  if (oid === Oid.json) return (value) => parseJson(value as string);
  if (oid === Oid.int2 || oid === Oid.int4 || oid === Oid.int8) return (value) => numericFromInteger(value as number | bigint);
  if (oid === Oid.record || typeInfo(oid).kind === 'c') return (value, settings) => recordToValue(value as SqlRecord, fieldNames(oid, value as SqlRecord), settings);
  if (isArrayOf(oid)) {
    return (value, settings) => {
      const array = value as SqlArray;
      const make = jsonValueOf(array.element);
      return nest<JsonValue>(array, (item) => make(item, settings), (parts) => parts);
    };
  }
  const print = scalarText(oid);
  if (numberTypes.has(oid)) {
    return (value, settings) => {
      const text = print(value, settings);
      return isJsonNumber(text) ? numericParse(text) : text;
    };
  }
  return print;
}

export function recordToValue(record: SqlRecord, names: readonly string[], settings: TextSettings): JsonValue {
  return jsonObject(record.fields.map((field, i) => [names[i]!, jsonValueOf(record.types[i]!)(field, settings)] as const));
}

/** A key of json_build_object: the text form; composite and json values cannot be keys. */
export function jsonKeyOf(oid: number): ToText {
  const type = typeInfo(oid === Oid.unknown ? Oid.text : oid);
  if (oid === Oid.json || oid === Oid.jsonb || oid === Oid.record || type.kind === 'c' || isArrayOf(type.oid)) {
    return () => {
      throw new SqlError('22023', 'key value must be scalar, not array, composite, or json');
    };
  }
  if (oid === Oid.bool) return (value) => (value === true ? 'true' : 'false');
  return scalarText(oid);
}

/** What `->>` answers: strings without quotes, JSON's null as NULL. */
export function jsonValueAsText(value: JsonValue, settings: TextSettings): string | null {
  if (typeof value === 'string' || value === null) return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (isNumber(value)) return numericPrint(value);
  return codecOf(Oid.jsonb).print(jsonb(value), settings);
}
