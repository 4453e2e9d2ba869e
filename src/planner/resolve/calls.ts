import type { FuncCall } from '@pgsql/types';
import { Oid, notSupported, sqlType } from '../../core/index.ts';
import type { SortKey } from '../../ir/index.ts';
import { coerce, coerceToBoolean, settleUnknown } from '../typing/coerce.ts';
import { aggregatesNamed } from '../registry.ts';
import { isAggregateName, isFunctionName, resolveCall } from '../typing/call-function.ts';
import type { CallSite, ResolvedCall } from '../typing/call-function.ts';
import { ageUntilToday, clockFunction } from './clock.ts';
import { resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { positionalArguments } from './named-arguments.ts';
import { namesOf } from './nodes.ts';
import { requireComparable } from './select.ts';
import { sortDirection } from './sort-direction.ts';
import { selectField } from './indirection.ts';
import { fieldsOf } from './row-fields.ts';
import type { Scope } from '../scope/scope.ts';
import type { ColumnId, Expr, TableFunctionCall, TypedAggregate } from './typed.ts';
import { sameExpr } from './same-expr.ts';
import { forEachColumn, startOf } from './walk.ts';

/** A function call: a function, an aggregate, a set-returning function, or a cast in disguise. */
export function resolveFunctionCall(level: Level, node: FuncCall): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  const site = siteOf(level, node);
  if (node.over !== undefined) throw notSupported('the window function call', 'Use GROUP BY, or DISTINCT ON with ORDER BY for the first row of each group.', position);
  if (node.agg_within_group) throw notSupported('WITHIN GROUP', 'Use avg, min, max or a histogram by width_bucket.', position);
  const clock = clockFunction(site, (node.args ?? []).length);
  if (clock !== undefined) return clock;
  if (isAggregateName(site.name)) return resolveAggregate(level, node, site);
  const args = positionalArguments(level, site, node.args ?? []);
  const misused = node.agg_star ? undefined : node.agg_distinct ? 'DISTINCT' : node.agg_order ? 'ORDER BY' : node.agg_filter ? 'FILTER' : undefined;
  const projected = misused === undefined && !node.agg_star ? fieldAsFunction(level, site, args) : undefined;
  if (projected !== undefined) return projected;
  const call = resolveCall(planning, site, args);
  if (misused !== undefined) throw planning.error('42809', `${misused} specified, but ${site.name} is not an aggregate function`, position);
  if (node.agg_star) throw planning.error('42809', `${site.name}(*) specified, but ${site.name} is not an aggregate function`, position);
  switch (call.kind) {
    case 'function':
      return ageUntilToday(level, site, call.row.id, call.args) ?? { op: 'call', function: call.row.id, args: call.args, type: sqlType(call.result), position };
    case 'cast':
      return coerce(planning, args[0]!, sqlType(call.target), 'explicit', args[0]!.type.oid === Oid.unknown ? undefined : position);
    case 'table':
      return expandInPlace(level, call, site, position);
    case 'aggregate':
      return resolveAggregate(level, node, site);
  }
}

/** `name(row)` is the field of that name where there is no function called so. */
function fieldAsFunction(level: Level, site: CallSite, args: readonly Expr[]): Expr | undefined {
  const [row] = args;
  if (row === undefined || args.length !== 1 || site.schema !== undefined || isFunctionName(site.name)) return undefined;
  return fieldsOf(level.planning, row)?.some(({ name }) => name === site.name) === true ? selectField(level, row, site.name) : undefined;
}

export function siteOf(level: Level, node: FuncCall): CallSite {
  const path = namesOf(node.funcname);
  return { schema: path.at(-2), name: path.at(-1) ?? '', variadic: node.func_variadic ?? false, star: node.agg_star ?? false, position: level.planning.at(node.location) };
}

function resolveAggregate(level: Level, node: FuncCall, site: CallSite): Expr {
  const { planning } = level;
  const { position } = site;
  if (level.inAggregate) throw planning.error('42803', 'aggregate function calls cannot be nested', position);
  const inner: Level = { ...level, inAggregate: true, functions: null, clause: 'aggregate function calls' };
  if ((node.args ?? []).length === 0 && !node.agg_star && aggregatesNamed(site.name).some((row) => row.star)) throw planning.error('42809', `${site.name}(*) must be used to call a parameterless aggregate function`, position);
  const args = (node.args ?? []).map((arg) => resolveExpression(inner, arg));
  const call = resolveCall(planning, site, args);
  if (call.kind !== 'aggregate') throw planning.error('42809', `${site.name} is not an aggregate function`, position);
  const settled = call.args.map((arg) => settleUnknown(planning, arg));
  const filter = node.agg_filter ? coerceToBoolean(planning, resolveExpression({ ...inner, inAggregate: false, aggregates: null, clause: 'FILTER' }, node.agg_filter), 'FILTER') : null;
  const sorted = (node.agg_order ?? []).map((sort) => sortWithin(inner, sort, settled));
  if (node.agg_distinct && sorted.some(({ value }) => !settled.some((arg) => sameExpr(arg, value)))) {
    throw planning.error('42P10', 'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list', startOf(sorted.find(({ value }) => !settled.some((arg) => sameExpr(arg, value)))!.value));
  }
  if (node.agg_distinct) for (const arg of settled) requireComparable(planning, arg.type.oid, 'equality', startOf(arg));
  const extended = [...settled];
  const aggregates = aggregatesOfItsLevel(level, [...extended, ...sorted.map(({ value }) => value), ...(filter ? [filter] : [])], position);
  // Without an order of its own an aggregate meets the rows as FROM gives them: `json_agg(t) FROM (SELECT ... ORDER BY ...) t`.
  const given = !node.agg_distinct && sorted.length === 0 && aggregates === level.aggregates && isOrderSensitive(site.name) ? level.scope.order ?? [] : [];
  const order = [...sorted, ...given.map(({ id, type, descending, nullsFirst }) => ({ value: { op: 'column', id, type } as const, key: { descending, nullsFirst } }))].map(({ value, key }): SortKey => {
    const known = extended.findIndex((arg) => sameExpr(arg, value));
    return { ...key, column: known >= 0 ? known : extended.push(value) - 1 };
  });
  const type = sqlType(call.result);
  const aggregate: Omit<TypedAggregate, 'id'> = { function: call.row.id, args: extended, distinct: node.agg_distinct ?? false, filter, order, type, name: site.name };
  const known = aggregates.find((other) => sameAggregate(other, aggregate));
  const id = known?.id ?? planning.newColumn(site.name);
  if (known === undefined) aggregates.push({ ...aggregate, id });
  return { op: 'column', id, type, position };
}

