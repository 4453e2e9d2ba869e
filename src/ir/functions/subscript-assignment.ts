import { arrayTooLarge, findType, jsonObject, MOST_ELEMENTS, SqlError } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlArray } from '../../core/index.ts';
import { emptyArray } from './array-values.ts';
import type { FunctionRow } from './contract.ts';
import { defineFunctions, invalidParameter, unbound } from './define.ts';
import { isContainer, isObject, jsonb } from './json-values.ts';
import { pathIndex } from './jsonb-edit.ts';

/**
 * What SET a[1] = x and its like make of the old value (arraysubs.c, jsonbsubs.c). No function of Postgres' has these names, and none is found by them:
 * the planner calls them by id.
 */
export const subscriptFunctions: readonly FunctionRow[] = defineFunctions([
  ['subscript_assign(anyarray,_int4,anyelement) anyarray null', unbound, { bind: ([array]) => {
    const element = findType(array!.type.oid)!.element;
    return (value: SqlArray | null, subscripts: SqlArray, item: Datum) => withElement(value ?? emptyArray(element), subscripts.items, item);
  } }],
  // The bounds that are left out are false in the last two arguments.
  ['slice_assign(anyarray,_int4,_int4,anyarray,_bool,_bool) anyarray null', unbound, { bind: ([array]) => {
    const element = findType(array!.type.oid)!.element;
    return (value: SqlArray | null, lower: SqlArray, upper: SqlArray, items: SqlArray | null, hasLower: SqlArray, hasUpper: SqlArray) =>
      withSlice(value ?? emptyArray(element), bounds(lower, hasLower), bounds(upper, hasUpper), items);
  } }],
  ['jsonb_subscript_assign(jsonb,_text,jsonb,bool) jsonb null', (document: Jsonb | null, path: SqlArray, value: Jsonb | null, inArray: boolean) => {
    if (path.items.includes(null)) throw new SqlError('22004', 'jsonb subscript in assignment must not be null');
    return jsonb(withMember(document === null ? (inArray ? [] : jsonObject([])) : document.value, path.items.map(String), value === null ? null : value.value, 0));
  }],
]);

const wrongSubscripts = (message: string): SqlError => new SqlError('2202E', message);
const outOfRange = (): SqlError => wrongSubscripts('array subscript out of range');

function known(subscript: Datum | undefined): number {
  if (typeof subscript !== 'number') throw new SqlError('22004', 'array subscript in assignment must not be null');
  return subscript;
}

function withElement(array: SqlArray, given: readonly Datum[], item: Datum): SqlArray {
  const subscripts = given.map(known);
  const { dims, lowerBounds, items } = array;
  if (dims.length === 0) return { ...array, dims: subscripts.map(() => 1), lowerBounds: subscripts, items: [item] };
  if (dims.length !== subscripts.length) throw wrongSubscripts('wrong number of array subscripts');
  if (dims.length === 1) return replaced(stretched(array, subscripts[0]!, subscripts[0]!), subscripts, subscripts, [item]);
  if (subscripts.some((subscript, i) => subscript < lowerBounds[i]! || subscript >= lowerBounds[i]! + dims[i]!)) throw outOfRange();
  return replaced({ ...array, items }, subscripts, subscripts, [item]);
}

/** An array of one dimension that reaches from `first` to `last` at least, NULL where nothing was. */
function stretched(array: SqlArray, first: number, last: number): SqlArray {
  const from = array.lowerBounds[0]!;
  const end = from + array.dims[0]!;
  const before = Math.max(0, from - first);
  const after = Math.max(0, last + 1 - end);
  const length = before + array.dims[0]! + after;
  if (length > MOST_ELEMENTS) throw arrayTooLarge(length);
  const nulls = (count: number): Datum[] => Array.from({ length: count }, () => null);
  return before + after === 0 ? array : { ...array, dims: [length], lowerBounds: [from - before], items: [...nulls(before), ...array.items, ...nulls(after)] };
}

