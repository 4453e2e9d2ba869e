import { civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from './calendar.ts';
import type { TimeZone } from './timezone.ts';

/**
 * Time zones spelled out, as the `TZ` variable of POSIX has them (manual, "POSIX Time Zone Specifications"): `UTC+3`, `<+05>-5`,
 * `EST5EDT,M3.2.0,M11.1.0`. Offsets count west there. Without rules daylight time begins and ends as in the United States now.
 */

/** The moment of a year at which the clocks change, in seconds of local time since 2000-01-01. */
type Change = (year: number) => number;

const nameForm = '([A-Za-z]+|<[A-Za-z0-9+-]+>)';
/** The name of standard time may be left out: `+05:30`. */
const firstNameForm = '([A-Za-z]+|<[A-Za-z0-9+-]+>|)';
const offsetForm = '([+-]?[0-9]+(?::[0-9]{1,2}(?::[0-9]{1,2})?)?)';
const ruleForm = `(M[0-9]{1,2}\\.[1-5]\\.[0-6]|J[0-9]{1,3}|[0-9]{1,3})(?:/${offsetForm})?`;
const zoneForm = new RegExp(`^${firstNameForm}${offsetForm}(?:${nameForm}${offsetForm}?(?:,${ruleForm},${ruleForm})?)?$`);

/** Seconds of `[+-]h[:mm[:ss]]`. */
function seconds(text: string): number | undefined {
  const [hours, minutes, rest] = text.replace(/^[+-]/, '').split(':').map(Number);
  if (hours! > 167 || (minutes ?? 0) > 59 || (rest ?? 0) > 59) return undefined;
  const magnitude = hours! * 3600 + (minutes ?? 0) * 60 + (rest ?? 0);
  return text.startsWith('-') ? -magnitude : magnitude;
}

/** `Mm.w.d`: the w-th (5: the last) weekday d of month m. `Jn`: day n of a year of 365. `n`: day n, counted from 0, of the year as it is. */
function dayOf(rule: string): (year: number) => number {
  if (rule.startsWith('M')) {
    const [month, week, weekday] = rule.slice(1).split('.').map(Number);
    return (year) => {
      const first = daysFromCivil(year, month!, 1);
      const day = ((weekday! - dayOfWeek(first) + 7) % 7) + (week! - 1) * 7;
      return first + (day < daysInMonth(year, month!) ? day : day - 7);
    };
  }
  if (!rule.startsWith('J')) return (year) => daysFromCivil(year, 1, 1) + Number(rule);
  const count = Number(rule.slice(1));
  return (year) => daysFromCivil(year, 1, count) + (count >= 60 && daysInMonth(year, 2) === 29 ? 1 : 0);
}

function changeOf(rule: string, at: string | undefined): Change | undefined {
  const month = rule.startsWith('M') ? Number(rule.slice(1).split('.')[0]) : 1;
  const time = at === undefined ? 7200 : seconds(at);
  if (month < 1 || month > 12 || time === undefined) return undefined;
  const day = dayOf(rule);
  return (year) => day(year) * 86400 + time;
}

const bare = (name: string): string => name.replace(/^<|>$/g, '').toUpperCase();

/** The zone that the text spells out; undefined where it does not. */
export function findPosixZone(text: string): TimeZone | undefined {
  const match = zoneForm.exec(text);
  if (match === null) return undefined;
  const west = seconds(match[2]!);
  if (west === undefined) return undefined;
  const standard = west === 0 ? 0 : -west;
  const standardName = bare(match[1]!);
  if (match[3] === undefined) return { name: text, offsetAt: () => standard, abbreviationAt: () => standardName, offsetOf: (name) => (name === standardName ? standard : undefined) };
  const daylightWest = match[4] === undefined ? west - 3600 : seconds(match[4]);
  const begins = changeOf(match[5] ?? 'M3.2.0', match[6]);
  const ends = changeOf(match[7] ?? 'M11.1.0', match[8]);
  if (daylightWest === undefined || begins === undefined || ends === undefined) return undefined;
  const daylight = daylightWest === 0 ? 0 : -daylightWest;
  const isDaylight = (utcSeconds: number): boolean => {
    const { year } = civilFromDays(Math.floor((utcSeconds + standard) / 86400));
    const from = begins(year) - standard;
    const to = ends(year) - daylight;
    return from < to ? utcSeconds >= from && utcSeconds < to : utcSeconds >= from || utcSeconds < to;
  };
  const daylightName = bare(match[3]);
  return {
    name: text, offsetAt: (at) => (isDaylight(at) ? daylight : standard), abbreviationAt: (at) => (isDaylight(at) ? daylightName : standardName),
    offsetOf: (name) => (name === standardName ? standard : name === daylightName ? daylight : undefined),
  };
}
