import type { Planning } from '../planning.ts';
import type { ColumnId, TypedQuery, TypedRelation } from './typed.ts';
import { idsOf } from './typed.ts';

/** A query as a relation: its order matters only where LIMIT or OFFSET choose by it. `hidden`: columns that it is to have beside those that can be named. */
export function asRelation(_planning: Planning, query: TypedQuery, hidden: readonly ColumnId[] = []): TypedRelation {
  const limited: TypedRelation = query.limit === null && query.offset === null ? query.relation
    : { op: 'topK', input: query.relation, by: [], order: query.order, offset: query.offset, limit: query.limit, withTies: query.withTies };
  const ids = [...new Set([...query.columns.map((column) => column.id), ...hidden])];
  const own = idsOf(limited);
  return own.length === ids.length && own.every((id, index) => id === ids[index]) ? limited : { op: 'project', input: limited, ids };
}
