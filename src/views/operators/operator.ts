import { SqlError } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileDatums, compileRow, oneByOne } from '../scalar/compile.ts';
import type { DatumsFunction, RowFunction } from '../scalar/compile.ts';
import type { KnownRow } from '../outputs/known-row.ts';
import { located } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';

/**
 * Takes changes one row at a time: the row at word `b` of `I` (doubles in `F`, which views the same memory) with weight `w`.
 * The row is only valid during the call; whoever keeps it copies it and interns its symbols.
 */
export interface Sink {
  push(I: Int32Array, F: Float64Array, b: number, w: number): void;
}

/** Whether the slice of time is used up; asked every LOOK_ROWS rows or so. */
export type Expired = () => boolean;

/** Rows between two looks at the clock. */
export const LOOK_ROWS = 16;

/** Where the errors of a dataflow's operators go, with the weight of the change that raised them. */
export interface ErrorSink {
  /** `known` is what is known of the operator's output row; `group` describes the group of an aggregate, where the error arose in one */
  raise(error: SqlError, weight: number, known: KnownRow, group?: string): void;
  /** an error that NULL stands for in the output */
  hide(error: SqlError, weight: number, group?: string): void;
}

/** Whoever keeps symbols beyond the change they came with: law runs sweep after every tick, so that one who leaves something out is found out. */
export interface KeepsSymbols {
  /** all memory in which there are symbols between two changes */
  readonly symbolRoots: readonly SymbolRoot[];
}

/**
 * The contract of an operator with state beside its rows: changes arrive by `push` and leave by `emit`.
 * What may emit many rows at a time does so in slices: it returns false when `expired()` came first, and is called again before anything else is pushed to it.
 */
export interface Stateful extends KeepsSymbols {
  /** Emits what is due at the tick's close; once a tick, inputs before consumers. */
  flush?(expired: Expired): boolean;
  /** Emits what changes by the clock alone up to and including `time`. */
  advance?(time: number, expired: Expired): boolean;
  /** when the output changes with no new input */
  nextChange?(): number | undefined;
  /** Makes ready what it reads beside its inputs, until `expired()`; true when all is. Called before the first input is scanned. */
  prepare?(expired: () => boolean): boolean;
  /** Called once the dataflow takes part in ticks: from then on nothing asks to pause. */
  goLive?(): void;
  /** Gives back what it took of structures that are shared; it is not used any more. */
  close?(): void;
  readonly stateBytes: number;
  /** rows held, by what they are: law 3 says all are 0 after a history and its negation */
  readonly stateRows: number;
}

/**
 * Polled between the rows of a long enumeration. Throws to end the query. True asks whoever polled to pause: to remember where it stands and return.
 * A dataflow asks for that only while it hydrates; in a tick of a complete one every change runs through.
 */
export type Interrupt = () => boolean;

/** Rows made between two polls of the interrupt. */
export const POLL_ROWS = 4096;

/**
 * The contract of an operator that makes many rows of one change, and may stop in the middle of it.
 *
 * It pauses only where it polled the interrupt and was asked to: `push` (or the occurrence's `change`) then returns with part of the change passed on, and `paused` is true.
 * Changes that other operators push to it while it is paused wait in it, in order. It promises to hold no reference to the row it was given, which is valid only during the call.
 *
 * While some operator of a dataflow is paused, the dataflow guarantees
 *  * that the collections its operators read show the rows and weights they had when it paused: no row that is there for them moves, is released, or changes; rows of weight 0 may go;
 *  * that nothing is scanned into it, no occurrence of it is told of a change, and `flush` and `advance` are not called behind the operator;
 *  * that it calls `resume` until nothing is paused, consumers before inputs, so that what waits is taken in before more is made.
 */
export interface Pausable extends KeepsSymbols {
  readonly paused: boolean;
  /** Goes on with the change and with those that wait; true when none is left, false when the interrupt asked to pause again. */
  resume(): boolean;
}

/** A stream of row changes of one layout: the output of an operator, with the sinks that read it. */
export class Stream {
  readonly layout: RowLayout;
  #sinks: Sink[] = [];
  #only: Sink | undefined;