/** The items from `lower` to `upper`, which lie within the array, taken from `source` in order. */
function replaced(array: SqlArray, lower: readonly number[], upper: readonly number[], source: readonly Datum[]): SqlArray {
  const items = [...array.items];
  let next = 0;
  const visit = (dimension: number, offset: number): void => {
    if (dimension === array.dims.length) {
      items[offset] = source[next++]!;
      return;
    }
    for (let at = lower[dimension]!; at <= upper[dimension]!; at++) visit(dimension + 1, offset * array.dims[dimension]! + at - array.lowerBounds[dimension]!);
  };
  visit(0, 0);
  return { ...array, items };
}

type Bound = number | undefined;

/** undefined: left out */
const bounds = (values: SqlArray, given: SqlArray): readonly Bound[] => values.items.map((value, i) => (given.items[i] === true ? known(value) : undefined));

function withSlice(array: SqlArray, lower: readonly Bound[], upper: readonly Bound[], source: SqlArray | null): SqlArray {
  if (source === null) return array;
  const { dims, lowerBounds } = array;
  if (dims.length === 0) return newSlice(array, lower, upper, source);
  if (dims.length < lower.length) throw wrongSubscripts('wrong number of array subscripts');
  const first = dims.map((_, i) => lower[i] ?? lowerBounds[i]!);
  const last = dims.map((length, i) => upper[i] ?? lowerBounds[i]! + length - 1);
  if (first.some((from, i) => from > last[i]!)) throw wrongSubscripts('upper bound cannot be less than lower bound');
  if (dims.length > 1 && first.some((from, i) => from < lowerBounds[i]! || last[i]! >= lowerBounds[i]! + dims[i]!)) throw outOfRange();
  requireItems(source, first.reduce((count, from, i) => count * (last[i]! - from + 1), 1));
  return replaced(dims.length === 1 ? stretched(array, first[0]!, last[0]!) : array, first, last, source.items);
}

function newSlice(array: SqlArray, lower: readonly Bound[], upper: readonly Bound[], source: SqlArray): SqlArray {
  if ([...lower, ...upper].includes(undefined)) {
    throw new SqlError('2202E', 'array slice subscript must provide both boundaries', { detail: 'When assigning to a slice of an empty array value, slice boundaries must be fully specified.' });
  }
  const dims = lower.map((from, i) => 1 + upper[i]! - from!);
  if (dims.some((length) => length < 0)) throw arrayTooLarge(Infinity);
  const count = dims.reduce((product, length) => product * length, 1);
  requireItems(source, count);
  return count === 0 ? array : { ...array, dims, lowerBounds: lower.map((from) => from!), items: source.items.slice(0, count) };
}

function requireItems(source: SqlArray, count: number): void {
  if (source.items.length < count) throw wrongSubscripts('source array too small');
}

/** jsonb_set_element: what the path leads through is made where it is missing, and a gap in an array filled with nulls. */
function withMember(document: JsonValue, path: readonly string[], value: JsonValue, depth: number): JsonValue {
  const step = path[depth];
  if (step === undefined) return value;
  if (!isContainer(document)) throw new SqlError('22023', 'cannot replace existing key', { detail: 'The path assumes key is a composite object, but it is a scalar value.' });
  const below = (found: JsonValue | undefined): JsonValue => (found === undefined ? made(path, value, depth + 1) : withMember(found, path, value, depth + 1));
  if (isObject(document)) {
    const found = document.get(step);
    return found === undefined ? jsonObject([...document, [step, below(undefined)]]) : new Map([...document].map(([key, old]) => [key, key === step ? below(old) : old]));
  }
  const given = pathIndex(step);
  if (given === undefined) throw new SqlError('22P02', `path element at position ${depth + 1} is not an integer: "${step}"`);
  if (-given > document.length) throw invalidParameter(`path element at position ${depth + 1} is out of range: ${given}`);
  const index = given < 0 ? document.length + given : given;
  if (index < document.length) return document.with(index, below(document[index]));
  return [...document, ...nulls(index - document.length), below(undefined)];
}

/** A value with the rest of a path around it: integers are places in arrays, anything else keys. */
function made(path: readonly string[], value: JsonValue, depth: number): JsonValue {
  const step = path[depth];
  if (step === undefined) return value;
  const index = pathIndex(step);
  const inner = made(path, value, depth + 1);
  return index === undefined ? jsonObject([[step, inner]]) : [...nulls(index), inner];
}

const nulls = (count: number): JsonValue[] => Array.from({ length: Math.max(0, count) }, () => null);
