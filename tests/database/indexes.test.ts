import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let a: Client;
let b: Client;

beforeAll(async () => {
  opened = await open();
  a = await opened.connect();
  b = await opened.connect();
  await a.query('CREATE TABLE t (k int PRIMARY KEY, g int, n numeric, s text)');
  await a.query("INSERT INTO t SELECT k, k % 10, k / 4.0, 's' || k % 100 FROM generate_series(1, 20000) k");
  await a.query('CREATE TABLE u (k int, t_k int, UNIQUE (k))');
  await a.query('INSERT INTO u SELECT k, k FROM generate_series(1, 20000) k');
});
afterAll(() => opened.close());

const plan = async (sql: string): Promise<string[]> => (await a.query(`EXPLAIN ${sql}`)).map(([line]) => line!.trim());

describe('EXPLAIN says how relations are read', () => {
  test('by the index of a key, and by a scan where none fits', async () => {
    expect(await plan('SELECT * FROM t WHERE k = 5')).toContain('Lookup public.t on t_pkey (#0 = 5)');
    expect(await plan('SELECT * FROM t WHERE k > 5')).toContain('Get public.t');
    expect(await plan('SELECT * FROM t WHERE s = $$s1$$')).toContain('Get public.t');
  });
  test('by an index as soon as it is there, and no longer when it is dropped', async () => {
    await a.query('CREATE INDEX by_s ON t (s)');
    expect(await plan("SELECT * FROM t WHERE s = 's1'")).toContain("Lookup public.t on by_s (#3 = 's1')");
    expect(await a.query("SELECT count(*) FROM t WHERE s = 's1'")).toEqual([['200']]);
    await a.query('DROP INDEX by_s');
    expect(await plan("SELECT * FROM t WHERE s = 's1'")).toContain('Get public.t');
    expect(await a.query("SELECT count(*) FROM t WHERE s = 's1'")).toEqual([['200']]);
  });
  test('the index of most columns is taken', async () => {
    await a.query('CREATE INDEX by_g ON t (g); CREATE INDEX by_g_s ON t (g, s)');
    expect(await plan("SELECT * FROM t WHERE s = 's1' AND g = 1")).toContain("Lookup public.t on by_g_s (#1 = 1, #3 = 's1')");
    await a.query('DROP INDEX by_g; DROP INDEX by_g_s');
  });
  test('a join begins at the side that is looked up, and probes the other', async () => {
    const lines = await plan('SELECT t.s FROM t JOIN u ON t.k = u.t_k WHERE u.k = 7');
    expect(lines.findIndex((line) => line.startsWith('Lookup public.u on u_k_key'))).toBeLessThan(lines.indexOf('Get public.t'));
    expect(await a.query('SELECT t.s FROM t JOIN u ON t.k = u.t_k WHERE u.k = 7')).toEqual([['s7']]);
    expect(await a.query('SELECT t.k FROM t, (VALUES (3), (4), (4)) v(k) WHERE t.k = v.k ORDER BY 1')).toEqual([['3'], ['4'], ['4']]);
  });
  test('UPDATE and DELETE find their rows alike', async () => {
    expect(await plan('UPDATE t SET g = 1 WHERE k = 5')).toContain('Lookup public.t on t_pkey (#0 = 5)');
    await a.query("UPDATE t SET s = 'changed' WHERE k = 5");
    expect(await b.query('SELECT s FROM t WHERE k = 5')).toEqual([['changed']]);
    await a.query("DELETE FROM t WHERE k IN (5, 19999)");
    expect(await b.query('SELECT k FROM t WHERE k IN (5, 6, 19999)')).toEqual([['6']]);
    await a.query("INSERT INTO t VALUES (5, 5, 1.25, 's5')");
  });
});

