import { InvariantError } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { ColumnId } from '../resolve/typed.ts';

/** A relation of the IR, and where in it each column of the typed tree stands. */
export interface Bound {
  readonly relation: Relation;
  readonly at: ReadonlyMap<ColumnId, number>;
}

/** One row without columns. */
export const unit: Bound = { relation: { op: 'constant', rows: [{ values: [], weight: 1 }], type: { columns: [], keys: [[]] } }, at: new Map() };

export const isUnit = (bound: Bound): boolean => bound === unit;
export const widthOf = (relation: Relation): number => relationTypeOf(relation).columns.length;
export const typeAt = (relation: Relation, index: number): SqlType => relationTypeOf(relation).columns[index]!.type;

export function indexOf(bound: Bound, id: ColumnId): number {
  const index = bound.at.get(id);
  if (index === undefined) throw new InvariantError(`column ${id} is not in the relation it is taken from`);
  return index;
}

/** Column `id` as a scalar over the relation. */
export function reference(bound: Bound, id: ColumnId): Scalar {
  const index = indexOf(bound, id);
  return { op: 'column', index, type: typeAt(bound.relation, index) };
}

/** Exactly these columns, in this order. */
export function narrowed(bound: Bound, ids: readonly ColumnId[]): Bound {
  const columns = relationTypeOf(bound.relation).columns;
  const places = ids.map((id) => indexOf(bound, id));
  const at = new Map(ids.map((id, index) => [id, index]));
  if (places.length === columns.length && places.every((place, index) => place === index)) return { relation: bound.relation, at };
  return {
    at,
    relation: { op: 'map', input: bound.relation, columns: places.map((index) => ({ name: columns[index]!.name, value: { op: 'column', index, type: columns[index]!.type } })) },
  };
}

/** The relation's columns and further ones. */
export function extended(bound: Bound, added: readonly { readonly id: ColumnId; readonly name: string; readonly value: Scalar }[]): Bound {
  const columns = relationTypeOf(bound.relation).columns;
  const at = new Map(bound.at);
  const computed = added.filter(({ id, value }) => {
    if (value.op !== 'column') return true;
    at.set(id, value.index);
    return false;
  });
  if (computed.length === 0) return { relation: bound.relation, at };
  computed.forEach(({ id }, index) => at.set(id, columns.length + index));
  const own = columns.map((column, index) => ({ name: column.name, value: { op: 'column', index, type: column.type } satisfies Scalar }));
  return { at, relation: { op: 'map', input: bound.relation, columns: [...own, ...computed.map(({ name, value }) => ({ name, value }))] } };
}

/** The columns of `left`, then those of `right`, moved behind them. Ids that both have mean the left ones. */
export function sideBySide(left: Bound, right: Bound): ReadonlyMap<ColumnId, number> {
  const offset = widthOf(left.relation);
  return new Map([...[...right.at].map(([id, index]): [ColumnId, number] => [id, index + offset]), ...left.at]);
}

export function cross(left: Bound, right: Bound): Bound {
  if (isUnit(left)) return right;
  if (isUnit(right)) return left;
  return { at: sideBySide(left, right), relation: { op: 'join', inputs: [left.relation, right.relation], on: [{ parent: 0, keys: [], outer: false }] } };
}

export const constantNull = (type: SqlType): Scalar => ({ op: 'literal', value: null, type });
