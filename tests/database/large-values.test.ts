import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let client: Client;
beforeAll(async () => {
  opened = await open();
  client = await opened.connect();
});
afterAll(() => opened.close());

const codeOf = (sql: string): Promise<unknown> => client.query(sql).then((rows) => rows, (error: { code?: string }) => error.code);

test('a value that is too large to be computed is an error of the statement, and the server goes on', { timeout: 120_000 }, async () => {
  for (const sql of [
    "SELECT length(repeat('x', 900000000))", "SELECT length(lpad('x', 90000000))", "SELECT length(repeat('x', 30000000) || repeat('y', 30000000))",
    "SELECT length(string_agg(repeat('x', 10000000), '')) FROM generate_series(1, 8)", "SELECT length(encode(convert_to(repeat('x', 20000000), 'UTF8'), 'hex'))",
    "SELECT length(regexp_replace(repeat('a,', 20000), ',', repeat('x', 2000), 'g'))", 'SELECT cardinality(array_fill(1, ARRAY[50000000]))', "SELECT length(\"bit\"(6, 1500000000))",
    "SELECT length(format('%s%s', repeat('x', 30000000), repeat('x', 30000000)))",
  ]) expect(await codeOf(sql), sql).toBe('54000');
  expect(await codeOf("SELECT length(repeat('x', 30000000)), md5(repeat('x', 20000))")).toEqual([['30000000', 'e5d2c6fe7777b38038eb8315e1f5c734']]);
});

test('and in a view one of its row: the others are answered', async () => {
  await client.query('CREATE TABLE wide (id int PRIMARY KEY, n int)');
  await client.query("CREATE MATERIALIZED VIEW widths AS SELECT id, length(repeat('abc', n)) AS width FROM wide");
  await client.query('INSERT INTO wide VALUES (1, 2), (2, 100000000), (3, 4)');
  expect(await codeOf('SELECT * FROM widths')).toBe('54000');
  expect(await client.query('SELECT width FROM widths WHERE id = 3')).toEqual([['12']]);
  await client.query('UPDATE wide SET n = 5 WHERE id = 2');
  expect(await client.query('SELECT * FROM widths ORDER BY id')).toEqual([['1', '6'], ['2', '15'], ['3', '12']]);
});