/** Whether what an aggregate answers depends on the order of its rows. */
const isOrderSensitive = (name: string): boolean => /^(array|string|xml|jsonb?(_object)?)_agg(_strict|_unique|_unique_strict)?$/.test(name);

function sortWithin(level: Level, node: import('@pgsql/types').Node, args: readonly Expr[]): { readonly value: Expr; readonly key: Omit<SortKey, 'column'> } {
  const { expression, ...key } = sortDirection(level.planning, node);
  const value = settleUnknown(level.planning, resolveExpression(level, expression));
  return { value: args.find((arg) => sameExpr(arg, value)) ?? value, key };
}

function sameAggregate(a: Omit<TypedAggregate, 'id'>, b: Omit<TypedAggregate, 'id'>): boolean {
  const listed = (aggregate: Omit<TypedAggregate, 'id'>): Expr => ({
    op: 'row', type: aggregate.type, names: [aggregate.function, String(aggregate.distinct), JSON.stringify(aggregate.order)],
    fields: [...aggregate.args, ...(aggregate.filter ? [aggregate.filter] : [])],
  });
  return a.args.length === b.args.length && sameExpr(listed(a), listed(b));
}

/**
 * Where the aggregate is computed: in the innermost query of which it reads a column, its own where it reads none. To the subqueries in that query it is a value of the outer row
 * (https://www.postgresql.org/docs/18/sql-expressions.html#SYNTAX-AGGREGATES).
 */
function aggregatesOfItsLevel(level: Level, args: readonly Expr[], position: number | undefined): TypedAggregate[] {
  const read = new Set<ColumnId>();
  for (const arg of args) forEachColumn(arg, (id) => read.add(id));
  const isRead = (scope: Scope): boolean => scope.items.some((item) => item.columns.some((column) => read.has(column.id)));
  let scope: Scope | null = level.scope;
  while (scope !== null && !isRead(scope)) scope = scope.outer;
  const place = scope === null || scope === level.scope ? level : scope.place ?? { aggregates: null, clause: 'FROM clause of their own query level' };
  if (place.inAggregate) throw level.planning.error('42803', 'aggregate function calls cannot be nested', position);
  if (place.aggregates === null) throw level.planning.error('42803', `aggregate functions are not allowed in ${place.clause}`, position);
  return place.aggregates;
}

/** A set-returning function in an expression: each of its rows makes a row of the query. */
function expandInPlace(level: Level, call: Extract<ResolvedCall, { kind: 'table' }>, site: CallSite, position: number | undefined): Expr {
  const { planning } = level;
  if (level.inAggregate) throw planning.error('0A000', 'aggregate function calls cannot contain set-returning function calls', position, { hint: 'You might be able to move the set-returning function into a LATERAL FROM item.' });
  if (call.row.needsColumns === true && level.clause !== 'functions in FROM') {
    throw planning.error('0A000', `could not determine row type for result of ${call.row.name}`, undefined, { hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.' });
  }
  if (level.functions === null) throw planning.error('0A000', `set-returning functions are not allowed in ${level.clause}`, position);
  const typed = tableFunctionCall(level, call, site.name);
  level.functions.push(typed);
  const columns = typed.produces.map((column, index): Expr => ({ op: 'column', id: typed.ids[index]!, type: column.type, position }));
  return columns.length === 1 ? columns[0]! : { op: 'row', fields: columns, names: typed.produces.map((column) => column.name), type: sqlType(Oid.record), position };
}

export function tableFunctionCall(level: Level, call: Extract<ResolvedCall, { kind: 'table' }>, label: string): TableFunctionCall {
  return {
    function: call.row.id,
    args: call.row.needsType === true ? [...call.args, { op: 'literal', value: call.args[0]!.type.oid, type: sqlType(Oid.oid) }] : call.args,
    produces: call.columns.map((column) => ({ name: column.name, type: sqlType(column.type), nullable: true })),
    ids: call.columns.map((column) => level.planning.newColumn(`${label}.${column.name}`)),
  };
}
