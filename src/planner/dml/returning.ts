import type { RangeVar, ReturningClause } from '@pgsql/types';
import type { TableItem } from '../../catalog/index.ts';
import { Oid, sqlType } from '../../core/index.ts';
import type { Relation } from '../../ir/index.ts';
import type { Bound } from '../lower/bound.ts';
import { toScalar } from '../lower/to-scalar.ts';
import { foldScalar } from '../optimize/fold-constants.ts';
import type { ReturningPlan } from '../plan.ts';
import type { Planning } from '../planning.ts';
import type { Level } from '../resolve/level.ts';
import { expandTarget } from '../resolve/select.ts';
import type { TypedColumn } from '../resolve/typed.ts';
import { forEachColumn } from '../resolve/walk.ts';
import type { ScopeItem } from '../scope/scope.ts';
import type { Around } from '../resolve/with.ts';
import { settleUnknown } from '../typing/coerce.ts';
import { asksMore, planOverRows } from './over-rows.ts';
import { resTarget, tableColumns, tableItem } from './target.ts';

/** What RETURNING may name beside the table: the relations of FROM and USING, or the source of MERGE. */
export interface Beside {
  readonly items: readonly ScopeItem[];
  /** MERGE: merge_action() may be asked, and * begins with the source's columns */
  readonly action?: boolean;
  /** what the statement has, and RETURNING may not name */
  readonly range?: readonly ScopeItem[];
}

export interface PlannedReturning {
  readonly plan: ReturningPlan | null;
  /** columns of the relations beside that it reads, in the row's order */
  readonly beside: readonly TypedColumn[];
}

/** RETURNING: see `ReturningPlan` for the row it is over. The table's own name means the new row, and where that is gone the old one. */
export function planReturning(planning: Planning, table: TableItem, node: RangeVar | undefined, clause: ReturningClause | undefined, around: Around, beside: Beside = { items: [] }): PlannedReturning {
  if (clause === undefined) return { plan: null, beside: [] };
  const width = table.columns.length;
  const name = node?.alias?.aliasname ?? table.name;
  const own = tableColumns(planning, table, name);
  const rows = { new: tableColumns(planning, table, 'new'), old: tableColumns(planning, table, 'old') };
  const named = (which: 'new' | 'old'): ScopeItem | undefined => {
    const alias = aliasOf(clause, which);
    const taken = alias === which && [name, ...beside.items.map((item) => item.name)].includes(which);
    return taken ? undefined : { ...tableItem(table, alias, rows[which]), columnsVisible: false };
  };
  const action: TypedColumn = { id: planning.newColumn('merge_action'), name: 'merge_action', type: sqlType(Oid.text) };
  const self: ScopeItem = { ...tableItem(table, name, own), ...(node?.alias === undefined && { bare: true }) };
  const items = [...(beside.action === true ? [...beside.items, self] : [self, ...beside.items]), ...[named('new'), named('old')].filter((item) => item !== undefined)];
  const level: Level = { planning, scope: { items, outer: null, range: [self, ...beside.items, ...beside.range ?? []] }, tables: around.tables, clause: 'RETURNING', aggregates: null, functions: null, ...(beside.action === true ? { mergeAction: action } : {}) };
  const targets = (clause.exprs ?? []).flatMap((entry) => {
    const target = resTarget(entry);
    return target.val === undefined ? [] : expandTarget(level, target.val, target.name);
  });
  const values = targets.map(({ value }) => settleUnknown(planning, value));
  const used = new Set<number>();
  for (const value of values) forEachColumn(value, (id) => used.add(id));
  const read = beside.items.flatMap((item) => item.columns).filter((column) => used.has(column.id));
  const places = [...own, ...rows.new, ...rows.old, ...read, action];
  if (values.some(asksMore)) {
    const query = planOverRows(planning, places, values, around);
    return { plan: { columns: targets.map(({ name: label }, index) => ({ name: label, value: { op: 'column', index, type: values[index]!.type } })), query, width }, beside: read };
  }
  const bound: Bound = {
    at: new Map(places.map((column, index) => [column.id, index])),
    relation: { op: 'constant', rows: [], type: { columns: places.map(({ name: label, type }) => ({ name: label, type, nullable: true })), keys: [] } } satisfies Relation,
  };
  const columns = targets.map((target, i) => ({ name: target.name, value: foldScalar(toScalar(planning, values[i]!, bound), planning.context.environment) }));
  return { plan: { columns, width }, beside: read };
}

function aliasOf(clause: ReturningClause, which: 'new' | 'old'): string {
  for (const node of clause.options ?? []) {
    if ('ReturningOption' in node && node.ReturningOption.option === (which === 'new' ? 'RETURNING_OPTION_NEW' : 'RETURNING_OPTION_OLD')) return node.ReturningOption.value ?? which;
  }
  return which;
}
