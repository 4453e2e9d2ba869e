import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let a: Client;

beforeAll(async () => {
  opened = await open();
  a = await opened.connect();
  await a.query('CREATE TABLE wide (k int primary key, v text)');
  await a.query("INSERT INTO wide SELECT i, repeat('x', 100) FROM generate_series(1, 5000) AS i");
});
afterAll(() => opened.close());

const never = new AbortController().signal;

describe('portals', () => {
  test('a fetch without limit gives packets of about 64 KB, each row once', async () => {
    const portal = await a.session.open(await a.session.prepare('SELECT k, v, v FROM wide', []), []);
    let rows = 0;
    let packets = 0;
    for (let done = false; !done; packets++) {
      const fetched = await portal.fetch(0, never);
      done = fetched.done;
      expect(fetched.rows!.buffer.byteLength).toBeLessThan(100 << 10);
      for (let row = 0; row < fetched.rows!.rowCount; row++) expect(fetched.rows!.weight(row)).toBe(1);
      rows += fetched.rows!.rowCount;
    }
    expect(rows).toBe(5000);
    expect(packets).toBeGreaterThan(10);
    await portal.close();
  });

  test('equal rows come one by one', async () => {
    expect(await a.query('SELECT 1 FROM generate_series(1, 3)')).toEqual([['1'], ['1'], ['1']]);
  });

  test('a limit suspends, and the tag counts since then', async () => {
    const portal = await a.session.open(await a.session.prepare('SELECT k FROM wide ORDER BY k LIMIT 5', []), []);
    expect(await a.read(portal, 2)).toEqual([['1'], ['2']]);
    expect(await a.read(portal, 2)).toEqual([['3'], ['4']]);
    expect(await a.read(portal, 2)).toEqual([['5']]);
    expect(a.tag).toMatch(/^SELECT /);
    await portal.close();
  });

  test('a statement planned before the table changed is planned again, or refused when its columns are others', async () => {
    await a.query('CREATE TABLE planned (k int)');
    await a.query('PREPARE p AS SELECT * FROM planned');
    await a.query('DROP TABLE planned; CREATE TABLE planned (k int)');
    await a.query('INSERT INTO planned VALUES (7)');
    expect(await a.query('EXECUTE p')).toEqual([['7']]);
    await a.query('DROP TABLE planned; CREATE TABLE planned (k text)');
    expect(await a.error('EXECUTE p')).toBe('0A000 cached plan must not change result type');
    await a.query('DEALLOCATE p');
    expect(await a.error('EXECUTE p')).toBe('26000 prepared statement "p" does not exist');
  });

  test('PREPARE takes parameters, once per name', async () => {
    await a.query('PREPARE q (int) AS SELECT $1 + 1, current_setting(\'TimeZone\')');
    expect(await a.error('PREPARE q AS SELECT 1')).toBe('42P05 prepared statement "q" already exists');
    expect(await a.query('EXECUTE q (41)')).toEqual([['42', 'UTC']]);
    expect(await a.query("SELECT name, from_sql FROM pg_prepared_statements")).toEqual([['q', 't']]);
    await a.query('DISCARD ALL');
    expect(await a.query('SELECT count(*) FROM pg_prepared_statements')).toEqual([['0']]);
  });
});

