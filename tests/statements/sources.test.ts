import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import type { UpstreamTable } from '../../src/catalog/index.ts';
import { createParser, parseConnectionString } from '../../src/planner/index.ts';
import { World } from './world.ts';

const column = (name: string, oid: number, attribute: number): UpstreamTable['columns'][number] => ({ name, type: { oid, typmod: -1 }, nullable: true, attribute });
const upstream: readonly UpstreamTable[] = [
  { schema: 'public', name: 'visits', oid: 1, key: [0], replicaIdentity: 'full', columns: [column('id', 23, 1), column('arrived_at', 1114, 2), column('bought_at', 1114, 3), column('total', 23, 4)] },
  { schema: 'public', name: 'gifts', oid: 2, key: [0], replicaIdentity: 'full', columns: [column('id', 23, 1), column('visit_id', 23, 2), column('worth', 23, 3)] },
];
const withMood: readonly UpstreamTable[] = [{ schema: 'shop', name: 'moods', oid: 3, key: [0], replicaIdentity: 'default', columns: [column('id', 23, 1), column('mood', 99_999, 2)] }];

let world: World;
beforeEach(async () => {
  world = await World.create(upstream);
});

const fromPostgres2022 = "create materialized source s from postgres connection 'host=h user=u dbname=d' publication 'p' with (timestamp_frequency_ms = 100)";

test('a source of 2022 reads every table and makes relations only by CREATE VIEWS', () => {
  expect(world.asks(fromPostgres2022)).toEqual({ kind: 'postgres', publication: 'p', connection: { kind: 'postgres', host: 'h', port: 5432, user: 'u', database: 'd', sslMode: 'prefer' } });
  expect(world.run(fromPostgres2022).plan).toMatchObject({ kind: 'createSource', source: { kind: 'postgres', tables: [], upstream } });
  expect(world.run('create views from source s').plan).toMatchObject({ kind: 'createTablesFromSource', tables: [{ name: { schema: 2200, name: 'visits' } }, { name: { schema: 2200, name: 'gifts' } }] });
  expect(world.refusal('create views from source s')).toMatchObject({ code: '42P07', message: 'relation "visits" already exists' });
  expect(world.plan('create views if not exists from source s (visits, gifts as presents)')).toMatchObject({
    plan: { tables: [{ upstream: { name: 'gifts' }, name: { name: 'presents' } }] }, notices: [{ message: 'relation "visits" already exists, skipping' }],
  });
  expect(world.plan('drop view visits').plan).toMatchObject({ kind: 'drop', tag: 'DROP VIEW' });
  expect(world.refusal('drop source s')).toMatchObject({ code: '2BP01' });
  expect(world.refusal('create views from source s (nothing)')).toMatchObject({ code: '42P01', hint: 'It has: public.visits, public.gifts.' });
});

test('IF NOT EXISTS on a source that is there asks nobody', () => {
  world.run(fromPostgres2022);
  const again = fromPostgres2022.replace('source s', 'source if not exists s');
  expect(world.asks(again)).toBeUndefined();
  expect(world.plan(again).plan).toEqual({ kind: 'noop', tag: 'CREATE SOURCE' });
});

test('secrets, connections and a source with its tables', () => {
  world.run("create secret pw as 'hush'; create connection pg to postgres (host 'h', user 'u', password secret pw, database 'd', ssl mode require)");
  const secret = world.catalog.find('public', 'pw', [])!;
  const connection = world.catalog.find('public', 'pg', [])!;
  expect(connection).toMatchObject({ dependsOn: [secret.oid], connection: { port: 5432, password: { secret: secret.oid }, sslMode: 'require' } });
  expect(secret.sql).not.toContain('hush');
  const { plan } = world.plan("create source s from postgres connection pg (publication 'p') for tables (visits as v)");
  expect(plan).toMatchObject({ kind: 'createSource', dependsOn: [connection.oid], source: { upstream: [{ name: 'visits' }], tables: [{ name: { name: 'v' } }] } });
  expect(world.plan("create source s from postgres connection pg (publication 'p') for all tables").plan).toMatchObject({ source: { tables: [{ name: { name: 'visits' } }, { name: { name: 'gifts' } }] } });
  expect(world.refusal("create source s from postgres connection pg (publication 'p') for schemas (nowhere)")).toMatchObject({ code: '3F000' });
  expect(world.refusal("create source s from kafka connection pg (topic 't') format json")).toMatchObject({ code: '42809', message: '"pg" is not a connection to Kafka' });
  expect(world.refusal('drop secret pw')).toMatchObject({ code: '2BP01' });
});

