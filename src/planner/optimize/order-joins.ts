import { Oid, sqlType } from '../../core/index.ts';
import type { JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, equalityOf, isKeyed, isOuter, relationTypeOf, renumber, structureText } from '../../ir/index.ts';
import { offsetsOf } from './push-filters.ts';
import type { Facts, Rewrite } from './rewrite.ts';
import { isSafe } from './safe.ts';
import { strictColumns } from './strict.ts';

type Join = Extract<Relation, { op: 'join' }>;

/** An equality of two leaves, their scalars over the columns of all leaves one after the other. */
interface Equality {
  readonly left: Scalar;
  readonly right: Scalar;
  readonly nullSafe: boolean;
}

/** A leaf that hangs on another one where it was: by an outer edge, or on a leaf that may be missing. */
interface Hanging {
  readonly leaf: number;
  readonly parent: number;
  readonly keys: readonly Equality[];
  readonly outer: boolean;
}

/** A tree of joins taken apart. */
interface Graph {
  readonly leaves: Relation[];
  readonly offsets: number[];
  readonly equalities: Equality[];
  readonly hanging: Hanging[];
  /** what was asked of rows on the way, the lower first */
  readonly filters: Scalar[];
}

/**
 * Joins of joins become one join of all their inputs, in an order of its own: one operator instead of a tower, and no state for the results in between.
 * It begins at the input from which most others are found by a key of theirs, each of which adds at most one row, and of several such at the one with most rows, as far as that is known: what is probed is arranged, so that had better be small.
 * Then come those found by some equality, those with few rows, a condition or a limit first, and products last:
 * `FROM a, c, b WHERE a.x = b.x AND b.y = c.y` is not the product of `a` and `c` joined with `b`. Equalities that close a circle are conditions on the joined rows.
 *
 * What hangs by an outer edge stays where it hangs: in `(a CROSS JOIN c) LEFT JOIN b ON ...` every pair survives. A join stays one input where an edge reads several inputs of it, as in
 * `FROM a, b JOIN c ON c.k = a.x + b.y`; where a missing row of it would match, as in `(a LEFT JOIN b ON a.k = b.k) LEFT JOIN c ON b.x IS NOT DISTINCT FROM c.x`, or with `ON coalesce(b.x, 0) = c.x`;
 * and where a key may raise, for each row of an input meets its keys: in `(a JOIN b ON a.k = b.k) JOIN c ON c.k = 1 / a.x` a zero in a row of `a` that `b` does not match must stay unseen.
 *
 * Example: `SELECT a.x, b.x AS y, c.x AS z FROM a LEFT JOIN b ON a.k = b.k LEFT JOIN c ON a.k = c.k`
 */
export const orderJoins: Rewrite = {
  name: 'orderJoins',
  apply(relation, facts): Relation {
    if (relation.op !== 'join') return relation;
    const whole = new Set<Relation>();
    for (;;) {
      const taken = takeApart(relation, whole);
      if ('whole' in taken) whole.add(taken.whole);
      else return rebuilt(relation, taken.graph, taken.columns, facts) ?? relation;
    }
  },
};

/** The graph of a join, with the leaves' columns that its own columns are; or the input that has to stay whole. */
function takeApart(join: Join, whole: ReadonlySet<Relation>): { readonly graph: Graph; readonly columns: readonly number[] } | { readonly whole: Relation } {
  const graph: Graph = { leaves: [], offsets: [], equalities: [], hanging: [], filters: [] };
  const taking = new Taking(graph, whole);
  const columns = taking.join(join);
  return taking.refused === undefined ? { graph, columns } : { whole: taking.refused };
}

class Taking {
  readonly #graph: Graph;
  readonly #whole: ReadonlySet<Relation>;
  readonly #missing = new Set<number>();
  #width = 0;
  refused: Relation | undefined;

