import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, functionById, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';
import { strictColumns } from './strict.ts';

/**
 * A left join whose missing side cannot pass the filter above is an inner join.
 *
 * The filter must be false or NULL when that side is NULL throughout, whatever else the row holds: a comparison by a strict function does, `IS NULL` and
 * `coalesce(b.x, 0) = 0` do not: `SELECT * FROM a LEFT JOIN b ON a.k = b.k WHERE b.k IS NULL` lives on the rows that are missing.
 *
 * Example: `SELECT a.x FROM a LEFT JOIN b ON a.k = b.k WHERE b.x > 1`
 */
export const outerToInner: Rewrite = {
  name: 'outerToInner',
  apply(relation): Relation {
    if (relation.op !== 'filter' || relation.input.op !== 'join') return relation;
    const join = relation.input;
    const rejected = new Set(relation.predicates.flatMap((predicate) => [...rejectsNull(predicate)]));
    if (rejected.size === 0) return relation;
    let start = relationTypeOf(join.inputs[0]!).columns.length;
    let changed = false;
    const on = [...join.on];
    for (const [index, input] of join.inputs.slice(1).entries()) {
      const end = start + relationTypeOf(input).columns.length;
      const hit = [...rejected].some((column) => column >= start && column < end);
      // whoever needs this input present needs those it hangs on present too
      for (let at = index + 1; hit && at > 0; at = on[at - 1]!.parent) {
        if (!on[at - 1]!.outer) continue;
        on[at - 1] = { ...on[at - 1]!, outer: false };
        changed = true;
      }
      start = end;
    }
    return changed ? { ...relation, input: { ...join, on } } : relation;
  },
};

/** Columns of which any being NULL keeps the predicate from being true. */
function rejectsNull(predicate: Scalar): ReadonlySet<number> {
  switch (predicate.op) {
    case 'call':
      return strictColumns(predicate);
    case 'anyOf':
      return functionById(predicate.function)?.strict ? strictColumns(predicate.left) : new Set();
    case 'and':
      return new Set(predicate.args.flatMap((arg) => [...rejectsNull(arg)]));
    case 'isTrue':
      return rejectsNull(predicate.arg);
    case 'not':
      return predicate.arg.op === 'isNull' ? strictColumns(predicate.arg.arg) : predicate.arg.op === 'call' ? strictColumns(predicate.arg) : new Set();
    case 'column':
      return columnsOf(predicate);
    default:
      return new Set();
  }
}
