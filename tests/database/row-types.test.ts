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

test('rows in tables and views are there after a restart, on threads of their own', async () => {
  opened = await open({ inline: false });
  const client = await opened.connect();
  for (const sql of [
    'create table p (x int, y numeric)', 'create table t (id int primary key, r p, rs p[])', `insert into t values (1, '(1,1.0)', '{"(1,1.00)"}'), (2, null, null), (3, '(1,1.00)', '{}')`,
    'create materialized view whole as select t as w, (r).y + 1 as y from t', 'create materialized view groups as select r, count(*) from t group by r', 'create index on t (r)', 'create materialized view docs as select to_jsonb(p) as d from p',
    `insert into p values (1, 2)`, 'alter table p rename column y to why',
    'create type pair as (a p, b text)', 'create table pairs (id int, v pair, vs pair[])', `insert into pairs (id, v.a.x, vs[1].b) values (1, 5, 'x')`, 'create materialized view bs as select (v).a, (vs[1]).b from pairs', 'update pairs set v.b = $$y$$', 'alter type pair rename attribute a to first',
  ]) await client.query(sql);
  const answers = async (of: Opened): Promise<unknown> => {
    const asking = await of.connect();
    return [
      await asking.query('select w, (w).rs, y from whole order by (w).id'), await asking.query('select * from groups order by r'), await asking.query(`select id from t where r = '(1,1)'::p order by id`),
      await asking.query('select d from docs'), await asking.query(`select '(7,8)'::p, to_jsonb('(7,8)'::p), (row(1,2)::p).why`), await asking.query('select to_jsonb(w) from whole where (w).id = 1'),
      await asking.query('select v, vs, to_jsonb(v), (v).first.x from pairs'), await asking.query('select * from bs'), await asking.query(`select '("(1,2)",z)'::pair`),
    ];
  };
  const before = await answers(opened);
  expect(before).toEqual([
    [['(1,"(1,1.0)","{""(1,1.00)""}")', '{"(1,1.00)"}', '2.0'], ['(2,,)', null, null], ['(3,"(1,1.00)",{})', '{}', '2.00']],
    [['(1,1.0)', '2'], [null, '1']], [['1'], ['3']],
    [['{"x": 1, "why": 2}']], [['(7,8)', '{"x": 7, "why": 8}', '2']], [['{"r": {"x": 1, "why": 1.0}, "id": 1, "rs": [{"x": 1, "why": 1.00}]}']],
    [['("(5,)",y)', '{"(,x)"}', '{"b": "y", "first": {"x": 5, "why": null}}', '5']], [['(5,)', 'x']], [['("(1,2)",z)']],
  ]);
  const { directory } = opened;
  await opened.database.close();
  opened = await open({ directory, inline: false });
  expect(await answers(opened)).toEqual(before);
  const again = await opened.connect();
  await again.query(`insert into t values (4, '(2,3)', null)`);
  expect(await again.query('select w from whole where (w).id = 4')).toEqual([['(4,"(2,3)",)']]);
});

test('in a block: a table\'s rows are a type at once, for its own statements alone, and what it changes of a type goes with ROLLBACK', async () => {
  opened = await open({ inline: false });
  const client = await opened.connect();
  const other = await opened.connect();
  await client.query('begin');
  await client.query('create table p (x int)');
  await client.query('create table t (r p)');
  await client.query(`insert into t values ('(5)'), (row(6))`);
  expect(await client.query('select r, to_jsonb(r) from t order by r')).toEqual([['(5)', '{"x": 5}'], ['(6)', '{"x": 6}']]);
  await expect(other.query(`select '(1)'::p`)).rejects.toMatchObject({ code: '42704' });
  await client.query('commit');
  expect(await other.query(`select '(1)'::p, r from t where (r).x = 5`)).toEqual([['(1)', '(5)']]);
  await client.query('drop table t');
  await client.query('begin');
  await client.query('alter table p add column y int');
  expect(await client.query('select row(1, 2)::p')).toEqual([['(1,2)']]);
  await expect(other.query('select row(1, 2)::p')).rejects.toMatchObject({ code: '42846' });
  await client.query('rollback');
  await expect(client.query('select row(1, 2)::p')).rejects.toMatchObject({ code: '42846' });
  expect(await client.query(`select '(1)'::p`)).toEqual([['(1)']]);
});

test('a subscription to whole rows sees them change; a view of them is computed anew with their columns', async () => {
  opened = await open();
  const client = await opened.connect();
  await client.query('create table t (id int primary key, s text)');
  await client.query('create materialized view v as select t as r, count(*) over_all from t group by t');
  await client.query(`insert into t values (1, 'a'), (2, null)`);
  await client.query('begin');
  await client.query('declare c cursor for subscribe (select r from v) with (snapshot)');
  expect((await client.query('fetch 2 c')).map((row) => row.slice(1)).sort()).toEqual([['1', '(1,a)'], ['1', '(2,)']]);
  await client.query('rollback');
  await client.query('alter table t add column n int');
  await client.query('update t set n = id * 10');
  expect(await client.query('select r, (r).n, over_all from v order by r')).toEqual([['(1,a,10)', '10', '1'], ['(2,,20)', '20', '1']]);
  await client.query('alter table t drop column s');
  expect(await client.query('select r from v order by r')).toEqual([['(1,10)'], ['(2,20)']]);
});

