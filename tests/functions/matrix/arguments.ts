import { samples } from '../samples.ts';

/** What a call is there to show. */
export const classes = ['plain', 'NULL', 'boundary', 'error'] as const;
export type Class = (typeof classes)[number];

/**
 * Values at the ends of their types: least and greatest, empty, zero, infinite, not a number, of more bytes than characters.
 * Which of the samples are in here is no plain value.
 */
const boundaries: Readonly<Record<string, readonly string[]>> = {
  bool: ['false', 'true'],
  int2: ['0', '-32768', '32767'],
  int4: ['0', '-2147483648', '2147483647'],
  int8: ['0', '-9223372036854775808', '9223372036854775807'],
  oid: ['0', '4294967295'],
  float4: ['0', '-0', '3.4028235e38', '1e-45', 'NaN', 'Infinity', '-Infinity'],
  float8: ['0', '-0', '1.7976931348623157e308', '5e-324', 'NaN', 'Infinity', '-Infinity'],
  numeric: ['0', '1e-40', '123456789012345678901234567890.12345', 'NaN', 'Infinity', '-Infinity'],
  text: ['', 'äöÜ€😀b'],
  varchar: ['', 'äöÜ€😀b'],
  bpchar: ['', '   '],
  name: ['', 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk', 'äb'],
  char: ['', '~'],
  bytea: ['\\x', '\\x00', '\\xff00fe'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  json: ['null', '[]', '{}', '""'],
  jsonb: ['null', '[]', '{}', '""', '1e400'],
  jsonpath: ['$', 'strict $', '$[last]'],
  _text: ['{}', '{NULL}', '{""}', '[2147483646:2147483646]={a}', '{{a,b},{c,d}}'],
  _int4: ['{}', '{NULL}', '{-2147483648,2147483647}', '[2147483646:2147483646]={1}', '[-2147483648:-2147483648]={1}', '{{1,2},{3,NULL}}'],
  _int8: ['{}', '{-9223372036854775808,9223372036854775807}'],
  _float8: ['{}', '{NaN,NaN}', '{Infinity,-Infinity}'],
  _numeric: ['{}', '{NaN,NULL}'],
  int2vector: ['', '-32768 32767'],
  int4range: ['empty', '(,)', '[-2147483648,2147483647)'],
  int8range: ['empty', '(,)', '[-9223372036854775808,9223372036854775807)'],
  numrange: ['empty', '(,)', '(1.5,NaN]'],
  daterange: ['empty', '(,)', '[-infinity,infinity]'],
  tsrange: ['empty', '(,)', '[-infinity,infinity]'],
  tstzrange: ['empty', '(,)', '[-infinity,infinity]'],
  int4multirange: ['{}', '{(,)}'],
  int8multirange: ['{}', '{(,)}'],
  nummultirange: ['{}', '{(,)}'],
  datemultirange: ['{}', '{(,)}'],
  tsmultirange: ['{}', '{(,)}'],
  tstzmultirange: ['{}', '{(,)}'],
  _int4range: ['{}', '{empty,NULL}'],
  _int8range: ['{}'],
  _numrange: ['{}'],
  _daterange: ['{}'],
  _tsrange: ['{}'],
  _tstzrange: ['{}'],
  date: ['infinity', '-infinity', '4714-11-24 BC', '5874897-12-31', '2000-01-01'],
  time: ['00:00:00', '24:00:00'],
  timetz: ['00:00:00+15:59', '24:00:00-15:59'],
  timestamp: ['infinity', '-infinity', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999', '2000-01-01'],
  timestamptz: ['infinity', '-infinity', '4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59.999999+00', '2000-01-01 00:00:00+00'],
  interval: ['0', 'infinity', '-infinity', '178956970 years 7 mons 2147483647 days 2562047788:00:54.775807', '-178956970 years -8 mons -2147483648 days -2562047788:00:54.775807'],
  xid: ['0', '4294967295'],
  cid: ['0', '4294967295'],
  xid8: ['0', '9223372036854775807'],
  tid: ['(0,0)', '(4294967295,65535)'],
  oidvector: ['', '4294967295'],
  inet: ['0.0.0.0/0', '255.255.255.255', '::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  cidr: ['0.0.0.0/0', '255.255.255.255/32', '::/0'],
  macaddr: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'],
  macaddr8: ['00:00:00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:ff'],
  bit: ['', '0'],
  varbit: ['', '0'],
  money: ['0', '-92233720368547758.08', '92233720368547758.07'],
  pg_lsn: ['0/0', 'FFFFFFFF/FFFFFFFF'],
  regclass: ['-', '4294967295'],
  regproc: ['-', '4294967295'],
  regprocedure: ['-', '4294967295'],
  regtype: ['-', '4294967295'],
  regnamespace: ['-', '4294967295'],
  regrole: ['-', '4294967295'],
  regoper: ['0', '4294967295'],
  regoperator: ['0', '4294967295'],
  _aclitem: ['{}'],
  matrix_mood: ['happy', 'low'],
  matrix_row: ['(,,)'],
  _matrix_mood: ['{}'],
};

/** Plain values of types that the samples have none of, and in place of those that mean nothing to most functions of their type. */
const plainValues: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  text: ['Hello World', 'a', 'l+', '%l_o%', ' xx ', 'abcabc'],
  varchar: ['abc', 'ab   '],
  char: ['a', 'Z', '1'],
  bit: ['101', '110'],
  varbit: ['1010', '100000001'],
  int2vector: ['1 2', '3'],
  oidvector: ['1 2', '23 25'],
  jsonpath: ['$.a', '$[*]', '$.b.c[0]', '$[*] ? (@ > 1)'],
  _int4: ['{1,2,3}', '{3,NULL,1}'],
  _numeric: ['{1.5,2}'],
  _float8: ['{2,3,0.5}', '{3,1,2,4,5,6}'],
  _text: ['{a,b}', '{b,c,a}', '{a,NULL}'],
  _int8: ['{1,2,3}', '{2,10}'],
  regclass: ['pg_class', 'pg_type'],
  regproc: ['now', 'pi'],
  regprocedure: ['now()', 'lower(text)'],
  regtype: ['int4', 'text'],
  regnamespace: ['pg_catalog', 'public'],
  regrole: ['10'],
  regoper: ['15', '96'],
  regoperator: ['15', '96'],
  oid: ['1', '1259', '2200'],
  _aclitem: ['{=r/10}', '{=rw/10}'],
  matrix_mood: ['ok', 'sad'],
  matrix_row: ['(1,x,)', '(2,,"{""k"": 1}")'],
  _matrix_mood: ['{ok,happy}', '{sad,NULL}'],
};

/** Values that many functions raise an error for, though they are fine in themselves. */
const oddities: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['_int8range', '_numrange', '_daterange', '_tsrange', '_tstzrange'].map((type) => [type, ['{NULL}']])),
  text: ['(', '\\', '%', 'nowhere', '{', 'x\\', '1', '\u0001'],
  name: ['nowhere'],
  int2: ['-1'],
  int4: ['-1', '100', '1000000'],
  int8: ['-1'],
  float8: ['-1', '-2.5', '1e300'],
  float4: ['-1', '3e38'],
  numeric: ['-1', '-2.5', '1e400', '1e100'],
  json: ['1', '"x"', '[1]', '{"a":1}'],
  jsonb: ['1', '"x"', '[1]', '{"a":1}'],
  jsonpath: ['strict $.nothing', 'strict $[7]', '$.a + 1', '$ / 0'],
  bytea: ['\\xff'],
  interval: ['1 mon', '-1 mon', '1 day'],
  _text: ['{a,b,c}', '{{a},{b}}', '{{a,b,c}}'],
  _int4: ['{{1}}', '{{{1}}}'],
  _int8: ['{1}', '{1,NULL}'],
  _float8: ['{1}', '{{1}}', '{1,NULL}'],
  bit: ['1', '11', '1111'],
  varbit: ['11', '1111111111111111111111111111111111111111111111111111111111111111111111111'],
  cidr: ['::1/128'],
  inet: ['::1', '1.2.3.4'],
  int4range: ['[100,200)'],
  numrange: ['[100,200)'],
  tsrange: ['[2100-01-01,2200-01-01)'],
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const typed = (type: string, texts: readonly string[]): readonly string[] => texts.map((text) => spell(type, text));

/** An enum that both sides are given, of the labels low, sad, ok and happy. */
export const ENUM = 'matrix_mood';
/** and one of none */
export const EMPTY_ENUM = 'matrix_empty';
/** A row type that both have: what is made of objects. */
export const ROW = 'matrix_row';
const nameOf = (type: string): string => (type.endsWith(ENUM) || type === ROW ? `public."${type}"` : `pg_catalog."${type}"`);

/** A value as SQL: the type's name as `pg_type` has it, so that no keyword is meant. */
export const spell = (type: string, text: string): string => `${quote(text)}::${nameOf(type)}`;
export const spellNull = (type: string): string => `null::${nameOf(type)}`;

/** With a cast, since two bare rows are compared field by field, by the grammar. */
const record = (...fields: readonly string[]): string => `row(${fields.join(', ')})::record`;
const records: Values = {
  plain: [record('1', "'a'::text", '1.5'), record('1', "'b'::text", '1.5'), record('2', 'null::text', '1.0')],
  boundary: [record('null::int4', 'null::text', 'null::numeric'), record('-2147483648', "''::text", "'NaN'::numeric")],
  odd: [],
};

/** The values of a type, each as SQL spells it. */
export interface Values {
  readonly plain: readonly string[];
  readonly boundary: readonly string[];
  readonly odd: readonly string[];
}

/** undefined: nothing of this type can be written */
export function valuesOf(type: string): Values | undefined {
  if (type === 'record') return records;
  const boundary = boundaries[type] ?? [];
  const plain = plainValues[type] ?? samples[type]?.filter((text) => !boundary.includes(text)) ?? [];
  if (plain.length === 0) return undefined;
  return { plain: typed(type, plain), boundary: typed(type, boundary), odd: typed(type, oddities[type] ?? []) };
}
