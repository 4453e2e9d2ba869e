import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startHeldMillrace, textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';
import { answers, makeSource } from './upstream-tables.ts';

let postgres: TestPostgres;
let guarded: TestPostgres;
let millrace: MillraceProcess;
let client: TextClient;

beforeAll(async () => {
  [postgres, guarded, millrace] = await Promise.all([startPostgres(), startPostgres({ auth: 'scram-sha-256', password: 'right' }), startMillrace()]);
  client = await textClient(millrace.url);
  await client.query(`create connection upstream to postgres (host '127.0.0.1', port ${postgres.port}, database 'postgres', user 'postgres')`);
});
afterAll(async () => {
  await client?.close();
  await Promise.all([millrace?.stop(), postgres?.stop(), guarded?.stop()]);
});

const sourceOver = (name: string, ddl: string, tables: string): Promise<void> => makeSource(postgres, client, name, ddl, tables);
const becomes = (sql: string, rows: readonly (readonly (string | null)[])[]): Promise<true> => answers(client, sql, rows);

const slotOf = async (source: string): Promise<{ slot_name: string; confirmed: bigint } | undefined> => {
  const [row] = await postgres.query(`select slot_name, (confirmed_flush_lsn - '0/0')::text as confirmed from pg_replication_slots where slot_name like 'millrace_${source}_%'`);
  return row && { slot_name: String(row.slot_name), confirmed: BigInt(String(row.confirmed)) };
};

test('an unchanged TOASTed value stays when another column changes', async () => {
  // Random text does not compress, so that it lies out of line, and an UPDATE of n does not send it.
  await sourceOver('toasted', `create table documents (id int primary key, n int, body text);
    insert into documents select 1, 1, string_agg(md5(random()::text), '') from generate_series(1, 3000)`, 'documents');
  await client.query('create materialized view lengths as select id, n, length(body) as length, md5(body) as digest from documents');
  const digest = String((await postgres.query('select md5(body) as digest from documents'))[0]!.digest);
  await becomes('select * from lengths', [['1', '1', '96000', digest]]);
  await postgres.query('update documents set n = 2');
  await becomes('select * from lengths', [['1', '2', '96000', digest]]);
  await postgres.query("begin; update documents set n = 3; update documents set n = 4; insert into documents values (2, 0, 'short'); commit");
  await becomes('select * from lengths order by id', [['1', '4', '96000', digest], ['2', '0', '5', '4f09daa9d95bcb166a302407a0e0babe']]);
  expect((await client.query('select body = (select body from documents where id = 1) from documents where id = 1')).rows).toEqual([['t']]);
});

test('an enum of upstream has its labels and their order, also those that come later', async () => {
  await sourceOver('graded', `create type grade as enum ('low', 'mid', 'high'); create domain positive as int check (value > 0);
    create table marks (id int primary key, g grade, gs grade[], p positive);
    insert into marks values (1, 'high', '{low,high}', 5), (2, 'low', null, 7), (3, null, '{}', null)`, 'marks');
  await client.query('create materialized view per_grade as select g, count(*) as n, max(gs) as most from marks group by g');
  await client.query('create materialized view texts as select id, g::text as t, gs::text as ts from marks');
  await becomes('select id, g, gs, p from marks order by g desc nulls last, id', [['1', 'high', '{low,high}', '5'], ['2', 'low', null, '7'], ['3', null, '{}', null]]);
  await becomes(`select g, n from per_grade where g > 'low'`, [['high', '1']]);
  expect((await client.query(`select enum_range(null::grade), (select pg_typeof(g) from marks where id = 1)`)).rows).toEqual([['{low,mid,high}', 'grade']]);

  await postgres.query(`alter type grade add value 'top'; alter type grade add value 'lower' before 'mid'`);
  await postgres.query(`insert into marks values (4, 'lower', '{top}', 1)`);
  await postgres.query(`update marks set g = 'top' where id = 2`);
  await becomes('select id, g, gs from marks order by g, id', [['4', 'lower', '{top}'], ['1', 'high', '{low,high}'], ['2', 'top', null], ['3', null, '{}']]);
  await becomes('select * from per_grade order by g', [['lower', '1', '{top}'], ['high', '1', '{low,high}'], ['top', '1', null], [null, '1', '{}']]);

  await postgres.query(`insert into marks values (5, 'top', null, 2); alter type grade rename value 'top' to 'best'; alter type grade rename value 'low' to 'least'`);
  await postgres.query(`insert into marks values (6, 'best', '{least}', 3)`);
  await becomes('select id, t, ts from texts order by id', [['1', 'high', '{least,high}'], ['2', 'best', null], ['3', null, '{}'], ['4', 'lower', '{best}'], ['5', 'best', null], ['6', 'best', '{least}']]);
  await becomes(`select count(*) from marks where g = 'best'`, [['3']]);
  expect((await client.query(`select enum_range(null::grade)`)).rows).toEqual([['{least,lower,mid,high,best}']]);
  await expect(client.query('drop type grade')).rejects.toThrow('cannot drop type grade because other objects depend on it');
  await client.query('drop source graded cascade');
  await expect(client.query(`select 'low'::grade`)).rejects.toThrow('type "grade" does not exist');
});

