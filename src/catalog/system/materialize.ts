import { Oid, typeInfo } from '../../core/index.ts';
import type { CatalogItem, SourceOrigin } from '../items.ts';
import { ownerName, isRelation } from '../snapshot.ts';
import type { CatalogSnapshot } from '../snapshot.ts';
import { indexesOf } from '../definitions.ts';
import { createStatement, presentQuery } from '../present-query.ts';
import { arrayOf, defineRelation } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import type { SystemState } from './state.ts';

/** Where names are shown without their schema. */
const shown: readonly string[] = ['public'];

/** OIDs by place in this file's list, which is only ever appended to: a relation's own, its row type's, its array's. */
const firstOid = 14000;
let place = 0;
function define(
  schema: 'mz_catalog' | 'mz_internal', name: string, columns: string, comment: string,
  rows: (snapshot: CatalogSnapshot, state: SystemState) => Iterable<NamedRow>,
): SystemRelation {
  const oid = firstOid + 3 * place++;
  return defineRelation({ schema, name, oid, rowType: oid + 1, columns, comment, rows });
}

/** Ids as Materialize prints them: `u` of users, `s` of the system, and the object's number. */
const idOf = (item: CatalogItem): string => (isRelation(item) ? item.id : `u${item.oid}`);

function objectType(item: CatalogItem): string {
  switch (item.kind) {
    case 'materialized view': return 'materialized-view';
    case 'system': return item.query === undefined ? 'table' : 'view';
    default: return item.kind;
  }
}

function* objectsOf<Kind extends CatalogItem['kind']>(snapshot: CatalogSnapshot, kind: Kind): Iterable<Extract<CatalogItem, { kind: Kind }>> {
  for (const item of snapshot.items.values()) if (item.kind === kind) yield item as Extract<CatalogItem, { kind: Kind }>;
}

const named = (item: CatalogItem): NamedRow => ({ id: idOf(item), oid: item.oid, schema_id: String(item.schema), name: item.name });

const schemaRow = (schema: { oid: number; name: string }): NamedRow => ({ id: String(schema.oid), oid: schema.oid, database_id: '1', name: schema.name, owner_id: 'u1' });

function originColumns(origin: SourceOrigin): NamedRow {
  switch (origin.kind) {
    case 'postgres': return { type: 'postgres', external: `${origin.connection.host}:${origin.connection.port}/${origin.connection.database} publication ${origin.publication}` };
    case 'kafka': return { type: 'kafka', external: `${origin.connection.brokers.join(',')} topic ${origin.topic}`, format: origin.format.kind };
    case 'webhook': return { type: 'webhook', format: origin.format.kind };
  }
}

function* columnRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.relations()) {
    for (const [index, column] of item.columns.entries()) {
      const table = item.kind === 'table' ? item.columns[index] : undefined;
      yield {
        id: item.id, name: column.name, position: index + 1, nullable: column.nullable, type: typeInfo(column.type.oid).sqlName,
        default: table?.defaultSql ?? null, type_oid: column.type.oid, type_mod: column.type.typmod,
      };
    }
  }
}

function* dependencyRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.items.values()) {
    for (const needed of new Set(item.kind === 'index' ? [...item.dependsOn, item.on] : item.dependsOn)) {
      const target = snapshot.item(needed);
      if (target !== undefined && target.kind !== 'schema') yield { object_id: idOf(item), referenced_object_id: idOf(target) };
    }
  }
}

function* indexRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const index of indexesOf(snapshot).values()) {
    if (index.constraint !== undefined) continue;
    const columns = index.columns.map((column) => index.on.columns[column]!.name);
    yield { id: `u${index.oid}`, oid: index.oid, name: index.name, on_id: index.on.id, columns: arrayOf(Oid.text, columns), unique: index.unique, owner_id: 'u1' };
  }
}

