import { ByteReader, ByteWriter, fixedView, malformedBinary, viewOf } from '../bytes.ts';
import type { TextSettings, TypeCodec } from '../codec.ts';
import { normalLong } from '../datum.ts';
import type { Datum, Numeric } from '../datum.ts';
import { SqlError } from '../errors.ts';
import { divideRounding, numericApplyTypmod, numericCanonical, numericCompare, numericInfinity, numericMinusInfinity, numericNaN, numericOf, numericParse, numericPrint, pow10 } from '../numeric.ts';

/** Codecs of the numbers: integers, oid and its relatives, floats, numeric, money. */

const badSyntax = (typeName: string, text: string): SqlError => new SqlError('22P02', `invalid input syntax for type ${typeName}: "${text}"`);
const outOfRange = (typeName: string, text: string): SqlError => new SqlError('22003', `value "${text}" is out of range for type ${typeName}`);

/** An integer's text form: decimal, or 0x/0o/0b, `_` between digits, spaces around it. */
export function parseInteger(text: string, typeName: string): number | bigint {
  const length = text.length;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  if (length - at >= 1 && length - at <= 15) {
    let value = 0;
    const negative = at === 1;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at === length) return negative && value !== 0 ? -value : value;
  }
  const match = /^[ \t\n\v\f\r]*([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|([0-9](?:_?[0-9])*))[ \t\n\v\f\r]*$/.exec(text);
  if (match === null) throw badSyntax(typeName, text);
  const [, sign, hex, octal, binary, decimal] = match;
  const digits = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : binary !== undefined ? `0b${binary}` : decimal!;
  const magnitude = BigInt(digits.replaceAll('_', ''));
  return normalLong(sign === '-' ? -magnitude : magnitude);
}

function smallInteger(typeName: string, bytes: 2 | 4): TypeCodec {
  const limit = bytes === 2 ? 32768 : 2147483648;
  return {
    parse(text) {
      const value = parseInteger(text, typeName);
      if (typeof value === 'bigint' || value < -limit || value >= limit) throw outOfRange(typeName, text);
      return value;
    },
    print: (value) => String(value as number),
    decode: (data) => (bytes === 2 ? fixedView(data, 2, typeName).getInt16(0) : fixedView(data, 4, typeName).getInt32(0)),
    encode(value) {
      const data = new Uint8Array(bytes);
      if (bytes === 2) viewOf(data).setInt16(0, value as number);
      else viewOf(data).setInt32(0, value as number);
      return data;
    },
    compare: (a, b) => (a as number) - (b as number),
  };
}

export const int2Codec = smallInteger('smallint', 2);
export const int4Codec = smallInteger('integer', 4);

export const compareLongs = (a: Datum, b: Datum): number => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
export const encodeLong = (value: Datum): Uint8Array => {
  const data = new Uint8Array(8);
  viewOf(data).setBigInt64(0, BigInt(value as number | bigint));
  return data;
};
export const decodeLong = (data: Uint8Array, typeName: string): number | bigint => normalLong(fixedView(data, 8, typeName).getBigInt64(0));

function longCodec(typeName: string, least: bigint): TypeCodec {
  return {
    parse(text) {
      const value = parseInteger(text, typeName);
      if (typeof value === 'bigint' ? value < least || value > 9223372036854775807n : value < least) throw outOfRange(typeName, text);
      return value;
    },
    print: (value) => String(value as number | bigint),
    decode: (data) => decodeLong(data, typeName),
    encode: encodeLong,
    compare: compareLongs,
  };
}

export const int8Codec = longCodec('bigint', -9223372036854775808n);

/** Milliseconds since the Unix epoch, not negative; the text form is decimal digits. */
export const mzTimestampCodec: TypeCodec = {
  ...longCodec('mz_timestamp', 0n),
  parse(text) {
    if (!/^\s*\+?[0-9]+\s*$/.test(text)) throw badSyntax('mz_timestamp', text);
    const value = BigInt(text.trim());
    if (value > 9223372036854775807n) throw outOfRange('mz_timestamp', text);
    return normalLong(value);
  },
};

export const xid8Codec: TypeCodec = longCodec('xid8', 0n);

