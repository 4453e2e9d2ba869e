import type { KeyConstraint, TableColumn } from './items.ts';

/** The columns by which no two rows are equal. A unique constraint lets rows be that are NULL there, unless it says otherwise. */
export const rowKeys = (columns: readonly Pick<TableColumn, 'nullable'>[], keys: readonly Pick<KeyConstraint, 'columns' | 'nullsNotDistinct'>[]): readonly (readonly number[])[] =>
  keys.filter((key) => key.nullsNotDistinct === true || key.columns.every((column) => !columns[column]!.nullable)).map((key) => key.columns);
