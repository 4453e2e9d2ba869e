import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, addLongs } from './calendar.ts';
import { normalLong } from './datum.ts';
import type { Interval } from './datum.ts';
import { SqlError } from './errors.ts';

/** Intervals: months, days and microseconds kept apart (manual, "Interval Input" and "Interval Output"). */

export const interval = (months: number, days: number, micros: number | bigint): Interval => ({ kind: 'interval', months, days, micros });

const MAX_INT = 0x7fffffff;
export const intervalInfinity = interval(MAX_INT, MAX_INT, 9223372036854775807n);
export const intervalMinusInfinity = interval(-MAX_INT - 1, -MAX_INT - 1, -9223372036854775808n);

/** 1, -1, or 0 for a finite interval. */
export function intervalInfinitySign(value: Interval): number {
  if (value.months === MAX_INT && value.days === MAX_INT && value.micros === 9223372036854775807n) return 1;
  return value.months === -MAX_INT - 1 && value.days === -MAX_INT - 1 && value.micros === -9223372036854775808n ? -1 : 0;
}

const outOfRange = (): SqlError => new SqlError('22008', 'interval out of range');

const fits = (months: number, days: number, micros: number | bigint): boolean =>
  months >= -MAX_INT - 1 && months <= MAX_INT && days >= -MAX_INT - 1 && days <= MAX_INT && micros <= 9223372036854775807n && micros >= -9223372036854775808n;

/** An interval from sums that may have left the ranges of its fields. */
export function checkedInterval(months: number, days: number, micros: number | bigint): Interval {
  if (!fits(months, days, micros)) throw outOfRange();
  return interval(months + 0, days + 0, typeof micros === 'number' ? micros + 0 : micros);
}

/** Its length with months of 30 days, by which intervals are ordered. */
export function intervalSpan(value: Interval): number | bigint {
  const days = value.months * 30 + value.days;
  const span = typeof value.micros === 'number' ? days * MICROS_PER_DAY + value.micros : NaN;
  return Number.isSafeInteger(span) ? span : normalLong(BigInt(days) * 86_400_000_000n + BigInt(value.micros));
}

export function compareIntervals(a: Interval, b: Interval): number {
  const left = intervalSpan(a);
  const right = intervalSpan(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The representative of the intervals of one length. */
export function canonicalInterval(value: Interval): Interval {
  if (intervalInfinitySign(value) !== 0) return value;
  const span = BigInt(intervalSpan(value));
  const month = 30n * 86_400_000_000n;
  return interval(Number(span / month), Number((span % month) / 86_400_000_000n), Number(span % 86_400_000_000n));
}

export function negateInterval(value: Interval): Interval {
  const sign = intervalInfinitySign(value);
  if (sign !== 0) return sign > 0 ? intervalMinusInfinity : intervalInfinity;
  return checkedInterval(-value.months, -value.days, normalLong(-BigInt(value.micros)));
}

/** Finite field sums; infinities absorb, opposite ones are out of range. */
export function addIntervals(a: Interval, b: Interval): Interval {
  const left = intervalInfinitySign(a);
  const right = intervalInfinitySign(b);
  if (left !== 0 || right !== 0) {
    if (left * right < 0) throw outOfRange();
    return left !== 0 ? a : b;
  }
  return checkedInterval(a.months + b.months, a.days + b.days, addLongs(a.micros, b.micros));
}

// ---- text in ----

const unitNames: Readonly<Record<string, string>> = {
  microsecond: 'us', microseconds: 'us', us: 'us', usec: 'us', usecs: 'us', usecond: 'us', useconds: 'us', microsecon: 'us',
  millisecond: 'ms', milliseconds: 'ms', ms: 'ms', msec: 'ms', msecs: 'ms', mseconds: 'ms', msecond: 'ms', millisecon: 'ms',
  second: 's', seconds: 's', s: 's', sec: 's', secs: 's',
  minute: 'm', minutes: 'm', m: 'm', min: 'm', mins: 'm', hour: 'h', hours: 'h', h: 'h', hr: 'h', hrs: 'h',
  day: 'd', days: 'd', d: 'd', week: 'w', weeks: 'w', w: 'w', month: 'mon', months: 'mon', mon: 'mon', mons: 'mon',
  year: 'y', years: 'y', y: 'y', yr: 'y', yrs: 'y', quarter: 'q', qtr: 'q',
  decade: 'dec', decades: 'dec', dec: 'dec', decs: 'dec', century: 'c', centuries: 'c', c: 'c', cent: 'c', millennium: 'mil', millennia: 'mil', mil: 'mil', mils: 'mil',
};
const unitMonths: Readonly<Record<string, number>> = { mon: 1, q: 3, y: 12, dec: 120, c: 1200, mil: 12000 };
const unitMicros: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000, m: MICROS_PER_MINUTE, h: MICROS_PER_HOUR };

/** Collects fields, spreading a fraction to the units below it as Postgres does. */
class IntervalFields {
  months = 0;
  days = 0;
  micros: number | bigint = 0;

  add(whole: number, fraction: number, unit: string): void {
    const months = unitMonths[unit];
    if (months !== undefined) {
      this.months += whole * months;
      if (unit === 'mon') this.#addDays(fraction * 30);
      else this.months += roundHalfEven(fraction * months);
    } else if (unit === 'w') {
      this.days += whole * 7;
      this.#addDays(fraction * 7);
    } else if (unit === 'd') {
      this.days += whole;
      this.#addMicros(fraction * MICROS_PER_DAY);
    } else {
      const scale = unitMicros[unit]!;
      const product = whole * scale;
      this.micros = addLongs(this.micros, Number.isSafeInteger(product) ? product : normalLong(BigInt(whole) * BigInt(scale)));
      this.#addMicros(fraction * scale);
    }
  }
  #addDays(days: number): void {
    const whole = Math.trunc(days);
    this.days += whole;
    this.#addMicros((days - whole) * MICROS_PER_DAY);
  }
  #addMicros(micros: number): void {
    const rounded = roundHalfEven(micros);
    if (rounded !== 0) this.micros = addLongs(this.micros, rounded);
  }
}

