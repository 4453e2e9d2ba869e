import { normalLong, numericFromBigint, numericMul, numericOf, numericRound, numericToBigint, SqlError } from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { comparisonOperators, comparisons } from './comparison.ts';
import type { Comparisons } from './comparison.ts';
import { defineCasts, defineFunctions, defineOperators, divisionByZero } from './define.ts';
import type { Definition } from './define.ts';
import type { Long } from './integer.ts';

/** Money in the locale "C": whole cents in an int8. Manual: "Monetary Types". */

const order: Comparisons = { type: 'money', prefix: 'cash_', cmp: 'cash_cmp', larger: 'cashlarger', smaller: 'cashsmaller' };

const outOfRange = (): SqlError => new SqlError('22003', 'money out of range');
function checked(cents: bigint): Long {
  if (cents !== BigInt.asIntN(64, cents)) throw outOfRange();
  return normalLong(cents);
}

/** To the nearest cent, halves to the even one. */
function fromFloat(value: number): Long {
  const floor = Math.floor(value);
  const rest = value - floor;
  const cents = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  if (!(cents >= -9223372036854775808 && cents < 9223372036854775808)) throw outOfRange();
  return normalLong(BigInt(cents));
}

const finite = (value: number, by: number): number => {
  if (Math.abs(value) === Infinity && Number.isFinite(by)) throw new SqlError('22003', 'value out of range: overflow');
  return value;
};
const timesFloat = (cents: Long, by: number): Long => fromFloat(finite(Number(cents) * by, by));
function overFloat(cents: Long, by: number): Long {
  if (by === 0) throw divisionByZero();
  return fromFloat(finite(Number(cents) / by, by));
}
const times = (cents: Long, by: Long): Long => checked(BigInt(cents) * BigInt(by));
function over(cents: Long, by: Long): Long {
  if (by === 0) throw divisionByZero();
  return checked(BigInt(cents) / BigInt(by));
}

function fromNumeric(value: Numeric): Long {
  const scaled = numericRound(numericMul(value, numericFromBigint(100n)), 0);
  if (scaled.special !== undefined) throw new SqlError('0A000', `cannot convert ${scaled.special === 'NaN' ? 'NaN' : 'infinity'} to bigint`);
  const cents = numericToBigint(scaled);
  if (cents !== BigInt.asIntN(64, cents)) throw new SqlError('22003', 'bigint out of range');
  return normalLong(cents);
}
function fromLong(value: Long): Long {
  const cents = BigInt(value) * 100n;
  if (cents !== BigInt.asIntN(64, cents)) throw new SqlError('22003', 'bigint out of range');
  return normalLong(cents);
}

const small = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen',
  'eighteen', 'nineteen', 'twenty'];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A number below 1000 in words, as Postgres joins them. */
function hundredWords(value: number): string {
  const unit = value % 100;
  if (value <= 20) return small[value]!;
  const hundreds = value > 99 ? `${small[Math.floor(value / 100)]!} hundred` : '';
  if (unit === 0) return hundreds;
  const below = unit % 10 === 0 && unit > 10 ? tens[unit / 10]! : unit < 20 ? small[unit]! : `${tens[Math.floor(unit / 10)]!} ${small[unit % 10]!}`;
  if (hundreds === '') return below;
  return unit < 20 && !(unit % 10 === 0 && unit > 10) ? `${hundreds} and ${below}` : `${hundreds} ${below}`;
}

function words(cents: Long): string {
  const value = BigInt(cents);
  const magnitude = value < 0n ? -value : value;
  const scales = ['', ' thousand ', ' million ', ' billion ', ' trillion ', ' quadrillion '];
  const whole = magnitude / 100n;
  let text = value < 0n ? 'minus ' : '';
  for (let index = scales.length - 1; index >= 0; index--) {
    const group = Number((whole / 1000n ** BigInt(index)) % 1000n);
    if (group > 0) text += hundredWords(group) + scales[index]!;
  }
  if (whole === 0n) text += 'zero';
  const rest = Number(magnitude % 100n);
  text += `${whole === 1n ? ' dollar and ' : ' dollars and '}${hundredWords(rest)}${rest === 1 ? ' cent' : ' cents'}`;
  return text[0]!.toUpperCase() + text.slice(1);
}

const integers = ['int2', 'int4', 'int8'] as const;
const floats = [['flt4', 'float4'], ['flt8', 'float8']] as const;

export const moneyFunctions = defineFunctions([
  ...comparisons(order),
  ['cash_pl(money,money) money', (a: Long, b: Long) => checked(BigInt(a) + BigInt(b))],
  ['cash_mi(money,money) money', (a: Long, b: Long) => checked(BigInt(a) - BigInt(b))],
  ['cash_div_cash(money,money) float8', (a: Long, b: Long) => {
    if (b === 0) throw divisionByZero();
    return Number(a) / Number(b);
  }],
  ...integers.flatMap((type): readonly Definition[] => [
    [`cash_mul_${type}(money,${type}) money`, times],
    [`${type}_mul_cash(${type},money) money`, (by: Long, cents: Long) => times(cents, by)],
    [`cash_div_${type}(money,${type}) money`, over],
  ]),
  ...floats.flatMap(([word, type]): readonly Definition[] => [
    [`cash_mul_${word}(money,${type}) money`, timesFloat],
    [`${word}_mul_cash(${type},money) money`, (by: number, cents: Long) => timesFloat(cents, by)],
    [`cash_div_${word}(money,${type}) money`, overFloat],
  ]),
  ['cash_words(money) text total', words],
  ['money(numeric) money stable', fromNumeric],
  ['money(int4) money stable total', fromLong],
  ['money(int8) money stable', fromLong],
  ['numeric(money) numeric stable total', (cents: Long) => numericOf(BigInt(cents), 2)],
]);

export const moneyOperators = [...comparisonOperators(order), ...defineOperators([
  '+ money money money cash_pl + .', '- money money money cash_mi . .', '/ money money float8 cash_div_cash . .',
  ...[...integers.map((type) => [type, type] as const), ...floats].flatMap(([word, type]) => [
    `* money ${type} money cash_mul_${word} * .`, `* ${type} money money ${word}_mul_cash * .`, `/ money ${type} money cash_div_${word} . .`,
  ]),
].join('\n'))];

export const moneyCasts = defineCasts(`
  money numeric a numeric(money)
  numeric money a money(numeric)
  int4 money a money(int4)
  int8 money a money(int8)
`);
