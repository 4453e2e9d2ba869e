import type { WireChange } from '../engine/messages.ts';

/** Resolves once the changes are durable and visible, with the position of their source (null: it has none any more). Their buffers are given away. */
export type Write = (changes: readonly WireChange[], position: readonly [source: string, position: string | null] | undefined) => Promise<void>;

/** What was sent to the engine and is not durable yet. Positions become durable in the order in which they were sent. */
export class Writes {
  readonly #source: string;
  readonly #write: Write;
  readonly #onDurable: (position: unknown) => void;
  #failure: unknown;
  /** bytes sent that are not durable */
  bytes = 0;
  /** resolves when everything sent so far is durable, or has failed */
  settled: Promise<void> = Promise.resolve();

  constructor(source: number, write: Write, onDurable: (position: unknown) => void) {
    this.#source = String(source);
    this.#write = write;
    this.#onDurable = onDurable;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
  /** `position`: of the source once this is durable; null where it then has none; undefined where it stays. */
  send(changes: readonly WireChange[], bytes: number, position?: unknown): void {
    this.bytes += bytes;
    const own = this.#write(changes, position === undefined ? undefined : [this.#source, position === null ? null : JSON.stringify(position)]);
    const before = this.settled;
    this.settled = own.then(
      async () => {
        await before;
        this.bytes -= bytes;
        if (position !== undefined && this.#failure === undefined) this.#onDurable(position);
      },
      async (error: unknown) => {
        await before;
        this.#failure ??= error;
        this.bytes -= bytes;
      },
    );
  }
}
