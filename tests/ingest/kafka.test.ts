import { Kafka, logLevel } from 'kafkajs';
import type { Admin, Message } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Oid, SystemClock, SystemRandom, sqlType, TransientError } from '../../src/core/index.ts';
import type { Column } from '../../src/core/index.ts';
import { describeTopic, kafkaSource } from '../../src/ingest/index.ts';
import type { KafkaPosition, KafkaSourceOptions, KafkaUpstream } from '../../src/ingest/index.ts';
import { kafkaSkipped, startKafka } from '../support/kafka.ts';
import { describeEvent, readUntil, textRows } from './rows.ts';

const column = (name: string, oid: number): Column => ({ name, type: sqlType(oid), nullable: true });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(kafkaSkipped)('Kafka', () => {
  let broker: Awaited<ReturnType<typeof startKafka>>;
  let upstream: KafkaUpstream;
  let client: Kafka;
  let admin: Admin;

  beforeAll(async () => {
    broker = await startKafka();
    upstream = { brokers: broker.brokers, securityProtocol: 'plaintext' };
    client = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'first' }], waitForLeaders: true });
    await send('first', ids(0, 1));
    // The first consumer of a new broker meets a group coordinator that is still loading: a transient error, which is retried.
    for (let read = false; !read; ) {
      read = await readUntil(source('first'), undefined, (events) => events.some((event) => event.kind === 'commit')).then(() => true, () => pause(200).then(() => false));
    }
  });
  afterAll(async () => {
    await admin?.disconnect().catch(() => {});
    await broker?.stop();
  });

  const create = async (topic: string, numPartitions = 1): Promise<void> => void (await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }));
  async function send(topic: string, messages: Message[]): Promise<void> {
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  }
  const ids = (from: number, count: number): Message[] => Array.from({ length: count }, (_, i) => ({ value: JSON.stringify({ id: from + i }), key: String(i) }));
  const source = (topic: string, more: Partial<KafkaSourceOptions> = {}) =>
    kafkaSource({
      upstream, topic, format: { kind: 'json', typed: true }, columns: [column('id', Oid.int8)], included: [],
      clock: new SystemClock(), random: new SystemRandom(), log: () => {}, ...more,
    });
  const rowsOf = (events: Parameters<typeof describeEvent>[0][], relation = 0): (string | null)[][] =>
    events.flatMap((event) => (event.kind === 'changes' && event.relation === relation ? textRows(event.rows) : []));
  const sortedIds = (rows: (string | null)[][]): number[] => rows.map((row) => Number(row[0])).sort((a, b) => a - b);

  test('CREATE is told about brokers that do not answer and topics that are not there', async () => {
    await expect(describeTopic({ ...upstream, brokers: ['127.0.0.1:1'] }, 't')).rejects.toMatchObject({ code: '08001', message: expect.stringContaining('"127.0.0.1:1"') });
    await expect(describeTopic(upstream, 'missing')).rejects.toMatchObject({ code: '42704', message: `topic "missing" does not exist on Kafka at "${broker.brokers[0]}"` });
    expect(await admin.listTopics()).not.toContain('missing');
  });

  test('all partitions from the beginning; a position resumes exactly once', async () => {
    await create('many', 3);
    await send('many', ids(0, 1000));
    const first = await readUntil(source('many'), undefined, (events) => rowsOf([...events]).length >= 1000 && events.at(-1)!.kind === 'commit');
    expect(sortedIds(rowsOf([...first.events]))).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    await send('many', ids(1000, 500));
    const second = await readUntil(source('many'), first.position, (events) => rowsOf([...events]).length >= 500 && events.at(-1)!.kind === 'commit');
    expect(sortedIds(rowsOf([...second.events]))).toEqual(Array.from({ length: 500 }, (_, i) => 1000 + i));
    const committed = Object.values((second.position as KafkaPosition).offsets).reduce((sum, offset) => sum + offset, 0);
    expect(committed).toBe(1500);
  });

  test('start offsets and start timestamp', async () => {
    await create('started');
    await send('started', [{ value: '{"id": 0}', timestamp: '1000' }, { value: '{"id": 1}', timestamp: '2000' }, { value: '{"id": 2}', timestamp: '3000' }]);
    const until = (count: number) => (events: readonly Parameters<typeof describeEvent>[0][]) => rowsOf([...events]).length >= count;
    expect(sortedIds(rowsOf([...(await readUntil(source('started', { startOffsets: [2] }), undefined, until(1))).events]))).toEqual([2]);
    expect(sortedIds(rowsOf([...(await readUntil(source('started', { startTimestampMs: 1500 }), undefined, until(2))).events]))).toEqual([1, 2]);
  });

  test('a message that cannot be decoded is a row of the error relation and stops nothing', async () => {
    await create('poisoned');
    await send('poisoned', [
      { value: '{"id": 1}' }, { value: 'not json' }, { value: '{"id": "x"}' }, { value: '{"id": 2, "v": "\\u0000"}' }, { value: Buffer.from([0x7b, 0xff]) }, { value: null, key: 'k' }, { value: '{"id": 3}' },
    ]);
    const { events } = await readUntil(source('poisoned'), undefined, (all) => rowsOf([...all]).length >= 3 && all.at(-1)!.kind === 'commit');
    expect(rowsOf([...events])).toEqual([['1'], [null], ['3']]);
    expect(rowsOf([...events], 1)).toEqual([
      ['poisoned', '0', '1', '\\x6e6f74206a736f6e', 'invalid input syntax for type json (Token "not" is invalid.)', '22P02'],
      ['poisoned', '0', '2', `\\x${Buffer.from('{"id": "x"}').toString('hex')}`, 'field "id": invalid input syntax for type bigint: "x"', '22P02'],
      ['poisoned', '0', '3', expect.any(String), 'unsupported Unicode escape sequence (\\u0000 cannot be converted to text.)', '22P05'],
      ['poisoned', '0', '4', '\\x7bff', 'invalid byte sequence for encoding "UTF8": 0xff', '22021'],
    ]);
  });

  test('where everything is read that there was at CREATE is told, also where the end is no message', async () => {
    await create('ended', 2);
    await send('ended', [...ids(0, 300).map((message) => ({ ...message, partition: 0 })), ...ids(300, 10).map((message) => ({ ...message, partition: 1 }))]);
    const producer = client.producer({ transactionalId: 'ended', idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const committed = await producer.transaction();
    await committed.send({ topic: 'ended', messages: ids(310, 5).map((message) => ({ ...message, partition: 1 })) });
    await committed.commit();
    for (let i = 0; i < 3; i++) {
      const aborted = await producer.transaction();
      await aborted.send({ topic: 'ended', messages: ids(900, 5).map((message) => ({ ...message, partition: 1 })) });
      await aborted.abort();
    }
    await producer.disconnect();
    // What broker and transactions write into the log counts as offsets: there are none to read at the end.
    const endOffsets = (await describeTopic(upstream, 'ended')).partitions.map(({ high }) => high);
    expect(endOffsets[0]).toBe(300);
    expect(endOffsets[1]).toBeGreaterThan(10 + 5 + 15);
    const isEnd = (event: { readonly kind: string }): boolean => event.kind === 'snapshotEnd';
    const first = await readUntil(source('ended', { endOffsets }), undefined, (events) => events.some(isEnd));
    expect(sortedIds(rowsOf([...first.events]))).toEqual(Array.from({ length: 315 }, (_, i) => i));
    expect(first.events.filter(isEnd)).toEqual([first.events.at(-1)]);
    expect(first.events[0]).toEqual({ kind: 'progress', position: { offsets: { 0: 0, 1: 0 } }, rowsKnown: endOffsets[0]! + endOffsets[1]! });
    // A fetch of nothing but what was aborted.
    const within = { offsets: { 0: 300, 1: endOffsets[1]! - 3 } };
    expect((await readUntil(source('ended', { endOffsets }), within, (events) => events.some(isEnd))).events.flatMap(describeEvent)).toEqual(['progress', 'snapshotEnd']);
    // At a position behind the end it is told at once, and once.
    await send('ended', [{ value: '{"id": 315}', partition: 1 }]);
    const second = await readUntil(source('ended', { endOffsets }), first.position, (events) => events.some((event) => event.kind === 'commit'));
    expect(second.events.map(({ kind }) => kind)).toEqual(['progress', 'snapshotEnd', 'changes', 'commit']);
    expect(rowsOf([...second.events])).toEqual([['315']]);
    await create('empty', 3);
    expect((await readUntil(source('empty', { endOffsets: [0, 0, 0] }), undefined, (events) => events.some(isEnd))).events.map(({ kind }) => kind)).toEqual(['progress', 'snapshotEnd']);
  });

  test('INCLUDE', async () => {
    await create('included');
    await send('included', [{ value: 'v', key: 'k', timestamp: '1658232000123', headers: { a: 'x', b: ['y', 'z'] } }]);
    const included = source('included', {
      format: { kind: 'bytes' },
      columns: [column('data', Oid.bytea), column('key', Oid.text), column('p', Oid.int4), column('o', Oid.int8), column('ts', Oid.timestamptz), column('h', Oid.jsonb), column('b', Oid.bytea)],
      included: [{ what: 'key', name: 'key' }, { what: 'partition', name: 'p' }, { what: 'offset', name: 'o' }, { what: 'timestamp', name: 'ts' }, { what: 'headers', name: 'h' }, { what: 'header', header: 'b', name: 'b' }],
    });
    const { events } = await readUntil(included, undefined, (all) => rowsOf([...all]).length >= 1);
    expect(rowsOf([...events])).toEqual([
      ['\\x76', 'k', '0', '0', '2022-07-19 12:00:00.123+00', '[{"key": "a", "value": "x"}, {"key": "b", "value": "y"}, {"key": "b", "value": "z"}]', '\\x7a'],
    ]);
  });

  test('an offset that the topic no longer has is an error, not a silent gap', async () => {
    await create('gap');
    const { events } = await readUntil(source('gap'), { offsets: { 0: 7 } }, () => false);
    expect(events.flatMap(describeEvent)).toEqual(['source failed 55000: topic "gap", partition 0: offset 7 is not there: the topic was made anew or its end was lost']);
  });

  // The broker packs what the producer sent as the topic has it, as Java's own client would.
  const createPacked = async (codec: string): Promise<void> => {
    await admin.createTopics({ topics: [{ topic: codec, numPartitions: 1, configEntries: [{ name: 'compression.type', value: codec }] }], waitForLeaders: true });
    await send(codec, ids(0, 2000));
  };

  test.each(['gzip', 'zstd'])('%s is read', async (codec) => {
    await createPacked(codec);
    const { events } = await readUntil(source(codec), undefined, (all) => rowsOf([...all]).length >= 2000);
    expect(sortedIds(rowsOf([...events]))).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  });

  test.each([['lz4', 'LZ4'], ['snappy', 'Snappy']])('%s is a definite error that names it and the topic', async (codec, name) => {
    await createPacked(codec);
    const refused = await readUntil(source(codec), undefined, () => false);
    expect(refused.events.flatMap(describeEvent)).toEqual(['progress', `source failed 0A000: the compression of topic "${codec}" is not supported: ${name} compression not implemented`]);
  });

  test('new partitions are found, and a broker restart loses and doubles nothing', async () => {
    await create('grows', 1);
    const reader = source('grows');
    const seen: number[] = [];
    const stop = new AbortController();
    let position: KafkaPosition | undefined;
    const reading = (async () => {
      while (!stop.signal.aborted) {
        try {
          for await (const event of reader.read(position, stop.signal)) {
            if (event.kind === 'failed') throw event.error;
            if ('position' in event) position = event.position;
            if (event.kind === 'changes') seen.push(...textRows(event.rows).map((row) => Number(row[0])));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
          await pause(300);
        }
      }
    })();
    const until = async (count: number): Promise<void> => {
      for (const deadline = Date.now() + 25_000; seen.length < count && Date.now() < deadline; ) await pause(100);
    };
    await send('grows', ids(0, 100));
    await until(100);
    await admin.createPartitions({ topicPartitions: [{ topic: 'grows', count: 2 }] });
    await pause(500);
    await send('grows', [{ value: '{"id": 100}', partition: 1 }]);
    await until(101);
    await broker.restart();
    for (let sent = false; !sent; ) sent = await send('grows', ids(101, 100)).then(() => true, () => pause(300).then(() => false));
    await until(201);
    stop.abort();
    await reading;
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 201 }, (_, i) => i));
  }, 60_000);
});
