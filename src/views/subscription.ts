import { InvariantError, SqlError } from '../core/index.ts';
import type { RelationType, RowBatch } from '../core/index.ts';
import type { Dataflow } from './dataflow.ts';
import { checkMemory, failureOf } from './limits.ts';
import type { QueryLimits } from './limits.ts';
import { Collection } from './operators/collection.ts';
import { LOOK_ROWS } from './operators/operator.ts';
import type { Expired } from './operators/operator.ts';
import { ErrorReach, failureOfView } from './outputs/error-reach.ts';
import { BatchWriter } from './outputs/result.ts';
import type { Surroundings } from './query.ts';

/** How a subscription begins: with a snapshot or not, at `asOf` where it must not be earlier. */
export interface SubscriptionStart {
  readonly snapshot: boolean;
  readonly asOf: number | null;
}

/** What changed at one time: the rows with their differences as weights. */
export interface Published {
  readonly time: number;
  readonly rows: RowBatch | null;
}

/** Bytes that may wait for a subscriber; past them the subscription ends with an error, so that a stopped reader costs no memory. */
const SUBSCRIPTION_BYTES = 64 << 20;

/** A relation being followed: `published` holds what has not been taken yet. */
export class Subscription {
  readonly output: Collection;
  readonly published: Published[] = [];
  failure: SqlError | undefined;
  readonly #engine: Surroundings;
  /** takes the subscription out of the engine */
  readonly #leave: (subscription: Subscription, dataflow: Dataflow) => void;
  readonly #begin: SubscriptionStart;
  readonly #limits: QueryLimits;
  #dataflow: Dataflow | undefined;
  #errors: ErrorReach | undefined;
  /** what the tick under way has changed, as far as it is written */
  #writer: BatchWriter | undefined;
  #written = 0;
  #first = true;
  #bytes = 0;

  constructor(engine: Surroundings, leave: (subscription: Subscription, dataflow: Dataflow) => void, type: RelationType, begin: SubscriptionStart, limits: QueryLimits) {
    this.#engine = engine;
    this.#leave = leave;
    this.#begin = begin;
    this.output = new Collection(type, engine.symbols);
    this.output.keep();
    this.#limits = limits;
  }
  begin(dataflow: Dataflow): void {
    this.#dataflow = dataflow;
  }
  get dataflow(): Dataflow {
    if (this.#dataflow === undefined) throw new InvariantError('a subscription has not begun');
    return this.#dataflow;
  }

  get isWaiting(): boolean {
    const { asOf } = this.#begin;
    return this.#first && this.dataflow.live && this.failure === undefined && (asOf === null || this.#engine.time >= asOf);
  }
  /** the time of a snapshot still to come that was asked for by AS OF: a tick has to close there */
  get beginsAt(): number | undefined {
    const { asOf } = this.#begin;
    return this.#first && asOf !== null && asOf > this.#engine.time ? asOf : undefined;
  }
  /** Polled while it hydrates, and at each tick; throws to end it. */
  interrupt(): void {
    this.#limits.interrupt();
    checkMemory(this.output.arrangement.byteLength + this.dataflow.stateBytes, this.#limits.memoryBytes, 'subscription');
  }
  /** Ends with an error, which is what the next `take` meets. */
  fail(thrown: unknown): void {
    this.failure = failureOf(thrown);
    this.published.length = 0;
    this.#writer = undefined;
    this.#errors?.close();
  }

  /** Ends with an error once what is published has been taken. */
  end(error: SqlError): void {
    this.failure = error;
    this.#writer = undefined;
    this.#errors?.close();
  }

  /** Whether something is published when the tick at `time` is closed; what changes before the snapshot's time is part of the snapshot. */
  #publishesAt(time: number): boolean {
    return this.dataflow.live && this.failure === undefined && !(this.#first && this.#begin.asOf !== null && time < this.#begin.asOf);
  }

  /** Writes the differences that the tick at `time` has made, or the snapshot; false when `expired()` came before the end. */
  prepare(time: number, expired: Expired): boolean {
    if (!this.#publishesAt(time)) return true;
    if (this.#writer === undefined) {
      this.interrupt();
      this.#writer = new BatchWriter(this.output.layout, this.output.layout.types.length, this.#engine.symbols);
    }
    const { before: past, arrangement: { slab } } = this.output;
    const { builder } = this.#writer;
    const keep = !this.#first || this.#begin.snapshot;
    while (this.#written < past.size && builder.byteLength <= SUBSCRIPTION_BYTES) {
      const at = past.handles[this.#written]! * slab.stride;
      const before = past.weights[this.#written]!;
      const difference = slab.I[at]! - before;
      if (difference !== 0 && keep) this.#writer.add(slab.I, slab.F, at, difference);
      if (++this.#written % LOOK_ROWS === 0 && expired()) return false;
    }
    return true;
  }

  /** The tick at `time` is closed: what was prepared is in `published`. The first time after hydration it is the snapshot. */
  publish(time: number): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    this.#first = false;
    this.failure = this.#errorNow(this.dataflow);
    const rows = writer.builder.rowCount === 0 ? null : writer.builder.finish();
    this.#bytes += rows?.buffer.byteLength ?? 0;
    const last = this.published[this.published.length - 1];
    // Progress alone is merged: a reader that is behind needs only the latest.
    if (rows === null && last !== undefined && last.rows === null) this.published[this.published.length - 1] = { time, rows: null };
    else this.published.push({ time, rows });
    if (this.#bytes > SUBSCRIPTION_BYTES) {
      this.published.length = 0;
      this.failure = new SqlError('53400', 'the subscriber is too far behind', { detail: `More than ${SUBSCRIPTION_BYTES >> 20} MiB of changes waited for it.`, hint: 'Read faster, or subscribe again.' });
    }
  }

  /** Forgets what is published of the tick; false when `expired()` came before the end. */
  sweep(expired: Expired): boolean {
    if (this.#first) return true;
    this.#written = 0;
    return this.output.sweep(expired);
  }

  /** The error that lies in what it reads, or in its own rows. The first time all errors are looked at, then what changed of them. */
  #errorNow(dataflow: Dataflow): SqlError | undefined {
    this.#errors ??= new ErrorReach(dataflow.rendered.entries, (id) => this.#engine.relations.erring(id));
    this.#errors.scan(() => false);
    const { failure } = this.#errors;
    if (failure !== undefined) return failureOfView(failure, (id) => this.#engine.relations.nameOf(id));
    const [own] = dataflow.errors.list(1);
    return own && new SqlError(own.code, own.message, own.detail === undefined ? {} : { detail: own.detail });
  }
  /** What a view does with errors has changed: all are looked at again. */
  reviewErrors(): void {
    this.#errors?.close();
    this.#errors = undefined;
  }

  take(): Published | undefined {
    const next = this.published.shift();
    if (next?.rows) this.#bytes -= next.rows.buffer.byteLength;
    return next;
  }
  close(): void {
    this.#errors?.close();
    this.#leave(this, this.dataflow);
  }
}
