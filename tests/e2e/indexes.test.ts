import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';

let millrace: MillraceProcess;
beforeAll(async () => {
  millrace = await startMillrace();
}, 60_000);
afterAll(() => millrace.stop());

async function asked<T>(ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(millrace.url);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

test('indexes, and what is unique, are there again after kill -9, and one that was dropped is not', { timeout: 120_000 }, async () => {
  await asked(async (client) => {
    await client.query('CREATE TABLE t (k int PRIMARY KEY, g int, n numeric)');
    await client.query('INSERT INTO t SELECT k, k % 7, k / 2.0 FROM generate_series(1, 20000) k');
    await client.query('CREATE INDEX by_g ON t (g)');
    await client.query('CREATE INDEX dropped ON t (n, g)');
    await client.query('CREATE UNIQUE INDEX once ON t (n)');
    await client.query('CREATE MATERIALIZED VIEW totals AS SELECT g, count(*) AS rows FROM t GROUP BY g');
    await client.query('CREATE INDEX totals_g ON totals (g)');
    await client.query('DROP INDEX dropped');
  });
  await millrace.killAndStart();
  await asked(async (client) => {
    const plan = async (sql: string): Promise<string> => (await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`)).rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(await plan('SELECT * FROM t WHERE g = 3')).toContain('Lookup public.t on by_g');
    expect(await plan('SELECT * FROM t WHERE g = 3 AND n = 1')).not.toContain('dropped');
    expect(await plan('SELECT * FROM totals WHERE g = 3')).toContain('Lookup public.totals on totals_g');
    expect((await client.query('SELECT count(*) FROM t WHERE g = 3')).rows).toEqual([{ count: '2857' }]);
    expect((await client.query('SELECT k FROM t WHERE n = 5')).rows).toEqual([{ k: 10 }]);
    expect((await client.query('SELECT rows FROM totals WHERE g = 3')).rows).toEqual([{ rows: '2857' }]);
    await expect(client.query('INSERT INTO t VALUES (0, 0, 5.00)')).rejects.toMatchObject({ code: '23505', constraint: 'once' });
  });
});
