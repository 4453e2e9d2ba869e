import {
  arrayTooLarge, checkedInterval, codecOf, intervalInfinity, intervalInfinitySign, intervalMinusInfinity, InvariantError, MOST_ELEMENTS, normalLong, numericAdd, numericDiv, numericFromBigint, numericMul, numericNegate, Oid, sized, SqlError, typeInfo,
} from '../../core/index.ts';
import type { Datum, Interval, Numeric, SqlType } from '../../core/index.ts';
import { functionById } from '../../ir/index.ts';
import type { Aggregate } from '../../ir/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import { ExactSum } from '../state/exact-sum.ts';
import { OrderedMultiset } from '../state/ordered-multiset.ts';
import { ByGroup, isNull } from './accumulator.ts';
import type { Accumulator, ArgumentColumns } from './accumulator.ts';
import { BitCounts } from './bit-counts.ts';
import {
  arrayOf, combinedBits, concatenateArrays, concatenateBytes, concatenateText, jsonArray, jsonbArray, jsonbObject, jsonObject, membersOf, sharedRanges, unitedRanges,
} from './gather.ts';
import { isRegression, Regression } from './regression.ts';
import { FloatSpread, NumericSpread } from './spread.ts';
import type { Spread } from './spread.ts';

export type { Accumulator, ArgumentColumns } from './accumulator.ts';

