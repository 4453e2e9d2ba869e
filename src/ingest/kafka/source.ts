import type { Consumer, EachBatchPayload } from 'kafkajs';
import { sleep, SqlError, TransientError } from '../../core/index.ts';
import type { Clock, Column, Random } from '../../core/index.ts';
import type { MessageFormat } from '../decode/decoder.ts';
import type { IncludedColumn } from '../decode/included.ts';
import { Outbox } from '../outbox.ts';
import type { Source, SourceEvent } from '../source.ts';
import { errorMessage, hasName, kafkaClient } from './connection.ts';
import type { KafkaLog, KafkaUpstream } from './connection.ts';
import { describeTopic } from './describe.ts';
import type { TopicFacts } from './describe.ts';
import { MessageRows } from './rows.ts';

/** The offset of the next message to read, by partition. A partition that is not named is read from its beginning. */
export interface KafkaPosition {
  readonly offsets: Readonly<Record<string, number>>;
}

export interface KafkaSourceOptions {
  readonly upstream: KafkaUpstream;
  readonly topic: string;
  readonly format: MessageFormat;
  /** of the value, then the included ones, as relation 0 has them */
  readonly columns: readonly Column[];
  readonly included: readonly IncludedColumn[];
  /** where a source that has no position yet begins, by partition number */
  readonly startOffsets?: readonly number[];
  readonly startTimestampMs?: number;
  /** the ends of the partitions when the source was made, by partition number: `snapshotEnd` says that all before them has been read */
  readonly endOffsets?: readonly number[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: KafkaLog;
  /** bytes of rows that may lie unread before fetching stops; 8 MB by default */
  readonly bufferBytes?: number;
}

const BUFFER_BYTES = 8 << 20;
/** How long a fetch waits for a message; also how long stopping may take. */
const FETCH_WAIT_MS = 500;
/** New partitions are found within this time. */
const METADATA_AGE_MS = 10_000;
/** The broker takes a consumer for dead after 30 s without one. */
const HEARTBEAT_EVERY_MS = 3_000;

/**
 * Messages of all partitions of a topic: relation 0 has the decoded rows, relation 1 (`sourceErrorColumns`) the messages that could not be decoded.
 * Order holds within a partition. Offsets are kept by the caller alone: nothing is committed to the broker, and `acknowledge` has nothing to do.
 * The first event is `progress` with the offsets that reading starts from, so that START TIMESTAMP is resolved once.
 * Each read says `snapshotEnd` once, where everything is read that the topic held when the source was made.
 */
export function kafkaSource(options: KafkaSourceOptions): Source<KafkaPosition> {
  return {
    read: (resumeAfter, signal) => readTopic(options, resumeAfter, signal),
    acknowledge: () => {},
  };
}

async function* readTopic(options: KafkaSourceOptions, resumeAfter: KafkaPosition | undefined, signal: AbortSignal): AsyncGenerator<SourceEvent<KafkaPosition>> {
  const outbox = new Outbox<KafkaPosition>(options.bufferBytes ?? BUFFER_BYTES);
  const gone = new AbortController();
  const leave = (): void => {
    outbox.close();
    gone.abort();
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const work = run(options, resumeAfter, outbox, gone.signal).then(
    () => outbox.end(),
    (error) => endWith(error, options, outbox),
  );
  try {
    yield* outbox.drain();
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
    await work;
  }
}

function endWith(error: unknown, { topic, upstream }: KafkaSourceOptions, outbox: Outbox<KafkaPosition>): void {
  if (hasName(error, 'KafkaJSNotImplemented')) {
    const hint = 'Let producers of this topic use zstd, gzip or no compression (compression.type).';
    outbox.push({ kind: 'failed', error: new SqlError('0A000', `the compression of topic "${topic}" is not supported: ${errorMessage(error)}`, { hint, cause: error }) });
    return outbox.end();
  }
  if (error instanceof SqlError && error.code !== '08001' && error.code !== '28P01') {
    outbox.push({ kind: 'failed', error });
    return outbox.end();
  }
  const where = upstream.brokers.map((broker) => `"${broker}"`).join(', ');
  outbox.end(new TransientError(`Kafka at ${where}, topic "${topic}": ${errorMessage(error)}`, { cause: error }));
}

async function run(options: KafkaSourceOptions, resumeAfter: KafkaPosition | undefined, outbox: Outbox<KafkaPosition>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { upstream, topic, log, random } = options;
  const facts = await describeTopic(upstream, topic, signal, log, resumeAfter === undefined ? options.startTimestampMs : undefined);
  const next = startOffsets(options, resumeAfter, facts);
  const rowsKnown = (options.endOffsets ?? []).reduce((sum, end, partition) => sum + Math.max(0, end - (next.get(partition) ?? 0)), 0);
  outbox.push({ kind: 'progress', position: { offsets: Object.fromEntries(next) }, ...(rowsKnown > 0 && { rowsKnown }) });
  const progress = new Progress(next, options.endOffsets, outbox);
  progress.tellOfEnd();

  const groupId = `millrace-${Buffer.from(random.bytes(8)).toString('hex')}`;
  const consumer = kafkaClient(upstream, log).consumer({
    groupId, metadataMaxAge: METADATA_AGE_MS, maxWaitTimeInMs: FETCH_WAIT_MS, allowAutoTopicCreation: false,
    // Longer than the client's others: the first group that a new broker meets has it load its coordinator, for a second or so.
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  });
  try {
    await consume(consumer, options, progress, outbox, signal);
  } finally {
    await consumer.disconnect().catch(() => {});
  }
}

/** Resolves when the signal aborts, rejects when the consumer gives up. */
async function consume(consumer: Consumer, options: KafkaSourceOptions, progress: Progress, outbox: Outbox<KafkaPosition>, signal: AbortSignal): Promise<void> {
  const { topic } = options;
  const ended = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  });
  ended.catch(() => {});
  // A group without committed offsets starts over after every rebalance (a new partition is one), so each join is followed by our own seek.
  consumer.on('consumer.group_join', () => {
    for (const [partition, offset] of progress.next) consumer.seek({ topic, partition, offset: String(offset) });
  });
  // Messages of aborted transactions, and what the broker itself writes to the end of each, are left out by the client: a fetch of those alone is no batch.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, batchSize, firstOffset, lastOffset } }) => {
    if (batchSize === 0 && Number(firstOffset ?? lastOffset) <= progress.of(partition)) progress.read(partition, Number(lastOffset) + 1);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const rows = new MessageRows(topic, options.format, options.columns, options.included);
  await consumer.run({ autoCommit: false, eachBatch: (payload) => takeBatch(payload, rows, progress, outbox, options.clock, signal) });
  await ended;
}

