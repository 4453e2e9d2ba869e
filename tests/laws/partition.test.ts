import { describe, expect, it } from 'vitest';
import { drawCase, explain, hydrated, partitioned, scannedInSlices, verdict } from './support/laws.ts';
import { seeds } from './support/random.ts';

it('the same changes in other ticks and batches give the same state, over tables and over a log', { timeout: 300_000 }, () => {
  for (const seed of seeds(400)) {
    const subject = drawCase(seed);
    if (verdict(partitioned, subject) !== undefined) expect.fail(explain(partitioned, subject));
  }
});

describe('a view created in the middle of the history', () => {
  it('ends as one created before it', { timeout: 300_000 }, () => {
    for (const seed of seeds(500)) {
      const subject = drawCase(seed);
      if (verdict(hydrated, subject) !== undefined) expect.fail(explain(hydrated, subject));
    }
  });

  it('and scans relations of many slices while ticks change them', { timeout: 300_000 }, () => {
    for (const seed of seeds(25)) {
      const wrong = verdict(scannedInSlices, drawCase(seed));
      if (wrong !== undefined) expect.fail(`LAW_SEED=${seed}: ${wrong}`);
    }
  });
});
