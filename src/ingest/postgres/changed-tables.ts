import type pg from 'pg';
import type { Outbox } from '../outbox.ts';
import { schemaChange } from './changes.ts';
import { query } from './connection.ts';
import { readTables } from './describe.ts';
import { changedRowTypes, rowTypeChange } from './row-types.ts';
import type { ReplicatedRowType } from './row-types.ts';
import { failReader } from './snapshot.ts';
import type { PostgresPosition } from './source.ts';
import type { TableReader } from './table-reader.ts';

/**
 * Fails the tables that are not as they were described any more, as the Relation message before their next row would: it may have come already, with rows that
 * were not taken. A table that is not published any more says nothing, as it does while it is read.
 */
export async function failChangedTables(
  client: pg.Client, { publication, rowTypes }: { readonly publication: string; readonly rowTypes: readonly ReplicatedRowType[] }, readers: readonly TableReader[], outbox: Outbox<PostgresPosition>,
): Promise<void> {
  const [[version]] = await query(client, "SELECT current_setting('server_version_num')") as [[string]];
  const { tables } = await readTables(client, publication, Number(version));
  const changed = await changedRowTypes(client, rowTypes);
  for (const reader of readers) {
    const now = tables.find(({ oid }) => oid === reader.table.oid);
    if (now === undefined) continue;
    const key = now.replicaIdentity === 'nothing' ? [] : now.key;
    const columns = now.columns.map(({ name, type, upstreamType }, index) => ({ name, type: upstreamType ?? type.oid, isKey: key.includes(index) }));
    const problem = schemaChange(reader, columns, now.replicaIdentity === 'full') ?? rowTypeChange(reader.table, changed, rowTypes);
    if (problem !== undefined) failReader(reader, problem, outbox);
  }
}
