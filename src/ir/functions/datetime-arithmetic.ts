import {
  DATE_INFINITY, END_DATE, MICROS_PER_DAY, MIN_DATE, SqlError, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, addIntervals, addLongs, checkedInterval, civilFromDays,
  daysFromCivil, daysInMonth, findZoneByName, interval, intervalInfinity, intervalInfinitySign, intervalMinusInfinity, isTimestampInRange, joinTimestamp, negateInterval,
  normalLong, offsetOfLocal, printInterval, roundHalfEven, sessionZone, splitTimestamp, subLongs,
} from '../../core/index.ts';
import type { Interval, TimeTz, TimeZone } from '../../core/index.ts';
import type { Environment } from './contract.ts';

/** Arithmetic of dates, times and intervals, and moving timestamps between zones. */

export type Stamp = number | bigint;

export const isInfinite = (value: Stamp): boolean => value === TIMESTAMP_INFINITY || value === TIMESTAMP_MINUS_INFINITY;
const infinityOf = (sign: number): Stamp => (sign > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY);

export const timestampOutOfRange = (): SqlError => new SqlError('22008', 'timestamp out of range');
export const dateOutOfRange = (): SqlError => new SqlError('22008', 'date out of range');
export const intervalOutOfRange = (): SqlError => new SqlError('22008', 'interval out of range');

export function checkedTimestamp(value: Stamp): Stamp {
  if (!isTimestampInRange(value)) throw timestampOutOfRange();
  return value;
}

export function zoneNamed(name: string): TimeZone {
  const numeric = /^([+-])(\d{1,2})(?::(\d{2}))?$/.exec(name);
  const zone = findZoneByName(name);
  if (zone === undefined || (numeric !== null && Number(numeric[2]) > 167)) throw new SqlError('22023', `time zone "${name}" not recognized`);
  return zone;
}

/** The offset east, in seconds, that an interval names as a zone. */
export function offsetOfInterval(zone: Interval): number {
  if (intervalInfinitySign(zone) !== 0) throw new SqlError('22023', `interval time zone "${printInterval(zone, 'postgres')}" must be finite`);
  if (zone.months !== 0 || zone.days !== 0) {
    throw new SqlError('22023', `interval time zone "${printInterval(zone, 'postgres')}" must not include months or days`);
  }
  return Math.trunc(Number(zone.micros) / 1_000_000);
}

const secondsOf = (value: Stamp): number => {
  const { days, micros } = splitTimestamp(value);
  return days * 86400 + Math.floor(micros / 1_000_000);
};

/** The local time in `zone` at an instant, and the instant of a local time. Infinities stay. */
export const toLocal = (value: Stamp, zone: TimeZone): Stamp => (isInfinite(value) ? value : addLongs(value, zone.offsetAt(secondsOf(value)) * 1_000_000));
export function fromLocal(value: Stamp, zone: TimeZone): Stamp {
  return isInfinite(value) ? value : checkedTimestamp(subLongs(value, offsetOfLocal(zone, secondsOf(value)) * 1_000_000));
}

export const zoneOf = (environment: Environment): TimeZone => sessionZone(environment.settings);

// ---- date and timestamp ----

export function dateToTimestamp(days: number): Stamp {
  if (Math.abs(days) === DATE_INFINITY) return infinityOf(days);
  const value = joinTimestamp(days, 0);
  if (!isTimestampInRange(value)) throw new SqlError('22008', 'date out of range for timestamp');
  return value;
}
/** For comparisons: days beyond the range of timestamps keep their order. */
export function dateToOrder(days: number): Stamp {
  if (Math.abs(days) === DATE_INFINITY) return infinityOf(days);
  const start = joinTimestamp(days, 0);
  return start < lastOrder ? start : lastOrder;
}
/** Behind every timestamp but infinity. */
const lastOrder = 9223372036854775806n;

export const dateToTimestamptz = (days: number, zone: TimeZone): Stamp => fromLocal(dateToTimestamp(days), zone);

export function timestampToDate(value: Stamp): number {
  if (isInfinite(value)) return value > 0 ? DATE_INFINITY : -DATE_INFINITY;
  return splitTimestamp(value).days;
}

export function addDays(date: number, days: number): number {
  if (Math.abs(date) === DATE_INFINITY) return date;
  const result = date + days;
  if (result < MIN_DATE || result >= END_DATE) throw dateOutOfRange();
  return result;
}

export function subtractDates(a: number, b: number): number {
  if (Math.abs(a) === DATE_INFINITY || Math.abs(b) === DATE_INFINITY) throw new SqlError('22008', 'cannot subtract infinite dates');
  return a - b;
}

// ---- timestamp and interval ----

