import type { Relation } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * `distinct` of what has a key is what it was. Without the key it is not: `SELECT DISTINCT a FROM t` of two rows with the same `a`.
 * A key of user data is a promise of its source, which negation and unions of the plan do not keep: they have no keys.
 *
 * Example: `SELECT DISTINCT k, x FROM t`
 */
export const dropDistinctOnKeys: Rewrite = {
  name: 'dropDistinctOnKeys',
  apply(relation): Relation {
    if (relation.op === 'distinct' && relation.input.op === 'distinct') return relation.input;
    return relation.op === 'distinct' && relationTypeOf(relation.input).keys.length > 0 ? relation.input : relation;
  },
};
