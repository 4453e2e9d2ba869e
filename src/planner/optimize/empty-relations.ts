import type { Relation } from '../../ir/index.ts';
import { isOuter, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * What has no rows, because a condition is never true or what it needs has none, reads nothing.
 * Where a row may be missing it does not need one: `a LEFT JOIN (SELECT * FROM b WHERE false) b ON a.k = b.k` has all rows of `a`. And a grouping by nothing has a row over no rows: `SELECT count(*) FROM a WHERE false`.
 *
 * Example: `SELECT a.x FROM a JOIN b ON a.k = b.k WHERE 1 = 2`
 */
export const emptyRelations: Rewrite = {
  name: 'emptyRelations',
  apply(relation): Relation {
    if (relation.op === 'constant') return relation;
    if (relation.op === 'union' && relation.inputs.some(isEmpty) && !relation.inputs.every(isEmpty)) {
      const inputs = relation.inputs.filter((input) => !isEmpty(input));
      const type = relationTypeOf(relation).columns;
      const named = relationTypeOf(inputs[0]!).columns.every(({ name }, index) => name === type[index]!.name);
      if (named) return { op: 'union', inputs };
    }
    return hasNoRows(relation) ? { op: 'constant', rows: [], type: { columns: relationTypeOf(relation).columns, keys: [[]] } } : relation;
  },
};

const isEmpty = (relation: Relation): boolean => relation.op === 'constant' && relation.rows.length === 0;

function hasNoRows(relation: Relation): boolean {
  switch (relation.op) {
    case 'filter':
      return isEmpty(relation.input) || relation.predicates.some((predicate) => predicate.op === 'literal' && predicate.value !== true);
    case 'join':
      return relation.inputs.some((input, index) => isEmpty(input) && !isOuter(relation, index));
    case 'union':
      return relation.inputs.every(isEmpty);
    case 'reduce':
      return relation.by.length > 0 && isEmpty(relation.input);
    case 'topK':
      return relation.limit === 0 || isEmpty(relation.input);
    case 'map':
    case 'flatMap':
    case 'distinct':
    case 'negate':
    case 'threshold':
    case 'temporalFilter':
      return isEmpty(relation.input);
    case 'get':
    case 'local':
    case 'let':
    case 'constant':
      return false;
  }
}
