import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let a: Client;
let b: Client;
let tables = 0;

beforeAll(async () => {
  opened = await open();
  a = await opened.connect();
  b = await opened.connect();
});
afterAll(() => opened.close());

/** A new table of the given columns; its name. */
async function table(columns: string): Promise<string> {
  const name = `t${++tables}`;
  await a.query(`CREATE TABLE ${name} (${columns})`);
  return name;
}

describe('a block', () => {
  test('is seen by itself and, once committed, by others', async () => {
    const t = await table('k int primary key, v text');
    await a.query('BEGIN');
    await a.query(`INSERT INTO ${t} VALUES (1, 'a'), (2, 'b')`);
    await a.query(`UPDATE ${t} SET v = 'c' WHERE k = 2`);
    await a.query(`DELETE FROM ${t} WHERE k = 1`);
    expect(await a.query(`SELECT * FROM ${t}`)).toEqual([['2', 'c']]);
    expect(await a.query(`SELECT count(*), min(v) FROM ${t}`)).toEqual([['1', 'c']]);
    expect(await b.query(`SELECT * FROM ${t}`)).toEqual([]);
    await a.query('COMMIT');
    expect(await b.query(`SELECT * FROM ${t}`)).toEqual([['2', 'c']]);
  });

  test('sees committed rows that it deletes and changes, through views too', async () => {
    const t = await table('k int, v int');
    await a.query(`INSERT INTO ${t} VALUES (1, 1), (1, 1), (2, 5)`);
    await a.query(`CREATE MATERIALIZED VIEW ${t}_sum AS SELECT k, sum(v) AS s FROM ${t} GROUP BY k`);
    await a.query('BEGIN');
    await a.query(`UPDATE ${t} SET v = v + 1 WHERE k = 1`);
    expect(await a.query(`SELECT * FROM ${t}_sum ORDER BY k`)).toEqual([['1', '4'], ['2', '5']]);
    await a.query(`TRUNCATE ${t}`);
    await a.query(`INSERT INTO ${t} VALUES (9, 9)`);
    expect(await a.query(`SELECT * FROM ${t}_sum ORDER BY k`)).toEqual([['9', '9']]);
    await a.query('ROLLBACK');
    expect(await a.query(`SELECT * FROM ${t}_sum ORDER BY k`)).toEqual([['1', '2'], ['2', '5']]);
  });

  test('has its DDL: tables, views over them, and their rows', async () => {
    await a.query('BEGIN');
    await a.query('CREATE TABLE fresh (k int primary key)');
    await a.query('INSERT INTO fresh VALUES (1), (2)');
    await a.query('CREATE VIEW fresh_v AS SELECT k * 10 AS k FROM fresh');
    await a.query('CREATE MATERIALIZED VIEW fresh_m AS SELECT sum(k) AS s FROM fresh_v');
    expect(await a.query('SELECT * FROM fresh_v ORDER BY k')).toEqual([['10'], ['20']]);
    expect(await a.query('SELECT * FROM fresh_m')).toEqual([['30']]);
    expect(await a.query("SELECT relname FROM pg_class WHERE relname LIKE 'fresh%' ORDER BY 1")).toContainEqual(['fresh_m']);
    expect(await b.error('SELECT * FROM fresh')).toBe('42P01 relation "fresh" does not exist');
    await a.query('COMMIT');
    expect(await b.query('SELECT * FROM fresh_m')).toEqual([['30']]);
  });

  test('that is rolled back leaves nothing, and numbers of others are not mixed up with its own', async () => {
    await a.query('BEGIN');
    await a.query('CREATE TABLE gone (k int)');
    await b.query('CREATE TABLE stays (k text)');
    await b.query("INSERT INTO stays VALUES ('x')");
    await a.query('ROLLBACK');
    expect(await a.error('SELECT * FROM gone')).toBe('42P01 relation "gone" does not exist');
    expect(await a.query('SELECT * FROM stays')).toEqual([['x']]);
  });

  test('two blocks create at the same time', async () => {
    await a.query('BEGIN; CREATE TABLE of_a (k int); INSERT INTO of_a VALUES (1)');
    await b.query('BEGIN; CREATE TABLE of_b (k int); INSERT INTO of_b VALUES (2)');
    await b.query('COMMIT');
    await a.query('COMMIT');
    expect(await a.query('SELECT * FROM of_a UNION ALL SELECT * FROM of_b ORDER BY 1')).toEqual([['1'], ['2']]);
    await a.query('BEGIN; CREATE TABLE of_both (k int)');
    await b.query('CREATE TABLE of_both (k int)');
    expect(await a.error('COMMIT')).toBe('42P07 relation "of_both" already exists');
    expect(a.session.transaction).toBe('idle');
  });

  test('fails at commit where what it needs was dropped', async () => {
    const t = await table('k int');
    await a.query(`BEGIN; CREATE VIEW ${t}_v AS SELECT * FROM ${t}`);
    await b.query(`DROP TABLE ${t}`);
    expect(await a.error('COMMIT')).toContain('40001');
    expect(await a.error(`SELECT * FROM ${t}_v`)).toContain('42P01');
  });

  test('that failed takes only its end', async () => {
    const t = await table('k int primary key');
    await a.query(`BEGIN; INSERT INTO ${t} VALUES (1)`);
    expect(await a.error(`INSERT INTO ${t} VALUES (1)`)).toBe(`23505 duplicate key value violates unique constraint "${t}_pkey"`);
    expect(a.session.transaction).toBe('failed');
    expect(await a.error('SELECT 1')).toBe('25P02 current transaction is aborted, commands ignored until end of transaction block');
    await a.query('COMMIT');
    expect(a.tag).toBe('ROLLBACK');
    expect(await a.query(`SELECT * FROM ${t}`)).toEqual([]);
  });

  test('a savepoint brings back settings, also those set for the transaction alone', async () => {
    const a = await opened.connect();
    await a.query("SET work_mem = 1000; BEGIN; SET work_mem = 2000; SET LOCAL extra_float_digits = 0; SAVEPOINT s; SET work_mem = 3000; SET LOCAL extra_float_digits = 2; SET a.b = 'c'");
    expect(await a.query('SHOW work_mem')).toEqual([['3000']]);
    await a.error('SELECT 1/0');
    await a.query('ROLLBACK TO s');
    expect([await a.query('SHOW work_mem'), await a.query('SHOW extra_float_digits'), await a.query("SELECT coalesce(current_setting('a.b', true), '') = ''")]).toEqual([[['2000']], [['0']], [['t']]]);
    await a.query('SET LOCAL work_mem = 4000; ROLLBACK TO s; COMMIT');
    expect([await a.query('SHOW work_mem'), await a.query('SHOW extra_float_digits')]).toEqual([[['2000']], [['1']]]);
  });

  test('goes back to savepoints', async () => {
    const t = await table('k int');
    await a.query(`BEGIN; INSERT INTO ${t} VALUES (1); SAVEPOINT s; INSERT INTO ${t} VALUES (2); CREATE TABLE ${t}_x (k int)`);
    expect(await a.error('SELECT 1/0')).toBe('22012 division by zero');
    await a.query('ROLLBACK TO s');
    expect(await a.query(`SELECT * FROM ${t}`)).toEqual([['1']]);
    expect(await a.error('RELEASE nowhere')).toBe('3B001 savepoint "nowhere" does not exist');
    await a.query(`ROLLBACK TO s; INSERT INTO ${t} VALUES (3); RELEASE s; COMMIT`);
    expect(await b.query(`SELECT * FROM ${t} ORDER BY k`)).toEqual([['1'], ['3']]);
    expect(await b.error(`SELECT * FROM ${t}_x`)).toContain('42P01');
    expect(await a.error('SAVEPOINT s')).toBe('25P01 SAVEPOINT can only be used in transaction blocks');
  });

  test('chains, warns of what is not there, and may be read-only', async () => {
    const t = await table('k int');
    await a.query(`BEGIN; INSERT INTO ${t} VALUES (1); COMMIT AND CHAIN`);
    expect(a.session.transaction).toBe('active');
    await a.query('ROLLBACK');
    await a.query('COMMIT');
    expect(a.notices.at(-1)).toMatchObject({ severity: 'WARNING', code: '25P01', message: 'there is no transaction in progress' });
    expect(await a.error('COMMIT AND CHAIN')).toBe('25P01 COMMIT AND CHAIN can only be used in transaction blocks');
    await a.query('BEGIN READ ONLY');
    expect(await a.error(`INSERT INTO ${t} VALUES (2)`)).toBe('25006 cannot execute INSERT in a read-only transaction');
    await a.query('ROLLBACK; SET default_transaction_read_only = on');
    expect(await a.error('CREATE TABLE never (k int)')).toBe('25006 cannot execute CREATE TABLE in a read-only transaction');
    await a.query('SET default_transaction_read_only = off');
    await a.query(`INSERT INTO ${t} VALUES (2)`);
  });

  test('holds settings until it ends', async () => {
    await a.query("BEGIN; SET LOCAL TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'");
    expect(await a.query('SHOW TimeZone')).toEqual([['Asia/Tokyo']]);
    await a.query('COMMIT');
    expect(await a.query('SHOW TimeZone')).toEqual([['UTC']]);
    expect(await a.query('SHOW IntervalStyle')).toEqual([['iso_8601']]);
    await a.query("BEGIN; SET IntervalStyle = 'postgres'; ROLLBACK");
    expect(await a.query('SHOW IntervalStyle')).toEqual([['iso_8601']]);
    await a.query('RESET ALL');
  });
});

