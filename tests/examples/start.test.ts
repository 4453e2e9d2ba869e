import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../support/sources.ts';

// The command line against a server of its own.

const main = join(projectRoot, 'src/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'millrace-start-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const millrace = (...args: string[]): { code: number | null; out: string; err: string } => {
  const { PGPASSWORD: _, ...env } = process.env;
  const done = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 60_000, env });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<number | null>;
  said(): string;
}

async function start(name: string, env: NodeJS.ProcessEnv = {}, nodeArgs: readonly string[] = []): Promise<Running> {
  const child = spawn(process.execPath, [...nodeArgs, main, 'start', '--port', '0', '--data', join(folder, name)], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const ready = /millrace is ready: psql -h \S+ -p (\d+)/.exec(said);
      if (ready) resolve(Number(ready[1]));
    });
    child.once('exit', () => reject(new Error(`the server ended:\n${said}`)));
  });
  return { child, port, exited, said: () => said };
}

describe('a running server', () => {
  let server: Running;
  let url: string;
  beforeAll(async () => {
    server = await start('one');
    url = `postgres://materialize@127.0.0.1:${server.port}/materialize`;
  });

  test('its directory is its own', { timeout: 60_000 }, () => {
    expect(millrace('start', '--port', '0', '--data', join(folder, 'one'))).toEqual({
      code: 1, out: '',
      err: `ERROR:  the data directory ${join(folder, 'one')} is in use by process ${server.child.pid}\nHINT:  Stop that server, or start this one with another --data directory.\n`,
    });
  });
  test('its port is its own', { timeout: 60_000 }, () => {
    expect(millrace('start', '--port', String(server.port), '--data', join(folder, 'other'))).toEqual({
      code: 1, out: '', err: `ERROR:  could not listen on 127.0.0.1:${server.port}: the port is in use\nHINT:  Stop what listens there, or choose another port.\n`,
    });
  });
  test('sql answers', () => {
    expect(millrace('sql', 'select 1 as one, null as nothing', '--url', url).out).toBe(' one | nothing\n-----+---------\n   1 |\n(1 row)\n\n');
  });

  test('templates become views over a data set of other names', { timeout: 120_000 }, () => {
    const made = millrace('sql', `
      create table loans ("Applied" timestamptz, repaid boolean, approved boolean, odds float8, branch text, interest numeric, gift int);
      insert into loans values
        (now() - interval '35 minutes', true, true, 0.9, 'north', 12.50, 2), (now() - interval '35 minutes', false, true, 0.6, 'north', null, 2),
        (now() - interval '35 minutes', false, false, 0.2, 'north', null, null), (now() - interval '35 minutes', true, false, 0.4, 'south', 3, null),
        (now() - interval '1 day', true, true, 0.8, 'south', 3, null)`, '--url', url);
    expect(made.err).toBe('');
    const generate = (...args: string[]): ReturnType<typeof millrace> => millrace('monitor', 'generate', '--dataset', 'loans', '--label', 'repaid', '--by', 'branch', '--url', url, '--apply', ...args);
    const classification = generate('--template', 'binary_classification', '--prediction', 'approved', '--score', 'odds');
    expect([classification.err, classification.out]).toEqual(['', 'created loans_binary_classification\n']);
    expect(millrace('sql', 'select branch, num_rows, true_positives, false_positives, true_negatives, false_negatives, precision from loans_binary_classification order by branch', '--url', url).out).toBe([
      ' branch | num_rows | true_positives | false_positives | true_negatives | false_negatives | precision',
      '--------+----------+----------------+-----------------+----------------+-----------------+-----------',
      ' north  |        3 |              1 |               1 |              1 |               0 |       0.5',
      ' south  |        2 |              1 |               0 |              0 |               1 |         1',
      '(2 rows)\n\n',
    ].join('\n'));
    const revenue = generate('--template', 'net_revenue', '--value', 'interest', '--cost', 'gift', '--time', 'Applied', '--window', '1 hour', '--every', '30 minutes');
    expect([revenue.err, revenue.out]).toEqual(['', 'created loans_net_revenue\n']);
    // A window shows once it is complete and for as long as it is long: 35 minutes ago lies in the last one, yesterday in none.
    expect(millrace('sql', 'select distinct branch, num_rows, conversions, revenue, coupon_cost, net_revenue from loans_net_revenue order by branch', '--url', url).out).toBe([
      ' branch | num_rows | conversions | revenue | coupon_cost | net_revenue',
      '--------+----------+-------------+---------+-------------+-------------',
      ' north  |        3 |           1 |   12.50 |           2 |       10.50',
      ' south  |        1 |           1 |       3 |           0 |           3',
      '(2 rows)\n\n',
    ].join('\n'));
  });

  test('SIGTERM ends it in order', async () => {
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });
});

test('a wrong, a missing and the right password', { timeout: 120_000 }, async () => {
  const { port, child, exited } = await start('locked', { MILLRACE_PASSWORD: 'secret' });
  const sql = (user: string): ReturnType<typeof millrace> => millrace('sql', 'select 1', '--url', `postgres://${user}@127.0.0.1:${port}/materialize`);
  expect(sql('materialize:secret').code).toBe(0);
  expect(sql('materialize:wrong')).toEqual({ code: 1, out: '', err: 'ERROR:  password authentication failed for user "materialize"\n' });
  expect(sql('materialize')).toEqual({
    code: 1, out: '', err: 'ERROR:  the server asks for a password\nHINT:  Put it into the URL, postgres://user:password@host:port/database, or into PGPASSWORD.\n',
  });
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});

test('what is not a URL is refused', () => {
  expect(millrace('sql', 'select 1', '--url', 'localhost:6875')).toMatchObject({ code: 1, err: expect.stringContaining('it reads postgres://user:password@host:port/database') });
});

test('when the engine ends by itself, the server does, with an error', { timeout: 60_000 }, async () => {
  // Loaded before the program: a signal ends the engine's thread from outside, as running out of memory would.
  const ender = `data:text/javascript,${encodeURIComponent(`
    import threads from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    const { Worker } = threads;
    threads.Worker = class extends Worker { constructor(...args) { super(...args); process.on('SIGUSR2', () => this.terminate()); } };
    syncBuiltinESMExports();`)}`;
  const server = await start('failing', {}, ['--import', ender]);
  server.child.kill('SIGUSR2');
  expect(await server.exited).toBe(1);
  expect(server.said()).toContain("ERROR:  the engine stopped: the engine's thread ended with code 1\n");
});
