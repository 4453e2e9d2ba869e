import { codecOf, findType, numericFromInteger, numericParse, Oid, parseJson, printFloat4, printFloat8, requireLength, SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlRecord, TextSettings } from '../../core/index.ts';
import type { Environment } from './contract.ts';
import { defineFunctions, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { jsonAsArray } from './json-record.ts';
import { isContainer, jsonb, jsonValueAsText } from './json-values.ts';
import { PathEvaluator, pathOf } from './jsonpath-evaluate.ts';
import type { PathVariables } from './jsonpath-evaluate.ts';
import { isArray, isDatetime, isObject, itemToJson, PathError } from './jsonpath-items.ts';
import type { Item } from './jsonpath-items.ts';

/**
 * JSON_EXISTS, JSON_VALUE and JSON_QUERY, also as the columns of JSON_TABLE. Manual: "SQL/JSON Query Functions".
 * The planner alone calls them (resolve/sql-json-query.ts), and says by a literal what the clauses ask for.
 */

export type BehaviorKind = 'NULL' | 'ERROR' | 'EMPTY' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'EMPTY ARRAY' | 'EMPTY OBJECT' | 'DEFAULT';

export interface Behavior {
  readonly kind: BehaviorKind;
  /** which of the values handed in it answers; undefined where it answers none */
  readonly value?: number;
  /** that value is a document, which is made one of the type when it is needed */
  readonly coerce?: true;
}

/** What one of the functions does, as data: it crosses as JSON. */
export interface JsonQuerySpec {
  readonly op: 'exists' | 'value' | 'query';
  /** of the result */
  readonly type: number;
  readonly typmod: number;
  readonly wrapper: 'none' | 'conditional' | 'unconditional';
  readonly omitQuotes: boolean;
  readonly onEmpty: Behavior;
  readonly onError: Behavior;
  /** of JSON_TABLE, which errors tell */
  readonly column?: string;
}

/** What the call hands in beside the document and the path. */
export interface JsonQueryValues {
  /** the values that behaviors answer */
  readonly defaults: readonly Datum[];
  readonly variables: PathVariables;
  readonly environment: Environment;
}

/** Names and values of PASSING. A variable whose type has no form in paths fails where it is met. */
export function passedVariables(names: readonly string[], passed: SqlRecord | null): PathVariables {
  return {
    count: names.length,
    find(name) {
      const index = names.indexOf(name);
      if (index < 0 || passed === null) return undefined;
      const item = itemOf(passed.fields[index] ?? null, passed.types[index]!);
      return { item, base: { root: item, id: index + 1 } };
    },
  };
}

function itemOf(value: Datum, type: number): Item {
  if (value === null) return null;
  switch (type) {
    case Oid.bool:
    case Oid.text:
    case Oid.varchar:
    case Oid.numeric:
      return value as Item;
    case Oid.int2:
    case Oid.int4:
    case Oid.int8:
      return numericFromInteger(value as number | bigint);
    case Oid.float4:
      return numericParse(printFloat4(value as number, 1));
    case Oid.float8:
      return numericParse(printFloat8(value as number, 1));
    case Oid.date:
    case Oid.time:
    case Oid.timetz:
    case Oid.timestamp:
    case Oid.timestamptz:
      return { kind: 'datetime', oid: type, value, offset: 0 };
    case Oid.jsonb:
      return (value as Jsonb).value;
    case Oid.json:
      return parseJson(value as string);
    default:
      throw new SqlError('22023', `could not convert value of type ${typeInfo(type).sqlName} to jsonpath`);
  }
}

/** What evaluation of a path came to. */
type Outcome<T> = { readonly kind: 'found'; readonly value: T } | { readonly kind: 'empty' } | { readonly kind: 'error' };
const EMPTY = { kind: 'empty' } as const;
const ERROR = { kind: 'error' } as const;

export function evaluateJsonQuery(spec: JsonQuerySpec, document: JsonValue, path: string, values: JsonQueryValues): Datum {
  const outcome = softly(spec, () => search(spec, document, path, values));
  if (outcome.kind === 'found') return outcome.value;
  if (outcome.kind === 'error') return behave(spec, spec.onError, 'ON ERROR', values);
  if (spec.onEmpty.kind !== 'ERROR') return behave(spec, spec.onEmpty, 'ON EMPTY', values);
  throw new SqlError('22035', `no SQL/JSON item found for specified path${spec.column === undefined ? '' : ` of column "${spec.column}"`}`);
}

/** ON ERROR other than ERROR hides what a path may raise, and what the type of the result refuses. */
function softly(spec: JsonQuerySpec, run: () => Outcome<Datum>): Outcome<Datum> {
  if (spec.onError.kind === 'ERROR') return run();
  try {
    return run();
  } catch (error) {
    if (error instanceof PathError || error instanceof CoercionError) return ERROR;
    throw error;
  }
}

/** A value that is none of the type of the result. */
class CoercionError extends SqlError {}

function coercing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) throw new CoercionError(error.code, error.message, error.fields);
    throw error;
  }
}

function search(spec: JsonQuerySpec, document: JsonValue, path: string, values: JsonQueryValues): Outcome<Datum> {
  const { environment } = values;
  const { strict } = pathOf(path);
  const evaluator = new PathEvaluator({ path: pathOf(path), document, variables: values.variables, zones: { allowed: true, environment }, probing: spec.op === 'exists' && !strict });
  if (spec.op === 'exists') {
    const found = strict ? [...evaluator.run()].length > 0 : evaluator.run().next().done !== true;
    return { kind: 'found', value: spec.type === Oid.bool ? found : coercing(() => ofBoolean(found, spec, environment.settings)) };
  }
  const items = [...evaluator.run()];
  return spec.op === 'query' ? queried(spec, items, environment.settings) : scalar(spec, items, environment.settings);
}

