import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT, buildProgram } from '../../src/cli/program.ts';
import { projectRoot, sourcesBelow } from '../support/sources.ts';

// There may be no Docker here: what the files say is checked against the program instead.

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const { services, volumes } = parse(read('docker-compose.yml')) as { services: Record<string, Service>; volumes: object };
const dockerfile = read('Dockerfile');
const all = Object.entries(services);
const start = buildProgram().commands.find((command) => command.name() === 'start')!;
const startVariables = start.options.map(({ envVar }) => envVar);
/** Ports on which each service can be reached by the others. */
const listens: Readonly<Record<string, readonly string[]>> = { postgres: ['5432'], redpanda: ['9092'], millrace: [String(DEFAULT_PORT)], metabase: ['3000'] };

/** The services that are up before this one is started. */
function waitsFor(name: string, found = new Set<string>()): Set<string> {
  for (const before of Object.keys(services[name]!.depends_on ?? {})) if (!found.has(before)) waitsFor(before, found.add(before));
  return found;
}

test('the parts are there', () => {
  expect(Object.keys(services).sort()).toEqual(['dashboard', 'metabase', 'millrace', 'postgres', 'redpanda', 'setup', 'simulation']);
});

test.each(all)('%s is built here or has a fixed tag', (_, { image, build }) => {
  expect(build === '.' || /^[\w./-]+:v?\d+[\w.]*$/.test(image ?? '')).toBe(true);
});

test('nothing waits for itself', () => {
  for (const name of Object.keys(services)) expect([...waitsFor(name)]).not.toContain(name);
});

test.each(all)('%s waits for services that say when they are ready', (_, { depends_on = {} }) => {
  for (const [name, { condition }] of Object.entries(depends_on)) {
    expect(services[name]).toBeDefined();
    if (condition === 'service_healthy') expect(services[name]!.healthcheck, name).toBeDefined();
    else expect(condition).toBe('service_completed_successfully');
  }
});

test('ports are published on this machine only, one service each', () => {
  const published = all.flatMap(([, { ports = [] }]) => ports);
  for (const each of published) expect(each).toMatch(/^127\.0\.0\.1:(\d+):\d+$/);
  expect(new Set(published.map((each) => each.split(':')[1])).size).toBe(published.length);
  expect(services.millrace!.ports).toEqual([`127.0.0.1:${DEFAULT_PORT}:${DEFAULT_PORT}`]);
});

describe.each(all.filter(([, { build }]) => build !== undefined))('%s', (name, service) => {
  const command = service.command ?? (JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]!) as string[]);
  const source = command[1]!.replace(/^dist\//, '').replace(/\.js$/, '.ts');

  test('runs a program that the build makes', () => {
    expect(command[0]).toBe('node');
    expect(existsSync(join(projectRoot, source)), source).toBe(true);
    const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
    expect(include.some((folder) => source.startsWith(`${folder}/`))).toBe(true);
  });
  test('gets variables that the program reads, and options that it has', () => {
    for (const variable of Object.keys(service.environment ?? {})) {
      if (name === 'millrace') expect(startVariables).toContain(variable);
      else expect(read(source)).toMatch(new RegExp(`\\b${variable}\\b`));
    }
    // What a program of the example reads without a default must be said here.
    const required = name === 'millrace' ? ['MILLRACE_PASSWORD'] : [...read(source).matchAll(/const \{ ([\w, ]+) \} = process\.env/g)].flatMap(([, names]) => names!.split(', '));
    expect(Object.keys(service.environment ?? {})).toEqual(expect.arrayContaining(required));
    for (const option of command.slice(2).filter((word) => word.startsWith('--'))) expect(read(source)).toMatch(new RegExp(`\\b${option.slice(2)}: \\{ type:`));
  });
  test('reaches others where they listen', () => {
    for (const value of Object.values(service.environment ?? {})) {
      const place = /^(?:\w+:\/\/(?:[^@/]*@)?)?([a-z]+):(\d+)(?:\/|$)/.exec(value);
      if (!place) continue;
      expect(listens[place[1]!], value).toContain(place[2]);
      expect([...waitsFor(name)], `${name} waits for ${place[1]}`).toContain(place[1]);
    }
  });
});

test('credentials agree', () => {
  const password = services.millrace!.environment!.MILLRACE_PASSWORD;
  const user = start.options.find(({ envVar }) => envVar === 'MILLRACE_USER')!.defaultValue as string;
  for (const [, { environment = {} }] of all) {
    if (environment.MILLRACE_URL) expect(environment.MILLRACE_URL).toBe(`postgres://${user}:${password}@millrace:${DEFAULT_PORT}/materialize`);
    if (environment.POSTGRES_URL) expect(new URL(environment.POSTGRES_URL).password).toBe(services.postgres!.environment!.POSTGRES_PASSWORD);
  }
});

test('Postgres can be replicated, the broker is advertised by its name', () => {
  expect(services.postgres!.command).toContain('wal_level=logical');
  const listeners = (option: string): Record<string, string> =>
    Object.fromEntries(services.redpanda!.command!.find((word) => word.startsWith(`--${option}=`))!.split('=')[1]!.split(',').map((each) => each.split('://') as [string, string]));
  const [bound, advertised] = [listeners('kafka-addr'), listeners('advertise-kafka-addr')];
  expect(Object.keys(bound)).toEqual(Object.keys(advertised));
  for (const [listener, place] of Object.entries(advertised)) expect(bound[listener]).toBe(`0.0.0.0:${place.split(':')[1]}`);
  expect(advertised.internal).toBe(services.setup!.environment!.KAFKA_BROKERS);
  // From this machine the broker is reached where it says it is.
  expect(advertised.external).toMatch(/^localhost:/);
  expect(services.redpanda!.ports).toEqual([`127.0.0.1:${advertised.external!.split(':')[1]}:${advertised.external!.split(':')[1]}`]);
});

