import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Oid, SqlError, builtinTypes, codecOf, defaultTextSettings, findTypeByName, intervalInfinitySign, registerUserType, sqlType, typeInfo } from '../../src/core/index.ts';
import type { Datum, RowType, TextSettings } from '../../src/core/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { arrayOf, multiranges, ranges, record, recordColumns, scalars, settings } from './support/values.ts';

/**
 * Law 7 for values: what is printed reads back as it was, so does what is encoded, and under every setting of the session
 * Postgres writes the same text and bytes, and reads ours as we do.
 */

const seed = Number(process.env.LAW_SEED ?? 20_260_731);
const runs = Number(process.env.LAW_RUNS ?? 8);

/** Types whose values never leave the program, or that Postgres has not or does not read, and why they are not here. */
const leftOut: Readonly<Record<string, string>> = {
  jsonpath: 'its text is kept as written, Postgres normalises it', pg_node_tree: 'Postgres reads none', aclitem: 'Postgres has no binary form', cstring: 'a pseudo-type', unknown: 'a pseudo-type', void: 'has one value',
};
/** A row type as CREATE TYPE makes one: on Postgres it has another OID, which no form of its values shows. */
const pair: RowType = { kind: 'row', oid: 70_000, array: 70_001, name: 'pair', sqlName: 'pair', fields: recordColumns.map((oid, i) => ({ name: `f${i}`, type: sqlType(oid) })) };
registerUserType(pair);

const registered = (name: string): boolean => name.startsWith('reg') && name !== 'regular';

const base = [...Object.entries(scalars), ...Object.entries(ranges), ...Object.entries(multiranges)];
const elements = base.filter(([name]) => typeInfo(findTypeByName(name)!.oid).array !== 0);
const arrays = elements.map(([name, values]): [string, fc.Arbitrary<Datum>] => [typeInfo(findTypeByName(name)!.array).name, arrayOf(findTypeByName(name)!.oid, values)]);
const subjects: readonly (readonly [string, number, fc.Arbitrary<Datum>])[] = [...[...base, ...arrays].map(([name, values]) => [name, findTypeByName(name)!.oid, values] as const), ['record', Oid.record, record], ['pair', pair.oid, record]];

test('every type that has values is here', () => {
  const held = new Set(subjects.map(([name]) => name));
  const plain = (name: string): string => name.replace(/^_/, '');
  const missing = builtinTypes.filter(({ kind, name }) => kind !== 'p' && !held.has(name) && !registered(plain(name)) && leftOut[plain(name)] === undefined);
  expect(missing.map(({ name }) => name).filter((name) => name !== '_record')).toEqual([]);
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe(`forms go round (LAW_SEED=${seed})`, () => {
  test.each(subjects)('%s', (_, oid, values) => {
    const codec = codecOf(oid);
    fc.assert(fc.property(values, (value) => {
      const bytes = codec.encode(value);
      const back = codec.decode(bytes);
      expect(back).toEqual(value);
      expect(codec.compare(back, value)).toBe(0);
      if (codec.canonical !== undefined) expect(codec.compare(codec.canonical(value), value)).toBe(0);
      if (oid !== Oid.record && !holdsUnreadable(value)) expect(hex(codec.encode(codec.parse(codec.print(value, defaultTextSettings), defaultTextSettings, -1)))).toBe(hex(bytes));
    }), { seed, numRuns: 40 * runs });
  });
});

/** The longest negative time of an interval is printed, but not read: its magnitude is out of range. So it is in Postgres. */
const holdsUnreadable = (value: Datum): boolean =>
  value !== null && typeof value === 'object' && 'kind' in value && (value.kind === 'interval' ? value.micros === -(2n ** 63n) && intervalInfinitySign(value) === 0 : value.kind === 'array' ? value.items.some(holdsUnreadable) : value.kind === 'record' && value.fields.some(holdsUnreadable));

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  const spelled = subjects.map(([name, oid]) => `create type held_${name} as (v ${oid === Oid.record ? 'pair' : spelling(oid)});`);
  await judge.query(`create type pair as (${recordColumns.map((type, i) => `f${i} ${typeInfo(type).sqlName}`).join(', ')}); ${spelled.join(' ')}`);
});
afterAll(() => judge.close());

