import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { compareScript, openArena } from './comparison.ts';
import type { Arena } from './comparison.ts';
import { disagreements } from './disagreements.ts';
import { inexact } from './exact.ts';
import { fuzz, FUZZ_TIMEOUT } from './fuzz.ts';
import { readScript, writeScript } from './run.ts';
import { newTally } from './tally.ts';

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

const files = globSync(join(import.meta.dirname, 'corpus', '*.sql')).sort();

describe('what was found once stays mended', () => {
  it.each(files.map((file) => [basename(file), file]))('%s', async (_, file) => {
    const findings = await compareScript(arena, readScript(readFileSync(file, 'utf8')), newTally());
    expect(findings.map(({ text }) => text)).toEqual([]);
  });
});

it('the disagreements that are allowed are few, and each names its section of the manual', () => {
  expect(disagreements.length).toBeLessThanOrEqual(15);
  expect(disagreements.filter(({ manual }) => !/^\d+\.\d+/.test(manual))).toEqual([]);
  expect(new Set(disagreements.map(({ name }) => name)).size).toBe(disagreements.length);
});

it('the text of a case is read as it was written', () => {
  const script = { setup: ['CREATE TABLE t (a int)'], queries: ["SELECT ';' FROM t", 'SELECT sum(b) FROM t'], behind: [undefined, 'SELECT array_agg(b) AS "0 sum(float8)" FROM t'], batches: [['INSERT INTO t VALUES (1)', "DELETE FROM t WHERE a = ';'::text::int"], ['DELETE FROM t']] };
  expect(readScript(writeScript(script, 'what\nfor'))).toEqual(script);
});

it('an aggregate over doubles that is off by more than one unit in the last place is found', () => {
  const fault = (sum: string): string | undefined => inexact({ names: ['c0', 'c1'], types: ['int4', 'float8'], rows: [['1', sum]] }, { names: ['0', '1 sum(float8)'], types: ['int4', '_float8'], rows: [['1', '{0.1,NULL,0.2}']] });
  expect(['0.3', '0.30000000000000004'].map(fault)).toEqual([undefined, undefined]);
  expect(['0.30000000000000016', '0.29999999999999993'].map(fault)).not.toContain(undefined);
});

it('random queries over random histories are answered as Postgres answers them', { timeout: FUZZ_TIMEOUT }, () => fuzz(arena, 1));
