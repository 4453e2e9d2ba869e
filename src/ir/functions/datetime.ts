import {
  DATE_INFINITY, POSTGRES_EPOCH_MS, SqlError, addLongs, applyTimePrecision, applyIntervalTypmod, checkedInterval, compareIntervals, compareTimetz, daysFromCivil,
  daysInMonth, fixedZone, interval, intervalInfinitySign, joinTimestamp, negateInterval, normalLong, addIntervals, printFloat8, roundHalfEven, sessionZone, splitTimestamp,
} from '../../core/index.ts';
import type { Datum, Interval, TimeTz, TimeZone } from '../../core/index.ts';
import type { CastRow, Environment, FunctionRow, OperatorRow } from './contract.ts';
import {
  addDays, addToTime, addToTimestamp, addToTimestamptz, age, checkedTimestamp, dateToOrder, dateToTimestamp, dateToTimestamptz, divideInterval, fromLocal,
  isInfinite, justifyDays, justifyHours, justifyInterval, multiplyInterval, offsetOfInterval, overlaps, subtractDates, subtractIntervals, subtractTimestamps, timeOfInterval,
  timestampToDate, timetzAt, toLocal, zoneNamed, zoneOf,
} from './datetime-arithmetic.ts';
import type { Stamp } from './datetime-arithmetic.ts';
import { asFloat, dateBin, extractDate, extractInterval, extractTime, extractTimestamp, summedEpoch, truncateInterval, truncateTimestamp, truncatesDays } from './datetime-fields.ts';
import { parseFormatted, toChar, toCharInterval } from './datetime-format.ts';
import { defineFunctions, typeNamed } from './define.ts';
import type { Definition } from './define.ts';

/** Functions, operators and casts of date, time, timestamp and interval (manual, "Date/Time Functions and Operators"). */

const comparisonSigns = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;
type Comparison = keyof typeof comparisonSigns;
const comparisons = Object.keys(comparisonSigns) as readonly Comparison[];
const negators: Readonly<Record<Comparison, Comparison>> = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' };
const commutators: Readonly<Record<Comparison, Comparison>> = { eq: 'eq', ne: 'ne', lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };

const holds: Readonly<Record<Comparison, (order: number) => boolean>> = {
  eq: (order) => order === 0, ne: (order) => order !== 0, lt: (order) => order < 0, le: (order) => order <= 0, gt: (order) => order > 0, ge: (order) => order >= 0,
};

interface Compared {
  /** prefix of the function names and the types of the arguments */
  readonly name: (comparison: Comparison) => string;
  readonly left: string;
  readonly right: string;
  readonly stable?: boolean;
  readonly order: (a: any, b: any, environment: Environment) => number;
  /** the values are numbers or bigints that JavaScript compares */
  readonly plain?: boolean;
}

const plainOrder = (a: Stamp, b: Stamp): number => (a < b ? -1 : a > b ? 1 : 0);
const same = (type: string, order: (a: any, b: any) => number, plain: boolean): Compared => ({ name: (comparison) => `${type}_${comparison}`, left: type, right: type, order, plain });
const cross = (left: string, right: string, stable: boolean, toLeft: (value: any, zone: Environment) => Stamp, toRight: (value: any, zone: Environment) => Stamp): Compared => ({
  name: (comparison) => `${left}_${comparison}_${right}`, left, right, stable,
  order: (a, b, environment) => plainOrder(toLeft(a, environment), toRight(b, environment)),
});

const asIs = (value: Stamp): Stamp => value;
/** For comparisons a local time whose instant is outside the range of timestamps keeps its place. */
function localOrder(value: Stamp, environment: Environment): Stamp {
  try {
    return fromLocal(value, zoneOf(environment));
  } catch (error) {
    if (error instanceof SqlError) return value;
    throw error;
  }
}
const dateOrder = (days: number): Stamp => dateToOrder(days);
const zonedDateOrder = (days: number, environment: Environment): Stamp => localOrder(dateToOrder(days), environment);