describe('lookups', () => {
  test('see what the transaction has changed', async () => {
    await a.query('BEGIN');
    await a.query("INSERT INTO t VALUES (30000, 0, 0, 'mine')");
    await a.query('DELETE FROM t WHERE k = 6');
    expect(await a.query('SELECT k, s FROM t WHERE k IN (6, 7, 30000) ORDER BY k')).toEqual([['7', 's7'], ['30000', 'mine']]);
    expect(await b.query('SELECT k FROM t WHERE k IN (6, 30000)')).toEqual([['6']]);
    await a.query('ROLLBACK');
  });
  test('a prepared statement is planned again when its index goes', async () => {
    await a.query('CREATE INDEX by_n ON t (n)');
    await a.query('PREPARE p (numeric) AS SELECT k FROM t WHERE n = $1');
    expect(await a.query('EXECUTE p (2.50)')).toEqual([['10']]);
    await b.query('DROP INDEX by_n');
    expect(await a.query('EXECUTE p (2.5000)')).toEqual([['10']]);
    expect(await a.query('EXECUTE p (NULL)')).toEqual([]);
  });
  test('an error in the key is raised only where the condition is reached', async () => {
    await a.query('CREATE TABLE bare (k int PRIMARY KEY)');
    await a.query('PREPARE q (int) AS SELECT * FROM bare WHERE k = 1 / $1');
    expect(await a.query('EXECUTE q (0)')).toEqual([]);
    await a.query('INSERT INTO bare VALUES (1)');
    expect(await a.error('EXECUTE q (0)')).toBe('22012 division by zero');
    expect(await a.query('EXECUTE q (1)')).toEqual([['1']]);
  });
  test('on a materialized view follow it', async () => {
    await a.query('CREATE MATERIALIZED VIEW totals AS SELECT g, count(*) AS n FROM t GROUP BY g');
    await a.query('CREATE DEFAULT INDEX ON totals');
    await a.query('CREATE INDEX totals_g ON totals (g)');
    expect(await plan('SELECT * FROM totals WHERE g = 3')).toContain('Lookup public.totals on totals_g (#0 = 3)');
    const [[before]] = await a.query('SELECT n FROM totals WHERE g = 3') as [[string]];
    await a.query("INSERT INTO t VALUES (40003, 3, 0, '')");
    expect(await a.query('SELECT n FROM totals WHERE g = 3')).toEqual([[String(Number(before) + 1)]]);
    await a.query('DELETE FROM t WHERE k = 40003');
    await a.query('DROP MATERIALIZED VIEW totals');
  });
  test('stay right while indexes come and go and rows change', async () => {
    let writing = true;
    const writer = (async (): Promise<void> => {
      for (let i = 0; writing; i++) await b.query(`UPDATE t SET g = ${i % 10}, n = ${i} WHERE k = ${1 + (i * 37) % 100}`);
    })();
    const indexer = await opened.connect();
    for (let round = 0; round < 15; round++) {
      await indexer.query('CREATE INDEX by_g ON t (g)');
      const answers = await Promise.all([1, 2, 3].map(() => a.query('SELECT count(*), count(*) FILTER (WHERE g = 3), min(g), max(g) FROM t WHERE g = 3')));
      await indexer.query('DROP INDEX by_g');
      for (const [[count, same, min, max]] of answers as [[string, string, string, string]][]) expect([same, min, max]).toEqual([count, '3', '3']);
    }
    writing = false;
    await writer;
    expect(await a.query('SELECT (SELECT count(*) FROM t WHERE g = 3) = count(*) FROM t WHERE g + 0 = 3')).toEqual([['t']]);
  });
});

describe('a unique index', () => {
  test('is enforced by values, and can be dropped', async () => {
    await a.query('CREATE TABLE once (n numeric, s text)');
    await a.query("INSERT INTO once VALUES (1.0, 'a'), (2, 'b'), (NULL, 'c'), (NULL, 'c')");
    await a.query('CREATE UNIQUE INDEX once_n ON once (n)');
    expect(await a.error("INSERT INTO once VALUES (1.00, 'd')")).toBe('23505 duplicate key value violates unique constraint "once_n"');
    await a.query("INSERT INTO once VALUES (NULL, 'e')");
    await a.query("UPDATE once SET n = 1.000 WHERE n = 1");
    expect(await a.query('SELECT n FROM once WHERE n = 1')).toEqual([['1.000']]);
    await a.query('DROP INDEX once_n');
    await a.query("INSERT INTO once VALUES (1.00, 'd')");
    expect(await a.error('CREATE UNIQUE INDEX again ON once (n)')).toBe('23505 could not create unique index "again"');
    expect(await a.query("SELECT indexname FROM pg_indexes WHERE tablename = 'once'")).toEqual([]);
    await a.query("INSERT INTO once VALUES (2.0, 'd')");
  });
  test('a primary key of numerics counts equal numbers as one', async () => {
    await a.query('CREATE TABLE priced (n numeric PRIMARY KEY)');
    await a.query('INSERT INTO priced VALUES (1.0)');
    expect(await a.error('INSERT INTO priced VALUES (1.00)')).toBe('23505 duplicate key value violates unique constraint "priced_pkey"');
    expect(await a.error('INSERT INTO priced VALUES (2), (2.0)')).toBe('23505 duplicate key value violates unique constraint "priced_pkey"');
    await a.query('UPDATE priced SET n = 1.000');
    expect(await a.query('SELECT * FROM priced')).toEqual([['1.000']]);
  });
});

test('what cannot be indexed is refused by name', async () => {
  await a.query('CREATE VIEW plain AS SELECT k FROM t');
  expect(await a.error('CREATE INDEX ON plain (k)')).toMatch(/^0A000 an index on a view/);
  expect(await a.error('CREATE INDEX ON t ((k + 1))')).toMatch(/^0A000 an index on an expression/);
  await a.query('CREATE SOURCE hook FROM WEBHOOK BODY FORMAT TEXT');
  expect(await a.error('CREATE INDEX ON hook (body)')).toMatch(/^0A000 an index on a source/);
});

test('the catalog lists them, and the log brings them back', async () => {
  await a.query('CREATE INDEX kept ON t (g)');
  expect(await a.query("SELECT indexname FROM pg_indexes WHERE tablename = 't' ORDER BY 1")).toEqual([['kept'], ['t_pkey']]);
  expect(await a.query("SELECT name, columns FROM mz_indexes WHERE name = 'kept'")).toEqual([['kept', '{g}']]);
  await opened.database.close();
  opened = await open({ directory: opened.directory });
  a = await opened.connect();
  expect(await plan('SELECT * FROM t WHERE g = 1')).toContain('Lookup public.t on kept (#1 = 1)');
  expect(await a.query('SELECT count(*) FROM t WHERE g = 1')).toEqual(await a.query('SELECT count(*) FROM t WHERE g + 0 = 1'));
  await a.query('DROP INDEX kept');
});
