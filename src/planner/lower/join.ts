import { Oid, exactWords, sqlType } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import type { JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { ColumnId, Expr, TypedRelation } from '../resolve/typed.ts';
import { conjuncts, containsSubquery, referencedIn } from '../resolve/walk.ts';
import { constantNull, extended, narrowed, reference, sideBySide, unit, widthOf } from './bound.ts';
import type { Bound } from './bound.ts';
import { keyPair, sideOf } from './equality.ts';
import type { KeyPair } from './equality.ts';
import { filterBound } from './filter.ts';
import { lower } from './lower.ts';
import { lateralFunction } from './table-functions.ts';
import { toScalar } from './to-scalar.ts';

type Join = Extract<TypedRelation, { op: 'join' }>;

/** A join of any kind; where the right side refers to columns of the left one (LATERAL, or both to an outer query), it is unnested first. */
export function lowerJoin(planning: Planning, join: Join, outer: Bound): Bound {
  if (join.kind === 'right') return lowerJoin(planning, { op: 'join', kind: 'left', left: join.right, right: join.left, on: join.on }, outer);
  const all = lower(planning, join.left, outer);
  const expanded = lateralFunction(planning, join, all);
  if (expanded !== undefined) return expanded;
  const referenced = [...referencedIn(join.right)].filter((id) => all.at.has(id));
  if (referenced.length === 0) return joined(planning, join.kind, all, lower(planning, join.right, unit), join.on, []);
  const { bound: left, keys } = toldApart(planning, all, referenced);
  const name = planning.newLocal('outer');
  const local: Bound = { at: left.at, relation: { op: 'local', name, type: relationTypeOf(left.relation) } };
  const right = lower(planning, join.right, distinctKeys(local, keys));
  const result = joined(planning, join.kind, local, right, join.on, keys);
  return { at: result.at, relation: { op: 'let', name, value: left.relation, body: result.relation } };
}

/** Whether equal values of a type are the same to every function; numerics of a fixed scale are. */
const printsAlike = (type: SqlType): boolean => exactWords(type) || (type.oid === Oid.numeric && type.typmod >= 0);

/**
 * Outer rows whose `keys` are to be made distinct, and the columns to do that by: where equal values may differ (1.0 and 1.00), their text too, so
 * that each row finds what was computed of its own value.
 */
export function toldApart(planning: Planning, bound: Bound, keys: readonly ColumnId[]): { readonly bound: Bound; readonly keys: readonly ColumnId[] } {
  const texts = keys.map((id) => reference(bound, id)).filter(({ type }) => !printsAlike(type))
    .map((arg) => ({ id: planning.newColumn('text'), name: 'text', value: { op: 'toText', arg, type: sqlType(Oid.text) } satisfies Scalar }));
  return { bound: extended(bound, texts), keys: [...keys, ...texts.map(({ id }) => id)] };
}

/** The distinct values of these columns. */
export function distinctKeys(bound: Bound, keys: readonly ColumnId[]): Bound {
  const narrow = narrowed(bound, keys);
  return { at: narrow.at, relation: { op: 'distinct', input: narrow.relation } };
}

/** Joins by `on`, and by the columns `shared`, which both sides have, where NULL matches NULL. */
export function joined(planning: Planning, kind: 'inner' | 'left' | 'full', left: Bound, right: Bound, on: Expr | null, shared: readonly ColumnId[]): Bound {
  const isLeft = (id: ColumnId): boolean => left.at.has(id);
  const isRight = (id: ColumnId): boolean => right.at.has(id);
  const pairs: KeyPair[] = [];
  const rightOnly: Expr[] = [];
  const residual: Expr[] = [];
  for (const part of on === null ? [] : conjuncts(on)) {
    if (isTrue(part)) continue;
    const pair = keyPair(planning, part, isLeft, isRight);
    if (pair !== undefined) pairs.push(pair);
    else if (kind !== 'full' && sideOf(part, isLeft, isRight) === 'right' && !containsSubquery(part)) rightOnly.push(part);
    else residual.push(part);
  }
  const filtered: Bound = rightOnly.length === 0 ? right : { ...right, relation: { op: 'filter', input: right.relation, predicates: rightOnly.map((part) => toScalar(planning, part, right)) } };
  const keys = [
    ...shared.map((id) => ({ left: reference(left, id), right: reference(filtered, id), nullSafe: true })),
    ...pairs.map((pair) => ({ left: toScalar(planning, pair.left, left), right: toScalar(planning, pair.right, filtered), nullSafe: pair.nullSafe })),
  ];
  const condition: Expr | undefined = residual.length === 0 ? undefined : { op: 'and', args: residual, type: sqlType(Oid.bool) };
  if (kind === 'inner') {
    const result = byKeys(left, filtered, keys, false);
    return condition === undefined ? result : filterBound(planning, result, condition);
  }
  if (kind === 'left' && condition === undefined) return byKeys(left, filtered, keys, true);
  return withUnmatched(planning, kind, left, filtered, keys, condition);
}

const isTrue = (expr: Expr): boolean => expr.op === 'literal' && expr.value === true;

function byKeys(left: Bound, right: Bound, keys: JoinEdge['keys'], outer: boolean): Bound {
  if (left === unit && !outer) return right;
  if (right === unit) return left;
  return { at: sideBySide(left, right), relation: { op: 'join', inputs: [left.relation, right.relation], on: [{ parent: 0, keys, outer }] } };
}

/**
 * An outer join whose condition is no plain equality, in general form: the matching pairs, and the rows of the preserved sides that are in none of them,
 * extended by NULLs. A row counts as matched when a row equal to it in every column is: equal rows match alike.
 */
function withUnmatched(planning: Planning, kind: 'left' | 'full', left: Bound, right: Bound, keys: JoinEdge['keys'], condition: Expr | undefined): Bound {
  const names = { left: planning.newLocal('left'), right: planning.newLocal('right'), pairs: planning.newLocal('pairs') };
  const local = (bound: Bound, name: string): Bound => ({ at: bound.at, relation: { op: 'local', name, type: relationTypeOf(bound.relation) } });
  const [localLeft, localRight] = [local(left, names.left), local(right, names.right)];
  const inner = byKeys(localLeft, localRight, keys, false);
  const wide = condition === undefined ? inner : filterBound(planning, inner, condition);
  const width = widthOf(left.relation) + widthOf(right.relation);
  const pairs = firstColumns(wide.relation, 0, width);
  const localPairs: Relation = { op: 'local', name: names.pairs, type: relationTypeOf(pairs) };
  const leftWidth = widthOf(left.relation);
  const missingLeft = unmatched(localLeft.relation, firstColumns(localPairs, 0, leftWidth));
  const inputs: Relation[] = [localPairs, padded(missingLeft, localRight.relation, false)];
  if (kind === 'full') inputs.push(padded(unmatched(localRight.relation, firstColumns(localPairs, leftWidth, width)), localLeft.relation, true));
  const union: Relation = { op: 'union', inputs };
  const relation: Relation = { op: 'let', name: names.left, value: left.relation, body: { op: 'let', name: names.right, value: right.relation, body: { op: 'let', name: names.pairs, value: pairs, body: union } } };
  return { at: inner.at, relation };
}

const columnScalars = (relation: Relation): readonly Scalar[] => relationTypeOf(relation).columns.map((column, index) => ({ op: 'column', index, type: column.type }));

function firstColumns(relation: Relation, from: number, to: number): Relation {
  const columns = relationTypeOf(relation).columns;
  if (from === 0 && to === columns.length) return relation;
  return { op: 'map', input: relation, columns: columns.slice(from, to).map((column, index) => ({ name: column.name, value: { op: 'column', index: from + index, type: column.type } })) };
}

/** The rows of `all` that equal none of `matched`: an anti join on every column. */
function unmatched(all: Relation, matched: Relation): Relation {
  const columns = columnScalars(all);
  const marker: Scalar = { op: 'literal', value: true, type: sqlType(Oid.bool) };
  const names = relationTypeOf(matched).columns.map((column) => column.name);
  const marked: Relation = { op: 'map', input: { op: 'distinct', input: matched }, columns: [...columns.map((value, index) => ({ name: names[index]!, value })), { name: 'matched', value: marker }] };
  const edge: JoinEdge = { parent: 0, outer: true, keys: columns.map((value) => ({ left: value, right: value, nullSafe: true })) };
  const join: Relation = { op: 'join', inputs: [all, marked], on: [edge] };
  const missing: Scalar = { op: 'isNull', arg: { op: 'column', index: columns.length * 2, type: sqlType(Oid.bool) }, type: sqlType(Oid.bool) };
  return firstColumns({ op: 'filter', input: join, predicates: [missing] }, 0, columns.length);
}

/** Rows of one side of an outer join with NULLs for the other. */
function padded(rows: Relation, other: Relation, before: boolean): Relation {
  const own = relationTypeOf(rows).columns.map((column, index) => ({ name: column.name, value: { op: 'column', index, type: column.type } satisfies Scalar }));
  const nulls = relationTypeOf(other).columns.map((column) => ({ name: column.name, value: constantNull(column.type) }));
  return { op: 'map', input: rows, columns: before ? [...nulls, ...own] : [...own, ...nulls] };
}

