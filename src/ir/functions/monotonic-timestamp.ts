import { defineFunctions } from './define.ts';

/** Microseconds from the Unix epoch to 2000-01-01. */
const EPOCH_MICROS = 946_684_800_000_000;
const isoTimestamp = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z?$/;

function parseMonotonicTimestamp(text: string): number | null {
  const found = isoTimestamp.exec(text);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return null;
  return ms * 1000 - EPOCH_MICROS + Number((found[7] ?? '').padEnd(6, '0'));
}

/** Materialize's: ISO 8601 in one fixed shape, whose order as text is the order in time; NULL for any other text. */
export const monotonicTimestampFunctions = defineFunctions([
  ['try_parse_monotonic_iso8601_timestamp(text) timestamp total monotone', parseMonotonicTimestamp],
]);
