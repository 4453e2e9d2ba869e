import type { Datum } from '../core/index.ts';
import { userTypeOf } from '../catalog/index.ts';
import type { CatalogItem, CatalogSnapshot, MaterializedViewItem, RelationCatalogItem } from '../catalog/index.ts';
import type { Relation, RelationId } from '../ir/index.ts';
import { mapInputs, mapScalars, nullErrors, someRelation, someScalar } from '../ir/index.ts';
import type { BaseOptions } from '../views/index.ts';
import type { EngineAction } from './engine/messages.ts';

/** The relations a query reads by `get`. */
export function readsOf(relation: Relation, found = new Set<RelationId>()): Set<RelationId> {
  if (relation.op === 'get') found.add(relation.id);
  else mapInputs(relation, (child) => (readsOf(child, found), child));
  return found;
}

/** Whether the answer depends on the time of the state that is read, not on its rows alone. */
export function asksTime(relation: Relation): boolean {
  let found = someRelation(relation, ({ op }) => op === 'temporalFilter');
  mapScalars(relation, (scalar) => {
    found ||= someScalar(scalar, ({ op }) => op === 'currentTime');
    return scalar;
  });
  return found;
}

/** The relation with each relation of the catalog replaced by its rows. */
export function embedCatalog(relation: Relation, rows: (id: RelationId) => readonly (readonly Datum[])[] | undefined): Relation {
  if (relation.op === 'get') {
    const found = rows(relation.id);
    return found === undefined ? relation : { op: 'constant', type: relation.type, rows: found.map((values) => ({ values, weight: 1 })) };
  }
  return mapInputs(relation, (child) => embedCatalog(child, rows));
}

/** The outside relations (tables and sources) that a relation's rows come from, through materialized views. */
export function originsOf(ids: Iterable<RelationId>, catalog: CatalogSnapshot, found = new Set<RelationCatalogItem>()): Set<RelationCatalogItem> {
  for (const id of ids) {
    const item = catalog.relation(id);
    if (item === undefined) continue;
    if (item.kind === 'materialized view') originsOf(readsOf(item.relation), catalog, found);
    else found.add(item);
  }
  return found;
}

/** What is kept of a materialized view: its query, with NULL for errors where it says so. */
export const heldRelation = (item: MaterializedViewItem): Relation => (item.onError === 'null' ? nullErrors(item.relation) : item.relation);

/** What the engine needs to know of a relation or index of the catalog; nothing for those it does not hold. */
export function engineActions(item: CatalogItem, name: string, catalog: CatalogSnapshot): readonly Extract<EngineAction, { kind: 'addRelation' | 'addView' | 'addIndex' }>[] {
  switch (item.kind) {
    case 'table':
      return [{ kind: 'addRelation', id: item.id, type: item.type, options: tableOptions(item, name) }];
    case 'source':
      return item.origin.kind === 'postgres' ? [] : [{ kind: 'addRelation', id: item.id, type: item.type, options: { held: false, keys: [], enforced: false, name } }];
    case 'materialized view':
      return [{ kind: 'addView', id: item.id, name, type: item.type, relation: heldRelation(item), onError: item.onError }];
    case 'index': {
      const on = catalog.item(item.on);
      if (on === undefined || !('id' in on)) return [];
      return [{ kind: 'addIndex', id: on.id, options: { index: String(item.oid), name: item.name, columns: item.columns, unique: item.unique } }];
    }
    default:
      return [];
  }
}

/** What the engine is told of the types that items give: those that are not what `before` has. */
export function typeActions(items: readonly CatalogItem[], before?: CatalogSnapshot): readonly Extract<EngineAction, { kind: 'defineType' }>[] {
  return items.flatMap((item) => {
    const type = userTypeOf(item);
    const known = before?.item(item.oid);
    return type === undefined || (known !== undefined && JSON.stringify(userTypeOf(known)) === JSON.stringify(type)) ? [] : [{ kind: 'defineType', type }];
  });
}

/** What takes a dropped object from the engine. */
export function dropActions(item: CatalogItem, catalog: CatalogSnapshot): readonly EngineAction[] {
  return engineActions(item, item.name, catalog).map((action): EngineAction => (action.kind === 'addIndex' ? { kind: 'dropIndex', id: action.id, index: action.options.index } : { kind: 'remove', id: action.id }));
}

function tableOptions(item: CatalogItem & { kind: 'table' }, name: string): BaseOptions {
  if (item.origin.kind === 'user') {
    const keys = [...item.keys].sort((a, b) => Number(b.primary) - Number(a.primary)).map((key) => ({ name: key.name, columns: key.columns, ...(key.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}) }));
    return { held: true, keys, enforced: true, name };
  }
  return { held: true, keys: item.keys.map((key) => ({ name: key.name, columns: key.columns })), enforced: false, name };
}
