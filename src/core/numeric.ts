import type { Numeric } from './datum.ts';
import { SqlError } from './errors.ts';

/**
 * Exact decimal arithmetic with the result scales, limits and NaN/Infinity rules of Postgres' `numeric`
 * (manual, "Arbitrary Precision Numbers"). Zero has no sign; NaN equals itself and lies above Infinity.
 */

export const numericNaN: Numeric = { kind: 'numeric', coefficient: 0n, scale: 0, special: 'NaN' };
export const numericInfinity: Numeric = { kind: 'numeric', coefficient: 0n, scale: 0, special: 'Infinity' };
export const numericMinusInfinity: Numeric = { kind: 'numeric', coefficient: 0n, scale: 0, special: '-Infinity' };

/** Digits that a quotient or a transcendental function shows at least, and the widest scale they are given. */
export const MIN_SIGNIFICANT_DIGITS = 16;
export const MAX_DISPLAY_SCALE = 1000;
const MAX_STORED_SCALE = 16383;
const MAX_INTEGER_DIGITS = 131072;

const powers: bigint[] = [1n];
/** 10^exponent, remembered. */
export function pow10(exponent: number): bigint {
  if (exponent > 4096) return 10n ** BigInt(exponent);
  while (powers.length <= exponent) powers.push(powers[powers.length - 1]! * 10n);
  return powers[exponent]!;
}

const make = (coefficient: bigint, scale: number): Numeric => ({ kind: 'numeric', coefficient, scale });
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Number of decimal digits of |value|; 1 for 0. */
export function digitCount(value: bigint): number {
  const magnitude = abs(value);
  if (magnitude < 9007199254740992n) return String(Number(magnitude)).length;
  return magnitude.toString().length;
}

const overflow = (): SqlError => new SqlError('22003', 'value overflows numeric format');
export const divisionByZero = (): SqlError => new SqlError('22012', 'division by zero');

/** `coefficient / 10^scale`, refused when it has more digits than Postgres stores. */
export function numericOf(coefficient: bigint, scale: number): Numeric {
  if (scale > MAX_STORED_SCALE) return numericOf(divideRounding(coefficient, pow10(scale - MAX_STORED_SCALE)), MAX_STORED_SCALE);
  // 2^435411 has 131072 digits: only such giants pay for counting.
  if (coefficient > 9007199254740991n || coefficient < -9007199254740991n) {
    if (coefficient.toString(16).length > 100_000 && digitCount(coefficient) - scale > MAX_INTEGER_DIGITS) throw overflow();
  }
  return make(coefficient, scale);
}

/** Quotient rounded to the nearest integer, halves away from zero. `divisor` is positive. */
export function divideRounding(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest >= 0n) return rest * 2n >= divisor ? quotient + 1n : quotient;
  return rest * -2n >= divisor ? quotient - 1n : quotient;
}

/** The coefficient of `n` at another scale, rounding halves away from zero. */
const rescale = (n: Numeric, scale: number): bigint =>
  scale >= n.scale ? n.coefficient * pow10(scale - n.scale) : divideRounding(n.coefficient, pow10(n.scale - scale));

export const numericFromBigint = (value: bigint): Numeric => make(value, 0);
/** An integer given as number or bigint. */
export const numericFromInteger = (value: number | bigint): Numeric => make(BigInt(value), 0);

/** A double as Postgres casts float8 (15 significant digits) or float4 (6) to numeric. */
export function numericFromNumber(value: number, digits = 15): Numeric {
  if (Number.isNaN(value)) return numericNaN;
  if (value === Infinity) return numericInfinity;
  if (value === -Infinity) return numericMinusInfinity;
  if (Number.isSafeInteger(value) && Math.abs(value) < 10 ** digits) return make(BigInt(value), 0);
  return trimTrailingZeros(fromExponential(roundToPrecision(value, digits)));
}

