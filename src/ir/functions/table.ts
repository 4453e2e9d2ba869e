import { SqlError, findTimeZone, numericAdd, numericCompare, numericFromInteger, numericSignOf } from '../../core/index.ts';
import type { Datum, Interval, Numeric, SqlArray } from '../../core/index.ts';
import { splitText } from './array.ts';
import { zoneNamed } from './datetime-arithmetic.ts';
import type { Environment, FunctionRow, TableFunctionRow } from './contract.ts';
import { defineTableFunctions, invalidParameter } from './define.ts';
import type { TableDefinition } from './define.ts';
import { functionById } from './index.ts';
import { keywords } from './keywords.ts';
import type { KeywordCategory } from './keywords.ts';

type Long = number | bigint;
const stepIsZero = (): SqlError => invalidParameter('step size cannot equal zero');

/** Counts with exact integers; where the next value would leave the type there is none, as Postgres ends the series at the overflow. */
function* integerSeries(start: Long, stop: Long, step: Long, last: bigint): Iterable<readonly Datum[]> {
  const by = BigInt(step);
  if (by === 0n) throw stepIsZero();
  const end = BigInt(stop);
  for (let value = BigInt(start); by > 0n ? value <= end : value >= end; value += by) {
    yield [value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value];
    if (by > 0n ? value > last - by : value < -last - 1n - by) return;
  }
}

/** The common case: bounds so small that doubles count exactly. */
function* smallSeries(start: number, stop: number, step: number): Iterable<readonly Datum[]> {
  if (step === 0) throw stepIsZero();
  if (step > 0) for (let value = start; value <= stop; value += step) yield [value];
  else for (let value = start; value >= stop; value += step) yield [value];
}

const maxInt8 = 2n ** 63n - 1n;
const safe = (value: Long): value is number => typeof value === 'number' && Math.abs(value) <= 2 ** 52;
const bigSeries = (start: Long, stop: Long, step: Long = 1): Iterable<readonly Datum[]> =>
  (safe(start) && safe(stop) && safe(step) ? smallSeries(start, stop, step) : integerSeries(start, stop, step, maxInt8));

function checkFinite(value: Numeric, what: string): void {
  if (value.special === 'NaN') throw invalidParameter(`${what} cannot be NaN`);
  if (value.special !== undefined) throw invalidParameter(`${what} cannot be infinity`);
}

/** The scale of each value is that of the addition that made it: 1, 1.5, 2.0. */
function* numericSeries(start: Numeric, stop: Numeric, step: Numeric = numericFromInteger(1)): Iterable<readonly Datum[]> {
  checkFinite(start, 'start value');
  checkFinite(stop, 'stop value');
  checkFinite(step, 'step size');
  const direction = numericSignOf(step);
  if (direction === 0) throw stepIsZero();
  for (let value = start; numericCompare(value, stop) * direction <= 0; value = numericAdd(value, step)) yield [value];
}

/** A function of another family, looked up when first needed: the families are joined after this file is read. */
function lookUp(id: string): FunctionRow['evaluate'] {
  const row = functionById(id);
  if (row === undefined) throw new SqlError('42883', `function ${id} does not exist`);
  return row.evaluate;
}

const intervalMicros = (step: Interval): bigint => BigInt(step.months) * 30n * dayMicros + BigInt(step.days) * dayMicros + BigInt(step.micros);
const dayMicros = 86_400_000_000n;
const isInfinite = (step: Interval): boolean => Math.abs(step.months) >= 0x7fffffff && Math.abs(step.days) >= 0x7fffffff;

/** Each value is the one before plus the step, so that months clamp as they go: Jan 31, Feb 29, Mar 29. */
const timeSeries = (add: string) => function* (start: Long, stop: Long, step: Interval, environment: Environment): Iterable<readonly Datum[]> {
  const plus = lookUp(add);
  if (isInfinite(step)) throw invalidParameter('step size cannot be infinite');
  const direction = intervalMicros(step);
  if (direction === 0n) throw stepIsZero();
  for (let value: Long = start; direction > 0n ? value <= stop : value >= stop;) {
    yield [value];
    const next: Datum = plus(value, step, environment);
    if (typeof next !== 'number' && typeof next !== 'bigint') return;
    value = next;
  }
};

