import type { Random } from '../../src/core/index.ts';

/** Draws values for a benchmark's rows. */
export class Draw {
  readonly #random: Random;
  constructor(random: Random) {
    this.#random = random;
  }
  /** from `low` to `high`, both included */
  int(low: number, high: number): number {
    return low + Math.floor(this.#random.next() * (high - low + 1));
  }
  of<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }
  chance(share: number): boolean {
    return this.#random.next() < share;
  }
  money(low: number, high: number): string {
    return (this.int(low * 100, high * 100) / 100).toFixed(2);
  }
}

export const insert = (table: string, rows: readonly string[]): string => `insert into ${table} values ${rows.map((row) => `(${row})`).join(', ')}`;
/** 1 to `count` */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