test('TRUNCATE empties the table, and its views, and nothing else', async () => {
  await sourceOver('truncated', 'create table emptied (a int primary key); create table kept (a int primary key); insert into emptied values (1), (2); insert into kept values (3)', 'emptied, kept');
  await client.query('create materialized view emptied_count as select count(*) as n, sum(a) as total from emptied');
  await becomes('select * from emptied_count', [['2', '3']]);
  await postgres.query('begin; insert into emptied values (5); truncate emptied; insert into emptied values (7); commit');
  await becomes('select * from emptied_count', [['1', '7']]);
  await postgres.query('truncate emptied');
  await becomes('select * from emptied_count', [['0', null]]);
  expect((await client.query('select * from kept')).rows).toEqual([['3']]);
});

test('a key change under REPLICA IDENTITY DEFAULT moves the row', async () => {
  await sourceOver('moved', "create table keyed (id int primary key, name text, bulk text); insert into keyed select 1, 'one', string_agg(md5(random()::text), '') from generate_series(1, 3000); insert into keyed values (2, 'two', '')", 'keyed');
  await becomes('select id, name, length(bulk) from keyed order by id', [['1', 'one', '96000'], ['2', 'two', '0']]);
  await postgres.query('update keyed set id = 10 where id = 1');
  await becomes('select id, name, length(bulk) from keyed order by id', [['2', 'two', '0'], ['10', 'one', '96000']]);
  await postgres.query('begin; update keyed set id = 3 where id = 2; update keyed set id = 2 where id = 10; delete from keyed where id = 3; commit');
  await becomes('select id, name, length(bulk) from keyed order by id', [['2', 'one', '96000']]);
});

test('a transaction over two tables is seen whole, however large it is', { timeout: 60_000 }, async () => {
  const ROWS = 20_000;
  await sourceOver('weighed', `create table left_pan (id int primary key, grams int); create table right_pan (id int primary key, grams int);
    insert into left_pan select i, 1 from generate_series(1, ${ROWS}) i`, 'left_pan, right_pan');
  await client.query('create materialized view pans as select (select coalesce(sum(grams), 0) from left_pan) as left_grams, (select coalesce(sum(grams), 0) from right_pan) as right_grams');
  await becomes('select * from pans', [[String(ROWS), '0']]);
  const seen = new Set<string>();
  let moving = true;
  const watch = (async () => {
    while (moving) {
      seen.add(JSON.stringify((await client.query('select left_grams, right_grams, (select count(*) from left_pan), (select count(*) from right_pan) from pans')).rows));
    }
  })();
  try {
    for (let turn = 0; turn < 3; turn++) {
      for (const [from, to] of [['left_pan', 'right_pan'], ['right_pan', 'left_pan']]) await postgres.query(`begin; insert into ${to} select * from ${from}; delete from ${from}; commit`);
    }
    await postgres.query('insert into right_pan select * from left_pan');
    await becomes('select * from pans', [[String(ROWS), String(ROWS)]]);
  } finally {
    moving = false;
    await watch;
  }
  const [all, none] = [String(ROWS), '0'];
  const states = [[all, none, all, none], [none, all, none, all], [all, all, all, all]].map((row) => JSON.stringify([row]));
  expect([...seen].filter((state) => !states.includes(state))).toEqual([]);
  expect(seen.size).toBeGreaterThan(1);
});

