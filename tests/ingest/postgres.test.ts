import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SystemClock, TransientError } from '../../src/core/index.ts';
import { describeUpstream, dropSlot, postgresSource } from '../../src/ingest/index.ts';
import type { PostgresPosition, PostgresUpstream, Source } from '../../src/ingest/index.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { describeEvent, hasCommit, readUntil, textRows } from './rows.ts';

let server: TestPostgres;
let upstream: PostgresUpstream;
let slots = 0;

beforeAll(async () => {
  server = await startPostgres();
  upstream = { host: server.host, port: server.port, user: server.user, password: server.password, database: server.database, sslMode: 'disable' };
});
afterAll(async () => server?.stop());

/** A source over fresh tables: `ddl` makes them and their publication `p<n>` (written $PUB). */
async function sourceOver(ddl: string): Promise<{ source: Source<PostgresPosition>; slot: string }> {
  const n = ++slots;
  await server.query(ddl.replaceAll('$PUB', `p${n}`));
  const { tables, rowTypes } = await describeUpstream(upstream, `p${n}`);
  const slot = `millrace_test_${n}`;
  return { source: postgresSource({ upstream, publication: `p${n}`, slot, tables, rowTypes, clock: new SystemClock() }), slot };
}

const confirmed = async (slot: string): Promise<bigint> => {
  const [row] = await server.query(`SELECT (confirmed_flush_lsn - '0/0')::text AS lsn FROM pg_replication_slots WHERE slot_name = '${slot}'`);
  return BigInt(String(row!.lsn));
};
const currentLsn = async (): Promise<bigint> => BigInt(String((await server.query("SELECT (pg_current_wal_flush_lsn() - '0/0')::text AS lsn"))[0]!.lsn));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('what CREATE is told', () => {
  test.each([
    [{ user: 'nobody' }, '28000', 'role "nobody" does not exist'],
    [{ port: 1 }, '08001', 'connection refused'],
    [{ host: 'no.such.host.invalid' }, '08001', 'host name "no.such.host.invalid" is not known'],
    [{ database: 'nodb' }, '3D000', 'database "nodb" does not exist'],
  ])('%o is an error that names host, user and database', async (wrong, code, reason) => {
    const options = { ...upstream, ...wrong };
    const error = await describeUpstream(options, 'p').catch((caught) => caught);
    expect(error).toMatchObject({ code, message: `could not connect to Postgres at "${options.host}:${options.port}" (user "${options.user}", database "${options.database}"): ${reason}` });
    expect(error.fields.hint).toBeTruthy();
  });

  test('a wrong password, and a missing one', async () => {
    const [{ hba }] = (await server.query("SELECT current_setting('hba_file') AS hba")) as [{ hba: string }];
    await server.query(`CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right';
      COPY (SELECT unnest(ARRAY['host all guarded all scram-sha-256', 'host all all all trust', 'host replication all all trust'])) TO '${hba}'; SELECT pg_reload_conf()`);
    await pause(200);
    const as = { ...upstream, user: 'guarded' };
    await expect(describeUpstream({ ...as, password: 'wrong' }, 'p')).rejects.toMatchObject({ code: '28P01', message: expect.stringContaining('password authentication failed for user "guarded"') });
    await expect(describeUpstream({ ...as, password: undefined }, 'p')).rejects.toMatchObject({ code: '28P01', message: expect.stringContaining('asks for a password') });
    await expect(describeUpstream({ ...as, password: 'right' }, 'p')).rejects.toMatchObject({ code: '42704' });
  });

  test('missing publication, unidentifiable rows, missing rights', async () => {
    await expect(describeUpstream(upstream, 'none')).rejects.toMatchObject({ code: '42704', fields: { hint: expect.stringContaining('CREATE PUBLICATION "none"') } });
    await server.query('CREATE TABLE anonymous (a int); CREATE PUBLICATION anonymous FOR TABLE anonymous');
    await expect(describeUpstream(upstream, 'anonymous')).rejects.toMatchObject({ fields: { hint: 'Run ALTER TABLE "public"."anonymous" REPLICA IDENTITY FULL upstream.' } });
    await server.query('ALTER TABLE anonymous REPLICA IDENTITY FULL; CREATE ROLE plain LOGIN; CREATE ROLE replicator LOGIN REPLICATION');
    await expect(describeUpstream({ ...upstream, user: 'plain' }, 'anonymous')).rejects.toMatchObject({ code: '42501', fields: { hint: 'Run ALTER ROLE "plain" REPLICATION there.' } });
    await expect(describeUpstream({ ...upstream, user: 'replicator' }, 'anonymous')).rejects.toMatchObject({ code: '42501', fields: { hint: 'Run GRANT SELECT ON "public"."anonymous" TO "replicator" upstream.' } });
    await server.query("CREATE PUBLICATION inserts FOR TABLE anonymous WITH (publish = 'insert')");
    await expect(describeUpstream(upstream, 'inserts')).rejects.toMatchObject({ code: '55000' });
  });

  test('columns, keys, enums, domains, row types, and types we do not have', async () => {
    await server.query(`CREATE TYPE mood AS ENUM ('sad', 'happy'); ALTER TYPE mood ADD VALUE 'ok' BEFORE 'happy'; CREATE TYPE place AS (x int, y int); CREATE DOMAIN price AS numeric(6,2) CHECK (VALUE > 0);
      CREATE TABLE described (b text, a int, m mood, ms mood[], pr price, pl place, n numeric(10,2) NOT NULL, dropped int, PRIMARY KEY (a, n));
      ALTER TABLE described DROP COLUMN dropped; CREATE PUBLICATION described FOR TABLE described`);
    const { tables, enums, rowTypes, walLevel } = await describeUpstream(upstream, 'described');
    expect(walLevel).toBe('logical');
    expect(tables).toMatchObject([{
      schema: 'public', name: 'described', key: [1, 6], replicaIdentity: 'default',
      columns: [
        { name: 'b', type: { oid: 25, typmod: -1 }, nullable: true, attribute: 1 }, { name: 'a', type: { oid: 23 }, nullable: false, attribute: 2 },
        { name: 'm', type: { oid: 25 }, enumeration: enums[0]!.oid, upstreamType: enums[0]!.oid }, { name: 'ms', enumeration: enums[0]!.oid, isArray: true },
        { name: 'pr', type: { oid: 1700, typmod: ((6 << 16) | 2) + 4 } }, { name: 'pl', type: { oid: 25 }, rowType: rowTypes[0]!.oid, upstreamType: rowTypes[0]!.oid }, { name: 'n', type: { oid: 1700, typmod: ((10 << 16) | 2) + 4 }, nullable: false },
      ],
    }]);
    expect(enums).toMatchObject([{ schema: 'public', name: 'mood', labels: [{ name: 'sad' }, { name: 'ok' }, { name: 'happy' }] }]);
    expect(rowTypes).toMatchObject([{ schema: 'public', name: 'place', ofTable: false, fields: [{ name: 'x', attribute: 1, type: { oid: 23 }, upstreamType: 23 }, { name: 'y', attribute: 2 }] }]);
  });

  test('a domain is the type below it, with its modifier; its NOT NULL says nothing of a column', async () => {
    const numeric = (precision: number, scale: number): number => ((precision << 16) | scale) + 4;
    await server.query(`CREATE DOMAIN cents AS numeric(8,2); CREATE DOMAIN pence AS cents NOT NULL CHECK (VALUE > 0); CREATE DOMAIN names AS varchar(7)[]; CREATE TYPE hue AS ENUM ('red'); CREATE DOMAIN paint AS hue;
      CREATE DOMAIN paints AS hue[]; CREATE TYPE pair AS (p pence, h paint[]); CREATE DOMAIN twins AS pair; CREATE DOMAIN span AS int4range; CREATE TYPE floats AS RANGE (subtype = float8); CREATE DOMAIN stretch AS floats;
      CREATE TABLE below (id int PRIMARY KEY, c cents, p pence, ps pence[], n names, h paint, hs paint[], hd paints, t twins, ts twins[], s span, nn pence[][] NOT NULL, tags names[], f stretch, l bool NOT NULL, late bool);
      INSERT INTO below VALUES (1, 1, (SELECT p FROM below WHERE false), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, true, NULL);
      ALTER TABLE below ADD CONSTRAINT late NOT NULL late NOT VALID; CREATE PUBLICATION below FOR TABLE below`);
    const { tables, enums, rowTypes } = await describeUpstream(upstream, 'below');
    const [hue] = enums;
    const [pair] = rowTypes;
    expect(Object.fromEntries(tables[0]!.columns.map(({ name, attribute: _attribute, upstreamType: _type, ...rest }) => [name, rest]))).toEqual({
      id: { type: { oid: 23, typmod: -1 }, nullable: false }, c: { type: { oid: 1700, typmod: numeric(8, 2) }, nullable: true }, p: { type: { oid: 1700, typmod: numeric(8, 2) }, nullable: true },
      ps: { type: { oid: 1231, typmod: numeric(8, 2) }, nullable: true }, n: { type: { oid: 1015, typmod: 11 }, nullable: true }, h: { type: { oid: 25, typmod: -1 }, enumeration: hue!.oid, nullable: true },
      hs: { type: { oid: 25, typmod: -1 }, enumeration: hue!.oid, isArray: true, nullable: true }, hd: { type: { oid: 25, typmod: -1 }, enumeration: hue!.oid, isArray: true, nullable: true },
      t: { type: { oid: 25, typmod: -1 }, rowType: pair!.oid, nullable: true }, ts: { type: { oid: 25, typmod: -1 }, rowType: pair!.oid, isArray: true, nullable: true }, s: { type: { oid: 3904, typmod: -1 }, nullable: true },
      nn: { type: { oid: 1231, typmod: numeric(8, 2) }, nullable: false }, tags: { type: { oid: 25, typmod: -1 }, unsupported: 'names[], an array of a domain over an array', nullable: true },
      f: { type: { oid: 25, typmod: -1 }, unsupported: 'stretch, a domain over floats, a range', nullable: true }, l: { type: { oid: 16, typmod: -1 }, nullable: false }, late: { type: { oid: 16, typmod: -1 }, nullable: true },
    });
    expect(pair).toMatchObject({ name: 'pair', fields: [{ name: 'p', type: { oid: 1700, typmod: numeric(8, 2) } }, { name: 'h', enumeration: hue!.oid, isArray: true }] });
  });
});

