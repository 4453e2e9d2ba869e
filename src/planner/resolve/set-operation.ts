import type { SelectStmt } from '@pgsql/types';
import { InvariantError, Oid } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Scope, ScopeItem } from '../scope/scope.ts';
import { settleUnknown } from '../typing/coerce.ts';
import { toCommonType } from '../typing/common-type.ts';
import type { CommonTables, Level } from './level.ts';
import { locationOf } from './nodes.ts';
import { resolveOrder } from './order.ts';
import { asRelation } from './query-relation.ts';
import { requireComparable, resolveLimits, resolveSelect } from './select.ts';
import type { SelectOptions, Targets } from './select.ts';
import { sortDirection } from './sort-direction.ts';
import type { ColumnId, Expr, TypedColumn, TypedQuery, TypedRelation } from './typed.ts';
import { columnOf } from './typed.ts';
import { startOf } from './walk.ts';

/** UNION, INTERSECT and EXCEPT: columns are paired by position and get their common types; the names are the left side's. */
export function resolveSetOperation(planning: Planning, node: SelectStmt, outer: Scope | null, tables: CommonTables | null, options: SelectOptions): TypedQuery {
  const leaves: ScopeItem[] = [];
  const around: Scope = { items: [], outer, range: leaves };
  const combined = combine(planning, node, around, tables, options);
  const targets: Targets = { list: combined.columns.map((column) => ({ column, value: columnOf(column) })), visible: combined.columns.length };
  const level: Level = { planning, scope: { items: [{ name: null, columns: combined.columns, columnsVisible: true }], outer, range: leaves }, tables, clause: 'ORDER BY', aggregates: null, functions: null };
  const order = resolveOrder(level, node.sortClause ?? [], targets);
  if (targets.list.length > targets.visible) {
    const sorts = (node.sortClause ?? []).map((sort) => sortDirection(planning, sort).expression);
    throw planning.error('0A000', 'invalid UNION/INTERSECT/EXCEPT ORDER BY clause', startOf(targets.list[targets.visible]!.value) ?? (sorts[0] && planning.at(locationOf(sorts[0]))), {
      detail: 'Only result column names can be used, not expressions or functions.',
      hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
    });
  }
  return { relation: combined.relation, columns: combined.columns, order, ...resolveLimits(level, node) };
}

interface Side {
  readonly relation: TypedRelation;
  readonly columns: readonly TypedColumn[];
  readonly start: number | undefined;
}

/** `around` hears of the queries that are combined, by the names that messages have for them. */
function combine(planning: Planning, node: SelectStmt, around: Scope, tables: CommonTables | null, options: SelectOptions): Side {
  if (node.larg === undefined || node.rarg === undefined) throw new InvariantError('a set operation without its sides');
  const left = sideOf(planning, node.larg, around, tables);
  const right = sideOf(planning, node.rarg, around, tables);
  const kind = node.op === 'SETOP_INTERSECT' ? 'intersect' : node.op === 'SETOP_EXCEPT' ? 'except' : 'union';
  const word = kind.toUpperCase();
  if (left.columns.length !== right.columns.length) throw planning.error('42601', `each ${word} query must have the same number of columns`, right.start);
  const changes: { readonly left: { id: ColumnId; name: string; value: Expr }[]; readonly right: { id: ColumnId; name: string; value: Expr }[] } = { left: [], right: [] };
  const pairs = left.columns.map((column, index) => {
    const other = right.columns[index]!;
    const sides = [valueOf(planning, column, left.start), valueOf(planning, other, right.start)];
    const open = options.keepUnknown === true && sides.every((side) => side.type.oid === Oid.unknown);
    const { exprs } = open ? { exprs: sides.map((side) => settleUnknown(planning, side)) } : toCommonType(planning, sides, word);
    const use = (expr: Expr, into: { id: ColumnId; name: string; value: Expr }[]): ColumnId => {
      if (expr.op === 'column') return expr.id;
      const id = planning.newColumn(column.name);
      into.push({ id, name: column.name, value: expr });
      return id;
    };
    const type = exprs[0]!.type.typmod === exprs[1]!.type.typmod ? exprs[0]!.type : { oid: exprs[0]!.type.oid, typmod: -1 };
    if (!(node.all ?? false) || kind !== 'union') requireComparable(planning, type.oid, 'equality', undefined);
    return { left: use(exprs[0]!, changes.left), right: use(exprs[1]!, changes.right), column: { id: planning.newColumn(column.name), name: column.name, type } };
  });
  const extended = (side: Side, columns: readonly { id: ColumnId; name: string; value: Expr }[]): TypedRelation => (columns.length === 0 ? side.relation : { op: 'compute', input: side.relation, columns });
  return {
    start: left.start,
    columns: pairs.map((pair) => pair.column),
    relation: {
      op: 'setOperation', kind, all: node.all ?? false, left: extended(left, changes.left), right: extended(right, changes.right),
      leftIds: pairs.map((pair) => pair.left), rightIds: pairs.map((pair) => pair.right), columns: pairs.map((pair) => pair.column),
    },
  };
}

function sideOf(planning: Planning, node: SelectStmt, around: Scope, tables: CommonTables | null): Side {
  const plain = (node.sortClause ?? []).length === 0 && node.limitCount === undefined && node.limitOffset === undefined && node.withClause === undefined;
  const start = startOfSelect(planning, node);
  if (plain && node.op !== undefined && node.op !== 'SETOP_NONE') return { ...combine(planning, node, around, tables, {}), start };
  if (node.intoClause !== undefined) throw planning.error('42601', 'INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT', planning.at(node.intoClause.rel?.location));
  const query = resolveSelect(planning, node, around, tables, { keepUnknown: true });
  around.range?.push({ name: `*SELECT* ${around.range.length + 1}`, columns: query.columns, columnsVisible: false });
  return { relation: asRelation(planning, query), columns: query.columns, start };
}

/** A column as an expression, pointing at where its side says it. */
function valueOf(planning: Planning, column: TypedColumn, start: number | undefined): Expr {
  return columnOf(column, planning.targetPositions.get(column.id) ?? start);
}

function startOfSelect(planning: Planning, node: SelectStmt): number | undefined {
  if (node.larg !== undefined) return startOfSelect(planning, node.larg);
  const target = node.targetList?.[0];
  if (target !== undefined) return planning.at(locationOf(target));
  const list = node.valuesLists?.[0];
  return list === undefined ? undefined : planning.at(locationOf(list));
}
