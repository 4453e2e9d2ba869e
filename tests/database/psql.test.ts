import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SystemClock, SystemRandom } from '../../src/core/index.ts';
import { startServer } from '../../src/server/index.ts';
import type { Server } from '../../src/server/index.ts';
import { psql, psqlMissing } from '../server/support/psql.ts';
import { open } from './support.ts';
import type { Opened } from './support.ts';

/** psql itself, against the database behind a real socket. */
describe.skipIf(psqlMissing)('psql', { timeout: 30_000 }, () => {
  let opened: Opened;
  let server: Server;
  const run = (...args: string[]): ReturnType<typeof psql> => psql(server.address.port, args);
  const script = (input: string): ReturnType<typeof psql> => psql(server.address.port, ['-At'], { input });

  beforeAll(async () => {
    opened = await open({ inline: true });
    const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
    server = await startServer({ database: opened.database, host: '127.0.0.1', port: 0, auth: { method: 'trust' }, clock: new SystemClock(), random: new SystemRandom(), log });
    const { err } = await run('-c', `create table fruit (id int primary key, name text not null default 'none', price numeric(8,2))`,
      '-c', `insert into fruit values (1, 'apple', 0.5), (2, 'pear', 0.75), (3, 'plum', null)`,
      '-c', 'create view cheap as select id, name from fruit where price < 0.6',
      '-c', 'create materialized view prices as select count(*) as n, sum(price) as total from fruit',
      '-c', 'create index prices_n on prices (n)');
    expect(err).toBe('');
  });
  afterAll(async () => {
    await server?.close();
    await opened?.close();
  });

  test('lists the user\'s relations, and no others', async () => {
    const names = async (command: string): Promise<string[]> => (await run('-At', '-c', command)).out.trim().split('\n').map((line) => line.split('|')[1]!);
    expect(await names('\\d')).toEqual(['cheap', 'fruit', 'prices']);
    expect(await names('\\dt')).toEqual(['fruit']);
    expect(await names('\\dv')).toEqual(['cheap']);
    expect(await names('\\dm')).toEqual(['prices']);
    expect(await names('\\di')).toEqual(['fruit_pkey', 'prices_n']);
  });

  test('describes a table as Postgres does', async () => {
    expect((await run('-c', '\\d fruit')).out).toBe(`                    Table "public.fruit"
 Column |     Type     | Collation | Nullable |   Default    
--------+--------------+-----------+----------+--------------
 id     | integer      |           | not null | 
 name   | text         |           | not null | 'none'::text
 price  | numeric(8,2) |           |          | 
Indexes:
    "fruit_pkey" PRIMARY KEY, btree (id)

`);
    expect((await run('-c', '\\d+ cheap')).out).toContain('select id, name from fruit where price < 0.6;');
    expect((await run('-c', '\\d prices')).out).toContain('Materialized view "public.prices"');
  });

  test.each([
    '\\d+ fruit', '\\d cheap', '\\d+ prices', '\\d prices_n', '\\d pg_class', '\\d fr*', '\\d public.*', '\\dt+', '\\dv+', '\\dm+', '\\di+', '\\ds', '\\dE', '\\dS', '\\df', '\\df+ upper', '\\da', '\\do', '\\dC',
    '\\l', '\\l+', '\\dn', '\\dn+', '\\du', '\\dg+', '\\dT', '\\dT+', '\\dO', '\\dc', '\\dd', '\\db', '\\dL', '\\dx', '\\dp', '\\z', '\\dF', '\\des', '\\drds', '\\dRp', '\\dRs', '\\dy', '\\dP', '\\dX', '\\ddp', '\\dAc', '\\dconfig TimeZone',
    '\\sv cheap', '\\conninfo', '\\encoding',
  ])('%s', async (command) => {
    const { err, code } = await run('-c', command);
    expect(err).toMatch(/^(Did not find any \w+\.\n)?$/);
    expect(code).toBe(0);
  });

  test('an object\'s name is printed for its oid', async () => {
    expect((await script(`select 'fruit'::regclass, 'int4'::regtype, pg_typeof(1.5);\n`)).out).toBe('fruit|integer|numeric\n');
  });

  test('\\x, \\timing and \\gdesc', async () => {
    expect((await psql(server.address.port, [], { input: `\\x\nselect 1 as one, 'two' as two;\n` })).out).toBe('Expanded display is on.\n-[ RECORD 1 ]\none | 1\ntwo | two\n\n');
    expect((await script('\\timing on\nselect 1;\n')).out).toMatch(/^Timing is on\.\n1\nTime: \d+\.\d+ ms\n$/);
    expect((await script('select id, name, price, id + 1 from fruit \\gdesc\n')).out).toBe('id|integer\nname|text\nprice|numeric(8,2)\n?column?|integer\n');
  });

  test('\\watch runs again each second', async () => {
    const { out } = await psql(server.address.port, ['-At'], { input: 'select 42 \\watch 1\n', onStart: (interrupt) => setTimeout(interrupt, 1900) });
    expect(out.split('\n').filter((line) => line === '42').length).toBeGreaterThanOrEqual(2);
  });

  test('tab completion of a relation\'s name', async () => {
    const { out, err } = await script(`SELECT c.relname, NULL::pg_catalog.text FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p') AND (c.relname) LIKE 'fr%'`
      + ` AND pg_catalog.pg_table_is_visible(c.oid) AND c.relnamespace <> (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'pg_catalog')\n`
      + `UNION ALL\nSELECT NULL::pg_catalog.text, n.nspname FROM pg_catalog.pg_namespace n WHERE (n.nspname) LIKE 'fr%' LIMIT 1000;\n`);
    expect(err).toBe('');
    expect(out).toBe('fruit|\n');
    expect((await script(`SELECT attname FROM pg_catalog.pg_attribute a, pg_catalog.pg_class c WHERE c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped`
      + ` AND (attname) LIKE 'pr%' AND (c.relname) = 'fruit' AND pg_catalog.pg_table_is_visible(c.oid) LIMIT 1000;\n`)).out).toBe('price\n');
  });

  test('COPY in and out, by the statement and by \\copy', async () => {
    expect((await script('create table nuts (id int, name text);\ncopy nuts from stdin;\n1\talmond\n2\t\\N\n\\.\ncopy nuts to stdout;\ncopy (select name from nuts where id = 1) to stdout with (format csv, header);\n')).out)
      .toBe('CREATE TABLE\nCOPY 2\n1\talmond\n2\t\\N\nname\nalmond\n');
    const folder = mkdtempSync(join(tmpdir(), 'millrace-psql-'));
    writeFileSync(join(folder, 'in.csv'), '3,"with, comma"\n4,\n');
    const { out, err } = await script(`\\copy nuts from '${join(folder, 'in.csv')}' csv\n\\copy (select * from nuts where id > 2 order by id) to '${join(folder, 'out.csv')}' csv\n`);
    expect([out, err]).toEqual(['COPY 2\nCOPY 2\n', '']);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('3,"with, comma"\n4,\n');
  });

  test('a default is drawn anew for each row that COPY reads', async () => {
    const { out } = await script('create table keyed (id uuid primary key default gen_random_uuid(), n int);\ncopy keyed (n) from stdin;\n1\n2\n3\n\\.\nselect count(distinct id) from keyed;\n');
    expect(out).toBe('CREATE TABLE\nCOPY 3\n3\n');
  });

  test('cursors', async () => {
    expect((await script(`begin;\ndeclare c cursor for select id from fruit order by id;\nfetch 2 from c;\nfetch all from c;\nfetch c;\nclose c;\ncommit;\n`)).out)
      .toBe('BEGIN\nDECLARE CURSOR\n1\n2\n3\nCLOSE CURSOR\nCOMMIT\n');
    expect((await psql(server.address.port, ['-At', '-v', 'FETCH_COUNT=2'], { input: 'select id from fruit order by id;\n' })).out).toBe('1\n2\n3\n');
  });

  test('an error points at its place', async () => {
    const { err } = await psql(server.address.port, [], { input: 'select 1;\nselect id,\n  nothing\nfrom fruit;\nselect 1 +;\nselect * from nowhere;\n' });
    expect(err).toBe(`ERROR:  column "nothing" does not exist
LINE 2:   nothing
          ^
ERROR:  syntax error at or near ";"
LINE 1: select 1 +;
                  ^
ERROR:  relation "nowhere" does not exist
LINE 1: select * from nowhere;
                      ^
`);
  });
});