/** The same with a time zone named, in which days and months are added. */
function* zonedSeries(start: Long, stop: Long, step: Interval, zone: string, environment: Environment): Iterable<readonly Datum[]> {
  yield* timeSeries('date_add(timestamptz,interval)')(start, stop, step, { ...environment, settings: { ...environment.settings, timeZone: zoneNamed(zone).name } });
}

/** Start of the bin of `width` microseconds, counted from `origin`, in which `value` lies. */
function binStart(width: bigint, value: bigint, origin: bigint): bigint {
  const distance = value - origin;
  const below = distance % width;
  return value - below - (below < 0n ? width : 0n);
}

function strideMicros(stride: Interval): bigint {
  if (stride.months !== 0) throw new SqlError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  const micros = intervalMicros(stride);
  if (micros <= 0n) throw new SqlError('22008', 'stride must be greater than zero');
  return micros;
}

const unixEpoch = -946_684_800_000_000;

/** The starts of all windows of `width`, one every `hop`, that hold `value`; windows are counted from `origin`. */
function* hoppingWindows(hop: Interval, width: Interval, value: Long, origin: Long = unixEpoch): Iterable<readonly Datum[]> {
  const step = strideMicros(hop);
  const at = BigInt(value);
  for (let start = binStart(step, at + step, BigInt(origin)) - strideMicros(width); start <= at; start += step) {
    yield [start >= -9007199254740991n && start <= 9007199254740991n ? Number(start) : start];
  }
}

function* subscripts(array: SqlArray, dimension: number, reverse = false): Iterable<readonly Datum[]> {
  const length = array.dims[dimension - 1];
  if (length === undefined) return;
  const lower = array.lowerBounds[dimension - 1]!;
  for (let place = 0; place < length; place++) yield [reverse ? lower + length - 1 - place : lower + place];
}

function* options(array: SqlArray): Iterable<readonly Datum[]> {
  for (const item of array.items) {
    if (item === null) throw new SqlError('22004', 'null array element not allowed in this context');
    const text = String(item);
    const equals = text.indexOf('=');
    yield equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
  }
}

const privilegeLetters: Readonly<Record<string, string>> = {
  a: 'INSERT', r: 'SELECT', w: 'UPDATE', d: 'DELETE', D: 'TRUNCATE', x: 'REFERENCES', t: 'TRIGGER', X: 'EXECUTE', U: 'USAGE', C: 'CREATE', T: 'TEMPORARY',
  c: 'CONNECT', s: 'SET', A: 'ALTER SYSTEM', m: 'MAINTAIN',
};

/** `grantee=letters/grantor`, a star behind a letter that may be granted on; no grantee: everyone (0). */
function* explodeAcl(acl: SqlArray, environment: Environment): Iterable<readonly Datum[]> {
  for (const item of acl.items) {
    const found = /^(.*)=([A-Za-z*]*)\/(.*)$/.exec(String(item));
    if (found === null) continue;
    const [, grantee, letters, grantor] = found;
    const role = (name: string): number => environment.catalog.roleByName(name) ?? 0;
    for (const [, letter, star] of letters!.matchAll(/([A-Za-z])(\*?)/g)) {
      yield [role(grantor!), grantee === '' ? 0 : role(grantee!), privilegeLetters[letter!] ?? letter!, star === '*'];
    }
  }
}

const categories: Readonly<Record<KeywordCategory, string>> = {
  U: 'unreserved', C: 'unreserved (cannot be function or type name)', T: 'reserved (can be function or type name)', R: 'reserved',
};

function* splitRows(text: string | null, separator: string | null, nullText: string | null): Iterable<readonly Datum[]> {
  if (text === null) return;
  for (const part of splitText(text, separator, nullText)) yield [part];
}

const iso = (seconds: number): string => {
  const hours = Math.trunc(Math.abs(seconds) / 3600);
  const minutes = Math.trunc((Math.abs(seconds) % 3600) / 60);
  return `${seconds < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${minutes === 0 ? '' : String(minutes).padStart(2, '0')}`;
};

