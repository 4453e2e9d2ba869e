import { Oid } from '../core/index.ts';
import { isSequenceFunction, mapScalar, operandsOf } from '../ir/index.ts';
import type { Scalar } from '../ir/index.ts';
import type { MaterializedViewItem, TableItem, ViewItem } from './items.ts';
import { rowKeys } from './row-keys.ts';

/** The sequences that an expression names, by OID. */
export function sequencesOf(scalar: Scalar | undefined): number[] {
  if (scalar === undefined) return [];
  const own = scalar.op === 'call' && isSequenceFunction(scalar.function) ? scalar.args[0] : undefined;
  return [...(own?.op === 'literal' && own.type.oid === Oid.regclass && typeof own.value === 'number' ? [own.value] : []), ...operandsOf(scalar).flatMap(sequencesOf)];
}

/** The columns of a table that a view reads; all of them where the view does not say. */
export function columnsUsed(view: ViewItem | MaterializedViewItem, table: TableItem): ReadonlySet<number> {
  const said = view.columnsRead?.find(([oid]) => oid === table.oid);
  return new Set(said?.[1] ?? table.columns.keys());
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
    ...(table.foreignKeys === undefined ? {} : { foreignKeys: table.foreignKeys.map((key) => ({ ...key, columns: key.columns.map(moved) })) }),
    ...(table.columnComments === undefined ? {} : { columnComments: comments }),
  };
}
