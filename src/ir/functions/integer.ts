import { normalLong, numericFromInteger, numericToBigint, Oid, SqlError, typeInfo } from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions, divisionByZero } from './define.ts';
import type { Definition } from './define.ts';

/** An int8: a number wherever a double holds it exactly. */
export type Long = number | bigint;

const sqlNames = { int2: 'smallint', int4: 'integer', int8: 'bigint' } as const;
type IntegerType = keyof typeof sqlNames;

const outOfRange = (type: IntegerType): SqlError => new SqlError('22003', `${sqlNames[type]} out of range`);

/** `value` as an int2; the test also turns -0, which JavaScript's multiplication makes, into 0. */
export function toInt2(value: number): number {
  if (value < -32768 || value > 32767) throw outOfRange('int2');
  return value | 0;
}

export function toInt4(value: number): number {
  if (value !== (value | 0)) throw outOfRange('int4');
  return value | 0;
}

export function longFromBigint(value: bigint): Long {
  if (value !== BigInt.asIntN(64, value)) throw outOfRange('int8');
  return normalLong(value);
}

function addLong(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return longFromBigint(BigInt(a) + BigInt(b));
}

function subtractLong(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return longFromBigint(BigInt(a) - BigInt(b));
}

function multiplyLong(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return longFromBigint(BigInt(a) * BigInt(b));
}

function divideLong(a: Long, b: Long): Long {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return longFromBigint(BigInt(a) / BigInt(b));
}

function remainderLong(a: Long, b: Long): Long {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return normalLong(BigInt(a) % BigInt(b));
}

const bitsLong = (combine: (a: bigint, b: bigint) => bigint) => (a: Long, b: Long): Long => normalLong(BigInt.asIntN(64, combine(BigInt(a), BigInt(b))));

function divide(a: number, b: number): number {
  if (b === 0) throw divisionByZero();
  return Math.trunc(a / b);
}

function remainder(a: number, b: number): number {
  if (b === 0) throw divisionByZero();
  return (a % b) | 0;
}

interface Arithmetic {
  readonly add: (a: any, b: any) => Long;
  readonly subtract: (a: any, b: any) => Long;
  readonly multiply: (a: any, b: any) => Long;
  readonly divide: (a: any, b: any) => Long;
  readonly remainder: (a: any, b: any) => Long;
}

const narrow = (fit: (value: number) => number): Arithmetic => ({
  add: (a: number, b: number) => fit(a + b),
  subtract: (a: number, b: number) => fit(a - b),
  multiply: (a: number, b: number) => fit(a * b),
  divide: (a: number, b: number) => fit(divide(a, b)),
  remainder,
});

const arithmetic: Record<IntegerType, Arithmetic> = {
  int2: narrow(toInt2),
  int4: narrow(toInt4),
  int8: { add: addLong, subtract: subtractLong, multiply: multiplyLong, divide: divideLong, remainder: remainderLong },
};

/** `===` also for int8: normal form makes equal values identical, and `<` compares a number with a bigint exactly. */
const comparisons = [
  ['eq', '==='], ['ne', '!=='], ['lt', '<'], ['le', '<='], ['gt', '>'], ['ge', '>='],
] as const;
const compareBy: Record<(typeof comparisons)[number][1], (a: Long, b: Long) => boolean> = {
  '===': (a, b) => a === b, '!==': (a, b) => a !== b, '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
};

const comparing = (prefix: string, left: string, right: string): readonly Definition[] => comparisons.map(([name, operator]): Definition => [
  `${prefix}${name}(${left},${right}) bool`, compareBy[operator], { inline: (a, b) => `(${a} ${operator} ${b})` },
]);

/** Arithmetic and comparison over every pair of integer types: int4pl, int24pl, int84div, ... The result is the wider type's. */
const pairs: readonly (readonly [digits: string, left: IntegerType, right: IntegerType, wider: IntegerType])[] = [
  ['2', 'int2', 'int2', 'int2'], ['4', 'int4', 'int4', 'int4'], ['8', 'int8', 'int8', 'int8'],
  ['24', 'int2', 'int4', 'int4'], ['42', 'int4', 'int2', 'int4'], ['28', 'int2', 'int8', 'int8'], ['82', 'int8', 'int2', 'int8'],
  ['48', 'int4', 'int8', 'int8'], ['84', 'int8', 'int4', 'int8'],
];

const binary = pairs.flatMap(([digits, left, right, wider]): readonly Definition[] => {
  const { add, subtract, multiply, divide: quotient } = arithmetic[wider];
  return [
    [`int${digits}pl(${left},${right}) ${wider} monotone`, add],
    [`int${digits}mi(${left},${right}) ${wider}`, subtract],
    [`int${digits}mul(${left},${right}) ${wider}`, multiply],
    [`int${digits}div(${left},${right}) ${wider}`, quotient],
    ...comparing(`int${digits}`, left, right),
  ];
});

