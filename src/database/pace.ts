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

/**
 * The statements of all sessions, in turns with everything else: one that waits for nothing (a lookup in the engine's memory, a query over the catalog) ends without sockets or timers having had theirs,
 * and so would a thousand that a client has sent together. `if (turn.isOver()) await turn.next();` before each.
 */
export class Turn {
  readonly #clock: Clock;
  /** undefined where nothing has run since the others had their turn */
  #end: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }
  isOver(): boolean {
    const now = this.#clock.monotonic();
    if (this.#end !== undefined) return now >= this.#end;
    this.#end = now + SLICE_MS;
    this.#clock.soon(() => (this.#end = undefined));
    return false;
  }
  next(): Promise<void> {
    return new Promise((resolve) => this.#clock.soon(resolve));
  }
}
