import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ManualClock, SystemClock } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { open, pause } from './support.ts';

test.each([['inline', true], ['on its thread', false]])('closing with the engine %s ends what runs and waits', async (_name, inline) => {
  const opened = await open({ inline });
  const a = await opened.connect();
  const b = await opened.connect();
  await a.query('CREATE TABLE t (k int); INSERT INTO t VALUES (1)');
  const subscription = a.error('SUBSCRIBE t');
  // Left alone it would not end while the test runs.
  const query = inline ? Promise.resolve('57') : b.error('SELECT count(*) FROM generate_series(1, 100000) x, generate_series(1, 100000) y, t');
  await pause(50);
  await opened.close();
  expect(await subscription).toMatch(/^57/);
  expect(await query).toMatch(/^57/);
  await expect(a.query('SELECT * FROM t')).rejects.toMatchObject({ code: '57P01' });
});

test('a directory is one server\'s at a time, and free after it', async () => {
  const first = await open();
  await expect(open({ directory: first.directory })).rejects.toThrow(/in use|another/i);
  await first.database.close();
  const second = await open({ directory: first.directory });
  expect(await (await second.connect()).query('SELECT 1')).toEqual([['1']]);
  await second.close();
  expect(existsSync(first.directory)).toBe(false);
});

test('the process can exit once the database is closed', async () => {
  const script = `
    const { open } = await import('./tests/database/support.ts');
    const opened = await open();
    const client = await opened.connect();
    await client.query('CREATE TABLE t (k int)');
    void client.error('SUBSCRIBE t');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await opened.close();
    console.log('closed');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', `void (async () => {${script}})()`], { timeout: 60_000 });
  expect(stdout).toBe('closed\n');
}, 70_000);

test('what was committed is there after a restart, and time goes on from where it was', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const first = await open({ clock });
  const a = await first.connect();
  await a.query("CREATE TABLE t (k int primary key, v text); CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM t");
  clock.advance(5);
  await a.query("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  const [[committed]] = await a.query('SELECT mz_now()::text') as [[string]];
  clock.advance(5);
  await a.query('BEGIN; DELETE FROM t WHERE k = 1; CREATE TABLE lost (k int)');
  const [[before]] = await a.query('SELECT mz_now()::text') as [[string]];
  await first.database.close();
  const back = new ManualClock(clock.now() - 60_000);
  const second = await open({ clock: back, directory: first.directory });
  const b = await second.connect();
  // What is replayed has the times it had.
  expect(await b.query('SELECT mz_now()::text FROM t LIMIT 1')).toEqual([[committed]]);
  expect(await b.query('SELECT * FROM t ORDER BY k')).toEqual([['1', 'a'], ['2', 'b']]);
  expect(await b.query('SELECT * FROM n')).toEqual([['2']]);
  expect(await b.error('SELECT * FROM lost')).toContain('42P01');
  // The clock jumped back by a minute: writes wait until it has caught up, and then go on.
  const written = b.query("INSERT INTO t VALUES (3, 'c')");
  await pause(20);
  expect(await (await second.connect()).query('SELECT count(*) FROM t')).toEqual([['2']]);
  for (let i = 0; i < 70; i++) {
    back.advance(1000);
    await pause(1);
  }
  await written;
  expect(Number((await b.query('SELECT mz_now()::text'))[0]![0])).toBeGreaterThan(Number(before));
  expect(await b.query('SELECT * FROM n')).toEqual([['3']]);
  await second.close();
  await rm(first.directory, { recursive: true, force: true });
});

/** The machine's clock, and how often it was asked for something. */
class AskedClock implements Clock {
  readonly #clock = new SystemClock();
  asked = 0;
  now(): number {
    this.asked++;
    return this.#clock.now();
  }
  monotonic(): number {
    this.asked++;
    return this.#clock.monotonic();
  }
  after(delayMs: number, wake: () => void): () => void {
    this.asked++;
    return this.#clock.after(delayMs, wake);
  }
  soon(run: () => void): void {
    this.asked++;
    this.#clock.soon(run);
  }
}

test('an idle database sleeps, with a hydrated view and a subscription too', async () => {
  const clock = new AskedClock();
  const opened = await open({ clock, inline: true });
  const a = await opened.connect();
  await a.query('CREATE TABLE t (k int); CREATE MATERIALIZED VIEW m AS SELECT k FROM t WHERE mz_now() < k');
  const b = await opened.connect();
  void b.error('SUBSCRIBE m');
  await pause(200);
  const before = clock.asked;
  await pause(1000);
  // The subscription is told once a second that nothing came; who polled, each millisecond even, would ask far more often.
  expect(clock.asked - before).toBeLessThan(200);
  expect(readdirSync(opened.directory).length).toBeGreaterThan(0);
  await opened.close();
});
