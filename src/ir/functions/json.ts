import { codecOf, jsonObject, numericCompare, Oid, SqlError } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, Numeric, SqlArray, SqlRecord, TextSettings } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { Environment } from './contract.ts';
import { defineFunctions, invalidParameter, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { integerFromNumeric } from './integer.ts';
import { decodable, elementsOf, jsonAsText, jsonKind, membersOf, rewriteJson } from './json-text.ts';
import {
  arrayToJson, fieldNames, isArray, isContainer, isNumber, isObject, jsonb, jsonKeyOf, jsonValueAsText, jsonValueOf, jsonWriterOf, recordToJson,
} from './json-values.ts';
import { concatenated, editAt, pathIndex, withoutIndex, withoutKeys, withoutNulls } from './jsonb-edit.ts';
import { jsonPretty } from './json-pretty.ts';
import { float4FromNumeric, float8FromNumeric } from './numeric.ts';
import { spreading } from './variadic.ts';

// ---- json: parts of its own text ----

function fieldText(text: string, key: string): string | null {
  const found = membersOf(decodable(text)).findLast((member) => member.key === key);
  return found === undefined ? null : text.slice(found.from, found.to);
}

function elementText(text: string, index: number): string | null {
  const found = elementsOf(decodable(text)).at(index);
  return found === undefined ? null : text.slice(found.from, found.to);
}

function pathText(text: string, path: SqlArray): string | null {
  let at: string | null = text;
  for (const step of path.items) {
    if (step === null || at === null) return null;
    if (jsonKind(at) === 'object') at = fieldText(at, String(step));
    else {
      const index = pathIndex(String(step));
      at = index === undefined ? null : elementText(at, index);
    }
  }
  return path.items.length === 0 ? decodable(at!).trim() : at;
}

const orNull = <In, Out>(value: In | null, then: (value: In) => Out): Out | null => (value === null ? null : then(value));

function jsonArrayLength(text: string): number {
  const kind = jsonKind(text);
  if (kind === 'array') return elementsOf(text).length;
  throw invalidParameter(kind === 'object' ? 'cannot get array length of a non-array' : 'cannot get array length of a scalar');
}

// ---- jsonb ----

const field = (document: Jsonb, key: string): JsonValue | undefined => (document.value instanceof Map ? document.value.get(key) : undefined);
/** A bare scalar counts as an array of itself. */
const element = ({ value }: Jsonb, index: number): JsonValue | undefined =>
  isArray(value) ? value.at(index) : isObject(value) || (index !== 0 && index !== -1) ? undefined : value;

function valueAt(document: JsonValue, path: SqlArray): JsonValue | undefined {
  let at: JsonValue | undefined = document;
  for (const step of path.items) {
    if (step === null || at === undefined) return undefined;
    if (isObject(at)) at = at.get(String(step));
    else if (isArray(at)) {
      const index = pathIndex(String(step));
      at = index === undefined ? undefined : at.at(index);
    } else return undefined;
  }
  return at;
}

const asJsonb = (value: JsonValue | undefined): Jsonb | null => (value === undefined ? null : jsonb(value));
const asText = (value: JsonValue | undefined, settings: TextSettings): string | null => {
  if (typeof value === 'string') return value;
  return value === undefined ? null : jsonValueAsText(value, settings);
};

function arrayLength(document: JsonValue): number {
  if (isArray(document)) return document.length;
  throw invalidParameter(isObject(document) ? 'cannot get array length of a non-array' : 'cannot get array length of a scalar');
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (isObject(value)) return 'object';
  if (isArray(value)) return 'array';
  return isNumber(value) ? 'number' : typeof value;
}

const sameScalar = (a: JsonValue, b: JsonValue): boolean => a === b || (isNumber(a) && isNumber(b) && numericCompare(a, b) === 0);

/** `a @> b` below the top, where a scalar contains only its equal. Manual: "jsonb Containment and Existence". */
function contains(a: JsonValue, b: JsonValue): boolean {
  if (isObject(a)) {
    return isObject(b) && [...b].every(([key, value]) => {
      const own = a.get(key);
      return own !== undefined && contains(own, value);
    });
  }
  if (isArray(a)) return isArray(b) && b.every((value) => a.some((item) => contains(item, value)));
  return !isContainer(b) && sameScalar(a, b);
}

/** At the top an array also contains a bare scalar that is one of its elements. */
const containsAtTop = (a: JsonValue, b: JsonValue): boolean => contains(a, isArray(a) && !isContainer(b) ? [b] : b);

function exists(document: JsonValue, key: string): boolean {
  if (isObject(document)) return document.has(key);
  return isArray(document) ? document.includes(key) : document === key;
}

const keysIn = (keys: SqlArray): readonly string[] => keys.items.filter((key) => key !== null).map(String);

const isEmpty = (document: JsonValue): boolean => (isArray(document) ? document.length === 0 : isObject(document) && document.size === 0);

function checkPath(document: JsonValue, path: SqlArray, action: string): void {
  if (path.dims.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (!isContainer(document)) throw invalidParameter(`cannot ${action} path in scalar`);
}

function setPath(document: Jsonb, path: SqlArray, value: JsonValue, create: boolean): Jsonb {
  checkPath(document.value, path, 'set');
  if (!create && isEmpty(document.value)) return document;
  return jsonb(editAt(document.value, path.items, { kind: 'set', value, create }));
}

function setPathLax(...args: readonly any[]): Datum {
  const [document, path, value, create = true, treatment = 'use_json_null'] = args.slice(0, -1) as [Jsonb | null, SqlArray | null, Jsonb | null, boolean | null | undefined, string | null | undefined];
  if (document === null || path === null || create === null) return null;
  const unknownTreatment = invalidParameter('null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"');
  if (treatment === null) throw unknownTreatment;
  if (value !== null) return setPath(document, path, value.value, create);
  if (!['raise_exception', 'use_json_null', 'delete_key', 'return_target'].includes(treatment)) throw unknownTreatment;
  if (treatment === 'raise_exception') {
    throw new SqlError('22004', 'JSON value must not be null', {
      detail: 'Exception was raised because null_value_treatment is "raise_exception".',
      hint: 'To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.',
    });
  }
  if (treatment === 'return_target') return document;
  return treatment === 'delete_key' ? deletePath(document, path) : setPath(document, path, null, create);
}

function deletePath(document: Jsonb, path: SqlArray): Jsonb {
  checkPath(document.value, path, 'delete');
  if (isEmpty(document.value)) return document;
  return jsonb(editAt(document.value, path.items, { kind: 'delete' }));
}

/** For the functions whose trailing argument has a default: what was given for it, the environment left aside. */
const optional = <Value>(given: unknown, otherwise: Value): Value => (typeof given === typeof otherwise ? (given as Value) : otherwise);

function castFrom(target: string, wanted: (value: JsonValue) => boolean, convert: (value: any) => Datum): (document: Jsonb) => Datum {
  return ({ value }) => {
    if (value === null) return null;
    if (!wanted(value)) throw invalidParameter(`cannot cast jsonb ${typeOf(value) === 'number' ? 'numeric' : typeOf(value)} to type ${target}`);
    return convert(value);
  };
}

const fromNumber = (target: string, convert: (value: Numeric) => Datum): ((document: Jsonb) => Datum) => castFrom(target, isNumber, convert);

// ---- building ----

const oddArguments = (name: string): SqlError => new SqlError('22023', 'argument list must have even number of elements', {
  hint: `The arguments of ${name}() must consist of alternating keys and values.`,
});

function bindBuildObject(name: string, finish: (members: readonly (readonly [string, Datum, number])[], settings: TextSettings) => Datum, nullKey: (position: number) => SqlError) {
  return (args: readonly Scalar[]) => {
    const keys = args.map((arg, i) => (i % 2 === 0 ? jsonKeyOf(arg.type.oid) : undefined));
    const types = args.map((arg) => arg.type.oid);
    return (...values: any[]): Datum => {
      if (types.length % 2 !== 0) throw oddArguments(name);
      const { settings } = values[types.length] as Environment;
      const members: (readonly [string, Datum, number])[] = [];
      for (let i = 0; i < types.length; i += 2) {
        if (values[i] === null) throw nullKey(i + 1);
        members.push([keys[i]!(values[i], settings), values[i + 1], types[i + 1]!]);
      }
      return finish(members, settings);
    };
  };
}

const buildJsonObject = bindBuildObject(
  'json_build_object',
  (members, settings) => `{${members.map(([key, value, type]) => `${JSON.stringify(key)} : ${jsonWriterOf(type)(value, settings)}`).join(', ')}}`,
  () => new SqlError('22004', 'null value not allowed for object key'),
);
const buildJsonbObject = bindBuildObject(
  'jsonb_build_object',
  (members, settings) => jsonb(jsonObject(members.map(([key, value, type]) => [key, jsonValueOf(type)(value, settings)] as const))),
  (position) => new SqlError('22023', `argument ${position}: key must not be null`),
);

const bindBuildArray = (finish: (values: readonly Datum[], types: readonly number[], settings: TextSettings) => Datum) => (args: readonly Scalar[]) => {
  const types = args.map((arg) => arg.type.oid);
  return (...values: any[]): Datum => finish(values.slice(0, types.length), types, (values[types.length] as Environment).settings);
};

function bindToJson([arg]: readonly Scalar[]): (value: Datum, environment: Environment) => Datum {
  const write = jsonWriterOf(arg!.type.oid);
  return (value, { settings }) => write(value, settings);
}

function bindToJsonb([arg]: readonly Scalar[]): (value: Datum, environment: Environment) => Datum {
  const make = jsonValueOf(arg!.type.oid);
  return (value, { settings }) => jsonb(make(value, settings));
}

function bindRowToJson([arg]: readonly Scalar[]): (...values: any[]) => Datum {
  return (record: SqlRecord, ...rest: any[]) => {
    const { settings } = rest[rest.length - 1] as Environment;
    return recordToJson(record, fieldNames(arg!.type.oid, record), settings, rest.length > 1 && rest[0] === true);
  };
}

/** json_object(text[]): keys and values in turn, or in rows of two. */
function pairsOf(array: SqlArray): readonly (readonly [Datum, Datum])[] {
  if (array.dims.length > 2) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (array.dims.length === 2 && array.dims[1] !== 2) throw new SqlError('2202E', 'array must have two columns');
  if (array.items.length % 2 !== 0) throw new SqlError('2202E', 'array must have even number of elements');
  return Array.from({ length: array.items.length / 2 }, (_, i) => [array.items[2 * i]!, array.items[2 * i + 1]!] as const);
}

function zip(keys: SqlArray, values: SqlArray): readonly (readonly [Datum, Datum])[] {
  if (keys.dims.length > 1 || values.dims.length !== keys.dims.length) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (keys.items.length !== values.items.length) throw new SqlError('2202E', 'mismatched array dimensions');
  return keys.items.map((key, i) => [key, values.items[i]!] as const);
}

const checkKeys = (pairs: readonly (readonly [Datum, Datum])[]): readonly (readonly [string, string | null])[] => pairs.map(([key, value]) => {
  if (key === null) throw new SqlError('22004', 'null value not allowed for object key');
  return [String(key), value === null ? null : String(value)] as const;
});
const pairsToJson = (pairs: readonly (readonly [Datum, Datum])[]): string =>
  `{${checkKeys(pairs).map(([key, value]) => `${JSON.stringify(key)} : ${JSON.stringify(value)}`).join(', ')}}`;
const pairsToJsonb = (pairs: readonly (readonly [Datum, Datum])[]): Jsonb => jsonb(jsonObject(checkKeys(pairs)));

const compare = (a: Jsonb, b: Jsonb): number => codecOf(Oid.jsonb).compare(a, b);

const jsonFunctionsOfText: readonly Definition[] = [
  ['json_object_field(json,text) json', fieldText],
  ['json_object_field_text(json,text) text', (text: string, key: string) => orNull(fieldText(text, key), jsonAsText)],
  ['json_array_element(json,int4) json', elementText],
  ['json_array_element_text(json,int4) text', (text: string, index: number) => orNull(elementText(text, index), jsonAsText)],
  ['json_extract_path(json,_text) json variadic', pathText],
  ['json_extract_path_text(json,_text) text variadic', (text: string, path: SqlArray) => orNull(pathText(text, path), jsonAsText)],
  ['json_typeof(json) text total', jsonKind],
  ['json_array_length(json) int4', jsonArrayLength],
  ['json_strip_nulls(json,bool) json defaults=1', (text: string, inArrays?: unknown) => {
    const alsoInArrays = optional(inArrays, false);
    return rewriteJson(decodable(text), (value) => value !== 'null', (value) => !alsoInArrays || value !== 'null');
  }],
  ['json_build_object() json stable null total', () => '{}'],
  ['json_build_object(any) json stable null variadic', unbound, { bind: spreading(buildJsonObject) }],
  ['json_build_array() json stable null total', () => '[]'],
  ['json_build_array(any) json stable null variadic total', unbound, {
    bind: spreading(bindBuildArray((values, types, settings) => `[${values.map((value, i) => jsonWriterOf(types[i]!)(value, settings)).join(', ')}]`)),
  }],
  ['json_object(_text) json', (array: SqlArray) => pairsToJson(pairsOf(array))],
  ['json_object(_text,_text) json', (keys: SqlArray, values: SqlArray) => pairsToJson(zip(keys, values))],
  ['to_json(anyelement) json stable total', unbound, { bind: bindToJson }],
  ['row_to_json(record) json stable total', unbound, { bind: bindRowToJson }],
  ['row_to_json(record,bool) json stable total', unbound, { bind: bindRowToJson }],
  ['array_to_json(anyarray) json stable total', (array: SqlArray, { settings }: Environment) => arrayToJson(array, settings, false)],
  ['array_to_json(anyarray,bool) json stable total', (array: SqlArray, pretty: boolean, { settings }: Environment) => arrayToJson(array, settings, pretty)],
];

const jsonbFunctions: readonly Definition[] = [
  ['jsonb_object_field(jsonb,text) jsonb total', (document: Jsonb, key: string) => asJsonb(field(document, key))],
  ['jsonb_object_field_text(jsonb,text) text total', (document: Jsonb, key: string, { settings }: Environment) => asText(field(document, key), settings)],
  ['jsonb_array_element(jsonb,int4) jsonb total', (document: Jsonb, index: number) => asJsonb(element(document, index))],
  ['jsonb_array_element_text(jsonb,int4) text total', (document: Jsonb, index: number, { settings }: Environment) => asText(element(document, index), settings)],
  ['jsonb_extract_path(jsonb,_text) jsonb variadic total', (document: Jsonb, path: SqlArray) => asJsonb(valueAt(document.value, path))],
  ['jsonb_extract_path_text(jsonb,_text) text variadic total', (document: Jsonb, path: SqlArray, { settings }: Environment) => asText(valueAt(document.value, path), settings)],
  ['jsonb_eq(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) === 0],
  ['jsonb_ne(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) !== 0],
  ['jsonb_lt(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) < 0],
  ['jsonb_le(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) <= 0],
  ['jsonb_gt(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) > 0],
  ['jsonb_ge(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => compare(a, b) >= 0],
  ['jsonb_cmp(jsonb,jsonb) int4 total', (a: Jsonb, b: Jsonb) => Math.sign(compare(a, b))],
  ['jsonb_contains(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => containsAtTop(a.value, b.value)],
  ['jsonb_contained(jsonb,jsonb) bool total', (a: Jsonb, b: Jsonb) => containsAtTop(b.value, a.value)],
  ['jsonb_exists(jsonb,text) bool total', (document: Jsonb, key: string) => exists(document.value, key)],
  ['jsonb_exists_any(jsonb,_text) bool total', (document: Jsonb, keys: SqlArray) => keysIn(keys).some((key) => exists(document.value, key))],
  ['jsonb_exists_all(jsonb,_text) bool total', (document: Jsonb, keys: SqlArray) => keysIn(keys).every((key) => exists(document.value, key))],
  ['jsonb_concat(jsonb,jsonb) jsonb total', (a: Jsonb, b: Jsonb) => jsonb(concatenated(a.value, b.value))],
  ['jsonb_delete(jsonb,text) jsonb', (document: Jsonb, key: string) => jsonb(withoutKeys(document.value, [key]))],
  ['jsonb_delete(jsonb,_text) jsonb variadic', (document: Jsonb, keys: SqlArray) => {
    if (keys.dims.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts');
    return jsonb(withoutKeys(document.value, keys.items));
  }],
  ['jsonb_delete(jsonb,int4) jsonb', (document: Jsonb, index: number) => jsonb(withoutIndex(document.value, index))],
  ['jsonb_delete_path(jsonb,_text) jsonb', deletePath],
  ['jsonb_set(jsonb,_text,jsonb,bool) jsonb defaults=1', (document: Jsonb, path: SqlArray, value: Jsonb, create?: unknown) => setPath(document, path, value.value, optional(create, true))],
  ['jsonb_set_lax(jsonb,_text,jsonb,bool,text) jsonb null defaults=2', setPathLax],
  ['jsonb_insert(jsonb,_text,jsonb,bool) jsonb defaults=1', (document: Jsonb, path: SqlArray, value: Jsonb, after?: unknown) => {
    checkPath(document.value, path, 'set');
    return jsonb(editAt(document.value, path.items, { kind: 'insert', value: value.value, after: optional(after, false) }));
  }],
  ['jsonb_typeof(jsonb) text total', (document: Jsonb) => typeOf(document.value)],
  ['jsonb_array_length(jsonb) int4', (document: Jsonb) => arrayLength(document.value)],
  ['jsonb_strip_nulls(jsonb,bool) jsonb defaults=1 total', (document: Jsonb, inArrays?: unknown) => jsonb(withoutNulls(document.value, optional(inArrays, false)))],
  ['jsonb_pretty(jsonb) text total', (document: Jsonb, { settings }: Environment) => jsonPretty(document.value, settings)],
  ['jsonb_build_object() jsonb stable null total', () => jsonb(new Map())],
  ['jsonb_build_object(any) jsonb stable null variadic', unbound, { bind: spreading(buildJsonbObject) }],
  ['jsonb_build_array() jsonb stable null total', () => jsonb([])],
  ['jsonb_build_array(any) jsonb stable null variadic', unbound, {
    bind: spreading(bindBuildArray((values, types, settings) => jsonb(values.map((value, i) => jsonValueOf(types[i]!)(value, settings))))),
  }],
  ['jsonb_object(_text) jsonb', (array: SqlArray) => pairsToJsonb(pairsOf(array))],
  ['jsonb_object(_text,_text) jsonb', (keys: SqlArray, values: SqlArray) => pairsToJsonb(zip(keys, values))],
  ['to_jsonb(anyelement) jsonb stable', unbound, { bind: bindToJsonb }],
  ['bool(jsonb) bool', castFrom('boolean', (value) => typeof value === 'boolean', (value) => value)],
  ['numeric(jsonb) numeric', fromNumber('numeric', (value) => value)],
  ['int2(jsonb) int2', fromNumber('smallint', integerFromNumeric('int2'))],
  ['int4(jsonb) int4', fromNumber('integer', integerFromNumeric('int4'))],
  ['int8(jsonb) int8', fromNumber('bigint', integerFromNumeric('int8'))],
  ['float4(jsonb) float4', fromNumber('real', float4FromNumeric)],
  ['float8(jsonb) float8', fromNumber('double precision', float8FromNumeric)],
];

/** Manual: "JSON Functions and Operators". */
export const jsonFunctions = defineFunctions([...jsonFunctionsOfText, ...jsonbFunctions]);
