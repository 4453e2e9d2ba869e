import { checkUnique } from './key-check.ts';
import type { Collection } from './operators/collection.ts';

/** An index of the catalog. */
export interface IndexOptions {
  /** what the catalog knows it by, and the engine: unlike those of other indexes */
  readonly index: string;
  readonly name: string;
  readonly columns: readonly number[];
  readonly unique: boolean;
}

/** Rows taken into an index between looks at the clock. */
const SLICE_ROWS = 1024;

/** The indexes that the catalog asks for, on which collections they are, and which still take in rows. Lookups use an index once it is complete. */
export class NamedIndexes {
  readonly #collections = new Map<string, Collection>();
  readonly #building = new Set<Collection>();

  /** An index fills in `work`; one that is to be unique at once, for no other row may come between: 23505 where rows there are share a key. */
  add(collection: Collection, options: IndexOptions): void {
    const { indexes } = collection.arrangement;
    const index = indexes.byValues(options.columns, options.index);
    this.#collections.set(options.index, collection);
    if (options.unique) {
      index.build(Infinity);
      try {
        checkUnique(collection, options);
      } catch (error) {
        this.drop(options.index);
        throw error;
      }
    }
    if (!index.complete) this.#building.add(collection);
  }

  drop(index: string): void {
    const collection = this.#collections.get(index);
    if (collection === undefined) return;
    this.#collections.delete(index);
    collection.arrangement.indexes.releaseNow(index);
    if (![...this.#collections.values()].includes(collection)) this.#building.delete(collection);
  }

  get building(): boolean {
    return this.#building.size > 0;
  }
  /** Takes rows into indexes until `expired()`; true when the time is used up. */
  work(expired: () => boolean): boolean {
    for (const collection of this.#building) {
      while (!collection.arrangement.indexes.build(SLICE_ROWS)) if (expired()) return true;
      this.#building.delete(collection);
    }
    return false;
  }
}
