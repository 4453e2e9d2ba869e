import { END_DATE, MIN_DATE, daysFromCivil, daysInMonth, isTimestampInRange, joinTimestamp } from './calendar.ts';
import type { TextSettings } from './codec.ts';
import { DateTimeDecoder } from './datetime-decode.ts';
import type { DateTimeFields } from './datetime-decode.ts';
import { DATE_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from './datum.ts';
import type { TimeTz } from './datum.ts';
import { InvariantError, SqlError } from './errors.ts';
import { roundMicros } from './interval.ts';
import { findTimeZone, offsetOfLocal } from './timezone.ts';
import type { TimeZone } from './timezone.ts';

/** Reading dates and times as text (manual, "Date/Time Input Interpretation"). */

const badSyntax = (typeName: string, text: string): SqlError => new SqlError('22007', `invalid input syntax for type ${typeName}: "${text}"`);

/** The session's time zone. */
export function sessionZone(settings: TextSettings): TimeZone {
  const zone = findTimeZone(settings.timeZone);
  if (zone === undefined) throw new InvariantError(`the session's time zone ${settings.timeZone} is unknown`);
  return zone;
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;
const twoDigits = (text: string, at: number): number => {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
};

/** The common form `YYYY-MM-DD[ T]HH:MM:SS[.f][Z|+hh[:mm]]` without a tokenizer; undefined when the text is not that. */
function readIso(text: string): DateTimeFields | undefined {
  const length = text.length;
  if (length < 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1) return undefined;
  const year = century * 100 + yearOfCentury;
  if (year === 0 || day > daysInMonth(year, month)) return undefined;
  const days = daysFromCivil(year, month, day);
  if (length === 10) return { days };
  const separator = text.charCodeAt(10);
  if ((separator !== 32 && separator !== 84) || length < 19 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return undefined;
  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === 46) {
    let scale = 100_000;
    for (at++; ; at++) {
      const value = digit(text, at);
      if (!(value >= 0 && value <= 9)) break;
      if (scale < 1) return undefined;
      fraction += value * scale;
      scale = Math.floor(scale / 10);
    }
  }
  const micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction;
  if (at === length) return { days, micros };
  const mark = text.charCodeAt(at);
  if (mark === 90 && at + 1 === length) return { days, micros, zone: 0 };
  if (mark !== 43 && mark !== 45) return undefined;
  const zoneHours = twoDigits(text, at + 1);
  const zoneMinutes = at + 3 === length ? 0 : text.charCodeAt(at + 3) === 58 && at + 6 === length ? twoDigits(text, at + 4) : -1;
  if (zoneHours < 0 || zoneHours > 15 || zoneMinutes < 0 || zoneMinutes > 59) return undefined;
  const east = zoneHours * 3600 + zoneMinutes * 60;
  return { days, micros, zone: mark === 45 ? 0 - east : east };
}

const readFields = (text: string, typeName: string, settings: TextSettings): DateTimeFields => readIso(text) ?? new DateTimeDecoder(text, typeName, settings, sessionZone(settings)).dateTime();

const EPOCH_MICROS = -946_684_800_000_000;

export function parseDate(text: string, settings: TextSettings): number {
  const fields = readFields(text, 'date', settings);
  if (fields.special !== undefined) return fields.special === 'epoch' ? -10957 : fields.special === 'infinity' ? DATE_INFINITY : -DATE_INFINITY;
  if (fields.days === undefined) throw badSyntax('date', text);
  if (fields.days < MIN_DATE || fields.days >= END_DATE) throw new SqlError('22008', `date out of range: "${text}"`);
  return fields.days;
}

/** The precision of a time type's typmod; -1 for none. */
export function applyTimePrecision(micros: number | bigint, typmod: number): number | bigint {
  if (typmod < 0 || typmod >= 6 || micros === TIMESTAMP_INFINITY || micros === TIMESTAMP_MINUS_INFINITY) return micros;
  return roundMicros(micros, typmod);
}

function parseStamp(text: string, settings: TextSettings, typmod: number, zoned: boolean): number | bigint {
  const typeName = zoned ? 'timestamp with time zone' : 'timestamp';
  const fields = readFields(text, typeName, settings);
  if (fields.special !== undefined) return fields.special === 'epoch' ? EPOCH_MICROS : fields.special === 'infinity' ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
  if (fields.days === undefined) throw badSyntax(typeName, text);
  const micros = fields.micros ?? 0;
  const east = zoned ? offsetOf(fields.days, micros, fields.zone ?? sessionZone(settings)) : 0;
  const value = applyTimePrecision(joinTimestamp(fields.days, micros - east * 1_000_000), typmod);
  if (!isTimestampInRange(value)) throw new SqlError('22008', `timestamp out of range: "${text}"`);
  return value;
}

const offsetOf = (days: number, micros: number, zone: number | TimeZone): number =>
  typeof zone === 'number' ? zone : offsetOfLocal(zone, days * 86400 + Math.floor(micros / 1_000_000));

export const parseTimestamp = (text: string, settings: TextSettings, typmod = -1): number | bigint => parseStamp(text, settings, typmod, false);
export const parseTimestamptz = (text: string, settings: TextSettings, typmod = -1): number | bigint => parseStamp(text, settings, typmod, true);

export function parseTime(text: string, settings: TextSettings, typmod = -1): number {
  const fields = readTimeOnly(text, 'time', settings);
  return Number(applyTimePrecision(fields.micros!, typmod));
}

export function parseTimetz(text: string, settings: TextSettings, typmod = -1): TimeTz {
  const fields = readTimeOnly(text, 'time with time zone', settings);
  // Without a date the session's zone is that of today, any other must not depend on it.
  const zone = fields.zone ?? (fields.days === undefined && settings.now !== undefined ? sessionZone(settings).offsetAt(Math.floor(Number(settings.now) / 1_000_000)) : sessionZone(settings));
  if (typeof zone !== 'number' && fields.days === undefined && zone.offsetAt(0) !== zone.offsetAt(182 * 86400)) throw badSyntax('time with time zone', text);
  const east = offsetOf(fields.days ?? 0, fields.micros!, zone);
  return { kind: 'timetz', micros: Number(applyTimePrecision(fields.micros!, typmod)), zone: east === 0 ? 0 : -east };
}

function readTimeOnly(text: string, typeName: string, settings: TextSettings): DateTimeFields {
  return new DateTimeDecoder(text, typeName, settings, sessionZone(settings)).timeOnly();
}
