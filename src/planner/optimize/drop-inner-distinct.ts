import { exactWords } from '../../core/index.ts';
import type { Aggregate, Relation } from '../../ir/index.ts';
import { columnsOf, mapOwnScalars, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * What counts each row once whatever its weight, `distinct` or a grouping without other aggregates than min, max and the like, needs no `distinct` below it: not behind a choice of columns, a filter, a union.
 * Behind what tells weights apart it does: `SELECT x FROM a EXCEPT ALL (SELECT DISTINCT ...)`, `SELECT count(*) FROM (SELECT DISTINCT x FROM a)`; and behind a join it keeps pairs from multiplying.
 * Nor where something between them sees more than equality does: `SELECT DISTINCT n::text FROM (SELECT DISTINCT n FROM t) s` has one row of 1.0 and 1.00.
 *
 * Example: `SELECT x FROM (SELECT DISTINCT x, y FROM a) i UNION SELECT x FROM b`
 */
export const dropInnerDistinct: Rewrite = {
  name: 'dropInnerDistinct',
  apply(relation): Relation {
    if (relation.op !== 'distinct' && !(relation.op === 'reduce' && relation.aggregates.every(countsOnce) && seesEquals(relation, relation.input))) return relation;
    const input = loosened(relation.input);
    return input === relation.input ? relation : { ...relation, input };
  },
};

const onceIsEnough: ReadonlySet<string> = new Set(['min', 'max', 'bool_and', 'bool_or', 'every', 'bit_and', 'bit_or']);
const countsOnce = ({ function: id, distinct, order }: Aggregate): boolean => (distinct && order.length === 0) || onceIsEnough.has(id.slice(0, id.indexOf('(')));

/** Rows that are equal stay equal in it: it reads only columns whose values are the same where they are equal. */
function seesEquals(relation: Relation, input: Relation): boolean {
  const { columns } = relationTypeOf(input);
  let equals = true;
  mapOwnScalars(relation, (scalar) => {
    if (scalar.op !== 'column') for (const column of columnsOf(scalar)) equals &&= exactWords(columns[column]!.type);
    return scalar;
  });
  return equals;
}

/** The relation where each row need be there only once, and may be there more often. */
function loosened(relation: Relation): Relation {
  switch (relation.op) {
    case 'distinct':
      return loosened(relation.input);
    case 'map':
    case 'filter': {
      const input = seesEquals(relation, relation.input) ? loosened(relation.input) : relation.input;
      return input === relation.input ? relation : { ...relation, input };
    }
    case 'union': {
      const inputs = relation.inputs.map(loosened);
      return inputs.every((input, index) => input === relation.inputs[index]) ? relation : { op: 'union', inputs };
    }
    default:
      return relation;
  }
}
