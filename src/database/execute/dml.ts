import { assertNever, readDatum, readRow, SqlError } from '../../core/index.ts';
import type { Datum, RowBatch, SqlType } from '../../core/index.ts';
import type { RelationCatalogItem, TableItem } from '../../catalog/index.ts';
import { bindScalar, evaluateScalar, relationTypeOf } from '../../ir/index.ts';
import type { Environment, Query, RelationId, Scalar } from '../../ir/index.ts';
import type { InsertColumn, Plan, ReturningPlan, WritingPlan } from '../../planner/index.ts';
import { throwIfCancelled } from '../cancel.ts';
import { buffersOf } from '../core.ts';
import type { WireChange } from '../engine/messages.ts';
import { Pace } from '../pace.ts';
import type { DatabaseSession } from '../session/session.ts';
import { openQuery } from './query.ts';
import type { Execution, Outcome } from './execution.ts';
import { affectedTwice, refuseTwice, resolveConflicts } from './on-conflict.ts';
import { Outgoing } from './outgoing.ts';
import { checkOwnKeys } from './own-keys.ts';
import { valuesOverRows } from './over-rows.ts';
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

/** Writes changes: at once, or with the block they belong to. `answers`: the client gets rows from the statement, and none where it fails. */
export async function writeChanges(session: DatabaseSession, changes: readonly WireChange[], answers = false): Promise<void> {
  const { block } = session;
  // A number in a row must never be drawn again: it is used up on disk before the row is there.
  await session.sequences.flush();
  if (block === undefined) {
    await session.core.engine.request<number>({ kind: 'write', changes, check: true }, buffersOf(changes));
    return;
  }
  if (session.inBlock || answers) {
    // Keys are checked now, against what is committed now, so that the statement fails rather than the commit; the commit checks again.
    const touched = [...new Set(changes.map((change) => change.relation))].filter((id) => session.core.catalog.relation(id) !== undefined);
    const together = touched.flatMap((id) => [...block.changesOf(id), ...changes.filter((change) => change.relation === id)]);
    if (together.length > 0) await session.core.engine.request<void>({ kind: 'check', changes: together });
  }
  await checkOwnKeys(session, block, changes);
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
export class Effects {
  readonly #execution: Execution;
  readonly #table: TableItem;
  readonly #command: string;
  /** the changes of the table's rows */
  readonly changes: Outgoing;
  readonly #returning: { readonly plan: ReturningPlan; readonly values: readonly Scalar[]; readonly environment: Environment; readonly nulls: readonly Datum[]; readonly out: Outgoing; readonly rows: Datum[][] } | undefined;
  rows = 0;

  constructor(plan: WritingPlan, table: TableItem, execution: Execution) {
    const { returning } = plan;
    this.#execution = execution;
    this.#table = table;
    this.#command = plan.kind === 'insert' ? 'INSERT 0' : plan.kind.toUpperCase();
    this.changes = new Outgoing(table.columns.map((column) => column.type));
    if (returning === null) return;
    const values = returning.columns.map(({ value }) => bindScalar(value, execution.parameters));
    this.#returning = {
      plan: returning, values, environment: execution.session.environment(), nulls: Array.from({ length: returning.width }, () => null), out: new Outgoing(values.map((value) => value.type)), rows: [],
    };
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
    const { plan, values, environment, nulls, out, rows } = this.#returning;
    const row = [...(after ?? before ?? nulls), ...(after ?? nulls), ...(before ?? nulls), ...beside, action ?? null];
    if (plan.query !== undefined) rows.push(row);
    else out.append(values.map((value) => evaluateScalar(value, row, environment)), 1);
  }
  count(): void {
    this.rows++;
  }

  /** What it returns, subqueries answered: they see the state before the statement. */
  async returned(): Promise<Outgoing | undefined> {
    if (this.#returning === undefined) return undefined;
    const { plan, out, rows } = this.#returning;
    if (plan.query !== undefined) for (const row of await valuesOverRows(plan.query, rows, this.#execution)) out.append(row, 1);
    return out;
  }
  wire(): WireChange[] {
    return this.changes.take().map((rows): WireChange => ({ relation: this.#table.id, rows }));
  }
  get tag(): string {
    return `${this.#command} ${this.rows}`;
  }
}

/** Rows that statements of one WITH have taken away or changed: each row goes once, by the first that has it. */
export interface Claims {
  /** false where an earlier statement has the row */
  claim(table: TableItem, row: readonly Datum[]): boolean;
}

export async function executeWriting(plan: WritingPlan, execution: Execution): Promise<Outcome> {
  // What is read must still be there when the rows are written.
  const release = plan.kind === 'insert' && plan.onConflict === null ? (): void => {} : await lockRows(execution);
  try {
    const effects = await effectsOf(plan, execution);
    const returned = await effects.returned();
    const changes = effects.wire();
    if (changes.length > 0) await writeChanges(execution.session, changes, effects.returns);
    return { tag: effects.tag, counts: false, columns: null, rows: returned?.stream() ?? null };
  } finally {
    release();
  }
}

/** What a statement does, nothing of it written yet. The caller holds the lock on rows where it reads its table. */
export async function effectsOf(plan: WritingPlan, execution: Execution, claims?: Claims): Promise<Effects> {
  const table = writableTable(execution.session, plan.table);
  const effects = new Effects(plan, table, execution);
  switch (plan.kind) {
    case 'insert': await insert(plan, table, effects, execution, claims); break;
    case 'delete': await deleteRows(plan, table, effects, execution, claims); break;
    case 'update': await update(plan, table, effects, execution, claims); break;
    case 'merge': await merge(plan, table, effects, execution, claims); break;
    default: assertNever(plan);
  }
  return effects;
}

async function insert(plan: WritingPlan & { kind: 'insert' }, table: TableItem, effects: Effects, execution: Execution, claims: Claims | undefined): Promise<void> {
  const { session } = execution;
  const rows = new TableRows(table, session);
  const pace = new Pace(session.core.clock);
  if (plan.onConflict === null) {
    const write = rows.writer(plan.columns, queryTypes(plan.source), effects.changes);
    await eachRow(plan.source, execution, pace, (batch, row) => {
      if (effects.returns) effects.add({ before: null, after: rows.proposed(batch, row, plan.columns) });
      else {
        write(batch, row);
        effects.count();
      }
    });
    return;
  }
  const proposed: Datum[][] = [];
  await eachRow(plan.source, execution, pace, (batch, row) => void proposed.push(rows.proposed(batch, row, plan.columns)));
  await resolveConflicts(plan.onConflict, proposed, {
    rows, execution, pace,
    affect: (affected) => {
      if (affected.before !== null && claims?.claim(table, affected.before) === false) throw affectedTwice();
      effects.add(affected);
    },
  });
}

const queryTypes = (query: Query): SqlType[] => relationTypeOf(query.relation).columns.map((column) => column.type);

async function deleteRows(plan: WritingPlan & { kind: 'delete' }, table: TableItem, effects: Effects, execution: Execution, claims: Claims | undefined): Promise<void> {
  const width = table.columns.length;
  await eachRow(plan.target, execution, new Pace(execution.session.core.clock), (batch, row) => {
    if (claims?.claim(table, readColumns(batch, row, 0, width)) === false) return;
    effects.changes.copy(batch, row, 0, -1);
    if (effects.returns) effects.tell(affectedBy(readRow(batch, row), width));
    else effects.count();
  });
}

const affectedBy = (row: readonly Datum[], width: number): Affected => ({ before: row.slice(0, width), after: null, beside: row.slice(width) });

async function update(plan: WritingPlan & { kind: 'update' }, table: TableItem, effects: Effects, execution: Execution, claims: Claims | undefined): Promise<void> {
  const { session } = execution;
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const columns = table.columns.map((_, index): InsertColumn => ({ source: plan.defaulted.includes(index) ? null : width + index }));
  const write = rows.writer(columns, queryTypes(plan.target), effects.changes);
  await eachRow(plan.target, execution, new Pace(session.core.clock), (batch, row) => {
    if (claims?.claim(table, readColumns(batch, row, 0, width)) === false) return;
    if (effects.returns) {
      effects.add({ before: readColumns(batch, row, 0, width), after: rows.proposed(batch, row, columns), beside: readColumns(batch, row, 2 * width, batch.layout.types.length) });
      return;
    }
    effects.changes.copy(batch, row, 0, -1);
    write(batch, row);
    effects.count();
  });
}

function readColumns(batch: RowBatch, row: number, from: number, end: number): Datum[] {
  const values: Datum[] = [];
  for (let column = from; column < end; column++) values.push(readDatum(batch, row, column));
  return values;
}

async function merge(plan: WritingPlan & { kind: 'merge' }, table: TableItem, effects: Effects, execution: Execution, claims: Claims | undefined): Promise<void> {
  const { session } = execution;
  const rows = new TableRows(table, session);
  const width = table.columns.length;
  const pace = new Pace(session.core.clock);
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
    if (one.before === null || claims?.claim(table, one.before) !== false) effects.add(one);
    if (pace.row()) await pace.rest();
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
