import { createStatement } from '../../catalog/index.ts';
import type { CatalogItem } from '../../catalog/index.ts';
import { Oid, SqlError, sqlType } from '../../core/index.ts';
import { planQuery, readsCatalogOnly } from '../query.ts';
import type { ShowCreateTree, ShowObjectsTree } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { at, findItem, relationNamed, schemaNamed, spell } from './names.ts';
import type { Outcome } from './names.ts';

/** SHOW TABLES and its like: a query over the catalog, once what it is about is known to exist. */
export function planShowObjects(tree: ShowObjectsTree, scene: Scene): Outcome {
  if (tree.schema !== null) schemaNamed(tree.schema.parts.at(-1) ?? '', scene, tree.schema.position);
  if (tree.relation !== null) relationNamed(tree.relation, scene);
  const query = planQuery(tree.query, tree.querySql, planContext(scene, 'adhoc'));
  return { plan: { kind: 'query', query, readsCatalogOnly: readsCatalogOnly(query.relation) } };
}

/** SHOW CREATE: one row of the object's name and the statement that made it, as it was written; of a view with the names that things have now. */
export function planShowCreate(tree: ShowCreateTree, scene: Scene): Outcome {
  const item = findItem(tree.name, scene);
  if (item === undefined) throw new SqlError('42P01', `${tree.what} "${spell(tree.name)}" does not exist`, at(tree.name));
  if (item.kind !== tree.what && !isView(tree.what, item)) throw new SqlError('42809', `"${item.name}" is not ${tree.what === 'index' ? 'an' : 'a'} ${tree.what}`, at(tree.name));
  const columns = ['name', 'create_sql'].map((name) => ({ name, type: sqlType(Oid.text) }));
  const values = [`${scene.catalog.schemaNameOf(item)}.${item.name}`, item.kind === 'view' || item.kind === 'materialized view' ? createStatement(scene.catalog, item, scene.searchPath) : item.sql];
  const type = { columns: columns.map((column) => ({ ...column, nullable: false })), keys: [[]] };
  const query = { relation: { op: 'constant', rows: [{ values, weight: 1 }], type }, columns, order: [], limit: null, offset: null } as const;
  return { plan: { kind: 'query', query, readsCatalogOnly: true } };
}

/** A view of the system, and what CREATE VIEWS FROM SOURCE made, are views to their reader. */
const isView = (what: ShowCreateTree['what'], item: CatalogItem): boolean =>
  what === 'view' && ((item.kind === 'system' && item.query !== undefined) || (item.kind === 'table' && item.origin.kind === 'source'));
