import { normalLong, numericAdd, numericDiv, numericFromBigint, numericFromInteger, Oid, SqlError } from '../../core/index.ts';
import type { Numeric, SqlArray } from '../../core/index.ts';
import { listOf } from './array-values.ts';
import { defineFunctions } from './define.ts';
import type { Definition } from './define.ts';
import { longFromBigint } from './integer.ts';
import type { Long } from './integer.ts';

/**
 * The steps of Postgres' aggregates over numbers, which may be called by themselves on a state: Youngs' and Cramer's sums of floats, counts and sums of integers.
 * Our aggregates are not made of them.
 */

const overflow = (): SqlError => new SqlError('22003', 'value out of range: overflow');
const infinite = (value: number): boolean => value === Infinity || value === -Infinity;
const odd = (value: number): boolean => !Number.isFinite(value);

function floats(state: SqlArray, length: number, name: string): readonly number[] {
  if (state.dims.length !== 1 || state.dims[0] !== length || state.items.includes(null)) throw new SqlError('XX000', `${name}: expected ${length}-element float8 array`);
  return state.items.map(Number);
}
const floatState = (values: readonly number[]): SqlArray => listOf(Oid.float8, values);

/** State: count, sum, sum of squares of differences from the mean. */
const accumulate = (name: string) => (state: SqlArray, value: number): SqlArray => {
  const [count, sum, squares] = floats(state, 3, name) as [number, number, number];
  const newCount = count + 1;
  const newSum = sum + value;
  if (!(count > 0)) return floatState([newCount, newSum, odd(value) ? NaN : squares]);
  const difference = value * newCount - newSum;
  const newSquares = squares + (difference * difference) / (newCount * count);
  if (!infinite(newSum) && !infinite(newSquares)) return floatState([newCount, newSum, newSquares]);
  if (!infinite(sum) && !infinite(value)) throw overflow();
  return floatState([newCount, newSum, NaN]);
};

/** The squares of two parts together; `a` and `b` are count, sum and squares of each. */
function combinedSquares(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  const difference = a[1] / a[0] - b[1] / b[0];
  const squares = a[2] + b[2] + (a[0] * b[0] * difference * difference) / (a[0] + b[0]);
  if (infinite(squares) && !infinite(a[2]) && !infinite(b[2])) throw overflow();
  return squares;
}
function sumOf(a: number, b: number): number {
  const sum = a + b;
  if (infinite(sum) && !infinite(a) && !infinite(b)) throw overflow();
  return sum;
}

function combine(x: SqlArray, y: SqlArray): SqlArray {
  const a = floats(x, 3, 'float8_combine') as [number, number, number];
  const b = floats(y, 3, 'float8_combine') as [number, number, number];
  if (a[0] === 0) return floatState(b);
  if (b[0] === 0) return floatState(a);
  return floatState([a[0] + b[0], sumOf(a[1], b[1]), combinedSquares(a, b)]);
}

type Pairs = [count: number, sumX: number, squaresX: number, sumY: number, squaresY: number, products: number];
const pairsOf = (state: SqlArray, name: string): Pairs => floats(state, 6, name) as Pairs;

function accumulatePair(state: SqlArray, y: number, x: number): SqlArray {
  const [count, sumX, squaresX, sumY, squaresY, products] = pairsOf(state, 'float8_regr_accum');
  const n = count + 1;
  const [sx, sy] = [sumX + x, sumY + y];
  if (!(count > 0)) return floatState([n, sx, odd(x) ? NaN : squaresX, sy, odd(y) ? NaN : squaresY, odd(x) || odd(y) ? NaN : products]);
  const [dx, dy, scale] = [x * n - sx, y * n - sy, 1 / (n * count)];
  const [xx, yy, xy] = [squaresX + dx * dx * scale, squaresY + dy * dy * scale, products + dx * dy * scale];
  const [calmX, calmY] = [!infinite(sumX) && !infinite(x), !infinite(sumY) && !infinite(y)];
  if (((infinite(sx) || infinite(xx)) && calmX) || ((infinite(sy) || infinite(yy)) && calmY) || (infinite(xy) && calmX && calmY)) throw overflow();
  const settled = (value: number): number => (infinite(value) ? NaN : value);
  return floatState([n, sx, settled(xx), sy, settled(yy), settled(xy)]);
}

function combinePairs(first: SqlArray, second: SqlArray): SqlArray {
  const a = pairsOf(first, 'float8_regr_combine');
  const b = pairsOf(second, 'float8_regr_combine');
  if (a[0] === 0) return floatState(b);
  if (b[0] === 0) return floatState(a);
  const products = a[5] + b[5] + (a[0] * b[0] * (a[1] / a[0] - b[1] / b[0]) * (a[3] / a[0] - b[3] / b[0])) / (a[0] + b[0]);
  if (infinite(products) && !infinite(a[5]) && !infinite(b[5])) throw overflow();
  return floatState([
    a[0] + b[0], sumOf(a[1], b[1]), combinedSquares([a[0], a[1], a[2]], [b[0], b[1], b[2]]), sumOf(a[3], b[3]), combinedSquares([a[0], a[3], a[4]], [b[0], b[3], b[4]]), products,
  ]);
}

