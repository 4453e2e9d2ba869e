import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, relationTypeOf } from '../../ir/index.ts';
import { determinedBy, isReadable } from './determined.ts';
import { isVolatile } from './fuse-maps.ts';
import { readerOf } from './reader.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * A grouping column that nobody reads, and that others determine, makes no groups: `GROUP BY c.k` of a table with the key `k` groups by its other columns too.
 * One that they do not determine does: `SELECT count(*) FROM a GROUP BY x, y`. And one is left, for a grouping by nothing has a group over no rows.
 *
 * Example: `SELECT max(a.y) AS y FROM t JOIN a ON a.k = t.k GROUP BY t.k, t.x`
 */
export const narrowGroups: Rewrite = {
  name: 'narrowGroups',
  apply(relation): Relation {
    const reader = readerOf(relation);
    if (reader?.input.op !== 'reduce') return relation;
    const reduce = reader.input;
    const left = new Set(reduce.by.keys());
    for (const index of [...left].toReversed()) {
      if (reader.columns.has(index) || left.size === 1) continue;
      const others = [...left].filter((other) => other !== index);
      if (isDetermined(reduce.by[index]!, others.map((other) => reduce.by[other]!), reduce.input)) left.delete(index);
    }
    if (left.size === reduce.by.length) return relation;
    const kept = [...left];
    const narrowed: Relation = { ...reduce, by: kept.map((index) => reduce.by[index]!), byNames: kept.map((index) => reduce.byNames[index]!) };
    const gone = reduce.by.length - kept.length;
    const values = relationTypeOf(reduce).columns.map(({ type }, index): Scalar => {
      const place = index < reduce.by.length ? kept.indexOf(index) : index - gone;
      return place < 0 ? { op: 'literal', value: null, type } : { op: 'column', index: place, type };
    });
    return reader.over(narrowed, values);
  },
};

function isDetermined(scalar: Scalar, others: readonly Scalar[], input: Relation): boolean {
  const given = new Set(others.flatMap((other) => (other.op === 'column' ? [other.index] : [])));
  const determined = determinedBy(input, given);
  return !isVolatile(scalar) && [...columnsOf(scalar)].every((column) => determined.has(column)) && isReadable(scalar, given, relationTypeOf(input).columns);
}
