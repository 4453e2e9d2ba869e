import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlError, codecOf, defaultTextSettings, typeInfo } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import type { Environment, FunctionRow } from '../../src/ir/functions/contract.ts';
import { datetimeFunctions } from '../../src/ir/functions/datetime.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';

/** Every date/time function of Postgres that we have, over samples of its argument types: the same text, or the same SQLSTATE and message. */

const zone = 'America/New_York';
const settings = { ...defaultTextSettings, timeZone: zone };
const environment: Pick<Environment, 'settings' | 'transactionTimeMicros' | 'statementTimeMicros'> = { settings, transactionTimeMicros: 762_526_496_789_123, statementTimeMicros: 762_526_496_789_123 };

const stamps = ['2024-02-29 12:34:56.789123', '1999-12-31 23:59:59.999999', '2024-03-10 02:30:00', '2024-11-03 01:30:00', '0044-03-15 10:00:00 BC', '2500-06-15 06:07:08', 'infinity', '-infinity', '1970-01-01 00:00:00'];
const intervals = ['1 year 2 mons 3 days 04:05:06.7', '-1 mons +35 days -30:00:00.000001', '1 day', '00:15:00', '1 month', '-25:00:00', '0', 'infinity'];
const units = ['year', 'month', 'day', 'hour', 'minute', 'second', 'milliseconds', 'microseconds', 'week', 'quarter', 'decade', 'century', 'millennium', 'epoch', 'dow', 'isodow', 'doy', 'isoyear', 'julian', 'timezone', 'timezone_hour', 'nonsense'];
const samples: Readonly<Record<string, readonly string[]>> = {
  timestamp: stamps, timestamptz: stamps, date: ['2024-02-29', '1999-12-31', '0044-03-15 BC', 'infinity', '-infinity', '2024-03-10'],
  time: ['12:34:56.789', '00:00:00', '23:59:59.999999', '24:00:00'], timetz: ['12:34:56.789+02', '00:00:00-05:30', '23:59:59+00'], interval: intervals,
  int4: ['0', '1', '-3', '12', '2024'], float8: ['0', '1.5', '-2', '0.3333333', '59.999', '1700000000.5'],
};
const formats = [
  'YYYY-MM-DD HH24:MI:SS.US', 'Day, DD Month YYYY', 'FMDay, FMDDth FMMonth YYYY', 'Dy Mon DD HH12:MI AM', 'IYYY-IW-ID', 'DDD WW W Q CC J', 'YY Y YYY', 'MS US FF1 FF3',
  '"at" HH:MI p.m.', 'RM', 'YYYY AD', 'SSSS', 'Y,YYY',
];
const zones = ['UTC', 'Europe/Berlin', 'EST', 'Nowhere/At_All'];

function textsOf(row: FunctionRow, index: number): readonly string[] | undefined {
  const type = typeInfo(row.args[index]!).name;
  if (type !== 'text') return samples[type];
  if (row.name === 'to_char') return formats;
  if (row.name === 'extract' || row.name === 'date_part' || (row.name === 'date_trunc' && index === 0)) return units;
  return row.name === 'to_date' || row.name === 'to_timestamp' ? undefined : zones;
}

function callsOf(row: FunctionRow, most: number): readonly (readonly string[])[] {
  const lists = row.args.map((_, i) => textsOf(row, i));
  if (lists.some((list) => list === undefined)) return [];
  const total = lists.reduce((product, list) => product * list!.length, 1);
  const step = Math.max(1, total / most);
  return Array.from({ length: Math.ceil(total / step) }, (_, n) => {
    let rest = Math.floor(n * step);
    return lists.map((list) => {
      const text = list![rest % list!.length]!;
      rest = Math.floor(rest / list!.length);
      return text;
    });
  });
}

