import { InvariantError, notSupported, SqlError } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, CompositeTypeItem, MaterializedViewItem, OidAllocator, ViewItem } from '../../catalog/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import { planViewAgain } from '../../planner/index.ts';
import { heldRelation } from '../relations.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { actionsAnew } from './made-anew.ts';

type View = ViewItem | MaterializedViewItem;

/** Whether `after` has all columns of `before` as they are, and perhaps further ones behind them. */
export const isExtension = (before: readonly Column[], after: readonly Column[]): boolean =>
  before.every(({ name, type }, index) => after[index]?.name === name && after[index].type.oid === type.oid && after[index].type.typmod === type.typmod);

/**
 * CREATE OR REPLACE of a view: it keeps its OID, its comments and its indexes. All views over it, directly or not, are planned anew from their texts. Materialized ones among them
 * are new relations that fill from the beginning, and all change places at one moment: nobody reads old and new ones together.
 */
export function viewReplaced(view: View, old: View, session: DatabaseSession, oids: OidAllocator): CatalogWork {
  const first = { ...view, oid: old.oid, id: view.kind === 'view' ? old.id : view.id, rowType: old.rowType, ...(old.comment !== undefined && { comment: old.comment }), ...(old.columnComments && { columnComments: old.columnComments }) } as View;
  return readersPlannedAgain(settled(first), session, oids, (reader) => `replacing a view that "${reader}" reads`);
}

/** An object in the place of one that views rest on, and these planned again; 0A000 of `what` of the view for which that cannot be. */
export function readersPlannedAgain(first: View | CompositeTypeItem, session: DatabaseSession, oids: OidAllocator, what: (reader: string) => string): CatalogWork {
  const items: (View | CompositeTypeItem)[] = [first];
  let catalog = session.catalog.apply(replacing(items));
  for (const reader of readersOf(session.catalog, first.oid)) {
    const again = plannedAgain(reader, catalog, session, oids, what(reader.name));
    items.push(again);
    catalog = catalog.apply(replacing([again]));
  }
  return { changes: replacing(items), actions: actionsAnew(items, session.catalog, catalog) };
}

const replacing = (items: readonly CatalogItem[]): readonly CatalogChange[] => items.map((item) => ({ kind: 'replace', item }));

/** The views over a relation, directly or not, each behind all that it reads. */
export function readersOf(catalog: CatalogSnapshot, oid: number): readonly View[] {
  const found: View[] = [];
  const seen = new Set<number>();
  const visit = (needed: number): void => {
    for (const item of catalog.dependents(needed)) {
      if ((item.kind !== 'view' && item.kind !== 'materialized view') || seen.has(item.oid)) continue;
      seen.add(item.oid);
      visit(item.oid);
      found.unshift(item);
    }
  };
  visit(oid);
  return found;
}

function plannedAgain(reader: View, catalog: CatalogSnapshot, session: DatabaseSession, oids: OidAllocator, what: string): View {
  const again = withPlan(reader, planAgain(reader, catalog, session, what));
  return settled(again.kind === 'view' ? again : { ...again, id: oids.relation().id });
}

/** A view of the catalog, planned again from its text: its columns are what they were. */
export function withPlan<V extends View>(reader: V, { relation, lowered, columns, dependsOn, columnsRead, keysUsed }: ReturnType<typeof planViewAgain>): V {
  if (!isExtension(reader.columns, columns) || columns.length !== reader.columns.length) throw new InvariantError(`${reader.name} has other columns when planned again`);
  return { ...reader, relation, lowered, columns, type: { columns, keys: [] }, dependsOn, columnsRead, keysUsed };
}

/** 0A000 of `what` where the text has no meaning any more. */
export function planAgain(reader: View, catalog: CatalogSnapshot, session: DatabaseSession, what: string): ReturnType<typeof planViewAgain> {
  try {
    return planViewAgain(reader, { ...session.statementContext([]), catalog });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const cause = notSupported(what, 'Drop that view first, and make it again.');
    throw new SqlError(cause.code, cause.message, { ...cause.fields, detail: `It cannot be planned again: ${error.message}`, cause: error });
  }
}

/** A view whose columns say what may be NULL in what is held of it. */
export function settled(view: View): View {
  if (view.kind === 'view') return view;
  const held = relationTypeOf(heldRelation(view)).columns;
  const columns = view.columns.map((column, index) => ({ ...column, nullable: held[index]!.nullable }));
  return { ...view, columns, type: { ...view.type, columns } };
}