test('over the wire: text and binary, parameters, COPY, and psql', async () => {
  opened = await open();
  const { address } = await serve();
  const client = new pg.Client({ host: '127.0.0.1', port: address.port, user: 'materialize', database: 'materialize' });
  await client.connect();
  try {
    await client.query(`create type mood as enum ('sad', 'ok'); create table p (x int, m mood); create table t (id int, r p, rs p[])`);
    await client.query('insert into t values ($1, $2, $3)', [1, '(7,ok)', ['(1,sad)', '(,)']]);
    await client.query('insert into t values (2, $1, null)', [null]);
    await expect(client.query('insert into t values (3, $1, null)', ['(1,none)'])).rejects.toMatchObject({ code: '22P02' });
    const text = await client.query('select r, rs, id from t where r = $1::p', ['(7,ok)']);
    expect(text.rows).toEqual([{ r: '(7,ok)', rs: '{"(1,sad)","(,)"}', id: 1 }]);
    const types = { getTypeParser: () => (value: Buffer) => value };
    const binary = await client.query({ text: 'select r, rs from t where id = $1', values: [1], binary: true, types } as unknown as pg.QueryConfig);
    const [row] = binary.rows as { r: Buffer; rs: Buffer }[];
    const moodOid = (await client.query(`select 'mood'::regtype::oid as oid`)).rows[0].oid as number;
    const field = (oid: number, value: Buffer): Buffer => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(oid, 0);
      head.writeInt32BE(value.length, 4);
      return Buffer.concat([head, value]);
    };
    const sent = Buffer.concat([Buffer.from([0, 0, 0, 2]), field(23, Buffer.from([0, 0, 0, 7])), field(moodOid, Buffer.from('ok'))]);
    expect(row!.r.equals(sent)).toBe(true);
    expect(row!.rs.toString('latin1')).toContain('sad');
    // A parameter in binary is read by the type's fields.
    const asParameter = (bytes: Buffer): Promise<pg.QueryResult> => client.query({ text: 'select $1::p as r, ($1::p).m', values: [bytes] });
    expect((await asParameter(sent)).rows).toEqual([{ r: '(7,ok)', m: 'ok' }]);
    await expect(asParameter(Buffer.concat([Buffer.from([0, 0, 0, 1]), field(23, Buffer.from([0, 0, 0, 7]))]))).rejects.toMatchObject({ code: '42804', message: 'wrong number of columns: 1, expected 2' });
    await expect(asParameter(Buffer.concat([Buffer.from([0, 0, 0, 2]), field(20, Buffer.alloc(8)), field(moodOid, Buffer.from('ok'))])))
      .rejects.toMatchObject({ code: '42804', message: /^binary data has type 20 \(bigint\) instead of expected 23 \(integer\) in record column 1$/ });
    const oid = text.fields[0]!.dataTypeID;
    const described = await client.query(`select typname, typtype, typrelid::regclass::text as rel, typsend::text, typarray = $2::oid as arrays, typinput::text from pg_type where oid = $1`, [oid, text.fields[1]!.dataTypeID]);
    expect(described.rows).toEqual([{ typname: 'p', typtype: 'c', rel: 'p', typsend: 'record_send', arrays: true, typinput: 'record_in' }]);
    const fields = await client.query(`select attname, atttypid::regtype::text as type from pg_attribute a join pg_type t on t.typrelid = a.attrelid where t.oid = $1 and attnum > 0 order by attnum`, [oid]);
    expect(fields.rows).toEqual([{ attname: 'x', type: 'integer' }, { attname: 'm', type: 'mood' }]);
  } finally {
    await client.end();
  }
  const run = (...args: string[]): ReturnType<typeof psql> => psql(address.port, args);
  expect((await run('-At', '-c', 'copy t to stdout')).out).toBe(`1\t(7,ok)\t{"(1,sad)","(,)"}\n2\t\\N\t\\N\n`);
  expect((await psql(address.port, ['-At'], { input: `copy t (id, r) from stdin;\n7\t(5,sad)\n\\.\nselect (r).x from t where id = 7;\n` })).out).toMatch(/(^|\n)5\n$/);
  await psql(address.port, ['-c', `create type pair as (a p, b text); comment on type pair is 'two'`]);
  expect((await run('-At', '-c', '\\d pair')).out).toBe('a|p|||\nb|text|||\n');
  expect((await run('-At', '-c', '\\dT+ pair')).out).toBe('public|pair|pair|tuple||materialize||two\n');
  expect((await run('-At', '-c', '\\d t')).out).toBe('id|integer|||\nr|p|||\nrs|p[]|||\n');
});
