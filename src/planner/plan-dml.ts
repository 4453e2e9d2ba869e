import type { DeleteStmt, InsertStmt, Node, RangeVar, ResTarget, SelectStmt, UpdateStmt } from '@pgsql/types';
import { InvariantError, Oid, notSupported, sqlType } from '../core/index.ts';
import type { TableItem, TableColumn } from '../catalog/index.ts';
import type { Relation } from '../ir/index.ts';
import type { PlanContext } from './context.ts';
import { foldScalar } from './optimize/fold-constants.ts';
import type { Plan, ReturningPlan } from './plan.ts';
import { Planning } from './planning.ts';
import { finishQuery } from './plan-query.ts';
import { toScalar } from './lower/to-scalar.ts';
import { coerceToBoolean } from './typing/coerce.ts';
import { assigned } from './typing/assignment.ts';
import { resolveExpression } from './resolve/expression.ts';
import { findRelation, resolveFrom } from './resolve/from.ts';
import type { CommonTables, Level } from './resolve/level.ts';
import { locationOf } from './resolve/nodes.ts';
import { expandTarget, resolveSelect } from './resolve/select.ts';
import type { Computed, Expr, TypedColumn, TypedQuery, TypedRelation } from './resolve/typed.ts';
import { columnOf } from './resolve/typed.ts';
import { withQueries } from './resolve/with.ts';
import type { Scope, ScopeItem } from './scope/scope.ts';
import { settleUnknown } from './typing/coerce.ts';

export type InsertPlan = Extract<Plan, { kind: 'insert' }>;
export type UpdatePlan = Extract<Plan, { kind: 'update' }>;
export type DeletePlan = Extract<Plan, { kind: 'delete' }>;

/** The table a statement writes; 42809 for what cannot be written. */
function writableTable(planning: Planning, node: RangeVar | undefined, verb: string): TableItem {
  if (node === undefined) throw new InvariantError('a statement that writes without a table');
  const item = findRelation(planning, node);
  const position = planning.at(node.location);
  if (item.kind !== 'table') {
    const what = item.kind === 'materialized view' ? `materialized view "${item.name}"` : `${item.kind === 'system' ? 'system relation' : item.kind} "${item.name}"`;
    throw planning.error(item.kind === 'view' || item.kind === 'materialized view' || item.kind === 'source' ? '42809' : '42501', `cannot change ${what}`, undefined);
  }
  if (item.origin.kind === 'source') {
    throw planning.error('42809', `cannot ${verb} table "${item.name}", which belongs to a source`, position, { hint: 'Change it where it comes from.' });
  }
  return item;
}

/** INSERT: rows of the table's columns in order; what is not given comes from defaults. */
export function planInsert(statement: InsertStmt, sql: string, context: PlanContext): InsertPlan {
  const planning = new Planning(sql, context);
  const table = writableTable(planning, statement.relation, 'insert into');
  if (statement.onConflictClause !== undefined) {
    throw notSupported('ON CONFLICT', 'Delete the row first, or UPDATE it.', planning.at(statement.onConflictClause.location));
  }
  const targets = targetColumns(planning, table, statement);
  const typed = withQueries(planning, statement.withClause, null, null, (tables): TypedQuery => {
    const rows = statement.selectStmt === undefined ? defaultValuesOnly() : insertedRows(planning, table, targets, statement.selectStmt, tables);
    return { ...rows, ...columnsOfTable(planning, table, targets, rows, statement) };
  });
  return { kind: 'insert', table: table.id, source: finishQuery(planning, typed), returning: planReturning(planning, table, statement.relation, statement.returningClause?.exprs) };
}

interface InsertTarget {
  readonly index: number;
  readonly position: number | undefined;
}

function targetColumns(planning: Planning, table: TableItem, statement: InsertStmt): readonly InsertTarget[] {
  if (statement.cols === undefined) return table.columns.map((_, index) => ({ index, position: undefined }));
  const seen = new Set<number>();
  return statement.cols.map((node) => {
    const target = resTarget(node);
    const position = planning.at(target.location);
    const index = columnIndex(planning, table, target.name ?? '', position);
    if (seen.has(index)) throw planning.error('42701', `column "${target.name}" specified more than once`, position);
    seen.add(index);
    return { index, position };
  });
}

