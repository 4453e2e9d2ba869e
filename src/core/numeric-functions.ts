import type { Numeric } from './datum.ts';
import { SqlError } from './errors.ts';
import {
  MAX_DISPLAY_SCALE, MIN_SIGNIFICANT_DIGITS, digitCount, divideRounding, divisionByZero, leadingDigit, numericCompare, numericInfinity, numericMul, numericNaN,
  numericOf, numericParse, numericRound, numericSignOf, numericSub, numericToNumber, pow10, quotientAt,
} from './numeric.ts';

/**
 * Square root, exponential, logarithms and power of numerics. Postgres chooses the scale of each result from an estimate
 * of its weight; the digits are those of the exact result, rounded. Inside, x is the integer x * 10^working scale.
 */

const one = numericOf(1n, 0);
const zero = numericOf(0n, 0);
const clamp = (scale: number): number => Math.min(Math.max(scale, 0), MAX_DISPLAY_SCALE);
const overflow = (): SqlError => new SqlError('22003', 'value overflows numeric format');

/** Largest integer whose square is at most `n`. */
function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export function numericSqrt(n: Numeric): Numeric {
  if (n.special === 'NaN' || n.special === 'Infinity') return n;
  if (numericSignOf(n) < 0) throw new SqlError('2201F', 'cannot take square root of a negative number');
  const { weight } = leadingDigit(n);
  const rootWeight = (weight + 1) * 2 - 1;
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - rootWeight, n.scale));
  const shift = 2 * (scale + 1) - n.scale;
  const radicand = shift >= 0 ? n.coefficient * pow10(shift) : n.coefficient / pow10(-shift);
  return numericOf(divideRounding(integerRoot(radicand), 10n), scale);
}

const fixed = (n: Numeric, scale: number): bigint =>
  n.scale <= scale ? n.coefficient * pow10(scale - n.scale) : divideRounding(n.coefficient, pow10(n.scale - scale));

/** ln 2 and ln 10 at the widest scale asked for so far. */
const logConstants = new Map<string, { readonly scale: number; readonly value: bigint }>();
function logConstant(name: 'two' | 'ten', scale: number): bigint {
  const known = logConstants.get(name);
  if (known !== undefined && known.scale >= scale) return divideRounding(known.value, pow10(known.scale - scale));
  const wide = scale + 10;
  const unit = pow10(wide);
  const two = 2n * inverseTanh(unit / 3n, wide);
  // ln 10 = 3 ln 2 + ln 1.25, and ln 1.25 = 2 atanh(1/9)
  const value = name === 'two' ? two : 3n * two + 2n * inverseTanh(unit / 9n, wide);
  logConstants.set(name, { scale: wide, value });
  return divideRounding(value, pow10(wide - scale));
}

/** atanh(x) = x + x^3/3 + x^5/5 + ..., for small x. */
function inverseTanh(x: bigint, scale: number): bigint {
  const unit = pow10(scale);
  const square = (x * x) / unit;
  let term = x;
  let sum = x;
  for (let k = 3n; term !== 0n; k += 2n) {
    term = (term * square) / unit;
    sum += term / k;
  }
  return sum;
}

/** ln(x) for a positive fixed-point x. */
function fixedLn(x: bigint, scale: number): bigint {
  const wide = scale + 10;
  let value = x * pow10(10);
  const unit = pow10(wide);
  // Bring x near 1 by powers of ten and two, so that the series is short.
  let tens = 0;
  const magnitude = digitCount(value) - 1 - wide;
  if (magnitude > 0) value = divideRounding(value, pow10(magnitude));
  else if (magnitude < 0) value *= pow10(-magnitude);
  tens = magnitude;
  let twos = 0;
  while (value * 3n > unit * 4n) {
    value = divideRounding(value, 2n);
    twos++;
  }
  const series = 2n * inverseTanh(((value - unit) * unit) / (value + unit), wide);
  const total = series + BigInt(twos) * logConstant('two', wide) + BigInt(tens) * logConstant('ten', wide);
  return divideRounding(total, pow10(10));
}

/** e^x for a fixed-point x; the result has `scale` too. */
function fixedExp(x: bigint, scale: number): bigint {
  const log2 = logConstant('two', scale);
  const k = x >= 0n ? x / log2 : -((-x + log2 - 1n) / log2);
  const extra = Math.max(0, Math.ceil(Number(k) * 0.30103)) + 12;
  const wide = scale + extra;
  const unit = pow10(wide);
  const halvings = 8n;
  const rest = (x * pow10(extra) - k * logConstant('two', wide)) >> halvings;
  let term = unit;
  let sum = unit;
  for (let i = 1n; term !== 0n; i++) {
    term = (term * rest) / unit / i;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) / unit;
  const scaled = k >= 0n ? sum << k : sum >> -k;
  return divideRounding(scaled, pow10(extra));
}