const finish = (name: string, least: number, result: (count: number, sum: number, squares: number) => number): Definition => [`${name}(_float8) float8`, (state: SqlArray) => {
  const [count, sum, squares] = floats(state, 3, name) as [number, number, number];
  return count < least ? null : result(count, sum, squares);
}];
const finishPairs = (name: string, least: number, result: (pairs: Pairs) => number | null): Definition => [`${name}(_float8) float8`, (state: SqlArray) => {
  const pairs = pairsOf(state, name);
  return pairs[0] < least ? null : result(pairs);
}];

function integers(state: SqlArray): readonly [bigint, bigint] {
  if (state.dims.length !== 1 || state.dims[0] !== 2 || state.items.includes(null)) throw new SqlError('XX000', 'expected 2-element int8 array');
  const [count, sum] = state.items.map((item) => BigInt(item as Long));
  return [count!, sum!];
}
const wrapped = (value: bigint): Long => normalLong(BigInt.asIntN(64, value));
const integerState = (count: bigint, sum: bigint): SqlArray => listOf(Oid.int8, [wrapped(count), wrapped(sum)]);
const step = (sign: 1n | -1n) => (state: SqlArray, value: number): SqlArray => {
  const [count, sum] = integers(state);
  return integerState(count + sign, sum + sign * BigInt(value));
};

/** A sum in which NULL is nothing, and the first value the sum. */
const addTo = (sum: Long | null, value: number | null): Long | null => (sum === null ? value : value === null ? sum : wrapped(BigInt(sum) + BigInt(value)));

export const aggregateStepFunctions = defineFunctions([
  ['float8_accum(_float8,float8) _float8', accumulate('float8_accum')],
  ['float4_accum(_float8,float4) _float8', accumulate('float4_accum')],
  ['float8_combine(_float8,_float8) _float8', combine],
  finish('float8_avg', 1, (count, sum) => sum / count),
  finish('float8_var_pop', 1, (count, _, squares) => squares / count),
  finish('float8_var_samp', 2, (count, _, squares) => squares / (count - 1)),
  finish('float8_stddev_pop', 1, (count, _, squares) => Math.sqrt(squares / count)),
  finish('float8_stddev_samp', 2, (count, _, squares) => Math.sqrt(squares / (count - 1))),
  ['float8_regr_accum(_float8,float8,float8) _float8', accumulatePair],
  ['float8_regr_combine(_float8,_float8) _float8', combinePairs],
  finishPairs('float8_regr_sxx', 1, ([, , xx]) => xx),
  finishPairs('float8_regr_syy', 1, ([, , , , yy]) => yy),
  finishPairs('float8_regr_sxy', 1, ([, , , , , xy]) => xy),
  finishPairs('float8_regr_avgx', 1, ([n, x]) => x / n),
  finishPairs('float8_regr_avgy', 1, ([n, , , y]) => y / n),
  finishPairs('float8_covar_pop', 1, ([n, , , , , xy]) => xy / n),
  finishPairs('float8_covar_samp', 2, ([n, , , , , xy]) => xy / (n - 1)),
  finishPairs('float8_corr', 1, ([, , xx, , yy, xy]) => (xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy))),
  finishPairs('float8_regr_r2', 1, ([, , xx, , yy, xy]) => (xx === 0 ? null : yy === 0 ? 1 : (xy * xy) / (xx * yy))),
  finishPairs('float8_regr_slope', 1, ([, , xx, , , xy]) => (xx === 0 ? null : xy / xx)),
  finishPairs('float8_regr_intercept', 1, ([n, x, xx, y, , xy]) => (xx === 0 ? null : (y - (x * xy) / xx) / n)),
  ...['int2', 'int4'].flatMap((type): readonly Definition[] => [
    [`${type}_avg_accum(_int8,${type}) _int8`, step(1n)],
    [`${type}_avg_accum_inv(_int8,${type}) _int8`, step(-1n)],
    [`${type}_sum(int8,${type}) int8 null total`, addTo],
  ]),
  ['int8_avg(_int8) numeric', (state: SqlArray) => {
    const [count, sum] = integers(state);
    return count === 0n ? null : numericDiv(numericFromBigint(sum), numericFromBigint(count));
  }],
  ['int2int4_sum(_int8) int8', (state: SqlArray) => {
    const [count, sum] = integers(state);
    return count === 0n ? null : wrapped(sum);
  }],
  ['int8_sum(numeric,int8) numeric null', (sum: Numeric | null, value: Long | null) =>
    (value === null ? sum : sum === null ? numericFromInteger(value) : numericAdd(sum, numericFromInteger(value)))],
  ['int8inc_any(int8,any) int8', (count: Long) => longFromBigint(BigInt(count) + 1n)],
  ['int8dec_any(int8,any) int8', (count: Long) => longFromBigint(BigInt(count) - 1n)],
  ['int8inc_float8_float8(int8,float8,float8) int8', (count: Long) => longFromBigint(BigInt(count) + 1n)],
  ['any_value_transfn(anyelement,anyelement) anyelement total', (value: unknown) => value as Long],
]);
