import type { RelationType, RowLayout } from '../../core/index.ts';
import { rowLayout } from '../../core/index.ts';
import { Arrangement } from '../state/arrangement.ts';
import type { Memory } from '../state/memory.ts';
import { Past } from '../state/past.ts';
import { growInt32 } from '../state/symbols.ts';
import type { Symbols } from '../state/symbols.ts';
import { LOOK_ROWS } from './operator.ts';
import type { Expired, Sink } from './operator.ts';
import type { Still } from './still.ts';

/** Room for more changes of a tick than these is given back. */
const KEPT_CHANGES = 1 << 13;

/** One occurrence of a relation in a dataflow. `order` tells which occurrences of the same relation have taken a change already. */
export interface Occurrence {
  readonly order: number;
  /** handles at or above have not been scanned, and do not count; Infinity once the scan is complete */
  cursor: number;
  /** a change of the relation's row `handle`, which now lies in the collection with the change included; 0 where the relation is not arranged */
  change(I: Int32Array, F: Float64Array, b: number, w: number, handle: number): void;
}

/** What a dataflow reads: a relation whose changes are passed to its occurrences, one row at a time. */
export interface Readable {
  readonly type: RelationType;
  readonly layout: RowLayout;
  /** absent where the rows are not held in memory */
  readonly arrangement: Arrangement | undefined;
  attach(make: (order: number) => Occurrence): Occurrence;
  detach(occurrence: Occurrence): void;
}

/** A relation's rows where they lie, as the joins of one dataflow see them. */
export interface SharedRows extends Readable {
  readonly arrangement: Arrangement;
  /** The weight of a row as the occurrence `order` is seen by the change being passed on. */
  weightFor(handle: number, order: number): number;
}

/**
 * A relation held in memory, each row once, shared by all that read it: a table, or the output of a materialized view.
 *
 * Changes are passed on one row at a time, after the row's weight has changed. Occurrence i of a relation must see the occurrences before it in the new state
 * and those behind it in the old one; since the rows are shared, a probe on behalf of occurrence i takes the current change back from the weight it reads (`weightFor`).
 *
 * A collection that keeps (`keep`) is read while a tick is under way, as it was before: each change is noted with the row's weight before it, and no row goes away.
 * What is noted is put in order, by row, only where somebody asks (`weightBefore`): most ticks are over before anyone does.
 * Once the tick is closed `sweep` hands them to the stills (still.ts) that are older, and gives back the rows that are gone; only then the next tick may begin.
 * In one that does not keep, a row whose weight came to 0 is released after the last occurrence saw the change.
 * State: the rows; beside them 8 bytes a change of the tick under way, and an entry a row that it has changed where somebody asked.
 */
export class Collection implements Sink {
  readonly type: RelationType;
  readonly layout: RowLayout;
  readonly arrangement: Arrangement;
  /** the rows that the tick under way has changed, or the last one as far as it is not swept: a row a change, with its weight before that */
  #changed = new Int32Array(64);
  #weights = new Int32Array(64);
  #changes = 0;
  /** the same, each row once with its weight before the tick, as far as somebody asked */
  readonly #before = new Past();
  #noted = 0;
  /** rows from this handle on came with that tick: before it they were not there, and nothing need be noted to know that */
  #fresh = Infinity;
  readonly #occurrences: Occurrence[] = [];
  #orders = 0;
  /** the change being passed on; handle 0: none */
  #handle = 0;
  #weight = 0;
  #order = 0;
  #keeps = false;
  readonly #stills = new Set<Still>();
  /** what stills that are closed had noted: among these rows are some to be released */
  readonly #left: Past[] = [];
  #swept = 0;

  constructor(type: RelationType, symbols: Symbols, memory?: Memory) {
    this.type = type;
    this.arrangement = new Arrangement(type.columns.map((column) => column.type), symbols, memory);
    this.layout = rowLayout(type.columns.map((column) => column.type));
  }

  /** The next number of an occurrence: they are told of changes in this order. */
  nextOrder(): number {
    return this.#orders++;
  }
  /** Tells the occurrence of every change from now on. */
  attach(occurrence: Occurrence): void {
    const behind = this.#occurrences.findIndex(({ order }) => order > occurrence.order);
    this.#occurrences.splice(behind < 0 ? this.#occurrences.length : behind, 0, occurrence);
  }
  detach(occurrence: Occurrence): void {
    const at = this.#occurrences.indexOf(occurrence);
    if (at >= 0) this.#occurrences.splice(at, 1);
  }

  /** From now on rows are read in the middle of ticks. */
  keep(): void {
    this.#keeps = true;
  }

