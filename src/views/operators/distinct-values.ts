import { Oid, sqlType } from '../../core/index.ts';
import type { RowLayout, SqlType } from '../../core/index.ts';
import { Arrangement } from '../state/arrangement.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { growInt32 } from '../state/symbols.ts';
import type { Symbols } from '../state/symbols.ts';
import { LOOK_ROWS, Scratch } from './operator.ts';
import type { Expired } from './operator.ts';

/** Room for more pairs than these is given back. */
const KEPT_PAIRS = 1 << 12;

/**
 * The distinct (group, arguments) rows with their counts, shared by all aggregates DISTINCT over the same arguments.
 * State: one row a distinct pair. A pair that is gone stays until the tick's close: most come back with the change behind it, the other half of an update.
 */
export class DistinctValues {
  readonly #arrangement: Arrangement;
  readonly layout: RowLayout;
  /** columns of the reduce's input */
  readonly columns: readonly number[];
  /** the row being pushed: the group, then the arguments */
  readonly I: Int32Array;
  /** pairs that came to nothing in this tick: some of them more than once, some of them there again */
  #left = new Int32Array(16);
  #leaving = 0;
  /** what it did: 1 where its value appeared in the group, -1 where it vanished, else 0 */
  turn: 0 | 1 | -1 = 0;

  constructor(columns: readonly number[], types: readonly SqlType[], symbols: Symbols) {
    this.#arrangement = new Arrangement([sqlType(Oid.int4), ...types], symbols);
    this.layout = this.#arrangement.layout;
    this.columns = columns;
    this.I = new Scratch(this.layout).I;
  }
  get rows(): number {
    return this.#arrangement.rows;
  }
  get byteLength(): number {
    return this.#arrangement.byteLength;
  }
  get root(): SymbolRoot {
    return this.#arrangement;
  }
  change(w: number): void {
    const handle = this.#arrangement.add(this.I, 0, w);
    const after = this.#arrangement.weight(handle);
    if (after === 0) this.#leave(handle);
    const before = after - w;
    this.turn = after > 0 ? (before > 0 ? 0 : 1) : before > 0 ? -1 : 0;
  }
  #leave(handle: number): void {
    if (this.#leaving === this.#left.length) this.#left = growInt32(this.#left, this.#leaving * 2);
    this.#left[this.#leaving++] = handle;
  }
  /** Forgets the pairs that are gone, until `expired()`; true when all are forgotten. */
  tidy(expired: Expired): boolean {
    while (this.#leaving > 0) {
      this.#arrangement.release(this.#left[--this.#leaving]!);
      if (this.#leaving % LOOK_ROWS === 0 && expired()) return false;
    }
    if (this.#left.length > KEPT_PAIRS) this.#left = new Int32Array(16);
    return true;
  }
}