/** The platform's time zones, as they are at the start of the transaction. */
function* timeZones(environment: Environment): Iterable<readonly Datum[]> {
  const now = Number(environment.transactionTimeMicros) / 1e6;
  for (const name of Intl.supportedValuesOf('timeZone')) {
    const zone = findTimeZone(name);
    if (zone === undefined) continue;
    const offset = zone.offsetAt(now);
    const offsets = [0, 1, 2, 3].map((quarter) => zone.offsetAt(now + quarter * 7_889_238));
    yield [name, zone.abbreviationAt(now) ?? iso(offset), { kind: 'interval', months: 0, days: 0, micros: offset * 1e6 }, offset > Math.min(...offsets)];
  }
}

const series = (type: string, make: (...args: any[]) => Iterable<readonly Datum[]>): readonly TableDefinition[] => [
  [`generate_series(${type},${type}) ${type}${type === 'numeric' ? '' : ' total'}`, [`generate_series ${type}`], (start, stop) => make(start, stop)],
  [`generate_series(${type},${type},${type}) ${type}`, [`generate_series ${type}`], (start, stop, step) => make(start, stop, step)],
];

const nothing = (): Iterable<readonly Datum[]> => [];

/** Manual: "Set Returning Functions"; date_bin_hopping is Materialize's. */
export const tableFunctions: readonly TableFunctionRow[] = defineTableFunctions([
  ...series('int4', (start: number, stop: number, step = 1) => smallSeries(start, stop, step)),
  ...series('int8', bigSeries),
  ...series('numeric', numericSeries),
  ['generate_series(timestamp,timestamp,interval) timestamp', ['generate_series timestamp'], timeSeries('timestamp_pl_interval(timestamp,interval)')],
  ['generate_series(timestamptz,timestamptz,interval) timestamptz stable', ['generate_series timestamptz'], timeSeries('timestamptz_pl_interval(timestamptz,interval)')],
  ['generate_series(timestamptz,timestamptz,interval,text) timestamptz', ['generate_series timestamptz'], zonedSeries],
  ...['timestamp', 'timestamptz'].flatMap((type): TableDefinition[] => [
    [`date_bin_hopping(interval,interval,${type}) ${type}`, [`date_bin_hopping ${type}`], (hop, width, value) => hoppingWindows(hop, width, value)],
    [`date_bin_hopping(interval,interval,${type},${type}) ${type}`, [`date_bin_hopping ${type}`], (hop, width, value, origin) => hoppingWindows(hop, width, value, origin)],
  ]),
  ['generate_subscripts(anyarray,int4) int4 total', ['generate_subscripts int4'], (array, dimension) => subscripts(array, dimension)],
  ['generate_subscripts(anyarray,int4,bool) int4 total', ['generate_subscripts int4'], subscripts],
  ['unnest(anyarray) anyelement total', ['unnest anyelement'], function* (array: SqlArray) {
    for (const item of array.items) yield [item];
  }],
  ['_pg_expandarray(anyarray) record', ['x anyelement', 'n int4'], function* (array: SqlArray) {
    for (const [index, item] of array.items.entries()) yield [item, index + 1];
  }],
  ['string_to_table(text,text) text null total', ['string_to_table text'], (text, separator) => splitRows(text, separator, null)],
  ['string_to_table(text,text,text) text null total', ['string_to_table text'], splitRows],
  ['pg_options_to_table(_text) record', ['option_name text', 'option_value text'], options],
  ['aclexplode(_aclitem) record stable', ['grantor oid', 'grantee oid', 'privilege_type text', 'is_grantable bool'], explodeAcl],
  ['pg_get_keywords() record total', ['word text', 'catcode char', 'barelabel bool', 'catdesc text', 'baredesc text'], function* () {
    for (const { word, category, bareLabel } of keywords) yield [word, category, bareLabel, categories[category], bareLabel ? 'can be bare label' : 'requires AS'];
  }],
  ['pg_timezone_names() record stable total', ['name text', 'abbrev text', 'utc_offset interval', 'is_dst bool'], timeZones],
  ['pg_partition_ancestors(regclass) regclass stable total', ['relid regclass'], nothing],
  ['pg_listening_channels() text stable total', ['pg_listening_channels text'], nothing],
]);