/** C's rint. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

const invalid = (text: string): SqlError => new SqlError('22007', `invalid input syntax for type interval: "${text}"`);
const fieldOutOfRange = (text: string): SqlError => new SqlError('22015', `interval field value out of range: "${text}"`);

/** The unit of a bare number at the end, by the range of the interval's typmod (`interval '3' hour`). */
const unitOfRange: readonly (readonly [number, string])[] = [[1 << 12, 's'], [1 << 11, 'm'], [1 << 10, 'h'], [1 << 3, 'd'], [1 << 1, 'mon'], [1 << 2, 'y']];

/** Under the sql_standard style a sign that leads, and is the only one, holds for all fields: '-1 2:00:00'. */
export function parseInterval(text: string, typmod = -1, style = 'postgres'): Interval {
  const body = text.trim();
  const lower = body.toLowerCase();
  if (lower === 'infinity' || lower === '+infinity') return intervalInfinity;
  if (lower === '-infinity') return intervalMinusInfinity;
  const range = typmod < 0 ? 0x7fff : (typmod >> 16) & 0x7fff;
  const fields = /^[+-]?p/i.test(body) && lower.charAt(0) === 'p' ? parseIso(body, text) : parseTokens(lower, text, range, style === 'sql_standard' && /^-[^+-]*$/.test(lower));
  // Years and months are fields of their own, each of which may fit where their sum does not.
  if (!fits(0, fields.days, fields.micros) || Math.abs(fields.months) > 12 * (MAX_INT + 1)) throw fieldOutOfRange(text);
  return applyIntervalTypmod(checkedInterval(fields.months, fields.days, fields.micros), typmod);
}

/** Sign, whole part and fraction of a decimal; both carry the sign. */
function decimal(text: string, original: string): readonly [number, number] {
  const negative = text.startsWith('-');
  const point = text.indexOf('.');
  const digits = (point < 0 ? text : text.slice(0, point)).replace(/^[+-]/, '');
  const whole = digits === '' ? 0 : Number(digits);
  if (!Number.isSafeInteger(whole)) throw fieldOutOfRange(original);
  const fraction = point < 0 || point === text.length - 1 ? 0 : Number(`0${text.slice(point)}`);
  return negative ? [-whole, -fraction] : [whole, fraction];
}

