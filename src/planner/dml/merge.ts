import type { MergeStmt, MergeWhenClause } from '@pgsql/types';
import type { TableItem } from '../../catalog/index.ts';
import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import type { MergeAction, MergePlan } from '../plan.ts';
import { finishPart } from '../plan-query.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from '../resolve/expression.ts';
import { resolveFrom } from '../resolve/from.ts';
import type { Level } from '../resolve/level.ts';
import { locationOf } from '../resolve/nodes.ts';
import type { Computed, Expr, TypedColumn, TypedQuery, TypedRelation } from '../resolve/typed.ts';
import { columnOf } from '../resolve/typed.ts';
import type { Around } from '../resolve/with.ts';
import type { Scope, ScopeItem } from '../scope/scope.ts';
import { assigned } from '../typing/assignment.ts';
import { coerceToBoolean } from '../typing/coerce.ts';
import { planReturning } from './returning.ts';
import { assignmentsOf, columnIndex, defaultedBy, newRow, refuseGenerated, resTarget, tableScope, writableTable } from './target.ts';

const bool = sqlType(Oid.bool);
const int4 = sqlType(Oid.int4);

/** What one WHEN does with a pair: its place among the actions, and the new row. */
interface Branch {
  readonly when: Expr;
  /** undefined: DO NOTHING */
  readonly action: MergeAction | undefined;
  readonly row: readonly Expr[];
}

/**
 * MERGE as one query: target and source joined so that whatever a WHEN may speak of is there, then the first WHEN that holds of each pair,
 * and the row it makes. Pairs that no WHEN speaks of, and those of DO NOTHING, are left out.
 */
export function mergePlan(planning: Planning, statement: MergeStmt, around: Around): MergePlan {
  const table = writableTable(planning, statement.relation, 'merge into');
  const { item, relation } = tableScope(planning, table, statement.relation);
  const clauses = (statement.mergeWhenClauses ?? []).map((node) => {
    if (!('MergeWhenClause' in node)) throw new InvariantError('a WHEN of MERGE that is none');
    return node.MergeWhenClause;
  });
  refuseUnreachable(planning, clauses);
  const base: Level = { planning, scope: { items: [], outer: null, range: [item] }, tables: around.tables, clause: 'FROM', aggregates: null, functions: null };
  const source = resolveFrom(base, statement.sourceRelation === undefined ? [] : [statement.sourceRelation]);
  const duplicate = source.items.find((other) => other.name !== null && other.name === item.name);
  if (duplicate !== undefined) {
    throw planning.error('42712', `name "${item.name}" specified more than once`, undefined, { detail: 'The name is used both as MERGE target table and data source.' });
  }
  const there = marker(planning, relation, 'there');
  const given = marker(planning, source.relation, 'given');
  const both: Scope = { ...base.scope, items: [item, ...source.items] };
  const on = statement.joinCondition === undefined ? null : coerceToBoolean(planning, resolveExpression({ ...base, scope: both, clause: 'JOIN conditions' }, statement.joinCondition), 'JOIN/ON');
  const joined: TypedRelation = { op: 'join', kind: joinKind(clauses), left: there.relation, right: given.relation, on };
  const branches = clauses.map((clause) => planWhen(planning, table, item, source.items, clause, base, there.column, given.column));
  const actions = branches.flatMap(({ action }) => (action === undefined ? [] : [action]));
  const returning = planReturning(planning, table, statement.relation, statement.returningClause, around, { items: source.items, action: true });
  const action: TypedColumn = { id: planning.newColumn('action'), name: 'action', type: int4 };
  const chosen: TypedRelation = {
    op: 'filter', predicate: { op: 'not', arg: { op: 'isNull', arg: columnOf(action), type: bool }, type: bool },
    input: { op: 'compute', input: joined, columns: [{ id: action.id, name: 'action', value: choose(branches, actions) }] },
  };
  const fresh = table.columns.map((column): TypedColumn => ({ id: planning.newColumn(column.name), name: column.name, type: column.type }));
  const rows = fresh.map((column, index): Computed => ({ id: column.id, name: column.name, value: valueOf(branches, actions, action, index, column) }));
  const typed: TypedQuery = {
    relation: { op: 'compute', input: chosen, columns: rows }, columns: [action, ...item.columns, ...fresh, ...returning.beside], order: [], limit: null, offset: null, withTies: false,
  };
  return { kind: 'merge', table: table.id, target: finishPart(planning, around.wrap(typed)), actions, returning: returning.plan };
}

type Match = NonNullable<MergeWhenClause['matchKind']>;

/** A WHEN behind one of its kind that has no condition is never reached. */
function refuseUnreachable(planning: Planning, clauses: readonly MergeWhenClause[]): void {
  const closed = new Set<Match>();
  for (const { matchKind = 'MERGE_WHEN_MATCHED', condition } of clauses) {
    if (closed.has(matchKind)) throw planning.error('42601', 'unreachable WHEN clause specified after unconditional WHEN clause', undefined);
    if (condition === undefined) closed.add(matchKind);
  }
}

