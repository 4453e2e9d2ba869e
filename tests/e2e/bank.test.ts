import { expect, test } from 'vitest';
import { textClient } from './held-millrace.ts';
import { startMillrace } from './millrace.ts';

const READS = 10_000;
const ACCOUNTS = 50;

test(`money is neither made nor lost at any of ${READS} reads under load`, async () => {
  const millrace = await startMillrace();
  const [writer, ...readers] = await Promise.all(Array.from({ length: 5 }, () => textClient(millrace.url)));
  try {
    for (const sql of [
      'create table transfers (id int, from_account int, to_account int, amount int)',
      'create materialized view credits as select to_account as account, sum(amount) as credit from transfers group by 1',
      'create materialized view debits as select from_account as account, sum(amount) as debit from transfers group by 1',
      'create materialized view balance as select coalesce(c.account, d.account) as account, coalesce(credit, 0) - coalesce(debit, 0) as balance from credits c full join debits d on c.account = d.account',
      'create materialized view total as select coalesce(sum(balance), 0) as total from balance',
    ]) await writer!.query(sql);
    let reading = true;
    let written = 0;
    const load = async (): Promise<void> => {
      while (reading) {
        const rows = Array.from({ length: 20 }, () => `(${++written}, ${written * 7919 % ACCOUNTS}, ${written * 104_729 % 47}, ${written % 100})`);
        await writer!.query(`insert into transfers values ${rows.join(', ')}`);
        if (written % 200 === 0) await writer!.query(`delete from transfers where id <= ${written - 100} and id % 3 = 0`);
      }
    };
    const totals = new Map<string, number>();
    const read = async (client: (typeof readers)[number]): Promise<void> => {
      for (let count = 0; count < READS / readers.length; count++) {
        const value = String((await client!.query('select total from total')).rows[0]?.[0]);
        totals.set(value, (totals.get(value) ?? 0) + 1);
      }
    };
    const loading = load();
    await Promise.all(readers.map(read)).finally(() => (reading = false));
    await loading;
    expect([...totals]).toEqual([['0', READS]]);
    expect(written).toBeGreaterThan(1000);
    expect((await writer!.query('select sum(balance) from balance')).rows).toEqual([['0']]);
  } finally {
    await Promise.all([writer, ...readers].map((client) => client?.close()));
    await millrace.stop();
  }
}, 120_000);