function parseTokens(lower: string, text: string, range: number, allNegative: boolean): IntervalFields {
  const fields = new IntervalFields();
  const signed = (value: string): string => (allNegative && !value.startsWith('-') ? `-${value}` : value);
  const token = /\s*(?:(@|ago\b)|([+-]?\s*\d+):(\d+)(?::(\d*(?:\.\d*)?))?|([+-]?\d+)-(\d+)(?![\d.])|([+-]?\s*(?:\d+\.?\d*|\.\d+))\s*([a-z]+)?|([a-z]+))\s*/y;
  const seen = new Set<string>();
  let ago = false;
  let count = 0;
  while (token.lastIndex < lower.length) {
    const match = token.exec(lower);
    if (match === null || ago) throw invalid(text);
    const [, mark, hours, minutes, seconds, years, months, number, unit] = match;
    if (match[9] !== undefined) throw invalid(text);
    if (mark === '@') continue;
    if (mark === 'ago') {
      if (count === 0) throw invalid(text);
      ago = true;
      continue;
    }
    count++;
    if (hours !== undefined) addClock(fields, signed(hours.replace(/\s/g, '')), minutes!, seconds, text, range);
    else if (years !== undefined) {
      if (Number(months) > 11) throw fieldOutOfRange(text);
      const sign = signed(years).startsWith('-') ? -1 : 1;
      fields.add(Number(signed(years)), 0, 'y');
      fields.add(sign * Number(months), 0, 'mon');
    } else {
      const nextIsClock = unit === undefined && /^[+-]?\d+:/.test(lower.slice(token.lastIndex));
      const name = unit !== undefined ? unitNames[unit] : nextIsClock ? 'd' : (unitOfRange.find(([bit]) => (range & bit) !== 0)?.[1] ?? 's');
      if (name === undefined || (unit === 'ago')) throw invalid(text);
      if (seen.has(name)) throw invalid(text);
      seen.add(name);
      const plain = signed(number!.replace(/\s/g, ''));
      const [whole, fraction] = decimal(plain, text);
      fields.add(whole, fraction, name);
    }
  }
  if (count === 0) throw invalid(text);
  if (ago) {
    if (!fits(0, fields.days, fields.micros)) throw fieldOutOfRange(text);
    fields.months = -fields.months;
    fields.days = -fields.days;
    fields.micros = normalLong(-BigInt(fields.micros));
  }
  return fields;
}

/** `h:mm`, `h:mm:ss.f`, and `mm:ss.f` when a fraction follows the second number or the range asks for minutes to seconds. */
function addClock(fields: IntervalFields, first: string, second: string, third: string | undefined, text: string, range: number): void {
  const sign = first.startsWith('-') ? -1 : 1;
  const minutesFirst = third === undefined && range === ((1 << 11) | (1 << 12));
  const seconds = minutesFirst ? second : (third ?? '0');
  const minutes = minutesFirst ? Math.abs(Number(first)) : Number(second);
  if ((!minutesFirst && minutes > 59) || Number(seconds === '' ? '0' : seconds) >= 61) throw fieldOutOfRange(text);
  const time = new IntervalFields();
  if (!minutesFirst) time.add(Math.abs(Number(first)), 0, 'h');
  time.add(minutes, 0, 'm');
  const [whole, fraction] = decimal(seconds === '' ? '0' : seconds, text);
  time.add(whole, fraction, 's');
  if (time.micros > 9223372036854775807n) throw fieldOutOfRange(text);
  fields.micros = addLongs(fields.micros, sign < 0 ? normalLong(-BigInt(time.micros)) : time.micros);
}

const isoDateUnits: Readonly<Record<string, string>> = { Y: 'y', M: 'mon', W: 'w', D: 'd' };
const isoTimeUnits: Readonly<Record<string, string>> = { H: 'h', M: 'm', S: 's' };

/** ISO 8601: with designators, `P1Y2M3DT4H5M6S`, or the alternative format `P0001-02-03T04:05:06`. */
function parseIso(body: string, text: string): IntervalFields {
  const fields = new IntervalFields();
  const alternative = /^P([+-]?\d+)-(\d+)-(\d+)(?:T(\d+)(?::(\d+)(?::(\d+(?:\.\d*)?))?)?)?$/i.exec(body);
  if (alternative !== null) {
    const [, years, months, days, hours, minutes, seconds] = alternative;
    fields.add(Number(years), 0, 'y');
    fields.add(Number(months), 0, 'mon');
    fields.add(Number(days), 0, 'd');
    if (hours !== undefined) addClock(fields, hours, minutes ?? '0', seconds, text, 0x7fff);
    return fields;
  }
  const part = /(T)|([+-]?(?:\d+\.?\d*|\.\d+))([YMWDHS])/iy;
  part.lastIndex = 1;
  let time = false;
  let count = 0;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    if (match === null) throw invalid(text);
    if (match[1] !== undefined) {
      if (time) throw invalid(text);
      time = true;
      continue;
    }
    const unit = (time ? isoTimeUnits : isoDateUnits)[match[3]!.toUpperCase()];
    if (unit === undefined) throw invalid(text);
    const [whole, fraction] = decimal(match[2]!, text);
    fields.add(whole, fraction, unit);
    count++;
  }
  if (count === 0) throw invalid(text);
  return fields;
}

