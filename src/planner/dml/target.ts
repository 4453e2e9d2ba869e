import type { Node, RangeVar, ResTarget } from '@pgsql/types';
import type { TableColumn, TableItem } from '../../catalog/index.ts';
import { InvariantError } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from '../resolve/expression.ts';
import { findRelation } from '../resolve/from.ts';
import type { Level } from '../resolve/level.ts';
import { resolveSelect } from '../resolve/select.ts';
import type { Expr, TypedColumn, TypedRelation } from '../resolve/typed.ts';
import { columnOf } from '../resolve/typed.ts';
import type { ScopeItem } from '../scope/scope.ts';
import { assigned } from '../typing/assignment.ts';
import { assignedPart, partToDefault } from './assigned-part.ts';

/** The table a statement writes; 42809 for what cannot be written. */
export function writableTable(planning: Planning, node: RangeVar | undefined, verb: 'insert into' | 'update' | 'delete from' | 'merge into'): TableItem {
  if (node === undefined) throw new InvariantError('a statement that writes without a table');
  const item = findRelation(planning, node);
  const position = planning.at(node.location);
  if (item.kind === 'sequence') throw planning.error('42809', `cannot change sequence "${item.name}"`, undefined);
  if (item.kind === 'view') {
    throw planning.error('55000', `cannot ${verb} view "${item.name}"`, undefined, { ...(item.fixed !== undefined && { detail: item.fixed }), hint: 'Write into the tables that it reads.' });
  }
  if (item.kind === 'system') throw planning.error('42501', `permission denied for ${item.query === undefined ? 'table' : 'view'} ${item.name}`, undefined);
  if (item.kind !== 'table') throw planning.error('42809', `cannot change ${item.kind} "${item.name}"`, undefined);
  if (item.origin.kind === 'source') {
    throw planning.error('42809', `cannot ${verb} table "${item.name}", which belongs to a source`, position, { hint: 'Change it where it comes from.' });
  }
  return item;
}

export function resTarget(node: Node): ResTarget {
  if ('ResTarget' in node) return node.ResTarget;
  throw new InvariantError('a target that is not one');
}

/** `qualified`: the name is the table's own, with what may be a column behind it. */
export function columnIndex(planning: Planning, table: TableItem, name: string, position: number | undefined, qualified = false): number {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0) throw planning.error('42703', `column "${name}" of relation "${table.name}" does not exist`, position, qualified ? { hint: 'SET target columns cannot be qualified with the relation name.' } : {});
  return index;
}

/** New ids for the columns of the table, under `name`. */
export function tableColumns(planning: Planning, table: TableItem, name: string): readonly TypedColumn[] {
  return table.columns.map((column, index): TypedColumn => ({
    id: planning.newColumn(`${name}.${column.name}`), name: column.name, type: column.type, origin: { table: table.oid, attribute: index + 1 },
  }));
}

export const tableItem = (table: TableItem, name: string, columns: readonly TypedColumn[]): ScopeItem =>
  ({ name, columns, columnsVisible: true, tableOid: table.oid, rowType: table.rowType });

export function tableScope(planning: Planning, table: TableItem, node: RangeVar | undefined): { readonly item: ScopeItem; readonly relation: TypedRelation } {
  const name = node?.alias?.aliasname ?? table.name;
  const columns = tableColumns(planning, table, name);
  return { item: { ...tableItem(table, name, columns), ...(node?.alias === undefined && { bare: true }) }, relation: { op: 'leaf', relation: { op: 'get', id: table.id, type: table.type }, ids: columns.map((column) => column.id) } };
}

/** SET: what each column gets; `default` where its default is to be drawn. */
export type Assignments = ReadonlyMap<number, Expr | 'default'>;

