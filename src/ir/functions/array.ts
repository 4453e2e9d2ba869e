import { arrayTooLarge, InvariantError, MOST_ELEMENTS, SqlError, codecOf, findType, typeInfo } from '../../core/index.ts';
import type { Datum, SqlArray } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import { compareArrays, compareElements, concatenate, containsAll, emptyArray, listOf, overlaps } from './array-values.ts';
import type { Environment, FunctionRow, OperatorRow } from './contract.ts';
import { defineFunctions, defineOperators, unbound } from './define.ts';

const notOneDimensional = (): SqlError => new SqlError('22000', 'argument must be empty or one-dimensional array');
const wrongSubscripts = (detail: string): SqlError => new SqlError('2202E', 'wrong number of array subscripts', { detail });
const isMissing = (value: SqlArray | null): value is null => value === null;

/** The element type of an array-typed argument, known when the call is compiled: what a NULL array is an array of. */
function elementOf(argument: Scalar | undefined): number {
  const element = argument === undefined ? undefined : findType(argument.type.oid)?.element;
  if (element === undefined || element === 0) throw new InvariantError('an array function was bound to an argument that is no array');
  return element;
}

/** The subscript behind the last must be a number still. */
function checkBounds(array: SqlArray): SqlArray {
  const wrong = array.dims.findIndex((length, dimension) => array.lowerBounds[dimension]! + length > 2147483647);
  if (wrong >= 0) throw new SqlError('54000', `array lower bound is too large: ${array.lowerBounds[wrong]}`);
  return array;
}

function append(array: SqlArray, item: Datum): SqlArray {
  if (array.dims.length > 1) throw notOneDimensional();
  return checkBounds(listOf(array.element, [...array.items, item], array.lowerBounds[0] ?? 1));
}

/** The lower bound stays, so every element moves up by one. */
function prepend(item: Datum, array: SqlArray): SqlArray {
  if (array.dims.length > 1) throw notOneDimensional();
  if (array.lowerBounds[0] === -2147483648) throw new SqlError('22003', 'integer out of range');
  return listOf(array.element, [item, ...array.items], array.lowerBounds[0] ?? 1);
}

const matches = (array: SqlArray, wanted: Datum): (item: Datum) => boolean => (item) => compareElements(array.element, item, wanted) === 0;

function remove(array: SqlArray | null, wanted: Datum): Datum {
  if (isMissing(array)) return null;
  if (array.dims.length > 1) throw new SqlError('0A000', 'removing elements from multidimensional arrays is not supported');
  const matching = matches(array, wanted);
  const kept = array.items.filter((item) => !matching(item));
  return kept.length === array.items.length ? array : listOf(array.element, kept, array.lowerBounds[0]);
}

function replace(array: SqlArray | null, wanted: Datum, by: Datum): Datum {
  if (isMissing(array)) return null;
  const matching = matches(array, wanted);
  return { ...array, items: array.items.map((item) => (matching(item) ? by : item)) };
}

const refuseDimensions = (array: SqlArray): void => {
  if (array.dims.length > 1) throw new SqlError('0A000', 'searching for elements in multidimensional arrays is not supported');
};

function position(array: SqlArray | null, wanted: Datum, from: number | null | undefined): Datum {
  if (isMissing(array)) return null;
  refuseDimensions(array);
  if (from === null) throw new SqlError('22004', 'initial position must not be null');
  const lower = array.lowerBounds[0] ?? 1;
  const matching = matches(array, wanted);
  const start = Math.max(0, (from ?? lower) - lower);
  const found = array.items.findIndex((item, index) => index >= start && matching(item));
  return found < 0 ? null : found + lower;
}

function positions(array: SqlArray | null, wanted: Datum): Datum {
  if (isMissing(array)) return null;
  refuseDimensions(array);
  const lower = array.lowerBounds[0] ?? 1;
  const matching = matches(array, wanted);
  return listOf(23, array.items.flatMap((item, index) => (matching(item) ? [index + lower] : [])));
}

