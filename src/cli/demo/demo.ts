import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaSink, webhookOf, webhookSink } from '../../../examples/dtc-coupons/predictions.ts';
import { setUpExample } from '../../../examples/dtc-coupons/setup.ts';
import { simulate } from '../../../examples/dtc-coupons/simulate.ts';
import { sleep, SqlError, SystemClock } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { terminalLog } from '../log.ts';
import { logNodeWarnings } from '../node-warnings.ts';
import { serve } from '../serve.ts';
import { Closers } from './closers.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { fetchKafka, kafkaMissing, startEmbeddedKafka } from './kafka.ts';
import { watchMetrics } from './live-table.ts';
import { isListening } from './ports.ts';
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
  const closers = new Closers();
  const stop = stopOnSignal(say, closers, options.postgres !== undefined);
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
  if (options.port !== 0 && (await isListening('127.0.0.1', options.port))) {
    throw new SqlError('55006', `port ${options.port} is in use`, { hint: 'Stop what listens there, or choose another one with --port.' });
  }
  const [postgresUrl, brokers] = await both(startUpstream(options, clock, say, signal, closers), startBroker(options, clock, say, signal, closers));
  signal.throwIfAborted();

  const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  closers.add(() => rm(dataDirectory, { recursive: true, force: true }), () => rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 3 }));
  say(`starting Millrace on 127.0.0.1:${options.port}`);
  const log = terminalLog(clock, 'warn');
  logNodeWarnings(log);
  const failing = new AbortController();
  const millrace = await serve({ clock, host: '127.0.0.1', port: options.port, dataDirectory, log, onFailure: (error) => failing.abort(error) });
  closers.add(() => millrace.close());
  const { port } = millrace.server.address;
  const millraceUrl = `postgres://materialize@127.0.0.1:${port}/materialize`;
  signal.throwIfAborted();

  const kafka = brokers === undefined ? undefined : { brokers, topic: TOPIC };
  await setUpExample({ postgresUrl, millraceUrl, onProgress: say, ...(kafka === undefined ? {} : { kafka }) });
  signal.throwIfAborted();

  const predictions = kafka === undefined
    ? webhookSink(webhookOf(millraceUrl))
    : await kafkaSink(kafka.brokers, kafka.topic);
  closers.add(() => predictions.close());

  say(`
${options.rate} leads a second are on their way. Look at them:
  psql -h 127.0.0.1 -p ${port} -U materialize materialize
  SELECT * FROM classifier_metrics ORDER BY 1 DESC LIMIT 10;
The shop's own database is ${postgresUrl}. Ctrl-C ends everything.
`);
  const over = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal, over.signal]);
  if (options.duration !== undefined) void sleep(clock, options.duration * 1000, ending).then(() => over.abort(), () => {});
  const simulation = simulate({ postgresUrl, predictions, clock, signal: ending, seed: options.seed, rate: options.rate, label: options.label }).finally(() => over.abort());
  // Ended before what it writes to is.
  closers.add(async () => void (await simulation.catch(() => {})));
  const watched = options.quiet ? Promise.resolve() : watchMetrics(millraceUrl, clock, ending).finally(() => over.abort());
  const [leads] = await both(simulation, watched);
  failing.signal.throwIfAborted();
  say(`${leads} leads were simulated`);
}

/** Both results; when one fails, only after the other has come to its end too, so that what it started can be ended. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function startUpstream({ postgres }: DemoOptions, clock: Clock, say: (line: string) => void, signal: AbortSignal, closers: Closers): Promise<string> {
  if (postgres !== undefined) {
    // A server that stays must not keep a slot of ours: it would hold back its log for ever.
    const before = await slotNames(postgres);
    closers.add(() => dropNewSlots(postgres, before));
    return postgres;
  }
  say('starting Postgres');
  const server = await startEmbeddedPostgres({ clock, signal });
  closers.add(() => server.stop());
  say(`Postgres listens on 127.0.0.1:${server.port}`);
  return server.url;
}

async function startBroker({ kafka }: DemoOptions, clock: Clock, say: (line: string) => void, signal: AbortSignal, closers: Closers): Promise<readonly string[] | undefined> {
  if (kafka !== undefined) return kafka.split(',');
  const missing = kafkaMissing();
  if (missing !== undefined) {
    say(`no broker (${missing}): predictions go through the webhook source; --kafka host:port names a broker of yours`);
    return undefined;
  }
  await fetchKafka(say, signal);
  say('starting Apache Kafka');
  const broker = await startEmbeddedKafka({ clock, signal });
  closers.add(() => broker.stop());
  say(`Kafka listens on ${broker.brokers.join()}`);
  return broker.brokers;
}

/**
 * The first signal, or the end of who reads our output, asks for an orderly end; the second ends at once. Our children and folders end with us either way.
 * A slot in a Postgres that stays (`slot`) cannot be dropped at once: there the second signal says so, and the third ends.
 */
function stopOnSignal(say: (line: string) => void, closers: Closers, slot: boolean): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  let patience = slot ? 2 : 1;
  const onSignal = (): void => {
    if (patience === 0) {
      closers.closeAtOnce();
      process.exit(130);
    }
    patience -= 1;
    say(controller.signal.aborted ? 'still to drop: the replication slot in Postgres; once more ends at once and leaves it there' : '\nending');
    controller.abort();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  const outputs = [process.stdout, process.stderr];
  const onClosed = (): void => controller.abort();
  for (const output of outputs) output.on('error', onClosed);
  return {
    signal: controller.signal,
    forget: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
