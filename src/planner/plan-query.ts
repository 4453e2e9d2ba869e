import type { Node, SelectStmt } from '@pgsql/types';
import type { ColumnsRead, WrittenQuery } from '../catalog/index.ts';
import type { Column, Notice, SqlType } from '../core/index.ts';
import { Oid, typeInfo } from '../core/index.ts';
import type { Query, Relation, Scalar } from '../ir/index.ts';
import { relationTypeOf } from '../ir/index.ts';
import type { PlanContext } from './context.ts';
import { notesOnWindows } from './lower/window-notice.ts';
import { narrowed, unit } from './lower/bound.ts';
import type { Bound } from './lower/bound.ts';
import { lower, rowCount, sortKeys } from './lower/lower.ts';
import { toScalar } from './lower/to-scalar.ts';
import { optimize } from './optimize/optimize.ts';
import type { Facts } from './optimize/rewrite.ts';
import { readThroughIndexes } from './access/use-indexes.ts';
import { foldScalar } from './optimize/fold-constants.ts';
import { Planning } from './planning.ts';
import { resolveExpression, resolveSettled } from './resolve/expression.ts';
import { emptyScope } from './scope/scope.ts';
import { resolveSelect } from './resolve/select.ts';
import type { TypedQuery } from './resolve/typed.ts';
import { startOf } from './resolve/walk.ts';
import { tryCoerce } from './typing/coerce.ts';
import { typeText } from './typing/format-type.ts';

/** What CREATE VIEW and CREATE MATERIALIZED VIEW store. */
export interface PlannedView {
  readonly columns: readonly Column[];
  readonly relation: Relation;
  /** what `relation` is an optimised form of */
  readonly lowered: Relation;
  /** oids of the relations it reads */
  readonly dependsOn: readonly number[];
  /** which of their columns it names */
  readonly columnsRead: ColumnsRead;
  /** the primary keys it groups by and cannot do without */
  readonly keysUsed: readonly number[];
  /** why it is not one that Postgres would write through */
  readonly fixed?: string;
  /** how its text names what it reads */
  readonly written: Pick<WrittenQuery, 'relations' | 'spots'>;
  readonly notices: readonly Notice[];
}

/** Plans a SELECT, VALUES or set operation of the statement `sql`. */
export function planQuery(select: SelectStmt, sql: string, context: PlanContext): Query {
  const planning = new Planning(sql, context);
  return finishQuery(planning, resolveSelect(planning, select, null, null));
}

/** The stages of a query's planning, for EXPLAIN: with names and types resolved, and lowered. */
export function resolveQuery(select: SelectStmt, sql: string, context: PlanContext): TypedQuery {
  return resolveSelect(new Planning(sql, context), select, null, null);
}

export function planQueryUnoptimized(select: SelectStmt, sql: string, context: PlanContext): Query {
  const planning = new Planning(sql, context);
  return lowerQuery(planning, resolveSelect(planning, select, null, null));
}

export function finishQuery(planning: Planning, typed: TypedQuery): Query {
  settleParameters(planning);
  return finishPart(planning, typed);
}

/** A query of a statement that has others, which may still say what types its parameters have. */
export function finishPart(planning: Planning, typed: TypedQuery): Query {
  const query = lowerQuery(planning, typed);
  const { catalog, environment } = planning.context;
  return { ...query, relation: readThroughIndexes(optimize(query.relation, factsOf(planning.context)), environment, (id) => catalog.indexesOn(id)) };
}

/** A view's relation over what stands in the place of relations that it was planned over. Foreign keys are forgotten. */
export const optimizeAnew = (lowered: Relation, environment: PlanContext['environment']): Relation => optimize(lowered, { environment });

const factsOf = ({ catalog, environment, rowsIn }: PlanContext): Facts => ({ environment, foreignKeysOf: (id) => catalog.foreignKeysOf(id), ...(rowsIn && { rowsIn }) });

/** A parameter whose type nothing determined is an error, as in Postgres. */
export function settleParameters(planning: Planning): void {
  const open = planning.context.parameterTypes.findIndex((type) => type === undefined);
  if (open >= 0) throw planning.error('42P18', `could not determine data type of parameter $${open + 1}`, undefined);
}

