import type { RowLayout } from '../../core/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileSlabRow } from '../scalar/compile.ts';
import type { SlabRowFunction } from '../scalar/compile.ts';
import type { Context } from '../scalar/runtime.ts';
import type { Arrangement } from '../state/arrangement.ts';
import type { HashIndex } from '../state/hash-index.ts';
import { anyNull, hashRow, sameRow } from '../state/row-code.ts';
import type { AnyNull, HashRow, SameRow } from '../state/row-code.ts';
import type { Collection, Occurrence } from './collection.ts';
import { reportError, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Sink, Stateful } from './operator.ts';
import type { Slab } from '../state/slab.ts';

/** An input of a join: rows arranged for it alone, or an occurrence of a shared collection. */
export interface JoinInput {
  readonly arrangement: Arrangement;
  /** the shared collection, absent for a private arrangement */
  readonly collection?: Collection;
  /** how input i hangs on an earlier one; absent for input 0 */
  readonly edge?: {
    readonly parent: number;
    readonly parentColumns: readonly number[];
    readonly columns: readonly number[];
    /** by key column: NULL equals NULL */
    readonly nullSafe: readonly boolean[];
    readonly outer: boolean;
  };
}

/** One way along an edge: from the row of `from` to the rows of `to` with the same key. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly index: HashIndex;
  readonly hash: HashRow;
  readonly same: SameRow;
  /** whether a key column is NULL under which NULL equals nothing */
  readonly null: AnyNull;
  /** going down an outer edge: without a match the NULL row stands in */
  readonly outer: boolean;
}

/** Polled between rows of a long enumeration; throws to end it. */
export type Interrupt = () => void;

const POLL_ROWS = 4096;

/**
 * Inner and left joins of any number of inputs in one delta pipeline an input, without intermediate state. The inputs form a tree: each hangs on one earlier input by equal keys.
 *
 * A change (r, w) of input j, with the others as they are (occurrences of the same relation before j with the change, behind j without it):
 *
 *     Δout = w · { rows of the other inputs that match r along the tree }
 *          + if j hangs by an outer edge and r's key appeared (w > 0, no row before) or vanished:
 *            ∓ { the parent's matches, with j and all below it NULL }
 *
 * Going down an outer edge without a match yields the NULL row (handle 0); going up never does, since the parent must be there.
 * State: none beyond the inputs' arrangements and one index an edge and side. Right because changes are taken one row at a time, so that the sum over a tick telescopes.
 */
export class Join extends Stream implements Stateful {
  readonly #inputs: readonly JoinInput[];
  readonly #steps: readonly (readonly Step[])[];
  readonly #up: readonly (Step | undefined)[];
  readonly #orders: number[];
  readonly #occurrences: (Occurrence | undefined)[];
  readonly #current: Int32Array;
  readonly #run: SlabRowFunction;
  readonly #slabs: readonly Slab[];
  /** how to find the other rows with a changed row's key, by input that hangs by an outer edge */
  readonly #siblings: readonly ({ readonly index: HashIndex; readonly same: SameRow } | undefined)[];
  readonly #scratch: Scratch;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #interrupt: Interrupt;
  #rows = 0;

  constructor(inputs: readonly JoinInput[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context, errors: ErrorSink, interrupt: Interrupt) {
    const { run, layout } = compileSlabRow(inputs.map((input) => input.arrangement.layout), filters, outputs, context);
    super(layout);
    this.#inputs = inputs;
    this.#run = run;
    this.#scratch = new Scratch(layout);
    this.#slabs = inputs.map((input) => input.arrangement.slab);
    this.#siblings = inputs.map(({ arrangement, edge }) => (edge?.outer === true ? { index: arrangement.indexOn(edge.columns), same: sameRow(arrangement.layout, edge.columns, arrangement.layout, edge.columns) } : undefined));
    this.#context = context;
    this.#errors = errors;
    this.#interrupt = interrupt;
    this.#orders = inputs.map(() => -1);
    this.#occurrences = inputs.map(() => undefined);
    this.#current = new Int32Array(inputs.length);
    this.#up = inputs.map((input, i) => input.edge && this.#step(i, input.edge.parent));
    this.#steps = inputs.map((_, start) => this.#order(start));
  }

  /** Registers occurrence `input` of a shared collection. */
  attach(input: number): Occurrence {
    const occurrence = this.#inputs[input]!.collection!.attach((order) => {
      this.#orders[input] = order;
      return { order, cursor: Infinity, change: (_I, _F, _b, w, handle) => this.#change(input, handle, w) };
    });
    this.#occurrences[input] = occurrence;
    return occurrence;
  }

  /** The sink of a privately arranged input. */
  sink(input: number): Sink {
    const { arrangement } = this.#inputs[input]!;
    return {
      push: (I, _F, b, w) => {
        const handle = arrangement.add(I, b, w);
        this.#change(input, handle, w);
        arrangement.release(handle);
      },
    };
  }