export function assignmentsOf(planning: Planning, table: TableItem, level: Level, nodes: readonly Node[], old: readonly TypedColumn[]): Assignments {
  const assignments = new Map<number, Expr | 'default'>();
  const parts = new Set<number>();
  for (const node of nodes) {
    const target = resTarget(node);
    const position = planning.at(target.location);
    const index = columnIndex(planning, table, target.name ?? '', position, (target.indirection ?? []).length > 0 && target.name === level.scope.items[0]?.name);
    const column = table.columns[index]!;
    const isPart = (target.indirection ?? []).length > 0;
    if (assignments.has(index) && !(isPart && parts.has(index))) throw planning.error('42601', `multiple assignments to same column "${column.name}"`, undefined);
    if (target.val === undefined) throw new InvariantError('an assignment of nothing');
    const before = assignments.get(index);
    const value = assignedValue(level, target.val, {
      column, position, convert: (given) => (isPart ? assignedPart(level, column, before === undefined || before === 'default' ? columnOf(old[index]!) : before, target, given) : assigned(planning, given, column.type, column.name)), part: isPart ? target : undefined,
    });
    if (value !== 'default') refuseGenerated(planning, column, 'update');
    if (isPart) parts.add(index);
    assignments.set(index, value);
  }
  return assignments;
}

/** Values that only the table itself may give: of generated columns, and of identity columns that are always generated. */
export function refuseGenerated(planning: Planning, column: TableColumn, verb: 'insert' | 'update'): void {
  const identity = column.identity?.kind === 'always';
  if (column.generated === undefined && !identity) return;
  const detail = identity ? `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.` : `Column "${column.name}" is a generated column.`;
  if (verb === 'update') throw planning.error('428C9', `column "${column.name}" can only be updated to DEFAULT`, undefined, { detail });
  throw planning.error('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, undefined, { detail, ...(identity ? { hint: 'Use OVERRIDING SYSTEM VALUE to override.' } : {}) });
}

/** What a value is for. */
interface AssignmentTarget {
  readonly column: TableColumn;
  readonly position: number | undefined;
  /** where it is for a part of the column */
  readonly part: ResTarget | undefined;
  /** the given value as one of the whole column */
  readonly convert: (given: Expr) => Expr;
}

function assignedValue(level: Level, node: Node, target: AssignmentTarget): Expr | 'default' {
  const { planning } = level;
  if ('SetToDefault' in node) {
    if (target.part !== undefined) throw partToDefault(planning, target.part);
    return 'default';
  }
  if (!('MultiAssignRef' in node)) return target.convert(resolveExpression(level, node));
  const { source, colno = 1, ncolumns } = node.MultiAssignRef;
  const width = (found: number, position: number | undefined): void => {
    if (found !== ncolumns) throw planning.error('42601', 'number of columns does not match number of values', position);
  };
  if (source !== undefined && 'RowExpr' in source) {
    const args = source.RowExpr.args ?? [];
    width(args.length, planning.at(source.RowExpr.location));
    return assignedValue(level, args[colno - 1]!, target);
  }
  if (source !== undefined && 'SubLink' in source && source.SubLink.subselect !== undefined && 'SelectStmt' in source.SubLink.subselect) {
    const position = planning.at(source.SubLink.location);
    const query = resolveSelect(planning, source.SubLink.subselect.SelectStmt, level.scope, level.tables);
    width(query.columns.length, position);
    const picked = query.columns[colno - 1]!;
    return target.convert({ op: 'subquery', kind: 'scalar', query: { ...query, columns: [picked] }, type: picked.type, position });
  }
  throw planning.error('0A000', 'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression', undefined);
}

/** The columns that a SET leaves to their defaults. */
export const defaultedBy = (assignments: Assignments): readonly number[] => [...assignments].flatMap(([column, value]) => (value === 'default' ? [column] : []));

/** The new row of an UPDATE: assigned columns, NULL where a default is to be drawn, the old ones. */
export const newRow = (table: TableItem, old: readonly TypedColumn[], assignments: Assignments): readonly Expr[] => table.columns.map((column, index): Expr => {
  const value = assignments.get(index);
  if (value === 'default') return { op: 'literal', value: null, type: column.type };
  return value ?? columnOf(old[index]!);
});
