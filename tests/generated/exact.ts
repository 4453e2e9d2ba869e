import { codecOf, defaultTextSettings, findTypeByName } from '../../src/core/index.ts';
import type { SqlArray } from '../../src/core/index.ts';
import type { Answer } from '../support/slt.ts';
import { print } from './tree.ts';
import type { Sql, SqlNode } from './tree.ts';

/** Aggregates over doubles whose value is a rational number, or the root of one. */
const overDoubles = /^(sum|avg|var_pop|var_samp|variance|stddev|stddev_pop|stddev_samp|covar_pop|covar_samp|corr|regr_(?!count)\w+)\((float4|float8)(,float8)?\)$/;
export const isExact = (aggregate: string | undefined): boolean => aggregate !== undefined && overDoubles.test(aggregate);

/**
 * The query's groups with the rows behind each aggregate instead of its value: `array_agg`. Columns are named after those of the query: '0' is the key that is its first column,
 * '1 sum(float8)' the rows of the sum that is its second. Undefined where no column is such an aggregate.
 */
export function rowsBehind(query: SqlNode): string | undefined {
  const outputs = outputsOf(query);
  if (outputs === undefined) return undefined;
  const members = outputs.parts.map((part, index) => [index, roleOf(part)] as const).filter(([, role]) => role !== undefined);
  if (!members.some(([, role]) => role!.role === 'exact')) return undefined;
  const shown = members.map(([index, role]) => `${role!.role === 'key' ? print(role!) : collected(role!)} AS "${index}${role!.role === 'key' ? '' : ` ${callOf(role!).calls}`}"`).join(', ');
  return print(replaced(query, outputs, shown));
}

