import type { Alias, JoinExpr, JsonTable, Node, RangeFunction, RangeSubselect, RangeVar } from '@pgsql/types';
import { InvariantError, Oid, notSupported, sqlType, typeInfo } from '../../core/index.ts';
import type { Column, Datum } from '../../core/index.ts';
import type { CatalogItem, RelationCatalogItem } from '../../catalog/index.ts';
import { coerceToBoolean, settleUnknown } from '../typing/coerce.ts';
import { commonTypeOf, toType } from '../typing/common-type.ts';
import { tableFunctionById } from '../registry.ts';
import { resolveTypeName } from '../typing/type-name.ts';
import type { ScopeItem } from '../scope/scope.ts';
import { siteOf } from './calls.ts';
import { required, resolveExpression } from './expression.ts';
import { findCommonTable, laterCommonTable } from './level.ts';
import type { Level } from './level.ts';
import { kindOf, listOf, locationOf, namesOf } from './nodes.ts';
import { compare, conjunction } from './operators.ts';
import { outputName } from './output-name.ts';
import { asRelation } from './query-relation.ts';
import { resolveSelect } from './select.ts';
import { resolveJsonTable } from './sql-json-table.ts';
import type { Expr, OrderKey, TableFunctionCall, TypedColumn, TypedRelation } from './typed.ts';
import { fieldOf } from './row-fields.ts';
import { columnOf } from './typed.ts';

/** A part of FROM: its rows, and the names it lends. */
export interface FromPart {
  readonly relation: TypedRelation;
  readonly items: readonly ScopeItem[];
  /** the ORDER BY of the one query that it is: rows come so where nothing above says otherwise */
  readonly order?: readonly OrderKey[];
}

/** The comma list of FROM: each part joined to those before it, which LATERAL parts may refer to. */
export function resolveFrom(level: Level, nodes: readonly Node[]): FromPart {
  let all: FromPart | undefined;
  for (const node of nodes) {
    const part = resolvePart(level, node, all?.items ?? []);
    all = all === undefined ? part : { relation: { op: 'join', kind: 'inner', left: all.relation, right: part.relation, on: null }, items: together(level, all.items, part.items) };
  }
  return all ?? { relation: { op: 'unit' }, items: [] };
}

function together(level: Level, left: readonly ScopeItem[], right: readonly ScopeItem[]): readonly ScopeItem[] {
  for (const item of right) {
    if (item.name !== null && left.some((other) => other.name === item.name && (other.bare !== true || item.bare !== true || other.tableOid === item.tableOid))) {
      throw level.planning.error('42712', `table name "${item.name}" specified more than once`, undefined);
    }
  }
  return [...left, ...right];
}

function resolvePart(level: Level, node: Node, before: readonly ScopeItem[]): FromPart {
  if ('RangeVar' in node) return entered(level, namedRelation(level, node.RangeVar));
  if ('RangeSubselect' in node) return entered(level, subselect(level, node.RangeSubselect, before));
  if ('RangeFunction' in node) return entered(level, functionCall(level, node.RangeFunction, before));
  if ('JsonTable' in node) return entered(level, jsonTable(level, node.JsonTable, before));
  if ('JoinExpr' in node) return join(level, node.JoinExpr, before);
  if ('RangeTableSample' in node) throw notSupported('TABLESAMPLE', 'Take rows by a condition, such as hashint4(id) % 100 = 0.', level.planning.at(node.RangeTableSample.location));
  throw notSupported(`${kindOf(node)} in FROM`, 'Use a relation, a subquery or a function.', level.planning.at(locationOf(node)));
}

/** Lets error messages know of a part. */
function entered({ scope }: Level, part: FromPart): FromPart {
  scope.range?.push(...part.items.map((item) => (item.name === null ? { ...item, name: 'unnamed_subquery' } : item)));
  return part;
}

