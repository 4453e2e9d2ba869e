import { POSTGRES_EPOCH_MS, InvariantError, Oid, SqlError, notSupported, sqlType } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';
import type { Format, IncludedColumn, KafkaConnection, PostgresConnection } from '../../catalog/index.ts';
import type { CreateSource } from '../plan.ts';
import type { CreateSourceTree, FormatTree, IncludeTree, SourceTree, StatementOption } from '../syntax/index.ts';
import { parseConnectionString } from './connection-string.ts';
import { brokerAddress, kafkaConnectionOf } from './connections.ts';
import type { Scene } from './context.ts';
import { planTableBody } from './create-table.ts';
import { itemOfKind, newName, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';
import { findOption, optionInteger, optionIntegers, optionText, optionTexts, optionWord, refuseUnknownOptions } from './options.ts';
import type { Purified } from './purify.ts';
import { readBy, selectUpstream, withTextColumns } from './upstream-tables.ts';
import { planWebhook } from './webhook.ts';

type FromPostgres = Extract<SourceTree, { kind: 'postgres' }>;
type FromKafka = Extract<SourceTree, { kind: 'kafka' }>;

export function planCreateSource(tree: CreateSourceTree, purified: Purified | undefined, scene: Scene): Outcome {
  const name = newName(tree.name, scene);
  const taken = whenTaken('source', name, tree.ifNotExists, scene);
  if (taken) return taken;
  const { source, dependsOn } = planOrigin(tree, purified, scene);
  return { plan: { kind: 'createSource', name, source, dependsOn, ifNotExists: tree.ifNotExists, sql: scene.sql, notices: [] } };
}

interface Origin {
  readonly source: CreateSource;
  readonly dependsOn: readonly number[];
}

function planOrigin(tree: CreateSourceTree, purified: Purified | undefined, scene: Scene): Origin {
  switch (tree.from.kind) {
    case 'postgres': return planPostgres(tree, tree.from, purified, scene);
    case 'kafka': return planKafka(tree, tree.from, purified, scene);
    case 'webhook':
      refuseUnknownOptions(tree.with, [], 'CREATE SOURCE ... FROM WEBHOOK');
      return planWebhook(tree.from, tree.columns === null ? null : jsonColumns(tree, scene), scene);
  }
}

/**
 * Options of 2022 that change nothing here. Each is about how its server or client library worked, and is accepted with whatever value it has.
 */
const harmless: Readonly<Record<string, string>> = {
  TIMESTAMP_FREQUENCY_MS: 'how often time was to advance: here it advances with every transaction',
  STATISTICS_INTERVAL_MS: 'how often librdkafka was to report: statistics are always there, in mz_internal.mz_source_statistics',
  TOPIC_METADATA_REFRESH_INTERVAL_MS: 'how often new partitions were looked for: they are found anyway',
  ENABLE_AUTO_COMMIT: 'whether offsets were committed for monitoring: positions are kept with the data',
  FETCH_MESSAGE_MAX_BYTES: 'the size of a client buffer',
  CLIENT_ID: 'the name of the client in the broker\'s logs',
};

export interface PostgresOrigin {
  readonly connection: PostgresConnection;
  readonly publication: string;
  readonly textColumns: readonly string[];
  readonly dependsOn: readonly number[];
}

/** All of `FROM POSTGRES ...` that the statement itself tells. */
export function postgresOrigin(tree: CreateSourceTree, from: FromPostgres, scene: Scene): PostgresOrigin {
  refuseUnknownOptions(tree.with.filter((option) => option.name !== 'TIMESTAMP_FREQUENCY_MS'), [], 'CREATE SOURCE ... FROM POSTGRES');
  if (tree.columns !== null) throw notSupported('columns of a Postgres source', 'Its relations have the columns of the upstream tables.', tree.name.position);
  refuseUnknownOptions(from.options, ['PUBLICATION', 'TEXT COLUMNS'], 'CREATE SOURCE ... FROM POSTGRES');
  const publication = findOption(from.options, 'PUBLICATION');
  if (publication === undefined) throw new SqlError('42601', 'option PUBLICATION of CREATE SOURCE ... FROM POSTGRES is required');
  const text = findOption(from.options, 'TEXT COLUMNS');
  const rest = { publication: optionText(publication), textColumns: text === undefined ? [] : optionTexts(text) };
  if (from.connection.kind === 'string') return { ...rest, connection: parseConnectionString(from.connection.text, from.connection.position), dependsOn: [] };
  const item = itemOfKind('connection', from.connection.name, scene);
  if (item.connection.kind !== 'postgres') throw new SqlError('42809', `"${item.name}" is not a connection to Postgres`, { position: from.connection.name.position });
  return { ...rest, connection: item.connection, dependsOn: [item.oid] };
}

function planPostgres(tree: CreateSourceTree, from: FromPostgres, purified: Purified | undefined, scene: Scene): Origin {
  if (purified?.kind !== 'postgres') throw new InvariantError('CREATE SOURCE ... FROM POSTGRES was planned without the upstream\'s tables');
  const { connection, publication, textColumns, dependsOn } = postgresOrigin(tree, from, scene);
  const all = withTextColumns(purified.tables, textColumns, readBy(from.tables));
  const chosen = from.tables === null ? [] : selectUpstream(from.tables, all, `publication "${publication}"`, scene);
  // Only what is asked for is read; the form of 2022 does not say yet, and reads every table.
  const upstream = from.tables === null || from.tables.kind === 'all' ? all : chosen.map((table) => table.upstream);
  for (const { name } of chosen) whenTaken('table', name, false, scene);
  return { source: { kind: 'postgres', connection, publication, textColumns, upstream, enums: purified.enums, rowTypes: purified.rowTypes, tables: chosen }, dependsOn };
}

export interface KafkaOrigin {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly dependsOn: readonly number[];
}

const kafkaWith = ['START_OFFSET', 'KAFKA_TIME_OFFSET', 'ISOLATION_LEVEL', 'SECURITY_PROTOCOL', 'SASL_MECHANISMS', 'SASL_USERNAME', 'SASL_PASSWORD', 'SSL_CA_LOCATION'];

/** The connection and topic of `FROM KAFKA ...`. */
export function kafkaOrigin(tree: CreateSourceTree, from: FromKafka, scene: Scene): KafkaOrigin {
  const of = 'CREATE SOURCE ... FROM KAFKA';
  refuseUnknownOptions(tree.with.filter((option) => harmless[option.name] === undefined), from.connection.kind === 'brokers' ? kafkaWith : [], of);
  refuseUnknownOptions(from.options, ['TOPIC', 'START OFFSET', 'START TIMESTAMP'], of);
  refuseOtherEnvelopes(from);
  const topicOption = findOption(from.options, 'TOPIC');
  if (topicOption === undefined) throw new SqlError('42601', `option TOPIC of ${of} is required`);
  const topic = optionText(topicOption);
  if (from.connection.kind === 'brokers') return { connection: connectionOf2022(tree, from.connection.brokers), topic, dependsOn: [] };
  const item = itemOfKind('connection', from.connection.name, scene);
  if (item.connection.kind !== 'kafka') throw new SqlError('42809', `"${item.name}" is not a connection to Kafka`, { position: from.connection.name.position });
  return { connection: item.connection, topic, dependsOn: [item.oid] };
}

function refuseOtherEnvelopes({ envelope }: FromKafka): void {
  if (envelope !== null && envelope.words !== 'NONE')
    throw notSupported(`ENVELOPE ${envelope.words}`, 'Every message is a row (ENVELOPE NONE); keep the latest one of a key by DISTINCT ON in a view.', envelope.position);
}

function connectionOf2022(tree: CreateSourceTree, brokers: readonly string[]): KafkaConnection {
  const isolation = findOption(tree.with, 'ISOLATION_LEVEL');
  if (isolation !== undefined && optionWord(isolation) !== 'read_committed') throw notSupported(`isolation_level ${optionText(isolation)}`, 'Only committed messages are read.', isolation.position);
  const find = (name: string): StatementOption | undefined => findOption(tree.with, name);
  const certificate = find('SSL_CA_LOCATION');
  if (certificate !== undefined) throw notSupported('ssl_ca_location', 'CREATE CONNECTION ... TO KAFKA takes SSL CERTIFICATE AUTHORITY with the certificate itself.', certificate.position);
  const security = { protocol: find('SECURITY_PROTOCOL'), mechanism: find('SASL_MECHANISMS'), user: find('SASL_USERNAME'), password: find('SASL_PASSWORD'), rootCertificate: undefined };
  return kafkaConnectionOf(brokers.flatMap((broker) => broker.split(',')).map(brokerAddress), security, (option) => (option === undefined ? undefined : optionText(option)));
}

function planKafka(tree: CreateSourceTree, from: FromKafka, purified: Purified | undefined, scene: Scene): Origin {
  if (purified?.kind !== 'kafka') throw new InvariantError('CREATE SOURCE ... FROM KAFKA was planned without the topic\'s ends');
  const { connection, topic, dependsOn } = kafkaOrigin(tree, from, scene);
  const { format, columns } = valueColumns(from.format, tree, scene);
  const included = from.include.map((include) => includedColumn(include));
  const all = [...columns, ...included.map((column) => ({ name: column.name, type: sqlType(includedTypes[column.what]), nullable: nullableIncludes.has(column.what) }))];
  refuseTwice(all);
  return { source: { kind: 'kafka', connection, topic, columns: all, format, included, ...startOf(tree, from, scene), endOffsets: purified.endOffsets }, dependsOn };
}

function refuseTwice(columns: readonly Column[]): void {
  const twice = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) < i);
  if (twice) throw new SqlError('42701', `column "${twice.name}" specified more than once`, { hint: 'Name it otherwise: INCLUDE ... AS name.' });
}