const isNode = (part: Sql): part is SqlNode => typeof part !== 'string';
function outputsOf(node: SqlNode): SqlNode | undefined {
  if (node.role === 'outputs') return node;
  for (const part of node.parts) {
    const found = isNode(part) ? outputsOf(part) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
const roleOf = (part: Sql): SqlNode | undefined => (isNode(part) ? (part.role === undefined ? part.parts.map(roleOf).find((role) => role !== undefined) : part) : undefined);
const replaced = (node: SqlNode, old: SqlNode, text: string): SqlNode => ({ ...node, parts: node.parts.map((part) => (part === old ? text : isNode(part) ? replaced(part, old, text) : part)) });
const callOf = (role: SqlNode): SqlNode => role.parts.filter(isNode)[0]!;
/** `name(`, DISTINCT, arguments, ORDER BY, `)`, FILTER */
function collected(role: SqlNode): string {
  const call = callOf(role);
  const [, distinct, shown, order, close, filter] = call.parts.map(print) as [string, string, string, string, string, string];
  return `array_agg(${distinct}${/,float8\)$/.test(call.calls!) ? `ARRAY[${shown}]` : shown}${order}${close}${filter}`;
}

// Rational numbers

interface Rational {
  readonly n: bigint;
  /** greater than 0 */
  readonly d: bigint;
}
const rational = (n: bigint, d: bigint): Rational => (d < 0n ? { n: -n, d: -d } : { n, d });
const add = (a: Rational, b: Rational): Rational => (a.d === b.d ? { n: a.n + b.n, d: a.d } : rational(a.n * b.d + b.n * a.d, a.d * b.d));
const times = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
const over = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);
const minus = (a: Rational, b: Rational): Rational => add(a, { n: -b.n, d: b.d });
const whole = (value: number): Rational => ({ n: BigInt(value), d: 1n });
const compare = (a: Rational, b: Rational): number => {
  const [x, y] = [a.n * b.d, b.n * a.d];
  return x < y ? -1 : x > y ? 1 : 0;
};
/** All doubles with one denominator, so that sums are sums of numerators. */
const LEAST_EXPONENT = 1074;
export function rationalOf(double: number): Rational {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const mantissa = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const n = exponent === 0 ? mantissa : (mantissa | (1n << 52n)) << BigInt(exponent - 1);
  return { n: high >>> 31 === 1 ? -n : n, d: 1n << BigInt(LEAST_EXPONENT) };
}

/** What an aggregate is: a number or the root of one with that sign; null where SQL says NULL; undefined where nothing is claimed, as with infinities. */
type Exact = { readonly value: Rational } | { readonly square: Rational; readonly sign: bigint } | null | undefined;

export function exactAggregate(name: string, rows: readonly (readonly number[])[]): Exact {
  if (rows.some((row) => row.some((value) => !Number.isFinite(value)))) return undefined;
  if (rows.length === 0) return null;
  const count = whole(rows.length);
  const sum = (of: (row: readonly Rational[]) => Rational): Rational => rows.map((row) => of(row.map(rationalOf))).reduce(add);
  const zero = whole(0);
  // of pairs (Y, X); of one column both are that
  const [sy, sx] = [sum(([y]) => y!), sum((row) => row.at(-1)!)];
  const centred = (products: Rational, a: Rational, b: Rational): Rational => minus(products, over(times(a, b), count));
  const sxx = (): Rational => centred(sum((row) => times(row.at(-1)!, row.at(-1)!)), sx, sx);
  const syy = (): Rational => centred(sum(([y]) => times(y!, y!)), sy, sy);
  const sxy = (): Rational => centred(sum((row) => times(row[0]!, row.at(-1)!)), sx, sy);
  const sample = (value: () => Rational, root = false): Exact => (rows.length < 2 ? null : root ? { square: over(value(), whole(rows.length - 1)), sign: 1n } : { value: over(value(), whole(rows.length - 1)) });
  switch (name) {
    case 'sum':
      return { value: sy };
    case 'avg':
    case 'regr_avgy':
      return { value: over(sy, count) };
    case 'regr_avgx':
      return { value: over(sx, count) };
    case 'var_pop':
      return { value: over(sxx(), count) };
    case 'stddev_pop':
      return { square: over(sxx(), count), sign: 1n };
    case 'var_samp':
    case 'variance':
      return sample(sxx);
    case 'stddev':
    case 'stddev_samp':
      return sample(sxx, true);
    case 'covar_pop':
      return { value: over(sxy(), count) };
    case 'covar_samp':
      return sample(sxy);
    case 'regr_sxx':
      return { value: sxx() };
    case 'regr_syy':
      return { value: syy() };
    case 'regr_sxy':
      return { value: sxy() };
    case 'regr_slope':
      return sxx().n === 0n ? null : { value: over(sxy(), sxx()) };
    case 'regr_intercept':
      return sxx().n === 0n ? null : { value: over(minus(sy, over(times(sx, sxy()), sxx())), count) };
    case 'regr_r2':
      return sxx().n === 0n ? null : { value: syy().n === 0n ? whole(1) : over(times(sxy(), sxy()), times(sxx(), syy())) };
    case 'corr':
      return sxx().n === 0n || syy().n === 0n ? null : { square: over(times(sxy(), sxy()), times(sxx(), syy())), sign: compare(sxy(), zero) < 0 ? -1n : 1n };
    default:
      throw new Error(`no exact value of ${name} is known`);
  }
}

/** The double, or the single, beside another: the least above it, or the greatest below. */
function neighbour(value: number, up: boolean, single: boolean): number {
  if (value === 0) return (up ? 1 : -1) * (single ? 2 ** -149 : Number.MIN_VALUE);
  const view = new DataView(new ArrayBuffer(8));
  const step = up === value > 0 ? 1 : -1;
  if (single) {
    view.setFloat32(0, value);
    view.setInt32(0, view.getInt32(0) + step);
    return view.getFloat32(0);
  }
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
  return view.getFloat64(0);
}

/** Whether `value` is the exact number to one unit in its last place. */
export function isNear(value: number, exact: NonNullable<Exact>, single: boolean): boolean {
  const [below, above] = [neighbour(value, false, single), neighbour(value, true, single)];
  // beyond the range there is no neighbour to compare with
  if (!Number.isFinite(below) || !Number.isFinite(above)) return true;
  if ('value' in exact) return compare(rationalOf(below), exact.value) <= 0 && compare(exact.value, rationalOf(above)) <= 0;
  const signed = (number: number): Rational => {
    const of = rationalOf(number);
    return { n: of.n * (of.n < 0n ? -of.n : of.n), d: of.d * of.d };
  };
  const square = { n: exact.square.n * exact.sign, d: exact.square.d };
  return compare(signed(below), square) <= 0 && compare(square, signed(above)) <= 0;
}

// Answers

const AT = /^(\d+)(?: (\w+)\((\w+)[^)]*\))?$/;
/** What of the answer is not the exact value of the rows behind it; undefined where all is, or where the groups are shown differently. */
export function inexact(answer: Answer, behind: Answer): string | undefined {
  const columns = (behind.names ?? []).map((name) => AT.exec(name)!).map(([, index, aggregate]) => ({ index: Number(index), aggregate }));
  const keys = columns.flatMap(({ aggregate }, at) => (aggregate === undefined ? [at] : []));
  const groups = new Map<string, Answer['rows'][number][]>();
  for (const row of behind.rows) {
    const key = JSON.stringify(keys.map((at) => row[at]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const row of answer.rows) {
    const candidates = groups.get(JSON.stringify(keys.map((at) => row[columns[at]!.index])));
    // of equal values another may stand for the group
    if (candidates === undefined) return undefined;
    const wrong = candidates.map((group) => columns.flatMap(({ index, aggregate }, at) => {
      const fault = aggregate === undefined ? undefined : faultOf(row[index]!, aggregate, group[at] ?? null, behind.types[at]!, answer.types[index] === 'float4');
      return fault === undefined ? [] : [`column ${index}: ${fault}`];
    }));
    if (wrong.every((faults) => faults.length > 0)) return `${JSON.stringify(row)}: ${wrong[0]!.join('; ')}`;
  }
  return undefined;
}

function faultOf(shown: string | null, aggregate: string, rows: string | null, type: string, single: boolean): string | undefined {
  const exact = exactAggregate(aggregate, rows === null ? [] : pairsOf(rows, type));
  if (exact === undefined) return undefined;
  if (exact === null || shown === null) return exact === null && shown === null ? undefined : `${aggregate} of ${rows} is ${exact === null ? 'NULL' : 'a number'}`;
  const value = Number(shown.replace('Infinity', '1e999'));
  return Number.isFinite(value) && !isNear(single ? Math.fround(value) : value, exact, single) ? `${aggregate} of ${rows} is another number` : undefined;
}

/** The rows of an array: single values, or pairs. Those with a NULL do not count. */
function pairsOf(text: string, type: string): number[][] {
  const { items, dims } = codecOf(findTypeByName(type)!.oid).parse(text, defaultTextSettings, -1) as SqlArray;
  const width = dims.length > 1 ? 2 : 1;
  const rows: number[][] = [];
  for (let at = 0; at < items.length; at += width) {
    const row = items.slice(at, at + width);
    if (!row.includes(null)) rows.push(row as number[]);
  }
  return rows;
}
