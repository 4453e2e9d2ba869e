import type { JoinEdge, Relation } from '../../ir/index.ts';
import { columnsOf, isOuter, renumber } from '../../ir/index.ts';
import { offsetsOf } from './push-filters.ts';
import type { Rewrite } from './rewrite.ts';
import { strictColumns } from './strict.ts';

type Join = Extract<Relation, { op: 'join' }>;

/**
 * A join that drives another join becomes one join of all inputs: one operator instead of a tower, and no state for the results in between.
 *
 * Each edge must hang on one input: `FROM a, b JOIN c ON c.k = a.x + b.y` stays nested. And no inner edge may hang on an input that may be missing, nor
 * one that a missing row may match: in `(a LEFT JOIN b ON a.k = b.k) LEFT JOIN c ON b.x IS NOT DISTINCT FROM c.x` a missing `b` matches the NULLs of `c`,
 * and with `ON coalesce(b.x, 0) = c.x` it matches its zeros.
 *
 * Example: `SELECT a.x, b.x AS y, c.x AS z FROM a LEFT JOIN b ON a.k = b.k LEFT JOIN c ON a.k = c.k`
 */
export const flattenJoins: Rewrite = {
  name: 'flattenJoins',
  apply(relation): Relation {
    if (relation.op !== 'join' || relation.inputs[0]?.op !== 'join') return relation;
    const driver = relation.inputs[0];
    const offsets = offsetsOf(driver);
    const on: JoinEdge[] = [...driver.on];
    const added = driver.inputs.length - 1;
    for (const edge of relation.on) {
      const moved = edge.parent > 0 ? { ...edge, parent: edge.parent + added } : hungOn(edge, driver, offsets);
      if (moved === undefined) return relation;
      on.push(moved);
    }
    return { op: 'join', inputs: [...driver.inputs, ...relation.inputs.slice(1)], on };
  },
};

function hungOn(edge: JoinEdge, driver: Join, offsets: readonly number[]): JoinEdge | undefined {
  const places = new Set(edge.keys.flatMap((key) => [...columnsOf(key.left)].map((column) => offsets.findLastIndex((offset) => offset <= column))));
  if (places.size > 1) return undefined;
  const parent = [...places][0] ?? 0;
  if (isOuter(driver, parent) && (!edge.outer || !edge.keys.some(matchesNoMissingRow))) return undefined;
  return { ...edge, parent, keys: edge.keys.map((key) => ({ ...key, left: renumber(key.left, (column) => column - offsets[parent]!) })) };
}

const matchesNoMissingRow = (key: JoinEdge['keys'][number]): boolean => !key.nullSafe && strictColumns(key.left).size > 0;
