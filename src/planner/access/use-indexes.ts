import type { Environment, Relation, RelationId, Scalar } from '../../ir/index.ts';
import { mapInputs } from '../../ir/index.ts';
import type { IndexFacts } from '../context.ts';
import { bindingsOf, both } from './bindings.ts';
import type { Bindings } from './bindings.ts';
import { fuseFilters } from '../optimize/fuse-filters.ts';
import { fuseMaps } from '../optimize/fuse-maps.ts';
import { narrowColumns } from '../optimize/narrow-columns.ts';
import { fixpoint } from '../optimize/optimize.ts';
import { driveJoin } from './drive-join.ts';

export type IndexesOn = (id: RelationId) => readonly IndexFacts[];

/**
 * How a query that is answered once reads its relations: where conditions bind all columns of an index, by a lookup; joins begin at an input that has few rows, if the others can be
 * probed from there. Everything stays right when an index is gone: a lookup says how rows may be found, the conditions still choose them.
 */
export function readThroughIndexes(relation: Relation, environment: Environment, indexesOn: IndexesOn): Relation {
  const reading = useIndexes(relation, indexesOn);
  return reading === relation ? relation : narrowColumns(fixpoint(reading, [fuseMaps, fuseFilters], { environment }));
}

function useIndexes(relation: Relation, indexesOn: IndexesOn): Relation {
  const below = mapInputs(relation, (input) => useIndexes(input, indexesOn));
  if (below.op === 'filter' && below.input.op === 'get') return lookedUp(below.input, below.predicates, indexesOn, (get) => ({ ...below, input: get }), below);
  if (below.op === 'join') return driveJoin(below, indexesOn);
  return below;
}

type Get = Extract<Relation, { op: 'get' }>;

function lookedUp(get: Get, predicates: readonly Scalar[], indexesOn: IndexesOn, put: (get: Get) => Relation, otherwise: Relation): Relation {
  const bindings = predicates.map(bindingsOf).reduce(both, new Map() as Bindings);
  const index = bestIndex(indexesOn(get.id), bindings);
  if (index === undefined) return otherwise;
  return put({ ...get, lookup: { index: index.name, columns: index.columns, keys: index.columns.map((column) => bindings.get(column)!) } });
}

/** The index of most columns among those whose columns are all bound; of several the first. */
function bestIndex(indexes: readonly IndexFacts[], bindings: Bindings): IndexFacts | undefined {
  let best: IndexFacts | undefined;
  for (const index of indexes) {
    if (index.columns.every((column) => bindings.has(column)) && (best === undefined || index.columns.length > best.columns.length)) best = index;
  }
  return best;
}
