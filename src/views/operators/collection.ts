import type { RelationType, RowLayout } from '../../core/index.ts';
import { rowLayout } from '../../core/index.ts';
import { Arrangement } from '../state/arrangement.ts';
import type { Symbols } from '../state/symbols.ts';
import type { Sink } from './operator.ts';

/**
 * One occurrence of a relation in a dataflow. While the dataflow hydrates, only rows below `cursor` count: a change above it is met when the scan gets there.
 * `order` tells which occurrences of the same relation have taken a change already.
 */
export interface Occurrence {
  readonly order: number;
  /** handles at or above have not been scanned; Infinity once the scan is complete */
  cursor: number;
  /** a change of the relation's row `handle`, which now lies in the collection with the change included; 0 where the relation is not arranged */
  change(I: Int32Array, F: Float64Array, b: number, w: number, handle: number): void;
}

/** What dataflows read: a relation that takes changes and passes them to its occurrences, one row at a time. */
export interface Readable {
  readonly type: RelationType;
  readonly layout: RowLayout;
  readonly arrangement: Arrangement | undefined;
  attach(make: (order: number) => Occurrence): Occurrence;
  detach(occurrence: Occurrence): void;
}

/**
 * A relation held in memory, each row once, shared by all that read it: a table, or the output of a materialized view.
 *
 * Changes are passed on one row at a time, after the row's weight has changed. Occurrence i of a relation must see the occurrences before it in the new state
 * and those behind it in the old one; since the rows are shared, a probe on behalf of occurrence i takes the current change back from the weight it reads (`weightFor`).
 * A row whose weight came to 0 is released after the last occurrence saw the change.
 */
export class Collection implements Readable, Sink {
  readonly type: RelationType;
  readonly layout: RowLayout;
  readonly arrangement: Arrangement;
  #occurrences: Occurrence[] = [];
  #orders = 0;
  /** the change being passed on; handle 0: none */
  #handle = 0;
  #weight = 0;
  #order = 0;
  /** told of each row's handle and weight before its first change since `watch` was called last */
  #watcher: ((handle: number, weightBefore: number) => void) | undefined;
  /** rows that watchers still refer to are released by them */
  #keep = false;

  constructor(type: RelationType, symbols: Symbols) {
    this.type = type;
    this.arrangement = new Arrangement(type.columns.map((column) => column.type), symbols);
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
  get isRead(): boolean {
    return this.#occurrences.length > 0;
  }

  /** Sets who is told of changed rows; with a watcher rows of weight 0 stay until it releases them. */
  watch(watcher: ((handle: number, weightBefore: number) => void) | undefined): void {
    this.#watcher = watcher;
    this.#keep = watcher !== undefined;
  }

  push(I: Int32Array, _F: Float64Array, b: number, w: number): void {
    const { arrangement } = this;
    const handle = arrangement.add(I, b, w);
    this.#watcher?.(handle, arrangement.weight(handle) - w);
    this.#handle = handle;
    this.#weight = w;
    const slab = arrangement.slab;
    const at = handle * slab.stride;
    for (let i = 0; i < this.#occurrences.length; i++) {
      const occurrence = this.#occurrences[i]!;
      this.#order = occurrence.order;
      if (handle < occurrence.cursor) occurrence.change(slab.I, slab.F, at, w, handle);
    }
    this.#handle = 0;
    if (!this.#keep) arrangement.release(handle);
  }

  /** The weight of a row as the occurrence `order` is seen by the change being passed on. */
  weightFor(handle: number, order: number): number {
    const weight = this.arrangement.slab.I[handle * this.arrangement.slab.stride]!;
    return handle === this.#handle && order > this.#order ? weight - this.#weight : weight;
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
