import type { JoinEdge, Relation } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { ColumnId, TableFunctionCall, TypedRelation } from '../resolve/typed.ts';
import { conjuncts } from '../resolve/walk.ts';
import { isUnit, narrowed, reference, widthOf } from './bound.ts';
import type { Bound } from './bound.ts';
import { withSubqueries } from './subqueries.ts';
import { toScalar } from './to-scalar.ts';

type Functions = Extract<TypedRelation, { op: 'functions' }>;

/** One function is a flatMap over the outer rows. Several run in lockstep: numbered, and joined by their numbers, so that the longest decides. */
export function lowerFunctions(planning: Planning, relation: Functions, outer: Bound): Bound {
  const [first, ...rest] = relation.calls;
  if (first === undefined) return outer;
  if (rest.length === 0) return expand(planning, first, relation.ordinality, outer, false);
  const name = planning.newLocal('outer');
  const shared: Bound = isUnit(outer) ? outer : { at: outer.at, relation: { op: 'local', name, type: relationTypeOf(outer.relation) } };
  const number = planning.newColumn('ordinality');
  const outerIds = [...outer.at.keys()];
  let all = narrowed(expand(planning, first, number, shared, false), [...outerIds, ...first.ids, number]);
  for (const call of rest) {
    const own = planning.newColumn('ordinality');
    all = zipped(planning, all, number, narrowed(expand(planning, call, own, shared, false), [...outerIds, ...call.ids, own]), own, outerIds);
  }
  if (relation.ordinality !== null) all = { relation: all.relation, at: new Map([...all.at, [relation.ordinality, all.at.get(number)!]]) };
  return isUnit(outer) ? all : { at: all.at, relation: { op: 'let', name, value: outer.relation, body: all.relation } };
}

/** A full join by outer row and number: of each number every function has at most one row. */
function zipped(planning: Planning, left: Bound, number: ColumnId, right: Bound, own: ColumnId, outerIds: readonly ColumnId[]): Bound {
  const names = [planning.newLocal('zip'), planning.newLocal('zip')] as const;
  const local = (bound: Bound, name: string): Bound => ({ at: bound.at, relation: { op: 'local', name, type: relationTypeOf(bound.relation) } });
  const [a, b] = [local(left, names[0]), local(right, names[1])];
  // every number that either side has, each once
  const numbers: Relation = {
    op: 'distinct',
    input: { op: 'union', inputs: [narrowed(a, [...outerIds, number]).relation, narrowed(b, [...outerIds, own]).relation] },
  };
  const driver: Bound = { relation: numbers, at: new Map([...outerIds, number].map((id, index) => [id, index])) };
  const edge = (side: Bound, its: ColumnId): JoinEdge => ({
    parent: 0, outer: true,
    keys: [...outerIds.map((id) => ({ left: reference(driver, id), right: reference(side, id), nullSafe: true })), { left: reference(driver, number), right: reference(side, its), nullSafe: false }],
  });
  const join: Relation = { op: 'join', inputs: [driver.relation, a.relation, b.relation], on: [edge(a, number), edge(b, own)] };
  const width = widthOf(driver.relation);
  const offset = width + widthOf(a.relation);
  const at = new Map<ColumnId, number>(driver.at);
  for (const [id, index] of a.at) if (!at.has(id)) at.set(id, width + index);
  for (const [id, index] of b.at) if (!at.has(id)) at.set(id, offset + index);
  return { at, relation: { op: 'let', name: names[0], value: left.relation, body: { op: 'let', name: names[1], value: right.relation, body: join } } };
}

function expand(planning: Planning, call: TableFunctionCall, ordinality: ColumnId | null, input: Bound, outer: boolean): Bound {
  const ready = withSubqueries(planning, input, call.args);
  const args = ready.exprs.map((expr) => toScalar(planning, expr, ready.bound));
  const width = widthOf(ready.bound.relation);
  const at = new Map(ready.bound.at);
  call.ids.forEach((id, index) => at.set(id, width + index));
  if (ordinality !== null) at.set(ordinality, width + call.ids.length);
  return { at, relation: { op: 'flatMap', input: ready.bound.relation, function: call.function, args, produces: { columns: call.produces, keys: [] }, ordinality: ordinality !== null, outer } };
}

/**
 * The everyday LATERAL: one function joined to the rows its arguments come from needs no unnesting, for it is evaluated row by row anyhow.
 * LEFT JOIN ... ON true keeps rows for which the function has none.
 */
export function lateralFunction(planning: Planning, join: Extract<TypedRelation, { op: 'join' }>, left: Bound): Bound | undefined {
  if (join.right.op !== 'functions' || join.right.calls.length !== 1 || isUnit(left)) return undefined;
  const unconditional = join.on === null || conjuncts(join.on).every((part) => part.op === 'literal' && part.value === true);
  if (!unconditional || (join.kind !== 'inner' && join.kind !== 'left')) return undefined;
  return expand(planning, join.right.calls[0]!, join.right.ordinality, left, join.kind === 'left');
}

