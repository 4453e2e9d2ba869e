import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, isOuter, isTypeEquality, relationTypeOf, renumber, substitute } from '../../ir/index.ts';
import { mayInline } from './fuse-maps.ts';
import type { Rewrite } from './rewrite.ts';
import { isSafe } from './safe.ts';

type Filter = Extract<Relation, { op: 'filter' }>;
type Join = Extract<Relation, { op: 'join' }>;

/**
 * Moves conjuncts towards the rows they speak of.
 *
 * Two conditions keep the meaning. Never into the missing side of an outer join: in `a LEFT JOIN b ON a.k = b.k WHERE b.x IS NULL` the filter sees rows
 * that `b` does not have. And a conjunct that may raise moves only where it meets the rows it would have met: in
 * `FROM a JOIN b ON a.k = b.k WHERE 1 / a.x > 0` a zero in a row of `a` that `b` does not match must stay unseen. A conjunct that stands behind another that
 * guards it is not moved ahead of it: `WHERE x <> 0 AND 1 / x > 1` over a map moves whole.
 *
 * Example: `SELECT a.x FROM a JOIN b ON a.k = b.k WHERE a.x > 1`
 */
export const pushFilters: Rewrite = {
  name: 'pushFilters',
  apply(relation): Relation {
    if (relation.op !== 'filter') return relation;
    const { input } = relation;
    switch (input.op) {
      case 'map':
        return throughMap(relation, input);
      case 'join':
        return intoJoin(relation, input);
      case 'union':
        return { op: 'union', inputs: input.inputs.map((branch) => ({ op: 'filter', input: branch, predicates: relation.predicates })) };
      case 'distinct':
        return { op: 'distinct', input: { op: 'filter', input: input.input, predicates: relation.predicates } };
      case 'negate':
        return { op: 'negate', input: { op: 'filter', input: input.input, predicates: relation.predicates } };
      case 'threshold':
        return throughThreshold(relation, input);
      case 'reduce':
        return throughReduce(relation, input);
      case 'topK':
        return throughTopK(relation, input);
      case 'flatMap':
        return throughFlatMap(relation, input);
      case 'temporalFilter':
        return belowTemporal(relation, input);
      case 'let':
        return { ...input, body: { op: 'filter', input: input.body, predicates: relation.predicates } };
      default:
        return relation;
    }
  },
};

function throughMap(filter: Filter, map: Extract<Relation, { op: 'map' }>): Relation {
  const values = map.columns.map((column) => column.value);
  const readable = filter.predicates.every((predicate) => [...columnsOf(predicate)].every((column) => values[column]!.op === 'column' || values[column]!.op === 'literal'));
  // computed columns are computed once: a predicate that reads one would compute it again below
  if (!readable) {
    const [plain, rest] = split(filter.predicates, (predicate) => isSafe(predicate) && [...columnsOf(predicate)].every((column) => values[column]!.op === 'column'));
    if (plain.length === 0 || !mayInline([], values)) return filter;
    const below: Relation = { ...map, input: { op: 'filter', input: map.input, predicates: plain.map((predicate) => substitute(predicate, values)) } };
    return rest.length === 0 ? below : { op: 'filter', input: below, predicates: rest };
  }
  return { ...map, input: { op: 'filter', input: map.input, predicates: filter.predicates.map((predicate) => substitute(predicate, values)) } };
}

function split<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** Conjuncts over one input go to it; equalities between an input and the one it hangs on become keys of that edge. */
function intoJoin(filter: Filter, join: Join): Relation {
  const offsets = offsetsOf(join);
  const placeOf = (column: number): number => offsets.findLastIndex((offset) => offset <= column);
  const moved: Scalar[][] = join.inputs.map(() => []);
  const on = [...join.on];
  const rest: Scalar[] = [];
  for (const predicate of filter.predicates) {
    const places = [...new Set([...columnsOf(predicate)].map(placeOf))];
    const [place] = places;
    if (places.length === 1 && isSafe(predicate) && !isOuter(join, place!)) {
      moved[place!]!.push(renumber(predicate, (column) => column - offsets[place!]!));
      continue;
    }
    const at = places.length === 2 ? on.findIndex((edge, index) => !edge.outer && places.includes(index + 1) && places.includes(edge.parent)) : -1;
    const key = at < 0 || isOuter(join, on[at]!.parent) ? undefined : equalityKey(predicate, [on[at]!.parent, at + 1], placeOf, offsets);
    if (key === undefined) rest.push(predicate);
    else on[at] = { ...on[at]!, keys: [...on[at]!.keys, key] };
  }
  if (rest.length === filter.predicates.length) return filter;
  const inputs = join.inputs.map((input, index): Relation => (moved[index]!.length === 0 ? input : { op: 'filter', input, predicates: moved[index]! }));
  const below: Relation = { op: 'join', inputs, on };
  return rest.length === 0 ? below : { op: 'filter', input: below, predicates: rest };
}

