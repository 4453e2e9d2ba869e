import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/index.ts';
import { open, pause } from './support.ts';
import type { Opened, Row } from './support.ts';

/** What a reader may rely on about time, with the clock held by the test. */

const START = Date.UTC(2026, 0, 1);
let opened: Opened;
afterEach(() => opened.close());

async function held(): Promise<ManualClock> {
  const clock = new ManualClock(START);
  opened = await open({ clock });
  return clock;
}

describe('the functions of time', () => {
  test('now() is the transaction, statement_timestamp() the statement, clock_timestamp() the moment of the call', async () => {
    // A clock that is later whenever it is looked at: every call of clock_timestamp() differs, and no other.
    class RestlessClock extends ManualClock {
      override now(): number {
        this.jump(1);
        return super.now();
      }
    }
    const clock = new RestlessClock(START);
    opened = await open({ clock });
    const client = await opened.connect();
    await client.query('CREATE TABLE five AS SELECT generate_series(1, 5) AS n; BEGIN');
    const ask = `SELECT count(DISTINCT now()), count(DISTINCT statement_timestamp()), count(DISTINCT clock_timestamp()), bool_and(now() < statement_timestamp() AND statement_timestamp() < clock_timestamp())`;
    clock.advance(1000);
    for (const from of ['five', 'generate_series(1, 5)', 'pg_class LIMIT 5']) expect((await client.query(`${ask} FROM (SELECT FROM ${from}) x`)), from).toEqual([['1', '1', '5', 't']]);
    const [[first]] = await client.query('SELECT now()') as [[string]];
    clock.advance(1000);
    expect(await client.query('SELECT now(), CURRENT_TIMESTAMP, transaction_timestamp() FROM five LIMIT 1')).toEqual([[first, first, first]]);
    await client.query('COMMIT');
    expect(await client.query('SELECT now()')).not.toEqual([[first]]);
  });

  test('what differs from call to call is refused in a view: a row must leave as it came', async () => {
    await held();
    const client = await opened.connect();
    await client.query('CREATE TABLE t (x int)');
    for (const call of ['clock_timestamp()', 'random()', 'gen_random_uuid()']) {
      expect(await client.error(`CREATE MATERIALIZED VIEW v AS SELECT x, ${call} FROM t`)).toBe(`0A000 ${call} in a view is not supported`);
      expect((await client.query(`SELECT ${call} IS NOT NULL`))).toEqual([['t']]);
    }
  });
});

