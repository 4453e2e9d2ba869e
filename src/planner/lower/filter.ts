import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { conjuncts, forEachOperand } from '../resolve/walk.ts';
import type { Bound } from './bound.ts';
import { keepMatching } from './semi-join.ts';
import { withSubqueries } from './subqueries.ts';
import { temporalBound } from './temporal.ts';
import type { TypedBound } from './temporal.ts';
import { toScalar } from './to-scalar.ts';

/**
 * The rows for which `predicate` is true. Plain conjuncts come first, so that subqueries are unnested over fewer rows; conjuncts that bound the
 * current time become a temporal filter, which stands on what the plain ones leave.
 */
export function filterBound(planning: Planning, input: Bound, predicate: Expr): Bound {
  const plain: Expr[] = [];
  const nested: Expr[] = [];
  const temporal: TypedBound[] = [];
  for (const part of conjuncts(predicate)) {
    const bound = planning.context.mode === 'view' ? temporalBound(planning, part) : undefined;
    if (bound !== undefined) temporal.push(bound);
    else if (containsSubquery(part)) nested.push(part);
    else plain.push(part);
  }
  let bound = input;
  if (plain.length > 0) bound = { ...bound, relation: { op: 'filter', input: bound.relation, predicates: plain.map((part) => toScalar(planning, part, bound)) } };
  if (temporal.length > 0) {
    const bounds = temporal.map(({ comparison, value }) => ({ comparison, value: toScalar(planning, value, bound) }));
    const window = { op: 'temporalFilter', input: bound.relation, bounds } as const;
    planning.windows.push(window);
    bound = { ...bound, relation: window };
  }
  for (const part of nested) {
    const matched = keepMatching(planning, bound, part);
    if (matched !== undefined) {
      bound = matched;
      continue;
    }
    const ready = withSubqueries(planning, bound, [part]);
    bound = { ...ready.bound, relation: { op: 'filter', input: ready.bound.relation, predicates: [toScalar(planning, ready.exprs[0]!, ready.bound)] } };
  }
  return bound;
}

export function containsSubquery(expr: Expr): boolean {
  if (expr.op === 'subquery' || expr.op === 'quantified') return true;
  let found = false;
  forEachOperand(expr, (operand) => (found ||= containsSubquery(operand)));
  return found;
}