/** log10(e), as the estimates of result weights use it. */
const LOG10_E = 0.434294481903252;
/** Postgres refuses to raise e to more than this. */
const MAX_EXPONENT = 6000;
const LN_10 = 2.302585092994046;

export function numericExp(n: Numeric): Numeric {
  if (n.special !== undefined) return n.special === '-Infinity' ? zero : n;
  const value = numericToNumber(n);
  const exponent = value * LOG10_E;
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - Math.trunc(Math.min(2000, Math.max(-2000, exponent))), n.scale));
  if (value >= MAX_EXPONENT) throw overflow();
  if (value <= -MAX_EXPONENT || exponent < -scale - 2) return numericOf(0n, scale);
  return expAt(n, scale, exponent);
}

function expAt(n: Numeric, scale: number, decimalExponent: number): Numeric {
  const guard = 12 + Math.max(0, Math.ceil(decimalExponent));
  const working = scale + guard;
  return numericOf(divideRounding(fixedExp(fixed(n, working), working), pow10(guard)), scale);
}

/** The decimal weight of ln(n), estimated from its leading digits as Postgres does. */
function lnWeight(n: Numeric): number {
  if (numericSignOf(n) <= 0) return 0;
  if (numericCompare(n, numericParse('0.9')) >= 0 && numericCompare(n, numericParse('1.1')) <= 0) {
    const difference = numericSub(n, one);
    if (difference.coefficient === 0n) return 0;
    const { weight, digit } = leadingDigit(difference);
    return weight * 4 + Math.trunc(Math.log10(digit));
  }
  const { weight, digit } = leadingDigit(n);
  const first = leadingDigits(n, 2);
  const logarithm = first.count > 1 ? Math.log(first.digits) + (weight * 4 - 4) * LN_10 : Math.log(digit) + weight * 4 * LN_10;
  return Math.trunc(Math.log10(Math.abs(logarithm)));
}

/** The first `limit` base-10000 digits that the number has, as one integer. */
function leadingDigits(n: Numeric, limit: number): { readonly digits: number; readonly count: number } {
  const text = (n.coefficient < 0n ? -n.coefficient : n.coefficient).toString();
  const exponent = text.length - 1 - n.scale;
  const firstLength = exponent - Math.floor(exponent / 4) * 4 + 1;
  const stripped = text.replace(/0+$/, '').length;
  const available = Math.max(1, Math.ceil((stripped - firstLength) / 4) + 1);
  const count = Math.min(limit, available);
  const length = firstLength + (count - 1) * 4;
  return { digits: Number(text.slice(0, length).padEnd(length, '0')), count };
}

const requirePositive = (n: Numeric): void => {
  const sign = numericSignOf(n);
  if (n.special === 'NaN') return;
  if (sign === 0) throw new SqlError('2201E', 'cannot take logarithm of zero');
  if (sign < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number');
};

/** ln(n) rounded to `scale`, for finite positive n. */
function lnAt(n: Numeric, scale: number): Numeric {
  // A tiny n needs its leading digits inside the working scale.
  const working = scale + 12 + Math.max(0, n.scale);
  return numericOf(divideRounding(fixedLn(fixed(n, working), working), pow10(working - scale)), scale);
}

export function numericLn(n: Numeric): Numeric {
  requirePositive(n);
  if (n.special !== undefined) return n;
  return lnAt(n, clamp(Math.max(MIN_SIGNIFICANT_DIGITS - lnWeight(n), n.scale)));
}

/** The logarithm of `n` to `base`. */
export function numericLog(base: Numeric, n: Numeric): Numeric {
  if (base.special === 'NaN' || n.special === 'NaN') return numericNaN;
  requirePositive(base);
  requirePositive(n);
  if (base.special !== undefined) return n.special !== undefined ? numericNaN : zero;
  if (n.special !== undefined) return n;
  const weight = lnWeight(n) - lnWeight(base);
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - weight, base.scale, n.scale));
  const working = scale + 20 + Math.max(0, lnWeight(n) - 2 * lnWeight(base), -2 * lnWeight(base));
  const divisor = lnAt(base, working);
  if (divisor.coefficient === 0n) throw divisionByZero();
  return quotientAt(lnAt(n, working), divisor, scale);
}

const complexResult = (): SqlError => new SqlError('2201F', 'a negative number raised to a non-integer power yields a complex result');
const isInteger = (n: Numeric): boolean => n.special === undefined && n.coefficient % pow10(n.scale) === 0n;
const isOdd = (n: Numeric): boolean => isInteger(n) && (n.coefficient / pow10(n.scale)) % 2n !== 0n;

