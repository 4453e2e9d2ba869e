import { expect, it } from 'vitest';
import { drawCase, explain, subscribed, verdict } from './support/laws.ts';
import { seeds } from './support/random.ts';

it('a snapshot and the changes up to t add up to what SELECT gives at t', { timeout: 300_000 }, () => {
  for (const seed of seeds(600)) {
    const subject = drawCase(seed);
    if (verdict(subscribed, subject) !== undefined) expect.fail(explain(subscribed, subject));
  }
});
