import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import type { CatalogChange, OidAllocator, SequenceItem, SequenceOptions, TableColumn, TableItem } from '../../catalog/index.ts';
import { rowKeys } from '../../catalog/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { openFile } from '../../batch/index.ts';
import type { Plan, PlannedColumn, PlannedTable } from '../../planner/index.ts';
import { sequenceColumns } from '../sequences.ts';
import type { SequenceState } from '../sequences.ts';
import { Pace } from '../pace.ts';
import { eachRow } from './dml.ts';
import type { Execution } from './execution.ts';
import { Outgoing } from './outgoing.ts';

type CreateTablePlan = Plan & { kind: 'createTable' };

/** The rows a new table begins with, as buffers of batches of its columns. */
export interface FirstRows {
  readonly buffers: readonly ArrayBuffer[];
  readonly count: number;
}

/** Reads what CREATE TABLE AS and FROM FILE fill the table with. Nothing is locked meanwhile. */
export async function readFirstRows(plan: CreateTablePlan, execution: Execution): Promise<FirstRows> {
  if (plan.rows === undefined) return { buffers: [], count: 0 };
  return plan.rows.kind === 'file' ? readFile(plan.rows.path, plan) : readRows(plan, execution);
}

async function readFile(path: string, plan: CreateTablePlan): Promise<FirstRows> {
  const file = await openFile(path, plan.columns);
  const buffers: ArrayBuffer[] = [];
  let count = 0;
  try {
    for await (const batch of file.rows()) {
      count += batch.rowCount;
      buffers.push(batch.buffer);
    }
  } finally {
    file.close();
  }
  return { buffers, count };
}

async function readRows(plan: CreateTablePlan, execution: Execution): Promise<FirstRows> {
  if (plan.rows?.kind !== 'query') throw new InvariantError('a table to be filled from no query');
  const out = new Outgoing(plan.columns.map((column) => column.type));
  let count = 0;
  await eachRow(plan.rows.query, execution, new Pace(execution.session.core.clock), (batch, row) => {
    out.copy(batch, row, 0, 1);
    count++;
  });
  return { buffers: out.take(), count };
}

/** A new table with the sequences of its columns, and where these stand. */
export interface MadeTable {
  readonly table: TableItem;
  readonly sequences: readonly SequenceItem[];
  readonly standing: readonly (readonly [number, SequenceState])[];
}

export function makeTable(plan: CreateTablePlan, schema: number, oids: OidAllocator): MadeTable {
  const { oid, id, rowType } = oids.relation();
  const made = makeColumns(plan.columns, { oid, schema, first: 0 }, plan.sql, oids);
  const constraints = makeConstraints(plan, oid, oids);
  const table: TableItem = {
    kind: 'table', oid, id, rowType, schema, name: plan.name.name, sql: plan.sql, dependsOn: [], columns: made.columns, origin: { kind: 'user' }, ...constraints,
    ...(plan.onCommit === undefined ? {} : { onCommit: plan.onCommit }), ...(plan.columnComments === undefined ? {} : { columnComments: plan.columnComments }),
    type: tableType(made.columns, constraints.keys),
  };
  return { table, sequences: made.sequences, standing: made.sequences.map((item) => [item.oid, begin(item.options)]) };
}

export const tableType = (columns: readonly TableColumn[], keys: TableItem['keys']): TableItem['type'] =>
  ({ columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })), keys: rowKeys(columns, keys) });

/** Gives constraints their OIDs. */
export function makeConstraints(plan: Pick<PlannedTable, 'keys' | 'checks' | 'foreignKeys'>, table: number, oids: OidAllocator): Pick<TableItem, 'keys'> & Required<Pick<TableItem, 'checks' | 'foreignKeys'>> {
  return {
    keys: plan.keys.map((key) => ({ ...key, oid: oids.key() })),
    checks: plan.checks.map((check) => ({ ...check, oid: oids.plain() })),
    foreignKeys: plan.foreignKeys.map((key) => ({ ...key, oid: oids.plain(), references: key.references === 'self' ? table : key.references })),
  };
}

/** Columns as the catalog keeps them: those that draw from a sequence get one, which belongs to them. */
export function makeColumns(planned: readonly PlannedColumn[], table: { readonly oid: number; readonly schema: number; readonly first: number }, sql: string, oids: OidAllocator): { readonly columns: readonly TableColumn[]; readonly sequences: readonly SequenceItem[] } {
  const sequences: SequenceItem[] = [];
  const columns = planned.map(({ sequence, ...column }, index): TableColumn => {
    if (sequence === undefined) return column;
    const ownedBy = { table: table.oid, column: table.first + index, internal: sequence.kind !== 'serial' };
    const item = makeSequence(sequence.name, table.schema, sequence.options, ownedBy, sql, oids);
    sequences.push(item);
    const drawn = nextOf(item.oid, column.type.oid);
    if (sequence.kind === 'serial') return { ...column, default: drawn, defaultSql: 'nextval' };
    return { ...column, default: drawn, identity: { kind: sequence.kind, sequence: item.oid } };
  });
  return { columns, sequences };
}

export function makeSequence(name: string, schema: number, options: SequenceOptions, ownedBy: SequenceItem['ownedBy'], sql: string, oids: OidAllocator): SequenceItem {
  const ids = oids.relation();
  return {
    kind: 'sequence', ...ids, name, schema, sql, dependsOn: [], columns: sequenceColumns, type: { columns: sequenceColumns, keys: [] }, options,
    ...(ownedBy === undefined ? {} : { ownedBy }),
  };
}

export const begin = (options: SequenceOptions): SequenceState => ({ last: options.start, called: false });

/** nextval('...'), as a value of the column's type. */
function nextOf(sequence: number, type: number): Scalar {
  const drawn: Scalar = { op: 'call', function: 'nextval(regclass)', args: [{ op: 'literal', value: sequence, type: sqlType(Oid.regclass) }], type: sqlType(Oid.int8) };
  if (type === Oid.int8) return drawn;
  return { op: 'call', function: type === Oid.int2 ? 'int2(int8)' : 'int4(int8)', args: [drawn], type: sqlType(type) };
}

export const creations = (items: readonly (TableItem | SequenceItem)[]): readonly CatalogChange[] => items.map((item) => ({ kind: 'create', item }));
