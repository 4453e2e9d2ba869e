import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let client: Client;

beforeAll(async () => {
  opened = await open();
  client = await opened.connect();
  await client.query('CREATE TABLE points (region text, id int, scored int, total int)');
  await client.query(`
    CREATE MATERIALIZED VIEW rates AS SELECT region, sum(scored) / sum(total) AS rate FROM points GROUP BY region;
    CREATE MATERIALIZED VIEW per_row AS SELECT id, region, scored / total AS rate FROM points;
    CREATE MATERIALIZED VIEW named AS SELECT region AS place, rate * 2 AS twice FROM rates;
    CREATE MATERIALIZED VIEW counted AS SELECT region, count(*) AS n FROM points GROUP BY region;
  `);
  await client.query("INSERT INTO points VALUES ('north', 1, 8, 2), ('south', 2, 5, 0), ('east', 3, 9, 3)");
});
afterAll(() => opened.close());

const failure = async (sql: string): Promise<unknown> => client.query(sql).then(() => undefined, (error: unknown) => error);

describe('a group that cannot be computed', () => {
  test('is answered for the other groups', async () => {
    expect(await client.query("SELECT * FROM rates WHERE region = 'north'")).toEqual([['north', '4']]);
    expect(await client.query("SELECT * FROM rates WHERE region IN ('north', 'east') ORDER BY region")).toEqual([['east', '3'], ['north', '4']]);
    expect(await client.query("SELECT count(*) FROM rates WHERE region <> 'south'")).toEqual([['2']]);
    expect(await client.query("SELECT p.id, r.rate FROM points p JOIN rates r USING (region) WHERE p.region = 'east'")).toEqual([['3', '3']]);
    expect(await client.query("SELECT rate FROM per_row WHERE id = 1 AND region LIKE 'n%'")).toEqual([['4']]);
  });

  test('fails where it may lie among the rows asked for', async () => {
    for (const sql of [
      'SELECT * FROM rates', "SELECT * FROM rates WHERE region = 'south'", "SELECT * FROM rates WHERE region >= 'n'", 'SELECT count(*) FROM rates', 'SELECT max(region) FROM rates',
      'SELECT * FROM rates WHERE rate > 3', 'SELECT region FROM rates', "SELECT * FROM rates WHERE region = 'east' OR rate > 100", 'SELECT p.id, r.rate FROM points p LEFT JOIN rates r USING (region)',
      'SELECT rate FROM per_row WHERE id > 1', 'SELECT * FROM rates ORDER BY region LIMIT 1',
    ]) expect(await failure(sql), sql).toMatchObject({ code: '22012', message: 'division by zero' });
  });

  test('names itself', async () => {
    expect(await failure("SELECT rate FROM per_row WHERE region = 'south'")).toMatchObject({ fields: { detail: 'The row of points that raised it is (south,2,5,0).' } });
  });

  test('reaches views over views with what is known of it, and no other view', async () => {
    expect(await client.query("SELECT * FROM named WHERE place = 'north'")).toEqual([['north', '8']]);
    expect(await failure("SELECT * FROM named WHERE place = 'south'")).toMatchObject({ code: '22012' });
    expect(await failure('SELECT * FROM named WHERE twice = 8')).toMatchObject({ code: '22012' });
    expect(await client.query('SELECT * FROM counted ORDER BY region')).toEqual([['east', '1'], ['north', '1'], ['south', '1']]);
  });

  test('does not end a subscription that does not ask for it', async () => {
    const other = await opened.connect();
    await other.query("BEGIN; DECLARE c CURSOR FOR SUBSCRIBE (SELECT * FROM rates WHERE region = 'north')");
    expect((await other.query('FETCH 1 c')).map((row) => row.slice(1))).toEqual([['1', 'north', '4']]);
    await client.query("INSERT INTO points VALUES ('west', 4, 1, 0)");
    await client.query("INSERT INTO points VALUES ('north', 5, 2, 0)");
    const changes = (await other.query("FETCH 2 c WITH (timeout = '10s')")).map((row) => row.slice(1)).sort();
    expect(changes).toEqual([['-1', 'north', '4'], ['1', 'north', '5']]);
    await client.query("UPDATE points SET total = 0 WHERE region = 'north'");
    expect((await other.query("FETCH 1 c WITH (timeout = '10s')")).map((row) => row.slice(1))).toEqual([['-1', 'north', '5']]);
    expect(await other.query("FETCH 1 c WITH (timeout = '10s')").catch((error: unknown) => error)).toMatchObject({ code: '22012' });
    await other.query('ROLLBACK');
    await other.session.close();
    await client.query("DELETE FROM points WHERE id >= 4; UPDATE points SET total = 2 WHERE region = 'north'");
  });

  test('heals with its row', async () => {
    await client.query("UPDATE points SET total = 1 WHERE region = 'south'");
    expect(await client.query('SELECT * FROM rates ORDER BY region')).toEqual([['east', '3'], ['north', '4'], ['south', '5']]);
    expect(await client.query('SELECT count(*) FROM mz_internal.mz_view_errors')).toEqual([['0']]);
    await client.query("UPDATE points SET total = 0 WHERE region = 'south'");
  });

  test("under 'skip' is left out, and counted where it was asked for", async () => {
    await client.query("ALTER MATERIALIZED VIEW rates SET (ON ERROR = 'skip')");
    client.notices.length = 0;
    expect(await client.query("SELECT * FROM rates WHERE region < 'o' ORDER BY region")).toEqual([['east', '3'], ['north', '4']]);
    expect(client.notices).toEqual([]);
    expect(await client.query('SELECT * FROM rates ORDER BY region')).toEqual([['east', '3'], ['north', '4']]);
    expect(await client.query('SELECT * FROM named ORDER BY place')).toEqual([['east', '6'], ['north', '8']]);
    expect(client.notices.map(({ message }) => message)).toEqual(['1 row with errors left out of "rates"', '1 row with errors left out of "rates"']);
    await client.query('ALTER MATERIALIZED VIEW rates RESET (ON ERROR)');
  });
});

