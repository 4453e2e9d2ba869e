import { InvariantError, Oid, rowLayout, sqlType } from '../../core/index.ts';
import type { Datum, RelationType, RowLayout } from '../../core/index.ts';
import { tableFunctionById } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileDatums, compileRow } from '../scalar/compile.ts';
import type { RowFunction } from '../scalar/compile.ts';
import { writeColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import type { Interrupt } from './join.ts';
import { reportError, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Sink } from './operator.ts';

export interface FlatMapPlan {
  readonly function: string;
  readonly args: readonly Scalar[];
  /** the columns of the function itself */
  readonly produces: RelationType;
  /** one more column behind them: the number of the row */
  readonly ordinality: boolean;
  readonly outer: boolean;
}

/** Rows produced between two looks at whether the query is still wanted. */
const POLL_ROWS = 4096;

/**
 * Each row followed by each row a table function makes of it; with ordinality, by its number from 1.
 * Δout = { (r, f(r)) : r in Δin } with r's weight: linear, so no state. The function is called again to take a row back, and is deterministic.
 * What was produced before the function raised stays out of the result: its rows go through first and are then taken back.
 */
export class FlatMap extends Stream implements Sink {
  readonly #plan: FlatMapPlan;
  readonly #args: (...inputs: (Int32Array | Float64Array | number)[]) => Datum[];
  readonly #evaluate: (...args: unknown[]) => Iterable<readonly Datum[]>;
  readonly #strict: boolean;
  /** what the function adds to a row */
  readonly #added: RowLayout;
  readonly #addition: Scratch;
  readonly #join: RowFunction;
  readonly #scratch: Scratch;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #interrupt: Interrupt;

  constructor(input: RowLayout, plan: FlatMapPlan, context: Context, errors: ErrorSink, interrupt: Interrupt) {
    const added = rowLayout([...plan.produces.columns.map((column) => column.type), ...(plan.ordinality ? [sqlType(Oid.int8)] : [])]);
    const columns = [...input.types, ...added.types].map((type, index): Scalar => ({ op: 'column', index, type }));
    const { run, layout } = compileRow([input, added], [], columns, context);
    super(layout);
    const row = tableFunctionById(plan.function);
    if (row === undefined) throw new InvariantError(`no table function ${plan.function}`);
    this.#plan = plan;
    this.#args = compileDatums([input], plan.args, context);
    this.#evaluate = (...args) => row.evaluate(...args, context.environment);
    this.#strict = row.strict;
    this.#added = added;
    this.#addition = new Scratch(added);
    this.#join = run;
    this.#scratch = new Scratch(layout);
    this.#context = context;
    this.#errors = errors;
    this.#interrupt = interrupt;
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    let produced = 0;
    let args: readonly Datum[];
    try {
      args = this.#args(I, F, b);
      if (!this.#strict || !args.includes(null)) {
        for (const values of this.#evaluate(...args)) {
          this.#emit(I, F, b, values, ++produced, w);
          if (produced % POLL_ROWS === 0) this.#interrupt();
        }
      }
    } catch (error) {
      reportError(error, w, this.#context, this.#errors);
      if (produced > 0) this.#takeBack(I, F, b, args!, produced, w);
      return;
    }
    if (produced === 0 && this.#plan.outer) this.#emit(I, F, b, [], null, w);
  }

  #takeBack(I: Int32Array, F: Float64Array, b: number, args: readonly Datum[], rows: number, w: number): void {
    let taken = 0;
    for (const values of this.#evaluate(...args)) {
      this.#emit(I, F, b, values, ++taken, -w);
      if (taken === rows) return;
    }
  }

  #emit(I: Int32Array, F: Float64Array, b: number, values: readonly Datum[], number: number | null, w: number): void {
    const { I: K, F: H } = this.#addition;
    const width = this.#plan.produces.columns.length;
    for (let column = 0; column < width; column++) writeColumn(this.#context.symbols, this.#added, K, H, 0, column, values[column] ?? null);
    if (this.#plan.ordinality) writeColumn(this.#context.symbols, this.#added, K, H, 0, width, number);
    const { I: J, F: G } = this.#scratch;
    this.#join(I, F, b, K, H, 0, J, G, 0);
    this.emit(J, G, 0, w);
  }
}
