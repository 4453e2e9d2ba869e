import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../src/core/index.ts';
import { createParser } from '../../src/planner/syntax/index.ts';
import type { SqlParser } from '../../src/planner/syntax/index.ts';
import { JudgeError, startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';

let parser: SqlParser;
let judge: Judge;
beforeAll(async () => {
  [parser, judge] = await Promise.all([createParser(), startJudge()]);
});
afterAll(() => judge.close());

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly position: number | undefined;
}

function ours(sql: string): Refusal {
  try {
    parser.parse(sql);
  } catch (error) {
    if (error instanceof SqlError) return { code: error.code, message: error.message, position: error.fields.position };
    throw error;
  }
  throw new Error(`was accepted: ${sql}`);
}

async function theirs(sql: string): Promise<Refusal> {
  try {
    await judge.query(sql);
  } catch (error) {
    if (error instanceof JudgeError) return { code: error.code, message: error.message, position: error.position };
    throw error;
  }
  throw new Error(`the judge accepted: ${sql}`);
}

test.each([
  'selec 1', 'select 1 frm x y', "select 'é', '😀' frm x y", 'select (', 'select (;', 'select 1 )', 'select 1 limit 1 limit 2;', "select 'abc", 'select "abc',
  'select $$abc', '/* abc', 'select /* x /* y */', "select e'\\ud800'", "select U&'\\00'", "select e'\\u00'", "select e'\\xff'", 'select 1 as ""', 'select 12abc', 'select * from a.b.c.d.e',
  'create table t (a int constraint x)', 'create table t (a int', 'create assertion a check (true)', 'create recursive view v(a) as select 1 with check option',
  'select 1::float(54)', 'select 1::float(0)', 'select (1,2) overlaps (3,4,5)', "set time zone interval '1' day", 'alter table t asdf', 'drop', 'create trigger', 'create view',
  'create view v as', 'create view v as selec', 'insert into t values', 'declare c cursor for selec 1', 'prepare p as frob', 'explain selec 1', 'explain (costs off) selec 1', 'fetch 5 frm c x',
  'copy t to', 'show', 'begin isolation level foo', 'create materialized view v as selec 1', 'create materialized view v (a) with as select 1', 'comment on', 'select é é é', 'insert into t (a b) values (1)',
  'select 1 from t where', 'select case when 1 then 2', 'select a[1', 'select 1 union', 'with a as (select 1) ', 'select * from t order by', '\n\n  select\n  1 1', 'select interval 1', "select '\\'' from",
  'lock table', 'grant x on', 'update t set', 'delete t', 'truncate', 'create index on', 'alter table t add constraint c unique (a) not valid', 'select 1 fetch first 1 rows with ties',
].map((sql) => [sql] as const))('refused as Postgres refuses it: %s', async (sql) => {
  expect(ours(sql)).toEqual(await theirs(sql));
});

test('the error of a statement inside one of ours points into the whole', () => {
  expect(ours('create view if not exists é as selec 1')).toEqual({ code: '42601', message: 'syntax error at or near "selec"', position: 32 });
  expect(ours("subscribe (select 'é', 1 frm x y)")).toEqual({ code: '42601', message: 'syntax error at or near "x"', position: 30 });
  expect(ours('declare c cursor for tail v as off 1')).toEqual({ code: '42601', message: 'syntax error at or near "as"', position: 29 });
});

test.each([
  ['create source', 'syntax error at end of input', 14],
  ['create source s form kafka', 'syntax error at or near "form"', 17],
  ["create source s from kafka broker topic 't' format bytes", 'syntax error at or near "topic"', 35],
  ["create source s from postgres connection 'x' format bytes", 'syntax error at or near "format"', 46],
  ['create views from', 'syntax error at end of input', 18],
  ['create secret s', 'syntax error at end of input', 16],
  ['create connection c to postgres', 'syntax error at end of input', 32],
  ["create connection c to postgres (host 'a' port 1)", 'syntax error at or near "port"', 43],
  ['tail', 'syntax error at end of input', 5],
  ['tail v with (snapshot) frob', 'syntax error at or near "frob"', 24],
  ['tail v as of', 'syntax error at end of input', 13],
  ['show columns', 'syntax error at end of input', 13],
  ['show tables 1', 'syntax error at or near "1"', 13],
  ['drop source', 'syntax error at end of input', 12],
  ['drop source a b', 'syntax error at or near "b"', 15],
  ["alter materialized view v set (on error = 'skip') x", 'syntax error at or near "x"', 51],
])('our own statements fail alike: %s', (sql, message, position) => {
  expect(ours(sql)).toEqual({ code: '42601', message, position });
});
