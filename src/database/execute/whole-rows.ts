import { typeOidsOf, userTypeOf } from '../../catalog/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, MaterializedViewItem, ViewItem } from '../../catalog/index.ts';
import { mapScalars, someRelation, someScalar } from '../../ir/index.ts';
import type { Relation } from '../../ir/index.ts';
import type { DatabaseSession } from '../session/session.ts';
import { planAgain, readersOf, settled, withPlan } from './replace-view.ts';

/** Whether rows of these types are values in a query, as wholes or in arrays. */
export function hasValuesOf(relation: Relation, types: ReadonlySet<number>): boolean {
  let found = false;
  mapScalars(relation, (scalar) => {
    found ||= someScalar(scalar, ({ type }) => types.has(type.oid));
    return scalar;
  });
  return found;
}

/**
 * Of the items that change with a relation whose columns are others now, those for which its whole rows are values: planned again from their texts, so that the rows have the new columns.
 * `items` are as they would be otherwise, under the relation ids that they keep.
 */
export function withRowsAnew(of: CatalogItem, items: readonly CatalogItem[], changes: readonly CatalogChange[], session: DatabaseSession): readonly CatalogItem[] {
  const types = new Set(typeOidsOf(of));
  const before = session.catalog;
  let catalog: CatalogSnapshot = before.apply(changes);
  const anew = new Map<number, ViewItem | MaterializedViewItem>();
  for (const { oid } of readersOf(before, of.oid)) {
    const item = items.find((one) => one.oid === oid);
    if (item === undefined || (item.kind !== 'view' && item.kind !== 'materialized view') || !usesRows(before.item(oid), types)) continue;
    const again = settled(withPlan(item, planAgain(item, catalog, session, `changing the columns of "${of.name}", of which "${item.name}" has whole rows`)));
    anew.set(oid, again);
    catalog = catalog.apply([{ kind: 'replace', item: again }]);
  }
  return items.map((item) => anew.get(item.oid) ?? item);
}

const usesRows = (item: CatalogItem | undefined, types: ReadonlySet<number>): boolean =>
  (item?.kind === 'view' || item?.kind === 'materialized view') && (item.columns.some(({ type }) => types.has(type.oid)) || hasValuesOf(item.lowered ?? item.relation, types));

/** Materialized views that hold JSON of a relation's whole rows: in it the columns' names are. */
export function viewsWithNames(of: CatalogItem, catalog: CatalogSnapshot): readonly MaterializedViewItem[] {
  const types = new Set(typeOidsOf(of));
  return [...catalog.items.values()].filter((item): item is MaterializedViewItem => item.kind === 'materialized view' && hasValuesOf(item.relation, types) && makesJson(item.relation));
}

function makesJson(relation: Relation): boolean {
  let found = someRelation(relation, (node) => node.op === 'reduce' && node.aggregates.some((aggregate) => /json/.test(aggregate.function)));
  mapScalars(relation, (scalar) => {
    found ||= someScalar(scalar, (node) => node.op === 'call' && /json/.test(node.function));
    return scalar;
  });
  return found;
}

/** Whether both give the same type, field for field. */
export const haveSameRows = (a: CatalogItem, b: CatalogItem): boolean => JSON.stringify(userTypeOf(a)) === JSON.stringify(userTypeOf(b));