export function numericPower(base: Numeric, exponent: Numeric): Numeric {
  if (base.special !== undefined || exponent.special !== undefined) return powerOfSpecial(base, exponent);
  const baseSign = numericSignOf(base);
  if (baseSign === 0 && numericSignOf(exponent) < 0) throw new SqlError('2201F', 'zero raised to a negative power is undefined');
  if (isInteger(exponent)) {
    const whole = exponent.coefficient / pow10(exponent.scale);
    if (whole >= -2147483648n && whole <= 2147483647n) return integerPower(base, Number(whole), exponent.scale);
  }
  if (baseSign === 0) return numericOf(0n, MIN_SIGNIFICANT_DIGITS);
  if (baseSign < 0) {
    if (!isInteger(exponent)) throw complexResult();
    const magnitude = numericPower(numericOf(-base.coefficient, base.scale), exponent);
    return isOdd(exponent) ? numericOf(-magnitude.coefficient, magnitude.scale) : magnitude;
  }
  const estimate = numericToNumber(numericMul(lnAt(base, clamp(8 - lnWeight(base))), exponent));
  if (Math.abs(estimate) > 2000 * 3.01) {
    if (estimate > 0) throw overflow();
    return numericOf(0n, MAX_DISPLAY_SCALE);
  }
  const weight = estimate * LOG10_E;
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - Math.trunc(weight), base.scale, exponent.scale));
  const working = scale + Math.max(0, Math.ceil(weight)) + digitCount(exponent.coefficient) + 12;
  return expAt(numericMul(lnAt(base, working), exponent), scale, weight);
}

function powerOfSpecial(base: Numeric, exponent: Numeric): Numeric {
  const exponentSign = numericSignOf(exponent);
  if (base.special === 'NaN') return exponent.special === undefined && exponentSign === 0 ? one : numericNaN;
  if (exponent.special === 'NaN') return base.special === undefined && numericCompare(base, one) === 0 ? one : numericNaN;
  const baseSign = numericSignOf(base);
  if (baseSign === 0 && exponentSign < 0) throw new SqlError('2201F', 'zero raised to a negative power is undefined');
  if (base.special === undefined) {
    if (numericCompare(base, one) === 0) return one;
    if (baseSign < 0 && exponent.special === undefined && !isInteger(exponent)) throw complexResult();
    const absolute = baseSign < 0 ? numericOf(-base.coefficient, base.scale) : base;
    const order = numericCompare(absolute, one);
    if (order === 0) return one;
    return order > 0 === exponentSign > 0 ? numericInfinity : zero;
  }
  if (exponentSign === 0) return one;
  if (baseSign > 0) return exponentSign > 0 ? numericInfinity : zero;
  if (exponent.special === undefined && !isInteger(exponent)) throw complexResult();
  if (exponentSign < 0) return zero;
  return isOdd(exponent) ? { ...numericInfinity, special: '-Infinity' } : numericInfinity;
}

function integerPower(base: Numeric, exponent: number, exponentScale: number): Numeric {
  let weight = 0;
  if (base.coefficient !== 0n) {
    const first = leadingDigits(base, 4);
    weight = Math.log10(first.digits) + leadingDigit(base).weight * 4 - (first.count - 1) * 4;
  }
  weight *= exponent;
  if (weight > 131072) throw overflow();
  if (weight + 1 < -MAX_DISPLAY_SCALE) return numericOf(0n, MAX_DISPLAY_SCALE);
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - Math.trunc(weight), base.scale, exponentScale));
  if (exponent === 0) return numericOf(pow10(scale), scale);
  if (exponent === 1) return numericRound(base, scale);
  if (base.coefficient === 0n) {
    if (exponent < 0) throw divisionByZero();
    return numericOf(0n, scale);
  }
  return roundedPower(base, exponent, scale, weight);
}

/** base^exponent by squaring, keeping as many digits as the result shows and a guard against the accumulated rounding. */
function roundedPower(base: Numeric, exponent: number, scale: number, weight: number): Numeric {
  const significant = Math.max(1, scale + Math.ceil(weight)) + 12 + digitCount(BigInt(exponent));
  let result = one;
  let square = base;
  for (let rest = Math.abs(exponent); ; ) {
    if (rest % 2 === 1) result = keepSignificant(numericMulExact(result, square), significant);
    rest = Math.floor(rest / 2);
    if (rest === 0) break;
    square = keepSignificant(numericMulExact(square, square), significant);
  }
  if (exponent < 0) return quotientAt(one, result, scale);
  return result.scale < 0 ? numericOf(result.coefficient * pow10(scale - result.scale), scale) : numericRound(result, scale);
}

/** Scales may be negative here: powers of large bases drop digits before the point too. */
const numericMulExact = (a: Numeric, b: Numeric): Numeric => ({ kind: 'numeric', coefficient: a.coefficient * b.coefficient, scale: a.scale + b.scale });
function keepSignificant(n: Numeric, digits: number): Numeric {
  const excess = digitCount(n.coefficient) - digits;
  return excess <= 0 ? n : { kind: 'numeric', coefficient: divideRounding(n.coefficient, pow10(excess)), scale: n.scale - excess };
}