/** Adds months (keeping the day of the month where the month has it), then days, then time. */
export function addToTimestamp(value: Stamp, span: Interval): Stamp {
  const infinite = intervalInfinitySign(span);
  if (infinite !== 0) {
    if (isInfinite(value) && value !== infinityOf(infinite)) throw timestampOutOfRange();
    return infinityOf(infinite);
  }
  if (isInfinite(value)) return value;
  let result = value;
  if (span.months !== 0) result = checkedTimestamp(addMonths(result, span.months));
  if (span.days !== 0) {
    const { days, micros } = splitTimestamp(result);
    result = checkedTimestamp(joinTimestamp(days + span.days, micros));
  }
  return checkedTimestamp(addLongs(result, span.micros));
}

function addMonths(value: Stamp, months: number): Stamp {
  const { days, micros } = splitTimestamp(value);
  const { year, month, day } = civilFromDays(days);
  const total = year * 12 + (month - 1) + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  return joinTimestamp(daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth))), micros);
}

/** As `addToTimestamp` with months and days counted in local time. */
export function addToTimestamptz(value: Stamp, span: Interval, zone: TimeZone): Stamp {
  if (intervalInfinitySign(span) !== 0 || isInfinite(value) || (span.months === 0 && span.days === 0)) return addToTimestamp(value, span);
  const moved = addToTimestamp(toLocal(value, zone), interval(span.months, span.days, 0));
  return checkedTimestamp(addLongs(fromLocal(moved, zone), span.micros));
}

/** The difference in whole days and the time left over. */
export function subtractTimestamps(a: Stamp, b: Stamp): Interval {
  if (isInfinite(a) || isInfinite(b)) {
    if (a === b) throw intervalOutOfRange();
    return a > b ? intervalInfinity : intervalMinusInfinity;
  }
  const micros = BigInt(a) - BigInt(b);
  if (micros !== BigInt.asIntN(64, micros)) throw intervalOutOfRange();
  return justifyHours(interval(0, 0, normalLong(micros)));
}

/** Years, months and days between two local times, as a person counts them. */
export function age(a: Stamp, b: Stamp): Interval {
  if (isInfinite(a) || isInfinite(b)) return subtractTimestamps(a, b);
  const sign = a < b ? -1 : 1;
  const [later, earlier] = sign < 0 ? [b, a] : [a, b];
  const end = splitTimestamp(later);
  const start = splitTimestamp(earlier);
  const to = civilFromDays(end.days);
  const from = civilFromDays(start.days);
  let micros = end.micros - start.micros;
  let days = to.day - from.day;
  let months = (to.year - from.year) * 12 + to.month - from.month;
  if (micros < 0) {
    micros += MICROS_PER_DAY;
    days--;
  }
  // Days are borrowed from the month of the second argument, or of the first where that one is earlier.
  while (days < 0) {
    days += daysInMonth(from.year, from.month);
    months--;
  }
  return checkedInterval(sign * months, sign * days, sign * micros);
}

// ---- interval ----

/** Moves whole days of the time part into the days, then gives both one sign. */
export function justifyHours(value: Interval): Interval {
  if (intervalInfinitySign(value) !== 0) return value;
  const moved = BigInt(value.micros) / 86_400_000_000n;
  let days = value.days + Number(moved);
  let micros = Number(BigInt(value.micros) - moved * 86_400_000_000n);
  if (days > 0 && micros < 0) {
    micros += MICROS_PER_DAY;
    days--;
  } else if (days < 0 && micros > 0) {
    micros -= MICROS_PER_DAY;
    days++;
  }
  return checkedInterval(value.months, days, micros);
}

/** Moves every 30 days into a month, then gives both one sign. */
export function justifyDays(value: Interval): Interval {
  if (intervalInfinitySign(value) !== 0) return value;
  const moved = Math.trunc(value.days / 30);
  let months = value.months + moved;
  let days = value.days - moved * 30;
  if (months > 0 && days < 0) {
    days += 30;
    months--;
  } else if (months < 0 && days > 0) {
    days -= 30;
    months++;
  }
  return checkedInterval(months, days, value.micros);
}

export function justifyInterval(value: Interval): Interval {
  if (intervalInfinitySign(value) !== 0) return value;
  let { months, days } = value;
  const moved = BigInt(value.micros) / 86_400_000_000n;
  days += Number(moved);
  let micros = Number(BigInt(value.micros) - moved * 86_400_000_000n);
  const wholeMonths = Math.trunc(days / 30);
  months += wholeMonths;
  days -= wholeMonths * 30;
  if (months > 0 && (days < 0 || (days === 0 && micros < 0))) {
    days += 30;
    months--;
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0))) {
    days -= 30;
    months++;
  }
  if (days > 0 && micros < 0) {
    micros += MICROS_PER_DAY;
    days--;
  } else if (days < 0 && micros > 0) {
    micros -= MICROS_PER_DAY;
    days++;
  }
  return checkedInterval(months, days, micros);
}

