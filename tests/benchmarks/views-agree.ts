import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from '../support/engine.ts';
import type { Engine } from '../support/engine.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { queriesOf } from './queries.ts';

/** A benchmark's tables, queries and the life of its rows, each as SQL that Postgres takes too. */
export interface Benchmark {
  /** CREATE statements, each ended by a semicolon */
  readonly schema: string;
  /** queries, each behind a line `-- name: title` and ended by a semicolon */
  readonly queries: string;
  /** rows that are there before the first round */
  readonly fixed: readonly string[];
  readonly rounds: readonly (readonly string[])[];
}

const print = (rows: readonly (readonly (string | null)[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

/** Declares the tests: every query, as a materialized view made before the first row, equals the same query on Postgres after each round, and answers in most of them. */
export function viewsAgree(benchmark: Benchmark): void {
  const queries = queriesOf(benchmark.queries);
  const answered = new Map<string, number>();
  let engine: Engine;
  let judge: Judge;
  const both = async (statement: string): Promise<void> => {
    await judge.query(statement);
    await engine.execute(statement);
  };

  beforeAll(async () => {
    [engine, judge] = await Promise.all([startEngine(), startJudge()]);
    for (const statement of benchmark.schema.split(';').filter((text) => text.includes('create'))) await both(statement);
    for (const { name, sql } of queries) await engine.execute(`create materialized view ${name} as ${sql}`);
    for (const statement of benchmark.fixed) await both(statement);
  }, 120_000);
  afterAll(async () => {
    await engine?.close();
    await judge?.close();
  });

  it.each(benchmark.rounds.map((statements, index) => [index + 1, statements] as const))('round %i', { timeout: 120_000 }, async (_, statements) => {
    for (const statement of statements) await both(statement);
    for (const { name, sql } of queries) {
      const theirs = await judge.query(sql);
      const ours = await engine.execute(`select * from ${name}`);
      expect(print(ours.rows), name).toEqual(print(theirs.rows));
      if (theirs.rows.some((row) => row.some((value) => value !== null))) answered.set(name, (answered.get(name) ?? 0) + 1);
    }
  });
  it('every query has rows in most rounds', () => {
    const seldom = queries.filter(({ name }) => (answered.get(name) ?? 0) < benchmark.rounds.length / 2).map(({ name, title }) => `${name}: ${title}`);
    expect(seldom).toEqual([]);
  });
}
