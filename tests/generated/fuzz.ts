import { expect } from 'vitest';
import { newTally } from './comparison.ts';
import type { Arena } from './comparison.ts';
import { allCalls } from './history.ts';
import { explain, runSeed, writeScript } from './run.ts';

/** The part of a run of all tests: so many cases of eight queries each, as far as they come in this time. `npm run fuzz:sql` is the long run. */
const CASES = Number(process.env.FUZZ_CASES ?? 71);
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 90);
const LEAST_SHARE = 0.7;
/** Making a failing case small takes its time. */
export const FUZZ_TIMEOUT = SECONDS * 1000 + 120_000;

/** Compares the cases from a seed on; `FUZZ_SEED=n` begins at another. */
export async function fuzz(arena: Arena, seed: number): Promise<void> {
  const first = Number(process.env.FUZZ_SEED ?? seed);
  const [tally, counts] = [newTally(), new Map<string, number>()];
  const until = performance.now() + SECONDS * 1000;
  for (let at = first; at < first + CASES && performance.now() < until; at++) {
    const { subject, findings } = await runSeed(arena, at, tally, counts);
    const [finding] = findings.filter(({ kind }) => !kind.endsWith('refused'));
    if (finding === undefined) continue;
    const { script, text } = await explain(arena, subject, finding);
    expect.fail(`FUZZ_SEED=${at} repeats it\n${writeScript(script, text)}`);
  }
  const share = tally.withRows / tally.queries;
  console.log(`${tally.queries} queries from seed ${first}, ${tally.comparisons} comparisons, ${(share * 100).toFixed(1)} % returned rows, ${counts.size} of ${allCalls.length} functions, ${tally.refused} refused, ${tally.slow} too slow; allowed: ${[...tally.licensed].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  if (tally.queries >= 400) expect(share).toBeGreaterThanOrEqual(LEAST_SHARE);
}