describe("a view with ON ERROR = 'null'", () => {
  const listed = (): Promise<unknown> => client.query("SELECT view_name, sqlstate, count FROM mz_internal.mz_view_errors WHERE view_name IN ('rates', 'nulls') ORDER BY 1, 2");

  test('keeps the row, with NULL for what failed; what was there heals', async () => {
    await client.query(`
      CREATE MATERIALIZED VIEW nulls WITH (ON ERROR = 'null') AS
      SELECT id, scored / total AS rate, coalesce(scored / total, -1) AS filled, region::int AS number FROM points WHERE id <> 3 OR scored / total > 100
    `);
    expect(await client.query('SELECT * FROM nulls ORDER BY id')).toEqual([['1', '4', '4', null], ['2', null, '-1', null]]);
    expect(await client.query("SELECT name, nullable FROM mz_catalog.mz_columns WHERE id = (SELECT id FROM mz_catalog.mz_materialized_views WHERE name = 'nulls') AND name = 'rate'")).toEqual([['rate', 't']]);
    // One a row, whatever of it failed.
    expect(await listed()).toContainEqual(['nulls', '22P02', '1']);
    expect(await listed()).toContainEqual(['nulls', '22012', '1']);
    await client.query("INSERT INTO points VALUES ('7', 6, 6, 2)");
    expect(await client.query('SELECT * FROM nulls WHERE id = 6')).toEqual([['6', '3', '3', '7']]);
    await client.query("UPDATE points SET total = 5, region = '8' WHERE id = 2");
    expect(await client.query('SELECT * FROM nulls ORDER BY id')).toEqual([['1', '4', '4', null], ['2', '1', '1', '8'], ['6', '3', '3', '7']]);
    expect((await listed() as string[][]).filter(([view, code]) => view === 'nulls' && code === '22012')).toEqual([]);
    await client.query("UPDATE points SET total = 0, region = 'south' WHERE id = 2; DELETE FROM points WHERE id = 6; DROP MATERIALIZED VIEW nulls");
  });

  test('has NULL for a comparison of records that are not alike', async () => {
    const records = '(SELECT id, ROW(id, 1) AS r, CASE WHEN id = 1 THEN ROW(id, 1) ELSE ROW(id) END AS s FROM points) x';
    await client.query(`
      CREATE MATERIALIZED VIEW unlike WITH (ON ERROR = 'null') AS
      SELECT id, r = s AS equal, ARRAY[r] < ARRAY[s] AS less, r IS DISTINCT FROM s AS distinct, r = ANY (ARRAY[s]) AS among, coalesce(r = s, false) AS filled FROM ${records}
    `);
    expect(await client.query('SELECT * FROM unlike WHERE id < 3 ORDER BY id')).toEqual([['1', 't', 'f', 'f', 't', 't'], ['2', null, null, null, null, 'f']]);
    expect(await failure(`SELECT r = s FROM ${records}`)).toMatchObject({ code: '42804' });
    await client.query('DROP MATERIALIZED VIEW unlike');
  });

  test('answers for all groups, also through views over it, and others never notice', async () => {
    expect(await failure('SELECT * FROM rates')).toMatchObject({ code: '22012' });
    await client.query("ALTER MATERIALIZED VIEW rates SET (ON ERROR = 'null')");
    client.notices.length = 0;
    expect(await client.query('SELECT * FROM rates ORDER BY region')).toEqual([['east', '3'], ['north', '4'], ['south', null]]);
    expect(await client.query('SELECT * FROM named ORDER BY place')).toEqual([['east', '6'], ['north', '8'], ['south', null]]);
    expect(await client.query('SELECT * FROM rates WHERE rate > 3')).toEqual([['north', '4']]);
    expect(await client.query('SELECT * FROM counted ORDER BY region')).toEqual([['east', '1'], ['north', '1'], ['south', '1']]);
    expect(await failure('SELECT * FROM per_row')).toMatchObject({ code: '22012' });
    expect(client.notices).toEqual([]);
    expect(await listed()).toEqual([['rates', '22012', '1']]);
    await client.query("UPDATE points SET total = 1 WHERE region = 'south'");
    expect(await client.query('SELECT * FROM named ORDER BY place')).toEqual([['east', '6'], ['north', '8'], ['south', '10']]);
    expect(await listed()).toEqual([]);
    await client.query("UPDATE points SET total = 0 WHERE region = 'south'");
  });

  test('is computed so over the changes of the own transaction', async () => {
    await client.query("BEGIN; INSERT INTO points VALUES ('west', 9, 1, 0)");
    expect(await client.query('SELECT * FROM rates ORDER BY region')).toEqual([['east', '3'], ['north', '4'], ['south', null], ['west', null]]);
    await client.query('ROLLBACK');
  });

  test('may be one at any time: who reads meanwhile sees either, and never neither', async () => {
    const other = await opened.connect();
    let done = false;
    const seen = new Set<string>();
    const reading = (async () => {
      while (!done) seen.add(await other.query('SELECT * FROM named ORDER BY place').then((rows) => JSON.stringify(rows), (error: { readonly code: string }) => error.code));
    })();
    try {
      for (let round = 0; round < 10; round++) {
        await client.query('ALTER MATERIALIZED VIEW rates RESET (ON ERROR)');
        expect(await failure('SELECT * FROM named')).toMatchObject({ code: '22012' });
        await client.query("ALTER MATERIALIZED VIEW rates SET (ON ERROR = 'null')");
        expect(await client.query('SELECT * FROM named ORDER BY place')).toEqual([['east', '6'], ['north', '8'], ['south', null]]);
      }
    } finally {
      done = true;
      await reading;
    }
    await other.session.close();
    expect([...seen].sort()).toEqual(['22012', '[["east","6"],["north","8"],["south",null]]']);
    await client.query("ALTER MATERIALIZED VIEW rates SET (ON ERROR = 'skip')");
    expect(await client.query('SELECT * FROM rates ORDER BY region')).toEqual([['east', '3'], ['north', '4']]);
  });
});
