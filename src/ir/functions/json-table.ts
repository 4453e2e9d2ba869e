import type { Datum, Jsonb, JsonValue } from '../../core/index.ts';
import type { Environment } from './contract.ts';
import { defineTableFunctions, invalidParameter } from './define.ts';
import { decodable, elementsOf, jsonAsText, jsonKind, membersOf } from './json-text.ts';
import { isArray, isObject, jsonb, jsonValueAsText } from './json-values.ts';

/** Worded as each family words it: json by the function's name, jsonb by what was tried. */
function need(kind: string, wanted: 'object' | 'array', name: string): void {
  if (kind === wanted) return;
  const isText = name.startsWith('json_');
  const isScalar = kind !== 'object' && kind !== 'array';
  if (wanted === 'array') {
    if (isText) throw invalidParameter(`cannot call ${name} on a ${isScalar ? 'scalar' : 'non-array'}`);
    throw invalidParameter(`cannot extract elements from ${isScalar ? 'a scalar' : 'an object'}`);
  }
  if (name.endsWith('_keys')) throw invalidParameter(`cannot call ${name} on ${isScalar ? 'a scalar' : 'an array'}`);
  if (isText) throw invalidParameter(`cannot deconstruct ${isScalar ? 'a scalar' : 'an array as an object'}`);
  throw invalidParameter(`cannot call ${name} on a non-object`);
}

const kindOf = (value: JsonValue): string => (isObject(value) ? 'object' : isArray(value) ? 'array' : 'scalar');

function members(document: Jsonb, name: string): ReadonlyMap<string, JsonValue> {
  need(kindOf(document.value), 'object', name);
  return document.value as ReadonlyMap<string, JsonValue>;
}

function elements(document: Jsonb, name: string): readonly JsonValue[] {
  need(kindOf(document.value), 'array', name);
  return document.value as readonly JsonValue[];
}

const textMembers = (text: string, name: string): readonly (readonly [string, string])[] => {
  need(jsonKind(text), 'object', name);
  return membersOf(decodable(text)).map(({ key, from, to }) => [key, text.slice(from, to)] as const);
};

const textElements = (text: string, name: string): readonly string[] => {
  need(jsonKind(text), 'array', name);
  return elementsOf(text).map(({ from, to }) => text.slice(from, to));
};

type Rows = Iterable<readonly Datum[]>;

/** Manual: "JSON Processing Functions", those that return sets. */
export const jsonTableFunctions = defineTableFunctions([
  ['jsonb_each(jsonb) record', ['key text', 'value jsonb'], (document: Jsonb): Rows => Array.from(members(document, 'jsonb_each'), ([key, value]) => [key, jsonb(value)])],
  ['jsonb_each_text(jsonb) record', ['key text', 'value text'], (document: Jsonb, { settings }: Environment): Rows =>
    Array.from(members(document, 'jsonb_each_text'), ([key, value]) => [key, jsonValueAsText(value, settings)])],
  ['jsonb_array_elements(jsonb) jsonb', ['value jsonb'], (document: Jsonb): Rows => elements(document, 'jsonb_array_elements').map((value) => [jsonb(value)])],
  ['jsonb_array_elements_text(jsonb) text', ['value text'], (document: Jsonb, { settings }: Environment): Rows =>
    elements(document, 'jsonb_array_elements_text').map((value) => [jsonValueAsText(value, settings)])],
  ['jsonb_object_keys(jsonb) text', ['jsonb_object_keys text'], (document: Jsonb): Rows => Array.from(members(document, 'jsonb_object_keys').keys(), (key) => [key])],
  ['json_each(json) record', ['key text', 'value json'], (text: string): Rows => textMembers(text, 'json_each')],
  ['json_each_text(json) record', ['key text', 'value text'], (text: string): Rows => textMembers(text, 'json_each_text').map(([key, value]) => [key, jsonAsText(value)])],
  ['json_array_elements(json) json', ['value json'], (text: string): Rows => textElements(text, 'json_array_elements').map((value) => [value])],
  ['json_array_elements_text(json) text', ['value text'], (text: string): Rows => textElements(decodable(text), 'json_array_elements_text').map((value) => [jsonAsText(value)])],
  ['json_object_keys(json) text', ['json_object_keys text'], (text: string): Rows => textMembers(text, 'json_object_keys').map(([key]) => [key])],
]);
