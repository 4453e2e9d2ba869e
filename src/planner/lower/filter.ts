import type { Scalar } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { conjuncts, containsSubquery } from '../resolve/walk.ts';
import type { Bound } from './bound.ts';
import { keepMatching } from './semi-join.ts';
import { withSubqueries } from './subqueries.ts';
import { bothIntervals, temporalIntervals } from './temporal.ts';
import type { TypedInterval } from './temporal.ts';
import { toScalar } from './to-scalar.ts';

/**
 * The rows for which `predicate` is true. Plain conjuncts come first, so that subqueries are unnested over fewer rows; conditions on the
 * current time become a temporal filter, which stands on what the plain ones leave.
 */
export function filterBound(planning: Planning, input: Bound, predicate: Expr): Bound {
  const plain: Expr[] = [];
  const nested: Expr[] = [];
  let temporal: readonly TypedInterval[] | undefined;
  for (const part of conjuncts(predicate)) {
    const intervals = planning.context.mode === 'view' ? temporalIntervals(planning, part) : undefined;
    if (intervals !== undefined) temporal = temporal === undefined ? intervals : bothIntervals(temporal, intervals, part.position);
    else if (containsSubquery(part)) nested.push(part);
    else plain.push(part);
  }
  let bound = input;
  if (plain.length > 0) bound = { ...bound, relation: { op: 'filter', input: bound.relation, predicates: plain.map((part) => toScalar(planning, part, bound)) } };
  if (temporal !== undefined) {
    const scalar = (expr: Expr): Scalar => toScalar(planning, expr, bound);
    const intervals = temporal.map(({ when, bounds }) => ({ when: when.map(scalar), bounds: bounds.map(({ comparison, value }) => ({ comparison, value: scalar(value) })) }));
    const window = { op: 'temporalFilter', input: bound.relation, intervals } as const;
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
