import { expect, test } from 'vitest';
import { open } from '../database/support.ts';

test('rows that others write while a table is altered are never lost: the later of the two fails with 40001', { timeout: 60_000 }, async () => {
  const opened = await open({ inline: true });
  const a = await opened.connect();
  const b = await opened.connect();
  await a.query('CREATE TABLE t (k int); INSERT INTO t VALUES (1)');
  await a.query('BEGIN');
  await a.query('ALTER TABLE t ADD COLUMN v int DEFAULT 5');
  expect(await a.query('SELECT * FROM t')).toEqual([['1', '5']]);
  await b.query('INSERT INTO t VALUES (2)');
  expect(await a.error('COMMIT')).toContain('40001');
  expect(await b.query('SELECT * FROM t ORDER BY k')).toEqual([['1'], ['2']]);
  await b.query('BEGIN');
  await b.query('INSERT INTO t VALUES (3)');
  await a.query('ALTER TABLE t ADD COLUMN v int DEFAULT 5');
  expect(await b.error('COMMIT')).toContain('40001');
  expect(await a.query('SELECT * FROM t ORDER BY k')).toEqual([['1', '5'], ['2', '5']]);
  await opened.close();
});

test('lock_timeout ends the wait for the lock that UPDATE and DELETE hold', { timeout: 60_000 }, async () => {
  const opened = await open({ inline: true });
  const [a, b] = [await opened.connect(), await opened.connect()];
  await a.query('CREATE TABLE t (k int); INSERT INTO t VALUES (1)');
  await a.query('BEGIN; UPDATE t SET k = 2');
  await b.query("SET lock_timeout = '20ms'");
  for (const statement of ['UPDATE t SET k = 3', 'DELETE FROM t', 'TRUNCATE t', 'ALTER TABLE t ADD COLUMN v int']) expect(await b.error(statement)).toBe('55P03 canceling statement due to lock timeout');
  await a.query('COMMIT');
  expect(await b.query('UPDATE t SET k = k + 1 RETURNING k')).toEqual([['3']]);
  await opened.close();
});
