import { SqlError, sqlType, Oid, rowLayout } from '../../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../../core/index.ts';
import type { Aggregate } from '../../ir/index.ts';
import { readColumn, writeColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { Arrangement } from '../state/arrangement.ts';
import { HashIndex } from '../state/hash-index.ts';
import { copyRow, hashRow, sameRow } from '../state/row-code.ts';
import { Slab } from '../state/slab.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { growInt32 } from '../state/symbols.ts';
import { accumulatorFor } from './accumulators.ts';
import type { Accumulator } from './accumulators.ts';
import { LOOK_ROWS, Scratch, Stream } from './operator.ts';
import type { ErrorSink, Expired, Sink, Stateful } from './operator.ts';

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
}

/** An aggregate that raised, with the key of its group as the group's row would show it. */
interface GroupError {
  readonly error: SqlError;
  readonly key: readonly Datum[];
  /** the key as text */
  readonly group: string;
}

interface Slot {
  readonly accumulator: Accumulator;
  readonly filterAt: number;
  readonly filterMask: number;
  readonly filterBit: number;
  readonly distinct: DistinctValues | undefined;
  /** the first of the aggregates that share `distinct`: the one that feeds it */
  readonly leads: boolean;
}

/**
 * The distinct (group, arguments) rows with their counts, shared by all aggregates DISTINCT over the same arguments.
 * State: one row a distinct pair.
 */
class DistinctValues {
  readonly #arrangement: Arrangement;
  readonly #scratch: Scratch;
  readonly #layout: RowLayout;
  readonly #columns: readonly number[];
  readonly #input: RowLayout;
  /** what the row being pushed did: 1 where its value appeared in the group, -1 where it vanished, else 0 */
  turn: 0 | 1 | -1 = 0;

