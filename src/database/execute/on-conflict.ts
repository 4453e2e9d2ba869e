import { codecOf, defaultTextSettings, Oid, readDatum, RowBatch, rowLayout, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { TableItem } from '../../catalog/index.ts';
import { bindScalar, evaluateScalar } from '../../ir/index.ts';
import type { Arbiter, OnConflictPlan } from '../../planner/index.ts';
import type { DatabaseSession } from '../session/session.ts';
import { readAll } from './dml.ts';
import type { Affected } from './dml.ts';
import type { Execution } from './execution.ts';
import type { Pace } from '../pace.ts';
import { Outgoing } from './outgoing.ts';
import { valuesOverRows } from './over-rows.ts';
import type { TableRows } from './table-rows.ts';

/** A row as it stands while the statement goes on; `own`: the statement put it there. */
interface Standing {
  readonly row: readonly Datum[];
  readonly own: boolean;
}

/** The rows there are, by one key. */
interface Standings {
  readonly key: Arbiter;
  readonly rows: Map<string, Standing>;
}

/** What resolving needs of the statement; `affect` takes what is done with each row. */
interface Resolving {
  readonly rows: TableRows;
  readonly execution: Execution;
  readonly pace: Pace;
  readonly affect: (affected: Affected) => void;
}

/**
 * What INSERT ... ON CONFLICT does, row by row: a row whose key is there is left out, or changes the row that has it; any other is inserted.
 * The caller holds the lock on rows. Costs a look into an index for each row and key.
 */
export async function resolveConflicts(plan: OnConflictPlan, proposed: readonly Datum[][], { rows, execution, pace, affect }: Resolving): Promise<void> {
  const { table } = rows;
  const { session } = execution;
  const arbiters = await Promise.all(plan.arbiters.map(async (key): Promise<Standings> => {
    const there = await rowsWithKeys(table, key, proposed, session, pace);
    return { key, rows: new Map(there.map((row) => [keyText(table, key, row)!, { row, own: false }])) };
  }));
  const standing = (row: readonly Datum[]): Standing | undefined => arbiters.map(({ key, rows: there }) => there.get(keyText(table, key, row) ?? '')).find((one) => one !== undefined);
  const changed = plan.update === null ? undefined : await changesOf(plan.update, proposed.map((row) => [standing(row)?.row, row]), rows, execution);
  for (const [index, row] of proposed.entries()) {
    if (pace.row()) await pace.rest();
    const met = standing(row);
    if (met === undefined) {
      affect({ before: null, after: row });
      stand(table, arbiters, row);
      continue;
    }
    if (changed === undefined || plan.update === null) continue;
    if (met.own) throw affectedTwice();
    const after = changed(index);
    if (after === undefined) continue;
    rows.fill(after, plan.update.defaulted);
    rows.finish(after);
    affect({ before: met.row, after });
    for (const { key, rows: there } of arbiters) there.delete(keyText(table, key, met.row) ?? '');
    stand(table, arbiters, after);
    // The old key is free again for the table, and taken for this statement: Postgres sees the row by its old version too.
    for (const { key, rows: there } of arbiters) {
      const old = keyText(table, key, met.row);
      if (old !== undefined && !there.has(old)) there.set(old, { row: after, own: true });
    }
  }
}

export const affectedTwice = (): SqlError => new SqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
  hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
});

/**
 * What DO UPDATE makes of each pair of a row that was there before the statement and one that is proposed; undefined where its WHERE does not hold.
 * A row that was there is met once at most, so that with subqueries all pairs can be asked about in one query.
 */
async function changesOf(update: NonNullable<OnConflictPlan['update']>, pairs: readonly (readonly [there: readonly Datum[] | undefined, proposed: readonly Datum[]])[], rows: TableRows, execution: Execution): Promise<(index: number) => Datum[] | undefined> {
  if (update.query === undefined) {
    const values = update.values.map((value) => bindScalar(value, execution.parameters));
    const where = update.where && bindScalar(update.where, execution.parameters);
    return (index) => {
      const [there, row] = pairs[index]!;
      const pair = [...there!, ...row];
      return where !== null && evaluateScalar(where, pair, rows.environment) !== true ? undefined : values.map((value) => evaluateScalar(value, pair, rows.environment));
    };
  }
  const met = [...pairs.keys()].filter((index) => pairs[index]![0] !== undefined);
  const answers = await valuesOverRows(update.query, met.map((index) => pairs[index]!.flatMap((row) => row!)), execution);
  const byIndex = new Map(met.map((index, at) => [index, answers[at]!]));
  return (index) => {
    const [holds, ...values] = byIndex.get(index)!;
    return holds === true ? values : undefined;
  };
}

