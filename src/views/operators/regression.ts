import { SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import { inUnits, quotient } from '../state/exact-double.ts';
import { ByGroup } from './accumulator.ts';
import type { ArgumentColumns } from './accumulator.ts';

/** How many of the values of one side are none that can be summed. */
interface Specials {
  nan: number;
  plus: number;
  minus: number;
}

/** Sums over the pairs (y, x) of a group, in units of 2^-1074, the products in units of 2^-2148. What is infinite or NaN is counted beside the sums of its side. */
interface Pairs {
  count: number;
  readonly specialX: Specials;
  readonly specialY: Specials;
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

const isAny = ({ nan, plus, minus }: Specials): boolean => nan + plus + minus > 0;
const sumOf = ({ nan, plus, minus }: Specials): number => (nan > 0 || (plus > 0 && minus > 0) ? NaN : plus > 0 ? Infinity : -Infinity);
const count = (specials: Specials, value: number, w: number): void => {
  if (Number.isNaN(value)) specials.nan += w;
  else if (value > 0) specials.plus += w;
  else specials.minus += w;
};

/** With an infinity or NaN on a side what is summed over that side is NaN; that the other side does not vary still decides, as in Postgres. */
function withSpecials(name: string, centred: Centred): number | null {
  const { specialX, specialY } = centred.sums;
  const [badX, badY] = [isAny(specialX), isAny(specialY)];
  const [sameX, sameY] = [!badX && centred.sxx === 0n, !badY && centred.syy === 0n];
  const formula = (bad: boolean, instead: number): number | null => (bad ? instead : formulas[name]!(centred));
  switch (name) {
    case 'regr_avgx':
      return formula(badX, sumOf(specialX));
    case 'regr_avgy':
      return formula(badY, sumOf(specialY));
    case 'regr_sxx':
      return formula(badX, NaN);
    case 'regr_syy':
      return formula(badY, NaN);
    case 'covar_samp':
      return centred.n < 2n ? null : NaN;
    case 'corr':
      return sameX || sameY ? null : NaN;
    case 'regr_r2':
      return sameX ? null : sameY ? 1 : NaN;
    case 'regr_slope':
    case 'regr_intercept':
      return sameX ? null : NaN;
    default:
      return NaN;
  }
}

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
    return { count: 0, specialX: { nan: 0, plus: 0, minus: 0 }, specialY: { nan: 0, plus: 0, minus: 0 }, x: 0n, y: 0n, xx: 0n, yy: 0n, xy: 0n };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const y = readColumn(context.symbols, layout, I, F, b, columns[0]!) as number | null;
    const x = readColumn(context.symbols, layout, I, F, b, columns[1]!) as number | null;
    if (x === null || y === null) return;
    const sums = this.state(g);
    sums.count += w;
    const weight = BigInt(w);
    const [a, c] = [Number.isFinite(x) ? inUnits(x) : undefined, Number.isFinite(y) ? inUnits(y) : undefined];
    if (a === undefined) count(sums.specialX, x, w);
    else {
      sums.x += a * weight;
      sums.xx += a * a * weight;
    }
    if (c === undefined) count(sums.specialY, y, w);
    else {
      sums.y += c * weight;
      sums.yy += c * c * weight;
    }
    if (a !== undefined && c !== undefined) sums.xy += a * c * weight;
  }
  result(g: number): Datum {
    const sums = this.state(g);
    if (this.#name === 'regr_count') return sums.count;
    if (sums.count === 0) return null;
    const n = BigInt(sums.count);
    const centred: Centred = { n, sums, sxx: n * sums.xx - sums.x * sums.x, syy: n * sums.yy - sums.y * sums.y, sxy: n * sums.xy - sums.x * sums.y };
    if (isAny(sums.specialX) || isAny(sums.specialY)) return withSpecials(this.#name, centred);
    const result = formulas[this.#name]!(centred);
    if (result === Infinity || result === -Infinity) throw new SqlError('22003', 'value out of range: overflow');
    return result;
  }
}
