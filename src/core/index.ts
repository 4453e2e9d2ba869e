/**
 * The vocabulary of every folder: types, values and their text and binary forms, rows of words, time, errors.
 * No IO, nothing asynchronous but `sleep` on an injected clock, no dependency. Always true: a datum is plain data.
 */
export { SqlError, InvalidLabelError, TransientError, InvariantError, assertNever, notSupported } from './errors.ts';
export type { SqlErrorFields, Notice } from './errors.ts';
export { arrayTooLarge, MOST_CHARACTERS, MOST_ELEMENTS, requestedTooLarge, sized, sqlErrorOf } from './value-size.ts';
export { time, SystemClock, ManualClock, sleep, POSTGRES_EPOCH_MS } from './time.ts';
export type { Time, Micros, Clock } from './time.ts';
export { SeededRandom, SystemRandom } from './random.ts';
export type { Random } from './random.ts';
export { Oid, findType, findTypeByName, typeInfo, registerType, registerUserType, typesOf, whenTypesChange, sqlType, storageOf, sameType } from './types.ts';
export type { EnumLabel, EnumType, Field, RowType, UserType, SqlType, TypeInfo, Storage, Column, RelationType } from './types.ts';
export { builtinTypes } from './type-table.ts';
export { DATE_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, normalLong } from './datum.ts';
export type { Datum, Numeric, Interval, TimeTz, Jsonb, JsonValue, SqlArray, SqlRecord, SqlRange, SqlMultirange } from './datum.ts';
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
export {
  codecOf, wireCodecOf, hasWireForm, compareDatums, arrayTypeOf, boundsAdjacent, compareBounds, compareBoundValues, compareMultiranges, compareRanges, emptyRange, isMultirangeType, isRangeType,
  lowerBound, makeMultirange, makeRange, multirangeTypeOf, rangeElement, rangeTypeOf, upperBound, parseAddress, printAddress, compareTimetz, compareFloats, parseInteger, printFloat4, printFloat8, padToLength,
  printHex, requireLength, trimBlanks,
} from './codecs/index.ts';
export type { Address, Bound } from './codecs/index.ts';
export { readDatum, readRow, writeDatum, appendRow } from './datum-rows.ts';
export { encodeUtf8, decodeUtf8, utf8Length, compareText, compareBytes, truncateCharacters, characterCount } from './utf8.ts';
export { parseJsonPath } from './jsonpath.ts';
export type { BinaryOperator, JsonPath, PathItem } from './jsonpath.ts';
export { parseJson, parseJsonb, validateJson, printJson, quoteJson, compareJson, compareKeys, canonicalJson, jsonObject, isNumericJson, isJsonArray } from './json.ts';
export {
  MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, EPOCH_JULIAN, UNIX_EPOCH_DAYS, MIN_DATE, END_DATE, daysFromCivil, civilFromDays, daysInMonth,
  dayOfWeek, isoWeek, isoWeekStart, splitTimestamp, joinTimestamp, isTimestampInRange, addLongs, subLongs,
} from './calendar.ts';
export type { CivilDate, DayTime } from './calendar.ts';
export {
  interval, intervalInfinity, intervalMinusInfinity, intervalInfinitySign, checkedInterval, intervalSpan, compareIntervals, canonicalInterval, negateInterval,
  addIntervals, parseInterval, printInterval, applyIntervalTypmod, roundHalfEven, roundMicros,
} from './interval.ts';
export { findTimeZone, findZoneByName, offsetOfLocal, fixedZone, zoneAbbreviation } from './timezone.ts';
export type { TimeZone } from './timezone.ts';
export { parseDate, parseTime, parseTimetz, parseTimestamp, parseTimestamptz, applyTimePrecision, sessionZone } from './datetime-parse.ts';
export { printDate, printTime, printTimetz, printTimestamp, printTimestamptz, printOffset } from './datetime-print.ts';
export { exactWords } from './exact-words.ts';
