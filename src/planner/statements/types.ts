import type { AlterEnumStmt, CreateEnumStmt, Node } from '@pgsql/types';
import { isRelation, isType, nameIsTaken } from '../../catalog/index.ts';
import type { CompositeTypeItem, TypeItem } from '../../catalog/index.ts';
import { SqlError } from '../../core/index.ts';
import { quoteIdentifier } from '../../ir/index.ts';
import type { ObjectName } from '../syntax/index.ts';
import type { Scene } from './context.ts';
import { findNamed, newName, nameOfNodes, spell, takenBy } from './names.ts';
import type { Outcome } from './names.ts';

/** Enums, and what is said of types of any kind. */

const MAX_LABEL_BYTES = 63;

function checkLabel(label: string): string {
  if (Buffer.byteLength(label) > MAX_LABEL_BYTES) throw new SqlError('42602', `invalid enum label "${label}"`, { detail: 'Labels must be 63 bytes or less.' });
  return label;
}

export function planCreateEnum(statement: CreateEnumStmt, scene: Scene): Outcome {
  const name = newName(nameOfNodes(statement.typeName ?? []), scene);
  const labels = (statement.vals ?? []).map((node: Node) => checkLabel('String' in node ? (node.String.sval ?? '') : ''));
  // pg_enum has one row a label, and says so by the name of its key.
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  const taken = takenBy(name, scene);
  if (taken !== undefined) throw nameIsTaken({ kind: 'type', name: name.name });
  if (twice !== undefined) throw new SqlError('42710', `enum label "${twice}" used more than once`);
  return { plan: { kind: 'createEnum', name, labels, sql: scene.sql } };
}

/** The type that CREATE TYPE made under this name. */
export function typeItemNamed(name: ObjectName, scene: Scene): TypeItem | CompositeTypeItem {
  const item = findNamed(name, scene);
  if (item !== undefined && isType(item)) return item;
  if (item !== undefined && isRelation(item)) throw new SqlError('42809', `${quoteIdentifier(item.name)} is a table's row type`, { hint: 'Use ALTER TABLE instead.' });
  throw new SqlError('42704', `type "${spell(name)}" does not exist`);
}

/** The enum of this name. */
export function enumNamed(name: ObjectName, scene: Scene): TypeItem {
  const item = findNamed(name, scene);
  if (item === undefined) throw new SqlError('42704', `type "${spell(name)}" does not exist`);
  if (item.kind !== 'type') throw isRelation(item) || item.kind === 'composite type' ? new SqlError('42809', `${quoteIdentifier(item.name)} is not an enum`) : new SqlError('42704', `type "${spell(name)}" does not exist`);
  return item;
}

/** ALTER TYPE ... ADD VALUE and RENAME VALUE. */
export function planAlterEnum(statement: AlterEnumStmt, scene: Scene): Outcome {
  const item = enumNamed(nameOfNodes(statement.typeName ?? []), scene);
  const label = checkLabel(statement.newVal ?? '');
  const place = (name: string): number => item.labels.findIndex((other) => other.name === name);
  if (statement.oldVal !== undefined) {
    if (place(statement.oldVal) < 0) throw new SqlError('22023', `"${statement.oldVal}" is not an existing enum label`);
    if (place(label) >= 0) throw new SqlError('42710', `enum label "${label}" already exists`);
    return { plan: { kind: 'alterEnum', oid: item.oid, change: { kind: 'rename', from: statement.oldVal, to: label } } };
  }
  if (place(label) >= 0) {
    if (statement.skipIfNewValExists !== true) throw new SqlError('42710', `enum label "${label}" already exists`);
    return { plan: { kind: 'noop', tag: 'ALTER TYPE' }, notices: [{ severity: 'NOTICE', code: '42710', message: `enum label "${label}" already exists, skipping` }] };
  }
  const neighbour = statement.newValNeighbor;
  if (neighbour === undefined) return { plan: { kind: 'alterEnum', oid: item.oid, change: { kind: 'add', label, at: item.labels.length } } };
  if (place(neighbour) < 0) throw new SqlError('22023', `"${neighbour}" is not an existing enum label`);
  return { plan: { kind: 'alterEnum', oid: item.oid, change: { kind: 'add', label, at: place(neighbour) + (statement.newValIsAfter === true ? 1 : 0) } } };
}
