import { expect, test } from 'vitest';
import { startHeldMillrace, textClient, until } from './held-millrace.ts';

const START = Date.UTC(2022, 5, 9, 2, 25, 10);

test('a lead leaves the window at its hop, to the millisecond, with no input arriving', async () => {
  const millrace = await startHeldMillrace(START);
  const [writer, reader] = [await textClient(millrace.url), await textClient(millrace.url)];
  const flowing = async (promise: Promise<unknown>): Promise<void> => {
    let settled = false;
    void promise.finally(() => (settled = true)).catch(() => {});
    while (!settled) {
      await millrace.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await promise;
  };
  try {
    await flowing(writer.query('create table leads (id int, created_at timestamptz)'));
    await flowing(writer.query(`create materialized view in_window as
      with hops as (select id, date_bin(interval '2 seconds', created_at, timestamptz '2000-01-01 00:00:00+00') as hop from leads)
      select id from hops where mz_now() >= hop and mz_now() < hop + interval '30 seconds'`));
    // Made one second and a half into the hop that began at START + 2 s.
    await flowing(writer.query(`insert into leads values (1, timestamptz '${new Date(START + 3500).toISOString()}')`));
    await reader.query('begin; declare changes cursor for subscribe (select * from in_window) with (snapshot = false)');
    const fetched: (string | null)[][] = [];
    const collect = async (): Promise<void> => void fetched.push(...(await reader.query("fetch all changes with (timeout = '0s')")).rows.map((row) => [...row]));
    const [enters, leaves] = [START + 2000, START + 32_000];
    const standsAt = async (ms: number, rows: readonly string[][]): Promise<void> => {
      await millrace.advance(ms - millrace.now);
      expect((await writer.query('select mz_now(), (select count(*) from in_window)')).rows).toEqual([[String(ms), String(rows.length)]]);
    };
    await standsAt(enters - 1, []);
    await standsAt(enters, [['1']]);
    await standsAt(leaves - 1, [['1']]);
    await standsAt(leaves, []);
    await until('both changes', async () => {
      await collect();
      return fetched.length >= 2;
    });
    expect(fetched).toEqual([[String(enters), '1', '1'], [String(leaves), '-1', '1']]);
  } finally {
    await Promise.all([writer.close(), reader.close()]);
    await millrace.stop();
  }
});
