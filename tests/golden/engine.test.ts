import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { startEngine } from '../support/engine.ts';
import type { Engine } from '../support/engine.ts';
import { parseGolden, runGolden } from '../support/slt.ts';

const files = globSync(join(import.meta.dirname, '*.slt')).sort();

/** `GOLDEN_SEED=n` repeats a run. */
const seed = Number(process.env.GOLDEN_SEED ?? Date.now() % 1_000_000);

/** A file's relations lie in a schema of their own, so that one engine reads them all. */
describe.each(['adhoc', 'view'] as const)('Millrace agrees, read as %s', (reading) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine?.close());

  test.each(files.map((file) => [basename(file), file]))('%s', async (name, file) => {
    const schema = `"${basename(name, '.slt')}"`;
    await engine.execute(`create schema ${schema}; set search_path = ${schema}`);
    const faults = await runGolden(parseGolden(readFileSync(file, 'utf8')), reading, engine, new SeededRandom(seed));
    await engine.execute('discard all');
    await engine.execute(`drop schema ${schema} cascade`);
    expect(faults.join('\n'), `seed ${seed}`).toBe('');
  });
});
