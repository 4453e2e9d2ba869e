import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaSkipped, startKafka } from '../support/kafka.ts';
import { textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';

describe.skipIf(kafkaSkipped)('a Kafka source', () => {
  let broker: Awaited<ReturnType<typeof startKafka>>;
  let millrace: MillraceProcess;
  let client: TextClient;
  const MESSAGES = 30_000;

  const send = async (topic: string, from: number, count: number): Promise<void> => {
    const kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    for (let at = 0; at < count; at += 10_000) {
      await producer.send({ topic, messages: Array.from({ length: Math.min(10_000, count - at) }, (_, i) => ({ value: `{"id": ${from + at + i}}`, key: String(i) })) });
    }
    await producer.disconnect();
  };

  beforeAll(async () => {
    [broker, millrace] = await Promise.all([startKafka(), startMillrace()]);
    client = await textClient(millrace.url);
    await client.query(`create connection kafka to kafka (broker '${broker.brokers[0]}', security protocol plaintext)`);
  });
  afterAll(async () => {
    await client?.close();
    await Promise.all([millrace?.stop(), broker?.stop()]);
  });

  test('the first read has all that the topic held when the source was made: of the source, and of views on it', async () => {
    await send('numbers', 1, MESSAGES);
    await client.query("create source numbers (id bigint) from kafka connection kafka (topic 'numbers') format json");
    expect((await client.query('select count(*), sum(id) from numbers')).rows).toEqual([[String(MESSAGES), String((MESSAGES * (MESSAGES + 1)) / 2)]]);
    expect(client.notices()).toContain('NOTICE: waiting for the snapshot of source "numbers" to finish');
    await client.query(`create source again (id bigint) from kafka connection kafka (topic 'numbers') format json;
      create view plain as select id from again where id > 10; create materialized view total as select count(*) as n from plain`);
    expect((await client.query('select n, (select count(*) from again_errors) from total')).rows).toEqual([[String(MESSAGES - 10), '0']]);
    await client.query("create source third (id bigint) from kafka connection kafka (topic 'numbers') format json");
    await client.query("begin; declare c cursor for subscribe (select count(*) from third)");
    expect((await client.query('fetch 1 c')).rows[0]!.slice(1)).toEqual(['1', String(MESSAGES)]);
    await client.query('rollback');
    expect((await client.query("select name, snapshot_committed from mz_internal.mz_source_statistics where name in ('again', 'third') order by 1")).rows).toEqual([['again', 't'], ['third', 't']]);
    expect((await client.query("select hydrated, rows_done, rows_known from mz_internal.mz_hydration_statuses where name = 'numbers'")).rows).toEqual([['t', String(MESSAGES), String(MESSAGES)]]);
  });

  test('a wait is bounded by statement_timeout, and what is durable is read without the broker', async () => {
    await client.query("create source late (id bigint) from kafka connection kafka (topic 'numbers') format json; set statement_timeout = '1ms'");
    await expect(client.query('select count(*) from late')).rejects.toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
    await client.query('reset statement_timeout');
    expect((await client.query('select count(*) from late')).rows).toEqual([[String(MESSAGES)]]);
    await client.close();
    await broker.stop();
    await millrace.killAndStart();
    client = await textClient(millrace.url);
    await until('the broker to be missed', async () => (await client.query("select status from mz_internal.mz_source_statuses where name = 'late'")).rows[0]![0] === 'stalled');
    expect((await client.query('select count(*) from late')).rows).toEqual([[String(MESSAGES)]]);
    expect(client.notices()).toEqual([]);
  });
});
