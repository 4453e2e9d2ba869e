import { codecOf, defaultTextSettings, findTypeByName, typeInfo } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { operatorsNamed } from '../../src/ir/index.ts';
import { samples } from '../functions/samples.ts';
import type { SqlNode } from './tree.ts';

/** An expression of the generator's: what it prints as, its type, and the values it can have where they are known. */
export interface Expr {
  readonly node: SqlNode;
  readonly oid: number;
  /** every value it may take, NULL among them where it may be NULL; undefined where that is not known */
  readonly values: readonly Datum[] | undefined;
  /** a plain reference to a column, which a subquery may also make */
  readonly column?: boolean;
}

/** Values beside those of the functions' tests: such as columns need, and types that no function is tested with alone. */
const more: Readonly<Record<string, readonly string[]>> = {
  jsonpath: ['$', '$.a', '$[*]', '$.b.c[0]', 'strict $.aa', '$[*] ? (@ > 1)'], _int4: ['{1,2,3}', '{}', '{3,NULL}', '{{1,2},{3,4}}'], _int2: ['{1,2}', '{}'], _bool: ['{t,f}', '{NULL}'], _numeric: ['{1.5,2}', '{}'],
  _date: ['{2020-02-29,2000-01-01}'], _uuid: ['{00000000-0000-0000-0000-000000000000}'], _timestamptz: ['{"2020-02-29 12:34:56+00",NULL}'], _jsonb: ['{1,"{\\"a\\": 1}"}'], _bytea: ['{"\\\\x00"}'], _varchar: ['{a,b}'], _name: ['{a}'],
};
/** In columns no value that makes most sums and products fail, nor one whose sums depend on their order, nor two that are equal and differ: which of them stands for a group is open, and whatever is made of it. */
const tame: Readonly<Record<string, readonly string[]>> = {
  int2: ['0', '1', '-1', '2', '7'], int4: ['0', '1', '-1', '2', '3', '7', '65'], int8: ['0', '1', '-1', '3', '-7', '9007199254740993', '4294967296'],
  float4: ['0', '1', '-2.5', '1.5', 'NaN', '0.25'], float8: ['0', '1', '-1', '0.5', '-2.5', 'NaN', '45'], numeric: ['0', '1', '-1', '2.50', '-2.5', '0.001', '3', '123456789012345678901.5'], money: ['0', '1.00', '-1.01', '12.34'],
  date: ['2020-02-29', '2000-01-01', '2026-07-01', 'infinity'], timestamp: ['2020-02-29 12:34:56.789', '2000-01-01', '2026-07-01 10:00'], timestamptz: ['2020-02-29 12:34:56.789+00', '2026-07-01 10:00+02', '1999-12-31 23:59:59+00'],
  interval: ['0', '1 mon', '29 days', '1 year 2 mons 3 days 04:05:06.7', '-1 day +02:03:00'], xid8: ['0', '1', '4294967297'], bpchar: ['', 'ab', 'AB'],
};

const parsed = new Map<string, readonly Datum[]>();
function read(name: string, texts: readonly string[]): readonly Datum[] {
  const key = `${name} ${texts === tame[name] ? 'tame' : ''}`;
  let values = parsed.get(key);
  if (values === undefined) {
    const { oid } = findTypeByName(name)!;
    values = texts.map((text) => codecOf(oid).parse(text, defaultTextSettings, -1));
    parsed.set(key, values);
  }
  return values;
}

/** Values to write as literals; none where the type is not one to write. */
export function literalsOf(oid: number): readonly Datum[] {
  const { name } = typeInfo(oid);
  const texts = samples[name] ?? more[name] ?? [];
  return read(name, texts);
}
/** Values for columns. */
export function domainOf(oid: number): readonly Datum[] {
  const { name } = typeInfo(oid);
  return tame[name] === undefined ? literalsOf(oid) : read(name, tame[name]);
}

const refused = new Set(['record', 'cid', 'tid', 'oidvector', 'char']);
/** The types that columns have. */
export const columnTypes: readonly number[] = [...Object.keys(samples), ...Object.keys(more)].filter((name) => !refused.has(name) && name !== 'jsonpath').map((name) => findTypeByName(name)!.oid);

export const spelled = (oid: number): string => typeInfo(oid).sqlName;
export const printDatum = (value: Datum, oid: number): string => (value === null ? 'NULL' : `'${codecOf(oid).print(value, defaultTextSettings).replaceAll("'", "''")}'`);
/** `pg_catalog` names of types need no grammar of their own: "char", bit without a length, ... */
export const castTo = (oid: number): string => `::${/^[a-z_]\w*$/.test(typeInfo(oid).name) && !['char', 'bit', 'bpchar'].includes(typeInfo(oid).name) ? typeInfo(oid).name : `"${typeInfo(oid).name}"`}`;

export const literal = (value: Datum, oid: number): Expr => ({ oid, values: [value], node: { kind: 'expression', shape: String(oid), parts: [`${printDatum(value, oid)}${castTo(oid)}`] } });

/** Types whose values have an order, so that DISTINCT, GROUP BY and a total ORDER BY are possible. */
const ordered = new Set(operatorsNamed('<').filter(({ left, right }) => left === right).map(({ left }) => left));
export const isOrdered = (oid: number): boolean => {
  const { element, kind, category } = typeInfo(oid);
  return ordered.has(oid) || kind === 'r' || kind === 'm' || (category === 'A' && element !== 0 && isOrdered(element));
};
