import { codecOf, compareFloats, compareText, encodeUtf8, compareBytes, Oid, SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, SqlRecord } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { OperatorRow } from './contract.ts';
import { defineCasts, defineFunctions, defineOperators, typeNamed, unbound } from './define.ts';
import type { Definition } from './define.ts';

/** The comparisons that a type has by the order of its codec: what `btree` operator classes are made of. */

/** How Postgres names a type's comparisons: `prefix` before eq, ne, lt, le, gt, ge; the three-way one; those that give the greater and the less. */
export interface Comparisons {
  readonly type: string;
  readonly prefix: string;
  readonly cmp?: string;
  readonly larger?: string;
  readonly smaller?: string;
}

type Compare = (a: Datum, b: Datum) => number;

const tests: readonly (readonly [word: string, holds: (order: number) => boolean])[] = [
  ['eq', (order) => order === 0], ['ne', (order) => order !== 0], ['lt', (order) => order < 0], ['le', (order) => order <= 0], ['gt', (order) => order > 0], ['ge', (order) => order >= 0],
];

/** For the polymorphic types the order is that of the first argument's type, known when the call is compiled. */
const polymorphic: ReadonlySet<string> = new Set(['anyenum', 'anyrange', 'anymultirange']);

function define(signature: string, type: string, make: (compare: Compare) => (a: any, b: any) => Datum): Definition {
  if (polymorphic.has(type)) return [signature, unbound, { bind: ([first]: readonly Scalar[]) => make(codecOf(first!.type.oid).compare) }];
  const { compare } = codecOf(typeNamed(type));
  return [signature, make(type === 'record' ? comparingFields(compare, /^record_(eq|ne)\(/.test(signature) ? 'an equality operator' : 'a comparison function') : compare)];
}

const incomparable: ReadonlySet<number> = new Set([Oid.json, Oid.jsonpath, Oid.pgNodeTree]);

/** 42883 where a field is of a type that has no order: of a row one knows that only when one sees it. */
function comparingFields(compare: Compare, what: string): Compare {
  const require = ({ types, fields }: SqlRecord): void => types.forEach((type, index) => {
    if (incomparable.has(type)) throw new SqlError('42883', `could not identify ${what} for type ${typeInfo(type).sqlName}`);
    const field = fields[index];
    if (typeof field === 'object' && field !== null && 'kind' in field && field.kind === 'record') require(field);
  });
  return (a, b) => {
    require(a as SqlRecord);
    return compare(a, b);
  };
}

export function comparisons({ type, prefix, cmp, larger, smaller }: Comparisons): readonly Definition[] {
  const words = type === 'record' ? '' : ' total';
  return [
    ...tests.map(([word, holds]) => define(`${prefix}${word}(${type},${type}) bool${words}`, type, (compare) => (a, b) => holds(compare(a, b)))),
    ...(cmp === undefined ? [] : [define(`${cmp}(${type},${type}) int4${words}`, type, (compare) => (a, b) => Math.sign(compare(a, b)))]),
    ...(larger === undefined ? [] : [define(`${larger}(${type},${type}) ${type}${words}`, type, (compare) => (a, b) => (compare(a, b) > 0 ? a : b))]),
    ...(smaller === undefined ? [] : [define(`${smaller}(${type},${type}) ${type}${words}`, type, (compare) => (a, b) => (compare(a, b) < 0 ? a : b))]),
  ];
}

export const comparisonOperators = ({ type, prefix }: Comparisons): readonly OperatorRow[] => defineOperators([
  `= ${type} ${type} bool ${prefix}eq = <>`, `<> ${type} ${type} bool ${prefix}ne <> =`, `< ${type} ${type} bool ${prefix}lt > >=`,
  `<= ${type} ${type} bool ${prefix}le >= >`, `> ${type} ${type} bool ${prefix}gt < <=`, `>= ${type} ${type} bool ${prefix}ge <= <`,
].join('\n'));

/** Types whose comparisons are all that this file knows of them. */
const plain: readonly Comparisons[] = [
  { type: 'oidvector', prefix: 'oidvector', cmp: 'btoidvectorcmp' },
  { type: 'tid', prefix: 'tid', cmp: 'bttidcmp', larger: 'tidlarger', smaller: 'tidsmaller' },
  { type: 'xid8', prefix: 'xid8', cmp: 'xid8cmp', larger: 'xid8_larger', smaller: 'xid8_smaller' },
  { type: 'record', prefix: 'record_', cmp: 'btrecordcmp', larger: 'record_larger', smaller: 'record_smaller' },
];

const three = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const signed = (compare: (a: any, b: any) => number) => (a: any, b: any): number => Math.sign(compare(a, b));
const byOrder = (name: string, type: string): Definition => define(`${name}(${type},${type}) int4 total`, type, (compare) => (a, b) => Math.sign(compare(a, b)));

const integers = ['int2', 'int4', 'int8'] as const;
const digits = (type: string): string => type.slice(3);

/** Equality of the stored form: 1.0 and 1.00 are different images. */
function sameImage(a: SqlRecord, b: SqlRecord): boolean {
  for (let i = 0; i < Math.min(a.types.length, b.types.length); i++) {
    if (a.types[i] !== b.types[i]) throw new SqlError('42804', `cannot compare dissimilar column types ${typeInfo(a.types[i]!).sqlName} and ${typeInfo(b.types[i]!).sqlName} at record column ${i + 1}`);
    const [x, y] = [a.fields[i]!, b.fields[i]!];
    if (x === null || y === null ? x !== y : compareBytes(codecOf(a.types[i]!).encode(x), codecOf(a.types[i]!).encode(y)) !== 0) return false;
  }
  if (a.types.length !== b.types.length) throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
  return true;
}

/** Bytes as they are, blanks at the end of a `bpchar` left out by its own order. */
const byBytes = (a: string, b: string): number => compareBytes(encodeUtf8(a), encodeUtf8(b));

export const comparisonFunctions = defineFunctions([
  ...plain.flatMap(comparisons),
  ...integers.flatMap((left) => integers.map((right): Definition => [`btint${left === right ? digits(left) : digits(left) + digits(right)}cmp(${left},${right}) int4 total`, three])),
  ['btfloat4cmp(float4,float4) int4 total', signed(compareFloats)],
  ['btfloat8cmp(float8,float8) int4 total', signed(compareFloats)],
  ['btfloat48cmp(float4,float8) int4 total', signed(compareFloats)],
  ['btfloat84cmp(float8,float4) int4 total', signed(compareFloats)],
  byOrder('btboolcmp', 'bool'), byOrder('btcharcmp', 'char'), byOrder('btoidcmp', 'oid'), byOrder('uuid_cmp', 'uuid'),
  byOrder('byteacmp', 'bytea'), byOrder('bpcharcmp', 'bpchar'), byOrder('btnamecmp', 'name'), byOrder('bttextcmp', 'text'),
  ['btnametextcmp(name,text) int4 total', signed(compareText)],
  ['bttextnamecmp(text,name) int4 total', signed(compareText)],
  ['bttext_pattern_cmp(text,text) int4 total', signed(byBytes)],
  ['btbpchar_pattern_cmp(bpchar,bpchar) int4 total', (a: string, b: string) => Math.sign(codecOf(Oid.bpchar).compare(a, b))],
  ['record_image_eq(record,record) bool', sameImage],
  ['record_image_ne(record,record) bool', (a: SqlRecord, b: SqlRecord) => !sameImage(a, b)],
  ['xideq(xid,xid) bool total', (a: number, b: number) => a === b],
  ['xidneq(xid,xid) bool total', (a: number, b: number) => a !== b],
  ['xideqint4(xid,int4) bool total', (a: number, b: number) => a === b >>> 0],
  ['xidneqint4(xid,int4) bool total', (a: number, b: number) => a !== b >>> 0],
  ['cideq(cid,cid) bool total', (a: number, b: number) => a === b],
  ['xid(xid8) xid total', (value: number | bigint) => Number(BigInt.asUintN(32, BigInt(value)))],
]);

/** The lower half of a transaction identifier. */
export const xidCasts = defineCasts('xid8 xid e xid(xid8)');

export const plainComparisonOperators: readonly OperatorRow[] = [
  ...plain.flatMap(comparisonOperators),
  ...defineOperators(`
    *= record record bool record_image_eq *= *<>
    *<> record record bool record_image_ne *<> *=
    = xid xid bool xideq = <>
    <> xid xid bool xidneq <> =
    = xid int4 bool xideqint4 . <>
    <> xid int4 bool xidneqint4 . =
    = cid cid bool cideq = .
  `),
];
