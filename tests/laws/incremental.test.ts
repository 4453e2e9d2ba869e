import { expect, it } from 'vitest';
import { Coverage } from './support/coverage.ts';
import { drawCase, explain, incremental, verdict } from './support/laws.ts';
import { firstSeed, runs, seeds } from './support/random.ts';

/** A cell of the table below this many cases says that the generator has stopped looking there. */
const LEAST = 3;

it('after every tick a view is what its query gives over the tables', { timeout: 600_000 }, () => {
  for (const seed of seeds(900)) {
    const subject = drawCase(seed);
    if (verdict(incremental, subject) !== undefined) expect.fail(explain(incremental, subject));
  }
});

it('the cases reach every operator with every event, beside self-joins and nested outer joins', { timeout: 600_000 }, () => {
  const coverage = new Coverage();
  for (let seed = firstSeed; seed < firstSeed + Math.max(900, runs(900)); seed++) coverage.add(drawCase(seed));
  console.log(coverage.table);
  expect(coverage.thin(LEAST)).toEqual([]);
});
