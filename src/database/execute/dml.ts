import { RowBatchBuilder, rowLayout, SqlError, appendRow, readDatum, codecOf, defaultTextSettings } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { RelationCatalogItem, TableItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import type { Query, RelationId } from '../../ir/index.ts';
import type { Plan, ReturningPlan } from '../../planner/index.ts';
import type { WireChange } from '../engine/messages.ts';
import { rowsOf } from '../rows.ts';
import type { DatabaseSession } from '../session/session.ts';
import { openQuery } from './execute.ts';
import type { Execution, Outcome } from './execute.ts';

/** The user table `id`, which statements may change. */
export function writableTable(session: DatabaseSession, id: RelationId): TableItem {
  const item: RelationCatalogItem | undefined = session.catalog.relation(id);
  if (item?.kind === 'table' && item.origin.kind === 'user') return item;
  if (item?.kind === 'view' || item?.kind === 'materialized view') throw new SqlError('42809', `cannot change ${item.kind} "${item.name}"`);
  throw new SqlError('42809', `cannot change relation "${item?.name ?? id}"`, { detail: 'Its rows come from a source.', hint: 'Change the rows upstream.' });
}

/** All rows of a query, as datums. */
async function readAll(query: Query, execution: Execution): Promise<Datum[][]> {
  const stream = await openQuery(query, { ...execution, maxRows: 1 << 30 });
  const rows: Datum[][] = [];
  try {
    for (;;) {
      const { rows: batch, done } = await stream.next(1 << 30, execution.signal);
      if (batch !== null) {
        for (let row = 0; row < batch.rowCount; row++) rows.push(batch.layout.types.map((_, column) => readDatum(batch, row, column)));
      }
      if (done) return rows;
    }
  } finally {
    await stream.close();
  }
}

/** Raises 23502 where a column that must not be NULL is. */
export function checkNotNull(table: TableItem, row: readonly Datum[]): void {
  table.columns.forEach((column, i) => {
    if (column.nullable || row[i] !== null) return;
    const shown = row.map((value, c) => (value === null ? 'null' : codecOf(table.columns[c]!.type.oid).print(value, defaultTextSettings)));
    throw new SqlError('23502', `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`, {
      detail: `Failing row contains (${shown.join(', ')}).`, table: table.name, column: column.name,
    });
  });
}

/** Writes changes: at once, or with the block they belong to. */
export async function writeChanges(session: DatabaseSession, changes: readonly WireChange[]): Promise<void> {
  const { block } = session;
  if (block === undefined) {
    await session.core.engine.request<number>({ kind: 'write', changes, check: true }, changes.flatMap((change) => (change.rows === undefined ? [] : [change.rows])));
    return;
  }
  if (session.inBlock) {
    // Keys are checked now, against what is committed now, so that the statement fails rather than the commit; the commit checks again.
    const touched = [...new Set(changes.map((change) => change.relation))].filter((id) => session.core.catalog.relation(id) !== undefined);
    const together = touched.flatMap((id) => [...block.changesOf(id), ...changes.filter((change) => change.relation === id)]);
    if (together.length > 0) await session.core.engine.request<void>({ kind: 'check', changes: together });
  }
  block.writes.push(...changes);
}

/** Takes the lock on reading rows and writing what follows from them, until the statement (or its block) ends. */
async function lockRows({ session, signal }: Execution): Promise<() => void> {
  const { block } = session;
  if (block?.release !== undefined) return () => {};
  const release = await session.core.dml.lock(signal);
  if (block === undefined) return release;
  block.release = release;
  return () => {};
}

function returned(plan: ReturningPlan | null, rows: readonly (readonly Datum[])[], session: DatabaseSession, tag: string): Outcome {
  if (plan === null) return { tag, counts: false, columns: null, rows: null };
  const environment = session.environment();
  const answer = rows.map((row) => plan.columns.map(({ value }) => evaluateScalar(value, row, environment)));
  return { tag, counts: false, columns: null, rows: rowsOf(plan.columns.map(({ value }) => value.type), answer) };
}

export async function executeInsert(plan: Plan & { kind: 'insert' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const rows = await readAll(plan.source, execution);
  const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), rows.length);
  for (const row of rows) {
    checkNotNull(table, row);
    appendRow(builder, row, 1);
  }
  if (rows.length > 0) await writeChanges(session, [{ relation: table.id, rows: builder.finish().buffer }]);
  return returned(plan.returning, rows, session, `INSERT 0 ${rows.length}`);
}

export async function executeDelete(plan: Plan & { kind: 'delete' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const release = await lockRows(execution);
  try {
    const rows = await readAll(plan.target, execution);
    const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), rows.length);
    for (const row of rows) appendRow(builder, row, -1);
    if (rows.length > 0) await writeChanges(session, [{ relation: table.id, rows: builder.finish().buffer }]);
    return returned(plan.returning, rows, session, `DELETE ${rows.length}`);
  } finally {
    release();
  }
}

export async function executeUpdate(plan: Plan & { kind: 'update' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const width = table.columns.length;
  const release = await lockRows(execution);
  try {
    const pairs = await readAll(plan.target, execution);
    const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), pairs.length * 2);
    const after: Datum[][] = [];
    for (const pair of pairs) {
      const row = pair.slice(width);
      checkNotNull(table, row);
      appendRow(builder, pair.slice(0, width), -1);
      appendRow(builder, row, 1);
      after.push(row);
    }
    if (pairs.length > 0) await writeChanges(session, [{ relation: table.id, rows: builder.finish().buffer }]);
    return returned(plan.returning, after, session, `UPDATE ${pairs.length}`);
  } finally {
    release();
  }
}

export async function executeTruncate(plan: Plan & { kind: 'truncate' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const changes = plan.tables.map((id) => ({ relation: writableTable(session, id).id, truncate: true }));
  // Rows that an UPDATE has read must still be there when it writes.
  const release = await lockRows(execution);
  try {
    await writeChanges(session, changes);
  } finally {
    release();
  }
  return { tag: 'TRUNCATE TABLE', counts: false, columns: null, rows: null };
}
