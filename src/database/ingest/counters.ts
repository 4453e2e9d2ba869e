import type { SourceState } from '../../catalog/index.ts';

const NAMES = ['messagesReceived', 'bytesReceived', 'rowsInserted', 'rowsDeleted', 'messagesFailed'] as const;

export type Counts = Pick<SourceState, (typeof NAMES)[number]>;

/** What a source has read since it was started, in shared memory: counted where it is read, looked at where it is asked for, with no message between. */
export class SourceCounters {
  readonly buffer: SharedArrayBuffer;
  readonly #counts: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(NAMES.length * 8)) {
    this.buffer = buffer;
    this.#counts = new BigInt64Array(buffer);
  }
  add(counts: Counts): void {
    NAMES.forEach((name, i) => Atomics.add(this.#counts, i, BigInt(counts[name])));
  }
  read(): Counts {
    return Object.fromEntries(NAMES.map((name, i) => [name, Number(Atomics.load(this.#counts, i))])) as unknown as Counts;
  }
}
