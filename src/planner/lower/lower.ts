import type { Column, Datum } from '../../core/index.ts';
import { InvariantError, notSupported } from '../../core/index.ts';
import type { Relation, SortKey } from '../../ir/index.ts';
import { evaluateScalar, relationTypeOf, someScalar } from '../../ir/index.ts';
import { foldScalar } from '../optimize/fold-constants.ts';
import type { Planning } from '../planning.ts';
import type { ColumnId, Expr, OrderKey, TypedRelation } from '../resolve/typed.ts';
import { idsOf } from '../resolve/typed.ts';
import { containsSubquery, referencedIn, referencedInExpr } from '../resolve/walk.ts';
import { lowerAggregate } from './aggregate.ts';
import { filterBeforeLateral } from './before-lateral.ts';
import { cross, extended, indexOf, isUnit, narrowed, unit } from './bound.ts';
import type { Bound } from './bound.ts';
import { filterBound } from './filter.ts';
import { lowerJoin } from './join.ts';
import { withSubqueries } from './subqueries.ts';
import { lowerFunctions } from './table-functions.ts';
import { toScalar } from './to-scalar.ts';

/**
 * Unnests: `relation` for every row of `outer`, whose rows are distinct. The result has the columns of `outer` and those of the relation;
 * for one outer row it holds just the rows that the relation has when outer references are read from that row.
 *
 * This is the general method of Neumann and Kemper ("Unnesting Arbitrary Queries"): push `outer` down to where it is referred to, joining, grouping and
 * limiting by its columns on the way up. Nothing else needs to know of correlation.
 */
export function lower(planning: Planning, relation: TypedRelation, outer: Bound): Bound {
  if (!isUnit(outer) && !refersTo(relation, outer)) return cross(outer, lower(planning, relation, unit));
  switch (relation.op) {
    case 'unit':
      return outer;
    case 'leaf':
      return cross(outer, { relation: relation.relation, at: new Map(relation.ids.map((id, index) => [id, index])) });
    case 'reference':
      return cross(outer, { relation: { op: 'local', name: relation.name, type: { columns: localType(planning, relation.name), keys: [] } }, at: new Map(relation.ids.map((id, index) => [id, index])) });
    case 'with': {
      const value = narrowed(lower(planning, relation.value, unit), relation.valueIds);
      planning.localTypes.set(relation.name, relationTypeOf(value.relation).columns);
      const body = lower(planning, relation.body, outer);
      return { at: body.at, relation: { op: 'let', name: relation.name, value: value.relation, body: body.relation } };
    }
    case 'values':
      return lowerValues(planning, relation, outer);
    case 'functions':
      return lowerFunctions(planning, relation, outer);
    case 'filter': {
      const early = filterBeforeLateral(relation);
      return early.op === 'filter' ? filterBound(planning, lower(planning, early.input, outer), early.predicate) : lower(planning, early, outer);
    }
    case 'compute': {
      const input = lower(planning, relation.input, outer);
      const ready = withSubqueries(planning, input, relation.columns.map((column) => column.value));
      return extended(ready.bound, relation.columns.map(({ id, name }, index) => ({ id, name, value: toScalar(planning, ready.exprs[index]!, ready.bound) })));
    }
    case 'project': {
      const input = lower(planning, relation.input, outer);
      const kept = new Set([...relation.ids, ...outer.at.keys()]);
      return { relation: input.relation, at: new Map([...input.at].filter(([id]) => kept.has(id))) };
    }
    case 'join':
      return lowerJoin(planning, relation, outer);
    case 'aggregate':
      return lowerAggregate(planning, relation, outer);
    case 'distinct': {
      const input = narrowed(lower(planning, relation.input, outer), unique([...outer.at.keys(), ...idsOf(relation.input)]));
      return { at: input.at, relation: { op: 'distinct', input: input.relation } };
    }
    case 'topK':
      return lowerTopK(planning, relation, outer);
    case 'setOperation':
      return lowerSetOperation(planning, relation, outer);
  }
}