  constructor(graph: Graph, whole: ReadonlySet<Relation>) {
    this.#graph = graph;
    this.#whole = whole;
  }

  /** For each column of the join the leaf column it is. */
  join(join: Join): readonly number[] {
    const firsts = [this.#graph.leaves.length];
    const columns: (readonly number[])[] = [this.#input(join.inputs[0]!)];
    join.on.forEach((edge, at) => {
      const child = join.inputs[at + 1]!;
      firsts.push(this.#graph.leaves.length);
      const hangs = edge.outer || isOuter(join, edge.parent);
      const own = hangs ? this.#leaf(child) : this.#input(child);
      const [parentColumns, parent] = [columns[edge.parent]!, join.inputs[edge.parent]!];
      const keys = edge.keys.map(({ left, right, nullSafe }) => ({ left: placed(left, parentColumns), right: placed(right, own), nullSafe }));
      if (hangs) this.#hang(edge.outer, keys, parent, firsts[edge.parent]!);
      else for (const key of keys) this.#equal(key, parent, child);
      columns.push(own);
    });
    return columns.flat();
  }

  #input(relation: Relation): readonly number[] {
    if (this.#whole.has(relation) || !isJoin(relation)) return this.#leaf(relation);
    return this.#through(relation);
  }
  #through(relation: Relation): readonly number[] {
    if (relation.op === 'map') {
      const below = this.#through(relation.input);
      return relation.columns.map(({ value }) => (value.op === 'column' ? below[value.index]! : -1));
    }
    if (relation.op === 'filter') {
      const below = this.#through(relation.input);
      this.#graph.filters.push(...relation.predicates.map((predicate) => placed(predicate, below)));
      return below;
    }
    return this.join(relation as Join);
  }
  #leaf(relation: Relation): readonly number[] {
    const { leaves, offsets } = this.#graph;
    const start = this.#width;
    leaves.push(relation);
    offsets.push(start);
    this.#width += relationTypeOf(relation).columns.length;
    return Array.from({ length: this.#width - start }, (_, index) => start + index);
  }

  #equal(key: Equality, parent: Relation, child: Relation): void {
    for (const [scalar, input] of [[key.left, parent], [key.right, child]] as const) {
      const leaves = leavesOf(this.#graph, scalar);
      const apart = isJoin(input) && !this.#whole.has(input);
      if (apart && (leaves.length !== 1 || this.#missing.has(leaves[0]!) || !isSafe(scalar))) this.refused ??= input;
    }
    this.#graph.equalities.push(key);
  }
  /** `first`: the leaf that drives the parent */
  #hang(outer: boolean, keys: readonly Equality[], parent: Relation, first: number): void {
    const leaf = this.#graph.leaves.length - 1;
    const found = [...new Set(keys.flatMap(({ left }) => leavesOf(this.#graph, left)))];
    const on = found[0] ?? first;
    const apart = isJoin(parent) && !this.#whole.has(parent);
    if (apart && (found.length > 1 || !keys.every(({ left }) => isSafe(left)) || (this.#missing.has(on) && !(outer && keys.some(matchesNoMissingRow))))) this.refused ??= parent;
    this.#missing.add(leaf);
    this.#graph.hanging.push({ leaf, parent: on, keys, outer });
  }
}

const matchesNoMissingRow = ({ left, nullSafe }: Equality): boolean => !nullSafe && strictColumns(left).size > 0;

/** A join seen through filters and choices of its columns. */
function isJoin(relation: Relation): boolean {
  if (relation.op === 'join') return true;
  if (relation.op === 'filter') return isJoin(relation.input);
  return relation.op === 'map' && relation.columns.every(({ value }) => value.op === 'column') && isJoin(relation.input);
}

const placed = (scalar: Scalar, columns: readonly number[]): Scalar => renumber(scalar, (column) => columns[column]!);
const leafOf = ({ offsets }: Graph, column: number): number => offsets.findLastIndex((offset) => offset <= column);
const leavesOf = (graph: Graph, scalar: Scalar): readonly number[] => [...new Set([...columnsOf(scalar)].map((column) => leafOf(graph, column)))];

/** What leads from one leaf to another. */
interface Way {
  readonly keys: readonly Equality[];
  readonly rank: number;
}
/** How a leaf joins those before it: the equalities that join it; others with leaves before it are conditions. */
interface Placing extends Way {
  readonly leaf: number;
  /** the leaf it hangs on; -1: it is the first */
  readonly parent: number;
}
const [product, connected, keyed] = [0, 1, 2] as const;

/** By leaf, what leads to it from each leaf. */
function waysOf(graph: Graph): readonly (readonly Way[])[] {
  const sides = graph.equalities.map(({ left, right }) => [leavesOf(graph, left), leavesOf(graph, right)].map((leaves) => (leaves.length === 1 ? leaves[0]! : -1)));
  return graph.leaves.map((relation, to) => graph.leaves.map((_, from): Way => {
    const keys = graph.equalities.flatMap((key, at): readonly Equality[] => {
      const [a, b] = sides[at]!;
      if (a === from && b === to) return [key];
      return a === to && b === from ? [{ left: key.right, right: key.left, nullSafe: key.nullSafe }] : [];
    });
    const own = keys.map((key) => ({ ...key, right: renumber(key.right, (column) => column - graph.offsets[to]!) }));
    // One row that some other leaf can be found by waits for that.
    const waits = keys.length === 0 && sides.some((leaves) => leaves.includes(to));
    return { keys, rank: !waits && isKeyed({ parent: 0, keys: own, outer: false }, relationTypeOf(relation)) ? keyed : keys.length > 0 ? connected : product };
  }));
}

/** The order of the leaves that hang nowhere. */
function orderOf(graph: Graph, facts: Facts): readonly Placing[] {
  const hung = new Set(graph.hanging.map(({ leaf }) => leaf));
  const free = [...graph.leaves.keys()].filter((leaf) => !hung.has(leaf));
  const rows = graph.leaves.map((leaf) => rowsOf(leaf, facts));
  const ways = waysOf(graph);
  let best: { readonly order: readonly Placing[]; readonly score: readonly number[] } | undefined;
  for (const root of free) {
    const order = orderFrom(root, free, ways, rows);
    const count = (rank: number): number => order.filter((placing) => placing.rank === rank).length;
    const score = [-count(product), count(keyed), rows[root]!];
    if (best === undefined || compared(score, best.score) > 0) best = { order, score };
  }
  return best?.order ?? [];
}

function orderFrom(root: number, free: readonly number[], ways: readonly (readonly Way[])[], rows: readonly number[]): readonly Placing[] {
  const order: Placing[] = [{ leaf: root, parent: -1, keys: [], rank: keyed }];
  const left = new Set(free.filter((leaf) => leaf !== root));
  while (left.size > 0) {
    let best: Placing | undefined;
    for (const leaf of left) {
      const placing = placingOf(leaf, order, ways[leaf]!);
      const fewer = best !== undefined && rows[leaf]! < rows[best.leaf]!;
      if (best === undefined || placing.rank > best.rank || (placing.rank === best.rank && fewer)) best = placing;
    }
    order.push(best!);
    left.delete(best!.leaf);
  }
  return order;
}

/** Of the leaves that are there it hangs on the one that finds it by a key, or by most equalities. */
function placingOf(leaf: number, order: readonly Placing[], ways: readonly Way[]): Placing {
  let best: Placing | undefined;
  for (const { leaf: parent } of order) {
    const way = ways[parent]!;
    if (best === undefined || way.rank > best.rank || (way.rank === best.rank && way.keys.length > best.keys.length)) best = { leaf, parent, ...way };
  }
  return best!;
}

const compared = (a: readonly number[], b: readonly number[]): number => a.map((value, index) => value - b[index]!).find((difference) => difference !== 0) ?? 0;

/** A stored relation whose rows nobody has counted may have any number; a condition leaves some of them. The engine counts again where it leads each change to few rows first. */
const UNKNOWN_ROWS = 1e9;
const LEFT_BY_FILTER = 1 / 3;

/** About how many rows: enough to tell which of two is likely to have fewer. */
function rowsOf(relation: Relation, facts: Facts): number {
  if (relationTypeOf(relation).keys.some((key) => key.length === 0)) return 1;
  switch (relation.op) {
    case 'get':
      return facts.rowsIn?.(relation.id) ?? UNKNOWN_ROWS;
    case 'constant':
      return relation.rows.length;
    case 'topK':
      return relation.by.length === 0 && relation.limit !== null ? Math.min(relation.limit, rowsOf(relation.input, facts)) : rowsOf(relation.input, facts);
    case 'filter':
    case 'temporalFilter':
      return rowsOf(relation.input, facts) * LEFT_BY_FILTER;
    case 'map':
    case 'distinct':
    case 'reduce':
    case 'threshold':
      return rowsOf(relation.input, facts);
    default:
      return UNKNOWN_ROWS;
  }
}

/** The join in its order, with the columns of the one it stands for; undefined where that is how it is. */
function rebuilt(join: Join, graph: Graph, columns: readonly number[], facts: Facts): Relation | undefined {
  const order = orderOf(graph, facts);
  const used = new Set(order.flatMap(({ keys }) => keys.map(keyText)));
  const rest = graph.equalities.filter((key) => !used.has(keyText(key)) && !used.has(keyText({ left: key.right, right: key.left, nullSafe: key.nullSafe })));
  const closing = rest.map(({ left, right, nullSafe }): Scalar | undefined => (nullSafe ? { op: 'same', left, right, type: equalityType } : equalityOf(left, right)));
  const sequence = [...order.map(({ leaf }) => leaf), ...graph.hanging.map(({ leaf }) => leaf)];
  const placeOf = (leaf: number): number => sequence.indexOf(leaf);
  const local = (scalar: Scalar): Scalar => renumber(scalar, (column) => column - graph.offsets[leafOf(graph, column)]!);
  const edge = (parent: number, keys: readonly Equality[], outer: boolean): JoinEdge =>
    ({ parent: placeOf(parent), keys: keys.map((key) => ({ left: local(key.left), right: local(key.right), nullSafe: key.nullSafe })), outer });
  const on = [...order.slice(1).map(({ parent, keys }) => edge(parent, keys, false)), ...graph.hanging.map(({ parent, keys, outer }) => edge(parent, keys, outer))];
  const isFlat = graph.leaves.length === join.inputs.length;
  if (isFlat && sequence.every((leaf, index) => leaf === index) && rest.length === 0 && on.every((made, index) => made.parent === join.on[index]!.parent)) return undefined;
  if (closing.includes(undefined)) return undefined;

  const ordered: Join = { op: 'join', inputs: sequence.map((leaf) => graph.leaves[leaf]!), on };
  const starts = offsetsOf(ordered);
  const now = (column: number): number => column - graph.offsets[leafOf(graph, column)]! + starts[placeOf(leafOf(graph, column))]!;
  const predicates = [...closing.flatMap((predicate) => predicate ?? []), ...graph.filters].map((predicate) => renumber(predicate, now));
  const filtered: Relation = predicates.length === 0 ? ordered : { op: 'filter', input: ordered, predicates };
  const names = relationTypeOf(join).columns;
  return { op: 'map', input: filtered, columns: columns.map((column, index) => ({ name: names[index]!.name, value: { op: 'column', index: now(column), type: names[index]!.type } })) };
}

const equalityType = sqlType(Oid.bool);
const keyText = (key: Equality): string => structureText([key.left, key.right, key.nullSafe]);
