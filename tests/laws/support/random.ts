import { SeededRandom } from '../../../src/core/index.ts';

/** Choices drawn from one seed: the same seed makes the same case everywhere. */
export class Draw {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }
  /** Whole, `low` to `high` inclusive. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#random.next() * (high - low + 1));
  }
  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }
  of<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }
  /** One of the choices, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let left = this.#random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) if ((left -= weight) < 0) return choice;
    return choices.at(-1)![1];
  }
  list<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    return this.list(rest.length, () => rest.splice(this.int(0, rest.length - 1), 1)[0]!);
  }
}

/** The first seed: `LAW_SEED=n` repeats the case of that seed, and it alone. */
export const firstSeed = Number(process.env.LAW_SEED ?? 1);

/** How many cases a law takes: `usual`, multiplied by `LAW_RUNS` (a factor) for a longer run; one when a seed is given. */
export const runs = (usual: number): number => (process.env.LAW_SEED === undefined ? Math.ceil(usual * Number(process.env.LAW_RUNS ?? 1)) : 1);

export const seeds = (usual: number): number[] => Array.from({ length: runs(usual) }, (_, index) => firstSeed + index);
