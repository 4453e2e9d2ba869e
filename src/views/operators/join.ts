import { InvariantError } from '../../core/index.ts';
import { someScalar } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { compileAround, compileSlabDatums, compileSlabRow, oneByOne } from '../scalar/compile.ts';
import type { SlabDatumsFunction, SlabRowFunction } from '../scalar/compile.ts';
import type { Context } from '../scalar/runtime.ts';
import type { Arrangement } from '../state/arrangement.ts';
import type { HashIndex } from '../state/hash-index.ts';
import { KEYS } from '../state/indexes.ts';
import type { RowIndex } from '../state/indexes.ts';
import { anyNull, hashRow, sameRow } from '../state/row-code.ts';
import type { AnyNull, HashRow, SameRow } from '../state/row-code.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import type { IndexUse } from '../physical.ts';
import type { Occurrence, SharedRows } from './collection.ts';
import { POLL_ROWS, reportError, reportHidden, Scratch, Stream, valueAlone } from './operator.ts';
import type { ErrorSink, Interrupt, Pausable, Sink, Stateful } from './operator.ts';
import type { Slab } from '../state/slab.ts';
import { joinSource } from './join-code.ts';
import type { JoinFunction, StepShape } from './join-code.ts';
import { Waiting } from './waiting.ts';

/** An input of a join: rows arranged for it alone, or an occurrence of a shared collection. */
export interface JoinInput {
  readonly arrangement: Arrangement;
  /** the shared collection, absent for a private arrangement */
  readonly collection?: SharedRows;
  /** how input i hangs on an earlier one; absent for input 0 */
  readonly edge?: {
    readonly parent: number;
    readonly parentColumns: readonly number[];
    readonly columns: readonly number[];
    /** by key column: NULL equals NULL */
    readonly nullSafe: readonly boolean[];
    readonly outer: boolean;
    /** the keys are a key of this input: a row of the parent has at most one match */
    readonly findsOne: boolean;
    /** and of the parent: a row of this input has at most one parent */
    readonly parentIsOne: boolean;
  };
}

/** One way along an edge. Going down an outer edge, the NULL row stands in without a match. */
interface Step extends StepShape {
  readonly hash: HashRow;
  readonly same: SameRow;
  /** whether a key column is NULL under which NULL equals nothing */
  readonly null: AnyNull;
  /** from the changed row itself to its parent: by its key, also where the row that is shown is the NULL row */
  readonly up: boolean;
}

/** Rows taken into an index between looks at the clock. */
const BUILD_ROWS = 1024;

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
 *
 * In a complete dataflow a change runs through one generated function an input (join-code.ts). Before that, what follows is done step by step, as the reference of what the function does:
 * the enumeration is depth first over the steps, its place a row and a weight a step: it can stop anywhere and go on (see `Pausable`), and its depth costs no stack.
 */
export class Join extends Stream implements Stateful, Pausable {
  readonly #inputs: readonly JoinInput[];
  /** by input that changes: how the other inputs are found, each from one known before */
  readonly #steps: readonly (readonly Step[])[];
  readonly #orders: number[];
  readonly #occurrences: (Occurrence | undefined)[];
  readonly #current: Int32Array;
  readonly #row: SlabRowFunction;
  /** one output of the joined row, computed alone */
  readonly #alone: (column: number) => SlabDatumsFunction;
  readonly #slabs: readonly Slab[];
  /** how to find the other rows with a changed row's key, by input that hangs by an outer edge */
  readonly #siblings: readonly (HashIndex | undefined)[];
  /** indexes of shared collections that are not complete yet */
  readonly #building: RowIndex[] = [];
  readonly #scratch: Scratch;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #interrupt: Interrupt;
  /** the input whose change is under way, -1: none; its row, and the weight of the change */
  #start = -1;
  #changed = 0;
  #weightChange = 0;
  /** the change of presence whose NULL-extended rows are enumerated first, 0 when they have been or there are none */
  #turn: 0 | 1 | -1 = 0;
  #depth = 0;
  /** by depth: the row to try next */
  readonly #next: Int32Array;
  /** by depth: whether a row matched */
  readonly #matched: Uint8Array;
  /** by depth: the product of the weights of the rows chosen so far */
  readonly #weights: Float64Array;
  readonly #waiting: Waiting;
  #rows = 0;
  readonly #filters: readonly Scalar[];
  readonly #outputs: readonly Scalar[];
  readonly #hides: boolean;
  readonly #indexes = new Set<RowIndex>();
  #complete = false;
  /** by input, made when its first change comes to a complete dataflow */
  readonly #functions: (JoinFunction | undefined)[] = [];

