import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUpExample } from '../../examples/dtc-coupons/setup.ts';
import { kafkaSkipped, startKafka } from '../support/kafka.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';
import { answers } from './upstream-tables.ts';

describe.skipIf(kafkaSkipped)('one poisoned message in the topic', () => {
  let postgres: TestPostgres;
  let broker: Awaited<ReturnType<typeof startKafka>>;
  let millrace: MillraceProcess;
  let client: TextClient;
  let kafka: Kafka;

  const good = (lead: number): string => JSON.stringify({ lead_id: lead, experiment_bucket: lead % 5 === 0 ? 'control' : 'experiment', score: lead / 100, label: lead % 2 === 0, predicted_at: '2022-06-09T02:25:09+00:00' });
  /** What a producer that drops the score would send. */
  const poisoned = good(7).replace(/"score":[^,]*/, '"score":"high"');
  const NUL = '{"lead_id": 8, "experiment_bucket": "a\\u0000b", "score": 0.1, "label": true}';
  const invalidUtf8 = Buffer.concat([Buffer.from('{"lead_id": 9, "experiment_bucket": "'), Buffer.from([0xff, 0xfe]), Buffer.from('", "score": 0.1, "label": true}')]);

  const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`;
  const send = async (topic: string, values: readonly (string | Buffer)[]): Promise<void> => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
    await producer.disconnect();
  };
  const createTopic = async (topic: string): Promise<void> => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
  };
  const becomes = (sql: string, rows: readonly (readonly (string | null)[])[]): Promise<true> => answers(client, sql, rows);

  beforeAll(async () => {
    [postgres, broker, millrace] = await Promise.all([startPostgres(), startKafka(), startMillrace()]);
    kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    client = await textClient(millrace.url);
  });
  afterAll(async () => {
    await client?.close();
    await Promise.all([millrace?.stop(), broker?.stop(), postgres?.stop()]);
  });

  test('with typed JSON columns it goes to the error relation, and every other lead is in our metrics', async () => {
    await setUpExample({ postgresUrl: postgres.url, millraceUrl: millrace.url, kafka: { brokers: broker.brokers, topic: 'typed' } });
    const leads = Array.from({ length: 20 }, (_, index) => index + 1);
    await postgres.query('insert into leads (id, email) select id, id::text from generate_series(1, 20) as id');
    await send('typed', [...leads.filter((id) => id !== 7).slice(0, 10).map(good), poisoned, NUL, invalidUtf8, ...leads.filter((id) => id !== 7).slice(10).map(good)]);
    await becomes('select experiment_bucket, sum(num_leads), sum(true_positives + false_positives), sum(true_negatives + false_negatives) from classifier_metrics group by 1 order by 1',
      [['control', '4', '2', '2'], ['experiment', '15', '8', '7'], ['not yet predicted', '1', '0', '0']]);
    const { rows } = await client.query('select topic, partition, "offset", payload, sqlstate, error from conversion_predictions_errors order by "offset"');
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      ['typed', '0', '10', hex(Buffer.from(poisoned)), '22P02'],
      ['typed', '0', '11', hex(Buffer.from(NUL)), '22P05'],
      ['typed', '0', '12', hex(invalidUtf8), '22021'],
    ]);
    expect(rows.map((row) => row[5])).toEqual([
      expect.stringMatching(/score.*"high"/),
      expect.stringMatching(/Unicode escape/),
      expect.stringMatching(/invalid byte sequence for encoding "UTF8"/),
    ]);
    await becomes("select messages_received, messages_failed from mz_internal.mz_source_statistics where name = 'conversion_predictions'", [['22', '3']]);
  });

  test('under views that cast it is an error of the view, which can be told to skip it', async () => {
    await createTopic('bytes');
    await client.query(`create source raw_predictions from kafka broker '${broker.brokers[0]}' topic 'bytes' format bytes`);
    await client.query(`create view decoded as
      select cast(data->>'lead_id' as bigint) as lead_id, cast(data->>'experiment_bucket' as varchar(255)) as experiment_bucket, cast(data->>'score' as float) as score
      from (select convert_from(data, 'utf8')::jsonb as data from raw_predictions)`);
    await client.query('create materialized view scores as select experiment_bucket, count(*) as leads, sum(score) as score from decoded group by 1');
    await client.query('create materialized view leads_alone as select lead_id from decoded');
    await send('bytes', [good(1), good(2)]);
    await becomes('select experiment_bucket, leads from scores', [['experiment', '2']]);
    await send('bytes', [poisoned, good(5)]);
    const refusal = await until('the error of the view', () => client.query('select * from scores').then(() => undefined, (error: unknown) => error as Record<string, string>));
    expect(refusal).toMatchObject({ code: '22P02', message: expect.stringContaining('invalid input syntax for type double precision: "high"') });
    expect(`${refusal.message} ${refusal.detail}`).toContain('raw_predictions');
    expect(refusal.detail).toContain(Buffer.from(poisoned).toString('hex'));
    // The view that does not cast the score has nothing to do with it.
    await becomes('select lead_id from leads_alone order by 1', [['1'], ['2'], ['5'], ['7']]);
    const listed = await client.query('select * from mz_internal.mz_view_errors');
    expect(listed.rows).toHaveLength(1);
    expect(listed.rows[0]!.join(' ')).toMatch(/22P02.*double precision: "high"/);
    client.notices();
    await client.query("alter materialized view scores set (on error = 'skip')");
    const skipped = await client.query('select experiment_bucket, leads from scores order by 1');
    expect(skipped.rows).toEqual([['control', '1'], ['experiment', '2']]);
    expect(client.notices()).toEqual([expect.stringMatching(/^WARNING: 1 row with errors left out of ".*scores"/)]);
    await client.query("create materialized view tolerant with (on error = 'skip') as select count(score) as n from decoded");
    await becomes('select * from tolerant', [['3']]);
  });

  test('a topic in a compression that cannot be read fails its source, whose state names both', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'packed', numPartitions: 1, configEntries: [{ name: 'compression.type', value: 'lz4' }] }], waitForLeaders: true });
    await admin.disconnect();
    await send('packed', [good(1)]);
    await client.query(`create source packed from kafka broker '${broker.brokers[0]}' topic 'packed' format bytes`);
    await becomes("select status, error, details from mz_internal.mz_source_statuses where name = 'packed'", [
      ['failed', 'the compression of topic "packed" is not supported: LZ4 compression not implemented', 'Let producers of this topic use zstd, gzip or no compression (compression.type).'],
    ]);
  });

  test('NUL and invalid UTF-8 under views are errors of the view too', async () => {
    for (const [topic, message, code] of [['nul', NUL, '22P05'], ['utf8', invalidUtf8, '22021']] as const) {
      await createTopic(topic);
      await client.query(`create source raw_${topic} from kafka broker '${broker.brokers[0]}' topic '${topic}' format bytes`);
      await client.query(`create materialized view read_${topic} as select convert_from(data, 'utf8')::jsonb->>'lead_id' as lead_id from raw_${topic}`);
      await send(topic, [good(1), message]);
      await until(`the error of ${topic}`, () => client.query(`select * from read_${topic}`).then(() => undefined, (error: unknown) => {
        expect(error).toMatchObject({ code });
        return true;
      }));
    }
  });
});
