import { codecOf, defaultTextSettings, Oid, POSTGRES_EPOCH_MS, SqlError, typeInfo, writeDatum } from '../core/index.ts';
import type { RowBatchBuilder, SqlType } from '../core/index.ts';

/**
 * Writes one value, given in its text form as the bytes `[start, end)`, into a column of the row under construction.
 * The bytes are valid UTF-8. Throws SqlError where the text is no value of the type.
 */
export type CellWriter = (builder: RowBatchBuilder, column: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * The writer for values that Postgres itself has printed (sessions with ISO dates, UTC and hex bytea).
 * Common shapes of common types are read straight from the bytes; whatever looks unusual goes through the type's codec, which also words the error.
 * The modifier is not applied again: upstream's own input function has done so.
 */
export const cellWriter = (type: SqlType): CellWriter => writerOf(type, -1);

/** The same for values from elsewhere: the modifier is applied as a cast does, but text that is too long for it is an error, as in INSERT. */
export function castingCellWriter(type: SqlType): CellWriter {
  if (type.typmod < 0) return writerOf(type, -1);
  const slow = codecWriter(type, type.typmod);
  if (type.oid !== Oid.varchar && type.oid !== Oid.bpchar) return slow;
  return (builder, column, bytes, start, end) => {
    checkLength(type, bytes, start, end);
    slow(builder, column, bytes, start, end);
  };
}

/** Spaces beyond the length are cut off silently (manual, "Character Types"). */
function checkLength(type: SqlType, bytes: Uint8Array, start: number, end: number): void {
  const limit = type.typmod - 4;
  if (end - start <= limit) return;
  const beyond = [...utf8.decode(bytes.subarray(start, end))].slice(limit);
  if (beyond.some((character) => character !== ' ')) {
    throw new SqlError('22001', `value too long for type ${typeInfo(type.oid).sqlName}(${limit})`);
  }
}

function writerOf(type: SqlType, typmod: number): CellWriter {
  const slow = codecWriter(type, typmod);
  switch (type.oid) {
    case Oid.bool:
      return boolWriter(slow);
    case Oid.int2:
      return intWriter(slow, 4);
    case Oid.int4:
      return intWriter(slow, 9);
    case Oid.int8:
      return longWriter(slow);
    case Oid.float8:
      return doubleWriter(slow);
    case Oid.date:
      return dateWriter(slow);
    case Oid.timestamp:
      return timestampWriter(slow, false);
    case Oid.timestamptz:
      return timestampWriter(slow, true);
    case Oid.text:
    case Oid.varchar:
    case Oid.bpchar:
      return (builder, column, bytes, start, end) => builder.setBytes(column, bytes.subarray(start, end));
    default:
      return slow;
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function codecWriter(type: SqlType, typmod: number): CellWriter {
  const codec = codecOf(type.oid);
  return (builder, column, bytes, start, end) =>
    writeDatum(builder, column, codec.parse(utf8.decode(bytes.subarray(start, end)), defaultTextSettings, typmod));
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function boolWriter(slow: CellWriter): CellWriter {
  return (builder, column, bytes, start, end) => {
    if (end - start === 1 && bytes[start] === 0x74) builder.setWord(column, 1);
    else if (end - start === 1 && bytes[start] === 0x66) builder.setWord(column, 0);
    else slow(builder, column, bytes, start, end);
  };
}

/** Reads an optional minus and 1 to `maxDigits` digits; NaN for anything else. */
function readInteger(bytes: Uint8Array, start: number, end: number, maxDigits: number): number {
  const negative = bytes[start] === 0x2d;
  const first = negative ? start + 1 : start;
  if (end <= first || end - first > maxDigits) return NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const byte = bytes[i]!;
    if (!isDigit(byte)) return NaN;
    value = value * 10 + (byte - 0x30);
  }
  return negative ? 0 - value : value;
}

function intWriter(slow: CellWriter, maxDigits: number): CellWriter {
  return (builder, column, bytes, start, end) => {
    const value = readInteger(bytes, start, end, maxDigits);
    if (Number.isNaN(value)) slow(builder, column, bytes, start, end);
    else builder.setWord(column, value);
  };
}

function longWriter(slow: CellWriter): CellWriter {
  return (builder, column, bytes, start, end) => {
    const value = readInteger(bytes, start, end, 15);
    if (Number.isNaN(value)) slow(builder, column, bytes, start, end);
    else builder.setLong(column, value);
  };
}

/** Plain decimal notation is read as JavaScript reads it, which rounds correctly as strtod does; zero and overflow may be range errors and go to the codec. */
function doubleWriter(slow: CellWriter): CellWriter {
  return (builder, column, bytes, start, end) => {
    const plain = plainDecimal(bytes, start, end);
    const value = plain === undefined ? NaN : Number(plain);
    if (Number.isFinite(value) && value !== 0) builder.setDouble(column, value);
    else slow(builder, column, bytes, start, end);
  };
}

function plainDecimal(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start === 0 || end - start > 32) return undefined;
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (!isDigit(byte) && byte !== 0x2d && byte !== 0x2e && byte !== 0x65 && byte !== 0x2b) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

const DAY_MS = 86_400_000;
const pair = (bytes: Uint8Array, at: number): number => {
  const high = bytes[at]! - 0x30;
  const low = bytes[at + 1]! - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
};

/** Milliseconds since 2000-01-01 of `YYYY-MM-DD` at `at`; NaN where it is no such date. */
function readDay(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return NaN;
  const year = pair(bytes, at) * 100 + pair(bytes, at + 2);
  const month = pair(bytes, at + 5);
  const day = pair(bytes, at + 8);
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return lastDaysOfMonth(year, month, day);
  return Date.UTC(year, month - 1, day) - POSTGRES_EPOCH_MS;
}

function lastDaysOfMonth(year: number, month: number, day: number): number {
  if (!(year >= 100 && month >= 1 && month <= 12 && day <= 31)) return NaN;
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCDate() === day ? ms - POSTGRES_EPOCH_MS : NaN;
}

function dateWriter(slow: CellWriter): CellWriter {
  return (builder, column, bytes, start, end) => {
    const ms = end - start === 10 ? readDay(bytes, start) : NaN;
    if (Number.isNaN(ms)) slow(builder, column, bytes, start, end);
    else builder.setWord(column, ms / DAY_MS);
  };
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]`, and `+00` behind it for timestamptz. */
function timestampWriter(slow: CellWriter, withZone: boolean): CellWriter {
  return (builder, column, bytes, start, end) => {
    let stop = end;
    if (withZone) {
      stop = end - 3;
      if (!(bytes[stop] === 0x2b && bytes[stop + 1] === 0x30 && bytes[stop + 2] === 0x30)) stop = -1;
    }
    const micros = stop - start >= 19 ? readTimestamp(bytes, start, stop) : NaN;
    if (Number.isNaN(micros)) slow(builder, column, bytes, start, end);
    else builder.setLong(column, micros);
  };
}

function readTimestamp(bytes: Uint8Array, start: number, stop: number): number {
  if (bytes[start + 10] !== 0x20 || bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return NaN;
  const hour = pair(bytes, start + 11);
  const minute = pair(bytes, start + 14);
  const second = pair(bytes, start + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  const fraction = stop === start + 19 ? 0 : readFraction(bytes, start + 19, stop);
  return readDay(bytes, start) * 1000 + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
}

function readFraction(bytes: Uint8Array, at: number, stop: number): number {
  if (bytes[at] !== 0x2e || stop - at < 2 || stop - at > 7) return NaN;
  let micros = 0;
  for (let i = 1; i <= 6; i++) {
    const digit = at + i < stop ? bytes[at + i]! - 0x30 : 0;
    if (digit < 0 || digit > 9) return NaN;
    micros = micros * 10 + digit;
  }
  return micros;
}
