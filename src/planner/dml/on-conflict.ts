import type { OnConflictClause, RangeVar } from '@pgsql/types';
import type { TableItem } from '../../catalog/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { Oid, sqlType } from '../../core/index.ts';
import type { Bound } from '../lower/bound.ts';
import { toScalar } from '../lower/to-scalar.ts';
import { foldScalar } from '../optimize/fold-constants.ts';
import type { Arbiter, OnConflictPlan } from '../plan.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from '../resolve/expression.ts';
import type { Level } from '../resolve/level.ts';
import type { Expr } from '../resolve/typed.ts';
import type { ScopeItem } from '../scope/scope.ts';
import type { Around } from '../resolve/with.ts';
import { coerceToBoolean } from '../typing/coerce.ts';
import { asksMore, planOverRows } from './over-rows.ts';
import { assignmentsOf, defaultedBy, newRow, tableColumns, tableItem } from './target.ts';

/** ON CONFLICT: by which keys a row is found to be there, and what becomes of it, over [the row there is, the row proposed]. */
export function planOnConflict(planning: Planning, table: TableItem, node: RangeVar | undefined, clause: OnConflictClause, around: Around): OnConflictPlan {
  const arbiters = arbitersOf(planning, table, clause);
  if (clause.action !== 'ONCONFLICT_UPDATE') return { arbiters, update: null };
  const name = node?.alias?.aliasname ?? table.name;
  const there = tableColumns(planning, table, name);
  const proposed = excludedRow(planning, table);
  const excluded = proposed.columns;
  const items = [{ ...tableItem(table, name, there), ...(node?.alias === undefined && { bare: true as const }) }, proposed];
  const level: Level = { planning, scope: { items, outer: null }, tables: around.tables, clause: 'UPDATE', aggregates: null, functions: null };
  const assignments = assignmentsOf(planning, table, level, clause.targetList ?? [], there);
  const where = clause.whereClause === undefined ? undefined : coerceToBoolean(planning, resolveExpression({ ...level, clause: 'WHERE' }, clause.whereClause), 'WHERE');
  const columns = [...there, ...excluded];
  const defaulted = defaultedBy(assignments);
  const row = newRow(table, there, assignments);
  if ([...row, ...(where === undefined ? [] : [where])].some(asksMore)) {
    return { arbiters, update: { values: [], defaulted, where: null, query: planOverRows(planning, columns, [where ?? { op: 'literal', value: true, type: sqlType(Oid.bool) }, ...row], around) } };
  }
  const bound: Bound = {
    at: new Map(columns.map((column, index) => [column.id, index])),
    relation: { op: 'constant', rows: [], type: { columns: columns.map(({ name: label, type }) => ({ name: label, type, nullable: true })), keys: [] } },
  };
  const scalar = (expr: Expr): Scalar => foldScalar(toScalar(planning, expr, bound), planning.context.environment);
  return { arbiters, update: { values: row.map(scalar), defaulted, where: where === undefined ? null : scalar(where) } };
}

/** The row proposed, as ON CONFLICT names it. */
export const excludedRow = (planning: Planning, table: TableItem): ScopeItem => tableItem(table, 'excluded', tableColumns(planning, table, 'excluded'));

const arbiter = ({ name, columns, nullsNotDistinct }: Arbiter): Arbiter => ({ name, columns, ...(nullsNotDistinct === true ? { nullsNotDistinct } : {}) });

/** The keys that decide (infer_arbiter_indexes). Without a target, of DO NOTHING, all. */
function arbitersOf(planning: Planning, table: TableItem, clause: OnConflictClause): readonly Arbiter[] {
  const { infer } = clause;
  const keys: readonly Arbiter[] = planning.context.catalog.indexesOn(table.id).filter((index) => index.unique);
  if (infer === undefined) {
    if (clause.action !== 'ONCONFLICT_UPDATE') return keys.map(arbiter);
    throw planning.error('42601', 'ON CONFLICT DO UPDATE requires inference specification or constraint name', planning.at(clause.location), { hint: 'For example, ON CONFLICT (column_name).' });
  }
  if (infer.conname !== undefined && infer.conname !== '') {
    const named = table.keys.find((key) => key.name === infer.conname);
    if (named !== undefined) return [arbiter(named)];
    const other = [...table.checks ?? [], ...table.foreignKeys ?? []].some((constraint) => constraint.name === infer.conname);
    if (other) throw planning.error('42809', 'constraint in ON CONFLICT clause has no associated index', undefined);
    throw planning.error('42704', `constraint "${infer.conname}" for table "${table.name}" does not exist`, undefined);
  }
  const elements = (infer.indexElems ?? []).map((element) => ('IndexElem' in element ? element.IndexElem : {}));
  const wanted = new Set(elements.map((element) => {
    if (element.name === undefined || element.name === '') return -1;
    const index = table.columns.findIndex((column) => column.name === element.name);
    if (index < 0) throw planning.error('42703', `column "${element.name}" does not exist`, planning.at(infer.location));
    return index;
  }));
  const matching = keys.filter((key) => key.columns.length === wanted.size && key.columns.every((column) => wanted.has(column)));
  if (matching.length === 0) throw planning.error('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification', undefined);
  return matching.map(arbiter);
}
