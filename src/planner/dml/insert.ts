import type { InsertStmt, Node, RangeVar, ResTarget, SelectStmt } from '@pgsql/types';
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
import { assignedPart, partToDefault } from './assigned-part.ts';
import { excludedRow, planOnConflict } from './on-conflict.ts';
import { planReturning } from './returning.ts';
import { columnIndex, refuseGenerated, resTarget, tableScope, writableTable } from './target.ts';

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
  const given: Given = statement.selectStmt === undefined ? { rows: oneEmptyRow, columns: new Map() } : givenRows(planning, table, statement.relation, targets, statement.selectStmt, around.tables);
  const columns = overridden(planning, table, given.columns, statement);
  const onConflict = statement.onConflictClause === undefined ? null : planOnConflict(planning, table, statement.relation, statement.onConflictClause, around);
  const returning = planReturning(planning, table, statement.relation, statement.returningClause, around, { items: [], range: statement.onConflictClause?.action === 'ONCONFLICT_UPDATE' ? [excludedRow(planning, table)] : [] }).plan;
  return {
    kind: 'insert', table: table.id, source: finishPart(planning, around.wrap(given.rows)), columns: table.columns.map((_, index) => columns.get(index) ?? { source: null }), onConflict, returning,
  };
}

interface InsertTarget {
  readonly index: number;
  readonly position: number | undefined;
  /** present where it is a part of the column: `a[1]` */
  readonly part?: ResTarget;
}

function targetColumns(planning: Planning, table: TableItem, statement: InsertStmt): readonly InsertTarget[] {
  if (statement.cols === undefined) return table.columns.map((_, index) => ({ index, position: undefined }));
  const targets: InsertTarget[] = [];
  for (const node of statement.cols) {
    const target = resTarget(node);
    const position = planning.at(target.location);
    const index = columnIndex(planning, table, target.name ?? '', position);
    const isPart = (target.indirection ?? []).length > 0;
    const twice = targets.some((other) => other.index === index && !(isPart && other.part !== undefined));
    if (twice) throw planning.error('42701', `column "${target.name}" specified more than once`, position);
    targets.push({ index, position, ...(isPart && { part: target }) });
  }
  return targets;
}

/** The value of a column from those of its targets: one, or one for each part. */
function columnValue(level: Level, column: TableColumn, targets: readonly InsertTarget[], given: readonly Expr[]): Expr {
  let value: Expr = { op: 'literal', value: null, type: column.type };
  for (const [i, { part }] of targets.entries()) value = part === undefined ? assigned(level.planning, given[i]!, column.type, column.name) : assignedPart(level, column, value, part, given[i]!);
  return value;
}

/** The columns that are written, in order, each with the places of its targets. */
function columnsOfTargets(targets: readonly InsertTarget[]): readonly { readonly index: number; readonly places: readonly number[] }[] {
  const indexes = [...new Set(targets.map((target) => target.index))];
  return indexes.map((index) => ({ index, places: [...targets.keys()].filter((place) => targets[place]!.index === index) }));
}

const oneEmptyRow: TypedQuery = { relation: { op: 'unit' }, columns: [], order: [], limit: null, offset: null, withTies: false };

/** The SELECT or VALUES of an INSERT, its columns converted to those of the table. */
function givenRows(planning: Planning, table: TableItem, into: RangeVar | undefined, targets: readonly InsertTarget[], node: Node, tables: CommonTables | null): Given {
  if (!('SelectStmt' in node)) throw new InvariantError('INSERT of something that is no query');
  const select: SelectStmt = node.SelectStmt;
  if (select.valuesLists !== undefined && (select.sortClause ?? []).length === 0) return valuesRows(planning, table, into, targets, select, tables);
  const query = resolveSelect(planning, select, { items: [], outer: null, range: [tableScope(planning, table, into).item] }, tables, { keepUnknown: true });
  checkWidth(planning, targets, query.columns.length, query.columns[targets.length] && planning.targetPositions.get(query.columns[targets.length]!.id));
  const level: Level = { planning, scope: { items: [], outer: null }, tables, clause: 'INSERT', aggregates: null, functions: null };
  const computed: Computed[] = [];
  const written = columnsOfTargets(targets.slice(0, query.columns.length));
  const columns = written.map(({ index, places }): TypedColumn => {
    const target = table.columns[index]!;
    const value = columnValue(level, target, places.map((place) => targets[place]!), places.map((place) => columnOf(query.columns[place]!, planning.targetPositions.get(query.columns[place]!.id))));
    const id = planning.newColumn(target.name);
    computed.push({ id, name: target.name, value });
    return { id, name: target.name, type: target.type };
  });
  return {
    rows: { ...query, relation: { op: 'compute', input: query.relation, columns: computed }, columns },
    columns: new Map(written.map(({ index }, place) => [index, { source: place }])),
  };
}

/** VALUES of an INSERT: each entry is converted to its column by itself, and DEFAULT may stand for one: then a column of booleans says where. */
function valuesRows(planning: Planning, table: TableItem, into: RangeVar | undefined, targets: readonly InsertTarget[], select: SelectStmt, tables: CommonTables | null): Given {
  const level: Level = { planning, scope: { items: [], outer: null, range: [tableScope(planning, table, into).item] }, tables, clause: 'VALUES', aggregates: null, functions: null };
  const lists = (select.valuesLists ?? []).map((list) => ('List' in list ? list.List.items ?? [] : [list]));
  const width = lists[0]?.length ?? 0;
  const written = columnsOfTargets(targets.slice(0, width));
  const isDefault = (list: readonly Node[], { places }: (typeof written)[number]): boolean => list[places[0]!] !== undefined && 'SetToDefault' in list[places[0]!]!;
  const defaulted = written.map((column) => lists.filter((list) => isDefault(list, column)).length);
  const marked = written.filter((_, i) => defaulted[i]! > 0 && defaulted[i]! < lists.length);
  const given = written.filter((_, i) => defaulted[i]! < lists.length);
  const rows = lists.map((list) => {
    if (list.length !== width) throw planning.error('42601', 'VALUES lists must all be the same length', list[0] && planning.at(locationOf(list[0])));
    checkWidth(planning, targets, list.length, list[targets.length] && planning.at(locationOf(list[targets.length]!)));
    const partDefault = targets.slice(0, width).find(({ part }, place) => part !== undefined && 'SetToDefault' in list[place]!)?.part;
    if (partDefault !== undefined) throw partToDefault(planning, partDefault);
    const values = given.map((column): Expr => {
      const target = table.columns[column.index]!;
      if (isDefault(list, column)) return { op: 'literal', value: null, type: target.type };
      return columnValue(level, target, column.places.map((place) => targets[place]!), column.places.map((place) => resolveExpression(level, list[place]!)));
    });
    const marks = marked.map((column): Expr => ({ op: 'literal', value: isDefault(list, column), type: sqlType(Oid.bool) }));
    return [...values, ...marks];
  });
  const columns = [
    ...given.map(({ index }): TypedColumn => {
      const column = table.columns[index]!;
      return { id: planning.newColumn(column.name), name: column.name, type: column.type };
    }),
    ...marked.map((): TypedColumn => ({ id: planning.newColumn('defaulted'), name: 'defaulted', type: sqlType(Oid.bool) })),
  ];
  return {
    rows: { relation: { op: 'values', rows, columns }, columns, order: [], limit: null, offset: null, withTies: false },
    columns: new Map(given.map((column, place): [number, InsertColumn] => {
      const mark = marked.indexOf(column);
      return [column.index, { source: place, ...(mark < 0 ? {} : { defaulted: given.length + mark }) }];
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
