import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { InvariantError, RowBatch } from '../core/index.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import type { LogRecord, StoredChange } from './record.ts';
import { makeDirectory } from './directory.ts';
import { lockDirectory } from './lock.ts';

export interface StoredRecord extends LogRecord {
  readonly sequence: number;
}

/** The format of what lies in the directory; another number is refused with a clear error. */
const FORMAT = 2;

/** Row buffers of so many bytes are written together; what is larger is written in parts, one behind the other. */
const PART_BYTES = 8 << 20;

function keep(database: Database<string, string>, entries: readonly (readonly [string, string | null])[]): void {
  for (const [key, value] of entries) {
    if (value === null) void database.remove(key);
    else void database.put(key, value);
  }
}

/** What a write failed with: lmdb tells the cause of a failed commit by a promise of its own, which is settled when the commit's is. */
async function done(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    let cause: unknown = error;
    const told = (error as { readonly commitError?: Promise<never> }).commitError;
    await Promise.race([told?.catch((reason: unknown) => void (cause = reason)), Promise.resolve().then(() => {}).then(() => {})]);
    throw cause;
  }
}

/** Row buffers cut into parts of about PART_BYTES: the numbers of their first and behind their last. */
function parts(chunks: readonly Uint8Array[]): (readonly [number, number])[] {
  const cut: [number, number][] = [];
  let bytes = PART_BYTES;
  for (let at = 0; at < chunks.length; at++) {
    if (bytes >= PART_BYTES) {
      cut.push([at, at]);
      bytes = 0;
    }
    cut.at(-1)![1] = at + 1;
    bytes += chunks[at]!.byteLength;
  }
  return cut;
}

/**
 * Everything that is durable: one log of ticks, each a record of changes, source positions and catalog changes.
 * `append` resolves when the record is on disk: only then may anybody be told so. It is written on a thread of lmdb's, so nobody waits for the disk but who asked.
 * The row buffers of a large record are written before it, in parts; a record counts, and is read, from the moment it is there itself, and buffers without one are removed at the next start.
 * One record is appended at a time. Reading is by sequence, from the first record on; row buffers are read one by one.
 */
export class Store {
  readonly #root: RootDatabase;
  readonly #log: Database<Uint8Array, number>;
  /** row buffers that lie beside their record: [sequence, number] */
  readonly #chunks: Database<Uint8Array, [number, number]>;
  /** which records hold changes of a relation: [relation, sequence], and how many rows of it the log has up to and with that record */
  readonly #byRelation: Database<number, [string, number]>;
  /** rows in the log, by relation, of those that were asked for or written to */
  readonly #rows = new Map<string, number>();
  /** the last position of each source, as JSON */
  readonly #positions: Database<string, string>;
  readonly #secrets: Database<string, string>;
  readonly #sequences: Database<string, string>;
  readonly #unlock: () => void;
  #sequence: number;