test('upstream is answered while nothing can be written: it does not take us for gone', async () => {
  // It gives up on a replica that is silent for a second. The clock of this server stands, so writes wait.
  const [impatient, held] = await Promise.all([startPostgres({ settings: { wal_sender_timeout: '1s' } }), startHeldMillrace(Date.UTC(2026, 0, 1))]);
  const waiting = await textClient(held.url);
  const flowing = async (sql: string): Promise<void> => {
    let settled = false;
    const done = waiting.query(sql).finally(() => (settled = true));
    void done.catch(() => {});
    while (!settled) {
      await held.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await done;
  };
  try {
    await impatient.query('create table patient (id int primary key); insert into patient values (1); create publication patient for table patient');
    await flowing(`create connection impatient to postgres (host '127.0.0.1', port ${impatient.port}, database 'postgres', user 'postgres')`);
    await flowing("create source patients from postgres connection impatient (publication 'patient') for all tables");
    await flowing('select * from patient');
    const sender = (): Promise<unknown> => impatient.query("select pid, state from pg_stat_replication where state = 'streaming'");
    const streaming = await until('the stream', async () => {
      const found = await sender();
      return Array.isArray(found) && found.length === 1 && found;
    });
    // Two ticks fit into the millisecond that stands; what comes then waits.
    for (let id = 2; id <= 10; id++) {
      await impatient.query(`insert into patient values (${id})`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const early = (await waiting.query('select count(*) from patient')).rows;
    expect(Number(early[0]![0])).toBeLessThan(10);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await waiting.query('select count(*) from patient')).rows).toEqual(early);
    expect(await sender()).toEqual(streaming);
    await until('the rows', async () => {
      await held.advance(1);
      return (await waiting.query('select count(*) from patient')).rows[0]![0] === '10';
    });
    expect(await sender()).toEqual(streaming);
  } finally {
    await waiting.close();
    await held.stop(); // first: Postgres waits for what its replicas have not taken
    await impatient.stop();
  }
}, 60_000);

test('an idle table holds back no WAL', async () => {
  await sourceOver('idle', 'create table still (a int primary key); create table busy (a text)', 'still');
  await becomes('select count(*) from still', [['0']]);
  const before = (await slotOf('idle'))!;
  // The server under test flushes late; this transaction it flushes at once.
  await postgres.query("begin; set local synchronous_commit = on; insert into busy select repeat('x', 1000) from generate_series(1, 2000); commit");
  const [{ lsn }] = (await postgres.query("select (pg_current_wal_flush_lsn() - '0/0')::text as lsn")) as [{ lsn: string }];
  expect(BigInt(lsn)).toBeGreaterThan(before.confirmed + 1_000_000n);
  await until('the slot to follow', async () => (await slotOf('idle'))!.confirmed >= BigInt(lsn), 30);
});

describe('what CREATE refuses at once', () => {
  const refusal = (sql: string): Promise<unknown> => client.query(sql).then(() => 'accepted', (error: unknown) => error);

  test('a wrong password', async () => {
    await client.query("create secret wrong as 'wrong'");
    const connection = `host '127.0.0.1', port ${guarded.port}, database 'postgres', user 'postgres', password secret wrong`;
    await guarded.query('create table t (a int primary key); create publication p for table t');
    await client.query(`create connection locked_out to postgres (${connection})`).catch((error: unknown) => expect(error).toMatchObject({ code: '28P01' }));
    const modern = await refusal("create source locked from postgres connection locked_out (publication 'p') for all tables");
    expect(modern).toMatchObject({ code: expect.stringMatching(/^(28P01|42704)$/) });
    const old = await refusal(`create materialized source locked from postgres connection 'host=127.0.0.1 port=${guarded.port} user=postgres password=wrong dbname=postgres' publication 'p'`);
    expect(old).toMatchObject({ code: '28P01', message: expect.stringContaining('password authentication failed') });
    const right = `host=127.0.0.1 port=${guarded.port} user=postgres password=right dbname=postgres`;
    expect(await refusal(`create materialized source locked from postgres connection '${right}' publication 'p'`)).toBe('accepted');
  });

  test('a missing publication', async () => {
    expect(await refusal("create source nowhere from postgres connection upstream (publication 'nowhere') for all tables"))
      .toMatchObject({ code: '42704', message: expect.stringContaining('publication "nowhere" does not exist') });
    expect((await client.query("select count(*) from mz_catalog.mz_sources where name = 'nowhere'")).rows).toEqual([['0']]);
  });

  test('a type that is not supported, by column', async () => {
    await postgres.query('create type colour as (r int, at point); create table painted (id int primary key, shade colour); create publication paint for table painted');
    const refused = await refusal("create source paint from postgres connection upstream (publication 'paint') for all tables");
    expect(refused).toMatchObject({ code: '0A000', message: expect.stringMatching(/"public\.painted\.shade" \(colour, a composite type with field "at" of type point\)/), hint: expect.stringContaining('TEXT COLUMNS') });
    await client.query("create source paint from postgres connection upstream (publication 'paint', text columns (painted.shade)) for all tables");
    await postgres.query(`insert into painted values (1, '(2,"(3,4)")')`);
    await becomes('select shade from painted', [['(2,"(3,4)")']]);
  });

  test('but nothing of a table that is not read', async () => {
    await postgres.query(`create table plain (id int primary key); insert into plain values (1); create table keyless (a box); alter table keyless replica identity nothing;
      create publication mixed for table plain, painted, keyless`);
    await client.query("create source mixed from postgres connection upstream (publication 'mixed') for tables (plain)");
    await becomes('select id from plain', [['1']]);
    expect(await refusal("create source mixed_all from postgres connection upstream (publication 'mixed') for all tables")).toMatchObject({ code: '55000', message: expect.stringContaining('keyless') });
    expect(await refusal("create source mixed_none from postgres connection upstream (publication 'mixed') for tables (plane)")).toMatchObject({ code: '42P01', hint: expect.stringContaining('public.keyless') });
    await postgres.query('insert into plain values (2)');
    await becomes('select count(*) from plain', [['2']]);
  });
});

test('DROP SOURCE removes the replication slot', async () => {
  await sourceOver('dropped', 'create table short_lived (a int primary key)', 'short_lived');
  await becomes('select count(*) from short_lived', [['0']]);
  expect(await slotOf('dropped')).toBeDefined();
  await client.query('drop source dropped cascade');
  expect(await slotOf('dropped')).toBeUndefined();
  expect(client.notices().filter((notice) => notice.startsWith('WARNING'))).toEqual([]);
});

test('Postgres that goes away is told of, and ridden out', async () => {
  await sourceOver('ridden', 'create table through (a int primary key); insert into through values (1)', 'through');
  await becomes('select * from through', [['1']]);
  const status = "select status from mz_internal.mz_source_statuses where name = 'ridden'";
  await becomes(status, [['running']]);
  await postgres.halt();
  await becomes(status, [['stalled']]);
  // What was read stays readable.
  expect((await client.query('select * from through')).rows).toEqual([['1']]);
  await postgres.resume();
  await postgres.query('insert into through values (2)');
  await becomes('select * from through order by a', [['1'], ['2']]);
  await becomes(status, [['running']]);
});
