import { afterAll, beforeAll, it } from 'vitest';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { openArena } from './comparison.ts';
import type { Arena } from './comparison.ts';
import { fuzz, FUZZ_TIMEOUT } from './fuzz.ts';

/** A file of its own, so that the two parts run beside each other. */
let judge: Judge;
let arena: Arena;
beforeAll(async () => {
  judge = await startJudge();
  arena = await openArena(judge);
});
afterAll(async () => {
  await arena?.close();
  await judge?.close();
});

it('random queries over random histories, from another seed', { timeout: FUZZ_TIMEOUT }, () => fuzz(arena, 100_001));
