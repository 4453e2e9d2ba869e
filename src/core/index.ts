/**
 * The vocabulary of every folder: types, values and their text and binary forms, rows of words, time, errors.
 * No IO, nothing asynchronous but `sleep` on an injected clock, no dependency. Always true: a datum is plain data.
 */
export { SqlError, TransientError, InvariantError, assertNever, notSupported } from './errors.ts';
export type { SqlErrorFields, Notice } from './errors.ts';
export { time, SystemClock, ManualClock, sleep, POSTGRES_EPOCH_MS } from './time.ts';
export type { Time, Micros, Clock } from './time.ts';
export { SeededRandom, SystemRandom } from './random.ts';
export type { Random } from './random.ts';
export { Oid, findType, findTypeByName, typeInfo, registerType, sqlType, storageOf, sameType } from './types.ts';
export type { SqlType, TypeInfo, Storage, Column, RelationType } from './types.ts';
export { builtinTypes } from './type-table.ts';
export { DATE_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, normalLong } from './datum.ts';
export type { Datum, Numeric, Interval, TimeTz, Jsonb, JsonValue, SqlArray, SqlRecord, SqlRange } from './datum.ts';
export { defaultTextSettings } from './codec.ts';
export type { TextSettings, TypeCodec } from './codec.ts';
export { rowLayout, RowBatch, RowBatchBuilder, loadLong, longHigh, longLow } from './rows.ts';
export type { RowLayout } from './rows.ts';
export {
  numericNaN, numericInfinity, numericMinusInfinity, numericOf, numericFromBigint, numericFromInteger, numericFromNumber, numericParse, numericPrint,
  numericToNumber, numericToBigint, numericSignOf, numericAdd, numericSub, numericMul, numericDiv, numericDivTrunc, numericMod, numericNegate, numericAbs,
  numericSign, numericCompare, numericRound, numericTrunc, numericFloor, numericCeil, numericCanonical, numericPrecision, numericApplyTypmod,
} from './numeric.ts';
export { numericSqrt, numericExp, numericLn, numericLog, numericPower } from './numeric-functions.ts';
