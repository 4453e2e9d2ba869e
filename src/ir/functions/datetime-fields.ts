import {
  DATE_INFINITY, EPOCH_JULIAN, MICROS_PER_DAY, SqlError, civilFromDays, dayOfWeek, daysFromCivil, intervalInfinitySign, isoWeek, isoWeekStart, joinTimestamp, normalLong,
  interval, numericAdd, numericDiv, numericFromInteger, numericInfinity, numericMinusInfinity, numericOf, numericToNumber, splitTimestamp, subLongs, addLongs,
} from '../../core/index.ts';
import type { Interval, Numeric, TimeTz } from '../../core/index.ts';
import { checkedTimestamp, isInfinite, timestampOutOfRange } from './datetime-arithmetic.ts';
import type { Stamp } from './datetime-arithmetic.ts';

/** The fields of dates, times and intervals: extract, date_trunc, date_bin. */

const units: Readonly<Record<string, string>> = {
  microseconds: 'microseconds', microsecond: 'microseconds', us: 'microseconds', usec: 'microseconds', usecs: 'microseconds', useconds: 'microseconds', usecond: 'microseconds',
  milliseconds: 'milliseconds', millisecond: 'milliseconds', ms: 'milliseconds', msec: 'milliseconds', msecs: 'milliseconds', mseconds: 'milliseconds', msecond: 'milliseconds',
  second: 'second', seconds: 'second', sec: 'second', secs: 'second', s: 'second', minute: 'minute', minutes: 'minute', min: 'minute', mins: 'minute', m: 'minute',
  hour: 'hour', hours: 'hour', h: 'hour', hr: 'hour', hrs: 'hour', day: 'day', days: 'day', d: 'day', week: 'week', weeks: 'week', w: 'week',
  month: 'month', months: 'month', mon: 'month', mons: 'month', quarter: 'quarter', qtr: 'quarter', year: 'year', years: 'year', yr: 'year', yrs: 'year', y: 'year',
  decade: 'decade', decades: 'decade', dec: 'decade', decs: 'decade', century: 'century', centuries: 'century', c: 'century', cent: 'century',
  millennium: 'millennium', millennia: 'millennium', mil: 'millennium', mils: 'millennium',
  epoch: 'epoch', julian: 'julian', jd: 'julian', j: 'julian', isoyear: 'isoyear', isodow: 'isodow', dow: 'dow', doy: 'doy',
  timezone: 'timezone', timezone_h: 'timezone_hour', timezone_hour: 'timezone_hour', timezone_m: 'timezone_minute', timezone_minute: 'timezone_minute',
};

const notRecognized = (unit: string, typeName: string): SqlError => new SqlError('22023', `unit "${unit}" not recognized for type ${typeName}`);
const notSupportedUnit = (unit: string, typeName: string, detail?: string): SqlError =>
  new SqlError('0A000', `unit "${unit}" not supported for type ${typeName}`, detail === undefined ? {} : { detail });

function unitNamed(word: string, typeName: string): string {
  const lower = word.toLowerCase();
  const unit = units[lower];
  if (unit === undefined || !Object.hasOwn(units, lower)) throw notRecognized(lower, typeName);
  return unit;
}

const integer = (value: number | bigint): Numeric => numericFromInteger(value);
const scaled = (value: number | bigint, scale: number): Numeric => numericOf(BigInt(value), scale);

/** Fields of the time of day, common to all types that have one. */
function clockField(unit: string, micros: number | bigint): Numeric | undefined {
  const total = BigInt(micros);
  switch (unit) {
    case 'microseconds':
      return integer(total % 60_000_000n);
    case 'milliseconds':
      return scaled(total % 60_000_000n, 3);
    case 'second':
      return scaled(total % 60_000_000n, 6);
    case 'minute':
      return integer((total / 60_000_000n) % 60n);
    case 'hour':
      return integer(total / 3_600_000_000n);
    default:
      return undefined;
  }
}

