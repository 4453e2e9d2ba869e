import type { IndexStmt, Node } from '@pgsql/types';
import type { RelationCatalogItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import { positionOf } from '../syntax/index.ts';
import type { CreateDefaultIndexTree } from '../syntax/index.ts';
import { columnIndex } from './context.ts';
import type { Scene } from './context.ts';
import { chooseName, nameOfRangeVar, relationNamed, takenBy, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';

/** CREATE INDEX. Accepted without effect: CONCURRENTLY (nothing is ever locked), ASC/DESC and NULLS FIRST/LAST (an index serves equality; order is made by the query). */
export function planCreateIndex(statement: IndexStmt, scene: Scene): Outcome {
  const position = positionOf(scene.text, statement.relation?.location);
  refuseIndexFeatures(statement, position);
  const on = indexable(relationNamed({ ...nameOfRangeVar(statement.relation, scene), position: 0 }, scene), position);
  if (statement.unique === true && !(on.kind === 'table' && on.origin.kind === 'user'))
    throw notSupported('UNIQUE on anything but a table', 'What is derived or replicated cannot be refused rows; leave UNIQUE out.', position);
  const names = (statement.indexParams ?? []).map((parameter) => indexedColumn(parameter, position));
  const columns = names.map((name) => {
    const index = columnIndex(on.columns, name);
    if (index < 0) throw new SqlError('42703', `column "${name}" does not exist`);
    return index;
  });
  return planIndex(statement.idxname, on, columns, statement.unique === true, statement.if_not_exists === true, 'idx', names.join('_'), scene);
}

function refuseIndexFeatures(statement: IndexStmt, position: number | undefined): void {
  const refused: readonly (readonly [unknown, string, string])[] = [
    [statement.whereClause, 'WHERE of CREATE INDEX', 'Index a view that has the condition.'],
    [statement.indexIncludingParams, 'INCLUDE', 'An index leads to the whole row; leave it out.'],
    [statement.options, 'WITH (...) of CREATE INDEX', 'Indexes have no storage parameters; leave it out.'],
    [statement.tableSpace, 'TABLESPACE', 'There is one data directory; leave it out.'],
    [statement.nulls_not_distinct, 'NULLS NOT DISTINCT', 'Leave it out.'],
  ];
  for (const [present, feature, hint] of refused) if (present !== undefined) throw notSupported(feature, hint, position);
  const method = statement.accessMethod ?? 'btree';
  if (method !== 'btree' && method !== 'hash') throw notSupported(`access method "${method}"`, 'Indexes serve equality; leave USING out.', position);
}

function indexedColumn(parameter: Node, position: number | undefined): string {
  const element = 'IndexElem' in parameter ? parameter.IndexElem : {};
  if (element.name === undefined) throw notSupported('an index on an expression', 'Compute it in a view, and index that.', position);
  if (element.opclass !== undefined || element.collation !== undefined) throw notSupported('operator classes and collations of an index', 'Leave them out.', position);
  return element.name;
}

function indexable(item: RelationCatalogItem, position: number | undefined): RelationCatalogItem {
  if (item.kind === 'system') throw new SqlError('42501', `permission denied: "${item.name}" is a system catalog`);
  if (item.kind === 'view') throw notSupported('an index on a view', 'CREATE MATERIALIZED VIEW keeps the rows that an index needs.', position);
  if (item.kind === 'source') throw notSupported('an index on a source', `The rows of a source are not held in memory: CREATE MATERIALIZED VIEW v AS SELECT * FROM ${item.name}, and index that.`, position);
  return item;
}

export function planDefaultIndex(tree: CreateDefaultIndexTree, scene: Scene): Outcome {
  const on = indexable(relationNamed(tree.on, scene), tree.on.position);
  const columns = on.type.keys[0] ?? on.columns.map((_, i) => i);
  return planIndex(undefined, on, columns, false, tree.ifNotExists, 'idx', 'primary', scene);
}

function planIndex(
  written: string | undefined, on: RelationCatalogItem, columns: readonly number[], unique: boolean, ifNotExists: boolean, label: string, middle: string, scene: Scene,
): Outcome {
  const taken = (name: string): boolean => takenBy({ schema: on.schema, name }, scene) !== undefined;
  const name = written ?? chooseName(on.name, middle, label, taken);
  return whenTaken('index', { schema: on.schema, name }, ifNotExists, scene)
    ?? { plan: { kind: 'createIndex', name, on: on.oid, columns, unique, ifNotExists, sql: scene.sql } };
}
