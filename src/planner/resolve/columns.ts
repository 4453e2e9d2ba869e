import type { ColumnRef } from '@pgsql/types';
import { Oid, sqlType } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import { missingColumn, missingItem } from '../scope/missing.ts';
import { findColumn, findItem } from '../scope/scope.ts';
import type { ScopeItem } from '../scope/scope.ts';
import type { Level } from './level.ts';
import { isStar, stringOf } from './nodes.ts';
import type { Expr } from './typed.ts';
import { columnOf } from './typed.ts';

/** A name: a column, a qualified column, or a whole row. */
export function resolveColumnReference(level: Level, node: ColumnRef): Expr {
  const { planning, scope } = level;
  const position = planning.at(node.location);
  const fields = node.fields ?? [];
  if (level.refuses?.column !== undefined) throw planning.error('0A000', `cannot use column reference in ${level.refuses.column}`, position);
  if (isStar(fields.at(-1))) {
    if (fields.length === 1) throw planning.error('42601', 'row expansion via "*" is not supported here', position);
    return wholeRow(level, qualifiedItem(level, fields.slice(0, -1).map(stringOf), position), position);
  }
  const names = fields.map(stringOf);
  const [first = ''] = names;
  if (names.length === 1) {
    const column = findColumn(planning, scope, first, position);
    if (column !== undefined) return column;
    const item = findItem(planning, scope, undefined, first, position);
    if (item !== undefined) return item.scalar ? columnOf(item.columns[0]!, position) : wholeRow(level, item, position);
    const [only, second] = scope.items.filter((candidate) => candidate.tableOid !== undefined);
    if (first === 'tableoid' && only !== undefined && second === undefined) return tableOid(only, position);
    throw missingColumn(planning, scope, undefined, first, position);
  }
  const item = qualifiedItem(level, names.slice(0, -1), position);
  const name = names.at(-1)!;
  const matches = item.columns.filter((column) => column.name === name);
  if (matches.length > 1) throw planning.error('42702', `column reference "${name}" is ambiguous`, position);
  if (matches[0] === undefined && name === 'tableoid' && item.tableOid !== undefined) return tableOid(item, position);
  if (matches[0] === undefined) throw missingColumn(planning, scope, names.at(-2), name, position);
  return columnOf(matches[0], position);
}

/** The entry of FROM that `table`, `schema.table` or `database.schema.table` names. */
export function qualifiedItem(level: Level, path: readonly string[], position: number | undefined): ScopeItem {
  const { planning } = level;
  if (path.length > 3) throw planning.error('42601', `improper qualified name (too many dotted names): ${path.join('.')}`, position);
  if (path.length === 3 && path[0] !== planning.context.environment.database) {
    throw planning.error('0A000', `cross-database references are not implemented: ${path.join('.')}`, position);
  }
  const item = findItem(planning, level.scope, path.at(-2), path.at(-1)!, position);
  if (item?.unreachable) {
    throw planning.error('42P10', `invalid reference to FROM-clause entry for table "${path.at(-1)!}"`, position, { detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.' });
  }
  if (item !== undefined) return item;
  throw missingItem(planning, level.scope, path.at(-2), path.at(-1)!, position);
}

/** The system column that says which table a row is of. */
const tableOid = (item: ScopeItem, position: number | undefined): Expr => ({ op: 'literal', value: item.tableOid ?? null, type: sqlType(Oid.oid), position });

const presentType = (item: ScopeItem): SqlType => item.columns.find(({ id }) => id === item.present)?.type ?? sqlType(Oid.bool);

/** A row of the relation's type; of what is no relation, a record. NULL where an outer join has no row. */
function wholeRow({ planning }: Level, item: ScopeItem, position: number | undefined): Expr {
  const present: Expr | undefined = item.present === undefined ? undefined : { op: 'column', id: item.present, type: presentType(item) };
  const aliases = item.columns.map((column) => column.name);
  const names = item.rowType === undefined ? undefined : planning.context.catalog.fieldsOf(item.rowType)?.map(({ name }) => name);
  return {
    op: 'row', fields: (item.rowColumns ?? item.columns).map((column) => columnOf(column, position)), names: names ?? aliases, ...(names && { aliases }), ...(item.name !== null && { of: item.name }), type: sqlType(item.rowType ?? Oid.record), position,
    ...(present && { present }),
  };
}
