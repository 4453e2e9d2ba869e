import type { JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, relationTypeOf, renumber } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

type Key = JoinEdge['keys'][number];

/**
 * `FROM a, c, b WHERE a.x = b.x AND b.y = c.y` is not the product of `a` and `c` joined with `b`, but `a` joined with `b` joined with `c`.
 *
 * Only for inner joins: in `(a CROSS JOIN c) LEFT JOIN b ON ...` every pair survives.
 *
 * Example: `SELECT a.x FROM a, c, b WHERE a.x = b.x AND b.y = c.y`
 */
export const orderCrossJoins: Rewrite = {
  name: 'orderCrossJoins',
  apply(relation): Relation {
    if (relation.op !== 'join' || relation.inputs.length !== 2 || relation.on[0]!.outer) return relation;
    const [product, last] = [relation.inputs[0]!, relation.inputs[1]!];
    if (product.op !== 'join' || product.inputs.length !== 2 || product.on[0]!.outer || product.on[0]!.keys.length > 0) return relation;
    const [first, second] = [product.inputs[0]!, product.inputs[1]!];
    const [a, b, c] = [first, second, last].map((input) => relationTypeOf(input).columns.length) as [number, number, number];
    const onFirst: Key[] = [];
    const onSecond: Key[] = [];
    for (const key of relation.on[0]!.keys) {
      const columns = [...columnsOf(key.left)];
      if (columns.every((column) => column < a)) onFirst.push(key);
      else if (columns.every((column) => column >= a)) onSecond.push(key);
      else return relation;
    }
    if (onFirst.length === 0 || onSecond.length === 0) return relation;
    const chain: Relation = { op: 'join', inputs: [first, last], on: [{ parent: 0, keys: onFirst, outer: false }] };
    const keys = onSecond.map((key): Key => ({ left: renumber(key.right, (column) => column + a), right: renumber(key.left, (column) => column - a), nullSafe: key.nullSafe }));
    const ordered: Relation = { op: 'join', inputs: [chain, second], on: [{ parent: 0, keys, outer: false }] };
    const places = [...range(0, a), ...range(a + c, b), ...range(a, c)];
    const columns = relationTypeOf(ordered).columns;
    return { op: 'map', input: ordered, columns: places.map((index) => ({ name: columns[index]!.name, value: { op: 'column', index, type: columns[index]!.type } satisfies Scalar })) };
  },
};

const range = (from: number, length: number): readonly number[] => Array.from({ length }, (_, index) => from + index);
