import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';
import { answers, makeSource } from './upstream-tables.ts';

/** Types that users have made upstream: domains, and types with fields. */

let postgres: TestPostgres;
let millrace: MillraceProcess;
let client: TextClient;

beforeAll(async () => {
  [postgres, millrace] = await Promise.all([startPostgres(), startMillrace()]);
  client = await textClient(millrace.url);
  await client.query(`create connection upstream to postgres (host '127.0.0.1', port ${postgres.port}, database 'postgres', user 'postgres')`);
});
afterAll(async () => {
  await client?.close();
  await Promise.all([millrace?.stop(), postgres?.stop()]);
});

const sourceOver = (name: string, ddl: string, tables: string): Promise<void> => makeSource(postgres, client, name, ddl, tables);
const becomes = (sql: string, rows: readonly (readonly (string | null)[])[]): Promise<true> => answers(client, sql, rows);

/** Waits until both answer the query alike. */
const agree = (sql: string): Promise<true> => until(sql, async () => {
  const ours = (await client.query(sql)).rows.map((row) => row.join('|'));
  const theirs = (await postgres.query(`select array_to_string(array[${sql.slice('select '.length).split(' from ')[0]!.split(', ').map((item) => `(${item})::text`).join(', ')}], '|', '') as row from ${sql.split(' from ')[1]}`)).map(({ row }) => String(row));
  return JSON.stringify(ours) === JSON.stringify(theirs) || Promise.reject(new Error(`${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`));
});

/** Waits until reading fails so. */
const fails = (sql: string, error: object): Promise<true> => until(sql, () => client.query(sql).then(({ rows }) => Promise.reject(new Error(JSON.stringify(rows))), (caught) => {
  expect(caught).toMatchObject(error);
  return true as const;
}));

const typesOf = async (table: string): Promise<readonly (string | null)[]> =>
  (await client.query(`select format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 order by attnum`)).rows.map(([type]) => type!);

test('columns of domains have the type below, through domains, in arrays and over enums', async () => {
  await sourceOver('domains', `create domain cents as numeric(8,2); create domain pence as cents not null check (value > 0); create domain names as varchar(7)[]; create type hue as enum ('red', 'green'); create domain paint as hue;
    create table goods (id int primary key, c cents, p pence, ps pence[], n names, h paint, hs paint[] not null); insert into goods values (1, 1.5, 2, '{3,4.25}', '{a,"b c"}', 'green', '{red,green}')`, 'goods');
  expect(await typesOf('goods')).toEqual(['integer not null', 'numeric(8,2)', 'numeric(8,2)', 'numeric(8,2)[]', 'character varying(7)[]', 'hue', 'hue[] not null']);
  await client.query('create materialized view dear as select h, sum(p) as total, max(ps) as most, count(*) filter (where p is null) as without from goods group by h');
  await postgres.query(`insert into goods values (2, null, 7, '{}', null, 'red', '{}')`);
  // A domain's NOT NULL does not keep NULL out of a column.
  await postgres.query(`insert into goods values (3, 9, (select p from goods where false), null, '{x}', 'red', '{green}')`);
  await agree('select id, c, p, ps, n, h, hs from goods order by id');
  await becomes('select * from dear order by h', [['red', '7.00', '{}', '1'], ['green', '2.00', '{3.00,4.25}', '0']]);
  await becomes('select id from goods where p is null', [['3']]);

  // A label that comes later, and a column that gets another domain.
  await postgres.query(`alter type hue add value 'blue' after 'red'`);
  await postgres.query(`insert into goods values (4, 1, 1, '{1}', '{}', 'blue', '{blue,red}')`);
  await agree('select id, h, hs from goods order by h, id');
  await postgres.query('alter domain cents rename to centimes; alter domain pence drop not null');
  await postgres.query('update goods set p = 8 where id = 1');
  await agree('select id, p from goods order by id');
  await postgres.query(`create domain whole as int; alter table goods alter c type whole; insert into goods (id, hs) values (5, '{}')`);
  await fails('select * from goods', { code: '55000', message: expect.stringContaining('upstream table "public"."goods" changed: column "c" changed its type'), hint: expect.stringContaining('Drop the source here') });
});

