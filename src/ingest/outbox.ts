import type { SourceEvent } from './source.ts';

const EVENT_OVERHEAD = 256;

/**
 * The bounded queue between an upstream client that calls back and a reader that pulls.
 *
 * The client may push at any time; it is asked to stop (`room()` gives a promise) once `limitBytes` lie unread, and what it had already
 * received by then is still taken. Errors come after the events pushed before them.
 */
export class Outbox<P> {
  readonly #limitBytes: number;
  readonly #events: SourceEvent<P>[] = [];
  #head = 0;
  #bytes = 0;
  #ended = false;
  #error: unknown;
  #wakeReader: (() => void) | undefined;
  /** events there were to take, so far */
  pushed = 0;
  #roomWaiters: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }
  get isEmpty(): boolean {
    return this.#head === this.#events.length;
  }
  get isFull(): boolean {
    return this.#bytes >= this.#limitBytes && !this.#ended;
  }
  push(event: SourceEvent<P>): void {
    if (this.#ended) return;
    const last = this.isEmpty ? undefined : this.#events[this.#events.length - 1];
    if (event.kind === 'progress' && last?.kind === 'progress') this.#events[this.#events.length - 1] = event;
    else {
      this.#events.push(event);
      this.pushed++;
      this.#bytes += byteLength(event);
    }
    this.#wakeReader?.();
  }
  /** No event follows; the reader ends with `error`, or quietly without one. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wakeReader?.();
    this.#release();
  }
  /** The reader has gone: nothing is kept for it. */
  close(): void {
    this.#events.length = this.#head = this.#bytes = 0;
    this.end();
    this.#release();
  }
  /** `undefined`: go on. Otherwise a promise that resolves when the reader has caught up, or there is no reader any more. */
  room(): Promise<void> | undefined {
    if (!this.isFull) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }
  async *drain(): AsyncGenerator<SourceEvent<P>> {
    for (;;) {
      while (!this.isEmpty) yield this.#take();
      if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      }
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      this.#wakeReader = undefined;
    }
  }
  #take(): SourceEvent<P> {
    const event = this.#events[this.#head++]!;
    this.#bytes -= byteLength(event);
    if (this.isEmpty) {
      this.#events.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#events.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#bytes < this.#limitBytes / 2) this.#release();
    return event;
  }
  #release(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

const byteLength = <P>(event: SourceEvent<P>): number =>
  event.kind === 'changes' || event.kind === 'snapshotChunk' ? event.rows.buffer.byteLength + EVENT_OVERHEAD : EVENT_OVERHEAD;
