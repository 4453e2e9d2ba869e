import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManualClock, Oid, sqlType } from '../../src/core/index.ts';
import { Latch } from '../../src/database/engine/latch.ts';
import { NearEngine } from '../../src/database/engine/near.ts';
import type { Relation, RelationId } from '../../src/ir/index.ts';
import type { Peek } from '../../src/views/index.ts';
import { startMs } from '../laws/support/history.ts';
import { Schema, World } from '../laws/support/world.ts';
import { testEnvironment } from '../planner/support.ts';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

/** Lookups read in the engine's memory by the main thread. */

describe('lookups in the engine\'s memory', () => {
  let opened: Opened;
  let a: Client;
  let b: Client;
  let posted: number;
  beforeEach(async () => {
    opened = await open();
    a = await opened.connect();
    b = await opened.connect();
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: unknown, transfer) {
      posted++;
      post.call(this, message, transfer as readonly ArrayBuffer[]);
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await opened.close();
  });
  /** How many messages the main thread posts while the statements run, asked until that is none or the patience is at its end. */
  const quiet = async (statement: (i: number) => string, expected: (i: number) => unknown): Promise<boolean> => {
    for (let i = 0; i < 50; i++) {
      posted = 0;
      expect(await a.query(statement(i))).toEqual(expected(i));
      if (posted === 0) return true;
    }
    return false;
  };

  test('once asked for cross no thread, on tables and on views, by keys of any type', async () => {
    await a.query("CREATE TABLE t (k int PRIMARY KEY, s text, n numeric); INSERT INTO t SELECT k, 's' || k, trim_scale(k / 10.0) FROM generate_series(1, 3000) k");
    await a.query('CREATE MATERIALIZED VIEW v AS SELECT s, count(*) AS c, sum(n) AS n FROM t GROUP BY s; CREATE INDEX v_s ON v (s); CREATE INDEX t_n ON t (n)');
    expect(await quiet((i) => `SELECT s, n FROM t WHERE k = ${i + 1}`, (i) => [[`s${i + 1}`, String((i + 1) / 10)]])).toBe(true);
    expect(await quiet((i) => `SELECT c FROM v WHERE s = 's${i + 1}'`, () => [['1']])).toBe(true);
    expect(await quiet((i) => `SELECT k FROM t WHERE n = ${i + 1}.0 / 10`, (i) => [[String(i + 1)]])).toBe(true);
  });

  test('are told anew when the table has grown, its index has gone, or a view it reads has an error', async () => {
    await a.query('CREATE TABLE t (k int PRIMARY KEY, g int); INSERT INTO t SELECT k, k % 100 FROM generate_series(1, 99) k');
    const ask = (k: number): string => `SELECT g FROM t WHERE k = ${k}`;
    expect(await quiet(() => ask(7), () => [['7']])).toBe(true);
    await b.query('INSERT INTO t SELECT k, k % 100 FROM generate_series(101, 20000) k');
    expect(await quiet((i) => ask(19_990 - i), (i) => [[String((19_990 - i) % 100)]])).toBe(true);
    await b.query('CREATE INDEX by_g ON t (g); CREATE MATERIALIZED VIEW v AS SELECT k, 10 / g AS q FROM t WHERE k < 10; CREATE INDEX v_k ON v (k)');
    expect(await quiet((i) => `SELECT k FROM t WHERE g = ${i + 1} AND k < 100`, (i) => [[String(i + 1)]])).toBe(true);
    await b.query('DROP INDEX by_g');
    expect(await quiet((i) => `SELECT k FROM t WHERE g = ${i + 1} AND k < 100`, (i) => [[String(i + 1)]])).toBe(false);
    // The second time there is nothing new but the error: neither a symbol nor a buffer.
    for (let round = 0; round < 2; round++) {
      expect(await quiet((i) => `SELECT q FROM v WHERE k = ${(i % 9) + 1}`, (i) => [[String(Math.trunc(10 / ((i % 9) + 1)))]])).toBe(true);
      await b.query('UPDATE t SET g = 0 WHERE k = 5');
      expect(await a.error('SELECT q FROM v WHERE k = 5')).toBe('22012 division by zero');
      await b.query('UPDATE t SET g = 5 WHERE k = 5');
    }
    await b.query('DROP TABLE t CASCADE');
    expect(await a.error(ask(7))).toBe('42P01 relation "t" does not exist');
  });

  test('of a view over time see no row whose time has passed', async () => {
    await a.query("CREATE TABLE t (k int PRIMARY KEY, at timestamptz); CREATE MATERIALIZED VIEW v AS SELECT k FROM t WHERE mz_now() <= at; CREATE INDEX v_k ON v (k)");
    await a.query("INSERT INTO t SELECT k, now() + k * interval '20 ms' FROM generate_series(1, 50) k");
    for (let k = 1; k <= 50; ) {
      const [row] = await a.query(`SELECT v.k, clock_timestamp() FROM v WHERE k = ${k}`);
      if (row === undefined) k++;
    }
    expect(await a.query('SELECT count(*) FROM v')).toEqual([['0']]);
    for (let k = 1; k <= 50; k++) expect(await a.query(`SELECT k FROM v WHERE k = ${k}`)).toEqual([]);
  });

  test('sent together let sockets and timers have their turn', async () => {
    await a.query("CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t VALUES (1)");
    expect(await quiet(() => 'SELECT k FROM t WHERE k = 1', () => [['1']])).toBe(true);
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    for (let i = 0; i < 2000; i++) await a.query('SELECT k FROM t WHERE k = 1');
    counting = false;
    expect(turns).toBeGreaterThan(1);
  });

  test('are a state that existed, whatever is written meanwhile', { timeout: 60_000 }, async () => {
    await a.query("CREATE TABLE t (k int PRIMARY KEY, g int, version int, note text); CREATE INDEX by_g ON t (g); INSERT INTO t SELECT k, k % 2, 0, 'version 0' FROM generate_series(1, 400) k");
    let writing = true;
    const writes = (async () => {
      for (let version = 1; version <= 150; version++) {
        // Of one group in place, of the other as rows that come and go.
        await b.query(`UPDATE t SET version = ${version}, note = 'version ${version}' WHERE g = 0`);
        if (version % 10 === 0) await b.query(`DELETE FROM t WHERE g = 1; INSERT INTO t SELECT k, 1, ${version}, 'version ${version}' FROM generate_series(${version * 1000}, ${version * 1000 + 199}) k`);
      }
      writing = false;
    })();
    const last = [0, 0];
    let near = 0;
    let reads = 0;
    const read = async (g: 0 | 1): Promise<void> => {
      posted = 0;
      const rows = await a.query(`SELECT version, note FROM t WHERE g = ${g}`);
      if (posted === 0) near++;
      const versions = new Set(rows.map(([version]) => Number(version)));
      if (rows.length === 0 && g === 1) return; // between DELETE and INSERT
      expect([rows.length, versions.size]).toEqual([200, 1]);
      const [version] = versions;
      expect(rows.every(([, note]) => note === `version ${version}`)).toBe(true);
      expect(version).toBeGreaterThanOrEqual(last[g]!);
      last[g] = version!;
    };
    while (writing || reads < 500) await read((reads++ % 2) as 0 | 1);
    await writes;
    await read(0);
    await read(1);
    expect(last).toEqual([150, 150]);
    expect(near).toBeGreaterThan(0);
  });
});

