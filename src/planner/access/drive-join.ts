import { exactWords } from '../../core/index.ts';
import type { JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf, renumber, substitute } from '../../ir/index.ts';
import { offsetsOf } from '../optimize/push-filters.ts';
import { bareOf } from '../optimize/bare.ts';
import type { Bare } from '../optimize/bare.ts';
import type { IndexesOn } from './use-indexes.ts';

type Join = Extract<Relation, { op: 'join' }>;

/**
 * A join of which some input has few rows (constants, or what a lookup finds) begins there, as long as each input on the way to the input it began at has an index on the columns it is
 * probed by. Inner joins only: the rows of a side that is preserved all count. And an input that would be filtered whole to be joined with a few rows is probed as it lies, and filtered behind.
 */
export function driveJoin(join: Join, indexesOn: IndexesOn): Relation {
  const root = join.inputs.findIndex(isFew);
  if (root < 0) return join;
  const path = pathTo(join, root);
  if (path === undefined || !path.slice(1).every((input, i) => probed(join.inputs[input]!, keysBetween(join, path[i]!, input), indexesOn) !== undefined)) return join;
  const bare = join.inputs.map((input, i) => (i === root ? undefined : barer(join, path, i, input, indexesOn)));
  return path.length === 1 && bare.every((input) => input === undefined) ? join : rebuilt(join, path, bare);
}

const isFew = (relation: Relation): boolean =>
  relation.op === 'constant' || (relation.op === 'get' && relation.lookup !== undefined) || ((relation.op === 'map' || relation.op === 'filter' || relation.op === 'distinct') && isFew(relation.input));

/** The inputs from `root` to the one that drives now, by inner edges; undefined where there is an outer one. */
function pathTo(join: Join, root: number): number[] | undefined {
  const path = [root];
  for (let at = root; at > 0; at = join.on[at - 1]!.parent) {
    if (join.on[at - 1]!.outer) return undefined;
    path.push(join.on[at - 1]!.parent);
  }
  return path;
}

interface Key {
  readonly from: Scalar;
  readonly to: Scalar;
  readonly nullSafe: boolean;
}

/** The keys of the edge between two inputs, seen from the one to the other. */
function keysBetween(join: Join, from: number, to: number): readonly Key[] {
  const down = to > 0 && join.on[to - 1]!.parent === from;
  return join.on[(down ? to : from) - 1]!.keys.map(({ left, right, nullSafe }) => (down ? { from: left, to: right, nullSafe } : { from: right, to: left, nullSafe }));
}

/** The relation as it can be probed by these keys through an index; undefined where there is none. */
function probed(relation: Relation, keys: readonly Key[], indexesOn: IndexesOn): (Bare & { readonly order: readonly number[] }) | undefined {
  const bare = bareOf(relation);
  // Joins find rows by their words: other keys they arrange for themselves.
  if (bare === undefined || keys.length === 0 || !keys.every(({ from, to }) => from.type.oid === to.type.oid && exactWords(to.type))) return undefined;
  const columns = keys.map((key) => substitute(key.to, bare.columns));
  for (const index of indexesOn(bare.get.id)) {
    if (index.columns.length !== keys.length) continue;
    const order = index.columns.map((column) => columns.findIndex((key) => key.op === 'column' && key.index === column));
    if (order.every((place) => place >= 0)) return { ...bare, order };
  }
  return undefined;
}

/** An input that is to be probed as it lies: on the way to the new root, or filtered where it hangs by an inner edge. */
function barer(join: Join, path: readonly number[], input: number, relation: Relation, indexesOn: IndexesOn): ReturnType<typeof probed> {
  const place = path.indexOf(input);
  const from = place > 0 ? path[place - 1]! : join.on[input - 1]!.parent;
  if (place < 0 && (join.on[input - 1]!.outer || isOuterOf(join, input))) return undefined;
  const found = probed(relation, keysBetween(join, from, input), indexesOn);
  return place > 0 || (found !== undefined && found.filters.length > 0) ? found : undefined;
}

function isOuterOf(join: Join, input: number): boolean {
  for (let at = input; at > 0; at = join.on[at - 1]!.parent) if (join.on[at - 1]!.outer) return true;
  return false;
}

/** The same join from another input on, some inputs laid bare, with the columns in the order they had. */
function rebuilt(join: Join, path: readonly number[], bare: readonly ReturnType<typeof probed>[]): Relation {
  const inputs = join.inputs.map((input, i): Relation => bare[i]?.get ?? input);
  /** a column of the old input as one of the new */
  const within = (input: number, scalar: Scalar): Scalar => (bare[input] === undefined ? scalar : substitute(scalar, bare[input].columns));
  const order: number[] = [path[0]!];
  const on: JoinEdge[] = [];
  const hang = (from: number, to: number, outer: boolean): void => {
    const keys = keysBetween(join, from, to).map((key) => ({ left: within(from, key.from), right: within(to, key.to), nullSafe: key.nullSafe }));
    on.push({ parent: order.indexOf(from), keys: bare[to]?.order.map((place) => keys[place]!) ?? keys, outer });
    order.push(to);
  };
  for (let i = 1; i < path.length; i++) hang(path[i - 1]!, path[i]!, false);
  for (let input = 1; input < join.inputs.length; input++) if (!path.includes(input)) hang(join.on[input - 1]!.parent, input, join.on[input - 1]!.outer);

  const ordered: Join = { op: 'join', inputs: order.map((input) => inputs[input]!), on };
  const starts = offsetsOf(ordered);
  const startOf = (input: number): number => starts[order.indexOf(input)]!;
  const above = (input: number, scalar: Scalar): Scalar => renumber(scalar, (column) => column + startOf(input));
  const filters = bare.flatMap((found, input) => (found?.filters ?? []).map((filter) => above(input, filter)));
  const filtered: Relation = filters.length === 0 ? ordered : { op: 'filter', input: ordered, predicates: filters };
  const names = relationTypeOf(join).columns;
  const values = join.inputs.flatMap((input, i) => relationTypeOf(input).columns.map(({ type }, index) => above(i, within(i, { op: 'column', index, type }))));
  return { op: 'map', input: filtered, columns: values.map((value, i) => ({ name: names[i]!.name, value })) };
}
