import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { cancel, startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';

let postgres: TestPostgres;
let millrace: MillraceProcess;
let client: TextClient;

beforeAll(async () => {
  [postgres, millrace] = await Promise.all([startPostgres(), startMillrace()]);
  client = await textClient(millrace.url);
});
afterAll(async () => {
  await client?.close();
  await Promise.all([millrace?.stop(), postgres?.stop()]);
});

test('a read over a source whose snapshot is not finished waits, says for what, can be ended, and answers when it is', { timeout: 90_000 }, async () => {
  await postgres.query('create table held (a int primary key); insert into held values (1), (2); create publication late for table held');
  await client.query(`create connection upstream to postgres (host '127.0.0.1', port ${postgres.port}, database 'postgres', user 'postgres')`);
  // A replication slot, and with it the snapshot, is made when every transaction that was there before has ended.
  const locker = new pg.Client({ host: '127.0.0.1', port: postgres.port, user: 'postgres', database: 'postgres' });
  await locker.connect();
  await locker.query('begin; select pg_current_xact_id()');
  await client.query("create source late from postgres connection upstream (publication 'late') for all tables");
  await client.query('create materialized view held_sum as select sum(a) as total from held');
  client.notices();

  const waiting = await textClient(millrace.url);
  const answer = waiting.query('select * from held_sum');
  await until('the notice', () => Promise.resolve(waiting.notices().includes('NOTICE: waiting for the snapshot of source "late" to finish')));

  // Others are answered meanwhile, and what waits ends by its own time limit or at a request.
  expect((await client.query('select 1')).rows).toEqual([['1']]);
  await client.query("set statement_timeout = '200ms'");
  await expect(client.query('select * from held_sum')).rejects.toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
  await client.query('set statement_timeout = 0');
  const canceled = new pg.Client({ connectionString: millrace.url });
  await canceled.connect();
  const noticed = new Promise((resolve) => canceled.once('notice', resolve));
  const ended = canceled.query('select * from held').catch((error: unknown) => error);
  await noticed;
  await cancel(millrace, canceled);
  expect(await ended).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });

  await locker.query('commit');
  await locker.end();
  expect((await answer).rows).toEqual([['3']]);
  expect((await client.query('select hydrated from mz_internal.mz_hydration_statuses where name = \'held_sum\'')).rows).toEqual([['t']]);
  await Promise.all([waiting.close(), canceled.end()]);
});

/** User and system time of a process and all its threads, in milliseconds (proc(5): fields 14 and 15, in hundredths of a second). */
const cpuMs = (pid: string): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

test.runIf(process.platform === 'linux')('a server with nothing to do does nothing: the clock is waited for, not asked', { timeout: 60_000 }, async () => {
  const idle = await startMillrace();
  const own = await textClient(idle.url);
  try {
    await own.query('create table leads (id int, until timestamptz)');
    await own.query("insert into leads select n, now() + interval '1 day' from generate_series(1, 1000) n");
    await own.query('create materialized view present as select count(*) as n from leads where mz_now() < until');
    expect((await own.query('select * from present')).rows).toEqual([['1000']]);
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && commandOf(name).includes(idle.directory))!;
    await new Promise((resolve) => setTimeout(resolve, 1500)); // what starting left behind
    const before = cpuMs(pid);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(cpuMs(pid) - before).toBeLessThan(250);
    expect((await own.query('select * from present')).rows).toEqual([['1000']]);
  } finally {
    await own.close();
    await idle.stop();
  }
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
