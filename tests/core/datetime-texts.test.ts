import { afterAll, beforeAll, expect, test } from 'vitest';
import { codecOf, defaultTextSettings, Oid, SqlError } from '../../src/core/index.ts';
import type { TextSettings } from '../../src/core/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { dateTexts } from './support/date-texts.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await judge.query(`create function attempt(given text, type text) returns text language plpgsql as $$
    declare answer text;
    begin
      execute format('select (%L::%s)::text', given, type) into answer;
      return answer;
    exception when others then return sqlstate || ' ' || sqlerrm;
    end $$`);
});
afterAll(() => judge.close());

const types = [['timestamptz', Oid.timestamptz], ['timestamp', Oid.timestamp], ['date', Oid.date], ['time', Oid.time], ['timetz', Oid.timetz]] as const;
const sessions: readonly Pick<TextSettings, 'dateOrder' | 'timeZone'>[] = [{ dateOrder: 'MDY', timeZone: 'UTC' }, { dateOrder: 'DMY', timeZone: 'America/New_York' }, { dateOrder: 'YMD', timeZone: 'Asia/Kolkata' }];

/** Postgres' clock, for what depends on today's date. */
const clock = async (): Promise<bigint> => BigInt((await judge.query(`select (extract(epoch from now() - timestamptz '2000-01-01 00:00+00') * 1000000)::bigint`)).rows[0]![0]!);

function read(oid: number, text: string, settings: TextSettings): string {
  const codec = codecOf(oid);
  try {
    return codec.print(codec.parse(text, settings, -1), settings);
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`;
    throw error;
  }
}

test.each(sessions)('texts of dates and times mean what they mean to Postgres: $dateOrder in $timeZone', { timeout: 60_000 }, async (session) => {
  await judge.query(`set datestyle = 'ISO, ${session.dateOrder}'; set timezone = '${session.timeZone}'`);
  const settings: TextSettings = { ...defaultTextSettings, ...session, now: await clock() };
  const list = `{${dateTexts.map((text) => JSON.stringify(text)).join(',')}}`;
  const faults: string[] = [];
  for (const [type, oid] of types) {
    const { rows } = await judge.query(`select given, attempt(given, '${type}') from unnest($1::text[]) as given`, [list]);
    expect(rows.length).toBe(dateTexts.length);
    for (const [text, expected] of rows) {
      const actual = read(oid, text!, settings);
      if (actual !== expected) faults.push(`${type} ${JSON.stringify(text)}: ${expected}, not ${actual}`);
    }
  }
  expect(faults.join('\n')).toBe('');
});
