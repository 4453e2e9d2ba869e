import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let a: Client;
beforeAll(async () => {
  opened = await open();
  a = await opened.connect();
  await a.query('CREATE TABLE c (k int, v text, d double precision)');
});
afterAll(() => opened.close());

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const rows = [['1', 'tab\tline\nback\\slash "quoted", é', '1.5'], ['2', null, null], ['3', '', '-0']];

test.each(['text', 'csv', 'binary'])('%s: what COPY TO gives, COPY FROM takes, in any chunks', async (format) => {
  await a.query('TRUNCATE c');
  await a.query("INSERT INTO c VALUES (1, E'tab\\tline\\nback\\\\slash \"quoted\", é', 1.5), (2, NULL, NULL), (3, '', '-0')");
  const bytes = await a.copyOut(`COPY c TO STDOUT (FORMAT ${format})`);
  expect(a.tag).toBe('COPY 3');
  await a.query('TRUNCATE c');
  const chunks = Array.from({ length: Math.ceil(bytes.length / 3) }, (_, i) => bytes.subarray(i * 3, i * 3 + 3));
  expect(await a.copyIn(`COPY c FROM STDIN (FORMAT ${format})`, ...chunks)).toBe('COPY 3');
  expect(await a.query('SELECT * FROM c ORDER BY k')).toEqual(rows);
});

test('options: header, delimiter, null, columns', async () => {
  await a.query('TRUNCATE c');
  expect(await a.copyIn("COPY c (v, k) FROM STDIN (FORMAT csv, HEADER, DELIMITER ';', NULL 'none')", 'v;k\n"a;b";1\r\nnone;2\n')).toBe('COPY 2');
  expect(text(await a.copyOut("COPY (SELECT k, v FROM c ORDER BY k) TO STDOUT (FORMAT csv, HEADER, DELIMITER ';', NULL 'none')"))).toBe('k;v\n1;"a;b"\n2;none\n');
});

// What Postgres gives for the same statements.
test('of statements that write: their RETURNING, or the query whose WITH writes', async () => {
  await a.query('CREATE TABLE w (a int PRIMARY KEY, b text)');
  const copied = async (statement: string, options = ''): Promise<readonly [string, string]> => [text(await a.copyOut(`COPY (${statement}) TO STDOUT ${options}`)), a.tag];
  expect(await copied("INSERT INTO w VALUES (1, 'x'), (2, 'y') RETURNING a, b")).toEqual(['1\tx\n2\ty\n', 'COPY 2']);
  expect(await copied("WITH n AS (INSERT INTO w VALUES (3, 'z') RETURNING a) SELECT a * 2 FROM n", '(FORMAT csv, HEADER)')).toEqual(['?column?\n6\n', 'COPY 1']);
  expect(await copied("WITH n AS (DELETE FROM w WHERE a = 3 RETURNING *) UPDATE w SET b = 'q' FROM n WHERE w.a = 1 RETURNING w.*, n.b AS was", 'CSV HEADER')).toEqual(['a,b,was\n1,q,z\n', 'COPY 1']);
  expect(await copied("UPDATE w SET b = b || '!' WHERE a = 2 RETURNING old.b, new.b")).toEqual(['y\ty!\n', 'COPY 1']);
  expect(await copied("MERGE INTO w USING (VALUES (7)) v(a) ON v.a = w.a WHEN NOT MATCHED THEN INSERT VALUES (v.a, 'n') RETURNING merge_action(), w.a")).toEqual(['INSERT\t7\n', 'COPY 1']);
  expect(await copied('DELETE FROM w WHERE a = 100 RETURNING a')).toEqual(['', 'COPY 0']);
  expect(await copied("WITH n AS (INSERT INTO w VALUES (9, 'z')) SELECT 1")).toEqual(['1\n', 'COPY 1']);
  await expect(a.copyOut("COPY (INSERT INTO w VALUES (10, 'x')) TO STDOUT")).rejects.toMatchObject({ code: '0A000', message: 'COPY query must have a RETURNING clause' });
  await expect(a.copyOut('COPY (SELECT 1 AS x INTO nowhere) TO STDOUT')).rejects.toMatchObject({ code: '0A000', message: 'COPY (SELECT INTO) is not supported' });
  await expect(a.copyOut("COPY (INSERT INTO w VALUES (9, 'x') RETURNING a) TO STDOUT")).rejects.toMatchObject({ code: '23505' });
  await a.query('BEGIN READ ONLY');
  await expect(a.copyOut("COPY (INSERT INTO w VALUES (21, 'in') RETURNING a) TO STDOUT")).rejects.toMatchObject({ code: '25006', message: 'cannot execute INSERT in a read-only transaction' });
  await a.query('ROLLBACK');
  await a.query('BEGIN');
  expect(await copied("INSERT INTO w VALUES (20, 'in') RETURNING a")).toEqual(['20\n', 'COPY 1']);
  await a.query('ROLLBACK');
  expect(await a.query('SELECT * FROM w ORDER BY a')).toEqual([['1', 'q'], ['2', 'y!'], ['7', 'n'], ['9', 'z']]);
});

