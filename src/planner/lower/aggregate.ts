import { Oid, sqlType } from '../../core/index.ts';
import type { Aggregate, Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { ColumnId, Expr, TypedAggregate, TypedRelation } from '../resolve/typed.ts';
import { idsOf } from '../resolve/typed.ts';
import { constantNull, extended, indexOf, isUnit, narrowed, reference, widthOf } from './bound.ts';
import type { Bound } from './bound.ts';
import { lower } from './lower.ts';
import { withSubqueries } from './subqueries.ts';
import { toScalar } from './to-scalar.ts';
import { isSafe } from '../optimize/safe.ts';

/**
 * Groups are those of the outer row and the keys. Without keys there is a group even over no rows, so for each outer row that has none the result is
 * put in: NULL, and 0 for counts. GROUPING SETS are the union of their groupings, over one input that is computed once.
 */
export function lowerAggregate(planning: Planning, relation: Extract<TypedRelation, { op: 'aggregate' }>, outer: Bound): Bound {
  const values = [...relation.by.map((column) => column.value), ...relation.aggregates.flatMap((aggregate) => [...aggregate.args, ...(aggregate.filter ? [aggregate.filter] : [])])];
  const ready = withSubqueries(planning, lower(planning, relation.input, outer), values);
  const replaced = new Map(values.map((value, index) => [value, ready.exprs[index]!]));
  const scalar = (expr: Expr): Scalar => toScalar(planning, replaced.get(expr) ?? expr, ready.bound);
  const sets = relation.grouping?.sets ?? [];
  const aggregates = relation.aggregates.map((aggregate) => lowerOne(aggregate, scalar));
  const grouping: Grouping = { outer, relation, scalar, aggregates };
  if (sets.length <= 1) return oneGrouping(grouping, ready.bound, relation.by.map((column) => column.id));
  const name = planning.newLocal('grouped');
  const input: Bound = { at: ready.bound.at, relation: { op: 'local', name, type: relationTypeOf(ready.bound.relation) } };
  const inputs = sets.map((set) => oneGrouping(grouping, input, set));
  return { at: inputs[0]!.at, relation: { op: 'let', name, value: ready.bound.relation, body: { op: 'union', inputs: inputs.map((each) => each.relation) } } };
}

interface Grouping {
  readonly outer: Bound;
  readonly relation: Extract<TypedRelation, { op: 'aggregate' }>;
  /** the relation's expressions over its input */
  readonly scalar: (expr: Expr) => Scalar;
  readonly aggregates: readonly Aggregate[];
}

/** The groups of one set of keys; the other keys are NULL in them, and GROUPING tells which those are. */
function oneGrouping({ outer, relation, scalar, aggregates }: Grouping, input: Bound, set: readonly ColumnId[]): Bound {
  const outerIds = [...outer.at.keys()];
  const keys = relation.by.filter((column) => set.includes(column.id));
  const by = [...outerIds.map((id) => reference(input, id)), ...keys.map((column) => scalar(column.value))];
  const byNames = [...outerIds.map(() => 'outer'), ...keys.map((column) => column.name)];
  const reduce: Relation = { op: 'reduce', input: input.relation, by, byNames, aggregates };
  const ids = [...outerIds, ...keys.map((column) => column.id), ...relation.aggregates.map((aggregate) => aggregate.id)];
  const reduced: Bound = { relation: reduce, at: new Map(ids.map((id, index) => [id, index])) };
  const grouped = keys.length > 0 || isUnit(outer) ? reduced : withEmptyGroups(outer, reduced, relation.aggregates);
  if (relation.grouping === null) return grouped;
  const missing = relation.by.filter((column) => !keys.includes(column)).map(({ id, name, value }) => ({ id, name, value: constantNull(value.type) }));
  const masks = relation.grouping.masks.map((mask) => ({ id: mask.id, name: 'grouping', value: maskOf(mask.keys, set) }));
  if (missing.length + masks.length === 0) return grouped;
  return narrowed(extended(grouped, [...missing, ...masks]), [...outerIds, ...idsOf(relation)]);
}

const maskOf = (keys: readonly ColumnId[], set: readonly ColumnId[]): Scalar =>
  ({ op: 'literal', value: keys.reduce((bits, key) => bits * 2 + (set.includes(key) ? 0 : 1), 0), type: sqlType(Oid.int4) });

function lowerOne(aggregate: TypedAggregate, scalar: (expr: Expr) => Scalar): Aggregate {
  const { args, filter, id, ...rest } = aggregate;
  void id;
  if (filter === null) return { ...rest, args: args.map(scalar), filter };
  const condition = scalar(filter);
  return { ...rest, args: args.map((arg) => onlyWhere(condition, scalar(arg))), filter: condition };
}

/** An argument is not looked at where FILTER leaves the row out: `sum(1 / x) FILTER (WHERE x <> 0)` divides by no zero. */
function onlyWhere(condition: Scalar, arg: Scalar): Scalar {
  if (isSafe(arg)) return arg;
  return { op: 'case', branches: [{ when: condition, then: arg }], otherwise: { op: 'literal', value: null, type: arg.type }, type: arg.type };
}

function withEmptyGroups(outer: Bound, grouped: Bound, aggregates: readonly TypedAggregate[]): Bound {
  const own = widthOf(outer.relation);
  const keys = [...outer.at.keys()].map((id) => ({ left: reference(outer, id), right: reference(grouped, id), nullSafe: true }));
  const joined: Relation = { op: 'join', inputs: [outer.relation, grouped.relation], on: [{ parent: 0, keys, outer: true }] };
  const bound: Bound = { relation: joined, at: new Map([...outer.at, ...aggregates.map((aggregate): [ColumnId, number] => [aggregate.id, own + indexOf(grouped, aggregate.id)])]) };
  return countsFilled(bound, aggregates);
}

/** Where a group is missing, its count is 0. */
export function countsFilled(bound: Bound, aggregates: readonly TypedAggregate[]): Bound {
  const counts = aggregates.filter((aggregate) => isCount(aggregate.function));
  if (counts.length === 0) return bound;
  return extended(bound, counts.map((aggregate) => ({
    id: aggregate.id, name: aggregate.name,
    value: { op: 'coalesce', args: [reference(bound, aggregate.id), { op: 'literal', value: 0, type: aggregate.type }], type: aggregate.type },
  })));
}

const isCount = (id: string): boolean => id.startsWith('count(') || id.startsWith('regr_count(');
