import { normalLong } from './datum.ts';

/** The proleptic Gregorian calendar on days since 2000-01-01, and timestamps as days plus microseconds of the day. */

export const MICROS_PER_DAY = 86_400_000_000;
export const MICROS_PER_HOUR = 3_600_000_000;
export const MICROS_PER_MINUTE = 60_000_000;
export const MICROS_PER_SECOND = 1_000_000;

/** Julian day number of 2000-01-01. */
export const EPOCH_JULIAN = 2_451_545;
/** Days from 1970-01-01 to 2000-01-01. */
export const UNIX_EPOCH_DAYS = 10_957;
/** 4714-11-24 BC, and the day after 5874897-12-31: the range of `date`. */
export const MIN_DATE = -EPOCH_JULIAN;
export const END_DATE = 2_147_483_494 - EPOCH_JULIAN;
/** The range of timestamps: from 4714-11-24 BC to before 294277-01-01. */
export const MIN_TIMESTAMP = -211_813_488_000_000_000n;
export const END_TIMESTAMP = 9_223_371_331_200_000_000n;

export interface CivilDate {
  /** astronomical: 0 is 1 BC */
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 2000-01-01 of a date; month and day may lie outside their usual ranges. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 730425;
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 730425;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const daysInMonth = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : monthLengths[month - 1]!);

/** 0 is Sunday. 2000-01-01 was a Saturday. */
export const dayOfWeek = (days: number): number => (((days + 6) % 7) + 7) % 7;

/** ISO 8601 week and the year it belongs to. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((dayOfWeek(days) + 6) % 7) + 3;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}
/** The Monday of an ISO week. */
export function isoWeekStart(year: number, week: number): number {
  const fourth = daysFromCivil(year, 1, 4);
  return fourth - ((dayOfWeek(fourth) + 6) % 7) + (week - 1) * 7;
}

/** A timestamp as a whole day and the microseconds into it (0 to 86399999999). */
export interface DayTime {
  readonly days: number;
  readonly micros: number;
}

export function splitTimestamp(timestamp: number | bigint): DayTime {
  if (typeof timestamp === 'number') {
    const days = Math.floor(timestamp / MICROS_PER_DAY);
    const micros = timestamp - days * MICROS_PER_DAY;
    return micros < 0 ? { days: days - 1, micros: micros + MICROS_PER_DAY } : micros >= MICROS_PER_DAY ? { days: days + 1, micros: micros - MICROS_PER_DAY } : { days, micros };
  }
  const day = 86_400_000_000n;
  const micros = ((timestamp % day) + day) % day;
  return { days: Number((timestamp - micros) / day), micros: Number(micros) };
}

/** The timestamp `micros` after the start of `days`; not checked against the range. */
export function joinTimestamp(days: number, micros: number): number | bigint {
  if (days < 100_000 && days > -100_000 && Math.abs(micros) < 100_000_000_000_000) return days * MICROS_PER_DAY + micros;
  return normalLong(BigInt(days) * 86_400_000_000n + BigInt(micros));
}

export const isTimestampInRange = (timestamp: number | bigint): boolean => timestamp >= MIN_TIMESTAMP && timestamp < END_TIMESTAMP;

/** Sum and difference of values that are numbers as long as a double holds them. */
export function addLongs(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalLong(BigInt(a) + BigInt(b));
}
export const subLongs = (a: number | bigint, b: number | bigint): number | bigint => addLongs(a, -b);
