import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { JudgeError, startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { World } from './world.ts';

let judge: Judge;
let world: World;
beforeAll(async () => {
  judge = await startJudge();
});
afterAll(() => judge.close());
beforeEach(async () => {
  world = await World.create();
});

async function theirs(sql: string): Promise<ReturnType<World['refusal']>> {
  try {
    await judge.query(`begin; ${sql}`);
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    const { code, message, detail, hint, position } = error;
    return { code, message, detail, hint, position: position === undefined ? undefined : position - 'begin; '.length };
  } finally {
    await judge.query('rollback');
  }
  throw new Error(`the judge accepted: ${sql}`);
}

/** Statements that Postgres refuses, and we with the same code, message, detail, hint and position. Only the last of each string fails. */
test.each([
  'create table t (a int, a text)', 'create table t (a int primary key, b int primary key)', 'create table t (a int, primary key (b))', 'create table t (a int, unique (a, a))',
  'create table t (a int null not null)', 'create table t (a int default 1 default 2)', 'create table t (a serial default 1)', 'create table nowhere.t (a int)', 'create table t (a nothing)',
  'create table a.b.c.d (a int)', 'create table other.public.t (a int)', 'create table t (a record)',
  'create table t (a int); create table t (b int)', 'create table t (a int); create view t as select 1', 'create view v as select 1 as a, 2 as a', 'create view v (a, b) as select 1',
  'create view v as select 1 as a; create or replace view v as select 1 as b', "create view v as select 1 as a; create or replace view v as select 'x'::text as a",
  'create view v as select 1 as a, 2 as b; create or replace view v as select 1 as a', 'create table t (a int); create or replace view t as select 1',
  'create schema public', 'create schema pg_mine', 'create schema s; create schema s',
  'create table t (a int); create index on t (b)', 'create index on nothing (a)', 'create table t (a int); create index i on t (a); create index i on t (a)', 'create table t (a int); create index t on t (a)',
  'drop table nothing', 'drop view nothing', 'drop materialized view nothing', 'drop index nothing', 'drop schema nothing', 'drop table nowhere.t',
  'create table t (a int); drop view t', 'create view v as select 1; drop table v', 'create view v as select 1; drop materialized view v', 'create materialized view m as select 1; drop view m',
  'create table t (a int); create view v as select * from t; drop table t', 'create schema s; create table s.t (a int); drop schema s',
  'alter table nothing rename to x', 'create table t (a int); create table u (a int); alter table t rename to u', 'create table t (a int); alter view t rename to u',
  "comment on table nothing is 'x'", "create table t (a int); comment on column t.b is 'x'", "create table t (a int); comment on view t is 'x'",
  'set nothing = 1', 'show nothing', 'reset nothing', "set application_name = 'a', 'b'",
  'execute nothing', 'create table t (a int); copy t (b) from stdin', 'create table t (a int); copy t (a, a) from stdin', 'create view v as select 1; copy v from stdin', 'copy nothing from stdin',
  "copy (select 1) to stdout (format 'x')", "copy (select 1) to stdout (delimiter 'ab')", "copy (select 1) to stdout (nothing 1)", 'copy (select 1) to stdout (format csv, format csv)',
  "copy (select 1) to stdout (quote '!')", "copy (select 1) to stdout (format binary, delimiter ',')", "copy (select 1) to stdout (format csv, delimiter '\"')", "copy (select 1) to stdout (null E'\\n')",
  'create table t as select 1 as a, 2 as a', 'create table t (a, b) as select 1', 'truncate nothing', 'create view v as select 1; truncate v',
  'refresh materialized view nothing',
].map((sql) => [sql] as const))('as Postgres: %s', async (sql) => {
  expect(locally(sql, world.refusal(sql))).toEqual(await theirs(sql));
});

/** A refusal's position counted in the whole string: our statements are planned one by one. */
function locally(sql: string, refusal: ReturnType<World['refusal']>): ReturnType<World['refusal']> {
  const last = sql.lastIndexOf('; ');
  return { ...refusal, position: refusal.position === undefined ? undefined : refusal.position + (last < 0 ? 0 : last + 2) };
}

test.each([
  ['create table t (a int references u)', 'an enforced foreign key'], ['create table t (a int generated always as (1) virtual)', 'a VIRTUAL generated column'], ['create table t (a int check (a > 0) not enforced)', 'CHECK ... NOT ENFORCED'],
  ['create table t (a int) inherits (u)', 'INHERITS'], ['create table t (a int) with (fillfactor = 10)', 'WITH (...) of CREATE TABLE'],
  ['create table t (a text collate "de")', 'COLLATE of a column'], ['create unlogged table t (a int)', 'UNLOGGED'], ['create table t (a int, unique (a) deferrable)', 'DEFERRABLE'],
  ['listen x', 'LISTEN'], ["notify x, 'y'", 'NOTIFY'], ['lock table t', 'LOCK TABLE'], ['do $$begin end$$', 'DO'], ['create function f() returns int language sql as $$select 1$$', 'CREATE FUNCTION'],
  ['create role r', 'CREATE ROLE'], ['grant select on t to r', 'GRANT and REVOKE'], ['create extension x', 'CREATE EXTENSION'],
  ['prepare transaction \'x\'', 'two-phase commit'], ['declare c scroll cursor for select 1', 'SCROLL'], ["copy t from '/tmp/x'", 'COPY with a file of the server'],
  ['create statistics s on a, b from t', 'CREATE STATISTICS'], ['security label on table t is \'x\'', 'SECURITY LABEL'], ['create materialized view m as select 1 with no data', 'WITH NO DATA'],
])('refused by name: %s', (sql, feature) => {
  expect(world.refusal(sql)).toMatchObject({ code: '0A000', message: `${feature} is not supported`, hint: expect.stringMatching(/\.$/) });
});

test('columns, keys and their names', () => {
  const { plan } = world.run('create table t (id int primary key, "B" text not null default \'x\' || \'y\', c numeric(10,2) unique, at timestamp default now() not null, unique ("B", c))');
  expect(plan).toMatchObject({
    kind: 'createTable', name: { schema: 2200, name: 't' },
    columns: [
      { name: 'id', type: { oid: 23 }, nullable: false },
      { name: 'B', type: { oid: 25 }, nullable: false, defaultSql: "('x'::text || 'y'::text)\u0001'x'::text || 'y'::text", default: { op: 'literal', value: 'xy' } },
      { name: 'c', type: { oid: 1700, typmod: (10 << 16 | 2) + 4 }, nullable: true },
      { name: 'at', nullable: false, defaultSql: 'now()' },
    ],
    keys: [{ name: 't_pkey', columns: [0], primary: true }, { name: 't_c_key', columns: [2], primary: false }, { name: 't_B_c_key', columns: [1, 2], primary: false }],
  });
});

test('IF NOT EXISTS on a name that is taken does nothing, and says so', () => {
  world.run('create table t (a int)');
  expect(world.plan('create table if not exists t (b int)')).toMatchObject({ plan: { kind: 'noop', tag: 'CREATE TABLE' }, notices: [{ severity: 'NOTICE', code: '42P07', message: 'relation "t" already exists, skipping' }] });
  expect(world.plan('create view if not exists t as select 1')).toMatchObject({ plan: { kind: 'noop', tag: 'CREATE VIEW' } });
  expect(world.plan('create schema if not exists public')).toMatchObject({ plan: { kind: 'noop' }, notices: [{ code: '42P06' }] });
});

test('DROP takes what depends on it under CASCADE, and skips what is not there under IF EXISTS', () => {
  world.run('create table t (a int); create view v as select a from t');
  expect(world.plan('drop table if exists nothing, t cascade').plan).toMatchObject({
    kind: 'drop', tag: 'DROP TABLE', notices: [{ message: 'table "nothing" does not exist, skipping' }, { message: 'drop cascades to view v' }],
  });
});

test('settings and transactions', () => {
  expect(world.plan("set time zone 'Europe/Paris'").plan).toEqual({ kind: 'set', name: 'timezone', value: 'Europe/Paris', local: false, tag: 'SET' });
  expect(world.plan('set time zone -3').plan).toMatchObject({ value: '-3' });
  expect(world.plan("set time zone interval '+02:00' hour to minute").plan).toMatchObject({ value: '<+02:00>-02:00' });
  expect(world.plan('set local search_path = a, "B", "$user"').plan).toEqual({ kind: 'set', name: 'search_path', value: 'a, "B", "$user"', local: true, tag: 'SET' });
  expect(world.plan('set search_path to default').plan).toMatchObject({ value: null });
  expect(world.plan('set my.own = 1').plan).toMatchObject({ kind: 'set', name: 'my.own', value: '1' });
  expect(world.plan('set transaction read only').plan).toMatchObject({ name: 'transaction_read_only', value: 'on', local: true });
  expect(world.plan('set session characteristics as transaction isolation level serializable, read write').plan)
    .toMatchObject({ name: 'default_transaction_isolation', value: 'serializable', local: false, also: [{ name: 'default_transaction_read_only', value: 'off' }] });
  expect(world.plan('begin isolation level repeatable read read only').plan).toEqual({ kind: 'begin', readOnly: true, tag: 'BEGIN' });
  expect(world.plan('commit and chain').plan).toEqual({ kind: 'commit', chain: true });
  expect(world.plan('rollback to savepoint s').plan).toEqual({ kind: 'rollbackTo', name: 's' });
});

test('cursors and prepared statements', () => {
  expect(world.plan('fetch all from c').plan).toMatchObject({ kind: 'fetch', count: null, direction: 'forward', timeoutMs: null });
  expect(world.plan("fetch 5 c with (timeout = '1 minute 500ms')").plan).toMatchObject({ count: 5, timeoutMs: 60_500 });
  expect(world.plan('move backward 2 in c').plan).toMatchObject({ move: true, count: 2, direction: 'backward' });
  expect(world.plan('prepare p (int, text) as select $1').plan).toMatchObject({ kind: 'prepare', name: 'p', types: [{ oid: 23 }, { oid: 25 }], sql: 'select $1' });
  world.prepared.set('p', [{ oid: 20, typmod: -1 }]);
  expect(world.plan("execute p (1 + 1)").plan).toMatchObject({ kind: 'execute', arguments: [{ op: 'literal', value: 2, type: { oid: 20 } }] });
  expect(world.refusal('execute p')).toMatchObject({ code: '42601', detail: 'Expected 1 parameters but got 0.' });
  expect(world.plan('declare c binary cursor with hold for select 1').plan).toMatchObject({ kind: 'declare', binary: true, hold: true, inner: { kind: 'query' }, innerSql: 'select 1' });
});

test('COPY', () => {
  world.run('create table t (a int, b text)');
  expect(world.plan("copy t (b) from stdin with (format csv, header, null 'x')").plan).toMatchObject({ kind: 'copyFrom', columns: [1], options: { format: 'csv', delimiter: ',', header: true, nullText: 'x', quote: '"', escape: '"' } });
  expect(world.plan('copy t to stdout').plan).toMatchObject({ kind: 'copyTo', source: { kind: 'query', query: { columns: [{ name: 'a' }, { name: 'b' }] } }, options: { format: 'text', delimiter: '\t', nullText: '\\N' } });
  expect(world.plan('copy (tail t) to stdout').plan).toMatchObject({ kind: 'copyTo', source: { kind: 'subscribe', subscribe: { snapshot: true } } });
});

test('SUBSCRIBE', () => {
  world.run('create table t (a int, b text)');
  expect(world.plan('tail t with (snapshot = false, progress) as of 5 up to 10').plan).toMatchObject({
    kind: 'subscribe', subscribe: { columns: [{ name: 'a' }, { name: 'b' }], snapshot: false, progress: true, asOf: { value: 5 }, upTo: { value: 10 }, envelope: { kind: 'none' } },
  });
  expect(world.plan('subscribe (select b, a from t) envelope upsert (key (a))').plan).toMatchObject({ subscribe: { envelope: { kind: 'upsert', key: [1] } } });
  expect(world.refusal('subscribe t with (frob)')).toMatchObject({ code: '0A000', message: 'option FROB of SUBSCRIBE is not supported' });
});

test('SHOW', () => {
  world.run('create schema s; create table s.t (a int); create view v as select 1 as x');
  for (const what of ['sources', 'tables', 'views', 'materialized views', 'connections', 'secrets', 'objects', 'indexes', 'schemas', 'databases', "tables from s like 't%'", "views where name = 'v'", 'columns from s.t', 'indexes on s.t'])
    expect(world.plan(`show ${what}`).plan).toMatchObject({ kind: 'query', readsCatalogOnly: true });
  expect(world.plan('show create view v').plan).toMatchObject({ query: { relation: { rows: [{ values: ['public.v', 'create view v as select 1 as x'] }] } } });
  expect(world.refusal('show tables from nowhere')).toMatchObject({ code: '3F000', position: 18 });
  expect(world.refusal('show columns from nothing')).toMatchObject({ code: '42P01', position: 19 });
});

test('EXPLAIN shows the plan', () => {
  world.run('create table t (a int); create view v as select a from t where a > 1');
  expect(world.plan('explain select a from t where a > 1').plan).toMatchObject({ kind: 'explain', stage: 'optimized', text: expect.stringMatching(/Filter .*\n.*Get public\.t/s) });
  expect(world.plan('explain optimized plan for view v').plan).toMatchObject({ text: expect.stringContaining('Get public.t') });
});
