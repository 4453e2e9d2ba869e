import { rowLayout, sqlErrorOf } from '../../core/index.ts';
import type { SqlError } from '../../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import type { Aggregate } from '../../ir/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { sameRow } from '../state/row-code.ts';
import type { SameRow } from '../state/row-code.ts';
import { Slab } from '../state/slab.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { accumulatorFor } from './accumulators.ts';
import { DistinctValues } from './distinct-values.ts';
import { Groups } from './groups.ts';
import { numberAccumulatorFor } from './number-accumulators.ts';
import { LOOK_ROWS, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Expired, Sink, Stateful } from './operator.ts';
import { computeFunction, pushFunction } from './reduce-code.ts';
import type { Slot } from './reduce-code.ts';

/** An aggregate over columns of the reduce's prepared input. */
export interface PreparedAggregate {
  readonly aggregate: Aggregate;
  readonly columns: readonly number[];
  readonly types: readonly SqlType[];
  /** boolean column that must be true for the row to count */
  readonly filter: number | null;
}

/** Says what a prepared input row holds: the key's words first, in canonical form, then how to show each key column. */
export interface ReducePlan {
  readonly input: RowLayout;
  /** how many leading columns are the key */
  readonly keys: number;
  /** for each key column the accumulator column that shows it (where equal values differ in bytes), or null: the key itself */
  readonly shown: readonly (number | null)[];
  readonly aggregates: readonly PreparedAggregate[];
  /** rows only come: what would answer for their going is not kept */
  readonly grows: boolean;
}

/** What an aggregate raised that is NULL for it. */
interface HiddenError {
  readonly error: SqlError;
  readonly group: string;
}

/** An aggregate that raised, with the key of its group as the group's row would show it. */
interface GroupError {
  readonly error: SqlError;
  readonly key: readonly Datum[];
  /** the key as text */
  readonly group: string;
}

/**
 * Aggregates by group. For a group touched in a tick, with old and new its rows before and after:
 *
 *     Δout = -old + new, nothing where both are the same row
 *
 * The row before is computed at the first touch, the row after at `flush`; a group whose rows are gone emits only -old, but the group of a reduce without keys stays.
 * State: one key row and the accumulators a group; for DISTINCT one row a distinct value; for min, max and the like one entry a distinct value, but one number where rows only come (`grows`).
 * Right because every accumulator is a function of the bag of rows in the group, whatever the order of changes. An aggregate that raises makes an error of the group, taken back like a row; with `orNull` its value is NULL, and what it hides is taken back alike.
 */
export class Reduce extends Stream implements Sink, Stateful {
  readonly #plan: ReducePlan;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #groups: Groups;
  readonly #slots: readonly Slot[];
  readonly #distinct: DistinctValues[] = [];
  /** adds a row to its group; see `pushFunction` */
  readonly push: Sink['push'];
  /** writes a group's row */
  readonly #compute: (g: number, J: Int32Array, G: Float64Array, o: number) => void;
  /** the rows before of the groups touched; a group's mark is its row here, 0 where it is not touched, -1 where it was not there before */
  readonly #before: Slab;
  readonly #sameOut: SameRow;
  readonly #scratch: Scratch;
  readonly #touched: number[] = [];
  /** of the touched groups, how many have emitted in this flush */
  #closed = 0;
  readonly #errorBefore = new Map<number, GroupError>();
  readonly #hiddenBefore = new Map<number, HiddenError>();
  /** what the group computed last hides */
  #hidden: SqlError | undefined;
  #started = false;

