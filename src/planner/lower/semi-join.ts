import { Oid, sqlType } from '../../core/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr, TypedRelation } from '../resolve/typed.ts';
import { asRelation } from '../resolve/query-relation.ts';
import { narrowed, widthOf } from './bound.ts';
import type { Bound } from './bound.ts';
import { unnest } from './attach.ts';

const bool = sqlType(Oid.bool);

/**
 * A conjunct that is EXISTS, IN or op ANY as a join: rows that fail and rows for which it is unknown go alike, so no third value is needed.
 * NOT EXISTS keeps the rows without a partner. Undefined for any other conjunct; NOT IN is not among them, for NULLs make it unknown.
 */
export function keepMatching(planning: Planning, bound: Bound, conjunct: Expr): Bound | undefined {
  const negated = conjunct.op === 'not';
  const test = conjunct.op === 'not' ? conjunct.arg : conjunct;
  if (test.op === 'subquery' && test.kind === 'exists') return semiJoin(planning, bound, asRelation(planning, test.query), negated);
  if (test.op === 'quantified' && test.quantifier === 'any' && !negated) {
    return semiJoin(planning, bound, { op: 'filter', input: asRelation(planning, test.query), predicate: test.condition }, false);
  }
  return undefined;
}

function semiJoin(planning: Planning, bound: Bound, query: TypedRelation, negated: boolean): Bound | undefined {
  const unnested = unnest(planning, bound, query);
  // an aggregate without keys has a row for every outer row: it exists
  if (unnested.emptyGroup !== null) return undefined;
  const distinct = distinctOf(narrowed(unnested.inner, unnested.keys));
  if (!negated) {
    const join: Relation = { op: 'join', inputs: [unnested.outer.relation, distinct.relation], on: [unnested.edge(distinct, false)] };
    return unnested.close({ at: unnested.outer.at, relation: join });
  }
  const marked = withMarker(distinct);
  const join: Relation = { op: 'join', inputs: [unnested.outer.relation, marked.relation], on: [unnested.edge(distinct, true)] };
  const marker: Scalar = { op: 'column', index: widthOf(unnested.outer.relation) + widthOf(marked.relation) - 1, type: bool };
  return unnested.close({ at: unnested.outer.at, relation: { op: 'filter', input: join, predicates: [{ op: 'isNull', arg: marker, type: bool }] } });
}

/** Each row once. Without columns that is one row where there is any. */
export function distinctOf(bound: Bound): Bound {
  if (widthOf(bound.relation) > 0) return { at: bound.at, relation: { op: 'distinct', input: bound.relation } };
  return { at: bound.at, relation: { op: 'topK', input: bound.relation, by: [], order: [], offset: 0, limit: 1, withTies: false } };
}

/** A last column that is true: NULL in an outer join just where the row is missing. */
export function withMarker(bound: Bound): Bound {
  const columns = relationTypeOf(bound.relation).columns.map((column, index): { readonly name: string; readonly value: Scalar } => ({ name: column.name, value: { op: 'column', index, type: column.type } }));
  return { at: bound.at, relation: { op: 'map', input: bound.relation, columns: [...columns, { name: 'matched', value: { op: 'literal', value: true, type: bool } }] } };
}