/** Sums of doubles without residue; `finish` makes the aggregate of sum and count. */
class FloatSum extends ByGroup<{ readonly sum: ExactSum; count: number }> {
  readonly #column: number;
  readonly #offset: number;
  readonly #finish: (sum: ExactSum, count: number) => number;
  constructor(args: ArgumentColumns, finish: (sum: ExactSum, count: number) => number) {
    super();
    this.#column = args.columns[0]!;
    this.#offset = args.layout.offsets[this.#column]!;
    this.#finish = finish;
  }
  make(): { sum: ExactSum; count: number } {
    return { sum: new ExactSum(), count: 0 };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    if (isNull(I, b, this.#column)) return;
    const state = this.state(g);
    state.sum.add(F[(b + this.#offset) >> 1]!, w);
    state.count += w;
  }
  result(g: number): Datum {
    const { sum, count } = this.state(g);
    if (count === 0) return null;
    const result = this.#finish(sum, count);
    if ((result === Infinity || result === -Infinity) && sum.isFinite) throw new SqlError('22003', 'value out of range: overflow');
    return result;
  }
}

interface NumericState {
  sum: Numeric;
  count: number;
  /** how many values have each display scale: the sum shows the largest present */
  readonly scales: Map<number, number>;
  nan: number;
  infinite: number;
  minusInfinite: number;
}

class NumericSum extends ByGroup<NumericState> {
  readonly #args: ArgumentColumns;
  readonly #finish: (sum: Numeric, count: number) => Datum;
  constructor(args: ArgumentColumns, finish: (sum: Numeric, count: number) => Datum) {
    super();
    this.#args = args;
    this.#finish = finish;
  }
  make(): NumericState {
    return { sum: numericFromBigint(0n), count: 0, scales: new Map(), nan: 0, infinite: 0, minusInfinite: 0 };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const value = readColumn(context.symbols, layout, I, F, b, columns[0]!) as Numeric | null;
    if (value === null) return;
    const state = this.state(g);
    state.count += w;
    if (value.special === 'NaN') state.nan += w;
    else if (value.special === 'Infinity') state.infinite += w;
    else if (value.special === '-Infinity') state.minusInfinite += w;
    else {
      state.sum = numericAdd(state.sum, w === 1 ? value : w === -1 ? numericNegate(value) : numericMul(value, numericFromBigint(BigInt(w))));
      const scale = (state.scales.get(value.scale) ?? 0) + w;
      if (scale === 0) state.scales.delete(value.scale);
      else state.scales.set(value.scale, scale);
    }
  }
  result(g: number): Datum {
    const state = this.state(g);
    if (state.count === 0) return null;
    const special = state.nan > 0 || (state.infinite > 0 && state.minusInfinite > 0) ? 'NaN' : state.infinite > 0 ? 'Infinity' : state.minusInfinite > 0 ? '-Infinity' : undefined;
    if (special !== undefined) return this.#finish({ kind: 'numeric', coefficient: 0n, scale: 0, special }, state.count);
    const scale = Math.max(0, ...state.scales.keys());
    const { sum } = state;
    const excess = sum.scale - scale;
    const shown: Numeric = excess > 0 ? { kind: 'numeric', coefficient: sum.coefficient / 10n ** BigInt(excess), scale } : sum;
    return this.#finish(shown, state.count);
  }
}

interface IntervalState {
  months: number;
  days: number;
  micros: bigint;
  count: number;
  infinite: number;
  minusInfinite: number;
}

class IntervalSum extends ByGroup<IntervalState> {
  readonly #args: ArgumentColumns;
  readonly #average: boolean;
  constructor(args: ArgumentColumns, average: boolean) {
    super();
    this.#args = args;
    this.#average = average;
  }
  make(): IntervalState {
    return { months: 0, days: 0, micros: 0n, count: 0, infinite: 0, minusInfinite: 0 };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const value = readColumn(context.symbols, layout, I, F, b, columns[0]!) as Interval | null;
    if (value === null) return;
    const state = this.state(g);
    state.count += w;
    const infinity = intervalInfinitySign(value);
    if (infinity > 0) state.infinite += w;
    else if (infinity < 0) state.minusInfinite += w;
    else {
      state.months += value.months * w;
      state.days += value.days * w;
      state.micros += BigInt(value.micros) * BigInt(w);
    }
  }
  result(g: number): Datum {
    const { months, days, micros, count, infinite, minusInfinite } = this.state(g);
    if (count === 0) return null;
    if (infinite > 0 && minusInfinite > 0) throw new SqlError('22008', 'interval out of range');
    if (infinite + minusInfinite > 0) return infinite > 0 ? intervalInfinity : intervalMinusInfinity;
    const sum = checkedInterval(months, days, normalLong(micros));
    return this.#average ? functionById('interval_div(interval,float8)')!.evaluate(sum, count) : sum;
  }
}

/** The order of a type refined to tell apart equal values of different bytes, so that what was inserted is what is removed. */
export function exactOrder(oid: number): (a: Datum, b: Datum) => number {
  const codec = codecOf(oid);
  if (codec.canonical === undefined) return (a, b) => codec.compare(a, b);
  return (a, b) => codec.compare(a, b) || compareBytes(codec.encode(a), codec.encode(b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

class Extreme extends ByGroup<OrderedMultiset<Datum>> {
  readonly #args: ArgumentColumns;
  readonly #least: boolean;
  readonly #compare: (a: Datum, b: Datum) => number;
  constructor(args: ArgumentColumns, least: boolean) {
    super();
    this.#args = args;
    this.#least = least;
    this.#compare = exactOrder(args.types[0]!.oid);
  }
  make(): OrderedMultiset<Datum> {
    return new OrderedMultiset(this.#compare);
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const value = readColumn(context.symbols, layout, I, F, b, columns[0]!);
    if (value !== null) this.state(g).add(value, w);
  }
  result(g: number): Datum {
    const values = this.state(g);
    return (this.#least ? values.first() : values.last()) ?? null;
  }
}

/** Aggregates that are a function of all their rows in order: the rows are kept as a sorted multiset and the function runs when the group is shown. */
class OverRows extends ByGroup<OrderedMultiset<readonly Datum[]>> {
  readonly #args: ArgumentColumns;
  readonly #compare: (a: readonly Datum[], b: readonly Datum[]) => number;
  readonly #finish: (rows: readonly (readonly Datum[])[]) => Datum;
  readonly #skipNulls: boolean;

  constructor(args: ArgumentColumns, order: Aggregate['order'], finish: (rows: readonly (readonly Datum[])[]) => Datum, skipNulls: boolean) {
    super();
    this.#args = args;
    this.#finish = finish;
    this.#skipNulls = skipNulls;
    const comparators = args.types.map((type) => nullsLast(exactOrder(type.oid)));
    const keys = order.map((key) => {
      const { compare } = codecOf(args.types[key.column]!.oid); // SQL's order: 1.0 and 1.00 are peers
      return (a: readonly Datum[], b: readonly Datum[]): number => {
        const x = a[key.column]!;
        const y = b[key.column]!;
        if (x === null || y === null) return x === y ? 0 : (x === null) === key.nullsFirst ? -1 : 1;
        return key.descending ? compare(y, x) : compare(x, y);
      };
    });
    this.#compare = (a, b) => {
      for (const key of keys) {
        const result = key(a, b);
        if (result !== 0) return result;
      }
      for (let i = 0; i < comparators.length; i++) {
        const result = comparators[i]!(a[i]!, b[i]!);
        if (result !== 0) return result;
      }
      return 0;
    };
  }
  make(): OrderedMultiset<readonly Datum[]> {
    return new OrderedMultiset(this.#compare);
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const row = columns.map((column) => readColumn(context.symbols, layout, I, F, b, column));
    if (this.#skipNulls && row[0] === null) return;
    this.state(g).add(row, w);
  }
  result(g: number): Datum {
    const rows: (readonly Datum[])[] = [];
    for (const [row, weight] of this.state(g).entries()) {
      if (rows.length + weight > MOST_ELEMENTS) throw arrayTooLarge(rows.length + weight);
      for (let i = 0; i < weight; i++) rows.push(row);
    }
    return rows.length === 0 ? null : sized(this.#finish(rows));
  }
}

const nullsLast = (compare: (a: Datum, b: Datum) => number) => (a: Datum, b: Datum): number =>
  a === null || b === null ? (a === b ? 0 : a === null ? 1 : -1) : compare(a, b);

/** The accumulator of an aggregate that is not numbers alone (see `numberAccumulatorFor`): there is one for each of the registry. */
export function accumulatorFor(aggregate: Aggregate, args: ArgumentColumns): Accumulator {
  const id = aggregate.function;
  const name = id.slice(0, id.indexOf('('));
  const type = args.types[0]?.oid;
  switch (name) {
    case 'sum':
      if (type === Oid.numeric) return new NumericSum(args, (sum) => sum);
      if (type === Oid.float8) return new FloatSum(args, (sum) => sum.value());
      if (type === Oid.float4) return new FloatSum(args, (sum) => Math.fround(sum.value()));
      if (type === Oid.interval) return new IntervalSum(args, false);
      break;
    case 'avg':
      if (type === Oid.numeric) return new NumericSum(args, (sum, count) => numericDiv(sum, numericFromBigint(BigInt(count))));
      if (type === Oid.float8 || type === Oid.float4) return new FloatSum(args, (sum, count) => sum.dividedBy(count));
      if (type === Oid.interval) return new IntervalSum(args, true);
      break;
    case 'any_value': // the least, so that the same rows give the same value
    case 'min':
      return new Extreme(args, true);
    case 'max':
      return new Extreme(args, false);
    case 'string_agg':
      return new OverRows(args, aggregate.order, type === Oid.bytea ? concatenateBytes : concatenateText, true);
    case 'array_agg':
      return new OverRows(args, aggregate.order, isArrayType(args.types[0]!) ? concatenateArrays : (rows) => arrayOf(rows.map((row) => row[0]!), type!), false);
    case 'json_agg':
    case 'json_agg_strict':
      return new OverRows(args, aggregate.order, jsonArray(aggregate.args[0]!, args.context.environment, membersOf(name)), false);
    case 'jsonb_agg':
    case 'jsonb_agg_strict':
      return new OverRows(args, aggregate.order, jsonbArray(aggregate.args[0]!, args.context.environment, membersOf(name)), false);
    case 'json_object_agg':
    case 'json_object_agg_strict':
    case 'json_object_agg_unique':
    case 'json_object_agg_unique_strict':
      return new OverRows(args, aggregate.order, jsonObject(aggregate.args, args.context.environment, membersOf(name)), false);
    case 'jsonb_object_agg':
    case 'jsonb_object_agg_strict':
    case 'jsonb_object_agg_unique':
    case 'jsonb_object_agg_unique_strict':
      return new OverRows(args, aggregate.order, jsonbObject(aggregate.args, args.context.environment, membersOf(name)), false);
    case 'bit_and':
    case 'bit_or':
    case 'bit_xor':
      return type === Oid.bit ? new OverRows(args, aggregate.order, combinedBits(name), true) : new BitCounts(args, name);
    case 'range_agg':
      return new OverRows(args, aggregate.order, unitedRanges, true);
    case 'range_intersect_agg':
      return new OverRows(args, aggregate.order, sharedRanges, true);
  }
  const spread = spreads.get(name);
  if (spread !== undefined) return type === Oid.float4 || type === Oid.float8 ? new FloatSpread(args, spread) : new NumericSpread(args, spread);
  if (isRegression(name)) return new Regression(args, name);
  throw new InvariantError(`no accumulator for the aggregate ${id}`);
}

const spreads: ReadonlyMap<string, Spread> = new Map([
  ['stddev', { root: true, sample: true }], ['stddev_samp', { root: true, sample: true }], ['stddev_pop', { root: true, sample: false }],
  ['variance', { root: false, sample: true }], ['var_samp', { root: false, sample: true }], ['var_pop', { root: false, sample: false }],
]);

const isArrayType = (type: SqlType): boolean => typeInfo(type.oid).category === 'A';
