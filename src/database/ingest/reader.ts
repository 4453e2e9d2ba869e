import { sleep, TransientError } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { UnknownLabelError } from '../../ingest/index.ts';
import type { Source, SourceEvent } from '../../ingest/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { WireChange } from '../engine/messages.ts';
import { wireError } from '../thread.ts';
import type { WireError } from '../thread.ts';
import { SourceCounters } from './counters.ts';
import type { ReadRequest, SourceNews, SourceReport } from './messages.ts';
import { readPosition, writePosition } from './stored-position.ts';
import { Writes } from './writes.ts';
import type { Reached, Write } from './writes.ts';

/** Bytes of changes sent to the engine that are not durable yet; beyond it the source waits. */
const IN_FLIGHT_BYTES = 16 << 20;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** What a reader needs of the others. */
export interface Surroundings {
  readonly clock: Clock;
  readonly write: Write;
  /** Resolves once the report is taken. */
  readonly report: (report: SourceReport) => Promise<void>;
}

/**
 * Reads one source: sends whole transactions to the engine with the position they end at, and tells upstream what is durable.
 * A relation that fails gets nothing more, and is kept failed with the position, until a snapshot fills it anew.
 * A failure that a retry may cure pauses it (100 ms, doubling to 10 s); one that cannot be cured fails the source or its relation, and reading ends or goes on without it.
 */
