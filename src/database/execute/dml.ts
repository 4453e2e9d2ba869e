import { RowBatchBuilder, rowLayout, SqlError, appendRow, readDatum } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { RelationCatalogItem, TableItem } from '../../catalog/index.ts';
import { bindScalar, evaluateScalar } from '../../ir/index.ts';
import type { Query, RelationId } from '../../ir/index.ts';
import type { InsertColumn, Plan, ReturningPlan } from '../../planner/index.ts';
import type { WireChange } from '../engine/messages.ts';
import { rowsOf } from '../rows.ts';
import type { DatabaseSession } from '../session/session.ts';
import { openQuery } from './execute.ts';
import type { Execution, Outcome } from './execute.ts';
import { refuseTwice, resolveConflicts } from './on-conflict.ts';
import { TableRows } from './table-rows.ts';

/** The user table `id`, which statements may change. */
export function writableTable(session: DatabaseSession, id: RelationId): TableItem {
  const item: RelationCatalogItem | undefined = session.catalog.relation(id);
  if (item?.kind === 'table' && item.origin.kind === 'user') return item;
  if (item?.kind === 'view' || item?.kind === 'materialized view') throw new SqlError('42809', `cannot change ${item.kind} "${item.name}"`);
  throw new SqlError('42809', `cannot change relation "${item?.name ?? id}"`, { detail: 'Its rows come from a source.', hint: 'Change the rows upstream.' });
}

/** All rows of a query, as datums. */
export async function readAll(query: Query, execution: Execution): Promise<Datum[][]> {
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

/** Writes changes: at once, or with the block they belong to. */
export async function writeChanges(session: DatabaseSession, changes: readonly WireChange[]): Promise<void> {
  const { block } = session;
  // A number in a row must never be drawn again: it is used up on disk before the row is there.
  await session.sequences.flush();
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
export async function lockRows({ session, signal }: Execution): Promise<() => void> {
  const { block } = session;
  if (block?.release !== undefined) return () => {};
  const release = await session.core.dml.lock(signal);
  if (block === undefined) return release;
  block.release = release;
  return () => {};
}

/** What a statement did with one row; `beside` is what RETURNING reads of other relations. */
export interface Affected {
  readonly before: readonly Datum[] | null;
  readonly after: readonly Datum[] | null;
  readonly beside?: readonly Datum[];
  /** merge_action() */
  readonly action?: string;
}

async function write(table: TableItem, affected: readonly Affected[], session: DatabaseSession): Promise<void> {
  if (affected.length === 0) return;
  const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), affected.length * 2);
  for (const { before, after } of affected) {
    if (before !== null) appendRow(builder, before, -1);
    if (after !== null) appendRow(builder, after, 1);
  }
  await writeChanges(session, [{ relation: table.id, rows: builder.finish().buffer }]);
}

function returned(plan: ReturningPlan | null, affected: readonly Affected[], { session, parameters }: Execution, tag: string): Outcome {
  if (plan === null) return { tag, counts: false, columns: null, rows: null };
  const environment = session.environment();
  const values = plan.columns.map(({ value }) => bindScalar(value, parameters));
  const nulls: readonly Datum[] = Array.from({ length: plan.width }, () => null);
  const answer = affected.map(({ before, after, beside = [], action = null }) => {
    const row = [...(after ?? before ?? nulls), ...(after ?? nulls), ...(before ?? nulls), ...beside, action];
    return values.map((value) => evaluateScalar(value, row, environment));
  });
  return { tag, counts: false, columns: null, rows: rowsOf(values.map((value) => value.type), answer) };
}

export async function executeInsert(plan: Plan & { kind: 'insert' }, execution: Execution): Promise<Outcome> {
  const { session, parameters } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  // What is there must still be there when the rows are written.
  const release = plan.onConflict === null ? (): void => {} : await lockRows(execution);
  try {
    const given = await readAll(plan.source, execution);
    const proposed = given.map((values) => proposedRow(values, plan.columns, rows));
    const affected = plan.onConflict === null
      ? proposed.map((after): Affected => ({ before: null, after }))
      : await resolveConflicts(plan.onConflict, proposed, rows, session, parameters);
    await write(table, affected, session);
    return returned(plan.returning, affected, execution, `INSERT 0 ${affected.length}`);
  } finally {
    release();
  }
}

/** A row as it would be stored. */
function proposedRow(given: readonly Datum[], columns: readonly InsertColumn[], rows: TableRows): Datum[] {
  const row = columns.map(({ source }): Datum => (source === null ? null : given[source]!));
  rows.fill(row, [...columns.keys()].filter((index) => {
    const { source, defaulted } = columns[index]!;
    return source === null || (defaulted !== undefined && given[defaulted] === true);
  }));
  rows.finish(row);
  return row;
}

export async function executeDelete(plan: Plan & { kind: 'delete' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const width = table.columns.length;
  const release = await lockRows(execution);
  try {
    const affected = (await readAll(plan.target, execution)).map((row): Affected => ({ before: row.slice(0, width), after: null, beside: row.slice(width) }));
    await write(table, affected, session);
    return returned(plan.returning, affected, execution, `DELETE ${affected.length}`);
  } finally {
    release();
  }
}

export async function executeUpdate(plan: Plan & { kind: 'update' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const release = await lockRows(execution);
  try {
    const affected = (await readAll(plan.target, execution)).map((row): Affected => {
      const after = row.slice(width, 2 * width);
      rows.fill(after, plan.defaulted);
      rows.finish(after);
      return { before: row.slice(0, width), after, beside: row.slice(2 * width) };
    });
    await write(table, affected, session);
    return returned(plan.returning, affected, execution, `UPDATE ${affected.length}`);
  } finally {
    release();
  }
}

export async function executeMerge(plan: Plan & { kind: 'merge' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const release = await lockRows(execution);
  try {
    const affected = (await readAll(plan.target, execution)).map(([number, ...row]): Affected => {
      const { kind, defaulted } = plan.actions[Number(number)]!;
      const beside = row.slice(2 * width);
      const before = kind === 'insert' ? null : row.slice(0, width);
      if (kind === 'delete') return { before, after: null, beside, action: 'DELETE' };
      const after = row.slice(width, 2 * width);
      rows.fill(after, defaulted);
      rows.finish(after);
      return { before, after, beside, action: kind.toUpperCase() };
    });
    await refuseTwice(table, affected, execution);
    await write(table, affected, session);
    return returned(plan.returning, affected, execution, `MERGE ${affected.length}`);
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
    for (const oid of plan.restart) session.sequences.restart(oid);
  } finally {
    release();
  }
  return { tag: 'TRUNCATE TABLE', counts: false, columns: null, rows: null };
}
