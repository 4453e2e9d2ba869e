import { END_DATE, EPOCH_JULIAN, MIN_DATE, civilFromDays, daysFromCivil, daysInMonth, isTimestampInRange, joinTimestamp } from './calendar.ts';
import type { TextSettings } from './codec.ts';
import { DATE_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from './datum.ts';
import type { TimeTz } from './datum.ts';
import { InvariantError, SqlError } from './errors.ts';
import { roundHalfEven, roundMicros } from './interval.ts';
import { findTimeZone, findZoneByName, offsetOfLocal } from './timezone.ts';
import type { TimeZone } from './timezone.ts';

/** Reading dates and times as text (manual, "Date/Time Input Interpretation"). */

const badSyntax = (typeName: string, text: string): SqlError => new SqlError('22007', `invalid input syntax for type ${typeName}: "${text}"`);
const fieldOverflow = (text: string, hint = false): SqlError =>
  new SqlError('22008', `date/time field value out of range: "${text}"`, hint ? { hint: 'Perhaps you need a different "DateStyle" setting.' } : {});

/** What the text says; `undefined` for what it does not. */
interface Fields {
  special?: 'infinity' | '-infinity' | 'epoch';
  days?: number;
  /** microseconds since midnight; up to 24 hours and a leap second */
  micros?: number;
  /** seconds east of UTC, or a zone whose offset depends on the time */
  zone?: number | TimeZone;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fullMonths = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const monthOf = (word: string): number | undefined => {
  const index = word === 'sept' ? 8 : word.length === 3 ? monthNames.indexOf(word) : fullMonths.indexOf(word);
  return index < 0 ? undefined : index + 1;
};
const weekdays = /^(sun|sunday|mon|monday|tue|tues|tuesday|wed|wednesday|weds|thu|thur|thurs|thursday|fri|friday|sat|saturday)$/;

/** The session's time zone. */
export function sessionZone(settings: TextSettings): TimeZone {
  const zone = findTimeZone(settings.timeZone);
  if (zone === undefined) throw new InvariantError(`the session's time zone ${settings.timeZone} is unknown`);
  return zone;
}

class DateTimeReader {
  readonly #text: string;
  readonly #lower: string;
  readonly #typeName: string;
  readonly #settings: TextSettings;
  readonly #fields: Fields = {};
  /** numbers standing alone, in the order of the text */
  readonly #numbers: string[] = [];
  #month: number | undefined;
  #monthFirst = false;
  #date: { year: number; month: number; day: number; digitsOfYear: number } | undefined;
  #beforeChrist = false;
  #christ = false;
  #meridian: 'am' | 'pm' | undefined;
  #at = 0;

  constructor(text: string, typeName: string, settings: TextSettings) {
    this.#text = text;
    this.#lower = text.toLowerCase();
    this.#typeName = typeName;
    this.#settings = settings;
  }

  #bad(): SqlError {
    return badSyntax(this.#typeName, this.#text);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#lower);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  read(): Fields {
    let any = false;
    for (;;) {
      this.#match(/[\s,]*/y);
      if (this.#at >= this.#lower.length) break;
      any = true;
      this.#field();
    }
    if (!any) throw this.#bad();
    this.#finish();
    return this.#fields;
  }

  #field(): void {
    let match: RegExpExecArray | null;
    if ((match = this.#match(/(\d{1,4}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)?(?![\d:])/y))) return this.#clock(match[1]!, match[2]!, match[3], match[4]);
    if ((this.#fields.micros !== undefined || this.#dateIsRead()) && (match = this.#match(/([+-])(\d{1,2})(?::(\d{2})(?::(\d{2}))?|(\d{2})(\d{2})?)?(?!\d)/y))) return this.#offset(match);
    if ((match = this.#match(/([+-]?)infinity\b/y))) return this.#setSpecial(match[1] === '-' ? '-infinity' : 'infinity');
    if (this.#date === undefined && this.#numbers.length === 0) {
      if ((match = this.#match(/(\d+)([-/.])(\d{1,2}|[a-z]{3,9})\2(\d+)(?![\d.]*:)/y))) return this.#separated(match[1]!, match[3]!, match[4]!);
      if ((match = this.#match(/([a-z]{3,9})([-/])(\d{1,2})\2(\d+)/y))) return this.#monthDayYear(match[1]!, match[3]!, match[4]!);
      if ((match = this.#match(/(\d{4})[-.](\d{3})(?!\d)/y))) return this.#dayOfYear(match[1]!, match[2]!);
      if ((match = this.#match(/(\d{4,})(\d{2})(\d{2})(?![\d.])/y)) && match[0].length >= 8) return this.#setDate(Number(match[1]), Number(match[2]), Number(match[3]), match[1]!.length);
      if (match !== null) this.#at -= match[0].length;
      if (this.#month === undefined && (match = this.#match(/(\d{2})(\d{2})(\d{2})(?![\d.])/y))) return this.#setDate(Number(match[1]), Number(match[2]), Number(match[3]), 2);
      if ((match = this.#match(/j(\d+)(?:\.(\d+))?(?![a-z\d])/y))) return this.#julian(match[1]!, match[2]);
    }
    if ((match = this.#match(/t?(\d{2})(\d{2})(\d{2})?(?:\.(\d*))?(?!\d)/y)) && (this.#date !== undefined || match[0].startsWith('t')) && this.#fields.micros === undefined) {
      return this.#clock(match[1]!, match[2]!, match[3], match[4]);
    }
    if (match !== null) this.#at -= match[0].length;
    if ((match = this.#match(/\d+/y))) return void this.#numbers.push(match[0]);
    if (this.#match(/t(?=\d)/y)) return;
    if ((match = this.#match(/[a-z][a-z0-9_/]*(?:[+-][a-z0-9_/:]+)*/y))) return this.#word(match[0]);
    if (this.#match(/[-/.]+(?=\d)/y) && this.#month !== undefined) return;
    throw this.#bad();
  }

  /** A zone may follow the date alone. */
  #dateIsRead(): boolean {
    return this.#date !== undefined || this.#numbers.length === (this.#month === undefined ? 3 : 2);
  }

  #setSpecial(special: NonNullable<Fields['special']>): void {
    if (this.#fields.special !== undefined) throw this.#bad();
    this.#fields.special = special;
  }

  #clock(hours: string, minutes: string, seconds: string | undefined, fraction: string | undefined): void {
    if (this.#fields.micros !== undefined) throw this.#bad();
    const h = Number(hours);
    const m = Number(minutes);
    const s = Number(seconds ?? 0);
    const micros = fraction ? roundHalfEven(Number(`0.${fraction}`) * 1_000_000) : 0;
    if (m > 59 || s > 60 || h > 24 || (h === 24 && (m > 0 || s > 0 || micros > 0))) throw fieldOverflow(this.#text);
    this.#fields.micros = ((h * 60 + m) * 60 + s) * 1_000_000 + micros;
  }

  #offset(match: RegExpExecArray): void {
    const hours = Number(match[2]);
    const minutes = Number(match[3] ?? match[5] ?? 0);
    const seconds = Number(match[4] ?? match[6] ?? 0);
    if (hours > 15 || minutes > 59 || seconds > 59) throw new SqlError('22009', `time zone displacement out of range: "${this.#text}"`);
    const east = (hours * 60 + minutes) * 60 + seconds;
    this.#setZone(match[1] === '-' ? (east === 0 ? 0 : -east) : east);
  }

  #setZone(zone: number | TimeZone): void {
    if (this.#fields.zone !== undefined) {
      // `UTC+3`-like: an abbreviation followed by an offset is not a zone
      throw this.#bad();
    }
    this.#fields.zone = zone;
  }

  #setDate(year: number, month: number, day: number, digitsOfYear: number): void {
    this.#date = { year, month, day, digitsOfYear };
  }

  #separated(first: string, second: string, third: string): void {
    const named = /^[a-z]/.test(second) ? monthOf(second) : undefined;
    if (/^[a-z]/.test(second) && named === undefined) throw this.#bad();
    if (first.length >= 3) return this.#setDate(Number(first), named ?? Number(second), Number(third), first.length);
    if (named !== undefined) return this.#setDate(Number(third), named, Number(first), third.length);
    if (this.#settings.dateOrder === 'YMD') return this.#setDate(Number(first), Number(second), Number(third), first.length);
    if (this.#settings.dateOrder === 'DMY') return this.#setDate(Number(third), Number(second), Number(first), third.length);
    this.#setDate(Number(third), Number(first), Number(second), third.length);
  }

  #monthDayYear(word: string, second: string, third: string): void {
    const month = monthOf(word);
    if (month === undefined) throw this.#bad();
    this.#setDate(Number(third), month, Number(second), third.length);
  }

  #dayOfYear(year: string, day: string): void {
    const date = civilFromDays(daysFromCivil(Number(year), 1, 1) + Number(day) - 1);
    if (Number(day) < 1 || Number(day) > 366) throw fieldOverflow(this.#text);
    this.#setDate(date.year, date.month, date.day, 4);
  }

  #julian(day: string, fraction: string | undefined): void {
    this.#fields.days = Number(day) - EPOCH_JULIAN;
    if (fraction !== undefined) this.#fields.micros = roundHalfEven(Number(`0.${fraction}`) * 86_400_000_000);
  }

  #word(word: string): void {
    const month = monthOf(word);
    if (month !== undefined) {
      if (this.#month !== undefined) throw this.#bad();
      this.#month = month;
      this.#monthFirst = this.#numbers.length === 0;
      return;
    }
    if (weekdays.test(word)) return;
    if (word === 'am' || word === 'pm') this.#meridian = word;
    else if (word === 'bc' || word === 'ad') {
      this.#beforeChrist = word === 'bc';
      this.#christ = true;
    } else if (word === 'epoch') this.#setSpecial('epoch');
    else if (word === 'allballs') {
      this.#fields.micros = 0;
      this.#fields.zone = 0;
    } else if (word === 'at' || word === 'on') return;
    else this.#zoneName(word);
  }

  #zoneName(word: string): void {
    // The session's own zone has the first word on what an abbreviation means: IST is India's in Asia/Kolkata.
    const own = sessionZone(this.#settings).offsetOf(word.toUpperCase());
    if (own !== undefined) return this.#setZone(own);
    const zone = findZoneByName(word) ?? findZoneByName(this.#text.slice(this.#at - word.length, this.#at));
    if (zone !== undefined) return this.#setZone(zone.name === 'UTC' ? 0 : zone);
    // An abbreviation glued to an offset, as in 'EST-5', or a word of no meaning.
    if (word.includes('/')) throw new SqlError('22023', `time zone "${word}" not recognized`);
    throw this.#bad();
  }

  #finish(): void {
    const fields = this.#fields;
    if (fields.special !== undefined) return;
    if (this.#date === undefined && this.#month !== undefined) this.#fromMonthName();
    else if (this.#date === undefined && fields.days === undefined && this.#numbers.length > 0) this.#fromNumbers();
    else if (this.#numbers.length > 0) throw this.#bad();
    if (this.#date !== undefined) fields.days = this.#checkedDays(this.#date);
    if (this.#meridian !== undefined) this.#applyMeridian();
  }

  /** `Jan 8, 1999`, `8 January 1999`, `1999 Jan 8`. */
  #fromMonthName(): void {
    const [first, second] = this.#numbers;
    if (first === undefined || second === undefined || this.#numbers.length > 2) throw this.#bad();
    const yearFirst = first.length >= 3 || (!this.#monthFirst && this.#settings.dateOrder === 'YMD' && second.length < 3);
    const year = yearFirst ? first : second;
    this.#setDate(Number(year), this.#month!, Number(yearFirst ? second : first), year.length);
  }

  #fromNumbers(): void {
    const [first, second, third] = this.#numbers;
    if (first === undefined || second === undefined || third === undefined || this.#numbers.length > 3) throw this.#bad();
    this.#separated(first, second, third);
  }

  #checkedDays(date: { year: number; month: number; day: number; digitsOfYear: number }): number {
    let { year } = date;
    if (this.#christ) {
      if (year < 1) throw fieldOverflow(this.#text);
      if (this.#beforeChrist) year = 1 - year;
    } else if (date.digitsOfYear <= 2) year += year < 70 ? 2000 : 1900;
    else if (year === 0) throw fieldOverflow(this.#text);
    if (date.month < 1 || date.month > 12) throw fieldOverflow(this.#text, true);
    if (date.day < 1 || date.day > 31) throw fieldOverflow(this.#text, true);
    if (date.day > daysInMonth(year, date.month)) throw fieldOverflow(this.#text);
    return daysFromCivil(year, date.month, date.day);
  }

  #applyMeridian(): void {
    const micros = this.#fields.micros;
    if (micros === undefined) throw this.#bad();
    const hour = Math.floor(micros / 3_600_000_000);
    if (hour > 12) throw fieldOverflow(this.#text);
    if (this.#meridian === 'am' && hour === 12) this.#fields.micros = micros - 12 * 3_600_000_000;
    if (this.#meridian === 'pm' && hour < 12) this.#fields.micros = micros + 12 * 3_600_000_000;
  }
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;
const twoDigits = (text: string, at: number): number => {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
};

/** The common form `YYYY-MM-DD[ T]HH:MM:SS[.f][Z|+hh[:mm]]` without a tokenizer; undefined when the text is not that. */
function readIso(text: string): Fields | undefined {
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

const readFields = (text: string, typeName: string, settings: TextSettings): Fields => readIso(text) ?? new DateTimeReader(text, typeName, settings).read();

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
  const zone = fields.zone ?? sessionZone(settings);
  if (typeof zone !== 'number' && fields.days === undefined && zone.offsetAt(0) !== zone.offsetAt(182 * 86400)) throw badSyntax('time with time zone', text);
  const east = offsetOf(fields.days ?? 0, fields.micros!, zone);
  return { kind: 'timetz', micros: Number(applyTimePrecision(fields.micros!, typmod)), zone: east === 0 ? 0 : -east };
}

function readTimeOnly(text: string, typeName: string, settings: TextSettings): Fields {
  const compact = /^\s*t?(\d{2})(\d{2})(\d{2})?(\.\d*)?\s*$/i.exec(text);
  const spelled = compact === null ? text : `${compact[1]}:${compact[2]}:${compact[3] ?? '00'}${compact[4] ?? ''}`;
  const fields = readFields(spelled, typeName, settings);
  if (fields.special !== undefined || fields.micros === undefined) throw badSyntax(typeName, text);
  return fields;
}
