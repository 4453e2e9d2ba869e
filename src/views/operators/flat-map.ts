import { InvariantError, Oid, rowLayout, SqlError, sqlType } from '../../core/index.ts';
import type { Datum, RelationType, RowLayout } from '../../core/index.ts';
import { tableFunctionById } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileDatums, compileRow } from '../scalar/compile.ts';
import type { RowFunction } from '../scalar/compile.ts';
import { readColumn, writeColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { copyRow, internRow } from '../state/row-code.ts';
import { rowRoot } from '../state/symbol-sweep.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { POLL_ROWS, reportError, reportHidden, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Interrupt, Pausable, Sink } from './operator.ts';
import { Waiting } from './waiting.ts';

export interface FlatMapPlan {
  readonly function: string;
  readonly args: readonly Scalar[];
  /** the columns of the function itself */
  readonly produces: RelationType;
  /** one more column behind them: the number of the row */
  readonly ordinality: boolean;
  readonly outer: boolean;
  /** one row of NULLs where the function raises */
  readonly orNull?: true;
}

/** The call of the function for one row, and how far its rows have been passed on. */
interface Call {
  readonly args: readonly Datum[];
  rows: Iterator<readonly Datum[]>;
  passed: number;
  /** the function raised after so many rows, which are being taken back; undefined otherwise */
  takeBack: number | undefined;
  /** it raised, and a row of NULLs stands for its rows */
  isNull: boolean;
  readonly w: number;
}

/**
 * Each row followed by each row a table function makes of it; with ordinality, by its number from 1.
 * Δout = { (r, f(r)) : r in Δin } with r's weight: linear, so no state but the call that is paused. The function is called again to take a row back, and is deterministic.
 * What was produced before the function raised stays out of the result: its rows go through first and are then taken back.
 */
export class FlatMap extends Stream implements Sink, Pausable {
  readonly #input: RowLayout;
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
  /** of all calls: many short ones are a long enumeration too */
  #rowsMade = 0;
  #paused: Call | undefined;
  /** the row of the call that is paused */
  readonly #held: Scratch;
  readonly #hold: (I: Int32Array, b: number) => void;
  readonly #waiting: Waiting;

  constructor(input: RowLayout, plan: FlatMapPlan, context: Context, errors: ErrorSink, interrupt: Interrupt) {
    const added = rowLayout([...plan.produces.columns.map((column) => column.type), ...(plan.ordinality ? [sqlType(Oid.int8)] : [])]);
    const columns = [...input.types, ...added.types].map((type, index): Scalar => ({ op: 'column', index, type }));
    const { run, layout } = compileRow([input, added], [], columns, context);
    super(layout);
    const row = tableFunctionById(plan.function);
    if (row === undefined) throw new InvariantError(`no table function ${plan.function}`);
    this.#input = input;
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
    this.#held = new Scratch(input);
    this.#waiting = new Waiting([input], context.symbols);
    const copy = copyRow(input);
    const intern = internRow(input);
    this.#hold = (I, b) => {
      if (I === this.#held.I) return;
      copy(I, b, this.#held.I, 0);
      intern(context.symbols, this.#held.I, 0);
    };
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    if (this.paused) this.#waiting.put(0, I, b, w);
    else this.#begin(I, F, b, w);
  }

  get symbolRoots(): readonly SymbolRoot[] {
    return [rowRoot(this.#input, () => this.#held.I), this.#waiting];
  }
  get paused(): boolean {
    return this.#paused !== undefined;
  }
  resume(): boolean {
    const call = this.#paused;
    if (call === undefined) return true;
    this.#paused = undefined;
    if (!this.#pass(call, this.#held.I, this.#held.F, 0)) return false;
    while (!this.#waiting.empty) {
      const { I, F, at, weight } = this.#waiting;
      const done = this.#begin(I, F, at, weight);
      this.#waiting.shift();
      if (!done) return false;
    }
    return true;
  }

  #begin(I: Int32Array, F: Float64Array, b: number, w: number): boolean {
    let call: Call;
    try {
      const args = this.#args(I, F, b);
      reportHidden(w, this.#context, this.#errors);
      const none = this.#strict && args.includes(null);
      call = { args, rows: none ? [].values() : this.#rows(args), passed: 0, takeBack: undefined, isNull: false, w };
    } catch (error) {
      call = { args: [], rows: [].values(), passed: 0, takeBack: 0, isNull: this.#fail(error, w, I, F, b), w };
    }
    return this.#pass(call, I, F, b);
  }
  #rows(args: readonly Datum[]): Iterator<readonly Datum[]> {
    return this.#evaluate(...args)[Symbol.iterator]();
  }

  /** Passes the rows of a call on; false where it pauses. */
  #pass(call: Call, I: Int32Array, F: Float64Array, b: number): boolean {
    for (let values = this.#following(call, I, F, b); values !== undefined; values = this.#following(call, I, F, b)) {
      this.#emit(I, F, b, values, ++call.passed, call.takeBack === undefined ? call.w : -call.w);
      if (++this.#rowsMade % POLL_ROWS !== 0 || !this.#interrupt()) continue;
      this.#hold(I, b);
      this.#paused = call;
      return false;
    }
    if (call.isNull || (call.passed === 0 && call.takeBack === undefined && this.#plan.outer)) this.#emit(I, F, b, [], null, call.w);
    return true;
  }

  /** The next row to pass on or to take back; undefined behind the last. */
  #following(call: Call, I: Int32Array, F: Float64Array, b: number): readonly Datum[] | undefined {
    if (call.passed === call.takeBack) return undefined;
    try {
      const next = call.rows.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (call.takeBack !== undefined) throw error;
      call.isNull = this.#fail(error, call.w, I, F, b);
      call.rows = this.#rows(call.args);
      call.takeBack = call.passed;
      call.passed = 0;
      return this.#following(call, I, F, b);
    }
  }

  /** Reports what the function raised for a row; true where NULLs stand for it. */
  #fail(error: unknown, w: number, I: Int32Array, F: Float64Array, b: number): boolean {
    if (this.#plan.orNull === true && error instanceof SqlError) {
      this.#errors.hide(error, w);
      return true;
    }
    const known = (column: number): Datum | undefined => (column < this.#input.types.length ? readColumn(this.#context.symbols, this.#input, I, F, b, column) : undefined);
    reportError(error, w, this.#context, this.#errors, known);
    return false;
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
