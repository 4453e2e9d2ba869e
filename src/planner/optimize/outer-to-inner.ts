import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, functionById, isOuter, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';
import { strictColumns } from './strict.ts';

/**
 * A left join whose missing side cannot pass the filter above is an inner join.
 *
 * The filter must be false or NULL when that side is NULL throughout, whatever else the row holds: a comparison by a strict function does, `IS NULL` and
 * `coalesce(b.x, 0) = 0` do not: `SELECT * FROM a LEFT JOIN b ON a.k = b.k WHERE b.k IS NULL` lives on the rows that are missing.
 * A join above that finds its rows by such a column is a filter of that kind: `(a LEFT JOIN b ON a.k = b.k) JOIN c ON c.k = b.x`.
 *
 * Example: `SELECT a.x FROM a LEFT JOIN b ON a.k = b.k WHERE b.x > 1`
 */
export const outerToInner: Rewrite = {
  name: 'outerToInner',
  apply(relation): Relation {
    if (relation.op === 'join') return readByJoin(relation);
    if (relation.op !== 'filter') return relation;
    const input = withPresent(relation.input, new Set(relation.predicates.flatMap((predicate) => [...rejectsNull(predicate)])));
    return input === relation.input ? relation : { ...relation, input };
  },
};

type Join = Extract<Relation, { op: 'join' }>;

/** By an inner edge both inputs are found by columns that are not NULL then, as far as those inputs are there themselves. */
function readByJoin(join: Join): Relation {
  const rejected = join.inputs.map(() => new Set<number>());
  join.on.forEach((edge, index) => {
    if (edge.outer || isOuter(join, edge.parent)) return;
    for (const key of edge.keys) {
      if (key.nullSafe) continue;
      for (const column of strictColumns(key.left)) rejected[edge.parent]!.add(column);
      for (const column of strictColumns(key.right)) rejected[index + 1]!.add(column);
    }
  });
  const inputs = join.inputs.map((input, index) => withPresent(input, rejected[index]!));
  return inputs.every((input, index) => input === join.inputs[index]) ? join : { ...join, inputs };
}

/** The relation where rows that are NULL in one of these columns are not wanted. */
function withPresent(relation: Relation, rejected: ReadonlySet<number>): Relation {
  if (rejected.size === 0) return relation;
  if (relation.op === 'filter') {
    const input = withPresent(relation.input, rejected);
    return input === relation.input ? relation : { ...relation, input };
  }
  if (relation.op === 'map') {
    const input = withPresent(relation.input, new Set([...rejected].flatMap((column) => [...strictColumns(relation.columns[column]!.value)])));
    return input === relation.input ? relation : { ...relation, input };
  }
  if (relation.op !== 'join') return relation;
  let start = relationTypeOf(relation.inputs[0]!).columns.length;
  let changed = false;
  const on = [...relation.on];
  for (const [index, input] of relation.inputs.slice(1).entries()) {
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
  return changed ? { ...relation, on } : relation;
}

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
