import type { MessagePort } from 'node:worker_threads';
import { SqlError, SystemClock, SystemRandom } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import { beginThread, Pending, startThread, wireError } from '../thread.ts';
import type { Reply } from '../thread.ts';
import { Guest } from './guest.ts';
import { EngineService } from './service.ts';
import type { Peeked, PeekRequest, Request } from './messages.ts';

/** The engine as its clients see it: requests in, one answer each. */
export interface EngineHost {
  request<T>(request: Request, transfer?: readonly ArrayBuffer[]): Promise<T>;
  /** Asks for what an index finds. Those that are asked in one turn of this thread cross together. */
  peek(request: PeekRequest): Promise<Peeked>;
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
type Answer = Reply | { readonly peeked: readonly Peeked[]; readonly ids: readonly number[] };

/** The engine on the caller's own thread: for tests with a clock of their own, and for tools. */
export function inlineEngine(options: { readonly directory: string; readonly clock: Clock; readonly random: Random }): EngineHost {
  const pending = new Pending();
  const service = new EngineService({ ...options, reply: (reply) => pending.settle(reply) });
  const request = <T>(message: Request): Promise<T> => pending.open<T>((id) => service.handle(id, message));
  return { request, peek: (peek) => Promise.resolve(service.peek(peek)), close: () => request<void>({ kind: 'close' }) };
}

/** The engine on a thread of its own, with the system's clock. */
export async function workerEngine(options: { readonly directory: string; readonly clock: Clock; readonly onExit: (error: Error) => void }): Promise<EngineThread> {
  const worker = await startThread('engine', import.meta.url, { directory: options.directory });
  const pending = new Pending();
  let closing = false;
  let told = false;
  const fail = (error: Error): void => {
    if (told || closing) return;
    told = true;
    options.onExit(error);
  };
  let ended = false;
  worker.on('message', (answer: Answer) => {
    if (!('peeked' in answer)) return pending.settle(answer);
    answer.peeked.forEach((value, i) => pending.settle({ id: answer.ids[i]!, value }));
  });
  worker.on('error', (error) => {
    pending.failAll(new SqlError('XX000', `the engine stopped: ${error.message}`, { cause: error }));
    fail(error);
  });
  worker.on('exit', (code) => {
    ended = true;
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
    peek: (peek) => pending.open<Peeked>((id) => {
      if (peeks.length === 0) options.clock.soon(flush);
      peeks.push(peek);
      ids.push(id);
    }),
    admit: (port) => pending.open<void>((id) => worker.postMessage({ id, admit: port } satisfies Message, [port])),
    close: async () => {
      closing = true;
      if (ended) return;
      // A thread that has died already has nothing left to close.
      await request<void>({ kind: 'close' }).catch(() => undefined);
      await worker.terminate();
    },
  };
}

/** What the worker's file runs. */
export function serve(port: MessagePort, directory: string): void {
  const service = beginThread(port, () => new EngineService({
    directory, clock: new SystemClock(), random: new SystemRandom(),
    reply: (reply, transfer) => void (guest.answer(reply, transfer) || port.postMessage(reply, transfer)),
  }));
  if (service === undefined) return;
  const guest = new Guest((id, request) => service.handle(id, request));
  port.on('message', (message: Message) => {
    if ('request' in message) return service.handle(message.id, message.request);
    if ('peeks' in message) return port.postMessage({ peeked: message.peeks.map((peek) => service.peek(peek)), ids: message.ids } satisfies Answer);
    guest.admit(message.admit).then(
      () => port.postMessage({ id: message.id, value: undefined }),
      (error: unknown) => port.postMessage({ id: message.id, error: wireError(error) }),
    );
  });
}
