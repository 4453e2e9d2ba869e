import { EPOCH_JULIAN, civilFromDays, daysFromCivil, daysInMonth, splitTimestamp } from './calendar.ts';
import type { TextSettings } from './codec.ts';
import { SqlError } from './errors.ts';
import { roundHalfEven } from './interval.ts';
import { findTimeZone, zoneAbbreviation } from './timezone.ts';
import type { TimeZone } from './timezone.ts';

/**
 * Reads dates and times as Postgres does (src/backend/utils/adt/datetime.c: ParseDateTime, DecodeDateTime, DecodeTimeOnly): the text is cut into fields by its characters alone, and each field
 * means what is still missing when its turn comes. The functions keep Postgres' names, so that the two can be read side by side.
 */

/** What the text says; `undefined` for what it does not. */
export interface DateTimeFields {
  readonly special?: 'infinity' | '-infinity' | 'epoch';
  readonly days?: number;
  /** microseconds since midnight; up to 24 hours and a leap second */
  readonly micros?: number;
  /** seconds east of UTC, or a zone whose offset depends on the time */
  readonly zone?: number | TimeZone;
}

type FieldType = 'number' | 'string' | 'date' | 'time' | 'zone' | 'special';
interface Field {
  readonly type: FieldType;
  readonly text: string;
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9' && character.length === 1;
const isAlpha = (character: string): boolean => character >= 'a' && character <= 'z' && character.length === 1;
const isSpace = (character: string): boolean => /^[ \t-\r]$/.test(character);
const isPunctuation = (character: string): boolean => /^[!-/:-@[-`{-~]$/.test(character);

// Bits of what has been read (DTK_M).
const YEAR = 1;
const MONTH = 2;
const DAY = 4;
const TIME = 8;
const ZONE = 16;
const DAY_OF_YEAR = 32;
const SUMMER = 64;
const MERIDIAN = 128;
const ERA = 256;
const WEEKDAY = 512;
const DATE = YEAR | MONTH | DAY;

type Token =
  | { readonly kind: 'special'; readonly value: 'now' | 'today' | 'tomorrow' | 'yesterday' | 'allballs' | 'epoch' | 'infinity' | '-infinity' }
  | { readonly kind: 'month'; readonly value: number }
  | { readonly kind: 'weekday' | 'ignore' | 'isoTime' | 'summer' }
  | { readonly kind: 'meridian'; readonly value: 'am' | 'pm' }
  | { readonly kind: 'era'; readonly value: 'ad' | 'bc' }
  /** the word before a number; only that for a Julian day means something */
  | { readonly kind: 'unit'; readonly value: 'julian' | 'other' };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fullMonths = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const specials = ['now', 'today', 'tomorrow', 'yesterday', 'allballs', 'epoch', 'infinity', '-infinity'] as const;
const weekdays = ['sun', 'sunday', 'mon', 'monday', 'tue', 'tues', 'tuesday', 'wed', 'weds', 'wednesday', 'thu', 'thur', 'thurs', 'thursday', 'fri', 'friday', 'sat', 'saturday'];
const tokens = new Map<string, Token>([
  ...specials.map((value): [string, Token] => [value, { kind: 'special', value }]), ['+infinity', { kind: 'special', value: 'infinity' }],
  ...[months, fullMonths].flatMap((names) => names.map((name, index): [string, Token] => [name, { kind: 'month', value: index + 1 }])), ['sept', { kind: 'month', value: 9 }],
  ...weekdays.map((name): [string, Token] => [name, { kind: 'weekday' }]),
  ['am', { kind: 'meridian', value: 'am' }], ['pm', { kind: 'meridian', value: 'pm' }], ['ad', { kind: 'era', value: 'ad' }], ['bc', { kind: 'era', value: 'bc' }],
  ['at', { kind: 'ignore' }], ['on', { kind: 'ignore' }], ['t', { kind: 'isoTime' }], ['dst', { kind: 'summer' }],
  ...['j', 'jd', 'julian'].map((name): [string, Token] => [name, { kind: 'unit', value: 'julian' }]),
  ...['d', 'dow', 'doy', 'h', 'isodow', 'isoyear', 'm', 'mm', 's', 'y'].map((name): [string, Token] => [name, { kind: 'unit', value: 'other' }]),
]);
const LONGEST_TOKEN = 10;
const tokenOf = (word: string): Token | undefined => tokens.get(word.slice(0, LONGEST_TOKEN));

const zoneNamed = (name: string): TimeZone | undefined => findTimeZone(name) ?? findTimeZone(name.toUpperCase());

export class DateTimeDecoder {
  readonly #text: string;
  readonly #typeName: string;
  readonly #settings: TextSettings;
  readonly #session: TimeZone;
  #read = 0;
  #year = 0;
  #month = 0;
  #day = 0;
  #dayOfYear = 0;
  #micros = 0;
  #zone: number | TimeZone | undefined;
  #special: DateTimeFields['special'];
  #meridian: 'am' | 'pm' | undefined;
  #beforeChrist = false;
  #julian = false;
  #twoDigits = false;
  #textMonth = false;
  /** what the word before says of the number to come */
  #label: 'julian' | 'time' | 'other' | undefined;

  constructor(text: string, typeName: string, settings: TextSettings, session: TimeZone) {
    this.#text = text;
    this.#typeName = typeName;
    this.#settings = settings;
    this.#session = session;
  }

  #bad(): SqlError {
    return new SqlError('22007', `invalid input syntax for type ${this.#typeName}: "${this.#text}"`);
  }
  #overflow(monthOrDay = false): SqlError {
    return new SqlError('22008', `date/time field value out of range: "${this.#text}"`, monthOrDay ? { hint: 'Perhaps you need a different "DateStyle" setting.' } : {});
  }
  #displacement(): SqlError {
    return new SqlError('22009', `time zone displacement out of range: "${this.#text}"`);
  }