/** The query's relation with just the answer's columns, then those that only the order needs. */
function lowerQuery(planning: Planning, typed: TypedQuery): Query {
  const visible = typed.columns.map((column) => column.id);
  const hidden = typed.order.map((key) => key.id).filter((id) => !visible.includes(id));
  const rows = lower(planning, typed.relation, unit);
  const selected = answerColumns(narrowed(rows, [...new Set([...visible, ...hidden])]), visible, hidden);
  const order = sortKeys({ relation: selected.relation, at: selected.at }, typed.order);
  const columns = typed.columns.map(({ name, type, origin }) => ({ name, type, ...(origin && { origin }) }));
  if (typed.withTies) {
    const limited: Relation = { op: 'topK', input: selected.relation, by: [], order, offset: rowCount(planning, typed.offset, 'OFFSET') ?? 0, limit: rowCount(planning, typed.limit, 'LIMIT'), withTies: true };
    return { relation: limited, columns, order, limit: null, offset: null };
  }
  const count = (expr: TypedQuery['limit']): Scalar | null => expr && foldScalar(toScalar(planning, expr, unit), planning.context.environment);
  return { relation: selected.relation, columns, order, limit: count(typed.limit), offset: count(typed.offset) };
}

/** One column of the relation for each of the answer, even where two are the same. */
function answerColumns(rows: Bound, visible: readonly number[], hidden: readonly number[]): Bound {
  if (new Set(visible).size === visible.length) return rows;
  const columns = relationTypeOf(rows.relation).columns;
  const places = [...visible, ...hidden].map((id) => rows.at.get(id)!);
  return {
    at: new Map([...visible, ...hidden].map((id, index): [number, number] => [id, index])),
    relation: { op: 'map', input: rows.relation, columns: places.map((index) => ({ name: columns[index]!.name, value: { op: 'column', index, type: columns[index]!.type } })) },
  };
}

/** Plans the query of a view called `name`, which begins at UTF-16 offset `from` of `sql`; `columnNames` are those written behind the name. */
export function planView(select: SelectStmt, sql: string, from: number, name: string, columnNames: readonly string[], context: PlanContext): PlannedView {
  const planning = new Planning(sql, context);
  const typed = resolveSelect(planning, select, null, null);
  if (columnNames.length > typed.columns.length) throw planning.error('42601', 'CREATE VIEW specifies more column names than columns', undefined);
  if (planning.context.parameterTypes.length > 0) throw planning.error('42P02', 'there is no parameter $1', undefined);
  const names = typed.columns.map((column, index) => columnNames[index] ?? column.name);
  for (const [index, column] of names.entries()) {
    if (names.indexOf(column) !== index) throw planning.error('42701', `column "${column}" specified more than once`, undefined);
  }
  for (const [index, column] of typed.columns.entries()) {
    const { oid } = column.type;
    if (oid === Oid.record || oid === Oid.recordArray) throw planning.error('42P16', `column "${names[index]}" has pseudo-type ${typeInfo(oid).sqlName}`, undefined);
  }
  const query = lowerQuery(planning, typed);
  const lowered = named(limited(planning, query), names);
  const relation = optimize(lowered, factsOf(context));
  const columns = relationTypeOf(relation).columns.map((column, index): Column => ({ ...column, name: names[index]!, type: typed.columns[index]!.type }));
  return { columns, relation, lowered, dependsOn: [...planning.dependsOn], columnsRead: columnsReadBy(planning, typed), keysUsed: [...planning.keysUsed], written: planning.written.of(sql, from), ...fixedBy(select, typed), notices: [...planning.notices, ...notesOnWindows(name, planning.windows, context.environment)] };
}

/** Postgres' view_query_is_auto_updatable. */
function fixedBy(select: SelectStmt, typed: TypedQuery): { readonly fixed?: string } {
  const containing = (what: string): { readonly fixed: string } => ({ fixed: `Views containing ${what} are not automatically updatable.` });
  if (select.distinctClause !== undefined) return containing('DISTINCT');
  if ((select.groupClause ?? []).length > 0) return containing('GROUP BY');
  if (select.havingClause !== undefined) return containing('HAVING');
  if (select.op !== undefined && select.op !== 'SETOP_NONE') return containing('UNION, INTERSECT, or EXCEPT');
  if (select.withClause !== undefined) return containing('WITH');
  if (select.limitCount !== undefined || select.limitOffset !== undefined) return containing('LIMIT or OFFSET');
  const inner = typed.relation.op === 'compute' ? typed.relation.input : typed.relation;
  if (inner.op === 'aggregate') return { fixed: 'Views that return aggregate functions are not automatically updatable.' };
  const from = select.fromClause ?? [];
  if (inner.op === 'join' && inner.right.op === 'functions' && from.length === 1 && !('JoinExpr' in from[0]!)) return { fixed: 'Views that return set-returning functions are not automatically updatable.' };
  return from.length === 1 && 'RangeVar' in from[0]! ? {} : { fixed: 'Views that do not select from a single table or view are not automatically updatable.' };
}

