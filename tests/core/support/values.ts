import fc from 'fast-check';
import {
  DATE_INFINITY, MIN_DATE, END_DATE, Oid, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, codecOf, defaultTextSettings, findTypeByName, interval, intervalInfinity, intervalMinusInfinity,
  makeMultirange, makeRange, normalLong, numericInfinity, numericMinusInfinity, numericNaN, numericOf, parseJsonb, rangeElement, typeInfo,
} from '../../../src/core/index.ts';
import type { Datum, SqlRange, TextSettings } from '../../../src/core/index.ts';

/** Values of every type for property tests: plain ones, and often those at the edges of what the type holds. */

const integer = (least: number, most: number): fc.Arbitrary<number> => fc.oneof(fc.integer({ min: least, max: most }), fc.integer({ min: Math.max(least, -100), max: 100 }));
const wide = (least: bigint, most: bigint): fc.Arbitrary<Datum> =>
  fc.oneof(fc.bigInt({ min: least, max: most }), fc.bigInt({ min: least < -1000n ? -1000n : least, max: 1000n }), fc.constantFrom(least, most, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n - 1n)).map(normalLong);
const int8 = wide(-(2n ** 63n), 2n ** 63n - 1n);

/** Code points of every plane but NUL and surrogates; often the characters that forms of values quote. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'"\\{}(),[] \t\n\'nulNULL'.split('')), maxLength: 8 }), fc.string()).map((value) => value.replaceAll('\0', ''));

const numeric = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Datum>(numericNaN, numericInfinity, numericMinusInfinity) },
  { weight: 6, arbitrary: fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(45)).map(([coefficient, scale]) => numericOf(coefficient, scale)) },
  { weight: 3, arbitrary: fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.nat(9)).map(([coefficient, scale]) => numericOf(BigInt(coefficient), scale)) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.nat(1200)).map(([digits, zeros]) => numericOf(BigInt(digits) * 10n ** BigInt(zeros), 0)) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat(16383)).map(([digits, scale]) => numericOf(BigInt(digits), scale)) },
);

const days = fc.oneof(fc.integer({ min: MIN_DATE, max: END_DATE - 1 }), fc.integer({ min: -40_000, max: 40_000 }), fc.integer({ min: -740_000, max: -720_000 }));
const date = fc.oneof({ weight: 1, arbitrary: fc.constantFrom(DATE_INFINITY, -DATE_INFINITY, MIN_DATE, END_DATE - 1) }, { weight: 8, arbitrary: days });
const microsOfDay = fc.oneof(fc.integer({ min: 0, max: 86_400_000_000 }), fc.nat(86_400).map((seconds) => seconds * 1_000_000));
const timestamp: fc.Arbitrary<Datum> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, -211_813_488_000_000_000n, 9_223_371_331_199_999_999n) },
  { weight: 2, arbitrary: fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_223_371_331_199_999_999n }).map(normalLong) },
  { weight: 4, arbitrary: fc.integer({ min: -3_000_000_000_000_000, max: 3_000_000_000_000_000 }) },
  { weight: 4, arbitrary: fc.integer({ min: -3_000_000_000, max: 3_000_000_000 }).map((seconds) => seconds * 1_000_000) },
);
const timetz = fc.tuple(microsOfDay, fc.oneof(fc.integer({ min: -57_599, max: 57_599 }), fc.integer({ min: -15, max: 15 }).map((hours) => hours * 3600))).map(([micros, zone]): Datum => ({ kind: 'timetz', micros, zone }));
const intervals = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(intervalInfinity, intervalMinusInfinity) },
  { weight: 3, arbitrary: fc.tuple(fc.integer(), fc.integer(), int8).map(([months, day, micros]) => interval(months, day, micros as number | bigint)) },
  { weight: 6, arbitrary: fc.tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -40, max: 40 }), fc.integer({ min: -9_000_000, max: 9_000_000 }).chain((n) => fc.constantFrom(n * 1_000_000, n * 12_345, n, 0)))
    .map(([months, day, micros]) => interval(months, day, micros)) },
);

const jsonNumber = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.constantFrom('', '.0', '.50', 'e3', 'E-7', '.25e+2')).map(([whole, tail]) => `${whole}${tail}`);
const jsonText = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\b\\f\\n\\r\\t\\/\\\\\\""'),
    jsonNumber, text.map((value) => JSON.stringify(value)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc.array(fc.tuple(text.map((key) => JSON.stringify([...key].slice(0, 3).join(''))), tie('value')), { maxLength: 4 }).map((members) => `{${members.map(([key, value]) => `${key} :${value}`).join(',')}}`),
  ),
})).value;

const hexBytes = (count: number): fc.Arbitrary<string> => fc.uint8Array({ minLength: count, maxLength: count }).map((bytes) => Buffer.from(bytes).toString('hex'));
const bits = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 40 });
const oid = integer(0, 4_294_967_295);

/** Text that the codec under test itself reads: the datum is what it makes of it. */
const read = (name: string, texts: fc.Arbitrary<string>): fc.Arbitrary<Datum> => texts.map((value) => codecOf(findTypeByName(name)!.oid).parse(value, defaultTextSettings, -1));

