import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTypeByName, SqlError } from '../../src/core/index.ts';
import { startEngine } from '../support/engine.ts';
import type { Engine } from '../support/engine.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { bar, coverageDocument, measureCoverage } from './coverage.ts';
import type { Coverage } from './coverage.ts';

let judge: Judge;
let engine: Engine;
let coverage: Coverage;
beforeAll(async () => {
  [judge, engine] = await Promise.all([startJudge(), startEngine()]);
  coverage = await measureCoverage(judge);
});
afterAll(async () => {
  await engine?.close();
  await judge?.close();
});

const complaint = async (sql: string): Promise<string> => {
  try {
    await engine.session.prepare(sql, []);
    return 'none';
  } catch (error) {
    return error instanceof SqlError ? error.code : String(error);
  } finally {
    await engine.session.sync(true);
  }
};

describe("what we have of Postgres' functions, operators, casts and aggregates", () => {
  it('is what docs/functions.md says (npm run docs:functions writes it)', () => {
    expect(readFileSync('docs/functions.md', 'utf8')).toBe(coverageDocument(coverage));
  });

  it('reaches the bar', () => {
    expect(coverage.share).toBeGreaterThanOrEqual(bar);
  });

  it('refuses the rest by name', async () => {
    // a NULL for a polymorphic argument, or a name that is a type's too, may be a call of something that is there
    const calls = coverage.refused
      .filter(({ table, name, types }) => (table === 'function' || table === 'aggregate') && !types.some((type) => /^any/.test(type)) && findTypeByName(name) === undefined)
      .map(({ name, types }) => `select pg_catalog."${name}"(${types.map((type) => `null::"${type}"`).join(', ')})`);
    const wrong: string[] = [];
    for (const sql of calls) {
      const code = await complaint(sql);
      if (code !== '0A000') wrong.push(`${sql}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  it('leaves nothing out by a rule that covers nothing', () => {
    expect(coverage.outside.filter(({ signatures }) => signatures.length === 0).map(({ exclusion }) => exclusion.family)).toEqual([]);
  });
});
