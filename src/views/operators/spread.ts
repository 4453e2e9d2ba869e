import { SqlError, numericAdd, numericDiv, numericFromInteger, numericMul, numericSub } from '../../core/index.ts';
import type { Datum, Numeric } from '../../core/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import { inUnits, quotient } from '../state/exact-double.ts';
import { ByGroup } from './accumulator.ts';
import type { ArgumentColumns } from './accumulator.ts';

/** Which of the variances: the standard deviation is its `root`; a `sample`'s is over n - 1. */
export interface Spread {
  readonly root: boolean;
  readonly sample: boolean;
}

const nan: Numeric = { kind: 'numeric', coefficient: 0n, scale: 0, special: 'NaN' };

interface NumericState {
  count: number;
  special: number;
  sum: Numeric;
  squares: Numeric;
  /** how many values have each display scale: the largest present decides the result's */
  readonly scales: Map<number, number>;
}

/** Variances of integers and numeric: exact sums of x and of x², so that what is taken back leaves nothing. */
export class NumericSpread extends ByGroup<NumericState> {
  readonly #args: ArgumentColumns;
  readonly #spread: Spread;

  constructor(args: ArgumentColumns, spread: Spread) {
    super();
    this.#args = args;
    this.#spread = spread;
  }
  make(): NumericState {
    return { count: 0, special: 0, sum: numericFromInteger(0), squares: numericFromInteger(0), scales: new Map() };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const read = readColumn(context.symbols, layout, I, F, b, columns[0]!) as number | bigint | Numeric | null;
    if (read === null) return;
    const value = typeof read === 'object' ? read : numericFromInteger(read);
    const state = this.state(g);
    state.count += w;
    if (value.special !== undefined) {
      state.special += w;
      return;
    }
    const weighted = numericMul(value, numericFromInteger(w));
    state.sum = numericAdd(state.sum, weighted);
    state.squares = numericAdd(state.squares, numericMul(value, weighted));
    const having = (state.scales.get(value.scale) ?? 0) + w;
    if (having === 0) state.scales.delete(value.scale);
    else state.scales.set(value.scale, having);
  }
  result(g: number): Datum {
    const { count, special, sum, squares, scales } = this.state(g);
    const { root, sample } = this.#spread;
    if (count === 0 || (sample && count === 1)) return null;
    if (special > 0) return nan;
    const n = numericFromInteger(count);
    const scale = Math.max(0, ...scales.keys());
    const difference = rescaled(numericSub(numericMul(n, squares), numericMul(sum, sum)), 2 * scale);
    if (difference.coefficient <= 0n) return numericFromInteger(0);
    const variance = numericDiv(difference, numericMul(n, numericFromInteger(sample ? count - 1 : count)));
    return root ? squareRoot(variance) : variance;
  }
}

/** The same number with another scale; the digits that go are zeros. */
const rescaled = (n: Numeric, scale: number): Numeric => ({
  ...n, scale, coefficient: n.scale > scale ? n.coefficient / 10n ** BigInt(n.scale - scale) : n.coefficient * 10n ** BigInt(scale - n.scale),
});

/** The root at the number's own scale, rounded: Postgres' `numeric_stddev_internal` carries the variance's scale over. */
function squareRoot(n: Numeric): Numeric {
  const square = n.coefficient * 10n ** BigInt(n.scale);
  const root = integerRoot(square);
  return { ...n, coefficient: square - root * root > root ? root + 1n : root };
}

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

interface FloatState {
  count: number;
  special: number;
  /** of all values, in units of 2^-1074 */
  sum: bigint;
  /** of their squares, in units of 2^-2148 */
  squares: bigint;
}

/** Variances of doubles: the sums of x and x² are kept as integers, exactly; the result is rounded once. */
export class FloatSpread extends ByGroup<FloatState> {
  readonly #args: ArgumentColumns;
  readonly #spread: Spread;

  constructor(args: ArgumentColumns, spread: Spread) {
    super();
    this.#args = args;
    this.#spread = spread;
  }
  make(): FloatState {
    return { count: 0, special: 0, sum: 0n, squares: 0n };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const value = readColumn(context.symbols, layout, I, F, b, columns[0]!) as number | null;
    if (value === null) return;
    const state = this.state(g);
    state.count += w;
    if (!Number.isFinite(value)) {
      state.special += w;
      return;
    }
    const units = inUnits(value);
    state.sum += units * BigInt(w);
    state.squares += units * units * BigInt(w);
  }
  result(g: number): Datum {
    const { count, special, sum, squares } = this.state(g);
    const { root, sample } = this.#spread;
    if (count === 0 || (sample && count === 1)) return null;
    if (special > 0) return NaN;
    const n = BigInt(count);
    const variance = quotient(n * squares - sum * sum, n * BigInt(sample ? count - 1 : count), 2148);
    if (!Number.isFinite(variance)) throw new SqlError('22003', 'value out of range: overflow');
    return root ? Math.sqrt(variance) : variance;
  }
}
