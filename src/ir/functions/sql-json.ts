import { Oid, SqlError, jsonObject, parseJson, validateJson } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlArray, TextSettings } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { Environment } from './contract.ts';
import { defineFunctions, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { jsonKind } from './json-text.ts';
import { jsonKeyOf, jsonValueOf, jsonWriterOf } from './json-values.ts';

/**
 * What the constructs of SQL/JSON are made of that no function of Postgres answers: JSON_ARRAY and JSON_OBJECT with their clauses, IS JSON, and the keys of JSON().
 * The planner alone calls them (resolve/sql-json.ts).
 */

/** How many members the objects of a document have: colons outside of strings. */
function colons(text: string): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && inString) at++;
    else if (character === '"') inString = !inString;
    else if (character === ':' && !inString) count++;
  }
  return count;
}

const members = (value: JsonValue): number => {
  if (value instanceof Map) return value.size + [...value.values()].reduce<number>((sum, member) => sum + members(member), 0);
  return Array.isArray(value) ? (value as readonly JsonValue[]).reduce<number>((sum, item) => sum + members(item), 0) : 0;
};

/** A document that is read has each key once; where the text has more, one was there twice. */
const hasUniqueKeys = (text: string): boolean => colons(text) === members(parseJson(text));

const itemTypes: Readonly<Record<string, (text: string) => boolean>> = {
  any: () => true, object: (text) => text.startsWith('{'), array: (text) => text.startsWith('['), scalar: (text) => !/^[{[]/.test(text),
};

function isJson(text: string, item: string, unique: boolean): boolean {
  try {
    validateJson(text);
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
  return itemTypes[item]!(text.trimStart()) && (!unique || hasUniqueKeys(text));
}

function withUniqueKeys(text: string): string {
  if (!hasUniqueKeys(text)) throw new SqlError('22030', 'duplicate JSON object key value');
  return text;
}

/** The elements of an array side by side, those that are NULL left out where `absent`; NULL where there are none. With `lines` each but the first begins one. */
const elements = (write: (found: readonly Datum[], lines: boolean) => Datum) => ({ items }: SqlArray, absent: boolean, lines: boolean): Datum =>
  (items.length === 0 ? null : write(absent ? items.filter((item) => item !== null) : items, lines));

type Write = (values: readonly Datum[], types: readonly number[], settings: TextSettings) => Datum;

const array = (write: Write): Definition[2] => ({
  bind: (args: readonly Scalar[]) => {
    const types = args.map((arg) => arg.type.oid);
    return (...values: any[]): Datum => {
      const there = types.flatMap((_, index) => (values[index] === null ? [] : [index]));
      return write(there.map((index) => values[index] as Datum), there.map((index) => types[index]!), (values[types.length] as Environment).settings);
    };
  },
});

/** JSON's own null, of a json or jsonb. */
const isJsonNull = (value: Datum, type: number): boolean => (type === Oid.jsonb ? (value as Jsonb).value === null : type === Oid.json && jsonKind(value as string) === 'null');

/** The first two arguments say whether members that are NULL are left out, and whether a key may be there twice. */
const object = (binary: boolean, finish: (members: readonly (readonly [key: string, value: Datum, type: number])[], settings: TextSettings) => Datum): Definition[2] => ({
  bind: ([, , ...args]: readonly Scalar[]) => {
    const types = args.map((arg) => arg.type.oid);
    const keys = types.map((type, index) => (index % 2 === 0 ? jsonKeyOf(type) : undefined));
    return (absent: boolean, unique: boolean, ...values: any[]): Datum => {
      const { settings } = values[types.length] as Environment;
      const found: (readonly [string, Datum, number])[] = [];
      const seen = new Set<string>();
      for (let index = 0; index < types.length; index += 2) {
        if (values[index] === null) throw binary ? new SqlError('22023', `argument ${index + 1}: key must not be null`) : new SqlError('22004', 'null value not allowed for object key');
        const key = keys[index]!(values[index] as Datum, settings);
        const value = values[index + 1] as Datum;
        if (unique && seen.has(key)) throw new SqlError('22030', `duplicate JSON object key value${binary ? '' : `: ${JSON.stringify(key)}`}`);
        seen.add(key);
        if (absent && (value === null || (binary && isJsonNull(value, types[index + 1]!)))) continue;
        found.push([key, value, types[index + 1]!]);
      }
      return finish(found, settings);
    };
  },
});

export const sqlJsonFunctions = defineFunctions([
  ['sql_json_array(any) json stable null variadic', unbound, array((values, types, settings) => `[${values.map((value, i) => jsonWriterOf(types[i]!)(value, settings)).join(', ')}]`)],
  ['sql_jsonb_array(any) jsonb stable null variadic', unbound, array((values, types, settings) => ({ kind: 'jsonb', value: values.map((value, i) => jsonValueOf(types[i]!)(value, settings)) }))],
  ['sql_json_object(bool,bool,any) json stable null variadic', unbound, object(false, (found, settings) => `{${found.map(([key, value, type]) => `${JSON.stringify(key)} : ${jsonWriterOf(type)(value, settings)}`).join(', ')}}`)],
  ['sql_jsonb_object(bool,bool,any) jsonb stable null variadic', unbound, object(true, (found, settings) => ({ kind: 'jsonb', value: jsonObject(found.map(([key, value, type]) => [key, jsonValueOf(type)(value, settings)] as const)) }))],
  ['sql_json_elements(_json,bool,bool) json total', elements((found, lines) => `[${found.map((item, index) => `${index === 0 ? '' : lines && item !== null ? ', \n ' : ', '}${item ?? 'null'}`).join('')}]`)],
  ['sql_json_elements(_jsonb,bool,bool) jsonb total', elements((found) => ({ kind: 'jsonb', value: found.map((item) => (item === null ? null : (item as Jsonb).value)) }))],
  ['sql_is_json(text,text,bool) bool total', isJson],
  ['sql_json_unique(json) json', withUniqueKeys],
]);