describe('an implicit transaction', () => {
  test('of several statements is one', async () => {
    const t = await table('k int primary key');
    expect(await a.error(`INSERT INTO ${t} VALUES (1); INSERT INTO ${t} VALUES (2); SELECT 1/0`)).toBe('22012 division by zero');
    expect(await a.query(`SELECT * FROM ${t}`)).toEqual([]);
    expect(await a.query(`INSERT INTO ${t} VALUES (1); SELECT * FROM ${t}`)).toEqual([['1']]);
    expect(await a.error(`INSERT INTO ${t} VALUES (2); INSERT INTO ${t} VALUES (2)`)).toContain('23505');
    expect(await b.query(`SELECT * FROM ${t}`)).toEqual([['1']]);
  });
  test('ends harmlessly twice', async () => {
    await a.session.sync(true);
    await a.session.sync(false);
    expect(a.session.transaction).toBe('idle');
  });
});

describe('constraints', () => {
  test('duplicate keys within a statement, across statements, and with NULL', async () => {
    const t = await table('a int, b text, unique (a, b)');
    expect(await a.error(`INSERT INTO ${t} VALUES (1, 'x'), (1, 'x')`)).toContain('23505');
    await a.query(`INSERT INTO ${t} VALUES (1, 'x'), (1, NULL), (1, NULL)`);
    expect(await a.error(`INSERT INTO ${t} VALUES (1, 'x')`)).toContain('23505');
    await a.query(`UPDATE ${t} SET a = 2 WHERE b = 'x'; INSERT INTO ${t} VALUES (1, 'x')`);
    expect(await a.error(`UPDATE ${t} SET a = 1`)).toContain('23505');
    await a.query(`BEGIN; DELETE FROM ${t} WHERE a = 1 AND b = 'x'; INSERT INTO ${t} VALUES (1, 'x'); COMMIT`);
    await a.query(`BEGIN; TRUNCATE ${t}; INSERT INTO ${t} VALUES (1, 'x'); COMMIT`);
    expect(await a.query(`SELECT * FROM ${t}`)).toEqual([['1', 'x']]);
  });
  test('of a table created in the same block', async () => {
    await a.query('BEGIN; CREATE TABLE keyed (k int primary key); INSERT INTO keyed VALUES (1)');
    expect(await a.error('INSERT INTO keyed VALUES (1)')).toContain('23505 duplicate key value violates unique constraint "keyed_pkey"');
    await a.query('ROLLBACK');
    expect(await a.error('SELECT * FROM keyed')).toContain('42P01');
    await a.query('CREATE TABLE keyed (k int primary key)');
  });
  test('NOT NULL names the column and shows the row', async () => {
    const t = await table('a int not null, b text');
    await expect(a.query(`INSERT INTO ${t} VALUES (NULL, 'x')`)).rejects.toMatchObject({
      code: '23502', message: `null value in column "a" of relation "${t}" violates not-null constraint`, fields: { detail: 'Failing row contains (null, x).' },
    });
    await a.query(`INSERT INTO ${t} VALUES (1, 'x')`);
    expect(await a.error(`UPDATE ${t} SET a = NULL`)).toContain('23502');
  });
});

