import { codecOf, findType, Oid, parseJsonb, quoteJson, requireLength, SqlError } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlArray, TextSettings } from '../../core/index.ts';
import type { Environment, TableFunctionRow } from './contract.ts';
import { invalidParameter, typeNamed } from './define.ts';
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

/** The columns of a column definition list, as the planner hands them on. */
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

  row(object: V, { names, types, typmods }: Wanted): Datum[] {
    const members = this.#documents.members(object);
    return names.map((name, index) => {
      const value = members.get(name);
      return value === undefined ? null : this.#field(value, types[index]!, typmods[index]!, name, []);
    });
  }

  #field(value: V, oid: number, typmod: number, key: string, path: readonly number[]): Datum {
    const kind = this.#documents.kind(value);
    if (kind === 'null') return null;
    const element = findType(oid)?.element ?? 0;
    if (element !== 0 && findType(oid)?.category === 'A' && kind !== 'string') return this.#array(value, element, typmod, key, path);
    if (oid === Oid.jsonb) return this.#documents.jsonb(value);
    const text = oid === Oid.json ? this.#documents.json(value, this.#settings) : this.#documents.text(value, this.#settings);
    if (text === null) return null;
    requireLength(text, oid, typmod);
    return codecOf(oid).parse(text, this.#settings, typmod);
  }

  #array(value: V, element: number, typmod: number, key: string, path: readonly number[]): SqlArray {
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
        else items.push(this.#field(inner, element, typmod, key, [...at, index]));
      });
    };
    visit(value, 0, path);
    const empty = items.length === 0;
    return { kind: 'array', element, dims: empty ? [] : dims, lowerBounds: empty ? [] : dims.map(() => 1), items };
  }

  #expectedArray(key: string, path: readonly number[]): SqlError {
    const hint = path.length === 0 ? `See the value of key "${key}".` : `See the array element ${path.map((index) => `[${index}]`).join('')} of key "${key}".`;
    return new SqlError('22P02', 'expected JSON array', { hint });
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
    const value = unwrap(document);
    const kind = documents.kind(value);
    if (kind !== 'object') throw invalidParameter(`cannot call populate_composite on ${kind === 'array' ? 'an array' : 'a scalar'}`);
    yield new Populating(documents, settings).row(value, wanted);
  };
}

function toRecordset<V>(documents: Documents<V>, unwrap: (document: Datum) => V, name: string, notArray: (kind: string) => string) {
  return function* (...[document, names, types, typmods, { settings }]: Arguments): Iterable<readonly Datum[]> {
    if (document === null) return;
    const wanted = wantedOf(names, types, typmods);
    const value = unwrap(document);
    const kind = documents.kind(value);
    if (kind !== 'array') throw invalidParameter(notArray(kind));
    const populating = new Populating(documents, settings);
    for (const element of documents.elements(value)) {
      if (documents.kind(element) !== 'object') throw invalidParameter(`argument of ${name} must be an array of objects`);
      yield populating.row(element, wanted);
    }
  };
}

const text = (document: Datum): string => document as string;
const value = (document: Datum): JsonValue => (document as Jsonb).value;

const define = (name: string, argument: string, evaluate: TableFunctionRow['evaluate']): TableFunctionRow =>
  ({ id: `${name}(${argument})`, name, args: [typeNamed(argument)], columns: [], strict: false, volatility: 'stable', needsColumns: true, evaluate });

/** The functions whose columns the query names: `jsonb_to_recordset(x) AS t(a int, b text)`. */
export const jsonRecordFunctions: readonly TableFunctionRow[] = [
  define('json_to_record', 'json', toRecord(ofText, text)),
  define('jsonb_to_record', 'jsonb', toRecord(ofValue, value)),
  define('json_to_recordset', 'json', toRecordset(ofText, text, 'json_to_recordset', (kind) => `cannot call json_to_recordset on ${kind === 'object' ? 'an object' : 'a scalar'}`)),
  define('jsonb_to_recordset', 'jsonb', toRecordset(ofValue, value, 'jsonb_to_recordset', () => 'cannot call jsonb_to_recordset on a non-array')),
];
