import type { Relation, Scalar } from '../../ir/index.ts';
import { substitute } from '../../ir/index.ts';
import { isSafe } from './safe.ts';

/** A stored relation seen through filters and a choice of its columns. */
export interface Bare {
  readonly get: Extract<Relation, { op: 'get' }>;
  /** over the relation's columns */
  readonly columns: readonly Extract<Scalar, { op: 'column' }>[];
  readonly filters: readonly Scalar[];
}

/** The relation taken apart, where it is nothing but that and its filters cannot raise. */
export function bareOf(relation: Relation): Bare | undefined {
  if (relation.op === 'get') return relation.lookup === undefined ? { get: relation, columns: relation.type.columns.map(({ type }, index) => ({ op: 'column', index, type })), filters: [] } : undefined;
  if (relation.op !== 'map' && relation.op !== 'filter') return undefined;
  const below = bareOf(relation.input);
  if (below === undefined) return undefined;
  if (relation.op === 'filter') return relation.predicates.every(isSafe) ? { ...below, filters: [...below.filters, ...relation.predicates.map((predicate) => substitute(predicate, below.columns))] } : undefined;
  const columns = relation.columns.flatMap(({ value }) => (value.op === 'column' ? [below.columns[value.index]!] : []));
  return columns.length === relation.columns.length ? { ...below, columns } : undefined;
}
