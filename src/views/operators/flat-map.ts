import { InvariantError, rowLayout } from '../../core/index.ts';
import type { Datum, RelationType, RowLayout } from '../../core/index.ts';
import { tableFunctionById } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileDatums } from '../scalar/compile.ts';
import { readColumn, writeColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { reportError, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Sink } from './operator.ts';

export interface FlatMapPlan {
  readonly function: string;
  readonly args: readonly Scalar[];
  readonly produces: RelationType;
  readonly ordinality: boolean;
  readonly outer: boolean;
}

/**
 * Each row followed by each row a table function makes of it.
 * Δout = { (r, f(r)) : r in Δin } with r's weight: linear, so no state. The function is called again to take a row back, and is deterministic.
 */
export class FlatMap extends Stream implements Sink {
  readonly #input: RowLayout;
  readonly #plan: FlatMapPlan;
  readonly #args: (...inputs: (Int32Array | Float64Array | number)[]) => Datum[];
  readonly #evaluate: (...args: unknown[]) => Iterable<readonly Datum[]>;
  readonly #strict: boolean;
  readonly #scratch: Scratch;
  readonly #context: Context;
  readonly #errors: ErrorSink;

  constructor(input: RowLayout, plan: FlatMapPlan, context: Context, errors: ErrorSink) {
    super(rowLayout([...input.types, ...plan.produces.columns.map((column) => column.type)]));
    const row = tableFunctionById(plan.function);
    if (row === undefined) throw new InvariantError(`no table function ${plan.function}`);
    this.#input = input;
    this.#plan = plan;
    this.#args = compileDatums([input], plan.args, context);
    this.#evaluate = (...args) => row.evaluate(...args, context.environment);
    this.#strict = row.strict;
    this.#scratch = new Scratch(this.layout);
    this.#context = context;
    this.#errors = errors;
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    const symbols = this.#context.symbols;
    const J = this.#scratch.I;
    const G = this.#scratch.F;
    const from = this.#input.types.length;
    const produced = this.#plan.produces.columns.length;
    const row = new Array<Datum>(produced).fill(null);
    const emitRow = (): void => {
      for (let column = 0; column < from; column++) writeColumn(symbols, this.layout, J, G, 0, column, readColumn(symbols, this.#input, I, F, b, column));
      for (let column = 0; column < produced; column++) writeColumn(symbols, this.layout, J, G, 0, from + column, row[column]!);
      this.emit(J, G, 0, w);
    };
    let count = 0;
    try {
      const args = this.#args(I, F, b);
      if (!(this.#strict && args.includes(null))) {
        const width = produced - (this.#plan.ordinality ? 1 : 0);
        for (const values of this.#evaluate(...args)) {
          count++;
          for (let i = 0; i < width; i++) row[i] = values[i] ?? null;
          if (this.#plan.ordinality) row[width] = count;
          emitRow();
        }
      }
    } catch (error) {
      reportError(error, w, this.#context, this.#errors);
      return;
    }
    if (count === 0 && this.#plan.outer) {
      row.fill(null);
      emitRow();
    }
  }
}