/** The fields of a modifier as its bits: YEAR 4, MONTH 2, DAY 8, HOUR 1024, MINUTE 2048, SECOND 4096. */
const [yearBit, monthBit, dayBit, hourBit, minuteBit, secondBit] = [4, 2, 8, 1024, 2048, 4096] as const;
const fieldRanges: ReadonlySet<number> = new Set([
  yearBit, monthBit, yearBit | monthBit, dayBit, hourBit, minuteBit, secondBit, dayBit | hourBit, dayBit | hourBit | minuteBit, dayBit | hourBit | minuteBit | secondBit,
  hourBit | minuteBit, hourBit | minuteBit | secondBit, minuteBit | secondBit,
]);

/** Cuts off the fields below the range of the typmod and rounds the seconds to its precision. */
export function applyIntervalTypmod(value: Interval, typmod: number): Interval {
  if (typmod < 0 || intervalInfinitySign(value) !== 0) return value;
  const range = (typmod >> 16) & 0x7fff;
  const precision = typmod & 0xffff;
  if (range !== 0x7fff && !fieldRanges.has(range)) throw new SqlError('XX000', `unrecognized interval typmod: ${typmod}`);
  let { months, days } = value;
  let micros = value.micros;
  const has = (bit: number): boolean => range === 0x7fff || (range & (1 << bit)) !== 0;
  const smallest = has(12) ? 0 : has(11) ? MICROS_PER_MINUTE : has(10) ? MICROS_PER_HOUR : Infinity;
  if (smallest === Infinity) micros = 0;
  else if (smallest > 0) micros = normalLong((BigInt(micros) / BigInt(smallest)) * BigInt(smallest));
  if (range !== 0x7fff && !has(3) && smallest === Infinity) days = 0;
  if (range !== 0x7fff && !has(1) && !has(3) && smallest === Infinity) months = Math.trunc(months / 12) * 12;
  if (precision < 6) micros = roundMicros(micros, precision);
  return checkedInterval(months, days, micros);
}

/** Microseconds rounded to `precision` digits of a second, halves away from zero. */
export function roundMicros(micros: number | bigint, precision: number): number | bigint {
  const unit = 10 ** (6 - precision);
  if (typeof micros === 'number') {
    const rest = micros % unit;
    const base = micros - rest;
    return Math.abs(rest) * 2 >= unit ? base + Math.sign(rest) * unit : base + 0;
  }
  const wide = BigInt(unit);
  const rest = micros % wide;
  const magnitude = rest < 0n ? -rest : rest;
  return normalLong(micros - rest + (magnitude * 2n >= wide ? (rest < 0n ? -wide : wide) : 0n));
}

// ---- text out ----

interface Clock {
  readonly negative: boolean;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly fraction: number;
}

