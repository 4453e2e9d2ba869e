import { exactWords } from '../../core/index.ts';
import type { JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { equalityOf, isKeyed, isOuter, relationTypeOf, renumber } from '../../ir/index.ts';
import { bareOf } from './bare.ts';
import type { Bare } from './bare.ts';
import { offsetsOf } from './push-filters.ts';
import { readerOf } from './reader.ts';
import type { Facts, Rewrite } from './rewrite.ts';
import { isParent, without } from './without-input.ts';
import type { Join, Less } from './without-input.ts';

/**
 * An input of a join that adds and takes no rows, and of which nothing else is read, goes:
 *
 *  * one that hangs by an outer edge and is found by a key of its own: `SELECT a.x FROM a LEFT JOIN t ON t.k = a.x`. Where its columns are no key each match adds a row;
 *  * one that a foreign key leads to: `SELECT c.x FROM child c JOIN parent p ON p.k = c.parent`. It must be all of the foreign key, and all rows of the parent: `WHERE p.x = 1` asks which parent it is.
 *    Where the child's columns may be NULL those rows have no partner, which a condition says instead;
 *  * a relation that is joined with itself by a key, which finds the row itself: its conditions and columns are those of the row that is there. Under LEFT JOIN only without conditions:
 *    a row that they exclude is shown as NULLs. Columns that are no key find other rows: `FROM a JOIN a b ON a.x = b.x`.
 *
 * Example: `SELECT a.x FROM a LEFT JOIN t ON t.k = a.x`
 */
export const dropRedundantJoins: Rewrite = {
  name: 'dropRedundantJoins',
  apply(relation, facts): Relation {
    const reader = readerOf(relation);
    if (reader?.input.op !== 'join') return relation;
    const join = reader.input;
    for (let index = join.inputs.length - 1; index > 0; index--) {
      const less = sameRow(join, index) ?? (isRead(join, index, reader.columns) ? undefined : addsNothing(join, index)) ?? byForeignKey(join, index, reader.columns, facts);
      if (less !== undefined) return reader.over(less.relation, less.values);
    }
    return relation;
  },
};

const columnsOfInput = (join: Join, index: number): readonly number[] => {
  const start = offsetsOf(join)[index]!;
  return relationTypeOf(join.inputs[index]!).columns.map((_, column) => start + column);
};
const isRead = (join: Join, index: number, read: ReadonlySet<number>): boolean => columnsOfInput(join, index).some((column) => read.has(column));

function addsNothing(join: Join, index: number): Less | undefined {
  const edge = join.on[index - 1]!;
  if (!edge.outer || isParent(join, index) || !isKeyed(edge, relationTypeOf(join.inputs[index]!))) return undefined;
  return without(join, index, join.inputs, () => undefined);
}

function byForeignKey(join: Join, index: number, read: ReadonlySet<number>, facts: Facts): Less | undefined {
  const edge = join.on[index - 1]!;
  const [parent, child] = [bareOf(join.inputs[edge.parent]!), bareOf(join.inputs[index]!)];
  if (edge.outer || isParent(join, index) || isOuter(join, edge.parent) || parent === undefined || child === undefined || child.filters.length > 0) return undefined;
  const pairs = pairsOf(edge, parent, child);
  if (pairs === undefined || edge.keys.some((key) => key.nullSafe) || !isKeyed(edge, relationTypeOf(join.inputs[index]!))) return undefined;
  const text = (columns: readonly (readonly [number, number])[]): string => columns.map((pair) => pair.join()).sort().join(' ');
  const known = (facts.foreignKeysOf?.(parent.get.id) ?? []).some((key) => key.references === child.get.id && text(key.columns.map((column, at) => [column, key.referencedColumns[at]!])) === text(pairs));
  if (!known) return undefined;
  // What is read of it may be what it was found by.
  const parentStart = offsetsOf(join)[edge.parent]!;
  const values = new Map<number, Scalar>();
  const start = offsetsOf(join)[index]!;
  for (const { left, right } of edge.keys) {
    if (left.op === 'column' && right.op === 'column' && left.type.oid === right.type.oid && exactWords(left.type)) values.set(start + right.index, { ...left, index: left.index + parentStart });
  }
  if (columnsOfInput(join, index).some((column) => read.has(column) && !values.has(column))) return undefined;
  const { columns } = relationTypeOf(join.inputs[edge.parent]!);
  const present = edge.keys.flatMap(({ left }): Scalar[] => (left.op === 'column' && columns[left.index]!.nullable ? [isPresent(left)] : []));
  const inputs = join.inputs.map((input, at): Relation => (at === edge.parent && present.length > 0 ? { op: 'filter', input, predicates: present } : input));
  return without(join, index, inputs, (column) => values.get(column));
}

const isPresent = (arg: Scalar): Scalar => ({ op: 'not', arg: { op: 'isNull', arg, type: booleanType }, type: booleanType });
const booleanType = { oid: 16, typmod: -1 };

/** The columns of the stored relations that an edge pairs; undefined where it pairs anything else. */
function pairsOf(edge: JoinEdge, parent: Bare, child: Bare): readonly (readonly [number, number])[] | undefined {
  const pairs = edge.keys.flatMap(({ left, right }) => (left.op === 'column' && right.op === 'column' ? [[parent.columns[left.index]!.index, child.columns[right.index]!.index] as const] : []));
  return pairs.length === edge.keys.length ? pairs : undefined;
}

/** The input is the row of its parent once more. */
function sameRow(join: Join, index: number): Less | undefined {
  const edge = join.on[index - 1]!;
  const [parent, child] = [bareOf(join.inputs[edge.parent]!), bareOf(join.inputs[index]!)];
  if (parent === undefined || child === undefined || parent.get.id !== child.get.id || (!edge.outer && isOuter(join, edge.parent))) return undefined;
  const pairs = pairsOf(edge, parent, child);
  if (pairs === undefined) return undefined;
  const { columns, keys } = parent.get.type;
  const same = new Set(pairs.flatMap(([a, b]) => (a === b && !columns[a]!.nullable ? [a] : [])));
  if (!keys.some((key) => key.every((column) => same.has(column)))) return undefined;
  const plain = (column: number): Scalar => ({ op: 'column', index: column, type: columns[column]!.type });
  const others = pairs.map(([a, b], at) => (a === b && same.has(a) ? [] : [edge.keys[at]!.nullSafe ? ({ op: 'same', left: plain(a), right: plain(b), type: booleanType } as const) : equalityOf(plain(a), plain(b))])).flat();
  const conditions = [...child.filters, ...others.flatMap((condition) => condition ?? [])];
  if (others.includes(undefined) || (edge.outer && conditions.length > 0)) return undefined;

  const filters = [...parent.filters, ...conditions];
  const rows: Relation = filters.length === 0 ? parent.get : { op: 'filter', input: parent.get, predicates: filters };
  const names = [join.inputs[edge.parent]!, join.inputs[index]!].flatMap((input) => relationTypeOf(input).columns.map(({ name }) => name));
  const both: Relation = { op: 'map', input: rows, columns: [...parent.columns, ...child.columns].map((value, at) => ({ name: names[at]!, value })) };
  const width = parent.columns.length;
  const on = join.on.map((other): JoinEdge => (other.parent !== index ? other
    : { ...other, parent: edge.parent, keys: other.keys.map((key) => ({ ...key, left: renumber(key.left, (column) => column + width) })) }));
  const [starts, parentStart] = [offsetsOf(join), offsetsOf(join)[edge.parent]!];
  const wider: Join = { ...join, on, inputs: join.inputs.map((input, at) => (at === edge.parent ? both : input)) };
  const shown = (column: number): number => (column < starts[edge.parent + 1]! ? column : column + child.columns.length);
  const less = without(wider, index, wider.inputs, () => undefined);
  const values = relationTypeOf(join).columns.map((_, column): Scalar => {
    const within = column - starts[index]!;
    return less.values[within >= 0 && within < child.columns.length ? parentStart + width + within : shown(column)]!;
  });
  return { relation: less.relation, values };
}
