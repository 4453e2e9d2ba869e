/**
 * What exists: an immutable snapshot, and the changes that lead from one snapshot to the next. Synchronous and pure; storage makes changes durable.
 */
export type {
  CatalogItem, RelationCatalogItem, SchemaItem, TableItem, TableColumn, KeyConstraint, SourceItem, SourceOrigin, ViewItem, MaterializedViewItem,
  IndexItem, SecretItem, ConnectionItem, SystemItem, Format, IncludedColumn, OnError, OptionValue, SecretReference, PostgresConnection, KafkaConnection, UpstreamTable,
} from './items.ts';