test('errors take nothing in', async () => {
  await a.query('TRUNCATE c');
  await expect(a.copyIn('COPY c FROM STDIN', '1\ta\t1\n2\tb\n')).rejects.toMatchObject({ code: '22P04', message: 'missing data for column "d"' });
  await expect(a.copyIn('COPY c FROM STDIN', '1\ta\t1\t9\n')).rejects.toMatchObject({ code: '22P04', message: 'extra data after last expected column' });
  await expect(a.copyIn('COPY c FROM STDIN', 'x\ta\t1\n')).rejects.toMatchObject({ code: '22P02', message: 'invalid input syntax for type integer: "x"' });
  expect(await a.query('SELECT * FROM c')).toEqual([]);
});

test('CREATE TABLE AS and FROM FILE', async () => {
  await a.query("CREATE TABLE made AS SELECT i AS k, i || '!' AS v FROM generate_series(1, 3) AS i");
  expect(a.tag).toBe('SELECT 3');
  expect(await a.query('SELECT * FROM made ORDER BY k DESC LIMIT 1')).toEqual([['3', '3!']]);
  const file = join(mkdtempSync(join(tmpdir(), 'millrace-copy-')), 'in.csv');
  writeFileSync(file, 'k,name\n1,one\n2,two\n');
  await a.query(`CREATE TABLE filed FROM FILE '${file}'`);
  expect(await a.query('SELECT name FROM filed ORDER BY k')).toEqual([['one'], ['two']]);
});

test('CREATE TABLE FROM FILE reads what DuckDB writes, and takes nothing of a file that does not fit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  const at = (name: string): string => join(folder, name);
  const instance = await DuckDBInstance.create(':memory:');
  const duck = await instance.connect();
  await duck.run(`COPY (SELECT i::INT AS id, i * 9007199254740993 AS big, (i / 8)::DOUBLE AS ratio, (i * 1.25)::DECIMAL(9,3) AS price, CASE WHEN i % 2 = 0 THEN 'ä' || i END AS label, i > 1 AS flag,
    TIMESTAMP '2024-02-29 12:00:00.5' + to_days(i::INT) AS at, TIMESTAMPTZ '2024-02-29 12:00:00+02' AS zoned, DATE '0044-03-15' AS day, '\\x00\\xFF'::BLOB AS bytes FROM range(3) t(i)) TO '${at('typed.parquet')}'`);
  duck.closeSync();
  instance.closeSync();
  writeFileSync(at('gaps.csv'), 'id,score,note\n1,0.5,"a,b"\n2,,\n');
  writeFileSync(at('wrong.csv'), 'id,score\n1,0.5\n2,high\n');
  writeFileSync(at('broken.parquet'), 'PAR1 and no more');

  await a.query(`CREATE TABLE typed FROM FILE '${at('typed.parquet')}'`);
  expect(await a.query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'typed' ORDER BY ordinal_position")).toEqual([
    ['id', 'integer'], ['big', 'bigint'], ['ratio', 'double precision'], ['price', 'numeric'], ['label', 'text'], ['flag', 'boolean'], ['at', 'timestamp without time zone'],
    ['zoned', 'timestamp with time zone'], ['day', 'date'], ['bytes', 'bytea'],
  ]);
  expect(await a.query('SELECT * FROM typed ORDER BY id')).toEqual([
    ['0', '0', '0', '0.000', 'ä0', 'f', '2024-02-29 12:00:00.5', '2024-02-29 10:00:00+00', '0044-03-15', '\\x00ff'],
    ['1', '9007199254740993', '0.125', '1.250', null, 'f', '2024-03-01 12:00:00.5', '2024-02-29 10:00:00+00', '0044-03-15', '\\x00ff'],
    ['2', '18014398509481986', '0.25', '2.500', 'ä2', 't', '2024-03-02 12:00:00.5', '2024-02-29 10:00:00+00', '0044-03-15', '\\x00ff'],
  ]);
  await a.query(`CREATE TABLE gaps (score numeric, id text) FROM FILE '${at('gaps.csv')}'`);
  expect(await a.query('SELECT * FROM gaps ORDER BY id')).toEqual([['0.5', '1'], [null, '2']]);

  for (const [sql, code] of [
    [`CREATE TABLE bad (id int, score int) FROM FILE '${at('wrong.csv')}'`, '22P02'], [`CREATE TABLE bad (id int, nope text) FROM FILE '${at('gaps.csv')}'`, '42703'],
    [`CREATE TABLE bad FROM FILE '${at('broken.parquet')}'`, '22P04'], [`CREATE TABLE bad FROM FILE '${at('absent.parquet')}'`, '58P01'], [`CREATE TABLE bad (id int, score float8 NOT NULL) FROM FILE '${at('gaps.csv')}'`, '23502'],
  ] as const) {
    expect(await a.error(sql), sql).toMatch(new RegExp(`^${code} `));
    expect(await a.error('SELECT * FROM bad')).toBe('42P01 relation "bad" does not exist');
  }
  rmSync(folder, { recursive: true });
});
