import { Kafka, logLevel } from 'kafkajs';
import type { Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leadsOf } from '../../examples/dtc-coupons/leads.ts';
import { shippedTemplates } from '../../src/cli/shipped-files.ts';
import { Oid, SeededRandom } from '../../src/core/index.ts';
import { kafkaSkipped, startKafka } from '../support/kafka.ts';
import { mzNowOnPostgres, viewsForPostgres } from '../support/mz-now.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { articleVariant, ours, shop } from './coupon-variants.ts';
import type { LeadEvent, Variant } from './coupon-variants.ts';
import { startHeldMillrace, textClient, until } from './held-millrace.ts';
import type { HeldMillrace, TextClient, TextRows } from './held-millrace.ts';

const START = Date.UTC(2022, 5, 9, 2, 25, 9) + 139;
const RATE = 20;
const LEAD_SECONDS = 40;
const CHECK_EVERY_SECONDS = 5;
const CHECKS = 20;

const article = articleVariant();
const variants: readonly Variant[] = [ours, shop, ...(article ? [article] : [])];

/** Everything that happens to the leads, in order. */
function history(seed: number): LeadEvent[] {
  const events: LeadEvent[] = [];
  for (const lead of leadsOf(new SeededRandom(seed), { rate: RATE })) {
    if (lead.createdAfterMs >= LEAD_SECONDS * 1000) break;
    events.push({ kind: 'lead', atMs: lead.createdAfterMs, lead }, { kind: 'prediction', atMs: lead.createdAfterMs + lead.predictedAfterMs, lead });
    if (lead.conversion) events.push({ kind: 'conversion', atMs: lead.createdAfterMs + lead.conversion.afterMs, lead });
  }
  return events.sort((a, b) => a.atMs - b.atMs);
}

/** Sums of floats may differ in the last digits by the order of their terms; everything else has one form. */
const comparable = ({ types, rows }: TextRows): string[] =>
  rows.map((row) => row.map((value, column) => (value !== null && types[column] === Oid.float8 ? Number(Number(value).toPrecision(12)) : value)).join(' | ')).sort();

describe.skipIf(kafkaSkipped)('the coupon scenario equals its queries on Postgres', () => {
  let postgres: TestPostgres;
  let kafka: Awaited<ReturnType<typeof startKafka>>;
  let runs = 0;
  beforeAll(async () => {
    [postgres, kafka] = await Promise.all([startPostgres(), startKafka()]);
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), kafka?.stop()]);
  });

  type Disturbance = (millrace: HeldMillrace) => Promise<void>;
  const nothing: Disturbance = async () => {};
  const disturbances: readonly (readonly [string, Disturbance])[] = [
    ['undisturbed', nothing],
    ['with Postgres restarted', () => postgres.restart()],
    ['with the broker restarted', () => kafka.restart()],
    ['with Millrace killed', (millrace) => millrace.killAndStart()],
  ];

  test.each(disturbances)('%s', async (_, disturb) => {
    const run = await Run.start(postgres, kafka.brokers, ++runs);
    try {
      await run.setUp();
      const inWindow: number[] = [];
      for (let check = 1; check <= CHECKS; check++) {
        // In the middle: some of what is due has been written, not all of it has arrived, and the window is about to move.
        await run.proceed(check * CHECK_EVERY_SECONDS * 1000, check === CHECKS / 2 ? disturb : nothing);
        inWindow.push(await run.compare());
      }
      expect(inWindow.filter((rows) => rows >= 500).length).toBeGreaterThanOrEqual(5);
      expect(inWindow.filter((rows, index) => rows > 0 && rows < inWindow[index - 1]!).length).toBeGreaterThanOrEqual(3);
    } finally {
      await run.end();
    }
  }, 120_000);
});

/** One Millrace over one database and one topic for each variant. */
class Run {
  readonly #postgres: TestPostgres;
  readonly #brokers: readonly string[];
  readonly #number: number;
  readonly #millrace: HeldMillrace;
  readonly #producer: Producer;
  readonly #events = history(20_220_719);

  private constructor(postgres: TestPostgres, brokers: readonly string[], number: number, millrace: HeldMillrace, producer: Producer) {
    this.#postgres = postgres;
    this.#brokers = brokers;
    this.#number = number;
    this.#millrace = millrace;
    this.#producer = producer;
  }

