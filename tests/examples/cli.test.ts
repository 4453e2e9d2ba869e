import { spawnSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawMetrics } from '../../src/cli/demo/live-table.ts';
import { splitName } from '../../src/cli/monitor.ts';
import { nodeProblem } from '../../src/cli/node-version.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { drawTable } from '../../src/cli/table.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { projectRoot } from '../support/sources.ts';

const millrace = (...args: string[]): { code: number | null; out: string; err: string } => {
  const done = spawnSync(process.execPath, [join(projectRoot, 'src/cli/main.ts'), ...args], { encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

test('help lists the commands, and each command its options', () => {
  const { code, out } = millrace('--help');
  expect(code).toBe(0);
  for (const command of ['start', 'demo', 'sql', 'monitor']) expect(out).toContain(command);
  const demo = buildProgram().commands.find((each) => each.name() === 'demo')!;
  expect(demo.options.map(({ long }) => long)).toEqual(['--rate', '--seed', '--duration', '--kafka', '--postgres', '--port', '--label', '--quiet']);
});

test.each([
  [['start', '--port', 'x'], 'a port is a number from 0 to 65535'],
  [['demo', '--rate', '0'], 'it is a positive number'],
  [['demo', '--label', 'maybe'], 'Allowed choices are int, bool'],
  [['start', '--nosuch'], "unknown option '--nosuch'"],
  [['monitor', 'generate', '--template', 'net_revenue'], "required option '--dataset <view>' not specified"],
  [['demo', '--kafka', 'nonsense'], 'it reads host:port, several parted by commas'],
  [['demo', '--kafka', 'one:9092,two:99999'], 'it reads host:port, several parted by commas'],
  [['start', '--tls-cert', 'nowhere.pem', '--tls-key', 'nowhere.key', '--port', '0'], "ERROR:  could not read the file of --tls-cert: ENOENT: no such file or directory, open 'nowhere.pem'"],
  [['sql', 'select 1', '--url', 'postgres://x@127.0.0.1:1/x'], 'ERROR:  could not connect to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\nHINT:  Start one with `millrace start`, or say where it is with --url.\n'],
  [['monitor', 'generate', '--template', 'net_revenue', '--dataset', 'd', '--url', 'postgres://x@127.0.0.1:1/x'], 'HINT:  Start one with `millrace start`'],
])('%j is refused', { timeout: 60_000 }, (args, message) => {
  const { code, err } = millrace(...args);
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test('a Node that is too old is told so, in one line', () => {
  expect(nodeProblem('18.20.4')).toBe('ERROR:  Millrace needs Node 20 or later, and this is 18.20.4');
  expect(['20.0.0', '24.1.0', '100.0.0'].map(nodeProblem)).toEqual([undefined, undefined, undefined]);
  const { engines } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { engines: { node: string } };
  expect(engines.node).toBe('>=20');
});

describe('npm start, from sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-setup-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** A checkout whose packages are installed, on a machine whose node says this of itself. */
  const setUp = (node: string): { code: number | null; err: string } => {
    for (const below of ['scripts', 'node_modules/.bin', 'bin']) mkdirSync(join(folder, below), { recursive: true });
    copyFileSync(join(projectRoot, 'scripts/setup.mjs'), join(folder, 'scripts/setup.mjs'));
    for (const lock of ['package-lock.json', 'node_modules/.package-lock.json']) writeFileSync(join(folder, lock), '{ "packages": {} }');
    writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\necho '${node}'\n`, { mode: 0o755 });
    const done = spawnSync(process.execPath, [join(folder, 'scripts/setup.mjs')], { encoding: 'utf8', env: { PATH: join(folder, 'bin') } });
    return { code: done.status, err: done.stderr };
  };

  test('makes a checkout\'s npx find the program', () => {
    setUp('v24.1.0 strip');
    const link = readlinkSync(join(folder, 'node_modules/.bin/millrace'));
    expect(join(folder, 'node_modules/.bin', link)).toBe(join(folder, 'src/cli/main.ts'));
    // As `npx millrace` does after `npm start`; the link of this checkout was made by `npm test`, or is made here.
    spawnSync(process.execPath, [join(projectRoot, 'scripts/setup.mjs')]);
    accessSync(join(projectRoot, 'node_modules/.bin/millrace'), constants.X_OK);
    expect(spawnSync('npx', ['--no-install', 'millrace', 'monitor', 'list'], { cwd: projectRoot, encoding: 'utf8' }).stdout).toContain('binary_classification: ');
  });
  test('is refused in one line on a Node that does not read TypeScript, where the one of the packages is missing', () => {
    expect(setUp('v24.1.0 strip')).toEqual({ code: 0, err: '' });
    expect(setUp('v20.20.2 ')).toEqual({ code: 1, err: expect.stringMatching(/^Millrace runs from its sources on Node 22\.18 or later, and "node" is v20\.20\.2: .*\n$/) });
  });
});

// The client commands speak to any server of the protocol, and the judge is one.
describe('against a server', () => {
  let judge: Judge;
  beforeAll(async () => {
    judge = await startJudge();
    await judge.query('create table cases (at timestamptz, truth bool, guess bool, p float8, "Group" text); create function mz_now() returns timestamptz language sql as $$ select now() $$');
  });
  afterAll(() => judge?.close());

  test('sql prints tables and tags', () => {
    const { code, out } = millrace('sql', "select 1 as one, 'a' as letter union all select 20, null order by 1; create table made (a int)", '--url', judge.url);
    expect(code).toBe(0);
    expect(out).toBe(' one | letter\n-----+--------\n   1 | a\n  20 |\n(2 rows)\n\nCREATE\n');
  });
  test('an error is told as psql does', () => {
    const { code, err } = millrace('sql', 'select sum(true)', '--url', judge.url);
    expect([code, err]).toEqual([1, 'ERROR:  function sum(boolean) does not exist\nHINT:  No function matches the given name and argument types. You might need to add explicit type casts.\n']);
  });
  test('monitor prints SQL, or creates the view', () => {
    const args = ['monitor', 'generate', '--template', 'binary_classification', '--dataset', 'cases', '--label', 'truth', '--prediction', 'guess', '--score', 'p', '--by', 'Group', '--window', '30 seconds', '--every', '2 seconds', '--time', 'at', '--url', judge.url];
    const printed = millrace(...args);
    expect(printed.err).toBe('');
    expect(printed.out).toContain('GROUP BY window_end, "Group"');
    expect(millrace(...args, '--apply').out).toBe('created cases_binary_classification\n');
    expect(millrace('sql', 'select * from cases_binary_classification', '--url', judge.url).out).toContain('(0 rows)');
  });
  test('monitor names a parameter that does not fit', () => {
    const { code, err } = millrace('monitor', 'generate', '--template', 'net_revenue', '--dataset', 'cases', '--label', 'truth', '--value', 'p', '--cost', 'nope', '--url', judge.url);
    expect(code).toBe(1);
    expect(err).toBe('ERROR:  parameter "cost": column "nope" does not exist\nHINT:  The dataset has at timestamp with time zone, truth boolean, guess boolean, p double precision, Group text.\n');
  });
});

test('monitor list describes every parameter', () => {
  const { out } = millrace('monitor', 'list');
  expect(out).toContain('binary_classification: confusion counts');
  expect(out).toContain('--label        what happened (required)');
});

test('names are split as SQL reads them', () => {
  expect([splitName('Public.Cases'), splitName('"My ""x"""."a.b"')]).toEqual([['public', 'cases'], ['My "x"', 'a.b']]);
});

test('tables', () => {
  expect(drawTable(['a', 'long'], [['1', 'x'], ['100', null]], [true])).toBe('   a | long\n-----+------\n   1 | x\n 100 |');
  expect(drawMetrics({ rows: [['control', 't', '600', '0.75', '0.7', null, '0.71', '65.125', '60']] })).toContain(' control | 30 s before |   600 |    0.750 |     0.700 |      - | 0.710 |');
});
