/**
 * Changes of the outside world as typed batches: Postgres tables, Kafka topics, webhook bodies.
 * What makes a source is data (options without their clock), so that it may be read on another thread than it was described on.
 * Sources hold a bounded number of unread bytes, never acknowledge what the caller has not, and turn what cannot be decoded into rows, not exceptions.
 */
export type { Source, SourceEvent, SourceRows } from './source.ts';
export { describeEnums, describeUpstream } from './postgres/describe.ts';
export { UnknownLabelError } from './postgres/unknown-label.ts';
export type { UpstreamEnum, UpstreamFacts, UpstreamTableFacts, UpstreamColumn } from './postgres/describe.ts';
export type { UpstreamField, UpstreamRowType, UpstreamType } from './postgres/types.ts';
export { postgresSource } from './postgres/source.ts';
export type { PostgresPosition, PostgresSourceOptions } from './postgres/source.ts';
export type { PostgresUpstream } from './postgres/connection.ts';
export type { ReplicatedTable } from './postgres/table-reader.ts';
export type { ReplicatedRowType } from './postgres/row-types.ts';
export { dropSlot } from './postgres/slot.ts';
export { describeTopic } from './kafka/describe.ts';
export type { TopicFacts, PartitionFacts } from './kafka/describe.ts';
export { holdsBefore, kafkaSource } from './kafka/source.ts';
export type { KafkaPosition, KafkaSourceOptions } from './kafka/source.ts';
export type { KafkaUpstream, KafkaLog } from './kafka/connection.ts';
export { sourceErrorColumns } from './decode/errors.ts';
export type { MessageFormat } from './decode/decoder.ts';
export type { IncludedColumn } from './decode/included.ts';
export { webhookDecoder } from './webhook/webhook.ts';
export type { WebhookOptions, WebhookDecoder, WebhookBody, WebhookHeaders } from './webhook/webhook.ts';
