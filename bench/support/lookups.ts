/**
 * Queries over the wire, against a real Postgres in the same run: a row of a table of a million by its primary key, at 1 and at 16 connections, as simple and as prepared statements;
 * and an aggregate over the whole table. The same clients ask both servers, in turns.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../src/cli/demo/ports.ts';
import { startPostgres } from '../../tests/support/postgres.ts';

const CONNECTIONS = [1, 16];
const MODES = ['simple', 'prepared'] as const;
const SCANS = 5;
const SCAN = 'SELECT count(*), sum(value), max(bucket) FROM t';

/** Ids in an order that no cache likes, the same for both servers. */
function* ids(rows: number): Generator<number> {
  for (let id = 7; ; id = (id * 48271) % 2147483647) yield 1 + (id % rows);
}

interface Server {
  readonly name: string;
  readonly config: pg.ClientConfig;
}

async function connected(server: Server, count: number): Promise<pg.Client[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const client = new pg.Client(server.config);
    await client.connect();
    return client;
  }));
}

/** Queries a second, each connection asking anew as soon as it has its answer. */
async function pointRate(server: Server, connections: number, mode: (typeof MODES)[number], duration: number, rows: number): Promise<number> {
  const clients = await connected(server, connections);
  const keys = ids(rows);
  let asked = 0;
  const end = performance.now() + duration * 1000;
  const begin = performance.now();
  await Promise.all(clients.map(async (client) => {
    while (performance.now() < end) {
      const id = keys.next().value as number;
      const { rows: [row] } = mode === 'simple'
        ? await client.query<{ id: string }>(`SELECT id, bucket, value, name FROM t WHERE id = ${id}`)
        : await client.query<{ id: string }>({ name: 'point', text: 'SELECT id, bucket, value, name FROM t WHERE id = $1', values: [id] });
      if (Number(row?.id) !== id) throw new Error(`${server.name} answered ${JSON.stringify(row)} for ${id}`);
      asked++;
    }
  }));
  const rate = asked / ((performance.now() - begin) / 1000);
  await Promise.all(clients.map((client) => client.end()));
  return rate;
}

async function scanMs(server: Server, rows: number): Promise<number> {
  const [client] = await connected(server, 1);
  const times: number[] = [];
  for (let i = 0; i <= SCANS; i++) {
    const begin = performance.now();
    const { rows: [row] } = await client!.query<{ count: string }>(SCAN);
    if (i > 0) times.push(performance.now() - begin);
    if (Number(row!.count) !== rows) throw new Error(`${server.name} counted ${row!.count}`);
  }
  await client!.end();
  return times.sort((a, b) => a - b)[SCANS >> 1]!;
}

async function fill(server: Server, rows: number): Promise<void> {
  const [client] = await connected(server, 1);
  await client!.query('CREATE TABLE t (id bigint PRIMARY KEY, bucket int NOT NULL, value float8 NOT NULL, name text NOT NULL)');
  for (let from = 1; from <= rows; from += 100_000) {
    await client!.query(`INSERT INTO t SELECT g, (g % 1000)::int, g / 7.0, 'name ' || g FROM generate_series(${from}, ${Math.min(rows, from + 99_999)}) g`);
  }
  await client!.query('ANALYZE t');
  await client!.end();
}

/** Prints each reading; returns the ratios: rates as shares of Postgres', the scan's time as a multiple of its. `seconds` a reading. */
export async function readLookups(rows: number, seconds: number): Promise<Record<string, number>> {
  const judge = await startPostgres();
  const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const port = await freePort();
  const flags = process.env['PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env['PROFILE']}`];
  const child = spawn(process.execPath, [...flags, 'src/cli/main.ts', 'start', '--port', String(port), '--data', data, '--log-level', 'error'], { cwd: join(import.meta.dirname, '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve());
      child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
    });
    const { host, user, password, database } = judge;
    const postgres: Server = { name: 'Postgres', config: { host, port: judge.port, user, password, database } };
    const millrace: Server = { name: 'Millrace', config: { host: '127.0.0.1', port, user: 'materialize', database: 'materialize' } };
    await fill(postgres, rows);
    await fill(millrace, rows);
    const figures: Record<string, number> = {};
    for (const connections of CONNECTIONS) {
      for (const mode of MODES) {
        await pointRate(millrace, connections, mode, seconds / 4, rows);
        await pointRate(postgres, connections, mode, seconds / 4, rows);
        const own = await pointRate(millrace, connections, mode, seconds, rows);
        const theirs = await pointRate(postgres, connections, mode, seconds, rows);
        console.log(`point, ${mode}, ${connections} connection${connections === 1 ? '' : 's'}: ${Math.round(own)}/s against ${Math.round(theirs)}/s, ratio ${(own / theirs).toFixed(2)}`);
        figures[`${mode}${connections}`] = Number((own / theirs).toFixed(3));
      }
    }
    const own = await scanMs(millrace, rows);
    const theirs = await scanMs(postgres, rows);
    console.log(`${SCAN}: ${own.toFixed(1)} ms against ${theirs.toFixed(1)} ms, ${(own / theirs).toFixed(2)} times`);
    return { rows, ...figures, scanTimes: Number((own / theirs).toFixed(2)) };
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await judge.stop();
    rmSync(data, { recursive: true, force: true });
  }
}
