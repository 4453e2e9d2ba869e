/** What has been started and must be ended: last started, first ended; one that fails does not keep the others. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
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
