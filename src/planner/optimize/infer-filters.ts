import { exactWords } from '../../core/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, isOuter, isEquality, mapInputs, renumber, structureText } from '../../ir/index.ts';
import { bareOf } from './bare.ts';
import { offsetsOf } from './push-filters.ts';
import { isSafe } from './safe.ts';

type Join = Extract<Relation, { op: 'join' }>;

/**
 * What is known of a column holds for the column that it must equal: of `a JOIN b ON a.x = b.x WHERE a.x = 5` only rows of `b` with a 5 find a partner.
 *
 * From a parent to what hangs on it, also by an outer edge, for a row that finds none is not seen. The other way only by inner edges: the rows of `a` in `a LEFT JOIN b ON a.x = b.x AND b.x = 5` all stay.
 * Only conditions that cannot raise, of one column whose equal values are the same value: `a.n::text = '1.0'` says nothing of a 1.00 that equals it. And of a stored relation that is read as it lies only
 * equalities, which leave few rows: for any other condition its rows would be kept once more.
 *
 * Example: `SELECT a.y, b.y AS z FROM a JOIN b ON a.x = b.x WHERE a.x = 1`
 */
export function inferFilters(relation: Relation): Relation {
  const below = mapInputs(relation, inferFilters);
  return below.op === 'join' ? inferred(below) : below;
}

function inferred(join: Join): Relation {
  const known = join.inputs.map((input) => conjunctsOf(input));
  const added: Scalar[][] = join.inputs.map(() => []);
  const tell = (from: number, to: number, source: Scalar, target: Scalar): void => {
    if (source.op !== 'column' || target.op !== 'column' || source.type.oid !== target.type.oid || !exactWords(source.type)) return;
    for (const conjunct of [...known[from]!, ...added[from]!]) {
      const columns = columnsOf(conjunct);
      if (columns.size !== 1 || !columns.has(source.index) || !isSafe(conjunct)) continue;
      const moved = renumber(conjunct, () => target.index);
      const texts = [...known[to]!, ...added[to]!].map(textOf);
      if (!texts.includes(textOf(moved)) && isWorthIt(join.inputs[to]!, moved)) added[to]!.push(moved);
    }
  };
  // Twice down: what an input is told by one that comes later it tells those behind it.
  for (const edges of [[...join.on.entries()].toReversed(), [...join.on.entries()]]) {
    for (const [index, edge] of edges) {
      for (const { left, right } of edge.keys) {
        if (!edge.outer && !isOuter(join, edge.parent)) tell(index + 1, edge.parent, right, left);
        tell(edge.parent, index + 1, left, right);
      }
    }
  }
  if (added.every((conjuncts) => conjuncts.length === 0)) return join;
  return { ...join, inputs: join.inputs.map((input, index): Relation => (added[index]!.length === 0 ? input : { op: 'filter', input, predicates: added[index]! })) };
}

const ignored = new Set(['position']);
const textOf = (scalar: Scalar): string => structureText(scalar, ignored);

function isWorthIt(input: Relation, conjunct: Scalar): boolean {
  if (bareOf(input) === undefined || bareOf(input)!.filters.length > 0) return true;
  return (conjunct.op === 'call' || conjunct.op === 'anyOf') && isEquality(conjunct.function);
}

/** Conditions that each row of the relation meets, over its columns. */
function conjunctsOf(relation: Relation): readonly Scalar[] {
  switch (relation.op) {
    case 'filter':
      return [...conjunctsOf(relation.input), ...relation.predicates];
    case 'distinct':
    case 'threshold':
    case 'topK':
    case 'temporalFilter':
    case 'negate':
    case 'flatMap':
      return conjunctsOf(relation.input);
    case 'let':
      return conjunctsOf(relation.body);
    case 'union': {
      const [first, ...others] = relation.inputs.map(conjunctsOf);
      const texts = others.map((conjuncts) => conjuncts.map(textOf));
      return (first ?? []).filter((conjunct) => texts.every((known) => known.includes(textOf(conjunct))));
    }
    case 'map':
      return through(conjunctsOf(relation.input), relation.columns.map(({ value }) => value));
    case 'reduce':
      return relation.by.length === 0 ? [] : through(conjunctsOf(relation.input), relation.by);
    case 'join': {
      const offsets = offsetsOf(relation);
      return relation.inputs.flatMap((input, index) => (isOuter(relation, index) ? [] : conjunctsOf(input).map((conjunct) => renumber(conjunct, (column) => column + offsets[index]!))));
    }
    default:
      return [];
  }
}

/** Those that read columns which are among these scalars, over the scalars. */
function through(conjuncts: readonly Scalar[], scalars: readonly Scalar[]): readonly Scalar[] {
  return conjuncts.flatMap((conjunct) => {
    const places = [...columnsOf(conjunct)].map((column) => [column, scalars.findIndex((scalar) => scalar.op === 'column' && scalar.index === column)] as const);
    if (places.length === 0 || places.some(([, place]) => place < 0)) return [];
    const at = new Map(places);
    return [renumber(conjunct, (column) => at.get(column)!)];
  });
}

