import type { DeleteStmt, Node, UpdateStmt } from '@pgsql/types';
import { Oid, sqlType } from '../../core/index.ts';
import type { DeletePlan, UpdatePlan } from '../plan.ts';
import { finishPart } from '../plan-query.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from '../resolve/expression.ts';
import { resolveFrom } from '../resolve/from.ts';
import type { CommonTables, Level } from '../resolve/level.ts';
import type { Computed, Expr, TypedColumn, TypedQuery, TypedRelation } from '../resolve/typed.ts';
import type { Around } from '../resolve/with.ts';
import type { Scope, ScopeItem } from '../scope/scope.ts';
import { coerceToBoolean } from '../typing/coerce.ts';
import { planReturning } from './returning.ts';
import { assignmentsOf, defaultedBy, newRow, tableScope, writableTable } from './target.ts';

/** The rows to delete, whole, then what RETURNING reads beside. With USING those for which there is a partner: each as often as the table has it. */
export function deletePlan(planning: Planning, statement: DeleteStmt, around: Around): DeletePlan {
  const table = writableTable(planning, statement.relation, 'delete from');
  const { item, relation } = tableScope(planning, table, statement.relation);
  const partners = partnersOf(planning, item, statement.usingClause ?? [], statement.whereClause, around.tables);
  const returning = planReturning(planning, table, statement.relation, statement.returningClause, around, { items: partners.items });
  const typed: TypedQuery = { relation: deleted(relation, partners, returning.beside), columns: [...item.columns, ...returning.beside], order: [], limit: null, offset: null, withTies: false };
  return { kind: 'delete', table: table.id, target: finishPart(planning, around.wrap(typed)), returning: returning.plan };
}

/** That there is a partner is enough, unless RETURNING wants to see one. */
function deleted(relation: TypedRelation, partners: Partners, shown: readonly TypedColumn[]): TypedRelation {
  const { others, predicate } = partners;
  if (others === undefined) return filtered(relation, predicate);
  if (shown.length > 0) {
    const seen: TypedRelation = { op: 'project', input: filtered(others, predicate), ids: shown.map((column) => column.id) };
    return { op: 'join', kind: 'inner', left: relation, right: firstOf(seen), on: null };
  }
  return filtered(relation, {
    op: 'subquery', kind: 'exists', type: sqlType(Oid.bool),
    query: { relation: filtered(others, predicate), columns: [], order: [], limit: null, offset: null, withTies: false },
  });
}

export const filtered = (relation: TypedRelation, predicate: Expr | undefined): TypedRelation => (predicate === undefined ? relation : { op: 'filter', input: relation, predicate });

interface Partners {
  /** the other relations of USING or FROM */
  readonly others: TypedRelation | undefined;
  readonly items: readonly ScopeItem[];
  readonly predicate: Expr | undefined;
  readonly level: Level;
}

function partnersOf(planning: Planning, item: ScopeItem, from: readonly Node[], where: Node | undefined, tables: CommonTables | null): Partners {
  const base: Level = { planning, scope: { items: [], outer: null, range: [item] }, tables, clause: 'FROM', aggregates: null, functions: null };
  const others = from.length === 0 ? undefined : resolveFrom(base, from);
  const duplicate = others?.items.find((other) => other.name !== null && other.name === item.name);
  if (duplicate !== undefined) throw planning.error('42712', `table name "${duplicate.name}" specified more than once`, undefined);
  const items = others?.items ?? [];
  const scope: Scope = { ...base.scope, items: [item, ...items] };
  const level: Level = { ...base, scope };
  const predicate = where && coerceToBoolean(planning, resolveExpression({ ...level, clause: 'WHERE' }, where), 'WHERE');
  return { others: others?.relation, items, predicate, level };
}

/** The old rows, the new ones behind them, and what RETURNING reads beside. With FROM, of several partners of a row one decides. */
export function updatePlan(planning: Planning, statement: UpdateStmt, around: Around): UpdatePlan {
  const table = writableTable(planning, statement.relation, 'update');
  const { item, relation } = tableScope(planning, table, statement.relation);
  const partners = partnersOf(planning, item, statement.fromClause ?? [], statement.whereClause, around.tables);
  const assignments = assignmentsOf(planning, table, { ...partners.level, clause: 'UPDATE' }, statement.targetList ?? [], item.columns);
  const { plan: returning, beside } = planReturning(planning, table, statement.relation, statement.returningClause, around, { items: partners.items });
  const computed = newRow(table, item.columns, assignments).map((value, index): Computed => ({ id: planning.newColumn(table.columns[index]!.name), name: table.columns[index]!.name, value }));
  const fresh = computed.map(({ id, name }, index): TypedColumn => ({ id, name, type: table.columns[index]!.type }));
  const changed: TypedRelation = partners.others === undefined
    ? { op: 'compute', input: filtered(relation, partners.predicate), columns: computed }
    : { op: 'join', kind: 'inner', left: relation, right: firstPartner(filtered(partners.others, partners.predicate), computed, beside), on: null };
  const typed: TypedQuery = { relation: changed, columns: [...item.columns, ...fresh, ...beside], order: [], limit: null, offset: null, withTies: false };
  return { kind: 'update', table: table.id, target: finishPart(planning, around.wrap(typed)), defaulted: defaultedBy(assignments), returning };
}

/** The new row that one of the partners gives, for whichever old row it stands beside. */
const firstPartner = (partners: TypedRelation, computed: readonly Computed[], beside: readonly TypedColumn[]): TypedRelation =>
  firstOf({ op: 'project', input: { op: 'compute', input: partners, columns: computed }, ids: [...computed, ...beside].map((column) => column.id) });

const firstOf = (input: TypedRelation): TypedRelation =>
  ({ op: 'topK', input, by: [], order: [], offset: null, limit: { op: 'literal', value: 1, type: sqlType(Oid.int8) }, withTies: false });