/** The columns of stored relations that a query refers to anywhere; what it merely could have referred to lies in the leaves. */
function columnsReadBy(planning: Planning, typed: TypedQuery): ColumnsRead {
  const read = new Map([...planning.fieldsRead].map(([oid, fields]) => [oid, new Set(fields)]));
  const note = (id: unknown): void => {
    const origin = typeof id === 'number' ? planning.columnOrigins.get(id) : undefined;
    if (origin === undefined) return;
    const columns = read.get(origin.relation) ?? new Set();
    read.set(origin.relation, columns.add(origin.column));
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null || ('op' in value && value.op === 'leaf')) return;
    // A whole row is read as what it is, whatever columns it has.
    if ('op' in value && value.op === 'row' && 'aliases' in value) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'id') note(inner);
      else if (/ids$/i.test(key) && Array.isArray(inner)) inner.forEach(note);
      else visit(inner);
    }
  };
  visit(typed);
  return [...read].map(([oid, columns]) => [oid, [...columns].sort((a, b) => a - b)]);
}

/** A view has no order, but LIMIT chooses its rows. */
function limited(planning: Planning, query: Query): Relation {
  if (query.limit === null && query.offset === null) return query.relation;
  const number = (scalar: Scalar | null, clause: 'LIMIT' | 'OFFSET'): number | null => {
    if (scalar === null) return null;
    if (scalar.op !== 'literal') throw planning.error('0A000', `${clause} of a view must be a constant`, undefined);
    if (scalar.value !== null && Number(scalar.value) < 0) throw planning.error(clause === 'LIMIT' ? '2201W' : '2201X', `${clause} must not be negative`, undefined);
    return scalar.value === null ? null : Number(scalar.value);
  };
  return { op: 'topK', input: query.relation, by: [], order: query.order, offset: number(query.offset, 'OFFSET') ?? 0, limit: number(query.limit, 'LIMIT'), withTies: false };
}

function named(relation: Relation, names: readonly string[]): Relation {
  const columns = relationTypeOf(relation).columns;
  if (columns.length === names.length && columns.every((column, index) => column.name === names[index])) return relation;
  return { op: 'map', input: relation, columns: names.map((name, index) => ({ name, value: { op: 'column', index, type: columns[index]!.type } })) };
}

/** An expression over the columns of one relation called `relationName` (a default, a CHECK, an index expression). */
export function planExpression(node: Node, sql: string, relationName: string, columns: readonly Column[], context: PlanContext): Scalar {
  const planning = new Planning(sql, context);
  const typed = columns.map((column) => ({ id: planning.newColumn(`${relationName}.${column.name}`), name: column.name, type: column.type }));
  const scope = { items: [{ name: relationName, columns: typed, columnsVisible: true }], outer: null };
  const value = resolveSettled({ planning, scope, tables: null, clause: 'expressions', aggregates: null, functions: null }, node);
  const bound: Bound = {
    at: new Map(typed.map((column, index) => [column.id, index])),
    relation: { op: 'constant', rows: [], type: { columns, keys: [] } },
  };
  return foldScalar(toScalar(planning, value, bound), context.environment);
}

/** The value of parameter `number` of EXECUTE, converted to its type. */
export function planArgument(node: Node, number: number, type: SqlType, sql: string, context: PlanContext): Scalar {
  const planning = new Planning(sql, context);
  const value = resolveExpression({ planning, scope: emptyScope, tables: null, clause: 'EXECUTE parameters', aggregates: null, functions: null, refuses: { subquery: 'EXECUTE parameter' } }, node);
  const converted = tryCoerce(planning, value, type, 'assignment');
  if (converted === undefined) {
    throw planning.error('42804', `parameter $${number} of type ${typeText(value.type.oid)} cannot be coerced to the expected type ${typeText(type.oid)}`, startOf(value), { hint: 'You will need to rewrite or cast the expression.' });
  }
  return foldScalar(toScalar(planning, converted, unit), context.environment);
}

/** An expression without columns (AS OF, a DEFAULT). A lone string literal keeps the type `unknown`: what it becomes is for `coerceForAssignment`. */
export function planConstant(node: Node, sql: string, context: PlanContext): Scalar {
  const planning = new Planning(sql, context);
  const value = resolveExpression({ planning, scope: emptyScope, tables: null, clause: 'constants', aggregates: null, functions: null }, node);
  return foldScalar(toScalar(planning, value, unit), context.environment);
}