function address(network: boolean): fc.Arbitrary<Datum> {
  return fc.tuple(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.array(fc.constantFrom(0, 0, 0, 1, 255, 0x20), { minLength: 16, maxLength: 16 })), fc.nat(128)).map(([raw, length]) => {
    const prefix = length % (raw.length * 8 + 1);
    const bytes = Array.from(raw, (byte, i) => (network ? byte & ~(0xff >> Math.min(8, Math.max(0, prefix - i * 8))) : byte));
    const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2]! << 8) | bytes[i * 2 + 1]!).toString(16));
    return codecOf(network ? Oid.cidr : Oid.inet).parse(`${raw.length === 4 ? bytes.join('.') : groups.join(':')}/${prefix}`, defaultTextSettings, -1);
  });
}

function range(name: string): fc.Arbitrary<Datum> {
  const { oid: type } = findTypeByName(name)!;
  const element = rangeElement(type);
  const codec = codecOf(element);
  const bound = fc.option(scalars[typeInfo(element).name]!.filter((value) => element !== Oid.int4 && element !== Oid.int8 && element !== Oid.date || !isLast(value)), { freq: 5 });
  return fc.tuple(bound, bound, fc.boolean(), fc.boolean()).map(([a, b, low, high]) => {
    const [lower, upper] = a !== null && b !== null && codec.compare(a, b) > 0 ? [b, a] : [a, b];
    return makeRange(type, lower, upper, low, high, codecOf);
  });
}
/** Values without a successor, which a bound that must be made exclusive cannot be. */
const isLast = (value: Datum): boolean => value === 2147483647 || value === 9223372036854775807n || value === END_DATE - 1;

const float4 = fc.oneof(fc.float(), fc.integer({ min: -149, max: 127 }).map((power) => 2 ** power), fc.float({ noDefaultInfinity: true, noNaN: true }), fc.integer({ min: -20_000_000, max: 20_000_000 }).map(Math.fround), fc.integer({ min: -100_000, max: 100_000 }).map((n) => Math.fround(n / 1000)));
const float8 = fc.oneof(
  fc.double(), fc.integer({ min: -1074, max: 1023 }).map((power) => 2 ** power), fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1000), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(Number), fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: -40, max: 40 })).map(([digits, power]) => Number(`${digits}e${power}`)),
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map((n) => n / 8),
);

