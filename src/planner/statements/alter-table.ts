import type { AlterTableCmd, AlterTableStmt } from '@pgsql/types';
import { columnOfRowType, constraintsOf, dropPlanOf, withoutConstraint } from '../../catalog/index.ts';
import type { RelationCatalogItem, TableItem } from '../../catalog/index.ts';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import { planDefault } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import { addIdentity, dropExpression, dropIdentity, setExpression, setIdentity } from './alter-column.ts';
import { alterType } from './alter-type.ts';
import { columnNamed, step } from './altering.ts';
import type { Altering } from './altering.ts';
import { columnIndex, planContext } from './context.ts';
import type { Scene } from './context.ts';
import { draftColumn, finishColumns, tableConstraint } from './create-table.ts';
import { findItem, nameOfRangeVar, relationNamed, spell, takenBy } from './names.ts';
import type { Outcome } from './names.ts';
import { refuseItself } from './row-types.ts';
import { planConstraints } from './table-constraints.ts';
import type { ConstrainedTable, ConstraintTree } from './table-constraints.ts';
import { withoutPosition } from './without-position.ts';

/** Postgres' passes (AlterTablePass): what a command needs is there whatever the order written. */
const passes: Readonly<Partial<Record<NonNullable<AlterTableCmd['subtype']>, number>>> = {
  AT_DropColumn: 0, AT_DropConstraint: 0, AT_DropNotNull: 0, AT_DropIdentity: 0, AT_DropExpression: 0, AT_AlterColumnType: 1, AT_AddColumn: 2, AT_SetExpression: 3,
  AT_AddConstraint: 6, AT_SetNotNull: 7, AT_ColumnDefault: 10, AT_AddIdentity: 10, AT_SetIdentity: 11,
};

const passOf = ({ subtype, def }: AlterTableCmd): number => (subtype === 'AT_ColumnDefault' && def === undefined ? 0 : passes[subtype ?? 'AT_AddColumn'] ?? 11);

