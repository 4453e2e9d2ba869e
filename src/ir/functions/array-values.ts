import { SqlError, codecOf } from '../../core/index.ts';
import type { Datum, SqlArray } from '../../core/index.ts';

/** A one-dimensional array. */
export const listOf = (element: number, items: readonly Datum[], lowerBound = 1): SqlArray =>
  (items.length === 0 ? emptyArray(element) : { kind: 'array', element, dims: [items.length], lowerBounds: [lowerBound], items });
export const emptyArray = (element: number): SqlArray => ({ kind: 'array', element, dims: [], lowerBounds: [], items: [] });

/** NULLs equal each other and sort behind everything. */
export function compareElements(element: number, a: Datum, b: Datum): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return codecOf(element).compare(a, b);
}

const compareNumbers = (a: readonly number[], b: readonly number[]): number => {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - b[index]!;
  return 0;
};

/** btarraycmp: element by element; then the shorter first, then by number of dimensions, their lengths, their lower bounds. */
export function compareArrays(a: SqlArray, b: SqlArray): number {
  const common = Math.min(a.items.length, b.items.length);
  for (let index = 0; index < common; index++) {
    const order = compareElements(a.element, a.items[index]!, b.items[index]!);
    if (order !== 0) return order;
  }
  return a.items.length - b.items.length || a.dims.length - b.dims.length || compareNumbers(a.dims, b.dims) || compareNumbers(a.lowerBounds, b.lowerBounds);
}

/** Every non-null element of `part` equals one of `whole`; a NULL equals nothing. */
export function containsAll(whole: SqlArray, part: SqlArray): boolean {
  return part.items.every((wanted) => wanted !== null && holds(whole, wanted));
}

export const overlaps = (a: SqlArray, b: SqlArray): boolean => a.items.some((item) => item !== null && holds(b, item));

function holds(array: SqlArray, wanted: Datum): boolean {
  const { compare } = codecOf(array.element);
  return array.items.some((item) => item !== null && compare(item, wanted) === 0);
}

const incompatible = (detail: string): SqlError => new SqlError('2202E', 'cannot concatenate incompatible arrays', { detail });
const differingDimensions = 'Arrays with differing dimensions are not compatible for concatenation.';
const differingElementDimensions = 'Arrays with differing element dimensions are not compatible for concatenation.';

/** array_cat: arrays of like shape end to end along the first dimension, or one array as a further element of another of one dimension more. */
export function concatenate(a: SqlArray, b: SqlArray): SqlArray {
  if (a.dims.length === 0) return b;
  if (b.dims.length === 0) return a;
  const items = [...a.items, ...b.items];
  if (a.dims.length === b.dims.length) {
    if (compareNumbers(a.dims.slice(1), b.dims.slice(1)) !== 0) throw incompatible(differingElementDimensions);
    return { ...a, dims: [a.dims[0]! + b.dims[0]!, ...a.dims.slice(1)], items };
  }
  if (Math.abs(a.dims.length - b.dims.length) !== 1) {
    throw incompatible(`Arrays of ${a.dims.length} and ${b.dims.length} dimensions are not compatible for concatenation.`);
  }
  const [larger, smaller] = a.dims.length > b.dims.length ? [a, b] : [b, a];
  if (compareNumbers(larger.dims.slice(1), smaller.dims) !== 0) throw incompatible(differingDimensions);
  return { ...larger, dims: [larger.dims[0]! + 1, ...larger.dims.slice(1)], items };
}