const compared: readonly Compared[] = [
  same('date', plainOrder, true), same('time', plainOrder, true), same('timestamp', plainOrder, true), same('timestamptz', plainOrder, true),
  same('timetz', compareTimetz, false), same('interval', compareIntervals, false),
  cross('date', 'timestamp', false, dateOrder, asIs), cross('timestamp', 'date', false, asIs, dateOrder),
  cross('date', 'timestamptz', true, zonedDateOrder, asIs), cross('timestamptz', 'date', true, asIs, zonedDateOrder),
  cross('timestamp', 'timestamptz', true, localOrder, asIs), cross('timestamptz', 'timestamp', true, asIs, localOrder),
];

const comparisonFunctions = compared.flatMap(({ name, left, right, stable, order, plain }) =>
  comparisons.map((comparison): Definition => {
    const operator = comparison === 'eq' ? '===' : comparison === 'ne' ? '!==' : comparisonSigns[comparison];
    return [
      `${name(comparison)}(${left},${right}) bool ${stable ? 'stable' : ''} total`.replace('  ', ' '),
      (a, b, environment: Environment) => holds[comparison](order(a, b, environment)),
      plain ? { inline: (a, b) => `(${a} ${operator} ${b})` } : undefined,
    ];
  }),
);

/** `date_cmp_timestamp` and its like: which of two types comes first. */
const crossOrders = compared.filter(({ left, right }) => left !== right).map(({ name, left, right, stable, order }): Definition =>
  [`${name('eq').replace('_eq_', '_cmp_')}(${left},${right}) int4${stable ? ' stable' : ''} total`, (a, b, environment: Environment) => Math.sign(order(a, b, environment))]);

const choosing = (['date', 'time', 'timestamp', 'timestamptz', 'timetz', 'interval'] as const).flatMap((type): Definition[] => {
  const order = type === 'timetz' ? compareTimetz : type === 'interval' ? compareIntervals : plainOrder;
  return [
    [`${type}_larger(${type},${type}) ${type} total`, (a, b) => ((order as (a: unknown, b: unknown) => number)(a, b) > 0 ? a : b)],
    [`${type}_smaller(${type},${type}) ${type} total`, (a, b) => ((order as (a: unknown, b: unknown) => number)(a, b) < 0 ? a : b)],
    [`${type}_cmp(${type},${type}) int4 total`, (a, b) => Math.sign((order as (a: unknown, b: unknown) => number)(a, b))],
  ];
});

const plus = (value: Stamp, span: Interval): Stamp => addToTimestamp(value, span);
const minus = (value: Stamp, span: Interval): Stamp => addToTimestamp(value, negateInterval(span));
const plusZoned = (value: Stamp, span: Interval, environment: Environment): Stamp => addToTimestamptz(value, span, zoneOf(environment));
const minusZoned = (value: Stamp, span: Interval, environment: Environment): Stamp => addToTimestamptz(value, negateInterval(span), zoneOf(environment));
const timetzPlus = (value: TimeTz, span: Interval, sign: 1 | -1): TimeTz => ({ ...value, micros: addToTime(value.micros, span, sign) });
const atTime = (date: number, micros: number): Stamp => {
  const start = dateToTimestamp(date);
  return isInfinite(start) ? start : checkedTimestamp(addLongs(start, micros));
};
const atTimetz = (date: number, time: TimeTz): Stamp => {
  const start = dateToTimestamp(date);
  return isInfinite(start) ? start : checkedTimestamp(addLongs(start, time.micros + time.zone * 1_000_000));
};