  constructor(inputs: readonly JoinInput[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context, errors: ErrorSink, interrupt: Interrupt) {
    const { run, layout } = compileSlabRow(inputs.map((input) => input.arrangement.layout), filters, outputs, context);
    super(layout);
    this.#inputs = inputs;
    this.#filters = filters;
    this.#outputs = outputs;
    this.#hides = [...filters, ...outputs].some((scalar) => someScalar(scalar, ({ op }) => op === 'orNull'));
    this.#row = run;
    this.#alone = oneByOne(outputs, (output) => compileSlabDatums(inputs.map((input) => input.arrangement.layout), [output], context));
    this.#scratch = new Scratch(layout);
    this.#slabs = inputs.map((input) => input.arrangement.slab);
    this.#siblings = inputs.map(({ arrangement, edge }) => (edge?.outer === true ? this.#indexOn(arrangement, edge.columns) : undefined));
    this.#context = context;
    this.#errors = errors;
    this.#interrupt = interrupt;
    this.#orders = inputs.map(() => -1);
    this.#occurrences = inputs.map(() => undefined);
    this.#current = new Int32Array(inputs.length);
    // To a query that is answered once the rows of a shared collection stand still: only those of input 0 are scanned, and what leads away from the others is not needed.
    this.#steps = inputs.map(({ collection }, start) => (context.once && start > 0 && collection !== undefined ? [] : this.#order(start)));
    this.#next = new Int32Array(inputs.length);
    this.#matched = new Uint8Array(inputs.length);
    this.#weights = new Float64Array(inputs.length);
    this.#waiting = new Waiting(inputs.map((input) => input.arrangement.layout), context.symbols);
  }

  /** Registers occurrence `input` of a shared collection. */
  attach(input: number): Occurrence {
    const occurrence = this.#inputs[input]!.collection!.attach((order) => {
      this.#orders[input] = order;
      return {
        order, cursor: Infinity,
        change: (_I, _F, _b, w, handle) => {
          if (this.paused) throw new InvariantError('a join that is paused was told of a change');
          this.#change(input, handle, w);
        },
      };
    });
    this.#occurrences[input] = occurrence;
    return occurrence;
  }

  /** The sink of a privately arranged input. */
  sink(input: number): Sink {
    const { arrangement } = this.#inputs[input]!;
    return {
      push: (I, _F, b, w) => {
        if (this.paused) this.#waiting.put(input, I, b, w);
        else this.#change(input, arrangement.add(I, b, w), w);
      },
    };
  }

  get paused(): boolean {
    return this.#start >= 0;
  }
  resume(): boolean {
    while (this.#start >= 0) {
      if (!this.#run()) return false;
      if (this.#waiting.empty) return true;
      const { input, I, at, weight } = this.#waiting;
      const handle = this.#inputs[input]!.arrangement.add(I, at, weight);
      this.#waiting.shift();
      this.#begin(input, handle, weight);
    }
    return true;
  }

  /** From now on nothing pauses, and the shared collections are read as they are. */
  goLive(): void {
    this.#complete = true;
  }
  close(): void {
    for (const { arrangement, collection } of this.#inputs) if (collection !== undefined) arrangement.indexes.release(this);
  }
  /** The indexes it finds rows by, with who else holds them. */
  get uses(): readonly Omit<IndexUse, 'relation'>[] {
    return [...this.#indexes].map(({ slab, columns, owners }) => {
      const holders = [...owners];
      return {
        input: this.#slabs.indexOf(slab), columns, key: owners.has(KEYS), named: holders.filter((owner) => typeof owner === 'string' && owner !== KEYS).map(String),
        joins: holders.filter((owner) => owner instanceof Join && owner !== this).length,
      };
    });
  }
  get symbolRoots(): readonly SymbolRoot[] {
    return [...this.#inputs.flatMap((input) => (input.collection ? [] : [input.arrangement])), this.#waiting];
  }
  get stateBytes(): number {
    return this.#inputs.reduce((sum, input) => sum + (input.collection ? 0 : input.arrangement.byteLength), this.#waiting.byteLength);
  }
  get stateRows(): number {
    return this.#inputs.reduce((sum, input) => sum + (input.collection ? 0 : input.arrangement.rows), 0);
  }

  #indexOn(arrangement: Arrangement, columns: readonly number[]): HashIndex {
    const index = arrangement.indexes.byWords(columns, this);
    this.#indexes.add(index);
    if (!index.complete) this.#building.push(index);
    return index.rows;
  }
  /** Until its indexes are complete the join has no rows of input 0, and so emits nothing. */
  prepare(expired: () => boolean): boolean {
    for (const index of this.#building) while (!index.build(BUILD_ROWS)) if (expired()) return false;
    this.#building.length = 0;
    return true;
  }

  #step(from: number, to: number, up = false): Step {
    const down = this.#inputs[to]!.edge?.parent === from;
    const edge = down ? this.#inputs[to]!.edge! : this.#inputs[from]!.edge!;
    const fromColumns = down ? edge.parentColumns : edge.columns;
    const toColumns = down ? edge.columns : edge.parentColumns;
    const fromLayout = this.#inputs[from]!.arrangement.layout;
    const toLayout = this.#inputs[to]!.arrangement.layout;
    const notNull = fromColumns.filter((_, i) => !edge.nullSafe[i]);
    return {
      from, to, up, outer: down && edge.outer, fromColumns, toColumns, notNull,
      index: this.#indexOn(this.#inputs[to]!.arrangement, toColumns),
      hash: hashRow(fromLayout, fromColumns),
      same: sameRow(toLayout, toColumns, fromLayout, fromColumns),
      null: anyNull(fromLayout, notNull),
    };
  }

  /**
   * The steps that complete a changed row of input `start`: first its parent, unless it is the root. Then, of the inputs that can be found from those known, the ones of which there is at most one row,
   * since they multiply nothing and may end the search; those of which there may be more, few rows before many as far as they are known now; and those that every row matches.
   */
  #order(start: number): Step[] {
    const parent = this.#inputs[start]!.edge?.parent;
    const known = parent === undefined ? [start] : [start, parent];
    const steps = parent === undefined ? [] : [this.#step(start, parent, true)];
    while (known.length < this.#inputs.length) {
      let best: { readonly from: number; readonly to: number; readonly cost: number } | undefined;
      for (const from of known) {
        for (const to of this.#inputs.keys()) {
          if (known.includes(to) || (this.#inputs[to]!.edge?.parent !== from && this.#inputs[from]!.edge?.parent !== to)) continue;
          const cost = this.#costOf(from, to);
          if (best === undefined || cost < best.cost || (cost === best.cost && to < best.to)) best = { from, to, cost };
        }
      }
      if (best === undefined) throw new InvariantError('an input of a join that hangs on none');
      known.push(best.to);
      steps.push(this.#step(best.from, best.to));
    }
    return steps;
  }
  /** How many rows going from one input to another may yield, enough to compare: below 1 where it is one at most, and a row that is missing does not end the search. */
  #costOf(from: number, to: number): number {
    const down = this.#inputs[to]!.edge?.parent === from;
    const edge = down ? this.#inputs[to]!.edge! : this.#inputs[from]!.edge!;
    if (edge.columns.length === 0) return Infinity;
    if (down ? edge.findsOne : edge.parentIsOne) return down && edge.outer ? 0.5 : 0;
    const { arrangement, collection } = this.#inputs[to]!;
    return collection === undefined ? Number.MAX_SAFE_INTEGER : 1 + arrangement.rows;
  }

  #weight(input: number, handle: number): number {
    const { collection, arrangement } = this.#inputs[input]!;
    if (collection === undefined) return arrangement.slab.I[handle * arrangement.slab.stride]!;
    if (handle >= this.#occurrences[input]!.cursor) return 0;
    return collection.weightFor(handle, this.#orders[input]!);
  }

  #change(input: number, handle: number, w: number): void {
    if (!this.#complete) {
      this.#begin(input, handle, w);
      this.#run();
      return;
    }
    const run = (this.#functions[input] ??= this.#generate(input));
    run(handle, w);
    const { collection, arrangement } = this.#inputs[input]!;
    if (collection === undefined) arrangement.release(handle);
  }

  #generate(input: number): JoinFunction {
    const steps = this.#steps[input]!;
    const up = steps[0]?.up === true ? steps[0] : undefined;
    const { I: J, F: G } = this.#scratch;
    return compileAround<JoinFunction>(this.#inputs.map(({ arrangement }) => arrangement.layout), this.#filters, this.#outputs, this.#context, (row) => joinSource({
      slabs: this.#slabs, start: input, up, steps: up === undefined ? steps : steps.slice(1), siblings: this.#siblings[input],
      shared: this.#inputs.map(({ collection }, k) => (collection === undefined ? undefined : { collection, order: this.#orders[k]! })),
      current: this.#current, report: (error, w) => this.#report(error, w), hide: this.#hides ? (w) => reportHidden(w, this.#context, this.#errors) : undefined, target: this.target, J, G,
    }, row));
  }

  #begin(input: number, handle: number, w: number): void {
    this.#start = input;
    this.#changed = handle;
    this.#weightChange = w;
    this.#turn = this.#inputs[input]!.edge?.outer === true ? this.#presenceChange(input, handle, w) : 0;
    if (this.#turn === 0) this.#enumerate(handle, w);
    else this.#enumerate(0, -this.#turn);
  }

  /** Starts with the changed input shown as `row`. */
  #enumerate(row: number, w: number): void {
    this.#current[this.#start] = row;
    this.#weights[0] = w;
    this.#depth = 0;
    if (this.#inputs.length > 1) this.#open(this.#steps[this.#start]![0]!, 0);
  }

  /** Goes on with the change under way; false where it pauses. */
  #run(): boolean {
    const steps = this.#steps[this.#start]!;
    const last = steps.length;
    let depth = this.#depth;
    for (;;) {
      if (depth === last) {
        this.#emit(this.#weights[depth]!);
        depth--;
      }
      while (depth >= 0 && !this.#choose(steps[depth]!, depth)) depth--;
      if (depth < 0) {
        if (this.#turn === 0) break;
        this.#turn = 0;
        this.#enumerate(this.#changed, this.#weightChange);
        depth = 0;
      } else if (++depth < last) {
        this.#open(steps[depth]!, depth);
      }
      if (++this.#rows % POLL_ROWS === 0 && this.#interrupt()) {
        this.#depth = depth;
        this.#leaveGone(steps);
        return false;
      }
    }
    const { collection, arrangement } = this.#inputs[this.#start]!;
    if (collection === undefined) arrangement.release(this.#changed);
    this.#start = -1;
    return true;
  }

  /** What is remembered over a pause are rows that are there: others may go meanwhile. */
  #leaveGone(steps: readonly Step[]): void {
    for (let depth = Math.min(this.#depth, steps.length - 1); depth >= 0; depth--) {
      const { to, index: { links } } = steps[depth]!;
      let row = this.#next[depth]!;
      while (row !== 0 && this.#weight(to, row) === 0) row = links[row * 2]!;
      this.#next[depth] = row;
    }
  }

  /** Finds the rows that the step at `depth` leads to. */
  #open(step: Step, depth: number): void {
    const { slab } = this.#inputs[step.from]!.arrangement;
    const from = (step.up ? this.#changed : this.#current[step.from]!) * slab.stride;
    this.#matched[depth] = 0;
    this.#next[depth] = step.null(slab.I, from) ? 0 : step.index.find(step.hash(slab.I, from), step.same, slab.I, from);
  }

  /** Chooses the next row of the step at `depth`; false where there is none. */
  #choose(step: Step, depth: number): boolean {
    const { links } = step.index;
    let row = this.#next[depth]!;
    for (; row !== 0; row = links[row * 2]!) {
      const weight = this.#weight(step.to, row);
      if (weight === 0) continue;
      this.#next[depth] = links[row * 2]!;
      return this.#chosen(step, depth, row, weight);
    }
    this.#next[depth] = 0;
    return step.outer && this.#matched[depth] === 0 && this.#chosen(step, depth, 0, 1);
  }
  #chosen(step: Step, depth: number, row: number, weight: number): true {
    this.#matched[depth] = 1;
    this.#current[step.to] = row;
    this.#weights[depth + 1] = this.#weights[depth]! * weight;
    return true;
  }

  /** 1 where the key of the changed row appeared with this change, -1 where it vanished, else 0. */
  #presenceChange(input: number, handle: number, w: number): 0 | 1 | -1 {
    const { slab, links } = this.#siblings[input]!;
    // 0: the rows behind it, whose handles the links hold; 1: those before it, whose handles they hold + 1.
    for (let way = 0; way < 2; way++) {
      for (let row = links[handle * 2 + way]! - way; row > 0; row = links[row * 2 + way]! - way) if (this.#weight(input, row) !== 0) return 0;
    }
    const after = slab.I[handle * slab.stride]!;
    const before = after - w;
    if (before === 0) return after === 0 ? 0 : 1;
    return after === 0 ? -1 : 0;
  }

  #emit(w: number): void {
    const { I: J, F: G } = this.#scratch;
    let keep: boolean;
    try {
      keep = this.#row(this.#slabs, this.#current, J, G, 0);
    } catch (error) {
      this.#report(error, w);
      return;
    }
    if (this.#context.hidden !== undefined) reportHidden(w, this.#context, this.#errors);
    if (keep) this.emit(J, G, 0, w);
  }
  /** Makes an error of what evaluating the joined row of `current` threw. */
  #report(error: unknown, w: number): void {
    reportError(error, w, this.#context, this.#errors, (column) => valueAlone(() => this.#alone(column)(this.#slabs, this.#current)[0]!, this.#context));
  }
}
