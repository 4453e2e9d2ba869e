import type { CatalogSnapshot, TableItem } from '../../catalog/index.ts';
import { SqlError } from '../../core/index.ts';
import type { Notice } from '../../core/index.ts';
import type { AlterTableStep } from '../plan.ts';
import { columnIndex } from './context.ts';

/** An ALTER TABLE on its way through its commands. */
export interface Altering {
  /** the table before the statement */
  readonly before: TableItem;
  /** the table as the commands so far leave it; OIDs of what they made are still to be given */
  table: TableItem;
  /** the catalog without what was dropped so far */
  catalog: CatalogSnapshot;
  /** columns whose type a command has changed, by name */
  readonly retyped: Set<string>;
  readonly steps: AlterTableStep[];
  readonly notices: Notice[];
}

export function step(altering: Altering, one: AlterTableStep, table: TableItem): void {
  altering.steps.push(one);
  altering.table = table;
}

export function columnNamed(table: TableItem, name: string): number {
  const index = columnIndex(table.columns, name);
  if (index < 0) throw new SqlError('42703', `column "${name}" of relation "${table.name}" does not exist`);
  return index;
}