function clockOf(micros: number | bigint): Clock {
  const negative = micros < 0;
  const total = BigInt(micros) < 0n ? -BigInt(micros) : BigInt(micros);
  const rest = Number(total % 3_600_000_000n);
  return {
    negative, hours: Number(total / 3_600_000_000n), minutes: Math.floor(rest / MICROS_PER_MINUTE),
    seconds: Math.floor((rest % MICROS_PER_MINUTE) / 1_000_000), fraction: rest % 1_000_000,
  };
}
const pad2 = (value: number): string => (value < 10 ? `0${value}` : String(value));
const fractionText = (fraction: number): string => (fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`);

export function printInterval(value: Interval, style: string): string {
  const infinite = intervalInfinitySign(value);
  if (infinite !== 0) return infinite > 0 ? 'infinity' : '-infinity';
  const years = Math.trunc(value.months / 12);
  const months = value.months % 12;
  const clock = clockOf(value.micros);
  if (style === 'iso_8601') return printIso(years, months, value.days, clock);
  if (style === 'sql_standard') return printStandard(years, months, value.days, clock, value);
  return style === 'postgres_verbose' ? printVerbose(years, months, value.days, clock, value) : printPostgres(years, months, value.days, clock, value.micros);
}

function printPostgres(years: number, months: number, days: number, clock: Clock, micros: number | bigint): string {
  let text = '';
  let before = false;
  const add = (value: number, unit: string): void => {
    if (value === 0) return;
    text += `${text === '' ? '' : ' '}${before && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`;
    before = value < 0;
  };
  add(years, 'year');
  add(months, 'mon');
  add(days, 'day');
  if (text !== '' && (micros === 0 || micros === 0n)) return text;
  const sign = clock.negative ? '-' : before ? '+' : '';
  return `${text === '' ? '' : `${text} `}${sign}${pad2(clock.hours)}:${pad2(clock.minutes)}:${pad2(clock.seconds)}${fractionText(clock.fraction)}`;
}

function printIso(years: number, months: number, days: number, clock: Clock): string {
  const sign = clock.negative ? '-' : '';
  let text = 'P';
  if (years !== 0) text += `${years}Y`;
  if (months !== 0) text += `${months}M`;
  if (days !== 0) text += `${days}D`;
  let time = '';
  if (clock.hours !== 0) time += `${sign}${clock.hours}H`;
  if (clock.minutes !== 0) time += `${sign}${clock.minutes}M`;
  if (clock.seconds !== 0 || clock.fraction !== 0) time += `${sign}${clock.seconds}${fractionText(clock.fraction)}S`;
  if (text === 'P' && time === '') return 'PT0S';
  return time === '' ? text : `${text}T${time}`;
}

function printStandard(years: number, months: number, days: number, clock: Clock, value: Interval): string {
  const hasClock = clock.hours !== 0 || clock.minutes !== 0 || clock.seconds !== 0 || clock.fraction !== 0;
  const negative = value.months < 0 || days < 0 || clock.negative;
  const positive = value.months > 0 || days > 0 || (hasClock && !clock.negative);
  const hasMonths = value.months !== 0;
  const hasDay = days !== 0 || hasClock;
  const clockText = `${clock.hours}:${pad2(clock.minutes)}:${pad2(clock.seconds)}${fractionText(clock.fraction)}`;
  if (!hasMonths && !hasDay) return '0';
  if ((negative && positive) || (hasMonths && hasDay)) {
    const monthSign = value.months < 0 ? '-' : '+';
    const daySign = days < 0 ? '-' : '+';
    return `${monthSign}${Math.abs(years)}-${Math.abs(months)} ${daySign}${Math.abs(days)} ${clock.negative ? '-' : '+'}${clockText}`;
  }
  const sign = negative ? '-' : '';
  if (hasMonths) return `${sign}${Math.abs(years)}-${Math.abs(months)}`;
  if (days !== 0) return `${sign}${Math.abs(days)} ${clockText}`;
  return `${sign}${clockText}`;
}

function printVerbose(years: number, months: number, days: number, clock: Clock, value: Interval): string {
  const clockSign = clock.negative ? -1 : 1;
  const fields: readonly (readonly [number, string])[] = [
    [years, 'year'], [months, 'mon'], [days, 'day'], [clockSign * clock.hours, 'hour'], [clockSign * clock.minutes, 'min'],
  ];
  const first = fields.find(([amount]) => amount !== 0);
  const ago = first === undefined ? clock.negative : first[0] < 0;
  let text = '@';
  for (const [amount, unit] of fields) {
    if (amount === 0) continue;
    const shown = ago ? -amount : amount;
    text += ` ${shown} ${unit}${shown === 1 ? '' : 's'}`;
  }
  if (clock.seconds !== 0 || clock.fraction !== 0) {
    const sign = clock.negative !== ago ? '-' : '';
    const plural = clock.seconds === 1 && clock.fraction === 0 ? '' : 's';
    text += ` ${sign}${clock.seconds}${fractionText(clock.fraction)} sec${plural}`;
  } else if (value.months === 0 && value.days === 0 && clock.hours === 0 && clock.minutes === 0) text += ' 0';
  return ago ? `${text} ago` : text;
}