/** `%.{digits}e`: C rounds an exact half to even where toExponential rounds it up. */
function roundToPrecision(value: number, digits: number): string {
  const rounded = value.toExponential(digits - 1);
  const wide = value.toExponential(Math.min(100, digits + 59));
  const mantissaStart = wide.charCodeAt(0) === 45 ? 1 : 0;
  const tail = wide.slice(mantissaStart + digits + 1, wide.indexOf('e'));
  if (tail.charCodeAt(0) !== 53 || !isAllZero(tail, 1)) return rounded;
  const kept = wide.slice(0, mantissaStart + digits + 1);
  const last = kept.charCodeAt(kept.length - 1) - 48;
  return last % 2 === 0 ? kept + wide.slice(wide.indexOf('e')) : rounded;
}

function isAllZero(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) if (text.charCodeAt(i) !== 48) return false;
  return true;
}

/** Reads `d.ddde±x`, as toExponential writes it. */
function fromExponential(text: string): Numeric {
  const e = text.indexOf('e');
  const exponent = Number(text.slice(e + 1));
  const point = text.indexOf('.');
  const digits = point < 0 ? text.slice(0, e) : text.slice(0, point) + text.slice(point + 1, e);
  const fraction = point < 0 ? 0 : e - point - 1;
  return exponent >= fraction
    ? make(BigInt(digits) * pow10(exponent - fraction), 0)
    : make(BigInt(digits), fraction - exponent);
}

function trimTrailingZeros(n: Numeric): Numeric {
  let { coefficient, scale } = n;
  if (scale > 0 && coefficient === 0n) return make(0n, 0);
  while (scale >= 16 && coefficient % 10_000_000_000_000_000n === 0n) {
    coefficient /= 10_000_000_000_000_000n;
    scale -= 16;
  }
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale--;
  }
  return scale === n.scale ? n : make(coefficient, scale);
}

/** The representative of all numerics equal to `n`: no trailing zeros after the point. */
export const numericCanonical = (n: Numeric): Numeric => (n.special === undefined ? trimTrailingZeros(n) : n);

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const syntaxError = (text: string): SqlError => new SqlError('22P02', `invalid input syntax for type numeric: "${text}"`);

/** Reads Postgres' text forms: decimal, exponents, `_` between digits, 0x/0o/0b integers, NaN, [+-]Infinity, [+-]inf. */
export function numericParse(text: string): Numeric {
  let at = 0;
  let end = text.length;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
  const start = at;
  let negative = false;
  const first = text.charCodeAt(at);
  if (first === 45 || first === 43) {
    negative = first === 45;
    at++;
  }
  const lead = text.charCodeAt(at);
  if (!((lead >= 48 && lead <= 57) || lead === 46)) return parseSpecial(text, text.slice(start, end), at - start);
  if (lead === 48 && at + 1 < end) {
    const radix = '_xob'.indexOf(text.charAt(at + 1).toLowerCase());
    if (radix > 0) return parseRadix(text, text.slice(at + 2, end), radix === 1 ? 16 : radix === 2 ? 8 : 2, negative);
  }
  return parseDecimal(text, at, end, negative);
}

function parseSpecial(text: string, body: string, signLength: number): Numeric {
  const word = body.slice(signLength).toLowerCase();
  if (word === 'nan' && signLength === 0) return numericNaN;
  if (word === 'infinity' || word === 'inf') return body.charCodeAt(0) === 45 ? numericMinusInfinity : numericInfinity;
  throw syntaxError(text);
}

function parseRadix(text: string, digits: string, radix: number, negative: boolean): Numeric {
  const shape = radix === 16 ? /^(_?[0-9a-f])+$/i : radix === 8 ? /^(_?[0-7])+$/ : /^(_?[01])+$/;
  if (!shape.test(digits)) throw syntaxError(text);
  const value = BigInt((radix === 16 ? '0x' : radix === 8 ? '0o' : '0b') + digits.replaceAll('_', ''));
  return numericOf(negative ? -value : value, 0);
}

