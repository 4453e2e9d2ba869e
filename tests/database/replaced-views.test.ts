import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client } from './support.ts';

const bank = `CREATE TABLE t (k int, v int); INSERT INTO t VALUES (1, 10), (2, 20); CREATE VIEW p AS SELECT k, v FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT k, v AS w FROM p; CREATE INDEX m_k ON m (k); CREATE MATERIALIZED VIEW s AS SELECT sum(w) AS s, count(*) AS n FROM m`;

test('a view that others read is replaced with all of them, and keeps what it had', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-replaced-'));
  const opened = await open({ inline: true, directory });
  const client = await opened.connect();
  await client.query(`${bank}; COMMENT ON MATERIALIZED VIEW m IS 'kept'`);
  const [[oid]] = await client.query("SELECT 'm'::regclass::oid") as [[string]];
  await client.query('CREATE OR REPLACE VIEW p AS SELECT k, v * 2 AS v FROM t');
  expect(await client.query('SELECT * FROM m ORDER BY k')).toEqual([['1', '20'], ['2', '40']]);
  expect(await client.query('SELECT * FROM s')).toEqual([['60', '2']]);
  await client.query('CREATE OR REPLACE MATERIALIZED VIEW m AS SELECT k, w + 1 AS w, k AS more FROM (SELECT k, v AS w FROM p) x');
  await client.query('INSERT INTO t VALUES (3, 30)');
  expect(await client.query('SELECT s, n, (SELECT more FROM m WHERE k = 3) FROM s')).toEqual([['123', '3', '3']]);
  expect(await client.query("SELECT 'm'::regclass::oid, obj_description('m'::regclass)")).toEqual([[oid, 'kept']]);
  expect((await client.query('EXPLAIN SELECT * FROM m WHERE k = 1')).flat().join()).toContain('Lookup public.m on m_k');
  expect(await client.error('CREATE OR REPLACE MATERIALIZED VIEW m AS SELECT k FROM p')).toContain('42P16');
  expect(await client.error('CREATE OR REPLACE MATERIALIZED VIEW m AS SELECT k, s::int AS w FROM t, s')).toContain('42P17');
  expect(await client.error('CREATE OR REPLACE VIEW p AS SELECT k, w AS v FROM m')).toContain('42P17');
  await opened.database.close();
  const again = await open({ directory, inline: true });
  const second = await again.connect();
  expect(await second.query('SELECT * FROM s')).toEqual([['123', '3']]);
  await second.query('CREATE OR REPLACE VIEW p AS SELECT k, v FROM t');
  expect(await second.query('SELECT * FROM s')).toEqual([['63', '3']]);
  await again.database.close();
  await rm(directory, { recursive: true, force: true });
});

test('who reads meanwhile sees the old views or the new ones, never both', { timeout: 90_000 }, async () => {
  const opened = await open();
  const [writer, reader] = [await opened.connect(), await opened.connect()];
  await writer.query(`${bank}; INSERT INTO t SELECT g, 1 FROM generate_series(3, 5000) g`);
  let done = false;
  const torn: string[] = [];
  const seen = new Set<string>();
  const reading = (async () => {
    while (!done) {
      const [[sum, rows, total]] = await reader.query('SELECT s, (SELECT sum(w) FROM m), (SELECT sum(v) FROM p) FROM s') as [[string, string, string]];
      seen.add(sum);
      if (sum !== rows || sum !== total) torn.push(`${sum} ${rows} ${total}`);
    }
  })();
  for (let factor = 2; factor < 8; factor++) await writer.query(`CREATE OR REPLACE VIEW p AS SELECT k, v * ${factor} AS v FROM t`);
  done = true;
  await reading;
  expect(torn).toEqual([]);
  expect(seen.size).toBeGreaterThan(1);
  await opened.close();
});

test('a subscription to what is made anew ends, after what came before', { timeout: 60_000 }, async () => {
  const opened = await open({ inline: true });
  const [writer, reader] = [await opened.connect(), await opened.connect()];
  await writer.query(bank);
  const rest = async (): Promise<string> => {
    await reader.query("FETCH 2 c WITH (timeout = '10s')");
    await writer.query('INSERT INTO t VALUES (3, 30)');
    await reader.query("FETCH 1 c WITH (timeout = '10s')");
    return '';
  };
  for (const change of ['CREATE OR REPLACE VIEW p AS SELECT k, v * 2 AS v FROM t', 'ALTER TABLE t ADD COLUMN z int', 'DROP TABLE t CASCADE']) {
    await writer.query('DELETE FROM t WHERE k = 3');
    await reader.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE m');
    await rest();
    await writer.query(change);
    expect(await reader.error("FETCH 1 c WITH (timeout = '10s')")).toContain('55000');
    await reader.query('ROLLBACK');
  }
  await opened.close();
});

