import { normalLong, requestedTooLarge, SqlError } from '../../core/index.ts';
import { comparisonOperators, comparisons } from './comparison.ts';
import type { Comparisons } from './comparison.ts';
import { defineCasts, defineFunctions, defineOperators, invalidParameter } from './define.ts';
import type { Long } from './integer.ts';

/** Bit strings; a value is its digits. Manual: "Bit String Functions and Operators". */

const orders: readonly Comparisons[] = [{ type: 'bit', prefix: 'bit', cmp: 'bitcmp' }, { type: 'varbit', prefix: 'varbit', cmp: 'varbitcmp' }];

const combine = (word: string, test: (a: boolean, b: boolean) => boolean) => (a: string, b: string): string => {
  if (a.length !== b.length) throw new SqlError('22026', `cannot ${word} bit strings of different sizes`);
  return Array.from(a, (digit, index) => (test(digit === '1', b[index] === '1') ? '1' : '0')).join('');
};

/** To the left by `by`, filled with zeros; to the right where `by` is negative. */
function shift(bits: string, by: number): string {
  if (Math.abs(by) >= bits.length) return '0'.repeat(bits.length);
  return by >= 0 ? bits.slice(by) + '0'.repeat(by) : '0'.repeat(-by) + bits.slice(0, by);
}

function substring(bits: string, start: number, length?: number): string {
  if (length === undefined) return bits.slice(Math.max(start, 1) - 1);
  if (length < 0) throw new SqlError('22011', 'negative substring length not allowed');
  return bits.slice(Math.max(start, 1) - 1, Math.max(start + length - 1, 0));
}

function overlay(bits: string, by: string, start: number, length: number): string {
  if (start <= 0) throw new SqlError('22011', 'negative substring length not allowed');
  if (start + length > 2147483647) throw new SqlError('22003', 'integer out of range');
  return substring(bits, 1, start - 1) + by + substring(bits, start + length);
}

function checkIndex(bits: string, index: number): void {
  if (index < 0 || index >= bits.length) throw new SqlError('2202E', `bit index ${index} out of valid range (0..${bits.length - 1})`);
}

function setBit(bits: string, index: number, value: number): string {
  checkIndex(bits, index);
  if (value !== 0 && value !== 1) throw invalidParameter('new bit must be 0 or 1');
  return bits.slice(0, index) + String(value) + bits.slice(index + 1);
}

/** Most bits that a bit string may have: what a modifier may ask for. */
const maxBits = 83886080;

/** A length that a modifier cannot have is none. */
const isLength = (length: number): boolean => length > 0 && length <= maxBits;

/** The last `length` bits of the two's complement. */
function fromInteger(value: Long, length: number): string {
  // Beyond what Postgres' modifiers may be it is none.
  if (length > maxBits && length <= 2147483640) throw requestedTooLarge();
  const size = isLength(length) ? length : 1;
  return BigInt.asUintN(size, BigInt(value)).toString(2).padStart(size, '0');
}

const toInteger = (size: 32 | 64, name: string) => (bits: string): Long => {
  if (bits.length > size) throw new SqlError('22003', `${name} out of range`);
  return normalLong(BigInt.asIntN(size, BigInt(`0b0${bits}`)));
};

/** The change to bit(n): explicit casts cut and fill, others raise. */
export function toBitLength(bits: string, length: number, explicit: boolean): string {
  if (!isLength(length) || bits.length === length) return bits;
  if (!explicit) throw new SqlError('22026', `bit string length ${bits.length} does not match type bit(${length})`);
  return bits.slice(0, length).padEnd(length, '0');
}

export function toVarbitLength(bits: string, length: number, explicit: boolean): string {
  if (!isLength(length) || bits.length <= length) return bits;
  if (!explicit) throw new SqlError('22001', `bit string too long for type bit varying(${length})`);
  return bits.slice(0, length);
}

export const bitFunctions = defineFunctions([
  ...orders.flatMap(comparisons),
  ['bitcat(varbit,varbit) varbit total', (a: string, b: string) => a + b],
  ['bitand(bit,bit) bit', combine('AND', (a, b) => a && b)],
  ['bitor(bit,bit) bit', combine('OR', (a, b) => a || b)],
  ['bitxor(bit,bit) bit', combine('XOR', (a, b) => a !== b)],
  ['bitnot(bit) bit total', (bits: string) => bits.replace(/./g, (digit) => (digit === '1' ? '0' : '1'))],
  ['bitshiftleft(bit,int4) bit total', shift],
  ['bitshiftright(bit,int4) bit total', (bits: string, by: number) => shift(bits, -by)],
  ['length(bit) int4 total', (bits: string) => bits.length],
  ['bit_length(bit) int4 total', (bits: string) => bits.length],
  ['octet_length(bit) int4 total', (bits: string) => Math.ceil(bits.length / 8)],
  ['bit_count(bit) int8 total', (bits: string) => bits.replaceAll('0', '').length],
  ['get_bit(bit,int4) int4', (bits: string, index: number) => {
    checkIndex(bits, index);
    return Number(bits[index]);
  }],
  ['set_bit(bit,int4,int4) bit', setBit],
  ['substring(bit,int4) bit total', (bits: string, start: number) => substring(bits, start)],
  ['substring(bit,int4,int4) bit', substring],
  ['overlay(bit,bit,int4) bit', (bits: string, by: string, start: number) => overlay(bits, by, start, by.length)],
  ['overlay(bit,bit,int4,int4) bit', overlay],
  ['position(bit,bit) int4 total', (bits: string, part: string) => (bits === '' ? 0 : bits.indexOf(part) + 1)],
  ['bit(int4,int4) bit', fromInteger],
  ['bit(int8,int4) bit', fromInteger],
  ['int4(bit) int4', toInteger(32, 'integer')],
  ['int8(bit) int8', toInteger(64, 'bigint')],
  ['bit(bit,int4,bool) bit', toBitLength],
  ['varbit(varbit,int4,bool) varbit', toVarbitLength],
]);

export const bitOperators = [...orders.flatMap(comparisonOperators), ...defineOperators(`
  || varbit varbit varbit bitcat . .
  & bit bit bit bitand & .
  | bit bit bit bitor | .
  # bit bit bit bitxor # .
  ~ . bit bit bitnot . .
  << bit int4 bit bitshiftleft . .
  >> bit int4 bit bitshiftright . .
`)];

export const bitCasts = defineCasts(`
  bit varbit i binary
  varbit bit i binary
  bit int4 e int4(bit)
  bit int8 e int8(bit)
  int4 bit e bit(int4,int4)
  int8 bit e bit(int8,int4)
`);