  constructor(plan: ReducePlan, context: Context, errors: ErrorSink) {
    const keyTypes = plan.input.types.slice(0, plan.keys);
    const outTypes = [
      ...plan.shown.map((column, i) => (column === null ? keyTypes[i]! : plan.input.types[column]!)),
      ...plan.aggregates.map(({ aggregate }) => aggregate.type),
    ];
    super(rowLayout(outTypes));
    this.#plan = plan;
    this.#context = context;
    this.#errors = errors;
    this.#before = new Slab(this.layout);
    const out = outTypes.map((_, i) => i);
    this.#sameOut = sameRow(this.layout, out, this.layout, out);
    this.#scratch = new Scratch(this.layout);
    const slots: Slot[] = [];
    const add = (prepared: PreparedAggregate): Slot => slots[slots.push(this.#slot(prepared, slots)) - 1]!;
    const aggregates = plan.aggregates.map(add);
    const shown = plan.shown.map((column) => column === null ? null : add({
      aggregate: { function: `min(shown)`, args: [], distinct: false, filter: null, order: [], type: plan.input.types[column]!, name: '' },
      columns: [column], types: [plan.input.types[column]!], filter: null,
    }));
    this.#slots = slots;
    const keys = rowLayout(keyTypes);
    this.#groups = new Groups(keys, width(slots));
    const shape = { input: plan.input, keys, output: this.layout, groups: this.#groups, slots: aggregates, shown, context, touch: (g: number): void => this.#touch(g), hide: (error: unknown): void => this.#hide(error) };
    this.push = pushFunction(shape);
    this.#compute = computeFunction(shape);
  }

  #slot({ aggregate, columns, types, filter }: PreparedAggregate, before: readonly Slot[]): Slot {
    const { input } = this.#plan;
    const id = aggregate.function;
    const filterAt = filter === null ? -1 : input.offsets[filter]!;
    const code = numberAccumulatorFor(id.slice(0, id.indexOf('(')), id === 'count(*)', input, columns, types[0]?.oid, this.#plan.grows);
    let distinct: DistinctValues | undefined;
    let leads = false;
    if (aggregate.distinct) {
      distinct = before.find((other) => other.filterAt === filterAt && other.distinct?.columns.join() === columns.join())?.distinct;
      leads = distinct === undefined;
      distinct ??= new DistinctValues(columns, types, this.#context.symbols);
      if (leads) this.#distinct.push(distinct);
    }
    return {
      numbers: code === undefined ? undefined : { code, first: width(before) },
      object: code === undefined ? accumulatorFor(aggregate, { layout: input, columns, types, context: this.#context }) : undefined,
      filterAt, distinct, leads, orNull: aggregate.orNull === true,
    };
  }

  /** Keeps the group's row as it is before the first change of the tick. */
  #touch(g: number): void {
    this.#touched.push(g);
    const { mark } = this.#groups;
    mark[g] = -1;
    if (!this.#exists(g)) return;
    const row = this.#before.allocate();
    const error = this.#write(g, this.#before.I, this.#before.F, row * this.#before.stride);
    if (this.#hidden !== undefined) this.#hiddenBefore.set(g, { error: this.#hidden, group: this.#describe(g) });
    if (error === undefined) {
      mark[g] = row;
      return;
    }
    this.#before.free(row);
    this.#errorBefore.set(g, error);
  }

  /** Whether the group shows a row: it has rows, or is the one group of a reduce without keys, once that was shown. */
  #exists(g: number): boolean {
    const { slab } = this.#groups;
    return slab.I[g * slab.stride]! > 0 || (this.#plan.keys === 0 && this.#started);
  }

  /** Writes the group's row at `o`; the error where an aggregate raises. The key stands there in both cases. */
  #write(g: number, J: Int32Array, G: Float64Array, o: number): GroupError | undefined {
    this.#hidden = undefined;
    try {
      this.#compute(g, J, G, o);
    } catch (error) {
      const known = sqlErrorOf(error);
      if (known === undefined) throw error;
      const key = this.#plan.shown.map((_, column) => readColumn(this.#context.symbols, this.layout, J, G, o, column));
      return { error: known, key, group: this.#describe(g) };
    }
    return undefined;
  }

  #hide(error: unknown): void {
    const known = sqlErrorOf(error);
    if (known === undefined) throw error;
    this.#hidden ??= known;
  }

  flush(expired: Expired): boolean {
    if (this.#plan.keys === 0 && !this.#started) {
      // The one group, made here where no row made it: no column hashes to 1, and the first handle is 1.
      const g = this.#groups.live === 0 ? this.#groups.begin(0, 1) : 1;
      if (this.#groups.mark[g] === 0) this.#touch(g);
      this.#started = true;
    }
    while (this.#closed < this.#touched.length) {
      this.#close(this.#touched[this.#closed]!);
      if (++this.#closed % LOOK_ROWS === 0 && expired()) return false;
    }
    for (const values of this.#distinct) if (!values.tidy(expired)) return false;
    this.#touched.length = 0;
    this.#closed = 0;
    return true;
  }

  #close(g: number): void {
    const { mark, slab } = this.#groups;
    const before = mark[g]!;
    mark[g] = 0;
    if (this.#errorBefore.size > 0) this.#takeErrorBack(g);
    if (this.#hiddenBefore.size > 0) this.#takeHiddenBack(g);
    const { I, F } = this.#scratch;
    if (this.#exists(g)) {
      const error = this.#write(g, I, F, 0);
      if (this.#hidden !== undefined) this.#errors.hide(this.#hidden, 1, this.#describe(g));
      if (error !== undefined) {
        this.#raise(error, 1);
        if (before > 0) this.#emitBefore(before);
      } else if (before <= 0) {
        this.emit(I, F, 0, 1);
      } else if (this.#sameOut(this.#before.I, before * this.#before.stride, I, 0)) {
        this.#before.free(before);
      } else {
        // The consumers of -old may reach this operator's scratch only through a later flush, so it still holds new.
        this.#emitBefore(before);
        this.emit(I, F, 0, 1);
      }
    } else if (before > 0) {
      this.#emitBefore(before);
    }
    if (slab.I[g * slab.stride] === 0 && this.#plan.keys > 0) this.#remove(g);
    this.#context.symbols.forgetTransients();
  }

  #emitBefore(row: number): void {
    this.emit(this.#before.I, this.#before.F, row * this.#before.stride, -1);
    this.#before.free(row);
  }

  #takeErrorBack(g: number): void {
    const error = this.#errorBefore.get(g);
    if (error === undefined) return;
    this.#errorBefore.delete(g);
    this.#raise(error, -1);
  }
  #takeHiddenBack(g: number): void {
    const hidden = this.#hiddenBefore.get(g);
    if (hidden === undefined) return;
    this.#hiddenBefore.delete(g);
    this.#errors.hide(hidden.error, -1, hidden.group);
  }
  #raise({ error, key, group }: GroupError, weight: number): void {
    this.#errors.raise(error, weight, (column) => key[column], group);
  }

  #remove(g: number): void {
    for (const slot of this.#slots) slot.object?.clear(g);
    this.#groups.end(g);
  }

  /** The group's key as text, for errors. */
  #describe(g: number): string {
    const { slab } = this.#groups;
    const values = slab.layout.types.map((_, column) => readColumn(this.#context.symbols, slab.layout, slab.I, slab.F, g * slab.stride, column));
    return JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }

  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#groups.slab, this.#before, ...this.#distinct.map(({ root }) => root)];
  }
  get stateBytes(): number {
    return this.#groups.byteLength + this.#before.byteLength + this.#distinct.reduce((sum, values) => sum + values.byteLength, 0);
  }
  get stateRows(): number {
    return (this.#plan.keys === 0 ? 0 : this.#groups.live) + this.#distinct.reduce((sum, values) => sum + values.rows, 0);
  }
}

/** numbers a group that the slots take together */
const width = (slots: readonly Slot[]): number => slots.reduce((sum, { numbers }) => sum + (numbers?.code.numbers ?? 0), 0);
