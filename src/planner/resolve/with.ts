import type { CommonTableExpr, WithClause } from '@pgsql/types';
import { InvariantError, notSupported } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { WritingPart } from '../plan.ts';
import type { Planning } from '../planning.ts';
import type { Scope } from '../scope/scope.ts';
import type { CommonTable, CommonTables } from './level.ts';
import { namesOf } from './nodes.ts';
import { asRelation } from './query-relation.ts';
import { resolveSelect } from './select.ts';
import type { OrderKey, TypedColumn, TypedQuery, TypedRelation } from './typed.ts';
import { idsOf } from './typed.ts';
import { referencedIn } from './walk.ts';

/** The WITH queries around a query: who may name them, and how their definitions are put around it. */
export interface Around {
  readonly tables: CommonTables | null;
  readonly wrap: (query: TypedQuery) => TypedQuery;
}

/** Resolves `body` with the names of the WITH clause in sight, and puts their definitions around it. */
export function withQueries(planning: Planning, clause: WithClause | undefined, outer: Scope | null, tables: CommonTables | null, body: (tables: CommonTables | null) => TypedQuery): TypedQuery {
  const around = openWith(planning, clause, outer, tables);
  return around.wrap(body(around.tables));
}

/** Resolves the queries of a WITH clause. */
export function openWith(planning: Planning, clause: WithClause | undefined, outer: Scope | null, tables: CommonTables | null): Around {
  if (clause === undefined) return { tables, wrap: (query) => query };
  const byName = new Map<string, CommonTable>();
  const names = (clause.ctes ?? []).map((node) => ('CommonTableExpr' in node ? node.CommonTableExpr.ctename ?? '' : ''));
  const inner: CommonTables = { byName, outer: tables, names };
  const shared: { readonly name: string; readonly value: TypedRelation; readonly valueIds: readonly number[] }[] = [];
  const wrap = (query: TypedQuery): TypedQuery => ({ ...query, relation: shared.reduceRight<TypedRelation>((below, entry) => ({ op: 'with', ...entry, body: below }), query.relation) });
  for (const node of clause.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const table = node.CommonTableExpr;
    const name = table.ctename ?? '';
    const position = planning.at(table.location);
    if (byName.has(name)) throw planning.error('42712', `WITH query name "${name}" specified more than once`, position);
    if (clause.recursive && mentions(table, name)) throw notSupported('WITH RECURSIVE', 'Write out the levels you need as joins.', position);
    if (table.ctequery !== undefined && !('SelectStmt' in table.ctequery)) {
      byName.set(name, writingTable(planning, table, clause, { tables: inner, wrap }));
      continue;
    }
    const definition = resolveTable(planning, table, outer, inner);
    const local = planning.newLocal(`${name}_`);
    if (definition.isCorrelated) {
      byName.set(name, { name, reference: () => resolveTable(planning, table, outer, inner) });
    } else {
      shared.push({ name: local, value: definition.relation, valueIds: [...definition.columns, ...definition.hidden].map((column) => column.id) });
      byName.set(name, { name, reference: () => referenceTo(planning, name, local, definition) });
    }
  }
  return { tables: inner, wrap };
}

