import type { Column, RelationType, SqlType } from '../core/index.ts';
import { Oid, sqlType } from '../core/index.ts';
import { isEquality } from './equality.ts';
import { functionById } from './functions/index.ts';
import type { JoinEdge, Relation } from './relation.ts';
import type { Scalar } from './scalar.ts';

const known = new WeakMap<Relation, RelationType>();

/** The columns of a relation, and the sets of them that are unique in it. Computed once for each node. */
export function relationTypeOf(relation: Relation): RelationType {
  let type = known.get(relation);
  if (type === undefined) {
    type = compute(relation);
    known.set(relation, type);
  }
  return type;
}

function compute(relation: Relation): RelationType {
  switch (relation.op) {
    case 'constant':
    case 'get':
    case 'local':
      return relation.type;
    case 'let':
      return relationTypeOf(relation.body);
    case 'filter': {
      const { columns, keys } = relationTypeOf(relation.input);
      return { columns: notNullBy(relation.predicates, columns), keys: withoutFixed(keys, relation.predicates) };
    }
    case 'temporalFilter':
      return relationTypeOf(relation.input);
    case 'threshold': {
      const type = relationTypeOf(relation.input);
      return { columns: type.columns, keys: keysOfRest(relation.input) };
    }
    case 'negate':
      return { columns: relationTypeOf(relation.input).columns, keys: [] };
    case 'map':
      return mapType(relation);
    case 'flatMap': {
      const input = relationTypeOf(relation.input).columns;
      const missing = relation.outer || relation.orNull === true;
      const produced = relation.produces.columns.map((column) => ({ ...column, nullable: column.nullable || missing }));
      const ordinality: readonly Column[] = relation.ordinality ? [{ name: 'ordinality', type: sqlType(Oid.int8), nullable: missing }] : [];
      const width = input.length + produced.length;
      return { columns: [...input, ...produced, ...ordinality], keys: relation.ordinality ? relationTypeOf(relation.input).keys.map((key) => [...key, width]) : [] };
    }
    case 'join':
      return joinType(relation);
    case 'reduce': {
      const input = relationTypeOf(relation.input).columns;
      const by = relation.by.map((scalar, index) => ({ name: relation.byNames[index] ?? '?column?', type: scalar.type, nullable: isNullable(scalar, input) }));
      const aggregates = relation.aggregates.map((aggregate) => ({ name: aggregate.name, type: aggregate.type, nullable: !isCount(aggregate.function) }));
      return { columns: [...by, ...aggregates], keys: minimal([...keysThrough(relationTypeOf(relation.input).keys, relation.by), relation.by.map((_, index) => index)]) };
    }
    case 'distinct': {
      const type = relationTypeOf(relation.input);
      return { columns: type.columns, keys: minimal([...type.keys, type.columns.map((_, index) => index)]) };
    }
    case 'topK': {
      const type = relationTypeOf(relation.input);
      const one = relation.limit === 1 && !relation.withTies ? [[...relation.by].sort((a, b) => a - b)] : [];
      return { columns: type.columns, keys: minimal([...type.keys, ...one]) };
    }
    case 'union': {
      const types = relation.inputs.map((input) => relationTypeOf(input).columns);
      const columns = (types[0] ?? []).map((column, index) => ({ ...column, nullable: types.some((other) => other[index]!.nullable) }));
      return { columns, keys: [] };
    }
  }
}

function mapType(relation: Extract<Relation, { op: 'map' }>): RelationType {
  const input = relationTypeOf(relation.input);
  const columns = relation.columns.map(({ name, value }) => ({ name, type: value.type, nullable: isNullable(value, input.columns) }));
  return { columns, keys: minimal(keysThrough(input.keys, relation.columns.map(({ value }) => value))) };
}

/** The keys all of whose columns are among these scalars, as places in them. */
function keysThrough(keys: readonly (readonly number[])[], scalars: readonly Scalar[]): readonly (readonly number[])[] {
  const placeOf = new Map<number, number>();
  scalars.forEach((value, index) => {
    if (value.op === 'column' && !placeOf.has(value.index)) placeOf.set(value.index, index);
  });
  return keys.filter((key) => key.every((column) => placeOf.has(column))).map((key) => key.map((column) => placeOf.get(column)!).sort((a, b) => a - b));
}

/** Keys of what a filter leaves: a column that it fixes to one value tells no rows apart. */
function withoutFixed(keys: readonly (readonly number[])[], predicates: readonly Scalar[]): readonly (readonly number[])[] {
  const fixed = new Set(predicates.flatMap(fixedColumns));
  return fixed.size === 0 ? keys : minimal(keys.map((key) => key.filter((column) => !fixed.has(column))));
}

/** The columns that have the same value, as its type compares, in every row for which the predicate is true. */
function fixedColumns(predicate: Scalar): readonly number[] {
  if (predicate.op === 'and') return predicate.args.flatMap(fixedColumns);
  if (predicate.op === 'isNull') return predicate.arg.op === 'column' ? [predicate.arg.index] : [];
  const sides = predicate.op === 'same' ? [predicate.left, predicate.right] : predicate.op === 'call' && isEquality(predicate.function) ? predicate.args : [];
  const [column] = sides.flatMap((side) => (side.op === 'column' ? [side.index] : side.op === 'relabel' && side.arg.op === 'column' && isVarcharAsText(side.type, side.arg.type) ? [side.arg.index] : []));
  const constant = sides.some((side) => side.op === 'literal' || side.op === 'parameter');
  return column !== undefined && constant ? [column] : [];
}

