import type { CommentStmt, RenameStmt } from '@pgsql/types';
import { isRelation, nameIsTaken } from '../../catalog/index.ts';
import type { CatalogItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import type { CommentTree, ObjectName, RenameTree } from '../syntax/index.ts';
import { columnIndex } from './context.ts';
import type { Scene } from './context.ts';
import { findItem, itemOfKind, nameOfNodes, nameOfRangeVar, relationNamed, schemaNamed, spell, takenBy } from './names.ts';
import type { Outcome } from './names.ts';

const objectKinds = {
  OBJECT_TABLE: 'table', OBJECT_VIEW: 'view', OBJECT_MATVIEW: 'materialized view', OBJECT_INDEX: 'index', OBJECT_SCHEMA: 'schema',
} as const;
type PostgresKind = (typeof objectKinds)[keyof typeof objectKinds];

const kindOf = (objectType: string | undefined): PostgresKind | undefined =>
  Object.entries(objectKinds).find(([key]) => key === objectType)?.[1];

export function planRename(statement: RenameStmt, scene: Scene): Outcome {
  const kind = kindOf(statement.renameType);
  if (kind === undefined) throw notSupported(`ALTER ... RENAME ${(statement.renameType ?? '').replace('OBJECT_', '')}`, 'Tables, views, indexes, schemas, sources, secrets and connections can be renamed.');
  const to = statement.newname ?? '';
  if (kind === 'schema') return renameTo(ofUser(schemaNamed(statement.subname ?? '', scene)), 'schema', to, scene);
  return renameNamed(kind, nameOfRangeVar(statement.relation, scene), to, statement.missing_ok === true, scene);
}

export const planRenameTree = (tree: RenameTree, scene: Scene): Outcome => renameNamed(tree.what, tree.name, tree.to, tree.ifExists, scene);

function renameNamed(kind: PostgresKind | RenameTree['what'], name: ObjectName, to: string, ifExists: boolean, scene: Scene): Outcome {
  const tag = `ALTER ${kind.toUpperCase()}`;
  const item = findItem(name, scene);
  if (item === undefined) {
    const message = `relation "${spell(name)}" does not exist`;
    if (!ifExists) throw new SqlError('42P01', message);
    return { plan: { kind: 'noop', tag }, notices: [{ severity: 'NOTICE', code: '00000', message: `${message}, skipping` }] };
  }
  // As in Postgres, ALTER TABLE also renames views and indexes.
  if (item.kind !== kind && !(kind === 'table' && (isRelation(item) || item.kind === 'index'))) throw new SqlError('42809', `"${item.name}" is not a ${kind}`);
  return renameTo(ofUser(item), kind, to, scene);
}

function renameTo(item: CatalogItem, kind: string, to: string, scene: Scene): Outcome {
  const existing = item.kind === 'schema' ? scene.catalog.schema(to) : takenBy({ schema: item.schema, name: to }, scene);
  if (existing !== undefined) throw nameIsTaken({ kind: item.kind, name: to });
  return { plan: { kind: 'rename', oid: item.oid, to, tag: `ALTER ${kind.toUpperCase()}` } };
}

function ofUser(item: CatalogItem): CatalogItem {
  if (item.kind === 'system') throw new SqlError('42501', `permission denied: "${item.name}" is a system catalog`);
  return item;
}

export function planComment(statement: CommentStmt, scene: Scene): Outcome {
  const text = statement.comment === undefined || statement.comment === '' ? null : statement.comment;
  const object = statement.object === undefined ? undefined : nameOfNodes(statement.object);
  if (object === undefined) throw new SqlError('42601', 'COMMENT ON needs an object');
  if (statement.objtype === 'OBJECT_COLUMN') return commentOnColumn(object, text, scene);
  const kind = kindOf(statement.objtype);
  if (kind === undefined) throw notSupported(`COMMENT ON ${(statement.objtype ?? '').replace('OBJECT_', '')}`, 'Tables, columns, views, indexes, schemas, sources, secrets and connections have comments.');
  const item = kind === 'schema' ? schemaNamed(spell(object), scene) : commented(kind, object, scene);
  return { plan: { kind: 'comment', oid: item.oid, column: 0, text } };
}

function commented(kind: Exclude<PostgresKind, 'schema'>, name: ObjectName, scene: Scene): CatalogItem {
  const item = findItem(name, scene);
  if (item === undefined) throw new SqlError('42P01', `relation "${spell(name)}" does not exist`);
  if (item.kind !== kind) throw new SqlError('42809', `"${item.name}" is not ${kind === 'index' ? 'an' : 'a'} ${kind}`);
  return item;
}

function commentOnColumn(name: ObjectName, text: string | null, scene: Scene): Outcome {
  const relation = relationNamed({ parts: name.parts.slice(0, -1), position: 0 }, scene);
  const column = name.parts.at(-1) ?? '';
  const index = columnIndex(ofUserRelation(relation), column);
  if (index < 0) throw new SqlError('42703', `column "${column}" of relation "${relation.name}" does not exist`);
  return { plan: { kind: 'comment', oid: relation.oid, column: index + 1, text } };
}

const ofUserRelation = (item: ReturnType<typeof relationNamed>): ReturnType<typeof relationNamed>['columns'] => {
  ofUser(item);
  return item.columns;
};

export const planCommentTree = (tree: CommentTree, scene: Scene): Outcome => ({
  plan: { kind: 'comment', oid: itemOfKind(tree.what, tree.name, scene).oid, column: 0, text: tree.comment },
});
