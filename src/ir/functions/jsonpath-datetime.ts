import { applyTimePrecision, codecOf, joinTimestamp, numericToNumber, Oid, offsetOfLocal, SqlError, subLongs, typeInfo } from '../../core/index.ts';
import type { Datum, PathItem, TimeTz } from '../../core/index.ts';
import type { Environment } from './contract.ts';
import { checkedTimestamp, dateToOrder, zoneOf } from './datetime-arithmetic.ts';
import type { Stamp } from './datetime-arithmetic.ts';
import { readStandard } from './datetime-format.ts';
import type { StandardMoment } from './datetime-format.ts';
import { datetimeFunctions } from './datetime.ts';
import { PathError } from './jsonpath-items.ts';
import type { Item, PathDatetime } from './jsonpath-items.ts';

/** The methods of paths that read dates and times, and their comparison. Manual: "SQL/JSON Path Operators and Methods". */

/** Whether a path may use the session's time zone, and what tells of it. */
export interface ZoneUse {
  readonly allowed: boolean;
  readonly environment: Environment;
}

/** As documents have them. */
const isoFormats = [
  'yyyy-mm-dd', 'HH24:MI:SS.USTZ', 'HH24:MI:SSTZ', 'HH24:MI:SS.US', 'HH24:MI:SS', 'yyyy-mm-dd HH24:MI:SS.USTZ', 'yyyy-mm-dd HH24:MI:SSTZ', 'yyyy-mm-dd"T"HH24:MI:SS.USTZ', 'yyyy-mm-dd"T"HH24:MI:SSTZ',
  'yyyy-mm-dd HH24:MI:SS.US', 'yyyy-mm-dd HH24:MI:SS', 'yyyy-mm-dd"T"HH24:MI:SS.US', 'yyyy-mm-dd"T"HH24:MI:SS',
];

const targets: Readonly<Record<string, number>> = { date: Oid.date, time: Oid.time, time_tz: Oid.timetz, timestamp: Oid.timestamp, timestamp_tz: Oid.timestamptz };
const name = (oid: number): string => typeInfo(oid).name;

/** What cannot be had without the session's time zone: whatever makes local time of an instant, or the other way round. */
const zonedConversions: ReadonlySet<string> = new Set(['date>timestamptz', 'timestamp>timestamptz', 'time>timetz', 'timestamptz>date', 'timestamptz>time', 'timestamptz>timestamp', 'timetz>time']);

function requireZone(from: number, to: number, zones: ZoneUse): void {
  if (zones.allowed || !zonedConversions.has(`${name(from)}>${name(to)}`)) return;
  throw new SqlError('0A000', `cannot convert value from ${name(from)} to ${name(to)} without time zone usage`, { hint: 'Use *_tz() function for time zone support.' });
}

const isDated = (oid: number): boolean => oid !== Oid.time && oid !== Oid.timetz;

/** The item that `.datetime()` and its like make of a string; `argument` is a template for that, a precision for the others. */
export function readDatetime(method: string, argument: PathItem | undefined, item: Item, zones: ZoneUse): PathDatetime {
  if (typeof item !== 'string') throw new PathError('22031', `jsonpath item method .${method}() can only be applied to a string`);
  if (method === 'datetime' && argument?.op === 'string') return asPathErrors(() => ofMoment(readStandard(item, argument.text), zones));
  const precision = argument?.op === 'number' ? precisionOf(method, numericToNumber(argument.value)) : undefined;
  const read = inIsoFormat(item, zones);
  const target = targets[method];
  const unknown = (hint?: string): PathError => new PathError('22031', `${method} format is not recognized: "${item}"`, hint === undefined ? {} : { hint });
  if (target === undefined) {
    if (read === undefined) throw unknown('Use a datetime template argument to specify the input data format.');
    return read;
  }
  if (read === undefined || !isConvertible(read.oid, target)) throw unknown();
  const converted = read.oid === target ? read : converting(read, target, zones);
  return precision === undefined ? converted : withPrecision(converted, precision);
}

function inIsoFormat(text: string, zones: ZoneUse): PathDatetime | undefined {
  for (const format of isoFormats) {
    try {
      return ofMoment(readStandard(text, format), zones);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return undefined;
}

function asPathErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) throw new PathError(error.code, error.message, error.fields);
    throw error;
  }
}

