import { InvariantError, POSTGRES_EPOCH_MS, sleep, SqlError } from '../core/index.ts';
import type { Clock, UserType } from '../core/index.ts';
import type { CatalogItem, CatalogSnapshot, SourceItem, SourceState } from '../catalog/index.ts';
import { holdsBefore } from '../ingest/index.ts';
import type { KafkaPosition } from '../ingest/index.ts';
import type { RelationId } from '../ir/index.ts';
import { SourceCounters } from './ingest/counters.ts';
import { IngestEnded } from './ingest/host.ts';
import type { IngestHost, IngestListener } from './ingest/host.ts';
import type { IngestRequest, ReadPlan, ReplicationSlot, SourceNews, Stopped } from './ingest/messages.ts';
import { readPosition } from './ingest/stored-position.ts';
import type { DatabaseLog } from './log.ts';
import { fromWire, wireError } from './thread.ts';
import { postgresUpstream, readPlan, tablesOf } from './upstream.ts';
import type { ResolveOption } from './upstream.ts';

/** How long a read waits for a source whose upstream cannot be reached. */
const UNREACHABLE_MS = 30_000;
/** Between the end of the thread that reads and the next one: doubled from the first to the longest, and the first again after one that held. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const HELD_MS = 60_000;

interface Running {
  readonly item: SourceItem;
  readonly plan: ReadPlan;
  readonly relations: readonly RelationId[];
  readonly counters: SourceCounters;
  status: Pick<SourceState, 'status' | 'changedAt' | 'error' | 'details' | 'snapshotDone'>;
  readable: boolean;
  /** by the monotonic clock, since when upstream cannot be reached */
  stalledMs: number | undefined;
  readonly failedRelations: Map<RelationId, SqlError>;
  failure: SqlError | undefined;
  stopped: boolean;
}

/** Whether what is durable of a source is all that there was when it was made. */
function isWhole(plan: ReadPlan, position: unknown): boolean {
  if (plan.kind === 'postgres') return position !== undefined;
  const { startOffsets, endOffsets } = plan.options;
  const read = position === undefined ? startOffsets && { offsets: Object.fromEntries(startOffsets.entries()) } : position as KafkaPosition;
  return endOffsets === undefined || holdsBefore(read, endOffsets);
}

/**
 * The sources of the catalog: has each read (by `ingest`, which writes to the engine past us), and knows what state it is in.
 * Where the thread that reads ends by itself, all sources stall, and go on from their durable positions on a new one after a pause.
 */