describe('reading', () => {
  test('snapshot and stream meet without a row lost or doubled, while writers write', async () => {
    const { source } = await sourceOver('CREATE TABLE busy (id int PRIMARY KEY, n int); INSERT INTO busy SELECT i, 0 FROM generate_series(1, 20000) i; CREATE PUBLICATION $PUB FOR TABLE busy');
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        await server.query(`BEGIN; INSERT INTO busy VALUES (${100_000 + i}, 0); UPDATE busy SET n = n + 1 WHERE id = ${1 + (i % 20_000)}; DELETE FROM busy WHERE id = ${20_000 - i}; COMMIT`);
      }
      await server.query('INSERT INTO busy VALUES (-1, 0)');
    })();
    const table = new Map<string, string>();
    let last = false;
    setTimeout(() => (writing = false), 1_500);
    await readUntil(source, undefined, () => last, {
      each: (event) => {
        if (event.kind !== 'changes' && event.kind !== 'snapshotChunk') return;
        textRows(event.rows).forEach(([id, n], row) => {
          if (event.rows.weight(row) < 0) expect(table.delete(id!), `old row ${id}`).toBe(true);
          else {
            expect(table.has(id!), `new row ${id}`).toBe(false);
            table.set(id!, n!);
          }
          last ||= id === '-1';
        });
      },
    });
    await writer;
    const rows = await server.query('SELECT id, n FROM busy');
    expect(table.size).toBe(rows.length);
    for (const row of rows) expect(table.get(String(row.id))).toBe(String(row.n));
  });

  test('every type of the scenario and more: the snapshot and the stream give what upstream prints', async () => {
    const columns = `b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric, t text, v varchar(5), c char(4), d date, ts timestamp, tz timestamptz, ti time, iv interval, j json, jb jsonb, u uuid, by bytea, ar int[], ip inet`;
    const values = [
      `true, -32768, 2147483647, 9223372036854775807, 1.1, 1e-300, 123456789012345678901234567890.1200, E'tab\\tnew\\nback\\\\slash', 'äöü', 'ab', '2024-02-29', '2022-07-19 12:34:56.789012', '1999-12-31 23:59:59.5+02', '23:59:59.999999', '1 mon -2 days 03:04:05.6', '{"b": 1}', '{"b":1.50,"a":[null,"x"]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{1,NULL,3}', '10.0.0.1/8'`,
      `false, 0, 0, -9007199254740993, 'NaN', '-Infinity', 'NaN', '', '', '', 'infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '00:00', '0', 'null', '"\\u00e4"', '00000000-0000-0000-0000-000000000000', '', '{}', '::1'`,
      Array.from({ length: 21 }, () => 'NULL').join(', '),
    ];
    const { source } = await sourceOver(`CREATE TABLE typed (id int PRIMARY KEY, ${columns}); INSERT INTO typed VALUES ${values.map((row, i) => `(${i}, ${row})`).join(', ')}; CREATE PUBLICATION $PUB FOR TABLE typed`);
    const insertAgain = async (): Promise<void> => {
      for (const [i, row] of values.entries()) await server.query(`INSERT INTO typed VALUES (${10 + i}, ${row})`);
    };
    const { events } = await readUntil(source, undefined, (all) => hasCommit(all, values.length), {
      each: (event) => void (event.kind === 'snapshotEnd' && insertAgain()),
    });
    const read = events.flatMap((event) => (event.kind === 'changes' || event.kind === 'snapshotChunk' ? textRows(event.rows) : []));
    const names = ['id', ...columns.split(', ').map((column) => column.split(' ')[0]!)];
    const expected = await server.query(`SELECT ${names.map((name) => `CASE WHEN ${name} IS NOT NULL THEN format('%s', ${name}) END AS ${name}`).join(', ')} FROM typed ORDER BY typed.id`);
    expect(read).toEqual(expected.map((row) => names.map((name) => row[name])));
    expect(read.length).toBe(2 * values.length);
  });

  test('unchanged TOAST, key change, delete and TRUNCATE under a primary key', async () => {
    const { source } = await sourceOver(`CREATE TABLE keyed (id int PRIMARY KEY, v text, big text); ALTER TABLE keyed ALTER big SET STORAGE external;
      INSERT INTO keyed VALUES (1, 'a', repeat('x', 4000)), (2, 'b', 's'); CREATE PUBLICATION $PUB FOR TABLE keyed`);
    const { events } = await readUntil(source, undefined, (all) => hasCommit(all, 2), {
      each: (event) => {
        if (event.kind === 'snapshotEnd') {
          void server.query("BEGIN; UPDATE keyed SET v = 'c' WHERE id = 1; UPDATE keyed SET id = 3 WHERE id = 2; DELETE FROM keyed WHERE id = 3; COMMIT")
            .then(() => server.query("BEGIN; INSERT INTO keyed VALUES (7, 'gone', ''); TRUNCATE keyed; INSERT INTO keyed VALUES (8, 'stays', ''); COMMIT"));
        }
      },
    });
    const changes = events.filter((event) => event.kind !== 'progress').flatMap(describeEvent);
    expect(changes.slice(changes.indexOf('snapshotEnd') + 1)).toEqual([
      '0 - 1|NULL|NULL key only', '0 + 1|c|NULL missing 100', '0 - 2|NULL|NULL key only', '0 + 3|b|s', '0 - 3|NULL|NULL key only', 'commit',
      '0 + 7|gone|', '0 truncate', '0 + 8|stays|', 'commit',
    ]);
  });

  test('REPLICA IDENTITY FULL fills unchanged TOAST from the old row', async () => {
    const { source } = await sourceOver(`CREATE TABLE wide (v text, big text); ALTER TABLE wide REPLICA IDENTITY FULL; ALTER TABLE wide ALTER big SET STORAGE external;
      INSERT INTO wide VALUES ('a', repeat('x', 4000)); CREATE PUBLICATION $PUB FOR TABLE wide`);
    const { events } = await readUntil(source, undefined, (all) => hasCommit(all), {
      each: (event) => void (event.kind === 'snapshotEnd' && server.query("UPDATE wide SET v = 'b'")),
    });
    const big = 'x'.repeat(4000);
    expect(events.filter((event) => event.kind === 'changes').flatMap(describeEvent)).toEqual([`0 - a|${big}`, `0 + b|${big}`]);
  });

  test('a changed schema fails its own table only, by name', async () => {
    const { source } = await sourceOver('CREATE TABLE one (id int PRIMARY KEY, v text); CREATE TABLE two (id int PRIMARY KEY); CREATE PUBLICATION $PUB FOR TABLE one, two');
    const { events } = await readUntil(source, undefined, (all) => hasCommit(all), {
      each: (event) => void (event.kind === 'snapshotEnd' && server.query('BEGIN; ALTER TABLE one RENAME v TO w; INSERT INTO one VALUES (1); INSERT INTO two VALUES (2); COMMIT')),
    });
    expect(events.flatMap(describeEvent).filter((line) => /failed|\+/.test(line))).toEqual([
      '0 failed 55000: upstream table "public"."one" changed: column "v" was dropped or renamed, column "w" was added', '1 + 2',
    ]);
  });

  test('a NULL in a column that was NOT NULL fails the table: none is relied on', async () => {
    const { source, slot } = await sourceOver('CREATE TABLE full_of (id int PRIMARY KEY, v int NOT NULL); INSERT INTO full_of VALUES (1, 1); CREATE TABLE other (id int PRIMARY KEY, v int); CREATE PUBLICATION $PUB FOR TABLE full_of, other');
    const { events, position } = await readUntil(source, undefined, (all) => hasCommit(all, 2), {
      each: (event) => void (event.kind === 'snapshotEnd' && server.query('ALTER TABLE full_of ALTER v DROP NOT NULL; UPDATE full_of SET v = 2').then(() => server.query('BEGIN; INSERT INTO full_of VALUES (2); INSERT INTO other VALUES (1); COMMIT'))),
    });
    const told = '0 failed 55000: upstream table "public"."full_of" changed: column "v" is not NOT NULL any more';
    expect(events.flatMap(describeEvent).filter((line) => /^\d/.test(line))).toEqual(['0 + 1|1', '0 - 1|NULL key only', '0 + 1|2', told, '1 + 1|NULL']);
    // Read anew as it was described, too.
    await dropSlot(upstream, slot);
    const again = await readUntil(source, position, (all) => all.some((event) => event.kind === 'snapshotEnd'));
    expect(again.events.flatMap(describeEvent)).toEqual(['snapshotBegin', told, '1 + 1|NULL', 'snapshotEnd']);
  });

  test('a large transaction comes in several batches and one commit', async () => {
    const { source } = await sourceOver('CREATE TABLE large (id int PRIMARY KEY); CREATE PUBLICATION $PUB FOR TABLE large');
    const { events } = await readUntil(source, undefined, (all) => hasCommit(all), {
      each: (event) => void (event.kind === 'snapshotEnd' && server.query('INSERT INTO large SELECT generate_series(1, 40000)')),
    });
    const batches = events.flatMap((event) => (event.kind === 'changes' ? [event.rows.rowCount] : []));
    expect(batches.reduce((sum, rows) => sum + rows, 0)).toBe(40_000);
    expect(Math.max(...batches)).toBeLessThanOrEqual(5_000);
  });
});