function* sourceStatusRows(snapshot: CatalogSnapshot, state: SystemState): Iterable<NamedRow> {
  for (const item of objectsOf(snapshot, 'source')) {
    const known = state.sources.find((entry) => entry.source === item.oid);
    yield {
      id: item.id, name: item.name, type: item.origin.kind, last_status_change_at: known?.changedAt ?? null, status: known?.status ?? (item.origin.kind === 'webhook' ? 'running' : 'created'),
      error: known?.error ?? null, details: known?.details ?? null,
    };
  }
}

function* sourceStatisticsRows(snapshot: CatalogSnapshot, state: SystemState): Iterable<NamedRow> {
  for (const known of state.sources) {
    const item = snapshot.item(known.source);
    if (item === undefined) continue;
    yield {
      id: idOf(item), name: item.name, messages_received: known.messagesReceived, bytes_received: known.bytesReceived, rows_inserted: known.rowsInserted,
      rows_deleted: known.rowsDeleted, messages_failed: known.messagesFailed, snapshot_committed: known.snapshotDone,
    };
  }
}

function* viewErrorRows(snapshot: CatalogSnapshot, state: SystemState): Iterable<NamedRow> {
  for (const error of state.viewErrors) {
    const view = snapshot.item(error.view);
    if (view === undefined) continue;
    const source = error.source === undefined ? undefined : snapshot.item(error.source);
    yield {
      view_id: idOf(view), schema_name: snapshot.schemaNameOf(view), view_name: view.name, sqlstate: error.code, message: error.message,
      source_name: source?.name ?? null, key: error.key ?? null, row: error.row ?? null, count: error.count,
    };
  }
}

function* hydrationRows(snapshot: CatalogSnapshot, state: SystemState): Iterable<NamedRow> {
  for (const entry of state.hydration) {
    const item = snapshot.item(entry.object);
    if (item !== undefined) yield { object_id: idOf(item), name: item.name, hydrated: entry.hydrated, rows_done: entry.rowsDone, rows_known: entry.rowsKnown };
  }
  for (const { source, snapshotDone, snapshotRows, snapshotKnown } of state.sources) {
    const item = snapshot.item(source);
    // Of one that was read by an earlier run of the server the counts are not known.
    const counted = !snapshotDone || snapshotRows > 0;
    const known = snapshotDone ? snapshotRows : snapshotKnown === undefined ? null : Math.max(snapshotKnown, snapshotRows);
    if (item?.kind !== 'source' || item.origin.kind === 'webhook') continue;
    yield { object_id: idOf(item), name: item.name, hydrated: snapshotDone, rows_done: counted ? snapshotRows : null, rows_known: counted ? known : null };
  }
}

function* frontierRows(snapshot: CatalogSnapshot, state: SystemState): Iterable<NamedRow> {
  for (const entry of state.frontiers) {
    const item = snapshot.item(entry.object);
    if (item !== undefined) yield { object_id: idOf(item), name: item.name, write_frontier: entry.time };
  }
}