export function refersTo(relation: TypedRelation, outer: Bound): boolean {
  for (const id of referencedIn(relation)) if (outer.at.has(id)) return true;
  return false;
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

function localType(planning: Planning, name: string): readonly Column[] {
  const type = planning.localTypes.get(name);
  if (type === undefined) throw new InvariantError(`a reference to ${name} outside its let`);
  return type;
}

/** Rows of literals are a constant; others are computed, one union input a row. */
function lowerValues(planning: Planning, relation: Extract<TypedRelation, { op: 'values' }>, outer: Bound): Bound {
  const types = relation.columns.map((column) => ({ name: column.name, type: column.type, nullable: true }));
  const values = isUnit(outer) ? constantRows(planning, relation.rows) : undefined;
  if (values !== undefined) {
    const rows = values.map((row) => ({ values: row, weight: 1 }));
    const columns = types.map((column, index) => ({ ...column, nullable: rows.some((row) => row.values[index] === null) }));
    return { relation: { op: 'constant', rows, type: { columns, keys: rows.length <= 1 ? [[]] : [] } }, at: new Map(relation.columns.map((column, index) => [column.id, index])) };
  }
  const ids = [...outer.at.keys(), ...relation.columns.map((column) => column.id)];
  const rows = relation.rows.map((row) => {
    const ready = withSubqueries(planning, outer, row);
    const added = relation.columns.map(({ id, name }, index) => ({ id, name, value: toScalar(planning, ready.exprs[index]!, ready.bound) }));
    return narrowed(extended(ready.bound, added), ids);
  });
  const at = new Map(ids.map((id, index) => [id, index]));
  return { at, relation: rows.length === 1 ? rows[0]!.relation : { op: 'union', inputs: rows.map((row) => row.relation) } };
}

/** The rows' values where they are known when the query is planned. */
function constantRows(planning: Planning, rows: readonly (readonly Expr[])[]): readonly (readonly Datum[])[] | undefined {
  const constant: Datum[][] = [];
  for (const row of rows) {
    const values: Datum[] = [];
    for (const expr of row) {
      if (expr.op !== 'literal' && (containsSubquery(expr) || referencedInExpr(expr).size > 0)) return undefined;
      const scalar = expr.op === 'literal' ? expr : foldScalar(toScalar(planning, expr, unit), planning.context.environment);
      if (scalar.op !== 'literal') return undefined;
      values.push(scalar.value);
    }
    constant.push(values);
  }
  return constant;
}

function lowerTopK(planning: Planning, relation: Extract<TypedRelation, { op: 'topK' }>, outer: Bound): Bound {
  const input = lower(planning, relation.input, outer);
  const by = unique([...outer.at.keys(), ...relation.by].map((id) => indexOf(input, id)));
  const offset = rowCount(planning, relation.offset, 'OFFSET') ?? 0;
  return {
    at: input.at,
    relation: { op: 'topK', input: input.relation, by, order: sortKeys(input, relation.order), offset, limit: rowCount(planning, relation.limit, 'LIMIT'), withTies: relation.withTies },
  };
}

export const sortKeys = (bound: Bound, order: readonly OrderKey[]): readonly SortKey[] =>
  order.map((key) => ({ column: indexOf(bound, key.id), descending: key.descending, nullsFirst: key.nullsFirst }));

/** A number of rows that must be known when the query is planned; null means no limit. */
export function rowCount(planning: Planning, expr: Expr | null, clause: string): number | null {
  if (expr === null) return null;
  const scalar = toScalar(planning, expr, unit);
  if (someScalar(scalar, (node) => node.op === 'parameter' || node.op === 'currentTime')) {
    throw notSupported(`a parameter in ${clause} of a subquery`, 'Write the number itself.', expr.position);
  }
  const value = evaluateScalar(scalar, [], planning.context.environment);
  if (value === null) return null;
  const count = Number(value);
  if (count < 0) throw planning.error(clause === 'LIMIT' ? '2201W' : '2201X', `${clause} must not be negative`, undefined);
  return count;
}

/**
 * Bags with weights: EXCEPT ALL subtracts and keeps what stays positive; INTERSECT ALL takes away from the left what EXCEPT ALL leaves of it.
 * Without ALL the same is done on distinct rows.
 */
function lowerSetOperation(planning: Planning, relation: Extract<TypedRelation, { op: 'setOperation' }>, outer: Bound): Bound {
  const outerIds = [...outer.at.keys()];
  const side = (input: TypedRelation, ids: readonly ColumnId[]): Relation => {
    const bound = lower(planning, input, outer);
    const columns = relationTypeOf(bound.relation).columns;
    const places = [...outerIds, ...ids].map((id) => indexOf(bound, id));
    const names = [...outerIds.map(() => 'outer'), ...relation.columns.map((column) => column.name)];
    if (places.length === columns.length && places.every((place, index) => place === index)) return bound.relation;
    return { op: 'map', input: bound.relation, columns: places.map((index, place) => ({ name: names[place]!, value: { op: 'column', index, type: columns[index]!.type } })) };
  };
  const left = side(relation.left, relation.leftIds);
  const right = side(relation.right, relation.rightIds);
  const ids = [...outerIds, ...relation.columns.map((column) => column.id)];
  return { at: new Map(ids.map((id, index) => [id, index])), relation: combineSides(planning, relation.kind, relation.all, left, right) };
}

function combineSides(planning: Planning, kind: 'union' | 'intersect' | 'except', all: boolean, left: Relation, right: Relation): Relation {
  const distinct = (input: Relation): Relation => ({ op: 'distinct', input });
  const except = (a: Relation, b: Relation): Relation => ({ op: 'threshold', input: { op: 'union', inputs: [a, { op: 'negate', input: b }] } });
  if (kind === 'union') {
    const union: Relation = { op: 'union', inputs: [...unionInputs(left, all), ...unionInputs(right, all)] };
    return all ? union : distinct(union);
  }
  if (kind === 'except') return all ? except(left, right) : except(distinct(left), distinct(right));
  const name = planning.newLocal('left');
  const local: Relation = { op: 'local', name, type: relationTypeOf(left) };
  const value = all ? left : distinct(left);
  return { op: 'let', name, value, body: except(local, except(local, all ? right : distinct(right))) };
}

/** UNION ALL of UNION ALL is one union; a distinct union below a distinct one need not be distinct itself. */
function unionInputs(relation: Relation, all: boolean): readonly Relation[] {
  if (relation.op === 'union') return relation.inputs;
  return !all && relation.op === 'distinct' && relation.input.op === 'union' ? relation.input.inputs : [relation];
}

