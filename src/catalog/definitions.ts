import { InvariantError } from '../core/index.ts';
import { quoteIdentifier } from '../ir/index.ts';
import type { IndexItem, KeyConstraint, RelationCatalogItem } from './items.ts';
import { indexOfKey } from './oids.ts';
import { isRelation } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/** An index as pg_index shows it: one made by CREATE INDEX, or the one that stands for a key constraint. */
export interface IndexDescription {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly on: RelationCatalogItem;
  /** column indexes of the relation */
  readonly columns: readonly number[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly constraint?: KeyConstraint;
  readonly comment?: string;
}

/** All indexes of a snapshot, by OID. */
export function indexesOf(snapshot: CatalogSnapshot): ReadonlyMap<number, IndexDescription> {
  let found = indexCache.get(snapshot);
  if (found === undefined) {
    found = new Map([...findIndexes(snapshot)].map((index) => [index.oid, index]));
    indexCache.set(snapshot, found);
  }
  return found;
}
const indexCache = new WeakMap<CatalogSnapshot, ReadonlyMap<number, IndexDescription>>();

function* findIndexes(snapshot: CatalogSnapshot): Iterable<IndexDescription> {
  for (const item of snapshot.items.values()) {
    if (item.kind === 'index') yield describeIndex(snapshot, item);
    if (item.kind === 'table') {
      for (const key of item.keys) {
        yield {
          oid: indexOfKey(key.oid), name: key.name, schema: item.schema, on: item, columns: key.columns, unique: true, primary: key.primary, constraint: key,
        };
      }
    }
  }
}

function describeIndex(snapshot: CatalogSnapshot, item: IndexItem): IndexDescription {
  const on = snapshot.item(item.on);
  if (on === undefined || !isRelation(on)) throw new InvariantError(`index ${item.name} lies on ${item.on}, which is no relation`);
  return { oid: item.oid, name: item.name, schema: item.schema, on, columns: item.columns, unique: item.unique, primary: false, comment: item.comment };
}

const columnNames = (relation: RelationCatalogItem, columns: readonly number[]): string =>
  columns.map((column) => quoteIdentifier(relation.columns[column]!.name)).join(', ');

/** CREATE INDEX as pg_get_indexdef writes it. */
export function indexDefinition(snapshot: CatalogSnapshot, index: IndexDescription): string {
  const relation = `${quoteIdentifier(snapshot.schemaNameOf(index.on))}.${quoteIdentifier(index.on.name)}`;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${relation} USING btree (${columnNames(index.on, index.columns)})`;
}

/** The constraint as pg_get_constraintdef writes it. */
export const constraintDefinition = (relation: RelationCatalogItem, key: KeyConstraint): string =>
  `${key.primary ? 'PRIMARY KEY' : 'UNIQUE'} (${columnNames(relation, key.columns)})`;
