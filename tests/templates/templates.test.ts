import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Oid, SqlError, sqlType } from '../../src/core/index.ts';
import { shippedFiles, shippedTemplates } from '../../src/cli/shipped-files.ts';
import type { Dataset } from '../../src/templates/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { mzNowOnPostgres, viewsForPostgres } from '../support/mz-now.ts';
import { projectRoot } from '../support/sources.ts';

const library = shippedTemplates();

const dataset = (name: string, columns: Readonly<Record<string, number>>): Dataset => ({
  name: [name],
  type: { columns: Object.entries(columns).map(([column, oid]) => ({ name: column, type: sqlType(oid), nullable: true })), keys: [] },
});

const coupons = dataset('conversion_prediction_dataset', {
  timestamp_second: Oid.timestamptz, lead_id: Oid.int4, experiment_bucket: Oid.text, predicted_score: Oid.float8, predicted_value: Oid.bool,
  outcome_value: Oid.bool, conversion_amount: Oid.int4, coupon_amount: Oid.int4, matured: Oid.bool,
});
const fraud = dataset('Fraud cases', { seen: Oid.timestamp, order: Oid.int8, is_fraud: Oid.bool, flagged: Oid.bool, p: Oid.numeric, country: Oid.text, 'Loss in €': Oid.numeric, fee: Oid.int4 });

const couponParameters = {
  binary_classification: { label: 'outcome_value', prediction: 'predicted_value', score: 'predicted_score', by: 'experiment_bucket', window: '30 seconds', every: '2 seconds' },
  net_revenue: { label: 'outcome_value', value: 'conversion_amount', cost: 'coupon_amount', by: 'experiment_bucket', window: '30 seconds', every: '2 seconds' },
} as const;

// `UPDATE_EXPANSIONS=1 npm test` rewrites the worked expansions; read the diff.
test.each(['binary_classification', 'net_revenue'] as const)('the worked expansion of %s is true', (name) => {
  const { sql } = library.expand(name, couponParameters[name], coupons);
  const file = join(projectRoot, 'templates', `${name}.expanded.sql`);
  if (process.env.UPDATE_EXPANSIONS) writeFileSync(file, sql);
  expect(sql).toBe(readFileSync(file, 'utf8'));
});

test('every metric has a header that says what it is and over what', () => {
  for (const [file, text] of shippedFiles('sql/metrics')) {
    expect(text, file).toMatch(/^-- [A-Z][^:]*: .*\n(-- .*\n)*/);
    expect(text.replaceAll('\n-- ', ' '), file).toMatch(/Over /);
  }
});

describe('on Postgres', () => {
  let judge: Judge;
  const START = Date.UTC(2024, 0, 1, 12, 0, 0);
  beforeAll(async () => {
    judge = await startJudge();
    await judge.query(mzNowOnPostgres);
    await judge.query(`create table "Fraud cases" (seen timestamp, "order" bigint, is_fraud bool, flagged bool, p numeric, country text, "Loss in €" numeric, fee int);
      insert into "Fraud cases" values
        ('2024-01-01 12:00:00.5', 1, true, true, 0.9, 'de', 100, 5), ('2024-01-01 12:00:01', 2, false, true, 0.6, 'de', 50, 5), ('2024-01-01 12:00:03', 3, true, false, 0.2, 'de', 30, null),
        ('2024-01-01 12:00:05', 4, false, false, 0.1, 'fr', 20, 1), ('2024-01-01 12:00:07', 5, true, true, 1, 'fr', 10, 2), ('2024-01-01 12:00:09', 6, null, true, 0.7, 'fr', 10, 2), ('2024-01-01 12:00:11', 7, true, null, null, null, 7, 1)`);
  });
  afterAll(() => judge?.close());
  const create = async (name: string, parameters: Record<string, string>): Promise<string> => {
    const { statements, view } = library.expand(name, parameters, fraud);
    await judge.query(`drop view if exists ${view}`);
    for (const statement of viewsForPostgres(statements)) await judge.query(statement);
    return view;
  };

  test('classification over everything', async () => {
    const view = await create('binary_classification', { label: 'is_fraud', prediction: 'flagged', score: 'p' });
    const { rows: [row], fields } = await judge.query(`select * from ${view}`);
    const value = Object.fromEntries(fields.map(({ name }, index) => [name, Number(row![index])]));
    expect(value).toMatchObject({ num_rows: 7, true_positives: 2, false_positives: 1, true_negatives: 1, false_negatives: 1 });
    const judged: [boolean, number][] = [[true, 0.9], [false, 0.6], [true, 0.2], [false, 0.1], [true, 1 - 1e-15]];
    const mean = (each: (y: number, p: number) => number): number => judged.reduce((sum, [label, p]) => sum + each(Number(label), p), 0) / judged.length;
    expect(value.log_loss).toBeCloseTo(mean((y, p) => -(y * Math.log(p) + (1 - y) * Math.log(1 - p))), 12);
    expect(value.brier).toBeCloseTo(mean((y, p) => (p - y) ** 2), 12);
    expect([value.accuracy, value.precision, value.recall]).toEqual([3 / 5, 2 / 3, 2 / 3]);
    expect(value.f1).toBeCloseTo(2 / 3, 12);
  });

  test('net revenue by slice', async () => {
    const view = await create('net_revenue', { label: 'is_fraud', value: 'Loss in €', cost: 'fee', by: 'country' });
    const { rows } = await judge.query(`select country, num_rows, conversions, revenue, coupon_cost, net_revenue, revenue_per_lead, net_revenue_per_lead from ${view} order by 1`);
    expect(rows).toEqual([['de', '3', '2', '130', '5', '125', '43.333333333333336', '41.666666666666664'], ['fr', '3', '1', '10', '2', '8', '3.3333333333333335', '2.6666666666666665'], [null, '1', '1', '7', '1', '6', '7', '6']]);
  });

  test('hopping windows hold the rows of their length, and are shown while they are complete', async () => {
    const view = await create('net_revenue', { label: 'is_fraud', value: 'Loss in €', cost: 'fee', window: '4 seconds', every: '2 seconds', time: 'seen' });
    const at = async (ms: number): Promise<unknown> => {
      await judge.query(`set millrace.now = '${START + ms}'`);
      return (await judge.query(`select extract(epoch from window_end)::bigint - ${START / 1000}, num_rows from ${view} order by 1`)).rows;
    };
    // Rows at 0.5, 1, 3, 5, 7, 9, 11 seconds; windows end at 2, 4, 6, ... and last 4.
    expect(await at(1_999)).toEqual([]);
    expect(await at(2_000)).toEqual([['2', '2']]);
    expect(await at(4_000)).toEqual([['2', '2'], ['4', '3']]);
    expect(await at(6_000)).toEqual([['4', '3'], ['6', '2']]);
    expect(await at(7_999)).toEqual([['4', '3'], ['6', '2']]);
    expect(await at(8_000)).toEqual([['6', '2'], ['8', '2']]);
    expect(await at(18_000)).toEqual([]);
  });
});