describe('cursors', () => {
  test('are read forward and end with their block', async () => {
    expect(await a.error('DECLARE c CURSOR FOR SELECT 1')).toBe('25P01 DECLARE CURSOR can only be used in transaction blocks');
    await a.query('BEGIN; DECLARE c CURSOR FOR SELECT k FROM wide ORDER BY k');
    expect(await a.query('FETCH 2 c')).toEqual([['1'], ['2']]);
    expect(a.tag).toBe('FETCH 2');
    await a.query('MOVE FORWARD 10 IN c');
    expect(a.tag).toBe('MOVE 10');
    expect(await a.query('FETCH c')).toEqual([['13']]);
    expect(await a.query('FETCH ALL c')).toHaveLength(4987);
    expect(await a.query('FETCH c')).toEqual([]);
    expect(await a.error('FETCH BACKWARD 1 FROM c')).toContain('0A000');
    await a.query('ROLLBACK');
    expect(await a.error('FETCH c')).toBe('34000 cursor "c" does not exist');
  });

  test('WITH HOLD outlives its block, if that commits, and shows the rows of then', async () => {
    await a.query('CREATE TABLE held (k int); INSERT INTO held VALUES (1), (2)');
    await a.query('BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT * FROM held ORDER BY k; COMMIT');
    await a.query('DELETE FROM held');
    expect(await a.query('SELECT name, is_holdable FROM pg_cursors')).toEqual([['h', 't']]);
    expect(await a.query('FETCH ALL h')).toEqual([['1'], ['2']]);
    await a.query('CLOSE h');
    expect(await a.error('CLOSE h')).toBe('34000 cursor "h" does not exist');
    await a.query('BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT 1; ROLLBACK');
    expect(await a.error('FETCH h')).toContain('34000');
    await a.query('DECLARE h CURSOR WITH HOLD FOR SELECT 1');
    await a.query('CLOSE ALL');
    expect(await a.error('FETCH h')).toContain('34000');
  });

  test('answer Execute with the tag of a SELECT', async () => {
    await a.query('BEGIN; DECLARE c CURSOR FOR SELECT k FROM wide ORDER BY k LIMIT 3');
    const portal = a.session.portals.get('c')!;
    expect(await a.read(portal, 2)).toEqual([['1'], ['2']]);
    expect(await a.read(portal, 0)).toEqual([['3']]);
    expect(a.tag).toBe('SELECT 1');
    await a.query('ROLLBACK');
  });
});

