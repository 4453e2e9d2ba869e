import type { Relation, Scalar } from '../../ir/index.ts';
import { structureText } from '../../ir/index.ts';
import { isVolatile } from './fuse-maps.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * A filter of a filter is one filter, the lower one's conjuncts first: `WHERE x <> 0` below keeps guarding `1 / x > 1` above. What the lower one says already is not said again.
 *
 * Example: `SELECT x FROM (SELECT x FROM a WHERE x <> 0) i WHERE 1 / x > 1`
 */
export const fuseFilters: Rewrite = {
  name: 'fuseFilters',
  apply(relation): Relation {
    if (relation.op === 'filter' && relation.input.op === 'filter') {
      const said = new Set(relation.input.predicates.map(textOf));
      return { op: 'filter', input: relation.input.input, predicates: [...relation.input.predicates, ...relation.predicates.filter((predicate) => isVolatile(predicate) || !said.has(textOf(predicate)))] };
    }
    if (relation.op === 'temporalFilter' && relation.input.op === 'temporalFilter' && relation.intervals.length === 1 && relation.input.intervals.length === 1) {
      const [lower, upper] = [relation.input.intervals[0]!, relation.intervals[0]!];
      return { op: 'temporalFilter', input: relation.input.input, intervals: [{ when: [...lower.when, ...upper.when], bounds: [...lower.bounds, ...upper.bounds] }] };
    }
    return relation;
  },
};

const ignored: ReadonlySet<string> = new Set(['position']);
const textOf = (scalar: Scalar): string => structureText(scalar, ignored);
