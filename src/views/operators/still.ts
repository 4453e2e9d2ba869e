import type { RelationType, RowLayout } from '../../core/index.ts';
import type { Arrangement } from '../state/arrangement.ts';
import { Past } from '../state/past.ts';
import type { Collection, Occurrence, SharedRows } from './collection.ts';

/**
 * A collection as one dataflow sees it. From `open` on it stands still at the last closed tick, whatever ticks do to the rows meanwhile: the rows are read where they lie,
 * the weights of those that have changed since come from `past`, and while a tick is under way (`behind`) from the collection's `weightBefore`. Rows that are gone stay until it is closed.
 *
 * A dataflow that goes on when it has scanned everything is told what has changed since, one row at a time in any order (`tell`): each row's difference from what it was told.
 * Right because a change of one row is a change like any other: the sum telescopes, whatever the rows went through in between. Then it is told of changes as they come (`goLive`).
 *
 * State: an entry a row that changed since the still was opened, until it is closed or live.
 */
export class Still implements SharedRows {
  readonly collection: Collection;
  /** what has changed since, by the ticks that are closed and swept, with the weights that are seen */
  readonly past = new Past();
  /** a tick is under way, or not yet swept, that is not seen */
  behind = false;
  #live = false;
  readonly #occurrences: Occurrence[] = [];
  /** entries of `past` that the occurrences have been told of */
  #told = 0;
  /** how many occurrences know of the change being told; which it is is in `handle` (0: none), `weight` and `order` */
  #knowing = 0;
  #handle = 0;
  #weight = 0;
  #order = 0;

  constructor(collection: Collection) {
    this.collection = collection;
  }
  get type(): RelationType {
    return this.collection.type;
  }
  get layout(): RowLayout {
    return this.collection.layout;
  }
  get arrangement(): Arrangement {
    return this.collection.arrangement;
  }
  get byteLength(): number {
    return this.past.byteLength;
  }

  attach(make: (order: number) => Occurrence): Occurrence {
    const occurrence = make(this.collection.nextOrder());
    this.#occurrences.push(occurrence);
    return occurrence;
  }
  detach(occurrence: Occurrence): void {
    this.collection.detach(occurrence);
  }

  /** Begins to stand still; `ticking` says that a tick is under way. */
  open(ticking: boolean): void {
    this.collection.open(this, ticking);
  }
  close(): void {
    this.collection.close(this);
  }

  /** The weight of the row as it is seen. */
  weight(handle: number): number {
    const { past, collection } = this;
    if (past.size > 0) {
      const entry = past.find(handle);
      if (entry >= 0) return past.weights[entry]!;
    }
    return this.behind ? collection.weightBefore(handle) : collection.arrangement.weight(handle);
  }

  weightFor(handle: number, order: number): number {
    if (this.#live) return this.collection.weightFor(handle, order);
    const weight = this.weight(handle);
    return handle === this.#handle && order <= this.#order ? weight + this.#weight : weight;
  }

  /** Tells the next occurrence of the next change; false when all know everything. From the first call to the last no tick may begin. */
  tell(): boolean {
    if (this.#handle !== 0 && this.#knowing === this.#occurrences.length) this.#finish();
    if (this.#handle === 0 && !this.#nextChange()) return false;
    const { slab } = this.collection.arrangement;
    const occurrence = this.#occurrences[this.#knowing++]!;
    this.#order = occurrence.order;
    occurrence.change(slab.I, slab.F, this.#handle * slab.stride, this.#weight, this.#handle);
    return true;
  }

  /** Finds the next row whose weight is not what the occurrences were told. */
  #nextChange(): boolean {
    const { past } = this;
    for (; this.#told < past.size; this.#told++) {
      const handle = past.handles[this.#told]!;
      const change = this.collection.arrangement.weight(handle) - past.weights[this.#told]!;
      if (change === 0) continue;
      this.#handle = handle;
      this.#weight = change;
      this.#order = -1;
      this.#knowing = 0;
      return true;
    }
    return false;
  }

  /** The last occurrence has taken the change: it is what is seen from now on. */
  #finish(): void {
    this.past.weights[this.#told++]! += this.#weight;
    this.#handle = 0;
  }

  /** All changes are told: from now on they are told as they come. */
  goLive(): void {
    this.collection.close(this);
    for (const occurrence of this.#occurrences) this.collection.attach(occurrence);
    this.#live = true;
  }
}
