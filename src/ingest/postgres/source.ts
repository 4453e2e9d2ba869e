import { SqlError } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { Outbox } from '../outbox.ts';
import type { Source, SourceEvent } from '../source.ts';
import { connect, readError, usesTls } from './connection.ts';
import type { PostgresUpstream } from './connection.ts';
import { maxLsn, parseLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';
import { createSlot, inspectSlot, removeSlot } from './slot.ts';
import { copySnapshot } from './snapshot.ts';
import { Stream } from './stream.ts';
import { failChangedTables } from './changed-tables.ts';
import type { ReplicatedRowType } from './row-types.ts';
import { TableReader } from './table-reader.ts';
import type { ReplicatedTable } from './table-reader.ts';
import { vouchedFor } from './vouched.ts';

/** Everything before `lsn` (pg_lsn text) has been read from `slot`. */
export interface PostgresPosition {
  readonly lsn: string;
  readonly slot: string;
}

export interface PostgresSourceOptions {
  readonly upstream: PostgresUpstream;
  readonly publication: string;
  /** the source's own: created by the first read, removed by `dropSlot` */
  readonly slot: string;
  /** a relation of the source is the index of its table here */
  readonly tables: readonly ReplicatedTable[];
  /** those that columns of the tables have, those in them too */
  readonly rowTypes: readonly ReplicatedRowType[];
  readonly clock: Clock;
  /** bytes that may lie unread before upstream is slowed; 8 MB by default */
  readonly bufferBytes?: number;
}

const BUFFER_BYTES = 8 << 20;

/**
 * Rows of upstream tables: first all of them as one snapshot, then every committed change after it.
 *
 * The snapshot is repeated (`snapshotBegin` voids what was read) when it was interrupted, or when the slot is gone or has lost its log.
 * Where it goes on behind a position, tables that are not as they were described any more fail at once.
 * A position is the end of a commit; reading resumes behind it, so that no row is lost or doubled. After a `failed` event without a relation the
 * iteration ends. A relation that `failed` yields nothing more in this read; the caller keeps it failed across reads.
 */
export function postgresSource(options: PostgresSourceOptions): Source<PostgresPosition> {
  return new PostgresSource(options);
}

class PostgresSource implements Source<PostgresPosition> {
  readonly #options: PostgresSourceOptions;
  #stream: Stream | undefined;
  #acknowledged: Lsn = 0n;
  #tls = false;

  constructor(options: PostgresSourceOptions) {
    this.#options = options;
  }

  acknowledge(position: PostgresPosition): void {
    this.#acknowledged = maxLsn(this.#acknowledged, parseLsn(position.lsn));
    this.#stream?.acknowledge(this.#acknowledged);
  }

  async *read(resumeAfter: PostgresPosition | undefined, signal: AbortSignal): AsyncGenerator<SourceEvent<PostgresPosition>> {
    const outbox = new Outbox<PostgresPosition>(this.#options.bufferBytes ?? BUFFER_BYTES);
    const gone = new AbortController();
    const leave = (): void => {
      outbox.close();
      gone.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    const work = this.#run(resumeAfter, outbox, gone.signal).then(
      () => outbox.end(),
      (error) => this.#ended(error, outbox),
    );
    try {
      yield* vouchedFor(outbox, this.#options, gone.signal);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
      await work;
    }
  }
  #ended(error: unknown, outbox: Outbox<PostgresPosition>): void {
    const known = readError(error, this.#options.upstream);
    if (!(known instanceof SqlError)) return outbox.end(known);
    outbox.push({ kind: 'failed', error: known });
    outbox.end();
  }

  async #run(resumeAfter: PostgresPosition | undefined, outbox: Outbox<PostgresPosition>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const readers = this.#options.tables.map((table, relation) => new TableReader(table, relation));
    const start = (await this.#resumePoint(resumeAfter, readers, outbox, signal)) ?? (await this.#snapshot(readers, outbox, signal));
    const { upstream, publication, slot, clock } = this.#options;
    const stream = new Stream({ upstream, tls: this.#tls, publication, slot, clock, start, readers, outbox });
    this.#stream = stream;
    this.#acknowledged = start;
    try {
      await stream.run(signal);
    } finally {
      this.#stream = undefined;
    }
  }

  /** Where the slot can go on from; undefined where only a new snapshot helps. */
  async #resumePoint(resumeAfter: PostgresPosition | undefined, readers: readonly TableReader[], outbox: Outbox<PostgresPosition>, signal: AbortSignal): Promise<Lsn | undefined> {
    const { upstream, slot } = this.#options;
    if (resumeAfter === undefined || resumeAfter.slot !== slot) return undefined;
    const client = await connect(upstream, signal);
    this.#tls = usesTls(client);
    try {
      const state = await inspectSlot(client, slot);
      const position = parseLsn(resumeAfter.lsn);
      // A server whose log ends before our position is not the one we read from: it was restored from a backup, or made anew.
      const usable = state.slot !== undefined && !state.slot.lost && state.serverLsn >= position;
      if (!usable) return undefined;
      await failChangedTables(client, this.#options, readers, outbox);
      return position;
    } finally {
      void client.end().catch(() => {});
    }
  }

  async #snapshot(readers: readonly TableReader[], outbox: Outbox<PostgresPosition>, signal: AbortSignal): Promise<Lsn> {
    const { upstream, slot, publication } = this.#options;
    const exporter = await connect(upstream, signal, { replication: 'database' });
    const client = await connect(upstream, signal).catch((error) => {
      void exporter.end().catch(() => {});
      throw error;
    });
    this.#tls = usesTls(client);
    const abort = (): void => {
      void client.end().catch(() => {});
      void exporter.end().catch(() => {});
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await removeSlot(client, slot);
      const exported = await createSlot(exporter, slot);
      await copySnapshot(client, exported, slot, publication, readers, outbox);
      return exported.position;
    } finally {
      signal.removeEventListener('abort', abort);
      abort();
    }
  }
}