/** ALTER TABLE: its commands pass by pass, each over what those before it made. */
export function planAlterTable(statement: AlterTableStmt, scene: Scene): Outcome {
  const name = nameOfRangeVar(statement.relation, scene);
  const missing = findItem(name, scene) === undefined && statement.missing_ok === true;
  if (missing) return { plan: { kind: 'noop', tag: 'ALTER TABLE' }, notices: [{ severity: 'NOTICE', code: '00000', message: `relation "${spell(name)}" does not exist, skipping` }] };
  const item = relationNamed({ ...name, position: 0 }, scene);
  const commands = (statement.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  if (item.kind === 'view' || item.kind === 'materialized view' || item.kind === 'sequence') throw unfitCommand(commands[0], item);
  if (item.kind !== 'table' || item.origin.kind !== 'user') throw refusedCommand(commands[0], `ALTER ${item.kind.toUpperCase()}`, statement, scene);
  const altering: Altering = { before: item, table: item, catalog: scene.catalog, retyped: new Set(), steps: [], notices: [] };
  for (const command of commands.toSorted((a, b) => passOf(a) - passOf(b))) planCommand(command, altering, statement, scene);
  refuseRowsKept(altering, scene);
  return { plan: { kind: 'alterTable', oid: item.oid, steps: altering.steps, sql: scene.sql, notices: altering.notices } };
}

/**
 * 0A000 where rows of the table are values of a column that would have to be written anew. Materialized views are computed again with a column that comes without values, or goes;
 * where Postgres would have to write their rows it refuses.
 */
function refuseRowsKept({ before, steps }: Altering, scene: Scene): void {
  const valued = steps.some((one) => one.kind === 'setType' || one.kind === 'setExpression'
    || (one.kind === 'addColumn' && (one.column.default !== undefined || one.column.generated !== undefined || one.column.sequence !== undefined || one.column.identity !== undefined)));
  if (!valued && !steps.some(({ kind }) => kind === 'addColumn' || kind === 'dropColumn')) return;
  const column = columnOfRowType(scene.catalog, before, valued);
  if (column !== undefined) throw new SqlError('0A000', `cannot alter table "${before.name}" because column "${column}" uses its row type`);
}

/** What messages call a command (alter_table_type_to_string). */
const commandNames: Readonly<Partial<Record<NonNullable<AlterTableCmd['subtype']>, string>>> = {
  AT_AddColumn: 'ADD COLUMN', AT_DropColumn: 'DROP COLUMN', AT_ColumnDefault: 'ALTER COLUMN ... SET DEFAULT', AT_SetNotNull: 'ALTER COLUMN ... SET NOT NULL', AT_DropNotNull: 'ALTER COLUMN ... DROP NOT NULL',
  AT_AddConstraint: 'ADD CONSTRAINT', AT_DropConstraint: 'DROP CONSTRAINT', AT_AlterColumnType: 'ALTER COLUMN ... SET DATA TYPE', AT_SetExpression: 'ALTER COLUMN ... SET EXPRESSION',
  AT_DropExpression: 'ALTER COLUMN ... DROP EXPRESSION', AT_AddIdentity: 'ALTER COLUMN ... ADD IDENTITY', AT_SetIdentity: 'ALTER COLUMN ... SET', AT_DropIdentity: 'ALTER COLUMN ... DROP IDENTITY',
};

/** A command for tables, said of something else. */
function unfitCommand(command: AlterTableCmd | undefined, item: RelationCatalogItem): SqlError {
  const { subtype = 'AT_AddColumn' } = command ?? {};
  const name = commandNames[subtype] ?? subtype.replace('AT_', '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase();
  return new SqlError('42809', `ALTER action ${name} cannot be performed on relation "${item.name}"`, { detail: `This operation is not supported for ${item.kind}s.` });
}

function refusedCommand(command: AlterTableCmd | undefined, what: string, statement: AlterTableStmt, scene: Scene): SqlError {
  const words = (command?.subtype ?? '').replace('AT_', '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase();
  return notSupported(`${what} ... ${words}`, 'Make a new table or view and copy the rows by INSERT ... SELECT.', positionOf(scene.text, statement.relation?.location));
}

function planCommand(command: AlterTableCmd, altering: Altering, statement: AlterTableStmt, scene: Scene): void {
  switch (command.subtype) {
    case 'AT_AddColumn': return addColumn(command, altering, scene);
    case 'AT_DropColumn': return dropColumn(command, altering, scene);
    case 'AT_ColumnDefault': return columnDefault(command, altering, scene);
    case 'AT_SetNotNull': case 'AT_DropNotNull': return notNull(command, altering);
    case 'AT_AddConstraint': return addConstraint(command, altering, scene);
    case 'AT_DropConstraint': return dropConstraint(command, altering, scene);
    case 'AT_AlterColumnType': return alterType(command, altering, scene);
    case 'AT_SetExpression': return setExpression(command, altering, scene);
    case 'AT_DropExpression': return dropExpression(command, altering);
    case 'AT_AddIdentity': return addIdentity(command, altering, scene);
    case 'AT_SetIdentity': return setIdentity(command, altering, scene);
    case 'AT_DropIdentity': return dropIdentity(command, altering);
    default: throw refusedCommand(command, 'ALTER TABLE', statement, scene);
  }
}

const constrained = (table: TableItem, scene: Scene): ConstrainedTable =>
  ({ name: table.name, schema: table.schema, columns: table.columns, existing: table, isTaken: (name) => takenBy({ schema: table.schema, name }, scene) !== undefined });

function addColumn({ def, missing_ok: ifNotExists }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  if (def === undefined || !('ColumnDef' in def)) throw new InvariantError('ADD COLUMN without a column');
  const name = def.ColumnDef.colname ?? '';
  if (columnIndex(table.columns, name) >= 0) {
    const message = `column "${name}" of relation "${table.name}" already exists`;
    if (ifNotExists !== true) throw new SqlError('42701', message);
    altering.notices.push({ severity: 'NOTICE', code: '42701', message: `${message}, skipping` });
    return;
  }
  const draft = draftColumn(def.ColumnDef, table.name, (candidate) => takenBy({ schema: table.schema, name: candidate }, scene) !== undefined, scene, withoutPosition);
  const [column] = finishColumns([draft], table.name, table.columns, scene, withoutPosition);
  refuseItself(column!.type.oid, table.rowType, table.name, scene.catalog);
  const wide = { ...table, columns: [...table.columns, column!] };
  const planned = planConstraints(draft.constraints, constrained(wide, scene), scene);
  const nullable = column!.nullable && planned.notNull.size === 0;
  step(altering, { kind: 'addColumn', column: { ...column!, nullable } }, { ...wide, columns: [...table.columns, { ...column!, nullable }] });
  constraintStep(planned, altering);
}

function constraintStep(planned: ReturnType<typeof planConstraints>, altering: Altering): void {
  if (planned.keys.length + planned.checks.length + planned.foreignKeys.length === 0) return;
  const { table } = altering;
  step(altering, { kind: 'addConstraints', keys: planned.keys, checks: planned.checks, foreignKeys: planned.foreignKeys, notNull: [...planned.notNull] }, {
    ...table, columns: table.columns.map((column, index) => (planned.notNull.has(index) ? { ...column, nullable: false } : column)),
    keys: [...table.keys, ...planned.keys.map((key) => ({ ...key, oid: 0 }))], checks: [...table.checks ?? [], ...planned.checks.map((check) => ({ ...check, oid: 0 }))],
    foreignKeys: [...table.foreignKeys ?? [], ...planned.foreignKeys.map((key) => ({ ...key, oid: 0, references: key.references === 'self' ? table.oid : key.references }))],
  });
}

function addConstraint({ def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  if (def === undefined || !('Constraint' in def)) throw new InvariantError('ADD CONSTRAINT without one');
  if (def.Constraint.skip_validation === true && def.Constraint.is_enforced === true) throw notSupported('NOT VALID', 'Leave it out: the rows that are there are checked.', undefined);
  const tree: ConstraintTree = tableConstraint(def.Constraint, scene);
  constraintStep(planConstraints([tree], constrained(altering.table, scene), scene), altering);
}

function dropColumn({ name = '', behavior, missing_ok: ifExists }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  if (columnIndex(table.columns, name) < 0 && ifExists === true) {
    altering.notices.push({ severity: 'NOTICE', code: '00000', message: `column "${name}" of relation "${table.name}" does not exist, skipping` });
    return;
  }
  const column = columnNamed(table, name);
  const { changes, notices } = dropPlanOf(altering.catalog, [{ kind: 'column', table, column }], behavior === 'DROP_CASCADE', scene.searchPath);
  altering.notices.push(...notices);
  const lessened = changes.find((change) => change.kind === 'replace' && change.item.oid === table.oid);
  if (lessened?.kind !== 'replace' || lessened.item.kind !== 'table') throw new InvariantError('a column was dropped from no table');
  altering.catalog = altering.catalog.apply(changes);
  step(altering, { kind: 'dropColumn', column, cascade: behavior === 'DROP_CASCADE' }, lessened.item);
}

function columnDefault({ name = '', def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  if (column.identity !== undefined) {
    throw new SqlError('42601', `column "${name}" of relation "${table.name}" is an identity column`, def === undefined ? { hint: 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.' } : {});
  }
  if (column.generated !== undefined) {
    throw new SqlError('42601', `column "${name}" of relation "${table.name}" is a generated column`, { hint: def === undefined ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.' : 'Use ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION instead.' });
  }
  const stored = def === undefined ? undefined : withoutPosition(() => planDefault(def, scene.text, name, column.type, planContext(scene, 'adhoc')));
  const { default: _default, defaultSql: _text, ...rest } = column;
  const changed = stored === undefined ? rest : { ...rest, default: stored.value, defaultSql: stored.sql };
  step(altering, { kind: 'setColumn', index, column: changed }, { ...table, columns: table.columns.with(index, changed) });
}

function notNull({ name = '', subtype }: AlterTableCmd, altering: Altering): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  const nullable = subtype === 'AT_DropNotNull';
  if (nullable && column.identity !== undefined) throw new SqlError('42601', `column "${name}" of relation "${table.name}" is an identity column`);
  if (nullable && table.keys.some((key) => key.primary && key.columns.includes(index))) throw new SqlError('42P16', `column "${name}" is in a primary key`);
  const changed = { ...column, nullable };
  step(altering, { kind: 'setColumn', index, column: changed }, { ...table, columns: table.columns.with(index, changed) });
}

function dropConstraint({ name = '', behavior, missing_ok: ifExists }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  const constraint = constraintsOf(table).find((one) => one.name === name);
  if (constraint === undefined) {
    const message = `constraint "${name}" of relation "${table.name}" does not exist`;
    if (ifExists !== true) throw new SqlError('42704', message);
    altering.notices.push({ severity: 'NOTICE', code: '00000', message: `${message}, skipping` });
    return;
  }
  const { changes, notices } = dropPlanOf(altering.catalog, [{ kind: 'constraint', table, constraint: constraint.oid }], behavior === 'DROP_CASCADE', scene.searchPath);
  altering.notices.push(...notices);
  altering.catalog = altering.catalog.apply(changes);
  step(altering, { kind: 'dropConstraint', name, cascade: behavior === 'DROP_CASCADE' }, withoutConstraint(table, constraint.oid));
}
