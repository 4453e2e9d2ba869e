import type { DropStmt, Node } from '@pgsql/types';
import { dropPlan, isRelation, isType } from '../../catalog/index.ts';
import type { CatalogChange, CatalogItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import type { Notice } from '../../core/index.ts';
import { quoteIdentifier } from '../../ir/index.ts';
import type { DropTree, ObjectName } from '../syntax/index.ts';
import type { Scene } from './context.ts';
import { findItem, findNamed, nameOfNodes, spell } from './names.ts';
import type { Outcome } from './names.ts';

type DroppedKind = Exclude<CatalogItem['kind'], 'system' | 'composite type'>;

const droppedKinds: Readonly<Record<string, DroppedKind>> = {
  OBJECT_TABLE: 'table', OBJECT_VIEW: 'view', OBJECT_MATVIEW: 'materialized view', OBJECT_INDEX: 'index', OBJECT_SCHEMA: 'schema', OBJECT_SEQUENCE: 'sequence', OBJECT_TYPE: 'type',
};

const missingCodes: Readonly<Record<DroppedKind, string>> = {
  table: '42P01', view: '42P01', 'materialized view': '42P01', source: '42P01', sequence: '42P01', index: '42704', schema: '3F000', secret: '42704', connection: '42704', type: '42704',
};

export function planDropStatement(statement: DropStmt, scene: Scene): Outcome {
  const kind = droppedKinds[statement.removeType ?? ''];
  if (kind === undefined) throw notSupported(`DROP ${(statement.removeType ?? '').replace('OBJECT_', '').replaceAll('_', ' ')}`, 'There are no such objects.');
  const names = (statement.objects ?? []).map((node: Node) => nameOfNodes(node));
  return planDrop(kind, names, statement.missing_ok === true, statement.behavior === 'DROP_CASCADE', scene);
}

export const planDropTree = (tree: DropTree, scene: Scene): Outcome => planDrop(tree.what, tree.names, tree.ifExists, tree.cascade, scene);

function planDrop(kind: DroppedKind, names: readonly ObjectName[], ifExists: boolean, cascade: boolean, scene: Scene): Outcome {
  const oids = new Set<number>();
  const notices: Notice[] = [];
  for (const name of names) {
    const item = kind === 'schema' ? scene.catalog.schema(spell(name)) : kind === 'type' ? findNamed(name, scene) : findItem(name, scene) ?? compositeOf(name, scene);
    if (item !== undefined) oids.add(checkKind(item, kind).oid);
    else {
      const missing = whatIsMissing(kind, name, scene);
      if (!ifExists) throw missing;
      notices.push({ severity: 'NOTICE', code: '00000', message: `${missing.message}, skipping` });
    }
  }
  const plan = dropPlan(scene.catalog, [...oids], cascade, scene.searchPath);
  refuseDroppingColumns(plan.changes, kind, scene);
  const changes = plan.changes.flatMap((change) => (change.kind === 'drop' ? [change.oid] : []));
  return { plan: { kind: 'drop', oids: changes, notices: [...notices, ...plan.notices], tag: `DROP ${kind.toUpperCase()}` } };
}

/** A composite type is among the relations. */
function compositeOf(name: ObjectName, scene: Scene): CatalogItem | undefined {
  const item = findNamed(name, scene);
  return item?.kind === 'composite type' ? item : undefined;
}

/** A column that goes means rows to be written anew. */
function refuseDroppingColumns(changes: readonly CatalogChange[], kind: DroppedKind, scene: Scene): void {
  const ofType = changes.find((change) => change.kind === 'replace' && change.item.kind === 'composite type');
  if (ofType?.kind === 'replace') throw notSupported(`DROP ${kind.toUpperCase()} ... CASCADE where composite types have a field of a type that goes`, `Drop the field first: ALTER TYPE ${quoteIdentifier(ofType.item.name)} DROP ATTRIBUTE ...`);
  const [found] = changes.flatMap((change) => {
    const before = change.kind === 'replace' && change.item.kind === 'table' ? scene.catalog.item(change.item.oid) : undefined;
    if (change.kind !== 'replace' || change.item.kind !== 'table' || before?.kind !== 'table') return [];
    const { columns } = change.item;
    const gone = before.columns.filter(({ name }) => !columns.some((column) => column.name === name)).map(({ name }) => quoteIdentifier(name));
    return gone.length === 0 ? [] : [{ table: change.item, gone }];
  });
  if (found === undefined) return;
  const { table, gone } = found;
  throw notSupported(`DROP ${kind.toUpperCase()} ... CASCADE where columns of tables have ${kind === 'type' ? 'the type' : 'a type that goes'}`, `Drop them first: ALTER TABLE ${quoteIdentifier(table.name)} ${gone.map((name) => `DROP COLUMN ${name}`).join(', ')}.`);
}

/** Where even the schema is missing, that is what Postgres speaks of. */
function whatIsMissing(kind: DroppedKind, name: ObjectName, scene: Scene): SqlError {
  const schema = name.parts.at(-2);
  if (kind !== 'schema' && schema !== undefined && scene.catalog.schema(schema) === undefined) return new SqlError('3F000', `schema "${schema}" does not exist`);
  return new SqlError(missingCodes[kind], `${kind} "${spell(name)}" does not exist`);
}

function checkKind(item: CatalogItem, kind: DroppedKind): CatalogItem {
  if (item.kind === 'system' || (item.kind === 'schema' && item.oid < 16384 && item.name !== 'public'))
    throw new SqlError('42501', item.kind === 'system' ? `permission denied: "${item.name}" is a system catalog` : `permission denied for schema ${item.name}`);
  // What CREATE VIEWS FROM SOURCE made is a table here, and was a view to whoever wrote it.
  const isView = kind === 'view' && item.kind === 'table' && item.origin.kind === 'source';
  if (item.kind === kind || isView || (kind === 'type' && isType(item))) return item;
  if (kind === 'type' && isRelation(item)) throw new SqlError('2BP01', `cannot drop type ${quoteIdentifier(item.name)} because ${item.kind} ${quoteIdentifier(item.name)} requires it`, { hint: `You can drop ${item.kind} ${quoteIdentifier(item.name)} instead.` });
  const article = kind === 'index' ? 'an' : 'a';
  throw new SqlError('42809', `"${item.name}" is not ${article} ${kind}`, { hint: `Use DROP ${isType(item) ? 'TYPE' : item.kind.toUpperCase()} to remove ${item.kind === 'index' ? 'an' : 'a'} ${isType(item) ? 'type' : item.kind}.` });
}