function ours(row: FunctionRow, texts: readonly string[]): string | null {
  try {
    const args = texts.map((text, i) => codecOf(row.args[i]!).parse(text, settings, -1));
    const result: Datum = row.evaluate(...args, environment);
    if (typeof result === 'boolean') return String(result);
    return result === null ? null : codecOf(row.result).print(result, settings);
  } catch (error) {
    if (error instanceof SqlError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const spelledOut: ReadonlySet<string> = new Set(['extract', 'overlaps']);
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const sqlOf = (row: FunctionRow, texts: readonly string[]): string =>
  `select pg_catalog.${spelledOut.has(row.name) ? `"${row.name}"` : row.name.replace(/^(time|timestamp|timestamptz|timetz|interval|date)$/, '"$1"')}(${texts.map((text, i) => `${quoted(text)}::${typeInfo(row.args[i]!).sqlName}`).join(', ')})::text`;

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await judge.query(`set timezone = '${zone}'; create function answer(q text) returns text language plpgsql as $$
    declare r text; begin execute q into r; return r; exception when others then return sqlstate || ': ' || sqlerrm; end $$`);
});
afterAll(() => judge.close());

async function judged(statements: readonly string[]): Promise<readonly (string | null)[]> {
  const { rows } = await judge.query(`select answer(q) from (values ${statements.map((sql, i) => `(${i}, ${quoted(sql)})`).join(',')}) v(i, q) order by i`);
  return rows.map((row) => row[0]!);
}

const clocked: ReadonlySet<string> = new Set(['now', 'transaction_timestamp', 'statement_timestamp', 'clock_timestamp', 'timeofday']);
const dependsOnNow = (row: FunctionRow): boolean => row.id === 'age(timestamp)' || row.id === 'age(timestamptz)' || (row.id.includes('timetz)') && row.name === 'timezone') || row.id === 'timetz(time)' || row.id === 'interval(interval,int4)';

describe('functions agree with Postgres', () => {
  test.each(datetimeFunctions.filter((row) => row.strict && !clocked.has(row.name) && !dependsOnNow(row) && !row.id.includes('mz_timestamp')).map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const calls = callsOf(row, 80);
    if (calls.length === 0) return;
    const theirs = await judged(calls.map((texts) => sqlOf(row, texts)));
    const differences = calls.flatMap((texts, i) => {
      const got = ours(row, texts);
      return got === theirs[i] ? [] : [`${sqlOf(row, texts)}: ours ${got}, Postgres ${theirs[i]}`];
    });
    expect(differences).toEqual([]);
  });
});

test.each([
  ['to_date', '05 Dec 2000', 'DD Mon YYYY'], ['to_date', '20240229', 'YYYYMMDD'], ['to_date', '2024-060', 'YYYY-DDD'], ['to_date', '2024-30-30', 'YYYY-MM-DD'],
  ['to_timestamp', '2024-02-29 12:34:56.789', 'YYYY-MM-DD HH24:MI:SS.MS'], ['to_timestamp', '05 Dec 2000 3:04 PM', 'DD Mon YYYY HH12:MI PM'],
  ['to_timestamp', '2024-02-29T12:00:00+02', 'YYYY-MM-DD"T"HH24:MI:SSTZH'], ['to_date', '24-2-9', 'YY-MM-DD'], ['to_date', 'nonsense', 'YYYY'],
])('%s(%s, %s)', async (name, text, format) => {
  const row = datetimeFunctions.find(({ id }) => id === `${name}(text,text)`)!;
  expect(ours(row, [text, format])).toBe((await judged([`select ${name}(${quoted(text)}, ${quoted(format)})::text`]))[0]);
});

test('mz_timestamp counts milliseconds of the Unix epoch, rounded down', () => {
  const row = datetimeFunctions.find(({ id }) => id === 'mz_timestamp(timestamp)')!;
  expect(ours(row, ['1970-01-01 00:00:01.9999'])).toBe('1999');
  expect(ours(row, ['1969-12-31'])).toMatch(/^22003/);
});

test('now() is the start of the transaction', () => {
  const now = datetimeFunctions.find(({ id }) => id === 'now()')!;
  expect(now.evaluate(environment)).toBe(environment.transactionTimeMicros);
});
