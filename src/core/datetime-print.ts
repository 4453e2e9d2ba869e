import { civilFromDays, dayOfWeek, splitTimestamp } from './calendar.ts';
import type { TextSettings } from './codec.ts';
import { DATE_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from './datum.ts';
import type { TimeTz } from './datum.ts';
import { sessionZone } from './datetime-parse.ts';

/** Writing dates and times in the four DateStyles (manual, "Date/Time Output"). */

const pad2 = (value: number): string => (value < 10 ? `0${value}` : String(value));
const padYear = (year: number): string => (year >= 1000 ? String(year) : String(year).padStart(4, '0'));
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Years before 1 are counted backwards and marked. */
const shownYear = (year: number): string => padYear(year > 0 ? year : 1 - year);
const era = (year: number): string => (year > 0 ? '' : ' BC');

function printDay(days: number, settings: TextSettings): string {
  const { year, month, day } = civilFromDays(days);
  const y = shownYear(year);
  if (settings.dateStyle === 'ISO') return `${y}-${pad2(month)}-${pad2(day)}`;
  if (settings.dateStyle === 'German') return `${pad2(day)}.${pad2(month)}.${y}`;
  const dayFirst = settings.dateOrder === 'DMY';
  if (settings.dateStyle === 'SQL') return dayFirst ? `${pad2(day)}/${pad2(month)}/${y}` : `${pad2(month)}/${pad2(day)}/${y}`;
  return dayFirst ? `${pad2(day)}-${pad2(month)}-${y}` : `${pad2(month)}-${pad2(day)}-${y}`;
}

export function printDate(days: number, settings: TextSettings): string {
  if (days === DATE_INFINITY) return 'infinity';
  if (days === -DATE_INFINITY) return '-infinity';
  return printDay(days, settings) + era(civilFromDays(days).year);
}

/** `HH:MM:SS[.ffffff]`; hours may reach 24. */
export function printTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const clock = `${pad2(hours)}:${pad2(minutes - hours * 60)}:${pad2(seconds - minutes * 60)}`;
  return fraction === 0 ? clock : clock + printFraction(fraction);
}

function printFraction(fraction: number): string {
  let digits = String(fraction);
  if (digits.length < 6) digits = digits.padStart(6, '0');
  let end = 6;
  while (digits.charCodeAt(end - 1) === 48) end--;
  return `.${digits.slice(0, end)}`;
}

/** `+hh[:mm[:ss]]` of an offset in seconds east. */
export function printOffset(east: number): string {
  const magnitude = Math.abs(east);
  const hours = Math.floor(magnitude / 3600);
  const minutes = Math.floor((magnitude % 3600) / 60);
  const seconds = magnitude % 60;
  const tail = seconds !== 0 ? `:${pad2(minutes)}:${pad2(seconds)}` : minutes !== 0 ? `:${pad2(minutes)}` : '';
  return `${east < 0 ? '-' : '+'}${pad2(hours)}${tail}`;
}

export const printTimetz = (value: TimeTz): string => printTime(value.micros) + printOffset(-value.zone);

/** A local date and time, then `zone` as the style places it. */
function printStamp(days: number, micros: number, zone: string, settings: TextSettings): string {
  if (settings.dateStyle !== 'Postgres') {
    return `${printDay(days, settings)} ${printTime(micros)}${zone}${era(civilFromDays(days).year)}`;
  }
  const { year, month, day } = civilFromDays(days);
  const date = settings.dateOrder === 'DMY' ? `${pad2(day)} ${months[month - 1]}` : `${months[month - 1]} ${pad2(day)}`;
  return `${weekdays[dayOfWeek(days)]} ${date} ${printTime(micros)} ${shownYear(year)}${zone}${era(year)}`;
}

const printInfinity = (value: number | bigint): string | undefined =>
  value === TIMESTAMP_INFINITY ? 'infinity' : value === TIMESTAMP_MINUS_INFINITY ? '-infinity' : undefined;

export function printTimestamp(value: number | bigint, settings: TextSettings): string {
  const special = typeof value === 'bigint' ? printInfinity(value) : undefined;
  if (special !== undefined) return special;
  const { days, micros } = splitTimestamp(value);
  return printStamp(days, micros, '', settings);
}

export function printTimestamptz(value: number | bigint, settings: TextSettings): string {
  const special = typeof value === 'bigint' ? printInfinity(value) : undefined;
  if (special !== undefined) return special;
  const utc = splitTimestamp(value);
  if (settings.timeZone === 'UTC') {
    return printStamp(utc.days, utc.micros, settings.dateStyle === 'ISO' ? '+00' : ' UTC', settings);
  }
  const zone = sessionZone(settings);
  const utcSeconds = utc.days * 86400 + Math.floor(utc.micros / 1_000_000);
  const east = zone.offsetAt(utcSeconds);
  const local = utcSeconds + east;
  const days = Math.floor(local / 86400);
  const micros = (local - days * 86400) * 1_000_000 + (utc.micros % 1_000_000);
  if (settings.dateStyle === 'ISO') return printStamp(days, micros, printOffset(east), settings);
  const abbreviation = zone.abbreviationAt(utcSeconds);
  return printStamp(days, micros, ` ${abbreviation ?? printOffset(east)}`, settings);
}
