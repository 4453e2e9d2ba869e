import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { projectRoot } from '../support/sources.ts';

// What npm publishes, installed where nothing else is.

const folder = mkdtempSync(join(tmpdir(), 'millrace-pack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Beside the runner, which wants to hear of a test that takes long. */
const npm = async (cwd: string, ...args: string[]): Promise<string> => (await promisify(execFile)('npm', args, { cwd, maxBuffer: 16 * 1024 * 1024 })).stdout;

test('the package installs into an empty folder and its server answers', { timeout: 300_000 }, async () => {
  const [packed] = JSON.parse((await npm(projectRoot, 'pack', '--json', '--pack-destination', folder)).replace(/^[^[]*/, '')) as [{ filename: string; files: { path: string }[] }];
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['dist/src/cli/main.js', 'templates/net_revenue.sql.hbs', 'sql/metrics/recall.sql', 'examples/dtc-coupons/views.sql', 'README.md']));
  expect(paths.filter((path) => /^(src|tests|bench|node_modules)\//.test(path))).toEqual([]);

  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // The binaries of the demo's Postgres are optional; the server needs none of them.
  await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, packed.filename));
  expect(await npm(folder, 'exec', '--', 'millrace', '--help')).toContain('start the server');

  const server = spawn(process.execPath, [join(folder, 'node_modules/millrace/dist/src/cli/main.js'), 'start', '--port', '0', '--data', join(folder, 'data')], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const port = await new Promise<number>((resolve, reject) => {
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const ready = /millrace is ready: psql -h \S+ -p (\d+)/.exec(said);
        if (ready) resolve(Number(ready[1]));
      });
      server.once('exit', () => reject(new Error(`the server ended:\n${said}`)));
    });
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'materialize', database: 'materialize' });
    await client.connect();
    expect((await client.query('select 1 + 1 as two')).rows).toEqual([{ two: 2 }]);
    await client.end();
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.kill('SIGTERM')) await ended;
  }
});