function parseDecimal(text: string, from: number, end: number, negative: boolean): Numeric {
  let at = from;
  let digits = '';
  let runStart = at;
  let point = -1;
  let fraction = 0;
  let sawDigit = false;
  let code = 0;
  for (; at < end; at++) {
    code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      sawDigit = true;
      if (point >= 0) fraction++;
    } else if (code === 46 && point < 0) {
      digits += text.slice(runStart, at);
      runStart = at + 1;
      point = at;
    } else if (code === 95 && at > from && isDigit(text, at - 1, end) && isDigit(text, at + 1, end)) {
      digits += text.slice(runStart, at);
      runStart = at + 1;
    } else break;
  }
  if (!sawDigit) throw syntaxError(text);
  digits += text.slice(runStart, at);
  let exponent = 0;
  if (at < end) {
    if (code !== 101 && code !== 69) throw syntaxError(text);
    const exponentText = text.slice(at + 1, end);
    if (!/^[+-]?[0-9](_?[0-9])*$/.test(exponentText)) throw syntaxError(text);
    exponent = Number(exponentText.replaceAll('_', ''));
    if (Math.abs(exponent) >= 1_073_741_823) throw overflow();
  }
  const magnitude = digits.length <= 15 ? BigInt(Number(digits)) : BigInt(digits);
  return withExponent(negative ? -magnitude : magnitude, fraction - exponent);
}

