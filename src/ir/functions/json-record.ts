import { codecOf, findType, Oid, parseJsonb, quoteJson, requireLength, SqlError } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlArray, SqlRecord, TextSettings } from '../../core/index.ts';
import type { Environment, TableFunctionRow } from './contract.ts';
import type { Scalar } from '../scalar.ts';
import { defineFunctions, invalidParameter, typeNamed, unbound } from './define.ts';
import { elementsOf, jsonAsText, jsonKind, membersOf, skipSpace } from './json-text.ts';
import { isArray, isObject, jsonb, jsonValueAsText } from './json-values.ts';

/** The parts of a document, be it the text of a json or the value of a jsonb. */
interface Documents<V> {
  kind(value: V): 'object' | 'array' | 'string' | 'null' | 'scalar';
  members(value: V): ReadonlyMap<string, V>;
  elements(value: V): readonly V[];
  /** as `->>` answers it */
  text(value: V, settings: TextSettings): string | null;
  json(value: V, settings: TextSettings): string;
  jsonb(value: V): Jsonb;
}

const ofText: Documents<string> = {
  kind: (text) => {
    const kind = jsonKind(text);
    return kind === 'number' || kind === 'boolean' ? 'scalar' : kind;
  },
  members: (text) => new Map(membersOf(text).map(({ key, from, to }) => [key, text.slice(from, to)])),
  elements: (text) => elementsOf(text).map(({ from, to }) => text.slice(from, to)),
  text: jsonAsText,
  json: (text) => (jsonKind(text) === 'string' ? quoteJson(JSON.parse(text) as string) : text.slice(skipSpace(text, 0)).trimEnd()),
  jsonb: parseJsonb,
};

const ofValue: Documents<JsonValue> = {
  kind: (value) => (isObject(value) ? 'object' : isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'string' ? 'string' : 'scalar'),
  members: (value) => value as ReadonlyMap<string, JsonValue>,
  elements: (value) => value as readonly JsonValue[],
  text: jsonValueAsText,
  json: (value, settings) => codecOf(Oid.jsonb).print(jsonb(value), settings),
  jsonb,
};

/** What a row is made to be: the columns of a column definition list, as the planner hands them on, or the fields of a row type. */
interface Wanted {
  readonly names: readonly string[];
  readonly types: readonly number[];
  readonly typmods: readonly number[];
}

/** Makes rows of objects: each column from the member of its name, by the rules of the manual's "JSON Processing Functions" (jsonfuncs.c, populate_record_field). */
class Populating<V> {
  readonly #documents: Documents<V>;
  readonly #settings: TextSettings;

  constructor(documents: Documents<V>, settings: TextSettings) {
    this.#documents = documents;
    this.#settings = settings;
  }

  /** The values of an object's members; of those that it has not, those of `base`. */
  row(value: V, { names, types, typmods }: Wanted, base: SqlRecord | null = null): Datum[] {
    const kind = this.#documents.kind(value);
    if (kind !== 'object') throw invalidParameter(`cannot call populate_composite on ${kind === 'array' ? 'an array' : 'a scalar'}`);
    const members = this.#documents.members(value);
    return names.map((name, index) => {
      const member = members.get(name);
      const before = base?.fields[index] ?? null;
      return member === undefined ? before : this.#field(member, types[index]!, typmods[index]!, name, [], before);
    });
  }

  /** An array that no member of an object is: errors name no key. */
  array(value: V, element: number, typmod: number): SqlArray {
    return this.#array(value, element, typmod, undefined, []);
  }

  record(value: V, wanted: Wanted, base: SqlRecord | null): SqlRecord {
    return { kind: 'record', types: wanted.types, fields: this.row(value, wanted, base) };
  }

  #field(value: V, oid: number, typmod: number, key: string | undefined, path: readonly number[], before: Datum): Datum {
    const kind = this.#documents.kind(value);
    if (kind === 'null') return null;
    const fields = kind === 'string' ? undefined : fieldsOf(oid);
    if (fields !== undefined) return this.record(value, fields, isRecord(before) ? before : null);
    const element = findType(oid)?.element ?? 0;
    if (element !== 0 && findType(oid)?.category === 'A' && kind !== 'string') return this.#array(value, element, typmod, key, path);
    if (oid === Oid.jsonb) return this.#documents.jsonb(value);
    const text = oid === Oid.json ? this.#documents.json(value, this.#settings) : this.#documents.text(value, this.#settings);
    if (text === null) return null;
    requireLength(text, oid, typmod);
    return codecOf(oid).parse(text, this.#settings, typmod);
  }

