import { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DATE_INFINITY, Oid, RowBatchBuilder, SeededRandom, codecOf, defaultTextSettings, rowLayout, sqlType, typeInfo } from '../../src/core/index.ts';
import type { Datum, RowBatch, TextSettings } from '../../src/core/index.ts';
import { Output } from '../../src/server/pgwire/output.ts';
import { RowEncoder } from '../../src/server/pgwire/row-encoder.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
});
afterAll(() => judge.close());

/** One column of values as the engine would hand it over. */
function batchOf(oid: number, values: readonly Datum[]): RowBatch {
  const builder = new RowBatchBuilder(rowLayout([sqlType(oid)]));
  for (const value of values) {
    builder.begin(1);
    if (value !== null) {
      switch (typeInfo(oid).storage) {
        case 'bool':
          builder.setWord(0, value === true ? 1 : 0);
          break;
        case 'int':
        case 'oid':
          builder.setWord(0, value as number);
          break;
        case 'long':
          builder.setLong(0, value as number | bigint);
          break;
        case 'double':
          builder.setDouble(0, value as number);
          break;
        case 'symbol':
          builder.setBytes(0, codecOf(oid).encode(value));
      }
    }
    builder.end();
  }
  return builder.finish();
}

/** The single field of each row as it goes over the wire; null for NULL. */
function fields(oid: number, values: readonly Datum[], format: 0 | 1, settings: TextSettings = defaultTextSettings): (Buffer | null)[] {
  const encoder = new RowEncoder([sqlType(oid)], [format], { settings, printObject: undefined });
  const batch = batchOf(oid, values);
  return values.map((_, row) => {
    const output = new Output(new Socket());
    encoder.write(output, batch, row);
    const message = output.buffer.subarray(0, output.at);
    expect(message.readInt32BE(1)).toBe(message.length - 1);
    const length = message.readInt32BE(7);
    return length < 0 ? null : message.subarray(11, 11 + length);
  });
}

const random = new SeededRandom(20);
const pick = (count: number, make: () => Datum): Datum[] => Array.from({ length: count }, make);
const between = (low: number, high: number): number => Math.floor(low + random.next() * (high - low + 1));
const digits = (): number => 10 ** between(0, 15);

const samples: Record<string, readonly [number, readonly Datum[]]> = {
  bool: [Oid.bool, [true, false, null]],
  int2: [Oid.int2, [0, -1, 32767, -32768, null, ...pick(50, () => between(-32768, 32767))]],
  int4: [Oid.int4, [0, 9, 10, 99, 100, -10, 2147483647, -2147483648, null, ...pick(200, () => between(-1, 1) * between(0, digits() % 2147483648))]],
  int8: [Oid.int8, [0, 2147483647, 2147483648, -2147483649, 9007199254740991, -9007199254740991, 9007199254740992n, 9223372036854775807n, -9223372036854775808n, ...pick(200, () => between(-digits(), digits()))]],
  oid: [Oid.oid, [0, 1, 2147483648, 4294967295]],
  float8: [Oid.float8, [0, -0, 1, -1, 0.1, 1e15, 1e14, 999999999999999, 1e-4, 0.00009999, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity, 123456789012345.67, null,
    ...pick(300, () => (random.next() - 0.5) * 10 ** between(-8, 15))]],
  date: [Oid.date, [0, -1, 59, 60, 365, DATE_INFINITY, -DATE_INFINITY, -730119, -730120, -730485, -2451545, 2921939, 2921940, ...pick(300, () => between(-730200, 2922000))]],
  timestamp: [Oid.timestamp, [0, -1, 1, 1_000_000, 86_399_999_999, -86_400_000_000, 9223372036854775807n, -9223372036854775808n, -63_082_281_600_000_000n, 252_455_616_000_000_000n,
    ...pick(300, () => between(-60_000_000_000_000, 9_000_000_000_000) * 150), ...pick(100, () => between(-900_000_000, 900_000_000) * 1_000_000)]],
  timestamptz: [Oid.timestamptz, [0, -1, 500_000, ...pick(100, () => between(-9_000_000_000_000, 9_000_000_000_000) * 100)]],
  text: [Oid.text, ['', 'a', 'é😀', 'x'.repeat(1000), null]],
};

/** The judge makes the same values from their binary form in hex: neither side's text parser takes part. */
async function judged(name: string, oid: number, values: readonly Datum[], setting = ''): Promise<(string | null)[]> {
  const binary = fields(oid, values, 1);
  const copy = Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8),
    ...binary.map((value) => {
      const head = Buffer.alloc(6);
      head.writeInt16BE(1);
      head.writeInt32BE(value === null ? -1 : value.length, 2);
      return Buffer.concat([head, value ?? Buffer.alloc(0)]);
    }),
    Buffer.from([0xff, 0xff]),
  ]);
  await judge.query(`drop table if exists v; create table v (n serial, v ${name}); do $$ declare f oid; begin f := lo_from_bytea(0, '\\x${copy.toString('hex')}'); perform lo_export(f, '/tmp/millrace-text-form-${process.pid}'); perform lo_unlink(f); end $$`);
  await judge.query(`copy v (v) from '/tmp/millrace-text-form-${process.pid}' with (format binary)`);
  return (await judge.query(`set timezone = 'UTC'; ${setting}; select v from v order by n`)).rows.map(([value]) => value!);
}

test.each(Object.entries(samples))('%s prints as Postgres prints it', async (name, [oid, values]) => {
  const ours = fields(oid, values, 0).map((value) => value && value.toString());
  expect(ours).toEqual(await judged(name, oid, values));
});

test.each([
  ['timestamptz', "set timezone = 'America/New_York'", { timeZone: 'America/New_York' }],
  ['timestamp', "set datestyle = 'German'", { dateStyle: 'German', dateOrder: 'DMY' }],
  ['date', "set datestyle = 'SQL, DMY'", { dateStyle: 'SQL', dateOrder: 'DMY' }],
  ['float8', 'set extra_float_digits = -3', { extraFloatDigits: -3 }],
] as const)('%s after %s', async (name, setting, changed) => {
  const [oid, all] = samples[name]!;
  const values = all.slice(0, 100);
  const ours = fields(oid, values, 0, { ...defaultTextSettings, ...changed }).map((value) => value && value.toString());
  expect(ours).toEqual(await judged(name, oid, values, setting));
});
