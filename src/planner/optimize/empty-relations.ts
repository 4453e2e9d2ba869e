import type { Relation } from '../../ir/index.ts';
import { isOuter, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';
import { isParent, without } from './without-input.ts';
import type { Join } from './without-input.ts';

/**
 * What has no rows, because a condition is never true or what it needs has none, reads nothing.
 * Where a row may be missing it does not need one: `a LEFT JOIN (SELECT * FROM b WHERE false) b ON a.k = b.k` is all rows of `a`, and NULLs. And a grouping by nothing has a row over no rows: `SELECT count(*) FROM a WHERE false`.
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
    if (hasNoRows(relation)) return { op: 'constant', rows: [], type: { columns: relationTypeOf(relation).columns, keys: [[]] } };
    return relation.op === 'join' ? withoutMissing(relation) : relation;
  },
};

const isEmpty = (relation: Relation): boolean => relation.op === 'constant' && relation.rows.length === 0;

/** The join without an input that finds no row ever, and on which nothing hangs. */
function withoutMissing(join: Join): Relation {
  const index = join.inputs.findLastIndex((_, at) => !isParent(join, at) && isMissing(join, at));
  if (index < 0) return join;
  const { relation, values } = without(join, index, join.inputs, () => undefined);
  return { op: 'map', input: relation, columns: relationTypeOf(join).columns.map(({ name }, column) => ({ name, value: values[column]! })) };
}

/** What hangs on a missing row is missing too. */
function isMissing(join: Join, index: number): boolean {
  for (let at = index; at > 0; at = join.on[at - 1]!.parent) if (join.on[at - 1]!.outer && isEmpty(join.inputs[at]!)) return true;
  return false;
}

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
