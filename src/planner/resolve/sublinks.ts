import type { SelectStmt, SubLink } from '@pgsql/types';
import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import { requireArrayType } from '../typing/polymorphic.ts';
import { isArrayType } from '../typing/format-type.ts';
import { required, resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { namesOf } from './nodes.ts';
import { compare, isConstructed } from './operators.ts';
import { resolveSelect } from './select.ts';
import type { Expr, TypedQuery } from './typed.ts';
import { columnOf } from './typed.ts';

const bool = sqlType(Oid.bool);

/** A subquery in an expression. */
export function resolveSubLink(level: Level, node: SubLink): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  if (level.refuses !== undefined) throw planning.error('0A000', `cannot use subquery in ${level.refuses.subquery}`, position);
  const query = subqueryOf(level, node);
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
      return { op: 'subquery', kind: 'exists', query, type: bool, position };
    case 'EXPR_SUBLINK':
      oneColumn(level, query, position);
      return { op: 'subquery', kind: 'scalar', query, type: query.columns[0]!.type, position };
    case 'ARRAY_SUBLINK': {
      oneColumn(level, query, position);
      const element = query.columns[0]!.type.oid;
      return { op: 'subquery', kind: 'array', query, type: sqlType(isArrayType(element) ? element : requireArrayType(planning, element, position)), position };
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const left = resolveExpression(level, required(node.testexpr));
      const operator = node.operName === undefined ? '=' : namesOf(node.operName).at(-1) ?? '=';
      return { op: 'quantified', quantifier: node.subLinkType === 'ANY_SUBLINK' ? 'any' : 'all', condition: rowCondition(level, left, operator, query, position), query, type: bool, position };
    }
    default:
      throw new InvariantError(`a subquery of kind ${node.subLinkType}`);
  }
}

/** `(a, b) = (SELECT ...)`: the comparison with the one row, NULL where there is none. */
export function resolveRowSubquery(level: Level, left: Expr, operator: string, node: SubLink, position: number | undefined): Expr {
  const query = subqueryOf(level, node);
  const condition = rowCondition(level, left, operator, query, position);
  const id = level.planning.newColumn();
  return {
    op: 'subquery', kind: 'scalar', type: bool, position,
    query: {
      relation: { op: 'compute', input: query.relation, columns: [{ id, name: '?column?', value: condition }] },
      columns: [{ id, name: '?column?', type: bool }], order: query.order, limit: query.limit, offset: query.offset, withTies: query.withTies,
    },
  };
}

/** The rows of a query of one column as an array, in their order, each made by `convert`. */
export function resolveArrayOf(level: Level, node: SubLink, convert: (value: Expr) => Expr): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  if (level.refuses !== undefined) throw planning.error('0A000', `cannot use subquery in ${level.refuses.subquery}`, position);
  const { columns, ...query } = subqueryOf(level, node);
  if (columns.length !== 1) throw planning.error('42601', 'subquery must return only one column', position);
  const value = convert(columnOf(columns[0]!));
  const id = planning.newColumn();
  return {
    op: 'subquery', kind: 'array', type: sqlType(requireArrayType(planning, value.type.oid, position)), position,
    query: { ...query, relation: { op: 'compute', input: query.relation, columns: [{ id, name: '?column?', value }] }, columns: [{ id, name: '?column?', type: value.type }] },
  };
}

function subqueryOf(level: Level, node: SubLink): TypedQuery {
  const select = node.subselect;
  if (select === undefined || !('SelectStmt' in select)) throw new InvariantError('a subquery that is not a SELECT');
  const { aggregates, clause, inAggregate } = level;
  return resolveSelect(level.planning, select.SelectStmt as SelectStmt, { ...level.scope, place: { aggregates, clause, ...(inAggregate && { inAggregate }) } }, level.tables);
}

function oneColumn(level: Level, query: TypedQuery, position: number | undefined): void {
  if (query.columns.length !== 1) throw level.planning.error('42601', 'subquery must return only one column', position);
}

function rowCondition(level: Level, left: Expr, operator: string, query: TypedQuery, position: number | undefined): Expr {
  const rowwise = isConstructed(left);
  const width = rowwise ? left.fields.length : 1;
  if (query.columns.length < width) throw level.planning.error('42601', 'subquery has too few columns', position);
  if (query.columns.length > width) throw level.planning.error('42601', 'subquery has too many columns', position);
  const columns = query.columns.map((column) => columnOf(column));
  const right: Expr = rowwise ? { op: 'row', fields: columns, names: query.columns.map((column) => column.name), constructed: true, type: sqlType(Oid.record) } : columns[0]!;
  return compare(level.planning, operator, left, right, position);
}
