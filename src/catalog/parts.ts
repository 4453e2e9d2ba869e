import { Oid } from '../core/index.ts';
import { isSequenceFunction, mapScalar, operandsOf } from '../ir/index.ts';
import type { Scalar } from '../ir/index.ts';
import type { CatalogItem, MaterializedViewItem, TableItem, ViewItem, WrittenRelation, WrittenSpot } from './items.ts';
import { rowKeys } from './row-keys.ts';

/** The sequences that an expression names, by OID. */
export function sequencesOf(scalar: Scalar | undefined): number[] {
  if (scalar === undefined) return [];
  const own = scalar.op === 'call' && isSequenceFunction(scalar.function) ? scalar.args[0] : undefined;
  return [...(own?.op === 'literal' && own.type.oid === Oid.regclass && typeof own.value === 'number' ? [own.value] : []), ...operandsOf(scalar).flatMap(sequencesOf)];
}

/** The columns of a table that a view names; all of them where the view does not say. */
export function columnsUsed(view: ViewItem | MaterializedViewItem, table: TableItem): ReadonlySet<number> {
  if (view.columnsRead === undefined) return new Set(table.columns.keys());
  return new Set(view.columnsRead.find(([oid]) => oid === table.oid)?.[1]);
}

/** The table without one of its columns, which nothing refers to any more: what stands behind it moves up. Its rows are those of another relation then. */
export function withoutColumn(table: TableItem, at: number): TableItem {
  const moved = (index: number): number => (index > at ? index - 1 : index);
  const shift = (scalar: Scalar): Scalar => mapScalar(scalar, (part) => (part.op === 'column' ? { ...part, index: moved(part.index) } : part));
  const keys = table.keys.map((key) => ({ ...key, columns: key.columns.map(moved) }));
  const comments = new Map([...table.columnComments ?? []].flatMap(([attribute, text]): [number, string][] => (attribute - 1 === at ? [] : [[moved(attribute - 1) + 1, text]])));
  return {
    ...table, keys,
    columns: table.columns.filter((_, index) => index !== at).map((column) => (column.generated === undefined ? column : { ...column, generated: shift(column.generated) })),
    type: { columns: table.type.columns.filter((_, index) => index !== at), keys: rowKeys(table.columns.filter((_, index) => index !== at), keys) },
    ...(table.checks === undefined ? {} : { checks: table.checks.map((check) => ({ ...check, condition: shift(check.condition) })) }),
    ...(table.foreignKeys === undefined ? {} : { foreignKeys: table.foreignKeys.map((key) => ({ ...key, columns: key.columns.map(moved), ...(key.references === table.oid && { referencedColumns: key.referencedColumns.map(moved) }) })) }),
    ...(table.columnComments === undefined ? {} : { columnComments: comments }),
  };
}

/** What names columns of a table, as these are numbered from now on: `moved` gives the place of a column, below 0 where it is gone. Undefined where it names none. */
export function withColumnsMoved(item: CatalogItem, table: number, moved: (column: number) => number): CatalogItem | undefined {
  switch (item.kind) {
    case 'index':
      return item.on === table ? { ...item, columns: item.columns.map(moved) } : undefined;
    case 'sequence':
      return item.ownedBy?.table === table ? { ...item, ownedBy: { ...item.ownedBy, column: moved(item.ownedBy.column) } } : undefined;
    case 'table':
      if (item.oid === table || item.foreignKeys?.some((key) => key.references === table) !== true) return undefined;
      return { ...item, foreignKeys: item.foreignKeys.map((key) => (key.references === table ? { ...key, referencedColumns: key.referencedColumns.map(moved) } : key)) };
    case 'view': case 'materialized view':
      return viewWithColumnsMoved(item, table, moved);
    default:
      return undefined;
  }
}

export function viewWithColumnsMoved<V extends ViewItem | MaterializedViewItem>(view: V, table: number, moved: (column: number) => number): V {
  const kept = <T>(columns: readonly T[]): readonly T[] => columns.filter((_, column) => moved(column) >= 0);
  const spot = (one: WrittenSpot, relations: readonly WrittenRelation[]): WrittenSpot =>
    (one.kind === 'relation' && one.alias !== undefined && relations[one.relation]!.oid === table ? { ...one, alias: { ...one.alias, columns: kept(one.alias.columns) } } : one);
  return {
    ...view,
    ...(view.columnsRead && { columnsRead: view.columnsRead.map(([oid, columns]) => [oid, oid === table ? columns.map(moved) : columns] as const) }),
    ...(view.written && {
      written: {
        ...view.written,
        relations: view.written.relations.map((relation) => (relation.oid === table ? { ...relation, columns: kept(relation.columns) } : relation)),
        spots: view.written.spots.map((one) => spot(one, view.written!.relations)),
      },
    }),
  };
}