/** The definition makes a view of the same rows. */
async function agrees(client: Client, view: string): Promise<string> {
  const [[definition]] = await client.query(`SELECT pg_get_viewdef('${view}'::regclass)`) as [[string]];
  const columns = (await client.query(`SELECT attname FROM pg_attribute WHERE attrelid = '${view}'::regclass AND attnum > 0 ORDER BY attnum`)).flat();
  await client.query(`CREATE VIEW again (${columns.map((column) => `"${column}"`).join()}) AS ${definition.slice(0, -1)}`);
  const order = columns.map((_, index) => index + 1).join();
  expect(await client.query(`SELECT * FROM again ORDER BY ${order}`), definition).toEqual(await client.query(`SELECT * FROM ${view} ORDER BY ${order}`));
  await client.query('DROP VIEW again');
  return definition;
}

test('what is shown of a view is valid whatever things are called by now, also after a restart', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-renamed-'));
  const opened = await open({ inline: true, directory });
  const client = await opened.connect();
  await client.query(`CREATE TABLE t (a int, "B b" text, c int); CREATE TABLE u (a int, d int); INSERT INTO t VALUES (1, 'x', 5), (2, 'ü', 6); INSERT INTO u VALUES (1, 7), (3, 8)`);
  const views = {
    plain: 'SELECT a, t.c FROM t WHERE t.a > 0', stars: 'SELECT *, u.* FROM t AS x (k) JOIN u ON x.k = u.a', used: 'SELECT * FROM public.t LEFT JOIN u USING (a)', paired: 'SELECT count(*) AS n FROM t NATURAL JOIN u',
    nested: "WITH t AS (SELECT * FROM public.t WHERE \"B b\" <> 'ü' /* t */) SELECT t.*, 'ü t' AS s FROM t, (SELECT u.d FROM u) q", whole: 'TABLE u', self: 'SELECT one.a FROM u one, u "Two" WHERE one.a = "Two".a',
  };
  for (const [name, query] of Object.entries(views)) {
    await client.query(`CREATE VIEW ${name}${name === 'stars' ? ' (k, b, c, a1, d, a2, d2)' : ''} AS ${query}`);
    expect(await client.query(`SELECT pg_get_viewdef('${name}'::regclass)`)).toEqual([[`${query};`]]);
  }
  await client.query('CREATE MATERIALIZED VIEW held AS SELECT * FROM plain');
  const steps = [
    'ALTER TABLE t RENAME TO base', 'ALTER TABLE base RENAME COLUMN a TO id', 'ALTER TABLE base ADD COLUMN extra int DEFAULT 1', 'ALTER TABLE u RENAME COLUMN a TO k', 'CREATE SCHEMA other; ALTER TABLE u SET SCHEMA other',
    'ALTER SCHEMA other RENAME TO elsewhere', 'ALTER VIEW plain RENAME COLUMN c TO cc', 'ALTER VIEW plain RENAME TO simple',
  ];
  const all = async (on: Client): Promise<string[]> => {
    const shown: string[] = [];
    for (const view of (await on.query("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace ORDER BY 1")).flat()) {
      shown.push(await agrees(on, view!));
    }
    return shown;
  };
  for (const step of steps) {
    await client.query(step);
    await all(client);
  }
  expect(await client.query("SELECT pg_get_viewdef('simple'::regclass)")).toEqual([['SELECT a, t.c FROM base AS t(a, "B b", c) WHERE t.a > 0;']]);
  expect(await client.query('SHOW CREATE VIEW simple')).toEqual([['public.simple', 'CREATE VIEW simple (a, cc) AS SELECT a, t.c FROM base AS t(a, "B b", c) WHERE t.a > 0']]);
  expect(await client.query("SELECT create_sql FROM mz_materialized_views WHERE name = 'held'")).toEqual([['CREATE MATERIALIZED VIEW held AS SELECT plain.a, plain.c FROM simple AS plain(a, c)'.replace('plain.a, plain.c', '*')]]);
  const before = await all(client);
  await opened.database.close();
  const again = await open({ directory, inline: true });
  const second = await again.connect();
  expect(await all(second)).toEqual(before);
  await second.query('ALTER TABLE base DROP COLUMN extra');
  await second.query('INSERT INTO base VALUES (3, $$z$$, 9)');
  await all(second);
  await again.database.close();
  await rm(directory, { recursive: true, force: true });
});
