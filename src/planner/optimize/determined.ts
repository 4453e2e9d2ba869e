import type { Column } from '../../core/index.ts';
import { exactWords } from '../../core/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, isKeyed, isOuter, relationTypeOf } from '../../ir/index.ts';
import { isVolatile } from './fuse-maps.ts';
import { offsetsOf } from './push-filters.ts';

type Columns = ReadonlySet<number>;

/**
 * Whether this is the same in any two rows that agree in the columns `given`, as far as it reads those: of equal numbers the texts may differ,
 * so what is computed of them is not. They themselves are equal.
 */
export const isReadable = (scalar: Scalar, given: Columns, types: readonly Column[]): boolean =>
  scalar.op === 'column' || [...columnsOf(scalar)].every((column) => !given.has(column) || exactWords(types[column]!.type));

/** The columns whose values are the same in any two rows that agree in these: the rest of a row of which a key is among them, on either side of a join. */
export function determinedBy(relation: Relation, columns: Columns): Columns {
  const { keys, columns: all } = relationTypeOf(relation);
  if (keys.some((key) => key.every((column) => columns.has(column)))) return new Set(all.keys());
  switch (relation.op) {
    case 'filter':
    case 'temporalFilter':
    case 'distinct':
    case 'threshold':
    case 'topK':
    case 'negate':
      return determinedBy(relation.input, columns);
    case 'map': {
      const values = relation.columns.map(({ value }) => value);
      return readable(values, relation.input, plainOf(values, columns), columns);
    }
    case 'reduce':
      return readable(relation.by, relation.input, plainOf(relation.by, columns), columns);
    case 'join':
      return inJoin(relation, columns);
    default:
      return columns;
  }
}

/** The input's columns that these outputs are. */
const plainOf = (scalars: readonly Scalar[], columns: Columns): Columns => new Set([...columns].flatMap((column) => { const scalar = scalars[column]; return scalar?.op === 'column' ? [scalar.index] : []; }));

/** The outputs that are computed of nothing but what the columns `given` of the input determine, beside those known. */
function readable(scalars: readonly Scalar[], input: Relation, given: Columns, known: Columns): Columns {
  const determined = determinedBy(input, given);
  const types = relationTypeOf(input).columns;
  const found = new Set(known);
  scalars.forEach((scalar, index) => {
    if ([...columnsOf(scalar)].every((column) => determined.has(column)) && !isVolatile(scalar) && isReadable(scalar, given, types)) found.add(index);
  });
  return found;
}

function inJoin(join: Extract<Relation, { op: 'join' }>, columns: Columns): Columns {
  const offsets = offsetsOf(join);
  const types = join.inputs.map(relationTypeOf);
  const known = join.inputs.map((_, index) => new Set([...columns].map((column) => column - offsets[index]!).filter((column) => column >= 0 && column < types[index]!.columns.length)));
  const given = known.map((own) => new Set(own));
  const size = (): number => known.reduce((sum, own) => sum + own.size, 0);
  const covers = (input: number, scalar: Scalar): boolean =>
    !isVolatile(scalar) && [...columnsOf(scalar)].every((column) => known[input]!.has(column)) && isReadable(scalar, given[input]!, types[input]!.columns);
  const add = (own: Set<number>, scalar: Scalar): void => { if (scalar.op === 'column' && exactWords(scalar.type)) own.add(scalar.index); };
  for (let before = -1; before !== size();) {
    before = size();
    // Of a row that is missing all is NULL, as it may be in one that is there.
    join.inputs.forEach((input, index) => { if (!isOuter(join, index)) for (const column of determinedBy(input, known[index]!)) known[index]!.add(column); });
    join.on.forEach((edge, at) => {
      const [parent, child] = [known[edge.parent]!, known[at + 1]!];
      if (edge.keys.every(({ left }) => covers(edge.parent, left))) {
        for (const { right } of edge.keys) add(child, right);
        if (isKeyed(edge, types[at + 1]!)) for (const column of types[at + 1]!.columns.keys()) child.add(column);
      }
      if (!isOuter(join, at + 1)) for (const { left, right } of edge.keys) if (covers(at + 1, right)) add(parent, left);
    });
  }
  return new Set(known.flatMap((own, index) => [...own].map((column) => column + offsets[index]!)));
}