function absoluteLong(value: Long): Long {
  return value >= 0 ? value : typeof value === 'number' ? -value : longFromBigint(-value);
}

/** The greatest common divisor; of the smallest integer and itself or 0 it does not fit the type, and Postgres says so. */
function gcdLong(a: Long, b: Long): bigint {
  let x = BigInt(a);
  let y = BigInt(b);
  if (x < 0n) x = -x;
  if (y < 0n) y = -y;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function lcmLong(a: Long, b: Long): bigint {
  if (a === 0 || b === 0) return 0n;
  const product = (BigInt(a) / gcdLong(a, b)) * BigInt(b);
  return product < 0n ? -product : product;
}

const each = (type: IntegerType): readonly Definition[] => {
  const { subtract, remainder: modulo } = arithmetic[type];
  const absolute = type === 'int8' ? absoluteLong : type === 'int4' ? (a: number) => toInt4(Math.abs(a)) : (a: number) => toInt2(Math.abs(a));
  const larger = (a: Long, b: Long): Long => (a > b ? a : b);
  const smaller = (a: Long, b: Long): Long => (a < b ? a : b);
  return [
    [`${type}mod(${type},${type}) ${type}`, modulo],
    [`mod(${type},${type}) ${type}`, modulo],
    [`${type}um(${type}) ${type}`, (a: Long) => subtract(0, a)],
    [`${type}up(${type}) ${type} total monotone`, (a: Long) => a],
    [`${type}abs(${type}) ${type}`, absolute],
    [`abs(${type}) ${type}`, absolute],
    [`${type}larger(${type},${type}) ${type} total monotone`, larger],
    [`${type}smaller(${type},${type}) ${type} total monotone`, smaller],
  ];
};

const sixtyFour = (count: number): bigint => BigInt(count & 63);

const digitsInBase = (base: 2 | 8 | 16): readonly Definition[] => {
  const name = base === 2 ? 'to_bin' : base === 8 ? 'to_oct' : 'to_hex';
  return [
    [`${name}(int4) text total`, (a: number) => (a >>> 0).toString(base)],
    [`${name}(int8) text total`, (a: Long) => BigInt.asUintN(64, BigInt(a)).toString(base)],
  ];
};

function factorial(n: Long): Numeric {
  if (n < 0) throw new SqlError('22003', 'factorial of a negative number is undefined');
  if (n > 32177) throw new SqlError('22003', 'value overflows numeric format');
  let product = 1n;
  for (let i = 2n; i <= BigInt(n); i++) product *= i;
  return numericFromInteger(product);
}

/** Big-endian two's complement, as `int4send` lays it out. */
function integerToBytes(value: Long, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = width - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

function bytesToInteger(bytes: Uint8Array, type: IntegerType): Long {
  const width = typeInfo(Oid[type]).length;
  if (bytes.length > width) throw outOfRange(type);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return normalLong(BigInt.asIntN(bytes.length < width ? 64 : width * 8, value));
}

export function integerFromNumeric(type: IntegerType): (n: Numeric) => Long {
  return (n) => {
    if (n.special !== undefined) throw new SqlError('0A000', `cannot convert ${n.special === 'NaN' ? 'NaN' : 'infinity'} to ${sqlNames[type]}`);
    const value = numericToBigint(n, sqlNames[type]);
    if (type === 'int8') return longFromBigint(value);
    return type === 'int4' ? toInt4(Number(value)) : toInt2(Number(value));
  };
}

/** The nearest integer, halves to the even one: C's `rint`. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function fromFloat(type: IntegerType): (value: number) => Long {
  if (type === 'int8') {
    return (value) => {
      const rounded = roundHalfEven(value);
      if (!(rounded >= -9223372036854775808 && rounded < 9223372036854775808)) throw outOfRange('int8');
      return Number.isSafeInteger(rounded) ? rounded + 0 : normalLong(BigInt(rounded));
    };
  }
  const limit = type === 'int4' ? 2147483648 : 32768;
  return (value) => {
    const rounded = roundHalfEven(value);
    if (!(rounded >= -limit && rounded < limit)) throw outOfRange(type);
    return rounded | 0;
  };
}

function oidFromLong(value: Long): number {
  if (value < 0 || value > 4294967295) throw new SqlError('22003', 'OID out of range');
  return Number(value);
}

function timestampFromLong(value: Long): Long {
  if (value < 0) throw new SqlError('22003', `${sqlNames.int8} value out of range for mz_timestamp`);
  return value;
}

const casts: readonly Definition[] = [
  ['int2(int4) int2', toInt2],
  ['int2(int8) int2', (a: Long) => toInt2(Number(a))],
  ['int4(int2) int4 total monotone', (a: number) => a, { inline: (a) => a }],
  ['int4(int8) int4', (a: Long) => toInt4(Number(a))],
  ['int8(int2) int8 total monotone', (a: number) => a, { inline: (a) => a }],
  ['int8(int4) int8 total monotone', (a: number) => a, { inline: (a) => a }],
  ['int8(oid) int8 total monotone', (a: number) => a, { inline: (a) => a }],
  ['oid(int8) oid', oidFromLong],
  ['int4(bool) int4', (a: boolean) => (a ? 1 : 0), { inline: (a) => `(${a} ? 1 : 0)` }],
  ['bool(int4) bool', (a: number) => a !== 0, { inline: (a) => `(${a} !== 0)` }],
  ...(['int2', 'int4', 'int8'] as const).flatMap((type): readonly Definition[] => [
    [`${type}(float4) ${type} monotone`, fromFloat(type)],
    [`${type}(float8) ${type} monotone`, fromFloat(type)],
    [`${type}(numeric) ${type} monotone`, integerFromNumeric(type)],
    [`${type}(bytea) ${type}`, (bytes: Uint8Array) => bytesToInteger(bytes, type)],
    [`bytea(${type}) bytea total`, (value: Long) => integerToBytes(value, typeInfo(Oid[type]).length)],
    [`numeric(${type}) numeric total monotone`, (value: Long) => numericFromInteger(value)],
  ]),
];

export const integerFunctions = defineFunctions([
  ...binary,
  ...each('int2'), ...each('int4'), ...each('int8'),
  ['int4inc(int4) int4 monotone', (a: number) => toInt4(a + 1)],
  ['int8inc(int8) int8 monotone', (a: Long) => addLong(a, 1)],
  ['int8dec(int8) int8 monotone', (a: Long) => subtractLong(a, 1)],
  ['int2and(int2,int2) int2', (a: number, b: number) => a & b, { inline: (a, b) => `(${a} & ${b})` }],
  ['int2or(int2,int2) int2', (a: number, b: number) => a | b, { inline: (a, b) => `(${a} | ${b})` }],
  ['int2xor(int2,int2) int2', (a: number, b: number) => a ^ b, { inline: (a, b) => `(${a} ^ ${b})` }],
  ['int2not(int2) int2', (a: number) => ~a, { inline: (a) => `(~${a})` }],
  ['int2shl(int2,int4) int2 total', (a: number, b: number) => ((a << b) << 16) >> 16],
  ['int2shr(int2,int4) int2 total', (a: number, b: number) => a >> b],
  ['int4and(int4,int4) int4', (a: number, b: number) => a & b, { inline: (a, b) => `(${a} & ${b})` }],
  ['int4or(int4,int4) int4', (a: number, b: number) => a | b, { inline: (a, b) => `(${a} | ${b})` }],
  ['int4xor(int4,int4) int4', (a: number, b: number) => a ^ b, { inline: (a, b) => `(${a} ^ ${b})` }],
  ['int4not(int4) int4', (a: number) => ~a, { inline: (a) => `(~${a})` }],
  ['int4shl(int4,int4) int4', (a: number, b: number) => a << b, { inline: (a, b) => `(${a} << ${b})` }],
  ['int4shr(int4,int4) int4', (a: number, b: number) => a >> b, { inline: (a, b) => `(${a} >> ${b})` }],
  ['int8and(int8,int8) int8 total', bitsLong((a, b) => a & b)],
  ['int8or(int8,int8) int8 total', bitsLong((a, b) => a | b)],
  ['int8xor(int8,int8) int8 total', bitsLong((a, b) => a ^ b)],
  ['int8not(int8) int8 total', (a: Long) => normalLong(~BigInt(a))],
  ['int8shl(int8,int4) int8 total', (a: Long, b: number) => normalLong(BigInt.asIntN(64, BigInt(a) << sixtyFour(b)))],
  ['int8shr(int8,int4) int8 total', (a: Long, b: number) => normalLong(BigInt(a) >> sixtyFour(b))],
  ['gcd(int4,int4) int4', (a: number, b: number) => toInt4(Number(gcdLong(a, b)))],
  ['gcd(int8,int8) int8', (a: Long, b: Long) => longFromBigint(gcdLong(a, b))],
  ['lcm(int4,int4) int4', (a: number, b: number) => toInt4(Number(lcmLong(a, b)))],
  ['lcm(int8,int8) int8', (a: Long, b: Long) => longFromBigint(lcmLong(a, b))],
  ['factorial(int8) numeric', factorial],
  ...digitsInBase(2), ...digitsInBase(8), ...digitsInBase(16),
  ...comparing('oid', 'oid', 'oid'),
  ['oidlarger(oid,oid) oid total monotone', (a: number, b: number) => Math.max(a, b)],
  ['oidsmaller(oid,oid) oid total monotone', (a: number, b: number) => Math.min(a, b)],
  ...comparing('mz_timestamp_', 'mz_timestamp', 'mz_timestamp'),
  ...(['int4', 'int8'].map((type): Definition => [`mz_timestamp(${type}) mz_timestamp monotone`, timestampFromLong])),
  ['int8(mz_timestamp) int8', (a: Long) => a, { inline: (a) => a }],
  ...casts,
]);
