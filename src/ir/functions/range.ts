import {
  boundsAdjacent, codecOf, compareBounds, defaultTextSettings, emptyRange, lowerBound, makeMultirange, makeRange, multirangeTypeOf, numericSub, numericToNumber, Oid, rangeElement, rangeTypeOf, SqlError, upperBound,
} from '../../core/index.ts';
import type { Bound, Datum, Numeric, SqlArray, SqlMultirange, SqlRange, TypeCodec } from '../../core/index.ts';
import { comparisonOperators, comparisons } from './comparison.ts';
import type { Comparisons } from './comparison.ts';
import type { FunctionRow, OperatorRow, TableFunctionRow } from './contract.ts';
import { defineCasts, defineFunctions, defineOperators, defineTableFunctions, typeNamed } from './define.ts';
import type { Definition } from './define.ts';

/** Ranges and multiranges: one idea for both, since a range is a multirange of at most one range. Manual: "Range/Multirange Functions and Operators". */

type Ranged = SqlRange | SqlMultirange;

const codecFor = (value: Ranged): TypeCodec => codecOf(rangeElement(value.type));
const partsOf = (value: Ranged): readonly SqlRange[] => (value.kind === 'multirange' ? value.ranges : value.empty ? [] : [value]);
const firstBound = (parts: readonly SqlRange[]): Bound => lowerBound(parts[0]!);
const lastBound = (parts: readonly SqlRange[]): Bound => upperBound(parts.at(-1)!);

function holds(range: SqlRange, value: Datum, codec: TypeCodec): boolean {
  if (range.lower !== null) {
    const order = codec.compare(range.lower, value);
    if (order > 0 || (order === 0 && !range.lowerInclusive)) return false;
  }
  if (range.upper === null) return true;
  const order = codec.compare(range.upper, value);
  return order > 0 || (order === 0 && range.upperInclusive);
}

const covers = (whole: SqlRange, part: SqlRange, codec: TypeCodec): boolean =>
  compareBounds(lowerBound(whole), lowerBound(part), codec) <= 0 && compareBounds(upperBound(whole), upperBound(part), codec) >= 0;

/** Every range of `part` lies in one of `whole`; a range that contains a multirange contains all between its ends. */
function contains(whole: Ranged, part: Ranged): boolean {
  const codec = codecFor(whole);
  return partsOf(part).every((inner) => partsOf(whole).some((outer) => covers(outer, inner, codec)));
}

const containsElement = (whole: Ranged, value: Datum): boolean => partsOf(whole).some((range) => holds(range, value, codecFor(whole)));

const meets = (a: SqlRange, b: SqlRange, codec: TypeCodec): boolean =>
  compareBounds(lowerBound(a), upperBound(b), codec) <= 0 && compareBounds(lowerBound(b), upperBound(a), codec) <= 0;
const overlap = (a: Ranged, b: Ranged): boolean => partsOf(a).some((x) => partsOf(b).some((y) => meets(x, y, codecFor(a))));

/** A comparison of the outer bounds, false where either is empty. */
const byEnds = (test: (a: readonly SqlRange[], b: readonly SqlRange[], codec: TypeCodec) => boolean) => (a: Ranged, b: Ranged): boolean => {
  const [x, y] = [partsOf(a), partsOf(b)];
  return x.length > 0 && y.length > 0 && test(x, y, codecFor(a));
};
const before = byEnds((a, b, codec) => compareBounds(lastBound(a), firstBound(b), codec) < 0);
const after = byEnds((a, b, codec) => compareBounds(firstBound(a), lastBound(b), codec) > 0);
const notRightOf = byEnds((a, b, codec) => compareBounds(lastBound(a), lastBound(b), codec) <= 0);
const notLeftOf = byEnds((a, b, codec) => compareBounds(firstBound(a), firstBound(b), codec) >= 0);

const touches = (a: Ranged, b: Ranged): boolean => byEnds((x, y) =>
  boundsAdjacent(a.type, lastBound(x), firstBound(y), codecOf) || boundsAdjacent(a.type, lastBound(y), firstBound(x), codecOf))(a, b);

