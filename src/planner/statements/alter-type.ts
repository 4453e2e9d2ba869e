import type { AlterTableCmd, Node } from '@pgsql/types';
import { columnsUsed, displayName, expressionText, sequencesOf } from '../../catalog/index.ts';
import type { CheckConstraint, TableColumn, TableItem } from '../../catalog/index.ts';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import { someScalar } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { coerceForAssignment, planCheck, planDefault, planGenerated, planTransform } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import { typeText } from '../typing/format-type.ts';
import { columnNamed, step } from './altering.ts';
import type { Altering } from './altering.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { columnType } from './create-table.ts';
import { definitionOfCounter } from './alter-column.ts';
import { requireAlike } from './table-constraints.ts';

/** ALTER COLUMN ... TYPE. The values are converted by USING, or by assignment; the column's default and the table's conditions are read anew over the new type. */
export function alterType({ name = '', def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  if (def === undefined || !('ColumnDef' in def)) throw new InvariantError('ALTER COLUMN TYPE without a type');
  const definition = def.ColumnDef;
  const position = positionOf(scene.text, definition.location);
  if (definition.collClause !== undefined) throw notSupported('COLLATE of a column', 'Text is compared by bytes, as under the C collation.', position);
  const { table, before } = altering;
  const index = columnNamed(table, name);
  if (altering.retyped.has(name)) throw new SqlError('0A000', `cannot alter type of column "${name}" twice`);
  const old = table.columns[index]!;
  const using = definition.raw_default;
  const type = columnType({ ...definition, colname: name }, scene);
  if (old.generated !== undefined && using !== undefined) {
    throw new SqlError('42611', 'cannot specify USING when altering type of generated column', { detail: `Column "${name}" is a generated column.`, position });
  }
  const value = planTransform(using, scene.text, table.name, before.columns, columnNamed(before, name), type, planContext(scene, 'adhoc'));
  refuseReaders(altering, index, scene);
  requireKeys(altering, index, type);
  const column = old.generated === undefined ? withType(old, type, scene) : generatedAs(table, index, type, scene);
  const columns = table.columns.with(index, column);
  const checks = (table.checks ?? []).map((check) => readAnew(check, { ...table, columns }, index, scene));
  altering.retyped.add(name);
  if (old.identity !== undefined) {
    const counter = definitionOfCounter(old.identity.sequence, [{ DefElem: { defname: 'as', arg: { TypeName: definition.typeName! } } }], scene);
    step(altering, { kind: 'setIdentity', index, column: old, counter }, table);
  }
  step(altering, { kind: 'setType', index, column, value, checks }, { ...table, columns, checks });
}

/** 0A000 where a view names the column, or a generated column is computed of it. */
function refuseReaders({ table, catalog }: Altering, index: number, scene: Scene): void {
  const { name } = table.columns[index]!;
  const generated = table.columns.find((other) => other.generated !== undefined && someScalar(other.generated, (part) => part.op === 'column' && part.index === index));
  if (generated !== undefined) {
    throw new SqlError('0A000', 'cannot alter type of a column used by a generated column', { detail: `Column "${name}" is used by generated column "${generated.name}".` });
  }
  for (const item of catalog.dependents(table.oid).toSorted((a, b) => a.oid - b.oid)) {
    if ((item.kind !== 'view' && item.kind !== 'materialized view') || !columnsUsed(item, table).has(index)) continue;
    throw new SqlError('0A000', 'cannot alter type of a column used by a view or rule', {
      detail: `rule _RETURN on ${item.kind} ${displayName(scene.catalog, item, scene.searchPath)} depends on column "${name}"`,
    });
  }
}

/** Foreign keys from and to the column still compare what can be compared. */
function requireKeys({ table, catalog }: Altering, index: number, type: SqlType): void {
  const changed = (of: TableItem): readonly TableColumn[] => (of.oid === table.oid ? table.columns.map((column, at) => (at === index ? { ...column, type } : column)) : of.columns);
  for (const from of [table, ...catalog.dependents(table.oid)]) {
    if (from.kind !== 'table') continue;
    for (const key of from.foreignKeys ?? []) {
      const to = key.references === table.oid ? table : catalog.item(key.references);
      if (to?.kind !== 'table' || !((from.oid === table.oid && key.columns.includes(index)) || (to.oid === table.oid && key.referencedColumns.includes(index)))) continue;
      requireAlike(key.name, key.columns.map((column, i) => [changed(from)[column]!, changed(to)[key.referencedColumns[i]!]!]));
    }
  }
}

/** The column with its default converted. What draws from a sequence is kept as it is, anything else is read again from its text. */
function withType(column: TableColumn, type: SqlType, scene: Scene): TableColumn {
  const { default: value, defaultSql, ...rest } = column;
  if (value === undefined || column.identity !== undefined) return { ...column, type };
  try {
    if (sequencesOf(value).length > 0) return { ...column, type, default: coerceForAssignment(drawn(value), type, column.name, planContext(scene, 'adhoc')) };
    const text = expressionText(defaultSql ?? '', false);
    const stored = planDefault(...expression(text, scene), column.name, type, planContext(scene, 'adhoc'));
    return stored === undefined ? { ...rest, type } : { ...rest, type, default: stored.value, defaultSql: stored.sql };
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42804') throw error;
    throw new SqlError('42804', `default for column "${column.name}" cannot be cast automatically to type ${typeText(type.oid)}`);
  }
}

function generatedAs(table: TableItem, index: number, type: SqlType, scene: Scene): TableColumn {
  const column = table.columns[index]!;
  const columns = table.columns.with(index, { ...column, type });
  const [node, text] = expression(expressionText(column.defaultSql ?? '', false), scene);
  try {
    const { value, sql } = planGenerated(node, text, table.name, columns, (at) => columns[at]!.generated !== undefined, index, planContext(scene, 'adhoc'));
    return { ...column, type, generated: value, defaultSql: sql };
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42804') throw error;
    throw new SqlError('42804', `generation expression for column "${column.name}" cannot be cast automatically to type ${typeText(type.oid)}`);
  }
}

/** The number that is drawn, without its conversion to the column's type. */
const drawn = (value: Scalar): Scalar => (value.op === 'call' && (value.function === 'int4(int8)' || value.function === 'int2(int8)') ? value.args[0]! : value);

function readAnew(check: CheckConstraint, table: TableItem, index: number, scene: Scene): CheckConstraint {
  if (!someScalar(check.condition, (part) => part.op === 'column' && part.index === index)) return check;
  const [node, text] = expression(expressionText(check.sql, false), scene);
  const { value, sql } = planCheck(node, text, table.name, table.columns, planContext(scene, 'adhoc'));
  return { ...check, condition: value, sql };
}

/** An expression that the catalog keeps as text, and the text that its locations count in. */
function expression(sql: string, scene: Scene): [Node, string] {
  const { node, text } = scene.parse(`SELECT ${sql}`) as { readonly node?: Node; readonly text: string };
  const target = node !== undefined && 'SelectStmt' in node ? node.SelectStmt.targetList?.[0] : undefined;
  if (target === undefined || !('ResTarget' in target) || target.ResTarget.val === undefined) throw new InvariantError(`no expression: ${sql}`);
  return [target.ResTarget.val, text];
}
