import { codecOf, defaultTextSettings, readRow, RowBatch, rowLayout, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { TableItem } from '../../catalog/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { Arbiter } from '../../planner/index.ts';
import type { WireChange } from '../engine/messages.ts';
import { Pace } from '../pace.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { Transaction } from '../transaction.ts';
import { keyText, rowText } from './on-conflict.ts';

/** How many rows of each key the changes of a block come to, by the key's text; `seen` of its changes are counted, and nothing stored counts where it truncated the table. */
export interface KeyTally {
  seen: number;
  truncated: boolean;
  readonly rows: Map<string, number>;
}

/**
 * Raises 23505 where the changes, with those the block has made before, would leave two rows with a key that the block itself has made: of such a key, and of a table
 * of its own, the engine learns at the commit. Costs one look at each row of the changes, and into an index of the engine where the table is older than the block.
 */
export async function checkOwnKeys(session: DatabaseSession, block: Transaction, changes: readonly WireChange[]): Promise<void> {
  if (block.catalog === undefined) return;
  const pace = new Pace(session.core.clock);
  for (const id of new Set(changes.map((change) => change.relation))) {
    const table = session.catalog.relation(id);
    if (table?.kind !== 'table') continue;
    for (const key of ownKeys(table, session)) await checkOwnKey(table, key, session, block, changes.filter((change) => change.relation === id), pace);
  }
}

/** The unique keys of a table that are not committed. */
function ownKeys(table: TableItem, { catalog, core }: DatabaseSession): Arbiter[] {
  const named = catalog.dependents(table.oid).flatMap((item) => (item.kind === 'index' && item.on === table.oid && item.unique ? [item] : []));
  const committed = core.catalog.relation(table.id);
  const known = new Set(committed?.kind === 'table' ? committed.keys.map(({ oid }) => oid) : []);
  return [...table.keys.filter(({ oid }) => !known.has(oid)), ...named.filter(({ oid }) => core.catalog.item(oid) === undefined || committed === undefined)];
}

async function checkOwnKey(table: TableItem, key: Arbiter, session: DatabaseSession, block: Transaction, changes: readonly WireChange[], pace: Pace): Promise<void> {
  const tally = tallyOf(block, table.id, key);
  const layout = rowLayout(table.columns.map((column) => column.type));
  const count = async (change: WireChange): Promise<void> => {
    tally.seen++;
    if (change.truncate === true) {
      tally.truncated = true;
      tally.rows.clear();
    }
    if (change.rows === undefined) return;
    const batch = new RowBatch(change.rows, layout);
    for (let at = 0; at < batch.rowCount; at++) {
      if (pace.row()) await pace.rest();
      const text = keyText(table, key, readRow(batch, at));
      if (text !== undefined) tally.rows.set(text, (tally.rows.get(text) ?? 0) + batch.weight(at));
    }
  };
  for (const change of block.changesOf(table.id).slice(tally.seen)) await count(change);
  for (const change of changes) await count(change);
  const stored = tally.truncated || session.core.catalog.relation(table.id) === undefined ? undefined : await storedRows(table, key, changes, session, pace);
  for (const { rows } of changes) {
    if (rows === undefined) continue;
    const batch = new RowBatch(rows, layout);
    for (let at = 0; at < batch.rowCount; at++) {
      if (pace.row()) await pace.rest();
      if (batch.weight(at) <= 0) continue;
      const row = readRow(batch, at);
      const text = keyText(table, key, row);
      if (text !== undefined && (tally.rows.get(text) ?? 0) + (stored?.get(text) ?? 0) > 1) throw duplicate(table, key, row, session);
    }
  }
}

function tallyOf(block: Transaction, table: RelationId, key: Arbiter): KeyTally {
  const name = `${table} ${key.columns.join()} ${key.nullsNotDistinct === true}`;
  let tally = block.keys.get(name);
  if (tally === undefined) block.keys.set(name, tally = { seen: 0, truncated: false, rows: new Map() });
  return tally;
}

/** How many committed rows have the keys of the rows that the changes add. */
async function storedRows(table: TableItem, key: Arbiter, changes: readonly WireChange[], session: DatabaseSession, pace: Pace): Promise<Map<string, number>> {
  const layout = rowLayout(table.columns.map((column) => column.type));
  const found = new Map<string, Map<string, number>>();
  for (const { rows } of changes) {
    if (rows === undefined) continue;
    const like = rows.slice(0);
    const there = new RowBatch(await session.core.engine.request<ArrayBuffer>({ kind: 'lookup', relation: table.id, columns: key.columns, rows: like }, [like]), layout);
    for (let at = 0; at < there.rowCount; at++) {
      if (pace.row()) await pace.rest();
      const row = readRow(there, at);
      const text = keyText(table, key, row);
      if (text === undefined) continue;
      // A row is found by each of the batches that ask for its key.
      const same = found.get(text) ?? new Map<string, number>();
      same.set(rowText(table, row), there.weight(at));
      found.set(text, same);
    }
  }
  return new Map([...found].map(([text, same]) => [text, [...same.values()].reduce((sum, weight) => sum + weight, 0)]));
}

function duplicate(table: TableItem, key: Arbiter, row: readonly Datum[], session: DatabaseSession): SqlError {
  const values = key.columns.map((column) => (row[column] === null ? 'null' : codecOf(table.columns[column]!.type.oid).print(row[column]!, defaultTextSettings)));
  return new SqlError('23505', `duplicate key value violates unique constraint "${key.name}"`, {
    detail: `Key (${key.columns.map((column) => table.columns[column]!.name).join(', ')})=(${values.join(', ')}) already exists.`,
    schema: session.catalog.schemaNameOf(table), table: table.name, constraint: key.name,
  });
}