function resTarget(node: Node): ResTarget {
  if ('ResTarget' in node) return node.ResTarget;
  throw new InvariantError('a target that is not one');
}

function columnIndex(planning: Planning, table: TableItem, name: string, position: number | undefined): number {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0) throw planning.error('42703', `column "${name}" of relation "${table.name}" does not exist`, position);
  return index;
}

const defaultValuesOnly = (): TypedQuery => ({ relation: { op: 'unit' }, columns: [], order: [], limit: null, offset: null, withTies: false });

/** The SELECT or VALUES of an INSERT, its columns converted to those of the table. */
function insertedRows(planning: Planning, table: TableItem, targets: readonly InsertTarget[], node: Node, tables: CommonTables | null): TypedQuery {
  if (!('SelectStmt' in node)) throw new InvariantError('INSERT of something that is no query');
  const select: SelectStmt = node.SelectStmt;
  if (select.valuesLists !== undefined && (select.sortClause ?? []).length === 0) return valuesRows(planning, table, targets, select, tables);
  const query = resolveSelect(planning, select, null, tables, { keepUnknown: true });
  checkWidth(planning, targets, query.columns.length, undefined, query.columns[targets.length] && planning.targetPositions.get(query.columns[targets.length]!.id));
  const computed: Computed[] = [];
  const columns = query.columns.map((column, index): TypedColumn => {
    const target = table.columns[targets[index]!.index]!;
    const value = assigned(planning, columnOf(column, planning.targetPositions.get(column.id)), target.type, target.name);
    const id = planning.newColumn(target.name);
    computed.push({ id, name: target.name, value });
    return { id, name: target.name, type: target.type };
  });
  return { ...query, relation: { op: 'compute', input: query.relation, columns: computed }, columns };
}

/** VALUES of an INSERT: each entry is converted to its column by itself, and DEFAULT may stand for one. */
function valuesRows(planning: Planning, table: TableItem, targets: readonly InsertTarget[], select: SelectStmt, tables: CommonTables | null): TypedQuery {
  const level: Level = { planning, scope: { items: [], outer: null }, tables, clause: 'VALUES', aggregates: null, functions: null };
  const lists = (select.valuesLists ?? []).map((list) => ('List' in list ? list.List.items ?? [] : [list]));
  const width = lists[0]?.length ?? 0;
  const rows = lists.map((list) => {
    if (list.length !== width) throw planning.error('42601', 'VALUES lists must all be the same length', list[0] && planning.at(locationOf(list[0])));
    checkWidth(planning, targets, list.length, list, list[targets.length] && planning.at(locationOf(list[targets.length]!)));
    return list.map((node, index): Expr => {
      const column = table.columns[targets[index]!.index]!;
      return 'SetToDefault' in node ? defaultOf(planning, column) : assigned(planning, resolveExpression(level, node), column.type, column.name);
    });
  });
  const columns = Array.from({ length: width }, (_, index): TypedColumn => {
    const column = table.columns[targets[index]!.index]!;
    return { id: planning.newColumn(column.name), name: column.name, type: column.type };
  });
  return { relation: { op: 'values', rows, columns }, columns, order: [], limit: null, offset: null, withTies: false };
}

function checkWidth(planning: Planning, targets: readonly InsertTarget[], width: number, list: readonly Node[] | undefined, extra: number | undefined): void {
  void list;
  if (width > targets.length) throw planning.error('42601', 'INSERT has more expressions than target columns', extra);
  const missing = targets[width];
  if (missing !== undefined && missing.position !== undefined) throw planning.error('42601', 'INSERT has more target columns than expressions', missing.position);
}