  #array(value: V, element: number, typmod: number, key: string | undefined, path: readonly number[]): SqlArray {
    const dims: number[] = [];
    const items: Datum[] = [];
    const visit = (part: V, depth: number, at: readonly number[]): void => {
      if (this.#documents.kind(part) !== 'array') throw this.#expectedArray(key, at);
      const parts = this.#documents.elements(part);
      const nested = parts.some((inner) => this.#documents.kind(inner) === 'array') && element !== Oid.json && element !== Oid.jsonb;
      if (dims[depth] === undefined) {
        if (items.length > 0) throw mismatch();
        dims[depth] = parts.length;
      } else if (dims[depth] !== parts.length) throw mismatch();
      if (!nested && depth < dims.length - 1 && parts.length > 0) throw this.#expectedArray(key, [...at, 0]);
      parts.forEach((inner, index) => {
        if (nested) visit(inner, depth + 1, [...at, index]);
        else items.push(this.#field(inner, element, typmod, key, [...at, index], null));
      });
    };
    visit(value, 0, path);
    const empty = items.length === 0;
    return { kind: 'array', element, dims: empty ? [] : dims, lowerBounds: empty ? [] : dims.map(() => 1), items };
  }

  #expectedArray(key: string | undefined, path: readonly number[]): SqlError {
    const place = path.length === 0 ? [] : [`the array element ${path.map((index) => `[${index}]`).join('')}`];
    const owner = key === undefined ? [] : [path.length === 0 ? `the value of key "${key}"` : `key "${key}"`];
    const parts = [...place, ...owner];
    return new SqlError('22P02', 'expected JSON array', parts.length === 0 ? {} : { hint: `See ${parts.join(' of ')}.` });
  }
}

const mismatch = (): SqlError => new SqlError('22P02', 'malformed JSON array', { detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.' });

const itemsOf = (array: SqlArray): readonly Datum[] => array.items;
const wantedOf = (names: SqlArray, types: SqlArray, typmods: SqlArray): Wanted =>
  ({ names: itemsOf(names) as readonly string[], types: itemsOf(types) as readonly number[], typmods: itemsOf(typmods) as readonly number[] });

type Arguments = readonly [document: Datum, names: SqlArray, types: SqlArray, typmods: SqlArray, environment: Environment];

function toRecord<V>(documents: Documents<V>, unwrap: (document: Datum) => V) {
  return function* (...[document, names, types, typmods, { settings }]: Arguments): Iterable<readonly Datum[]> {
    const wanted = wantedOf(names, types, typmods);
    if (document === null) return yield wanted.names.map(() => null);
    yield new Populating(documents, settings).row(unwrap(document), wanted);
  };
}

/** The objects of an array, by the function that asks for them. */
function objectsOf<V>(documents: Documents<V>, value: V, name: string): readonly V[] {
  const kind = documents.kind(value);
  if (kind !== 'array') throw invalidParameter(`cannot call ${name} on ${name.startsWith('jsonb') ? 'a non-array' : kind === 'object' ? 'an object' : 'a scalar'}`);
  return documents.elements(value);
}

const requireObject = <V>(documents: Documents<V>, element: V, name: string): void => {
  if (documents.kind(element) !== 'object') throw invalidParameter(`argument of ${name} must be an array of objects`);
};

function toRecordset<V>(documents: Documents<V>, unwrap: (document: Datum) => V, name: string) {
  return function* (...[document, names, types, typmods, { settings }]: Arguments): Iterable<readonly Datum[]> {
    if (document === null) return;
    const wanted = wantedOf(names, types, typmods);
    const populating = new Populating(documents, settings);
    for (const element of objectsOf(documents, unwrap(document), name)) {
      requireObject(documents, element, name);
      yield populating.row(element, wanted);
    }
  };
}

const isRecord = (value: Datum): value is SqlRecord => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'record';

const fieldsOf = (oid: number): Wanted | undefined => {
  const fields = findType(oid)?.fields;
  return fields && { names: fields.map(({ name }) => name), types: fields.map(({ type }) => type.oid), typmods: fields.map(({ type }) => type.typmod) };
};

/** What the rows are that a function with a base makes: of its type, or, of a record, what that has. */
function wantedAs(oid: number, base: Datum, name: string): Wanted {
  const wanted = fieldsOf(oid);
  if (wanted !== undefined) return wanted;
  if (oid !== Oid.record) throw new SqlError('42804', `first argument of ${name} must be a row type`);
  if (!isRecord(base)) {
    throw new SqlError('0A000', `could not determine row type for result of ${name}`, { hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.' });
  }
  return { names: base.types.map((_, index) => `f${index + 1}`), types: base.types, typmods: base.types.map(() => -1) };
}

const environmentOf = (rest: readonly unknown[]): Environment => rest[rest.length - 1] as Environment;

/** `base` with the members of the object in the place of its fields. */
const populateRecord = <V>(documents: Documents<V>, unwrap: (document: Datum) => V, name: string) => ([first]: readonly Scalar[]) => (base: Datum, document: Datum, ...rest: any[]): Datum => {
  const wanted = wantedAs(first!.type.oid, base, name);
  return document === null ? base : new Populating(documents, environmentOf(rest).settings).record(unwrap(document), wanted, isRecord(base) ? base : null);
};

function populateRecordset<V>(documents: Documents<V>, unwrap: (document: Datum) => V, name: string) {
  return function* (base: Datum, document: Datum, ...rest: any[]): Iterable<readonly Datum[]> {
    const wanted = wantedAs(rest[rest.length - 2] as number, base, name);
    if (document === null) return;
    const populating = new Populating(documents, environmentOf(rest).settings);
    for (const element of objectsOf(documents, unwrap(document), name)) {
      requireObject(documents, element, name);
      yield [populating.record(element, wanted, isRecord(base) ? base : null)];
    }
  };
}

const text = (document: Datum): string => document as string;
const value = (document: Datum): JsonValue => (document as Jsonb).value;

const define = (name: string, argument: string, evaluate: TableFunctionRow['evaluate']): TableFunctionRow =>
  ({ id: `${name}(${argument})`, name, args: [typeNamed(argument)], columns: [], strict: false, volatility: 'stable', needsColumns: true, evaluate });

/** A document as an array of SQL; 22P02 where it is none. */
export const jsonAsArray = (document: JsonValue, element: number, typmod: number, settings: TextSettings): SqlArray => new Populating(ofValue, settings).array(document, element, typmod);

function populating(name: string, argument: string, evaluate: TableFunctionRow['evaluate']): TableFunctionRow {
  const json = argument === 'json';
  return {
    id: `${name}(anyelement,${argument}${json ? ',bool' : ''})`, name, args: [Oid.anyelement, typeNamed(argument), ...(json ? [Oid.bool] : [])], ...(json && { defaults: 1 }),
    columns: [{ name, type: Oid.anyelement }], strict: false, volatility: 'stable', needsType: true, evaluate,
  };
}

/** The functions whose columns the query names, `jsonb_to_recordset(x) AS t(a int, b text)`, and those whose columns are a row type's. */
export const jsonRecordFunctions: readonly TableFunctionRow[] = [
  define('json_to_record', 'json', toRecord(ofText, text)),
  define('jsonb_to_record', 'jsonb', toRecord(ofValue, value)),
  define('json_to_recordset', 'json', toRecordset(ofText, text, 'json_to_recordset')),
  define('jsonb_to_recordset', 'jsonb', toRecordset(ofValue, value, 'jsonb_to_recordset')),
  populating('json_populate_recordset', 'json', populateRecordset(ofText, text, 'json_populate_recordset')),
  populating('jsonb_populate_recordset', 'jsonb', populateRecordset(ofValue, value, 'jsonb_populate_recordset')),
];

/** Rows of a type, made of objects: a row of it is the first argument, which NULL of the type can be. */
export const jsonPopulateFunctions = defineFunctions([
  ['json_populate_record(anyelement,json,bool) anyelement null stable defaults=1', unbound, { bind: populateRecord(ofText, text, 'json_populate_record'), named: { names: ['base', 'from_json', 'use_json_as_text'], defaults: [false] } }],
  ['jsonb_populate_record(anyelement,jsonb) anyelement null stable', unbound, { bind: populateRecord(ofValue, value, 'jsonb_populate_record') }],
  ['jsonb_populate_record_valid(anyelement,jsonb) bool null stable', unbound, { bind: (args) => {
    const populate = populateRecord(ofValue, value, 'jsonb_populate_record')(args);
    return (...values: any[]): Datum => {
      try {
        return populate(values[0] as Datum, values[1] as Datum, ...values.slice(2)) === null ? null : true;
      } catch (error) {
        // What is wrong with the call is no fault of the document.
        if (error instanceof SqlError && error.code !== '42804' && error.code !== '0A000') return false;
        throw error;
      }
    };
  } }],
]);