describe('logical time', () => {
  test('is never more than 1 ms ahead of the wall clock, whatever the number of commits', async () => {
    const clock = await held();
    const client = await opened.connect();
    await client.query('CREATE TABLE burst (x int)');
    const times: number[] = [];
    const began = clock.now();
    const writers = await Promise.all(Array.from({ length: 8 }, () => opened.connect()));
    let open = writers.length;
    let written = 0;
    const all = Promise.all(writers.map(async (writer, i) => {
      for (let n = 0; n < 10; n++) {
        await writer.query(`INSERT INTO burst VALUES (${i * 10 + n})`);
        written++;
      }
      open--;
    }));
    // Only the test moves the clock: between two of its milliseconds there is time for many commits, and room for two ticks.
    while (open > 0) {
      for (let look = 0; look < 4; look++) {
        const [[seen]] = await client.query('SELECT mz_now()') as [[string]];
        times.push(Number(seen));
        expect(Number(seen) - clock.now()).toBeLessThanOrEqual(1);
        await pause(3);
      }
      // A tick for each millisecond so far, and one ahead; each takes one commit of each writer.
      expect(written).toBeLessThanOrEqual((clock.now() - began + 2) * writers.length);
      clock.advance(1);
    }
    await all;
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await client.query('SELECT count(*) FROM burst')).toEqual([['80']]);
  });

  test('is what now(), mz_now() and mz_logical_timestamp() of a view are', async () => {
    const clock = await held();
    const client = await opened.connect();
    const functions = ['now()', 'mz_now()', 'mz_logical_timestamp()'];
    const until = START + 1000;
    await client.query(`CREATE TABLE ends (at timestamptz, ms numeric); INSERT INTO ends VALUES ('${new Date(until).toISOString()}', ${until})`);
    for (const [i, call] of functions.entries()) {
      clock.advance(5);
      await client.query(`CREATE MATERIALIZED VIEW before${i} AS SELECT count(*) AS n FROM ends WHERE ${call} < ${call.startsWith('mz_log') ? 'ms' : 'at'}`);
    }
    const all = (): Promise<Row[]> => client.query('SELECT mz_now(), a.n, b.n, c.n FROM before0 a, before1 b, before2 c');
    clock.advance(until - 1 - clock.now());
    expect(await all()).toEqual([[String(until - 1), '1', '1', '1']]);
    clock.advance(1);
    expect(await all()).toEqual([[String(until), '0', '0', '0']]);
  });

  test('is shared by the transactions of a tick: who reads a view sees all of them or none', async () => {
    const clock = await held();
    const [reader, ...writers] = await Promise.all(Array.from({ length: 6 }, () => opened.connect()));
    await reader!.query('CREATE TABLE shared (x int)');
    await reader!.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE shared WITH (SNAPSHOT = false)');
    clock.advance(10);
    await Promise.all(writers.map((writer, i) => writer.query(`INSERT INTO shared VALUES (${i})`)));
    const rows = await reader!.query("FETCH ALL c WITH (timeout = '0s')");
    expect(rows.map(([, , x]) => x).sort()).toEqual(['0', '1', '2', '3', '4']);
    // Five commits while the clock stands: there are two times they can have.
    expect(new Set(rows.map(([at]) => at)).size).toBeLessThanOrEqual(2);
  });

  test('never goes back within a session, whichever way it reads', async () => {
    opened = await open();
    const [writer, reader] = [await opened.connect(), await opened.connect()];
    await writer.query('CREATE TABLE counter (id int PRIMARY KEY, n int); INSERT INTO counter VALUES (1, 0); CREATE MATERIALIZED VIEW counted AS SELECT id, max(n) AS n FROM counter GROUP BY id');
    await writer.query('CREATE INDEX by_id ON counted (id)');
    const ways = ['SELECT n FROM counter WHERE id = 1', 'SELECT n FROM counter', 'SELECT n FROM counted WHERE id = 1', 'SELECT n FROM counted', 'SELECT a.n FROM counter a JOIN counted b ON a.n = b.n', 'SELECT max(n) FROM counter WHERE n >= 0'];
    let writing = true;
    const load = (async () => {
      while (writing) await writer.query('UPDATE counter SET n = n + 1');
    })();
    let seen = 0;
    try {
      for (let read = 0; read < 600; read++) {
        const way = ways[(read * 7 + (read >> 3)) % ways.length]!;
        const [[n]] = await reader.query(way) as [[string]];
        expect(Number(n), way).toBeGreaterThanOrEqual(seen);
        seen = Number(n);
      }
    } finally {
      writing = false;
      await load;
    }
    expect(seen).toBeGreaterThan(10);
  });

  test('stands still while the clock that jumped back catches up: reads answer, writes wait', async () => {
    const clock = await held();
    const [reader, writer] = [await opened.connect(), await opened.connect()];
    await writer.query('CREATE TABLE back (x int); INSERT INTO back VALUES (1)');
    const [[before]] = await reader.query('SELECT mz_now()') as [[string]];
    clock.jump(-5000);
    let written = false;
    const write = writer.query('INSERT INTO back VALUES (2)').then(() => (written = true));
    await pause(50);
    const [[during]] = await reader.query('SELECT mz_now()') as [[string]];
    expect(Number(during)).toBeGreaterThanOrEqual(Number(before));
    expect(Number(during) - START).toBeLessThan(5000);
    expect(await reader.query('SELECT count(*) FROM back')).toEqual([['1']]);
    expect(written).toBe(false);
    clock.advance(4000);
    await pause(50);
    expect(written).toBe(false);
    clock.advance(1100);
    await write;
    expect(await reader.query('SELECT count(*) FROM back')).toEqual([['2']]);
  });

  test('jumping forward, the windows that end meanwhile end in turns, and others are answered between', async () => {
    // The wall clock is held, and work takes time: a millisecond goes by whenever one looks.
    class WorkingClock extends ManualClock {
      turns = 0;
      #looks = 0;
      override monotonic(): number {
        return ++this.#looks;
      }
      override soon(run: () => void): void {
        super.soon(() => {
          this.turns++;
          run();
        });
      }
    }
    const clock = new WorkingClock(START);
    opened = await open({ clock });
    const [reader, other] = [await opened.connect(), await opened.connect()];
    const windows = 5000;
    await reader.query(`CREATE TABLE leaving (x int, at timestamptz);
      CREATE TABLE beside (x int); INSERT INTO beside VALUES (1);
      CREATE MATERIALIZED VIEW inside AS SELECT x FROM leaving WHERE mz_now() < at`);
    clock.advance(5);
    await reader.query(`INSERT INTO leaving SELECT n, '2026-01-01 00:01:00+00'::timestamptz + n * interval '1 ms' FROM generate_series(1, ${windows}) n`);
    clock.advance(5);
    expect(await reader.query('SELECT count(*) FROM inside')).toEqual([[String(windows)]]);
    clock.turns = 0;
    clock.advance(120_000);
    // Each window ends in a tick of its own. The read is as of now, so it waits for all of them; meanwhile the thread has turns for others.
    let answered = 0;
    let done = false;
    const last = reader.query('SELECT count(*) FROM inside').finally(() => (done = true));
    while (!done) {
      expect(await other.query("SELECT 'x'::text FROM generate_series(1, 1)")).toEqual([['x']]);
      if (!done) answered++;
      await pause(0);
    }
    expect(await last).toEqual([['0']]);
    expect(clock.turns).toBeGreaterThan(windows);
    expect(answered).toBeGreaterThan(5);
    expect(await other.query('SELECT x FROM beside')).toEqual([['1']]);
  });
});
