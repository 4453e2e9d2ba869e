import { readDatum, readRow, SqlError } from '../../core/index.ts';
import type { Datum, RowBatch, SqlType } from '../../core/index.ts';
import type { RelationCatalogItem, TableItem } from '../../catalog/index.ts';
import { bindScalar, evaluateScalar, relationTypeOf } from '../../ir/index.ts';
import type { Environment, Query, RelationId, Scalar } from '../../ir/index.ts';
import type { InsertColumn, Plan, ReturningPlan } from '../../planner/index.ts';
import { throwIfCancelled } from '../cancel.ts';
import { buffersOf } from '../core.ts';
import type { WireChange } from '../engine/messages.ts';
import { Pace } from '../pace.ts';
import type { DatabaseSession } from '../session/session.ts';
import { openQuery } from './query.ts';
import type { Execution, Outcome } from './execution.ts';
import { refuseTwice, resolveConflicts } from './on-conflict.ts';
import { Outgoing } from './outgoing.ts';
import { TableRows } from './table-rows.ts';

/** Rows of a packet: the engine ends one by its bytes. */
const PACKET_ROWS = 1 << 30;

/** The user table `id`, which statements may change. */
export function writableTable(session: DatabaseSession, id: RelationId): TableItem {
  const item: RelationCatalogItem | undefined = session.catalog.relation(id);
  if (item?.kind === 'table' && item.origin.kind === 'user') return item;
  if (item?.kind === 'view' || item?.kind === 'materialized view') throw new SqlError('42809', `cannot change ${item.kind} "${item.name}"`);
  throw new SqlError('42809', `cannot change relation "${item?.name ?? id}"`, { detail: 'Its rows come from a source.', hint: 'Change the rows upstream.' });
}

/** Lets `see` have each row of a query, in slices. */
export async function eachRow(query: Query, execution: Execution, pace: Pace, see: (batch: RowBatch, row: number) => void): Promise<void> {
  const stream = await openQuery(query, { ...execution, maxRows: PACKET_ROWS });
  try {
    for (;;) {
      const { rows, done } = await stream.next(PACKET_ROWS, execution.signal);
      for (let row = 0; row < (rows?.rowCount ?? 0); row++) {
        see(rows!, row);
        if (pace.row()) {
          await pace.rest();
          throwIfCancelled(execution.signal);
        }
      }
      if (done) return;
    }
  } finally {
    await stream.close();
  }
}

/** All rows of a query, as datums. */
export async function readAll(query: Query, execution: Execution, pace = new Pace(execution.session.core.clock)): Promise<Datum[][]> {
  const rows: Datum[][] = [];
  await eachRow(query, execution, pace, (batch, row) => void rows.push(readRow(batch, row)));
  return rows;
}

