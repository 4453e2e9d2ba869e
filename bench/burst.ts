/**
 * What a burst does to others: the time of another session's SELECT 1 while a large table is copied from Postgres, and while a topic of many messages is read, beside the same when nothing happens.
 * A real Postgres, a real Kafka, a real server in a process of its own. Without Java the topic is left out.
 *
 *     npm run bench burst [rows of the table] [messages]        default 1000000 500000
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { freePort } from '../src/cli/demo/ports.ts';
import { kafkaSkipped, startKafka } from '../tests/support/kafka.ts';
import { startPostgres } from '../tests/support/postgres.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const messages = Number(process.argv[3] ?? 500_000);
const QUIET_MS = 3000;
const PAUSE_MS = 2;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (sorted: readonly number[], q: number): number => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!.toFixed(2));

/** SELECT 1 by a session of its own, one after the other, until `done`. */
async function probe(client: pg.Client, done: Promise<unknown>): Promise<{ readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }> {
  const waits: number[] = [];
  let over = false;
  void done.finally(() => (over = true));
  while (!over) {
    const asked = performance.now();
    await client.query('SELECT 1');
    waits.push(performance.now() - asked);
    await pause(PAUSE_MS);
  }
  await done;
  waits.sort((a, b) => a - b);
  return { p50Ms: quantile(waits, 0.5), p99Ms: quantile(waits, 0.99), maxMs: quantile(waits, 1) };
}

async function fillTopic(brokers: readonly string[]): Promise<void> {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  for (let from = 0; from < messages; from += 5000) {
    const batch = Array.from({ length: Math.min(5000, messages - from) }, (_, i) => ({ value: JSON.stringify({ id: from + i, bucket: i % 50, score: i / 7, note: `message ${from + i}`, at: '2022-06-09T02:25:09+00:00' }) }));
    await producer.send({ topic: 'burst', messages: batch });
  }
  await producer.disconnect();
}

const postgres = await startPostgres();
const kafka = kafkaSkipped === undefined ? await startKafka() : undefined;
const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const port = await freePort();
const server = spawn(process.execPath, ['src/cli/main.ts', 'start', '--port', String(port), '--data', data, '--log-level', 'error'], { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] });
try {
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
  await postgres.query(`CREATE TABLE big (id bigint PRIMARY KEY, bucket int NOT NULL, value float8 NOT NULL, at timestamptz NOT NULL, price numeric NOT NULL, note text);
    INSERT INTO big SELECT i, i % 50, i / 7.0, timestamptz '2022-06-09' + i * interval '1 s', i / 100.0, 'row ' || i FROM generate_series(1, ${rows}) i; CREATE PUBLICATION burst FOR TABLE big`);
  if (kafka !== undefined) await fillTopic(kafka.brokers);
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'materialize', database: 'materialize' });
    await client.connect();
    return client;
  };
  const [worker, other] = [await connect(), await connect()];
  await probe(other, pause(500));
  const quiet = await probe(other, pause(QUIET_MS));
  console.log(`nothing else:            SELECT 1 p50 ${quiet.p50Ms} ms, p99 ${quiet.p99Ms} ms, max ${quiet.maxMs} ms`);

  let took = 0;
  const timed = async (work: () => Promise<void>): Promise<void> => {
    const start = performance.now();
    await work();
    took = (performance.now() - start) / 1000;
  };
  const snapshot = await probe(other, timed(async () => {
    await worker.query(`CREATE CONNECTION upstream TO POSTGRES (HOST '${postgres.host}', PORT ${postgres.port}, USER '${postgres.user}', DATABASE '${postgres.database}')`);
    await worker.query("CREATE SOURCE s FROM POSTGRES CONNECTION upstream (PUBLICATION 'burst') FOR ALL TABLES");
    const { rows: [counted] } = await worker.query<{ n: string }>('SELECT count(*) AS n FROM big');
    if (Number(counted!.n) !== rows) throw new Error(`${counted!.n} rows instead of ${rows}`);
  }));
  const rowsPerSecond = Math.round(rows / took);
  console.log(`snapshot of ${rows} rows: SELECT 1 p50 ${snapshot.p50Ms} ms, p99 ${snapshot.p99Ms} ms, max ${snapshot.maxMs} ms; ${rowsPerSecond} rows/s`);

  let topic: Awaited<ReturnType<typeof probe>> | undefined;
  if (kafka !== undefined) {
    topic = await probe(other, timed(async () => {
      await worker.query(`CREATE SOURCE k (id bigint, bucket int, score float8, note text, at timestamptz) FROM KAFKA BROKER '${kafka.brokers[0]}' TOPIC 'burst' FORMAT JSON`);
      await worker.query('CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM k');
      for (let n = 0; n < messages; await pause(100)) n = Number((await worker.query<{ n: string }>('SELECT n FROM counted')).rows[0]?.n ?? 0);
    }));
    console.log(`${messages} messages:         SELECT 1 p50 ${topic.p50Ms} ms, p99 ${topic.p99Ms} ms, max ${topic.maxMs} ms; ${Math.round(messages / took)} messages/s`);
  } else console.log(`no topic: ${kafkaSkipped}`);
  console.log(JSON.stringify({ bench: 'burst', quiet, snapshot: { ...snapshot, rowsPerSecond }, ...(topic === undefined ? {} : { topic: { ...topic, messagesPerSecond: Math.round(messages / took) } }) }));
  await Promise.all([worker, other].map((client) => client.end()));
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve(undefined)));
  await kafka?.stop();
  await postgres.stop();
  rmSync(data, { recursive: true, force: true });
}
