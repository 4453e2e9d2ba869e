import { afterAll, beforeAll, expect, it } from 'vitest';
import { atEveryRow, engineWith } from './support/faults.ts';
import { drawCase, explain, stepped, verdict } from './support/laws.ts';
import { seeds } from './support/random.ts';
import type { EngineClass } from './support/world.ts';

let engine: EngineClass;
let remove: () => void;
beforeAll(async () => ({ engine, remove } = await engineWith(...atEveryRow)));
afterAll(() => remove());

it('in the middle of a tick everything that is read is the tick before; queries are answered as of when they began', { timeout: 600_000 }, async () => {
  for (const seed of seeds(400)) {
    const subject = drawCase(seed);
    // The runner wants to be told of progress.
    await new Promise((resolve) => setImmediate(resolve));
    if (verdict(stepped, subject, engine) !== undefined) expect.fail(explain(stepped, subject, engine));
  }
});
