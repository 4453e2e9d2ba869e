import { MessageChannel } from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import { sleep, SqlError, SystemClock, SystemRandom } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { EngineHost, EngineThread } from '../engine/host.ts';
import type { Request, SourceWrite, WireChange } from '../engine/messages.ts';
import { beginThread, Pending, startThread, wireError } from '../thread.ts';
import type { Reply } from '../thread.ts';
import type { IngestRequest, SourceReport } from './messages.ts';
import type { Surroundings } from './reader.ts';
import { IngestService } from './service.ts';

/** The reading of sources as its client sees it. */
export interface IngestHost {
  /** Begins: resolves to the durable position of each source. After `onEnd` it may be begun again. */
  open(): Promise<ReadonlyMap<string, string>>;
  /** One answer each; rejects with IngestEnded where the thread ends before it. */
  request<T>(request: IngestRequest): Promise<T>;
  close(): Promise<void>;
}

/** Who is told what becomes of sources. */
export interface IngestListener {
  report(report: SourceReport): void;
  /** the thread ended by itself: nothing is read any more */
  onEnd(error: Error): void;
}

/** The thread is not there, or not any more. */
export class IngestEnded extends Error {}

/** How long closing waits for upstream clients to take their leave. */
const CLOSE_MS = 5_000;

/** What is posted to the thread: requests, and answers to its reports. */
type ToIngest = { readonly id: number; readonly request: IngestRequest } | Reply;
/** What it posts: answers, reports, and what Node warns of there. */
type FromIngest = Reply | { readonly id: number; readonly report: SourceReport } | { readonly warning: { readonly name: string; readonly message: string } };

const writeRequest = (changes: readonly WireChange[], from: SourceWrite): Request =>
  ({ kind: 'write', changes, check: false, from });
const buffersOf = (changes: readonly WireChange[]): ArrayBuffer[] => changes.flatMap((change) => (change.rows === undefined ? [] : [change.rows]));

/** Reading on the caller's own thread, with the caller's clock: beside an engine that is there too. */
export function inlineIngest({ engine, clock, random, listener }: { readonly engine: EngineHost; readonly clock: Clock; readonly random: Random; readonly listener: IngestListener }): IngestHost {
  const service = new IngestService({
    clock,
    write: async (changes, from) => void (await engine.request<number>(writeRequest(changes, from), buffersOf(changes))),
    report: async (report) => listener.report(report),
  }, random);
  return {
    open: () => engine.request<ReadonlyMap<string, string>>({ kind: 'positions' }),
    request: <T>(request: IngestRequest) => service.handle(request) as Promise<T>,
    close: async () => void (await service.handle({ kind: 'close' })),
  };
}

/** Reading on a thread of its own, which has a port to the engine's and the system's clock. It is started when it is first needed. */
export function workerIngest(options: { readonly engine: EngineThread; readonly clock: Clock; readonly listener: IngestListener }): IngestHost {
  const { engine, clock, listener } = options;
  let thread: IngestThread | undefined;
  let opening: Promise<unknown> = Promise.resolve();
  let closed = false;
  const open = async (): Promise<ReadonlyMap<string, string>> => {
    const { port1, port2 } = new MessageChannel();
    await engine.admit(port1);
    const started = new IngestThread(await startThread('ingest', import.meta.url, { engine: port2 }, [port2]), (report) => listener.report(report), (error) => {
      thread = undefined;
      listener.onEnd(error);
    });
    thread = started;
    if (closed) throw new IngestEnded('the server is shutting down');
    return engine.request<ReadonlyMap<string, string>>({ kind: 'positions' });
  };
  return {
    open: () => {
      const opened = open();
      opening = opened.catch(() => undefined);
      return opened;
    },
    request: async <T>(request: IngestRequest) => {
      if (thread === undefined) throw new IngestEnded('sources are not being read');
      return thread.request<T>(request);
    },
    close: async () => {
      closed = true;
      await opening;
      await thread?.close(clock);
    },
  };
}

class IngestThread {
  readonly #worker: Worker;
  readonly #pending = new Pending();
  #closing = false;

  constructor(worker: Worker, report: (report: SourceReport) => void, onEnd: (error: Error) => void) {
    this.#worker = worker;
    let cause = new Error('it ended by itself');
    worker.on('message', (message: FromIngest) => {
      if ('warning' in message) process.emitWarning(message.warning.message, message.warning.name);
      else if ('report' in message) {
        report(message.report);
        worker.postMessage({ id: message.id, value: undefined } satisfies ToIngest);
      } else this.#pending.settle(message);
    });
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => {
      const ended = new IngestEnded(`the thread that reads sources stopped: ${cause.message}`, { cause });
      this.#pending.failAll(ended);
      if (!this.#closing) onEnd(ended);
    });
  }

  request<T>(request: IngestRequest): Promise<T> {
    return this.#pending.open<T>((id) => this.#worker.postMessage({ id, request } satisfies ToIngest));
  }

  /** In order, if that is quick: an upstream that does not answer keeps nobody. What is durable stays so, and a connection ends with its thread. */
  async close(clock: Clock): Promise<void> {
    this.#closing = true;
    const late = new AbortController();
    await Promise.race([this.request<void>({ kind: 'close' }).catch(() => undefined), sleep(clock, CLOSE_MS, late.signal).catch(() => undefined)]);
    late.abort();
    await this.#worker.terminate();
  }
}

/** What the worker's file runs; `engine` is the port to the engine's thread. */
export function serve(port: MessagePort, engine: MessagePort): void {
  const writes = new Pending();
  engine.on('message', (reply: Reply) => writes.settle(reply));
  engine.on('close', () => writes.failAll(new SqlError('57P01', 'the server is shutting down')));
  const reports = new Pending();
  const surroundings: Surroundings = {
    clock: new SystemClock(),
    write: (changes, from) => writes.open((id) => engine.postMessage({ id, request: writeRequest(changes, from) }, buffersOf(changes))),
    report: (report) => reports.open((id) => port.postMessage({ id, report } satisfies FromIngest)),
  };
  const service = beginThread(port, () => new IngestService(surroundings, new SystemRandom()));
  if (service === undefined) return;
  // Node would write them to the terminal; the main thread has a log.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => port.postMessage({ warning: { name, message } } satisfies FromIngest));
  port.on('message', (message: ToIngest) => {
    if (!('request' in message)) return reports.settle(message);
    const { id } = message;
    service.handle(message.request).then((value) => port.postMessage({ id, value }), (error: unknown) => port.postMessage({ id, error: wireError(error) }));
  });
}