/** The catalog as Materialize lays it out, and what the running system says of itself. */
export const materializeCatalogs: readonly SystemRelation[] = [
  define('mz_catalog', 'mz_databases', 'id text, oid oid, name text, owner_id text', 'databases',
    () => [{ id: '1', oid: 16383, name: 'materialize', owner_id: 'u1' }]),
  define('mz_catalog', 'mz_schemas', 'id text, oid oid, database_id text, name text, owner_id text', 'schemas', (snapshot) => snapshot.schemas.map(schemaRow)),
  define('mz_catalog', 'mz_roles', 'id text, oid oid, name text', 'roles', (_, { roles }) =>
    roles.map((role) => ({ id: role.name === ownerName ? 'u1' : `u${role.oid}`, oid: role.oid, name: role.name }))),
  define('mz_catalog', 'mz_tables', 'id text, oid oid, schema_id text, name text, create_sql text?, source_id text?, owner_id text', 'tables', function* (snapshot) {
    for (const item of objectsOf(snapshot, 'table')) {
      const source = item.origin.kind === 'source' ? snapshot.item(item.origin.source) : undefined;
      yield { ...named(item), create_sql: item.sql, source_id: source === undefined ? null : idOf(source), owner_id: 'u1' };
    }
  }),
  define('mz_catalog', 'mz_sources',
    'id text, oid oid, schema_id text, name text, type text, external text?, format text?, create_sql text?, owner_id text', 'sources', function* (snapshot) {
      for (const item of objectsOf(snapshot, 'source')) yield { ...named(item), ...originColumns(item.origin), create_sql: item.sql, owner_id: 'u1' };
    }),
  define('mz_catalog', 'mz_views', 'id text, oid oid, schema_id text, name text, definition text, create_sql text, owner_id text', 'views', function* (snapshot) {
    for (const item of objectsOf(snapshot, 'view')) yield { ...named(item), definition: presentQuery(snapshot, item, shown), create_sql: createStatement(snapshot, item, shown), owner_id: 'u1' };
  }),
  define('mz_catalog', 'mz_materialized_views',
    'id text, oid oid, schema_id text, name text, definition text, create_sql text, on_error text, owner_id text', 'materialized views', function* (snapshot) {
      for (const item of objectsOf(snapshot, 'materialized view')) {
        yield { ...named(item), definition: presentQuery(snapshot, item, shown), create_sql: createStatement(snapshot, item, shown), on_error: item.onError, owner_id: 'u1' };
      }
    }),
  define('mz_catalog', 'mz_indexes', 'id text, oid oid, name text, on_id text, columns text[], unique bool, owner_id text', 'indexes', indexRows),
  define('mz_catalog', 'mz_columns',
    'id text, name text, position int8, nullable bool, type text, default text?, type_oid oid, type_mod int4', 'columns of relations', columnRows),
  define('mz_catalog', 'mz_secrets', 'id text, oid oid, schema_id text, name text, owner_id text', 'secrets, without their values', function* (snapshot) {
    for (const item of objectsOf(snapshot, 'secret')) yield { ...named(item), owner_id: 'u1' };
  }),
  define('mz_catalog', 'mz_connections', 'id text, oid oid, schema_id text, name text, type text, create_sql text, owner_id text', 'connections', function* (snapshot) {
    for (const item of objectsOf(snapshot, 'connection')) yield { ...named(item), type: item.connection.kind, create_sql: item.sql, owner_id: 'u1' };
  }),
  define('mz_catalog', 'mz_objects', 'id text, oid oid, schema_id text, name text, type text, owner_id text', 'everything that lies in a schema', function* (snapshot) {
    for (const item of snapshot.items.values()) if (item.kind !== 'schema') yield { ...named(item), type: objectType(item), owner_id: 'u1' };
  }),
  define('mz_internal', 'mz_object_dependencies', 'object_id text, referenced_object_id text', 'which object was made of which', dependencyRows),
  define('mz_internal', 'mz_source_statuses',
    'id text, name text, type text, last_status_change_at timestamptz?, status text, error text?, details text?', 'how each source is doing', sourceStatusRows),
  define('mz_internal', 'mz_source_statistics',
    'id text, name text, messages_received int8, bytes_received int8, rows_inserted int8, rows_deleted int8, messages_failed int8, snapshot_committed bool',
    'what each source has read since the server started', sourceStatisticsRows),
  define('mz_internal', 'mz_view_errors',
    'view_id text, schema_name text, view_name text, sqlstate text, message text, source_name text?, key text?, row text?, count int8',
    'errors among the rows of materialized views', viewErrorRows),
  define('mz_internal', 'mz_hydration_statuses', 'object_id text, name text, hydrated bool, rows_done int8?, rows_known int8?', 'how far views and sources have come: rows read so far of those that were there when they began', hydrationRows),
  define('mz_internal', 'mz_frontiers', 'object_id text, name text, write_frontier mz_timestamp', 'the last closed time of each relation', frontierRows),
  define('mz_internal', 'mz_sessions',
    'connection_id int4, role text, application_name text, connected_at timestamptz, client_address text?, state text, query text', 'sessions', (_, { sessions }) =>
      sessions.map((session) => ({
        connection_id: session.pid, role: session.user, application_name: session.application, connected_at: session.connectedAt,
        client_address: session.client === undefined ? null : `${session.client.address}:${session.client.port}`, state: session.state, query: session.query,
      }))),
];
