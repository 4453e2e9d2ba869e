import { SqlError, numericDiv, numericFromInteger, numericOf } from '../../core/index.ts';
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

/** `coefficient / 10^scale`, however many digits it has: sums on the way to a variance may have more than a numeric can. */
interface Exact {
  coefficient: bigint;
  scale: number;
}

interface NumericState {
  count: number;
  special: number;
  readonly sum: Exact;
  readonly squares: Exact;
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
    return { count: 0, special: 0, sum: { coefficient: 0n, scale: 0 }, squares: { coefficient: 0n, scale: 0 }, scales: new Map() };
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
    const weighted = value.coefficient * BigInt(w);
    addTo(state.sum, weighted, value.scale);
    addTo(state.squares, value.coefficient * weighted, 2 * value.scale);
    const having = (state.scales.get(value.scale) ?? 0) + w;
    if (having === 0) state.scales.delete(value.scale);
    else state.scales.set(value.scale, having);
  }
  result(g: number): Datum {
    const { count, special, sum, squares, scales } = this.state(g);
    const { root, sample } = this.#spread;
    if (count === 0 || (sample && count === 1)) return null;
    if (special > 0) return nan;
    const n = BigInt(count);
    const scale = 2 * Math.max(0, ...scales.keys());
    const difference = n * coefficientAt(squares, scale) - coefficientAt({ coefficient: sum.coefficient ** 2n, scale: 2 * sum.scale }, scale);
    if (difference <= 0n) return numericFromInteger(0);
    const divisor = n * (sample ? n - 1n : n);
    // Of a variance that no numeric can be the root may be one.
    if (root && difference.toString(16).length > GIANT) return numericOf(rootAt((difference + divisor / 2n) / divisor, scale), scale);
    const variance = numericDiv(exactly(difference, scale), exactly(divisor, 0));
    return root ? { ...variance, coefficient: rootAt(variance.coefficient, variance.scale) } : variance;
  }
}

/** Hexadecimal digits: more than a number has of which the square may be too large. */
const GIANT = 100_000;

const exactly = (coefficient: bigint, scale: number): Numeric => ({ kind: 'numeric', coefficient, scale });

/** The coefficient at another scale; the digits that go are zeros. */
const coefficientAt = ({ coefficient, scale }: Exact, wanted: number): bigint =>
  scale > wanted ? coefficient / 10n ** BigInt(scale - wanted) : coefficient * 10n ** BigInt(wanted - scale);

function addTo(sum: Exact, coefficient: bigint, scale: number): void {
  if (scale > sum.scale) {
    sum.coefficient = coefficientAt(sum, scale);
    sum.scale = scale;
  }
  sum.coefficient += coefficientAt({ coefficient, scale }, sum.scale);
}

/** The root at the number's own scale, rounded: Postgres' `numeric_stddev_internal` carries the variance's scale over. */
function rootAt(coefficient: bigint, scale: number): bigint {
  const square = coefficient * 10n ** BigInt(scale);
  const root = integerRoot(square);
  return square - root * root > root ? root + 1n : root;
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
    const [difference, divisor] = [n * squares - sum * sum, n * BigInt(sample ? count - 1 : count)];
    const variance = quotient(difference, divisor, 2148);
    // Of a variance that no double is the root may be one.
    const result = !root ? variance : Number.isFinite(variance) ? Math.sqrt(variance) : Math.sqrt(quotient(difference, divisor, 2148 + 1024)) * 2 ** 512;
    if (!Number.isFinite(result)) throw new SqlError('22003', 'value out of range: overflow');
    return result;
  }
}
