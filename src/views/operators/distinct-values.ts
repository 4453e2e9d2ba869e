import { Oid, sqlType } from '../../core/index.ts';
import type { RowLayout, SqlType } from '../../core/index.ts';
import { Arrangement } from '../state/arrangement.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import type { Symbols } from '../state/symbols.ts';
import { Scratch } from './operator.ts';

/**
 * The distinct (group, arguments) rows with their counts, shared by all aggregates DISTINCT over the same arguments.
 * State: one row a distinct pair.
 */
export class DistinctValues {
  readonly #arrangement: Arrangement;
  readonly layout: RowLayout;
  /** columns of the reduce's input */
  readonly columns: readonly number[];
  /** the row being pushed: the group, then the arguments */
  readonly I: Int32Array;
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
    if (after === 0) this.#arrangement.release(handle);
    const before = after - w;
    this.turn = after > 0 ? (before > 0 ? 0 : 1) : before > 0 ? -1 : 0;
  }
}
