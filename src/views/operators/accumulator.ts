import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import type { Context } from '../scalar/runtime.ts';

/**
 * One aggregate over all groups: `add` takes a change of a row into group `g` (a small integer, reused after `clear`), `result` is the aggregate's value now.
 * Every accumulator is exact under retraction: adding a row and taking it back leaves the state it was in.
 */
export interface Accumulator {
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void;
  result(g: number): Datum;
  /** the group is gone */
  clear(g: number): void;
}

/** How an accumulator reads its arguments from the reduce's input row. */
export interface ArgumentColumns {
  readonly layout: RowLayout;
  /** columns of the arguments, in order */
  readonly columns: readonly number[];
  readonly types: readonly SqlType[];
  readonly context: Context;
}

export const isNull = (I: Int32Array, b: number, column: number): boolean => ((I[b + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1;

/** Objects by group, for aggregates whose state is more than words. */
export abstract class ByGroup<S> implements Accumulator {
  readonly #states: (S | undefined)[] = [];
  abstract make(): S;
  abstract add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void;
  abstract result(g: number): Datum;
  protected state(g: number): S {
    return (this.#states[g] ??= this.make());
  }
  clear(g: number): void {
    this.#states[g] = undefined;
  }
}
