import {
  numericAbs, numericApplyTypmod, numericFromBigint, numericFromInteger, numericMul, numericParse, numericPower, numericPrint, numericRound, numericToBigint,
} from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions } from './define.ts';
import type { Long } from './integer.ts';
import { longFromBigint } from './integer.ts';
import { overflowExponent, readNumber, readTemplate, writeNumber, writeRoman } from './number-format.ts';
import type { Template } from './number-format.ts';

/** to_char of numbers, and to_number. Manual: "Data Type Formatting Functions". */

const pow10 = (count: number): bigint => 10n ** BigInt(count);

/** `value` as coefficient / 10^scale, exactly. */
function exactly(value: number): { readonly coefficient: bigint; readonly scale: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const exponent = Number(raw >> 52n);
  const mantissa = (raw & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = (exponent === 0 ? 1 : exponent) - 1075;
  return shift >= 0 ? { coefficient: mantissa << BigInt(shift), scale: 0 } : { coefficient: mantissa * 5n ** BigInt(-shift), scale: -shift };
}

function divideHalfEven(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  const twice = (value % by) * 2n;
  return twice > by || (twice === by && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** `%.*f`: exact, halves to even, the sign of -0 kept. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const { coefficient, scale } = exactly(value);
  const rounded = scale <= digits ? coefficient * pow10(digits - scale) : divideHalfEven(coefficient, pow10(scale - digits));
  const text = rounded.toString().padStart(digits + 1, '0');
  return `${value < 0 || Object.is(value, -0) ? '-' : ''}${digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`}`;
}

/** One digit, the point, `digits` digits, and the exponent in at least two. */
function scientific(coefficient: bigint, scale: number, digits: number, round: typeof divideHalfUp): string {
  let exponent = coefficient === 0n ? 0 : coefficient.toString().length - 1 - scale;
  const shift = scale + exponent - digits;
  let rounded = shift > 0 ? round(coefficient, pow10(shift)) : coefficient * pow10(-shift);
  // a numeric that is rounded up to a further digit shows both: 10.00e+02
  if (round === divideHalfEven && rounded.toString().length > digits + 1) {
    rounded /= 10n;
    exponent++;
  }
  const text = rounded.toString().padStart(digits + 1, '0');
  return `${text.slice(0, text.length - digits)}${digits === 0 ? '' : `.${text.slice(-digits)}`}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

const divideHalfUp = (value: bigint, by: bigint): bigint => (value * 2n + by) / (by * 2n);

function numericToChar(value: Numeric, format: string): string {
  const template = readTemplate(format);
  const { flags } = template;
  if (flags.has('roman')) {
    const whole = value.special === undefined ? numericToBigint(numericRound(value, 0)) : 0n;
    return writeRoman(template, whole > 3999n || whole < 1n ? 0 : Number(whole));
  }
  if (flags.has('EEEE')) {
    if (value.special !== undefined) return overflowExponent(template);
    const { coefficient, scale } = numericAbs(value);
    return (value.coefficient < 0n ? '-' : ' ') + scientific(coefficient, scale, template.post, divideHalfUp);
  }
  const scaled = flags.has('multi') ? numericMul(value, numericFromBigint(pow10(template.multi))) : value;
  return writeNumber(widened(template), numericPrint(numericRound(scaled, template.post)));
}

/** V moves the point: its places count before it. */
const widened = (template: Template): Template => (template.flags.has('multi') ? { ...template, pre: template.pre + template.multi } : template);

function longToChar(value: Long, format: string, fits: (value: bigint) => Long): string {
  const template = readTemplate(format);
  if (template.flags.has('roman')) return writeRoman(template, Number(value));
  const bits = BigInt(value);
  if (template.flags.has('EEEE')) return (bits < 0n ? '-' : ' ') + scientific(bits < 0n ? -bits : bits, 0, template.post, fits === longFromBigint ? divideHalfUp : divideHalfEven);
  const scaled = template.flags.has('multi') ? fits(bits * pow10(template.multi)) : value;
  return writeNumber(widened(template), `${scaled}${template.post > 0 ? `.${'0'.repeat(template.post)}` : ''}`);
}

/** `precision`: the digits that the type holds for sure; behind them nothing is shown. */
function floatToChar(value: number, format: string, precision: number): string {
  const template = readTemplate(format);
  if (template.flags.has('roman')) return writeRoman(template, Number(fixed(Number.isFinite(value) ? value : 0, 0)));
  if (template.flags.has('EEEE')) {
    if (!Number.isFinite(value)) return overflowExponent(template);
    const { coefficient, scale } = exactly(value);
    return (value < 0 || Object.is(value, -0) ? '-' : ' ') + scientific(coefficient, scale, template.post, divideHalfEven);
  }
  const wide = widened(template);
  const product = template.flags.has('multi') ? value * 10 ** template.multi : value;
  const scaled = precision === 6 ? Math.fround(product) : product;
  const before = fixed(Math.abs(scaled), 0).length;
  const post = before >= precision ? 0 : Math.min(wide.post, precision - before);
  return writeNumber({ ...wide, post }, fixed(scaled, post));
}

/** Null for an empty template. */
function toNumber(text: string, format: string): Numeric | null {
  if (format === '') return null;
  const template = readTemplate(format);
  const { text: printed, scale } = readNumber(template, text);
  const { multi } = template;
  const precision = template.flags.has('roman') ? 4 : template.pre + multi + scale;
  const value = numericApplyTypmod(numericParse(printed), (precision << 16) + scale + 4);
  return template.flags.has('multi') ? numericMul(value, numericPower(numericFromInteger(10), numericFromInteger(-multi))) : value;
}

/** What V makes of an int4 is cut to 32 bits, as there. */
const wrapped = (bits: bigint): Long => Number(BigInt.asIntN(32, bits));

export const toCharFunctions = defineFunctions([
  ['to_char(numeric,text) text stable', numericToChar],
  ['to_char(int4,text) text stable', (value: number, format: string) => longToChar(value, format, wrapped)],
  ['to_char(int8,text) text stable', (value: Long, format: string) => longToChar(value, format, longFromBigint)],
  ['to_char(float4,text) text stable', (value: number, format: string) => floatToChar(value, format, 6)],
  ['to_char(float8,text) text stable', (value: number, format: string) => floatToChar(value, format, 15)],
  ['to_number(text,text) numeric stable', toNumber],
]);