const roundToMicro = (value: number): number => roundHalfEven(value * 1_000_000) / 1_000_000;

/** Each field by `factor` (or divided by it); what is left of a month becomes days, of a day time. */
function scaleInterval(value: Interval, scale: (amount: number) => number): Interval {
  const scaledMonths = scale(value.months);
  const scaledDays = scale(value.days);
  if (!Number.isFinite(scaledMonths) || !Number.isFinite(scaledDays)) throw intervalOutOfRange();
  const months = Math.trunc(scaledMonths);
  let days = Math.trunc(scaledDays);
  const restOfMonth = roundToMicro((scaledMonths - months) * 30);
  let restSeconds = roundToMicro((scaledDays - days + restOfMonth - Math.trunc(restOfMonth)) * 86400);
  if (Math.abs(restSeconds) >= 86400) {
    const whole = Math.trunc(restSeconds / 86400);
    days += whole;
    restSeconds -= whole * 86400;
  }
  days += Math.trunc(restOfMonth);
  const micros = roundHalfEven(scale(Number(value.micros)) + restSeconds * 1_000_000);
  if (!(Math.abs(micros) < 9.223372036854775e18)) throw intervalOutOfRange();
  return checkedInterval(months, days, normalLong(BigInt(micros)));
}

export function multiplyInterval(value: Interval, factor: number): Interval {
  const sign = intervalInfinitySign(value);
  if (Number.isNaN(factor)) throw intervalOutOfRange();
  if (sign !== 0) {
    if (factor === 0) throw intervalOutOfRange();
    return factor < 0 ? negateInterval(value) : value;
  }
  if (!Number.isFinite(factor)) {
    const length = Math.sign(value.months * 30 * MICROS_PER_DAY + value.days * MICROS_PER_DAY + Number(value.micros)) * Math.sign(factor);
    if (length === 0) throw intervalOutOfRange();
    return length > 0 ? intervalInfinity : intervalMinusInfinity;
  }
  return scaleInterval(value, (amount) => amount * factor);
}

export function divideInterval(value: Interval, divisor: number): Interval {
  if (divisor === 0) throw new SqlError('22012', 'division by zero');
  if (Number.isNaN(divisor)) throw intervalOutOfRange();
  if (intervalInfinitySign(value) !== 0) {
    if (!Number.isFinite(divisor)) throw intervalOutOfRange();
    return divisor < 0 ? negateInterval(value) : value;
  }
  return scaleInterval(value, (amount) => amount / divisor);
}

export const subtractIntervals = (a: Interval, b: Interval): Interval => {
  const left = intervalInfinitySign(a);
  if (left !== 0 && left === intervalInfinitySign(b)) throw intervalOutOfRange();
  return addIntervals(a, negateInterval(b));
};

// ---- time of day ----

/** Time of day in [0, 24h) after adding the time part of an interval. */
export function addToTime(micros: number, span: Interval, sign: 1 | -1): number {
  if (intervalInfinitySign(span) !== 0) throw new SqlError('22008', `cannot ${sign > 0 ? 'add infinite interval to' : 'subtract infinite interval from'} time`);
  // Of 64 bits, as Postgres' sum is: it wraps around at the ends of an interval.
  const sum = BigInt.asIntN(64, BigInt(micros) + BigInt(span.micros) * BigInt(sign));
  const rest = Number(sum % 86_400_000_000n);
  return rest < 0 ? rest + MICROS_PER_DAY : rest;
}

export function timeOfInterval(span: Interval): number {
  if (intervalInfinitySign(span) !== 0) throw new SqlError('22008', 'cannot convert infinite interval to time');
  return addToTime(0, span, 1);
}

/** A time of day moved to another offset (seconds east). */
export function timetzAt(value: TimeTz, east: number): TimeTz {
  const micros = value.micros + (value.zone + east) * 1_000_000;
  return { kind: 'timetz', micros: ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY, zone: east === 0 ? 0 : -east };
}

/** SQL's OVERLAPS over start and end, each possibly null or in the wrong order. */
export function overlaps<T>(compare: (a: T, b: T) => number, start1: T | null, end1: T | null, start2: T | null, end2: T | null): boolean | null {
  const ordered = (start: T | null, end: T | null): readonly [T | null, T | null] => {
    if (start === null) return [end, null];
    return end !== null && compare(start, end) > 0 ? [end, start] : [start, end];
  };
  const [s1, e1] = ordered(start1, end1);
  const [s2, e2] = ordered(start2, end2);
  if (s1 === null || s2 === null) return null;
  const order = compare(s1, s2);
  if (order === 0) return e1 === null || e2 === null ? null : true;
  const [later, earlierEnd, laterEnd] = order > 0 ? [s1, e2, e1] : [s2, e1, e2];
  if (earlierEnd === null) return null;
  if (compare(later, earlierEnd) < 0) return true;
  return laterEnd === null ? null : false;
}
