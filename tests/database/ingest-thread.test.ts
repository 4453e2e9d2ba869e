import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

/** Stands between us and a Postgres, and can say something of its own to the connections that replicate. */
class Interloper {
  readonly #server = createServer((client) => this.#accept(client));
  readonly #upstream: number;
  readonly #replicating = new Set<Socket>();
  readonly #sockets = new Set<Socket>();

  constructor(upstream: number) {
    this.#upstream = upstream;
  }
  listen(): Promise<number> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port)));
  }
  #accept(client: Socket): void {
    const upstream = connect(this.#upstream, '127.0.0.1');
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.#replicating.delete(from);
        this.#sockets.delete(from);
      });
      from.on('data', (chunk: Buffer) => {
        if (from === client && chunk.includes('START_REPLICATION')) this.#replicating.add(client);
        to.write(chunk);
      });
    }
  }
  /** A keepalive that is too short, which the replication client does not survive; the number of connections it went to. */
  garble(): number {
    for (const socket of this.#replicating) socket.write(Buffer.from([0x64, 0, 0, 0, 5, 0x6b]));
    return this.#replicating.size;
  }
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let postgres: TestPostgres;
let interloper: Interloper;
let port: number;
beforeAll(async () => {
  postgres = await startPostgres();
  interloper = new Interloper(postgres.port);
  port = await interloper.listen();
});
afterAll(async () => {
  interloper?.close();
  await postgres?.stop();
});

/** A source `name` with a table of that name, through the interloper. */
async function sourceThrough(client: Client, name: string, by = port): Promise<void> {
  await postgres.query(`create table ${name} (id int primary key); insert into ${name} values (1); create publication ${name} for table ${name}`);
  await client.query(`create secret ${name}_password as 'do not tell'`);
  await client.query(`create connection ${name}_upstream to postgres (host '127.0.0.1', port ${by}, database 'postgres', user 'postgres', password secret ${name}_password);
    create source ${name}_source from postgres connection ${name}_upstream (publication '${name}') for all tables`);
}
const ids = async (client: Client, table: string): Promise<string> => (await client.query(`select id from ${table} order by id`)).flat().join();
const streaming = (): Promise<void> => expect.poll(() => interloper.garble(), { timeout: 20_000 }).toBeGreaterThan(0);
const stops = (opened: Opened): number => opened.logged.filter(({ level, message }) => level === 'error' && message.startsWith('the thread that reads sources stopped')).length;

test('the thread that reads sources ends by itself: what was read stays readable, and all sources go on from what is durable', { timeout: 60_000 }, async () => {
  const opened = await open();
  const client = await opened.connect();
  await sourceThrough(client, 'hit');
  await sourceThrough(client, 'beside', postgres.port);
  expect(await ids(client, 'hit')).toBe('1');
  expect(await ids(client, 'beside')).toBe('1');
  for (let id = 2; id <= 4; id++) {
    await postgres.query(`insert into hit values (${id}); insert into beside values (${id})`);
    await streaming();
    await expect.poll(() => stops(opened), { timeout: 20_000 }).toBe(id - 1);
    expect(await client.query('select 1')).toEqual([['1']]);
    expect((await ids(client, 'hit')).startsWith('1')).toBe(true);
  }
  await postgres.query('insert into hit values (5); insert into beside values (5)');
  for (const table of ['hit', 'beside']) await expect.poll(() => ids(client, table), { timeout: 20_000 }).toBe('1,2,3,4,5');
  await expect.poll(async () => (await client.query('select distinct status from mz_internal.mz_source_statuses')).flat(), { timeout: 20_000 }).toEqual(['running']);
  expect(stops(opened)).toBe(3);
  expect(inspect(opened.logged, { depth: 10 })).not.toContain('do not tell');
  await opened.close();
});

test('a source is dropped with its slot while the thread is away', { timeout: 60_000 }, async () => {
  const opened = await open();
  const client = await opened.connect();
  await sourceThrough(client, 'gone');
  expect(await ids(client, 'gone')).toBe('1');
  await streaming();
  await expect.poll(() => stops(opened), { timeout: 20_000, interval: 1 }).toBe(1);
  expect(await client.query("select status, error like 'the thread that reads sources stopped: %' from mz_internal.mz_source_statuses")).toEqual([['stalled', 't']]);
  await client.query('drop source gone_source cascade');
  expect(client.notices.filter(({ severity }) => severity === 'WARNING')).toEqual([]);
  expect(await postgres.query("select slot_name from pg_replication_slots where slot_name like 'millrace_gone%'")).toEqual([]);
  await opened.close();
});

test('closing while the thread is away is quick', { timeout: 60_000 }, async () => {
  const opened = await open();
  const client = await opened.connect();
  await sourceThrough(client, 'closed');
  expect(await ids(client, 'closed')).toBe('1');
  await streaming();
  await expect.poll(() => stops(opened), { timeout: 20_000, interval: 1 }).toBe(1);
  await opened.close();
  await expect.poll(() => postgres.query("select 1 from pg_replication_slots where active and slot_name like 'millrace_closed%'"), { timeout: 20_000 }).toEqual([]);
});
