import type { Output } from './output.ts';

/**
 * The text form of the commonest types, written straight from the words of a row into a packet: no string is made.
 * Each function returns false, having written nothing, for a value that its codec must print (an infinity, an exponent).
 * Timestamps are for DateStyle ISO and a session in UTC.
 */

const ZERO = 48;
const MINUS = 45;

const pair = (buffer: Buffer, at: number, value: number): void => {
  buffer[at] = ZERO + ((value / 10) | 0);
  buffer[at + 1] = ZERO + (value % 10);
};

/** Digits of a non-negative integer below 2^53; returns where they end. */
function digits(buffer: Buffer, at: number, value: number): number {
  let length = 1;
  for (let bound = 10; value >= bound; bound *= 10) length++;
  const end = at + length;
  let i = end;
  // The upper part of a number beyond 2^31 is divided as a double, the rest in integers.
  while (value > 0x7fffffff) {
    const quotient = Math.floor(value / 10);
    buffer[--i] = ZERO + (value - quotient * 10);
    value = quotient;
  }
  let rest = value | 0;
  do {
    const quotient = (rest / 10) | 0;
    buffer[--i] = ZERO + (rest - quotient * 10);
    rest = quotient;
  } while (rest > 0);
  return end;
}

/** A field: its length word, then its text. `from` is where the text begins. */
function endField(output: Output, from: number, end: number): true {
  const { buffer } = output;
  const length = end - from;
  buffer[from - 4] = 0;
  buffer[from - 3] = 0;
  buffer[from - 2] = 0;
  buffer[from - 1] = length;
  output.advance(length + 4);
  return true;
}

/** An integer of magnitude below 2^53. */
export function writeInteger(output: Output, value: number): true {
  output.reserve(24);
  const { buffer } = output;
  const from = output.at + 4;
  let at = from;
  if (value < 0) buffer[at++] = MINUS;
  return endField(output, from, digits(buffer, at, Math.abs(value)));
}

export function writeBigint(output: Output, value: bigint): true {
  output.reserve(24);
  const from = output.at + 4;
  return endField(output, from, from + output.buffer.write(value.toString(), from, 'latin1'));
}

/** A float8 as Postgres prints it with extra_float_digits > 0: the shortest digits that read back, without exponent from 1e-4 up to 1e15. */
export function writeDouble(output: Output, value: number): boolean {
  const magnitude = Math.abs(value);
  if (!(magnitude < 1e15) || (magnitude < 1e-4 && value !== 0) || Object.is(value, -0)) return false;
  if (Number.isInteger(value)) return writeInteger(output, value);
  output.reserve(32);
  const from = output.at + 4;
  return endField(output, from, from + output.buffer.write(String(value), from, 'latin1'));
}

const DAYS_FROM_YEAR_0_TO_2000 = 730_425; // from 0000-03-01

/** Writes YYYY-MM-DD; returns where it ends, or -1 for a year outside 1 to 9999. Days count from 2000-01-01. */
function writeYmd(buffer: Buffer, at: number, days: number): number {
  // Civil from days (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"): years begin on 1 March.
  const z = days + DAYS_FROM_YEAR_0_TO_2000;
  if (z < 306 || z > 3_652_364) return -1;
  const era = (z / 146_097) | 0;
  const dayOfEra = z - era * 146_097;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const shifted = ((5 * dayOfYear + 2) / 153) | 0;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  pair(buffer, at, (year / 100) | 0);
  pair(buffer, at + 2, year % 100);
  buffer[at + 4] = MINUS;
  pair(buffer, at + 5, month);
  buffer[at + 7] = MINUS;
  pair(buffer, at + 8, dayOfYear - (((153 * shifted + 2) / 5) | 0) + 1);
  return at + 10;
}

export function writeDate(output: Output, days: number): boolean {
  output.reserve(16);
  const from = output.at + 4;
  const end = writeYmd(output.buffer, from, days);
  return end > 0 && endField(output, from, end);
}

const MICROS_PER_DAY = 86_400_000_000;

/** A timestamp, or a timestamptz of a session in UTC (`zoned` appends +00). */
export function writeTimestamp(output: Output, micros: number | bigint, zoned: boolean): boolean {
  if (typeof micros === 'bigint') return false;
  output.reserve(40);
  const { buffer } = output;
  const from = output.at + 4;
  const days = Math.floor(micros / MICROS_PER_DAY);
  let at = writeYmd(buffer, from, days);
  if (at < 0) return false;
  const ofDay = micros - days * MICROS_PER_DAY;
  const seconds = Math.floor(ofDay / 1_000_000);
  const fraction = ofDay - seconds * 1_000_000;
  buffer[at] = 32;
  pair(buffer, at + 1, (seconds / 3600) | 0);
  buffer[at + 3] = 58;
  pair(buffer, at + 4, ((seconds / 60) | 0) % 60);
  buffer[at + 6] = 58;
  pair(buffer, at + 7, seconds % 60);
  at += 9;
  if (fraction > 0) {
    buffer[at] = 46;
    pair(buffer, at + 1, (fraction / 10_000) | 0);
    pair(buffer, at + 3, ((fraction / 100) | 0) % 100);
    pair(buffer, at + 5, fraction % 100);
    at += 7;
    while (buffer[at - 1] === ZERO) at--;
  }
  if (zoned) {
    buffer[at] = 43;
    buffer[at + 1] = ZERO;
    buffer[at + 2] = ZERO;
    at += 3;
  }
  return endField(output, from, at);
}