function joinKind(clauses: readonly MergeWhenClause[]): Extract<TypedRelation, { op: 'join' }>['kind'] {
  const has = (match: Match): boolean => clauses.some((clause) => clause.matchKind === match);
  const target = has('MERGE_WHEN_NOT_MATCHED_BY_SOURCE');
  const source = has('MERGE_WHEN_NOT_MATCHED_BY_TARGET');
  return target && source ? 'full' : target ? 'left' : source ? 'right' : 'inner';
}

/** The relation with a column that is true, and NULL where an outer join finds no row of it. */
function marker(planning: Planning, relation: TypedRelation, name: string): { readonly relation: TypedRelation; readonly column: TypedColumn } {
  const column: TypedColumn = { id: planning.newColumn(name), name, type: bool };
  return { column, relation: { op: 'compute', input: relation, columns: [{ id: column.id, name, value: { op: 'literal', value: true, type: bool } }] } };
}

function planWhen(planning: Planning, table: TableItem, target: ScopeItem, source: readonly ScopeItem[], clause: MergeWhenClause, base: Level, there: TypedColumn, given: TypedColumn): Branch {
  const match = clause.matchKind ?? 'MERGE_WHEN_MATCHED';
  const isThere: Expr = match === 'MERGE_WHEN_NOT_MATCHED_BY_TARGET' ? { op: 'isNull', arg: columnOf(there), type: bool } : { op: 'isTrue', arg: columnOf(there), type: bool };
  const isGiven: Expr = match === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? { op: 'isNull', arg: columnOf(given), type: bool } : { op: 'isTrue', arg: columnOf(given), type: bool };
  const items = match === 'MERGE_WHEN_MATCHED' ? [target, ...source] : match === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? [target] : source;
  const level: Level = { ...base, scope: { ...base.scope, items }, clause: 'MERGE WHEN conditions' };
  const condition = clause.condition === undefined ? [] : [coerceToBoolean(planning, resolveExpression(level, clause.condition), 'WHEN')];
  const when: Expr = { op: 'and', args: [isThere, isGiven, ...condition], type: bool };
  switch (clause.commandType) {
    case 'CMD_UPDATE': {
      const assignments = assignmentsOf(planning, table, { ...level, clause: 'UPDATE' }, clause.targetList ?? [], target.columns);
      return { when, action: { kind: 'update', defaulted: defaultedBy(assignments) }, row: newRow(table, target.columns, assignments) };
    }
    case 'CMD_DELETE':
      return { when, action: { kind: 'delete', defaulted: [] }, row: nulls(table) };
    case 'CMD_INSERT':
      return { when, ...inserted(planning, table, clause, { ...level, clause: 'VALUES' }) };
    default:
      return { when, action: undefined, row: nulls(table) };
  }
}

const nulls = (table: TableItem): readonly Expr[] => table.columns.map((column): Expr => ({ op: 'literal', value: null, type: column.type }));

function inserted(planning: Planning, table: TableItem, clause: MergeWhenClause, level: Level): Pick<Branch, 'action' | 'row'> {
  const targets = (clause.targetList ?? []).map(resTarget);
  const values = clause.values ?? [];
  const indexes = targets.length > 0
    ? targets.map((target) => columnIndex(planning, table, target.name ?? '', planning.at(target.location)))
    : table.columns.map((_, index) => index).slice(0, Math.max(values.length, 0));
  if (values.length > (targets.length > 0 ? indexes.length : table.columns.length)) throw planning.error('42601', 'INSERT has more expressions than target columns', planning.at(locationOf(values[indexes.length]!)));
  if (values.length < targets.length) throw planning.error('42601', 'INSERT has more target columns than expressions', planning.at(targets[values.length]!.location));
  const row = [...nulls(table)];
  const kept = new Set<number>();
  values.forEach((node, i) => {
    const index = indexes[i]!;
    const column = table.columns[index]!;
    if ('SetToDefault' in node) return;
    if (column.identity !== undefined && clause.override === 'OVERRIDING_USER_VALUE') return;
    if (column.generated !== undefined || clause.override !== 'OVERRIDING_SYSTEM_VALUE') refuseGenerated(planning, column, 'insert');
    row[index] = assigned(planning, resolveExpression(level, node), column.type, column.name);
    kept.add(index);
  });
  return { action: { kind: 'insert', defaulted: [...table.columns.keys()].filter((index) => !kept.has(index)) }, row };
}

/** The number of the first WHEN that holds; NULL where none does, or it does nothing. */
const choose = (branches: readonly Branch[], actions: readonly MergeAction[]): Expr => ({
  op: 'case', type: int4, otherwise: { op: 'literal', value: null, type: int4 },
  branches: branches.map(({ when, action }) => ({ when, then: { op: 'literal', value: action === undefined ? null : actions.indexOf(action), type: int4 } })),
});

/** A column of the new row, as the chosen WHEN makes it. */
function valueOf(branches: readonly Branch[], actions: readonly MergeAction[], chosen: TypedColumn, index: number, column: TypedColumn): Expr {
  const made = branches.flatMap(({ action, row }) => (action === undefined || action.kind === 'delete' ? [] : [{
    when: { op: 'same', left: columnOf(chosen), right: { op: 'literal', value: actions.indexOf(action), type: int4 }, type: bool } satisfies Expr, then: row[index]!,
  }]));
  const none: Expr = { op: 'literal', value: null, type: column.type };
  return made.length === 0 ? none : { op: 'case', branches: made, otherwise: none, type: column.type };
}