const decadeOf = (year: number): number => (year >= 0 ? Math.trunc(year / 10) : -Math.trunc((8 - (year - 1)) / 10));
const centuryOf = (year: number): number => (year > 0 ? Math.trunc((year + 99) / 100) : -Math.trunc((99 - (year - 1)) / 100));
const millenniumOf = (year: number): number => (year > 0 ? Math.trunc((year + 999) / 1000) : -Math.trunc((999 - (year - 1)) / 1000));
const shownYear = (year: number): number => (year > 0 ? year : year - 1);

/** Fields of the day. `year` is astronomical inside, and has no 0 as shown. */
function dayField(unit: string, days: number): number | undefined {
  const { year, month, day } = civilFromDays(days);
  switch (unit) {
    case 'day':
      return day;
    case 'month':
      return month;
    case 'quarter':
      return Math.floor((month - 1) / 3) + 1;
    case 'week':
      return isoWeek(days).week;
    case 'year':
      return shownYear(year);
    case 'decade':
      return decadeOf(year);
    case 'century':
      return centuryOf(year);
    case 'millennium':
      return millenniumOf(year);
    case 'isoyear':
      return shownYear(isoWeek(days).year);
    case 'dow':
      return dayOfWeek(days);
    case 'isodow':
      return ((dayOfWeek(days) + 6) % 7) + 1;
    case 'doy':
      return days - daysFromCivil(year, 1, 1) + 1;
    case 'julian':
      return days + EPOCH_JULIAN;
    default:
      return undefined;
  }
}

/** What an infinite value answers: infinity for fields that only grow, null for those that go round. */
const growing: ReadonlySet<string> = new Set(['year', 'decade', 'century', 'millennium', 'julian', 'isoyear', 'epoch']);
const infiniteField = (unit: string, positive: boolean): Numeric | null => (growing.has(unit) ? (positive ? numericInfinity : numericMinusInfinity) : null);

const UNIX_EPOCH_MICROS = 946_684_800_000_000;

/** `offset` is the zone's offset east in seconds for timestamptz, with `value` the local time; undefined for timestamp. */
export function extractTimestamp(word: string, value: Stamp, offset?: number): Numeric | null {
  const typeName = offset === undefined ? 'timestamp without time zone' : 'timestamp with time zone';
  const unit = unitNamed(word, typeName);
  const zoned = unit.startsWith('timezone');
  if (isInfinite(value)) return infiniteField(unit, value > 0);
  if (zoned && offset === undefined) throw notSupportedUnit(word.toLowerCase(), typeName);
  if (zoned) return zoneField(unit, offset!);
  if (unit === 'epoch') return scaled(BigInt(addLongs(value, UNIX_EPOCH_MICROS - (offset ?? 0) * 1_000_000)), 6);
  const { days, micros } = splitTimestamp(value);
  if (unit === 'julian') return numericAdd(integer(days + EPOCH_JULIAN), numericDiv(integer(micros), integer(MICROS_PER_DAY)));
  return clockField(unit, micros) ?? integer(dayField(unit, days)!);
}

const zoneField = (unit: string, offset: number): Numeric =>
  integer(unit === 'timezone' ? offset : unit === 'timezone_hour' ? Math.trunc(offset / 3600) : Math.trunc((offset % 3600) / 60));

export function extractDate(word: string, days: number): Numeric | null {
  const unit = unitNamed(word, 'date');
  if (clockField(unit, 0) !== undefined || unit.startsWith('timezone')) throw notSupportedUnit(word.toLowerCase(), 'date');
  if (Math.abs(days) === DATE_INFINITY) return infiniteField(unit, days > 0);
  return integer(unit === 'epoch' ? days * 86400 + UNIX_EPOCH_MICROS / 1_000_000 : dayField(unit, days)!);
}

