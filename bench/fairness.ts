/**
 * Fairness: what others notice of a long query, and of a tick of a million rows. A real server in a process of its own, over the wire.
 * With a cross join of 10^9 rows running: how long one INSERT takes (a tick), how long a point SELECT takes; that the join ends at statement_timeout, on cancel, and at the memory limit.
 * While a million rows are inserted, updated, copied and deleted by one statement each, with a view on their table: how long point SELECTs take.
 *
 *     npm run bench fairness [samples [all | million]]        default 400, all
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../src/cli/demo/ports.ts';

const samples = Number(process.argv[2] ?? 400);
const parts = process.argv[3] ?? 'all';

const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const port = await freePort();
const server = spawn(process.execPath, ['src/cli/main.ts', 'start', '--port', String(port), '--data', data], { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] });
const open = async (): Promise<pg.Client> => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'materialize', database: 'materialize' });
  // What ends a connection is told by the query that fails.
  client.on('error', () => {});
  await client.connect();
  return client;
};
const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};
/** COPY FROM STDIN of so many rows, in messages of 64 KiB: node-postgres leaves the sub-protocol to others. */
const copyIn = (client: pg.Client, sql: string, rows: number): Promise<void> => {
  const { connection } = client as unknown as { readonly connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void } };
  let next = 1;
  const send = (): void => {
    let text = '';
    while (next <= rows && text.length < 65_536) text += `${next}\t${next++ % 1000}\n`;
    connection.sendCopyFromChunk(Buffer.from(text));
    if (next > rows) connection.endCopyFrom();
    else setImmediate(send);
  };
  return new Promise((resolve, reject) => {
    const query = new pg.Query(sql) as pg.Query & { handleCopyInResponse: () => void; callback: (error?: Error) => void };
    query.handleCopyInResponse = send;
    query.callback = (error) => (error ? reject(error) : resolve());
    client.query(query);
  });
};
const quantile = (times: readonly number[], q: number): number => Number([...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))]!.toFixed(2));
const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? String(error);

try {
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
  const [writer, reader, long] = [await open(), await open(), await open()];
  await writer.query(`CREATE TABLE points (id int PRIMARY KEY, v text); INSERT INTO points SELECT n, 'v' || n FROM generate_series(1, 1000) n;
    CREATE TABLE wide (n int); INSERT INTO wide SELECT n FROM generate_series(1, 31623) n;
    CREATE TABLE narrow (n int); INSERT INTO narrow SELECT n FROM generate_series(1, 1000) n;
    CREATE TABLE events (n int, bucket int); CREATE MATERIALIZED VIEW buckets AS SELECT bucket, count(*) AS n, sum(n) AS total FROM events GROUP BY bucket`);
  let id = 0;
  const point = (): Promise<unknown> => reader.query('SELECT v FROM points WHERE id = $1', [(id++ % 1000) + 1]);
  const tick = (): Promise<unknown> => writer.query('INSERT INTO events VALUES ($1, $2)', [id, id++ % 10]);
  const measure = async (): Promise<{ readonly tickP99Ms: number; readonly pointP99Ms: number }> => {
    const [ticks, points]: [number[], number[]] = [[], []];
    for (let i = 0; i < samples; i++) {
      ticks.push(await timed(tick));
      points.push(await timed(point));
    }
    return { tickP99Ms: quantile(ticks, 0.99), pointP99Ms: quantile(points, 0.99) };
  };
  await measure();
  const idle = await measure();
  console.log('idle', idle);

  const joins: Record<string, string> = parts === 'million' ? {} : { two: 'SELECT count(*) FROM wide a, wide b WHERE a.n <> -b.n', three: 'SELECT count(*) FROM narrow a, narrow b, narrow c WHERE a.n <> -b.n - c.n' };
  const running: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(joins)) {
    // Cancel, as libpq asks for it: a connection of its own with the process id and the secret key.
    const ended = long.query(sql).then(() => 'finished', codeOf);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const measured = await measure();
    const { processID, secretKey } = long as unknown as { readonly processID: number; readonly secretKey: number };
    const asked = performance.now();
    const request = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((word, i) => request.writeInt32BE(word, i * 4));
    connect(port, '127.0.0.1').end(request);
    const cancelled = await ended;
    running[name] = { ...measured, cancelled, cancelMs: Math.round(performance.now() - asked) };
    console.log(name, running[name]);
  }
  await long.query("SET statement_timeout = '1s'");
  const timeouts: number[] = [];
  const timeoutCodes: string[] = [];
  for (const sql of Object.values(joins)) timeouts.push(Math.round(await timed(() => long.query(sql).then(() => timeoutCodes.push('finished'), (error: unknown) => timeoutCodes.push(codeOf(error))))));
  await long.query("SET statement_timeout = 0; SET query_memory_limit = 32");
  const memory = await long.query('SELECT a.n, b.n FROM wide a, wide b').then(() => 'finished', codeOf);
  console.log('statement_timeout of 1000 ms', timeoutCodes, timeouts, 'memory limit', memory);

  const million: Record<string, unknown> = {};
  const statements: Record<string, () => Promise<unknown>> = {
    insert: () => writer.query('INSERT INTO events SELECT n, n % 1000 FROM generate_series(1, 1000000) n'),
    update: () => writer.query('UPDATE events SET n = n + 1'),
    createAs: () => writer.query('CREATE TABLE copied AS SELECT n, bucket FROM events'),
    copy: () => copyIn(writer, 'COPY copied FROM STDIN', 1_000_000),
    delete: () => writer.query('DELETE FROM events'),
  };
  for (const [name, statement] of Object.entries(statements)) {
    let ended = false;
    const burst: number[] = [];
    const whole = timed(statement).finally(() => (ended = true));
    while (!ended) burst.push(await timed(point));
    million[name] = { ms: Math.round(await whole), points: burst.length, pointP99Ms: quantile(burst, 0.99), pointMaxMs: quantile(burst, 1) };
    console.log('a million rows', name, million[name]);
  }
  console.log(JSON.stringify({ bench: 'fairness', idle, ...running, timeoutCodes, timeouts, memory, million }));
  await Promise.all([writer, reader, long].map((client) => client.end()));
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}