test('a view whose time has come is not read before its tick, a table is', () => {
  const schema = new Schema([{ name: 't', columns: [{ name: 'k', kind: 'int', type: 'int4' }, { name: 'due', kind: 'int', type: 'int8' }] }]);
  const world = new World(schema);
  world.addView('v', schema.plan('SELECT k FROM t WHERE mz_now() <= due'));
  const [t, v] = [schema.ids[0]!, 'v' as RelationId];
  for (const id of [t, v]) world.engine.addIndex(id, { index: `${id}_k`, name: `${id}_k`, columns: [0], unique: false });
  world.work();
  const due = startMs + 1000;
  world.tick({ time: startMs, changes: [{ table: 0, row: ['7', String(due)], weight: 1 }] });

  const clock = new ManualClock(startMs);
  const latch = new Latch();
  const near = new NearEngine(latch, clock, testEnvironment(schema.catalog));
  const prepared = (relation: Relation): Peek => {
    const type = sqlType(Oid.int4);
    const looked: Relation = { ...relation, lookup: { index: 'i', columns: [0], keys: [[{ value: { op: 'parameter', index: 1, type }, elements: false, nullSafe: false }]] } } as Relation;
    return near.prepare({ relation: looked, order: [], limit: null, offset: null, width: 1 });
  };
  const peeks = [prepared({ op: 'get', id: t, type: schema.types[0]! }), prepared(world.get('v'))] as const;
  for (const peek of peeks) near.learn(world.engine.told.share(peek.id, near.missing(peek)!)!);
  latch.release(world.engine.toldChange);
  const counts = (): (number | undefined)[] => peeks.map((peek) => near.read(peek, [7])?.rowCount);
  expect(counts()).toEqual([1, 1]);
  clock.advance(1000);
  expect(counts()).toEqual([1, 1]);
  clock.advance(1);
  expect(counts()).toEqual([1, undefined]);
  world.tick({ time: due + 1, changes: [] });
  latch.release(world.engine.toldChange);
  expect(near.read(peeks[1], [7])).toBeNull();
  near.close();
  expect(counts()).toEqual([undefined, undefined]);
});

test('the latch lets one thread in at a time: who reads never waits, who works waits out a read', async () => {
  const latch = new Latch();
  const flags = new Int32Array(new SharedArrayBuffer(4));
  const [free, taken] = [0, 1];
  const worker = new Worker(`
    const { workerData: { module, buffer, flags }, parentPort } = require('node:worker_threads');
    import(module).then(({ Latch }) => {
      const latch = new Latch(buffer);
      parentPort.on('message', (message) => {
        if (message === 'take') {
          latch.take();
          Atomics.store(flags, 0, ${taken});
        } else {
          latch.release(42);
          Atomics.store(flags, 0, ${free});
        }
        Atomics.notify(flags, 0);
        parentPort.postMessage(message);
      });
      parentPort.postMessage('ready');
    });`, { eval: true, workerData: { module: new URL('../../src/database/engine/latch.ts', import.meta.url).href, buffer: latch.buffer, flags } });
  const said = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  try {
    expect(await said()).toBe('ready');
    expect(latch.read(() => 'read')).toBe('read');
    worker.postMessage('take');
    await said();
    expect(latch.read(() => 'read')).toBeUndefined();
    worker.postMessage('release');
    await said();
    expect(latch.read((due) => due)).toBe(42);
    const answer = said();
    expect(latch.read(() => {
      worker.postMessage('take');
      // It has all the time that it would need.
      return Atomics.wait(flags, 0, free, 200);
    })).toBe('timed-out');
    await answer;
    expect(Atomics.load(flags, 0)).toBe(taken);
    expect(() => latch.read(() => 'never')).not.toThrow();
    worker.postMessage('release');
    await said();
    expect(() => latch.read(() => {
      throw new Error('a fault');
    })).toThrow('a fault');
    expect(latch.read(() => 'read')).toBe('read');
  } finally {
    await worker.terminate();
  }
});