/** The level of a LATERAL part: it sees what stands before it in FROM. */
const lateralLevel = (level: Level, before: readonly ScopeItem[]): Level => ({ ...level, scope: { items: before, outer: level.scope.outer, range: level.scope.range }, aggregates: null, functions: null });
/** The level of a part that sees only the queries around. */
const outerLevel = (level: Level, before: readonly ScopeItem[]): Level => ({ ...level, scope: { items: [], outer: level.scope.outer, range: level.scope.range, before }, aggregates: null, functions: null });

function namedRelation(level: Level, node: RangeVar): FromPart {
  const { planning } = level;
  const name = node.relname ?? '';
  const common = node.schemaname === undefined ? findCommonTable(level.tables, name) : undefined;
  if (common !== undefined) {
    const { relation, columns, order } = common.reference(planning.at(node.location));
    return { ...aliased(level, relation, { name, columns, columnsVisible: true, common: name }, node.alias), ...(order && { order }) };
  }
  const item = findRelation(level.planning, node, laterCommonTable(level.tables, node.schemaname === undefined ? name : ''));
  planning.dependsOn.add(item.oid);
  planning.written.relation(node, item);
  const columns = item.type.columns.map((column, index): TypedColumn => ({
    id: planning.newColumn(`${node.alias?.aliasname ?? name}.${column.name}`), name: column.name, type: column.type, origin: { table: item.oid, attribute: index + 1 },
  }));
  columns.forEach((column, index) => planning.columnOrigins.set(column.id, { relation: item.oid, column: index }));
  const stored = item.kind === 'view' ? item.lowered ?? item.relation : item.kind === 'system' ? item.relation : undefined;
  const relation: TypedRelation = { op: 'leaf', relation: stored ?? { op: 'get', id: item.id, type: item.type }, ids: columns.map((column) => column.id) };
  const key = item.kind === 'table' ? item.keys.find((candidate) => candidate.primary) : undefined;
  const neverNull = columns[item.type.columns.findIndex((column) => !column.nullable)]?.id;
  const seen = planning.context.catalog.columnsSeen?.(node.schemaname, name) ?? columns.length;
  const scopeItem: ScopeItem = {
    name, columns: columns.slice(0, seen), ...(seen < columns.length && { rowColumns: columns }), columnsVisible: true, tableOid: item.oid, ...(item.kind !== 'sequence' && { rowType: item.rowType }), ...(neverNull !== undefined && { neverNull }),
    bare: true,
    ...(key && { primaryKey: { constraint: key.oid, columns: key.columns.map((column) => columns[column]!.id) } }),
  };
  return aliased(level, relation, scopeItem, node.alias);
}

/** The relation a name means; 42P01 where there is none, 42809 where it is something that cannot be read. */
export function findRelation(planning: Level['planning'], node: RangeVar, comesLater = false): RelationCatalogItem {
  const { catalog, searchPath, environment } = planning.context;
  const name = node.relname ?? '';
  const position = planning.at(node.location);
  if (node.catalogname !== undefined && node.catalogname !== environment.database) {
    throw planning.error('0A000', `cross-database references are not implemented: "${node.catalogname}.${node.schemaname}.${name}"`, position);
  }
  const item = catalog.find(node.schemaname, name, searchPath);
  if (item === undefined || item.kind === 'type') throw planning.error('42P01', `relation "${node.schemaname === undefined ? name : `${node.schemaname}.${name}`}" does not exist`, position, comesLater ? {
    detail: `There is a WITH item named "${name}", but it cannot be referenced from this part of the query.`, hint: 'Use WITH RECURSIVE, or re-order the WITH items to remove forward references.',
  } : {});
  if (!isRelation(item)) throw planning.error('42809', `cannot open relation "${name}"`, position, { detail: `This operation is not supported for ${item.kind === 'index' ? 'indexes' : `${item.kind}s`}.` });
  if (item.kind === 'source' && item.origin.kind === 'postgres') {
    throw planning.error('42809', `source "${name}" has no rows of its own`, position, { hint: `Read the tables made from it, or make them: CREATE VIEWS FROM SOURCE ${name}.` });
  }
  return item;
}

const isRelation = (item: CatalogItem): item is RelationCatalogItem => 'rowType' in item;

