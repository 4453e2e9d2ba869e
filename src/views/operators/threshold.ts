import { rowLayout } from '../../core/index.ts';
import type { RowLayout } from '../../core/index.ts';
import type { Symbols } from '../state/symbols.ts';
import { Arrangement } from '../state/arrangement.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { Stream } from './operator.ts';
import type { Sink, Stateful } from './operator.ts';

/**
 * Rows with positive weight: Δout(r) = shown(n + w) - shown(n) for a change w of row r with weight n,
 * where shown(n) = max(n, 0), or with `distinct` 1 for n > 0 and else 0.
 * State: each distinct row with its weight.
 */
export class Threshold extends Stream implements Sink, Stateful {
  readonly #arrangement: Arrangement;
  readonly #distinct: boolean;

  constructor(layout: RowLayout, distinct: boolean, symbols: Symbols) {
    super(rowLayout(layout.types));
    this.#arrangement = new Arrangement(layout.types, symbols);
    this.#distinct = distinct;
  }
  push(I: Int32Array, _F: Float64Array, b: number, w: number): void {
    const handle = this.#arrangement.add(I, b, w);
    const { slab } = this.#arrangement;
    const after = this.#shown(this.#arrangement.weight(handle));
    const before = this.#shown(this.#arrangement.weight(handle) - w);
    if (after !== before) this.emit(slab.I, slab.F, handle * slab.stride, after - before);
    this.#arrangement.release(handle);
  }
  #shown(weight: number): number {
    return this.#distinct ? (weight > 0 ? 1 : 0) : Math.max(weight, 0);
  }
  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#arrangement];
  }
  get stateBytes(): number {
    return this.#arrangement.byteLength;
  }
  get stateRows(): number {
    return this.#arrangement.rows;
  }
}
