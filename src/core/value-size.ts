import type { Datum } from './datum.ts';
import { SqlError } from './errors.ts';

/** What a computed value holds at most, in characters or bytes (Postgres: a gigabyte), and an array in elements (Postgres: 134217727). More is an error of the row, before it is one of the process: functions make several copies of what they work on. */
export const MOST_CHARACTERS = 32 * 1024 * 1024;
export const MOST_ELEMENTS = 16 * 1024 * 1024;

/** As of texts that are asked for by their length. */
export const requestedTooLarge = (): SqlError => new SqlError('54000', 'requested length too large', { detail: `A computed value has at most ${MOST_CHARACTERS} characters or bytes.` });
/** Beyond Postgres' own limit in its words. */
export const arrayTooLarge = (elements: number): SqlError => new SqlError('54000', `array size exceeds the maximum allowed (${elements > 134217727 ? 134217727 : MOST_ELEMENTS})`);

/** The value, unless it is larger than a computed value may be. */
export function sized<Value extends Datum>(value: Value): Value {
  if (typeof value === 'string') {
    if (value.length > MOST_CHARACTERS) throw requestedTooLarge();
  } else if (value !== null && typeof value === 'object') {
    if (value instanceof Uint8Array) {
      if (value.length > MOST_CHARACTERS) throw requestedTooLarge();
    } else if ('items' in value && value.items.length > MOST_ELEMENTS) throw arrayTooLarge(value.items.length);
  }
  return value;
}

/** The error of what was evaluated, where it is one: also what JavaScript says of values and nesting beyond its own limits. Undefined for a fault of ours. */
export function sqlErrorOf(error: unknown): SqlError | undefined {
  if (error instanceof SqlError) return error;
  if (!(error instanceof RangeError)) return undefined;
  if (/call stack/.test(error.message)) return new SqlError('54001', 'stack depth limit exceeded', { cause: error });
  return /^Invalid (string|array|typed array|array buffer) length|allocation failed/i.test(error.message) ? new SqlError('54000', 'requested length too large', { cause: error }) : undefined;
}
