import { expect } from 'vitest';
import { REFUSED } from './comparison.ts';
import type { Arena } from './comparison.ts';
import { QUERIES } from './history.ts';
import { explain, runSeed, writeScript } from './run.ts';
import { LEAST_SHARE, newTally, summary } from './tally.ts';

/** Queries of this half of a run, of which two run beside each other: 10,000 in CI, fewer at hand. `npm run fuzz:sql` is the long run. */
const HALF = Number(process.env.FUZZ_QUERIES ?? (process.env.CI ? 5000 : 1200));
/** Of fewer the share of those that return rows says little. */
const ENOUGH = 5000;
/** Far more than they need; a failing case has to be made small, too. */
export const FUZZ_TIMEOUT = 3_600_000;

/** Compares the cases from a seed on; `FUZZ_SEED=n` begins at another. */
export async function fuzz(arena: Arena, seed: number): Promise<void> {
  const first = Number(process.env.FUZZ_SEED ?? seed);
  const tally = newTally();
  for (let at = first; at < first + HALF / QUERIES; at++) {
    const { subject, findings } = await runSeed(arena, at, tally);
    const [finding] = findings.filter(({ kind }) => kind !== REFUSED);
    if (finding === undefined) continue;
    const { script, text } = await explain(arena, subject, finding);
    expect.fail(`FUZZ_SEED=${at} repeats it\n${writeScript(script, text)}`);
  }
  console.log(`from seed ${first}: ${summary(tally)}`);
  expect(tally.queries).toBeGreaterThanOrEqual(HALF);
  if (tally.queries >= ENOUGH) expect(tally.withRows / tally.queries).toBeGreaterThanOrEqual(LEAST_SHARE);
}
