import type { Datum } from '../../core/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import { inUnits, quotient } from '../state/exact-double.ts';
import { ByGroup } from './accumulator.ts';
import type { ArgumentColumns } from './accumulator.ts';

/** Sums over the pairs (y, x) of a group, in units of 2^-1074, the products in units of 2^-2148. */
interface Pairs {
  count: number;
  /** pairs with an infinity or NaN */
  special: number;
  x: bigint;
  y: bigint;
  xx: bigint;
  yy: bigint;
  xy: bigint;
}

/** The sums as the formulas want them, about the means: each of these is n times its namesake in Postgres' float8_regr_accum, exactly. */
interface Centred {
  readonly n: bigint;
  readonly sums: Pairs;
  readonly sxx: bigint;
  readonly syy: bigint;
  readonly sxy: bigint;
}

const overN = (sum: bigint, n: bigint): number => quotient(sum, n, 2148);

const formulas: Readonly<Record<string, (c: Centred) => number | null>> = {
  regr_avgx: ({ sums, n }) => quotient(sums.x, n, 1074),
  regr_avgy: ({ sums, n }) => quotient(sums.y, n, 1074),
  regr_sxx: ({ sxx, n }) => overN(sxx, n),
  regr_syy: ({ syy, n }) => overN(syy, n),
  regr_sxy: ({ sxy, n }) => overN(sxy, n),
  covar_pop: ({ sxy, n }) => overN(sxy, n * n),
  covar_samp: ({ sxy, n }) => (n < 2n ? null : overN(sxy, n * (n - 1n))),
  corr: ({ sxx, syy, sxy }) => (sxx === 0n || syy === 0n ? null : Math.sqrt(quotient(sxy * sxy, sxx * syy, 0)) * (sxy < 0n ? -1 : 1)),
  regr_r2: ({ sxx, syy, sxy }) => (sxx === 0n ? null : syy === 0n ? 1 : quotient(sxy * sxy, sxx * syy, 0)),
  regr_slope: ({ sxx, sxy }) => (sxx === 0n ? null : quotient(sxy, sxx, 0)),
  regr_intercept: ({ sxx, sxy, sums, n }) => (sxx === 0n ? null : quotient(sums.y * sxx - sums.x * sxy, n * sxx, 1074)),
};

export const isRegression = (name: string): boolean => name === 'regr_count' || name in formulas;

/** Statistics over pairs (manual, "Aggregate Functions for Statistics"). State: the five sums, exact, so that what is taken back leaves nothing. */
export class Regression extends ByGroup<Pairs> {
  readonly #args: ArgumentColumns;
  readonly #name: string;

  constructor(args: ArgumentColumns, name: string) {
    super();
    this.#args = args;
    this.#name = name;
  }
  make(): Pairs {
    return { count: 0, special: 0, x: 0n, y: 0n, xx: 0n, yy: 0n, xy: 0n };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const y = readColumn(context.symbols, layout, I, F, b, columns[0]!) as number | null;
    const x = readColumn(context.symbols, layout, I, F, b, columns[1]!) as number | null;
    if (x === null || y === null) return;
    const sums = this.state(g);
    sums.count += w;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      sums.special += w;
      return;
    }
    const weight = BigInt(w);
    const [a, c] = [inUnits(x), inUnits(y)];
    sums.x += a * weight;
    sums.y += c * weight;
    sums.xx += a * a * weight;
    sums.yy += c * c * weight;
    sums.xy += a * c * weight;
  }
  result(g: number): Datum {
    const sums = this.state(g);
    if (this.#name === 'regr_count') return sums.count;
    if (sums.count === 0) return null;
    if (sums.special > 0) return NaN;
    const n = BigInt(sums.count);
    return formulas[this.#name]!({ n, sums, sxx: n * sums.xx - sums.x * sums.x, syy: n * sums.yy - sums.y * sums.y, sxy: n * sums.xy - sums.x * sums.y });
  }
}