export const scalars: Readonly<Record<string, fc.Arbitrary<Datum>>> = {
  bool: fc.boolean(), int2: integer(-32768, 32767), int4: integer(-2147483648, 2147483647), int8, oid, xid: oid, cid: oid, xid8: wide(0n, 2n ** 63n - 1n), money: int8, mz_timestamp: wide(0n, 2n ** 63n - 1n),
  float4, float8, numeric, text, varchar: text, bpchar: fc.tuple(text, fc.nat(3)).map(([value, blanks]) => value + ' '.repeat(blanks)), name: read('name', text), refcursor: text,
  char: fc.nat(255).map((byte) => codecOf(Oid.char).decode(Uint8Array.of(byte))), bytea: fc.uint8Array({ maxLength: 20 }), uuid: fc.uuid(),
  json: jsonText, jsonb: jsonText.map((value) => parseJsonb(value)), date, time: microsOfDay, timetz, timestamp, timestamptz: timestamp, interval: intervals, inet: address(false), cidr: address(true), macaddr: read('macaddr', hexBytes(6)), macaddr8: read('macaddr8', hexBytes(8)),
  pg_lsn: read('pg_lsn', fc.tuple(oid, oid).map(([high, low]) => `${high.toString(16)}/${low.toString(16)}`)),
  bit: bits, varbit: bits, tid: fc.tuple(oid, fc.nat(65535)).map(([block, offset]) => `(${block},${offset})`),
  // Postgres sends an empty vector and refuses to receive it.
  int2vector: fc.array(integer(-32768, 32767), { minLength: 1, maxLength: 5 }).map((items) => ({ kind: 'array', element: Oid.int2, dims: [items.length], lowerBounds: [0], items })),
  oidvector: fc.array(oid, { minLength: 1, maxLength: 5 }).map((items) => ({ kind: 'array', element: Oid.oid, dims: [items.length], lowerBounds: [0], items })),
};

export const ranges: Readonly<Record<string, fc.Arbitrary<Datum>>> = Object.fromEntries(['int4range', 'int8range', 'numrange', 'daterange', 'tsrange', 'tstzrange'].map((name) => [name, range(name)]));

export const multiranges: Readonly<Record<string, fc.Arbitrary<Datum>>> = Object.fromEntries(Object.entries(ranges).map(([name, values]) => {
  const { oid: type } = findTypeByName(name.replace('range', 'multirange'))!;
  return [typeInfo(type).name, fc.array(values, { maxLength: 4 }).map((members): Datum => makeMultirange(type, members as SqlRange[], codecOf))];
}));

/** Arrays of one to three dimensions, with NULLs and any lower bounds. */
export function arrayOf(element: number, items: fc.Arbitrary<Datum>): fc.Arbitrary<Datum> {
  const shape = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.oneof(fc.constant(1), fc.integer({ min: -3, max: 100 }))), { maxLength: 3 });
  return shape.chain((dimensions) => {
    const count = dimensions.length === 0 ? 0 : dimensions.reduce((product, [length]) => product * length, 1);
    return fc.array(fc.option(items, { freq: 5 }), { minLength: count, maxLength: count }).map((values): Datum => ({
      kind: 'array', element, dims: dimensions.map(([length]) => length), lowerBounds: dimensions.map(([, lower]) => lower), items: values,
    }));
  });
}

/** A row of columns of several kinds, one of them an array, one a range. */
export const recordColumns = [Oid.int4, Oid.text, Oid.numericArray, Oid.timestamptz, 3904, Oid.jsonb] as const;
export const record: fc.Arbitrary<Datum> = fc.tuple(
  ...[scalars.int4!, text, arrayOf(Oid.numeric, numeric), timestamp, ranges.int4range!, scalars.jsonb!].map((values) => fc.option(values, { freq: 5 })),
).map((fields) => ({ kind: 'record', types: recordColumns, fields }));

/** What a session may say about the forms of values. Styles but ISO print abbreviations, of which the platform knows only those of today (see below). */
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'Europe/Lisbon'];
const spelledZones = ['UTC', 'EST5EDT,M4.1.0,M10.5.0/1', '<+03>-03', 'UTC+3', 'XYZ-4:30', 'ABC3DEF,J60/0,J300/25:30', 'NZX-12NZY-13,280,75', '5.5', '-3'];
const common = {
  dateOrder: fc.constantFrom('MDY', 'DMY', 'YMD'), intervalStyle: fc.constantFrom('postgres', 'iso_8601', 'sql_standard', 'postgres_verbose'),
  extraFloatDigits: fc.oneof(fc.constant(1), fc.integer({ min: -15, max: 3 })), byteaOutput: fc.constantFrom('hex', 'escape'),
} as const;
export const settings: fc.Arbitrary<TextSettings> = fc.oneof(
  fc.record({ ...common, dateStyle: fc.constant('ISO' as const), timeZone: fc.constantFrom(...zones, ...spelledZones) }),
  fc.record({ ...common, dateStyle: fc.constantFrom('SQL', 'Postgres', 'German'), timeZone: fc.constantFrom(...spelledZones) }),
);
