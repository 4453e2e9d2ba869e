import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/index.ts';
import type { Portal } from '../../src/database/index.ts';
import { open } from './support.ts';
import type { Client, Opened, Row } from './support.ts';

const START = Date.UTC(2026, 0, 1);
let opened: Opened;
let clock: ManualClock;
let a: Client;

beforeAll(async () => {
  clock = new ManualClock(START);
  opened = await open({ clock });
  a = await opened.connect();
});
afterAll(() => opened.close());

/** Runs a write with the clock moving on, as a wall clock would. */
async function write(sql: string): Promise<void> {
  clock.advance(10);
  await a.query(sql);
}

async function subscribed(sql: string): Promise<{ readonly client: Client; readonly portal: Portal; next(): Promise<Row[]>; end(): Promise<void> }> {
  const client = await opened.connect();
  const portal = await client.session.open(await client.session.prepare(sql, []), []);
  return {
    client, portal,
    next: () => client.read(portal, 1).then((rows) => rows),
    end: async () => {
      await portal.close();
      await client.session.close();
    },
  };
}

/** The rows of a cursor over SUBSCRIBE that are there now. */
const now = async (client: Client, count = 'ALL'): Promise<Row[]> => client.query(`FETCH ${count} c WITH (timeout = '0s')`);

describe('SUBSCRIBE', () => {
  test('snapshot, then changes, with times that do not decrease', async () => {
    await write('CREATE TABLE s1 (k int, v text)');
    await write("INSERT INTO s1 VALUES (1, 'a'), (1, 'a')");
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE s1');
    const snapshot = await b.query('FETCH 1 c');
    expect(snapshot.map((row) => row.slice(1))).toEqual([['2', '1', 'a']]);
    await write("INSERT INTO s1 VALUES (2, 'b')");
    await write("UPDATE s1 SET v = 'c' WHERE k = 2");
    const changes = await now(b);
    expect(changes.map((row) => row.slice(1)).sort()).toEqual([['-1', '2', 'b'], ['1', '2', 'b'], ['1', '2', 'c']]);
    const times = [...snapshot, ...changes].map((row) => Number(row[0]));
    expect([...times].sort((x, y) => x - y)).toEqual(times);
    expect(times[1]).toBeGreaterThan(times[0]!);
    await b.query('ROLLBACK');
    await b.session.close();
  });

  test('without snapshot, with progress', async () => {
    await write('CREATE TABLE s2 (k int)');
    await write('INSERT INTO s2 VALUES (1)');
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE s2 WITH (SNAPSHOT = false, PROGRESS)');
    const [first] = await b.query('FETCH 1 c');
    expect(first!.slice(1)).toEqual(['t', null, null]);
    await write('INSERT INTO s2 VALUES (2)');
    const rows = await now(b);
    expect(rows.filter((row) => row[1] === 'f').map((row) => row.slice(2))).toEqual([['1', '2']]);
    expect(rows.at(-1)!.slice(1)).toEqual(['t', null, null]);
    const update = rows.find((row) => row[1] === 'f')!;
    expect(Number(rows.at(-1)![0])).toBeGreaterThan(Number(update[0]));
    await b.query('ROLLBACK');
    await b.session.close();
  });

  test('without snapshot it stands from when it is declared, however long it takes to begin', async () => {
    await write('CREATE TABLE large AS SELECT n FROM generate_series(1, 200000) n');
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE (SELECT l.n, r.n AS other FROM large l JOIN large r USING (n)) WITH (SNAPSHOT = false)');
    await write('INSERT INTO large VALUES (-1)');
    expect((await b.query("FETCH 1 c")).map((row) => row.slice(1))).toEqual([['1', '-1', '-1']]);
    await b.query('ROLLBACK');
    await b.session.close();
    await write('DROP TABLE large');
  });

  test('AS OF a time to come, UP TO', async () => {
    await write('CREATE TABLE s3 (k int)');
    const asOf = clock.now() + 50;
    const { client, portal, end } = await subscribed(`SUBSCRIBE s3 AS OF ${asOf} UP TO ${asOf + 100}`);
    const reading = client.read(portal, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write('INSERT INTO s3 VALUES (1)');
    clock.advance(60);
    await write('INSERT INTO s3 VALUES (2)');
    clock.advance(1000);
    await write('INSERT INTO s3 VALUES (3)');
    const rows = await reading;
    expect(rows.map((row) => row.slice(1))).toEqual([['1', '1'], ['1', '2']]);
    expect(Number(rows[0]![0])).toBe(asOf);
    expect(Number(rows[1]![0])).toBeLessThan(asOf + 100);
    await end();
    expect(await a.error('SUBSCRIBE s3 AS OF 5')).toContain('22023');
    expect(await a.error(`SUBSCRIBE s3 AS OF ${clock.now() + 100} UP TO ${clock.now() + 50}`)).toContain('22023');
  });

  test('of constants ends by itself', async () => {
    expect((await a.query('SUBSCRIBE (SELECT 1 AS a, 2 AS b)')).map((row) => row.slice(1))).toEqual([['1', '1', '2']]);
  });

  test('by key', async () => {
    await write('CREATE TABLE s4 (k int, v text)');
    await write("INSERT INTO s4 VALUES (1, 'a'), (2, 'b')");
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE s4 ENVELOPE UPSERT (KEY (k))');
    expect((await b.query('FETCH 2 c')).map((row) => row.slice(1)).sort()).toEqual([['upsert', '1', 'a'], ['upsert', '2', 'b']]);
    await write("UPDATE s4 SET v = 'z' WHERE k = 1");
    await write('DELETE FROM s4 WHERE k = 2');
    await write("INSERT INTO s4 VALUES (1, 'twice'), (1, 'thrice')");
    expect((await now(b)).map((row) => row.slice(1))).toEqual([['upsert', '1', 'z'], ['delete', '2', null], ['key_violation', '1', null]]);
    await b.query('ROLLBACK');
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE (SELECT k, v FROM s4 WHERE k > 5) ENVELOPE DEBEZIUM (KEY (k))');
    await now(b);
    await write("INSERT INTO s4 VALUES (7, 'q')");
    await write("UPDATE s4 SET v = 'r' WHERE k = 7");
    await write('DELETE FROM s4 WHERE k = 7');
    expect((await now(b)).map((row) => row.slice(1))).toEqual([['insert', '7', null, 'q'], ['upsert', '7', 'q', 'r'], ['delete', '7', 'r', null]]);
    await b.query('ROLLBACK');
    await b.session.close();
  });

  test('ends at cancel, and its portal can be closed while it waits', async () => {
    const abort = new AbortController();
    await write('CREATE TABLE s5 (k int)');
    const failing = a.error('SUBSCRIBE s5', abort.signal);
    setTimeout(() => abort.abort(), 20);
    expect(await failing).toBe('57014 canceling statement due to user request');
  });

  test('sees what the clock alone changes, at its time', async () => {
    await write('CREATE TABLE s6 (k int, until bigint)');
    const until = clock.now() + 500;
    await write(`INSERT INTO s6 VALUES (1, ${until})`);
    await write('CREATE MATERIALIZED VIEW s6_now AS SELECT k FROM s6 WHERE mz_now() < until');
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE s6_now');
    expect((await b.query('FETCH 1 c')).map((row) => row.slice(1))).toEqual([['1', '1']]);
    clock.advance(5000);
    expect(await b.query('FETCH 1 c')).toEqual([[String(until), '-1', '1']]);
    await b.query('ROLLBACK');
    await b.session.close();
  });

  test('law 5: the snapshot and the changes up to t are what SELECT sees at t', async () => {
    await write('CREATE TABLE s7 (k int, v int)');
    await write('CREATE MATERIALIZED VIEW s7_sum AS SELECT k, sum(v) AS s, count(*) AS n FROM s7 GROUP BY k');
    const b = await opened.connect();
    await b.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE s7_sum');
    const state = new Map<string, number>();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let step = 0; step < 40; step++) {
      const k = random(4);
      await write([`INSERT INTO s7 VALUES (${k}, ${random(9)})`, `DELETE FROM s7 WHERE k = ${k} AND v < 4`, `UPDATE s7 SET v = v + 1 WHERE k = ${k}`, `UPDATE s7 SET k = ${random(4)} WHERE k = ${k}`][random(4)]!);
      for (const [, difference, ...row] of await now(b)) {
        const key = row.join();
        const weight = (state.get(key) ?? 0) + Number(difference);
        if (weight === 0) state.delete(key);
        else state.set(key, weight);
      }
      expect([...state.values()].every((weight) => weight === 1)).toBe(true);
      expect([...state.keys()].sort()).toEqual((await a.query('SELECT * FROM s7_sum')).map((row) => row.join()).sort());
    }
    await b.query('ROLLBACK');
    await b.session.close();
  });
});

test('COPY (SUBSCRIBE) TO STDOUT gives lines as they come', async () => {
  await write('CREATE TABLE s8 (k int)');
  await write('INSERT INTO s8 VALUES (1)');
  const text = new TextDecoder().decode(await a.copyOut('COPY (SUBSCRIBE (SELECT 5 AS k)) TO STDOUT'));
  expect(text).toMatch(/^\d+\t1\t5\n$/);
  const { portal, end } = await subscribed('COPY (SUBSCRIBE s8 WITH (PROGRESS)) TO STDOUT');
  expect(portal.copy).toEqual({ direction: 'out', format: 'text', columnCount: 4 });
  expect(new TextDecoder().decode((await portal.copyOut!(new AbortController().signal))!)).toMatch(/^\d+\tt\t\\N\t\\N\n/);
  await end();
});
