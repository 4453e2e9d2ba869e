import type { Node } from '@pgsql/types';
import type { SqlError } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { groupingSets } from './grouping-sets.ts';
import type { KeySet } from './grouping-sets.ts';
import type { Level } from './level.ts';
import { labelOf } from './level.ts';
import { locationOf } from './nodes.ts';
import { findTarget } from './order.ts';
import type { Target } from './order.ts';
import { requireComparable } from './select.ts';
import type { ColumnId, Computed, Expr, ExprOf, GroupingSets, TableFunctionCall, TypedAggregate, TypedQuery, TypedRelation } from './typed.ts';
import { columnOf } from './typed.ts';
import { sameExpr } from './same-expr.ts';
import { forEachColumn, forEachOperand, mapOperands, mapRelation, startOf } from './walk.ts';

interface Grouped {
  readonly relation: TypedRelation;
  readonly targets: readonly Target[];
  readonly functions: readonly TableFunctionCall[];
}

/** What is asked of the groups. */
interface Above {
  readonly targets: readonly Target[];
  readonly aggregates: readonly TypedAggregate[];
  readonly functions: readonly TableFunctionCall[];
  readonly having: Expr | undefined;
}

/**
 * GROUP BY, aggregates and HAVING: the relation after them, and the select list over its columns.
 * Above a grouping only the grouping expressions and the aggregates exist; anything else is 42803.
 */
export function groupRelation(
  level: Level, input: TypedRelation, groupClause: { readonly nodes: readonly Node[]; readonly distinct: boolean },
  above: Above,
): Grouped {
  const { planning } = level;
  if (groupClause.nodes.length === 0 && above.aggregates.length === 0 && above.having === undefined) {
    for (const { value } of above.targets) refuseGrouping(planning, value);
    return { relation: input, targets: above.targets, functions: above.functions };
  }
  const { by, sets } = groupKeys(level, groupClause, above);
  const own = new Set(level.scope.items.flatMap((item) => item.columns.map((column) => column.id)));
  const masks: Mask[] = [];
  const groups: Groups = { planning, by, own, masks };
  const rewrite = (expr: Expr): Expr => overGroups(groups, expr, false);
  const grouping = { sets: sets.map((set) => set.map((key) => by[key]!.id)), masks };
  // A set that is grouped by is made below the grouping; the others above it.
  const isGrouped = (call: TableFunctionCall): boolean => by.some((key) => readsAny(key.value, call.ids));
  const below = above.functions.filter(isGrouped);
  const rows: TypedRelation = below.length === 0 ? input : { op: 'join', kind: 'inner', left: input, right: { op: 'functions', calls: below, ordinality: null }, on: null };
  const relation: TypedRelation = { op: 'aggregate', input: rows, by, aggregates: above.aggregates, grouping };
  const having = above.having && rewrite(above.having);
  return {
    relation: having === undefined ? relation : { op: 'filter', input: relation, predicate: having },
    targets: above.targets.map((target) => ({ ...target, value: rewrite(target.value) })),
    functions: above.functions.filter((call) => !isGrouped(call)).map((call) => ({ ...call, args: call.args.map(rewrite) })),
  };
}

function readsAny(expr: Expr, ids: readonly ColumnId[]): boolean {
  let found = false;
  forEachColumn(expr, (id) => (found ||= ids.includes(id)));
  return found;
}

/** The keys of all groupings, and which of them each grouping has. */
function groupKeys(level: Level, clause: { readonly nodes: readonly Node[]; readonly distinct: boolean }, above: Above): { readonly by: Computed[]; readonly sets: readonly KeySet[] } {
  const { planning } = level;
  const { targets, aggregates } = above;
  const by: Computed[] = [];
  const add = (value: Expr, name: string, position: number | undefined): number => {
    if (containsAggregate(value, aggregates)) throw planning.error('42803', 'aggregate functions are not allowed in GROUP BY', startOf(value));
    refuseGrouping(planning, value);
    requireComparable(planning, value.type.oid, 'equality', position);
    const known = by.findIndex((key) => sameExpr(key.value, value));
    return known >= 0 ? known : by.push({ id: planning.newColumn(value.op === 'column' ? labelOf(planning, value.id) : name), name, value }) - 1;
  };
  const keys = (node: Node): KeySet => {
    // a row groups by its fields
    const parts = 'RowExpr' in node && node.RowExpr.row_format === 'COERCE_IMPLICIT_CAST' ? node.RowExpr.args ?? [] : [node];
    return parts.map((part) => {
      const target = findTarget(level, part, { list: [...targets], visible: targets.length }, 'GROUP BY');
      return add(target.value, target.column.name, planning.at(locationOf(part)));
    });
  };
  const sets = groupingSets(planning, clause.nodes, clause.distinct, keys);
  return { by, sets: withDependentColumns(level, by, sets, readAbove(above)) };
}