/** The alias of a table: its new name, and new names for its first columns. */
function aliased(level: Level, relation: TypedRelation, item: ScopeItem, alias: Alias | undefined): FromPart {
  if (alias === undefined) return { relation, items: [item] };
  const { planning } = level;
  const name = alias.aliasname ?? item.name ?? '';
  const names = namesOf(alias.colnames);
  if (names.length > item.columns.length) {
    throw planning.error('42P10', `table "${name}" has ${item.columns.length} columns available but ${names.length} columns specified`, undefined);
  }
  const columns = item.columns.map((column, index): TypedColumn => ({ ...column, name: names[index] ?? column.name }));
  for (const column of columns) planning.columnLabels.set(column.id, `${name}.${column.name}`);
  return { relation, items: [{ ...item, name, bare: undefined, columns }] };
}

function subselect(level: Level, node: RangeSubselect, before: readonly ScopeItem[]): FromPart {
  if (node.subquery === undefined || !('SelectStmt' in node.subquery)) throw new InvariantError('a subquery in FROM that is not a SELECT');
  const inner = node.lateral ? lateralLevel(level, before) : outerLevel(level, before);
  const query = resolveSelect(level.planning, node.subquery.SelectStmt, inner.scope, level.tables);
  const item: ScopeItem = { name: null, columns: query.columns, columnsVisible: true };
  const { order } = query;
  return { ...aliased(level, asRelation(level.planning, query, order.map((key) => key.id)), item, node.alias), ...(order.length > 0 && { order }) };
}

/** A function in FROM, or several in lockstep (ROWS FROM): it may always refer to what stands before it. */
function functionCall(level: Level, node: RangeFunction, before: readonly ScopeItem[]): FromPart {
  const { planning } = level;
  const inner: Level = { ...lateralLevel(level, before), clause: 'functions in FROM' };
  const calls: TableFunctionCall[] = [];
  const plain: { readonly id: number; readonly name: string; readonly value: Expr }[] = [];
  const columns: TypedColumn[] = [];
  const taken: { readonly id: number; readonly name: string; readonly value: Expr }[] = [];
  let scalar = true;
  let rowType: number | undefined;
  const names: string[] = [];
  // a function of a row type has the columns of that
  const addColumns = (column: TypedColumn): void => {
    const fields = planning.context.catalog.fieldsOf(column.type.oid);
    if (fields === undefined) return void columns.push(column);
    scalar = false;
    rowType = column.type.oid;
    fields.forEach((field, index) => {
      const id = planning.newColumn(field.name);
      taken.push({ id, name: field.name, value: fieldOf(planning, columnOf(column), index, field) });
      columns.push({ id, name: field.name, type: field.type });
    });
  };
  // a function's one column is named as its OUT parameter, if it has one, else as the function
  for (const { call, definition } of (node.functions ?? []).flatMap(inLockstep)) {
    const name = outputName(call);
    names.push(name);
    const definitions = node.coldeflist ?? (definition !== undefined && 'List' in definition ? listOf(definition) : []);
    if (node.ordinality && (node.coldeflist ?? []).length > 0) throw planning.error('42601', 'WITH ORDINALITY cannot be used with a column definition list', planning.at(locationOf(node.coldeflist![0]!)), { hint: 'Put the column definition list inside ROWS FROM().' });
    const resolved = withDefinedColumns(inner, call, tableCallOf(inner, call), definitions);
    if (resolved === undefined) {
      const value = settleUnknown(planning, resolveExpression(inner, call));
      if (value.op === 'row') scalar = false;
      const id = planning.newColumn(name);
      plain.push({ id, name, value });
      addColumns({ id, name, type: value.type });
      continue;
    }
    calls.push(resolved);
    if (resolved.produces.length > 1 || definitions.length > 0) scalar = false;
    const produced = resolved.produces.map((column, index): TypedColumn => ({ id: resolved.ids[index]!, name: column.name, type: column.type }));
    if (produced.length === 1 && definitions.length === 0) addColumns(produced[0]!);
    else columns.push(...produced);
  }
  if (plain.length > 0 && (calls.length > 0 || node.ordinality)) throw notSupported('a function that returns one value among others in ROWS FROM', 'Select it in a subquery of its own.', planning.at(locationOf(node.functions?.[0] ?? {} as Node)));
  const ordinality = node.ordinality ? planning.newColumn('ordinality') : null;
  if (ordinality !== null) columns.push({ id: ordinality, name: 'ordinality', type: sqlType(Oid.int8) });
  const called: TypedRelation = plain.length > 0 ? { op: 'compute', input: { op: 'unit' }, columns: plain } : { op: 'functions', calls, ordinality };
  const relation: TypedRelation = taken.length > 0 ? { op: 'compute', input: called, columns: taken } : called;
  const single = names.length === 1 && scalar;
  const [first, ...rest] = columns;
  // the alias of a function with one plain column names that column too, unless the function itself names it: jsonb_array_elements(...) AS e has a column "value"
  const renamed = single && first !== undefined && first.name === names[0] && node.alias !== undefined ? [{ ...first, name: node.alias.aliasname ?? first.name }, ...rest] : columns;
  const item: ScopeItem = { name: names[0] ?? null, columns: renamed, columnsVisible: true, ...(single && !node.ordinality && { scalar: true }), ...(names.length === 1 && !node.ordinality && rowType !== undefined && { rowType }) };
  return aliased(level, relation, item, node.alias);
}

