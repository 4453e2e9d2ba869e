import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { startEngine } from '../support/engine.ts';
import type { Engine } from '../support/engine.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { drawHistory } from './data.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const queries = [...read('queries.sql').matchAll(/^-- (q\d+): (.*)\n([^;]*);/gm)].map(([, name, title, sql]) => ({ name: name!, title: title!, sql: sql! }));
const ROUNDS = 8;

/** `TPCH_SEED=n` draws another history. */
const history = drawHistory(new SeededRandom(Number(process.env.TPCH_SEED ?? 1)), ROUNDS, 40);

describe('the TPC-H queries as materialized views equal Postgres after every round of inserts, updates and deletes', () => {
  let engine: Engine;
  let judge: Judge;
  const answered = new Map<string, number>();

  beforeAll(async () => {
    [engine, judge] = await Promise.all([startEngine(), startJudge()]);
    for (const statement of read('schema.sql').split(';').filter((text) => text.includes('create'))) {
      await judge.query(statement);
      await engine.execute(statement);
    }
    for (const { name, sql } of queries) await engine.execute(`create materialized view ${name} as ${sql}`);
    for (const statement of history.fixed) await both(statement);
  }, 120_000);
  afterAll(async () => {
    await engine?.close();
    await judge?.close();
  });

  const both = async (statement: string): Promise<void> => {
    await judge.query(statement);
    await engine.execute(statement);
  };
  const print = (rows: readonly (readonly (string | null)[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

  it('has all 22', () => expect(queries.map(({ name }) => name)).toEqual(Array.from({ length: 22 }, (_, index) => `q${index + 1}`)));

  it.each(history.rounds.map((statements, index) => [index + 1, statements] as const))('round %i', { timeout: 120_000 }, async (_, statements) => {
    for (const statement of statements) await both(statement);
    for (const { name, sql } of queries) {
      const theirs = await judge.query(sql);
      const ours = await engine.execute(`select * from ${name}`);
      expect(print(ours.rows), name).toEqual(print(theirs.rows));
      if (theirs.rows.some((row) => row.some((value) => value !== null))) answered.set(name, (answered.get(name) ?? 0) + 1);
    }
  });

  it('and every one answers in most rounds', () => {
    const seldom = queries.filter(({ name }) => (answered.get(name) ?? 0) < ROUNDS / 2).map(({ name, title }) => `${name}: ${title}`);
    expect(seldom).toEqual([]);
  });
});