  push(I: Int32Array, _F: Float64Array, b: number, w: number): void {
    const { arrangement } = this;
    const handle = arrangement.add(I, b, w);
    if (this.#keeps) this.#note(handle, arrangement.weight(handle) - w);
    this.#handle = handle;
    this.#weight = w;
    const slab = arrangement.slab;
    const at = handle * slab.stride;
    for (let i = 0; i < this.#occurrences.length; i++) {
      const occurrence = this.#occurrences[i]!;
      this.#order = occurrence.order;
      occurrence.change(slab.I, slab.F, at, w, handle);
    }
    this.#handle = 0;
    if (!this.#keeps) arrangement.release(handle);
  }

  #note(handle: number, weight: number): void {
    if (this.#changes === this.#changed.length) {
      this.#changed = growInt32(this.#changed, this.#changes * 2);
      this.#weights = growInt32(this.#weights, this.#changes * 2);
    }
    this.#changed[this.#changes] = handle;
    this.#weights[this.#changes++] = weight;
  }
  /** The weight that the row had before the tick under way, or the last one as far as it is not swept. */
  weightBefore(handle: number): number {
    if (handle >= this.#fresh) return 0;
    const { before } = this;
    const entry = before.find(handle);
    return entry >= 0 ? before.weights[entry]! : this.arrangement.weight(handle);
  }
  /** The rows that were there before that tick and that it has changed, with their weights before it; all that it has changed where `beginTick` is not called, as for a subscription's output. */
  get before(): Past {
    for (; this.#noted < this.#changes; this.#noted++) if (this.#changed[this.#noted]! < this.#fresh) this.#before.note(this.#changed[this.#noted]!, this.#weights[this.#noted]!);
    return this.#before;
  }

  /** The weight of a row as the occurrence `order` is seen by the change being passed on. */
  weightFor(handle: number, order: number): number {
    const weight = this.arrangement.slab.I[handle * this.arrangement.slab.stride]!;
    return handle === this.#handle && order > this.#order ? weight - this.#weight : weight;
  }

  /** Lets a still look at the rows; `ticking` says that they are in the middle of a tick. */
  open(still: Still, ticking: boolean): void {
    still.behind = ticking;
    this.#stills.add(still);
  }
  close(still: Still): void {
    if (this.#stills.delete(still) && still.past.size > 0) this.#left.push(still.past);
  }
  /** A tick begins: the stills there are do not see it. */
  beginTick(): void {
    this.#fresh = this.arrangement.slab.top;
    for (const still of this.#stills) still.behind = true;
  }

  /** Once a tick is closed: what it changed is noted by the stills that do not see it, and rows that are gone are released where no still sees them. False when `expired()` came first. */
  sweep(expired: Expired): boolean {
    const behind = [...this.#stills].filter((still) => still.behind);
    while (this.#swept < this.#changes) {
      const handle = this.#changed[this.#swept]!;
      const weight = this.#weights[this.#swept]!;
      for (const still of behind) still.past.note(handle, weight);
      if (behind.length === 0) this.arrangement.release(handle);
      if (++this.#swept % LOOK_ROWS === 0 && expired()) return false;
    }
    this.#forgetTick();
    for (const still of behind) still.behind = false;
    return true;
  }

  #forgetTick(): void {
    this.#swept = this.#noted = this.#changes = 0;
    this.#fresh = Infinity;
    this.#before.clear();
    if (this.#changed.length <= KEPT_CHANGES) return;
    this.#changed = new Int32Array(64);
    this.#weights = new Int32Array(64);
  }

  /** Releases rows that only closed stills saw. False when `expired()` came first. */
  tidy(expired: Expired): boolean {
    const { arrangement } = this;
    for (let past = this.#left.at(-1); past !== undefined; past = this.#left.at(-1)) {
      while (past.size > 0) {
        const handle = past.handles[--past.size]!;
        if (arrangement.weight(handle) === 0 && !this.#isSeen(handle)) arrangement.release(handle);
        if (past.size % LOOK_ROWS === 0 && expired()) return false;
      }
      this.#left.pop();
    }
    return true;
  }
  get untidy(): boolean {
    return this.#left.length > 0;
  }

  /** Whether the row is noted by what will look after it later. */
  #isSeen(handle: number): boolean {
    if (handle >= this.#fresh || this.before.find(handle) >= 0) return true;
    for (const still of this.#stills) if (still.past.find(handle) >= 0) return true;
    return false;
  }
}

/** A relation that is not held in memory: an append-only source that nothing joins. Its rows are read from the log. */
export class Passage implements Readable {
  readonly type: RelationType;
  readonly layout: RowLayout;
  readonly arrangement = undefined;
  #occurrences: Occurrence[] = [];
  #orders = 0;

  constructor(type: RelationType) {
    this.type = type;
    this.layout = rowLayout(type.columns.map((column) => column.type));
  }
  attach(make: (order: number) => Occurrence): Occurrence {
    const occurrence = make(this.#orders++);
    this.#occurrences.push(occurrence);
    return occurrence;
  }
  detach(occurrence: Occurrence): void {
    this.#occurrences = this.#occurrences.filter((other) => other !== occurrence);
  }
  push(I: Int32Array, F: Float64Array, b: number, w: number): void {
    for (let i = 0; i < this.#occurrences.length; i++) {
      const occurrence = this.#occurrences[i]!;
      if (occurrence.cursor === Infinity) occurrence.change(I, F, b, w, 0);
    }
  }
}
