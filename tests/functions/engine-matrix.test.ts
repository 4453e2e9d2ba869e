import { expect, it } from 'vitest';
import { operatorMatrix } from './matrix/operators.ts';

it('each operator of the engine is right whatever befalls the rows under it', { timeout: 300_000 }, () => {
  const { empty, wrong } = operatorMatrix();
  expect(wrong).toEqual([]);
  expect(empty).toEqual([]);
});

it('names the cells that too few cases fill', { timeout: 60_000 }, () => {
  expect(operatorMatrix(1).empty).toContainEqual(expect.stringMatching(/^topK, /));
});
