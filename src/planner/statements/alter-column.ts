import type { AlterTableCmd, Constraint, DefElem, Node } from '@pgsql/types';
import { InvariantError, SqlError } from '../../core/index.ts';
import { planGenerated } from '../query.ts';
import type { AlteredCounter } from '../plan.ts';
import { columnNamed, step } from './altering.ts';
import type { Altering } from './altering.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { columnSequence } from './create-table.ts';
import { takenBy } from './names.ts';
import { definitions, readSequenceOptions } from './sequences.ts';
import { withoutPosition } from './without-position.ts';

/** ALTER COLUMN ... SET EXPRESSION AS (...): all rows compute the column anew. */
export function setExpression({ name = '', def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  if (column.generated === undefined) throw new SqlError('55000', `column "${name}" of relation "${table.name}" is not a generated column`);
  if (def === undefined) throw new InvariantError('SET EXPRESSION without one');
  const { value, sql } = withoutPosition(() => planGenerated(def, scene.text, table.name, table.columns, (at) => table.columns[at]!.generated !== undefined, index, planContext(scene, 'adhoc')));
  const changed = { ...column, generated: value, defaultSql: sql };
  step(altering, { kind: 'setExpression', index, column: changed }, { ...table, columns: table.columns.with(index, changed) });
}

/** ALTER COLUMN ... DROP EXPRESSION: the column keeps the values that it has. */
export function dropExpression({ name = '', missing_ok: ifExists }: AlterTableCmd, altering: Altering): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  if (column.generated === undefined) return passOver('55000', `column "${name}" of relation "${table.name}" is not a generated column`, ifExists, altering);
  const { generated: _generated, defaultSql: _text, ...changed } = column;
  step(altering, { kind: 'setColumn', index, column: changed }, { ...table, columns: table.columns.with(index, changed) });
}

function passOver(code: string, message: string, ifExists: boolean | undefined, altering: Altering): void {
  if (ifExists !== true) throw new SqlError(code, message);
  altering.notices.push({ severity: 'NOTICE', code: '00000', message: `${message}, skipping` });
}

/** ALTER COLUMN ... ADD GENERATED ... AS IDENTITY. The rows that are there keep their values. */
export function addIdentity({ name = '', def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  if (def === undefined || !('Constraint' in def)) throw new InvariantError('ADD IDENTITY without one');
  const constraint: Constraint = def.Constraint;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  const sequence = columnSequence(constraint, column.type, table.name, name, (candidate) => takenBy({ schema: table.schema, name: candidate }, scene) !== undefined, scene);
  const refused = column.nullable ? 'must be declared NOT NULL before identity can be added' : column.identity !== undefined ? 'is already an identity column'
    : column.default !== undefined ? 'already has a default value' : undefined;
  if (refused !== undefined) throw new SqlError('55000', `column "${name}" of relation "${table.name}" ${refused}`);
  const kind = sequence.kind === 'always' ? 'always' : 'by default';
  step(altering, { kind: 'addIdentity', index, sequence }, { ...table, columns: table.columns.with(index, { ...column, identity: { kind, sequence: 0 } }) });
}

/** ALTER COLUMN ... SET GENERATED, and SET with options of its sequence. */
export function setIdentity({ name = '', def }: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  if (column.identity === undefined) throw new SqlError('55000', `column "${name}" of relation "${table.name}" is not an identity column`);
  const options = definitions(def !== undefined && 'List' in def ? def.List.items : []);
  const generated = options.find((option) => option.defname === 'generated');
  const others = options.filter((option) => option !== generated).map((option): Node => ({ DefElem: option }));
  const identity = generated === undefined ? column.identity : { ...column.identity, kind: isAlways(generated) ? 'always' as const : 'by default' as const };
  const changed = { ...column, identity };
  const counter = others.length === 0 ? null : definitionOfCounter(column.identity.sequence, others, scene);
  step(altering, { kind: 'setIdentity', index, column: changed, counter }, { ...table, columns: table.columns.with(index, changed) });
}

/** The grammar gives ATTRIBUTE_IDENTITY_ALWAYS, 'a', as its character code. */
const isAlways = ({ arg }: DefElem): boolean => arg !== undefined && 'Integer' in arg && arg.Integer.ival === 'a'.charCodeAt(0);

/** What options make of the sequence of an identity column. */
export function definitionOfCounter(sequence: number, options: readonly Node[], scene: Scene): AlteredCounter {
  const item = scene.catalog.item(sequence);
  if (item?.kind !== 'sequence') throw new InvariantError(`no sequence ${sequence}`);
  const { options: changed, restart } = readSequenceOptions(definitions(options), item, scene, item.options.type, true);
  return { oid: sequence, options: changed, ...(restart === undefined ? {} : { restart }) };
}

/** ALTER COLUMN ... DROP IDENTITY: the sequence goes, the values stay. */
export function dropIdentity({ name = '', missing_ok: ifExists }: AlterTableCmd, altering: Altering): void {
  const { table } = altering;
  const index = columnNamed(table, name);
  const column = table.columns[index]!;
  if (column.identity === undefined) return passOver('55000', `column "${name}" of relation "${table.name}" is not an identity column`, ifExists, altering);
  const { identity, default: _default, ...changed } = column;
  step(altering, { kind: 'dropIdentity', index, column: changed, sequence: identity.sequence }, { ...table, columns: table.columns.with(index, changed) });
}
