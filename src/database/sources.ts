import { InvariantError, POSTGRES_EPOCH_MS, sleep, SqlError, TransientError } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import type { CatalogItem, CatalogSnapshot, KafkaConnection, OptionValue, PostgresConnection, SourceItem, SourceState, TableItem } from '../catalog/index.ts';
import { dropSlot, kafkaSource, postgresSource } from '../ingest/index.ts';
import type { KafkaUpstream, PostgresUpstream, Source, SourceEvent } from '../ingest/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { EngineHost } from './engine/host.ts';
import type { WireChange } from './engine/messages.ts';
import type { DatabaseLog } from './log.ts';

/** Bytes of changes sent to the engine that are not durable yet; beyond it the source waits. */
const IN_FLIGHT_BYTES = 16 << 20;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

interface Running {
  readonly item: SourceItem;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  readonly relations: readonly RelationId[];
  state: SourceState;
  readable: boolean;
  readonly failedRelations: Map<RelationId, SqlError>;
  failure: SqlError | undefined;
}

/** Value of an option, a secret's looked up. */
export type ResolveOption = (value: OptionValue) => string;

export function postgresUpstream(connection: PostgresConnection, resolve: ResolveOption): PostgresUpstream {
  return {
    host: connection.host, port: connection.port, database: connection.database, user: resolve(connection.user), sslMode: connection.sslMode,
    ...(connection.password === undefined ? {} : { password: resolve(connection.password) }),
    ...(connection.sslRootCert === undefined ? {} : { sslRootCert: resolve(connection.sslRootCert) }),
  } as PostgresUpstream;
}

export function kafkaUpstream(connection: KafkaConnection, resolve: ResolveOption): KafkaUpstream {
  const { sasl } = connection;
  return {
    brokers: connection.brokers, securityProtocol: connection.securityProtocol,
    ...(sasl === undefined ? {} : { sasl: { mechanism: sasl.mechanism, user: resolve(sasl.user), password: resolve(sasl.password) } }),
    ...(connection.sslRootCert === undefined ? {} : { sslRootCert: resolve(connection.sslRootCert) }),
  } as KafkaUpstream;
}

/**
 * Runs the sources of the catalog: reads each, sends whole transactions to the engine with the position they end at, and tells upstream what is durable.
 * A failure that a retry may cure pauses the source (100 ms, doubling to 10 s); one that cannot be cured fails the source or its relation, and reads of it say so.
 */
export class Sources {
  readonly #engine: EngineHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: DatabaseLog;
  readonly #positions: Map<string, string>;
  readonly #running = new Map<number, Running>();
  /** woken at every change of a source's state */
  readonly #waiters = new Set<() => void>();

  constructor(options: { readonly engine: EngineHost; readonly clock: Clock; readonly random: Random; readonly log: DatabaseLog; readonly positions: ReadonlyMap<string, string> }) {
    this.#engine = options.engine;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
    this.#positions = new Map(options.positions);
  }

