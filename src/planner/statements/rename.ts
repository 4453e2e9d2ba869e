import type { AlterObjectSchemaStmt, RenameStmt } from '@pgsql/types';
import { constraintsOf, indexesOf, isRelation, nameIsTaken } from '../../catalog/index.ts';
import type { CatalogItem, CompositeTypeItem, RelationCatalogItem, TableItem, TypeItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import type { ObjectName, RenameTree } from '../syntax/index.ts';
import { columnIndex } from './context.ts';
import type { Scene } from './context.ts';
import { findItem, nameOfNodes, nameOfRangeVar, schemaNamed, spell, takenBy } from './names.ts';
import type { Outcome } from './names.ts';
import { compositeNamed } from './row-types.ts';
import { typeItemNamed } from './types.ts';

export const objectKinds = {
  OBJECT_TABLE: 'table', OBJECT_VIEW: 'view', OBJECT_MATVIEW: 'materialized view', OBJECT_INDEX: 'index', OBJECT_SEQUENCE: 'sequence', OBJECT_SCHEMA: 'schema',
} as const;
export type PostgresKind = (typeof objectKinds)[keyof typeof objectKinds];

export const kindOf = (objectType: string | undefined): PostgresKind | undefined =>
  Object.entries(objectKinds).find(([key]) => key === objectType)?.[1];

const article = (kind: string): string => (kind === 'index' ? 'an index' : `a ${kind}`);

/** ALTER ... RENAME: of an object, of a column, of a constraint. */
export function planRename(statement: RenameStmt, scene: Scene): Outcome {
  const to = statement.newname ?? '';
  const { renameType } = statement;
  if (renameType === 'OBJECT_COLUMN') return renameColumn(statement, to, scene);
  if (renameType === 'OBJECT_TABCONSTRAINT') return renameConstraint(statement, to, scene);
  if (renameType === 'OBJECT_TYPE') return renameTo(typeItemNamed(nameOfNodes(statement.object ?? []), scene), 'type', to, scene);
  if (renameType === 'OBJECT_ATTRIBUTE') return renameAttribute(statement, to, scene);
  const kind = kindOf(renameType);
  if (kind === undefined) {
    throw notSupported(`ALTER ... RENAME ${(renameType ?? '').replace('OBJECT_', '')}`, 'Tables, their columns and constraints, views, indexes, sequences, schemas, sources, secrets and connections can be renamed.');
  }
  if (kind === 'schema') return renameTo(ofUser(schemaNamed(statement.subname ?? '', scene)), 'schema', to, scene);
  return renameNamed(kind, nameOfRangeVar(statement.relation, scene), to, statement.missing_ok === true, scene);
}

export const planRenameTree = (tree: RenameTree, scene: Scene): Outcome => renameNamed(tree.what, tree.name, tree.to, tree.ifExists, scene);

function skipped(name: ObjectName, tag: string): Outcome {
  return { plan: { kind: 'noop', tag }, notices: [{ severity: 'NOTICE', code: '00000', message: `relation "${spell(name)}" does not exist, skipping` }] };
}

function renameNamed(kind: Exclude<PostgresKind, 'schema'> | RenameTree['what'], name: ObjectName, to: string, ifExists: boolean, scene: Scene): Outcome {
  const tag = `ALTER ${kind.toUpperCase()}`;
  const item = findItem(name, scene);
  if (item === undefined) {
    const ofKey = keyIndexNamed(name, kind, scene);
    if (ofKey !== undefined) return renameOfConstraint(ofKey.table, ofKey.constraint, to, tag, scene);
    if (!ifExists) throw new SqlError('42P01', `relation "${spell(name)}" does not exist`);
    return skipped(name, tag);
  }
  // As in Postgres, ALTER TABLE and ALTER INDEX also rename the others.
  if (item.kind !== kind && !((kind === 'table' || kind === 'index') && (isRelation(item) || item.kind === 'index'))) throw new SqlError('42809', `"${item.name}" is not ${article(kind)}`);
  return renameTo(ofUser(item), kind, to, scene);
}

/** The index that stands for a key: renamed, the constraint is too. */
function keyIndexNamed(name: ObjectName, kind: string, scene: Scene): { readonly table: TableItem; readonly constraint: number } | undefined {
  if (kind !== 'index' && kind !== 'table') return undefined;
  const [last, schema] = name.parts.toReversed();
  const schemas = schema === undefined ? scene.searchPath : [schema];
  for (const candidate of schemas) {
    for (const index of indexesOf(scene.catalog).values()) {
      if (index.constraint === undefined || index.name !== last || scene.catalog.item(index.schema)?.name !== candidate || index.on.kind !== 'table') continue;
      return { table: index.on, constraint: index.constraint.oid };
    }
  }
  return undefined;
}

function renameTo(item: CatalogItem, kind: string, to: string, scene: Scene): Outcome {
  const existing = item.kind === 'schema' ? scene.catalog.schema(to) : takenBy({ schema: item.schema, name: to }, scene);
  if (existing !== undefined || (item.kind !== 'schema' && isKeyIndex(item.schema, to, scene))) throw nameIsTaken({ kind: item.kind, name: to });
  return { plan: { kind: 'rename', oid: item.oid, to, tag: `ALTER ${kind.toUpperCase()}` } };
}

/** Keys' indexes share the names of relations. */
const isKeyIndex = (schema: number, name: string, scene: Scene): boolean => [...indexesOf(scene.catalog).values()].some((index) => index.schema === schema && index.name === name);

export function ofUser<T extends CatalogItem>(item: T): T {
  if (item.kind === 'system') throw new SqlError('42501', `permission denied: "${item.name}" is a system catalog`);
  return item;
}

/** The relation whose parts are renamed; undefined where IF EXISTS passes over it. */
function renamed(statement: RenameStmt, scene: Scene): { readonly item: RelationCatalogItem; readonly tag: string } | { readonly skipped: Outcome } {
  const name = nameOfRangeVar(statement.relation, scene);
  const kind = kindOf(statement.relationType) ?? 'table';
  const tag = `ALTER ${kind.toUpperCase()}`;
  const item = findItem(name, scene);
  if (item === undefined) {
    if (statement.missing_ok === true) return { skipped: skipped(name, tag) };
    throw new SqlError('42P01', `relation "${spell(name)}" does not exist`);
  }
  if (!isRelation(item)) throw new SqlError('42809', `"${item.name}" is not a table`);
  return { item: ofUser(item), tag };
}

function renameColumn(statement: RenameStmt, to: string, scene: Scene): Outcome {
  const found = renamed(statement, scene);
  if ('skipped' in found) return found.skipped;
  const { item, tag } = found;
  if (item.kind !== 'view' && item.kind !== 'materialized view' && !(item.kind === 'table' && item.origin.kind === 'user')) {
    throw notSupported(`renaming columns of a ${item.kind === 'table' ? 'source' : item.kind}`, 'Make a view with the other name.');
  }
  const column = columnIndex(item.columns, statement.subname ?? '');
  if (column < 0) throw new SqlError('42703', `column "${statement.subname}" does not exist`);
  if (columnIndex(item.columns, to) >= 0) throw new SqlError('42701', `column "${to}" of relation "${item.name}" already exists`);
  return { plan: { kind: 'renameColumn', oid: item.oid, column, to, tag } };
}

function renameAttribute(statement: RenameStmt, to: string, scene: Scene): Outcome {
  const item = compositeNamed(nameOfRangeVar(statement.relation, scene), scene);
  const column = item.fields.findIndex(({ name }) => name === statement.subname);
  if (column < 0) throw new SqlError('42703', `column "${statement.subname}" does not exist`);
  if (item.fields.some(({ name }) => name === to)) throw new SqlError('42701', `column "${to}" of relation "${item.name}" already exists`);
  return { plan: { kind: 'renameColumn', oid: item.oid, column, to, tag: 'ALTER TYPE' } };
}

function renameConstraint(statement: RenameStmt, to: string, scene: Scene): Outcome {
  const found = renamed(statement, scene);
  if ('skipped' in found) return found.skipped;
  const { item, tag } = found;
  const constraint = item.kind === 'table' ? constraintsOf(item).find(({ name }) => name === statement.subname) : undefined;
  if (item.kind !== 'table' || constraint === undefined) throw new SqlError('42704', `constraint "${statement.subname}" for table "${item.name}" does not exist`);
  return renameOfConstraint(item, constraint.oid, to, tag, scene);
}

function renameOfConstraint(table: TableItem, constraint: number, to: string, tag: string, scene: Scene): Outcome {
  const isKey = table.keys.some(({ oid }) => oid === constraint);
  if (isKey && (takenBy({ schema: table.schema, name: to }, scene) !== undefined || isKeyIndex(table.schema, to, scene))) throw nameIsTaken({ kind: 'index', name: to });
  if (constraintsOf(table).some(({ name }) => name === to)) throw new SqlError('42710', `constraint "${to}" for relation "${table.name}" already exists`);
  return { plan: { kind: 'renameConstraint', oid: table.oid, constraint, to, tag } };
}

function setSchemaOfType(item: TypeItem | CompositeTypeItem, to: string, scene: Scene): Outcome {
  const tag = 'ALTER TYPE';
  const schema = schemaNamed(to, scene);
  if (schema.oid === item.schema) return { plan: { kind: 'noop', tag } };
  if (scene.catalog.find(schema.name, item.name, []) !== undefined) throw new SqlError('42710', `type "${item.name}" already exists in schema "${schema.name}"`);
  return { plan: { kind: 'setSchema', oids: [item.oid], schema: schema.oid, tag } };
}

/** ALTER ... SET SCHEMA: a relation moves with its indexes, and a table with the sequences of its columns. */
export function planSetSchema(statement: AlterObjectSchemaStmt, scene: Scene): Outcome {
  if (statement.objectType === 'OBJECT_TYPE') return setSchemaOfType(typeItemNamed(nameOfNodes(statement.object ?? []), scene), statement.newschema ?? '', scene);
  const kind = kindOf(statement.objectType);
  if (kind === undefined || kind === 'index' || kind === 'schema') {
    throw notSupported(`ALTER ${(statement.objectType ?? '').replace('OBJECT_', '').replace('_', ' ')} ... SET SCHEMA`, 'Tables, views, materialized views and sequences can be moved.');
  }
  const tag = `ALTER ${kind.toUpperCase()}`;
  const name = nameOfRangeVar(statement.relation, scene);
  const item = findItem(name, scene);
  if (item === undefined) {
    if (statement.missing_ok === true) return skipped(name, tag);
    throw new SqlError('42P01', `relation "${spell(name)}" does not exist`);
  }
  if (!isRelation(item) || (kind !== 'table' && item.kind !== kind)) throw new SqlError('42809', `"${item.name}" is not ${article(kind)}`);
  ofUser(item);
  if (item.kind === 'source' || (item.kind === 'table' && item.origin.kind !== 'user')) throw notSupported('moving what belongs to a source', 'Make a view in the other schema.');
  const schema = schemaNamed(statement.newschema ?? '', scene);
  if (schema.oid === item.schema) return { plan: { kind: 'noop', tag } };
  if (schema.name === scene.temporarySchema || scene.catalog.schemaNameOf(item) === scene.temporarySchema) throw new SqlError('0A000', 'cannot move objects into or out of temporary schemas');
  if (item.kind === 'sequence' && item.ownedBy !== undefined) {
    const table = scene.catalog.item(item.ownedBy.table);
    throw new SqlError('0A000', 'cannot move an owned sequence into another schema', { detail: `Sequence "${item.name}" is linked to table "${table?.name}".` });
  }
  const moved = [item, ...scene.catalog.dependents(item.oid).filter((other) => (other.kind === 'index' && other.on === item.oid) || (other.kind === 'sequence' && other.ownedBy?.table === item.oid))];
  for (const each of moved) {
    if (scene.catalog.find(schema.name, each.name, []) !== undefined) throw new SqlError('42P07', `relation "${each.name}" already exists in schema "${schema.name}"`);
  }
  return { plan: { kind: 'setSchema', oids: moved.map(({ oid }) => oid), schema: schema.oid, tag } };
}
