import type { Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf, renumber } from '../../ir/index.ts';
import { offsetsOf } from './push-filters.ts';

export type Join = Extract<Relation, { op: 'join' }>;

export interface Less {
  readonly relation: Relation;
  /** for each column of the join, what it is now; anything where it is not read */
  readonly values: readonly Scalar[];
}

export const isParent = (join: Join, index: number): boolean => join.on.some((edge) => edge.parent === index);

/** The join without one input, on which nothing hangs. `instead`: what its columns are now; NULL where that is not said. */
export function without(join: Join, index: number, inputs: readonly Relation[], instead: (column: number) => Scalar | undefined): Less {
  const before = (input: number): number => (input > index ? input - 1 : input);
  const left = inputs.filter((_, at) => at !== index);
  const on = join.on.filter((_, at) => at !== index - 1).map((edge) => ({ ...edge, parent: before(edge.parent) }));
  const start = offsetsOf(join)[index]!;
  const end = start + relationTypeOf(join.inputs[index]!).columns.length;
  const now = (column: number): number => (column < end ? column : column - (end - start));
  const values = relationTypeOf(join).columns.map(({ type }, column): Scalar => {
    const value = column >= start && column < end ? instead(column) : { op: 'column', index: column, type } as const;
    return value === undefined ? { op: 'literal', value: null, type } : renumber(value, now);
  });
  return { relation: left.length === 1 ? left[0]! : { op: 'join', inputs: left, on }, values };
}
