import type { Relation } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * The first row of each group is every row where a group has one row at most: where the columns that it groups by hold a key, or the relation has one row.
 * Without a key they are chosen among: `SELECT DISTINCT ON (x) x, y FROM t ORDER BY x, y`. And what is skipped is gone even if it is alone: `OFFSET 1`, `LIMIT 0`.
 *
 * Example: `SELECT DISTINCT ON (k) k, x FROM t ORDER BY k, x`
 */
export const dropTopKOnKeys: Rewrite = {
  name: 'dropTopKOnKeys',
  apply(relation): Relation {
    if (relation.op !== 'topK' || relation.offset > 0 || relation.limit === 0) return relation;
    const isAlone = relationTypeOf(relation.input).keys.some((key) => key.every((column) => relation.by.includes(column)));
    return isAlone ? relation.input : relation;
  },
};