/** A message's value: one column, or with typed JSON a column for each field named. A message may have no value (a tombstone), so that each may be NULL. */
function valueColumns(format: FormatTree, tree: CreateSourceTree, scene: Scene): { readonly format: Format; readonly columns: readonly Column[] } {
  if (format.array) throw notSupported('FORMAT JSON ARRAY of a Kafka source', 'Every message is one document; take arrays apart by jsonb_array_elements in a view.', format.position);
  const typed = tree.columns !== null;
  if (typed && format.kind !== 'json') throw notSupported(`columns with FORMAT ${format.kind.toUpperCase()}`, 'Only FORMAT JSON has fields to name; name the one column in a view.', tree.name.position);
  switch (format.kind) {
    case 'bytes': return { format: { kind: 'bytes' }, columns: [{ name: 'data', type: sqlType(Oid.bytea), nullable: true }] };
    case 'text': return { format: { kind: 'text' }, columns: [{ name: 'text', type: sqlType(Oid.text), nullable: true }] };
    case 'json': return { format: { kind: 'json', typed }, columns: typed ? jsonColumns(tree, scene) : [{ name: 'data', type: sqlType(Oid.jsonb), nullable: true }] };
  }
}

function jsonColumns(tree: CreateSourceTree, scene: Scene): readonly Column[] {
  const { columns, keys, checks, foreignKeys } = planTableBody(tree.columns ?? [], { schema: 0, name: tree.name.parts.at(-1) ?? '' }, () => false, scene);
  if (keys.length + checks.length + foreignKeys.length > 0) throw notSupported('constraints of a source', 'What comes from outside cannot be refused; leave them out.', tree.name.position);
  const defaulted = columns.find((column) => column.default !== undefined || column.sequence !== undefined || column.generated !== undefined);
  if (defaulted) throw notSupported('DEFAULT, SERIAL and GENERATED in a source', 'Use COALESCE in a view.', tree.name.position);
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

const includedTypes: Readonly<Record<IncludedColumn['what'], number>> = {
  key: Oid.bytea, partition: Oid.int4, offset: Oid.int8, timestamp: Oid.timestamp, headers: Oid.jsonb, header: Oid.text,
};
const nullableIncludes: ReadonlySet<IncludedColumn['what']> = new Set(['key', 'headers', 'header']);

export function includedColumn(include: IncludeTree): IncludedColumn {
  if (include.what === 'header' && include.alias === null) throw new SqlError('42601', 'INCLUDE HEADER needs AS and a name for the column', { position: include.position });
  return { what: include.what, name: include.alias ?? include.what, ...(include.header !== null && { header: include.header }) };
}

type Start = Pick<Extract<CreateSource, { kind: 'kafka' }>, 'startOffsets' | 'startTimestampMs'>;

/** START OFFSET (by partition) and START TIMESTAMP (negative: that long ago), in either spelling. */
function startOf(tree: CreateSourceTree, from: FromKafka, scene: Scene): Start {
  const offset = findOption(from.options, 'START OFFSET') ?? findOption(tree.with, 'START_OFFSET');
  const time = findOption(from.options, 'START TIMESTAMP') ?? findOption(tree.with, 'KAFKA_TIME_OFFSET');
  if (offset !== undefined && time !== undefined) throw new SqlError('42601', 'START OFFSET and START TIMESTAMP exclude each other', { position: time.position });
  const offsets = offset === undefined ? undefined : optionIntegers(offset);
  if (offsets?.some((value) => value < 0) === true) throw new SqlError('22023', 'START OFFSET must not be negative', { position: offset?.position });
  const written = time === undefined ? undefined : optionInteger(time);
  const nowMs = Number(scene.environment.statementTimeMicros) / 1000 + POSTGRES_EPOCH_MS;
  const startTimestampMs = written === undefined || written >= 0 ? written : Math.floor(nowMs) + written;
  return { ...(offsets !== undefined && { startOffsets: offsets }), ...(startTimestampMs !== undefined && { startTimestampMs }) };
}
