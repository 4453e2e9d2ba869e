import { loadLong, normalLong, numericDiv, numericFromBigint, Oid, SqlError } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';

/**
 * An aggregate whose state is some numbers a group, as JavaScript: a statement of the one function that adds a row to all aggregates of a reduce, so that a row costs no call.
 * Like every accumulator it is exact under retraction. `n(k)` is the place of its number k, a double that is 0 in a new group.
 */
export interface NumberAccumulator {
  readonly numbers: number;
  /** Adds the row at `b` of `I` with the weight named `w`. */
  add(n: (k: number) => string, w: string): string;
  /** An expression for the result as the column's word, or undefined where it has to be made as a datum. */
  write(n: (k: number) => string, target: ResultColumn): string;
}

/** Where a result goes, as JavaScript. */
export interface ResultColumn {
  /** marks it NULL */
  readonly setNull: string;
  /** stores a value by its name or expression, by how it is known to look */
  storeBool(expression: string): string;
  storeLong(expression: string): string;
  storeDatum(expression: string): string;
  /** the name of a constant or function that the code refers to */
  constant(value: unknown): string;
}

const notNull = (column: number): string => `(I[b + ${1 + (column >> 5)}] & ${1 << (column & 31)}) === 0`;

/** count(*), and count(x) of what is not NULL. */
const count = (column: number | undefined): NumberAccumulator => ({
  numbers: 1,
  add: (n, w) => (column === undefined ? `${n(0)} += ${w};` : `if (${notNull(column)}) ${n(0)} += ${w};`),
  write: (n, target) => target.storeLong(n(0)),
});

const LIMB = 4294967296;
const SAFE = 4503599627370496; // 2^52: no single change can pass 2^53 from below

/**
 * Sums of int2, int4, int8 and the count of what was summed. The sum is low + high * 2^32 in two doubles, carried when the low one passes 2^52:
 * exact to 2^84, and one addition a row while sums are small.
 */
function integerSum(layout: RowLayout, column: number, finish: (sum: bigint, count: number) => Datum, small: boolean): NumberAccumulator {
  const at = `b + ${layout.offsets[column]!}`;
  const wide = layout.storages[column] === 'long';
  const carry = (low: string, high: string): string => `const carry = Math.floor(${low} / ${LIMB}); ${low} -= carry * ${LIMB}; ${high} += carry;`;
  return {
    numbers: 3,
    add: (n, w) => {
      const [low, high, counted] = [n(0), n(1), n(2)];
      const sum = wide ? `${low} += (I[${at}] >>> 0) * ${w}; ${high} += I[${at} + 1] * ${w};` : `${low} += I[${at}] * ${w};`;
      return `if (${notNull(column)}) { ${counted} += ${w}; ${sum} if (${low} > ${SAFE} || ${low} < -${SAFE}) { ${carry(low, high)} } }`;
    },
    write: (n, target) => {
      const [low, high, counted] = [n(0), n(1), n(2)];
      const exact = target.storeDatum(`${target.constant(finish)}(BigInt(${high}) * 4294967296n + BigInt(${low}), ${counted})`);
      const value = small ? `if (${high} === 0 && ${low} <= ${SAFE} && ${low} >= -${SAFE}) { ${target.storeLong(low)} } else { ${exact} }` : exact;
      return `if (${counted} === 0) { ${target.setNull} } else { ${value} }`;
    },
  };
}

/** bool_and, bool_or: how many are true, how many false. */
const bools = (layout: RowLayout, column: number, and: boolean): NumberAccumulator => ({
  numbers: 2,
  add: (n, w) => `if (${notNull(column)}) { if (I[b + ${layout.offsets[column]!}] !== 0) ${n(0)} += ${w}; else ${n(1)} += ${w}; }`,
  write: (n, target) => `if (${n(0)} + ${n(1)} === 0) { ${target.setNull} } else { ${target.storeBool(and ? `${n(1)} === 0` : `${n(0)} > 0`)} }`,
});

/** The types of an extreme that is a number, and of one that is two words. */
const ordered: ReadonlySet<number> = new Set([Oid.int2, Oid.int4, Oid.date, Oid.float8]);
const longs: ReadonlySet<number> = new Set([Oid.int8, Oid.timestamp, Oid.timestamptz]);

/**
 * min and max of rows of which none is taken away: the extreme so far, and whether there is one. Of doubles NaN is the greatest, and of the zeros, which are equal, the first that came is shown;
 * of int8 the words are compared, the high one with its sign.
 */
function extreme(layout: RowLayout, column: number, type: number, least: boolean): NumberAccumulator | undefined {
  const offset = layout.offsets[column]!;
  const better = least ? '<' : '>';
  if (longs.has(type)) {
    return {
      numbers: 3,
      add: (n) => `if (${notNull(column)}) { const low = I[b + ${offset}] >>> 0, high = I[b + ${offset + 1}]; if (${n(2)} === 0 || high ${better} ${n(1)} || (high === ${n(1)} && low ${better} ${n(0)})) { ${n(0)} = low; ${n(1)} = high; ${n(2)} = 1; } }`,
      write: (n, target) => `if (${n(2)} === 0) { ${target.setNull} } else { ${target.storeDatum(`${target.constant(loadLong)}(${n(0)} | 0, ${n(1)})`)} }`,
    };
  }
  if (!ordered.has(type)) return undefined;
  const value = layout.storages[column] === 'double' ? `F[b + ${offset} >> 1]` : `I[b + ${offset}]`;
  const isBetter = (n: string): string => (type !== Oid.float8 ? `value ${better} ${n}` : least ? `(value < ${n} || ${n} !== ${n})` : `(value > ${n} || value !== value)`);
  return {
    numbers: 2,
    add: (n) => `if (${notNull(column)}) { const value = ${value}; if (${n(1)} === 0 || ${isBetter(n(0))}) { ${n(0)} = value; ${n(1)} = 1; } }`,
    write: (n, target) => `if (${n(1)} === 0) { ${target.setNull} } else { ${target.storeDatum(n(0))} }`,
  };
}

function toMoney(sum: bigint): Datum {
  if (sum !== BigInt.asIntN(64, sum)) throw new SqlError('22003', 'money out of range');
  return normalLong(sum);
}

function toInt8(sum: bigint): Datum {
  if (sum > 9223372036854775807n || sum < -9223372036854775808n) throw new SqlError('22003', 'bigint out of range');
  return normalLong(sum);
}

/** The accumulator of an aggregate that is numbers, if it is one. */
export function numberAccumulatorFor(name: string, star: boolean, layout: RowLayout, columns: readonly number[], type: number | undefined, grows: boolean): NumberAccumulator | undefined {
  const column = columns[0]!;
  const integer = type === Oid.int2 || type === Oid.int4 || type === Oid.int8;
  switch (name) {
    case 'count':
      return count(star ? undefined : column);
    case 'sum':
      if (type === Oid.money) return integerSum(layout, column, toMoney, true);
      if (!integer) return undefined;
      return type === Oid.int8 ? integerSum(layout, column, numericFromBigint, false) : integerSum(layout, column, toInt8, true);
    case 'avg':
      return integer ? integerSum(layout, column, (sum, counted) => numericDiv(numericFromBigint(sum), numericFromBigint(BigInt(counted))), false) : undefined;
    case 'min':
    case 'max':
      return grows && type !== undefined ? extreme(layout, column, type, name === 'min') : undefined;
    case 'bool_and':
    case 'every':
      return bools(layout, column, true);
    case 'bool_or':
      return bools(layout, column, false);
    default:
      return undefined;
  }
}
