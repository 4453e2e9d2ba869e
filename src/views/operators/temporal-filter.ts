import { assertNever } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';
import type { TemporalBound } from '../../ir/index.ts';
import { compileDatums } from '../scalar/compile.ts';
import { boundMs } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { Calendar } from '../state/calendar.ts';
import { reportError, Stream } from './operator.ts';
import type { ErrorSink, Sink, Stateful } from './operator.ts';

/** Times past this are never reached, so nothing need be scheduled for them (the year 275760, the last that a date holds). */
const NEVER_MS = 8_640_000_000_000_000;

/**
 * A row exists at time t while lower <= t < upper. With now = the tick's time, a change (r, w) is
 *
 *     emitted now with w              where lower <= now < upper, and scheduled at upper with -w where upper is finite
 *     scheduled at lower with w       where now < lower < upper, and at upper with -w
 *     dropped                         where upper <= now or upper <= lower or a bound is NULL
 *
 * A later deletion (r, -w) takes the same path, so what it schedules cancels what the insertion scheduled; the calendar consolidates.
 * State: the calendar: a row for each bound still to come. Right because Σ emitted up to t = w exactly for lower <= t < upper.
 */
export class TemporalFilter extends Stream implements Sink, Stateful {
  readonly #bounds: readonly TemporalBound[];
  readonly #values: (...inputs: (Int32Array | Float64Array | number)[]) => Datum[];
  readonly #calendar: Calendar;
  readonly #context: Context;
  readonly #errors: ErrorSink;

  constructor(layout: RowLayout, bounds: readonly TemporalBound[], context: Context, errors: ErrorSink) {
    super(layout);
    this.#bounds = bounds;
    this.#values = compileDatums([layout], bounds.map((bound) => bound.value), context);
    this.#calendar = new Calendar(layout, context.symbols);
    this.#context = context;
    this.#errors = errors;
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    let lower = -Infinity;
    let upper = Infinity;
    try {
      const values = this.#values(I, F, b);
      for (let i = 0; i < values.length; i++) {
        const bound = this.#bounds[i]!;
        const ms = boundMs(values[i]!, bound.value.type);
        if (ms === null) return;
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
    } catch (error) {
      reportError(error, w, this.#context, this.#errors);
      return;
    }
    const now = this.#context.time;
    if (upper <= now || upper <= lower || lower >= NEVER_MS) return;
    if (upper < NEVER_MS) this.#calendar.add(upper, I, b, -w);
    if (lower > now) this.#calendar.add(lower, I, b, w);
    else this.emit(I, F, b, w);
  }

  advance(time: number): void {
    this.#calendar.release(time, this.#release);
  }
  readonly #release = (I: Int32Array, F: Float64Array, b: number, w: number): void => this.emit(I, F, b, w);

  nextChange(): number | undefined {
    return this.#calendar.next;
  }
  flush(): void {}
  get stateBytes(): number {
    return this.#calendar.byteLength;
  }
  get stateRows(): number {
    return this.#calendar.rows;
  }
}
