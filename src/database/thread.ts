import { Worker } from 'node:worker_threads';
import type { MessagePort, Transferable } from 'node:worker_threads';
import { SqlError, TransientError } from '../core/index.ts';
import type { SqlErrorFields } from '../core/index.ts';

/** An error as it crosses threads. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly fields: Omit<SqlErrorFields, 'cause'>;
  readonly stack?: string;
}

export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: WireError };

export function wireError(error: unknown): WireError {
  if (error instanceof SqlError) {
    const { cause, ...fields } = error.fields;
    const stack = error.code === 'XX000' && cause instanceof Error ? cause.stack : undefined;
    return { code: error.code, message: error.message, fields, ...(stack === undefined ? {} : { stack }) };
  }
  if (error instanceof TransientError) return { code: '58000', message: error.message, fields: {} };
  const stack = error instanceof Error ? error.stack : undefined;
  return { code: 'XX000', message: `internal error: ${error instanceof Error ? error.message : String(error)}`, fields: {}, ...(stack === undefined ? {} : { stack }) };
}

export const fromWire = ({ code, message, fields, stack }: WireError): SqlError => new SqlError(code, message, stack === undefined ? fields : { ...fields, cause: stack });

/** Requests under way: each is settled by the one reply of its number, or by the end of who should have answered. */
export class Pending {
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
    if ('error' in reply) waiting.reject(fromWire(reply.error));
    else waiting.resolve(reply.value as never);
  }
  failAll(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/**
 * Starts the thread whose file is `worker` beside the module `parent` (its URL). Resolves once the thread has said that it is ready,
 * rejects with the reason it gives why it is not.
 */
export async function startThread(name: string, parent: string, workerData: unknown, transferList: readonly Transferable[] = []): Promise<Worker> {
  // Compiled, both files are JavaScript; from sources both are TypeScript.
  const worker = new Worker(new URL(`./worker.${parent.endsWith('.ts') ? 'ts' : 'js'}`, parent), { name, workerData, transferList: [...transferList] });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (first: { ready: true } | { failed: WireError }) => ('failed' in first ? reject(fromWire(first.failed)) : resolve()));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the ${name}'s thread ended with code ${code}`)));
  });
  return worker;
}

/** The other side of `startThread`: makes the thread's service and says how that went. */
export function beginThread<T>(port: MessagePort, make: () => T): T | undefined {
  try {
    const made = make();
    port.postMessage({ ready: true });
    return made;
  } catch (error) {
    port.postMessage({ failed: wireError(error) });
    return undefined;
  }
}
