import type { SelectStmt } from '@pgsql/types';
import { Oid } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Scope } from '../scope/scope.ts';
import { settleUnknown } from '../typing/coerce.ts';
import { toCommonType } from '../typing/common-type.ts';
import { resolveExpression } from './expression.ts';
import type { CommonTables, Level } from './level.ts';
import { listOf, locationOf } from './nodes.ts';
import { resolveOrder } from './order.ts';
import { resolveLimits } from './select.ts';
import type { SelectOptions, Targets } from './select.ts';
import type { Expr, TypedColumn, TypedQuery } from './typed.ts';
import { columnOf } from './typed.ts';

/** VALUES: rows of equal length, each column of the common type of its entries. */
export function resolveValues(planning: Planning, node: SelectStmt, outer: Scope | null, tables: CommonTables | null, options: SelectOptions): TypedQuery {
  const level: Level = { planning, scope: { items: [], outer }, tables, clause: 'VALUES', aggregates: null, functions: null };
  const lists = (node.valuesLists ?? []).map(listOf);
  const width = lists[0]?.length ?? 0;
  const uneven = lists.find((list) => list.length !== width);
  if (uneven !== undefined) throw planning.error('42601', 'VALUES lists must all be the same length', uneven[0] && planning.at(locationOf(uneven[0])));
  const rows = lists.map((list) => list.map((item) => resolveExpression(level, item)));
  const single = rows.length === 1 && options.keepUnknown === true;
  const byColumn = Array.from({ length: width }, (_, index): readonly Expr[] => {
    const entries = rows.map((row) => row[index]!);
    if (single && entries[0]!.type.oid === Oid.unknown) return entries;
    return toCommonType(planning, entries, 'VALUES').exprs.map((expr) => settleUnknown(planning, expr));
  });
  const columns = byColumn.map((entries, index): TypedColumn => {
    const id = planning.newColumn(`*VALUES*.column${index + 1}`);
    if (entries[0]!.type.oid === Oid.unknown) planning.unknownColumns.set(id, entries[0]!);
    return { id, name: `column${index + 1}`, type: entries[0]!.type };
  });
  const relation = { op: 'values' as const, columns, rows: rows.map((_, row) => byColumn.map((entries) => entries[row]!)) };
  const targets: Targets = { list: columns.map((column) => ({ column, value: columnOf(column) })), visible: columns.length };
  const named: Level = { ...level, scope: { items: [{ name: '*VALUES*', columns, columnsVisible: true }], outer }, clause: 'ORDER BY' };
  const order = resolveOrder(named, node.sortClause ?? [], targets);
  const hidden = targets.list.slice(targets.visible);
  return {
    relation: hidden.length === 0 ? relation : { op: 'compute', input: relation, columns: hidden.map((target) => ({ id: target.column.id, name: target.column.name, value: target.value })) },
    columns, order, ...resolveLimits(level, node),
  };
}
