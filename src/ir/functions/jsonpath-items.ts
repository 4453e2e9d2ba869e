import { addLongs, defaultTextSettings, numericPrint, Oid, printDate, printTime, printTimestamp, SqlError } from '../../core/index.ts';
import type { Datum, JsonValue, Numeric, TimeTz } from '../../core/index.ts';
import { isInfinite } from './datetime-arithmetic.ts';
import type { Stamp } from './datetime-arithmetic.ts';

/** What a path works on: the values of a document, and the dates and times that methods make of strings. */

/** An error that `silent` suppresses, and that makes a predicate unknown. */
export class PathError extends SqlError {}

export interface PathDatetime {
  readonly kind: 'datetime';
  /** date, time, timetz, timestamp or timestamptz */
  readonly oid: number;
  readonly value: Datum;
  /** seconds east of Greenwich that a timestamptz is written with */
  readonly offset: number;
}

export type Item = JsonValue | PathDatetime;

export const isObject = (item: Item): item is ReadonlyMap<string, JsonValue> => item instanceof Map;
export const isArray = (item: Item): item is readonly JsonValue[] => Array.isArray(item);
const kindOf = (item: Item): string | undefined => (typeof item === 'object' && item !== null && 'kind' in item ? item.kind : undefined);
export const isDatetime = (item: Item): item is PathDatetime => kindOf(item) === 'datetime';
export const isNumber = (item: Item): item is Numeric => kindOf(item) === 'numeric';

const datetimeNames = new Map<number, string>([
  [Oid.date, 'date'], [Oid.time, 'time without time zone'], [Oid.timetz, 'time with time zone'], [Oid.timestamp, 'timestamp without time zone'], [Oid.timestamptz, 'timestamp with time zone'],
]);

/** What `.type()` answers. */
export function typeName(item: Item): string {
  if (item === null) return 'null';
  if (typeof item === 'boolean' || typeof item === 'string') return typeof item;
  if (isDatetime(item)) return datetimeNames.get(item.oid)!;
  return isNumber(item) ? 'number' : isArray(item) ? 'array' : 'object';
}

const pad2 = (value: number): string => String(value).padStart(2, '0');

/** `+hh:mm[:ss]`, as XML Schema has it. */
function xmlOffset(east: number): string {
  const magnitude = Math.abs(east);
  const seconds = magnitude % 60;
  return `${east < 0 ? '-' : '+'}${pad2(Math.floor(magnitude / 3600))}:${pad2(Math.floor((magnitude % 3600) / 60))}${seconds === 0 ? '' : `:${pad2(seconds)}`}`;
}

/** The text of a time in a document: ISO 8601. */
export function datetimeText({ oid, value, offset }: PathDatetime): string {
  switch (oid) {
    case Oid.date:
      return printDate(value as number, defaultTextSettings);
    case Oid.time:
      return printTime(value as number);
    case Oid.timetz:
      return printTime((value as TimeTz).micros) + xmlOffset(-(value as TimeTz).zone);
    default: {
      const stamp = value as Stamp;
      const zoned = oid === Oid.timestamptz && !isInfinite(stamp);
      const local = printTimestamp(zoned ? addLongs(stamp, offset * 1_000_000) : stamp, defaultTextSettings).replace(' ', 'T');
      return zoned ? local.replace(/( BC)?$/, `${xmlOffset(offset)}$1`) : local;
    }
  }
}

/** The item as a document holds it. */
export const itemToJson = (item: Item): JsonValue => (isDatetime(item) ? datetimeText(item) : item);

/** The text of a string or a number. */
export const textOf = (item: Item): string | undefined => (typeof item === 'string' ? item : isNumber(item) ? numericPrint(item) : undefined);