export function extractTime(word: string, micros: number, zone?: TimeTz): Numeric {
  const typeName = zone === undefined ? 'time without time zone' : 'time with time zone';
  const unit = unitNamed(word, typeName);
  if (unit === 'epoch') return scaled(micros + (zone?.zone ?? 0) * 1_000_000, 6);
  if (zone !== undefined && unit.startsWith('timezone')) return zoneField(unit, zone.zone === 0 ? 0 : -zone.zone);
  const field = clockField(unit, micros);
  if (field === undefined) throw notSupportedUnit(word.toLowerCase(), typeName);
  return field;
}

export function extractInterval(word: string, value: Interval): Numeric | null {
  const unit = unitNamed(word, 'interval');
  const years = Math.trunc(value.months / 12);
  const amounts: Readonly<Record<string, number>> = {
    day: value.days, week: Math.trunc(value.days / 7), month: value.months % 12, year: years, decade: Math.trunc(years / 10),
    century: Math.trunc(years / 100), millennium: Math.trunc(years / 1000),
    quarter: value.months >= 0 ? Math.trunc((value.months % 12) / 3) + 1 : -(Math.trunc((-value.months % 12) / 3) + 1),
  };
  const infinite = intervalInfinitySign(value);
  const clock = clockField(unit, value.micros);
  if (clock === undefined && amounts[unit] === undefined && unit !== 'epoch') throw notSupportedUnit(word.toLowerCase(), 'interval');
  if (infinite !== 0) return growing.has(unit) || unit === 'hour' || unit === 'day' ? (infinite > 0 ? numericInfinity : numericMinusInfinity) : null;
  if (unit === 'epoch') {
    // A year counts 365.25 days here, and a month left over 30.
    const quarterDays = BigInt(years * 1461 + (value.months % 12) * 120 + value.days * 4);
    return scaled((quarterDays * 86_400_000_000n) / 4n + BigInt(value.micros), 6);
  }
  return clock ?? integer(amounts[unit]! + 0);
}

/** date_part's epoch is summed in floating point, and so may end in other digits than extract's; undefined where it is as extract's. */
export function summedEpoch(type: string, value: unknown): number | undefined {
  if (type === 'timetz') {
    const { micros, zone } = value as TimeTz;
    return micros / 1_000_000 + zone;
  }
  if (type !== 'interval' || intervalInfinitySign(value as Interval) !== 0) return undefined;
  const { months, days, micros } = value as Interval;
  return Number(micros) / 1_000_000 + 31_557_600 * Math.trunc(months / 12) + 2_592_000 * (months % 12) + 86_400 * days;
}

export const asFloat = (value: Numeric | null): number | null => (value === null ? null : numericToNumber(value));

// ---- truncation ----

/** Words that extract knows and date_trunc does not. */
const extractOnly: ReadonlySet<string> = new Set(['dow', 'doy', 'epoch', 'isodow', 'isoyear', 'julian']);
function truncationUnit(word: string, typeName: string): string {
  const unit = unitNamed(word, typeName);
  if (extractOnly.has(unit)) throw notRecognized(word.toLowerCase(), typeName);
  return unit;
}


const clockUnits: Readonly<Record<string, number>> = { microseconds: 1, milliseconds: 1000, second: 1_000_000, minute: 60_000_000, hour: 3_600_000_000, day: MICROS_PER_DAY };

const truncatedYear: Readonly<Record<string, (year: number) => number>> = {
  year: (year) => year,
  decade: (year) => (year > 0 ? Math.trunc(year / 10) * 10 : -Math.trunc((8 - (year - 1)) / 10) * 10),
  century: (year) => (year > 0 ? Math.trunc((year + 99) / 100) * 100 - 99 : -Math.trunc((99 - (year - 1)) / 100) * 100 + 1),
  millennium: (year) => (year > 0 ? Math.trunc((year + 999) / 1000) * 1000 - 999 : -Math.trunc((999 - (year - 1)) / 1000) * 1000 + 1),
};

/** Whether date_trunc by this unit needs local days, not just the clock. */
export const truncatesDays = (word: string): boolean => {
  const unit = units[word.toLowerCase()];
  return unit === undefined || !(unit in clockUnits) || unit === 'day';
};