/** JSON_TABLE may always refer to what stands before it. */
function jsonTable(level: Level, node: JsonTable, before: readonly ScopeItem[]): FromPart {
  const call = resolveJsonTable({ ...lateralLevel(level, before), clause: 'functions in FROM' }, node);
  const columns = call.produces.map((column, index): TypedColumn => ({ id: call.ids[index]!, name: column.name, type: column.type }));
  const given = namesOf(node.alias?.colnames).length;
  if (given > columns.length) throw level.planning.error('42P10', `JSON_TABLE function has ${columns.length} columns available but ${given} columns specified`, undefined);
  return aliased(level, { op: 'functions', calls: [call], ordinality: null }, { name: 'json_table', columns, columnsVisible: true }, node.alias);
}

/** `unnest(a, b)` in FROM is ROWS FROM (unnest(a), unnest(b)). */
function inLockstep(entry: Node): readonly { readonly call: Node; readonly definition: Node | undefined }[] {
  const [call, definition] = listOf(entry);
  if (call === undefined) return [];
  if (!('FuncCall' in call) || namesOf(call.FuncCall.funcname).at(-1) !== 'unnest' || (call.FuncCall.args ?? []).length < 2) return [{ call, definition }];
  return (call.FuncCall.args ?? []).map((argument) => ({ call: { FuncCall: { ...call.FuncCall, args: [argument] } }, definition }));
}

function tableCallOf(level: Level, node: Node): TableFunctionCall | undefined {
  if (!('FuncCall' in node)) return undefined;
  const site = siteOf(level, node.FuncCall);
  const collected: TableFunctionCall[] = [];
  const value = resolveExpression({ ...level, functions: collected }, node);
  void value;
  const last = collected.at(-1);
  if (collected.length > 1) throw level.planning.error('0A000', 'set-returning functions must appear at top level of FROM', site.position);
  return last;
}

/** The columns of `f(...) AS t(a integer, ...)`, and what tells a function of them. */
function definedColumns(level: Level, definitions: readonly Node[]): { readonly columns: readonly Column[]; readonly args: readonly Expr[] } {
  const { planning } = level;
  const columns = definitions.flatMap((node): Column[] => {
    if (!('ColumnDef' in node) || node.ColumnDef.typeName === undefined) return [];
    const type = resolveTypeName(node.ColumnDef.typeName, planning.sql, planning.context.environment.catalog, planning.dependsOn);
    return [{ name: node.ColumnDef.colname ?? '', type, nullable: true }];
  });
  for (const [index, { name }] of columns.entries()) {
    if (columns.findIndex((other) => other.name === name) !== index) throw planning.error('42701', `column name "${name}" specified more than once`, undefined);
  }
  const array = (element: number, items: readonly Datum[]): Expr => ({ op: 'literal', value: { kind: 'array', element, dims: [items.length], lowerBounds: [1], items }, type: sqlType(typeInfo(element).array) });
  return { columns, args: [array(Oid.text, columns.map(({ name }) => name)), array(Oid.int4, columns.map(({ type }) => type.oid)), array(Oid.int4, columns.map(({ type }) => type.typmod))] };
}

