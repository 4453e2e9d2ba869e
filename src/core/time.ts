/** Logical milliseconds since the Unix epoch; totally ordered. One tick of the engine has one time. */
export type Time = number & { readonly unit: 'ms' };

/** A SQL timestamp: microseconds since 2000-01-01 00:00:00 UTC, as Postgres stores it. */
export type Micros = number & { readonly unit: 'us' };

/** 2000-01-01 00:00:00 UTC in Unix milliseconds. */
export const POSTGRES_EPOCH_MS = 946_684_800_000;

export const time = (ms: number): Time => ms as Time;

/**
 * The only clock, timer and scheduler of the program: every folder gets it handed in.
 * `SystemClock` is the wall clock; `ManualClock` moves when a test says so.
 */
export interface Clock {
  /** Wall-clock milliseconds since the Unix epoch. May jump in either direction. */
  now(): number;
  /** Milliseconds that never go backwards, for measuring durations. */
  monotonic(): number;
  /** Calls `wake` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, wake: () => void): () => void;
  /** Calls `run` as soon as the events that are waiting have been handled: to take turns with them. */
  soon(run: () => void): void;
}

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
  after(delayMs: number, wake: () => void): () => void {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  }
  soon(run: () => void): void {
    setImmediate(run);
  }
}

/** A clock that stands still until `advance`; timers fire in order of their due time. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #sequence = 0;
  readonly #timers = new Map<number, { due: number; wake: () => void }>();

  constructor(startMs: number) {
    this.#now = startMs;
  }
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#monotonic;
  }
  after(delayMs: number, wake: () => void): () => void {
    const id = this.#sequence++;
    this.#timers.set(id, { due: this.#monotonic + Math.max(0, delayMs), wake });
    return () => void this.#timers.delete(id);
  }
  /** Turns are taken in real time: only waiting is simulated. */
  soon(run: () => void): void {
    setImmediate(run);
  }
  /** Moves both readings forward by `ms` and fires what became due, earliest first. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      let next: [number, { due: number; wake: () => void }] | undefined;
      for (const entry of this.#timers) if (entry[1].due <= end && (!next || entry[1].due < next[1].due)) next = entry;
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now += next[1].due - this.#monotonic;
      this.#monotonic = next[1].due;
      next[1].wake();
    }
    this.#now += end - this.#monotonic;
    this.#monotonic = end;
  }
  /** Lets the wall clock jump, in either direction, without any time passing. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