  static async start(postgres: TestPostgres, brokers: readonly string[], number: number): Promise<Run> {
    const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 2000 } });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: variants.map(({ name }) => ({ topic: `${name}_${number}`, numPartitions: 4 })), waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    return new Run(postgres, brokers, number, await startHeldMillrace(START), producer);
  }

  async end(): Promise<void> {
    await this.#millrace.stop();
    await this.#producer.disconnect();
  }

  #topic(variant: Variant): string {
    return `${variant.name}_${this.#number}`;
  }

  async #upstream(variant: Variant): Promise<TextClient> {
    const { host, port } = this.#postgres;
    return textClient(`postgres://postgres@${host}:${port}/${this.#topic(variant)}`);
  }

  async #downstream(variant: Variant): Promise<TextClient> {
    const client = await textClient(this.#millrace.url);
    await client.query(`set search_path = ${variant.name}`);
    return client;
  }

  async setUp(): Promise<void> {
    for (const variant of variants) {
      await this.#postgres.query(`create database ${this.#topic(variant)}`);
      const upstream = await this.#upstream(variant);
      for (const statement of [...variant.tables, mzNowOnPostgres, variant.copy]) await upstream.query(statement);
      const downstream = await this.#downstream(variant);
      await this.#flowing(downstream.query(`create schema ${variant.name}`));
      const upstreams = { postgresPort: this.#postgres.port, database: this.#topic(variant), broker: this.#brokers[0]!, topic: this.#topic(variant) };
      for (const statement of [...variant.sources(upstreams), ...variant.views]) await this.#flowing(downstream.query(statement));
      const monitors = variant === ours ? await monitoringViews(downstream) : [];
      for (const statement of monitors) await this.#flowing(downstream.query(statement));
      for (const statement of viewsForPostgres([...variant.views, ...monitors])) await upstream.query(statement);
      await upstream.close();
      await downstream.close();
    }
  }

  /** What takes time needs time to pass: the clock moves on until the promise is settled. */
  async #flowing<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => (settled = true));
    watched.catch(() => {});
    while (!settled) {
      await this.#millrace.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return watched;
  }

  /** Lives on up to `untilMs` after the start, in steps of a second, with the disturbance in the middle of what is written. */
  async proceed(untilMs: number, disturb: (millrace: HeldMillrace) => Promise<void>): Promise<void> {
    const end = START + untilMs;
    for (let step = 0; this.#millrace.now < end; step++) {
      const due = this.#events.splice(0, this.#events.findIndex(({ atMs }) => START + atMs > this.#millrace.now + 1000) >>> 0);
      const half = due.length >> 1;
      await this.#write(due.slice(0, half));
      if (step === 2) await disturb(this.#millrace);
      await this.#write(due.slice(half));
      await this.#millrace.advance(Math.min(1000, end - this.#millrace.now));
    }
  }

  async #write(events: readonly LeadEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (const variant of variants) {
      const messages = events.filter(({ kind }) => kind === 'prediction').map((event) => ({ key: String(event.lead.id), value: variant.message(event, START) }));
      const upstream = await this.#upstream(variant);
      await upstream.query(['begin', ...events.flatMap((event) => variant.statements(event, START)), ...messages.map(({ value }) => variant.copied(value)), 'commit'].join(';\n'));
      await upstream.close();
      if (messages.length > 0) await this.#producer.send({ topic: this.#topic(variant), messages });
    }
  }

  /** Waits until everything has arrived, then holds the clock and compares every view. Returns the rows of the first one of ours. */
  async compare(): Promise<number> {
    await Promise.all(variants.map((variant) => this.#arrival(variant)));
    await this.#millrace.advance(2);
    const counts = await Promise.all(variants.map((variant) => this.#compareVariant(variant)));
    return counts[0]!;
  }

  async #arrival(variant: Variant): Promise<void> {
    const [upstream, downstream] = await Promise.all([this.#upstream(variant), this.#downstream(variant)]);
    try {
      const stand = async (client: TextClient, sql: string): Promise<string> => JSON.stringify((await client.query(sql)).rows);
      for (const sql of variant.arrived) {
        const there = await stand(upstream, sql);
        await until(`${variant.name}: ${sql} = ${there}`, async () => {
          await this.#millrace.advance(10);
          const here = await stand(downstream, sql);
          return here === there ? true : Promise.reject(new Error(`here ${here}`));
        }, 60);
      }
    } finally {
      await Promise.all([upstream.close(), downstream.close()]);
    }
  }

  async #compareVariant(variant: Variant): Promise<number> {
    const [upstream, downstream] = await Promise.all([this.#upstream(variant), this.#downstream(variant)]);
    try {
      const { now } = this.#millrace;
      await upstream.query(`set millrace.now = '${now}'`);
      let first: number | undefined;
      for (const view of variant.compared) {
        const sql = `select * from ${view}`;
        const [expected, got] = await Promise.all([upstream.query(sql), downstream.query(sql)]);
        expect(got.names, view).toEqual(expected.names);
        expect(comparable(got), `${variant.name}.${view} at ${now}`).toEqual(comparable(expected));
        first ??= got.rows.length;
      }
      expect((await downstream.query('select mz_now()')).rows).toEqual([[String(now)]]);
      return first!;
    } finally {
      await Promise.all([upstream.close(), downstream.close()]);
    }
  }
}

/** The generated views over our dataset, as `millrace monitor generate` makes them. */
async function monitoringViews(client: TextClient): Promise<readonly string[]> {
  const { names, types } = await client.query('select * from conversion_prediction_dataset limit 0');
  const type = { columns: names.map((name, column) => ({ name, type: { oid: types[column]!, typmod: -1 }, nullable: true })), keys: [] };
  const window = { by: 'experiment_bucket', window: '30 seconds', every: '2 seconds' };
  const library = shippedTemplates();
  return [
    ['binary_classification', { label: 'outcome_value', prediction: 'predicted_value', score: 'predicted_score', ...window }] as const,
    ['net_revenue', { label: 'outcome_value', value: 'conversion_amount', cost: 'coupon_amount', ...window }] as const,
  ].flatMap(([template, parameters]) => library.expand(template, parameters, { name: ['conversion_prediction_dataset'], type }).statements);
}