/** The range between two bounds; empty where they cross. */
function between(type: number, from: Bound, to: Bound): SqlRange {
  if (compareBounds(from, to, codecOf(rangeElement(type))) > 0) return emptyRange(type);
  return makeRange(type, from.value, to.value, from.inclusive, to.inclusive, codecOf);
}
const inverted = (bound: Bound): Bound => ({ value: bound.value, inclusive: !bound.inclusive, lower: !bound.lower });

function hull(a: SqlRange, b: SqlRange): SqlRange {
  if (a.empty || b.empty) return a.empty ? b : a;
  const codec = codecFor(a);
  const from = compareBounds(lowerBound(a), lowerBound(b), codec) <= 0 ? a : b;
  const to = compareBounds(upperBound(a), upperBound(b), codec) >= 0 ? a : b;
  return makeRange(a.type, from.lower, to.upper, from.lowerInclusive, to.upperInclusive, codecOf);
}

function union(a: SqlRange, b: SqlRange): SqlRange {
  if (!a.empty && !b.empty && !overlap(a, b) && !touches(a, b)) throw new SqlError('22000', 'result of range union would not be contiguous');
  return hull(a, b);
}

export function intersect(a: SqlRange, b: SqlRange): SqlRange {
  if (!overlap(a, b)) return emptyRange(a.type);
  const codec = codecFor(a);
  const from = compareBounds(lowerBound(a), lowerBound(b), codec) >= 0 ? a : b;
  const to = compareBounds(upperBound(a), upperBound(b), codec) <= 0 ? a : b;
  return makeRange(a.type, from.lower, to.upper, from.lowerInclusive, to.upperInclusive, codecOf);
}

/** What is left of `a` on both sides of `b`. */
function without(a: SqlRange, b: SqlRange): readonly SqlRange[] {
  if (!overlap(a, b)) return a.empty ? [] : [a];
  const codec = codecFor(a);
  const left = compareBounds(lowerBound(a), lowerBound(b), codec) < 0 ? [between(a.type, lowerBound(a), inverted(lowerBound(b)))] : [];
  const right = compareBounds(upperBound(a), upperBound(b), codec) > 0 ? [between(a.type, inverted(upperBound(b)), upperBound(a))] : [];
  return [...left, ...right].filter((range) => !range.empty);
}

function minus(a: SqlRange, b: SqlRange): SqlRange {
  if (a.empty || b.empty) return a;
  const codec = codecFor(a);
  if (compareBounds(lowerBound(a), lowerBound(b), codec) < 0 && compareBounds(upperBound(a), upperBound(b), codec) > 0) {
    throw new SqlError('22000', 'result of range difference would not be contiguous');
  }
  return without(a, b)[0] ?? emptyRange(a.type);
}

const multirangeOf = (type: number, ranges: readonly SqlRange[]): SqlMultirange => makeMultirange(multirangeTypeOf(type), ranges, codecOf);
const uniteAll = (a: SqlMultirange, b: SqlMultirange): SqlMultirange => multirangeOf(a.type, [...a.ranges, ...b.ranges]);
export const intersectAll = (a: SqlMultirange, b: SqlMultirange): SqlMultirange => multirangeOf(a.type, a.ranges.flatMap((x) => b.ranges.map((y) => intersect(x, y))));
const subtractAll = (a: SqlMultirange, b: SqlMultirange): SqlMultirange =>
  multirangeOf(a.type, b.ranges.reduce<readonly SqlRange[]>((left, hole) => left.flatMap((range) => without(range, hole)), a.ranges));
const hullOf = (value: SqlMultirange): SqlRange => (value.ranges.length === 0 ? emptyRange(rangeTypeOf(value.type)) : hull(value.ranges[0]!, value.ranges.at(-1)!));

function construct(type: number, lower: Datum, upper: Datum, flags: string | null): SqlRange {
  if (flags === null) throw new SqlError('22000', 'range constructor flags argument must not be null');
  if (!/^[[(][\])]/.test(flags) || flags.length !== 2) throw new SqlError('42601', 'invalid range bound flags', { hint: 'Valid values are "[]", "[)", "(]", and "()".' });
  return makeRange(type, lower, upper, flags[0] === '[', flags[1] === ']', codecOf);
}

function gather(type: number, ranges: SqlArray): SqlMultirange {
  if (ranges.dims.length > 1) throw new SqlError('21000', 'multiranges cannot be constructed from multidimensional arrays');
  return multirangeOf(type, ranges.items.map((range) => {
    if (range === null) throw new SqlError('22004', 'multirange values cannot contain null members');
    return range as SqlRange;
  }));
}