function fill(element: number, value: Datum, dims: SqlArray | null, bounds: SqlArray | null | undefined): SqlArray {
  if (typeInfo(element).category === 'A') throw new SqlError('42704', `could not find array type for data type ${typeInfo(element).sqlName}`);
  if (dims === null || bounds === null) throw new SqlError('22004', 'dimension array or low bound array cannot be null');
  if (dims.dims.length > 1) throw wrongSubscripts('Dimension array must be one dimensional.');
  const lengths = dims.items.map(definite);
  const lowerBounds = bounds === undefined ? lengths.map(() => 1) : bounds.items.map(definite);
  if (lowerBounds.length !== lengths.length) throw wrongSubscripts('Low bound array has different size than dimensions array.');
  const total = lengths.reduce((product, length) => product * length, 1);
  if (lengths.some((length) => length < 0)) throw arrayTooLarge(Infinity);
  if (total > MOST_ELEMENTS) throw arrayTooLarge(total);
  if (lengths.length === 0 || total === 0) return emptyArray(element);
  return { kind: 'array', element, dims: lengths, lowerBounds, items: new Array<Datum>(total).fill(value) };
}

function definite(value: Datum): number {
  if (typeof value !== 'number') throw new SqlError('22004', 'dimension values cannot be null');
  return value;
}

function trim(array: SqlArray, count: number): SqlArray {
  const length = array.dims[0] ?? 0;
  if (count < 0 || count > length) throw new SqlError('2202E', `number of elements to trim must be between 0 and ${length}`);
  if (length === 0) return array;
  const kept = length - count;
  if (kept === 0) return emptyArray(array.element);
  const size = array.items.length / length;
  return { ...array, dims: [kept, ...array.dims.slice(1)], lowerBounds: array.dims.map(() => 1), items: array.items.slice(0, kept * size) };
}

/** The slices along the first dimension: what array_sort and array_reverse move about. */
function slices(array: SqlArray): SqlArray[] {
  const length = array.dims[0] ?? 0;
  const size = length === 0 ? 0 : array.items.length / length;
  return Array.from({ length }, (_, index): SqlArray => ({
    ...array, dims: array.dims.slice(1), lowerBounds: array.lowerBounds.slice(1), items: array.items.slice(index * size, (index + 1) * size),
  }));
}

const joinSlices = (array: SqlArray, parts: readonly SqlArray[]): SqlArray => ({ ...array, items: parts.flatMap((part) => part.items) });

function sort(array: SqlArray, descending: boolean, nullsFirst: boolean): SqlArray {
  if (array.dims.length > 1) {
    const parts = slices(array).sort((a, b) => (descending ? compareArrays(b, a) : compareArrays(a, b)));
    return joinSlices(array, parts);
  }
  const { compare } = codecOf(array.element);
  const present = array.items.filter((item) => item !== null).sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  const nulls = array.items.filter((item) => item === null);
  return { ...array, items: nullsFirst ? [...nulls, ...present] : [...present, ...nulls] };
}

/** `count` of the items, by chance, in an order that chance gives. */
function drawn<T>(items: readonly T[], count: number, environment: Environment): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(Math.floor(environment.random() * left.length), 1)[0]!);
}

function sample(array: SqlArray, count: number, environment: Environment): SqlArray {
  const length = array.dims[0] ?? 0;
  if (count < 0 || count > length) throw new SqlError('22023', `sample size must be between 0 and ${length}`);
  if (count === 0) return emptyArray(array.element);
  const parts = drawn(slices(array), count, environment);
  return { ...array, dims: [count, ...array.dims.slice(1)], lowerBounds: [1, ...array.lowerBounds.slice(1)], items: parts.flatMap((part) => part.items) };
}