const arithmetic: readonly Definition[] = [
  ['date_pli(date,int4) date', addDays], ['integer_pl_date(int4,date) date', (days: number, date: number) => addDays(date, days)],
  ['date_mii(date,int4) date', (date: number, days: number) => addDays(date, -days)],
  ['date_mi(date,date) int4', subtractDates],
  ['date_pl_interval(date,interval) timestamp', (date: number, span: Interval) => plus(dateToTimestamp(date), span)],
  ['interval_pl_date(interval,date) timestamp', (span: Interval, date: number) => plus(dateToTimestamp(date), span)],
  ['date_mi_interval(date,interval) timestamp', (date: number, span: Interval) => minus(dateToTimestamp(date), span)],
  ['datetime_pl(date,time) timestamp', atTime], ['timedate_pl(time,date) timestamp', (time: number, date: number) => atTime(date, time)],
  ['timestamp(date,time) timestamp', atTime], ['timestamptz(date,timetz) timestamptz', atTimetz],
  ['timestamptz(date,time) timestamptz stable', (date: number, time: number, environment: Environment) => fromLocal(atTime(date, time), zoneOf(environment))],
  ['datetimetz_pl(date,timetz) timestamptz', atTimetz], ['timetzdate_pl(timetz,date) timestamptz', (time: TimeTz, date: number) => atTimetz(date, time)],
  ['timestamp_pl_interval(timestamp,interval) timestamp', plus], ['interval_pl_timestamp(interval,timestamp) timestamp', (span: Interval, value: Stamp) => plus(value, span)],
  ['timestamp_mi_interval(timestamp,interval) timestamp', minus],
  ['timestamptz_pl_interval(timestamptz,interval) timestamptz stable', plusZoned],
  ['interval_pl_timestamptz(interval,timestamptz) timestamptz stable', (span: Interval, value: Stamp, environment: Environment) => plusZoned(value, span, environment)],
  ['timestamptz_mi_interval(timestamptz,interval) timestamptz stable', minusZoned],
  ['date_add(timestamptz,interval) timestamptz stable', plusZoned], ['date_subtract(timestamptz,interval) timestamptz stable', minusZoned],
  ['date_add(timestamptz,interval,text) timestamptz', (value: Stamp, span: Interval, zone: string) => addToTimestamptz(value, span, zoneNamed(zone))],
  ['date_subtract(timestamptz,interval,text) timestamptz', (value: Stamp, span: Interval, zone: string) => addToTimestamptz(value, negateInterval(span), zoneNamed(zone))],
  ['timestamp_mi(timestamp,timestamp) interval', subtractTimestamps], ['timestamptz_mi(timestamptz,timestamptz) interval', subtractTimestamps],
  ['time_pl_interval(time,interval) time', (time: number, span: Interval) => addToTime(time, span, 1)],
  ['interval_pl_time(interval,time) time', (span: Interval, time: number) => addToTime(time, span, 1)],
  ['time_mi_interval(time,interval) time', (time: number, span: Interval) => addToTime(time, span, -1)],
  ['time_mi_time(time,time) interval total', (a: number, b: number) => interval(0, 0, a - b)],
  ['timetz_pl_interval(timetz,interval) timetz', (time: TimeTz, span: Interval) => timetzPlus(time, span, 1)],
  ['interval_pl_timetz(interval,timetz) timetz', (span: Interval, time: TimeTz) => timetzPlus(time, span, 1)],
  ['timetz_mi_interval(timetz,interval) timetz', (time: TimeTz, span: Interval) => timetzPlus(time, span, -1)],
  ['interval_pl(interval,interval) interval', addIntervals], ['interval_mi(interval,interval) interval', subtractIntervals],
  ['interval_um(interval) interval', negateInterval],
  ['interval_mul(interval,float8) interval', multiplyInterval], ['mul_d_interval(float8,interval) interval', (factor: number, span: Interval) => multiplyInterval(span, factor)],
  ['interval_div(interval,float8) interval', divideInterval],
  ['age(timestamp,timestamp) interval', age],
  ['age(timestamptz,timestamptz) interval', (a: Stamp, b: Stamp, environment: Environment) => age(toLocal(a, zoneOf(environment)), toLocal(b, zoneOf(environment)))],
  ['age(timestamp) interval stable', (value: Stamp, environment: Environment) => age(midnight(environment), value)],
  ['age(timestamptz) interval stable', (value: Stamp, environment: Environment) => age(midnight(environment), toLocal(value, zoneOf(environment)))],
  ['justify_hours(interval) interval', justifyHours], ['justify_days(interval) interval', justifyDays], ['justify_interval(interval) interval', justifyInterval],
];