const isBounded = (value: SqlRange | undefined, side: 'lower' | 'upper'): boolean => value !== undefined && value[side] !== null;
const ends: Record<'lower' | 'upper', (value: Ranged) => SqlRange | undefined> = { lower: (value) => partsOf(value)[0], upper: (value) => partsOf(value).at(-1) };

/** Bounds, and what `lower_inc` and its like tell of them; of range and multirange alike. */
const boundFunctions = (argument: 'anyrange' | 'anymultirange'): readonly Definition[] => [
  ...(['lower', 'upper'] as const).flatMap((side): readonly Definition[] => [
    [`${side}(${argument}) anyelement total`, (value: Ranged) => ends[side](value)?.[side] ?? null],
    [`${side}_inc(${argument}) bool total`, (value: Ranged) => ends[side](value)?.[`${side}Inclusive`] ?? false],
    [`${side}_inf(${argument}) bool total`, (value: Ranged) => ends[side](value) !== undefined && !isBounded(ends[side](value), side)],
  ]),
  [`isempty(${argument}) bool total`, (value: Ranged) => partsOf(value).length === 0],
];

interface TypeNames {
  readonly range: string;
  readonly multirange: string;
  readonly element: string;
  readonly difference: (a: any, b: any) => number;
  readonly discrete: boolean;
}
const numberOf = (value: number | bigint): number => Number(value);
const seconds = (a: number | bigint, b: number | bigint): number => (numberOf(a) - numberOf(b)) / 1000000;
const whole = (a: number | bigint, b: number | bigint): number => numberOf(a) - numberOf(b);
function numericDifference(a: Numeric, b: Numeric): number {
  const exact = numericSub(a, b);
  const difference = numericToNumber(exact);
  if (!Number.isFinite(difference) && Number.isFinite(numericToNumber(numericSub(a, a))) && Number.isFinite(numericToNumber(numericSub(b, b)))) throw new SqlError('22003', `"${codecOf(Oid.numeric).print(exact, defaultTextSettings)}" is out of range for type double precision`);
  return difference;
}
/** -infinity counts as the least int4. */
const dayOf = (date: number): number => (date === -0x7fffffff ? -0x80000000 : date);
const types: readonly TypeNames[] = [
  { range: 'int4range', multirange: 'int4multirange', element: 'int4', difference: whole, discrete: true },
  { range: 'int8range', multirange: 'int8multirange', element: 'int8', difference: whole, discrete: true },
  { range: 'daterange', multirange: 'datemultirange', element: 'date', difference: (a, b) => dayOf(a) - dayOf(b), discrete: true },
  { range: 'numrange', multirange: 'nummultirange', element: 'numeric', difference: numericDifference, discrete: false },
  { range: 'tsrange', multirange: 'tsmultirange', element: 'timestamp', difference: seconds, discrete: false },
  { range: 'tstzrange', multirange: 'tstzmultirange', element: 'timestamptz', difference: seconds, discrete: false },
];

/** The constructors of one range type and its multirange type, and its canonical and difference functions. */
function typeFunctions({ range, multirange, element, difference, discrete }: TypeNames): readonly Definition[] {
  const type = typeNamed(range);
  return [
    [`${range}(${element},${element}) ${range} null`, (lower: Datum, upper: Datum) => makeRange(type, lower, upper, true, false, codecOf)],
    [`${range}(${element},${element},text) ${range} null`, (lower: Datum, upper: Datum, flags: string | null) => construct(type, lower, upper, flags)],
    [`${multirange}() ${multirange} total`, () => multirangeOf(type, [])],
    [`${multirange}(${range}) ${multirange} total`, (value: SqlRange) => multirangeOf(type, [value])],
    [`${multirange}(_${range}) ${multirange} variadic`, (values: SqlArray) => gather(type, values)],
    [`${range}_subdiff(${element},${element}) float8${element === 'numeric' ? '' : ' total'}`, difference],
    ...(discrete ? [[`${range}_canonical(${range}) ${range} total`, (value: SqlRange) => value] satisfies Definition] : []),
  ];
}

