import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlError } from '../../src/core/index.ts';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let a: Client;
let b: Client;

beforeAll(async () => {
  opened = await open();
  a = await opened.connect();
  b = await opened.connect();
  await a.query('CREATE TABLE t (k int PRIMARY KEY, g int, s text, at timestamptz)');
  await a.query("INSERT INTO t SELECT k, k % 10, 's' || k, '2026-01-01 12:00:00+00'::timestamptz + k * interval '1 hour' FROM generate_series(1, 2000) k");
  await a.query('CREATE INDEX by_g ON t (g)');
});
afterAll(() => opened.close());

/** Asked often enough to be known. */
const often = async (client: Client, ...statements: string[]): Promise<unknown[]> => {
  const answers: unknown[] = [];
  for (const sql of statements) answers.push(await client.query(sql));
  return answers;
};

describe('statements that differ in what they look for', () => {
  test('each find their own rows', async () => {
    const rows = await often(a, ...[5, 6, 7, 8, 99999].map((k) => `SELECT k, s FROM t WHERE k = ${k}`));
    expect(rows).toEqual([[['5', 's5']], [['6', 's6']], [['7', 's7']], [['8', 's8']], []]);
    expect(await often(b, "SELECT k FROM t WHERE k = 5 AND s = 's5'", "SELECT k FROM t WHERE k = 6 AND s = 's6'", "SELECT k FROM t WHERE k = 7 AND s = 'it'", "SELECT k FROM t WHERE k = 7 AND s = 's7'"))
      .toEqual([[['5']], [['6']], [], [['7']]]);
  });
  test('are ordered, limited and computed as they say', async () => {
    const ask = (g: number, limit: number): string => `SELECT k * 2, upper(s) FROM t WHERE g = ${g} ORDER BY k DESC LIMIT ${limit} OFFSET 1`;
    expect(await often(a, ask(3, 2), ask(4, 2), ask(5, 2), ask(5, 1))).toEqual([
      [['3966', 'S1983'], ['3946', 'S1973']], [['3968', 'S1984'], ['3948', 'S1974']], [['3970', 'S1985'], ['3950', 'S1975']], [['3970', 'S1985']],
    ]);
  });
  test('see what was written and answered before, by anybody', async () => {
    for (let i = 0; i < 30; i++) {
      await b.query(`UPDATE t SET s = 'now ${i}' WHERE k = 11`);
      expect(await a.query('SELECT s FROM t WHERE k = 11')).toEqual([[`now ${i}`]]);
    }
  });
  test('see what their own transaction has changed', async () => {
    await a.query('BEGIN');
    expect(await a.query('SELECT g FROM t WHERE k = 21')).toEqual([['1']]);
    await a.query('UPDATE t SET g = 100 WHERE k = 21');
    expect(await often(a, 'SELECT g FROM t WHERE k = 21', 'SELECT g FROM t WHERE k = 22', 'SELECT g FROM t WHERE k = 21')).toEqual([[['100']], [['2']], [['100']]]);
    expect(await b.query('SELECT g FROM t WHERE k = 21')).toEqual([['1']]);
    await a.query('ROLLBACK');
    expect(await a.query('SELECT g FROM t WHERE k = 21')).toEqual([['1']]);
  });
  test('raise what they would alone, at the place in their own text', async () => {
    const positionOf = async (sql: string): Promise<unknown> => {
      try {
        await a.query(sql);
      } catch (error) {
        if (error instanceof SqlError) return [error.code, error.fields.position];
        throw error;
      }
      return 'no error';
    };
    const ask = (k: string, by: number): string => `SELECT k FROM t WHERE k = ${k} AND 10 / (g - ${by}) = 1`;
    await often(a, ask('12', 8), ask('13', 8), ask('14', 8));
    expect(await positionOf(ask('18', 8))).toEqual(['22012', undefined]);
    expect(await positionOf(ask('1118', 8))).toEqual(['22012', undefined]);
    await often(a, "SELECT k FROM t WHERE k = '12'", "SELECT k FROM t WHERE k = '13'", "SELECT k FROM t WHERE k = '14'");
    expect(await positionOf("SELECT k FROM t WHERE k = 'x'")).toEqual(['22P02', 27]);
  });
  test('follow the catalog, and what their session sets', async () => {
    const ask = (k: number): string => `SELECT s FROM t2 WHERE k = ${k}`;
    await a.query("CREATE TABLE t2 (k int PRIMARY KEY, s text); INSERT INTO t2 VALUES (1, 'old'), (2, 'old')");
    expect(await often(a, ask(1), ask(2), ask(1))).toEqual([[['old']], [['old']], [['old']]]);
    await b.query('DROP TABLE t2');
    expect(await a.error(ask(1))).toBe('42P01 relation "t2" does not exist');
    await b.query("CREATE TABLE t2 (s text, k int PRIMARY KEY); INSERT INTO t2 VALUES ('new', 1)");
    expect(await often(a, ask(1), ask(2), ask(1))).toEqual([[['new']], [], [['new']]]);
    await b.query("CREATE SCHEMA other; CREATE TABLE other.t2 (k int PRIMARY KEY, s text); INSERT INTO other.t2 VALUES (1, 'other')");
    await a.query('SET search_path = other');
    expect(await often(a, ask(1), ask(1), ask(1))).toEqual([[['other']], [['other']], [['other']]]);
    await a.query('RESET search_path');
    expect(await a.query(ask(1))).toEqual([['new']]);

    await a.query('CREATE INDEX by_at ON t (at)');
    const at = "SELECT k FROM t WHERE at = '2026-01-02 12:00:00'";
    expect(await often(a, at, at, at)).toEqual([[['24']], [['24']], [['24']]]);
    await a.query("SET TimeZone = 'Asia/Tokyo'");
    expect(await often(a, at, at, at)).toEqual([[['15']], [['15']], [['15']]]);
    await a.query('RESET TimeZone');
  });
  test('on a view fail by the errors that concern them, and heal', async () => {
    await a.query('CREATE MATERIALIZED VIEW v AS SELECT k, 100 / (g - 4) AS q FROM t WHERE k < 8');
    await a.query('CREATE INDEX v_k ON v (k)');
    const ask = (k: number): string => `SELECT q FROM v WHERE k = ${k}`;
    expect(await a.query(ask(5))).toEqual([['100']]);
    expect(await a.query(ask(6))).toEqual([['50']]);
    expect(await a.error(ask(4))).toBe('22012 division by zero');
    await a.query('UPDATE t SET g = 5 WHERE k = 4');
    expect(await often(a, ask(4), ask(5))).toEqual([[['100']], [['100']]]);
    await a.query('UPDATE t SET g = 4 WHERE k = 4');
    expect(await a.error(ask(4))).toBe('22012 division by zero');
    expect(await a.query(ask(5))).toEqual([['100']]);
  });
});

test('a lookup that finds more than is answered at once is whole all the same', async () => {
  await a.query('CREATE TABLE many (g int, x int); CREATE INDEX many_g ON many (g)');
  await a.query('INSERT INTO many SELECT 1, x FROM generate_series(1, 5000) x');
  await a.query('INSERT INTO many SELECT 2, 7 FROM generate_series(1, 5000) x');
  for (const g of [1, 2, 1, 2]) expect((await a.query(`SELECT x FROM many WHERE g = ${g}`)).length).toBe(5000);
});

test('a prepared lookup takes its parameters, NULL among them', async () => {
  const statement = await a.session.prepare('SELECT s FROM t WHERE k = $1', []);
  for (const [value, expected] of [[9, [['s9']]], [null, []], [10, [['s10']]]] as const) {
    a.session.beginImplicit();
    expect(await a.read(await a.session.open(statement, [value]), 0)).toEqual(expected);
    await a.session.sync(false);
  }
});