const ofBoolean = (value: boolean, spec: JsonQuerySpec, settings: TextSettings): Datum => (spec.type === Oid.int4 ? Number(value) : populated(value, spec, settings));

function queried(spec: JsonQuerySpec, items: readonly Item[], settings: TextSettings): Outcome<Datum> {
  const [only] = items;
  if (only === undefined) return EMPTY;
  const wrap = spec.wrapper === 'unconditional' || (spec.wrapper === 'conditional' && items.length > 1);
  if (!wrap && items.length > 1) throw raised('22034', `JSON path expression ${spec.column === undefined ? 'in JSON_QUERY' : `for column "${spec.column}"`} must return single item when no wrapper is requested`, 'Use the WITH WRAPPER clause to wrap SQL/JSON items into an array.');
  const value = wrap ? items.map(itemToJson) : itemToJson(only);
  return { kind: 'found', value: spec.type === Oid.jsonb && !spec.omitQuotes ? jsonb(value) : coercing(() => populated(value, spec, settings)) };
}

function scalar(spec: JsonQuerySpec, items: readonly Item[], settings: TextSettings): Outcome<Datum> {
  const [only] = items;
  if (only === undefined) return EMPTY;
  const where = spec.column === undefined ? 'in JSON_VALUE' : `for column "${spec.column}"`;
  if (items.length > 1) throw raised('22034', `JSON path expression ${where} must return single scalar item`);
  if (isArray(only) || isObject(only)) throw raised('2203F', `JSON path expression ${where} must return single scalar item`);
  if (only === null) return { kind: 'found', value: null };
  return { kind: 'found', value: coercing(() => fromText(scalarText(only, spec.type, settings), spec, settings)) };
}

const raised = (code: string, message: string, hint?: string): PathError => new PathError(code, message, hint === undefined ? {} : { hint });

/** A json or jsonb is read from the item as documents have it, all else from its plain text. */
function scalarText(item: Item, type: number, settings: TextSettings): string {
  if (type === Oid.json || type === Oid.jsonb) return documentText(itemToJson(item), settings);
  if (isDatetime(item)) return codecOf(item.oid).print(item.value, settings);
  if (typeof item === 'boolean') return codecOf(Oid.bool).print(item, settings);
  return jsonValueAsText(item, settings)!;
}

const documentText = (value: JsonValue, settings: TextSettings): string => codecOf(Oid.jsonb).print(jsonb(value), settings);

/** As the type's input function reads it. */
function fromText(text: string, { type, typmod }: JsonQuerySpec, settings: TextSettings): Datum {
  if (type === Oid.text) return text;
  requireLength(text, type, typmod);
  return codecOf(type).parse(text, settings, typmod);
}

/** A document as a value of the type: arrays element by element, all else by its text, with the quotes of a string or without. */
function populated(value: JsonValue, spec: JsonQuerySpec, settings: TextSettings): Datum {
  const element = findType(spec.type)?.element ?? 0;
  if (spec.omitQuotes) return fromText(value === null ? 'null' : isContainer(value) ? documentText(value, settings) : jsonValueAsText(value, settings)!, spec, settings);
  if (element !== 0 && findType(spec.type)?.category === 'A') return jsonAsArray(value, element, spec.typmod, settings);
  if (spec.type === Oid.jsonb) return jsonb(value);
  if (typeof value === 'string' && passesOverQuotes.has(spec.type)) return fromText(value, spec, settings);
  return fromText(documentText(value, settings), spec, settings);
}

/** Types whose input takes quotes for space. */
const passesOverQuotes: ReadonlySet<number> = new Set([Oid.date, Oid.time, Oid.timetz, Oid.timestamp, Oid.timestamptz, Oid.interval]);

function behave(spec: JsonQuerySpec, behavior: Behavior, clause: string, { defaults, environment }: JsonQueryValues): Datum {
  const value = behavior.value === undefined ? null : defaults[behavior.value] ?? null;
  if (behavior.coerce !== true || value === null) return value;
  const document = (value as Jsonb).value;
  if (spec.onError.kind === 'ERROR') return populated(document, spec, environment.settings);
  try {
    return populated(document, spec, environment.settings);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError('42804', `could not coerce ${clause} expression (${behavior.kind}) to the RETURNING type`, { detail: error.message });
  }
}

/** What a call says beside its values. */
export interface JsonQueryCall {
  readonly spec: JsonQuerySpec;
  /** of PASSING */
  readonly names: readonly string[];
}

const evaluate: Definition[2] = {
  bind: ([, , written]) => {
    const { spec, names } = JSON.parse(written?.op === 'literal' ? String(written.value) : '') as JsonQueryCall;
    return (document: Jsonb | null, path: string | null, _spec: string, defaults: SqlRecord | null, passed: SqlRecord | null, environment: Environment): Datum => {
      if (document === null || path === null) return null;
      return evaluateJsonQuery(spec, document.value, path, { defaults: defaults?.fields ?? [], variables: passedVariables(names, passed), environment });
    };
  },
};

const args = 'jsonb,jsonpath,text,record,record';
/** Those with _tz are for paths that may use the session's time zone, or that are not known. */
export const sqlJsonQueryFunctions = defineFunctions(['exists', 'value', 'query'].flatMap((name): readonly Definition[] => [
  [`sql_json_${name}(${args}) anyelement null`, unbound, evaluate],
  [`sql_json_${name}_tz(${args}) anyelement stable null`, unbound, evaluate],
]));
