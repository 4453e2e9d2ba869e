import { codecOf, encodeUtf8, InvariantError, isMultirangeType, isRangeType, normalLong, Oid, parseAddress, rangeElement, SqlError, trimBlanks, typeInfo } from '../../core/index.ts';
import type { Datum, Interval, Jsonb, JsonValue, Numeric, SqlArray, SqlMultirange, SqlRange, SqlRecord, TimeTz } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import { defineFunctions, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { hashBytes, hashWord } from './hash-bytes.ts';
import type { Long } from './integer.ts';

/** The hash of a type's values: 32 bits without a seed, 64 with one, unsigned. The same numbers as Postgres'. */
type Hash = (value: any, seed: bigint | undefined) => bigint;

const word: Hash = (value: number, seed) => hashWord(value | 0, seed);

/** An int8 that fits an int4 hashes as that does. */
const long: Hash = (value: Long, seed) => {
  const bits = BigInt(value);
  const high = Number(BigInt.asIntN(32, bits >> 32n));
  return hashWord(Number(BigInt.asIntN(32, bits)) ^ (bits >= 0n ? high : ~high), seed);
};

/** 0 and -0 are equal; so are all NaNs. */
const double: Hash = (value: number, seed) => {
  if (value === 0) return seed ?? 0n;
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  if (Number.isNaN(value)) view.setBigUint64(0, 0x7ff8000000000000n, true);
  else view.setFloat64(0, value, true);
  return hashBytes(bytes, seed);
};

const text: Hash = (value: string, seed) => hashBytes(encodeUtf8(value), seed);
const ofEncoding = (oid: number): Hash => (value, seed) => hashBytes(codecOf(oid).encode(value), seed);

const mask = (seed: bigint | undefined): bigint => (seed === undefined ? 0xffffffffn : 0xffffffffffffffffn);
const limited = (value: bigint, seed: bigint | undefined): bigint => value & mask(seed);

/** The digits in base 10000, without zeros at both ends, and the power of the first. */
function digitsOf({ coefficient, scale }: Numeric): { readonly digits: readonly number[]; readonly weight: number } {
  const magnitude = coefficient < 0n ? -coefficient : coefficient;
  const fraction = Math.ceil(scale / 4) * 4;
  let rest = (magnitude * 10n ** BigInt(fraction - scale)).toString();
  rest = rest.padStart(Math.ceil(rest.length / 4) * 4, '0');
  const digits = rest.match(/.{4}/g)!.map(Number);
  let weight = digits.length - fraction / 4 - 1;
  while (digits[0] === 0) {
    digits.shift();
    weight--;
  }
  while (digits.at(-1) === 0) digits.pop();
  return { digits, weight };
}

const numeric: Hash = (value: Numeric, seed) => {
  if (value.special !== undefined) return seed ?? 0n;
  if (value.coefficient === 0n) return limited((seed ?? 0n) - 1n, seed);
  const { digits, weight } = digitsOf(value);
  return limited(hashBytes(new Uint8Array(Int16Array.from(digits).buffer), seed) ^ BigInt.asUintN(64, BigInt(weight)), seed);
};

const spanOf = ({ months, days, micros }: Interval): bigint => (BigInt(months) * 30n + BigInt(days)) * 86400000000n + BigInt(micros);
const intervals: Hash = (value: Interval, seed) => long(normalLong(BigInt.asIntN(64, spanOf(value))), seed);
const timetz: Hash = (value: TimeTz, seed) => long(value.micros, seed) ^ hashWord(value.zone, seed);

const address: Hash = (value: string, seed) => {
  const { bytes, bits } = parseAddress(value, false);
  return hashBytes(Uint8Array.of(bytes.length === 4 ? 2 : 3, bits, ...bytes), seed);
};

/** A tuple identifier's three half words, the high one of the block first. */
const tid: Hash = (value: string, seed) => {
  const [block = 0, offset = 0] = value.slice(1, -1).split(',').map(Number);
  return hashBytes(new Uint8Array(Uint16Array.of(block >>> 16, block & 0xffff, offset).buffer), seed);
};
const oids: Hash = (value: SqlArray, seed) => hashBytes(new Uint8Array(Uint32Array.from(value.items.map(Number)).buffer), seed);

/** One bit to the left, within 32 bits, or within each half of 64. */
const rotate = (value: bigint, seed: bigint | undefined): bigint => (seed === undefined
  ? ((value << 1n) & 0xffffffffn) | (value >> 31n)
  : ((value << 1n) & 0xfffffffefffffffen) | ((value >> 31n) & 0x100000001n));

const doubled = (flag: bigint, seed: bigint | undefined): bigint => (seed === undefined ? flag : (flag << 32n) | flag);

function jsonScalar(value: null | boolean | string | Numeric, seed: bigint | undefined): bigint {
  if (value === null) return limited((seed ?? 0n) + 1n, seed);
  if (typeof value === 'string') return text(value, seed);
  if (typeof value !== 'boolean') return numeric(value, seed);
  return seed !== undefined && seed !== 0n ? hashWord(value ? 1 : 0, seed) : value ? 2n : 4n;
}

/** Over the document's tokens; a scalar is an array of one. */
const jsonb: Hash = ({ value: document }: Jsonb, seed) => {
  if ((document instanceof Map && document.size === 0) || (Array.isArray(document) && document.length === 0)) return seed ?? 0n;
  let state = 0n;
  const scalar = (value: null | boolean | string | Numeric): void => void (state = rotate(state, seed) ^ jsonScalar(value, seed));
  const walk = (value: JsonValue): void => {
    if (value instanceof Map) {
      state ^= doubled(0x20000000n, seed);
      for (const [key, member] of value) {
        scalar(key);
        walk(member);
      }
    } else if (Array.isArray(value)) {
      state ^= doubled(0x40000000n, seed);
      for (const item of value) walk(item);
    } else scalar(value as null | boolean | string | Numeric);
  };
  if (document === null || typeof document !== 'object' || 'kind' in document) state ^= doubled(0x40000000n, seed);
  walk(document);
  return state;
};

const byName: Readonly<Record<string, Hash>> = {
  bool: (value: boolean, seed) => hashWord(value ? 1 : 0, seed), int2: word, int4: word, int8: long, oid: word, xid: word, cid: word, xid8: long, date: (value: number, seed) => hashWord(dateWord(value), seed),
  char: (value: string, seed) => hashWord(((codecOf(Oid.char).encode(value)[0] ?? 0) << 24) >> 24, seed), float4: double, float8: double, numeric, money: long,
  name: text, text, varchar: text, bpchar: (value: string, seed) => text(trimBlanks(value), seed), bytea: (value: Uint8Array, seed) => hashBytes(value, seed),
  inet: address, cidr: address, macaddr: ofEncoding(Oid.macaddr), macaddr8: ofEncoding(Oid.macaddr8), uuid: ofEncoding(Oid.uuid),
  time: long, timestamp: long, timestamptz: long, timetz, interval: intervals, pg_lsn: (value: string, seed) => long(normalLong(BigInt.asIntN(64, value.split('/').reduce((sum, half) => (sum << 32n) | BigInt(`0x${half}`), 0n))), seed), tid, oidvector: oids, jsonb,
};

/** -infinity is the least int4. */
const dateWord = (days: number): number => (days === -0x7fffffff ? -0x80000000 : days);

/** The hash of any type that has one; 42883 for the others. */
function hashOf(oid: number, extended = false): Hash {
  const type = typeInfo(oid);
  if (type.kind === 'e') return word;
  const known = byName[type.name];
  if (known !== undefined) return known;
  if (isRangeType(oid)) return overRange(oid);
  if (isMultirangeType(oid)) return (value: SqlMultirange, seed) => gathered(1n, value.ranges.map((range) => overRange(oid)(range, seed)), seed);
  if (type.kind === 'c' || oid === Oid.record) return overRecord;
  if (type.category === 'A' && type.element !== 0) return overArray(type.element, extended);
  throw new SqlError('42883', `could not identify ${extended ? 'an extended' : 'a'} hash function for type ${type.sqlName}`);
}

const gathered = (first: bigint, hashes: readonly bigint[], seed: bigint | undefined): bigint => hashes.reduce((sum, hash) => limited(sum * 31n + hash, seed), first);
const orZero = (hash: Hash, value: Datum, seed: bigint | undefined): bigint => (value === null ? 0n : hash(value, seed));

const overArray = (element: number, extended: boolean): Hash => {
  const hash = hashOf(element, extended);
  return (value: SqlArray, seed) => gathered(1n, value.items.map((item) => orZero(hash, item, seed)), seed);
};
const overRecord: Hash = (value: SqlRecord, seed) => gathered(0n, value.fields.map((field, index) => (field === null ? 0n : hashOf(value.types[index]!, seed !== undefined)(field, seed))), seed);

const overRange = (oid: number): Hash => {
  const element = hashOf(rangeElement(oid));
  return (range: SqlRange, seed) => {
    const flags = range.empty ? 1 : (range.lowerInclusive ? 2 : 0) | (range.upperInclusive ? 4 : 0) | (range.lower === null ? 8 : 0) | (range.upper === null ? 16 : 0);
    return rotate(hashWord(flags, seed) ^ orZero(element, range.lower, seed), seed) ^ orZero(element, range.upper, seed);
  };
};

const narrow = (hash: bigint): number => Number(BigInt.asIntN(32, hash));
const wide = (hash: bigint): Long => normalLong(BigInt.asIntN(64, hash));

/** How Postgres names the pair: the function itself, and the one that takes a seed. */
function pair(name: string, extended: string, type: string): readonly Definition[] {
  if (type.startsWith('any')) {
    const words = type.endsWith('range') || type === 'anyenum' ? ' total' : '';
    const ofArgument = (args: readonly Scalar[], extended: boolean): Hash => hashOf(args[0]!.type.oid, extended);
    return [
      [`${name}(${type}) int4${words}`, unbound, { bind: (args) => {
        const hash = ofArgument(args, false);
        return (value: Datum) => narrow(hash(value, undefined));
      } }],
      [`${extended}(${type},int8) int8${words}`, unbound, { bind: (args) => {
        const hash = ofArgument(args, true);
        return (value: Datum, seed: Long) => wide(hash(value, BigInt.asUintN(64, BigInt(seed))));
      } }],
    ];
  }
  const hash = type === 'record' ? overRecord : byName[type];
  if (hash === undefined) throw new InvariantError(`no hash of ${type}`);
  const words = type === 'record' ? '' : ' total';
  return [
    [`${name}(${type}) int4${words}`, (value: Datum) => narrow(hash(value, undefined))],
    [`${extended}(${type},int8) int8${words}`, (value: Datum, seed: Long) => wide(hash(value, BigInt.asUintN(64, BigInt(seed))))],
  ];
}

const joined = ['bool', 'bpchar', 'bytea', 'char', 'cid', 'date', 'float4', 'float8', 'inet', 'int2', 'int4', 'int8', 'macaddr', 'macaddr8', 'name', 'oid', 'oidvector', 'text', 'tid', 'xid', 'xid8'];
const apart = ['time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'uuid', 'jsonb', 'pg_lsn'];

export const hashFunctions = defineFunctions([
  ...joined.flatMap((type) => pair(`hash${type}`, `hash${type}extended`, type)),
  ...apart.flatMap((type) => pair(`${type}_hash`, `${type}_hash_extended`, type)),
  ...pair('hash_numeric', 'hash_numeric_extended', 'numeric'),
  ...pair('hash_record', 'hash_record_extended', 'record'),
  ...pair('hash_array', 'hash_array_extended', 'anyarray'),
  ...pair('hashenum', 'hashenumextended', 'anyenum'),
  ...pair('hash_range', 'hash_range_extended', 'anyrange'),
  ...pair('hash_multirange', 'hash_multirange_extended', 'anymultirange'),
]);