export class Sources {
  readonly #ingest: IngestHost;
  readonly #clock: Clock;
  readonly #log: DatabaseLog;
  /** where each source goes on from: as of when it was last not being read */
  #positions: Map<string, string>;
  readonly #running = new Map<number, Running>();
  /** woken at every change of a source's state */
  readonly #waiters = new Set<() => void>();
  readonly #closing = new AbortController();
  #opened: Promise<void> | undefined;
  /** the enums and row types that rows may hold, by OID */
  readonly #types = new Map<number, UserType>();
  readonly #onUnknownLabel: (item: SourceItem) => void;
  #openedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: { readonly ingest: (listener: IngestListener) => IngestHost; readonly clock: Clock; readonly log: DatabaseLog; readonly positions: ReadonlyMap<string, string>; /** upstream has a label that an enum does not have here: reading pauses, and goes on once `define` was told of it */ readonly onUnknownLabel: (item: SourceItem) => void }) {
    this.#ingest = options.ingest({
      report: ({ source, news }) => {
        const running = this.#running.get(source);
        if (running !== undefined) this.#take(running, news);
      },
      onEnd: (error) => this.#ended(error),
    });
    this.#onUnknownLabel = options.onUnknownLabel;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#positions = new Map(options.positions);
  }

  /** Starts reading `item`, or, where the relations it feeds changed, starts it anew from its last position. */
  start(item: SourceItem, catalog: CatalogSnapshot, resolve: ResolveOption): void {
    if (this.#running.has(item.oid)) return;
    const tables = tablesOf(item, catalog);
    const plan = readPlan(item, tables, resolve);
    if (plan === undefined) return;
    const { position, failed } = readPosition(this.#positions.get(String(item.oid)));
    const readable = isWhole(plan, position);
    const running: Running = {
      item, plan, counters: new SourceCounters(),
      relations: plan.kind === 'postgres' ? tables.map((table) => table.id) : [item.id, ...(item.errors === undefined ? [] : [item.errors])],
      status: { status: 'starting', changedAt: this.#instant(), snapshotDone: readable },
      readable, stalledMs: undefined, failedRelations: new Map([...failed].map(([relation, error]) => [relation, fromWire(error)])), failure: undefined, stopped: false,
    };
    this.#running.set(item.oid, running);
    void this.#begin(running);
  }

  /** Enums and row types that are new, or have other labels and fields: who reads knows them from now on. Whoever is started later is told of all. */
  async define(types: readonly UserType[]): Promise<void> {
    for (const type of types) this.#types.set(type.oid, type);
    if (this.#opened === undefined || this.#running.size === 0) return;
    await this.#opened;
    await this.#ingest.request<void>({ kind: 'types', types }).catch((error: unknown) => {
      // The next thread is told of all.
      if (!(error instanceof IngestEnded)) throw error;
    });
  }

  async #begin(running: Running): Promise<void> {
    const { item, plan, relations, counters } = running;
    try {
      await this.#open();
      if (running.stopped) return;
      await this.#ingest.request<void>({ kind: 'read', source: item.oid, plan, relations, position: this.#positions.get(String(item.oid)), types: [...this.#types.values()], counters: counters.buffer });
    } catch (error) {
      // The end of the thread has been told of, and has us begin again.
      if (error instanceof IngestEnded || this.#closing.signal.aborted) return;
      this.#take(running, { kind: 'failed', error: wireError(error) });
    }
  }

  /** Resolves once somebody reads sources and what is durable of each is known. */
  #open(): Promise<void> {
    return (this.#opened ??= this.#openAfter(0));
  }
  async #openAfter(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await sleep(this.#clock, pauseMs, this.#closing.signal);
    try {
      this.#positions = new Map(await this.#ingest.open());
      this.#openedMs = this.#clock.monotonic();
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      this.#stall(error instanceof Error ? error : new InvariantError(String(error)));
      return this.#openAfter(this.#nextPause());
    }
  }
  #nextPause(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    return pauseMs;
  }

  #ended(error: Error): void {
    if (this.#closing.signal.aborted) return;
    if (this.#clock.monotonic() - this.#openedMs >= HELD_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#stall(error);
    this.#opened = this.#openAfter(this.#nextPause());
    for (const running of this.#running.values()) if (running.failure === undefined) void this.#begin(running);
  }
  #stall(error: Error): void {
    this.#log.error({ err: error }, `${error.message}; sources go on from what is durable`);
    for (const running of this.#running.values()) if (running.failure === undefined) this.#setStatus(running, { status: 'stalled', error: error.message });
  }

  #take(running: Running, news: SourceNews): void {
    const { item } = running;
    switch (news.kind) {
      case 'running':
        return this.#setStatus(running, { status: 'running', error: undefined });
      case 'stalled':
        this.#log.warn({ source: item.name }, news.error);
        if (news.unknownLabel === true) this.#onUnknownLabel(item);
        return this.#setStatus(running, { status: 'stalled', error: news.error });
      case 'snapshot':
        running.readable = news.complete;
        if (!news.complete) running.failedRelations.clear();
        return this.#setStatus(running, news.complete ? { snapshotDone: true } : {});
      case 'failed': {
        const error = fromWire(news.error);
        if (news.relation !== undefined) {
          running.failedRelations.set(news.relation, error);
          return this.#setStatus(running, { error: error.message });
        }
        running.failure = error;
        const details = [error.fields.detail, error.fields.hint].filter((part) => part !== undefined).join(' ');
        this.#log.error({ source: item.name, error }, `source ${item.name} failed: ${error.message}`);
        return this.#setStatus(running, { status: 'failed', error: error.message, ...(details === '' ? {} : { details }) });
      }
      case 'log':
        return this.#log[news.level]({ source: item.name }, news.message);
    }
  }

  #setStatus(running: Running, change: Partial<Running['status']>): void {
    if (change.status === 'stalled') running.stalledMs ??= this.#clock.monotonic();
    else if (change.status !== undefined) running.stalledMs = undefined;
    running.status = { ...running.status, ...change, changedAt: this.#instant() };
    this.#wake();
  }
  #instant(): number {
    return (this.#clock.now() - POSTGRES_EPOCH_MS) * 1000;
  }

  get states(): readonly SourceState[] {
    return [...this.#running.values()].map((running) => ({ source: running.item.oid, ...running.status, ...running.counters.read() }));
  }

  /** Raises the error that reading the relation meets, if its source or the relation itself has failed. */
  requireReadable(item: CatalogItem): void {
    const running = this.#of(item);
    if (running === undefined || !('id' in item)) return;
    const failure = running.failedRelations.get(item.id) ?? (running.readable ? undefined : running.failure);
    if (failure !== undefined) throw new SqlError(failure.code, `${item.kind} "${item.name}" cannot be read: ${failure.message}`, failure.fields);
  }

  /** Whether the relations can be read now: their sources' snapshots are complete, and nothing has failed. */
  areReadable(items: Iterable<CatalogItem>): boolean {
    for (const item of items) {
      const running = this.#of(item);
      if (running !== undefined && (!running.readable || running.failedRelations.size > 0)) return false;
    }
    return true;
  }

  /**
   * Resolves once the snapshots of the relations' sources are complete. Raises what `requireReadable` would, and where upstream of a source stays away; calls `onWait` first where that takes waiting.
   */
  async whenReadable(items: Iterable<CatalogItem>, signal: AbortSignal, onWait: (source: string) => void): Promise<void> {
    for (const item of items) {
      this.requireReadable(item);
      const running = this.#of(item);
      if (running === undefined || running.readable) continue;
      onWait(running.item.name);
      while (!running.readable) {
        await this.#change(signal, this.#patienceMs(running));
        this.requireReadable(item);
        if (running.stopped) throw new SqlError('57P01', `source "${running.item.name}" has stopped`, { hint: 'Ask again.' });
      }
    }
  }

  /** How much longer a read waits for the source as it is now. */
  #patienceMs(running: Running): number {
    if (running.stalledMs === undefined) return Infinity;
    const leftMs = running.stalledMs + UNREACHABLE_MS - this.#clock.monotonic();
    if (leftMs > 0) return leftMs;
    throw new SqlError('55000', `source "${running.item.name}" cannot be read yet: ${running.status.error ?? 'its upstream does not answer'}`, {
      detail: 'What it held when it was made has not been read to its end.', hint: 'It is tried again and again. Ask later.',
    });
  }

  /** Resolves at the next change of a source's state, or when the time is over. */
  #change(signal: AbortSignal, withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelTimer = (): void => {};
      const abort = (): void => {
        this.#waiters.delete(wake);
        cancelTimer();
        reject(signal.reason instanceof SqlError ? signal.reason : new SqlError('57014', 'canceling statement due to user request'));
      };
      const wake = (): void => {
        this.#waiters.delete(wake);
        cancelTimer();
        signal.removeEventListener('abort', abort);
        resolve();
      };
      if (signal.aborted) return abort();
      if (withinMs < Infinity) cancelTimer = this.#clock.after(withinMs, wake);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.add(wake);
    });
  }
  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  #of(item: CatalogItem): Running | undefined {
    if (item.kind === 'source') return this.#running.get(item.oid);
    return item.kind === 'table' && item.origin.kind === 'source' ? this.#running.get(item.origin.source) : undefined;
  }

  /** Stops reading; `forget`: the source is dropped, upstream's slot with it. Rejects where that could not be done. */
  async stop(oid: number, forget: ResolveOption | undefined): Promise<void> {
    const running = this.#running.get(oid);
    if (running === undefined) return;
    this.#release(running);
    const { origin } = running.item;
    const slot: ReplicationSlot | undefined = forget === undefined || origin.kind !== 'postgres' ? undefined : { upstream: postgresUpstream(origin.connection, forget), slot: origin.slot };
    if (forget !== undefined) this.#positions.delete(String(oid));
    const stopped = await this.#ask<Stopped>({ kind: 'stop', source: oid, ...(slot === undefined ? {} : { slot }) });
    if (forget === undefined && stopped?.position !== undefined) this.#positions.set(String(oid), stopped.position);
  }
  #release(running: Running): void {
    this.#running.delete(running.item.oid);
    running.stopped = true;
    this.#wake();
  }
  /** Asks the next thread where this one ends before it answers: nothing is read any more then, and the rest of the request is to be done. */
  async #ask<T>(request: IngestRequest): Promise<T> {
    for (;;) {
      await this.#open();
      try {
        return await this.#ingest.request<T>(request);
      } catch (error) {
        if (!(error instanceof IngestEnded) || this.#closing.signal.aborted) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const running of [...this.#running.values()]) this.#release(running);
    await this.#ingest.close();
  }
}
