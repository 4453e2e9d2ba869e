import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import type { Aggregate, Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { aggregatesNamed } from '../registry.ts';
import { applyOperator } from '../typing/call-operator.ts';
import type { ColumnId, Expr, ExprOf, TypedAggregate, TypedQuery, TypedRelation } from '../resolve/typed.ts';
import { asRelation } from '../resolve/query-relation.ts';
import { mapOperands } from '../resolve/walk.ts';
import { unnest } from './attach.ts';
import type { Unnested } from './attach.ts';
import { indexOf, narrowed, reference, widthOf } from './bound.ts';
import type { Bound } from './bound.ts';
import { countsFilled } from './aggregate.ts';
import { distinctOf, withMarker } from './semi-join.ts';

const bool = sqlType(Oid.bool);
const int8 = sqlType(Oid.int8);

/** Unnests every subquery in `exprs`: the relation gains columns that hold their answers, and the expressions read those. */
export function withSubqueries(planning: Planning, bound: Bound, exprs: readonly Expr[]): { readonly bound: Bound; readonly exprs: readonly Expr[] } {
  let current = bound;
  const replace = (expr: Expr): Expr => {
    if (expr.op === 'subquery') {
      const answer = answerOf(planning, current, expr);
      current = answer.bound;
      return answer.value;
    }
    if (expr.op === 'quantified') {
      const answer = quantified(planning, current, expr);
      current = answer.bound;
      return answer.value;
    }
    return mapOperands(expr, replace);
  };
  const replaced = exprs.map(replace);
  return { bound: current, exprs: replaced };
}

interface Answer {
  readonly bound: Bound;
  readonly value: Expr;
}

function answerOf(planning: Planning, outer: Bound, expr: ExprOf<'subquery'>): Answer {
  switch (expr.kind) {
    case 'exists':
      return exists(planning, outer, asRelation(planning, expr.query));
    case 'array':
      return arrayOfAll(planning, outer, expr.query, expr);
    case 'scalar':
      return scalarSubquery(planning, outer, expr.query, expr);
  }
}

/** Joins the answer's rows, at most one for each outer row, to the outer rows; `taken` are the answer's columns to be seen from now on. */
function attached(planning: Planning, unnested: Unnested, answer: Bound, taken: readonly (readonly [ColumnId, number])[], always: boolean): Bound {
  void planning;
  const width = widthOf(unnested.outer.relation);
  const relation: Relation = { op: 'join', inputs: [unnested.outer.relation, answer.relation], on: [unnested.edge(answer, !always)] };
  const at = new Map(unnested.outer.at);
  for (const [id, index] of taken) at.set(id, width + index);
  return unnested.close({ at, relation });
}

function exists(planning: Planning, outer: Bound, query: TypedRelation): Answer {
  const unnested = unnest(planning, outer, query);
  if (unnested.emptyGroup !== null) return { bound: outer, value: { op: 'literal', value: true, type: bool } };
  const marked = withMarker(distinctOf(narrowed(unnested.inner, unnested.keys)));
  const marker = planning.newColumn('exists');
  const bound = attached(planning, unnested, marked, [[marker, widthOf(marked.relation) - 1]], false);
  return { bound, value: { op: 'not', arg: { op: 'isNull', arg: { op: 'column', id: marker, type: bool }, type: bool }, type: bool } };
}

/** The one value, NULL where there is no row, and 21000 where it is asked for and there are more. */
function scalarSubquery(planning: Planning, outer: Bound, query: TypedQuery, expr: ExprOf<'subquery'>): Answer {
  const relation = asRelation(planning, query);
  const column = query.columns[0]!;
  const unnested = unnest(planning, outer, relation);
  const own = planning.newColumn(column.name);
  const value: Expr = { op: 'column', id: own, type: column.type, position: expr.position };
  const narrow = narrowed(unnested.inner, [...new Set([...unnested.keys, column.id])]);
  if (atMostOneRow(relation)) {
    const always = alwaysOneRow(relation) && unnested.keys.length === 0;
    const bound = attached(planning, unnested, narrow, [[own, indexOf(narrow, column.id)]], always);
    const alias = unnested.emptyGroup?.find((aggregate) => aggregate.id === column.id);
    return { bound: alias === undefined ? bound : countsFilled(bound, [{ ...alias, id: own } satisfies TypedAggregate]), value };
  }
  const counted = oneOfEach(planning, narrow, unnested.keys);
  const count = planning.newColumn('count');
  const bound = attached(planning, unnested, counted, [[own, indexOf(counted, column.id)], [count, widthOf(counted.relation) - 1]], false);
  const more = applyOperator(planning, '>', { op: 'column', id: count, type: int8 }, { op: 'literal', value: 1, type: int8 }, undefined);
  const raise: Expr = { op: 'raise', code: '21000', message: 'more than one row returned by a subquery used as an expression', type: column.type };
  return { bound, value: { op: 'case', branches: [{ when: more, then: raise }], otherwise: value, type: column.type } };
}

const countAll: Aggregate = { function: 'count(*)', args: [], distinct: false, filter: null, order: [], type: int8, name: 'count' };

/** One row of each group of `keys`, followed by how many there are. */
function oneOfEach(planning: Planning, rows: Bound, keys: readonly ColumnId[]): Bound {
  const name = planning.newLocal('rows');
  const local: Bound = { at: rows.at, relation: { op: 'local', name, type: relationTypeOf(rows.relation) } };
  const by = keys.map((id) => reference(local, id));
  const counts: Relation = { op: 'reduce', input: local.relation, by, byNames: keys.map(() => 'key'), aggregates: [countAll] };
  const one: Relation = { op: 'topK', input: local.relation, by: keys.map((id) => indexOf(local, id)), order: [], offset: 0, limit: 1, withTies: false };
  const join: Relation = { op: 'join', inputs: [one, counts], on: [{ parent: 0, outer: false, keys: by.map((left, index): { left: Scalar; right: Scalar; nullSafe: boolean } => ({ left, right: { op: 'column', index, type: left.type }, nullSafe: true })) }] };
  return { at: rows.at, relation: { op: 'let', name, value: rows.relation, body: join } };
}

/** Whether a relation can be seen to have at most one row for each outer row. */
function atMostOneRow(relation: TypedRelation): boolean {
  switch (relation.op) {
    case 'unit':
      return true;
    case 'values':
      return relation.rows.length <= 1;
    case 'aggregate':
      return relation.by.length === 0;
    case 'topK':
      return (relation.by.length === 0 && !relation.withTies && relation.limit?.op === 'literal' && Number(relation.limit.value ?? 2) <= 1) || atMostOneRow(relation.input);
    case 'compute':
    case 'project':
    case 'filter':
    case 'distinct':
      return atMostOneRow(relation.input);
    case 'with':
      return atMostOneRow(relation.body);
    default:
      return false;
  }
}

function alwaysOneRow(relation: TypedRelation): boolean {
  switch (relation.op) {
    case 'unit':
      return true;
    case 'values':
      return relation.rows.length === 1;
    case 'aggregate':
      return relation.by.length === 0;
    case 'compute':
    case 'project':
    case 'distinct':
      return alwaysOneRow(relation.input);
    case 'with':
      return alwaysOneRow(relation.body);
    default:
      return false;
  }
}

/** ARRAY(SELECT ...): the values in the query's order; no rows make an empty array. */
function arrayOfAll(planning: Planning, outer: Bound, query: TypedQuery, expr: ExprOf<'subquery'>): Answer {
  const column = query.columns[0]!;
  const nested = expr.type.oid === column.type.oid;
  const row = aggregatesNamed('array_agg').find((candidate) => candidate.args[0] === (nested ? Oid.anyarray : Oid.anynonarray));
  if (row === undefined) throw new InvariantError('no aggregate array_agg');
  const limited = query.limit !== null || query.offset !== null;
  const orderIds = query.order.map((key) => key.id);
  const input: TypedRelation = limited ? asRelation(planning, { ...query, columns: [...query.columns, ...orderIds.filter((id) => id !== column.id).map((id) => ({ ...column, id }))] }) : query.relation;
  const args: Expr[] = [{ op: 'column', id: column.id, type: column.type }];
  const order = query.order.map((key) => {
    const known = args.findIndex((arg) => arg.op === 'column' && arg.id === key.id);
    const at = known >= 0 ? known : args.push({ op: 'column', id: key.id, type: column.type }) - 1;
    return { column: at, descending: key.descending, nullsFirst: key.nullsFirst };
  });
  const id = planning.newColumn('array');
  const aggregate: TypedAggregate = { id, function: row.id, args, distinct: false, filter: null, order, type: expr.type, name: 'array_agg' };
  const unnested = unnest(planning, outer, { op: 'aggregate', input, by: [], aggregates: [aggregate], grouping: null });
  const own = planning.newColumn('array');
  const bound = attached(planning, unnested, unnested.inner, [[own, indexOf(unnested.inner, id)]], unnested.keys.length === 0);
  const empty: Expr = { op: 'literal', type: expr.type, value: { kind: 'array', element: nested ? 0 : column.type.oid, dims: [], lowerBounds: [], items: [] } };
  return { bound, value: { op: 'coalesce', args: [{ op: 'column', id: own, type: expr.type }, empty], type: expr.type } };
}

/**
 * `x op ANY (SELECT ...)`: true if the condition is true for a row; else unknown if it is for one; else false, as over no rows. ALL is its mirror image.
 * Both are decided by two counts.
 */
function quantified(planning: Planning, outer: Bound, expr: ExprOf<'quantified'>): Answer {
  const condition = planning.newColumn('condition');
  const deciding = planning.newColumn('deciding');
  const unknown = planning.newColumn('unknown');
  const any = expr.quantifier === 'any';
  const column: Expr = { op: 'column', id: condition, type: bool };
  const count = (id: ColumnId, filter: Expr): TypedAggregate => ({ id, function: 'count(*)', args: [], distinct: false, filter, order: [], type: int8, name: 'count' });
  const query: TypedRelation = {
    op: 'aggregate', by: [], grouping: null,
    input: { op: 'compute', input: asRelation(planning, expr.query), columns: [{ id: condition, name: 'condition', value: expr.condition }] },
    aggregates: [count(deciding, { op: any ? 'isTrue' : 'isFalse', arg: column, type: bool }), count(unknown, { op: 'isNull', arg: column, type: bool })],
  };
  const unnested = unnest(planning, outer, query);
  const taken = [deciding, unknown].map((id): readonly [ColumnId, number] => [id, indexOf(unnested.inner, id)]);
  const bound = attached(planning, unnested, unnested.inner, taken, unnested.keys.length === 0);
  const some = (id: ColumnId): Expr => applyOperator(planning, '>', { op: 'column', id, type: int8 }, { op: 'literal', value: 0, type: int8 }, undefined);
  const literal = (value: boolean | null): Expr => ({ op: 'literal', value, type: bool });
  return {
    bound,
    value: { op: 'case', type: bool, branches: [{ when: some(deciding), then: literal(any) }, { when: some(unknown), then: literal(null) }], otherwise: literal(!any) },
  };
}
