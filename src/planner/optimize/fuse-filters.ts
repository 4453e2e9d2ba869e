import type { Relation } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * A filter of a filter is one filter, the lower one's conjuncts first: `WHERE x <> 0` below keeps guarding `1 / x > 1` above.
 *
 * Example: `SELECT x FROM (SELECT x FROM a WHERE x <> 0) i WHERE 1 / x > 1`
 */
export const fuseFilters: Rewrite = {
  name: 'fuseFilters',
  apply(relation): Relation {
    if (relation.op === 'filter' && relation.input.op === 'filter') {
      return { op: 'filter', input: relation.input.input, predicates: [...relation.input.predicates, ...relation.predicates] };
    }
    if (relation.op === 'temporalFilter' && relation.input.op === 'temporalFilter' && relation.intervals.length === 1 && relation.input.intervals.length === 1) {
      const [lower, upper] = [relation.input.intervals[0]!, relation.intervals[0]!];
      return { op: 'temporalFilter', input: relation.input.input, intervals: [{ when: [...lower.when, ...upper.when], bounds: [...lower.bounds, ...upper.bounds] }] };
    }
    return relation;
  },
};
