import { quoteIdentifier } from '../ir/index.ts';
import type { CatalogItem } from './items.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/** The item's name as SQL text, with its schema where the name alone would not find it. */
export function displayName(snapshot: CatalogSnapshot, item: CatalogItem, searchPath: readonly string[]): string {
  const name = quoteIdentifier(item.name);
  return item.kind === 'schema' || snapshot.isVisible(item, searchPath) ? name : `${quoteIdentifier(snapshot.schemaNameOf(item))}.${name}`;
}

/** The item as messages name it: `materialized view m`. */
export function describe(snapshot: CatalogSnapshot, item: CatalogItem, searchPath: readonly string[]): string {
  const kind = item.kind === 'system' ? (item.query === undefined ? 'table' : 'view') : item.kind === 'composite type' ? 'type' : item.kind;
  return `${kind} ${displayName(snapshot, item, searchPath)}`;
}