/** oid, xid, cid and the reg* types in their numeric form. */
export function oidCodec(typeName: string): TypeCodec {
  // a wrong number for a reg* type is told of as an OID
  const named = typeName.startsWith('reg') ? 'oid' : typeName;
  return {
    parse(text) {
      const value = parseInteger(text, named);
      if (typeof value === 'bigint' || value < -2147483648 || value > 4294967295) throw outOfRange(named, text);
      return value >>> 0;
    },
    print: (value) => String(value as number),
    decode: (data) => fixedView(data, 4, typeName).getUint32(0),
    encode(value) {
      const data = new Uint8Array(4);
      viewOf(data).setUint32(0, value as number);
      return data;
    },
    compare: (a, b) => (a as number) - (b as number),
  };
}

/** reg* types print 0 as `-`; their names are resolved above `core`. */
export function regCodec(typeName: string): TypeCodec {
  const plain = oidCodec(typeName);
  return {
    ...plain,
    parse: (text, settings, typmod) => (text === '-' ? 0 : plain.parse(text, settings, typmod)),
    print: (value) => (value === 0 ? '-' : String(value as number)),
  };
}

/** NaN above everything, and equal to itself; -0 equal to 0. */
export const compareFloats = (a: Datum, b: Datum): number => {
  const left = a as number;
  const right = b as number;
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
};

/** Lays shortest digits out as Postgres does: plain from 1e-4 up to 1e15 (1e6 for float4), else with an exponent of two digits or more. */
function layOut(digits: string, exponent: number, negative: boolean, plainBelow: number): string {
  const sign = negative ? '-' : '';
  if (exponent >= -4 && exponent < plainBelow) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
    return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
}

function printSpecial(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/**
 * Digits that read back as the same double, the fewest and nearest. As in Postgres (Ryu without its bounds) they lie nearer to it than to its neighbours;
 * JavaScript takes a decimal that is just as far from both, which happens from 2^53 up.
 */
export function printFloat8(value: number, extraFloatDigits = 1): string {
  if (!Number.isFinite(value)) return printSpecial(value);
  if (extraFloatDigits <= 0) return printRounded(value, Math.max(1, 15 + extraFloatDigits));
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e15) return text;
  const shortest = value.toExponential();
  return fromExponentForm(magnitude < 2 ** 53 || isNearest(shortest, value) ? shortest : leastDigits(value, shortest.replace(/e.*|[-.]/g, '').length + 1, 17, isNearest), 15);
}

/** The decimal of as many digits that is next away from zero. */
function nextDecimal(text: string): string {
  const [digits, power] = text.replace(/^-/, '').split('e');
  const next = String(BigInt(digits!.replace('.', '')) + 1n);
  const grown = next.length - digits!.replace('.', '').length;
  return `${text.startsWith('-') ? '-' : ''}${next.charAt(0)}${next.length - grown > 1 ? `.${next.slice(1, next.length - grown)}` : ''}e${Number(power) + grown}`;
}

/** Whether a decimal is nearer to a double of at least 2^53 than to its neighbours. */
function isNearest(text: string, value: number): boolean {
  const exact = BigInt(Math.abs(value));
  const [digits, power] = text.replace(/^-/, '').split('e');
  const [whole, fraction = ''] = digits!.split('.');
  const shift = Number(power) - fraction.length;
  if (shift < 0) return true;
  const off = BigInt(whole! + fraction) * 10n ** BigInt(shift) - exact;
  const exponent = exact.toString(2).length;
  const ulp = 1n << BigInt(exponent - 53);
  const gap = off < 0n && exact === 1n << BigInt(exponent - 1) ? ulp / 2n : ulp;
  return 2n * (off < 0n ? -off : off) < gap;
}

/** The first number of digits, from `least` on, at which the rounded value is near enough, or the decimal behind it: a power of two has more room above than below. */
function leastDigits(value: number, least: number, most: number, near: (text: string, value: number) => boolean): string {
  for (let digits = least; digits < most; digits++) {
    const text = roundedExponential(value, digits);
    const behind = near(text, value) ? text : nextDecimal(text);
    if (near(behind, value)) return behind;
  }
  return value.toExponential(most - 1);
}

function fromExponentForm(text: string, plainBelow: number): string {
  const negative = text.charCodeAt(0) === 45;
  const e = text.indexOf('e');
  return layOut(text.slice(negative ? 1 : 0, e).replace('.', ''), Number(text.slice(e + 1)), negative, plainBelow);
}

