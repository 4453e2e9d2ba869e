import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { SystemClock, SystemRandom } from '../../src/core/index.ts';
import { startServer } from '../../src/server/index.ts';
import type { Server } from '../../src/server/index.ts';
import { psql } from '../server/support/psql.ts';
import { open } from './support.ts';
import type { Opened } from './support.ts';

let opened: Opened;
let server: Server | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  await opened?.database.close();
  await rm(opened.directory, { recursive: true, force: true });
});

const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const serve = async (): Promise<Server> =>
  (server = await startServer({ database: opened.database, host: '127.0.0.1', port: 0, auth: { method: 'trust' }, clock: new SystemClock(), random: new SystemRandom(), log }));

test('labels, their order and the rows are there after a restart', async () => {
  opened = await open();
  const client = await opened.connect();
  for (const sql of [
    `create type mood as enum ('sad', 'happy')`, 'create table t (id int primary key, m mood, ms mood[])', 'create index t_m on t (m)',
    'create materialized view texts as select id, m::text as t, enum_last(m) as last from t', `insert into t values (1, 'happy', '{sad}'), (2, 'sad', null)`,
    `alter type mood add value 'ok' before 'happy'`, `insert into t values (3, 'ok', '{happy,ok}')`, `alter type mood rename value 'happy' to 'glad'`, 'alter table t add column n mood default \'ok\'',
  ]) await client.query(sql);
  const answers = async (of: Opened): Promise<unknown> => {
    const asking = await of.connect();
    return [
      await asking.query('select id, m, ms, n from t order by m'), await asking.query('select * from texts order by id'), await asking.query(`select id from t where m = 'ok'`),
      await asking.query('select enum_range(null::mood)'), await asking.query('select enumlabel from pg_enum order by enumsortorder'),
    ];
  };
  const before = await answers(opened);
  expect(before).toEqual([
    [['2', 'sad', null, 'ok'], ['3', 'ok', '{glad,ok}', 'ok'], ['1', 'glad', '{sad}', 'ok']], [['1', 'glad', 'glad'], ['2', 'sad', 'glad'], ['3', 'ok', 'glad']], [['3']], [['{sad,ok,glad}']], [['sad'], ['ok'], ['glad']],
  ]);
  const { directory } = opened;
  await opened.database.close();
  opened = await open({ directory });
  expect(await answers(opened)).toEqual(before);
});

test('in a block: a type can be used at once and goes with ROLLBACK, a label counts from the commit on', async () => {
  opened = await open();
  const client = await opened.connect();
  const other = await opened.connect();
  await client.query('begin');
  await client.query(`create type mood as enum ('sad', 'happy')`);
  await client.query(`alter type mood add value 'ok' after 'sad'`);
  await client.query('create table t (m mood)');
  await client.query(`insert into t values ('ok'), ('sad')`);
  expect(await client.query('select m from t order by m desc')).toEqual([['ok'], ['sad']]);
  await expect(other.query(`select 'sad'::mood`)).rejects.toMatchObject({ code: '42704' });
  await client.query('rollback');
  await expect(client.query(`select 'sad'::mood`)).rejects.toMatchObject({ code: '42704' });

  await client.query(`create type mood as enum ('sad', 'happy')`);
  await client.query('begin');
  await client.query(`alter type mood add value 'ok'`);
  await expect(other.query(`select 'ok'::mood`)).rejects.toMatchObject({ code: '22P02' });
  await client.query('rollback');
  await expect(client.query(`select 'ok'::mood`)).rejects.toMatchObject({ code: '22P02' });
  await client.query(`alter type mood add value 'ok'`);
  expect(await other.query(`select 'ok'::mood > 'happy'`)).toEqual([['t']]);
});

test('room between two labels ends with an error', async () => {
  opened = await open();
  const client = await opened.connect();
  await client.query(`create type t as enum ('a', 'b')`);
  for (let i = 0; i < 16; i++) await client.query(`alter type t add value 'x${i}' before 'b'`);
  await expect(client.query(`alter type t add value 'x16' before 'b'`)).rejects.toMatchObject({ code: '54000' });
  await client.query(`alter type t add value 'c'`);
  expect(await client.query('select enum_range(null::t)')).toEqual([[`{a,${Array.from({ length: 16 }, (_, i) => `x${i}`).join(',')},b,c}`]]);
});

