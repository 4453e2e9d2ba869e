import type { CatalogChange, CatalogSnapshot } from '../catalog/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { EngineAction, WireChange } from './engine/messages.ts';

/** What a statement wants done to the catalog and what follows from it. */
export interface CatalogWork {
  readonly changes: readonly CatalogChange[];
  readonly actions: readonly EngineAction[];
  readonly secrets?: readonly (readonly [string, string | null])[];
  /** sources whose position is to be forgotten, by id */
  readonly forget?: readonly string[];
  /** rows to be written with the change (CREATE TABLE AS) */
  readonly rows?: readonly WireChange[];
  /** once durable: start and stop sources */
  readonly after?: () => Promise<void>;
}

/**
 * What an open transaction has done so far: nothing of it is visible to others, or durable, before `commit`. Its own statements see its catalog changes;
 * rows it wrote are not readable before the commit, and a statement that would have to see them is refused.
 */
export class Transaction {
  /** the catalog as this transaction sees it; undefined while it has changed nothing */
  catalog: CatalogSnapshot | undefined;
  readonly work: CatalogWork[] = [];
  readonly writes: WireChange[] = [];
  readonly written = new Set<RelationId>();
  checked = false;
  /** the lock on reading and then writing rows, where UPDATE or DELETE took it */
  release: (() => void) | undefined;
  readonly savepoints: Savepoint[] = [];

  get isEmpty(): boolean {
    return this.work.length === 0 && this.writes.length === 0;
  }

  savepoint(name: string): void {
    this.savepoints.push({ name, catalog: this.catalog, work: this.work.length, writes: this.writes.length, written: new Set(this.written) });
  }
  /** Takes back what was done since the savepoint, which stays; false where there is none of that name. */
  rollbackTo(name: string): boolean {
    const at = this.savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (at < 0) return false;
    const savepoint = this.savepoints[at]!;
    this.savepoints.length = at + 1;
    this.catalog = savepoint.catalog;
    this.work.length = savepoint.work;
    this.writes.length = savepoint.writes;
    this.written.clear();
    for (const id of savepoint.written) this.written.add(id);
    return true;
  }
  releaseSavepoint(name: string): boolean {
    const at = this.savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (at < 0) return false;
    this.savepoints.length = at;
    return true;
  }
}

interface Savepoint {
  readonly name: string;
  readonly catalog: CatalogSnapshot | undefined;
  readonly work: number;
  readonly writes: number;
  readonly written: ReadonlySet<RelationId>;
}

/** A lock that is passed on in order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();
  /** Resolves to what gives the lock back. */
  lock(): Promise<() => void> {
    let release!: () => void;
    const next = new Promise<void>((resolve) => (release = resolve));
    const before = this.#last;
    this.#last = before.then(() => next);
    return before.then(() => release);
  }
}