export function printFloat4(value: number, extraFloatDigits = 1): string {
  if (!Number.isFinite(value)) return printSpecial(value);
  if (extraFloatDigits <= 0) return printRounded(value, Math.max(1, 6 + extraFloatDigits));
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return fromExponentForm(leastDigits(value, 1, 9, isNearestFloat4), 6);
}

const float4Bits = new Int32Array(1);
const float4Value = new Float32Array(float4Bits.buffer);

/** Whether a decimal is nearer to a float4 than to its neighbours: the middles between them are doubles. */
function isNearestFloat4(text: string, value: number): boolean {
  const magnitude = Math.abs(value);
  const read = Math.abs(Number(text));
  float4Value[0] = magnitude;
  float4Bits[0]! += read < magnitude ? -1 : 1;
  const neighbour = float4Value[0]!;
  return read === magnitude || (neighbour === Infinity ? Math.fround(read) === magnitude : Math.abs(read - magnitude) < Math.abs(neighbour - magnitude) / 2);
}

/** `digits` digits of a value, of two that are equally near the even one, as C rounds (JavaScript takes the larger). */
function roundedExponential(value: number, digits: number): string {
  const exact = /^(-?.\.?[0-9]*?)50*(e.*)$/.exec(value.toExponential(100));
  const kept = exact?.[1]!.replace(/[-.]/g, '');
  return kept?.length === digits && Number(kept.at(-1)) % 2 === 0 ? `${exact![1]!.replace(/\.$/, '')}${exact![2]}` : value.toExponential(digits - 1);
}

/** C's `%.{digits}g`. */
function printRounded(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = roundedExponential(value, digits);
  const e = text.indexOf('e');
  const mantissa = text.slice(0, e).includes('.') ? text.slice(0, e).replace(/\.?0+$/, '') : text.slice(0, e);
  return fromExponentForm(mantissa + text.slice(e), digits);
}

function parseFloatText(text: string, typeName: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t\n\v\f\r]*$/.exec(text);
  if (match !== null) return Number(match[1]);
  const word = text.trim().toLowerCase();
  if (word === 'nan' || word === '+nan' || word === '-nan') return NaN;
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  const hex = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?[0-9]+))?$/.exec(word);
  if (hex !== null && hex[2]! + hex[3]! !== '') {
    const value = Number(`0x${hex[2]}${hex[3]}`) * 2 ** (Number(hex[4] ?? 0) - 4 * hex[3]!.length);
    return hex[1] === '-' ? -value : value;
  }
  throw badSyntax(typeName, text);
}

/** A finite text form that became infinite, or zero though it has a digit other than 0, is out of range. */
function checkFloatRange(value: number, text: string, typeName: string): number {
  const lost = value === 0 ? /^[^eE]*[1-9]/.test(text) : !Number.isFinite(value) && /^[^a-z]*[0-9]/i.test(text);
  if (lost) throw new SqlError('22003', `"${text.trim()}" is out of range for type ${typeName}`);
  return value;
}

function floatCodec(bytes: 4 | 8, typeName: string): TypeCodec {
  return {
    parse(text) {
      const value = parseFloatText(text, typeName);
      return checkFloatRange(bytes === 4 ? Math.fround(value) : value, text, typeName);
    },
    print: bytes === 4
      ? (value, settings: TextSettings) => printFloat4(value as number, settings.extraFloatDigits)
      : (value, settings: TextSettings) => printFloat8(value as number, settings.extraFloatDigits),
    decode: (data) => (bytes === 4 ? fixedView(data, 4, typeName).getFloat32(0) : fixedView(data, 8, typeName).getFloat64(0)),
    encode(value) {
      const data = new Uint8Array(bytes);
      // what computed a NaN leaves its mark in the bits, which are always the same here
      const number = Number.isNaN(value) ? NaN : value as number;
      if (bytes === 4) viewOf(data).setFloat32(0, number);
      else viewOf(data).setFloat64(0, number);
      return data;
    },
    compare: compareFloats,
    canonical: (value) => (value === 0 ? 0 : value),
  };
}
export const float4Codec = floatCodec(4, 'real');
export const float8Codec = floatCodec(8, 'double precision');

