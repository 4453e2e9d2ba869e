/** What has been started and must be ended: last started, first ended; one that fails does not keep the others. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #atOnce: (() => void)[] = [];

  /** `atOnce`: what can be done of it without waiting. */
  add(close: () => Promise<void>, atOnce?: () => void): void {
    this.#closers.push(close);
    if (atOnce !== undefined) this.#atOnce.push(atOnce);
  }

  /** For a process that ends now, also in the middle of `close`. */
  closeAtOnce(): void {
    for (const close of this.#atOnce.toReversed()) close();
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        console.error(`while ending: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
