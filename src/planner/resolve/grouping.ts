import type { Node } from '@pgsql/types';
import { notSupported } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Level } from './level.ts';
import { labelOf } from './level.ts';
import { locationOf } from './nodes.ts';
import { findTarget } from './order.ts';
import type { Target } from './order.ts';
import { requireComparable } from './select.ts';
import type { ColumnId, Computed, Expr, TableFunctionCall, TypedAggregate, TypedQuery, TypedRelation } from './typed.ts';
import { columnOf } from './typed.ts';
import { mapOperands, mapRelation, sameExpr, startOf } from './walk.ts';

interface Grouped {
  readonly relation: TypedRelation;
  readonly targets: readonly Target[];
  readonly functions: readonly TableFunctionCall[];
}

/**
 * GROUP BY, aggregates and HAVING: the relation after them, and the select list over its columns.
 * Above a grouping only the grouping expressions and the aggregates exist; anything else is 42803.
 */
export function groupRelation(
  level: Level, input: TypedRelation, groupClause: readonly Node[],
  above: { readonly targets: readonly Target[]; readonly aggregates: readonly TypedAggregate[]; readonly functions: readonly TableFunctionCall[]; readonly having: Expr | undefined },
): Grouped {
  const { planning } = level;
  if (groupClause.length === 0 && above.aggregates.length === 0 && above.having === undefined) {
    return { relation: input, targets: above.targets, functions: above.functions };
  }
  const by = groupKeys(level, groupClause, above.targets, above.aggregates);
  const own = new Set(level.scope.items.flatMap((item) => item.columns.map((column) => column.id)));
  addDependentColumns(level, by);
  const rewrite = (expr: Expr): Expr => overGroups(planning, expr, by, own, false);
  const relation: TypedRelation = { op: 'aggregate', input, by, aggregates: above.aggregates };
  const having = above.having && rewrite(above.having);
  return {
    relation: having === undefined ? relation : { op: 'filter', input: relation, predicate: having },
    targets: above.targets.map((target) => ({ ...target, value: rewrite(target.value) })),
    functions: above.functions.map((call) => ({ ...call, args: call.args.map(rewrite) })),
  };
}

function groupKeys(level: Level, nodes: readonly Node[], targets: readonly Target[], aggregates: readonly TypedAggregate[]): Computed[] {
  const { planning } = level;
  const by: Computed[] = [];
  const add = (value: Expr, name: string, position: number | undefined): void => {
    if (value.op === 'column' && aggregates.some((aggregate) => aggregate.id === value.id)) throw planning.error('42803', 'aggregate functions are not allowed in GROUP BY', value.position);
    requireComparable(planning, value.type.oid, 'equality', position);
    if (!by.some((key) => sameExpr(key.value, value))) by.push({ id: planning.newColumn(value.op === 'column' ? labelOf(planning, value.id) : name), name, value });
  };
  for (const node of nodes) {
    if ('GroupingSet' in node) {
      if (node.GroupingSet.kind === 'GROUPING_SET_EMPTY') continue;
      throw notSupported('GROUPING SETS, ROLLUP or CUBE', 'Combine one GROUP BY query for each set with UNION ALL.', planning.at(node.GroupingSet.location));
    }
    // a row groups by its fields
    const parts = 'RowExpr' in node && node.RowExpr.row_format === 'COERCE_IMPLICIT_CAST' ? node.RowExpr.args ?? [] : [node];
    for (const part of parts) {
      const target = findTarget(level, part, { list: [...targets], visible: targets.length }, 'GROUP BY');
      if (containsAggregate(target.value, aggregates)) throw planning.error('42803', 'aggregate functions are not allowed in GROUP BY', startOf(target.value));
      add(target.value, target.column.name, planning.at(locationOf(part)));
    }
  }
  return by;
}

function containsAggregate(expr: Expr, aggregates: readonly TypedAggregate[]): boolean {
  let found = expr.op === 'column' && aggregates.some((aggregate) => aggregate.id === expr.id);
  mapOperands(expr, (operand) => (containsAggregate(operand, aggregates) && (found = true), operand));
  return found;
}

/** Grouping by a table's primary key determines its other columns: they are grouped by too, which changes no group. */
function addDependentColumns(level: Level, by: Computed[]): void {
  const grouped = (id: ColumnId): boolean => by.some((key) => key.value.op === 'column' && key.value.id === id);
  for (const item of level.scope.items) {
    if (item.primaryKey === undefined || !item.primaryKey.every(grouped)) continue;
    for (const column of item.columns) {
      if (!grouped(column.id)) by.push({ id: level.planning.newColumn(labelOf(level.planning, column.id)), name: column.name, value: columnOf(column) });
    }
  }
}

/** The expression over the groups' columns instead of the rows'. */
function overGroups(planning: Planning, expr: Expr, by: readonly Computed[], own: ReadonlySet<ColumnId>, inSubquery: boolean): Expr {
  const key = by.find((candidate) => sameExpr(candidate.value, expr));
  if (key !== undefined) return { op: 'column', id: key.id, type: expr.type, position: expr.position };
  if (expr.op === 'column' && own.has(expr.id)) {
    const label = labelOf(planning, expr.id);
    throw planning.error('42803', inSubquery
      ? `subquery uses ungrouped column "${label}" from outer query`
      : `column "${label}" must appear in the GROUP BY clause or be used in an aggregate function`, expr.position);
  }
  const below = (relation: TypedRelation): TypedRelation => mapRelation(relation, (value) => overGroups(planning, value, by, own, true), below);
  const query = (inner: TypedQuery): TypedQuery => ({ ...inner, relation: below(inner.relation) });
  return mapOperands(expr, (operand) => overGroups(planning, operand, by, own, inSubquery), query);
}
