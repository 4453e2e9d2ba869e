import {
  normalLong, numericAbs, numericAdd, numericCanonical, numericCeil, numericCompare, numericDiv, numericDivTrunc, numericExp, numericFloor, numericFromInteger,
  numericFromNumber, numericLn, numericLog, numericMod, numericMul, numericNegate, numericPower, numericPrint, numericRound, numericSign, numericSignOf,
  numericSqrt, numericSub, numericToNumber, numericTrunc, SqlError,
} from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions } from './define.ts';
import { toInt4 } from './integer.ts';

function numericGcd(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return { kind: 'numeric', coefficient: 0n, scale: 0, special: 'NaN' };
  const scale = Math.max(a.scale, b.scale);
  let x = numericAbs(a);
  let y = numericAbs(b);
  while (numericSignOf(y) !== 0) [x, y] = [y, numericMod(x, y)];
  return numericRound(x, scale);
}

function numericLcm(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return { kind: 'numeric', coefficient: 0n, scale: 0, special: 'NaN' };
  const scale = Math.max(a.scale, b.scale);
  if (numericSignOf(a) === 0 || numericSignOf(b) === 0) return numericRound(numericFromInteger(0), scale);
  return numericRound(numericAbs(numericMul(numericDivTrunc(a, numericGcd(a, b)), b)), scale);
}