function precisionOf(method: string, precision: number): number {
  if (precision > 2147483647) throw new PathError('22031', `time precision of jsonpath item method .${method}() is out of range for type integer`);
  return Math.min(precision, 6);
}

/** The value of the type that the template's fields make up. */
function ofMoment({ dated, timed, zoned, days, micros, offset = 0, precision }: StandardMoment, { environment }: ZoneUse): PathDatetime {
  const rounded = Number(applyTimePrecision(micros, precision));
  if (dated && timed) {
    const local = joinTimestamp(days, micros);
    const value = checkedTimestamp(applyTimePrecision(zoned ? subLongs(local, offset * 1_000_000) : local, precision));
    return { kind: 'datetime', oid: zoned ? Oid.timestamptz : Oid.timestamp, value, offset };
  }
  if (dated && zoned) throw new SqlError('22007', 'datetime format is zoned but not timed');
  if (dated) return { kind: 'datetime', oid: Oid.date, value: codecOf(Oid.date).parse(codecOf(Oid.date).print(days, environment.settings), environment.settings, -1), offset: 0 };
  if (!timed) throw new SqlError('22007', 'datetime format is not dated and not timed');
  return zoned ? { kind: 'datetime', oid: Oid.timetz, value: { kind: 'timetz', micros: rounded, zone: 0 - offset }, offset: 0 } : { kind: 'datetime', oid: Oid.time, value: rounded, offset: 0 };
}

const isConvertible = (from: number, to: number): boolean => {
  if (from === to) return true;
  if (to === Oid.date) return from === Oid.timestamp || from === Oid.timestamptz;
  if (to === Oid.time) return from !== Oid.date;
  if (to === Oid.timetz) return from === Oid.time || from === Oid.timestamptz;
  return isDated(from);
};

function converting({ oid, value, offset }: PathDatetime, target: number, zones: ZoneUse): PathDatetime {
  requireZone(oid, target, zones);
  const converted = convert(oid, value, target, zones.environment);
  return { kind: 'datetime', oid: target, value: converted, offset: target === Oid.timestamptz ? localOffset(oid, value, zones.environment) : offset };
}

/** The offset east of the session's zone at a local time. */
function localOffset(oid: number, value: Datum, environment: Environment): number {
  const local = oid === Oid.date ? joinTimestamp(value as number, 0) : value as Stamp;
  return offsetOfLocal(zoneOf(environment), Number(BigInt(local) / 1_000_000n));
}

/** By the function of the cast; the families are joined after this file is read. */
const conversions = new Map(datetimeFunctions.map((row) => [row.id, row]));
const convert = (from: number, value: Datum, to: number, environment: Environment): Datum => conversions.get(`${name(to)}(${name(from)})`)!.evaluate(value, environment);

function withPrecision(item: PathDatetime, precision: number): PathDatetime {
  if (item.oid !== Oid.timetz) return { ...item, value: applyTimePrecision(item.value as Stamp, precision) };
  const value = item.value as TimeTz;
  return { ...item, value: { ...value, micros: Number(applyTimePrecision(value.micros, precision)) } };
}

/** Below 0, 0 or above 0; null where a time of day stands beside a date. */
export function compareDatetimes(a: PathDatetime, b: PathDatetime, zones: ZoneUse): number | null {
  if (isDated(a.oid) !== isDated(b.oid)) return null;
  if (a.oid === b.oid) return codecOf(a.oid).compare(a.value, b.value);
  const common = isDated(a.oid) ? (a.oid === Oid.timestamptz || b.oid === Oid.timestamptz ? Oid.timestamptz : Oid.timestamp) : Oid.timetz;
  return codecOf(common).compare(inCommon(a, common, zones), inCommon(b, common, zones));
}

function inCommon({ oid, value }: PathDatetime, common: number, zones: ZoneUse): Datum {
  if (oid === common) return value;
  requireZone(oid, common, zones);
  return oid === Oid.date && common === Oid.timestamp ? dateToOrder(value as number) : convert(oid, value, common, zones.environment);
}