test('health is asked where the server answers', () => {
  const { test: words } = services.millrace!.healthcheck!;
  expect(words).toEqual(['CMD', 'curl', '-f', `localhost:${DEFAULT_PORT}/health`]);
  expect(read('src/server/http/app.ts')).toContain("'/health'");
  // While Postgres is being set up it listens on a socket alone; asked by TCP it is ready once it is.
  expect(services.postgres!.healthcheck!.test).toEqual(['CMD', 'pg_isready', '-U', 'postgres', '-h', '127.0.0.1']);
  expect(services.metabase!.healthcheck!.test).toEqual(['CMD', 'curl', '-f', `localhost:${listens.metabase![0]}/api/health`]);
});

describe('the Dockerfile', () => {
  test('starts what the package calls millrace, on the port it exposes', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { millrace: string } };
    expect(dockerfile).toContain(`CMD ["node", "${bin.millrace}", "start"]`);
    expect(dockerfile).toContain(`EXPOSE ${DEFAULT_PORT}\n`);
    for (const [, variable] of dockerfile.matchAll(/\b(MILLRACE_\w+)=/g)) expect(startVariables).toContain(variable);
  });
  const stages = dockerfile.split(/^(?=FROM )/m);
  const [build, image] = [stages[0]!, stages[1]!];
  const copied = [...image.matchAll(/^COPY --from=build \/app\/(\S+) \.\/(\S*)$/gm)].map(([, from, to]) => ({ from: from!, to: to! }));

  test('copies what is read at run time, from where it lies to where it is looked for', () => {
    const sources = ['src/cli', 'src/database'].flatMap(sourcesBelow).map(({ text }) => text).join('\n');
    const shipped = [...sources.matchAll(/shippedFiles\('([\w/]+)'\)|new URL\([^\n]*'(?:\.\.\/)+(\w+)\//g)].map(([, folder, url]) => (folder ?? url)!.split('/')[0]!);
    expect(shipped).toEqual(expect.arrayContaining(['templates', 'sql']));
    // Where the package begins is known by its package.json; the example's SQL lies beside its sources.
    for (const needed of [...shipped, 'package.json', 'examples', 'node_modules', 'dist']) expect(copied.map(({ from }) => from), needed).toContain(needed);
    for (const { from, to } of copied) expect(to === from || (from === 'package.json' && to === '')).toBe(true);
    const ignored = read('.dockerignore').split('\n');
    for (const { from } of copied) if (from !== 'node_modules' && from !== 'dist') expect(ignored).not.toContain(from);
    // What is copied and not in the checkout is made there: packages by npm, dist by the script that compiles.
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { build: string } };
    const { compilerOptions } = JSON.parse(read('tsconfig.build.json')) as { compilerOptions: { outDir: string } };
    expect([scripts.build, compilerOptions.outDir]).toEqual(['rm -rf dist && tsc -p tsconfig.build.json', 'dist']);
    expect(build).toMatch(/COPY package\.json package-lock\.json \.\/\nRUN npm ci [^\n]*\nCOPY \. \.\nRUN npm run build && npm prune --omit=dev\n/);
  });
  test('finds in the lock file all that `npm ci` asks for, on any platform', () => {
    type Package = { readonly dependencies?: Record<string, string>; readonly devDependencies?: Record<string, string>; readonly optionalDependencies?: Record<string, string> };
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
    const wanted = JSON.parse(read('package.json')) as Package;
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) expect(packages['']![kind]).toEqual(wanted[kind]);
    // As Node finds a package: in the node_modules of each folder from here up.
    const found = (path: string, name: string): boolean => {
      if (`${path}${path === '' ? '' : '/'}node_modules/${name}` in packages) return true;
      return path !== '' && found(path.includes('/node_modules/') ? path.slice(0, path.lastIndexOf('/node_modules/')) : '', name);
    };
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies, devDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies, ...(path === '' && devDependencies) }).filter((name) => !found(path, name)).map((name) => `${name} of ${path}`));
    expect(missing).toEqual([]);
  });
  test('has what runs it: a Node that the package takes, curl for the health check, and a folder that its user may write', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    for (const stage of stages) {
      // The slim images have no curl, and those of Alpine another C library than lmdb's and DuckDB's binaries.
      const [, major] = /^FROM node:(\d+)-bookworm(?: AS build)?\n/.exec(stage) ?? [];
      expect(Number(major)).toBeGreaterThanOrEqual(Number(engines.node.replace('>=', '')));
    }
    const made = image.indexOf('RUN mkdir -p /var/lib/millrace && chown node:node /var/lib/millrace');
    expect([made > 0, made < image.indexOf('USER node'), image.indexOf('USER node') < image.indexOf('CMD ')]).toEqual([true, true, true]);
  });
  test('keeps its data in the volume that compose mounts', () => {
    const folder = /MILLRACE_DATA=(\S+)/.exec(dockerfile)![1]!;
    expect(dockerfile).toContain(`VOLUME ${folder}\n`);
    expect(services.millrace!.volumes).toEqual([`millrace:${folder}`]);
    expect(Object.keys(volumes)).toEqual(['millrace']);
  });
});
