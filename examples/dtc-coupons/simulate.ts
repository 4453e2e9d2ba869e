import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { SeededRandom, SystemClock, sleep } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { leadsOf } from './leads.ts';
import type { Lead } from './leads.ts';
import { kafkaSink, webhookOf, webhookSink } from './predictions.ts';
import type { PredictionEvent, PredictionSink } from './predictions.ts';

export interface SimulationOptions {
  readonly postgresUrl: string;
  readonly predictions: PredictionSink;
  readonly clock: Clock;
  readonly seed: number;
  /** leads a second */
  readonly rate: number;
  /** seconds of new leads; then what was started runs out. Absent: until the signal. */
  readonly durationSeconds?: number;
  /** how a label is sent: true/false, or 1/0 as another producer might */
  readonly label: 'bool' | 'int';
  readonly signal?: AbortSignal;
  readonly onProgress?: (leads: number) => void;
}

/** How often what has become due is written, in one batch. */
const STEP_MS = 100;

/** What happens in one step. */
interface Step {
  readonly leads: Lead[];
  readonly coupons: Lead[];
  readonly predictions: Lead[];
  readonly conversions: Lead[];
}

/**
 * Lives the leads of `leadsOf(seed)`: writes leads, coupons and conversions to Postgres and sends predictions, each when it is due.
 * A simulation that starts over the rows of an earlier one goes on after them. Returns the number of leads made.
 */
export async function simulate(options: SimulationOptions): Promise<number> {
  const client = new pg.Client({ connectionString: options.postgresUrl, application_name: 'dtc-coupons' });
  client.on('error', () => {}); // the next query fails and says so
  await client.connect();
  try {
    const { rows } = await client.query<{ next: number }>('select coalesce(max(id), 0) + 1 as next from leads');
    return await run(options, client, rows[0]!.next);
  } finally {
    await client.end();
  }
}

async function run(options: SimulationOptions, client: pg.Client, firstId: number): Promise<number> {
  const { clock, signal, durationSeconds = Infinity } = options;
  const source = leadsOf(new SeededRandom(options.seed), { rate: options.rate, firstId });
  const schedule = new Map<number, Step>();
  const startedAt = clock.now();
  const startedMonotonic = clock.monotonic();
  let upcoming = source.next().value;
  let made = 0;
  for (let step = 0; !signal?.aborted; step++) {
    const until = (step + 1) * STEP_MS;
    for (; upcoming.createdAfterMs < Math.min(until, durationSeconds * 1000); upcoming = source.next().value) {
      plan(schedule, step, upcoming);
      made++;
    }
    if (schedule.size === 0 && until >= durationSeconds * 1000) break;
    const wait = startedMonotonic + until - clock.monotonic();
    if (wait > 0) await sleep(clock, wait, signal).catch(() => {});
    if (signal?.aborted) break;
    const due = schedule.get(step);
    schedule.delete(step);
    if (due) await perform(options, client, startedAt, due);
    options.onProgress?.(made);
  }
  return made;
}

function plan(schedule: Map<number, Step>, now: number, lead: Lead): void {
  const at = (afterMs: number): Step => {
    const step = Math.max(now, Math.floor((lead.createdAfterMs + afterMs) / STEP_MS));
    let found = schedule.get(step);
    if (!found) schedule.set(step, (found = { leads: [], coupons: [], predictions: [], conversions: [] }));
    return found;
  };
  at(0).leads.push(lead);
  if (lead.coupon !== null) at(0).coupons.push(lead);
  at(lead.predictedAfterMs).predictions.push(lead);
  if (lead.conversion) at(lead.conversion.afterMs).conversions.push(lead);
}

async function perform(options: SimulationOptions, client: pg.Client, startedAt: number, step: Step): Promise<void> {
  const moment = (lead: Lead, afterMs = 0): string => new Date(startedAt + lead.createdAfterMs + afterMs).toISOString();
  const events = step.predictions.map((lead): PredictionEvent => ({
    lead_id: lead.id,
    experiment_bucket: lead.bucket,
    score: lead.score,
    label: options.label === 'bool' ? lead.label : lead.label ? 1 : 0,
    predicted_at: moment(lead),
  }));
  // One transaction a step: a lead and its coupon appear together.
  await client.query('begin');
  if (step.leads.length > 0) {
    await client.query('insert into leads (id, email, created_at) select * from unnest($1::int[], $2::text[], $3::timestamptz[])', [
      step.leads.map(({ id }) => id), step.leads.map(({ id }) => `lead-${id}@example.com`), step.leads.map((lead) => moment(lead)),
    ]);
  }
  if (step.coupons.length > 0) {
    await client.query('insert into coupons (id, lead_id, created_at, amount) select id, id, at, amount from unnest($1::int[], $2::timestamptz[], $3::int[]) as c (id, at, amount)', [
      step.coupons.map(({ id }) => id), step.coupons.map((lead) => moment(lead)), step.coupons.map(({ coupon }) => coupon),
    ]);
  }
  if (step.conversions.length > 0) {
    await client.query('update leads set converted_at = c.at, conversion_amount = c.amount from unnest($1::int[], $2::timestamptz[], $3::int[]) as c (id, at, amount) where leads.id = c.id', [
      step.conversions.map(({ id }) => id),
      step.conversions.map((lead) => moment(lead, lead.conversion!.afterMs)),
      step.conversions.map(({ conversion }) => conversion!.amount),
    ]);
  }
  await client.query('commit');
  if (events.length > 0) await options.predictions.send(events);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      duration: { type: 'string' },
      label: { type: 'string', default: 'int' },
      postgres: { type: 'string', default: process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres' },
      kafka: { type: 'string', default: process.env.KAFKA_BROKERS ?? '' },
      topic: { type: 'string', default: process.env.KAFKA_TOPIC ?? 'conversion_predictions' },
      webhook: { type: 'string', default: process.env.WEBHOOK_URL ?? (process.env.MILLRACE_URL ? webhookOf(process.env.MILLRACE_URL) : '') },
    },
  });
  if (values.label !== 'int' && values.label !== 'bool') throw new Error(`--label is int or bool, not ${values.label}`);
  if (values.kafka === '' && values.webhook === '') throw new Error('predictions need --kafka HOST:PORT or --webhook URL, or MILLRACE_URL in the environment');
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const predictions = values.kafka === '' ? webhookSink(values.webhook) : await kafkaSink(values.kafka.split(','), values.topic);
  const leads = await simulate({
    postgresUrl: values.postgres, predictions, clock: new SystemClock(), label: values.label, signal: stop.signal,
    seed: positive('--seed', values.seed), rate: positive('--rate', values.rate),
    ...(values.duration === undefined ? {} : { durationSeconds: positive('--duration', values.duration) }),
  });
  await predictions.close();
  console.log(`${leads} leads`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} is a positive number, not ${text}`);
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
