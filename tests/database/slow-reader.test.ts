import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqlError, SystemClock, SystemRandom } from '../../src/core/index.ts';
import { startServer } from '../../src/server/index.ts';
import { open, pause } from './support.ts';
import type { Client, Opened } from './support.ts';

/** A reader that does not read costs itself its answer, not the others theirs. */

let opened: Opened;
let writer: Client;
beforeAll(async () => {
  opened = await open();
  writer = await opened.connect();
});
afterAll(() => opened.close());

/** A client that says hello, asks, and then reads only when told to. */
async function asked(port: number, sql: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  const hello = Buffer.from('\0\0\0\0\0\x03\0\0user\0materialize\0database\0materialize\0\0', 'latin1');
  hello.writeInt32BE(hello.length, 0);
  socket.write(hello);
  await new Promise<void>((resolve) => socket.on('data', function ready(chunk: Buffer) {
    if (!chunk.includes(Buffer.from('Z\0\0\0\x05I', 'latin1'))) return;
    socket.off('data', ready);
    resolve();
  }));
  socket.pause();
  const query = Buffer.from(`Q\0\0\0\0${sql}\0`, 'latin1');
  query.writeInt32BE(query.length - 1, 1);
  socket.write(query);
  return socket;
}

test('a subscription whose reader stops ends with 53400 once more than 64 MiB wait', { timeout: 120_000 }, async () => {
  await writer.query('CREATE TABLE wide (n int, v text); CREATE TABLE other (n int)');
  const slow = await opened.connect();
  await slow.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE wide');
  await slow.query("FETCH ALL c WITH (timeout = '0s')");
  const taken = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await writer.query(`INSERT INTO wide SELECT ${n}, repeat('x', 4194304)`);
  };
  await taken(12);
  // Below the bound it only waits: another session neither notices nor is noticed.
  expect(await writer.query('SELECT count(*) FROM wide')).toEqual([['12']]);
  await taken(6);
  await writer.query('INSERT INTO other VALUES (1)');
  expect(await slow.error("FETCH ALL c WITH (timeout = '0s')")).toMatch(/^53400 /);
  await slow.query('ROLLBACK');
  // The session goes on, and can follow again from now on.
  expect(await slow.query('SELECT n FROM other')).toEqual([['1']]);
  await slow.query('BEGIN; DECLARE c CURSOR FOR SUBSCRIBE wide WITH (SNAPSHOT = false)');
  await writer.query("INSERT INTO wide VALUES (-1, 'short')");
  expect((await slow.query('FETCH 1 c')).map((found) => found.slice(1))).toEqual([['1', '-1', 'short']]);
  await slow.query('ROLLBACK');
  await slow.session.close();
});

test('a full socket stops the portal, not the engine: nothing piles up behind it, and others are answered', { timeout: 120_000 }, async () => {
  const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const server = await startServer({ database: opened.database, host: '127.0.0.1', port: 0, auth: { method: 'trust' }, clock: new SystemClock(), random: new SystemRandom(), log });
  try {
    await writer.query("CREATE TABLE long AS SELECT n, repeat('y', 1000) AS v FROM generate_series(1, 150000) n");
    const held = (): number => process.memoryUsage().arrayBuffers;
    const before = held();
    const socket = await asked(server.address.port, 'SELECT v FROM long');
    await pause(1500);
    // 150 MB are to be sent; what has left the engine without being read is a few batches.
    expect(held() - before).toBeLessThan(48 << 20);
    expect(await writer.query('SELECT count(*) FROM long WHERE n < 10')).toEqual([['9']]);
    let received = 0;
    await new Promise<void>((resolve, reject) => {
      let tail = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
        tail = Buffer.concat([tail.subarray(-64), chunk.subarray(-64)]);
        if (tail.includes('SELECT 150000\0')) resolve();
      });
      socket.once('error', reject);
      socket.resume();
    });
    expect(received).toBeGreaterThan(150_000_000);
    socket.destroy();
  } finally {
    await server.close();
  }
});

test('a fault of ours is XX000 to the one who asked, stands in the log once with a stack, and ends nothing else', async () => {
  // Randomness is handed in, so a test can hand in one that breaks.
  class BrokenRandom extends SystemRandom {
    override next(): number {
      throw new TypeError('the dice are gone');
    }
  }
  const broken = await open({ clock: new SystemClock(), random: new BrokenRandom() });
  try {
    const [one, two] = [await broken.connect(), await broken.connect()];
    await one.query('CREATE TABLE t (x int); INSERT INTO t VALUES (1)');
    for (const from of ['', ' FROM t']) {
      const failure: unknown = await one.query(`SELECT random()${from}`).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SqlError);
      expect(failure).toMatchObject({ code: 'XX000', message: 'internal error: the dice are gone' });
      const lines = broken.logged.filter(({ level }) => level === 'error');
      expect(lines.map(({ message }) => message)).toEqual(['internal error: the dice are gone']);
      expect(String(lines[0]!.fields.stack)).toContain('\n    at ');
      broken.logged.length = 0;
      expect(await one.query('SELECT x FROM t')).toEqual([['1']]);
      expect(await two.query('SELECT x FROM t')).toEqual([['1']]);
    }
  } finally {
    await broken.close();
  }
});
