import type { TableLikeClause } from '@pgsql/types';
import type { TableColumn, TableItem } from '../../catalog/index.ts';
import { SqlError } from '../../core/index.ts';
import { mapScalar } from '../../ir/index.ts';
import type { PlannedColumn, PlannedTable } from '../plan.ts';
import { positionOf } from '../syntax/index.ts';
import type { Scene } from './context.ts';
import { chooseName, nameOfRangeVar, relationNamed } from './names.ts';

/** Bits of TableLikeClause.options (parsenodes.h). */
const INCLUDING = { comments: 1, constraints: 4, defaults: 8, generated: 16, identity: 32, indexes: 64 } as const;

/** What LIKE brings into a table that is being made: columns, and the constraints that name none of its own. */
export interface Liked extends Omit<PlannedTable, 'columnComments'> {
  /** by column name */
  readonly columnComments: ReadonlyMap<string, string>;
}

/** LIKE of CREATE TABLE: names, types and NOT NULL always, the rest by INCLUDING. `first`: how many columns stand before. */
export function planLike(clause: TableLikeClause, table: string, first: number, isTaken: (name: string) => boolean, scene: Scene): Liked {
  const item = relationNamed(nameOfRangeVar(clause.relation, scene), scene);
  if (item.kind === 'sequence') {
    throw new SqlError('42809', `relation "${item.name}" is invalid in LIKE clause`, { detail: 'This operation is not supported for sequences.', position: positionOf(scene.text, clause.relation?.location) });
  }
  const has = (what: keyof typeof INCLUDING): boolean => ((clause.options ?? 0) & INCLUDING[what]) !== 0;
  const from = item.kind === 'table' ? item : undefined;
  const columns = item.columns.map((column: TableColumn): PlannedColumn => ({
    name: column.name, type: column.type, nullable: column.nullable || from === undefined,
    ...(has('defaults') && column.identity === undefined && column.generated === undefined && column.default !== undefined ? { default: column.default, ...(column.defaultSql === undefined ? {} : { defaultSql: column.defaultSql }) } : {}),
    ...(has('generated') && column.generated !== undefined ? { generated: moved(column.generated, first), ...(column.defaultSql === undefined ? {} : { defaultSql: column.defaultSql }) } : {}),
    ...(has('identity') ? identityOf(column, table, isTaken, scene) : {}),
  }));
  return { columns, ...constraintsOf(from, table, first, has, isTaken), foreignKeys: [], columnComments: has('comments') ? commentsOf(item.columns, item.columnComments) : new Map() };
}

const moved = (scalar: NonNullable<TableColumn['generated']>, first: number): typeof scalar => (first === 0 ? scalar : shiftColumns(scalar, first));

function shiftColumns(scalar: NonNullable<TableColumn['generated']>, by: number): typeof scalar {
  return mapScalar(scalar, (part) => (part.op === 'column' ? { ...part, index: part.index + by } : part));
}

function identityOf(column: TableColumn, table: string, isTaken: (name: string) => boolean, scene: Scene): Pick<PlannedColumn, 'sequence'> {
  const sequence = column.identity && scene.catalog.item(column.identity.sequence);
  if (column.identity === undefined || sequence?.kind !== 'sequence') return {};
  return { sequence: { name: chooseName(table, column.name, 'seq', isTaken), options: sequence.options, kind: column.identity.kind } };
}

function constraintsOf(from: TableItem | undefined, table: string, first: number, has: (what: 'constraints' | 'indexes') => boolean, isTaken: (name: string) => boolean): Pick<PlannedTable, 'keys' | 'checks'> {
  if (from === undefined) return { keys: [], checks: [] };
  const used = new Set<string>();
  const keys = has('indexes') ? from.keys.map((key) => {
    const label = key.primary ? '' : key.columns.map((column) => from.columns[column]!.name).join('_');
    const name = chooseName(table, label, key.primary ? 'pkey' : 'key', (candidate) => used.has(candidate) || isTaken(candidate));
    used.add(name);
    return { name, columns: key.columns.map((column) => column + first), primary: key.primary, ...(key.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}) };
  }) : [];
  const checks = has('constraints') ? (from.checks ?? []).map(({ name, condition, sql }) => ({ name, condition: moved(condition, first), sql })) : [];
  return { keys, checks };
}

const commentsOf = (columns: readonly { readonly name: string }[], comments: ReadonlyMap<number, string> | undefined): ReadonlyMap<string, string> =>
  new Map([...comments ?? []].map(([attribute, text]) => [columns[attribute - 1]!.name, text]));
