/**
 * A SQL value in JavaScript, as expressions compute with it. NULL is `null`.
 *
 * | type | JavaScript |
 * |---|---|
 * | bool | boolean |
 * | int2, int4, oid, reg*, float4, float8 | number (float4 rounded by Math.fround) |
 * | enum | number, the code of the label (`EnumLabel`) |
 * | date | number of days since 2000-01-01; `DATE_INFINITY`, `-DATE_INFINITY` |
 * | int8, mz_timestamp | number; bigint only where |x| > Number.MAX_SAFE_INTEGER |
 * | time | microseconds since midnight |
 * | timestamp, timestamptz | microseconds since 2000-01-01 (UTC for timestamptz), number or bigint as int8; `TIMESTAMP_INFINITY`, `-...` |
 * | numeric | `Numeric` |
 * | interval | `Interval` |
 * | timetz | `TimeTz` |
 * | text, varchar, bpchar, name, "char", json, jsonpath, uuid (lower case), inet, cidr, macaddr, bit, varbit | string |
 * | bytea | Uint8Array |
 * | jsonb | `Jsonb` |
 * | arrays, int2vector, oidvector | `SqlArray` |
 * | record | `SqlRecord` |
 * | ranges, multiranges | `SqlRange`, `SqlMultirange` |
 *
 * Every member is a plain object, so that a datum survives structured clone between threads.
 */
export type Datum = null | boolean | number | bigint | string | Uint8Array | Numeric | Interval | TimeTz | Jsonb | SqlArray | SqlRecord | SqlRange | SqlMultirange;

/** Exact decimal: `coefficient / 10^scale`, scale >= 0 is the display scale. */
export interface Numeric {
  readonly kind: 'numeric';
  readonly coefficient: bigint;
  readonly scale: number;
  readonly special?: 'NaN' | 'Infinity' | '-Infinity';
}

export interface Interval {
  readonly kind: 'interval';
  readonly months: number;
  readonly days: number;
  /** microseconds; bigint only beyond 2^53 */
  readonly micros: number | bigint;
}

export interface TimeTz {
  readonly kind: 'timetz';
  /** microseconds since local midnight */
  readonly micros: number;
  /** seconds west of UTC, as Postgres stores it */
  readonly zone: number;
}

/** A jsonb document. Object keys are in Postgres' order (shorter first, then by bytes), each once. */
export interface Jsonb {
  readonly kind: 'jsonb';
  readonly value: JsonValue;
}
export type JsonValue = null | boolean | string | Numeric | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

export interface SqlArray {
  readonly kind: 'array';
  /** oid of the element type */
  readonly element: number;
  /** length of each dimension; empty for the empty array */
  readonly dims: readonly number[];
  readonly lowerBounds: readonly number[];
  /** row-major */
  readonly items: readonly Datum[];
}

export interface SqlRecord {
  readonly kind: 'record';
  /** oids of the fields' types */
  readonly types: readonly number[];
  readonly fields: readonly Datum[];
  /** what JSON calls the fields of a row without a named type, where that is not f1, f2, ...; rows compare without them */
  readonly names?: readonly string[];
}

export interface SqlRange {
  readonly kind: 'range';
  /** oid of the range type */
  readonly type: number;
  readonly empty: boolean;
  /** null: unbounded */
  readonly lower: Datum;
  readonly upper: Datum;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
}

/** Ranges in order, none empty, no two of which touch. */
export interface SqlMultirange {
  readonly kind: 'multirange';
  /** oid of the multirange type */
  readonly type: number;
  readonly ranges: readonly SqlRange[];
}

/** int4 / int8 images of Postgres' infinities. */
export const DATE_INFINITY = 0x7fffffff;
export const TIMESTAMP_INFINITY = 9223372036854775807n;
export const TIMESTAMP_MINUS_INFINITY = -9223372036854775808n;

/** An int8 in its normal form: a number wherever a double holds it exactly. */
export const normalLong = (value: bigint): number | bigint =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
