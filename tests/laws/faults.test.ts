import { describe, expect, it } from 'vitest';
import { operatorsIn } from './support/coverage.ts';
import { atEveryRow, engineWith, errorFaults, faults, occurrences } from './support/faults.ts';
import { raising, readsOfOneKey, schema } from './support/errors.ts';
import { drawCase, hydrated, incremental, partitioned, retracted, scannedInSlices, stepped, subscribed, verdict } from './support/laws.ts';

/** A law that does not notice these mistakes would not notice the next one either. */
const MOST_CASES = 1500;
const laws = { incremental, partitioned, hydrated, retracted, subscribed };
const large = { scannedInSlices };

describe('each seeded fault stands in one place of the source', () => {
  it.each([...faults, ...errorFaults])('$name', (fault) => {
    expect(occurrences(fault)).toBe(1);
    expect(fault.to).not.toBe(fault.from);
  });
});

describe('the laws catch it', () => {
  it.each(faults)('$name', { timeout: 240_000 }, async (fault) => {
    const { engine, remove } = await engineWith(fault, ...(fault.stepped === true ? atEveryRow : []));
    try {
      let caught: string | undefined;
      for (let tried = 0; tried < MOST_CASES && caught === undefined; tried++) {
        const seed = ((fault.first ?? 1) - 1 + tried) % MOST_CASES + 1;
        const subject = drawCase(seed);
        const found = operatorsIn(subject.planned.relation);
        if (fault.needs.length > 0 && !fault.needs.some((operator) => found.has(operator))) continue;
        const asked = Object.entries(fault.stepped === true ? { stepped } : { ...laws, ...(seed % 20 === 1 && fault.needs.length === 0 ? large : {}) });
        caught = asked.find(([, law]) => verdict(law, subject, engine) !== undefined)?.[0];
        // The runner is to hear of a test that takes long.
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(caught, 'no law noticed').toBeDefined();
    } finally {
      remove();
    }
  });
});

describe('the law of reads of one key catches it', () => {
  it.each(errorFaults)('$name', { timeout: 120_000 }, async (fault) => {
    const { engine, remove } = await engineWith(fault);
    try {
      const planned = schema.plan(raising.find(({ at }) => at === fault.at)!.sql);
      let caught = false;
      for (let seed = 1; seed <= 20 && !caught; seed++) {
        try {
          caught = readsOfOneKey(planned, seed, engine).wrong !== undefined;
        } catch {
          caught = true;
        }
      }
      expect(caught, 'the law did not notice').toBe(true);
    } finally {
      remove();
    }
  });
});
