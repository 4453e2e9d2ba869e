import type pg from 'pg';
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';
import type { Clock } from '../../core/index.ts';
import type { Outbox } from '../outbox.ts';
import { ChangeDecoder } from './changes.ts';
import { clientConfig, quoteIdentifier, quoteLiteral } from './connection.ts';
import type { PostgresUpstream } from './connection.ts';
import { formatLsn, maxLsn, parseLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';
import type { PostgresPosition } from './source.ts';
import type { TableReader } from './table-reader.ts';

export interface StreamOptions {
  readonly upstream: PostgresUpstream;
  readonly tls: boolean;
  readonly publication: string;
  readonly slot: string;
  readonly clock: Clock;
  readonly start: Lsn;
  readonly readers: readonly TableReader[];
  readonly outbox: Outbox<PostgresPosition>;
}

/** Upstream gives up on us after wal_sender_timeout (a minute by default) of silence, also while our socket is paused. */
const STATUS_EVERY_MS = 1_000;
/** An upstream with nothing to say is asked for a word, and taken for gone where it gives none: a stall must not look like idleness. */
const ASK_AFTER_MS = 10_000;
const GONE_AFTER_MS = 60_000;

/**
 * The bytes of a message are good during the call only (the client's buffer is used again), so decoding happens right there;
 * the package's own parser, which makes an object a row and loses precision, is left out.
 */
class DecodingPlugin extends PgoutputPlugin {
  readonly #publication: string;
  readonly #decode: (message: Buffer) => void;

  constructor(publication: string, decode: (message: Buffer) => void) {
    super({ protoVersion: 1, publicationNames: [publication] });
    this.#publication = publication;
    this.#decode = decode;
  }
  override parse(message: Buffer): never {
    return this.#decode(message) as never;
  }
  override start(client: pg.Client, slot: string, lsn: string): Promise<pg.QueryResult> {
    const publications = quoteLiteral(quoteIdentifier(this.#publication));
    return client.query(`START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL ${lsn} (proto_version '1', publication_names ${publications})`);
  }
}

/**
 * Changes from the slot, from `start` on, into the outbox.
 *
 * What is acknowledged upstream: what the caller has acknowledged; and while everything emitted is acknowledged, all that upstream has sent, so
 * that a slot whose tables are idle does not hold back the log of the others.
 */
export class Stream {
  readonly #options: StreamOptions;
  readonly #service: LogicalReplicationService;
  readonly #decoder: ChangeDecoder;
  #acknowledged: Lsn;
  /** end of the last commit emitted */
  #emitted: Lsn;
  /** how far upstream says it has looked */
  #received: Lsn;
  #sent: Lsn = 0n;
  #broken: unknown;
  /** when upstream was last heard of, by the monotonic clock */
  #heardMs: number;
  #breakOff: () => void = () => {};

  constructor(options: StreamOptions) {
    const { upstream, tls, slot, readers, outbox, start } = options;
    this.#options = options;
    this.#acknowledged = this.#emitted = this.#received = start;
    this.#heardMs = options.clock.monotonic();
    // Its own timer would acknowledge what was merely received (and runs on the machine's clock): 0 turns it off.
    this.#service = new LogicalReplicationService(clientConfig(upstream, tls), {
      acknowledge: { auto: false, timeoutSeconds: 0 }, flowControl: { enabled: true },
    });
    this.#decoder = new ChangeDecoder(slot, new Map(readers.map((reader) => [reader.table.oid, reader])), (event) => {
      if (event.kind === 'commit') this.#emitted = parseLsn(event.position.lsn);
      outbox.push(event);
    });
  }

  acknowledge(upTo: Lsn): void {
    this.#acknowledged = maxLsn(this.#acknowledged, upTo);
    this.#sendStatus(false);
  }

  /** Resolves when the signal aborts; rejects with whatever ended the stream. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, outbox, publication, slot, start } = this.#options;
    const ended = new Promise<void>((resolve) => (this.#breakOff = resolve));
    signal.addEventListener('abort', this.#breakOff, { once: true });
    let settle = (): void => {};
    // The package cannot be stopped while it connects: it would go on connecting with nobody to close the connection.
    const settled = new Promise<void>((resolve) => (settle = resolve));
    this.#service.on('start', settle);
    this.#service.on('error', (error) => this.#break(error));
    this.#service.on('data', () => outbox.room());
    this.#service.on('heartbeat', (lsn, _time, shouldRespond) => this.#heartbeat(parseLsn(lsn), shouldRespond));
    let cancelTimer = clock.after(STATUS_EVERY_MS, () => this.#tick());
    this.#rearm = () => (cancelTimer = clock.after(STATUS_EVERY_MS, () => this.#tick()));
    void this.#service.subscribe(new DecodingPlugin(publication, (message) => this.#decode(message)), slot, formatLsn(start)).then(
      () => this.#break(new Error('the upstream server ended the replication stream')),
      (error) => this.#break(error),
    ).finally(settle);
    await ended;
    await settled;
    signal.removeEventListener('abort', this.#breakOff);
    cancelTimer();
    if (this.#broken === undefined) this.#sendStatus(true);
    await this.#service.destroy().catch(() => {});
    if (!signal.aborted && this.#broken !== undefined) throw this.#broken;
  }
  #rearm: () => void = () => {};

  #break(error: unknown): void {
    this.#broken ??= error;
    this.#breakOff();
  }
  #tick(): void {
    const { clock, outbox } = this.#options;
    if (outbox.isFull) this.#heardMs = clock.monotonic();
    const silentMs = clock.monotonic() - this.#heardMs;
    if (silentMs > GONE_AFTER_MS) return this.#break(new Error(`the upstream server has been silent for ${Math.round(silentMs / 1000)} s`));
    this.#sendStatus(true, silentMs > ASK_AFTER_MS);
    this.#rearm();
  }
  /** Runs inside the socket's callback: an exception must not leave it. */
  #decode(message: Buffer): void {
    if (this.#broken !== undefined) return;
    this.#heardMs = this.#options.clock.monotonic();
    try {
      this.#decoder.message(message);
    } catch (error) {
      this.#break(error);
    }
  }
  /** Upstream has looked at its log up to `lsn`; within a transaction that says nothing about us. */
  #heartbeat(lsn: Lsn, shouldRespond: boolean): void {
    this.#heardMs = this.#options.clock.monotonic();
    if (!this.#decoder.inTransaction && lsn > this.#received) {
      this.#received = lsn;
      if (lsn > this.#emitted) this.#options.outbox.push({ kind: 'progress', position: { lsn: formatLsn(lsn), slot: this.#options.slot } });
    }
    this.#sendStatus(shouldRespond);
  }

  /** Everything before this is not needed again. */
  get #flushed(): Lsn {
    return this.#acknowledged >= this.#emitted && !this.#decoder.inTransaction ? maxLsn(this.#acknowledged, this.#received) : this.#acknowledged;
  }
  #sendStatus(evenIfKnown: boolean, ask = false): void {
    const flushed = this.#flushed;
    if (flushed === 0n || (!evenIfKnown && flushed === this.#sent)) return;
    this.#sent = flushed;
    // The package takes the last byte that was written and sends the one behind it.
    void this.#service.acknowledge(formatLsn(flushed - 1n), ask);
  }
}