test('columns of composite types are values of a type of that name', async () => {
  await sourceOver('composites', `create type mood as enum ('sad', 'ok'); create domain street as varchar(20); create type address as (road street, no int, tags text[]); create type person as (name text, home address, moods mood[], born timestamptz, odd text);
    create domain resident as person; create table people (id int primary key, p person, ps person[], r resident, a address);
    insert into people values (1, row('Ann', row('Elm "St", (1)', 7, '{a,"b,c"}'), '{ok}', '2020-02-29 12:34:56.789+02', E' \\\\ "\\'\\t'), array[row('Bob', null, '{}', 'infinity', '')::person, null], null, row(null, null, null)), (2, null, '{}', row('C', null, null, null, 'NULL'), null)`, 'people');
  expect(await typesOf('people')).toEqual(['integer not null', 'person', 'person[]', 'person', 'address']);
  await agree('select id, p, ps, r, a from people order by id');
  await agree(`select (p).name, ((p).home).road, ((p).home).tags[2], (ps[1]).born, (r).odd, (p is null)::text from people order by id`);
  await client.query('create materialized view roads as select ((p).home).road as road, count(*) as n, max((p).moods) as moods, array_agg(p order by id) as them from people group by 1');
  await postgres.query(`update people set p.home.no = 8, p.moods = '{sad,ok}' where id = 1; insert into people select id + 2, p, ps, r, a from people`);
  await agree('select id, p, ps, r, a from people order by id');
  await becomes('select road, n, moods, array_length(them, 1) from roads order by 1', [['Elm "St", (1)', '2', '{sad,ok}', '2'], [null, '2', null, '2']]);

  // Labels that come later, deep within; what moves a row by all its columns.
  await postgres.query(`alter type mood add value 'best'`);
  await postgres.query(`alter table people replica identity full; update people set p.moods = '{best}' where id = 1; delete from people where id = 4`);
  await agree('select id, p from people order by id');
  expect((await client.query(`select enum_range(null::mood), pg_typeof((select p from people where id = 1))`)).rows).toEqual([['{sad,ok,best}', 'person']]);

  // The type here is upstream's: it stays as long as it is read.
  await expect(client.query('alter type address add attribute town text')).rejects.toMatchObject({ code: '0A000', message: 'cannot alter type "address" because source "composites" uses it' });
  await expect(client.query('drop type person')).rejects.toMatchObject({ code: '2BP01' });
  await client.close();
  await millrace.killAndStart();
  client = await textClient(millrace.url);
  await postgres.query(`insert into people values (5, row('E', row('r', 1, null), '{}', null, null), null, null, null)`);
  await agree('select id, p, ps, r, a from people order by id');
  await client.query('drop source composites cascade');
  await expect(client.query('select null::address')).rejects.toThrow('type "address" does not exist');
  await expect(client.query('select null::mood')).rejects.toThrow('type "mood" does not exist');
});

test('two sources share a type; one with other fields under its name is refused; a type of table rows has the name of its schema too', async () => {
  await postgres.query('create schema other; create type size as (w int, h int); create type other.size as (w int, h int, d int); create table boxes (id int primary key, s size); insert into boxes values (1, (1,2))');
  await sourceOver('boxed', 'create table crates (id int primary key, s size, b boxes); insert into crates values (1, (3,4), (9,(5,6)))', 'boxes, crates');
  await postgres.query('create table chests (id int primary key, s size, o other.size); insert into chests values (1, (7,8), (1,2,3)); create publication again for table chests');
  await client.query(`create materialized source again from postgres connection 'host=127.0.0.1 port=${postgres.port} user=postgres dbname=postgres' publication 'again'`);
  await expect(client.query('alter type other_size add attribute x int')).rejects.toMatchObject({ code: '0A000', message: 'cannot alter type "other_size" because source "again" uses it' });
  await client.query('create views from source again');
  expect(await typesOf('crates')).toEqual(['integer not null', 'size', 'public_boxes']);
  expect(await typesOf('chests')).toEqual(['integer not null', 'size', 'other_size']);
  await agree('select c.id, c.s, b.s, (c.b).id, (c.b).s from crates c join boxes b on b.id = c.id');
  await client.query('drop source boxed cascade');
  await becomes('select (s).h, o from chests', [['8', '(1,2,3)']]);
  await client.query('drop source again cascade; create type size as (w int)');
  await expect(client.query(`create source boxed from postgres connection upstream (publication 'boxed') for all tables`)).rejects.toMatchObject({ code: '42710', message: 'type "size" already exists, with other fields', hint: expect.stringContaining('TEXT COLUMNS') });
  await client.query(`create source boxed from postgres connection upstream (publication 'boxed', text columns (boxes.s, crates.s, crates.b)) for all tables`);
  await becomes('select s, b from crates', [['(3,4)', '(9,"(5,6)")']]);
  await client.query('drop source boxed cascade; drop type size');
});

