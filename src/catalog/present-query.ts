import type { Column } from '../core/index.ts';
import { quoteIdentifier } from '../ir/index.ts';
import { displayName } from './describe.ts';
import type { MaterializedViewItem, RelationCatalogItem, ViewItem, WrittenRelation, WrittenSpot } from './items.ts';
import { isRelation } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/**
 * The query of a view with the names that things have now: as it was written where nothing that it reads has another name, place or further columns. Otherwise a relation goes by its new name
 * and keeps the old one as alias, with the old names of its columns, as Postgres does, so that the rest of the text stays what it was; each `*` becomes the list that it stood for.
 */
export function presentQuery(snapshot: CatalogSnapshot, view: ViewItem | MaterializedViewItem, searchPath: readonly string[]): string {
  const { query, written } = view;
  if (written === undefined) return query;
  const present = written.relations.map((relation) => presentOf(snapshot, relation));
  const grown = present.some((item, index) => item !== undefined && item.columns.length > written.relations[index]!.columns.length);
  let text = '';
  let from = 0;
  for (const spot of written.spots) {
    const now = spot.kind === 'star' ? (grown ? spot.list : undefined) : presentSpot(snapshot, spot, written.relations[spot.relation]!, present[spot.relation], searchPath, grown);
    if (now === undefined) continue;
    text += query.slice(from, spot.start) + now;
    from = spot.end;
  }
  return text + query.slice(from);
}

function presentOf(snapshot: CatalogSnapshot, { oid }: WrittenRelation): RelationCatalogItem | undefined {
  const item = snapshot.item(oid);
  return item !== undefined && isRelation(item) ? item : undefined;
}

/** An entry of FROM as it has to be written now; undefined: as it was. */
function presentSpot(snapshot: CatalogSnapshot, spot: WrittenSpot & { kind: 'relation' }, relation: WrittenRelation, item: RelationCatalogItem | undefined, searchPath: readonly string[], grown: boolean): string | undefined {
  if (item === undefined) return undefined;
  const moved = relation.schema === undefined ? item.schema !== relation.home : snapshot.schemaNameOf(item) !== relation.schema;
  const renamed = relation.columns.some((name, index) => item.columns[index]?.name !== name);
  if (item.name === relation.name && !moved && !renamed && !(grown && spot.table)) return undefined;
  const known = relation.columns.map((name, index) => spot.alias?.columns[index] ?? name);
  const list = known.every((name, index) => item.columns[index]?.name === name) ? '' : `(${known.map(quoteIdentifier).join(', ')})`;
  const alias = spot.alias?.name ?? relation.name;
  const select = spot.table ? `SELECT ${known.map(quoteIdentifier).join(', ')} FROM ` : '';
  return select + displayName(snapshot, item, searchPath) + (alias === item.name && list === '' ? '' : ` AS ${quoteIdentifier(alias)}${list}`);
}

/** The statement that would make the view as it is now. */
export function createStatement(snapshot: CatalogSnapshot, view: ViewItem | MaterializedViewItem, searchPath: readonly string[]): string {
  const query = presentQuery(snapshot, view, searchPath);
  const at = view.sql.lastIndexOf(view.query);
  if (at >= 0 && isHeadTrue(view)) return view.sql.slice(0, at) + query + view.sql.slice(at + view.query.length);
  const columns = view.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const options = view.kind === 'materialized view' && view.onError !== 'fail' ? ` WITH (ON ERROR = '${view.onError}')` : '';
  return `CREATE ${view.kind.toUpperCase()} ${displayName(snapshot, view, searchPath)} (${columns})${options} AS ${query}`;
}

function isHeadTrue(view: ViewItem | MaterializedViewItem): boolean {
  if (view.written === undefined) return true;
  const { name, schema, columns, onError } = view.written.head;
  return view.name === name && view.schema === schema && (view.kind === 'view' || view.onError === onError) && view.columns.every((column, index) => column.name === columns[index]);
}

/**
 * What the query of a view means by a name: the relation it was made over, its columns by the names that they had then; `seen` counts those that there were, which the text can name. Undefined where it does not use the name.
 * So a text can be read again whatever things are called by now.
 */
export function asWritten(snapshot: CatalogSnapshot, view: ViewItem | MaterializedViewItem, schema: string | undefined, name: string): { readonly item: RelationCatalogItem; readonly seen: number } | undefined {
  const relation = view.written?.relations.find((one) => one.schema === schema && one.name === name);
  const item = relation && presentOf(snapshot, relation);
  if (relation === undefined || item === undefined) return undefined;
  const named = <C extends { readonly name: string }>(columns: readonly C[]): readonly C[] => columns.map((column, index) => ({ ...column, name: relation.columns[index] ?? column.name }));
  return { item: { ...item, name, columns: named<Column>(item.columns), type: { ...item.type, columns: named(item.type.columns) } } as RelationCatalogItem, seen: relation.columns.length };
}
