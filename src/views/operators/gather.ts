import { jsonObject as sortedMembers, Oid, SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, Jsonb, SqlArray } from '../../core/index.ts';
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
  const arrays = rows.map(([value]) => {
    if (value === null) throw new SqlError('22004', 'cannot accumulate null arrays');
    return value as SqlArray;
  });
  const [first] = arrays;
  if (arrays.some((array) => array.dims.join() !== first!.dims.join())) throw new SqlError('2202E', 'cannot accumulate arrays of different dimensionality');
  if (first!.dims.length === 0) throw new SqlError('2202E', 'cannot accumulate empty arrays');
  return {
    kind: 'array', element: first!.element, dims: [arrays.length, ...first!.dims], lowerBounds: [1, ...first!.lowerBounds], items: arrays.flatMap((array) => array.items),
  };
}

const call = (id: string, args: readonly Scalar[]): ((...values: readonly (Datum | Environment)[]) => Datum) => evaluatorOf(functionById(id)!, args);

/** json_agg; composite and array members stand on lines of their own, as in Postgres. */
export function jsonArray(arg: Scalar, environment: Environment): (rows: Rows) => Datum {
  const write = call('to_json(anyelement)', [arg]);
  const { category, kind } = typeInfo(arg.type.oid);
  const separator = category === 'A' || kind === 'c' || arg.type.oid === Oid.record ? ', \n ' : ', ';
  return (rows) => `[${rows.map(([value]) => (value === null ? 'null' : (write(value, environment) as string))).join(separator)}]`;
}

export function jsonbArray(arg: Scalar, environment: Environment): (rows: Rows) => Datum {
  const make = call('to_jsonb(anyelement)', [arg]);
  return (rows) => ({ kind: 'jsonb', value: rows.map(([value]) => (value === null ? null : (make(value, environment) as Jsonb).value)) });
}

/** json_object_agg: the members that json_build_object writes of each row, in one object. */
export function jsonObject(args: readonly Scalar[], environment: Environment): (rows: Rows) => Datum {
  const build = call('json_build_object(any)', args.slice(0, 2));
  return (rows) => `{ ${rows.map(([key, value]) => (build(key, value, environment) as string).slice(1, -1)).join(', ')} }`;
}

export function jsonbObject(args: readonly Scalar[], environment: Environment): (rows: Rows) => Datum {
  const build = call('jsonb_build_object(any)', args.slice(0, 2));
  return (rows) => ({
    kind: 'jsonb',
    value: sortedMembers(rows.flatMap(([key, value]) => {
      if (key === null) throw new SqlError('22023', 'field name must not be null');
      const { value: object } = build(key, value, environment) as Jsonb;
      return object instanceof Map ? [...object] : [];
    })),
  });
}