  /** Starts reading `item`, or, where the relations it feeds changed, starts it anew from its last position. */
  start(item: SourceItem, catalog: CatalogSnapshot, resolve: ResolveOption): void {
    if (item.origin.kind === 'webhook' || this.#running.has(item.oid)) return;
    const tables = tablesOf(item, catalog);
    if (item.origin.kind === 'postgres' && tables.length === 0) return; // CREATE VIEWS FROM SOURCE has not been said
    const source = this.#make(item, tables, resolve);
    const relations = item.origin.kind === 'postgres' ? tables.map((table) => table.id) : [item.id, ...(item.errors === undefined ? [] : [item.errors])];
    const abort = new AbortController();
    const position = this.#positions.get(String(item.oid));
    const running: Running = {
      item, abort, relations, readable: item.origin.kind !== 'postgres' || position !== undefined, failedRelations: new Map(), failure: undefined,
      state: { source: item.oid, status: 'starting', changedAt: this.#instant(), messagesReceived: 0, bytesReceived: 0, rowsInserted: 0, rowsDeleted: 0, messagesFailed: 0, snapshotDone: position !== undefined },
      ended: Promise.resolve(),
    };
    this.#running.set(item.oid, running);
    (running as { ended: Promise<void> }).ended = this.#run(running, source);
  }

  #make(item: SourceItem, tables: readonly TableItem[], resolve: ResolveOption): Source<unknown> {
    const { origin } = item;
    switch (origin.kind) {
      case 'postgres':
        return postgresSource({
          upstream: postgresUpstream(origin.connection, resolve), publication: origin.publication, slot: origin.slot, clock: this.#clock,
          tables: tables.map((table) => upstreamOf(origin.tables, table)),
        }) as Source<unknown>;
      case 'kafka':
        return kafkaSource({
          upstream: kafkaUpstream(origin.connection, resolve), topic: origin.topic, format: origin.format, columns: item.columns, included: origin.included,
          ...(origin.startOffsets === undefined ? {} : { startOffsets: origin.startOffsets }),
          ...(origin.startTimestampMs === undefined ? {} : { startTimestampMs: origin.startTimestampMs }),
          clock: this.#clock, random: this.#random, log: (level, message) => this.#log[level]({ source: item.name }, message),
        }) as Source<unknown>;
      case 'webhook':
        throw new InvariantError('a webhook source is not read');
    }
  }

  async #run(running: Running, source: Source<unknown>): Promise<void> {
    const { signal } = running.abort;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#pump(running, source, signal, () => (pause = FIRST_PAUSE_MS));
        if (running.failure !== undefined) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TransientError)) {
          this.#fail(running, error instanceof SqlError ? error : new SqlError('XX000', `internal error: ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
          this.#log.error({ source: running.item.name, error }, `source ${running.item.name} failed`);
          return;
        }
        this.#setState(running, { status: 'stalled', error: error.message });
        this.#log.warn({ source: running.item.name }, error.message);
      }
      await sleep(this.#clock, pause, signal).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /**
   * Reads on after the last durable position until upstream ends or fails. Whatever was sent to the engine is settled before this is:
   * a write still under way would be durable after its successor had begun to read it again.
   */
  async #pump(running: Running, source: Source<unknown>, signal: AbortSignal, onDurable: () => void): Promise<void> {
    const last = this.#positions.get(String(running.item.oid));
    const resumeAfter: unknown = last === undefined ? undefined : JSON.parse(last);
    let transaction: WireChange[] = [];
    let transactionBytes = 0;
    let inFlight = 0;
    let lastWrite: Promise<void> = Promise.resolve();
    let failed: unknown;
    const write = (changes: readonly WireChange[], bytes: number, position: unknown): void => {
      inFlight += bytes;
      const stored = position === undefined ? undefined : ([String(running.item.oid), JSON.stringify(position)] as const);
      const own = this.#engine.request<number>({ kind: 'write', changes, check: false, ...(stored === undefined ? {} : { position: stored }) }, changes.flatMap((change) => (change.rows === undefined ? [] : [change.rows])));
      const before = lastWrite;
      lastWrite = own.then(
        async () => {
          await before;
          inFlight -= bytes;
          if (stored === undefined) return;
          this.#positions.set(...stored);
          onDurable();
          source.acknowledge(position);
        },
        (error: unknown) => {
          failed ??= error;
          inFlight -= bytes;
        },
      );
    };
    try {
      for await (const event of source.read(resumeAfter, signal)) {
        if (failed !== undefined) throw failed;
        if (running.state.status !== 'running' && event.kind !== 'failed') this.#setState(running, { status: 'running', error: undefined });
        switch (event.kind) {
          case 'snapshotBegin':
            running.readable = false;
            transaction = [];
            transactionBytes = 0;
            write(running.relations.map((relation) => ({ relation, truncate: true })), 0, undefined);
            break;
          case 'snapshotChunk':
            this.#count(running, event);
            write([{ relation: running.relations[event.relation]!, rows: event.rows.buffer }], event.rows.buffer.byteLength, undefined);
            break;
          case 'snapshotEnd':
            write([], 0, event.position);
            await lastWrite;
            running.readable = true;
            this.#setState(running, { snapshotDone: true });
            break;
          case 'changes': {
            this.#count(running, event);
            const { rows, missing, keyOnly } = event;
            transaction.push({
              relation: running.relations[event.relation]!, rows: rows.buffer,
              ...(missing === undefined || missing.size === 0 ? {} : { missing }), ...(keyOnly === undefined || keyOnly.size === 0 ? {} : { keyOnly }),
            });
            transactionBytes += rows.buffer.byteLength;
            break;
          }
          case 'truncate':
            transaction.push({ relation: running.relations[event.relation]!, truncate: true });
            break;
          case 'commit':
            write(transaction, transactionBytes, event.position);
            transaction = [];
            transactionBytes = 0;
            break;
          case 'progress':
            // Nothing to store: everything before it is durable once the last write is.
            await lastWrite;
            if (failed !== undefined) throw failed;
            source.acknowledge(event.position);
            break;
          case 'failed':
            if (event.relation === undefined) {
              await lastWrite;
              this.#fail(running, event.error);
              return;
            }
            running.failedRelations.set(running.relations[event.relation]!, event.error);
            this.#setState(running, { error: event.error.message });
            break;
        }
        while (inFlight > IN_FLIGHT_BYTES) await lastWrite;
      }
    } finally {
      await lastWrite;
    }
    if (failed !== undefined) throw failed;
  }

  #count(running: Running, event: SourceEvent<unknown> & { kind: 'changes' | 'snapshotChunk' }): void {
    const { state } = running;
    const { rows } = event;
    let inserted = 0;
    for (let row = 0; row < rows.rowCount; row++) if (rows.weight(row) > 0) inserted++;
    const errors = running.item.origin.kind === 'kafka' && event.relation === 1;
    running.state = {
      ...state,
      messagesReceived: state.messagesReceived + rows.rowCount,
      bytesReceived: state.bytesReceived + rows.buffer.byteLength,
      rowsInserted: state.rowsInserted + (errors ? 0 : inserted),
      rowsDeleted: state.rowsDeleted + rows.rowCount - inserted,
      messagesFailed: state.messagesFailed + (errors ? inserted : 0),
    };
  }

  #fail(running: Running, error: SqlError): void {
    running.failure = error;
    const { detail, hint } = error.fields;
    this.#setState(running, { status: 'failed', error: error.message, ...(detail === undefined && hint === undefined ? {} : { details: [detail, hint].filter((part) => part !== undefined).join(' ') }) });
  }

  #setState(running: Running, change: Partial<SourceState>): void {
    running.state = { ...running.state, ...change, changedAt: this.#instant() };
    this.#wake();
  }

  #instant(): number {
    return (this.#clock.now() - POSTGRES_EPOCH_MS) * 1000;
  }

  get states(): readonly SourceState[] {
    return [...this.#running.values()].map((running) => running.state);
  }

  /** Raises the error that reading the relation meets, if its source or the relation itself has failed. */
  requireReadable(item: CatalogItem): void {
    const running = this.#of(item);
    if (running === undefined || !('id' in item)) return;
    const failure = running.failedRelations.get(item.id) ?? (running.readable ? undefined : running.failure);
    if (failure !== undefined) throw new SqlError(failure.code, `${item.kind} "${item.name}" cannot be read: ${failure.message}`, failure.fields);
  }

  /** Resolves once the snapshots of the relations' sources are complete, and raises what `requireReadable` would; calls `onWait` first where that takes waiting. */
  async whenReadable(items: Iterable<CatalogItem>, signal: AbortSignal, onWait: (source: string) => void): Promise<void> {
    for (const item of items) {
      this.requireReadable(item);
      const running = this.#of(item);
      if (running === undefined || running.readable) continue;
      onWait(running.item.name);
      while (!running.readable) {
        await this.#change(signal);
        this.requireReadable(item);
        if (running.abort.signal.aborted) throw new SqlError('57P01', `source "${running.item.name}" has stopped`, { hint: 'Ask again.' });
      }
    }
  }

  /** Resolves at the next change of a source's state. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(wake);
        reject(signal.reason instanceof SqlError ? signal.reason : new SqlError('57014', 'canceling statement due to user request'));
      };
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      if (signal.aborted) return abort();
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

  /** Stops reading; `forget`: the source is dropped, upstream's slot with it. */
  async stop(oid: number, forget: ResolveOption | undefined): Promise<void> {
    const running = this.#running.get(oid);
    if (running === undefined) return;
    this.#running.delete(oid);
    running.abort.abort();
    this.#wake();
    await running.ended;
    if (forget === undefined) return;
    this.#positions.delete(String(oid));
    const { origin } = running.item;
    if (origin.kind === 'postgres') await dropSlot(postgresUpstream(origin.connection, forget), origin.slot);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((oid) => this.stop(oid, undefined)));
  }
}

/** The tables fed by a Postgres source, in order of their OIDs. */
export function tablesOf(source: SourceItem, catalog: CatalogSnapshot): TableItem[] {
  return [...catalog.relations()].filter((item): item is TableItem => item.kind === 'table' && item.origin.kind === 'source' && item.origin.source === source.oid && item.id !== source.errors)
    .sort((a, b) => a.oid - b.oid);
}

function upstreamOf<T extends { readonly schema: string; readonly name: string }>(tables: readonly T[], table: TableItem): T {
  if (table.origin.kind !== 'source') throw new InvariantError(`${table.name} has no upstream`);
  const { schema, name } = table.origin.upstream;
  const found = tables.find((upstream) => upstream.schema === schema && upstream.name === name);
  if (found === undefined) throw new InvariantError(`no upstream table ${schema}.${name}`);
  return found;
}