  flush(): void {}
  get stateBytes(): number {
    return this.#inputs.reduce((sum, input) => sum + (input.collection ? 0 : input.arrangement.byteLength), 0);
  }
  get stateRows(): number {
    return this.#inputs.reduce((sum, input) => sum + (input.collection ? 0 : input.arrangement.rows), 0);
  }

  #step(from: number, to: number): Step {
    const down = this.#inputs[to]!.edge?.parent === from;
    const edge = down ? this.#inputs[to]!.edge! : this.#inputs[from]!.edge!;
    const fromColumns = down ? edge.parentColumns : edge.columns;
    const toColumns = down ? edge.columns : edge.parentColumns;
    const fromLayout = this.#inputs[from]!.arrangement.layout;
    const toLayout = this.#inputs[to]!.arrangement.layout;
    return {
      from, to, outer: down && edge.outer,
      index: this.#inputs[to]!.arrangement.indexOn(toColumns),
      hash: hashRow(fromLayout, fromColumns),
      same: sameRow(toLayout, toColumns, fromLayout, fromColumns),
      null: anyNull(fromLayout, fromColumns.filter((_, i) => !edge.nullSafe[i])),
    };
  }

  /** The steps that complete a row when inputs `start` and (unless it is the root) its parent are known: breadth first. */
  #order(start: number): Step[] {
    const parent = this.#inputs[start]!.edge?.parent;
    const known = parent === undefined ? [start] : [start, parent];
    const steps: Step[] = [];
    for (let i = 0; i < known.length; i++) {
      const from = known[i]!;
      const neighbours = this.#inputs.flatMap((input, k) => (input.edge?.parent === from || this.#inputs[from]!.edge?.parent === k ? [k] : []));
      for (const to of neighbours) {
        if (known.includes(to)) continue;
        known.push(to);
        steps.push(this.#step(from, to));
      }
    }
    return steps;
  }

  #weight(input: number, handle: number): number {
    const { collection, arrangement } = this.#inputs[input]!;
    if (collection === undefined) return arrangement.slab.I[handle * arrangement.slab.stride]!;
    if (handle >= this.#occurrences[input]!.cursor) return 0;
    return collection.weightFor(handle, this.#orders[input]!);
  }

  #change(input: number, handle: number, w: number): void {
    const up = this.#up[input];
    const steps = this.#steps[input]!;
    if (up === undefined) {
      this.#current[input] = handle;
      this.#complete(steps, 0, w);
      return;
    }
    const { slab } = this.#inputs[input]!.arrangement;
    const at = handle * slab.stride;
    if (up.null(slab.I, at)) return;
    const turn = this.#inputs[input]!.edge!.outer ? this.#presenceChange(input, handle, w) : 0;
    let parent = up.index.find(up.hash(slab.I, at), up.same, slab.I, at);
    for (; parent !== 0; parent = up.index.next[parent]!) {
      const weight = this.#weight(up.to, parent);
      if (weight === 0) continue;
      this.#current[up.to] = parent;
      if (turn !== 0) {
        this.#current[input] = 0;
        this.#complete(steps, 0, -turn * weight);
      }
      this.#current[input] = handle;
      this.#complete(steps, 0, w * weight);
    }
  }

  /** 1 where the key of the changed row appeared with this change, -1 where it vanished, else 0. */
  #presenceChange(input: number, handle: number, w: number): 0 | 1 | -1 {
    const { index, same } = this.#siblings[input]!;
    const { slab } = index;
    const at = handle * slab.stride;
    for (let row = index.find(index.hash(slab.I, at), same, slab.I, at); row !== 0; row = index.next[row]!) {
      if (row !== handle && this.#weight(input, row) !== 0) return 0;
    }
    const after = slab.I[at]!;
    const before = after - w;
    if (before === 0) return after === 0 ? 0 : 1;
    return after === 0 ? -1 : 0;
  }

  #complete(steps: readonly Step[], at: number, w: number): void {
    if (++this.#rows % POLL_ROWS === 0) this.#interrupt();
    if (at === steps.length) {
      this.#emit(w);
      return;
    }
    const step = steps[at]!;
    const { slab } = this.#inputs[step.from]!.arrangement;
    const from = this.#current[step.from]! * slab.stride;
    let matched = false;
    if (!step.null(slab.I, from)) {
      let row = step.index.find(step.hash(slab.I, from), step.same, slab.I, from);
      for (; row !== 0; row = step.index.next[row]!) {
        const weight = this.#weight(step.to, row);
        if (weight === 0) continue;
        matched = true;
        this.#current[step.to] = row;
        this.#complete(steps, at + 1, w * weight);
      }
    }
    if (!matched && step.outer) {
      this.#current[step.to] = 0;
      this.#complete(steps, at + 1, w);
    }
  }

  #emit(w: number): void {
    const { I: J, F: G } = this.#scratch;
    let keep: boolean;
    try {
      keep = this.#run(this.#slabs, this.#current, J, G, 0);
    } catch (error) {
      reportError(error, w, this.#context, this.#errors);
      return;
    }
    if (keep) this.emit(J, G, 0, w);
  }
}