/** A function in FROM with the column definition list it has, as far as it is one that takes one. */
function withDefinedColumns(level: Level, call: Node, resolved: TableFunctionCall | undefined, definitions: readonly Node[]): TableFunctionCall | undefined {
  const { planning } = level;
  const needs = resolved !== undefined && tableFunctionById(resolved.function)?.needsColumns === true;
  if (definitions.length === 0) {
    if (needs) throw planning.error('42601', 'a column definition list is required for functions returning "record"', planning.at(locationOf(call)));
    return resolved;
  }
  if (!needs) {
    const several = resolved !== undefined && resolved.produces.length > 1;
    throw planning.error('42601', several ? 'a column definition list is redundant for a function with OUT parameters' : 'a column definition list is only allowed for functions returning "record"', planning.at(locationOf(definitions[0]!)));
  }
  const { columns, args } = definedColumns(level, definitions);
  return { function: resolved.function, args: [...resolved.args, ...args], produces: columns, ids: columns.map(({ name }) => planning.newColumn(name)) };
}

function join(level: Level, node: JoinExpr, before: readonly ScopeItem[]): FromPart {
  const { planning } = level;
  const preservesBoth = node.jointype !== 'JOIN_LEFT' && node.jointype !== 'JOIN_RIGHT' && node.jointype !== 'JOIN_FULL';
  const leftPart = resolvePart(level, required(node.larg), before);
  const left = preservesBoth || node.jointype === 'JOIN_LEFT' ? leftPart : withPresence(level, leftPart);
  // What a right or full join may add rows to cannot be what its other side is made from.
  const outwards = node.jointype === 'JOIN_RIGHT' || node.jointype === 'JOIN_FULL';
  const rightPart = resolvePart(level, required(node.rarg), outwards ? [...before, ...left.items.map((item): ScopeItem => ({ ...item, unreachable: true }))] : [...before, ...left.items]);
  const right = preservesBoth || node.jointype === 'JOIN_RIGHT' ? rightPart : withPresence(level, rightPart);
  const items = together(level, left.items, right.items);
  const kind = node.jointype === 'JOIN_LEFT' ? 'left' : node.jointype === 'JOIN_RIGHT' ? 'right' : node.jointype === 'JOIN_FULL' ? 'full' : 'inner';
  const shared = node.isNatural ? naturalColumns(left.items, right.items) : node.usingClause === undefined ? undefined : namesOf(node.usingClause);
  if (shared !== undefined && (shared.length > 0 || node.isNatural)) return aliasedJoin(level, usingJoin(level, kind, left, right, items, shared), node);
  const inner: Level = { ...level, scope: { items, outer: level.scope.outer, range: level.scope.range }, clause: 'JOIN conditions', aggregates: null, functions: null };
  const on = node.quals === undefined ? null : coerceToBoolean(planning, resolveExpression(inner, node.quals), 'JOIN/ON');
  const joined: FromPart = { relation: { op: 'join', kind, left: left.relation, right: right.relation, on }, items };
  return aliasedJoin(level, joined, node);
}

/**
 * The side of a join that may be extended by NULLs: each of its rows says that it is there, for whoever asks for it whole.
 * A column that is never NULL says so already; otherwise one is added, which nobody pays for who does not ask.
 */
