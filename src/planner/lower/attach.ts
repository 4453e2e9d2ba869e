import type { JoinEdge } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { ColumnId, TypedAggregate, TypedRelation } from '../resolve/typed.ts';
import { referencedIn } from '../resolve/walk.ts';
import { reference, unit } from './bound.ts';
import type { Bound } from './bound.ts';
import { hoistEqualities } from './hoist.ts';
import { distinctKeys, toldApart } from './join.ts';
import { lower } from './lower.ts';
import { toScalar } from './to-scalar.ts';

/** A subquery made ready to be joined to the rows of its outer query. */
export interface Unnested {
  /** the outer rows, as they are to be joined from */
  readonly outer: Bound;
  /** the subquery's rows, with the columns to join by */
  readonly inner: Bound;
  /** columns of `inner`, and what of the outer rows each must equal */
  readonly keys: readonly ColumnId[];
  edge(inner: Bound, outer: boolean): JoinEdge;
  /** closes what `outer` opened */
  close(result: Bound): Bound;
  readonly emptyGroup: readonly TypedAggregate[] | null;
}

/** Takes a subquery out of the expression it stands in: by its equalities with the outer query where it has no other tie to it, in general form otherwise. */
export function unnest(planning: Planning, outer: Bound, query: TypedRelation): Unnested {
  const isOuter = (id: ColumnId): boolean => outer.at.has(id);
  const hoisted = hoistEqualities(planning, query, isOuter);
  if (hoisted !== undefined) {
    const inner = lower(planning, hoisted.relation, unit);
    return {
      outer, inner, emptyGroup: hoisted.emptyGroup,
      keys: [...new Set(hoisted.pairs.map((pair) => pair.inner))],
      edge: (rows, isOuterJoin) => ({
        parent: 0, outer: isOuterJoin,
        keys: hoisted.pairs.map((pair) => ({ left: toScalar(planning, pair.outer, outer), right: reference(rows, pair.inner), nullSafe: pair.nullSafe })),
      }),
      close: (result) => result,
    };
  }
  const { bound: rows, keys } = toldApart(planning, outer, [...referencedIn(query)].filter(isOuter));
  const name = planning.newLocal('outer');
  const local: Bound = { at: rows.at, relation: { op: 'local', name, type: relationTypeOf(rows.relation) } };
  const inner = lower(planning, query, distinctKeys(local, keys));
  return {
    outer: local, inner, keys, emptyGroup: null,
    edge: (answers, isOuterJoin) => ({ parent: 0, outer: isOuterJoin, keys: keys.map((id) => ({ left: reference(local, id), right: reference(answers, id), nullSafe: true })) }),
    close: (result) => ({ at: result.at, relation: { op: 'let', name, value: rows.relation, body: result.relation } }),
  };
}
