import { InvariantError } from '../core/index.ts';
import type { CatalogSnapshot, KafkaConnection, OptionValue, PostgresConnection, SourceItem, TableItem } from '../catalog/index.ts';
import type { KafkaUpstream, PostgresUpstream } from '../ingest/index.ts';
import type { ReadPlan } from './ingest/messages.ts';

/** Value of an option, a secret's looked up. */
export type ResolveOption = (value: OptionValue) => string;

export function postgresUpstream(connection: PostgresConnection, resolve: ResolveOption): PostgresUpstream {
  return {
    host: connection.host, port: connection.port, database: connection.database, user: resolve(connection.user), sslMode: connection.sslMode,
    ...(connection.password === undefined ? {} : { password: resolve(connection.password) }),
    ...(connection.sslRootCert === undefined ? {} : { sslRootCert: resolve(connection.sslRootCert) }),
  } as PostgresUpstream;
}

export function kafkaUpstream(connection: KafkaConnection, resolve: ResolveOption): KafkaUpstream {
  const { sasl } = connection;
  return {
    brokers: connection.brokers, securityProtocol: connection.securityProtocol,
    ...(sasl === undefined ? {} : { sasl: { mechanism: sasl.mechanism, user: resolve(sasl.user), password: resolve(sasl.password) } }),
    ...(connection.sslRootCert === undefined ? {} : { sslRootCert: resolve(connection.sslRootCert) }),
  } as KafkaUpstream;
}

/** How a source is read, for who reads it; undefined where there is nothing to read: a webhook, a Postgres source of which no table is wanted yet. */
export function readPlan(item: SourceItem, tables: readonly TableItem[], resolve: ResolveOption): ReadPlan | undefined {
  const { origin } = item;
  switch (origin.kind) {
    case 'postgres':
      if (tables.length === 0) return undefined; // CREATE VIEWS FROM SOURCE has not been said
      return { kind: 'postgres', options: { upstream: postgresUpstream(origin.connection, resolve), publication: origin.publication, slot: origin.slot, tables: tables.map((table) => upstreamOf(origin.tables, table)), rowTypes: origin.rowTypes ?? [] } };
    case 'kafka':
      return {
        kind: 'kafka',
        options: {
          upstream: kafkaUpstream(origin.connection, resolve), topic: origin.topic, format: origin.format, columns: item.columns, included: origin.included,
          ...(origin.startOffsets === undefined ? {} : { startOffsets: origin.startOffsets }),
          ...(origin.endOffsets === undefined ? {} : { endOffsets: origin.endOffsets }),
          ...(origin.startTimestampMs === undefined ? {} : { startTimestampMs: origin.startTimestampMs }),
        },
      };
    case 'webhook':
      return undefined;
  }
}

/** The tables fed by a Postgres source, in order of their OIDs. */
export function tablesOf(source: SourceItem, catalog: CatalogSnapshot): TableItem[] {
  return [...catalog.relations()].filter((item): item is TableItem => item.kind === 'table' && item.origin.kind === 'source' && item.origin.source === source.oid && item.id !== source.errors)
    .sort((a, b) => a.oid - b.oid);
}

function upstreamOf<T extends { readonly schema: string; readonly name: string }>(tables: readonly T[], table: TableItem): T {
  if (table.origin.kind !== 'source') throw new InvariantError(`${table.name} has no upstream`);
  const { schema, name } = table.origin.upstream;
  const found = tables.find((upstream) => upstream.schema === schema && upstream.name === name);
  if (found === undefined) throw new InvariantError(`no upstream table ${schema}.${name}`);
  return found;
}