/** A statement that writes, among the queries of WITH: planned by itself, and named by the rows of its RETURNING. */
function writingTable(planning: Planning, table: CommonTableExpr, clause: WithClause, around: Around): CommonTable {
  const { writes } = planning;
  const name = table.ctename ?? '';
  if (planning.context.mode === 'view') throw planning.error('0A000', 'views must not contain data-modifying statements in WITH', undefined);
  if (writes?.clause !== clause) throw planning.error('0A000', 'WITH clause containing a data-modifying statement must be at the top level', planning.at(table.location));
  const plan = writes.plan(table.ctequery!, around);
  const names = namesOf(table.aliascolnames);
  const returned = plan.returning?.columns ?? [];
  if (names.length > returned.length) {
    throw planning.error('42P10', `WITH query "${name}" has ${returned.length} columns available but ${names.length} columns specified`, planning.at(table.location));
  }
  const columns = returned.map((column, index) => ({ name: names[index] ?? column.name, type: column.value.type, nullable: true }));
  const part: WritingPart = { plan, rows: planning.newLocal(`${name}_`) as RelationId, type: { columns, keys: [] }, isRead: false };
  writes.parts.push(part);
  return {
    name,
    reference: (position) => {
      if (plan.returning === null) throw planning.error('0A000', `WITH query "${name}" does not have a RETURNING clause`, position);
      part.isRead = true;
      const own = columns.map((column): TypedColumn => ({ id: planning.newColumn(`${name}.${column.name}`), name: column.name, type: column.type }));
      return { relation: { op: 'leaf', relation: { op: 'get', id: part.rows, type: part.type }, ids: own.map((column) => column.id) }, columns: own };
    },
  };
}

/** The columns of a WITH query that can be named, and behind them those that only its order is by. */
interface Definition {
  readonly columns: readonly TypedColumn[];
  readonly hidden: readonly TypedColumn[];
  readonly order: readonly OrderKey[];
}

function resolveTable(planning: Planning, table: CommonTableExpr, outer: Scope | null, tables: CommonTables): Definition & { readonly relation: TypedRelation; readonly isCorrelated: boolean } {
  if (table.ctequery === undefined || !('SelectStmt' in table.ctequery)) {
    throw new InvariantError('a WITH query that is no SELECT');
  }
  const query = resolveSelect(planning, table.ctequery.SelectStmt, outer, tables);
  const names = namesOf(table.aliascolnames);
  if (names.length > query.columns.length) {
    throw planning.error('42P10', `WITH query "${table.ctename}" has ${query.columns.length} columns available but ${names.length} columns specified`, planning.at(table.location));
  }
  const hidden = query.order.filter((key) => !query.columns.some((column) => column.id === key.id)).map(({ id, type }): TypedColumn => ({ id, type, name: 'order' }));
  const relation = asRelation(planning, query, hidden.map((column) => column.id));
  const columns = query.columns.map((column, index): TypedColumn => ({ ...column, name: names[index] ?? column.name }));
  for (const column of columns) planning.columnLabels.set(column.id, `${table.ctename}.${column.name}`);
  return { relation, columns, hidden, order: query.order, isCorrelated: outer !== null && refersOutside(relation, outer) };
}

function refersOutside(relation: TypedRelation, outer: Scope): boolean {
  const inside = referencedIn(relation);
  for (let level: Scope | null = outer; level !== null; level = level.outer) {
    if (level.items.some((item) => item.columns.some((column) => inside.has(column.id)))) return true;
    if (level.place?.aggregates?.some((aggregate) => inside.has(aggregate.id)) === true) return true;
  }
  return false;
}

function referenceTo(planning: Planning, name: string, local: string, { columns, hidden, order }: Definition): { readonly relation: TypedRelation; readonly columns: readonly TypedColumn[]; readonly order: readonly OrderKey[] } {
  const all = [...columns, ...hidden];
  const own = all.map((column): TypedColumn => {
    const id = planning.newColumn(`${name}.${column.name}`);
    const shape = planning.recordShapes.get(column.id);
    if (shape !== undefined) planning.recordShapes.set(id, shape);
    return { ...column, id };
  });
  const relation: TypedRelation = {
    op: 'reference', name: local, ids: own.map((column) => column.id),
    types: own.map((column) => ({ name: column.name, type: column.type, nullable: true })),
  };
  if (idsOf(relation).length !== all.length) throw new InvariantError('a reference with other columns than its table');
  return { relation, columns: own.slice(0, columns.length), order: order.map((key) => ({ ...key, id: own[all.findIndex((column) => column.id === key.id)]!.id })) };
}

/** Whether the WITH query names itself: only then is it recursive. */
const mentions = (table: CommonTableExpr, name: string): boolean => JSON.stringify(table.ctequery ?? {}).includes(`"relname":${JSON.stringify(name)}`);