function containsAggregate(expr: Expr, aggregates: readonly TypedAggregate[]): boolean {
  let found = expr.op === 'column' && aggregates.some((aggregate) => aggregate.id === expr.id);
  mapOperands(expr, (operand) => (containsAggregate(operand, aggregates) && (found = true), operand));
  return found;
}

function readAbove({ targets, functions, having }: Above): ReadonlySet<ColumnId> {
  const read = new Set<ColumnId>();
  for (const expr of [...targets.map(({ value }) => value), ...functions.flatMap((call) => call.args), ...(having === undefined ? [] : [having])]) forEachColumn(expr, (id) => read.add(id));
  return read;
}

/** Grouping by a table's primary key determines its other columns: those that are read are grouped by too, which changes no group. */
function withDependentColumns(level: Level, by: Computed[], sets: readonly KeySet[], read: ReadonlySet<ColumnId>): readonly KeySet[] {
  const common = (id: ColumnId): boolean => by.some((key, at) => key.value.op === 'column' && key.value.id === id && sets.every((set) => set.includes(at)));
  const dependent: number[] = [];
  for (const item of level.scope.items) {
    if (item.primaryKey === undefined || !item.primaryKey.columns.every(common)) continue;
    for (const column of item.columns) {
      if (!read.has(column.id) || by.some((key) => key.value.op === 'column' && key.value.id === column.id)) continue;
      level.planning.keysUsed.add(item.primaryKey.constraint);
      dependent.push(by.push({ id: level.planning.newColumn(labelOf(level.planning, column.id)), name: column.name, value: columnOf(column) }) - 1);
    }
  }
  return dependent.length === 0 ? sets : sets.map((set) => [...set, ...dependent]);
}

interface Groups {
  readonly planning: Planning;
  readonly by: readonly Computed[];
  /** the columns of the rows that are grouped */
  readonly own: ReadonlySet<ColumnId>;
  /** the GROUPING calls met */
  readonly masks: Mask[];
}
type Mask = GroupingSets['masks'][number];

/** The expression over the groups' columns instead of the rows'. */
function overGroups(groups: Groups, expr: Expr, inSubquery: boolean): Expr {
  const { planning, by, own } = groups;
  // In a subquery Postgres knows columns that are grouped by, and no other expressions.
  const key = by.find(({ value }) => (!inSubquery || (value.op === 'column' && !planning.mergedColumns.has(value.id))) && sameExpr(value, expr));
  if (key !== undefined) return { op: 'column', id: key.id, type: expr.type, position: expr.position };
  if (expr.op === 'grouping') return maskOf(groups, expr);
  if (expr.op === 'column' && own.has(expr.id)) {
    const label = labelOf(planning, planning.mergedColumns.get(expr.id) ?? expr.id);
    throw planning.error('42803', inSubquery
      ? `subquery uses ungrouped column "${label}" from outer query`
      : `column "${label}" must appear in the GROUP BY clause or be used in an aggregate function`, expr.position);
  }
  const below = (relation: TypedRelation): TypedRelation => mapRelation(relation, (value) => overGroups(groups, value, true), below);
  const query = (inner: TypedQuery): TypedQuery => ({ ...inner, relation: below(inner.relation) });
  return mapOperands(expr, (operand) => overGroups(groups, operand, inSubquery), query);
}

function maskOf({ planning, by, masks }: Groups, expr: ExprOf<'grouping'> & Expr): Expr {
  const keys = expr.args.map((arg) => {
    const key = by.find((candidate) => sameExpr(candidate.value, arg));
    if (key === undefined) throw notAKey(planning, arg);
    return key.id;
  });
  const id = planning.newColumn('grouping');
  masks.push({ id, keys });
  return { op: 'column', id, type: expr.type, position: expr.position };
}

const notAKey = (planning: Planning, arg: Expr): SqlError => planning.error('42803', 'arguments to GROUPING must be grouping expressions of the associated query level', startOf(arg));

/** Where there are no groups, GROUPING has nothing to speak of. */
function refuseGrouping(planning: Planning, expr: Expr): void {
  if (expr.op === 'grouping') throw notAKey(planning, expr.args[0]!);
  forEachOperand(expr, (operand) => refuseGrouping(planning, operand));
}
