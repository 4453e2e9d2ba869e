import type { Node, SelectStmt } from '@pgsql/types';
import { Oid, findType, notSupported, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { coerceToBoolean, settleUnknown, tryCoerce } from '../typing/coerce.ts';
import { typeText } from '../typing/format-type.ts';
import type { Scope } from '../scope/scope.ts';
import { qualifiedItem } from './columns.ts';
import { resolveExpression } from './expression.ts';
import { resolveFrom } from './from.ts';
import { groupRelation } from './grouping.ts';
import { expandFields } from './indirection.ts';
import type { CommonTables, Level } from './level.ts';
import { fieldsOf } from './row-fields.ts';
import { isStar, locationOf, stringOf } from './nodes.ts';
import { outputName } from './output-name.ts';
import { resolveOrder, resolveDistinctOn } from './order.ts';
import type { Target } from './order.ts';
import { resolveSetOperation } from './set-operation.ts';
import type { Expr, TableFunctionCall, TypedAggregate, TypedColumn, TypedQuery, TypedRelation } from './typed.ts';
import { resolveValues } from './values.ts';
import { withQueries } from './with.ts';
import { containsSubquery, forEachColumn, startOf } from './walk.ts';

export interface SelectOptions {
  /** leave the type of a lone literal open, for the one who knows better: a set operation, INSERT */
  readonly keepUnknown?: boolean;
}

/** Resolves a SELECT, VALUES or set operation that stands within `outer`. */
export function resolveSelect(planning: Planning, node: SelectStmt, outer: Scope | null, tables: CommonTables | null, options: SelectOptions = {}): TypedQuery {
  if (node.intoClause !== undefined) throw planning.error('42601', 'SELECT ... INTO is not allowed here', planning.at(node.intoClause.rel?.location));
  if ((node.lockingClause ?? []).length > 0) throw notSupported('FOR UPDATE or FOR SHARE', 'Reads never wait for writes: leave it out.', undefined);
  return withQueries(planning, node.withClause, outer, tables, (inner) => {
    if (node.valuesLists !== undefined) return resolveValues(planning, node, outer, inner, options);
    if (node.op !== undefined && node.op !== 'SETOP_NONE') return resolveSetOperation(planning, node, outer, inner, options);
    return plainSelect(planning, node, outer, inner, options);
  });
}

/** FROM, WHERE, GROUP BY, HAVING, the select list, DISTINCT, ORDER BY, LIMIT: in the order in which they take effect. */
function plainSelect(planning: Planning, node: SelectStmt, outer: Scope | null, tables: CommonTables | null, options: SelectOptions): TypedQuery {
  const base: Level = { planning, scope: { items: [], outer, range: [] }, tables, clause: 'FROM', aggregates: null, functions: null };
  const from = resolveFrom(base, node.fromClause ?? []);
  const scope: Scope = { ...base.scope, items: from.items, ...(from.order && { order: from.order }) };
  const aggregates: TypedAggregate[] = [];
  const functions: TableFunctionCall[] = [];
  const level: Level = { ...base, scope, clause: 'SELECT', aggregates, functions };

  const targets = resolveTargets(level, node.targetList ?? [], options);
  const where = node.whereClause && coerceToBoolean(planning, resolveExpression({ ...level, clause: 'WHERE', aggregates: null, functions: null }, node.whereClause), 'WHERE');
  const having = node.havingClause && coerceToBoolean(planning, resolveExpression({ ...level, clause: 'HAVING', functions: null }, node.havingClause), 'HAVING');
  if ((node.windowClause ?? []).length > 0) throw notSupported('the WINDOW clause', 'Use GROUP BY, or DISTINCT ON with ORDER BY for the first row of each group.', undefined);
  const keepsOrder = node.sortClause === undefined && node.distinctClause === undefined && node.groupClause === undefined && having === undefined && aggregates.length === 0;
  const order = keepsOrder ? from.order ?? [] : resolveOrder({ ...level, clause: 'ORDER BY' }, node.sortClause ?? [], targets);
  const distinct = node.distinctClause;
  const distinctOn = distinct === undefined ? undefined : listedKeys(distinct);
  const distinctIds = distinctOn === undefined ? undefined : resolveDistinctOn({ ...level, clause: 'DISTINCT ON' }, distinctOn, targets, order);
  const limits = resolveLimits(level, node);

  const filtered: TypedRelation = where === undefined ? from.relation : { op: 'filter', input: from.relation, predicate: where };
  const grouped = groupRelation({ ...level, clause: 'GROUP BY', aggregates: null, functions: null }, filtered, { nodes: node.groupClause ?? [], distinct: node.groupDistinct ?? false }, { targets: targets.list, aggregates, functions, having });
  let relation = grouped.relation;
  if (grouped.functions.length > 0) relation = { op: 'join', kind: 'inner', left: relation, right: { op: 'functions', calls: grouped.functions, ordinality: null }, on: null };
  relation = computeTargets(relation, grouped.targets);

  const columns = targets.list.slice(0, targets.visible).map((target): TypedColumn => target.column);
  if (distinct !== undefined && distinctIds === undefined) {
    const hidden = order.find((key) => !columns.some((column) => column.id === key.id));
    if (hidden !== undefined) throw planning.error('42P10', 'for SELECT DISTINCT, ORDER BY expressions must appear in select list', startOf(targets.list.find((target) => target.column.id === hidden.id)!.value));
    for (const target of targets.list.slice(0, targets.visible)) requireComparable(planning, target.column.type.oid, 'equality', startOf(target.value));
    relation = { op: 'distinct', input: { op: 'project', input: relation, ids: [...new Set(columns.map((column) => column.id))] } };
  }
  if (distinctIds !== undefined) {
    const one: Expr = { op: 'literal', value: 1, type: sqlType(Oid.int8) };
    relation = { op: 'topK', input: relation, by: distinctIds, order: order.filter((key) => !distinctIds.includes(key.id)), offset: null, limit: one, withTies: false };
  }
  return { relation, columns, order, ...limits };
}

const listedKeys = (distinct: readonly Node[]): readonly Node[] | undefined => {
  const listed = distinct.filter((node) => Object.keys(node).length > 0);
  return listed.length === 0 ? undefined : listed;
};

/** Columns that already exist keep their ids; everything else is computed. */
function computeTargets(relation: TypedRelation, targets: readonly Target[]): TypedRelation {
  const computed = targets.filter((target) => !(target.value.op === 'column' && target.value.id === target.column.id));
  if (computed.length === 0) return relation;
  return { op: 'compute', input: relation, columns: computed.map((target) => ({ id: target.column.id, name: target.column.name, value: target.value })) };
}

export interface Targets {
  /** the select list, then what ORDER BY and DISTINCT ON need beside it */
  readonly list: Target[];
  readonly visible: number;
}

function resolveTargets(level: Level, nodes: readonly Node[], options: SelectOptions): Targets {
  const list: Target[] = [];
  for (const node of nodes) {
    if (!('ResTarget' in node) || node.ResTarget.val === undefined) continue;
    for (const { name, value } of expandTarget(level, node.ResTarget.val, node.ResTarget.name)) list.push(newTarget(level, name, value, options));
  }
  return { list, visible: list.length };
}

/** A target is a column of its own: even a plain column gets a new id, so that `SELECT a, a` has two. */
export function newTarget(level: Level, name: string, value: Expr, options: SelectOptions = {}): Target {
  const { planning } = level;
  const open = value.type.oid === Oid.unknown && options.keepUnknown === true;
  const settled = open ? value : settleUnknown(planning, value);
  const id = planning.newColumn(name);
  if (open) planning.unknownColumns.set(id, value.op === 'column' ? planning.unknownColumns.get(value.id) ?? value : value);
  const shape = fieldsOf(planning, settled);
  if (shape !== undefined) planning.recordShapes.set(id, shape);
  const start = startOf(settled);
  if (start !== undefined) planning.targetPositions.set(id, start);
  const origin = settled.op === 'column' ? originOf(level, settled.id) : undefined;
  return { value: settled, column: { id, name, type: settled.type, ...(origin && { origin }) } };
}

function originOf(level: Level, id: number): TypedColumn['origin'] {
  for (const item of level.scope.items) {
    const found = item.columns.find((column) => column.id === id);
    if (found?.origin !== undefined) return found.origin;
  }
  return undefined;
}

/** One entry of a select list: `*`, `t.*` and `(row).*` stand for several columns. */
export function expandTarget(level: Level, node: Node, name: string | undefined): readonly { readonly name: string; readonly value: Expr }[] {
  const { planning, scope } = level;
  if ('ColumnRef' in node && isStar(node.ColumnRef.fields?.at(-1))) {
    const fields = node.ColumnRef.fields ?? [];
    const position = planning.at(node.ColumnRef.location);
    const items = fields.length === 1 ? scope.items.filter((item) => item.columnsVisible) : [qualifiedItem(level, fields.slice(0, -1).map(stringOf), position)];
    const columns = items.flatMap((item) => item.columns);
    planning.written.star(node.ColumnRef, items);
    if (fields.length === 1 && scope.items.length === 0) throw planning.error('42601', 'SELECT * with no tables specified is not valid', position);
    return columns.map((column) => ({ name: column.name, value: { op: 'column', id: column.id, type: column.type, position } }));
  }
  if ('A_Indirection' in node && isStar(node.A_Indirection.indirection?.at(-1))) {
    const rest = (node.A_Indirection.indirection ?? []).slice(0, -1);
    const inner: Node = rest.length === 0 ? node.A_Indirection.arg! : { A_Indirection: { ...node.A_Indirection, indirection: rest } };
    return expandFields(level, resolveExpression(level, inner));
  }
  return [{ name: name ?? outputName(node), value: resolveExpression(level, node) }];
}

/** LIMIT, OFFSET and FETCH FIRST. */
export function resolveLimits(level: Level, node: SelectStmt): Pick<TypedQuery, 'limit' | 'offset' | 'withTies'> {
  const withTies = node.limitOption === 'LIMIT_OPTION_WITH_TIES';
  if (withTies && (node.sortClause ?? []).length === 0) throw level.planning.error('42601', 'WITH TIES cannot be specified without ORDER BY clause', undefined);
  return { limit: limitValue(level, node.limitCount, 'LIMIT'), offset: limitValue(level, node.limitOffset, 'OFFSET'), withTies };
}

function limitValue(level: Level, node: Node | undefined, clause: string): Expr | null {
  if (node === undefined || ('A_Const' in node && node.A_Const.isnull)) return null;
  const { planning } = level;
  const value = resolveExpression({ ...level, clause, aggregates: null, functions: null }, node);
  if (containsSubquery(value)) throw notSupported(`a subquery in ${clause}`, 'Write the number, or keep the rows by a condition.', planning.at(locationOf(node)));
  forEachColumn(value, () => {
    throw planning.error('42P10', `argument of ${clause} must not contain variables`, startOf(value));
  });
  const coerced = tryCoerce(planning, value, sqlType(Oid.int8), 'assignment');
  if (coerced === undefined) throw planning.error('42804', `argument of ${clause} must be type bigint, not type ${typeText(value.type.oid)}`, startOf(value));
  return coerced;
}

const incomparable = new Set<number>([Oid.json, Oid.jsonpath, Oid.pgNodeTree]);

function isComparable(planning: Planning, oid: number): boolean {
  const element = findType(oid)?.element ?? 0;
  if (incomparable.has(oid) || (element !== 0 && !isComparable(planning, element))) return false;
  return planning.context.catalog.fieldsOf(oid)?.every(({ type }) => isComparable(planning, type.oid)) ?? true;
}

/** 42883 for types that have no equality or order: they can be neither grouped nor sorted. */
export function requireComparable(planning: Planning, oid: number, what: 'equality' | 'ordering', position: number | undefined): void {
  if (isComparable(planning, oid)) return;
  throw planning.error('42883', `could not identify an ${what} operator for type ${typeText(oid)}`, position, what === 'ordering' ? { hint: 'Use an explicit ordering operator or modify the query.' } : {});
}

