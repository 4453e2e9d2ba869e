import { ByteWriter, fixedView, viewOf } from '../bytes.ts';
import type { TypeCodec } from '../codec.ts';
import { DATE_INFINITY, normalLong } from '../datum.ts';
import type { Interval, TimeTz } from '../datum.ts';
import { parseDate, parseTime, parseTimestamp, parseTimestamptz, parseTimetz } from '../datetime-parse.ts';
import { printDate, printTime, printTimestamp, printTimestamptz, printTimetz } from '../datetime-print.ts';
import { canonicalInterval, compareIntervals, parseInterval, printInterval } from '../interval.ts';
import { compareLongs, decodeLong, encodeLong } from './numbers.ts';

/** Codecs of date, time, timestamp and interval. */

export const dateCodec: TypeCodec = {
  parse: (text, settings) => parseDate(text, settings),
  print: (value, settings) => printDate(value as number, settings),
  decode(bytes) {
    const days = fixedView(bytes, 4, 'date').getInt32(0);
    return days === -DATE_INFINITY - 1 ? -DATE_INFINITY : days;
  },
  encode(value) {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setInt32(0, value === -DATE_INFINITY ? -DATE_INFINITY - 1 : (value as number));
    return bytes;
  },
  compare: (a, b) => (a as number) - (b as number),
};

export const timeCodec: TypeCodec = {
  parse: parseTime,
  print: (value) => printTime(value as number),
  decode: (bytes) => decodeLong(bytes, 'time'),
  encode: encodeLong,
  compare: compareLongs,
};

export const timestampCodec: TypeCodec = {
  parse: parseTimestamp,
  print: (value, settings) => printTimestamp(value as number | bigint, settings),
  decode: (bytes) => decodeLong(bytes, 'timestamp'),
  encode: encodeLong,
  compare: compareLongs,
};

export const timestamptzCodec: TypeCodec = {
  ...timestampCodec,
  parse: parseTimestamptz,
  print: (value, settings) => printTimestamptz(value as number | bigint, settings),
};

/** By the instant, then by the zone: equal instants in different zones differ. */
export function compareTimetz(a: TimeTz, b: TimeTz): number {
  return a.micros + a.zone * 1_000_000 - (b.micros + b.zone * 1_000_000) || a.zone - b.zone;
}

export const timetzCodec: TypeCodec = {
  parse: parseTimetz,
  print: (value) => printTimetz(value as TimeTz),
  decode(bytes) {
    const view = fixedView(bytes, 12, 'time with time zone');
    return { kind: 'timetz', micros: Number(view.getBigInt64(0)), zone: view.getInt32(8) };
  },
  encode(value) {
    const { micros, zone } = value as TimeTz;
    const bytes = new Uint8Array(12);
    viewOf(bytes).setBigInt64(0, BigInt(micros));
    viewOf(bytes).setInt32(8, zone);
    return bytes;
  },
  compare: (a, b) => compareTimetz(a as TimeTz, b as TimeTz),
};

export const intervalCodec: TypeCodec = {
  parse: (text, settings, typmod) => parseInterval(text, typmod, settings.intervalStyle),
  print: (value, settings) => printInterval(value as Interval, settings.intervalStyle),
  decode(bytes) {
    const view = fixedView(bytes, 16, 'interval');
    return { kind: 'interval', months: view.getInt32(12), days: view.getInt32(8), micros: normalLong(view.getBigInt64(0)) };
  },
  encode(value) {
    const { months, days, micros } = value as Interval;
    const writer = new ByteWriter();
    writer.bytes(encodeLong(micros));
    writer.int32(days);
    writer.int32(months);
    return writer.finish();
  },
  compare: (a, b) => compareIntervals(a as Interval, b as Interval),
  canonical: (value) => canonicalInterval(value as Interval),
};
