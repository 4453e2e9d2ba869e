import { SqlError, TransientError } from '../../core/index.ts';
import type { SourceWrite, WireChange } from '../engine/messages.ts';

/** Resolves once the changes are durable and visible, with the position of their source, if one is given. Their buffers are given away. */
export type Write = (changes: readonly WireChange[], from: SourceWrite) => Promise<void>;

/** The engine could not write, which it may be able to later. */
const CANNOT_WRITE = '58000';

/** A position of upstream, and how it is stored. */
export interface Reached {
  readonly position: unknown;
  readonly stored: string;
}

/** What one reading of a source has sent to the engine and is not durable yet. Positions become durable in the order in which they were sent, and none behind a write that failed. */
export class Writes {
  readonly #source: string;
  readonly #write: Write;
  readonly #heard: { readonly onDurable: (reached: Reached | null) => void; readonly onFailed: () => void };
  #failure: unknown;
  #first = true;
  /** bytes sent that are not durable */
  bytes = 0;
  /** resolves when everything sent so far is durable, or has failed */
  settled: Promise<void> = Promise.resolve();

  constructor(source: number, write: Write, heard: { readonly onDurable: (reached: Reached | null) => void; readonly onFailed: () => void }) {
    this.#source = String(source);
    this.#write = write;
    this.#heard = heard;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
  /** `reached`: where the source is once this is durable; null where it then has no position; undefined where that stays. */
  send(changes: readonly WireChange[], bytes: number, reached?: Reached | null): void {
    this.bytes += bytes;
    const own = this.#write(changes, { source: this.#source, first: this.#first, ...(reached === undefined ? {} : { position: reached === null ? null : reached.stored }) });
    this.#first = false;
    const before = this.settled;
    this.settled = own.then(
      async () => {
        await before;
        this.bytes -= bytes;
        if (reached !== undefined && this.#failure === undefined) this.#heard.onDurable(reached);
      },
      async (error: unknown) => {
        await before;
        this.#failure ??= error instanceof SqlError && error.code === CANNOT_WRITE ? new TransientError(error.message, { cause: error }) : error;
        this.bytes -= bytes;
        this.#heard.onFailed();
      },
    );
  }
}