/** How many of the thresholds, which stand in order, are at most the value. */
function bucket(value: Datum, thresholds: SqlArray): number {
  if (thresholds.dims.length > 1) throw new SqlError('2202E', 'thresholds must be one-dimensional array');
  if (thresholds.items.includes(null)) throw new SqlError('22004', 'thresholds array must not contain NULLs');
  const { compare } = codecOf(thresholds.element);
  let [low, high] = [0, thresholds.items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(value, thresholds.items[middle]!) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function join(array: SqlArray, separator: string, nullText: string | null, environment: Environment): string {
  const codec = codecOf(array.element);
  return array.items
    .filter((item) => item !== null || nullText !== null)
    .map((item) => (item === null ? nullText! : codec.print(item, environment.settings)))
    .join(separator);
}

function arrayToString(array: SqlArray | null, separator: string | null, nullText: string | null, environment: Environment): Datum {
  return array === null || separator === null ? null : join(array, separator, nullText, environment);
}

/** The parts of a text: without separator its characters; an empty separator separates nothing. A part that equals `nullText` is NULL. */
export function splitText(text: string, separator: string | null, nullText: string | null): (string | null)[] {
  const parts = text === '' ? [] : separator === null ? [...text] : separator === '' ? [text] : text.split(separator);
  return parts.map((part) => (part === nullText ? null : part));
}

function stringToArray(text: string | null, separator: string | null, nullText: string | null): Datum {
  return text === null ? null : listOf(25, splitText(text, separator, nullText));
}

const inDimension = (array: SqlArray, dimension: number, read: (index: number) => number): Datum =>
  (dimension < 1 || dimension > array.dims.length ? null : read(dimension - 1));

const printDimensions = (array: SqlArray): Datum =>
  (array.dims.length === 0 ? null : array.dims.map((length, index) => `[${array.lowerBounds[index]!}:${array.lowerBounds[index]! + length - 1}]`).join(''));

const equal = (a: SqlArray, b: SqlArray): boolean => compareArrays(a, b) === 0;

/** Manual: "Array Functions and Operators". */
export const arrayFunctions: readonly FunctionRow[] = defineFunctions([
  ['array_eq(anyarray,anyarray) bool', equal],
  ['array_ne(anyarray,anyarray) bool', (a: SqlArray, b: SqlArray) => !equal(a, b)],
  ['array_lt(anyarray,anyarray) bool', (a: SqlArray, b: SqlArray) => compareArrays(a, b) < 0],
  ['array_le(anyarray,anyarray) bool', (a: SqlArray, b: SqlArray) => compareArrays(a, b) <= 0],
  ['array_gt(anyarray,anyarray) bool', (a: SqlArray, b: SqlArray) => compareArrays(a, b) > 0],
  ['array_ge(anyarray,anyarray) bool', (a: SqlArray, b: SqlArray) => compareArrays(a, b) >= 0],
  ['btarraycmp(anyarray,anyarray) int4', (a: SqlArray, b: SqlArray) => Math.sign(compareArrays(a, b))],
  ['array_larger(anyarray,anyarray) anyarray', (a: SqlArray, b: SqlArray) => (compareArrays(a, b) > 0 ? a : b)],
  ['array_smaller(anyarray,anyarray) anyarray', (a: SqlArray, b: SqlArray) => (compareArrays(a, b) < 0 ? a : b)],
  ['arraycontains(anyarray,anyarray) bool', containsAll],
  ['arraycontained(anyarray,anyarray) bool', (part: SqlArray, whole: SqlArray) => containsAll(whole, part)],
  ['arrayoverlap(anyarray,anyarray) bool', overlaps],

  ['array_append(anycompatiblearray,anycompatible) anycompatiblearray null', unbound, { bind: ([array]) => {
    const element = elementOf(array);
    return (value: SqlArray | null, item: Datum) => append(value ?? emptyArray(element), item);
  } }],
  ['array_prepend(anycompatible,anycompatiblearray) anycompatiblearray null', unbound, { bind: ([, array]) => {
    const element = elementOf(array);
    return (item: Datum, value: SqlArray | null) => prepend(item, value ?? emptyArray(element));
  } }],
  ['array_cat(anycompatiblearray,anycompatiblearray) anycompatiblearray null', (a: SqlArray | null, b: SqlArray | null) =>
    (a === null || b === null ? a ?? b : checkBounds(concatenate(a, b)))],
  ['array_remove(anycompatiblearray,anycompatible) anycompatiblearray null', remove],
  ['array_replace(anycompatiblearray,anycompatible,anycompatible) anycompatiblearray null', replace],
  ['array_position(anycompatiblearray,anycompatible) int4 null', (array: SqlArray | null, wanted: Datum) => position(array, wanted, undefined)],
  ['array_position(anycompatiblearray,anycompatible,int4) int4 null', (array: SqlArray | null, wanted: Datum, from: number | null) => position(array, wanted, from)],
  ['array_positions(anycompatiblearray,anycompatible) _int4 null', positions],

  ['array_ndims(anyarray) int4 total', (array: SqlArray) => array.dims.length || null],
  ['array_dims(anyarray) text total', printDimensions],
  ['array_length(anyarray,int4) int4 total', (array: SqlArray, dimension: number) => inDimension(array, dimension, (index) => array.dims[index]!)],
  ['array_lower(anyarray,int4) int4 total', (array: SqlArray, dimension: number) => inDimension(array, dimension, (index) => array.lowerBounds[index]!)],
  ['array_upper(anyarray,int4) int4 total', (array: SqlArray, dimension: number) =>
    inDimension(array, dimension, (index) => array.lowerBounds[index]! + array.dims[index]! - 1)],
  ['cardinality(anyarray) int4 total', (array: SqlArray) => array.items.length],

  ['array_to_string(anyarray,text) text stable null total', (array: SqlArray | null, separator: string | null, environment: Environment) =>
    arrayToString(array, separator, null, environment)],
  ['array_to_string(anyarray,text,text) text stable null total', arrayToString],
  ['string_to_array(text,text) _text null total', (text: string | null, separator: string | null) => stringToArray(text, separator, null)],
  ['string_to_array(text,text,text) _text null total', stringToArray],

  ['array_fill(anyelement,_int4) anyarray null', unbound, { bind: ([value]) => {
    const element = value!.type.oid;
    return (item: Datum, dims: SqlArray | null) => fill(element, item, dims, undefined);
  } }],
  ['array_fill(anyelement,_int4,_int4) anyarray null', unbound, { bind: ([value]) => {
    const element = value!.type.oid;
    return (item: Datum, dims: SqlArray | null, bounds: SqlArray | null) => fill(element, item, dims, bounds);
  } }],
  ['trim_array(anyarray,int4) anyarray', trim],
  ['array_sort(anyarray) anyarray', (array: SqlArray) => sort(array, false, false)],
  ['array_sort(anyarray,bool) anyarray', (array: SqlArray, descending: boolean) => sort(array, descending, descending)],
  ['array_sort(anyarray,bool,bool) anyarray', sort],
  ['array_shuffle(anyarray) anyarray volatile total', (array: SqlArray, environment: Environment) => joinSlices(array, drawn(slices(array), array.dims[0] ?? 0, environment))],
  ['array_sample(anyarray,int4) anyarray volatile', sample],
  ['width_bucket(anycompatible,anycompatiblearray) int4', bucket],
  ['array_reverse(anyarray) anyarray total', (array: SqlArray) => joinSlices(array, slices(array).reverse())],
]);

export const arrayOperators: readonly OperatorRow[] = defineOperators(`
  = anyarray anyarray bool array_eq = <>
  <> anyarray anyarray bool array_ne <> =
  < anyarray anyarray bool array_lt > >=
  <= anyarray anyarray bool array_le >= >
  > anyarray anyarray bool array_gt < <=
  >= anyarray anyarray bool array_ge <= <
  @> anyarray anyarray bool arraycontains <@ .
  <@ anyarray anyarray bool arraycontained @> .
  && anyarray anyarray bool arrayoverlap && .
  || anycompatiblearray anycompatible anycompatiblearray array_append . .
  || anycompatible anycompatiblearray anycompatiblearray array_prepend . .
  || anycompatiblearray anycompatiblearray anycompatiblearray array_cat . .
`);