  /** A date, a time, a zone: any of them, in nearly any order (DecodeDateTime). */
  dateTime(): DateTimeFields {
    for (const field of this.#parse()) this.#add(this.#dateTimeField(field));
    if (this.#label !== undefined) throw this.#bad();
    if (this.#special !== undefined) return { special: this.#special };
    this.#validateDate();
    this.#applyMeridian();
    if ((this.#read & DATE) !== DATE) throw this.#bad();
    return { days: daysFromCivil(this.#year, this.#month, this.#day), ...((this.#read & TIME) !== 0 && { micros: this.#micros }), ...this.#zoneRead() };
  }

  /** A time and a zone, with a date where that decides the zone's offset (DecodeTimeOnly). */
  timeOnly(): DateTimeFields {
    const fields = this.#parse();
    fields.forEach((field, index) => this.#add(this.#timeField(field, index, fields)));
    if (this.#label !== undefined) throw this.#bad();
    this.#validateDate();
    this.#applyMeridian();
    if (this.#micros > 86_400_000_000) throw this.#overflow();
    if ((this.#read & TIME) !== TIME) throw this.#bad();
    const dated = (this.#read & DATE) === DATE;
    if (!dated && typeof this.#zone === 'object' && this.#zone.offsetAt(0) !== this.#zone.offsetAt(182 * 86400)) throw this.#bad();
    if (!dated && (this.#read & DATE) !== 0) throw this.#bad();
    return { micros: this.#micros, ...(dated && { days: daysFromCivil(this.#year, this.#month, this.#day) }), ...this.#zoneRead() };
  }

  #zoneRead(): Pick<DateTimeFields, 'zone'> {
    if ((this.#read & SUMMER) !== 0 && typeof this.#zone !== 'number') throw this.#bad();
    return this.#zone === undefined ? {} : { zone: this.#zone };
  }

  /** What a field says must not be said already. */
  #add(said: number): void {
    if ((said & this.#read) !== 0) throw this.#bad();
    this.#read |= said;
  }

  /** Cuts the text into fields (ParseDateTime). */
  #parse(): Field[] {
    const text = this.#text.toLowerCase();
    const fields: Field[] = [];
    let at = 0;
    const take = (allowed: (character: string) => boolean): string => {
      const from = at;
      while (at < text.length && allowed(text.charAt(at))) at++;
      return text.slice(from, at);
    };
    while (at < text.length) {
      const first = text.charAt(at);
      const from = at;
      if (isSpace(first)) at++;
      else if (isDigit(first)) fields.push({ type: this.#numericType(text, () => at, take), text: text.slice(from, at) });
      else if (first === '.') {
        at++;
        take(isDigit);
        fields.push({ type: 'number', text: text.slice(from, at) });
      } else if (isAlpha(first)) {
        const word = take(isAlpha);
        const next = text.charAt(at);
        const goesOn = next === '-' || next === '/' || next === '.' || ((next === '+' || isDigit(next)) && tokenOf(word) === undefined);
        if (goesOn) take((character) => '+-/_.:'.includes(character) || isAlpha(character) || isDigit(character));
        fields.push({ type: goesOn ? 'date' : 'string', text: text.slice(from, at) });
      } else if (first === '+' || first === '-') {
        at++;
        take(isSpace);
        const next = text.charAt(at);
        if (!isDigit(next) && !isAlpha(next)) throw this.#bad();
        const rest = isDigit(next) ? take((character) => isDigit(character) || ':.-'.includes(character)) : take(isAlpha);
        fields.push({ type: isDigit(next) ? 'zone' : 'special', text: first + rest });
      } else if (isPunctuation(first)) at++;
      else throw this.#bad();
    }
    return fields;
  }

  /** The field that begins with a digit: a time has a colon behind its first number, a date one separator twice. */
  #numericType(text: string, at: () => number, take: (allowed: (character: string) => boolean) => string): FieldType {
    take(isDigit);
    const separator = text.charAt(at());
    if (separator === ':') {
      take((character) => isDigit(character) || character === ':' || character === '.');
      return 'time';
    }
    if (separator !== '-' && separator !== '/' && separator !== '.') return 'number';
    let separators = 0;
    const isSeparator = (character: string): boolean => character === separator && separators++ === 0;
    take(isSeparator);
    if (!isDigit(text.charAt(at()))) {
      take((character) => isDigit(character) || isAlpha(character) || character === separator);
      return 'date';
    }
    take(isDigit);
    if (text.charAt(at()) !== separator) return separator === '.' ? 'number' : 'date';
    take((character) => isDigit(character) || character === separator);
    return 'date';
  }

  #dateTimeField(field: Field): number {
    const { type, text } = field;
    switch (type) {
      case 'date': {
        if (this.#label === 'julian') return this.#julianWithZone(text);
        if (this.#label === undefined && (this.#read & (MONTH | DAY)) !== (MONTH | DAY)) return this.#decodeDate(text);
        // Behind a date it is a zone's name, or a time without colons that a zone is glued to.
        if (!isDigit(text.charAt(0)) && this.#label === undefined) return this.#decodeZoneName(text);
        if (this.#label !== undefined && this.#label !== 'time') throw this.#bad();
        this.#label = undefined;
        return this.#timeWithZone(text, 0);
      }
      case 'time': return this.#decodeTimeField(text, false);
      case 'zone': return this.#decodeZone(text);
      case 'number': return this.#dateTimeNumber(text);
      case 'string': case 'special': return this.#word(text, false);
    }
  }

  #timeField(field: Field, index: number, fields: readonly Field[]): number {
    const { type, text } = field;
    const mayBeDate = index === 0 && fields.length >= 2;
    switch (type) {
      case 'date':
        if (mayBeDate && (fields.at(-1)!.type === 'date' || fields[1]!.type === 'time')) return this.#decodeDate(text);
        return isDigit(text.charAt(0)) ? this.#timeWithZone(text, DATE) : this.#decodeZoneName(text);
      case 'time': return this.#decodeTimeField(text, true);
      case 'zone': return this.#decodeZone(text);
      case 'number': {
        if (this.#label !== undefined) return this.#labelled(text);
        const point = text.indexOf('.');
        if (point >= 0) {
          if (mayBeDate && fields.at(-1)!.type === 'date') return this.#decodeDate(text);
          if (point > 2) return this.#decodeNumberField(text, this.#read | DATE);
          throw this.#bad();
        }
        return text.length > 4 ? this.#decodeNumberField(text, this.#read | DATE) : this.#decodeNumber(text, this.#read | DATE);
      }
      case 'string': case 'special': return this.#word(text, true);
    }
  }

  #dateTimeNumber(text: string): number {
    if (this.#label !== undefined) return this.#labelled(text);
    const point = text.indexOf('.');
    if (point >= 0 && (this.#read & DATE) === 0) return this.#decodeDate(text);
    if (point > 2) return this.#decodeNumberField(text, this.#read);
    if (point < 0 && text.length >= 6 && ((this.#read & DATE) === 0 || (this.#read & TIME) === 0)) return this.#decodeNumberField(text, this.#read);
    return this.#decodeNumber(text, this.#read);
  }

  /** The number behind `J` or `T`. */
  #labelled(text: string): number {
    const label = this.#label;
    this.#label = undefined;
    const [, digits = '', fraction] = /^(\d*)(\.\d*)?$/.exec(text) ?? [];
    const value = this.#integer(digits);
    if (label === 'time') {
      const said = this.#decodeNumberField(text, this.#read | DATE);
      if (said !== TIME) throw this.#bad();
      return said;
    }
    if (label !== 'julian') throw this.#bad();
    this.#setJulian(value);
    if (fraction === undefined) return DATE;
    this.#micros = roundHalfEven(Number(`0${fraction}`) * 86_400_000_000);
    return DATE | TIME;
  }

  #setJulian(day: number): void {
    const { year, month, day: dayOfMonth } = civilFromDays(day - EPOCH_JULIAN);
    this.#year = year;
    this.#month = month;
    this.#day = dayOfMonth;
    this.#julian = true;
  }

  #julianWithZone(text: string): number {
    const digits = /^\d*/.exec(text)![0];
    this.#label = undefined;
    this.#setJulian(this.#integer(digits));
    this.#decodeZone(text.slice(digits.length));
    return DATE | TIME | ZONE;
  }

  /** `hhmmss-zz`. */
  #timeWithZone(text: string, known: number): number {
    if ((this.#read & TIME) !== 0) throw this.#bad();
    const zone = text.indexOf('-');
    if (zone < 0) throw this.#bad();
    this.#decodeZone(text.slice(zone));
    return this.#decodeNumberField(text.slice(0, zone), this.#read | known) | ZONE;
  }

  #word(text: string, timeOnly: boolean): number {
    const offset = this.#session.offsetOf(text.toUpperCase()) ?? zoneAbbreviation(text);
    if (offset !== undefined) {
      this.#zone = offset;
      return ZONE;
    }
    const token = tokenOf(text);
    switch (token?.kind) {
      case undefined: {
        const zone = zoneNamed(text);
        if (zone === undefined) throw this.#bad();
        this.#zone = zone.name === 'UTC' ? 0 : zone;
        return ZONE;
      }
      case 'ignore': return 0;
      case 'special': return this.#specialWord(token.value, timeOnly);
      case 'month':
        if (timeOnly) throw this.#bad();
        return this.#monthName(token.value);
      case 'summer':
        this.#zone = typeof this.#zone === 'number' ? this.#zone + 3600 : this.#zone;
        return SUMMER;
      case 'meridian':
        this.#meridian = token.value;
        return MERIDIAN;
      case 'era':
        this.#beforeChrist = token.value === 'bc';
        return ERA;
      case 'weekday':
        if (timeOnly) throw this.#bad();
        return WEEKDAY;
      case 'unit': case 'isoTime':
        if (this.#label !== undefined || (token.kind === 'isoTime' && !timeOnly && (this.#read & DATE) !== DATE)) throw this.#bad();
        this.#label = token.kind === 'unit' ? token.value : 'time';
        return 0;
    }
  }

  #monthName(month: number): number {
    // A number before it that was taken for the month is the day.
    const moves = (this.#read & MONTH) !== 0 && !this.#textMonth && (this.#read & DAY) === 0 && this.#month >= 1 && this.#month <= 31;
    if (moves) this.#day = this.#month;
    this.#textMonth = true;
    this.#month = month;
    return moves ? DAY : MONTH;
  }

  #specialWord(word: (Token & { kind: 'special' })['value'], timeOnly: boolean): number {
    if (timeOnly && word !== 'now' && word !== 'allballs') throw this.#bad();
    switch (word) {
      case 'allballs':
        this.#micros = 0;
        this.#zone = 0;
        return TIME | ZONE;
      case 'now': case 'today': case 'tomorrow': case 'yesterday': {
        const { now } = this.#settings;
        if (now === undefined) throw this.#bad();
        const offset = this.#session.offsetAt(Math.floor(Number(now) / 1_000_000));
        const { days, micros } = splitTimestamp(Number(now) + offset * 1_000_000);
        if (timeOnly) {
          this.#micros = micros;
          return TIME;
        }
        const { year, month, day } = civilFromDays(days + (word === 'tomorrow' ? 1 : word === 'yesterday' ? -1 : 0));
        this.#year = year;
        this.#month = month;
        this.#day = day;
        if (word !== 'now') return DATE;
        this.#micros = micros;
        this.#zone = offset;
        return DATE | TIME | ZONE;
      }
      default:
        this.#special = word;
        return DATE | TIME | ZONE;
    }
  }

  #decodeZoneName(text: string): number {
    const zone = zoneNamed(text);
    if (zone === undefined) throw new SqlError('22023', `time zone "${text}" not recognized`);
    this.#zone = zone.name === 'UTC' ? 0 : zone;
    return ZONE;
  }

  /** A date of one piece: words are months, numbers what is missing (DecodeDate). */
  #decodeDate(text: string): number {
    if (!/[0-9a-z]$/.test(text)) throw this.#bad();
    // One character behind each part goes with it, whatever it is.
    const parts = [...text.matchAll(/[^0-9a-z]*([0-9]+|[a-z]+).?/g)].map(([, part]) => part!);
    const before = this.#textMonth;
    this.#textMonth = false;
    let read = this.#read;
    const add = (said: number): void => {
      if ((said & read) !== 0) throw this.#bad();
      read |= said;
    };
    for (const part of parts) {
      if (!isAlpha(part.charAt(0))) continue;
      const token = tokenOf(part);
      if (token?.kind === 'ignore') continue;
      if (token?.kind !== 'month') throw this.#bad();
      this.#month = token.value;
      this.#textMonth = true;
      add(MONTH);
    }
    for (const part of parts) if (isDigit(part.charAt(0))) add(this.#decodeNumber(part, read));
    if ((read & ~(DAY_OF_YEAR | ZONE)) !== DATE) throw this.#bad();
    this.#textMonth = before;
    return read & ~this.#read;
  }

  /** A number that is one part of a date: which is decided by those that are there (DecodeNumber). */
  #decodeNumber(text: string, read: number): number {
    const point = text.indexOf('.');
    if (point > 2) return this.#decodeNumberField(text, read | DATE);
    const value = this.#integer(point < 0 ? text : text.slice(0, point));
    if (text.length === 3 && (read & DATE) === YEAR && value >= 1 && value <= 366) {
      this.#dayOfYear = value;
      return DAY_OF_YEAR | MONTH | DAY;
    }
    const { dateOrder } = this.#settings;
    const isLong = text.length >= 3 || dateOrder === 'YMD';
    switch (read & DATE) {
      case 0: return isLong ? this.#setYear(value, text) : dateOrder === 'DMY' ? this.#setDay(value) : this.#setMonth(value);
      case YEAR: case DAY: return this.#setMonth(value);
      case MONTH: return this.#textMonth && isLong ? this.#setYear(value, text) : this.#setDay(value);
      case YEAR | MONTH:
        // DD-MON-YYYY, the first number of which was taken for a year
        if (this.#textMonth && text.length >= 3 && this.#twoDigits) {
          this.#day = this.#year;
          this.#year = value;
          this.#twoDigits = false;
          return DAY;
        }
        return this.#setDay(value);
      case MONTH | DAY: return this.#setYear(value, text);
      case DATE: return this.#decodeNumberField(text, read);
      default: throw this.#bad();
    }
  }
  #setYear(value: number, text: string): number {
    this.#year = value;
    this.#twoDigits = text.length <= 2;
    return YEAR;
  }
  #setMonth(value: number): number {
    this.#month = value;
    return MONTH;
  }
  #setDay(value: number): number {
    this.#day = value;
    return DAY;
  }

  /** A date or a time without separators: YYYYMMDD, YYMMDD, hhmmss.f, hhmm (DecodeNumberField). */
  #decodeNumberField(text: string, read: number): number {
    const point = text.indexOf('.');
    const digits = point < 0 ? text : text.slice(0, point);
    if (point < 0 && (read & DATE) !== DATE && digits.length >= 6) {
      const year = digits.slice(0, -4);
      this.#year = Number(year);
      this.#month = Number(digits.slice(-4, -2));
      this.#day = Number(digits.slice(-2));
      if (year.length === 2) this.#twoDigits = true;
      return DATE;
    }
    if ((read & TIME) !== 0 || (digits.length !== 6 && digits.length !== 4)) throw this.#bad();
    const [hours, minutes, seconds] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].map(Number);
    this.#micros = ((hours! * 60 + minutes!) * 60 + seconds!) * 1_000_000 + (point < 0 ? 0 : roundHalfEven(Number(`0${text.slice(point)}`) * 1_000_000));
    return TIME;
  }

  #decodeTimeField(text: string, timeOnly: boolean): number {
    if (this.#label !== undefined && this.#label !== 'time') throw this.#bad();
    this.#label = undefined;
    const parts = /^(\d+):(\d*)(?::(\d*))?(\.\d*)?$/.exec(text);
    if (parts === null) throw this.#bad();
    const [, first = '', second = '', third, fraction] = parts;
    // mm:ss.f
    const numbers = third === undefined && fraction !== undefined ? ['0', first, second] : [first, second, third ?? '0'];
    const [hours, minutes, seconds] = numbers.map((digits) => this.#integer(digits));
    if (minutes! > 59 || seconds! > 60) throw this.#overflow();
    this.#micros = ((hours! * 60 + minutes!) * 60 + seconds!) * 1_000_000 + (fraction === undefined ? 0 : roundHalfEven(Number(`0${fraction}`) * 1_000_000));
    if (!timeOnly && this.#micros > 86_400_000_000) throw this.#overflow();
    return TIME;
  }

  /** `+hh`, `-hh:mm`, `+hhmm`, `+hh:mm:ss` (DecodeTimezone). */
  #decodeZone(text: string): number {
    const [whole, sign, first = '', ...more] = /^([+-])(\d+)(?::(\d*))?(?::(\d*))?/.exec(text) ?? [];
    if (whole === undefined) throw this.#bad();
    let [minutes, seconds] = more.map((digits) => this.#offsetPart(digits));
    let hours = this.#offsetPart(first);
    if (more[0] === undefined && whole.length === text.length && text.length > 3) {
      minutes = hours % 100;
      hours = Math.floor(hours / 100);
    }
    if (hours > 15 || minutes! > 59 || seconds! > 59) throw this.#displacement();
    if (whole.length !== text.length) throw this.#bad();
    const east = (hours * 60 + minutes!) * 60 + seconds!;
    this.#zone = sign === '-' ? 0 - east : east;
    return ZONE;
  }
  #offsetPart(digits: string | undefined): number {
    const value = Number(digits ?? 0);
    if (value > 0x7fffffff) throw this.#displacement();
    return value;
  }

  #integer(digits: string): number {
    const value = Number(digits);
    if (value > 0x7fffffff) throw this.#overflow();
    return value;
  }

  #validateDate(): void {
    const read = this.#read;
    if ((read & YEAR) !== 0 && !this.#julian) {
      if (this.#beforeChrist) {
        if (this.#year <= 0) throw this.#overflow();
        this.#year = 1 - this.#year;
      } else if (this.#twoDigits) this.#year += this.#year < 70 ? 2000 : this.#year < 100 ? 1900 : 0;
      else if (this.#year <= 0) throw this.#overflow();
    }
    if ((read & DAY_OF_YEAR) !== 0) {
      const { year, month, day } = civilFromDays(daysFromCivil(this.#year, 1, 1) + this.#dayOfYear - 1);
      [this.#year, this.#month, this.#day] = [year, month, day];
    }
    if ((read & MONTH) !== 0 && (this.#month < 1 || this.#month > 12)) throw this.#overflow(true);
    if ((read & DAY) !== 0 && (this.#day < 1 || this.#day > 31)) throw this.#overflow(true);
    if ((read & DATE) === DATE && this.#day > daysInMonth(this.#year, this.#month)) throw this.#overflow();
  }

  #applyMeridian(): void {
    if (this.#meridian === undefined) return;
    const hour = Math.floor(this.#micros / 3_600_000_000);
    if (hour > 12) throw this.#overflow();
    if (this.#meridian === 'am' && hour === 12) this.#micros -= 12 * 3_600_000_000;
    else if (this.#meridian === 'pm' && hour !== 12) this.#micros += 12 * 3_600_000_000;
  }
}

