import {
  EPOCH_JULIAN, SqlError, civilFromDays, dayOfWeek, daysFromCivil, daysInMonth, intervalInfinitySign, isoWeek, isoWeekStart, printOffset, roundHalfEven, splitTimestamp, zoneAbbreviation,
} from '../../core/index.ts';
import type { Interval, TimeZone } from '../../core/index.ts';
import { isInfinite, toLocal } from './datetime-arithmetic.ts';
import type { Stamp } from './datetime-arithmetic.ts';

/** Template patterns of to_char, to_date and to_timestamp (manual, "Data Type Formatting Functions"). English names only. */

const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const romanMonths = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

/** Longest first, so that the first that fits is the one meant. Case matters where two spellings are listed. */
const patterns = [
  'A.D.', 'a.d.', 'A.M.', 'a.m.', 'B.C.', 'b.c.', 'P.M.', 'p.m.', 'MONTH', 'Month', 'month', 'SSSSS', 'Y,YYY', 'HH24', 'HH12', 'IDDD', 'IYYY', 'SSSS', 'YYYY',
  'DAY', 'Day', 'day', 'DDD', 'FF1', 'FF2', 'FF3', 'FF4', 'FF5', 'FF6', 'IYY', 'MON', 'Mon', 'mon', 'TZH', 'TZM', 'YYY',
  'AD', 'ad', 'AM', 'am', 'BC', 'bc', 'CC', 'DD', 'DY', 'Dy', 'dy', 'HH', 'ID', 'IW', 'IY', 'MI', 'MM', 'MS', 'OF', 'PM', 'pm', 'RM', 'rm', 'SS', 'TZ', 'tz', 'US', 'WW', 'YY',
  'D', 'I', 'J', 'Q', 'W', 'Y',
];
const caseMatters = /^(a\.d\.|a\.m\.|b\.c\.|p\.m\.|month|day|mon|ad|am|bc|dy|pm|rm|tz)$/i;

type Token =
  | { readonly kind: 'field'; readonly name: string; readonly fill: boolean; readonly suffix: '' | 'TH' | 'th' }
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean };

const parsedFormats = new Map<string, readonly Token[]>();

function tokensOf(format: string): readonly Token[] {
  const known = parsedFormats.get(format);
  if (known !== undefined) return known;
  if (parsedFormats.size > 256) parsedFormats.clear();
  const tokens: Token[] = [];
  for (let at = 0; at < format.length; ) {
    let fill = false;
    let translated = false;
    for (let prefix = format.slice(at, at + 2).toUpperCase(); prefix === 'FM' || prefix === 'TM' || prefix === 'FX'; prefix = format.slice(at, at + 2).toUpperCase()) {
      // Names as the locale has them are not padded; the locale is C.
      translated ||= prefix === 'TM';
      fill ||= prefix === 'FM';
      at += 2;
    }
    const pattern = patterns.find((name) => {
      const here = format.slice(at, at + name.length);
      return caseMatters.test(name) ? here === name : here.toUpperCase() === name;
    }) ?? patterns.find((name) => caseMatters.test(name) && name === name.toUpperCase() && format.slice(at, at + name.length).toUpperCase() === name);
    if (pattern !== undefined) {
      const lower = !caseMatters.test(pattern) && format.startsWith(pattern.toLowerCase(), at);
      at += pattern.length;
      const suffix = format.slice(at, at + 2);
      const ordinal = suffix === 'TH' || suffix === 'th' ? suffix : '';
      at += ordinal.length;
      tokens.push({ kind: 'field', name: lower ? pattern.toLowerCase() : pattern, fill: fill || (translated && /^(day|month)$/i.test(pattern)), suffix: ordinal });
    } else if (format.charAt(at) === '"') {
      const quoted = /^"((?:[^"\\]|\\.)*)"?/s.exec(format.slice(at))!;
      tokens.push({ kind: 'text', text: quoted[1]!.replace(/\\(.)/gs, '$1'), quoted: true });
      at += quoted[0].length;
    } else if (at < format.length) {
      if (format.charAt(at) === '\\' && format.charAt(at + 1) === '"') at++;
      tokens.push({ kind: 'text', text: format.charAt(at), quoted: false });
      at++;
    }
  }
  parsedFormats.set(format, tokens);
  return tokens;
}