async function takeBatch(
  { batch, heartbeat, isRunning, isStale }: EachBatchPayload, rows: MessageRows, progress: Progress, outbox: Outbox<KafkaPosition>, clock: Clock, signal: AbortSignal,
): Promise<void> {
  await waitForRoom(outbox, heartbeat, clock, signal);
  if (signal.aborted || !isRunning() || isStale()) return;
  const { partition } = batch;
  let expected = progress.of(partition);
  const before = expected;
  const flush = (): void => {
    for (const { relation, rows: part } of rows.take()) outbox.push({ kind: 'changes', relation, rows: part });
  };
  for (const message of batch.messages) {
    const offset = Number(message.offset);
    if (offset < expected) continue;
    rows.add({
      value: message.value, key: message.key, partition, offset, timestampMs: Number(message.timestamp),
      headers: message.headers === undefined ? [] : flatHeaders(message.headers),
    });
    expected = offset + 1;
    if (rows.isFull) flush();
  }
  if (expected > before) {
    flush();
    progress.read(partition, expected, 'commit');
  }
  progress.read(partition, Number(batch.lastOffset()) + 1);
}

/** How far the partitions have been read. */
class Progress {
  readonly next: Map<number, number>;
  readonly #ends: readonly number[] | undefined;
  readonly #outbox: Outbox<KafkaPosition>;
  #told = false;

  constructor(next: Map<number, number>, ends: readonly number[] | undefined, outbox: Outbox<KafkaPosition>) {
    this.next = next;
    this.#ends = ends;
    this.#outbox = outbox;
  }
  of(partition: number): number {
    return this.next.get(partition) ?? 0;
  }
  /** Everything of the partition before `next` has been read; with `commit` the caller is told so, else with what follows. */
  read(partition: number, next: number, as?: 'commit'): void {
    if (next <= this.of(partition)) return;
    this.next.set(partition, next);
    if (as !== undefined) this.#outbox.push({ kind: as, position: this.#position });
    this.tellOfEnd();
  }
  tellOfEnd(): void {
    if (this.#told || this.#ends === undefined || !holdsBefore(this.#position, this.#ends)) return;
    this.#told = true;
    this.#outbox.push({ kind: 'snapshotEnd', position: this.#position });
  }
  get #position(): KafkaPosition {
    return { offsets: Object.fromEntries(this.next) };
  }
}

/** Whether everything before these ends of the partitions, by partition number, has been read. */
export const holdsBefore = (position: KafkaPosition | undefined, ends: readonly number[]): boolean => ends.every((end, partition) => (position?.offsets[partition] ?? 0) >= end);

async function waitForRoom(outbox: Outbox<KafkaPosition>, heartbeat: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let room = outbox.room(); room !== undefined && !signal.aborted; room = outbox.room()) {
    const pause = new AbortController();
    await Promise.race([room, sleep(clock, HEARTBEAT_EVERY_MS, pause.signal).catch(() => {})]);
    pause.abort();
    await heartbeat();
  }
}

function flatHeaders(headers: NonNullable<EachBatchPayload['batch']['messages'][number]['headers']>): (readonly [string, Uint8Array | null])[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, one === undefined ? null : typeof one === 'string' ? Buffer.from(one) : one] as const));
}

/** By partition; an offset that the topic does not have (any more) is an error: messages would be missing without a word. */
function startOffsets(options: KafkaSourceOptions, resumeAfter: KafkaPosition | undefined, facts: TopicFacts): Map<number, number> {
  const next = new Map<number, number>();
  for (const { partition, low, high } of facts.partitions) {
    const resumed = resumeAfter?.offsets[partition];
    if (resumed !== undefined && (resumed < low || resumed > high)) {
      const reason = resumed < low ? 'the broker has removed messages that were not read yet' : 'the topic was made anew or its end was lost';
      throw new SqlError('55000', `topic "${options.topic}", partition ${partition}: offset ${resumed} is not there: ${reason}`, {
        detail: `The partition has offsets ${low} to ${high}.`, hint: 'Drop the source and create it again to read what the topic has now.',
      });
    }
    const first = resumeAfter === undefined ? (facts.atTimestamp?.[partition] ?? options.startOffsets?.[partition]) : undefined;
    next.set(partition, resumed ?? Math.max(low, first ?? low));
  }
  return next;
}