/** Writes changes: at once, or with the block they belong to. */
export async function writeChanges(session: DatabaseSession, changes: readonly WireChange[]): Promise<void> {
  const { block } = session;
  // A number in a row must never be drawn again: it is used up on disk before the row is there.
  await session.sequences.flush();
  if (block === undefined) {
    await session.core.engine.request<number>({ kind: 'write', changes, check: true }, buffersOf(changes));
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
  const release = await lockInTime(session, signal);
  if (block === undefined) return release;
  block.release = release;
  return () => {};
}

async function lockInTime({ core, settings }: DatabaseSession, signal: AbortSignal): Promise<() => void> {
  const timeoutMs = Number(settings.get('lock_timeout'));
  if (timeoutMs === 0) return core.dml.lock(signal);
  const late = new AbortController();
  const cancel = core.clock.after(timeoutMs, () => late.abort(new SqlError('55P03', 'canceling statement due to lock timeout')));
  try {
    return await core.dml.lock(AbortSignal.any([signal, late.signal]));
  } finally {
    cancel();
  }
}

/** What a statement did with one row; `beside` is what RETURNING reads of other relations. */
export interface Affected {
  readonly before: readonly Datum[] | null;
  readonly after: readonly Datum[] | null;
  readonly beside?: readonly Datum[];
  /** merge_action() */
  readonly action?: string;
}

/** The changes of a statement that goes through its rows one by one, and what it returns of them. */
class Effects {
  readonly #session: DatabaseSession;
  readonly #table: TableItem;
  /** the changes of the table's rows */
  readonly changes: Outgoing;
  readonly #returning: { readonly values: readonly Scalar[]; readonly environment: Environment; readonly nulls: readonly Datum[]; readonly out: Outgoing } | undefined;
  rows = 0;

  constructor(table: TableItem, returning: ReturningPlan | null, { session, parameters }: Execution) {
    this.#session = session;
    this.#table = table;
    this.changes = new Outgoing(table.columns.map((column) => column.type));
    if (returning === null) return;
    const values = returning.columns.map(({ value }) => bindScalar(value, parameters));
    this.#returning = { values, environment: session.environment(), nulls: Array.from({ length: returning.width }, () => null), out: new Outgoing(values.map((value) => value.type)) };
  }

  get returns(): boolean {
    return this.#returning !== undefined;
  }
  add(affected: Affected): void {
    if (affected.before !== null) this.changes.append(affected.before, -1);
    if (affected.after !== null) this.changes.append(affected.after, 1);
    this.tell(affected);
  }
  /** Counts a row whose changes are there, and returns of it what is asked for. */
  tell({ before, after, beside = [], action }: Affected): void {
    this.rows++;
    if (this.#returning === undefined) return;
    const { values, environment, nulls, out } = this.#returning;
    const row = [...(after ?? before ?? nulls), ...(after ?? nulls), ...(before ?? nulls), ...beside, action ?? null];
    out.append(values.map((value) => evaluateScalar(value, row, environment)), 1);
  }
  count(): void {
    this.rows++;
  }

  /** Writes the changes; the answer of the statement. */
  async write(command: string): Promise<Outcome> {
    const changes = this.changes.take().map((rows): WireChange => ({ relation: this.#table.id, rows }));
    if (changes.length > 0) await writeChanges(this.#session, changes);
    return { tag: `${command} ${this.rows}`, counts: false, columns: null, rows: this.#returning?.out.stream() ?? null };
  }
}

export async function executeInsert(plan: Plan & { kind: 'insert' }, execution: Execution): Promise<Outcome> {
  const { session, parameters } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  const pace = new Pace(session.core.clock);
  const effects = new Effects(table, plan.returning, execution);
  if (plan.onConflict === null) {
    const types = queryTypes(plan.source);
    const write = rows.writer(plan.columns, types, effects.changes);
    await eachRow(plan.source, execution, pace, (batch, row) => {
      if (effects.returns) effects.add({ before: null, after: rows.proposed(batch, row, plan.columns) });
      else {
        write(batch, row);
        effects.count();
      }
    });
    return effects.write('INSERT 0');
  }
  // What is there must still be there when the rows are written.
  const release = await lockRows(execution);
  try {
    const proposed: Datum[][] = [];
    await eachRow(plan.source, execution, pace, (batch, row) => void proposed.push(rows.proposed(batch, row, plan.columns)));
    await resolveConflicts(plan.onConflict, proposed, { rows, session, parameters, pace, affect: (affected) => effects.add(affected) });
    return await effects.write('INSERT 0');
  } finally {
    release();
  }
}

const queryTypes = (query: Query): SqlType[] => relationTypeOf(query.relation).columns.map((column) => column.type);

export async function executeDelete(plan: Plan & { kind: 'delete' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const width = table.columns.length;
  const effects = new Effects(table, plan.returning, execution);
  const release = await lockRows(execution);
  try {
    await eachRow(plan.target, execution, new Pace(session.core.clock), (batch, row) => {
      effects.changes.copy(batch, row, 0, -1);
      if (effects.returns) effects.tell(affectedBy(readRow(batch, row), width));
      else effects.count();
    });
    return await effects.write('DELETE');
  } finally {
    release();
  }
}

const affectedBy = (row: readonly Datum[], width: number): Affected => ({ before: row.slice(0, width), after: null, beside: row.slice(width) });

export async function executeUpdate(plan: Plan & { kind: 'update' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const effects = new Effects(table, plan.returning, execution);
  const columns = table.columns.map((_, index): InsertColumn => ({ source: plan.defaulted.includes(index) ? null : width + index }));
  const write = rows.writer(columns, queryTypes(plan.target), effects.changes);
  const release = await lockRows(execution);
  try {
    await eachRow(plan.target, execution, new Pace(session.core.clock), (batch, row) => {
      if (effects.returns) {
        effects.add({ before: readColumns(batch, row, 0, width), after: rows.proposed(batch, row, columns), beside: readColumns(batch, row, 2 * width, batch.layout.types.length) });
        return;
      }
      effects.changes.copy(batch, row, 0, -1);
      write(batch, row);
      effects.count();
    });
    return await effects.write('UPDATE');
  } finally {
    release();
  }
}

function readColumns(batch: RowBatch, row: number, from: number, end: number): Datum[] {
  const values: Datum[] = [];
  for (let column = from; column < end; column++) values.push(readDatum(batch, row, column));
  return values;
}

export async function executeMerge(plan: Plan & { kind: 'merge' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const table = writableTable(session, plan.table);
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const effects = new Effects(table, plan.returning, execution);
  const pace = new Pace(session.core.clock);
  const release = await lockRows(execution);
  try {
    const affected: Affected[] = [];
    await eachRow(plan.target, execution, pace, (batch, at) => {
      const [number, ...row] = readRow(batch, at);
      const { kind, defaulted } = plan.actions[Number(number)]!;
      const beside = row.slice(2 * width);
      const before = kind === 'insert' ? null : row.slice(0, width);
      if (kind === 'delete') return void affected.push({ before, after: null, beside, action: 'DELETE' });
      const after = row.slice(width, 2 * width);
      rows.fill(after, defaulted);
      rows.finish(after);
      affected.push({ before, after, beside, action: kind.toUpperCase() });
    });
    await refuseTwice(table, affected, execution, pace);
    for (const one of affected) {
      effects.add(one);
      if (pace.row()) await pace.rest();
    }
    return await effects.write('MERGE');
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