  constructor(layout: RowLayout) {
    this.layout = layout;
  }
  subscribe(sink: Sink): void {
    this.#sinks.push(sink);
    this.#only = this.#sinks.length === 1 ? sink : undefined;
  }
  /** Where emitted rows go, once all have subscribed. */
  get target(): Sink {
    return this.#only ?? { push: (I, F, b, w) => this.emit(I, F, b, w) };
  }
  emit(I: Int32Array, F: Float64Array, b: number, w: number): void {
    if (this.#only !== undefined) this.#only.push(I, F, b, w);
    else for (let i = 0; i < this.#sinks.length; i++) this.#sinks[i]!.push(I, F, b, w);
  }
}

/** One row of scratch memory. */
export class Scratch {
  readonly I: Int32Array;
  readonly F: Float64Array;
  constructor(layout: RowLayout) {
    const buffer = new ArrayBuffer(layout.stride * 4);
    this.I = new Int32Array(buffer);
    this.F = new Float64Array(buffer);
  }
}

/**
 * Makes an error row of weight `w` of what evaluating a row threw. A fault of ours becomes one too (XX000): it is as repeatable as the row, and other views go on.
 * What ends a query (cancel, memory) passes: see `QueryEnd`.
 */
export function reportError(error: unknown, w: number, context: Context, errors: ErrorSink, known: KnownRow): void {
  if (error instanceof QueryEnd) throw error;
  const at = located(error, context);
  context.position = 0;
  context.hidden = undefined;
  errors.raise(at instanceof SqlError ? at : new SqlError('XX000', `internal error: ${at instanceof Error ? at.message : String(at)}`, { cause: at }), w, known);
}

/** Reports what the code that ran for a row kept from being raised, if anything, with the weight of the change. */
export function reportHidden(w: number, context: Context, errors: ErrorSink): void {
  const { hidden } = context;
  if (hidden === undefined) return;
  context.hidden = undefined;
  errors.hide(hidden, w);
}

/** The value of one output of a row that raised, computed alone: undefined where that raises too. */
export function valueAlone(compute: () => Datum, context: Context): Datum | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof QueryEnd) throw error;
    context.position = 0;
    return undefined;
  } finally {
    context.hidden = undefined;
  }
}

/** Thrown through operators to end the query they work for; `reason` is what its client is told. */
export class QueryEnd extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('the query ends');
    this.reason = reason;
  }
}

/**
 * Filters and computes: Δout = f(Δin), row by row.
 * State: none. Linear, so the change of the output is the image of the change; a row that raises becomes an error with the row's weight, and its deletion takes the error back.
 */
export class MapFilter extends Stream implements Sink {
  readonly #run: RowFunction;
  readonly #scratch: Scratch;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #alone: (column: number) => DatumsFunction;

  constructor(input: RowLayout, filters: readonly Scalar[], outputs: readonly Scalar[], context: Context, errors: ErrorSink) {
    const { run, layout } = compileRow([input], filters, outputs, context);
    super(layout);
    this.#run = run;
    this.#scratch = new Scratch(layout);
    this.#context = context;
    this.#errors = errors;
    this.#alone = oneByOne(outputs, (output) => compileDatums([input], [output], context));
  }
  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { I: J, F: G } = this.#scratch;
    let keep: boolean;
    try {
      keep = this.#run(I, F, b, J, G, 0);
    } catch (error) {
      reportError(error, w, this.#context, this.#errors, (column) => valueAlone(() => this.#alone(column)(I, F, b)[0]!, this.#context));
      return;
    }
    if (this.#context.hidden !== undefined) reportHidden(w, this.#context, this.#errors);
    if (keep) this.emit(J, G, 0, w);
  }
}

/** Bag union: Δout = Δin of every input. Negation: Δout = -Δin. State: none. */
export class Passing extends Stream implements Sink {
  readonly #sign: 1 | -1;
  constructor(layout: RowLayout, sign: 1 | -1) {
    super(layout);
    this.#sign = sign;
  }
  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    this.emit(I, F, b, this.#sign * w);
  }
}
