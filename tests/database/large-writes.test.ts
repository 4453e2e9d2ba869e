import { afterAll, beforeAll, expect, test } from 'vitest';
import { SystemClock } from '../../src/core/index.ts';
import { open, pause } from './support.ts';
import type { Opened } from './support.ts';

/** A clock that goes on by a millisecond whenever it is read, and counts how often that is between two turns. */
class ReadClock extends SystemClock {
  reads = 0;
  turns = 0;
  /** most reads between two turns */
  most = 0;
  #since = 0;

  override monotonic(): number {
    this.most = Math.max(this.most, ++this.#since);
    return ++this.reads;
  }
  override soon(run: () => void): void {
    super.soon(() => {
      this.turns++;
      this.#since = 0;
      run();
    });
  }
  restart(): void {
    this.turns = this.most = this.#since = 0;
  }
}

const ROWS = 40_000;
/** Rows that any loop handles between two looks at the clock, with room: each look uses up half a slice. */
const LOOK_ROWS = 128;

test('every statement of many rows has turns in proportion to its rows, and works little between two', async () => {
  const clock = new ReadClock();
  const held = await open({ clock });
  const session = await held.connect();
  try {
    await session.query('create table numbers (n int primary key, t text default \'d\'); create materialized view total as select sum(n) from numbers');
    const lines = Array.from({ length: ROWS }, (_, n) => `${n + ROWS + 1}\tx`).join('\n');
    const statements: [string, () => Promise<unknown>][] = [
      ['INSERT', () => session.query(`insert into numbers (n) select n from generate_series(1, ${ROWS}) n`)],
      ['INSERT RETURNING', () => session.query(`insert into numbers select n + ${2 * ROWS} from generate_series(1, ${ROWS}) n returning n`)],
      ['ON CONFLICT', () => session.query(`insert into numbers select n from generate_series(1, ${ROWS}) n on conflict (n) do update set t = 'again'`)],
      ['COPY', () => session.copyIn('copy numbers from stdin', `${lines}\n`)],
      ['UPDATE', () => session.query(`update numbers set n = -n where n <= ${ROWS}`)],
      ['CREATE TABLE AS', () => session.query('create table copied as select * from numbers')],
      ['DELETE', () => session.query('delete from numbers')],
    ];
    for (const [name, run] of statements) {
      clock.restart();
      await run();
      expect(clock.turns, name).toBeGreaterThan(ROWS / LOOK_ROWS / 2);
      expect(clock.most, name).toBeLessThan(40);
    }
    expect(await session.query('select count(*) from copied')).toEqual([[String(3 * ROWS)]]);
    expect(await session.query('select count(*) from numbers')).toEqual([['0']]);
  } finally {
    await held.close();
  }
}, 120_000);

let opened: Opened;
beforeAll(async () => void (opened = await open()));
afterAll(() => opened.close());

test('a large tick is applied in the middle of reads, and each sees a state that existed', async () => {
  const writer = await opened.connect();
  const readers = await Promise.all([1, 2, 3].map(() => opened.connect()));
  await writer.query(`create table transfers (id int, from_account int, to_account int, amount int);
    create materialized view credits as select to_account as account, sum(amount) as credit from transfers group by 1;
    create materialized view debits as select from_account as account, sum(amount) as debit from transfers group by 1;
    create materialized view balance as select coalesce(c.account, d.account) as account, coalesce(credit, 0) - coalesce(debit, 0) as balance from credits c full join debits d on c.account = d.account;
    create materialized view total as select coalesce(sum(balance), 0) as total from balance;
    create materialized view counted as select count(*) as n from transfers`);
  for (const statement of ['insert into transfers select n, n % 997, n % 1009, n % 100 from generate_series(1, 100000) n', 'update transfers set amount = amount + id % 7, to_account = id % 499', 'delete from transfers']) {
    let ended = false;
    let meanwhile = 0;
    const writing = writer.query(statement).finally(() => (ended = true));
    await Promise.all(readers.map(async (reader) => {
      while (!ended) {
        const [row] = await reader.query('select total, (select n from counted), (select coalesce(sum(balance), 0) from balance) from total');
        expect([row![0], row![2]]).toEqual(['0', '0']);
        expect(['0', '100000']).toContain(row![1]);
        if (!ended) meanwhile++;
        await pause(0);
      }
    }));
    await writing;
    expect(meanwhile, statement).toBeGreaterThan(3);
  }
}, 120_000);

test('hydration in the middle says how many rows are read of how many', async () => {
  const clock = new ReadClock();
  const held = await open({ clock });
  const [session, other] = await Promise.all([held.connect(), held.connect()]);
  try {
    await session.query('create table numbers (n int); insert into numbers select n from generate_series(1, 5000) n');
    await session.query('create materialized view squares as select a.n, a.n * b.n as product from numbers a join numbers b on a.n % 50 = b.n % 50');
    const seen: string[][] = [];
    for (;;) {
      const [[hydrated, done, known] = []] = await other.query("select hydrated, rows_done, rows_known from mz_internal.mz_hydration_statuses where name = 'squares'");
      seen.push([done!, known!]);
      if (hydrated === 't') break;
      await pause(0);
    }
    const middle = seen.filter(([done, known]) => Number(done) > 0 && Number(done) < Number(known));
    expect(middle.length).toBeGreaterThan(2);
    // Both occurrences of the table are scanned.
    expect(new Set(middle.map(([, known]) => known))).toEqual(new Set(['10000']));
    expect(middle.map(([done]) => Number(done))).toEqual(middle.map(([done]) => Number(done)).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual(['10000', '10000']);
  } finally {
    await held.close();
  }
}, 60_000);