export function offsetsOf(join: Join): readonly number[] {
  let offset = 0;
  return join.inputs.map((input) => {
    const own = offset;
    offset += relationTypeOf(input).columns.length;
    return own;
  });
}

/** `f(left) = g(right)`, both of one type, that cannot raise, over a parent and what hangs on it. */
function equalityKey(predicate: Scalar, [parent, child]: readonly [number, number], placeOf: (column: number) => number, offsets: readonly number[]): Join['on'][number]['keys'][number] | undefined {
  const nullSafe = predicate.op === 'same';
  const sides = nullSafe ? [predicate.left, predicate.right] : predicate.op === 'call' && isTypeEquality(predicate.function) ? predicate.args : [];
  const [first, second] = sides;
  if (first === undefined || second === undefined || first.type.oid !== second.type.oid || !isSafe(first) || !isSafe(second)) return undefined;
  const isOf = (place: number, scalar: Scalar): boolean => columnsOf(scalar).size > 0 && [...columnsOf(scalar)].every((column) => placeOf(column) === place);
  const local = (place: number, scalar: Scalar): Scalar => renumber(scalar, (column) => column - offsets[place]!);
  const [left, right] = isOf(parent, first) && isOf(child, second) ? [first, second] : isOf(parent, second) && isOf(child, first) ? [second, first] : [];
  return left && right && { left: local(parent, left), right: local(child, right), nullSafe };
}

/** Conjuncts over the grouping columns choose groups; below they choose the rows of the same groups. Without keys there is a group over no rows too. */
function throughReduce(filter: Filter, reduce: Extract<Relation, { op: 'reduce' }>): Relation {
  const keys = reduce.by.length;
  const [below, rest] = split(filter.predicates, (predicate) => columnsOf(predicate).size > 0 && [...columnsOf(predicate)].every((column) => column < keys) && isSafe(predicate));
  if (below.length === 0) return filter;
  const input: Relation = { op: 'filter', input: reduce.input, predicates: below.map((predicate) => substitute(predicate, reduce.by)) };
  const grouped: Relation = { ...reduce, input };
  return rest.length === 0 ? grouped : { op: 'filter', input: grouped, predicates: rest };
}

/** Whole groups of a topK may go before it chooses; single rows may not: the next would take their place. */
function throughTopK(filter: Filter, topK: Extract<Relation, { op: 'topK' }>): Relation {
  const [below, rest] = split(filter.predicates, (predicate) => columnsOf(predicate).size > 0 && [...columnsOf(predicate)].every((column) => topK.by.includes(column)) && isSafe(predicate));
  if (below.length === 0) return filter;
  const chosen: Relation = { ...topK, input: { op: 'filter', input: topK.input, predicates: below } };
  return rest.length === 0 ? chosen : { op: 'filter', input: chosen, predicates: rest };
}

/** Of equal rows all go or all stay. Those that were taken away were not tested: `(SELECT x FROM a EXCEPT ALL SELECT x FROM b) WHERE 1 / x > 0` where both have a zero. */
function throughThreshold(filter: Filter, threshold: Extract<Relation, { op: 'threshold' }>): Relation {
  const [below, rest] = split(filter.predicates, isSafe);
  if (below.length === 0) return filter;
  const left: Relation = { op: 'threshold', input: { op: 'filter', input: threshold.input, predicates: below } };
  return rest.length === 0 ? left : { op: 'filter', input: left, predicates: rest };
}

/** Conjuncts over the input's columns come before the function is called; those that raise might not have been reached. */
function throughFlatMap(filter: Filter, flatMap: Extract<Relation, { op: 'flatMap' }>): Relation {
  const width = relationTypeOf(flatMap.input).columns.length;
  const [below, rest] = split(filter.predicates, (predicate) => columnsOf(predicate).size > 0 && [...columnsOf(predicate)].every((column) => column < width) && isSafe(predicate));
  if (below.length === 0) return filter;
  const expanded: Relation = { ...flatMap, input: { op: 'filter', input: flatMap.input, predicates: below } };
  return rest.length === 0 ? expanded : { op: 'filter', input: expanded, predicates: rest };
}

/** What cannot raise is tested before a row's time is. */
function belowTemporal(filter: Filter, temporal: Extract<Relation, { op: 'temporalFilter' }>): Relation {
  const [below, rest] = split(filter.predicates, isSafe);
  if (below.length === 0) return filter;
  const bounded: Relation = { ...temporal, input: { op: 'filter', input: temporal.input, predicates: below } };
  return rest.length === 0 ? bounded : { op: 'filter', input: bounded, predicates: rest };
}