describe('positions', () => {
  test('resumes behind a position: no row lost, none doubled; nothing acknowledged that was not', async () => {
    const { source, slot } = await sourceOver('CREATE TABLE resumed (id int PRIMARY KEY); CREATE PUBLICATION $PUB FOR TABLE resumed');
    const first = await readUntil(source, undefined, (all) => hasCommit(all, 3), {
      acknowledge: false,
      each: (event) => void (event.kind === 'snapshotEnd' && [1, 2, 3].reduce<Promise<unknown>>((before, id) => before.then(() => server.query(`INSERT INTO resumed VALUES (${id})`)), Promise.resolve())),
    });
    const commits = first.events.flatMap((event) => (event.kind === 'commit' ? [event.position] : []));
    expect(await confirmed(slot)).toBeLessThan(await currentLsn());
    const again = await readUntil(source, commits[0], (all) => hasCommit(all, 2));
    expect(again.events.filter((event) => event.kind === 'changes').flatMap(describeEvent)).toEqual(['0 + 2', '0 + 3']);
  });

  test('an idle slot follows the log of other tables', async () => {
    const { source, slot } = await sourceOver('CREATE TABLE idle (id int PRIMARY KEY); CREATE PUBLICATION $PUB FOR TABLE idle');
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of source.read(undefined, stop.signal)) if ('position' in event) source.acknowledge(event.position);
    })();
    await server.query('CREATE TABLE noise (i int); INSERT INTO noise SELECT generate_series(1, 10000)');
    const target = await currentLsn();
    const deadline = Date.now() + 15_000;
    let reached = 0n;
    while (reached < target && Date.now() < deadline) {
      await pause(200);
      reached = await confirmed(slot).catch(() => 0n);
    }
    stop.abort();
    await reading;
    expect(reached).toBeGreaterThanOrEqual(target);
    await dropSlot(upstream, slot);
    expect(await server.query(`SELECT 1 FROM pg_replication_slots WHERE slot_name = '${slot}'`)).toEqual([]);
  });

  test('a slot that vanished means a new snapshot', async () => {
    const { source, slot } = await sourceOver('CREATE TABLE lost (id int PRIMARY KEY); INSERT INTO lost VALUES (1); CREATE PUBLICATION $PUB FOR TABLE lost');
    const { position } = await readUntil(source, undefined, (all) => all.some((event) => event.kind === 'snapshotEnd'));
    await dropSlot(upstream, slot);
    const again = await readUntil(source, position, (all) => all.some((event) => event.kind === 'snapshotEnd'));
    expect(again.events.filter((event) => event.kind !== 'progress').flatMap(describeEvent)).toEqual(['snapshotBegin', '0 + 1', 'snapshotEnd']);
  });

  test('a reader that pauses holds a bounded number of bytes, and loses nothing', async () => {
    const n = ++slots;
    await server.query(`CREATE TABLE slow (id int PRIMARY KEY, t text); CREATE PUBLICATION p${n} FOR TABLE slow`);
    const { tables } = await describeUpstream(upstream, `p${n}`);
    const source = postgresSource({ upstream, publication: `p${n}`, slot: `millrace_test_${n}`, tables, rowTypes: [], clock: new SystemClock(), bufferBytes: 64 << 10 });
    let rows = 0;
    const stop = new AbortController();
    for await (const event of source.read(undefined, stop.signal)) {
      if (event.kind === 'snapshotEnd') await server.query("INSERT INTO slow SELECT i, repeat('y', 100) FROM generate_series(1, 50000) i");
      if (event.kind === 'changes') {
        rows += event.rows.rowCount;
        await pause(20);
      }
      if (event.kind === 'commit') stop.abort();
    }
    expect(rows).toBe(50_000);
  });

  test('an abort ends a connect that gets no answer', async () => {
    const n = ++slots;
    // A port that accepts and then says nothing.
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const source = postgresSource({ upstream: { ...upstream, port }, publication: 'p', slot: `millrace_test_${n}`, tables: [], rowTypes: [], clock: new SystemClock() });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const started = Date.now();
    for await (const _event of source.read(undefined, stop.signal)) expect.unreachable();
    expect(Date.now() - started).toBeLessThan(2_000);
    mute.close();
  });

  test('a restart of the server is transient, and reading goes on where it was', async () => {
    const { source } = await sourceOver('CREATE TABLE restarted (id int PRIMARY KEY); CREATE PUBLICATION $PUB FOR TABLE restarted');
    let position: PostgresPosition | undefined;
    const seen: string[] = [];
    let failures = 0;
    const stop = new AbortController();
    const reading = (async () => {
      while (!stop.signal.aborted) {
        try {
          for await (const event of source.read(position, stop.signal)) {
            if ('position' in event) source.acknowledge((position = event.position));
            if (event.kind === 'changes') seen.push(...describeEvent(event));
            if (seen.length === 2) stop.abort();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
          failures++;
          await pause(200);
        }
      }
    })();
    while (position === undefined) await pause(50);
    await server.query('INSERT INTO restarted VALUES (1)');
    await pause(300);
    await server.restart();
    await server.query('INSERT INTO restarted VALUES (2)');
    await reading;
    expect(seen).toEqual(['0 + 1', '0 + 2']);
    expect(failures).toBeGreaterThan(0);
  });
});