/** Postgres has no mz_timestamp: its forms are those of bigint. */
function spelling(oid: number): string {
  const { name, sqlName } = typeInfo(oid);
  if (/^_?mz_timestamp$/.test(name)) return name.startsWith('_') ? 'bigint[]' : 'bigint';
  return name === 'bpchar' || name === 'bit' || name === '_bpchar' || name === '_bit' ? `"${name.replace('_', '')}"${name.startsWith('_') ? '[]' : ''}` : sqlName;
}
const onPostgres = (oid: number): number => (oid === Oid.mzTimestamp ? Oid.int8 : oid);

async function configure({ timeZone, dateStyle, dateOrder, intervalStyle, extraFloatDigits, byteaOutput }: TextSettings): Promise<void> {
  await judge.query(`set timezone = '${timeZone}'; set datestyle = '${dateStyle}, ${dateOrder}'; set intervalstyle = '${intervalStyle}'; set extra_float_digits = ${extraFloatDigits}; set bytea_output = '${byteaOutput}'`);
}

/** An array of rows of one column, in binary: whatever the column's type, one parameter carries all values. */
function rowsOf(rowType: number, columnType: number, values: readonly Uint8Array[]): Uint8Array {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([word(1), word(0), word(rowType), word(values.length), word(1), ...values.flatMap((value) => [word(value.length + 12), word(1), word(columnType), word(value.length), value])]);
}

interface Outcome {
  readonly text: string | null;
  readonly bytes: string;
  /** what their text form is read as; null where it cannot be read */
  readonly read: string | null;
}

async function judged(name: string, oid: number, values: readonly Datum[]): Promise<readonly Outcome[]> {
  const codec = codecOf(oid);
  const type = oid === Oid.record ? 'pair' : spelling(oid);
  const { rows: found } = await judge.query(`select 'held_${name}'::regtype::oid, '${type}'::regtype::oid, typsend::oid::regproc from pg_type where oid = '${type}'::regtype`);
  const [rowType, columnType, sender] = found[0]!;
  const send = (value: string): string => `${sender}(${value}${name === 'refcursor' ? '::text' : ''})`;
  const bytes = Buffer.from(rowsOf(Number(rowType), Number(columnType), values.map((value) => codec.encode(element(oid, value)))));
  const { rows } = await judge.query(
    `select t, encode(b, 'hex'), case when pg_input_is_valid(t, '${type}') then encode(${send(`t::${type}`)}, 'hex') end
     from (select i, concat(v) t, ${send('v')} b from unnest($1::held_${name}[]) with ordinality u(v, i)) x order by i`, [bytes],
  );
  return rows.map(([text, sent, read]) => ({ text: text!, bytes: sent!, read: read! }));
}

/** An array of mz_timestamp names bigint as its element's type. */
const element = (oid: number, value: Datum): Datum => (oid === typeInfo(Oid.mzTimestamp).array && value !== null && typeof value === 'object' && 'dims' in value ? { ...value, element: onPostgres(value.element) } : value);

const different = (what: string, ours: string | null, theirs: string | null): readonly string[] => (ours === theirs ? [] : [`${what}: ours ${ours}, Postgres ${theirs}`]);

function readByUs(oid: number, text: string, session: TextSettings): string | null {
  try {
    const codec = codecOf(oid);
    return hex(codec.encode(element(oid, codec.parse(text, session, -1))));
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

describe(`Postgres writes and reads the same (LAW_SEED=${seed})`, () => {
  test.each(subjects)('%s', { timeout: 120_000 }, async (name, oid, values) => {
    const codec = codecOf(oid);
    await fc.assert(fc.asyncProperty(fc.array(values, { maxLength: 200, size: 'max' }), settings, async (batch, session) => {
      await configure(session);
      const theirs = await judged(name, oid, batch);
      const differences = batch.flatMap((value, i) => {
        const { text, bytes, read } = theirs[i]!;
        return [
          ...different('text', codec.print(value, session), text), ...different('bytes', hex(codec.encode(element(oid, value))), bytes),
          ...(oid === Oid.record ? [] : different(`${text} read as`, readByUs(oid, text!, session), read)),
        ];
      });
      if (differences.length > 0) expect.fail(differences.join('\n'));
    }), { seed, numRuns: runs });
  });
});
