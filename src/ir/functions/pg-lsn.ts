import { SqlError, codecOf, findTypeByName, numericAdd, numericFromBigint, numericNegate, numericRound, numericToBigint } from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions } from './define.ts';

/** Positions in the write-ahead log, as their text form. */
const position = (lsn: string): bigint => lsn.split('/').reduce((sum, half) => (sum << 32n) | BigInt(`0x${half}`), 0n);
const { compare } = codecOf(findTypeByName('pg_lsn')!.oid);

const difference = (a: string, b: string): Numeric => numericFromBigint(position(a) - position(b));

/** As Postgres does it: the sum is a numeric, and rounds to a position. */
function moved(lsn: string, by: Numeric, sign: 1n | -1n): string {
  if (by.special === 'NaN') throw new SqlError('0A000', `cannot ${sign > 0n ? 'add NaN to' : 'subtract NaN from'} pg_lsn`);
  if (by.special !== undefined) throw new SqlError('0A000', 'cannot convert infinity to pg_lsn');
  const to = numericToBigint(numericRound(numericAdd(numericFromBigint(position(lsn)), sign > 0n ? by : numericNegate(by)), 0));
  if (to < 0n || to >= 1n << 64n) throw new SqlError('22023', 'pg_lsn out of range');
  const half = (value: bigint): string => value.toString(16).toUpperCase();
  return `${half(to >> 32n)}/${half(to & 0xffffffffn)}`;
}

export const pgLsnFunctions = defineFunctions([
  ['pg_lsn_eq(pg_lsn,pg_lsn) bool', (a: string, b: string) => a === b, { inline: (a, b) => `(${a} === ${b})` }],
  ['pg_lsn_ne(pg_lsn,pg_lsn) bool', (a: string, b: string) => a !== b, { inline: (a, b) => `(${a} !== ${b})` }],
  ['pg_lsn_lt(pg_lsn,pg_lsn) bool total', (a: string, b: string) => compare(a, b) < 0],
  ['pg_lsn_le(pg_lsn,pg_lsn) bool total', (a: string, b: string) => compare(a, b) <= 0],
  ['pg_lsn_gt(pg_lsn,pg_lsn) bool total', (a: string, b: string) => compare(a, b) > 0],
  ['pg_lsn_ge(pg_lsn,pg_lsn) bool total', (a: string, b: string) => compare(a, b) >= 0],
  ['pg_lsn_larger(pg_lsn,pg_lsn) pg_lsn total', (a: string, b: string) => (compare(a, b) > 0 ? a : b)],
  ['pg_lsn_smaller(pg_lsn,pg_lsn) pg_lsn total', (a: string, b: string) => (compare(a, b) < 0 ? a : b)],
  ['pg_lsn_mi(pg_lsn,pg_lsn) numeric total', difference],
  ['pg_wal_lsn_diff(pg_lsn,pg_lsn) numeric total', difference],
  ['pg_lsn_pli(pg_lsn,numeric) pg_lsn', (a: string, b: Numeric) => moved(a, b, 1n)],
  ['numeric_pl_pg_lsn(numeric,pg_lsn) pg_lsn', (a: Numeric, b: string) => moved(b, a, 1n)],
  ['pg_lsn_mii(pg_lsn,numeric) pg_lsn', (a: string, b: Numeric) => moved(a, b, -1n)],
]);
