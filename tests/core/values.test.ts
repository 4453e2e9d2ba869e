import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  RowBatchBuilder, SeededRandom, SqlError, appendRow, codecOf, defaultTextSettings, findTypeByName, numericAdd, numericDiv, numericExp, numericLn, numericMod, numericMul,
  numericParse, numericPower, numericPrint, numericSqrt, numericSub, readRow, rowLayout, sqlType, typeInfo,
} from '../../src/core/index.ts';
import type { Numeric } from '../../src/core/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';

/** Law 7 for values: text and binary forms are Postgres', and go round; bad input is refused with Postgres' words. */

const seed = 20_240_229;
const random = new SeededRandom(seed);
const below = (limit: number): number => Math.floor(random.next() * limit);
const many = (count: number, make: () => string): readonly string[] => Array.from({ length: count }, make);
const digits = (count: number): string => many(1 + below(count), () => String(below(10))).join('');

const inputs: Readonly<Record<string, readonly string[]>> = {
  bool: ['t', ' TRUE ', 'off', 'of', 'o', '', 'yes', '2'],
  int2: ['0', '-32768', '32768', ' 12 ', '0x1F', '1_000', '1__0', 'x'], int4: ['2147483647', '2147483648', '-0', '0b101', '+5', '', '1.0'],
  int8: ['9223372036854775807', '-9223372036854775808', '9223372036854775808', '9007199254740993', '-9007199254740992', 'abc'], oid: ['0', '4294967295', '4294967296', '-1'],
  float4: ['1.1', '3.4e38', '1e40', '1e-46', 'NaN', '-inf', '16777216', '123456', '1234567', '0.00001', '-0'],
  float8: ['0.1', '1e15', '123456789012345678', '1e-5', '1e400', '1e-400', 'Infinity', '-0', 'x', '5e-324', '100000', ...many(30, () => `${digits(17)}e${below(40) - 30}`)],
  numeric: ['0.000', '1e3', '1e-3', 'nan', '-Infinity', '1.2.3', '0x10', '1_0.5', '.5', '5.', '12345678901234567890.5', ...many(40, () => `${below(2) ? '-' : ''}${digits(20)}.${digits(20)}`)],
  text: ['', 'héllo', '😀', 'a\\b"c'], varchar: ['abc'], bpchar: ['abc  '], name: ['x'.repeat(70)], char: ['x', '', '\\351', 'abc'],
  bytea: ['\\xDEADbeef', '\\x1', '\\xzz', 'a\\\\b\\000', '\\9'], uuid: ['550E8400-e29b-41d4-a716-446655440000', '{550e8400e29b41d4a716446655440000}', 'x'],
  json: ['{"a": 1}', '{"a":}', '[1,', '"\\u00e9"', '{"a" 1}', 'nul', '01', '[1 2]', ''],
  jsonb: ['{"bb": 1.00, "a": [true, null, "x\\n"], "bb": 2}', '"\\u0000"', '"\\ud83d\\ude00"', '{"a":1}x', '[1e3, -0.0]', '{"a":1,}', '"\\ud83d"', 'tru'],
  date: ['2024-02-29', '2023-02-29', 'Jan 8, 1999', '8-Jan-1999', '01/02/2003', '20240229', 'infinity', 'epoch', '0044-03-15 BC', 'x', '5874898-01-01', '1999.008', 'J2451187', '13/13/2000'],
  time: ['12:34:56.7891234', '040506', '04:05 PM', '24:00:00', '25:00', 'noon?'], timetz: ['12:34:56+02', '04:05:06-08:30', '04:05:06.789 EST'],
  timestamp: ['2024-02-29 12:34:56.789', '2024-02-29T12:34:56Z', '1999-01-08 04:05', 'Mon Feb 12 2024 10:11:12', '-infinity', '294277-01-01', '2024-13-01', '2024-01-01 99:00', 'bad', '2500-01-01 00:00:00.000001', '20240229T123456', '4714-11-24 00:00:00 BC'],
  timestamptz: ['2024-02-29 12:34:56+02', '2024-07-01 12:00 Europe/Berlin', '2024-03-10 02:30:00 America/New_York', '2024-11-03 01:30:00 America/New_York', '2024-01-01 00:00 EST', '2024-01-01 00:00+16', '2024-01-01 00:00 no/where'],
  interval: ['1 year 2 mons 3 days 04:05:06.7', '-1 day', '1.5 months', 'P1Y2M3DT4H5M6S', 'P0001-02-03T04:05:06', '1-2', '3 4:05:06', '1 week ago', '@ 1 min', '-1-2 +3 -4:05:06', '2 decades', '1.5 weeks', 'x', '1 foo', 'infinity', '100 ms', '1', '-00:00:01'],
  inet: ['10.0.0.1/8', '::1', '2001:db8::/32', '::ffff:1.2.3.4', '300.0.0.1', '10.0.0.1'], cidr: ['10.0.0.0/8', '10.0.0.1/8', '192.168', '2001:db8::/32'],
  macaddr: ['08:00:2b:01:02:03', '0800.2b01.0203', '08002b010203', 'x'], bit: ['1010', '12', 'xF'], varbit: ['', '101'], money: ['$1,234.56', '-5', '(7.005)', 'x'],
  _int4: ['{1,2,NULL}', '{}', '{{1,2},{3,4}}', '[2:3]={5,6}', '{1,{2}}', '{1', '{1}x', '{,}', '{{1},{2,3}}', '1', '{a}'],
  _text: ['{"a b",NULL,"NULL",""}', '{a\\,b, c d }', '{"q\\"x"}', '{"a"b}'], _numeric: ['{1.50,NaN}'], _timestamptz: ['{"2024-02-29 12:34:56+00"}'], int2vector: ['1 2 3', ''],
  int4range: ['[1,5]', '(1,2)', 'empty', '[,5)', '[5,1]', '[1,5', '[1 5)'], numrange: ['[1.50,2]', '(,)'], daterange: ['[2024-01-01,2024-01-31]'], tsrange: ['["2024-01-01 00:00:00",)'],
};

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await judge.query(`create function as_text(t text, v text) returns text language plpgsql as $$
    declare r text; begin execute format('select concat(%L::%s)', v, t) into r; return r; exception when others then return sqlstate || ': ' || sqlerrm; end $$;
    create function as_binary(t text, v text) returns text language plpgsql as $$
    declare r text; s text; begin select typsend::text into s from pg_type where oid = t::regtype; execute format('select encode(%s(%L::%s), ''hex'')', s, v, t) into r; return r; exception when others then return null; end $$`);
});
afterAll(() => judge.close());

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe(`text and binary forms are Postgres' (seed ${seed})`, () => {
  test.each(Object.keys(inputs))('%s', async (name) => {
    const type = findTypeByName(name)!;
    const codec = codecOf(type.oid);
    const spelling = name === 'bpchar' || name === 'bit' ? `"${name}"` : typeInfo(type.oid).sqlName;
    const values = inputs[name]!.map((text, i) => `(${i}, ${quoted(text)})`).join(',');
    const { rows } = await judge.query(`select as_text(${quoted(spelling)}, v), as_binary(${quoted(spelling)}, v) from (values ${values}) x(i, v) order by i`);
    const differences = inputs[name]!.flatMap((text, i) => {
      const [expected, theirBytes] = rows[i]!;
      try {
        const value = codec.parse(text, defaultTextSettings, -1);
        const bytes = codec.encode(value);
        const printed = codec.print(value, defaultTextSettings);
        const wrong = [
          printed === expected ? '' : `prints ${printed}, Postgres ${expected}`,
          hex(bytes) === theirBytes ? '' : `binary ${hex(bytes)}, Postgres ${theirBytes}`,
          codec.print(codec.decode(bytes), defaultTextSettings) === printed ? '' : 'does not go round',
          codec.compare(value, codec.decode(bytes)) === 0 ? '' : 'does not equal itself',
        ].filter((found) => found !== '');
        return wrong.length === 0 ? [] : [`${text}: ${wrong.join('; ')}`];
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        const ours = `${error.code}: ${error.message}`;
        return ours === expected ? [] : [`${text}: ours ${ours}, Postgres ${expected}`];
      }
    });
    expect(differences).toEqual([]);
  });
});