const midnight = (environment: Environment): Stamp => joinTimestamp(splitTimestamp(toLocal(environment.transactionTimeMicros, zoneOf(environment))).days, 0);
const offsetAt = (value: Stamp, environment: Environment): number => (isInfinite(value) ? 0 : Number(BigInt(toLocal(value, zoneOf(environment))) - BigInt(value)) / 1_000_000);

const partOf = {
  timestamp: (unit: string, value: Stamp) => extractTimestamp(unit, value),
  timestamptz: (unit: string, value: Stamp, environment: Environment) => extractTimestamp(unit, toLocal(value, zoneOf(environment)), offsetAt(value, environment)),
  time: (unit: string, value: number) => extractTime(unit, value),
  timetz: (unit: string, value: TimeTz) => extractTime(unit, value.micros, value),
  interval: (unit: string, value: Interval) => extractInterval(unit, value),
} as const;

const truncateZoned = (unit: string, value: Stamp, zone: TimeZone): Stamp => {
  const local = truncateTimestamp(unit, toLocal(value, zone), 'timestamp with time zone');
  if (isInfinite(value) || truncatesDays(unit)) return fromLocal(local, zone);
  // Below a day the offset stays the one in force, also in the hour that occurs twice.
  return addLongs(local, normalLong(BigInt(value) - BigInt(toLocal(value, zone))));
};

const fields: readonly Definition[] = [
  ...Object.entries(partOf).flatMap(([type, part]): Definition[] => {
    const stable = type === 'timestamptz' ? ' stable' : '';
    return [
      [`extract(text,${type}) numeric${stable}`, part],
      [`date_part(text,${type}) float8${stable}`, (unit, value, environment) => (/^epoch$/i.test(unit) ? summedEpoch(type, value) : undefined) ?? asFloat((part as (...args: unknown[]) => ReturnType<typeof extractTimestamp>)(unit, value, environment))],
    ];
  }),
  ['extract(text,date) numeric', extractDate],
  ['date_part(text,date) float8', (unit: string, date: number) => asFloat(extractTimestamp(unit, dateToTimestamp(date)))],
  ['date_trunc(text,timestamp) timestamp', (unit: string, value: Stamp) => truncateTimestamp(unit, value, 'timestamp without time zone')],
  ['date_trunc(text,timestamptz) timestamptz stable', (unit: string, value: Stamp, environment: Environment) => truncateZoned(unit, value, zoneOf(environment))],
  ['date_trunc(text,timestamptz,text) timestamptz', (unit: string, value: Stamp, zone: string) => truncateZoned(unit, value, zoneNamed(zone))],
  ['date_trunc(text,interval) interval', truncateInterval],
  ['date_bin(interval,timestamp,timestamp) timestamp', dateBin], ['date_bin(interval,timestamptz,timestamptz) timestamptz', dateBin],
  ['isfinite(date) bool total', (date: number) => Math.abs(date) !== DATE_INFINITY], ['isfinite(timestamp) bool total', (value: Stamp) => !isInfinite(value)],
  ['isfinite(timestamptz) bool total', (value: Stamp) => !isInfinite(value)], ['isfinite(interval) bool total', (value: Interval) => intervalInfinitySign(value) === 0],
];

// ---- making values of parts ----

const fieldOverflow = (what: string, value: string): SqlError => new SqlError('22008', `${what} field value out of range: ${value}`);

