import { codecOf, jsonObject as sortedMembers, makeMultirange, Oid, SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue, SqlArray, SqlMultirange, SqlRange } from '../../core/index.ts';
import { evaluatorOf, functionById } from '../../ir/index.ts';
import type { Environment, Scalar } from '../../ir/index.ts';

/** What the gathering aggregates make of the rows of a group, in order; each row holds the call's arguments. */
type Rows = readonly (readonly Datum[])[];

export function arrayOf(items: readonly Datum[], element: number): Datum {
  return { kind: 'array', element, dims: [items.length], lowerBounds: [1], items };
}

export function concatenateText(rows: readonly (readonly Datum[])[]): Datum {
  let text = '';
  rows.forEach(([value, separator], i) => {
    if (i > 0) text += (separator as string | null) ?? '';
    text += value as string;
  });
  return text;
}

export function concatenateBytes(rows: readonly (readonly Datum[])[]): Datum {
  const parts = rows.flatMap(([value, separator], i) => (i > 0 && separator !== null ? [separator as Uint8Array, value as Uint8Array] : [value as Uint8Array]));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** array_agg of arrays: one dimension more, and all of them alike. */
export function concatenateArrays(rows: Rows): Datum {
  const arrays: SqlArray[] = [];
  for (const [value] of rows) {
    if (value === null) throw new SqlError('22004', 'cannot accumulate null arrays');
    const array = value as SqlArray;
    if (arrays.length === 0 && array.dims.length === 0) throw new SqlError('2202E', 'cannot accumulate empty arrays');
    if (arrays.length > 0 && array.dims.join() !== arrays[0]!.dims.join()) throw new SqlError('2202E', 'cannot accumulate arrays of different dimensionality');
    arrays.push(array);
  }
  const [first] = arrays;
  return {
    kind: 'array', element: first!.element, dims: [arrays.length, ...first!.dims], lowerBounds: [1, ...first!.lowerBounds], items: arrays.flatMap((array) => array.items),
  };
}

const call = (id: string, args: readonly Scalar[]): ((...values: readonly (Datum | Environment)[]) => Datum) => evaluatorOf(functionById(id)!, args);

/** Which rows a document is made of: without those whose value is NULL (`strict`; of a jsonb object also JSON's null), without a key twice (`unique`, those left out among them). Of rows that are all left out it is empty, and not NULL. */
export interface Members {
  readonly strict: boolean;
  readonly unique: boolean;
}
export const membersOf = (name: string): Members => ({ strict: name.endsWith('_strict'), unique: name.includes('_unique') });

/** Of an object's rows the second column is the value, of an array's the first. */
const chosen = (rows: Rows, { strict }: Members, value: number): Rows => (strict ? rows.filter((row) => row[value] !== null) : rows);

/** json_agg; composite and array members stand on lines of their own, as in Postgres. */
export function jsonArray(arg: Scalar, environment: Environment, members: Members): (rows: Rows) => Datum {
  const write = call('to_json(anyelement)', [arg]);
  const { category, kind } = typeInfo(arg.type.oid);
  const separator = category === 'A' || kind === 'c' || arg.type.oid === Oid.record ? ', \n ' : ', ';
  return (rows) => `[${chosen(rows, members, 0).map(([value], index) => `${index === 0 ? '' : value === null ? ', ' : separator}${value === null ? 'null' : (write(value, environment) as string)}`).join('')}]`;
}

export function jsonbArray(arg: Scalar, environment: Environment, members: Members): (rows: Rows) => Datum {
  const make = call('to_jsonb(anyelement)', [arg]);
  return (rows) => ({ kind: 'jsonb', value: chosen(rows, members, 0).map(([value]) => (value === null ? null : (make(value, environment) as Jsonb).value)) });
}

function requireKey(key: Datum | undefined): void {
  if (key === null) throw new SqlError('22004', 'null value not allowed for object key');
}
function refuseTwice(keys: readonly string[], quoted: (key: string) => string): void {
  const known = new Set<string>();
  for (const key of keys) {
    if (known.has(key)) throw new SqlError('22030', `duplicate JSON object key value${quoted(key)}`);
    known.add(key);
  }
}

/** json_object_agg: the members that json_build_object writes of each row, in one object. */
export function jsonObject(args: readonly Scalar[], environment: Environment, members: Members): (rows: Rows) => Datum {
  const build = call('json_build_object(any)', args.slice(0, 2));
  return (rows) => {
    const writeAll = (of: Rows): string[] => of.map(([key, value]) => {
      requireKey(key);
      return (build(key!, value!, environment) as string).slice(1, -1);
    });
    if (members.unique) refuseTwice(writeAll(rows).map((member) => /^"(?:[^"\\]|\\.)*"/s.exec(member)![0]), (key) => `: ${key}`);
    return `{ ${writeAll(chosen(rows, members, 1)).join(', ')} }`;
  };
}

export function jsonbObject(args: readonly Scalar[], environment: Environment, members: Members): (rows: Rows) => Datum {
  const build = call('jsonb_build_object(any)', args.slice(0, 2));
  return (rows) => {
    const pairs = (members.unique ? rows : chosen(rows, members, 1)).flatMap(([key, value]): (readonly [string, JsonValue])[] => {
      if (key === null) throw new SqlError('22023', 'field name must not be null');
      const { value: object } = build(key!, value!, environment) as Jsonb;
      return object instanceof Map ? [...object] : [];
    });
    if (members.unique) refuseTwice(pairs.map(([key]) => key), () => '');
    return { kind: 'jsonb', value: sortedMembers(members.strict ? pairs.filter(([, value]) => value !== null) : pairs) };
  };
}

/** range_agg: all that any of them holds. */
export const unitedRanges = (rows: Rows): Datum => {
  const ranges = rows.map(([value]) => value as SqlRange | SqlMultirange);
  return makeMultirange(ranges[0]!.type, ranges.flatMap((value) => (value.kind === 'range' ? [value] : value.ranges)), codecOf);
};

/** range_intersect_agg: what all of them hold. */
export const sharedRanges = (rows: Rows): Datum => rows.map(([value]): Datum => value!).reduce((shared, value) => intersection(shared, value));

function intersection(a: Datum, b: Datum): Datum {
  const kind = (a as SqlRange | SqlMultirange).kind;
  return functionById(kind === 'range' ? 'range_intersect(anyrange,anyrange)' : 'multirange_intersect(anymultirange,anymultirange)')!.evaluate(a, b);
}

/** bit_and, bit_or, bit_xor of bit strings, all of one length. */
export const combinedBits = (name: string) => (rows: Rows): Datum => {
  const combine = functionById(`${name.replace('_', '')}(bit,bit)`)!;
  return rows.map(([value]): Datum => value!).reduce((bits, value) => combine.evaluate(bits, value));
};
