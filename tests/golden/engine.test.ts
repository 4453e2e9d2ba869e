import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { startEngine } from '../support/engine.ts';
import { parseGolden, runGolden } from '../support/slt.ts';

const files = globSync(join(import.meta.dirname, '*.slt')).sort();

/** `GOLDEN_SEED=n` repeats a run. */
const seed = Number(process.env.GOLDEN_SEED ?? Date.now() % 1_000_000);

describe.each(['adhoc', 'view'] as const)('Millrace agrees, read as %s', (reading) => {
  test.each(files.map((file) => [basename(file), file]))('%s', async (_, file) => {
    const engine = await startEngine();
    try {
      const faults = await runGolden(parseGolden(readFileSync(file, 'utf8')), reading, engine, new SeededRandom(seed));
      expect(faults.join('\n'), `seed ${seed}`).toBe('');
    } finally {
      await engine.close();
    }
  });
});
