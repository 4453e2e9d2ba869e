import { DuckDBDateValue, DuckDBDecimalValue, DuckDBIntervalValue, DuckDBTimestampTZValue, DuckDBTimestampValue, DuckDBTimeValue, DuckDBBlobValue } from '@duckdb/node-api';
import type { DuckDBValue } from '@duckdb/node-api';
import { DATE_INFINITY, InvariantError, normalLong, notSupported, Oid, POSTGRES_EPOCH_MS, sqlType, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from '../core/index.ts';
import type { Datum, SqlType } from '../core/index.ts';

/** How a column of a file is read: as which type, through which DuckDB expression, and how its values become datums. */
export interface FileColumnType {
  readonly type: SqlType;
  /** the type to cast to in DuckDB first, so that few forms of values remain */
  readonly castTo?: string;
  readonly toDatum: (value: DuckDBValue) => Datum;
}

const EPOCH_DAYS = POSTGRES_EPOCH_MS / 86_400_000;
const EPOCH_MICROS = BigInt(POSTGRES_EPOCH_MS) * 1000n;

const plain = (value: DuckDBValue): Datum => value as Datum;
const long = (value: DuckDBValue): Datum => normalLong(value as bigint);
const integral = (value: DuckDBValue): Datum => ({ kind: 'numeric', coefficient: value as bigint, scale: 0 });

/** DuckDB's widest micros stand for its infinities. */
function timestamp(micros: bigint): Datum {
  if (micros === 9223372036854775807n) return TIMESTAMP_INFINITY;
  if (micros === -9223372036854775807n) return TIMESTAMP_MINUS_INFINITY;
  return normalLong(micros - EPOCH_MICROS);
}

const byName: Readonly<Record<string, FileColumnType>> = {
  BOOLEAN: { type: sqlType(Oid.bool), toDatum: plain },
  TINYINT: { type: sqlType(Oid.int2), toDatum: plain },
  UTINYINT: { type: sqlType(Oid.int2), toDatum: plain },
  SMALLINT: { type: sqlType(Oid.int2), toDatum: plain },
  USMALLINT: { type: sqlType(Oid.int4), toDatum: plain },
  INTEGER: { type: sqlType(Oid.int4), toDatum: plain },
  UINTEGER: { type: sqlType(Oid.int8), toDatum: plain },
  BIGINT: { type: sqlType(Oid.int8), toDatum: long },
  UBIGINT: { type: sqlType(Oid.numeric), toDatum: integral },
  HUGEINT: { type: sqlType(Oid.numeric), toDatum: integral },
  UHUGEINT: { type: sqlType(Oid.numeric), toDatum: integral },
  FLOAT: { type: sqlType(Oid.float4), toDatum: plain },
  DOUBLE: { type: sqlType(Oid.float8), toDatum: plain },
  VARCHAR: { type: sqlType(Oid.text), toDatum: plain },
  UUID: { type: sqlType(Oid.uuid), castTo: 'VARCHAR', toDatum: plain },
  BLOB: { type: sqlType(Oid.bytea), toDatum: (value) => expectInstance(value, DuckDBBlobValue).bytes },
  DATE: {
    type: sqlType(Oid.date),
    toDatum: (value) => {
      const { days } = expectInstance(value, DuckDBDateValue);
      return Math.abs(days) === DATE_INFINITY ? days : days - EPOCH_DAYS;
    },
  },
  TIME: { type: sqlType(Oid.time), toDatum: (value) => Number(expectInstance(value, DuckDBTimeValue).micros) },
  TIMESTAMP: { type: sqlType(Oid.timestamp), toDatum: (value) => timestamp(expectInstance(value, DuckDBTimestampValue).micros) },
  'TIMESTAMP WITH TIME ZONE': { type: sqlType(Oid.timestamptz), toDatum: (value) => timestamp(expectInstance(value, DuckDBTimestampTZValue).micros) },
  INTERVAL: {
    type: sqlType(Oid.interval),
    toDatum: (value) => {
      const { months, days, micros } = expectInstance(value, DuckDBIntervalValue);
      return { kind: 'interval', months, days, micros: normalLong(micros) };
    },
  },
};
const aliases: Readonly<Record<string, FileColumnType>> = {
  // Finer than Postgres can hold: what lies below a microsecond is cut off.
  TIMESTAMP_NS: { ...byName.TIMESTAMP!, castTo: 'TIMESTAMP' },
  TIMESTAMP_MS: { ...byName.TIMESTAMP!, castTo: 'TIMESTAMP' },
  TIMESTAMP_S: { ...byName.TIMESTAMP!, castTo: 'TIMESTAMP' },
};

/** The value is of the class that its column's type promises. */
function expectInstance<T>(value: DuckDBValue, type: abstract new (...parameters: never[]) => T): T {
  if (value instanceof type) return value;
  throw new InvariantError(`DuckDB gave ${String(value)} where ${type.name} was expected`);
}

/** How a column that DuckDB describes as `name` is read. Throws 0A000 that names the column where Postgres has no such type. */
export function fileColumnType(column: string, name: string): FileColumnType {
  const known = byName[name] ?? aliases[name];
  if (known !== undefined) return known;
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(name);
  if (decimal !== null) {
    return {
      type: sqlType(Oid.numeric, ((Number(decimal[1]) << 16) | Number(decimal[2])) + 4),
      toDatum: (value) => {
        const number = expectInstance(value, DuckDBDecimalValue);
        return { kind: 'numeric', coefficient: number.value, scale: number.scale };
      },
    };
  }
  if (name.startsWith('ENUM(')) return { type: sqlType(Oid.text), castTo: 'VARCHAR', toDatum: plain };
  throw notSupported(`type ${name} of file column "${column}"`, 'Name the columns to read in the CREATE TABLE statement and leave this one out, or write it as text.');
}
