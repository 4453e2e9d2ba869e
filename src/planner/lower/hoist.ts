import type { Planning } from '../planning.ts';
import type { ColumnId, Computed, Expr, TypedAggregate, TypedRelation } from '../resolve/typed.ts';
import { columnOf, idsOf } from '../resolve/typed.ts';
import { conjuncts, referencedIn, referencedInExpr } from '../resolve/walk.ts';
import { keyPair } from './equality.ts';

/** A subquery freed of its outer references: it has further columns, which must equal expressions of the outer query. */
export interface Hoisted {
  readonly relation: TypedRelation;
  readonly pairs: readonly { readonly outer: Expr; readonly inner: ColumnId; readonly nullSafe: boolean }[];
  /** it grouped by nothing and so had a row for every outer row: where its group is missing, these are its aggregates over no rows */
  readonly emptyGroup: readonly TypedAggregate[] | null;
}

/**
 * Most correlated subqueries say `inner = outer` in WHERE and nothing else of the outer query. They need no unnesting: take the condition out, carry its inner
 * side along (grouping by it on the way), and join on it. Undefined where the subquery is of another form.
 *
 * `SELECT (SELECT count(*) + 1 FROM u WHERE u.k = t.k) FROM t` would be NULL instead of 1 for a `t` without a match if computed columns above an
 * aggregate without keys were let through: only plain columns are.
 */
export function hoistEqualities(planning: Planning, relation: TypedRelation, isOuter: (id: ColumnId) => boolean): Hoisted | undefined {
  const free = (part: TypedRelation): boolean => [...referencedIn(part)].some(isOuter);
  if (!free(relation)) return { relation, pairs: [], emptyGroup: null };
  switch (relation.op) {
    case 'filter': {
      const input = hoistEqualities(planning, relation.input, isOuter);
      if (input === undefined || input.emptyGroup !== null) return undefined;
      const inside = new Set(idsOf(input.relation));
      const pairs = [...input.pairs];
      const computed: Computed[] = [];
      const rest: Expr[] = [];
      for (const part of conjuncts(relation.predicate)) {
        if (![...referencedInExpr(part)].some(isOuter)) {
          rest.push(part);
          continue;
        }
        const pair = keyPair(planning, part, isOuter, (id) => inside.has(id));
        if (pair === undefined) return undefined;
        const inner = pair.right.op === 'column' ? pair.right.id : planning.newColumn('key');
        if (pair.right.op !== 'column') computed.push({ id: inner, name: 'key', value: pair.right });
        pairs.push({ outer: pair.left, inner, nullSafe: pair.nullSafe });
      }
      const extended: TypedRelation = computed.length === 0 ? input.relation : { op: 'compute', input: input.relation, columns: computed };
      const filtered: TypedRelation = rest.length === 0 ? extended : { op: 'filter', input: extended, predicate: rest.length === 1 ? rest[0]! : { op: 'and', args: rest, type: relation.predicate.type } };
      return { relation: filtered, pairs, emptyGroup: null };
    }
    case 'compute': {
      if (relation.columns.some((column) => [...referencedInExpr(column.value)].some(isOuter))) return undefined;
      const input = hoistEqualities(planning, relation.input, isOuter);
      if (input === undefined || (input.emptyGroup !== null && relation.columns.some((column) => column.value.op !== 'column'))) return undefined;
      const aliases = (input.emptyGroup ?? []).flatMap((aggregate) => relation.columns.flatMap((column) => (column.value.op === 'column' && column.value.id === aggregate.id ? [{ ...aggregate, id: column.id }] : [])));
      return { ...input, relation: { ...relation, input: input.relation }, emptyGroup: input.emptyGroup && [...input.emptyGroup, ...aliases] };
    }
    case 'project': {
      const input = hoistEqualities(planning, relation.input, isOuter);
      return input && { ...input, relation: { op: 'project', input: input.relation, ids: [...new Set([...relation.ids, ...input.pairs.map((pair) => pair.inner)])] } };
    }
    case 'distinct': {
      const input = hoistEqualities(planning, relation.input, isOuter);
      return input && { ...input, relation: { op: 'distinct', input: input.relation } };
    }
    case 'topK': {
      const input = hoistEqualities(planning, relation.input, isOuter);
      if (input === undefined || input.emptyGroup !== null) return undefined;
      return { ...input, relation: { ...relation, input: input.relation, by: [...relation.by, ...input.pairs.map((pair) => pair.inner)] } };
    }
    case 'aggregate': {
      const own = [...relation.by.map((column) => column.value), ...relation.aggregates.flatMap((aggregate) => [...aggregate.args, ...(aggregate.filter ? [aggregate.filter] : [])])];
      if (own.some((expr) => [...referencedInExpr(expr)].some(isOuter))) return undefined;
      const input = hoistEqualities(planning, relation.input, isOuter);
      if (input === undefined || input.emptyGroup !== null) return undefined;
      const keys = input.pairs.map((pair): Computed => ({ id: planning.newColumn('key'), name: 'key', value: columnOf({ id: pair.inner, name: 'key', type: pair.outer.type }) }));
      return {
        relation: { ...relation, input: input.relation, by: [...relation.by, ...keys] },
        pairs: input.pairs.map((pair, index) => ({ ...pair, inner: keys[index]!.id })),
        emptyGroup: relation.by.length === 0 ? relation.aggregates : null,
      };
    }
    default:
      return undefined;
  }
}
