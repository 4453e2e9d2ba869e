import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionById } from '../../src/ir/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { answer, argument, judged, prepareJudge, sqlOf } from './judged.ts';
import { samples } from './samples.ts';

const templates = [
  '', '9', '999', '0', '000', '9.9', '99.99', 'FM99.99', 'FM9.999', 'FM0.0', '0.00', '990.000', 'FM990.099', '9,999', '9G999D99', 'FM9,999,999', 'S999', '999S', 'FM999S', 'S9.9', '9.9S', '999MI', 'MI999',
  'FM999MI', '9.9MI', '999PL', 'PL999', 'SG999', '999SG', 'FMSG99', '999PR', 'FM999PR', '9.99PR', 'L999', '999th', '999TH', 'FM9th', 'V99', '99V99', '99V9.9', 'RN', 'FMRN', 'rn', 'FMrn', '9.99EEEE', '9EEEE',
  '"x"999"y"', '9 9 9', '9\\"9', 'B99', 'B9.9', '999.', '.99', '0999', '9990', '00.00', 'FM00.90', '999999999999999999999', '9.9.9', 'S9S', 'SMI9', 'PRS9', 'PR9', 'EEEE9', 'SEEEE', 'RNS', '99D99D', 'C9', 'ä9', 'SP9', '9,9,9',
  '999999D9999999999999999', '0,000', 'FM0,000', 'S0,000.0', '9999PR0',
];
const inputs = ['12', '-12', ' 12.5', '12.5-', '<12.5>', '1,234.5', '+7', '$12', 'XIV', 'mcmxciv', 'abc', '1234567', '1 2 3', '-0.1', '12-', '', '.5', 'x12y', '1st', '2th', '--5'];

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await prepareJudge(judge);
});
afterAll(() => judge?.close());

const calls = [
  ...['numeric', 'int4', 'int8', 'float4', 'float8'].map((type) => [`to_char(${type},text)`, type, [...samples[type]!, '485', '12', '1234', '3999', '4000', ...(/^int/.test(type) ? [] : ['0.1', '-0.15', '12.345', '0.5', '1e-7', '999.995'])]] as const),
  ['to_number(text,text)', 'text', inputs] as const,
];

it.each(calls)('%s', async (id, type, values) => {
  const row = functionById(id)!;
  const asked = values.flatMap((value) => templates.map((template) => [argument(type, value), argument('text', template)]));
  const theirs = await judged(judge, asked.map((call) => sqlOf(row, call)));
  const wrong = asked.map((call, i) => ({ call: sqlOf(row, call), ours: answer(row, call), theirs: theirs[i] })).filter(({ ours, theirs: judgement }) => ours !== judgement);
  expect(wrong).toEqual([]);
});

const ofTime = ['Q', 'IW', 'IYYY', 'IYY', 'IY', 'I', 'IDDD', 'J', 'WW', 'W', 'DDD', 'DD', 'MM', 'YYYY', 'YYY', 'YY', 'Y', 'Y,YYY', 'CC', 'RM', 'FMrm', 'HH24', 'HH12', 'AM', 'MI', 'SS', 'MS', 'US', 'FF1', 'FF4', 'SSSS', 'IYYY-IW-IDDD', 'FMIW FMIYYY FMIDDD', 'IDth', 'Month', 'Dy', 'D', 'BC', 'J"J"IWth'];
const spans = ['0', '1 day', '-1 day +02:03:00', '1 mon', '-1 mon', '2 mons 30 days', '1 year', '-1 year', '1 year 2 mons 3 days 04:05:06.789', '-5 years -7 mons -400 days', '400 days', '-400 days', '2024 years 11 mons 30 days', '2026 years 53 days', '178000 years', '13 mons', '100 years 12 mons', '4 years 1 mon -3 days', '-3 days', '3 days', '4 days', '10 days', '360 days', '366 days', '1 year 362 days', '1 year 364 days'];

it('to_char(interval,text)', async () => {
  const row = functionById('to_char(interval,text)')!;
  const asked = spans.flatMap((value) => ofTime.map((template) => [argument('interval', value), argument('text', template)]));
  const theirs = await judged(judge, asked.map((call) => sqlOf(row, call)));
  const wrong = asked.map((call, i) => ({ call: sqlOf(row, call), ours: answer(row, call), theirs: theirs[i] })).filter(({ ours, theirs: judgement }) => ours !== judgement);
  expect(wrong).toEqual([]);
});
