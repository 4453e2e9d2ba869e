import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { createParser } from '../../src/planner/syntax/index.ts';
import type { SqlParser, Statement } from '../../src/planner/syntax/index.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await createParser();
});

/** A tree without its text and positions. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const left = new Set(['text', 'sql', 'position', 'location', 'query', 'querySql']);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !left.has(key)).map(([key, entry]) => [key, bare(entry)]));
}
const parse = (sql: string): unknown => bare(parser.parse(sql));
const name = (...parts: string[]): unknown => ({ parts });
const text = (value: string): unknown => ({ kind: 'string', value });

test('a Postgres source in the form of 2022', () => {
  const source = parser.parse("CREATE MATERIALIZED SOURCE IF NOT EXISTS a.b FROM POSTGRES CONNECTION 'host=h' -- c\n PUBLICATION 'p' WITH (timestamp_frequency_ms = 100)");
  expect(bare(source)).toEqual({
    kind: 'createSource', name: name('a', 'b'), ifNotExists: true, materialized: true, columns: null,
    from: { kind: 'postgres', connection: { kind: 'string' }, options: [{ name: 'PUBLICATION', value: text('p') }], tables: null },
    with: [{ name: 'TIMESTAMP_FREQUENCY_MS', value: { kind: 'number', value: '100' } }],
  });
});

test('a Postgres source by a connection', () => {
  expect(parse("create source s from postgres connection pg (publication 'p', text columns (public.t.c)) for tables (public.t as x, U)")).toMatchObject({
    from: {
      connection: { kind: 'name', name: name('pg') },
      options: [{ name: 'PUBLICATION' }, { name: 'TEXT COLUMNS', value: { kind: 'list', items: [{ kind: 'name', name: name('public', 't', 'c') }] } }],
      tables: { kind: 'tables', tables: [{ upstream: name('public', 't'), alias: name('x') }, { upstream: name('u'), alias: null }] },
    },
  });
  expect(parse("create source s from postgres connection pg (publication 'p') for all tables")).toMatchObject({ from: { tables: { kind: 'all' } } });
  expect(parse("create source s from postgres connection pg (publication 'p') for schemas (a, \"B\")")).toMatchObject({ from: { tables: { kind: 'schemas', schemas: [{ name: 'a' }, { name: 'B' }] } } });
});

test('Kafka sources of both times', () => {
  expect(parse("create source s from kafka broker 'r:9' topic 't' with (start_offset = 3) format bytes")).toMatchObject({
    from: { kind: 'kafka', connection: { kind: 'brokers', brokers: ['r:9'] }, options: [{ name: 'TOPIC', value: text('t') }], format: { kind: 'bytes' }, include: [], envelope: null },
    with: [{ name: 'START_OFFSET', value: { kind: 'number', value: '3' } }],
  });
  expect(parse("create source s (a bigint) from kafka connection k (topic 't', start offset (0, 10), start timestamp -100) format json include key as k, offset envelope none")).toMatchObject({
    columns: [{ ColumnDef: { colname: 'a' } }],
    from: {
      connection: { kind: 'name', name: name('k') },
      options: [{ name: 'TOPIC' }, { name: 'START OFFSET', value: { kind: 'list' } }, { name: 'START TIMESTAMP', value: { kind: 'number', value: '-100' } }],
      format: { kind: 'json', array: false }, include: [{ what: 'key', alias: 'k' }, { what: 'offset', alias: null }], envelope: { words: 'NONE' },
    },
  });
});

test('a webhook source', () => {
  expect(parse("create source h from webhook body format json array include header 'x-sig' as sig include headers check (with (headers, body as b bytes, secret s as k) f(k, b) = (headers->>'x'))")).toMatchObject({
    from: {
      kind: 'webhook', format: { kind: 'json', array: true }, include: [{ what: 'header', header: 'x-sig', alias: 'sig' }, { what: 'headers', alias: null }],
      check: { inputs: [{ what: 'headers' }, { what: 'body', alias: 'b', bytes: true }, { what: 'secret', secret: name('s'), alias: 'k' }], expression: { A_Expr: {} } },
    },
  });
});

test('secrets keep out of the text that is kept', () => {
  expect(parser.parse("create secret s as 'hush' || 'hush'")).toMatchObject({ kind: 'createSecret', publicSql: "create secret s as '********'" });
});

test('connections', () => {
  expect(parse("create connection if not exists pg to postgres (host 'h', port = 5432, user u, password secret a.p, database 'd', ssl mode require)")).toMatchObject({
    kind: 'createConnection', to: 'postgres', ifNotExists: true,
    options: [
      { name: 'HOST', value: text('h') }, { name: 'PORT', value: { kind: 'number', value: '5432' } }, { name: 'USER', value: { kind: 'name', name: name('u') } },
      { name: 'PASSWORD', value: { kind: 'secret', name: name('a', 'p') } }, { name: 'DATABASE' }, { name: 'SSL MODE', value: { kind: 'name', name: name('require') } },
    ],
  });
  expect(parse("create connection k to kafka (brokers ('a:1', 'b:2'), security protocol 'SASL_SSL', sasl mechanisms = 'PLAIN', nonsense option = 1)")).toMatchObject({
    to: 'kafka', options: [{ name: 'BROKERS' }, { name: 'SECURITY PROTOCOL' }, { name: 'SASL MECHANISMS' }, { name: 'NONSENSE OPTION' }],
  });
});

test('relations of a source', () => {
  expect(parse('create views from source s')).toEqual({ kind: 'createTablesFromSource', source: name('s'), ifNotExists: false, tables: { kind: 'all' } });
  expect(parse('create materialized views if not exists from s (a as b, c)')).toMatchObject({ ifNotExists: true, tables: { tables: [{ upstream: name('a'), alias: name('b') }, { upstream: name('c'), alias: null }] } });
  expect(parse('create table t from source s (reference public.u)')).toMatchObject({ kind: 'createTablesFromSource', tables: { tables: [{ upstream: name('public', 'u'), alias: name('t') }] } });
  expect(parse("create table t (a int) from file 'x.csv'")).toMatchObject({ kind: 'createTableFromFile', path: 'x.csv', columns: [{ ColumnDef: { colname: 'a' } }] });
});

const queryOf = (statement: Statement): string => ('query' in statement && typeof statement.query === 'string' ? statement.query : '');

test('views keep their query as written', () => {
  const view = parser.parse('-- about v\ncreate view if not exists v (a) as\n  select 1 -- one\n  as b;');
  expect(view).toMatchObject({ kind: 'createView', ifNotExists: true, sql: 'create view if not exists v (a) as\n  select 1 -- one\n  as b' });
  expect(queryOf(view)).toBe('select 1 -- one\n  as b');
  const kept = parser.parse("create or replace materialized view v with (on error = 'skip') as (select 1 as x) with data");
  expect(kept).toMatchObject({ kind: 'createMaterializedView', orReplace: true, options: [{ name: 'ON ERROR' }], node: { into: { rel: { relname: 'v' } } } });
  expect(queryOf(kept)).toBe('(select 1 as x)');
  expect(queryOf(parser.parse('create view v as with a as (select 1 as b) select b as c from a'))).toBe('with a as (select 1 as b) select b as c from a');
});

test('locations inside our statements count bytes of the whole text', () => {
  const sql = "create view if not exists é as select 'ü', x";
  const bytes = Buffer.from(sql);
  const target = JSON.stringify(parser.parse(sql)).match(/"ColumnRef":\{[^}]*\}\}\],"location":(\d+)/);
  expect(bytes.subarray(Number(target?.[1])).toString()).toBe('x');
});

test('SUBSCRIBE and TAIL, alone, in a cursor, in COPY', () => {
  expect(parse('tail a.v')).toEqual({ kind: 'subscribe', target: { kind: 'name', name: name('a', 'v') }, options: [], envelope: { kind: 'none' }, asOf: null, upTo: null });
  expect(parse('subscribe to (select 1) envelope upsert (key (a, b)) with (snapshot = false, progress) as of at least 5 + 3 up to 10')).toMatchObject({
    target: { kind: 'query' }, envelope: { kind: 'upsert', key: [name('a'), name('b')] }, options: [{ name: 'SNAPSHOT' }, { name: 'PROGRESS', value: null }],
    asOf: { atLeast: true, value: { A_Expr: {} } }, upTo: { A_Const: { ival: { ival: 10 } } },
  });
  expect(parse('declare c cursor for tail v')).toMatchObject({ kind: 'declare', name: 'c', inner: { kind: 'subscribe' } });
  expect(parse('copy (tail v) to stdout with (format csv)')).toMatchObject({ kind: 'copySubscribe', subscribe: { target: { name: name('v') } }, options: [{ DefElem: { defname: 'format' } }] });
  expect(parse("fetch 5 c with (timeout = '1s')")).toMatchObject({ kind: 'fetch', node: { howMany: 5, portalname: 'c' }, options: [{ name: 'TIMEOUT', value: text('1s') }] });
  expect(parse('fetch 5 from c')).toMatchObject({ kind: 'postgres' });
});

test('statements that hold others', () => {
  expect(parser.parse('declare c cursor with hold for select 1')).toMatchObject({ kind: 'declare', inner: { kind: 'postgres', sql: 'select 1' } });
  expect(parser.parse('prepare p (int) as select $1')).toMatchObject({ kind: 'prepare', types: [{ TypeName: {} }], inner: { sql: 'select $1' } });
  expect(parse('explain physical plan for materialized view v')).toMatchObject({ stage: 'physical', target: { kind: 'view', name: name('v') } });
  expect(parse('explain create materialized view v as select 1')).toMatchObject({ stage: null, target: { statement: { kind: 'createMaterializedView' } } });
  expect(parse('explain (costs off) select 1')).toMatchObject({ options: [{ DefElem: { defname: 'costs' } }] });
});

test('SHOW of objects is a query over the catalog', () => {
  const show = parser.parse("show tables from a like 'it''s\\%'");
  expect(show).toMatchObject({ kind: 'showObjects', what: 'tables', schema: name('a'), relation: null });
  expect('querySql' in show && show.querySql).toContain("name LIKE E'it''s\\\\%'");
  expect(parse("show columns from a.b where name = 'x'")).toMatchObject({ what: 'columns', schema: null, relation: name('a', 'b') });
  expect(parse('show indexes on t')).toMatchObject({ what: 'indexes', relation: name('t') });
  expect(parse('show create materialized view v')).toEqual({ kind: 'showCreate', what: 'materialized view', name: name('v') });
});

test('our own objects: drop, rename, comment, ON ERROR', () => {
  expect(parse('drop source if exists a, b.c cascade')).toEqual({ kind: 'drop', what: 'source', names: [name('a'), name('b', 'c')], ifExists: true, cascade: true });
  expect(parse('alter secret a rename to b')).toEqual({ kind: 'rename', what: 'secret', name: name('a'), ifExists: false, to: 'b' });
  expect(parse("comment on connection c is 'x'")).toEqual({ kind: 'comment', what: 'connection', name: name('c'), comment: 'x' });
  expect(parse("alter materialized view v set (on error = 'skip')")).toMatchObject({ kind: 'alterOnError', reset: false, options: [{ name: 'ON ERROR', value: text('skip') }] });
});

test('every statement of the 2022 script is read', () => {
  const script = readFileSync(new URL('../compat/materialize-2022.sql', import.meta.url), 'utf8');
  expect(parser.split(script).map(({ sql }) => parser.parse(sql).kind)).toEqual([
    'createSource', 'createTablesFromSource', 'createSource', 'createView', 'createView', 'createMaterializedView', 'showObjects', 'showObjects', 'showCreate', 'postgres', 'postgres',
  ]);
});

test('a name of more than 63 bytes is cut as Postgres cuts it', () => {
  const long = 'x'.repeat(70);
  expect(parse(`drop source ${long}`)).toMatchObject({ names: [name('x'.repeat(63))] });
});
