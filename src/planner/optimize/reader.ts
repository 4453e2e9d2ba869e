import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, mapOwnScalars, substitute } from '../../ir/index.ts';

/** An operator that reads some columns of what it stands on and passes none of them on by itself: a choice of columns or a grouping, perhaps through a filter. */
export interface Reader {
  readonly input: Relation;
  readonly columns: ReadonlySet<number>;
  /** The same over another input, in which `values` are the columns that it reads. */
  over(input: Relation, values: readonly Scalar[]): Relation;
}

export function readerOf(relation: Relation): Reader | undefined {
  if (relation.op !== 'map' && relation.op !== 'reduce') return undefined;
  const filter = relation.input.op === 'filter' ? relation.input : undefined;
  const columns = new Set<number>();
  for (const part of filter === undefined ? [relation] : [relation, filter]) {
    mapOwnScalars(part, (scalar) => {
      for (const column of columnsOf(scalar)) columns.add(column);
      return scalar;
    });
  }
  return {
    input: filter?.input ?? relation.input, columns,
    over: (input, values) => {
      const moved = (scalar: Scalar): Scalar => substitute(scalar, values);
      const below: Relation = filter === undefined ? input : { op: 'filter', input, predicates: filter.predicates.map(moved) };
      return mapOwnScalars({ ...relation, input: below }, moved);
    },
  };
}
