import { mkdtempSync, writeFileSync } from 'node:fs';
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