test('dropped with what is over it, but not under columns of tables', async () => {
  opened = await open();
  const client = await opened.connect();
  await client.query(`create type mood as enum ('sad', 'happy')`);
  await client.query(`create materialized view v as select 'sad'::mood as m`);
  await client.query('create table t (id int, m mood, ms mood[])');
  await expect(client.query('drop type mood')).rejects.toMatchObject({ code: '2BP01', fields: { detail: 'column ms of table t depends on type mood[]\nmaterialized view v depends on type mood\ncolumn m of table t depends on type mood' } });
  await expect(client.query('drop type mood cascade')).rejects.toMatchObject({ code: '0A000', fields: { hint: 'Drop them first: ALTER TABLE t DROP COLUMN m, DROP COLUMN ms.' } });
  await client.query('alter table t drop column m, drop column ms');
  await client.query('drop type mood cascade');
  await expect(client.query('select * from v')).rejects.toMatchObject({ code: '42P01' });
  await client.query('create table mood (a int)');
  await expect(client.query(`create type mood as enum ()`)).rejects.toMatchObject({ code: '42710', message: 'type "mood" already exists' });
  await expect(client.query('drop type mood')).rejects.toMatchObject({ code: '2BP01', message: 'cannot drop type mood because table mood requires it' });
});

test('over the wire: text and binary, parameters, COPY, and psql', async () => {
  opened = await open();
  const { address } = await serve();
  const client = new pg.Client({ host: '127.0.0.1', port: address.port, user: 'materialize', database: 'materialize' });
  await client.connect();
  try {
    await client.query(`create type mood as enum ('sad', 'it''s ok'); create table t (id int, m mood, ms mood[]); comment on type mood is 'how it is'`);
    await client.query('insert into t values ($1, $2, $3)', [1, `it's ok`, ['sad', `it's ok`]]);
    await client.query('insert into t values (2, $1, null)', [null]);
    await expect(client.query('insert into t values (3, $1, null)', ['none'])).rejects.toMatchObject({ code: '22P02' });
    const text = await client.query('select m, ms, id from t where m = $1', [`it's ok`]);
    expect(text.rows).toEqual([{ m: `it's ok`, ms: `{sad,"it's ok"}`, id: 1 }]);
    const types = { getTypeParser: () => (value: Buffer) => value };
    const binary = await client.query({ text: 'select m, ms, row(m) as r from t where id = $1', values: [1], binary: true, types } as unknown as pg.QueryConfig);
    const [row] = binary.rows as { m: Buffer; ms: Buffer; r: Buffer }[];
    expect(row!.m.toString()).toBe(`it's ok`);
    expect(row!.ms.toString('latin1').endsWith(`\0\0\0\x03sad\0\0\0\x07it's ok`)).toBe(true);
    expect(row!.r.toString('latin1').endsWith(`\0\0\0\x07it's ok`)).toBe(true);
    const oid = text.fields[0]!.dataTypeID;
    expect((await client.query('select typname, typtype, typsend::text from pg_type where oid = $1', [oid])).rows).toEqual([{ typname: 'mood', typtype: 'e', typsend: 'enum_send' }]);
  } finally {
    await client.end();
  }
  const run = (...args: string[]): ReturnType<typeof psql> => psql(address.port, args);
  expect((await run('-At', '-c', 'copy t to stdout')).out).toBe(`1\tit's ok\t{sad,"it's ok"}\n2\t\\N\t\\N\n`);
  expect((await psql(address.port, ['-At'], { input: `copy t (id, m) from stdin;\n7\tsad\n\\.\nselect m from t where id = 7;\n` })).out).toMatch(/(^|\n)sad\n$/);
  expect((await run('-At', '-c', '\\dT+ mood')).out).toBe(`public|mood|mood|4|sad\nit's ok|materialize||how it is\n`);
  expect((await run('-At', '-c', '\\d t')).out).toBe('id|integer|||\nm|mood|||\nms|mood[]|||\n');
});