function makeDate(year: number, month: number, day: number, asGiven = false): number {
  const astronomical = year < 0 ? year + 1 : year;
  const shown = `${asGiven || year === -2147483648 ? year : astronomical}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > 31) throw fieldOverflow('date', shown);
  if (day > daysInMonth(astronomical, month)) throw fieldOverflow('date', shown);
  const days = daysFromCivil(astronomical, month, day);
  if (days < -2451545 || days >= 2145031949) throw new SqlError('22008', `date out of range: ${shown}`);
  return days;
}

function makeTime(hour: number, minute: number, second: number): number {
  const micros = roundHalfEven(second * 1_000_000);
  if (hour < 0 || minute < 0 || minute > 59 || !(second >= 0) || micros > 60_000_000 || hour > 24 || (hour === 24 && (minute > 0 || micros > 0))) {
    throw fieldOverflow('time', `${hour}:${String(minute).padStart(2, '0')}:${printFloat8(second, -9).padStart(2, '0')}`);
  }
  return (hour * 60 + minute) * 60_000_000 + micros;
}

const makeTimestamp = (year: number, month: number, day: number, hour: number, minute: number, second: number): Stamp =>
  checkedTimestamp(joinTimestamp(makeDate(year, month, day, true), makeTime(hour, minute, second)));

/** Arguments left out are zero; the environment comes last. */
function makeInterval(...given: readonly unknown[]): Interval {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = given.slice(0, -1) as readonly number[];
  if (!Number.isFinite(seconds * 1_000_000)) throw Number.isFinite(seconds) ? new SqlError('22003', 'value out of range: overflow') : new SqlError('22008', 'interval out of range');
  const micros = addLongs(normalLong(BigInt(hours * 60 + minutes) * 60_000_000n), roundHalfEven(seconds * 1_000_000));
  return checkedInterval(years * 12 + months, weeks * 7 + days, micros);
}

/** As C's %g prints it. */
function sixDigits(value: number): string {
  const [digits, exponent] = value.toExponential(5).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  return `${Number(digits)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function fromUnixSeconds(seconds: number): Stamp {
  if (Number.isNaN(seconds)) throw new SqlError('22008', 'timestamp cannot be NaN');
  if (!Number.isFinite(seconds)) return seconds > 0 ? 9223372036854775807n : -9223372036854775808n;
  const micros = roundHalfEven((seconds - POSTGRES_EPOCH_MS / 1000) * 1_000_000);
  if (!(Math.abs(micros) < 1e19) || micros < -211813488000000000 || micros >= 9223371331200000000) {
    throw new SqlError('22008', `timestamp out of range: "${sixDigits(seconds)}"`);
  }
  return normalLong(BigInt(micros));
}

const clock = (environment: Environment): Stamp => environment.transactionTimeMicros;

const making: readonly Definition[] = [
  ['make_date(int4,int4,int4) date', (year: number, month: number, day: number) => makeDate(year, month, day), { named: { names: ['year', 'month', 'day'], defaults: [] } }],
  ['make_time(int4,int4,float8) time', makeTime],
  ['make_timestamp(int4,int4,int4,int4,int4,float8) timestamp', makeTimestamp, { named: { names: ['year', 'month', 'mday', 'hour', 'min', 'sec'], defaults: [] } }],
  ['make_timestamptz(int4,int4,int4,int4,int4,float8) timestamptz stable', (year: number, month: number, day: number, hour: number, minute: number, second: number, environment: Environment) =>
    fromLocal(makeTimestamp(year, month, day, hour, minute, second), zoneOf(environment))],
  ['make_timestamptz(int4,int4,int4,int4,int4,float8,text) timestamptz stable', (year: number, month: number, day: number, hour: number, minute: number, second: number, zone: string) =>
    fromLocal(makeTimestamp(year, month, day, hour, minute, second), isoZone(zone))],
  ['make_interval(int4,int4,int4,int4,int4,int4,float8) interval defaults=7', makeInterval,
    { named: { names: ['years', 'months', 'weeks', 'days', 'hours', 'mins', 'secs'], defaults: [0, 0, 0, 0, 0, 0, 0] } }],
  ['to_timestamp(float8) timestamptz', fromUnixSeconds],
  ['now() timestamptz stable total', clock], ['transaction_timestamp() timestamptz stable total', clock],
  ['statement_timestamp() timestamptz stable total', (environment: Environment) => environment.statementTimeMicros],
  ['timeofday() text volatile total', (environment: Environment) => toChar(environment.clockMicros(), 'Dy Mon DD HH24:MI:SS.US YYYY TZ', sessionZone(environment.settings))],
  ['clock_timestamp() timestamptz volatile total', (environment: Environment) => environment.clockMicros()],
  ['to_char(timestamp,text) text', (value: Stamp, format: string) => toChar(value, format, undefined)],
  ['to_char(timestamptz,text) text stable', (value: Stamp, format: string, environment: Environment) => toChar(value, format, zoneOf(environment))],
  ['to_char(interval,text) text', toCharInterval],
  ['to_date(text,text) date', (text: string, format: string) => parseFormatted(text, format).days],
  ['to_timestamp(text,text) timestamptz stable', (text: string, format: string, environment: Environment) => {
    const { days, micros, offset } = parseFormatted(text, format);
    return fromLocal(joinTimestamp(days, micros), offset === undefined ? zoneOf(environment) : fixedZone(offset, ''));
  }],
];

/** make_timestamptz reads a numeric zone as ISO does: `+2` is east. */
function isoZone(zone: string): TimeZone {
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  if (match === null) return zoneNamed(zone);
  return fixedZone((match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60), zone);
}

// ---- zones ----

const intervalZone = (zone: Interval): TimeZone => fixedZone(offsetOfInterval(zone), '');
const currentOffset = (zone: TimeZone, environment: Environment): number => {
  const { days, micros } = splitTimestamp(environment.transactionTimeMicros);
  return zone.offsetAt(days * 86400 + Math.floor(micros / 1_000_000));
};

const zones: readonly Definition[] = [
  ['timezone(text,timestamp) timestamptz', (zone: string, value: Stamp) => (isInfinite(value) ? value : fromLocal(value, zoneNamed(zone)))],
  ['timezone(text,timestamptz) timestamp', (zone: string, value: Stamp) => (isInfinite(value) ? value : toLocal(value, zoneNamed(zone)))],
  ['timezone(text,timetz) timetz stable', (zone: string, value: TimeTz, environment: Environment) => timetzAt(value, currentOffset(zoneNamed(zone), environment))],
  ['timezone(interval,timestamp) timestamptz', (zone: Interval, value: Stamp) => (isInfinite(value) ? value : fromLocal(value, intervalZone(zone)))],
  ['timezone(interval,timestamptz) timestamp', (zone: Interval, value: Stamp) => (isInfinite(value) ? value : toLocal(value, intervalZone(zone)))],
  ['timezone(interval,timetz) timetz', (zone: Interval, value: TimeTz) => timetzAt(value, offsetOfInterval(zone))],
  ['timezone(timestamp) timestamptz stable', (value: Stamp, environment: Environment) => fromLocal(value, zoneOf(environment))],
  ['timezone(timestamptz) timestamp stable', (value: Stamp, environment: Environment) => toLocal(value, zoneOf(environment))],
  ['timezone(timetz) timetz stable total', (value: TimeTz, environment: Environment) => timetzAt(value, currentOffset(zoneOf(environment), environment))],
];

// ---- casts ----

const timeOfDay = (value: Stamp): number | null => (isInfinite(value) ? null : splitTimestamp(value).micros);

/** Milliseconds since the Unix epoch, rounded down. */
function toLogicalTime(value: Stamp): number {
  const ms = isInfinite(value) ? NaN : Number((BigInt(value) - (((BigInt(value) % 1000n) + 1000n) % 1000n)) / 1000n) + POSTGRES_EPOCH_MS;
  if (!(ms >= 0)) throw new SqlError('22003', 'timestamp out of range for mz_timestamp');
  return ms;
}
const fromLogicalTime = (value: Stamp): Stamp => checkedTimestamp(normalLong((BigInt(value) - BigInt(POSTGRES_EPOCH_MS)) * 1000n));

function roundStamp(value: Stamp, precision: number): Stamp {
  if (!isInfinite(value) && precision !== -1 && (precision < 0 || precision > 6)) {
    throw new SqlError('22023', `timestamp(${precision}) precision must be between 0 and 6`);
  }
  return applyTimePrecision(value, precision);
}

const conversions: readonly Definition[] = [
  ['timestamp(date) timestamp monotone', dateToTimestamp],
  ['timestamptz(date) timestamptz stable', (date: number, environment: Environment) => dateToTimestamptz(date, zoneOf(environment))],
  ['interval(time) interval total', (time: number) => interval(0, 0, time)],
  ['timetz(time) timetz stable total', (time: number, environment: Environment) => ({ kind: 'timetz', micros: time, zone: 0 - currentOffset(sessionZone(environment.settings), environment) })],
  ['date(timestamp) date total monotone', timestampToDate],
  ['time(timestamp) time total', timeOfDay],
  ['timestamptz(timestamp) timestamptz stable', (value: Stamp, environment: Environment) => fromLocal(value, zoneOf(environment))],
  ['date(timestamptz) date stable', (value: Stamp, environment: Environment) => timestampToDate(toLocal(value, zoneOf(environment)))],
  ['time(timestamptz) time stable', (value: Stamp, environment: Environment) => timeOfDay(toLocal(value, zoneOf(environment)))],
  ['timestamp(timestamptz) timestamp stable', (value: Stamp, environment: Environment) => toLocal(value, zoneOf(environment))],
  ['timetz(timestamptz) timetz stable', (value: Stamp, environment: Environment) => {
    const micros = timeOfDay(toLocal(value, zoneOf(environment)));
    return micros === null ? null : { kind: 'timetz', micros, zone: 0 - offsetAt(value, environment) };
  }],
  ['time(interval) time', timeOfInterval],
  ['time(timetz) time total', (value: TimeTz) => value.micros],
  ['time(time,int4) time total', (value: number, precision: number) => applyTimePrecision(value, precision)],
  ['timetz(timetz,int4) timetz total', (value: TimeTz, precision: number) => ({ ...value, micros: Number(applyTimePrecision(value.micros, precision)) })],
  ['timestamp(timestamp,int4) timestamp', roundStamp],
  ['timestamptz(timestamptz,int4) timestamptz', roundStamp],
  ['interval(interval,int4) interval', applyIntervalTypmod],
  ['mz_timestamp(date) mz_timestamp monotone', (date: number) => toLogicalTime(dateToTimestamp(date))],
  ['mz_timestamp(timestamp) mz_timestamp monotone', toLogicalTime], ['mz_timestamp(timestamptz) mz_timestamp monotone', toLogicalTime],
  ['timestamp(mz_timestamp) timestamp monotone', fromLogicalTime], ['timestamptz(mz_timestamp) timestamptz monotone', fromLogicalTime],
];

// ---- OVERLAPS ----

type Add = (start: any, span: Interval, environment: Environment) => Datum;
const overlapKinds: readonly (readonly [type: string, order: (a: any, b: any) => number, add: Add | undefined, words: string])[] = [
  ['timestamp', plainOrder, plus, ''], ['timestamptz', plainOrder, plusZoned, ' stable'], ['time', plainOrder, (time: number, span: Interval) => addToTime(time, span, 1), ''],
  ['timetz', compareTimetz, undefined, ''],
];
const overlapping = overlapKinds.flatMap(([type, order, add, words]): Definition[] => {
  const endOf = (spanned: boolean) => (start: Datum, end: Datum, environment: Environment): Datum =>
    spanned ? (start === null || end === null ? null : add!(start, end as Interval, environment)) : end;
  const row = (first: boolean, second: boolean): Definition => [
    `overlaps(${type},${first ? 'interval' : type},${type},${second ? 'interval' : type}) bool null${first || second ? words : ' total'}`,
    (s1, e1, s2, e2, environment: Environment) => overlaps(order, s1, endOf(first)(s1, e1, environment), s2, endOf(second)(s2, e2, environment)),
  ];
  return add === undefined ? [row(false, false)] : [row(false, false), row(false, true), row(true, false), row(true, true)];
});

export const datetimeFunctions: readonly FunctionRow[] = defineFunctions([
  ...comparisonFunctions, ...crossOrders, ...choosing, ...arithmetic, ...fields, ...making, ...zones, ...conversions, ...overlapping,
]);

const signed = `
+ date int4 date date_pli | + int4 date date integer_pl_date | - date int4 date date_mii | - date date int4 date_mi
+ date interval timestamp date_pl_interval | + interval date timestamp interval_pl_date | - date interval timestamp date_mi_interval
+ date time timestamp datetime_pl | + time date timestamp timedate_pl | + date timetz timestamptz datetimetz_pl | + timetz date timestamptz timetzdate_pl
+ timestamp interval timestamp timestamp_pl_interval | + interval timestamp timestamp interval_pl_timestamp | - timestamp interval timestamp timestamp_mi_interval
+ timestamptz interval timestamptz timestamptz_pl_interval | + interval timestamptz timestamptz interval_pl_timestamptz
- timestamptz interval timestamptz timestamptz_mi_interval | - timestamp timestamp interval timestamp_mi | - timestamptz timestamptz interval timestamptz_mi
+ time interval time time_pl_interval | + interval time time interval_pl_time | - time interval time time_mi_interval | - time time interval time_mi_time
+ timetz interval timetz timetz_pl_interval | + interval timetz timetz interval_pl_timetz | - timetz interval timetz timetz_mi_interval
+ interval interval interval interval_pl | - interval interval interval interval_mi
* interval float8 interval interval_mul | * float8 interval interval mul_d_interval | / interval float8 interval interval_div`;

const arithmeticOperators = signed.trim().split(/\s*[|\n]\s*/).map((line): OperatorRow => {
  const [name, left, right, result, fn] = line.split(' ') as [string, string, string, string, string];
  const commutes = name === '+' || name === '*';
  return { name, left: typeNamed(left), right: typeNamed(right), result: typeNamed(result), function: `${fn}(${left},${right})`, ...(commutes && { commutator: name }) };
});

export const datetimeOperators: readonly OperatorRow[] = [
  ...compared.flatMap(({ name, left, right }) =>
    comparisons.map((comparison): OperatorRow => ({
      name: comparisonSigns[comparison], left: typeNamed(left), right: typeNamed(right), result: typeNamed('bool'), function: `${name(comparison)}(${left},${right})`,
      commutator: comparisonSigns[commutators[comparison]], negator: comparisonSigns[negators[comparison]],
    })),
  ),
  ...arithmeticOperators,
  { name: '-', left: 0, right: typeNamed('interval'), result: typeNamed('interval'), function: 'interval_um(interval)' },
];

const castTable = `
date timestamp implicit | date timestamptz implicit | time interval implicit | time timetz implicit | timestamp date assignment | timestamp time assignment
timestamp timestamptz implicit | timestamptz date assignment | timestamptz time assignment | timestamptz timestamp assignment | timestamptz timetz assignment
interval time assignment | timetz time assignment | date mz_timestamp implicit | timestamp mz_timestamp implicit | timestamptz mz_timestamp implicit
mz_timestamp timestamp assignment | mz_timestamp timestamptz assignment`;

export const datetimeCasts: readonly CastRow[] = castTable.trim().split(/\s*[|\n]\s*/).map((line): CastRow => {
  const [source, target, context] = line.split(' ') as [string, string, CastRow['context']];
  return { source: typeNamed(source), target: typeNamed(target), context, function: `${target}(${source})` };
});
