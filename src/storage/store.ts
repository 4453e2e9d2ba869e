import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { InvariantError } from '../core/index.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import type { LogRecord } from './record.ts';
import { makeDirectory } from './directory.ts';
import { lockDirectory } from './lock.ts';

export interface StoredRecord extends LogRecord {
  readonly sequence: number;
}

/** The format of what lies in the directory; another number is refused with a clear error. */
const FORMAT = 1;

function keep(database: Database<string, string>, entries: readonly (readonly [string, string | null])[]): void {
  for (const [key, value] of entries) {
    if (value === null) void database.remove(key);
    else void database.put(key, value);
  }
}

/**
 * Everything that is durable: one log of ticks, each a record of changes, source positions and catalog changes, written in one transaction.
 * `append` returns when the record is on disk: only then may anybody be told so. Reading is by sequence, from the first record on.
 */
export class Store {
  readonly #root: RootDatabase;
  readonly #log: Database<Uint8Array, number>;
  /** which records hold changes of a relation: [relation, sequence] */
  readonly #byRelation: Database<boolean, [string, number]>;
  /** the last position of each source, as JSON */
  readonly #positions: Database<string, string>;
  readonly #secrets: Database<string, string>;
  readonly #sequences: Database<string, string>;
  readonly #unlock: () => void;
  #sequence: number;

  constructor(directory: string) {
    makeDirectory(directory);
    this.#unlock = lockDirectory(directory);
    // Without overlappingSync a commit returns when the pages are on disk, which is what `append` promises.
    this.#root = open({ path: join(directory, 'log'), maxDbs: 8, overlappingSync: false, encoding: 'binary', noSubdir: false });
    this.#log = this.#root.openDB<Uint8Array, number>({ name: 'log', encoding: 'binary' });
    this.#byRelation = this.#root.openDB<boolean, [string, number]>({ name: 'by relation', encoding: 'json' });
    this.#positions = this.#root.openDB<string, string>({ name: 'positions', encoding: 'json' });
    this.#secrets = this.#root.openDB<string, string>({ name: 'secrets', encoding: 'json' });
    this.#sequences = this.#root.openDB<string, string>({ name: 'sequences', encoding: 'json' });
    const format = this.#root.openDB<number, string>({ name: 'format', encoding: 'json' });
    const found = format.get('format');
    if (found === undefined) format.transactionSync(() => void format.put('format', FORMAT));
    else if (found !== FORMAT) {
      this.close();
      throw new InvariantError(`the data in ${directory} has format ${found}, and this program reads format ${FORMAT}`);
    }
    this.#sequence = 0;
    for (const key of this.#log.getKeys({ reverse: true, limit: 1 })) this.#sequence = key;
  }

  /** Writes the record and returns its sequence number once it is durable. */
  append(record: LogRecord): number {
    const sequence = this.#sequence + 1;
    this.#root.transactionSync(() => {
      void this.#log.put(sequence, encodeRecord(record));
      for (const relation of new Set(record.changes.map((change) => change.relation))) void this.#byRelation.put([relation, sequence], true);
      keep(this.#positions, record.positions);
      keep(this.#secrets, record.secrets ?? []);
      keep(this.#sequences, record.sequences ?? []);
    });
    this.#sequence = sequence;
    return sequence;
  }

  /** Writes where sequences stand, beside the log: it is no part of any transaction. Durable when this returns. */
  keepSequences(states: readonly (readonly [string, string | null])[]): void {
    this.#root.transactionSync(() => keep(this.#sequences, states));
  }

  *records(): IterableIterator<StoredRecord> {
    for (const { key, value } of this.#log.getRange()) yield { ...decodeRecord(value), sequence: key };
  }

  /** The first record behind `after` that holds changes of the relation. */
  next(relation: string, after: number): StoredRecord | undefined {
    for (const [, sequence] of this.#byRelation.getKeys({ start: [relation, after + 1], end: [relation, Number.MAX_SAFE_INTEGER], limit: 1 })) {
      const value = this.#log.get(sequence);
      return value === undefined ? undefined : { ...decodeRecord(value), sequence };
    }
    return undefined;
  }

  positions(): Map<string, string> {
    return new Map([...this.#positions.getRange()].map(({ key, value }) => [key, value]));
  }
  secrets(): Map<string, string> {
    return new Map([...this.#secrets.getRange()].map(({ key, value }) => [key, value]));
  }

  sequences(): Map<string, string> {
    return new Map([...this.#sequences.getRange()].map(({ key, value }) => [key, value]));
  }

  close(): void {
    void this.#root.close();
    this.#unlock();
  }
}