function withPresence(level: Level, part: FromPart): FromPart {
  if (part.items.every((item) => item.present !== undefined || item.neverNull !== undefined || item.name === null)) {
    return { ...part, items: part.items.map((item) => ({ ...item, ...(item.present === undefined && item.neverNull !== undefined && { present: item.neverNull }) })) };
  }
  const id = level.planning.newColumn('present');
  const relation: TypedRelation = { op: 'compute', input: part.relation, columns: [{ id, name: 'present', value: { op: 'literal', value: true, type: sqlType(Oid.bool) } }] };
  return { relation, items: part.items.map((item) => ({ ...item, present: item.present ?? item.neverNull ?? id })) };
}

const visibleColumns = (items: readonly ScopeItem[]): readonly TypedColumn[] => items.flatMap((item) => (item.columnsVisible ? item.columns : []));

function naturalColumns(left: readonly ScopeItem[], right: readonly ScopeItem[]): readonly string[] {
  const theirs = new Set(visibleColumns(right).map((column) => column.name));
  return visibleColumns(left).map((column) => column.name).filter((name) => theirs.has(name));
}

/**
 * JOIN USING: the named columns are compared, and each pair becomes one column, which comes first in `*`. The merged column is the left one,
 * in a right join the right one, in a full join whichever is not NULL.
 */
function usingJoin(level: Level, kind: 'inner' | 'left' | 'right' | 'full', left: FromPart, right: FromPart, items: readonly ScopeItem[], names: readonly string[]): FromPart {
  const { planning } = level;
  const side = (part: FromPart, name: string, which: string): TypedColumn => {
    const found = visibleColumns(part.items).filter((column) => column.name === name);
    if (found.length > 1) throw planning.error('42702', `common column name "${name}" appears more than once in ${which} table`, undefined);
    if (found[0] === undefined) throw planning.error('42703', `column "${name}" specified in USING clause does not exist in ${which} table`, undefined);
    return found[0];
  };
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw planning.error('42701', `column name "${twice}" appears more than once in USING clause`, undefined);
  const pairs = names.map((name) => ({ name, left: side(left, name, 'left'), right: side(right, name, 'right') }));
  const on = pairs.length === 0 ? null : conjunction(pairs.map((pair) => compare(planning, '=', columnOf(pair.left), columnOf(pair.right), undefined)), undefined);
  const joined: TypedRelation = { op: 'join', kind, left: left.relation, right: right.relation, on };
  const computed: { readonly id: number; readonly name: string; readonly value: Expr }[] = [];
  const merged = pairs.map((pair): TypedColumn => {
    const type = commonTypeOf([columnOf(pair.left), columnOf(pair.right)]) ?? pair.left.type;
    const preferred = kind === 'right' ? pair.right : pair.left;
    if (kind !== 'full' && preferred.type.oid === type.oid) return preferred;
    const values = [pair.left, pair.right].map((column) => toType(planning, columnOf(column), type, 'JOIN/USING'));
    const value: Expr = kind === 'full' ? { op: 'coalesce', args: values, type } : values[kind === 'right' ? 1 : 0]!;
    const id = planning.newColumn(pair.name);
    computed.push({ id, name: pair.name, value });
    planning.mergedColumns.set(id, (kind === 'right' ? pair.right : pair.left).id);
    return { id, name: pair.name, type };
  });
  const rest = (part: FromPart): readonly TypedColumn[] => visibleColumns(part.items).filter((column) => !names.includes(column.name));
  const whole: ScopeItem = { name: null, columns: [...merged, ...rest(left), ...rest(right)], columnsVisible: true };
  const relation: TypedRelation = computed.length === 0 ? joined : { op: 'compute', input: joined, columns: computed };
  return { relation, items: [whole, ...items.map((item) => ({ ...item, columnsVisible: false }))] };
}

/** `(a JOIN b ...) AS j`: from outside only `j` is seen. */
function aliasedJoin(level: Level, joined: FromPart, node: JoinExpr): FromPart {
  if (node.alias === undefined) return joined;
  const whole: ScopeItem = { name: null, columns: visibleColumns(joined.items), columnsVisible: true };
  return aliased(level, joined.relation, whole, node.alias);
}

