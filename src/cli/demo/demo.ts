import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaSink, webhookSink } from '../../../examples/dtc-coupons/predictions.ts';
import { setUpExample } from '../../../examples/dtc-coupons/setup.ts';
import { simulate } from '../../../examples/dtc-coupons/simulate.ts';
import { SystemClock } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { terminalLog } from '../log.ts';
import { serve } from '../serve.ts';
import { Closers } from './closers.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { fetchKafka, kafkaMissing, startEmbeddedKafka } from './kafka.ts';
import { watchMetrics } from './live-table.ts';
import { slotNames, dropNewSlots } from './slots.ts';

export interface DemoOptions {
  readonly rate: number;
  readonly seed: number;
  readonly duration?: number;
  readonly kafka?: string;
  readonly postgres?: string;
  readonly port: number;
  readonly label: 'int' | 'bool';
  readonly quiet: boolean;
}

const TOPIC = 'conversion_predictions';

/** The coupon example on real parts: everything is started here, and everything started is ended, in the opposite order. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const clock = new SystemClock();
  const say = (line: string): void => console.log(line);
  const stop = stopOnSignal(say);
  const closers = new Closers();
  try {
    await run(options, clock, say, stop.signal, closers);
  } catch (error) {
    // What fails because everything is being ended is no failure.
    if (!stop.signal.aborted) throw error;
  } finally {
    await closers.close();
    stop.forget();
  }
}

async function run(options: DemoOptions, clock: Clock, say: (line: string) => void, signal: AbortSignal, closers: Closers): Promise<void> {
  const [postgresUrl, brokers] = await Promise.all([startUpstream(options, clock, say, closers), startBroker(options, clock, say, closers)]);
  signal.throwIfAborted();

  const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  closers.add(() => rm(dataDirectory, { recursive: true, force: true }));
  say(`starting Millrace on 127.0.0.1:${options.port}`);
  const millrace = await serve({ clock, host: '127.0.0.1', port: options.port, dataDirectory, log: terminalLog(clock, 'warn') });
  closers.add(() => millrace.close());
  const { port } = millrace.server.address;
  const millraceUrl = `postgres://materialize@127.0.0.1:${port}/materialize`;
  signal.throwIfAborted();

  const kafka = brokers === undefined ? undefined : { brokers, topic: TOPIC };
  await setUpExample({ postgresUrl, millraceUrl, onProgress: say, ...(kafka === undefined ? {} : { kafka }) });
  signal.throwIfAborted();

  const predictions = kafka === undefined
    ? webhookSink(`http://127.0.0.1:${port}/api/webhook/materialize/public/conversion_predictions`)
    : await kafkaSink(kafka.brokers, kafka.topic);
  closers.add(() => predictions.close());

  say(`
${options.rate} leads a second are on their way. Look at them:
  psql -h 127.0.0.1 -p ${port} -U materialize materialize
  SELECT * FROM classifier_metrics ORDER BY 1 DESC LIMIT 10;
The shop's own database is ${postgresUrl}. Ctrl-C ends everything.
`);
  const watching = new AbortController();
  const simulation = simulate({
    postgresUrl, predictions, clock, signal, seed: options.seed, rate: options.rate, label: options.label,
    ...(options.duration === undefined ? {} : { durationSeconds: options.duration }),
  }).finally(() => watching.abort());
  // Ended before what it writes to is.
  closers.add(async () => void (await simulation.catch(() => {})));
  const watched = options.quiet ? Promise.resolve() : watchMetrics(millraceUrl, clock, AbortSignal.any([signal, watching.signal]));
  const [leads] = await Promise.all([simulation, watched]);
  say(`${leads} leads were simulated`);
}

async function startUpstream({ postgres }: DemoOptions, clock: Clock, say: (line: string) => void, closers: Closers): Promise<string> {
  if (postgres !== undefined) {
    // A server that stays must not keep a slot of ours: it would hold back its log for ever.
    const before = await slotNames(postgres);
    closers.add(() => dropNewSlots(postgres, before));
    return postgres;
  }
  say('starting Postgres');
  const server = await startEmbeddedPostgres({ clock });
  closers.add(() => server.stop());
  say(`Postgres listens on 127.0.0.1:${server.port}`);
  return server.url;
}

async function startBroker({ kafka }: DemoOptions, clock: Clock, say: (line: string) => void, closers: Closers): Promise<readonly string[] | undefined> {
  if (kafka !== undefined) return kafka.split(',');
  const missing = kafkaMissing();
  if (missing !== undefined) {
    say(`no broker (${missing}): predictions go through the webhook source; --kafka host:port names a broker of yours`);
    return undefined;
  }
  await fetchKafka(say);
  say('starting Apache Kafka');
  const broker = await startEmbeddedKafka({ clock });
  closers.add(() => broker.stop());
  say(`Kafka listens on ${broker.brokers.join()}`);
  return broker.brokers;
}

/** The first signal asks for an orderly end, the second ends at once; our children end with us either way. */
function stopOnSignal(say: (line: string) => void): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    say('\nending');
    controller.abort();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    forget: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