export class SourceReader {
  readonly #source: Source<unknown>;
  readonly #oid: number;
  readonly #relations: readonly RelationId[];
  /** relation in the source's numbering that holds what could not be decoded */
  readonly #errors: number | undefined;
  readonly #counters: SourceCounters;
  readonly #surroundings: Surroundings;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #position: string | undefined;
  #failedRelations = new Map<RelationId, WireError>();
  #running = false;
  #failed = false;
  /** what comes was there when the source was made */
  #filling = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(source: Source<unknown>, request: Omit<ReadRequest, 'plan'> & { readonly errors?: number }, surroundings: Surroundings) {
    this.#source = source;
    this.#oid = request.source;
    this.#relations = request.relations;
    this.#errors = request.errors;
    this.#position = request.position;
    this.#counters = new SourceCounters(request.counters);
    this.#surroundings = surroundings;
    this.#ended = this.#run();
  }

  /** Ends reading; resolves to the last durable position once nothing is under way. */
  async stop(): Promise<string | undefined> {
    this.#abort.abort();
    await this.#ended;
    return this.#position;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#pump(signal);
        if (this.#failed) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TransientError)) return this.#fail(error);
        this.#running = false;
        void this.#tell({ kind: 'stalled', error: error.message, ...(error instanceof UnknownLabelError && { unknownLabel: true }) });
      }
      await sleep(this.#surroundings.clock, this.#pauseMs, signal).catch(() => {});
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /**
   * Reads on after the last durable position until upstream ends or fails. Whatever was sent to the engine is settled before this is:
   * a write still under way would be durable after its successor had begun to read it again.
   */
  async #pump(signal: AbortSignal): Promise<void> {
    // A write that failed ends the reading, also of an upstream that has nothing more to say.
    const lost = new AbortController();
    const writes = new Writes(this.#oid, this.#surroundings.write, { onDurable: (reached) => this.#durable(reached), onFailed: () => lost.abort() });
    const { position: resumeAfter, failed } = readPosition(this.#position);
    this.#failedRelations = new Map(failed);
    const transaction = new Transaction();
    try {
      for await (const event of this.#source.read(resumeAfter, AbortSignal.any([signal, lost.signal]))) {
        writes.throwIfFailed();
        if (!this.#running && event.kind !== 'failed') {
          this.#running = true;
          void this.#tell({ kind: 'running' });
        }
        if (event.kind === 'failed' && event.relation === undefined) {
          await writes.settled;
          return this.#fail(event.error);
        }
        await this.#take(event, transaction, writes);
        while (writes.bytes > IN_FLIGHT_BYTES) await writes.settled;
      }
    } finally {
      await writes.settled;
      writes.throwIfFailed();
    }
  }

  async #take(event: SourceEvent<unknown>, transaction: Transaction, writes: Writes): Promise<void> {
    if ('relation' in event && event.relation !== undefined && this.#failedRelations.has(this.#relations[event.relation]!)) return;
    switch (event.kind) {
      case 'snapshotBegin':
        // Nobody reads the relations from here on. The old position is void with the old rows: an interrupted snapshot must not look like one that can be gone on from.
        this.#counters.beginSnapshot(event.rowsKnown);
        this.#failedRelations.clear();
        await this.#tell({ kind: 'snapshot', complete: false });
        transaction.take();
        writes.send(this.#relations.map((relation) => ({ relation, truncate: true })), 0, null);
        return;
      case 'snapshotChunk':
        this.#count(event);
        writes.send([{ relation: this.#relations[event.relation]!, rows: event.rows.buffer }], event.rows.buffer.byteLength);
        return;
      case 'snapshotEnd':
        writes.send([], 0, this.#reached(event.position));
        this.#filling = false;
        await writes.settled;
        void this.#tell({ kind: 'snapshot', complete: true });
        return;
      case 'changes': {
        this.#count(event);
        const { rows, missing, keyOnly } = event;
        transaction.add({
          relation: this.#relations[event.relation]!, rows: rows.buffer,
          ...(missing === undefined || missing.size === 0 ? {} : { missing }), ...(keyOnly === undefined || keyOnly.size === 0 ? {} : { keyOnly }),
        });
        return;
      }
      case 'truncate':
        transaction.add({ relation: this.#relations[event.relation]!, truncate: true });
        return;
      case 'commit': {
        const { changes, bytes } = transaction.take();
        writes.send(changes, bytes, this.#reached(event.position));
        return;
      }
      case 'progress':
        if (event.rowsKnown !== undefined) {
          this.#filling = true;
          this.#counters.beginSnapshot(event.rowsKnown);
        }
        // Nothing to store: everything before it is durable once the last write is.
        await writes.settled;
        writes.throwIfFailed();
        this.#source.acknowledge(event.position);
        return;
      case 'failed': {
        const relation = this.#relations[event.relation!]!;
        const error = wireError(event.error);
        transaction.drop(relation);
        this.#failedRelations.set(relation, error);
        void this.#tell({ kind: 'failed', relation, error });
        return;
      }
    }
  }

  #reached(position: unknown): Reached {
    return { position, stored: writePosition({ position, failed: this.#failedRelations }) };
  }
  #durable(reached: Reached | null): void {
    this.#position = reached?.stored;
    if (reached === null) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#source.acknowledge(reached.position);
  }

  #count(event: SourceEvent<unknown> & { kind: 'changes' | 'snapshotChunk' }): void {
    const { rows } = event;
    let inserted = 0;
    for (let row = 0; row < rows.rowCount; row++) if (rows.weight(row) > 0) inserted++;
    const errors = event.relation === this.#errors;
    this.#counters.add({
      messagesReceived: rows.rowCount, bytesReceived: rows.buffer.byteLength,
      rowsInserted: errors ? 0 : inserted, rowsDeleted: rows.rowCount - inserted, messagesFailed: errors ? inserted : 0,
      snapshotRows: event.kind === 'snapshotChunk' || this.#filling ? rows.rowCount : 0,
    });
  }

  #fail(error: unknown): void {
    this.#failed = true;
    void this.#tell({ kind: 'failed', error: wireError(error) });
  }
  async #tell(news: SourceNews): Promise<void> {
    await this.#surroundings.report({ source: this.#oid, news });
  }
}

/** The changes since the last commit. */
class Transaction {
  #changes: WireChange[] = [];
  #bytes = 0;

  add(change: WireChange): void {
    this.#changes.push(change);
    this.#bytes += change.rows?.byteLength ?? 0;
  }
  drop(relation: RelationId): void {
    this.#bytes -= this.#changes.reduce((bytes, change) => bytes + (change.relation === relation ? change.rows?.byteLength ?? 0 : 0), 0);
    this.#changes = this.#changes.filter((change) => change.relation !== relation);
  }
  take(): { readonly changes: readonly WireChange[]; readonly bytes: number } {
    const taken = { changes: this.#changes, bytes: this.#bytes };
    this.#changes = [];
    this.#bytes = 0;
    return taken;
  }
}
