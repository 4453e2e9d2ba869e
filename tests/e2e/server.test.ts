import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { textClient, until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';
import { cancel, refusedStart, startMillrace } from './millrace.ts';
import type { MillraceProcess } from './millrace.ts';

let millrace: MillraceProcess;
let client: TextClient;
beforeAll(async () => {
  millrace = await startMillrace();
  client = await textClient(millrace.url);
});
afterAll(async () => {
  await client?.close();
  await millrace?.stop();
});

describe('a webhook', () => {
  const post = (body: string | Buffer, name = 'events'): Promise<Response> =>
    fetch(`http://127.0.0.1:${millrace.port}/api/webhook/materialize/public/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const status = async (answer: Promise<Response>): Promise<number> => {
    const response = await answer;
    await response.text();
    return response.status;
  };

  test('answers 200 when the row is there, 400 for what cannot be decoded, 413 for too much, 404 for no source', async () => {
    await client.query('create source events (id bigint, note text) from webhook body format json');
    expect(await status(post('{"id": 1, "note": "one"}'))).toBe(200);
    expect((await client.query('select * from events')).rows).toEqual([['1', 'one']]);
    expect((await client.query("select status from mz_internal.mz_source_statuses where name = 'events'")).rows).toEqual([['running']]);
    for (const bad of ['{"id": "many"}', '{"id": 1', '', '{"id": 2, "note": "a\\u0000b"}', Buffer.from([0x22, 0xff, 0x22])]) expect(await status(post(bad)), String(bad)).toBe(400);
    // The server may close the connection before the whole of it is sent: an answer or a broken pipe, never a row.
    const large = await post(JSON.stringify({ id: 3, note: 'x'.repeat(32 << 20) })).catch((error: unknown) => error);
    if (large instanceof Response) expect(large.status).toBe(413);
    expect(await status(post('{"id": 1}', 'nowhere'))).toBe(404);
    expect((await client.query('select * from events')).rows).toEqual([['1', 'one']]);
  });

  test('answers many at once, each row once', async () => {
    await client.query('create source burst (id bigint) from webhook body format json');
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, id) => status(post(`{"id": ${id}}`, 'burst'))));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await client.query('select count(*), count(distinct id) from burst')).rows).toEqual([['200', '200']]);
  });
});

describe('a cross join', () => {
  beforeAll(async () => {
    await client.query('create table many (a int)');
    await client.query('insert into many select * from generate_series(1, 20000)');
  });

  test.each([
    ['of two', 'select count(*) from many a, many b where a.a + b.a = 0'],
    ['of three', 'select count(*) from many a, many b, many c where a.a + b.a + c.a = 0'],
  ])('%s is cancelled, and its session goes on', async (_, sql) => {
    const busy = new pg.Client({ connectionString: millrace.url });
    await busy.connect();
    const ended = busy.query(sql).then(() => 'answered', (error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const asked = performance.now();
    await cancel(millrace, busy);
    expect(await ended).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });
    expect(performance.now() - asked).toBeLessThan(2000);
    expect((await busy.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await busy.end();
  });

  test('lets other sessions read and write meanwhile', async () => {
    const busy = new pg.Client({ connectionString: millrace.url });
    await busy.connect();
    const ended = busy.query('select count(*) from many a, many b where a.a + b.a = 0').then(() => 'answered', (error: unknown) => error);
    await client.query('create table meanwhile (a int)');
    const waits: number[] = [];
    for (let turn = 1; turn <= 20; turn++) {
      const before = performance.now();
      await client.query(`insert into meanwhile values (${turn})`);
      expect((await client.query('select count(*) from meanwhile')).rows).toEqual([[String(turn)]]);
      waits.push(performance.now() - before);
    }
    expect(Math.max(...waits)).toBeLessThan(1000);
    await cancel(millrace, busy);
    expect(await ended).toMatchObject({ code: '57014' });
    await busy.end();
  });
});

test('a second server on the same directory is refused in one sentence', async () => {
  const { code, said } = await refusedStart(millrace.directory);
  expect(code).toBe(1);
  expect(said).toMatch(/^ERROR: {2}the data directory .* is in use by process \d+\nHINT: {2}.*\n$/);
  expect((await client.query('select 1')).rows).toEqual([['1']]);
});

describe('kill -9', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  test('loses nothing that was acknowledged', { timeout: 90_000 }, async () => {
    await client.query('create table kept (id int primary key, note text)');
    await client.query("insert into kept values (1, 'one'), (2, 'two'), (3, 'three')");
    await client.query("update kept set note = 'zwei' where id = 2");
    await client.query('delete from kept where id = 3');
    await client.query('create source posted (id bigint) from webhook body format json');
    await postgres.query('create table orders (id int primary key, amount int); insert into orders select i, i * 10 from generate_series(1, 50) i; create publication shop for table orders');
    await client.query(`create materialized source shop from postgres connection 'host=127.0.0.1 port=${postgres.port} user=postgres dbname=postgres' publication 'shop'`);
    await client.query('create views from source shop');
    await client.query('create view everything as select count(*) as orders, sum(amount) as amount from orders');
    await client.query('create materialized view summary as select k.n as kept, p.n as posted, o.orders, o.amount from (select count(*) as n from kept) k, (select count(*) as n from posted) p, everything o');
    await client.query('create index by_orders on summary (orders)');
    const answers: Promise<Response>[] = [];
    for (let id = 0; id < 20; id++) answers.push(fetch(`http://127.0.0.1:${millrace.port}/api/webhook/materialize/public/posted`, { method: 'POST', body: `{"id": ${id}}` }));
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
    await until('the snapshot', async () => (await client.query('select orders from summary')).rows[0]?.[0] === '50');
    const before = await client.query('select * from kept order by id');
    expect((await client.query('select * from summary')).rows).toEqual([['2', '20', '50', '12750']]);

    await client.close();
    await postgres.query('insert into orders values (51, 1); delete from orders where id = 1');
    await millrace.killAndStart();
    client = await textClient(millrace.url);

    expect((await client.query('select * from kept order by id')).rows).toEqual(before.rows);
    await postgres.query('update orders set amount = 2 where id = 51');
    await until('what happened meanwhile', async () => (await client.query('select * from summary')).rows[0]?.join() === '2,20,50,12742');
    // Keys are still enforced, and new names do not meet old ones.
    await expect(client.query("insert into kept values (1, 'again')")).rejects.toMatchObject({ code: '23505' });
    await client.query("insert into kept values (3, 'drei')");
    expect((await client.query('select kept from summary')).rows).toEqual([['3']]);
    await client.query('create table after_all as select * from summary');
    expect((await client.query('select kept, orders from after_all')).rows).toEqual([['3', '50']]);
    // An idle slot does not stop a second kill from going on where it was.
    await client.close();
    await millrace.killAndStart();
    client = await textClient(millrace.url);
    expect((await client.query('select kept, posted, orders, amount from summary')).rows).toEqual([['3', '20', '50', '12742']]);
    await postgres.query('delete from orders');
    await until('the deletion', async () => (await client.query('select * from summary')).rows[0]?.join() === '3,20,0,');
  });

  test('what was read of an upstream that is away is there, described and computed; it goes on when upstream is back', { timeout: 90_000 }, async () => {
    await postgres.query('create table parts (id int primary key, label text); insert into parts values (1, null), (2, repeat($$x$$, 10)); create publication parts for table parts');
    await client.query(`create connection parts_upstream to postgres (host '127.0.0.1', port ${postgres.port}, database 'postgres', user 'postgres')`);
    await client.query("create source parts_source from postgres connection parts_upstream (publication 'parts') for all tables");
    await client.query('create materialized view labels as select count(label) as n from parts');
    expect((await client.query('select * from labels')).rows).toEqual([['1']]);
    const described = "select column_name, data_type, is_nullable from information_schema.columns where table_name = 'parts' order by ordinal_position";
    const before = await client.query(described);
    await client.close();
    await postgres.halt();
    await millrace.killAndStart();
    client = await textClient(millrace.url);
    expect((await client.query('select * from parts order by id')).rows).toEqual([['1', null], ['2', 'xxxxxxxxxx']]);
    expect((await client.query(described)).rows).toEqual(before.rows);
    // A view made now is made of what is in the log.
    await client.query('create materialized view longest as select max(length(label)) as n from parts');
    expect((await client.query('select * from longest, labels')).rows).toEqual([['10', '1']]);
    await postgres.resume();
    await postgres.query("insert into parts values (3, 'after')");
    await until('what came after', async () => (await client.query('select * from labels')).rows[0]?.[0] === '2');
  });
});