// ---- writing ----

interface Moment {
  /** shown year: 1 BC is 0 inside */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly days: number | undefined;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly micros: number;
  readonly zone?: { readonly offset: number; readonly abbreviation: string };
}

function ordinalSuffix(digits: string): string {
  const last = digits.charAt(digits.length - 1);
  const teen = digits.length > 1 && digits.charAt(digits.length - 2) === '1';
  return teen ? 'TH' : last === '1' ? 'ST' : last === '2' ? 'ND' : last === '3' ? 'RD' : 'TH';
}

function number(value: number, width: number, token: { readonly fill: boolean }): string {
  const digits = String(Math.abs(value));
  return (value < 0 ? '-' : '') + (token.fill ? digits : digits.padStart(width, '0'));
}

/** C's `%0{width}d`: the sign takes one of the places. */
const zeroPadded = (value: number, width: number): string => (value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0'));

/** The same for a field. */
const counted = (value: number, width: number, token: { readonly fill: boolean }): string => (token.fill ? String(value) : zeroPadded(value, width));

const spelled = (pattern: string, word: string): string =>
  pattern === pattern.toUpperCase() ? word.toUpperCase() : pattern === pattern.toLowerCase() ? word.toLowerCase() : word;

type Field = { readonly name: string; readonly fill: boolean };
const dateOnly = (moment: Moment): number => {
  if (moment.days === undefined) throw new SqlError('22007', 'invalid format specification for an interval value', { hint: 'Intervals are not tied to specific calendar dates.' });
  return moment.days;
};

/** Postgres' date2j, which an interval's fields go through as if they were a date's; of dates it is the Julian day. In 32 bits, which a long interval's years overflow. */
function julianDay(year: number, month: number, day: number): number {
  const [years, months] = month > 2 ? [year + 4800, month + 1] : [year + 4799, month + 13];
  const century = Math.trunc(years / 100);
  return (years * 365 - 32167 + Math.trunc(years / 4) - century + Math.trunc(century / 4) + Math.trunc((7834 * months) / 256) + day) | 0;
}

/** Year, week and day of the year as ISO 8601 counts them; of an interval by the same steps over its fields, which may lie outside of any year. */
function isoDate({ days, year, month, day }: Moment): { readonly year: number; readonly week: number; readonly dayOfYear: number } {
  if (days !== undefined) {
    const { year: of, week } = isoWeek(days);
    return { year: of, week, dayOfYear: (week - 1) * 7 + ((dayOfWeek(days) + 6) % 7) + 1 };
  }
  const date = julianDay(year, month, day);
  const firstMonday = (of: number): number => {
    const fourth = julianDay(of, 1, 4);
    return fourth - (((fourth % 7) + 7) % 7);
  };
  const weekFrom = (first: number): number => Math.trunc((date - first) / 7) + 1;
  let of = date < firstMonday(year) ? year - 1 : year;
  let week = weekFrom(firstMonday(of));
  if (week >= 52 && date >= firstMonday(year + 1)) {
    of++;
    week = weekFrom(firstMonday(year + 1));
  }
  return { year: of, week, dayOfYear: date - firstMonday(of) + 1 };
}

/** Of an interval: its length in days, with months of 30. */
const dayOfYear = (moment: Moment): number =>
  moment.days === undefined ? (moment.year * 12 + moment.month) * 30 + moment.day : moment.days - daysFromCivil(moment.year, 1, 1) + 1;

/** An interval's months may be negative, counted back from December, or none beside years: then its last month. */
const romanMonth = ({ year, month }: Moment): number => (month > 0 ? month - 1 : month < 0 ? month + 12 : year > 0 ? 11 : 0);

function writeField(token: Field, moment: Moment): string {
  const upper = token.name.toUpperCase();
  const half = moment.hours % 24 >= 12;
  const shownYear = moment.year > 0 ? moment.year : 1 - moment.year;
  const year = moment.days === undefined ? moment.year : shownYear;
  switch (upper) {
    case 'AM': case 'PM':
      return spelled(token.name, half ? 'PM' : 'AM');
    case 'A.M.': case 'P.M.':
      return spelled(token.name, half ? 'P.M.' : 'A.M.');
    case 'AD': case 'BC':
      dateOnly(moment);
      return spelled(token.name, moment.year > 0 ? 'AD' : 'BC');
    case 'A.D.': case 'B.C.':
      dateOnly(moment);
      return spelled(token.name, moment.year > 0 ? 'A.D.' : 'B.C.');
    case 'HH24':
      return number(moment.hours, 2, token);
    case 'HH': case 'HH12':
      return number(moment.hours % 12 === 0 ? 12 : moment.hours % 12, 2, token);
    case 'MI':
      return number(moment.minutes, 2, token);
    case 'SS':
      return number(moment.seconds, 2, token);
    case 'MS': case 'FF3':
      return zeroPadded(Math.trunc(moment.micros / 1000), 3);
    case 'US': case 'FF6':
      return zeroPadded(moment.micros, 6);
    case 'FF1': case 'FF2': case 'FF4': case 'FF5':
      return zeroPadded(Math.trunc(moment.micros / 10 ** (6 - Number(upper.charAt(2)))), Number(upper.charAt(2)));
    case 'SSSS': case 'SSSSS':
      return String((moment.hours * 60 + moment.minutes) * 60 + moment.seconds);
    case 'TZ':
      return spelled(token.name, moment.zone?.abbreviation ?? '');
    case 'TZH':
      return printOffset(moment.zone?.offset ?? 0).slice(0, 3);
    case 'TZM':
      return String(Math.trunc(Math.abs(moment.zone?.offset ?? 0) / 60) % 60).padStart(2, '0');
    case 'OF':
      return printOffset(moment.zone?.offset ?? 0);
    case 'MONTH': case 'MON': {
      dateOnly(moment);
      const name = spelled(token.name, upper === 'MON' ? monthNames[moment.month - 1]!.slice(0, 3) : monthNames[moment.month - 1]!);
      return token.fill || upper === 'MON' ? name : name.padEnd(9);
    }
    case 'MM':
      return number(moment.month, 2, token);
    case 'DAY': case 'DY': {
      const name = dayNames[dayOfWeek(dateOnly(moment))]!;
      const shown = spelled(token.name, upper === 'DY' ? name.slice(0, 3) : name);
      return token.fill || upper === 'DY' ? shown : shown.padEnd(9);
    }
    case 'DDD':
      return counted(dayOfYear(moment), 3, token);
    case 'IDDD':
      return counted(isoDate(moment).dayOfYear, 3, token);
    case 'DD':
      return counted(moment.day, 2, token);
    case 'D':
      return String(dayOfWeek(dateOnly(moment)) + 1);
    case 'ID':
      return String(((dayOfWeek(dateOnly(moment)) + 6) % 7) + 1);
    case 'WW':
      return counted(Math.trunc((dayOfYear(moment) - 1) / 7) + 1, 2, token);
    case 'IW':
      return counted(isoDate(moment).week, 2, token);
    case 'W':
      return String(Math.trunc((moment.day - 1) / 7) + 1);
    case 'Q':
      return moment.month === 0 ? '' : String(Math.trunc((moment.month - 1) / 3) + 1);
    case 'CC':
      return number(moment.year > 0 || moment.days === undefined ? Math.trunc((moment.year + (moment.days === undefined ? 0 : 99)) / 100) : -Math.trunc((shownYear + 99) / 100), 2, token);
    case 'Y,YYY':
      return `${Math.trunc(year / 1000)},${zeroPadded(year % 1000, 3)}`;
    case 'YYYY':
      return number(year, 4, token);
    case 'YYY': case 'YY': case 'Y':
      return number(year % 10 ** upper.length, upper.length, token);
    case 'IYYY': case 'IYY': case 'IY': case 'I': {
      const iso = isoDate(moment).year;
      const shown = iso > 0 || moment.days === undefined ? iso : 1 - iso;
      // How wide it is the calendar's year decides.
      return counted(upper === 'IYYY' ? shown : shown % 10 ** upper.length, year < 0 ? upper.length + 1 : upper.length, token);
    }
    case 'RM': {
      if (moment.month === 0 && moment.year === 0) return '';
      const roman = spelled(token.name, romanMonths[romanMonth(moment)]!);
      return token.fill ? roman : roman.padEnd(4);
    }
    case 'J':
      return String(moment.days === undefined ? julianDay(moment.year, moment.month, moment.day) : moment.days + EPOCH_JULIAN);
    default:
      throw new SqlError('0A000', `formatting field "${token.name}" is not supported`, { hint: 'Use extract() for the value instead.' });
  }
}

function write(format: string, moment: Moment): string {
  let text = '';
  for (const token of tokensOf(format)) {
    if (token.kind === 'text') text += token.text;
    else {
      const field = writeField(token, moment);
      const suffix = token.suffix === '' || !/[0-9]$/.test(field) ? '' : ordinalSuffix(field);
      text += field + (token.suffix === 'th' ? suffix.toLowerCase() : suffix);
    }
  }
  return text;
}

/** With `zone` the value is an instant shown in that zone. */
export function toChar(value: Stamp, format: string, zone: TimeZone | undefined): string | null {
  if (format === '' || isInfinite(value)) return null;
  const { days, micros } = splitTimestamp(zone === undefined ? value : toLocal(value, zone));
  const seconds = Math.floor(micros / 1_000_000);
  const moment = {
    ...civilFromDays(days), days, hours: Math.floor(seconds / 3600), minutes: Math.floor((seconds % 3600) / 60), seconds: seconds % 60, micros: micros % 1_000_000,
  };
  if (zone === undefined) return write(format, moment);
  const utc = splitTimestamp(value);
  const at = utc.days * 86400 + Math.floor(utc.micros / 1_000_000);
  const offset = zone.offsetAt(at);
  return write(format, { ...moment, zone: { offset, abbreviation: zone.abbreviationAt(at) ?? printOffset(offset) } });
}

export function toCharInterval(value: Interval, format: string): string | null {
  if (format === '' || intervalInfinitySign(value) !== 0) return null;
  const micros = Number(value.micros);
  const seconds = Math.trunc(micros / 1_000_000);
  return write(format, {
    year: Math.trunc(value.months / 12), month: value.months % 12, day: value.days, days: undefined, hours: Math.trunc(seconds / 3600),
    minutes: Math.trunc((seconds % 3600) / 60), seconds: seconds % 60, micros: micros % 1_000_000,
  });
}

// ---- reading ----

export interface ReadMoment {
  readonly days: number;
  readonly micros: number;
  /** seconds east, when the text says */
  readonly offset: number | undefined;
}

const isSeparator = (character: string): boolean => /^[^A-Za-z0-9]$/.test(character);

/** Years, months, weeks of a month or year, and days of one. */
const gregorianField = /^(Y|MM$|MON|RM$|WW?$|D{1,3}$)/;

/** Digits a field takes at most; a field followed by a non-digit takes as many as there are for years. */
const widths: Readonly<Record<string, number>> = {
  HH24: 2, HH12: 2, HH: 2, MI: 2, SS: 2, MS: 3, US: 6, FF1: 1, FF2: 2, FF3: 3, FF4: 4, FF5: 5, FF6: 6, SSSS: 5, SSSSS: 5, MM: 2, DD: 2, DDD: 3, D: 1, ID: 1, WW: 2, IW: 2, W: 1, Q: 1,
  CC: 2, YYYY: 4, YYY: 3, YY: 2, Y: 1, IYYY: 4, IYY: 3, IY: 2, I: 1, J: 9, TZM: 2, IDDD: 3,
};

class FormatReader {
  readonly #text: string;
  /** as the standard has it: what is not a field must be there as it is in the template */
  readonly #strict: boolean;
  readonly #values = new Map<string, number>();
  /** whose fields the template has had */
  #convention: 'ISO week' | 'Gregorian' | undefined;
  #at = 0;

  constructor(text: string, strict = false) {
    this.#text = text;
    this.#strict = strict;
  }

  read(format: string): ReadMoment {
    const tokens = tokensOf(format);
    for (const [i, token] of tokens.entries()) {
      if (this.#at >= this.#text.length) {
        if (this.#strict) throw new SqlError('22007', 'input string is too short for datetime format');
        break;
      }
      if (token.kind === 'text') {
        if (this.#strict) this.#requireLiteral(token.text, token.quoted);
        else this.#skipLiteral(token.text, token.quoted);
        continue;
      }
      if (!this.#strict) while (/\s/.test(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at++;
      const next = tokens[i + 1];
      this.#field(token.name, next === undefined || next.kind === 'text', token.fill || endsDigits(next));
      if (token.suffix !== '') this.#at += 2;
    }
    if (this.#strict && this.#text.slice(this.#at).trim() !== '') throw new SqlError('22007', 'trailing characters remain in input string after datetime format');
    return this.#moment();
  }

  #requireLiteral(text: string, quoted: boolean): void {
    for (const character of text) {
      if (!this.#text.startsWith(character, this.#at)) throw new SqlError('22007', `unmatched format ${quoted ? 'character' : 'separator'} "${character}"`);
      this.#at += character.length;
    }
  }

  #skipLiteral(text: string, quoted: boolean): void {
    if (quoted) {
      this.#at += text.length;
      return;
    }
    const here = this.#text.charAt(this.#at);
    if (isSeparator(text)) {
      const signAhead = (here === '-' || here === '+') && text !== here && /\s/.test(text);
      if (isSeparator(here) && !signAhead) this.#at++;
    } else this.#at++;
  }

  #invalid(value: string, field: string, detail: string): SqlError {
    return new SqlError('22007', `invalid value "${value}" for "${field}"`, { detail });
  }

  /** `free`: the field is followed by no other; `open`: by no digits */
  #field(name: string, free: boolean, open: boolean): void {
    const upper = name.toUpperCase();
    this.#follow(upper.startsWith('I') ? 'ISO week' : gregorianField.test(upper) ? 'Gregorian' : undefined);
    if (upper === 'MONTH' || upper === 'MON') return this.#name(name, upper === 'MON' ? monthNames.map((month) => month.slice(0, 3)) : monthNames, 'MM', 1);
    if (upper === 'DAY' || upper === 'DY') return this.#name(name, upper === 'DY' ? dayNames.map((day) => day.slice(0, 3)) : dayNames, 'weekday', 0);
    if (upper === 'RM') return this.#name(name, [...romanMonths].reverse(), 'romanReversed', 0);
    if (/^(A\.?M\.?|P\.?M\.?)$/.test(upper)) return this.#name(name, upper.includes('.') ? ['A.M.', 'P.M.'] : ['AM', 'PM'], 'half', 0);
    if (/^(A\.?D\.?|B\.?C\.?)$/.test(upper)) return this.#name(name, upper.includes('.') ? ['A.D.', 'B.C.'] : ['AD', 'BC'], 'era', 0);
    if (this.#strict && (upper === 'TZH' || upper === 'OF' || upper === 'TZ')) return this.#strictOffset(name, open);
    if (upper === 'TZH' || upper === 'OF') return this.#offset(upper);
    if (upper === 'Y,YYY') {
      const match = /^(\d+),(\d{3})/.exec(this.#text.slice(this.#at));
      if (match === null) throw this.#invalid(this.#text.slice(this.#at, this.#at + 5), name, 'Value must be an integer.');
      this.#at += match[0].length;
      this.#values.set('YYYY', Number(match[1]! + match[2]!));
      return;
    }
    const width = widths[upper];
    if (width === undefined) throw new SqlError('0A000', `formatting field "${name}" is only supported in to_char`);
    if (this.#strict) {
      const value = this.#strictNumber(name, width, open);
      if (upper === 'TZM' && !this.#values.has('eastSign')) this.#values.set('eastSign', 1);
      this.#values.set(upper, value);
      return;
    }
    const unlimited = free && (upper === 'YYYY' || upper === 'IYYY');
    const match = new RegExp(`^[+-]?\\d{1,${unlimited ? 7 : width}}`).exec(this.#text.slice(this.#at));
    if (match === null) throw this.#invalid(this.#text.slice(this.#at, this.#at + width), name, 'Value must be an integer.');
    this.#at += match[0].length;
    this.#values.set(upper, Number(match[0]));
    this.#values.set(`${upper} digits`, match[0].length);
  }

  #follow(convention: 'ISO week' | 'Gregorian' | undefined): void {
    if (convention === undefined) return;
    if (this.#convention !== undefined && this.#convention !== convention) {
      throw new SqlError('22007', 'invalid combination of date conventions', { hint: 'Do not mix Gregorian and ISO week date conventions in a formatting template.' });
    }
    this.#convention = convention;
  }

  #name(field: string, names: readonly string[], key: string, base: number): void {
    const rest = this.#text.slice(this.#at).toLowerCase();
    const index = names.findIndex((word) => rest.startsWith(word.toLowerCase()));
    if (index < 0) {
      const shown = /^\S*/.exec(this.#text.slice(this.#at))![0];
      throw this.#invalid(shown, field, 'The given value did not match any of the allowed values for this field.');
    }
    this.#at += names[index]!.length;
    if (key === 'romanReversed') this.#values.set('MM', 12 - index);
    else this.#values.set(key, index + base);
  }

  #offset(field: string): void {
    const match = /^([+-]?)(\d{1,2})(?::?(\d{2}))?/.exec(this.#text.slice(this.#at));
    if (match === null) throw this.#invalid(this.#text.slice(this.#at, this.#at + 3), field, 'Value must be an integer.');
    const minutes = field === 'OF' && match[3] !== undefined ? Number(match[3]) : 0;
    this.#at += field === 'OF' ? match[0].length : match[1]!.length + match[2]!.length;
    this.#values.set('east', (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + minutes * 60));
    this.#values.set('eastSign', match[1] === '-' ? -1 : 1);
  }

  /** All digits there are where none may follow, else just as many as the field has. */
  #strictNumber(name: string, width: number, open: boolean): number {
    const from = this.#at;
    const rest = this.#text.slice(from);
    const spaces = /^\s*/.exec(rest)![0].length;
    const copy = rest.slice(spaces, spaces + width);
    const found = /^[+-]?\d+/.exec(open ? rest.slice(spaces) : copy)?.[0];
    const hint = 'If your source string is not fixed-width, try using the "FM" modifier.';
    if (!open && copy.length < width) throw new SqlError('22007', `source string too short for "${name}" formatting field`, { detail: `Field requires ${width} characters, but only ${copy.length} remain.`, hint });
    if (found === undefined) throw this.#invalid(copy, name, 'Value must be an integer.');
    if (!open && found.length < width) throw new SqlError('22007', `invalid value "${copy}" for "${name}"`, { detail: `Field requires ${width} characters, but only ${found.length} could be parsed.`, hint });
    this.#at += spaces + found.length;
    this.#values.set(`${name.toUpperCase()} digits`, this.#at - from);
    const value = Number(found);
    if (Math.abs(value) > 2147483647) throw new SqlError('22008', `value for "${name}" in source string is out of range`, { detail: 'Value must be in the range -2147483648 to 2147483647.' });
    return value;
  }

  #strictOffset(name: string, open: boolean): void {
    if (name.toUpperCase() === 'TZ' && this.#abbreviation(name)) return;
    const sign = this.#text.charAt(this.#at);
    if (sign === '+' || sign === '-' || sign === ' ') this.#at++;
    const east = sign === '-' ? -1 : 1;
    const hours = this.#strictNumber(name, 2, open);
    let minutes = 0;
    if (name.toUpperCase() !== 'TZH' && this.#text.charAt(this.#at) === ':') {
      this.#at++;
      minutes = this.#strictNumber(name, 2, open);
    }
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) throw new SqlError('22009', `time zone displacement out of range: "${this.#text}"`);
    this.#values.set('east', east * (hours * 3600 + minutes * 60));
    this.#values.set('eastSign', east);
  }

  /** The longest beginning of the letters here that is known as a zone's abbreviation. */
  #abbreviation(name: string): boolean {
    const letters = /^[A-Za-z]*/.exec(this.#text.slice(this.#at))![0];
    for (let length = letters.length; length > 0; length--) {
      const offset = zoneAbbreviation(letters.slice(0, length));
      if (offset === undefined) continue;
      this.#at += length;
      this.#values.set('east', offset);
      return true;
    }
    if (letters !== '') throw this.#invalid(this.#text.slice(this.#at), name, 'Time zone abbreviation is not recognized.');
    return false;
  }

  #overflow(): SqlError {
    return new SqlError('22008', `date/time field value out of range: "${this.#text}"`);
  }

  #moment(): ReadMoment {
    const get = (name: string): number | undefined => this.#values.get(name);
    const east = get('east');
    const offset = east === undefined ? undefined : east + (get('eastSign') ?? 1) * (get('TZM') ?? 0) * 60;
    return { days: this.#days(), micros: this.#micros(), offset };
  }

  #micros(): number {
    const get = (name: string): number | undefined => this.#values.get(name);
    const sinceMidnight = get('SSSS') ?? get('SSSSS');
    let hours = get('HH24') ?? get('HH12') ?? get('HH') ?? 0;
    const half = get('half');
    const twelve = get('HH12') ?? get('HH');
    if ((twelve !== undefined || half !== undefined) && get('HH24') === undefined) {
      if (twelve !== undefined && (hours < 1 || hours > 12)) {
        throw new SqlError('22007', `hour "${hours}" is invalid for the 12-hour clock`, { hint: 'Use the 24-hour clock, or give an hour between 1 and 12.' });
      }
      if (half === 1 && hours < 12) hours += 12;
      else if (half === 0 && hours === 12) hours = 0;
    }
    const minutes = get('MI') ?? 0;
    const seconds = get('SS') ?? 0;
    if (hours > 23 || minutes > 59 || seconds > 59 || hours < 0 || minutes < 0 || seconds < 0) throw this.#overflow();
    let fraction = 0;
    for (const name of ['MS', 'US', 'FF1', 'FF2', 'FF3', 'FF4', 'FF5', 'FF6']) {
      const value = get(name);
      if (value === undefined) continue;
      const digits = get(`${name} digits`)!;
      const unit = name === 'MS' ? 3 : 6;
      // too many digits are no fraction, but more than a second
      fraction += this.#strict && digits > unit ? value * 10 ** (6 - unit) : roundHalfEven((value / 10 ** digits) * 1_000_000);
    }
    if (fraction < 0 || fraction >= 1_000_000) throw this.#overflow();
    if (sinceMidnight !== undefined) return sinceMidnight * 1_000_000 + fraction;
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction;
  }

  #year(prefix: '' | 'I'): number | undefined {
    for (let length = 4; length >= 1; length--) {
      const name = prefix === 'I' ? 'IYYY'.slice(0, length) : 'YYYY'.slice(0, length);
      const value = this.#values.get(name);
      if (value !== undefined) return completeYear(value, this.#values.get(`${name} digits`) ?? 4, length);
    }
    return undefined;
  }

  #days(): number {
    const get = (name: string): number | undefined => this.#values.get(name);
    const julian = get('J');
    if (julian !== undefined) return julian - EPOCH_JULIAN;
    const isoYear = this.#year('I');
    if (isoYear !== undefined) return isoWeekStart(isoYear, get('IW') ?? 1) + (get('ID') ?? 1) - 1 + (get('IDDD') === undefined ? 0 : get('IDDD')! - 1);
    let year = this.#year('');
    const century = get('CC');
    if (century !== undefined) year = year === undefined ? (century - 1) * 100 + 1 : (century - 1) * 100 + (year % 100 === 0 ? 100 : year % 100);
    if (year === undefined) year = get('era') === 1 ? 1 : 0;
    else if (year < 0) year += 1;
    if (get('era') === 1) year = 1 - year;
    const dayOfYear = get('DDD') ?? (get('WW') === undefined ? undefined : (get('WW')! - 1) * 7 + 1);
    if (dayOfYear !== undefined && get('MM') === undefined) return daysFromCivil(year, 1, 1) + dayOfYear - 1;
    const month = get('MM') ?? 1;
    const day = get('DD') ?? (get('W') === undefined ? 1 : (get('W')! - 1) * 7 + 1);
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw this.#overflow();
    return daysFromCivil(year, month, day);
  }
}

