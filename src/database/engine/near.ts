import { SqlError } from '../../core/index.ts';
import type { Clock, Datum, RowBatch } from '../../core/index.ts';
import type { Environment } from '../../ir/index.ts';
import { NearRelations, Peek } from '../../views/index.ts';
import type { PeekPlan, Shared, Stale } from '../../views/index.ts';
import type { Latch } from './latch.ts';
import type { Wanted } from './messages.ts';

/**
 * The engine's relations as the main thread reads them: in the engine's own memory, while its thread sleeps. It spares a lookup two wake-ups and two messages.
 * What the engine told of where things lie holds as long as their versions do; `missing` says what to ask for again.
 */
export class NearEngine {
  readonly #latch: Latch;
  readonly #clock: Clock;
  readonly #environment: Environment;
  readonly #relations = new NearRelations();
  #closed = false;

  constructor(latch: Latch, clock: Clock, environment: Environment) {
    this.#latch = latch;
    this.#clock = clock;
    this.#environment = environment;
  }

  prepare(plan: PeekPlan): Peek {
    return new Peek(plan, this.#environment, this.#relations);
  }

  /** The rows of a peek that was prepared here, null for none, as of the last closed tick; undefined where the engine has to be asked: it works, or something is out of the ordinary. */
  read(peek: Peek, values: readonly Datum[]): RowBatch | null | undefined {
    if (this.#closed) return undefined;
    return this.#latch.read((due) => {
      if (!this.#relations.knowsSymbols || (due <= this.#clock.now() && this.#relations.changesByClock(peek.id))) return undefined;
      try {
        return peek.read(values);
      } catch (error) {
        if (error instanceof SqlError) return undefined;
        throw error;
      }
    });
  }

  /** What the engine is to tell before the peek can be read here; undefined for nothing. */
  missing({ id }: Peek): Wanted | undefined {
    if (this.#closed) return undefined;
    const wanted = { relation: this.#relations.sound(id) === undefined, symbols: !this.#relations.knowsSymbols };
    return wanted.relation || wanted.symbols ? wanted : undefined;
  }

  learn(shared: Shared): void {
    if (!this.#closed) this.#relations.learn(shared);
  }
  forget({ relations, symbols }: Stale): void {
    for (const id of relations) this.#relations.forget(id);
    if (symbols) this.#relations.forgetSymbols();
  }
  /** The engine is gone: its memory is let go too. */
  close(): void {
    this.#closed = true;
    this.#relations.forgetAll();
  }
}
