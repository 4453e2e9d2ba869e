import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/index.ts';
import { judgeRunner } from '../judge-runner.ts';
import { startJudge } from '../judge.ts';
import { projectRoot } from '../sources.ts';
import { batches, parseGolden, runGolden, writeGolden, writeValue } from '../slt.ts';
import type { Answer, SqlRunner } from '../slt.ts';

const file = `# a table
statement ok
create table t (a int, s text)

statement ok
insert into t values (1, 'x'), (2, ';)('), (3, 'it''s')

query ordered int4 text
select a, s from t order by a desc
----
3 | it's
2 | ;)(
1 | x

# not for the judge
onlyif engine Postgres has no such statement
statement ok
tail t

query error 42703 column "nope" does not exist @8
select nope from t
`;

test('what is written is what was read', () => {
  expect(writeGolden(parseGolden(file))).toBe(file);
});

test('values keep what a line would lose', () => {
  expect([null, '', ' a|b\n\\ ', 'NULL'].map(writeValue)).toEqual(['NULL', '(empty)', '\\sa\\|b\\n\\\\\\s', 'NULL']);
});

test('an insert is cut into batches that hold the same rows', () => {
  const sql = "insert into t (a, s) values (1, 'a,b)'), (2, (select 'x')), (3, 'it''s'), (4, null)";
  for (let seed = 1; seed <= 20; seed++) {
    const parts = batches(sql, new SeededRandom(seed));
    const rows = parts.map((part) => part.slice('insert into t (a, s) values '.length)).join(', ');
    expect(rows).toBe("(1, 'a,b)'), (2, (select 'x')), (3, 'it''s'), (4, null)");
  }
  expect(batches('insert into t select 1', new SeededRandom(1))).toEqual(['insert into t select 1']);
  expect(batches('insert into t values (1) returning a', new SeededRandom(1))).toEqual(['insert into t values (1) returning a']);
});

describe('a database that is wrong is caught', () => {
  const right: Answer = { types: ['int4', 'text'], rows: [['3', "it's"], ['2', ';)('], ['1', 'x']] };
  const wrongColumn = Object.assign(new Error('column "nope" does not exist'), { code: '42703', position: 8 });
  const database = (answer: Answer | Error, refusal: Error = wrongColumn): SqlRunner => ({
    async execute(sql) {
      if (sql.includes('nope')) throw refusal;
      if (!sql.startsWith('select a')) return { types: [], rows: [] };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const faults = (runner: SqlRunner): Promise<string[]> => runGolden(parseGolden(file), 'adhoc', runner, new SeededRandom(1));

  test('the right one is not', async () => {
    expect(await faults(database(right))).toEqual([]);
  });
  test.each<[string, SqlRunner]>([
    ['a row is missing', database({ ...right, rows: right.rows.slice(1) })],
    ['a row is there twice', database({ ...right, rows: [...right.rows, right.rows[0]!] })],
    ['the order is wrong', database({ ...right, rows: [...right.rows].reverse() })],
    ['a type is wrong', database({ ...right, types: ['int8', 'text'] })],
    ['it refuses', database(wrongColumn)],
    ['the code is wrong', database(right, Object.assign(new Error('column "nope" does not exist'), { code: '42P01', position: 8 }))],
    ['the message is wrong', database(right, Object.assign(new Error('no column "nope"'), { code: '42703', position: 8 }))],
    ['the position is wrong', database(right, Object.assign(new Error('column "nope" does not exist'), { code: '42703', position: 9 }))],
  ])('%s', async (_, runner) => {
    expect(await faults(runner)).toHaveLength(1);
  });
});

// Postgres with plain views for materialized ones: whether the corpus can be read that way at all.
test.each(globSync(join(projectRoot, 'tests/golden/*.slt')).sort().map((path) => [basename(path), path]))('%s holds as views', async (_, path) => {
  const judge = await startJudge();
  try {
    const runner = judgeRunner(judge);
    const views: SqlRunner = { execute: (sql) => runner.execute(sql.replace(/^create materialized view/, 'create view')) };
    // What is licensed for our engine alone is not Postgres' answer.
    const records = parseGolden(readFileSync(path, 'utf8')).filter((record) => record.onlyIf?.who !== 'engine');
    const faults = await runGolden(records, 'view', views, new SeededRandom(Date.now() % 1000));
    expect(faults.join('\n')).toBe('');
  } finally {
    await judge.close();
  }
});
