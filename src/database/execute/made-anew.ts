import type { CatalogChange, CatalogItem, CatalogSnapshot, MaterializedViewItem, OidAllocator, TableItem, ViewItem } from '../../catalog/index.ts';
import { mapInputs, relationTypeOf } from '../../ir/index.ts';
import type { Relation, RelationId } from '../../ir/index.ts';
import { nameOf } from '../core.ts';
import type { EngineAction } from '../engine/messages.ts';
import { engineActions, heldRelation } from '../relations.ts';
import type { CatalogWork } from '../transaction.ts';

/** What else has to be right of the readers of relations that are made anew. */
export interface Readers {
  /** objects that are dropped at the same time */
  readonly gone?: ReadonlySet<number>;
  /** where facts have changed on which a reader's relation may rest: optimises it again */
  readonly optimized?: (lowered: Relation) => Relation;
  /** a reader with the columns that it names as they are numbered from now on */
  readonly moved?: <V extends ViewItem | MaterializedViewItem>(reader: V) => V;
}

/**
 * What reads relations that are replaced, directly or not, over what stands in their place (`replaced`); materialized views among it are new relations themselves, and fill from the beginning:
 * the engine keeps the old ones until the catalog knows the new, and whoever reads these waits until they are filled, so that nobody sees anything between the two.
 */
export function readersAnew(replaced: Map<RelationId, Relation>, catalog: CatalogSnapshot, oids: OidAllocator, { gone, optimized, moved }: Readers = {}): CatalogItem[] {
  const rewrite = (relation: Relation): Relation => (relation.op === 'get' ? replaced.get(relation.id) ?? relation : mapInputs(relation, rewrite));
  const renumbered = <V extends ViewItem | MaterializedViewItem>(reader: V): V => moved?.(reader) ?? reader;
  const found = new Map<number, CatalogItem>();
  for (let known = -1; known !== found.size; ) {
    known = found.size;
    for (const item of catalog.items.values()) {
      if ((item.kind !== 'view' && item.kind !== 'materialized view') || found.has(item.oid) || gone?.has(item.oid) || replaced.has(item.id)) continue;
      const before = item.lowered ?? item.relation;
      const lowered = rewrite(before);
      if (JSON.stringify(readIds(lowered)) === JSON.stringify(readIds(before))) continue;
      const again = { ...(item.lowered && { lowered }), relation: optimized?.(lowered) ?? rewrite(item.relation) };
      if (item.kind === 'view') {
        found.set(item.oid, { ...renumbered(item), ...again, ...typed(item, again.relation) });
        continue;
      }
      const { id } = oids.relation();
      const view: MaterializedViewItem = { ...renumbered(item), ...again, id };
      const made: MaterializedViewItem = { ...view, ...typed(view, heldRelation(view)) };
      found.set(item.oid, made);
      replaced.set(item.id, { op: 'get', id, type: made.type });
    }
  }
  return [...found.values()];
}

/** The view's columns, NULL where its relation says that they may be. */
function typed({ columns, type }: Pick<MaterializedViewItem, 'columns' | 'type'>, relation: Relation): Pick<MaterializedViewItem, 'columns' | 'type'> {
  const { columns: made } = relationTypeOf(relation);
  const shown = columns.map((column, index) => ({ ...column, nullable: made[index]!.nullable }));
  return { columns: shown, type: { ...type, columns: shown } };
}

function readIds(relation: Relation): string[] {
  if (relation.op === 'get') return [relation.id];
  const ids: string[] = [];
  mapInputs(relation, (input) => (ids.push(...readIds(input)), input));
  return ids;
}

/** What the engine is told of items that are new relations, with their indexes, and of those they replace. `next` is the catalog with them, `removals` what else it is rid of. */
export function actionsAnew(items: readonly CatalogItem[], catalog: CatalogSnapshot, next: CatalogSnapshot, removals: readonly EngineAction[] = []): readonly EngineAction[] {
  const held = items.filter((item) => engineActions(item, '', next).length > 0);
  const indexes = held.flatMap((item) => next.dependents(item.oid).filter((dependent) => dependent.kind === 'index' && dependent.on === item.oid));
  return [
    ...[...held, ...indexes].flatMap((item) => engineActions(item, nameOf(next, item), next)),
    ...removals, ...held.toReversed().map((item): EngineAction => ({ kind: 'remove', id: (catalog.item(item.oid) as TableItem).id })),
  ];
}

/** A materialized view with another definition, or another reading of it, and all that reads it. */
export function viewAnew(old: MaterializedViewItem, changed: MaterializedViewItem, catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  const { id } = oids.relation();
  const view: MaterializedViewItem = { ...changed, id, ...typed(changed, heldRelation(changed)) };
  return workAnew([view], new Map([[old.id, { op: 'get', id, type: view.type }]]), catalog, oids);
}

/** Materialized views that have to be computed again though they say what they said, and all that reads them. */
export function viewsAnew(views: readonly MaterializedViewItem[], catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  const replaced = new Map<RelationId, Relation>();
  const renewed = views.map((view): MaterializedViewItem => {
    const { id } = oids.relation();
    replaced.set(view.id, { op: 'get', id, type: view.type });
    return { ...view, id };
  });
  const over = (relation: Relation): Relation => (relation.op === 'get' ? replaced.get(relation.id) ?? relation : mapInputs(relation, over));
  return workAnew(renewed.map((view) => ({ ...view, relation: over(view.relation), ...(view.lowered && { lowered: over(view.lowered) }) })), replaced, catalog, oids);
}

function workAnew(views: readonly MaterializedViewItem[], replaced: Map<RelationId, Relation>, catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  if (views.length === 0) return { changes: [], actions: [] };
  const items = [...views, ...readersAnew(replaced, catalog, oids)].toSorted((a, b) => a.oid - b.oid);
  const changes = items.map((item): CatalogChange => ({ kind: 'replace', item }));
  return { changes, actions: actionsAnew(items, catalog, catalog.apply(changes)) };
}