function stand(table: TableItem, arbiters: readonly Standings[], row: readonly Datum[]): void {
  for (const { key, rows } of arbiters) {
    const text = keyText(table, key, row);
    if (text !== undefined) rows.set(text, { row, own: true });
  }
}

/** The rows of the table, as this session sees it, that share their key with one of these. */
async function rowsWithKeys(table: TableItem, key: Arbiter, like: readonly Datum[][], session: DatabaseSession, pace: Pace): Promise<Datum[][]> {
  const layout = rowLayout(table.columns.map((column) => column.type));
  const wanted = new Set<string | undefined>();
  for (const row of like) {
    wanted.add(keyText(table, key, row));
    if (pace.row()) await pace.rest();
  }
  const found = new Map<string, { readonly row: Datum[]; count: number }>();
  const count = async (batch: RowBatch, stored: boolean): Promise<void> => {
    for (let at = 0; at < batch.rowCount; at++) {
      if (pace.row()) await pace.rest();
      const row = layout.types.map((_, column) => readDatum(batch, at, column));
      const own = keyText(table, key, row);
      if (own === undefined || !wanted.has(own)) continue;
      const text = rowText(table, row);
      const entry = found.get(text) ?? { row, count: 0 };
      // A stored row is found by each of the batches that ask for its key.
      found.set(text, { row, count: (stored ? 0 : entry.count) + batch.weight(at) });
    }
  };
  const changes = session.block?.changesOf(table.id) ?? [];
  const truncated = changes.findLastIndex((change) => change.truncate === true);
  if (truncated < 0 && session.core.catalog.relation(table.id) !== undefined) {
    const out = new Outgoing(layout.types);
    for (const row of like) {
      out.append(row, 1);
      if (pace.row()) await pace.rest();
    }
    for (const rows of out.take()) {
      const there = await session.core.engine.request<ArrayBuffer>({ kind: 'lookup', relation: table.id, columns: key.columns, rows }, [rows]);
      await count(new RowBatch(there, layout), true);
    }
  }
  for (const change of changes.slice(truncated + 1)) if (change.rows !== undefined) await count(new RowBatch(change.rows, layout), false);
  return [...found.values()].flatMap(({ row, count: times }) => (times > 0 ? [row] : []));
}

/** The values of a key as a text that is equal where they are; undefined where a NULL makes the row unlike any other. */
export function keyText(table: TableItem, key: Arbiter, row: readonly Datum[]): string | undefined {
  if (key.nullsNotDistinct !== true && key.columns.some((column) => row[column] === null)) return undefined;
  return JSON.stringify(key.columns.map((column) => equalText(table.columns[column]!.type.oid, row[column]!)));
}

/** Equal values have equal texts: 1.0 and 1.00, 'a' and 'a ' of char(n), 0 and -0. */
function equalText(oid: number, value: Datum): string | null {
  if (value === null) return null;
  const text = codecOf(oid).print(value, defaultTextSettings);
  switch (oid) {
    case Oid.numeric: return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    case Oid.bpchar: return text.trimEnd();
    case Oid.float4: case Oid.float8: return text === '-0' ? '0' : text;
    default: return text;
  }
}

export const rowText = (table: TableItem, row: readonly Datum[]): string =>
  JSON.stringify(row.map((value, column) => (value === null ? null : codecOf(table.columns[column]!.type.oid).print(value, defaultTextSettings))));

/** MERGE may change a row once: of rows that are alike, as many as there are. */
export async function refuseTwice(table: TableItem, affected: readonly Affected[], execution: Execution, pace: Pace): Promise<void> {
  const times = new Map<string, number>();
  for (const { before } of affected) {
    if (pace.row()) await pace.rest();
    if (before === null) continue;
    const text = rowText(table, before);
    times.set(text, (times.get(text) ?? 0) + 1);
  }
  if (![...times.values()].some((count) => count > 1)) return;
  const there = new Map<string, number>();
  const columns = table.columns.map(({ name, type }) => ({ name, type }));
  const all = await readAll({ relation: { op: 'get', id: table.id, type: table.type }, columns, order: [], limit: null, offset: null }, execution, pace);
  for (const row of all) {
    if (pace.row()) await pace.rest();
    const text = rowText(table, row);
    if (times.has(text)) there.set(text, (there.get(text) ?? 0) + 1);
  }
  if ([...times].every(([text, count]) => count <= (there.get(text) ?? 0))) return;
  throw new SqlError('21000', 'MERGE command cannot affect row a second time', { hint: 'Ensure that not more than one source row matches any one target row.' });
}