/** All columns of the table: given ones, then defaults for the rest. */
function columnsOfTable(planning: Planning, table: TableItem, targets: readonly InsertTarget[], rows: TypedQuery, statement: InsertStmt): Pick<TypedQuery, 'relation' | 'columns'> {
  const given = new Map(rows.columns.map((column, index) => [targets[index]!.index, column]));
  const computed: Computed[] = [];
  const columns = table.columns.map((column, index): TypedColumn => {
    const known = given.get(index);
    if (known !== undefined) {
      if (column.identity === 'always' && statement.override !== 'OVERRIDING_SYSTEM_VALUE') {
        throw planning.error('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, undefined, { detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`, hint: 'Use OVERRIDING SYSTEM VALUE to override.' });
      }
      return known;
    }
    const id = planning.newColumn(column.name);
    computed.push({ id, name: column.name, value: defaultOf(planning, column) });
    return { id, name: column.name, type: column.type };
  });
  const relation: TypedRelation = computed.length === 0 ? rows.relation : { op: 'compute', input: rows.relation, columns: computed };
  return { relation, columns };
}

/** A stored default is a scalar without columns: it reads as an expression as it is. */
function defaultOf(planning: Planning, column: TableColumn): Expr {
  void planning;
  const value = column.default;
  if (value === undefined) return { op: 'literal', value: null, type: column.type };
  if (value.op === 'column' || value.op === 'literal') return { op: 'literal', value: value.op === 'literal' ? value.value : null, type: value.type };
  return value as Expr;
}

function tableScope(planning: Planning, table: TableItem, node: RangeVar | undefined, label?: string): { readonly item: ScopeItem; readonly relation: TypedRelation } {
  const name = label ?? node?.alias?.aliasname ?? table.name;
  const columns = table.columns.map((column, index): TypedColumn => ({
    id: planning.newColumn(`${name}.${column.name}`), name: column.name, type: column.type, origin: { table: table.oid, attribute: index + 1 },
  }));
  return {
    item: { name, columns, columnsVisible: true, rowType: table.rowType },
    relation: { op: 'leaf', relation: { op: 'get', id: table.id, type: table.type }, ids: columns.map((column) => column.id) },
  };
}

/** The rows to delete, whole. With USING those for which there is a partner: each as often as the table has it. */
export function planDelete(statement: DeleteStmt, sql: string, context: PlanContext): DeletePlan {
  const planning = new Planning(sql, context);
  const table = writableTable(planning, statement.relation, 'delete from');
  const { item, relation } = tableScope(planning, table, statement.relation);
  const typed = withQueries(planning, statement.withClause, null, null, (tables) => {
    const partners = partnersOf(planning, item, statement.usingClause ?? [], statement.whereClause, tables);
    const predicate: Expr | undefined = partners.others === undefined ? partners.predicate : {
      op: 'subquery', kind: 'exists', type: sqlType(Oid.bool),
      query: { relation: filtered(partners.others, partners.predicate), columns: [], order: [], limit: null, offset: null, withTies: false },
    };
    return { relation: filtered(relation, predicate), columns: item.columns, order: [], limit: null, offset: null, withTies: false };
  });
  return { kind: 'delete', table: table.id, target: finishQuery(planning, typed), returning: planReturning(planning, table, statement.relation, statement.returningClause?.exprs) };
}

const filtered = (relation: TypedRelation, predicate: Expr | undefined): TypedRelation => (predicate === undefined ? relation : { op: 'filter', input: relation, predicate });

interface Partners {
  /** the other relations of USING or FROM */
  readonly others: TypedRelation | undefined;
  readonly predicate: Expr | undefined;
  readonly level: Level;
}

function partnersOf(planning: Planning, item: ScopeItem, from: readonly Node[], where: Node | undefined, tables: CommonTables | null): Partners {
  const base: Level = { planning, scope: { items: [], outer: null }, tables, clause: 'FROM', aggregates: null, functions: null };
  const others = from.length === 0 ? undefined : resolveFrom(base, from);
  const duplicate = others?.items.find((other) => other.name !== null && other.name === item.name);
  if (duplicate !== undefined) throw planning.error('42712', `table name "${duplicate.name}" specified more than once`, undefined);
  const scope: Scope = { items: [item, ...(others?.items ?? [])], outer: null };
  const level: Level = { ...base, scope };
  const predicate = where && coerceToBoolean(planning, resolveExpression({ ...level, clause: 'WHERE' }, where), 'WHERE');
  return { others: others?.relation, predicate, level };
}

/** The old rows and the new ones behind them. With FROM, of several partners of a row one decides. */
export function planUpdate(statement: UpdateStmt, sql: string, context: PlanContext): UpdatePlan {
  const planning = new Planning(sql, context);
  const table = writableTable(planning, statement.relation, 'update');
  const { item, relation } = tableScope(planning, table, statement.relation);
  const typed = withQueries(planning, statement.withClause, null, null, (tables) => {
    const partners = partnersOf(planning, item, statement.fromClause ?? [], statement.whereClause, tables);
    const assignments = assignmentsOf(planning, table, { ...partners.level, clause: 'UPDATE' }, statement.targetList ?? []);
    const computed: Computed[] = [];
    const fresh = table.columns.map((column, index): TypedColumn => {
      const id = planning.newColumn(column.name);
      computed.push({ id, name: column.name, value: assignments.get(index) ?? columnOf(item.columns[index]!) });
      return { id, name: column.name, type: column.type };
    });
    const changed: TypedRelation = partners.others === undefined
      ? { op: 'compute', input: filtered(relation, partners.predicate), columns: computed }
      : { op: 'join', kind: 'inner', left: relation, right: firstPartner(filtered(partners.others, partners.predicate), computed), on: null };
    return { relation: changed, columns: [...item.columns, ...fresh], order: [], limit: null, offset: null, withTies: false };
  });
  return { kind: 'update', table: table.id, target: finishQuery(planning, typed), returning: planReturning(planning, table, statement.relation, statement.returningClause?.exprs) };
}

/** The new row that one of the partners gives, for whichever old row it stands beside. */
function firstPartner(partners: TypedRelation, computed: readonly Computed[]): TypedRelation {
  const rows: TypedRelation = { op: 'project', input: { op: 'compute', input: partners, columns: computed }, ids: computed.map((column) => column.id) };
  return { op: 'topK', input: rows, by: [], order: [], offset: null, limit: { op: 'literal', value: 1, type: sqlType(Oid.int8) }, withTies: false };
}

function assignmentsOf(planning: Planning, table: TableItem, level: Level, nodes: readonly Node[]): ReadonlyMap<number, Expr> {
  const assignments = new Map<number, Expr>();
  for (const node of nodes) {
    const target = resTarget(node);
    const position = planning.at(target.location);
    const index = columnIndex(planning, table, target.name ?? '', position);
    const column = table.columns[index]!;
    if ((target.indirection ?? []).length > 0) throw notSupported('assignment to a part of a column', 'Assign the whole value.', position);
    if (assignments.has(index)) throw planning.error('42601', `multiple assignments to same column "${column.name}"`, position);
    if (target.val === undefined) throw new InvariantError('an assignment of nothing');
    assignments.set(index, assignedValue(planning, level, column, target.val));
  }
  return assignments;
}

function assignedValue(planning: Planning, level: Level, column: TableColumn, node: Node): Expr {
  if ('SetToDefault' in node) return defaultOf(planning, column);
  if ('MultiAssignRef' in node) {
    const source = node.MultiAssignRef.source;
    const entry = source !== undefined && 'RowExpr' in source ? source.RowExpr.args?.[(node.MultiAssignRef.colno ?? 1) - 1] : undefined;
    if (entry === undefined) throw notSupported('UPDATE of several columns from a subquery', 'Join the subquery in FROM and assign each column.', undefined);
    return assignedValue(planning, level, column, entry);
  }
  return assigned(planning, resolveExpression(level, node), column.type, column.name);
}

function planReturning(planning: Planning, table: TableItem, node: RangeVar | undefined, list: readonly Node[] | undefined): ReturningPlan | null {
  if (list === undefined) return null;
  const { item } = tableScope(planning, table, node);
  const level: Level = { planning, scope: { items: [item], outer: null }, tables: null, clause: 'RETURNING', aggregates: null, functions: null };
  const bound = { relation: { op: 'get', id: table.id, type: table.type } satisfies Relation, at: new Map(item.columns.map((column, index) => [column.id, index])) };
  const columns = list.flatMap((entry) => {
    const target = resTarget(entry);
    return target.val === undefined ? [] : expandTarget(level, target.val, target.name);
  });
  return { columns: columns.map(({ name, value }) => ({ name, value: foldScalar(toScalar(planning, settleUnknown(planning, value), bound), planning.context.environment) })) };
}
