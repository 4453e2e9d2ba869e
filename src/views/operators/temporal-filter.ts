import { assertNever, Oid, sqlType } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';
import type { TemporalBound, TemporalInterval } from '../../ir/index.ts';
import { compileDatums } from '../scalar/compile.ts';
import { boundMs, readColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { Calendar } from '../state/calendar.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { reportError, reportHidden, Stream } from './operator.ts';
import type { ErrorSink, Expired, Sink, Stateful } from './operator.ts';

/** Times past this are never reached, so nothing need be scheduled for them (the year 275760, the last that a date holds). */
const NEVER_MS = 8_640_000_000_000_000;

/**
 * A row exists at time t while lower <= t < upper, for one of its intervals or several. With now = the tick's time, a change (r, w) is, for each of its intervals
 * (those that touch or overlap taken as one)
 *
 *     emitted now with w              where lower <= now < upper, and scheduled at upper with -w where upper is finite
 *     scheduled at lower with w       where now < lower < upper, and at upper with -w
 *     dropped                         where upper <= now or upper <= lower or a bound is NULL
 *
 * A later deletion (r, -w) takes the same path, so what it schedules cancels what the insertion scheduled; the calendar consolidates.
 * State: the calendar: a row for each bound still to come. Right because Σ emitted up to t = w exactly while t lies in an interval.
 */
export class TemporalFilter extends Stream implements Sink, Stateful {
  readonly #intervals: readonly Interval[];
  /** the row's intervals, by their beginning */
  readonly #lowers: Float64Array;
  readonly #uppers: Float64Array;
  readonly #calendar: Calendar;
  readonly #context: Context;
  readonly #errors: ErrorSink;

  constructor(layout: RowLayout, intervals: readonly TemporalInterval[], context: Context, errors: ErrorSink) {
    super(layout);
    this.#intervals = intervals.map((interval) => new Interval(layout, interval, context));
    this.#lowers = new Float64Array(intervals.length);
    this.#uppers = new Float64Array(intervals.length);
    this.#calendar = new Calendar(layout, context.symbols);
    this.#context = context;
    this.#errors = errors;
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    let count = 0;
    try {
      for (const interval of this.#intervals) if (interval.evaluate(I, F, b)) this.#insert(interval.lower, interval.upper, count++);
    } catch (error) {
      reportError(error, w, this.#context, this.#errors, (column) => readColumn(this.#context.symbols, this.layout, I, F, b, column));
      return;
    }
    reportHidden(w, this.#context, this.#errors);
    for (let at = 0; at < count; ) {
      const lower = this.#lowers[at]!;
      let upper = this.#uppers[at]!;
      for (at++; at < count && this.#lowers[at]! <= upper; at++) upper = Math.max(upper, this.#uppers[at]!);
      this.#exist(lower, upper, I, F, b, w);
    }
  }

  /** Puts an interval among the `count` there are, in the order of their beginnings. */
  #insert(lower: number, upper: number, count: number): void {
    let at = count;
    for (; at > 0 && this.#lowers[at - 1]! > lower; at--) {
      this.#lowers[at] = this.#lowers[at - 1]!;
      this.#uppers[at] = this.#uppers[at - 1]!;
    }
    this.#lowers[at] = lower;
    this.#uppers[at] = upper;
  }

  #exist(lower: number, upper: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const now = this.#context.time;
    if (upper <= now || lower >= NEVER_MS) return;
    if (upper < NEVER_MS) this.#calendar.add(upper, I, b, -w);
    if (lower > now) this.#calendar.add(lower, I, b, w);
    else this.emit(I, F, b, w);
  }

  advance(time: number, expired: Expired): boolean {
    return this.#calendar.release(time, this.#release, expired);
  }
  readonly #release = (I: Int32Array, F: Float64Array, b: number, w: number): void => this.emit(I, F, b, w);

  nextChange(): number | undefined {
    return this.#calendar.next;
  }
  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#calendar];
  }
  get stateBytes(): number {
    return this.#calendar.byteLength;
  }
  get stateRows(): number {
    return this.#calendar.rows;
  }
}

/** One interval of a row: `evaluate` finds its bounds, and whether it is there at all. */
class Interval {
  lower = -Infinity;
  upper = Infinity;
  readonly #bounds: readonly TemporalBound[];
  readonly #when: ((...inputs: (Int32Array | Float64Array | number)[]) => Datum[]) | undefined;
  readonly #values: (...inputs: (Int32Array | Float64Array | number)[]) => Datum[];

  constructor(layout: RowLayout, { when, bounds }: TemporalInterval, context: Context) {
    this.#bounds = bounds;
    this.#when = when.length === 0 ? undefined : compileDatums([layout], [{ op: 'and', args: when, type: sqlType(Oid.bool) }], context);
    this.#values = compileDatums([layout], bounds.map((bound) => bound.value), context);
  }

  evaluate(I: Int32Array, F: Float64Array, b: number): boolean {
    if (this.#when !== undefined && this.#when(I, F, b)[0] !== true) return false;
    let lower = -Infinity;
    let upper = Infinity;
    const values = this.#values(I, F, b);
    for (let i = 0; i < values.length; i++) {
      const bound = this.#bounds[i]!;
      const ms = boundMs(values[i]!, bound.value.type);
      if (ms === null) return false;
      switch (bound.comparison) {
        case '<':
          upper = Math.min(upper, ms);
          break;
        case '<=':
          upper = Math.min(upper, ms + 1);
          break;
        case '>=':
          lower = Math.max(lower, ms);
          break;
        case '>':
          lower = Math.max(lower, ms + 1);
          break;
        case '=':
          lower = Math.max(lower, ms);
          upper = Math.min(upper, ms + 1);
          break;
        default:
          assertNever(bound.comparison);
      }
    }
    this.lower = lower;
    this.upper = upper;
    return lower < upper;
  }
}