const NUMERIC_NEGATIVE = 0x4000;
const specialSigns = new Map<number, Numeric>([[0xc000, numericNaN], [0xd000, numericInfinity], [0xf000, numericMinusInfinity]]);

/** numeric_send: digit count, weight, sign, display scale, then base-10000 digits without zeros at either end. */
function encodeNumeric(n: Numeric): Uint8Array {
  const writer = new ByteWriter();
  if (n.special !== undefined) {
    writer.int16(0);
    writer.int16(0);
    writer.int16(n.special === 'NaN' ? 0xc000 : n.special === 'Infinity' ? 0xd000 : 0xf000);
    writer.int16(n.special === 'NaN' ? 0 : 0x20);
    return writer.finish();
  }
  const negative = n.coefficient < 0n;
  let text = (negative ? -n.coefficient : n.coefficient).toString();
  text += '0'.repeat((4 - (n.scale % 4)) % 4);
  text = text.padStart(Math.ceil(text.length / 4) * 4, '0');
  let weight = text.length / 4 - 1 - Math.ceil(n.scale / 4);
  const digits: number[] = [];
  for (let at = 0; at < text.length; at += 4) digits.push(Number(text.slice(at, at + 4)));
  let first = 0;
  while (first < digits.length && digits[first] === 0) first++;
  let last = digits.length;
  while (last > first && digits[last - 1] === 0) last--;
  weight -= first;
  writer.int16(last - first);
  writer.int16(first === last ? 0 : weight);
  writer.int16(negative ? NUMERIC_NEGATIVE : 0);
  writer.int16(n.scale);
  for (let i = first; i < last; i++) writer.int16(digits[i]!);
  return writer.finish();
}

function decodeNumeric(data: Uint8Array): Numeric {
  const reader = new ByteReader(data, 'numeric');
  const count = reader.uint16();
  const weight = reader.int16();
  const sign = reader.uint16();
  const scale = reader.uint16() & 0x3fff;
  const special = specialSigns.get(sign);
  if (special !== undefined) return special;
  if (sign !== 0 && sign !== NUMERIC_NEGATIVE) throw malformedBinary('numeric');
  let value = 0n;
  for (let i = 0; i < count; i++) {
    const digit = reader.int16();
    if (digit < 0 || digit >= 10000) throw malformedBinary('numeric');
    value = value * 10000n + BigInt(digit);
  }
  reader.end();
  // value * 10000^(weight - count + 1), at the display scale
  const shift = (weight - count + 1) * 4 + scale;
  const coefficient = shift >= 0 ? value * pow10(shift) : divideRounding(value, pow10(-shift));
  return numericOf(sign === NUMERIC_NEGATIVE ? -coefficient : coefficient, scale);
}

export const numericCodec: TypeCodec = {
  parse: (text, _settings, typmod) => numericApplyTypmod(numericParse(text), typmod),
  print: (value) => numericPrint(value as Numeric),
  decode: decodeNumeric,
  encode: (value) => encodeNumeric(value as Numeric),
  compare: (a, b) => numericCompare(a as Numeric, b as Numeric),
  canonical: (value) => numericCanonical(value as Numeric),
};

/** Cents, in the notation of lc_monetary "C": `$1,234.56`, `-$0.05`. */
export const moneyCodec: TypeCodec = {
  parse(text) {
    const match = /^\s*(\(|-)?\s*\$?\s*(-)?\s*([0-9][0-9,]*)?(?:\.([0-9]*))?\s*\)?\s*$/.exec(text);
    // no digits at all are nothing, as they are in Postgres
    if (match === null || (match[3] === undefined && !match[4] && text.trim() !== '')) throw badSyntax('money', text);
    const cents = divideRounding(BigInt((match[3] ?? '0').replaceAll(',', '') + (match[4] ?? '').slice(0, 3).padEnd(3, '0')), 10n);
    const value = match[1] !== undefined || match[2] !== undefined ? -cents : cents;
    if (value > 9223372036854775807n || value < -9223372036854775808n) throw outOfRange('money', text);
    return normalLong(value);
  },
  print(value) {
    const cents = BigInt(value as number | bigint);
    const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
    const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
    return `${cents < 0n ? '-' : ''}$${whole}.${digits.slice(-2)}`;
  },
  decode: (data) => decodeLong(data, 'money'),
  encode: encodeLong,
  compare: compareLongs,
};
