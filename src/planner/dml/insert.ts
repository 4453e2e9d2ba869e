import type { InsertStmt, Node, SelectStmt } from '@pgsql/types';
import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import type { TableColumn, TableItem } from '../../catalog/index.ts';
import type { InsertColumn, InsertPlan } from '../plan.ts';
import { finishPart } from '../plan-query.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from '../resolve/expression.ts';
import type { CommonTables, Level } from '../resolve/level.ts';
import { locationOf } from '../resolve/nodes.ts';
import { resolveSelect } from '../resolve/select.ts';
import type { Computed, Expr, TypedColumn, TypedQuery } from '../resolve/typed.ts';
import { columnOf } from '../resolve/typed.ts';
import type { Around } from '../resolve/with.ts';
import { assigned } from '../typing/assignment.ts';
import { planOnConflict } from './on-conflict.ts';
import { planReturning } from './returning.ts';
import { columnIndex, refuseGenerated, resTarget, writableTable } from './target.ts';

/** What an INSERT gives: rows, and for each of its targets where its value stands, or which rows leave it to the default. */
interface Given {
  readonly rows: TypedQuery;
  /** by column of the table */
  readonly columns: ReadonlyMap<number, InsertColumn>;
}

/** INSERT: the rows that are given; what is left out the table supplies, row by row, when they are written. */
export function insertPlan(planning: Planning, statement: InsertStmt, around: Around): InsertPlan {
  const table = writableTable(planning, statement.relation, 'insert into');
  const targets = targetColumns(planning, table, statement);
  const given: Given = statement.selectStmt === undefined ? { rows: oneEmptyRow, columns: new Map() } : givenRows(planning, table, targets, statement.selectStmt, around.tables);
  const columns = overridden(planning, table, given.columns, statement);
  const onConflict = statement.onConflictClause === undefined ? null : planOnConflict(planning, table, statement.relation, statement.onConflictClause, around);
  const returning = planReturning(planning, table, statement.relation, statement.returningClause, around).plan;
  return {
    kind: 'insert', table: table.id, source: finishPart(planning, around.wrap(given.rows)), columns: table.columns.map((_, index) => columns.get(index) ?? { source: null }), onConflict, returning,
  };
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

const oneEmptyRow: TypedQuery = { relation: { op: 'unit' }, columns: [], order: [], limit: null, offset: null, withTies: false };

/** The SELECT or VALUES of an INSERT, its columns converted to those of the table. */
function givenRows(planning: Planning, table: TableItem, targets: readonly InsertTarget[], node: Node, tables: CommonTables | null): Given {
  if (!('SelectStmt' in node)) throw new InvariantError('INSERT of something that is no query');
  const select: SelectStmt = node.SelectStmt;
  if (select.valuesLists !== undefined && (select.sortClause ?? []).length === 0) return valuesRows(planning, table, targets, select, tables);
  const query = resolveSelect(planning, select, null, tables, { keepUnknown: true });
  checkWidth(planning, targets, query.columns.length, query.columns[targets.length] && planning.targetPositions.get(query.columns[targets.length]!.id));
  const computed: Computed[] = [];
  const columns = query.columns.map((column, index): TypedColumn => {
    const target = table.columns[targets[index]!.index]!;
    const value = assigned(planning, columnOf(column, planning.targetPositions.get(column.id)), target.type, target.name);
    const id = planning.newColumn(target.name);
    computed.push({ id, name: target.name, value });
    return { id, name: target.name, type: target.type };
  });
  return {
    rows: { ...query, relation: { op: 'compute', input: query.relation, columns: computed }, columns },
    columns: new Map(columns.map((_, index) => [targets[index]!.index, { source: index }])),
  };
}

/** VALUES of an INSERT: each entry is converted to its column by itself, and DEFAULT may stand for one: then a column of booleans says where. */
function valuesRows(planning: Planning, table: TableItem, targets: readonly InsertTarget[], select: SelectStmt, tables: CommonTables | null): Given {
  const level: Level = { planning, scope: { items: [], outer: null }, tables, clause: 'VALUES', aggregates: null, functions: null };
  const lists = (select.valuesLists ?? []).map((list) => ('List' in list ? list.List.items ?? [] : [list]));
  const width = lists[0]?.length ?? 0;
  const defaulted = Array.from({ length: width }, (_, index) => lists.filter((list) => list[index] !== undefined && 'SetToDefault' in list[index]).length);
  const marked = [...defaulted.keys()].filter((index) => defaulted[index]! > 0 && defaulted[index]! < lists.length);
  const given = [...defaulted.keys()].filter((index) => defaulted[index]! < lists.length);
  const rows = lists.map((list) => {
    if (list.length !== width) throw planning.error('42601', 'VALUES lists must all be the same length', list[0] && planning.at(locationOf(list[0])));
    checkWidth(planning, targets, list.length, list[targets.length] && planning.at(locationOf(list[targets.length]!)));
    const values = list.map((node, index): Expr => {
      const column = table.columns[targets[index]!.index]!;
      return 'SetToDefault' in node ? { op: 'literal', value: null, type: column.type } : assigned(planning, resolveExpression(level, node), column.type, column.name);
    });
    const marks = marked.map((index): Expr => ({ op: 'literal', value: 'SetToDefault' in list[index]!, type: sqlType(Oid.bool) }));
    return [...given.map((index) => values[index]!), ...marks];
  });
  const columns = [
    ...given.map((index): TypedColumn => {
      const column = table.columns[targets[index]!.index]!;
      return { id: planning.newColumn(column.name), name: column.name, type: column.type };
    }),
    ...marked.map((): TypedColumn => ({ id: planning.newColumn('defaulted'), name: 'defaulted', type: sqlType(Oid.bool) })),
  ];
  return {
    rows: { relation: { op: 'values', rows, columns }, columns, order: [], limit: null, offset: null, withTies: false },
    columns: new Map(given.map((index, place): [number, InsertColumn] => {
      const mark = marked.indexOf(index);
      return [targets[index]!.index, { source: place, ...(mark < 0 ? {} : { defaulted: given.length + mark }) }];
    })),
  };
}

function checkWidth(planning: Planning, targets: readonly InsertTarget[], width: number, extra: number | undefined): void {
  if (width > targets.length) throw planning.error('42601', 'INSERT has more expressions than target columns', extra);
  const missing = targets[width];
  if (missing !== undefined && missing.position !== undefined) throw planning.error('42601', 'INSERT has more target columns than expressions', missing.position);
}

/** What OVERRIDING makes of the values given for columns that the table supplies itself. */
function overridden(planning: Planning, table: TableItem, columns: Given['columns'], statement: InsertStmt): Given['columns'] {
  const userValue = statement.override === 'OVERRIDING_USER_VALUE';
  const kept = [...columns].filter(([index]) => {
    const column: TableColumn = table.columns[index]!;
    if (column.identity !== undefined && userValue) return false;
    if (column.generated !== undefined || statement.override !== 'OVERRIDING_SYSTEM_VALUE') refuseGenerated(planning, column, 'insert');
    return true;
  });
  return new Map(kept);
}
