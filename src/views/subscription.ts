import { SqlError } from '../core/index.ts';
import type { RelationType, RowBatch } from '../core/index.ts';
import type { Dataflow } from './dataflow.ts';
import { checkMemory, failureOf } from './limits.ts';
import { Collection } from './operators/collection.ts';
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
  readonly #before = new Map<number, number>();
  #dataflow: Dataflow | undefined;
  #errors: ErrorReach | undefined;
  #first = true;
  #bytes = 0;

  constructor(engine: Surroundings, leave: (subscription: Subscription, dataflow: Dataflow) => void, type: RelationType, begin: SubscriptionStart) {
    this.#engine = engine;
    this.#leave = leave;
    this.#begin = begin;
    this.output = new Collection(type, engine.symbols);
    this.output.watch((handle, weightBefore) => {
      if (!this.#before.has(handle)) this.#before.set(handle, weightBefore);
    });
  }
  begin(dataflow: Dataflow): void {
    this.#dataflow = dataflow;
  }

  get isWaiting(): boolean {
    const { asOf } = this.#begin;
    return this.#first && this.#dataflow!.hydrated && this.failure === undefined && (asOf === null || this.#engine.time >= asOf);
  }
  /** the time of a snapshot still to come that was asked for by AS OF: a tick has to close there */
  get beginsAt(): number | undefined {
    const { asOf } = this.#begin;
    return this.#first && asOf !== null && asOf > this.#engine.time ? asOf : undefined;
  }
  /** Raises 53200 where the rows and the operators' state are more than may be held. */
  limitTo(memoryBytes: number): void {
    checkMemory(this.output.arrangement.byteLength + (this.#dataflow?.stateBytes ?? 0), memoryBytes, 'subscription');
  }
  /** Ends with an error, which is what the next `take` meets. */
  fail(thrown: unknown): void {
    this.failure = failureOf(thrown);
    this.published.length = 0;
    this.output.watch(undefined);
    this.#errors?.close();
  }

  /** Puts the differences of the tick into `published`; the first after hydration is the snapshot. */
  publish(time: number): void {
    const dataflow = this.#dataflow!;
    if (!dataflow.hydrated || this.failure !== undefined) return;
    // What changes before the snapshot's time is part of the snapshot.
    if (this.#first && this.#begin.asOf !== null && time < this.#begin.asOf) return;
    const { arrangement, layout } = this.output;
    const writer = new BatchWriter(layout, layout.types.length, this.#engine.symbols);
    const { slab } = arrangement;
    const keep = !this.#first || this.#begin.snapshot;
    for (const [handle, before] of this.#before) {
      const at = handle * slab.stride;
      const difference = slab.I[at]! - before;
      if (difference !== 0 && keep) writer.add(slab.I, slab.F, at, difference);
      arrangement.release(handle);
    }
    this.#before.clear();
    this.#first = false;
    this.failure = this.#errorNow(dataflow);
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

  /** The error that lies in what it reads, or in its own rows. The first time all errors are looked at, then what changed of them. */
  #errorNow(dataflow: Dataflow): SqlError | undefined {
    this.#errors ??= new ErrorReach(dataflow.rendered.entries, (id) => this.#engine.erring(id));
    this.#errors.scan(() => false);
    const { failure } = this.#errors;
    if (failure !== undefined) return failureOfView(failure, (id) => this.#engine.relationName(id));
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
    this.#leave(this, this.#dataflow!);
  }
}
