import type { MessagePort } from 'node:worker_threads';
import type { Reply } from '../thread.ts';
import type { Request } from './messages.ts';

/**
 * Another thread that asks the engine past the main thread: its row batches come straight from where they were made. There is one at a time.
 * Its requests get numbers below zero, so that they meet none of the main thread's.
 */
export class Guest {
  readonly #handle: (id: number, request: Request) => void;
  /** the guest's own number of each request that is not answered yet */
  readonly #asked = new Map<number, number>();
  #port: MessagePort | undefined;
  #last = 0;
  #whenAnswered: (() => void) | undefined;

  constructor(handle: (id: number, request: Request) => void) {
    this.#handle = handle;
  }

  /** Listens to `port` once everything that an earlier guest asked is answered; what that guest sent and was not taken yet is lost. */
  async admit(port: MessagePort): Promise<void> {
    this.#port?.close();
    if (this.#asked.size > 0) await new Promise<void>((resolve) => (this.#whenAnswered = resolve));
    this.#port = port;
    port.on('message', ({ id, request }: { readonly id: number; readonly request: Request }) => {
      const ours = --this.#last;
      this.#asked.set(ours, id);
      this.#handle(ours, request);
    });
  }

  /** Passes the reply on where it is the guest's. */
  answer(reply: Reply, transfer: readonly ArrayBuffer[]): boolean {
    const id = this.#asked.get(reply.id);
    if (id === undefined) return false;
    this.#asked.delete(reply.id);
    this.#port?.postMessage({ ...reply, id }, transfer);
    if (this.#asked.size === 0) this.#whenAnswered?.();
    return true;
  }
}
