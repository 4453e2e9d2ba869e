import { afterAll, beforeAll, expect, test } from 'vitest';
import { frontend as f, RawClient } from '../server/support/raw.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';

let postgres: TestPostgres;
let millrace: MillraceProcess;
let theirs: RawClient;
let ours: RawClient;

beforeAll(async () => {
  [postgres, millrace] = await Promise.all([startPostgres(), startMillrace()]);
  theirs = await RawClient.start(postgres.port, { user: 'postgres', database: 'postgres' });
  ours = await RawClient.start(millrace.port);
  for (const client of [theirs, ours]) await client.ask(f.query('create table t (a int primary key); insert into t values (5), (8)'));
});
afterAll(async () => {
  theirs?.end();
  ours?.end();
  await Promise.all([millrace?.stop(), postgres?.stop()]);
});

/** What comes back, without the places in the server's source that Postgres adds. */
const answers = async (client: RawClient, sql: string): Promise<string[]> => (await client.ask(f.query(sql))).map((line) => line.replace(/ F=\S+ L=\d+ R=\w+/, ''));
const duplicate = (key: number): string => `ErrorResponse(ERROR 23505 duplicate key value violates unique constraint "t_pkey" D=Key (a)=(${key}) already exists. s=public t=t n=t_pkey)`;
const extended = (client: RawClient, sql: string): Promise<string[]> => client.ask(f.parse('', sql), f.bind('', ''), f.execute(), f.sync());

test.each([
  ['insert into t values (1), (5) returning a', duplicate(5)],
  ['insert into t values (1), (1) returning a', duplicate(1)],
  ['update t set a = 8 returning a', duplicate(8)],
  ['with w as (insert into t values (5) returning a) select * from w', duplicate(5)],
  ['insert into t values (2), (3) returning 1 / (a - 3)', 'ErrorResponse(ERROR 22012 division by zero)'],
])('a statement that fails returns no rows: %s', async (sql, error) => {
  const [expected, got] = [await answers(theirs, sql), await answers(ours, sql)];
  expect(expected.filter((line) => !line.startsWith('RowDescription'))).toEqual([error, 'ReadyForQuery(I)']);
  expect(got.filter((line) => !line.startsWith('RowDescription'))).toEqual([error, 'ReadyForQuery(I)']);
  expect((await extended(ours, sql)).filter((line) => line.startsWith('DataRow'))).toEqual([]);
});

// Postgres copies each row when it has written it; what was copied is void when the statement fails.
test.each([
  ['copy (insert into t values (1), (5) returning a) to stdout', duplicate(5), ['CopyData("1\\n")']],
  ['copy (insert into t values (1), (1) returning a) to stdout', duplicate(1), ['CopyData("1\\n")']],
  ['copy (update t set a = 8 where a = 5 returning a) to stdout', duplicate(8), []],
  ['copy (insert into t values (2), (3) returning 1 / (a - 3)) to stdout', 'ErrorResponse(ERROR 22012 division by zero)', ['CopyData("-1\\n")']],
])('a COPY that fails does not end its rows, and here sends none: %s', async (sql, error, theirRows) => {
  expect(await answers(theirs, sql)).toEqual(['CopyOutResponse(0,1)', ...theirRows, error, 'ReadyForQuery(I)']);
  expect(await answers(ours, sql)).toEqual(['CopyOutResponse(0,1)', error, 'ReadyForQuery(I)']);
});

test('one that does not fail is as in Postgres, and what failed has left nothing', async () => {
  for (const sql of ['copy (insert into t values (1), (2) returning a) to stdout', 'insert into t values (3) returning a', 'select count(*) from t']) {
    const rows = (lines: string[]): string => lines.filter((line) => !line.startsWith('RowDescription')).join('\n').replaceAll(/"\)\nCopyData\("/g, '');
    expect(rows(await answers(ours, sql))).toBe(rows(await answers(theirs, sql)));
  }
});
