import { exactWords } from '../../core/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, isKeyed, isOuter, relationTypeOf } from '../../ir/index.ts';
import { isVolatile } from './fuse-maps.ts';
import { offsetsOf } from './push-filters.ts';

type Columns = ReadonlySet<number>;

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
      return readable(values, determinedBy(relation.input, plainOf(values, columns)), columns);
    }
    case 'reduce':
      return readable(relation.by, determinedBy(relation.input, plainOf(relation.by, columns)), columns);
    case 'join':
      return inJoin(relation, columns);
    default:
      return columns;
  }
}

/** The input's columns that these outputs are. */
const plainOf = (scalars: readonly Scalar[], columns: Columns): Columns => new Set([...columns].flatMap((column) => { const scalar = scalars[column]; return scalar?.op === 'column' ? [scalar.index] : []; }));

/** The outputs that are computed of nothing but these columns, beside those known. */
function readable(scalars: readonly Scalar[], determined: Columns, known: Columns): Columns {
  const found = new Set(known);
  scalars.forEach((scalar, index) => {
    if ([...columnsOf(scalar)].every((column) => determined.has(column)) && !isVolatile(scalar)) found.add(index);
  });
  return found;
}

function inJoin(join: Extract<Relation, { op: 'join' }>, columns: Columns): Columns {
  const offsets = offsetsOf(join);
  const types = join.inputs.map(relationTypeOf);
  const known = join.inputs.map((_, index) => new Set([...columns].map((column) => column - offsets[index]!).filter((column) => column >= 0 && column < types[index]!.columns.length)));
  const size = (): number => known.reduce((sum, own) => sum + own.size, 0);
  const covers = (own: Columns, scalar: Scalar): boolean => !isVolatile(scalar) && [...columnsOf(scalar)].every((column) => own.has(column));
  const add = (own: Set<number>, scalar: Scalar): void => { if (scalar.op === 'column' && exactWords(scalar.type)) own.add(scalar.index); };
  for (let before = -1; before !== size();) {
    before = size();
    // Of a row that is missing all is NULL, as it may be in one that is there.
    join.inputs.forEach((input, index) => { if (!isOuter(join, index)) for (const column of determinedBy(input, known[index]!)) known[index]!.add(column); });
    join.on.forEach((edge, at) => {
      const [parent, child] = [known[edge.parent]!, known[at + 1]!];
      if (edge.keys.every(({ left }) => covers(parent, left))) {
        for (const { right } of edge.keys) add(child, right);
        if (isKeyed(edge, types[at + 1]!)) for (const column of types[at + 1]!.columns.keys()) child.add(column);
      }
      if (!isOuter(join, at + 1)) for (const { left, right } of edge.keys) if (covers(child, right)) add(parent, left);
    });
  }
  return new Set(known.flatMap((own, index) => [...own].map((column) => column + offsets[index]!)));
}
