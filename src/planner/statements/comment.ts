import type { CommentStmt } from '@pgsql/types';
import { constraintsOf } from '../../catalog/index.ts';
import type { CatalogItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import type { CommentTree, ObjectName } from '../syntax/index.ts';
import { columnIndex } from './context.ts';
import type { Scene } from './context.ts';
import { findItem, itemOfKind, nameOfNodes, relationNamed, schemaNamed, spell } from './names.ts';
import type { Outcome } from './names.ts';
import { kindOf, ofUser } from './rename.ts';
import type { PostgresKind } from './rename.ts';
import { typeItemNamed } from './types.ts';

export function planComment(statement: CommentStmt, scene: Scene): Outcome {
  const text = statement.comment === undefined || statement.comment === '' ? null : statement.comment;
  const object = statement.object === undefined ? undefined : nameOfNodes(statement.object);
  if (object === undefined) throw new SqlError('42601', 'COMMENT ON needs an object');
  if (statement.objtype === 'OBJECT_COLUMN') return commentOnColumn(object, text, scene);
  if (statement.objtype === 'OBJECT_TABCONSTRAINT') return commentOnConstraint(object, text, scene);
  if (statement.objtype === 'OBJECT_TYPE') return { plan: { kind: 'comment', oid: typeItemNamed(object, scene).oid, column: 0, text } };
  const kind = kindOf(statement.objtype);
  if (kind === undefined) throw notSupported(`COMMENT ON ${(statement.objtype ?? '').replace('OBJECT_', '')}`, 'Tables, columns, constraints, views, indexes, sequences, schemas, sources, secrets and connections have comments.');
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

function commentOnConstraint(name: ObjectName, text: string | null, scene: Scene): Outcome {
  const relation = relationNamed({ parts: name.parts.slice(0, -1), position: 0 }, scene);
  const constraint = relation.kind === 'table' ? constraintsOf(relation).find((one) => one.name === name.parts.at(-1)) : undefined;
  if (constraint === undefined) throw new SqlError('42704', `constraint "${name.parts.at(-1)}" for table "${relation.name}" does not exist`);
  return { plan: { kind: 'comment', oid: relation.oid, column: 0, constraint: constraint.oid, text } };
}

const ofUserRelation = (item: ReturnType<typeof relationNamed>): ReturnType<typeof relationNamed>['columns'] => {
  ofUser(item);
  return item.columns;
};

export const planCommentTree = (tree: CommentTree, scene: Scene): Outcome => ({
  plan: { kind: 'comment', oid: itemOfKind(tree.what, tree.name, scene).oid, column: 0, text: tree.comment },
});
