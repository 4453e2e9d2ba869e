import { expect, it } from 'vitest';
import { drawCase, explain, retracted, verdict } from './support/laws.ts';
import { seeds } from './support/random.ts';

it('a history and its negation leave no row, no error and no state', { timeout: 300_000 }, () => {
  for (const seed of seeds(600)) {
    const subject = drawCase(seed);
    if (verdict(retracted, subject) !== undefined) expect.fail(explain(retracted, subject));
  }
});
