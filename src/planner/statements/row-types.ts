import type { AlterTableCmd, AlterTableStmt, ColumnDef, CompositeTypeStmt, Node } from '@pgsql/types';
import { columnOfRowType, isRelation, nameIsTaken } from '../../catalog/index.ts';
import type { CatalogSnapshot, CompositeTypeItem } from '../../catalog/index.ts';
import { InvariantError, SqlError, findType, notSupported } from '../../core/index.ts';
import type { Field, Notice } from '../../core/index.ts';
import { quoteIdentifier } from '../../ir/index.ts';
import { positionOf } from '../syntax/index.ts';
import type { ObjectName } from '../syntax/index.ts';
import type { Scene } from './context.ts';
import { columnType } from './create-table.ts';
import { findNamed, nameOfRangeVar, newName, spell, takenBy } from './names.ts';
import type { Outcome } from './names.ts';

/** CREATE TYPE ... AS (...) and ALTER TYPE ... ATTRIBUTE. */

export function planCreateRowType(statement: CompositeTypeStmt, scene: Scene): Outcome {
  const name = newName({ ...nameOfRangeVar(statement.typevar, scene), position: 0 }, scene);
  if (takenBy(name, scene) !== undefined) throw nameIsTaken({ kind: 'type', name: name.name });
  const fields = (statement.coldeflist ?? []).map((node) => field(columnDef(node), scene));
  const twice = fields.find((one, index) => fields.findIndex((other) => other.name === one.name) < index);
  if (twice !== undefined) throw new SqlError('42701', `column "${twice.name}" specified more than once`);
  return { plan: { kind: 'createRowType', name, fields, sql: scene.sql } };
}

function columnDef(node: Node | undefined): ColumnDef {
  if (node === undefined || !('ColumnDef' in node)) throw new InvariantError('an attribute without a definition');
  return node.ColumnDef;
}

function field(definition: ColumnDef, scene: Scene): Field {
  if (definition.collClause !== undefined) throw notSupported('COLLATE of an attribute', 'Text is compared by bytes, as under the C collation.', positionOf(scene.text, definition.location));
  try {
    return { name: definition.colname ?? '', type: columnType(definition, scene) };
  } catch (error) {
    // As in Postgres, without a position.
    if (!(error instanceof SqlError) || error.code !== '42704') throw error;
    throw new SqlError(error.code, error.message);
  }
}

/** The type of this name, which is one of CREATE TYPE ... AS. */
export function compositeNamed(name: ObjectName, scene: Scene): CompositeTypeItem {
  const item = findNamed(name, scene);
  if (item?.kind === 'composite type') return item;
  if (item !== undefined && isRelation(item)) throw new SqlError('42809', `"${item.name}" is not a composite type`);
  throw new SqlError('42P01', `relation "${spell(name)}" does not exist`);
}

/** The fields as the commands so far leave them. */
interface Altering {
  readonly item: CompositeTypeItem;
  fields: readonly Field[];
  readonly notices: Notice[];
}

export function planAlterRowType(statement: AlterTableStmt, scene: Scene): Outcome {
  const item = compositeNamed({ ...nameOfRangeVar(statement.relation, scene), position: 0 }, scene);
  const altering: Altering = { item, fields: item.fields, notices: [] };
  for (const node of statement.cmds ?? []) if ('AlterTableCmd' in node) alterField(node.AlterTableCmd, altering, scene);
  const { fields, notices } = altering;
  if (fields === item.fields) return { plan: { kind: 'noop', tag: 'ALTER TYPE' }, notices };
  refuseFieldsKept(item, scene);
  return { plan: { kind: 'alterRowType', oid: item.oid, fields }, notices };
}

function alterField(command: AlterTableCmd, altering: Altering, scene: Scene): void {
  const { item, fields } = altering;
  const { name = '' } = command;
  const place = fields.findIndex((one) => one.name === name);
  switch (command.subtype) {
    case 'AT_AddColumn': {
      const added = field(columnDef(command.def), scene);
      if (fields.some((one) => one.name === added.name)) throw new SqlError('42701', `column "${added.name}" of relation "${item.name}" already exists`);
      refuseItself(added.type.oid, item.oid, item.name, scene.catalog);
      altering.fields = [...fields, added];
      return;
    }
    case 'AT_DropColumn': {
      if (place < 0 && command.missing_ok !== true) throw new SqlError('42703', `column "${name}" of relation "${item.name}" does not exist`);
      if (place < 0) return void altering.notices.push({ severity: 'NOTICE', code: '00000', message: `column "${name}" of relation "${item.name}" does not exist, skipping` });
      refuseReaders(item, place, scene);
      altering.fields = fields.toSpliced(place, 1);
      return;
    }
    case 'AT_AlterColumnType': {
      if (place < 0) throw new SqlError('42703', `column "${name}" of relation "${item.name}" does not exist`);
      const { type } = field({ ...columnDef(command.def), colname: name }, scene);
      refuseItself(type.oid, item.oid, item.name, scene.catalog);
      refuseReaders(item, place, scene);
      altering.fields = fields.with(place, { name, type });
      return;
    }
    default: throw notSupported(`ALTER TYPE ... ${(command.subtype ?? '').replace('AT_', '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase()}`, 'Attributes can be added, dropped, renamed and given another type.');
  }
}

/** 2BP01 where a view reads the field. */
function refuseReaders(item: CompositeTypeItem, place: number, scene: Scene): void {
  const readers = scene.catalog.dependents(item.oid).filter((other) => (other.kind === 'view' || other.kind === 'materialized view') && other.columnsRead?.some(([oid, fields]) => oid === item.oid && fields.includes(place)) === true);
  if (readers.length === 0) return;
  const column = `column ${quoteIdentifier(item.fields[place]!.name)} of composite type ${quoteIdentifier(item.name)}`;
  throw new SqlError('2BP01', `cannot drop ${column} because other objects depend on it`, {
    detail: readers.map((reader) => `${reader.kind} ${quoteIdentifier(reader.name)} depends on ${column}`).join('\n'), hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
  });
}

/** 0A000 where values are kept that would have to be written anew, or come from upstream. */
function refuseFieldsKept(item: CompositeTypeItem, scene: Scene): void {
  const source = scene.catalog.dependents(item.oid).find(({ kind }) => kind === 'source');
  if (source !== undefined) throw new SqlError('0A000', `cannot alter type "${item.name}" because source "${source.name}" uses it`);
  const column = columnOfRowType(scene.catalog, item, false);
  if (column !== undefined) throw new SqlError('0A000', `cannot alter type "${item.name}" because column "${column}" uses it`);
}

/** A type is no part of itself, directly or in what it has. */
export function refuseItself(part: number, whole: number, name: string, catalog: CatalogSnapshot): void {
  const holds = (oid: number): boolean => oid === whole || (findType(oid)?.element ?? 0) === whole || (catalog.fieldsOf(oid) ?? catalog.fieldsOf(findType(oid)?.element ?? 0) ?? []).some(({ type }) => holds(type.oid));
  if (holds(part)) throw new SqlError('42P16', `composite type ${quoteIdentifier(name)} cannot be made a member of itself`);
}