  constructor(input: RowLayout, columns: readonly number[], types: readonly SqlType[], context: Context) {
    this.#arrangement = new Arrangement([sqlType(Oid.int4), ...types], context.symbols);
    this.#layout = this.#arrangement.layout;
    this.#scratch = new Scratch(this.#layout);
    this.#columns = columns;
    this.#input = input;
  }
  get rows(): number {
    return this.#arrangement.rows;
  }
  get root(): SymbolRoot {
    return this.#arrangement;
  }
  get byteLength(): number {
    return this.#arrangement.byteLength;
  }
  change(g: number, I: Int32Array, b: number, w: number): void {
    const J = this.#scratch.I;
    J[this.#layout.offsets[0]!] = g;
    for (let i = 0; i < this.#columns.length; i++) copyColumn(this.#input, I, b, this.#columns[i]!, this.#layout, J, i + 1);
    const handle = this.#arrangement.add(J, 0, w);
    const after = this.#arrangement.weight(handle);
    this.#arrangement.release(handle);
    const before = after - w;
    this.turn = after > 0 ? (before > 0 ? 0 : 1) : before > 0 ? -1 : 0;
  }
}

/**
 * One function that adds a row to all aggregates. Generated, so that each aggregate's call is a site of its own: a loop over them would be a call
 * with as many targets as there are kinds of aggregates, several times as slow.
 */
function accumulation(slots: readonly Slot[]): (g: number, I: Int32Array, F: Float64Array, b: number, w: number) => void {
  const lines = slots.map(({ filterAt, filterMask, filterBit, distinct, leads }, i) => {
    const add = distinct === undefined
      ? `a${i}.add(g, I, F, b, w);`
      : `${leads ? `d${i}.change(g, I, b, w); ` : ''}if (d${i}.turn !== 0) a${i}.add(g, I, F, b, d${i}.turn);`;
    return filterAt < 0 ? add : `if ((I[b + ${filterMask}] & ${filterBit}) === 0 && I[b + ${filterAt}] !== 0) { ${add} }`;
  });
  const body = lines.join('\n');
  const names = slots.map((slot, i) => `const a${i} = A[${i}].accumulator${slot.distinct === undefined ? '' : `, d${i} = A[${i}].distinct`};`).join('\n');
  return new Function('A', `${names}\nreturn function accumulate(g, I, F, b, w) {\n${body}\n};`)(slots) as ReturnType<typeof accumulation>;
}

/** Copies the words and the null bit of one column between rows of different layouts. */
function copyColumn(from: RowLayout, I: Int32Array, b: number, column: number, to: RowLayout, J: Int32Array, target: number): void {
  const source = b + from.offsets[column]!;
  const at = to.offsets[target]!;
  J[at] = I[source]!;
  if (to.storages[target] === 'long' || to.storages[target] === 'double') J[at + 1] = I[source + 1]!;
  const mask = 1 + (target >> 5);
  if (((I[b + 1 + (column >> 5)]! >>> (column & 31)) & 1) === 1) J[mask]! |= 1 << (target & 31);
  else J[mask]! &= ~(1 << (target & 31));
}

/**
 * Aggregates by group. For a group touched in a tick, with old and new its rows before and after:
 *
 *     Δout = -old + new, nothing where both are the same row
 *
 * The row before is computed at the first touch, the row after at `flush`; a group whose rows are gone emits only -old, but the group of a reduce without keys stays.
 * State: one key row and the accumulators a group; for DISTINCT one row a distinct value; for min, max and the like one entry a distinct value.
 * Right because every accumulator is a function of the bag of rows in the group, whatever the order of changes. An aggregate that raises makes an error of the group, taken back like a row.
 */
export class Reduce extends Stream implements Sink, Stateful {
  readonly #plan: ReducePlan;
  readonly #context: Context;
  readonly #errors: ErrorSink;
  readonly #groups: Slab;
  readonly #index: HashIndex;
  readonly #hash: (I: Int32Array, b: number) => number;
  readonly #same: (I: Int32Array, a: number, J: Int32Array, b: number) => boolean;
  readonly #keyLayout: RowLayout;
  readonly #slots: readonly Slot[];
  /** adds a row to all aggregates of its group */
  readonly #accumulate: (g: number, I: Int32Array, F: Float64Array, b: number, w: number) => void;
  readonly #shownSlots: readonly (Slot | null)[];
  readonly #distinct: DistinctValues[] = [];
  readonly #before: Slab;
  readonly #copyOut: (I: Int32Array, a: number, J: Int32Array, b: number) => void;
  readonly #sameOut: (I: Int32Array, a: number, J: Int32Array, b: number) => boolean;
  readonly #scratch: Scratch;
  readonly #keyScratch: Scratch;
  readonly #touched: number[] = [];
  /** of the touched groups, how many have emitted in this flush */
  #closed = 0;
  readonly #errorBefore = new Map<number, GroupError>();
  /** by group: handle of the row before in `before`, 0 not touched, -1 touched and not there before */
  #mark = new Int32Array(16);
  #started = false;
  #live = 0;

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
    this.#keyLayout = rowLayout(keyTypes);
    this.#groups = new Slab(this.#keyLayout);
    const all = keyTypes.map((_, i) => i);
    this.#index = new HashIndex(this.#groups, all);
    this.#hash = hashRow(plan.input, all);
    this.#same = sameRow(this.#keyLayout, all, plan.input, all);
    this.#before = new Slab(this.layout);
    this.#copyOut = copyRow(this.layout);
    const out = outTypes.map((_, i) => i);
    this.#sameOut = sameRow(this.layout, out, this.layout, out);
    this.#scratch = new Scratch(this.layout);
    this.#keyScratch = new Scratch(this.#keyLayout);
    const shared = new Map<string, DistinctValues>();
    this.#slots = plan.aggregates.map((prepared) => this.#slot(prepared, shared));
    this.#shownSlots = plan.shown.map((column) => column === null ? null : this.#slot({
      aggregate: { function: `min(shown)`, args: [], distinct: false, filter: null, order: [], type: plan.input.types[column]!, name: '' },
      columns: [column], types: [plan.input.types[column]!], filter: null,
    }, shared));
    this.#accumulate = accumulation([...this.#slots, ...this.#shownSlots.filter((slot) => slot !== null)]);
  }

  #slot(prepared: PreparedAggregate, shared: Map<string, DistinctValues>): Slot {
    const { aggregate, columns, types, filter } = prepared;
    const { input } = this.#plan;
    let distinct: DistinctValues | undefined;
    let leads = false;
    if (aggregate.distinct) {
      const key = `${filter} ${columns.join()}`;
      distinct = shared.get(key);
      if (distinct === undefined) {
        distinct = new DistinctValues(input, columns, types, this.#context);
        this.#distinct.push(distinct);
        shared.set(key, distinct);
        leads = true;
      }
    }
    return {
      accumulator: accumulatorFor(aggregate, { layout: input, columns, types, context: this.#context }),
      filterAt: filter === null ? -1 : input.offsets[filter]!,
      filterMask: filter === null ? 0 : 1 + (filter >> 5),
      filterBit: filter === null ? 0 : 1 << (filter & 31),
      distinct,
      leads,
    };
  }

  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    const g = this.#group(I, b);
    if (this.#mark[g] === 0) this.#touch(g);
    this.#groups.I[g * this.#groups.stride]! += w;
    this.#accumulate(g, I, F, b, w);
  }

  #group(I: Int32Array, b: number): number {
    const known = this.#index.find(this.#hash(I, b), this.#same, I, b);
    if (known !== 0) return known;
    const { symbols } = this.#context;
    const J = this.#keyScratch.I;
    for (let column = 0; column < this.#plan.keys; column++) {
      copyColumn(this.#plan.input, I, b, column, this.#keyLayout, J, column);
      const at = this.#keyLayout.offsets[column]!;
      if (this.#keyLayout.storages[column] === 'symbol') J[at] = symbols.intern(J[at]!, this.#keyLayout.types[column]!.oid);
    }
    const again = this.#index.find(this.#index.hash(J, 0), sameKeys(this.#keyLayout), J, 0);
    if (again !== 0) return again;
    const g = this.#groups.allocate();
    const to = g * this.#groups.stride;
    for (let word = 1; word < this.#keyLayout.stride; word++) this.#groups.I[to + word] = J[word]!;
    this.#groups.I[to] = 0;
    this.#index.insert(g);
    this.#live++;
    if (g >= this.#mark.length) this.#mark = growInt32(this.#mark, Math.max(g + 1, this.#mark.length * 2));
    return g;
  }

  /** Keeps the group's row as it is before the first change of the tick. */
  #touch(g: number): void {
    this.#touched.push(g);
    this.#mark[g] = -1;
    if (!this.#exists(g)) return;
    const error = this.#compute(g);
    if (error !== undefined) {
      this.#errorBefore.set(g, error);
      return;
    }
    const row = this.#before.allocate();
    this.#copyOut(this.#scratch.I, 0, this.#before.I, row * this.#before.stride);
    this.#mark[g] = row;
  }

  /** Whether the group shows a row: it has rows, or is the one group of a reduce without keys, once that was shown. */
  #exists(g: number): boolean {
    return this.#groups.I[g * this.#groups.stride]! > 0 || (this.#plan.keys === 0 && this.#started);
  }

  /** Writes the group's row into the scratch row; the error where an aggregate raises. The key stands there in both cases. */
  #compute(g: number): GroupError | undefined {
    const { symbols } = this.#context;
    const { I: J, F: G } = this.#scratch;
    const from = this.#groups.stride * g;
    J.fill(0);
    try {
      for (let column = 0; column < this.#plan.keys; column++) {
        const shown = this.#shownSlots[column]!;
        if (shown === null) copyColumn(this.#keyLayout, this.#groups.I, from, column, this.layout, J, column);
        else this.#write(column, shown.accumulator, g, J, G);
      }
      for (let i = 0; i < this.#slots.length; i++) this.#write(this.#plan.keys + i, this.#slots[i]!.accumulator, g, J, G);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const key = this.#keyLayout.types.map((_, column) => readColumn(symbols, this.layout, J, G, 0, column));
      return { error, key, group: this.#describe(g) };
    }
    for (let column = 0; column < this.layout.types.length; column++) {
      const at = this.layout.offsets[column]!;
      if (this.layout.storages[column] === 'symbol') J[at] = symbols.intern(J[at]!, this.layout.types[column]!.oid);
    }
    return undefined;
  }

  #write(column: number, accumulator: Accumulator, g: number, J: Int32Array, G: Float64Array): void {
    writeColumn(this.#context.symbols, this.layout, J, G, 0, column, accumulator.result(g));
  }

  flush(expired: Expired): boolean {
    if (this.#plan.keys === 0 && !this.#started) {
      const g = this.#group(this.#keyScratch.I, 0);
      if (this.#mark[g] === 0) this.#touch(g);
      this.#started = true;
    }
    while (this.#closed < this.#touched.length) {
      this.#close(this.#touched[this.#closed]!);
      if (++this.#closed % LOOK_ROWS === 0 && expired()) return false;
    }
    this.#touched.length = 0;
    this.#closed = 0;
    return true;
  }

  #close(g: number): void {
    const before = this.#mark[g]!;
    this.#mark[g] = 0;
    const errorBefore = this.#errorBefore.get(g);
    if (errorBefore !== undefined) {
      this.#errorBefore.delete(g);
      this.#raise(errorBefore, -1);
    }
    if (this.#exists(g)) {
      const error = this.#compute(g);
      if (error !== undefined) {
        this.#raise(error, 1);
        if (before > 0) this.#emitBefore(before);
      } else if (before <= 0) {
        this.emit(this.#scratch.I, this.#scratch.F, 0, 1);
      } else if (this.#sameOut(this.#before.I, before * this.#before.stride, this.#scratch.I, 0)) {
        this.#before.free(before);
      } else {
        // The consumers of -old may reach this operator's scratch only through a later flush, so it still holds new.
        this.#emitBefore(before);
        this.emit(this.#scratch.I, this.#scratch.F, 0, 1);
      }
    } else if (before > 0) {
      this.#emitBefore(before);
    }
    if (this.#groups.I[g * this.#groups.stride] === 0 && this.#plan.keys > 0) this.#remove(g);
    this.#context.symbols.forgetTransients();
  }

  #raise({ error, key, group }: GroupError, weight: number): void {
    this.#errors.raise(error, weight, (column) => key[column], group);
  }

  #emitBefore(row: number): void {
    this.emit(this.#before.I, this.#before.F, row * this.#before.stride, -1);
    this.#before.free(row);
  }

  #remove(g: number): void {
    for (const slot of this.#slots) slot.accumulator.clear(g);
    for (const slot of this.#shownSlots) slot?.accumulator.clear(g);
    this.#index.remove(g);
    this.#groups.free(g);
    this.#live--;
  }

  /** The group's key as text, for errors. */
  #describe(g: number): string {
    const { symbols } = this.#context;
    const values = this.#keyLayout.types.map((_, column) => readColumn(symbols, this.#keyLayout, this.#groups.I, this.#groups.F, g * this.#groups.stride, column));
    return JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }

  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#groups, this.#before, ...this.#distinct.map(({ root }) => root)];
  }
  get stateBytes(): number {
    return this.#groups.byteLength + this.#index.byteLength + this.#before.byteLength + this.#distinct.reduce((sum, values) => sum + values.byteLength, 0);
  }
  get stateRows(): number {
    return (this.#plan.keys === 0 ? 0 : this.#live) + this.#distinct.reduce((sum, values) => sum + values.rows, 0);
  }
}

const sameKeys = (layout: RowLayout): ((I: Int32Array, a: number, J: Int32Array, b: number) => boolean) => {
  const all = layout.types.map((_, i) => i);
  return sameRow(layout, all, layout, all);
};