test('numeric arithmetic has the digits and scales of Postgres', async () => {
  const operations: readonly (readonly [string, (a: Numeric, b: Numeric) => Numeric])[] = [
    ['a + b', numericAdd], ['a - b', numericSub], ['a * b', numericMul], ['a / b', numericDiv], ['a % b', numericMod], ['sqrt(abs(a))', (a) => numericSqrt(numericParse(numericPrint(a).replace('-', '')))],
    ['ln(abs(a) + 1)', (a) => numericLn(numericAdd(numericParse(numericPrint(a).replace('-', '')), numericParse('1')))], ['exp(b / 1000)', (_, b) => numericExp(numericDiv(b, numericParse('1000')))],
    ['power(a, 3)', (a) => numericPower(a, numericParse('3'))],
  ];
  const pairs = Array.from({ length: 40 }, () => [`${below(2) ? '-' : ''}${digits(12)}.${digits(8)}`, `${1 + below(9)}${digits(2)}.${digits(6)}`] as const);
  const { rows } = await judge.query(
    `select ${operations.map(([sql]) => sql).join(', ')} from (values ${pairs.map(([a, b], i) => `(${i}, ${a}::numeric, ${b}::numeric)`).join(',')}) x(i, a, b) order by i`,
  );
  pairs.forEach(([a, b], i) => {
    expect(operations.map(([, operate]) => numericPrint(operate(numericParse(a), numericParse(b))))).toEqual(rows[i]);
  });
});

test('rows of words give back the datums they were made of', () => {
  const names = ['bool', 'int4', 'int8', 'float8', 'text', 'numeric', 'timestamptz', 'jsonb', '_int4', 'interval'];
  const types = names.map((name) => sqlType(findTypeByName(name)!.oid));
  const texts = ['t', '-5', '9223372036854775807', '1.5', 'héllo', '1.50', '2500-01-01 00:00:00+00', '{"a": [1]}', '{1,NULL}', '-1 mons'];
  const row = texts.map((text, i) => codecOf(types[i]!.oid).parse(text, defaultTextSettings, -1));
  const builder = new RowBatchBuilder(rowLayout(types));
  appendRow(builder, row, 2);
  appendRow(builder, row.map(() => null));
  const batch = builder.finish();
  expect(batch.weight(0)).toBe(2);
  expect(readRow(batch, 0)).toEqual(row);
  expect(readRow(batch, 1)).toEqual(row.map(() => null));
});

test('text is ordered by bytes, not by UTF-16 units', () => {
  expect(codecOf(findTypeByName('text')!.oid).compare('\u{1F600}', '\uFF5E')).toBeGreaterThan(0);
});
