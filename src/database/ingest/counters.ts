import type { SourceState } from '../../catalog/index.ts';

const NAMES = ['messagesReceived', 'bytesReceived', 'rowsInserted', 'rowsDeleted', 'messagesFailed', 'snapshotRows', 'snapshotKnown'] as const;
type Name = (typeof NAMES)[number];

export type Counts = Omit<Pick<SourceState, Name>, 'snapshotRows' | 'snapshotKnown'>;

/** What a source has read since it was started, in shared memory: counted where it is read, looked at where it is asked for, with no message between. */
export class SourceCounters {
  readonly buffer: SharedArrayBuffer;
  readonly #counts: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(NAMES.length * 8)) {
    this.buffer = buffer;
    this.#counts = new BigInt64Array(buffer);
  }
  add(counts: Counts & { readonly snapshotRows?: number }): void {
    NAMES.forEach((name, i) => {
      if (name !== 'snapshotKnown') Atomics.add(this.#counts, i, BigInt(counts[name] ?? 0));
    });
  }
  /** A snapshot begins, of so many rows as far as upstream knows. */
  beginSnapshot(rowsKnown: number | undefined): void {
    this.#set('snapshotRows', 0);
    // One more than there are, so that 0 says that nothing is known.
    this.#set('snapshotKnown', rowsKnown === undefined ? 0 : rowsKnown + 1);
  }
  #set(name: Name, value: number): void {
    Atomics.store(this.#counts, NAMES.indexOf(name), BigInt(value));
  }
  read(): Pick<SourceState, Name> {
    const { snapshotKnown, ...counts } = Object.fromEntries(NAMES.map((name, i) => [name, Number(Atomics.load(this.#counts, i))])) as Record<Name, number>;
    return { ...counts, ...(snapshotKnown === 0 ? {} : { snapshotKnown: snapshotKnown - 1 }) };
  }
}