const isDigit = (text: string, at: number, bound: number): boolean => {
  const code = at >= bound ? NaN : text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

function withExponent(coefficient: bigint, scale: number): Numeric {
  if (scale >= 0) {
    if (scale <= MAX_STORED_SCALE) return numericOf(coefficient, scale);
    // A scale past the limit keeps MAX_STORED_SCALE digits after the point.
    if (scale - digitCount(coefficient) > MAX_STORED_SCALE + 1) return make(0n, MAX_STORED_SCALE);
    return numericOf(coefficient, scale);
  }
  if (coefficient === 0n) return make(0n, 0);
  if (digitCount(coefficient) - scale > MAX_INTEGER_DIGITS) throw overflow();
  return numericOf(coefficient * pow10(-scale), 0);
}

export function numericPrint(n: Numeric): string {
  if (n.special !== undefined) return n.special;
  const text = n.coefficient.toString();
  const scale = n.scale;
  if (scale === 0) return text;
  const negative = text.charCodeAt(0) === 45;
  const digits = negative ? text.slice(1) : text;
  const sign = negative ? '-' : '';
  if (digits.length > scale) return `${sign}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
  return `${sign}0.${'0'.repeat(scale - digits.length)}${digits}`;
}

/** The nearest double; ±Infinity beyond its range. */
export function numericToNumber(n: Numeric): number {
  if (n.special !== undefined) return n.special === 'NaN' ? NaN : n.special === 'Infinity' ? Infinity : -Infinity;
  if (n.scale === 0) return Number(n.coefficient);
  if (n.scale <= 22 && n.coefficient <= 9007199254740991n && n.coefficient >= -9007199254740991n) return Number(n.coefficient) / 10 ** n.scale;
  return Number(numericPrint(n));
}

/** Rounded half away from zero. NaN and infinities raise as casts to `typeName` do. */
export function numericToBigint(n: Numeric, typeName = 'bigint'): bigint {
  if (n.special !== undefined) throw new SqlError('0A000', `cannot convert ${n.special === 'NaN' ? 'NaN' : 'infinity'} to ${typeName}`);
  return n.scale === 0 ? n.coefficient : divideRounding(n.coefficient, pow10(n.scale));
}

/** -1, 0 or 1; 0 for NaN. */
export function numericSignOf(n: Numeric): number {
  if (n.special !== undefined) return n.special === 'Infinity' ? 1 : n.special === '-Infinity' ? -1 : 0;
  return n.coefficient > 0n ? 1 : n.coefficient < 0n ? -1 : 0;
}

const infinityOf = (sign: number): Numeric => (sign < 0 ? numericMinusInfinity : numericInfinity);
const isNaNumeric = (n: Numeric): boolean => n.special === 'NaN';

export function numericAdd(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) {
    if (a.special === undefined) return b;
    if (b.special === undefined) return a;
    return a.special === b.special ? a : numericNaN;
  }
  if (a.scale === b.scale) return numericOf(a.coefficient + b.coefficient, a.scale);
  return a.scale > b.scale
    ? numericOf(a.coefficient + b.coefficient * pow10(a.scale - b.scale), a.scale)
    : numericOf(a.coefficient * pow10(b.scale - a.scale) + b.coefficient, b.scale);
}

export const numericSub = (a: Numeric, b: Numeric): Numeric => numericAdd(a, numericNegate(b));

export function numericMul(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) {
    if (isNaNumeric(a) || isNaNumeric(b)) return numericNaN;
    const sign = numericSignOf(a) * numericSignOf(b);
    return sign === 0 ? numericNaN : infinityOf(sign);
  }
  return numericOf(a.coefficient * b.coefficient, a.scale + b.scale);
}

/** Weight and value of the leading base-10000 digit, on which Postgres bases result scales. */
export function leadingDigit(n: Numeric): { readonly weight: number; readonly digit: number } {
  if (n.coefficient === 0n) return { weight: 0, digit: 0 };
  const text = abs(n.coefficient).toString();
  const exponent = text.length - 1 - n.scale;
  const weight = Math.floor(exponent / 4);
  const length = exponent - weight * 4 + 1;
  return { weight, digit: Number(text.slice(0, length).padEnd(length, '0')) };
}

/** The scale of a quotient: at least 16 significant digits, at least either operand's scale. */
function divisionScale(a: Numeric, b: Numeric): number {
  const left = leadingDigit(a);
  const right = leadingDigit(b);
  const quotientWeight = left.weight - right.weight - (left.digit <= right.digit ? 1 : 0);
  return Math.min(MAX_DISPLAY_SCALE, Math.max(MIN_SIGNIFICANT_DIGITS - quotientWeight * 4, a.scale, b.scale, 0));
}

/** a / b rounded to `scale`; neither is special, b is not zero. */
export function quotientAt(a: Numeric, b: Numeric, scale: number): Numeric {
  const shift = scale + b.scale - a.scale;
  let dividend = shift >= 0 ? a.coefficient * pow10(shift) : a.coefficient;
  let divisor = shift >= 0 ? b.coefficient : b.coefficient * pow10(-shift);
  if (divisor < 0n) {
    dividend = -dividend;
    divisor = -divisor;
  }
  return numericOf(divideRounding(dividend, divisor), scale);
}

export function numericDiv(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) {
    if (isNaNumeric(a) || isNaNumeric(b)) return numericNaN;
    if (a.special === undefined) return make(0n, 0);
    if (b.special !== undefined) return numericNaN;
    if (b.coefficient === 0n) throw divisionByZero();
    return infinityOf(numericSignOf(a) * numericSignOf(b));
  }
  if (b.coefficient === 0n) throw divisionByZero();
  return quotientAt(a, b, divisionScale(a, b));
}

/** The integer part of the quotient (`div`). */
export function numericDivTrunc(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return numericDiv(a, b);
  if (b.coefficient === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return numericOf(rescale(a, scale) / rescale(b, scale), 0);
}

/** The remainder, with the sign of `a`. */
export function numericMod(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) {
    if (isNaNumeric(a) || isNaNumeric(b)) return numericNaN;
    if (a.special === undefined) return a;
    if (b.special === undefined && b.coefficient === 0n) throw divisionByZero();
    return numericNaN;
  }
  if (b.coefficient === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return make(rescale(a, scale) % rescale(b, scale), scale);
}

export function numericNegate(n: Numeric): Numeric {
  if (n.special === undefined) return make(-n.coefficient, n.scale);
  return isNaNumeric(n) ? n : infinityOf(-numericSignOf(n));
}
export const numericAbs = (n: Numeric): Numeric => (numericSignOf(n) < 0 ? numericNegate(n) : n);
export const numericSign = (n: Numeric): Numeric => (isNaNumeric(n) ? n : make(BigInt(numericSignOf(n)), 0));

const specialRank = (n: Numeric): number => (n.special === 'NaN' ? 2 : n.special === 'Infinity' ? 1 : n.special === '-Infinity' ? -1 : 0);

/** Negative, zero or positive; NaN equals itself and lies above everything. */
export function numericCompare(a: Numeric, b: Numeric): number {
  if (a.special !== undefined || b.special !== undefined) return specialRank(a) - specialRank(b);
  let left = a.coefficient;
  let right = b.coefficient;
  if (a.scale > b.scale) right *= pow10(a.scale - b.scale);
  else if (a.scale < b.scale) left *= pow10(b.scale - a.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

const clampScale = (scale: number): number => Math.min(Math.max(scale, -MAX_INTEGER_DIGITS), MAX_STORED_SCALE);

/** Rounded to `scale` digits after the point (before it when negative), halves away from zero. */
export function numericRound(n: Numeric, scale = 0): Numeric {
  if (n.special !== undefined) return n;
  const target = clampScale(scale);
  const coefficient = rescale(n, target);
  return target >= 0 ? numericOf(coefficient, target) : numericOf(coefficient * pow10(-target), 0);
}

/** Cut off after `scale` digits, towards zero. */
export function numericTrunc(n: Numeric, scale = 0): Numeric {
  if (n.special !== undefined) return n;
  const target = clampScale(scale);
  if (target >= n.scale) return numericOf(rescale(n, target), target);
  const coefficient = n.coefficient / pow10(n.scale - target);
  return target >= 0 ? numericOf(coefficient, target) : numericOf(coefficient * pow10(-target), 0);
}

export function numericFloor(n: Numeric): Numeric {
  if (n.special !== undefined || n.scale === 0) return n;
  const divisor = pow10(n.scale);
  const whole = n.coefficient / divisor;
  return numericOf(n.coefficient < 0n && n.coefficient % divisor !== 0n ? whole - 1n : whole, 0);
}
export const numericCeil = (n: Numeric): Numeric => (n.special !== undefined ? n : numericNegate(numericFloor(numericNegate(n))));

/** Precision and scale of a numeric's typmod; undefined for -1. */
export function numericPrecision(typmod: number): { readonly precision: number; readonly scale: number } | undefined {
  if (typmod < 4) return undefined;
  const packed = typmod - 4;
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}

/** `n` as numeric(precision, scale): rounded, refused (22003) when it does not fit. */
export function numericApplyTypmod(n: Numeric, typmod: number): Numeric {
  const limit = numericPrecision(typmod);
  if (limit === undefined || n.special === 'NaN') return n;
  const { precision, scale } = limit;
  const field = `A field with precision ${precision}, scale ${scale}`;
  if (n.special !== undefined) {
    throw new SqlError('22003', 'numeric field overflow', { detail: `${field} cannot hold an infinite value.` });
  }
  const rounded = scale >= 0 && n.scale === scale ? n : numericRound(n, scale);
  const integerDigits = precision - scale;
  const bound = integerDigits >= 0 ? pow10(integerDigits + rounded.scale) : pow10(Math.max(0, rounded.scale + integerDigits));
  if (abs(rounded.coefficient) >= bound) {
    throw new SqlError('22003', 'numeric field overflow', {
      detail: `${field} must round to an absolute value less than ${integerDigits === 0 ? '1' : `10^${integerDigits}`}.`,
    });
  }
  return rounded;
}
