import type { CatalogItem } from './items.ts';
import { isRelation, typeOidsOf } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/**
 * A column in which values of an item's row type, or arrays of them, are kept, by the relation's name and its own: of a table or source, and where `inViews` of a materialized view.
 * Ordinary views keep nothing, but what has rows of theirs does.
 */
export function columnOfRowType(snapshot: CatalogSnapshot, item: CatalogItem, inViews: boolean, seen = new Set<number>()): string | undefined {
  if (seen.has(item.oid)) return undefined;
  seen.add(item.oid);
  // the array first, as in Postgres
  for (const oid of typeOidsOf(item).toReversed()) {
    for (const user of snapshot.dependents(item.oid).toSorted((a, b) => a.oid - b.oid)) {
      const column = isRelation(user) ? user.columns.find(({ type }) => type.oid === oid) : undefined;
      if (column === undefined) continue;
      const keeps = user.kind === 'table' || user.kind === 'source' || (inViews && user.kind === 'materialized view');
      const found = keeps ? `${user.name}.${column.name}` : columnOfRowType(snapshot, user, inViews, seen);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
