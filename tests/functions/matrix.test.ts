import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../support/engine.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { emptyCells, measureMatrix } from './matrix/matrix.ts';
import { openJudgedPair } from './matrix/pair.ts';
import { matrixRows } from './matrix/rows.ts';

let judge: Judge;
let ours: Engine;
beforeAll(async () => {
  judge = await startJudge();
  ours = await openJudgedPair(judge);
});
afterAll(async () => {
  await ours?.close();
  await judge?.close();
});

describe('the matrix of functions, operators, casts, aggregates and constructs', () => {
  it('has no empty cell, and no answer but Postgres\'', { timeout: 600_000 }, async () => {
    const matrix = await measureMatrix(ours, judge, matrixRows);
    expect(matrix.disagreements).toEqual([]);
    expect(emptyCells(matrix)).toEqual([]);
  });

  it('misses a class that is left out', { timeout: 60_000 }, async () => {
    const one = matrixRows.filter(({ id }) => id === 'operator /(int4,int4)');
    expect(emptyCells(await measureMatrix(ours, judge, one, ({ aim }) => aim !== 'NULL'))).toEqual([expect.stringContaining('operator /(int4,int4): NULL')]);
    expect(emptyCells(await measureMatrix(ours, judge, one, ({ sql }) => !/'0'/.test(sql.slice(-30)) && !/2147483648/.test(sql)))).toEqual([expect.stringContaining('operator /(int4,int4): error')]);
  });
});