describe('ending what takes long', () => {
  const long = 'SELECT count(*) FROM wide a, wide b, wide c WHERE a.k + b.k + c.k = 7';

  test('cancel', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    // Left alone it would not end while the test runs.
    expect(await a.error(long, abort.signal)).toBe('57014 canceling statement due to user request');
  });
  test('cancel over the catalog, where the query runs on the main thread', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    expect(await a.error('SELECT count(*) FROM pg_proc a, pg_proc b, pg_proc c WHERE a.oid::int8 + b.oid::int8 + c.oid::int8 = 7', abort.signal)).toBe('57014 canceling statement due to user request');
  });
  test('statement_timeout', async () => {
    await a.query("SET statement_timeout = '50ms'");
    expect(await a.error(long)).toBe('57014 canceling statement due to statement timeout');
    await a.query('RESET statement_timeout');
  });
  test('memory', async () => {
    await a.query('SET query_memory_limit = 8');
    expect(await a.error('SELECT a.k, b.k, a.v FROM wide a, wide b')).toBe('53200 out of memory');
    expect(await a.query('SELECT count(*) FROM wide')).toEqual([['5000']]);
    await a.query('RESET query_memory_limit');
  });
  describe.each([
    ['SELECT', (query: string) => query],
    ['SUBSCRIBE', (query: string) => `SUBSCRIBE (${query})`],
    ['COPY TO', (query: string) => `COPY (${query}) TO STDOUT`],
    ['a cursor', (query: string) => `BEGIN; DECLARE c CURSOR FOR ${query}; FETCH ALL c`],
    ['a prepared statement', (query: string) => `PREPARE limited AS ${query}; EXECUTE limited`],
    ['EXPLAIN ANALYZE', (query: string) => `EXPLAIN ANALYZE ${query}`],
    ['INSERT', (query: string) => `INSERT INTO sink ${query}`],
    ['CREATE TABLE AS', (query: string) => `CREATE TABLE made AS ${query}`],
    ['UPDATE', (query: string) => `UPDATE sink SET b = 0 FROM (${query} ORDER BY 2, 1 OFFSET 1) x WHERE x.k = sink.a`],
    ['MERGE', (query: string) => `MERGE INTO sink USING (${query}) x ON x.k = sink.a WHEN NOT MATCHED THEN INSERT VALUES (x.k, x.l)`],
  ])('limits are kept by %s', (name, statement) => {
    const [many, endless] = ['SELECT a.k, b.k AS l FROM wide a, wide b', 'SELECT a.k, 1 AS l FROM wide a, wide b, wide c WHERE a.k + b.k + c.k = 7'];
    const catalog = ['SELECT a.oid::int8 AS k, 1 AS l FROM pg_proc a, pg_proc b, pg_proc c WHERE a.oid::int8 + b.oid::int8 + c.oid::int8 = 7'];
    const failure = async (client: Client, sql: string): Promise<string> => (sql.startsWith('COPY') ? client.copyOut(sql).then(() => 'no error', (error: { code: string; message: string }) => `${error.code} ${error.message}`) : client.error(sql));

    test('of memory', async () => {
      const client = await opened.connect({ query_memory_limit: '8' });
      await client.query('CREATE TABLE IF NOT EXISTS sink (a int8, b int8); INSERT INTO sink VALUES (-1, 0)');
      expect(await failure(client, statement(many!))).toBe('53200 out of memory');
      await client.session.close();
    });
    test('of time', async () => {
      const client = await opened.connect({ statement_timeout: '200ms' });
      for (const query of [endless!, ...(name === 'SUBSCRIBE' ? [] : catalog)]) {
        expect(await failure(client, statement(query)), query).toBe('57014 canceling statement due to statement timeout');
        await client.query('ROLLBACK; DEALLOCATE ALL');
      }
      await client.session.close();
    });
  });
  test('a CREATE TABLE AS whose query runs holds up no other change of the catalog', async () => {
    const b = await opened.connect();
    const abort = new AbortController();
    let running = true;
    const ended = a.error(`CREATE TABLE never AS ${long}`, abort.signal).finally(() => (running = false));
    await b.query('CREATE TABLE meanwhile (k int); CREATE INDEX ON meanwhile (k); DROP TABLE meanwhile');
    expect(running).toBe(true);
    abort.abort();
    expect(await ended).toBe('57014 canceling statement due to user request');
    await b.session.close();
  });
  test('others are answered meanwhile', async () => {
    const b = await opened.connect();
    const abort = new AbortController();
    let running = true;
    const ended = a.error(long, abort.signal).finally(() => (running = false));
    for (let i = 0; i < 20; i++) await b.query('SELECT v FROM wide WHERE k = 17');
    expect(running).toBe(true);
    abort.abort();
    expect(await ended).toBe('57014 canceling statement due to user request');
    await b.session.close();
  });
});

describe('settings', () => {
  test('each is shown, and as pg_settings has it', async () => {
    for (const [name] of await a.query('SELECT name FROM pg_settings')) expect(await a.query(`SHOW "${name}"`)).toHaveLength(1);
    const all = await a.query('SHOW ALL');
    expect(all[0]).toHaveLength(3);
    expect(await a.error('SHOW nonsense')).toBe('42704 unrecognized configuration parameter "nonsense"');
    expect(await a.error('SET nonsense = 1')).toBe('42704 unrecognized configuration parameter "nonsense"');
    expect(await a.error("SET client_encoding = 'LATIN1'")).toContain('0A000');
  });
  test('by functions', async () => {
    expect(await a.query("SELECT set_config('application_name', 'me', false), current_setting('application_name')")).toHaveLength(1);
    expect(await a.query('SHOW application_name')).toEqual([['me']]);
    await a.query("SET statement_timeout = '90s'");
    expect(await a.query("SELECT current_setting('statement_timeout')")).toEqual([['90s']]);
    await a.query('RESET statement_timeout');
    expect(await a.query("SELECT current_setting('no.such', true)")).toEqual([[null]]);
    expect(await a.query('SELECT pg_backend_pid()')).toEqual([[String(a.session.pid)]]);
    await a.query("SET my.own = 'x'");
    expect(await a.query("SELECT current_setting('my.own')")).toEqual([['x']]);
  });
});
