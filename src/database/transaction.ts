import { SqlError } from '../core/index.ts';
import type { CatalogChange, CatalogSnapshot, OptionValue } from '../catalog/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { EngineAction, WireChange } from './engine/messages.ts';
import type { KeyTally } from './execute/own-keys.ts';
import type { SequenceState } from './sequences.ts';
import type { SettingsMark } from './session/settings.ts';

/** What a statement wants done to the catalog and what follows from it. */
export interface CatalogWork {
  readonly changes: readonly CatalogChange[];
  readonly actions: readonly EngineAction[];
  readonly secrets?: readonly (readonly [string, string | null])[];
  /** where sequences that it makes or resets stand, by OID */
  readonly sequences?: readonly (readonly [number, SequenceState])[];
  /** relations that nobody may have written to behind that time: their rows were read then */
  readonly unchanged?: readonly (readonly [RelationId, number])[];
  /** sources whose position is to be forgotten, by id */
  readonly forget?: readonly string[];
  /** rows to be written with the change (CREATE TABLE AS) */
  readonly rows?: readonly WireChange[];
  /** once durable: start and stop sources */
  readonly after?: () => Promise<void>;
}

/**
 * What an open transaction has done so far: nothing of it is visible to others, or durable, before `commit`. Its own statements see all of it:
 * the catalog as `catalog`, rows by the overlay of execute/own-writes.
 */
export class Transaction {
  /** the catalog as this transaction sees it; undefined while it has changed nothing */
  catalog: CatalogSnapshot | undefined;
  readonly work: CatalogWork[] = [];
  readonly writes: WireChange[] = [];
  /** sequences that this transaction has made or reset, as they stand for it alone */
  sequences = new Map<number, SequenceState>();
  /** the lock on reading and then writing rows, where UPDATE or DELETE took it */
  release: (() => void) | undefined;
  readonly savepoints: Savepoint[] = [];
  /** rows by the keys that this transaction has made (execute/own-keys) */
  readonly keys = new Map<string, KeyTally>();

  /** The value of a secret that was made or changed here. */
  secret(value: OptionValue): string | undefined {
    if (typeof value === 'string') return undefined;
    return this.work.flatMap((one) => one.secrets ?? []).findLast(([name]) => name === String(value.secret))?.[1] ?? undefined;
  }
  /** The changes of a relation's rows, in order. */
  changesOf(id: RelationId): WireChange[] {
    return [...this.work.flatMap((one) => one.rows ?? []), ...this.writes].filter((change) => change.relation === id);
  }
  /** The relations whose rows this transaction has changed. */
  get written(): Set<RelationId> {
    return new Set([...this.work.flatMap((one) => one.rows ?? []), ...this.writes].map((change) => change.relation));
  }

  savepoint(name: string, settings: SettingsMark): void {
    this.savepoints.push({ name, catalog: this.catalog, work: this.work.length, writes: this.writes.length, sequences: new Map(this.sequences), settings });
  }
  /** Takes back what was done since the savepoint, which stays, and returns how settings stood then; undefined where there is none of that name. */
  rollbackTo(name: string): SettingsMark | undefined {
    const at = this.savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (at < 0) return undefined;
    const savepoint = this.savepoints[at]!;
    this.savepoints.length = at + 1;
    this.catalog = savepoint.catalog;
    this.work.length = savepoint.work;
    this.writes.length = savepoint.writes;
    this.keys.clear();
    this.sequences = new Map(savepoint.sequences);
    return savepoint.settings;
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
  readonly sequences: ReadonlyMap<number, SequenceState>;
  readonly settings: SettingsMark;
}

/** A lock that is passed on in order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();
  /** Resolves to what gives the lock back; rejects with the signal's reason when that comes first. */
  lock(signal?: AbortSignal): Promise<() => void> {
    let release!: () => void;
    const next = new Promise<void>((resolve) => (release = resolve));
    const before = this.#last;
    this.#last = before.then(() => next);
    if (signal === undefined) return before.then(() => release);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        release();
        reject(signal.reason instanceof SqlError ? signal.reason : new SqlError('57014', 'canceling statement due to user request'));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      void before.then(() => {
        signal.removeEventListener('abort', abort);
        resolve(release);
      });
    });
  }
}
