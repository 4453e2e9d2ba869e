import type { Node } from '@pgsql/types';
import { settleUnknown } from '../typing/coerce.ts';
import { findColumn } from '../scope/scope.ts';
import { resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { isStar, locationOf, stringOf } from './nodes.ts';
import { newTarget, requireComparable } from './select.ts';
import type { Targets } from './select.ts';
import { sortDirection } from './sort-direction.ts';
import type { Expr, OrderKey, TypedColumn } from './typed.ts';
import { sameExpr } from './same-expr.ts';

/** An output column and what it is made of. */
export interface Target {
  readonly value: Expr;
  readonly column: TypedColumn;
}

/** ORDER BY: output names and ordinals first, then expressions over the input, which become hidden columns. */
export function resolveOrder(level: Level, nodes: readonly Node[], targets: Targets): readonly OrderKey[] {
  const keys: OrderKey[] = [];
  for (const node of nodes) {
    const { expression, descending, nullsFirst } = sortDirection(level.planning, node);
    const target = findTarget(level, expression, targets, 'ORDER BY');
    requireComparable(level.planning, target.column.type.oid, 'ordering', level.planning.at(locationOf(expression)));
    if (!keys.some((key) => key.id === target.column.id)) keys.push({ id: target.column.id, type: target.column.type, descending, nullsFirst });
  }
  return keys;
}

/** DISTINCT ON: the columns to group by, which must be what ORDER BY begins with. */
export function resolveDistinctOn(level: Level, nodes: readonly Node[], targets: Targets, order: readonly OrderKey[]): readonly number[] {
  const wanted = nodes.map((node) => findTarget(level, node, targets, 'DISTINCT ON'));
  const ids = new Set(wanted.map((target) => target.column.id));
  const leading = order.slice(0, ids.size);
  if (leading.some((key) => !ids.has(key.id))) {
    const stray = wanted.findIndex((target) => !leading.some((key) => key.id === target.column.id));
    throw level.planning.error('42P10', 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions', level.planning.at(locationOf(nodes[Math.max(stray, 0)]!)));
  }
  return [...ids];
}

/** The select list's entry that `node` means in ORDER BY, DISTINCT ON or GROUP BY (findTargetlistEntrySQL92). */
export function findTarget(level: Level, node: Node, targets: Targets, clause: 'ORDER BY' | 'DISTINCT ON' | 'GROUP BY'): Target {
  const { planning } = level;
  const position = planning.at(locationOf(node));
  const visible = targets.list.slice(0, targets.visible);
  const name = bareName(node);
  const hidden = clause === 'GROUP BY' && name !== undefined && findColumn(planning, { items: level.scope.items, outer: null }, name, position) !== undefined;
  if (name !== undefined && !hidden) {
    const matches = visible.filter((target) => target.column.name === name);
    const [first] = matches;
    if (first !== undefined) {
      if (matches.some((match) => !sameExpr(match.value, first.value))) throw planning.error('42702', `${clause} "${name}" is ambiguous`, position);
      return first;
    }
  }
  if ('A_Const' in node && !node.A_Const.isnull) {
    if (node.A_Const.ival === undefined) throw planning.error('42601', `non-integer constant in ${clause}`, position);
    const ordinal = node.A_Const.ival.ival ?? 0;
    const target = visible[ordinal - 1];
    if (target === undefined) throw planning.error('42P10', `${clause} position ${ordinal} is not in select list`, position);
    return target;
  }
  const value = settleUnknown(planning, resolveExpression(level, node));
  const known = targets.list.find((target) => sameExpr(target.value, value));
  if (known !== undefined) return known;
  const target = newTarget(level, '?column?', value);
  targets.list.push(target);
  return target;
}

function bareName(node: Node): string | undefined {
  const fields = 'ColumnRef' in node ? node.ColumnRef.fields ?? [] : [];
  return fields.length === 1 && !isStar(fields[0]) ? stringOf(fields[0]) : undefined;
}
