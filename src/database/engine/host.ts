import { Worker } from 'node:worker_threads';
import { SqlError, SystemClock, SystemRandom } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import { EngineService } from './service.ts';
import type { Reply, Request } from './messages.ts';

/** The engine as its clients see it: requests in, one answer each. */
export interface EngineHost {
  request<T>(request: Request, transfer?: readonly ArrayBuffer[]): Promise<T>;
  close(): Promise<void>;
}

class Pending {
  readonly #waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }>();
  #next = 1;
  /** why no request is answered any more */
  #ended: Error | undefined;

  open<T>(send: (id: number) => void): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      send(id);
    });
  }
  settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (waiting === undefined) return;
    if ('error' in reply) {
      const { code, message, fields, stack } = reply.error;
      waiting.reject(new SqlError(code, message, stack === undefined ? fields : { ...fields, cause: stack }));
    } else {
      waiting.resolve(reply.value as never);
    }
  }
  failAll(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** The engine on the caller's own thread: for tests with a clock of their own, and for tools. */
export function inlineEngine(options: { readonly directory: string; readonly clock: Clock; readonly random: Random }): EngineHost {
  const pending = new Pending();
  const service = new EngineService({ ...options, reply: (reply) => pending.settle(reply) });
  const request = <T>(message: Request): Promise<T> => pending.open<T>((id) => service.handle(id, message));
  return { request, close: () => request<void>({ kind: 'close' }) };
}

/** The engine on a thread of its own, with the system's clock. */
export async function workerEngine(options: { readonly directory: string; readonly onExit: (error: Error) => void }): Promise<EngineHost> {
  // Compiled, this file and the worker's are JavaScript; from sources both are TypeScript.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: { directory: options.directory } });
  const pending = new Pending();
  let closing = false;
  let told = false;
  const fail = (error: Error): void => {
    if (told || closing) return;
    told = true;
    options.onExit(error);
  };
  let ended = false;
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (first: { ready: true } | { failed: { code: string; message: string; hint?: string } }) => {
      if ('failed' in first) reject(new SqlError(first.failed.code, first.failed.message, first.failed.hint === undefined ? {} : { hint: first.failed.hint }));
      else resolve();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the engine's thread ended with code ${code}`)));
  });
  worker.on('message', (reply: Reply) => pending.settle(reply));
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
    pending.open<T>((id) => worker.postMessage({ id, request: message }, [...transfer]));
  return {
    request,
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
export function serve(port: { postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void; on(event: 'message', listener: (message: { id: number; request: Request }) => void): void }, directory: string): void {
  let service: EngineService;
  try {
    service = new EngineService({
      directory, clock: new SystemClock(), random: new SystemRandom(),
      reply: (reply, transfer) => port.postMessage(reply, transfer),
    });
  } catch (error) {
    const known = error instanceof SqlError;
    port.postMessage({ failed: { code: known ? error.code : 'XX000', message: error instanceof Error ? error.message : String(error), ...(known && error.fields.hint !== undefined ? { hint: error.fields.hint } : {}) } });
    return;
  }
  port.on('message', ({ id, request }) => service.handle(id, request));
  port.postMessage({ ready: true });
}