const isVarcharAsText = (seen: SqlType, stored: SqlType): boolean => seen.oid === Oid.text && stored.oid === Oid.varchar;

/** Rows of `l` that stay once those of `r` are taken away (`l + -r`) are rows of `l`, as they were. */
function keysOfRest(input: Relation): readonly (readonly number[])[] {
  const added = input.op === 'union' ? input.inputs.filter(({ op }) => op !== 'negate') : [input];
  return added.length === 1 ? relationTypeOf(added[0]!).keys : [];
}

function joinType(relation: Extract<Relation, { op: 'join' }>): RelationType {
  const types = relation.inputs.map(relationTypeOf);
  const outer = relation.inputs.map((_, index) => isOuter(relation, index));
  const columns = types.flatMap((type, index) => type.columns.map((column) => ({ ...column, nullable: column.nullable || outer[index]! })));
  return { columns, keys: joinKeys(relation, types) };
}

/** More combined keys than these are not told. */
const MOST_KEYS = 8;

/**
 * Taken one input after the other: an input found by one of its keys adds at most one row to each there was, so that their keys stay. One that finds at most one row itself, by an inner edge,
 * keeps its own keys. Of any other both together tell the rows apart.
 */
function joinKeys({ inputs, on }: Extract<Relation, { op: 'join' }>, types: readonly RelationType[]): readonly (readonly number[])[] {
  const offsets: number[] = [];
  inputs.reduce((offset, _, index) => (offsets.push(offset), offset + types[index]!.columns.length), 0);
  let keys = types[0]!.keys;
  on.forEach((edge, at) => {
    const own = types[at + 1]!.keys.map((key) => key.map((column) => column + offsets[at + 1]!));
    if (isKeyed(edge, types[at + 1]!)) return;
    const from = new Set(edge.keys.flatMap(({ left }) => (left.op === 'column' ? [left.index + offsets[edge.parent]!] : [])));
    const finds = !edge.outer && keys.some((key) => key.every((column) => from.has(column)));
    keys = finds ? own : minimal(keys.flatMap((key) => own.map((other) => [...key, ...other]))).slice(0, MOST_KEYS);
  });
  return keys;
}

/** An edge finds at most one row of the input that hangs on it: it pairs all columns of one of its keys. */
export function isKeyed(edge: JoinEdge, child: RelationType): boolean {
  const joined = new Set(edge.keys.flatMap((key) => (key.right.op === 'column' ? [key.right.index] : [])));
  return child.keys.some((key) => key.every((column) => joined.has(column)));
}

/** Input `index` may be missing: its own edge is outer, or one on its way to the root. */
export function isOuter(relation: Extract<Relation, { op: 'join' }>, index: number): boolean {
  for (let at = index; at > 0; at = relation.on[at - 1]!.parent) if (relation.on[at - 1]!.outer) return true;
  return false;
}

const isCount = (id: string): boolean => id.startsWith('count(') || id.startsWith('regr_count(');

/** Keys without those that contain another. */
function minimal(keys: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return keys.filter((key, index) => !keys.some((other, otherIndex) =>
    otherIndex !== index && other.every((column) => key.includes(column)) && (other.length < key.length || otherIndex < index)));
}

/** Whether the scalar may be NULL, over such columns. False only where it can be shown. */
export function isNullable(scalar: Scalar, columns: readonly Column[]): boolean {
  switch (scalar.op) {
    case 'column':
      return columns[scalar.index]?.nullable ?? true;
    case 'literal':
      return scalar.value === null;
    case 'isNull':
    case 'isTrue':
    case 'isFalse':
    case 'same':
    case 'currentTime':
    case 'row':
    case 'array':
      return false;
    case 'and':
    case 'or':
      return scalar.args.some((arg) => isNullable(arg, columns));
    case 'not':
    case 'coerceTypmod':
    case 'relabel':
    case 'toText':
      return isNullable(scalar.arg, columns);
    case 'coalesce':
      return scalar.args.every((arg) => isNullable(arg, columns));
    case 'case':
      return [scalar.otherwise, ...scalar.branches.map((branch) => branch.then)].some((value) => isNullable(value, columns));
    case 'call':
      return !neverNull.has(functionById(scalar.function)?.name ?? '') || scalar.args.some((arg) => isNullable(arg, columns));
    default:
      return true;
  }
}

/** Strict functions that have a value whenever their arguments do; others may not. */
const neverNull = new Set([
  ...['int2', 'int4', 'int8', 'float4', 'float8', 'text', 'name', 'char', 'bool', 'date', 'timestamp', 'timestamptz', 'oid', 'bpchar', 'uuid', 'interval', 'time']
    .flatMap((type) => ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'pl', 'mi', 'mul', 'div'].map((word) => `${type}${word}`)),
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'add', 'sub', 'mul', 'div'].map((word) => `numeric_${word}`),
  'lower', 'upper', 'length', 'textcat',
]);

/** What a filter proves of its columns: a column that a strict comparison reads is not NULL in what passes. */
function notNullBy(predicates: readonly Scalar[], columns: readonly Column[]): readonly Column[] {
  const proven = new Set<number>();
  for (const predicate of predicates) {
    if (predicate.op === 'not' && predicate.arg.op === 'isNull' && predicate.arg.arg.op === 'column') proven.add(predicate.arg.arg.index);
    if (predicate.op === 'call' && functionById(predicate.function)?.strict) {
      for (const arg of predicate.args) if (arg.op === 'column') proven.add(arg.index);
    }
  }
  return proven.size === 0 ? columns : columns.map((column, index) => (proven.has(index) && column.nullable ? { ...column, nullable: false } : column));
}
