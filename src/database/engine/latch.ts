const FREE = 0;
const READING = 1;
const WORKING = 2;

/**
 * Who may touch the engine's memory: its own thread while it works, and the main thread for a read while that one sleeps. A latch in the sense of Graefe 2010
 * (A survey of B-tree locking techniques, section 3): held for microseconds, without a queue. The main thread never waits for it: it asks the engine instead.
 */
export class Latch {
  /** in shared memory: who holds it, and the time (a double) at which a view changes by the clock alone */
  readonly buffer: SharedArrayBuffer;
  readonly #state: Int32Array;
  readonly #due: Float64Array;

  constructor(buffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.#state = new Int32Array(buffer, 0, 1);
    this.#due = new Float64Array(buffer, 8, 1);
  }

  /** For the engine's thread: returns once no read is under way. Does nothing where it is held already. */
  take(): void {
    if (Atomics.load(this.#state, 0) === WORKING) return;
    while (Atomics.compareExchange(this.#state, 0, FREE, WORKING) !== FREE) Atomics.wait(this.#state, 0, READING);
  }
  /** For the engine's thread. `due`: see `due` */
  release(due: number): void {
    this.#due[0] = due;
    Atomics.store(this.#state, 0, FREE);
  }

  /** For the main thread: what `read` returns, which is synchronous and short; undefined where the engine works. */
  read<T>(read: (due: number) => T): T | undefined {
    if (Atomics.compareExchange(this.#state, 0, FREE, READING) !== FREE) return undefined;
    try {
      return read(this.#due[0]!);
    } finally {
      Atomics.store(this.#state, 0, FREE);
      Atomics.notify(this.#state, 0);
    }
  }
}