const refusal = (name: string, parameters: Record<string, string>, over = coupons): SqlError => {
  try {
    library.expand(name, parameters, over);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error('was not refused');
};
const good = { label: 'outcome_value', prediction: 'predicted_value' };

test.each<[string, Record<string, string>, string, string]>([
  ['nosuch', good, '42704', 'template "nosuch" does not exist'],
  ['binary_classification', { label: 'outcome_value' }, '22023', 'parameter "prediction" is missing'],
  ['binary_classification', { ...good, label: 'outcome' }, '42703', 'parameter "label": column "outcome" does not exist'],
  ['binary_classification', { ...good, label: 'lead_id' }, '42804', 'parameter "label": column "lead_id" is of type integer, not a boolean'],
  ['binary_classification', { ...good, score: 'experiment_bucket' }, '42804', 'parameter "score": column "experiment_bucket" is of type text, not a number'],
  ['binary_classification', { ...good, by: 'experiment_bucket, nope' }, '42703', 'parameter "by": column "nope" does not exist'],
  ['binary_classification', { ...good, colour: 'red' }, '22023', 'template "binary_classification" has no parameter "colour"'],
  ['binary_classification', { ...good, window: 'a while' }, '22023', 'parameter "window": "a while" is not the length of a window'],
  ['binary_classification', { ...good, window: '30 seconds', every: '7 seconds' }, '22023', 'parameter "window": 30 seconds is not a whole number of 7 seconds'],
  ['binary_classification', { ...good, window: '24 hours', every: '1 second' }, '54000', 'parameter "every": each row would lie in 86400 windows'],
  ['binary_classification', { ...good, every: '7 seconds' }, '22023', 'parameter "every" needs the parameter "window"'],
  ['binary_classification', { ...good, window: '30 seconds', time: 'lead_id' }, '42804', 'parameter "time": column "lead_id" is of type integer, not a timestamp'],
])('%s with %j is refused with %s', (name, parameters, code, message) => {
  const error = refusal(name, parameters);
  expect([error.code, error.message]).toEqual([code, message]);
});

test('an error lists the columns there are', () => {
  expect(refusal('binary_classification', { ...good, label: 'x' }).fields.hint).toBe(
    'The dataset has timestamp_second timestamp with time zone, lead_id integer, experiment_bucket text, predicted_score double precision, predicted_value boolean, '
      + 'outcome_value boolean, conversion_amount integer, coupon_amount integer, matured boolean.',
  );
});

test('a column of the default name is only asked for where there is a window', () => {
  expect(refusal('net_revenue', { label: 'is_fraud', value: 'fee', cost: 'fee', window: '4 seconds' }, fraud).message).toBe('parameter "time": column "timestamp_second" does not exist');
});
