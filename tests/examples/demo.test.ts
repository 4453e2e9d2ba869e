import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort, isListening } from '../../src/cli/demo/ports.ts';
import { kafkaSkipped } from '../support/kafka.ts';
import { startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/sources.ts';

const demo = (...args: string[]): Demo => new Demo(args);

class Demo {
  readonly child;
  /** its own place for temporary folders: other tests make theirs at the same time */
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-demo-test-'));
  output = '';
  constructor(args: readonly string[]) {
    // Where tests run as root, the Postgres of the demo runs as somebody else, who has to get in and to take its folder away.
    chmodSync(this.folder, 0o1777);
    this.child = spawn(process.execPath, [join(projectRoot, 'src/cli/main.ts'), 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: this.folder } });
    this.child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }
  /** Resolves when the output matches; rejects when the demo ends before. */
  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => void (pattern.test(this.output) && resolve());
      this.child.stdout.on('data', look);
      this.child.once('exit', () => reject(new Error(`the demo ended:\n${this.output}`)));
      look();
    });
  }
  async interrupt(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    return ended;
  }
}

let running: Demo | undefined;
afterEach(() => {
  running?.child.kill('SIGKILL');
  if (running !== undefined) rmSync(running.folder, { recursive: true, force: true });
});

const folders = (of: Demo): string[] => readdirSync(of.folder).filter((name) => /^millrace-(postgres|kafka|demo)-/.test(name));
const descendants = (folder: string): string => spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.split('\n').filter((line) => line.includes(folder)).join('\n');

test.skipIf(kafkaSkipped)('the demo shows metrics, and Ctrl-C leaves nothing', { timeout: 120_000 }, async () => {
  const port = await freePort();
  const started = Date.now();
  running = demo('--port', String(port), '--rate', '100');
  await running.until(/ control +\| last 30 s +\| +\d+ \| +\d\.\d{3}/);
  expect(Date.now() - started).toBeLessThan(60_000);
  expect(running.output).toContain(`psql -h 127.0.0.1 -p ${port} -U materialize materialize`);
  const made = folders(running);
  expect(made.map((name) => name.split('-')[1]).sort()).toEqual(['demo', 'kafka', 'postgres']);
  expect(await running.interrupt()).toBe(0);
  expect(folders(running)).toEqual([]);
  for (const folder of made) await expect.poll(() => descendants(folder), { timeout: 5000 }).toBe('');
  expect(await isListening('127.0.0.1', port)).toBe(false);
});

// Each line is said when the step begins: the demo is interrupted in the middle of it.
test.skipIf(kafkaSkipped).each([
  ['SIGINT', 'while databases are made', /starting Postgres\n/],
  ['SIGTERM', 'while one server is up and the other is not', / listens on /],
  ['SIGINT', 'while Millrace starts', /starting Millrace/],
  ['SIGTERM', 'while sources and views are made', /creating sources and views/],
  ['SIGTERM', 'while leads are on their way', /leads a second are on their way/],
] as const)('%s %s leaves nothing', { timeout: 120_000 }, async (signal, _, moment) => {
  const port = await freePort();
  running = demo('--port', String(port), '--quiet');
  await running.until(moment);
  // The line is said just before the first folder is made.
  const of = running;
  await expect.poll(() => folders(of), { timeout: 5000, interval: 5 }).not.toEqual([]);
  const made = folders(running);
  expect(await running.interrupt(signal)).toBe(0);
  expect(running.output).not.toMatch(/error|warning/i);
  expect(folders(running)).toEqual([]);
  for (const folder of made) await expect.poll(() => descendants(folder), { timeout: 5000 }).toBe('');
  expect(await isListening('127.0.0.1', port)).toBe(false);
});

test.skipIf(kafkaSkipped).each([
  ['a second Ctrl-C while servers end', false],
  ['with a Postgres that stays, a third Ctrl-C', true],
] as const)('%s ends it at once, and leaves nothing that can be taken away at once', { timeout: 120_000 }, async (_, stays) => {
  const postgres = stays ? await startPostgres() : undefined;
  const port = await freePort();
  try {
    running = demo('--port', String(port), '--quiet', ...(postgres === undefined ? [] : ['--postgres', postgres.url]));
    await running.until(/leads a second are on their way/);
    const of = running;
    const made = folders(of);
    running.child.kill('SIGINT');
    await running.until(/\nending\n/);
    if (!stays) await expect.poll(() => isListening('127.0.0.1', port), { timeout: 5000, interval: 5 }).toBe(false);
    else {
      running.child.kill('SIGINT');
      await running.until(/still to drop: the replication slot/);
    }
    expect(await running.interrupt()).toBe(130);
    expect(folders(of).filter((name) => name.startsWith('millrace-demo-'))).toEqual([]);
    // The servers are given the time they need.
    await expect.poll(() => folders(of), { timeout: 20_000 }).toEqual([]);
    for (const folder of made) await expect.poll(() => descendants(folder), { timeout: 5000 }).toBe('');
  } finally {
    await postgres?.stop();
  }
});

test('a port in use is told before anything is started', { timeout: 60_000 }, async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => taken.listen(0, '127.0.0.1', () => resolve((taken.address() as AddressInfo).port)));
  running = demo('--port', String(port));
  await expect(running.until(/starting/)).rejects.toThrow(`ERROR:  port ${port} is in use\nHINT:  Stop what listens there, or choose another one with --port.\n`);
  expect(running.child.exitCode).toBe(1);
  taken.close();
});

test('a Postgres that cannot be replicated is told of, with the statement and what to do; one that does not answer, with the option', { timeout: 120_000 }, async () => {
  const postgres = await startPostgres({ settings: { wal_level: 'replica' } });
  try {
    running = demo('--port', String(await freePort()), '--postgres', postgres.url, '--quiet');
    await expect(running.until(/on their way/)).rejects.toThrow(/ERROR: {2}Postgres at ".*" has wal_level "replica", and logical replication needs "logical", in:\nCREATE SOURCE [^\n]*\nHINT: {2}\S/);
    expect(folders(running)).toEqual([]);
    rmSync(running.folder, { recursive: true, force: true });
  } finally {
    await postgres.stop();
  }
  running = demo('--port', String(await freePort()), '--postgres', 'postgres://somebody@127.0.0.1:1/shop', '--quiet');
  await expect(running.until(/on their way/)).rejects.toThrow(/ERROR: {2}could not connect to 127\.0\.0\.1:1: .*\nHINT: {2}It is the Postgres that --postgres names/);
});

test.skipIf(kafkaSkipped)('--duration ends it', { timeout: 120_000 }, async () => {
  running = demo('--port', String(await freePort()), '--duration', '3', '--quiet');
  await running.until(/\d leads were simulated/);
});

test.skipIf(kafkaSkipped)('a Postgres that stays keeps no replication slot of ours', { timeout: 120_000 }, async () => {
  const postgres = await startPostgres();
  try {
    await postgres.query("select pg_create_logical_replication_slot('somebody_else', 'pgoutput')");
    running = demo('--port', String(await freePort()), '--postgres', postgres.url, '--label', 'bool', '--rate', '50');
    await running.until(/ experiment +\| last 30 s +\| +\d+ \| +\d\.\d{3}/);
    expect((await postgres.query('select count(*)::int as slots from pg_replication_slots'))[0]).toEqual({ slots: 2 });
    expect(await running.interrupt()).toBe(0);
    expect(await postgres.query('select slot_name from pg_replication_slots')).toEqual([{ slot_name: 'somebody_else' }]);
  } finally {
    await postgres.stop();
  }
});