test('a field of a type that there is none like is refused at CREATE, with its column', async () => {
  await postgres.query('create type shape as (name text, at point); create type thing as (s shape); create table things (id int primary key, t thing[]); create publication things for table things');
  await expect(client.query("create source things from postgres connection upstream (publication 'things') for all tables")).rejects.toMatchObject({
    code: '0A000', hint: 'Have it read as text by TEXT COLUMNS (public.things.t), or name the tables to read by FOR TABLES.',
    message: 'the type of upstream column "public.things.t" (thing[], an array of thing, a composite type with field "s" of type shape, a composite type with field "at" of type point) is not supported',
  });
});

test('a type that gets other fields fails the tables that have it, and no others', async () => {
  await sourceOver('shapes', `create type spot as (x int, y int); create type route as (start spot, stop spot); create table spots (id int primary key, s spot); create table routes (id int primary key, r route[]); create table plain (id int primary key);
    insert into spots values (1, (1,2)); insert into routes values (1, array[row((1,2),(3,4))::route])`, 'spots, routes, plain');
  await agree('select id, s from spots order by id');
  await agree('select id, r from routes order by id');
  // As many fields as before, of the same type: the text alone does not tell.
  await postgres.query('alter type spot drop attribute x; alter type spot add attribute z int');
  await becomes('select * from spots', [['1', '(1,2)']]);
  await postgres.query('begin; insert into plain values (1); insert into spots values (2, (7,8)); commit');
  await postgres.query('insert into plain values (2)');
  const changed = (table: string, column: string): object => ({ code: '55000', message: expect.stringContaining(`upstream table "public"."${table}" changed: the type of column "${column}" has other fields`), hint: expect.stringContaining('Drop the source here') });
  await fails('select * from spots', changed('spots', 's'));
  await becomes('select * from plain order by id', [['1'], ['2']]);
  await fails('select * from routes', changed('routes', 'r'));
  // It stays so: rows that were left out do not come to light as if nothing had been.
  await client.close();
  await millrace.killAndStart();
  client = await textClient(millrace.url);
  await fails('select * from spots', changed('spots', 's'));
  await becomes('select * from plain order by id', [['1'], ['2']]);
  await client.query('drop source shapes cascade');
  await client.query(`create source shapes from postgres connection upstream (publication 'shapes') for all tables`);
  await agree('select id, s from spots order by id');
  // More fields than are known.
  await postgres.query('alter type spot add attribute name text');
  await postgres.query(`insert into spots values (3, (1,2,'c'))`);
  await fails('select * from spots', changed('spots', 's'));
  await client.query('drop source shapes cascade');
});

test('a table that changed while nobody read it fails when it is read again', async () => {
  await sourceOver('absent', 'create table changing (id int primary key, v int); create table staying (id int primary key); insert into changing values (1, 1)', 'changing, staying');
  await becomes('select * from changing', [['1', '1']]);
  await postgres.query('alter table changing add w int; insert into changing values (2, 2, 2); insert into staying values (1)');
  await fails('select * from changing', { code: '55000', message: expect.stringContaining('column "w" was added') });
  await becomes('select * from staying', [['1']]);
  await client.close();
  await millrace.killAndStart();
  client = await textClient(millrace.url);
  await fails('select * from changing', { code: '55000', message: expect.stringContaining('column "w" was added') });
  await client.query('drop source absent cascade');
});
