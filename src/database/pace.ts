import type { Clock } from '../core/index.ts';

/** How long work over many rows holds this thread before others have a turn, */
const SLICE_MS = 2;
/** and over how many rows at most, whatever the clock says. */
const SLICE_ROWS = 4096;
/** Rows between looks at the clock. */
const LOOK_ROWS = 64;

/**
 * Long work on the main thread, in slices: `if (pace.row()) await pace.rest();` behind each row lets sockets, timers and other sessions have their turn.
 * One for each piece of work.
 */
export class Pace {
  readonly #clock: Clock;
  #end: number;
  #rows = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#end = clock.monotonic() + SLICE_MS;
  }
  /** One more row is done: true when it is time to rest. */
  row(): boolean {
    this.#rows++;
    return this.#rows % LOOK_ROWS === 0 && (this.#rows >= SLICE_ROWS || this.#clock.monotonic() >= this.#end);
  }
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    this.#rows = 0;
    this.#end = this.#clock.monotonic() + SLICE_MS;
  }
}
