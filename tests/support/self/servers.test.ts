import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, describe, expect, test } from 'vitest';
import { isListening } from '../../../src/cli/demo/ports.ts';
import { JudgeError, startJudge } from '../judge.ts';
import { kafkaSkipped, startKafka } from '../kafka.ts';
import { startPostgres } from '../postgres.ts';

describe('the judge', async () => {
  const judge = await startJudge();
  afterAll(() => judge.close());

  test('sends text as Postgres writes it, with types', async () => {
    const answer = await judge.query("select 1.50::numeric(5,2) as n, null::text as t, timestamp '2022-06-09 02:25:09.1', true");
    expect(answer.rows).toEqual([['1.50', null, '2022-06-09 02:25:09.1', 't']]);
    expect(answer.fields.map((field) => field.dataTypeID)).toEqual([1700, 25, 1114, 16]);
    expect(answer.fields[0]!.typmod).toBe(((5 << 16) | 2) + 4);
  });
  test('says code, message and position', async () => {
    const error = await judge.query('select nope').catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(JudgeError);
    expect(error).toMatchObject({ code: '42703', message: 'column "nope" does not exist', position: 8 });
  });
  test('is set as the product promises', async () => {
    const { rows } = await judge.query("select current_setting('timezone'), current_setting('wal_level'), current_setting('lc_collate', true), datcollate, pg_encoding_to_char(encoding) from pg_database where datname = current_database()");
    expect(rows).toEqual([['UTC', 'logical', null, 'C', 'UTF8']]);
  });
});

describe('embedded Postgres', () => {
  test('restarts with its data, and leaves nothing when stopped', async () => {
    const postgres = await startPostgres();
    await postgres.query('create table t (a int)');
    await postgres.query('insert into t values (1)');
    await postgres.restart();
    expect(await postgres.query('select a from t')).toEqual([{ a: 1 }]);
    await postgres.stop();
    expect(await isListening(postgres.host, postgres.port)).toBe(false);
  });

  test('dies with the process that started it, even by SIGKILL', async () => {
    const script = `
      import { SystemClock } from './src/core/index.ts';
      import { startEmbeddedPostgres } from './src/cli/demo/embedded-postgres.ts';
      const server = await startEmbeddedPostgres({ clock: new SystemClock() });
      console.log(server.port);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = Number(await new Promise<string>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))));
    expect(await isListening('127.0.0.1', port)).toBe(true);
    parent.kill('SIGKILL');
    for (let tries = 0; tries < 100 && (await isListening('127.0.0.1', port)); tries++) await pause(100);
    expect(await isListening('127.0.0.1', port)).toBe(false);
  });
});

describe.skipIf(kafkaSkipped)('embedded Kafka', () => {
  test('takes and gives messages, before and after a restart', { timeout: 90_000 }, async () => {
    const broker = await startKafka();
    const kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const send = async (value: string): Promise<void> => {
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: 't', messages: [{ value }] });
      await producer.disconnect();
    };
    await send('one');
    await broker.restart();
    await send('two');
    const admin = kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets('t');
    expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(2);
    await admin.disconnect();
    await broker.stop();
    expect(existsSync(`/proc/${broker.pid}`)).toBe(false);
  });
});