interface Truncation {
  readonly unit: string;
  /** microseconds of a unit that divides the day */
  readonly size: number | undefined;
  readonly toYear: ((year: number) => number) | undefined;
}
/** by word as it is spelled: the same few come with every row */
const truncations = new Map<string, Truncation>();

function truncationOf(word: string, typeName: string): Truncation {
  const known = truncations.get(word);
  if (known !== undefined) return known;
  const unit = truncationUnit(word, typeName);
  const truncation = { unit, size: clockUnits[unit], toYear: truncatedYear[unit] };
  if (truncation.size === undefined && truncation.toYear === undefined && unit !== 'week' && unit !== 'month' && unit !== 'quarter') throw notSupportedUnit(word.toLowerCase(), typeName);
  truncations.set(word, truncation);
  return truncation;
}

export function truncateTimestamp(word: string, value: Stamp, typeName: string): Stamp {
  const { unit, size, toYear } = truncationOf(word, typeName);
  if (isInfinite(value)) return value;
  if (size !== undefined && typeof value === 'number') {
    // The quotient may be rounded up to the next whole number; the product is exact.
    const start = Math.floor(value / size) * size;
    const exact = start > value ? start - size : start;
    if (exact >= Number.MIN_SAFE_INTEGER) return exact;
  }
  const { days, micros } = splitTimestamp(value);
  if (size !== undefined) return joinTimestamp(days, Math.floor(micros / size) * size);
  return checkedTimestamp(joinTimestamp(startOf(unit, days, toYear), 0));
}

function startOf(unit: string, days: number, toYear: ((year: number) => number) | undefined): number {
  if (unit === 'week') {
    const { year, week } = isoWeek(days);
    return isoWeekStart(year, week);
  }
  const { year, month } = civilFromDays(days);
  if (toYear !== undefined) return daysFromCivil(toYear(year), 1, 1);
  return daysFromCivil(year, unit === 'quarter' ? Math.floor((month - 1) / 3) * 3 + 1 : month, 1);
}

export function truncateInterval(word: string, value: Interval): Interval {
  const unit = truncationUnit(word, 'interval');
  if (unit === 'week') throw notSupportedUnit(word.toLowerCase(), 'interval', 'Months usually have fractional weeks.');
  const months: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12, decade: 120, century: 1200, millennium: 12000 };
  const size = clockUnits[unit];
  const monthSize = months[unit];
  if (size === undefined && monthSize === undefined) throw notSupportedUnit(word.toLowerCase(), 'interval');
  if (intervalInfinitySign(value) !== 0) return value;
  if (monthSize !== undefined) return interval(Math.trunc(value.months / monthSize) * monthSize + 0, 0, 0);
  if (unit === 'day') return interval(value.months, value.days, 0);
  return interval(value.months, value.days, normalLong((BigInt(value.micros) / BigInt(size!)) * BigInt(size!)));
}

/** The start of the bin of `stride` that holds `value`, counted from `origin`. */
export function dateBin(stride: Interval, value: Stamp, origin: Stamp): Stamp {
  if (isInfinite(value)) return value;
  if (isInfinite(origin)) throw new SqlError('22008', 'origin out of range');
  if (intervalInfinitySign(stride) !== 0) throw new SqlError('22008', 'timestamps cannot be binned into infinite intervals');
  if (stride.months !== 0) throw new SqlError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  const size = addLongs(stride.days * MICROS_PER_DAY, stride.micros);
  if (size <= 0) throw new SqlError('22008', 'stride must be greater than zero');
  const distance = subLongs(value, origin);
  if (typeof distance === 'number' && typeof size === 'number') {
    const rest = distance % size;
    return addLongs(origin, distance - rest - (rest < 0 ? size : 0));
  }
  const rest = BigInt(distance) % BigInt(size);
  const result = normalLong(BigInt(origin) + BigInt(distance) - rest - (rest < 0n ? BigInt(size) : 0n));
  if (result < -9223372036854775808n || result > 9223372036854775807n) throw timestampOutOfRange();
  return result;
}
