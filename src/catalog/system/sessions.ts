import { Oid } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { databaseName, databaseOid } from '../snapshot.ts';
import { arrayOf, definePostgres } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import type { SystemState } from './state.ts';

function* settingRows(_: unknown, { settings }: SystemState): Iterable<NamedRow> {
  for (const row of settings) {
    yield {
      name: row.name, setting: row.setting, unit: row.unit ?? null, category: row.category, short_desc: row.description, context: row.context,
      vartype: row.type, source: row.source, min_val: row.minimum ?? null, max_val: row.maximum ?? null,
      enumvals: row.choices === undefined ? null : arrayOf(Oid.text, row.choices), boot_val: row.bootValue, reset_val: row.resetValue, pending_restart: false,
    };
  }
}

function* activityRows(_: unknown, { sessions, roles }: SystemState): Iterable<NamedRow> {
  for (const session of sessions) {
    yield {
      datid: databaseOid, datname: databaseName, pid: session.pid, usesysid: roles.find((role) => role.name === session.user)?.oid ?? null,
      usename: session.user, application_name: session.application, client_addr: session.client?.address ?? null, client_port: session.client?.port ?? null,
      backend_start: session.connectedAt, xact_start: session.transactionStart ?? null, query_start: session.queryStart ?? null,
      state_change: session.stateChange ?? null, state: session.state, query: session.query, backend_type: 'client backend',
    };
  }
}

/** What belongs to sessions: parameters, who is connected, cursors, prepared statements. */
export const sessionCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_settings', settingRows),
  definePostgres('pg_stat_activity', activityRows),
  definePostgres('pg_cursors', (_, { cursors }) => cursors.map((cursor): NamedRow => ({
    name: cursor.name, statement: cursor.statement, is_holdable: cursor.hold, is_binary: cursor.binary, is_scrollable: cursor.scroll, creation_time: cursor.createdAt,
  }))),
  definePostgres('pg_prepared_statements', (_, { preparedStatements }) => preparedStatements.map((prepared): NamedRow => ({
    name: prepared.name, statement: prepared.statement, prepare_time: prepared.preparedAt,
    parameter_types: arrayOf(Oid.regtype, prepared.parameterTypes.map((type): Datum => type.oid)), from_sql: prepared.fromSql,
    generic_plans: 0, custom_plans: 0,
  }))),
];
