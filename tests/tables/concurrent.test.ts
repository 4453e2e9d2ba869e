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