/** Fewer digits than four are completed to the year nearest to 2020, as Postgres does. */
function completeYear(value: number, digits: number, patternLength: number): number {
  if (patternLength === 4 || digits > 3) return value;
  if (value < 70 && digits <= 2) return 2000 + value;
  if (value < 100) return 1900 + value;
  return value < 520 ? 2000 + value : 1000 + value;
}

export const parseFormatted = (text: string, format: string): ReadMoment => new FormatReader(text).read(format);

const dateFields = /^(A\.?D\.?|B\.?C\.?|MONTH|MON|MM|I?D{1,3}|DA?Y|WW?|IW|CC|Y,YYY|I?Y{1,4}|I|J|Q|RM)$/i;
const zoneFields = /^(TZ|TZH|TZM|OF)$/i;
const isDigitField = (name: string): boolean => name.toUpperCase() in widths || name === 'Y,YYY';
const endsDigits = (next: Token | undefined): boolean => next === undefined || (next.kind === 'field' ? !isDigitField(next.name) : !/^\d/.test(next.text));

/** What a template of the standard's reads, and which of its fields make up a date, a time of day and a zone. */
export interface StandardMoment extends ReadMoment {
  readonly dated: boolean;
  readonly timed: boolean;
  readonly zoned: boolean;
  /** digits of the fraction of a second, -1 where the template does not say */
  readonly precision: number;
}

/** Reads as the standard says, which passes nothing over: 22007 where the text differs from the template. */
export function readStandard(text: string, format: string): StandardMoment {
  if (format === '') return { days: 0, micros: 0, offset: undefined, dated: false, timed: false, zoned: false, precision: -1 };
  const tokens = tokensOf(format);
  const wrong = tokens.find((token) => token.kind === 'text' && !token.quoted && !"-./,':; ".includes(token.text));
  if (wrong?.kind === 'text') throw new SqlError('22007', `invalid datetime format separator: "${wrong.text}"`);
  const fields = tokens.flatMap((token) => (token.kind === 'field' ? [token.name] : []));
  const fraction = fields.findLast((field) => /^FF\d$/i.test(field));
  return {
    ...new FormatReader(text, true).read(format), precision: fraction === undefined ? -1 : Number(fraction.slice(2)),
    dated: fields.some((field) => dateFields.test(field)), zoned: fields.some((field) => zoneFields.test(field)), timed: fields.some((field) => !dateFields.test(field) && !zoneFields.test(field)),
  };
}
