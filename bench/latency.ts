/**
 * Freshness: from COMMIT in Postgres to visible in a SELECT over the wire, at a steady rate of changes.
 * A real Postgres, a real server in a process of its own, one connection that asks for the newest row without pause.
 *
 *     npm run bench latency [changes per second] [samples]        default 1000 10000
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../tests/support/postgres.ts';
import { freePort } from '../src/cli/demo/ports.ts';

const rate = Number(process.argv[2] ?? 1000);
const samples = Number(process.argv[3] ?? 10_000);
const WARM_UP = 2000;
/** commits are spread over this many connections, so that one slow commit does not hold the rate back */
const WRITERS = 4;


const postgres = await startPostgres();
const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const port = await freePort();
const server = spawn(process.execPath, ['src/cli/main.ts', 'start', '--port', String(port), '--data', data], { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] });
try {
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
  const upstream = new pg.Client(postgres.url);
  await upstream.connect();
  await upstream.query('CREATE TABLE events (id bigint PRIMARY KEY, bucket int NOT NULL, value float8 NOT NULL); CREATE PUBLICATION bench FOR TABLE events');
  const reader = new pg.Client({ host: '127.0.0.1', port, user: 'materialize', database: 'materialize' });
  await reader.connect();
  const { host, port: upstreamPort, user, password, database } = postgres;
  await reader.query(`CREATE SECRET pgpass AS '${password}'`);
  await reader.query(`CREATE CONNECTION pg TO POSTGRES (HOST '${host}', PORT ${upstreamPort}, USER '${user}', PASSWORD SECRET pgpass, DATABASE '${database}')`);
  await reader.query("CREATE SOURCE s FROM POSTGRES CONNECTION pg (PUBLICATION 'bench') FOR ALL TABLES");
  await reader.query('CREATE MATERIALIZED VIEW newest AS SELECT max(id) AS id, count(*) AS n, sum(value) AS total FROM events');
  await reader.query('SELECT * FROM newest');

  const total = WARM_UP + samples;
  const committed = new Float64Array(total);
  const seen = new Float64Array(total);
  const writers = await Promise.all(Array.from({ length: WRITERS }, async () => {
    const client = new pg.Client(postgres.url);
    await client.connect();
    // As a database that keeps its data has it: a commit that is flushed late is also decoded late, by up to wal_writer_delay.
    await client.query('SET synchronous_commit = on');
    return client;
  }));
  const start = performance.now();
  let shown = -1;
  const reading = (async () => {
    while (shown < total - 1) {
      const { rows } = await reader.query<{ id: string | null }>('SELECT id FROM newest');
      const now = performance.now();
      const newest = rows[0]?.id === null || rows[0] === undefined ? -1 : Number(rows[0].id);
      // The newest id answers for those before it only if they were committed: a writer may be behind the others.
      for (let id = shown + 1; id <= newest; id++) seen[id] = now;
      shown = Math.max(shown, newest);
    }
  })();
  await Promise.all(writers.map(async (writer, w) => {
    for (let id = w; id < total; id += WRITERS) {
      const due = start + (id / rate) * 1000;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await writer.query('INSERT INTO events VALUES ($1, $2, $3)', [id, id % 10, id / 7]);
      committed[id] = performance.now();
    }
  }));
  await reading;
  const delays = Array.from({ length: samples }, (_, i) => Math.max(0, seen[WARM_UP + i]! - committed[WARM_UP + i]!)).sort((a, b) => a - b);
  const quantile = (q: number): number => Number(delays[Math.min(samples - 1, Math.floor(samples * q))]!.toFixed(2));
  const reached = Math.round(total / ((committed[total - 1]! - start) / 1000));
  console.log(`${samples} commits at ${reached} changes/s: p50 ${quantile(0.5)} ms, p90 ${quantile(0.9)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms`);
  console.log(JSON.stringify({ bench: 'latency', p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1), rate: reached, samples }));
  await Promise.all([...writers, upstream, reader].map((client) => client.end()));
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  await postgres.stop();
  rmSync(data, { recursive: true, force: true });
}
