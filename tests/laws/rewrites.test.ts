import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { explainRelation } from '../../src/ir/index.ts';
import { optimize, stages, wholeRewrites } from '../../src/planner/optimize/optimize.ts';
import type { Rewrite } from '../../src/planner/optimize/rewrite.ts';
import { Draw, seeds } from './support/random.ts';
import { drawSubject, everywhere, exampleFacts, fires, lowered, occurrencesOf, optimizeWith, rewriteFaults, rewriteFiles } from './support/rewrites.ts';
import type { Whole } from './support/rewrites.ts';

/** A rewrite that fires in fewer cases than this is not tried. */
const LEAST = 40;
const MOST_SUBJECTS = 3000;

const rewrites: readonly Whole[] = [
  ...[...new Set(stages.flat())].map(everywhere),
  ...wholeRewrites,
];

/** Tries subjects until the rewrite fired often enough; what went wrong, if it did. */
async function tried(rewrite: Whole, least: number): Promise<{ readonly fired: number; readonly wrong: string | undefined }> {
  let fired = 0;
  for (const seed of seeds(MOST_SUBJECTS)) {
    // the runner wants to hear of a test that takes long
    if (seed % 50 === 0) await setImmediate();
    const result = fires(rewrite, rewrites, drawSubject(seed, rewrite.name), new Draw(seed + 1_000_000));
    if (result?.wrong !== undefined) return { fired, wrong: `LAW_SEED=${seed}: ${result.wrong}` };
    if (result !== undefined && ++fired >= least) break;
  }
  return { fired, wrong: undefined };
}

describe('a rewrite alone keeps the rows and adds no error', () => {
  it.each(rewrites.map((rewrite) => [rewrite.name, rewrite] as const))('%s', { timeout: 120_000 }, async (_, rewrite) => {
    const { fired, wrong } = await tried(rewrite, LEAST * 4);
    expect(wrong).toBeUndefined();
    if (seeds(2).length > 1) expect(fired).toBeGreaterThanOrEqual(LEAST);
  });
});

describe('the example in the header of a rewrite fires it', () => {
  const files = rewriteFiles();
  it('there is a file a rewrite', () => {
    expect(files.length).toBe(rewrites.length);
  });
  it.each(files.map(({ file, text }) => [file, text] as const))('%s', (file, text) => {
    const sql = / \* Example: `([^`]+)`/.exec(text)?.[1];
    if (sql === undefined) throw new Error(`${file} has no line " * Example: \`SELECT ...\`"`);
    const name = file.replace('.ts', '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const fired = new Set<string>();
    const relation = lowered(sql);
    const optimized = optimize(relation, { ...exampleFacts, fired: (which) => void fired.add(which) });
    expect([...fired]).toContain(name);
    expect(explainRelation(optimized)).not.toBe(explainRelation(relation));
  });
});

describe('each dropped guard stands in one place of the source', () => {
  it.each(rewriteFaults)('$rewrite: $name', (fault) => {
    expect(occurrencesOf(fault)).toBe(1);
  });
});

describe('the law catches a dropped guard', () => {
  it.each(rewriteFaults)('$rewrite: $name', { timeout: 120_000 }, async (fault) => {
    const { load, remove } = optimizeWith(fault);
    try {
      const exports = (await load(`${fault.rewrite.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`)) as Record<string, Rewrite | Whole['rewrite']>;
      const broken = exports[fault.rewrite]!;
      const whole: Whole = typeof broken === 'function' ? { name: fault.rewrite, rewrite: broken } : everywhere(broken);
      let caught = false;
      try {
        caught = (await tried(whole, MOST_SUBJECTS)).wrong !== undefined;
      } catch {
        caught = true;
      }
      expect(caught, 'the law did not notice').toBe(true);
    } finally {
      remove();
    }
  });
});