test('an upstream type that cannot be read names the column and the cure', async () => {
  world = await World.create(withMood);
  world.run("create connection pg to postgres (host 'h', user 'u', database 'd')");
  expect(world.refusal("create source s from postgres connection pg (publication 'p') for all tables")).toMatchObject({
    code: '0A000', message: 'the type of upstream column "shop.moods.mood" is not supported', hint: expect.stringContaining('TEXT COLUMNS (shop.moods.mood)'),
  });
  expect(world.plan("create source s from postgres connection pg (publication 'p', text columns (shop.moods.mood)) for all tables").plan)
    .toMatchObject({ source: { textColumns: ['shop.moods.mood'], upstream: [{ columns: [{ type: { oid: 23 } }, { type: { oid: 25 } }] }] } });
  expect(world.refusal("create source s from postgres connection pg (publication 'p', text columns (shop.moods.frob)) for all tables")).toMatchObject({ code: '42703' });
});

test('Kafka sources: columns by format, metadata, where to start', () => {
  const bytes = world.plan("create source s from kafka broker 'r' topic 't' format bytes").plan;
  expect(bytes).toMatchObject({ source: { kind: 'kafka', connection: { brokers: ['r:9092'], securityProtocol: 'plaintext' }, topic: 't', columns: [{ name: 'data', type: { oid: 17 } }] } });
  expect(world.plan("create source s from kafka broker 'r:1' topic 't' format text").plan).toMatchObject({ source: { columns: [{ name: 'text', type: { oid: 25 } }] } });
  world.run("create connection k to kafka (brokers ('a:1', 'b:2'), sasl username 'u', sasl password 'p', sasl mechanisms 'SCRAM-SHA-256')");
  expect(world.plan("create source s from kafka connection k (topic 't', start timestamp -1000) format json").plan)
    .toMatchObject({ source: { connection: { securityProtocol: 'sasl_ssl', sasl: { mechanism: 'scram-sha-256', user: 'u' } }, columns: [{ name: 'data', type: { oid: 3802 } }], startTimestampMs: 946_684_800_000 + 700_000_000_000 - 1000 } });
  expect(world.plan("create source s (a bigint not null, b text) from kafka connection k (topic 't', start offset (0, 10)) format json include key as k, partition, offset, timestamp, headers").plan)
    .toMatchObject({
      source: {
        format: { kind: 'json', typed: true }, startOffsets: [0, 10], included: [{ what: 'key', name: 'k' }, { what: 'partition' }, { what: 'offset' }, { what: 'timestamp' }, { what: 'headers' }],
        columns: [{ name: 'a', nullable: false }, { name: 'b' }, { name: 'k', type: { oid: 17 } }, { name: 'partition' }, { name: 'offset' }, { name: 'timestamp' }, { name: 'headers', type: { oid: 3802 } }],
      },
    });
});