/** `range_overlaps`, `range_overlaps_multirange`, ...: a relation of two, of every pairing of range and multirange. */
function pairings(word: string, test: (a: Ranged, b: Ranged) => boolean): readonly Definition[] {
  return [
    [`range_${word}(anyrange,anyrange) bool total`, test],
    [`range_${word}_multirange(anyrange,anymultirange) bool total`, test],
    [`multirange_${word}_range(anymultirange,anyrange) bool total`, test],
    [`multirange_${word}_multirange(anymultirange,anymultirange) bool total`, test],
  ];
}

const orders: readonly Comparisons[] = [{ type: 'anyrange', prefix: 'range_', cmp: 'range_cmp' }, { type: 'anymultirange', prefix: 'multirange_', cmp: 'multirange_cmp' }];

export const rangeFunctions: readonly FunctionRow[] = defineFunctions([
  ...orders.flatMap(comparisons),
  ...boundFunctions('anyrange'), ...boundFunctions('anymultirange'),
  ...pairings('overlaps', overlap), ...pairings('before', before), ...pairings('after', after), ...pairings('overleft', notRightOf), ...pairings('overright', notLeftOf),
  ...pairings('adjacent', touches), ...pairings('contains', contains), ...pairings('contained_by', (part, all) => contains(all, part)),
  ['range_contains_elem(anyrange,anyelement) bool total', containsElement],
  ['multirange_contains_elem(anymultirange,anyelement) bool total', containsElement],
  ['elem_contained_by_range(anyelement,anyrange) bool total', (value: Datum, range: SqlRange) => containsElement(range, value)],
  ['elem_contained_by_multirange(anyelement,anymultirange) bool total', (value: Datum, range: SqlMultirange) => containsElement(range, value)],
  ['range_union(anyrange,anyrange) anyrange', union],
  ['range_merge(anyrange,anyrange) anyrange total', hull],
  ['range_merge(anymultirange) anyrange total', hullOf],
  ['range_minus(anyrange,anyrange) anyrange', minus],
  ['range_intersect(anyrange,anyrange) anyrange total', intersect],
  ['multirange_union(anymultirange,anymultirange) anymultirange total', uniteAll],
  ['multirange_minus(anymultirange,anymultirange) anymultirange total', subtractAll],
  ['multirange_intersect(anymultirange,anymultirange) anymultirange total', intersectAll],
  ['multirange(anyrange) anymultirange total', (range: SqlRange) => multirangeOf(range.type, [range])],
  ...types.flatMap(typeFunctions),
]);

export const rangeTableFunctions: readonly TableFunctionRow[] = defineTableFunctions([
  ['unnest(anymultirange) anyrange total', ['unnest anyrange'], (value: SqlMultirange) => value.ranges.map((range) => [range])],
]);

const relations: readonly (readonly [name: string, word: string, commutator: string])[] = [
  ['&&', 'overlaps', '&&'], ['<<', 'before', '>>'], ['>>', 'after', '<<'], ['&<', 'overleft', '.'], ['&>', 'overright', '.'], ['-|-', 'adjacent', '-|-'],
  ['@>', 'contains', '<@'], ['<@', 'contained_by', '@>'],
];

export const rangeOperators: readonly OperatorRow[] = [...orders.flatMap(comparisonOperators), ...defineOperators([
  ...relations.flatMap(([name, word, commutator]) => [
    `${name} anyrange anyrange bool range_${word} ${commutator} .`, `${name} anyrange anymultirange bool range_${word}_multirange ${commutator} .`,
    `${name} anymultirange anyrange bool multirange_${word}_range ${commutator} .`, `${name} anymultirange anymultirange bool multirange_${word}_multirange ${commutator} .`,
  ]),
  ...['range', 'multirange'].flatMap((kind) => [
    `@> any${kind} anyelement bool ${kind}_contains_elem <@ .`, `<@ anyelement any${kind} bool elem_contained_by_${kind} @> .`,
    `+ any${kind} any${kind} any${kind} ${kind}_union + .`, `- any${kind} any${kind} any${kind} ${kind}_minus . .`, `* any${kind} any${kind} any${kind} ${kind}_intersect * .`,
  ]),
].join('\n'))];

export const rangeCasts = defineCasts(types.map(({ range, multirange }) => `${range} ${multirange} e ${multirange}(${range})`).join('\n'));