  constructor(directory: string) {
    makeDirectory(directory);
    this.#unlock = lockDirectory(directory);
    // Without overlappingSync a commit returns when the pages are on disk, which is what `append` promises; a write begins at once.
    this.#root = open({ path: join(directory, 'log'), maxDbs: 8, overlappingSync: false, eventTurnBatching: false, encoding: 'binary', noSubdir: false });
    this.#log = this.#root.openDB<Uint8Array, number>({ name: 'log', encoding: 'binary' });
    this.#chunks = this.#root.openDB<Uint8Array, [number, number]>({ name: 'chunks', encoding: 'binary' });
    this.#byRelation = this.#root.openDB<number, [string, number]>({ name: 'by relation', encoding: 'json' });
    this.#positions = this.#root.openDB<string, string>({ name: 'positions', encoding: 'json' });
    this.#secrets = this.#root.openDB<string, string>({ name: 'secrets', encoding: 'json' });
    this.#sequences = this.#root.openDB<string, string>({ name: 'sequences', encoding: 'json' });
    const format = this.#root.openDB<number, string>({ name: 'format', encoding: 'json' });
    const found = format.get('format');
    if (found === undefined) format.transactionSync(() => void format.put('format', FORMAT));
    else if (found !== FORMAT) {
      void this.close();
      throw new InvariantError(`the data in ${directory} has format ${found}, and this program reads format ${FORMAT}`);
    }
    this.#sequence = 0;
    for (const key of this.#log.getKeys({ reverse: true, limit: 1 })) this.#sequence = key;
    const left = [...this.#chunks.getKeys({ start: [this.#sequence + 1, 0] })];
    if (left.length > 0) this.#root.transactionSync(() => left.forEach((key) => void this.#chunks.remove(key)));
  }

  /** Writes the record; resolves to its sequence number once it is durable. Where it rejects, nothing of it is there. The row buffers may not be changed or given away meanwhile. */
  async append(record: LogRecord): Promise<number> {
    const sequence = this.#sequence + 1;
    const { head, chunks } = encodeRecord(record);
    const cut = parts(chunks);
    const keepPart = ([from, end]: readonly [number, number]): void => {
      for (let number = from; number < end; number++) void this.#chunks.put([sequence, number], chunks[number]!);
    };
    const rows = this.#rowsWith(record);
    try {
      for (const part of cut.slice(0, -1)) await done(this.#root.batch(() => keepPart(part)));
      await done(this.#root.batch(() => {
        if (cut.length > 0) keepPart(cut.at(-1)!);
        void this.#log.put(sequence, head);
        for (const [relation, count] of rows) void this.#byRelation.put([relation, sequence], count);
        keep(this.#positions, record.positions);
        keep(this.#secrets, record.secrets ?? []);
        keep(this.#sequences, record.sequences ?? []);
      }));
    } catch (error) {
      if (cut.length > 1) await done(this.#root.batch(() => chunks.forEach((_, number) => void this.#chunks.remove([sequence, number])))).catch(() => {});
      throw error;
    }
    for (const [relation, count] of rows) this.#rows.set(relation, count);
    this.#sequence = sequence;
    return sequence;
  }

  /** How many rows of each of its relations the log has with the record. */
  #rowsWith({ changes }: LogRecord): Map<string, number> {
    const rows = new Map<string, number>();
    for (const { relation, rows: bytes } of changes) {
      rows.set(relation, (rows.get(relation) ?? this.rows(relation)) + (bytes === undefined ? 0 : RowBatch.rowsOf(bytes)));
    }
    return rows;
  }

  /** How many rows of the relation's changes the log has. */
  rows(relation: string): number {
    let rows = this.#rows.get(relation);
    if (rows === undefined) {
      rows = 0;
      for (const { value } of this.#byRelation.getRange({ start: [relation, Number.MAX_SAFE_INTEGER], end: [relation, 0], reverse: true, limit: 1 })) rows = value;
      this.#rows.set(relation, rows);
    }
    return rows;
  }

  /** Writes where sequences stand, beside the log: it is no part of any transaction. Durable when this resolves. */
  keepSequences(states: readonly (readonly [string, string | null])[]): Promise<void> {
    return done(this.#root.batch(() => keep(this.#sequences, states)));
  }

  *records(): IterableIterator<StoredRecord> {
    for (const { key, value } of this.#log.getRange()) yield this.#decode(key, value);
  }

  #decode(sequence: number, bytes: Uint8Array): StoredRecord {
    const chunk = (number: number): Uint8Array => {
      const found = this.#chunks.get([sequence, number]);
      if (found === undefined) throw new InvariantError(`the log's record ${sequence} lacks chunk ${number}`);
      // A batch wants a buffer of its own, aligned.
      return new Uint8Array(found);
    };
    return { ...decodeRecord(bytes, chunk), sequence };
  }

  /** The first record behind `after` that holds changes of the relation, with these alone. */
  next(relation: string, after: number): StoredRecord | undefined {
    for (const [, sequence] of this.#byRelation.getKeys({ start: [relation, after + 1], end: [relation, Number.MAX_SAFE_INTEGER], limit: 1 })) {
      const value = this.#log.get(sequence);
      if (value === undefined) return undefined;
      const record = this.#decode(sequence, value);
      return { ...record, changes: record.changes.filter((change: StoredChange) => change.relation === relation) };
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

  /** Resolves when what is being written is written, and the directory is free. */
  async close(): Promise<void> {
    await this.#root.close();
    this.#unlock();
  }
}