test.each([
  ["create source s from kafka broker 'r' topic 't' with (client_id = 'x', statistics_interval_ms = 5) format bytes envelope upsert", 'ENVELOPE UPSERT'],
  ["create source s from kafka broker 'r' topic 't' format bytes envelope debezium upsert", 'ENVELOPE DEBEZIUM UPSERT'],
  ["create source s from kafka broker 'r' topic 't' format bytes with (group_id_prefix = 'x')", 'option GROUP_ID_PREFIX of CREATE SOURCE ... FROM KAFKA'],
  ["create source s from kafka broker 'r' topic 't' format bytes with (isolation_level = 'read_uncommitted')", 'isolation_level read_uncommitted'],
  ["create source s (a int) from kafka broker 'r' topic 't' format bytes", 'columns with FORMAT BYTES'],
  ["create source s (a int primary key) from kafka broker 'r' topic 't' format json", 'constraints of a source'],
  ["create source s from postgres connection 'host=h user=u options=-cfoo' publication 'p'", 'connection option "options"'],
  ["create source s from postgres connection 'host=a,b user=u' publication 'p'", 'several hosts in a connection string'],
  ["create connection c to postgres (host 'h', user 'u', database 'd', ssh tunnel x)", 'option SSH TUNNEL of CREATE CONNECTION ... TO POSTGRES'],
  ["create connection c to kafka (broker 'h', security protocol 'frob')", 'SECURITY PROTOCOL frob'],
])('an option we do not have is refused by name: %s', (sql, feature) => {
  expect(world.refusal(sql)).toMatchObject({ code: '0A000', message: `${feature} is not supported` });
});

test('a webhook source and its check', () => {
  world.run("create secret key as 'k'");
  const { plan } = world.plan("create source h from webhook body format json include header 'x-sig' as sig include headers check (with (headers, body as b, secret key) headers->>'x-sig' = key and b <> '')");
  expect(plan).toMatchObject({
    source: {
      kind: 'webhook', format: { kind: 'json' }, secrets: ['public.key'], columns: [{ name: 'body', type: { oid: 3802 } }, { name: 'sig', type: { oid: 25 } }, { name: 'headers', type: { oid: 3802 } }],
      check: { op: 'and' },
    },
  });
  expect(world.refusal("create source h from webhook body format json check (with (body) headers is null)")).toMatchObject({ code: '42703' });
  expect(world.refusal('create source h from webhook body format text include partition')).toMatchObject({ code: '42601' });
});

test('every statement of the 2022 script is planned', async () => {
  const parser = await createParser();
  const script = readFileSync(new URL('../compat/materialize-2022.sql', import.meta.url), 'utf8').replaceAll('${POSTGRES}', 'host=h user=u').replaceAll('${KAFKA}', 'r:9092');
  expect(parser.split(script).map(({ sql }) => world.run(sql).plan.kind)).toEqual([
    'createSource', 'createTablesFromSource', 'createSource', 'createView', 'createView', 'createMaterializedView', 'query', 'query', 'query', 'query', 'drop',
  ]);
});

test.each([
  ['host=h', 'user'], ['host = h user', 'missing "=" after "user"'], ["host='h user=u", 'unterminated quoted string'], ['user=u port=x', 'invalid port number'], ['user=u sslmode=frob', 'invalid sslmode value'],
])('a connection string that is none: %s', (text, message) => {
  expect(() => parseConnectionString(text, 1)).toThrow(message);
});

test.each([
  ['user=u', { host: 'localhost', port: 5432, user: 'u', database: 'u', sslMode: 'prefer' }],
  ["host = h user='a b\\'c' password=p\\ q dbname=d port=6432 sslmode=disable connect_timeout=3", { host: 'h', port: 6432, user: "a b'c", password: 'p q', database: 'd', sslMode: 'disable' }],
  ['postgresql://u:p%40@h:6432/d?sslmode=require', { host: 'h', port: 6432, user: 'u', password: 'p@', database: 'd', sslMode: 'require' }],
  ['postgres://u@[::1]/d', { host: '::1', port: 5432, user: 'u', database: 'd' }],
  ['postgresql:///d?user=u&host=h', { host: 'h', user: 'u', database: 'd' }],
])('connection strings: %s', (text, expected) => {
  expect(parseConnectionString(text, 1)).toMatchObject(expected);
});