describe('writers at the same time', () => {
  test('lose no update', async () => {
    const t = await table('k int primary key, v int');
    await a.query(`INSERT INTO ${t} VALUES (1, 0), (2, 0)`);
    const clients = await Promise.all([1, 2, 3, 4].map(() => opened.connect()));
    await Promise.all(clients.map(async (client) => {
      for (let i = 0; i < 25; i++) await client.query(`UPDATE ${t} SET v = v + 1 WHERE k = ${1 + (i & 1)}`);
    }));
    expect(await a.query(`SELECT sum(v) FROM ${t}`)).toEqual([['100']]);
    for (const client of clients) await client.session.close();
  });
  test('wait for a block that has read what it changes, cancellable', async () => {
    const t = await table('k int, v int');
    await a.query(`INSERT INTO ${t} VALUES (1, 0)`);
    await a.query(`BEGIN; UPDATE ${t} SET v = v + 1`);
    const abort = new AbortController();
    const waiting = b.error(`UPDATE ${t} SET v = v + 10`, abort.signal);
    setTimeout(() => abort.abort(), 30);
    expect(await waiting).toBe('57014 canceling statement due to user request');
    const after = b.query(`UPDATE ${t} SET v = v + 10`);
    await a.query('COMMIT');
    await after;
    expect(await a.query(`SELECT v FROM ${t}`)).toEqual([['11']]);
  });
  test('RETURNING gives the rows as they are now', async () => {
    const t = await table('k int, v int');
    expect(await a.query(`INSERT INTO ${t} VALUES (1, 2), (3, 4) RETURNING v, k + 1`)).toEqual([['2', '2'], ['4', '4']]);
    expect(a.tag).toBe('INSERT 0 2');
    expect(await a.query(`UPDATE ${t} SET v = v * 10 WHERE k = 1 RETURNING *`)).toEqual([['1', '20']]);
    expect(await a.query(`DELETE FROM ${t} RETURNING k`)).toHaveLength(2);
    expect(a.tag).toBe('DELETE 2');
  });
});

test('a secret made in the transaction is known to what is asked of the outside in it', async () => {
  // Nobody listens there: the refusal is upstream's, not one of a secret that cannot be found.
  expect(await a.error(`CREATE SECRET hush AS 'x'; CREATE CONNECTION hush_upstream TO POSTGRES (HOST '127.0.0.1', PORT 1, USER 'u', PASSWORD SECRET hush, DATABASE 'd');
    CREATE SOURCE hush_source FROM POSTGRES CONNECTION hush_upstream (PUBLICATION 'p') FOR ALL TABLES`)).toMatch(/^08001 could not connect to Postgres/);
});
