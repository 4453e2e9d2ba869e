import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { leadsOf } from '../../examples/dtc-coupons/leads.ts';
import type { Lead } from '../../examples/dtc-coupons/leads.ts';
import { exampleStatements, splitStatements } from '../../examples/dtc-coupons/setup.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { mzNowOnPostgres, viewsForPostgres } from '../support/mz-now.ts';

// The views as they lie in the example, on Postgres, against the truth that the generator knows.

const START = Date.UTC(2024, 0, 1, 12, 0, 1);
const RATE = 50;
const PREDICTED = 2900; // the predictions of the leads behind this one never arrive
let judge: Judge;
let leads: Lead[];

const moment = (ms: number): string => `'${new Date(ms).toISOString()}'`;
const createdAt = (lead: Lead): number => START + lead.createdAfterMs;
const hopOf = (lead: Lead): number => Math.floor(createdAt(lead) / 2000) * 2000;

beforeAll(async () => {
  judge = await startJudge();
  const source = leadsOf(new SeededRandom(7), { rate: RATE });
  leads = Array.from({ length: 3000 }, () => source.next().value);
  for (const statement of exampleStatements('postgres.sql', {})) await judge.query(statement);
  await judge.query('create table conversion_predictions (lead_id bigint, experiment_bucket text, score float8, label bool, predicted_at timestamptz)');
  await judge.query(mzNowOnPostgres);
  const rows = (of: readonly Lead[], row: (lead: Lead) => string): string => of.map((lead) => `(${row(lead)})`).join(', ');
  await judge.query(`insert into leads values ${rows(leads, (lead) =>
    [lead.id, `'x@example.com'`, moment(createdAt(lead)), lead.conversion ? moment(createdAt(lead) + lead.conversion.afterMs) : 'null', lead.conversion?.amount ?? 'null'].join())}`);
  await judge.query(`insert into coupons values ${rows(leads.filter(({ coupon }) => coupon !== null), (lead) => `${lead.id}, ${moment(createdAt(lead))}, ${lead.id}, ${lead.coupon}`)}`);
  await judge.query(`insert into conversion_predictions values ${rows(leads.slice(0, PREDICTED), (lead) => `${lead.id}, '${lead.bucket}', ${lead.score}, ${lead.label}, ${moment(createdAt(lead))}`)}`);
  for (const statement of viewsForPostgres(exampleStatements('views.sql', {}))) await judge.query(statement);
});
afterAll(() => judge?.close());

async function at(ms: number, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  await judge.query(`set millrace.now = '${ms}'`);
  return (await judge.query(sql)).rows;
}

describe.each([0, 999, 12_345, 31_999, 45_000, 60_000, 100_001])('%i ms after the start', (offset) => {
  const now = START + offset;
  // As in a running simulation the database is ahead of the clock here; what a lead will do is known from the start, and only windows move.
  const inWindow = (): Lead[] => leads.filter((lead) => now >= hopOf(lead) && now < hopOf(lead) + 62_000);

  test('the dataset holds the leads of the window, matured after 32 seconds', async () => {
    const rows = await at(now, 'select lead_id, matured, experiment_bucket from conversion_prediction_dataset order by lead_id');
    expect(rows).toEqual(inWindow().map((lead) => [String(lead.id), now >= hopOf(lead) + 32_000 ? 't' : 'f', lead.id <= PREDICTED ? lead.bucket : 'not yet predicted']));
  });

  test('the metrics of a bucket are counted right', async () => {
    const rows = await at(now, `select experiment_bucket, matured, sum(num_leads), sum(true_positives), sum(false_positives), sum(true_negatives), sum(false_negatives),
      round(sum(conversion_revenue_dollars)::numeric, 2), round(sum(net_conversion_revenue_dollars)::numeric, 2) from classifier_metrics group by 1, 2 order by 1, 2`);
    const expected = ['control', 'experiment', 'not yet predicted'].flatMap((bucket) => [false, true].flatMap((matured) => {
      const group = inWindow().filter((lead) => (lead.id <= PREDICTED ? lead.bucket : 'not yet predicted') === bucket && now >= hopOf(lead) + 32_000 === matured);
      if (group.length === 0) return [];
      const count = (label: boolean, converted: boolean): string => String(group.filter((lead) => lead.id <= PREDICTED && lead.label === label && (lead.conversion !== null) === converted).length);
      const sum = (value: (lead: Lead) => number): string => (group.filter(({ conversion }) => conversion).reduce((total, lead) => total + value(lead), 0) / 100).toFixed(2);
      return [[bucket, matured ? 't' : 'f', String(group.length), count(true, true), count(true, false), count(false, false), count(false, true),
        sum((lead) => lead.conversion!.amount), sum((lead) => lead.conversion!.amount - (lead.coupon ?? 0))]];
    }));
    expect(rows).toEqual(expected);
  });
});

test('a lead leaves with its hop, to the millisecond', async () => {
  const first = leads[0]!;
  const last = hopOf(first) + 62_000;
  const present = async (ms: number): Promise<number> => (await at(ms, `select 1 from leads_in_window where lead_id = ${first.id}`)).length;
  expect([await present(hopOf(first) - 1), await present(hopOf(first)), await present(last - 1), await present(last)]).toEqual([0, 1, 1, 0]);
});

test('precision, recall and f1 are shares of what was counted', async () => {
  const faults = await at(START + 40_000, `select * from classifier_metrics where
    precision is distinct from true_positives::float / nullif(true_positives + false_positives, 0)
    or recall is distinct from true_positives::float / nullif(true_positives + false_negatives, 0)
    or abs(f1_score - 2 * precision * recall / nullif(precision + recall, 0)) > 1e-12`);
  expect(faults).toEqual([]);
});

test('every question has an answer', async () => {
  const questions = exampleStatements('questions.sql', {});
  expect(questions.length).toBeGreaterThanOrEqual(5);
  for (const question of questions) expect(await at(START + 55_000, question), question).not.toEqual([]);
  const [best, other] = (await at(START + 55_000, questions[0]!)).map(([bucket]) => bucket);
  expect([best, other].sort()).toEqual(['control', 'experiment']);
});

test('scripts are cut into statements', () => {
  expect(splitStatements("-- a; b\nselect ';' as \"x;y\"; -- tail;\nselect 2 - 1 -- c;\n;")).toEqual(["select ';' as \"x;y\"", 'select 2 - 1 -- c;']);
});
