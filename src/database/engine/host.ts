import type { MessagePort } from 'node:worker_threads';
import { SqlError, SystemClock, SystemRandom } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import { beginThread, Pending, startThread, wireError } from '../thread.ts';
import type { Reply } from '../thread.ts';
import { Guest } from './guest.ts';
import { EngineService } from './service.ts';
import { engineEnvironment } from './environment.ts';
import { Latch } from './latch.ts';
import type { Peeked, PeekRequest, Request, News } from './messages.ts';
import { NearEngine } from './near.ts';

/** The engine as its clients see it: requests in, one answer each. */
export interface EngineHost {
  request<T>(request: Request, transfer?: readonly ArrayBuffer[]): Promise<T>;
  /** Asks for what an index finds. Those that are asked in one turn of this thread cross together. */
  peek(request: PeekRequest): Promise<Peeked>;
  /** about how many rows a relation has: to the half or the double of them, undefined where it does not say */
  rowsIn(id: RelationId): number | undefined;
  /** its memory, where that is another thread's */
  readonly near?: NearEngine;
  close(): Promise<void>;
}

/** The engine on a thread of its own, which another thread than the main one may ask too. */
export interface EngineThread extends EngineHost {
  /** Lets who holds the other end of `port` ask; the port admitted before is shut first, and all that was asked over it is answered when this resolves. */
  admit(port: MessagePort): Promise<void>;
}

/** What the main thread posts. */
type Message = { readonly id: number; readonly request: Request } | { readonly peeks: readonly PeekRequest[]; readonly ids: readonly number[] } | { readonly id: number; readonly admit: MessagePort };

/** What the engine's thread posts. */
type Answer = Reply | { readonly peeked: readonly Peeked[]; readonly ids: readonly number[] } | News;

/** What the engine has said of how many rows there are. */
class Counts {
  readonly #rows = new Map<RelationId, number>();

  note(rows: readonly (readonly [RelationId, number | null])[]): void {
    for (const [id, count] of rows) {
      if (count === null) this.#rows.delete(id);
      else this.#rows.set(id, count);
    }
  }
  rowsIn(id: RelationId): number | undefined {
    return this.#rows.get(id);
  }
}

/** The engine on the caller's own thread: for tests with a clock of their own, and for tools. */
export function inlineEngine(options: { readonly directory: string; readonly clock: Clock; readonly random: Random }): EngineHost {
  const pending = new Pending();
  const counts = new Counts();
  const service = new EngineService({
    ...options, reply: (reply) => pending.settle(reply),
    tell: (news) => {
      if ('rows' in news) counts.note(news.rows);
    },
  });
  const request = <T>(message: Request): Promise<T> => pending.open<T>((id) => service.handle(id, message));
  return { request, rowsIn: (id) => counts.rowsIn(id), peek: (peek) => Promise.resolve(service.peek(peek)), close: () => request<void>({ kind: 'close' }) };
}

/** The engine on a thread of its own, with the system's clock. */
export async function workerEngine(options: { readonly directory: string; readonly clock: Clock; readonly random: Random; readonly onExit: (error: Error) => void }): Promise<EngineThread> {
  const latch = new Latch();
  const worker = await startThread('engine', import.meta.url, { directory: options.directory, latch: latch.buffer });
  const near = new NearEngine(latch, options.clock, engineEnvironment(options));
  const pending = new Pending();
  const counts = new Counts();
  let closing = false;
  let told = false;
  const fail = (error: Error): void => {
    if (told || closing) return;
    told = true;
    options.onExit(error);
  };
  let ended = false;
  worker.on('message', (answer: Answer) => {
    if ('shared' in answer) return near.learn(answer.shared);
    if ('stale' in answer) return near.forget(answer.stale);
    if ('rows' in answer) return counts.note(answer.rows);
    if (!('peeked' in answer)) return pending.settle(answer);
    answer.peeked.forEach((value, i) => pending.settle({ id: answer.ids[i]!, value }));
  });
  worker.on('error', (error) => {
    pending.failAll(new SqlError('XX000', `the engine stopped: ${error.message}`, { cause: error }));
    fail(error);
  });
  worker.on('exit', (code) => {
    ended = true;
    near.close();
    pending.failAll(new SqlError('57P01', 'the server is shutting down'));
    fail(new Error(`the engine's thread ended with code ${code}`));
  });
  const request = <T>(message: Request, transfer: readonly ArrayBuffer[] = []): Promise<T> =>
    pending.open<T>((id) => worker.postMessage({ id, request: message } satisfies Message, transfer));
  let peeks: PeekRequest[] = [];
  let ids: number[] = [];
  const flush = (): void => {
    worker.postMessage({ peeks, ids } satisfies Message);
    peeks = [];
    ids = [];
  };
  return {
    request,
    near,
    rowsIn: (id) => counts.rowsIn(id),
    peek: (peek) => pending.open<Peeked>((id) => {
      if (peeks.length === 0) options.clock.soon(flush);
      peeks.push(peek);
      ids.push(id);
    }),
    admit: (port) => pending.open<void>((id) => worker.postMessage({ id, admit: port } satisfies Message, [port])),
    close: async () => {
      closing = true;
      near.close();
      if (ended) return;
      // A thread that has died already has nothing left to close.
      await request<void>({ kind: 'close' }).catch(() => undefined);
      await worker.terminate();
    },
  };
}

/** What the worker's file runs. */
export function serve(port: MessagePort, directory: string, latch: SharedArrayBuffer): void {
  const service = beginThread(port, () => new EngineService({
    directory, clock: new SystemClock(), random: new SystemRandom(),
    reply: (reply, transfer) => void (guest.answer(reply, transfer) || port.postMessage(reply, transfer)),
    tell: (news) => port.postMessage(news), latch: new Latch(latch),
  }));
  if (service === undefined) return;
  const peekAll = (peeks: readonly PeekRequest[], asked: readonly number[]): void => {
    const peeked: Peeked[] = [];
    const ids: number[] = [];
    for (const [i, peek] of peeks.entries()) {
      try {
        peeked.push(service.peek(peek));
        ids.push(asked[i]!);
      } catch (error) {
        port.postMessage({ id: asked[i]!, error: wireError(error) } satisfies Answer);
      }
    }
    port.postMessage({ peeked, ids } satisfies Answer);
  };
  const guest = new Guest((id, request) => service.handle(id, request));
  port.on('message', (message: Message) => {
    if ('request' in message) return service.handle(message.id, message.request);
    if ('peeks' in message) return peekAll(message.peeks, message.ids);
    guest.admit(message.admit).then(
      () => port.postMessage({ id: message.id, value: undefined }),
      (error: unknown) => port.postMessage({ id: message.id, error: wireError(error) }),
    );
  });
}