/** The bucket of `value` among `count` equal ones over [low, high); 0 below, count + 1 above. */
function numericWidthBucket(value: Numeric, low: Numeric, high: Numeric, count: number): number {
  if (count <= 0) throw new SqlError('2201G', 'count must be greater than zero');
  if (value.special === 'NaN' || low.special === 'NaN' || high.special === 'NaN') throw new SqlError('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  if (low.special !== undefined || high.special !== undefined) throw new SqlError('2201G', 'lower and upper bounds must be finite');
  const order = numericCompare(low, high);
  if (order === 0) throw new SqlError('2201G', 'lower bound cannot equal upper bound');
  const [offset, width] = order < 0 ? [numericSub(value, low), numericSub(high, low)] : [numericSub(low, value), numericSub(low, high)];
  if (numericSignOf(offset) < 0) return 0;
  if (value.special !== undefined || numericCompare(offset, width) >= 0) return toInt4(count + 1);
  const scaled = numericDivTrunc(numericMul(offset, numericFromInteger(count)), width);
  return Number(scaled.coefficient) + 1;
}

/** Overflow to infinity and underflow to 0 are errors, worded as if the number were read from its text. */
const toFloat = (round: (value: number) => number, typeName: string) => (n: Numeric): number => {
  const value = round(numericToNumber(n));
  if (n.special === undefined && (!Number.isFinite(value) || (value === 0 && n.coefficient !== 0n))) {
    throw new SqlError('22003', `"${numericPrint(n)}" is out of range for type ${typeName}`);
  }
  return value;
};
export const float8FromNumeric = toFloat((value) => value, 'double precision');
export const float4FromNumeric = toFloat(Math.fround, 'real');

/** Manual: "Mathematical Functions and Operators". */
export const numericFunctions = defineFunctions([
  ['numeric_add(numeric,numeric) numeric monotone', numericAdd],
  ['numeric_sub(numeric,numeric) numeric', numericSub],
  ['numeric_mul(numeric,numeric) numeric', numericMul],
  ['numeric_div(numeric,numeric) numeric', numericDiv],
  ['numeric_div_trunc(numeric,numeric) numeric', numericDivTrunc],
  ['div(numeric,numeric) numeric', numericDivTrunc],
  ['numeric_mod(numeric,numeric) numeric', numericMod],
  ['mod(numeric,numeric) numeric', numericMod],
  ['numeric_uminus(numeric) numeric total', numericNegate],
  ['numeric_uplus(numeric) numeric total monotone', (a: Numeric) => a],
  ['numeric_abs(numeric) numeric total', numericAbs],
  ['abs(numeric) numeric total', numericAbs],
  ['numeric_eq(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) === 0],
  ['numeric_ne(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) !== 0],
  ['numeric_lt(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) < 0],
  ['numeric_le(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) <= 0],
  ['numeric_gt(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) > 0],
  ['numeric_ge(numeric,numeric) bool total', (a: Numeric, b: Numeric) => numericCompare(a, b) >= 0],
  ['numeric_cmp(numeric,numeric) int4 total', (a: Numeric, b: Numeric) => Math.sign(numericCompare(a, b))],
  ['numeric_larger(numeric,numeric) numeric total monotone', (a: Numeric, b: Numeric) => (numericCompare(a, b) > 0 ? a : b)],
  ['numeric_smaller(numeric,numeric) numeric total monotone', (a: Numeric, b: Numeric) => (numericCompare(a, b) < 0 ? a : b)],
  ['sign(numeric) numeric total', numericSign],
  ['round(numeric) numeric', (a: Numeric) => numericRound(a)],
  ['round(numeric,int4) numeric', (a: Numeric, scale: number) => numericRound(a, scale)],
  ['trunc(numeric) numeric total', (a: Numeric) => numericTrunc(a)],
  ['trunc(numeric,int4) numeric total', (a: Numeric, scale: number) => numericTrunc(a, scale)],
  ['ceil(numeric) numeric', numericCeil],
  ['ceiling(numeric) numeric', numericCeil],
  ['floor(numeric) numeric', numericFloor],
  ['sqrt(numeric) numeric', numericSqrt],
  ['numeric_sqrt(numeric) numeric', numericSqrt],
  ['exp(numeric) numeric', numericExp],
  ['numeric_exp(numeric) numeric', numericExp],
  ['ln(numeric) numeric', numericLn],
  ['numeric_ln(numeric) numeric', numericLn],
  ['log(numeric) numeric', (a: Numeric) => numericLog(numericFromInteger(10), a)],
  ['log10(numeric) numeric', (a: Numeric) => numericLog(numericFromInteger(10), a)],
  ['log(numeric,numeric) numeric', numericLog],
  ['numeric_log(numeric,numeric) numeric', numericLog],
  ['power(numeric,numeric) numeric', numericPower],
  ['pow(numeric,numeric) numeric', numericPower],
  ['numeric_power(numeric,numeric) numeric', numericPower],
  ['gcd(numeric,numeric) numeric total', numericGcd],
  ['lcm(numeric,numeric) numeric', numericLcm],
  ['scale(numeric) int4 total', (a: Numeric) => (a.special === undefined ? a.scale : null)],
  ['min_scale(numeric) int4 total', (a: Numeric) => (a.special === undefined ? numericCanonical(a).scale : null)],
  ['trim_scale(numeric) numeric total', numericCanonical],
  ['width_bucket(numeric,numeric,numeric,int4) int4', numericWidthBucket],
  ['numeric_inc(numeric) numeric monotone', (a: Numeric) => numericAdd(a, numericFromInteger(1))],
  ['numeric(float8) numeric total monotone', (a: number) => numericFromNumber(a, 15)],
  ['numeric(float4) numeric total monotone', (a: number) => numericFromNumber(a, 6)],
  ['float8(numeric) float8 monotone', float8FromNumeric],
  ['float4(numeric) float4 monotone', float4FromNumeric],
  ['numeric(mz_timestamp) numeric total monotone', (a: number | bigint) => numericFromInteger(a)],
  ['mz_timestamp(numeric) mz_timestamp', (a: Numeric) => {
    const whole = numericTrunc(a);
    if (a.special !== undefined || numericCompare(whole, a) !== 0 || whole.coefficient < 0n || BigInt.asIntN(64, whole.coefficient) !== whole.coefficient) {
      throw new SqlError('22003', 'numeric value out of range for mz_timestamp');
    }
    return normalLong(whole.coefficient);
  }],
]);
