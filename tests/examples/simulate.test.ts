import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { leadsOf } from '../../examples/dtc-coupons/leads.ts';
import type { PredictionEvent } from '../../examples/dtc-coupons/predictions.ts';
import { exampleStatements } from '../../examples/dtc-coupons/setup.ts';
import { simulate } from '../../examples/dtc-coupons/simulate.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/sources.ts';

const START = Date.UTC(2024, 0, 1);

/** A clock on which every wait is over at once. */
class HastyClock implements Clock {
  #now = START;
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  after(delayMs: number, wake: () => void): () => void {
    this.#now += delayMs;
    void turn().then(wake);
    return () => {};
  }
  soon(run: () => void): void {
    void turn().then(run);
  }
}

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  for (const statement of exampleStatements('postgres.sql', {})) await postgres.query(statement);
});
afterAll(() => postgres?.stop());

async function run(label: 'bool' | 'int', seed: number): Promise<PredictionEvent[]> {
  const events: PredictionEvent[] = [];
  const made = await simulate({
    postgresUrl: postgres.url, clock: new HastyClock(), seed, rate: 100, durationSeconds: 5, label,
    predictions: { send: async (batch) => void events.push(...batch), close: async () => {} },
  });
  expect(made).toBe(500);
  return events;
}

test('Postgres and the topic hold what the generator decided; a second run goes on after the first', async () => {
  const first = await run('int', 3);
  const second = await run('bool', 4);
  const truth = [[3, 1], [4, 501]].flatMap(([seed, firstId]) => {
    const source = leadsOf(new SeededRandom(seed!), { rate: 100, firstId });
    return Array.from({ length: 500 }, () => source.next().value);
  });
  const leads = await postgres.query('select id, created_at, converted_at - created_at as after, conversion_amount as amount from leads order by id');
  expect(leads.map(({ id, amount }) => [id, amount])).toEqual(truth.map((lead) => [lead.id, lead.conversion?.amount ?? null]));
  expect(leads.map(({ created_at }) => (created_at as Date).getTime())).toEqual(truth.map((lead) => START + lead.createdAfterMs));
  expect(await postgres.query('select lead_id, amount from coupons order by 1')).toEqual(truth.filter(({ coupon }) => coupon !== null).map((lead) => ({ lead_id: lead.id, amount: lead.coupon })));
  expect(await postgres.query("select count(*)::int as n from leads where converted_at > created_at + interval '30 seconds'")).toEqual([{ n: 0 }]);
  const byId = new Map([...first, ...second].map((event) => [event.lead_id, event]));
  expect(truth.map(({ id }) => byId.get(id)!.score)).toEqual(truth.map(({ score }) => score));
  expect(new Set(first.map((event) => event.label))).toEqual(new Set([0, 1]));
  expect(new Set(second.map((event) => event.label))).toEqual(new Set([true, false]));
});

test('the leads have the shape of the story', () => {
  const source = leadsOf(new SeededRandom(11), { rate: 100 });
  const leads = Array.from({ length: 20_000 }, () => source.next().value);
  const share = (of: typeof leads, holds: (lead: (typeof leads)[number]) => boolean): number => of.filter(holds).length / of.length;
  const control = leads.filter(({ bucket }) => bucket === 'control');
  const experiment = leads.filter(({ bucket }) => bucket === 'experiment');
  expect(control.length).toBe(4000);
  expect(control.some(({ coupon }) => coupon !== null)).toBe(false);
  expect(experiment.every(({ coupon, label }) => (coupon !== null) === !label)).toBe(true);
  expect(experiment.every(({ coupon }) => coupon === null || (coupon >= 500 && coupon <= 5000))).toBe(true);
  // P(convert) is 1/2 in control; below the threshold a second chance adds the integral of s(1 - s) over [0, 1/2], which is 1/12.
  expect(share(control, ({ conversion }) => conversion !== null)).toBeCloseTo(1 / 2, 1);
  expect(share(experiment, ({ conversion }) => conversion !== null)).toBeCloseTo(1 / 2 + 1 / 12, 1);
  expect(leads.every(({ conversion }) => conversion === null || (conversion.afterMs < 30_000 && conversion.amount >= 1000 && conversion.amount <= 25_000))).toBe(true);
});

test('without a broker predictions go to the webhook of the Millrace that MILLRACE_URL names', { timeout: 60_000 }, async () => {
  const posted: string[] = [];
  const server = createServer((request, response) => void (posted.push(`${request.method} ${request.url}`), response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { KAFKA_BROKERS: _, WEBHOOK_URL: __, ...env } = process.env;
    const child = spawn(process.execPath, [join(projectRoot, 'examples/dtc-coupons/simulate.ts'), '--rate', '50', '--duration', '3'], {
      env: { ...env, POSTGRES_URL: postgres.url, MILLRACE_URL: `postgres://materialize@127.0.0.1:${port}/materialize` }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    expect(said).toMatch(/^\d+ leads\n$/);
    expect(new Set(posted)).toEqual(new Set(['POST /api/webhook/materialize/public/conversion_predictions']));
  } finally {
    server.close();
  }
});
