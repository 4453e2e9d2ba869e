import { UNIX_EPOCH_DAYS, daysFromCivil } from './calendar.ts';
import { findPosixZone } from './posix-zone.ts';

/** Offsets of time zones, from the platform's IANA database. Seconds are since 2000-01-01 UTC; offsets are seconds east of UTC. */
export interface TimeZone {
  readonly name: string;
  /** the offset in force at a UTC instant */
  offsetAt(utcSeconds: number): number;
  /** the abbreviation in force, for DateStyles that print it; undefined where only the number is known */
  abbreviationAt(utcSeconds: number): string | undefined;
  /** the offset that an abbreviation (in upper case) stands for in this zone; undefined where it is none of the zone's own */
  offsetOf(abbreviation: string): number | undefined;
}

const EPOCH_UNIX_SECONDS = UNIX_EPOCH_DAYS * 86400;

export function fixedZone(offset: number, name: string): TimeZone {
  return { name, offsetAt: () => offset, abbreviationAt: () => (offset === 0 && name === 'UTC' ? 'UTC' : undefined), offsetOf: () => undefined };
}

interface Span {
  readonly from: number;
  readonly offset: number;
}

/** A named zone: the transitions of each year asked for are found by bisection and kept. */
class NamedZone implements TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  #abbreviations: readonly Intl.DateTimeFormat[] | undefined;
  #own: ReadonlyMap<string | undefined, number> | undefined;
  readonly #years = new Map<number, readonly Span[]>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    this.name = name;
  }

  #measure(utcSeconds: number): number {
    const fields: Record<string, string> = {};
    for (const part of this.#format.formatToParts((utcSeconds + EPOCH_UNIX_SECONDS) * 1000)) fields[part.type] = part.value;
    const year = fields['era'] === 'BC' ? 1 - Number(fields['year']) : Number(fields['year']);
    const days = daysFromCivil(year, Number(fields['month']), Number(fields['day']));
    const local = days * 86400 + Number(fields['hour']) * 3600 + Number(fields['minute']) * 60 + Number(fields['second']);
    return local - utcSeconds;
  }

  #year(year: number): readonly Span[] {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const start = daysFromCivil(year, 1, 1) * 86400;
    const end = daysFromCivil(year + 1, 1, 1) * 86400;
    const spans: Span[] = [{ from: start, offset: this.#measure(start) }];
    for (let at = start; at < end; ) {
      const next = Math.min(end, at + 10 * 86400);
      const before = spans[spans.length - 1]!.offset;
      const after = this.#measure(next);
      if (after !== before) spans.push({ from: this.#transition(at, next, before), offset: after });
      at = next;
    }
    this.#years.set(year, spans);
    return spans;
  }

  /** The first second in (low, high] whose offset is not `before`. */
  #transition(low: number, high: number, before: number): number {
    let from = low;
    let to = high;
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (this.#measure(middle) === before) from = middle;
      else to = middle;
    }
    return to;
  }

  offsetAt(utcSeconds: number): number {
    // Before 1800 there is local mean time only; far years repeat with the calendar's period of 400.
    const cycle = 400 * 365.2425 * 86400;
    let at = Math.max(utcSeconds, -200 * 365.2425 * 86400);
    if (at > cycle) at -= Math.floor(at / cycle) * cycle - cycle;
    const year = 2000 + Math.floor(at / (365.2425 * 86400));
    for (const candidate of [year + 1, year, year - 1]) {
      if (at < daysFromCivil(candidate, 1, 1) * 86400) continue;
      const spans = this.#year(candidate);
      for (let i = spans.length - 1; i >= 0; i--) if (at >= spans[i]!.from) return spans[i]!.offset;
    }
    return this.#measure(at);
  }

  /** The platform knows an abbreviation where a country that speaks English uses it; the IANA database has a number where nobody does. */
  abbreviationAt(utcSeconds: number): string | undefined {
    this.#abbreviations ??= ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA'].map((locale) => new Intl.DateTimeFormat(locale, { timeZone: this.name, timeZoneName: 'short' }));
    for (const format of this.#abbreviations) {
      const part = format.formatToParts((utcSeconds + EPOCH_UNIX_SECONDS) * 1000).find(({ type }) => type === 'timeZoneName');
      if (part !== undefined && /^[A-Z]{2,5}$/.test(part.value)) return part.value;
    }
    return undefined;
  }

  /** The abbreviations in use today, in winter and in summer. */
  offsetOf(abbreviation: string): number | undefined {
    this.#own ??= new Map([winter, summer].map((at) => [this.abbreviationAt(at), this.offsetAt(at)]));
    return this.#own.get(abbreviation);
  }
}

const winter = daysFromCivil(2025, 1, 1) * 86400;
const summer = daysFromCivil(2025, 7, 1) * 86400;

const named = new Map<string, TimeZone | undefined>();
const utc = fixedZone(0, 'UTC');

function findNamed(name: string): TimeZone | undefined {
  if (name === 'UTC') return utc;
  if (named.has(name)) return named.get(name);
  if (named.size > 2048) named.clear();
  let zone: TimeZone | undefined;
  try {
    zone = /^[A-Za-z]/.test(name) ? new NamedZone(name) : undefined;
  } catch {
    zone = undefined;
  }
  if (zone === undefined) zone = findPosixZone(name);
  if (/^(utc|etc\/utc|zulu|etc\/zulu|universal|uct)$/i.test(name)) zone = utc;
  named.set(name, zone);
  return zone;
}

/** The zone of a `TimeZone` setting: an IANA name, a POSIX string, or a number of hours east. Undefined when unknown. */
export function findTimeZone(setting: string): TimeZone | undefined {
  if (/^[+-]?[0-9]+(\.[0-9]+)?$/.test(setting)) return fixedZone(Math.round(Number(setting) * 3600), setting);
  return findNamed(setting);
}

/** Hours east of UTC of the abbreviations Postgres knows by default (timezonesets/Default). */
const abbreviations: Readonly<Record<string, number>> = {
  acdt: 10.5, acst: 9.5, adt: -3, aedt: 11, aest: 10, akdt: -8, akst: -9, ast: -4, awst: 8, bdt: 6, brst: -2, brt: -3, bst: 1, bdst: 2, cadt: 10.5, cast: 9.5,
  cct: 8, cdt: -5, cest: 2, cet: 1, cetdst: 2, clst: -3, clt: -4, cot: -5, cst: -6, eat: 3, edt: -4, eest: 3, eet: 2, eetdst: 3, est: -5, fet: 3, fjt: 12,
  gmt: 0, hkt: 8, hst: -10, ict: 7, idt: 3, ist: 2, irt: 3.5, jst: 9, kst: 9, lhst: 10.5, lhdt: 11, mdt: -6, mest: 2, mesz: 2, met: 1, metdst: 2, mez: 1, msd: 4, msk: 3,
  mst: -7, mut: 4, mvt: 5, myt: 8, ndt: -2.5, nft: -3.5, npt: 5.75, nst: -3.5, nut: -11, nzdt: 13, nzst: 12, nzt: 12, pdt: -7, pgt: 10, pht: 8, pkt: 5, pkst: 6, pst: -8,
  sadt: 10.5, sast: 2, sct: 4, sgt: 8, tft: 5, ut: 0, utc: 0, uct: 0, uzt: 5, wadt: 8, wast: 2, wat: 1, wdt: 9, wet: 0, wetdst: 1, wgst: -2, wgt: -3, z: 0, zulu: 0,
};

/** The offset east, in seconds, of an abbreviation that Postgres knows by default. */
export function zoneAbbreviation(name: string): number | undefined {
  const hours = abbreviations[name.toLowerCase()];
  return hours === undefined ? undefined : hours * 3600;
}

/** A zone as date/time text and AT TIME ZONE name it: an abbreviation, an IANA name, or POSIX. */
export function findZoneByName(name: string): TimeZone | undefined {
  const hours = abbreviations[name.toLowerCase()];
  if (hours !== undefined) return hours === 0 ? utc : fixedZone(hours * 3600, name.toUpperCase());
  return findNamed(name);
}

/**
 * The offset by which a local time is read. A time that a jump forward skips is read with the offset before it,
 * one that occurs twice with the offset after the change, as Postgres does.
 */
export function offsetOfLocal(zone: TimeZone, localSeconds: number): number {
  const before = zone.offsetAt(localSeconds - 86400);
  const after = zone.offsetAt(localSeconds + 86400);
  if (before === after) {
    const guess = zone.offsetAt(localSeconds - before);
    if (guess === before) return before;
  }
  const readBefore = localSeconds - before;
  const readAfter = localSeconds - after;
  const beforeHolds = zone.offsetAt(readBefore) === before;
  const afterHolds = zone.offsetAt(readAfter) === after;
  if (beforeHolds !== afterHolds) return beforeHolds ? before : after;
  return readBefore > readAfter ? before : after;
}
