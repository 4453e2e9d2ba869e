import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT, buildProgram } from '../../src/cli/program.ts';
import { projectRoot } from '../support/sources.ts';

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

test('the parts are there', () => {
  expect(Object.keys(services).sort()).toEqual(['dashboard', 'metabase', 'millrace', 'postgres', 'redpanda', 'setup', 'simulation']);
});

test.each(all)('%s is built here or has a fixed tag', (_, { image, build }) => {
  expect(build === '.' || /^[\w./-]+:v?\d+[\w.]*$/.test(image ?? '')).toBe(true);
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
    for (const option of command.slice(2).filter((word) => word.startsWith('--'))) expect(read(source)).toMatch(new RegExp(`\\b${option.slice(2)}: \\{ type:`));
  });
  test('reaches others where they listen', () => {
    for (const value of Object.values(service.environment ?? {})) {
      const place = /^(?:\w+:\/\/(?:[^@/]*@)?)?([a-z]+):(\d+)(?:\/|$)/.exec(value);
      if (place) expect(listens[place[1]!], value).toContain(place[2]);
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
  expect(services.redpanda!.command!.find((word) => word.startsWith('--advertise-kafka-addr='))).toContain('internal://redpanda:9092');
});

test('health is asked where the server answers', () => {
  const { test: words } = services.millrace!.healthcheck!;
  expect(words).toEqual(['CMD', 'curl', '-f', `localhost:${DEFAULT_PORT}/health`]);
  expect(read('src/server/http/app.ts')).toContain("'/health'");
});

describe('the Dockerfile', () => {
  test('starts what the package calls millrace, on the port it exposes', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { millrace: string } };
    expect(dockerfile).toContain(`CMD ["node", "${bin.millrace}", "start"]`);
    expect(dockerfile).toContain(`EXPOSE ${DEFAULT_PORT}\n`);
    for (const [, variable] of dockerfile.matchAll(/\b(MILLRACE_\w+)=/g)) expect(startVariables).toContain(variable);
  });
  test('copies every folder that is read at run time', () => {
    for (const folder of ['dist', 'sql', 'templates', 'examples', 'node_modules']) expect(dockerfile).toContain(`COPY --from=build /app/${folder} ./${folder}`);
  });
  test('keeps its data in the volume that compose mounts', () => {
    const folder = /MILLRACE_DATA=(\S+)/.exec(dockerfile)![1]!;
    expect(dockerfile).toContain(`VOLUME ${folder}\n`);
    expect(services.millrace!.volumes).toEqual([`millrace:${folder}`]);
    expect(Object.keys(volumes)).toEqual(['millrace']);
  });
});
