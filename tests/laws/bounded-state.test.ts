import { describe, expect, it } from 'vitest';
import { testEnvironment } from '../planner/support.ts';
import type { TableSpec } from './support/history.ts';
import { Schema, World } from './support/world.ts';

/** What is kept is proportional to the rows there are, not to what happened on the way. */

const tables: readonly TableSpec[] = [{ name: 't0', columns: [
  { name: 'k', kind: 'int', type: 'int4' }, { name: 's', kind: 'text', type: 'text' }, { name: 'f', kind: 'float', type: 'float8' }, { name: 'ts', kind: 'ts', type: 'timestamp' },
] }];
const schema = new Schema(tables);
type Values = { readonly k?: string; readonly s?: string; readonly f?: string; readonly ts?: string };
const row = ({ k = '1', s = '', f = '0', ts = '2026-01-01 00:00:00' }: Values): string[] => [k, s, f, ts];
const plus = (values: Values, weight = 1): { table: number; row: string[]; weight: number } => ({ table: 0, row: row(values), weight });
const bytesOf = (world: World, name: string): number => world.engine.memory().find((each) => each.name === name)!.bytes;
const only = (...rows: string[][]): Map<string, number> => new Map(rows.map((each) => [JSON.stringify(each), 1]));

describe('state', () => {
  it('of a window that ends in the far future does not grow with the changes of a row', () => {
    const world = new World(schema);
    world.addView('v', schema.plan('SELECT k FROM t0 WHERE mz_now() < ts'));
    const future = (k: number): Values => ({ k: String(k), ts: '2030-01-01 00:00:00' });
    world.tick({ time: 1, changes: [plus(future(0))] });
    let early = 0;
    for (let round = 1; round <= 12; round++) {
      const changes = Array.from({ length: 2000 }, (_, n) => [plus(future(n % 7), -1), plus(future((n + 1) % 7))]).flat();
      world.tick({ time: 2 * round, changes: [plus(future(0), -1), plus(future(0)), ...changes.slice(0, -1), plus(future(2000 % 7))] });
      world.tick({ time: 2 * round + 1, changes: [plus(future(2000 % 7), -1), plus(future(0))] });
      if (round === 5) early = bytesOf(world, 'v (operators)');
    }
    expect(bytesOf(world, 'v (operators)')).toBeLessThanOrEqual(early);
    expect(world.read('v')).toEqual(only(['0']));
  });

  it('has no payload that is decoded and thrown away', () => {
    const world = new World(schema, { fromLog: true });
    world.addView('v', schema.plan('SELECT sum(length(s)) AS n FROM t0'));
    world.tick({ time: 1, changes: Array.from({ length: 5000 }, (_, n) => plus({ s: `payload number ${10_000 + n}` })) });
    expect(world.read('v')).toEqual(only([String(5000 * 20)]));
    expect(world.engine.symbols.size).toBe(0);
  });

  it('has the rows of a relation that is in the log only where an operator needs them', () => {
    const rows = (world: World): Record<string, number> => Object.fromEntries(world.engine.memory().filter(({ name }) => name !== 'symbols').map((each) => [each.name, each.rows]));
    const world = new World(schema, { fromLog: true });
    world.addView('sums', schema.plan('SELECT sum(k) AS n FROM t0'));
    world.tick({ time: 1, changes: Array.from({ length: 1000 }, (_, n) => plus({ k: String(n) })) });
    expect(rows(world)).toEqual({ sums: 1, 'sums (operators)': 0 });
    world.addView('pairs', schema.plan('SELECT a.k FROM t0 a JOIN t0 b ON a.k = b.k + 999'));
    expect(rows(world)).toMatchObject({ sums: 1, pairs: 1 });
    expect(rows(world)['pairs (operators)']).toBeGreaterThanOrEqual(1000);
  });

  it('of sums of doubles has no residue of what was taken back', () => {
    const world = new World(schema);
    world.addView('v', schema.plan('SELECT sum(f) AS n, avg(f) AS m FROM t0'));
    const large = ['1e16', '1', '1e-300', '-1e308'];
    world.tick({ time: 1, changes: [plus({ f: '0.5' }), ...large.map((f) => plus({ f }))] });
    world.tick({ time: 2, changes: large.map((f) => plus({ f }, -1)) });
    expect(world.read('v')).toEqual(only(['0.5', '0.5']));
  });

  it('of a query is gone when it has answered, is closed or fails, with the rows that it alone saw', () => {
    const world = new World(schema);
    const rows = Array.from({ length: 3000 }, (_, n) => ({ k: String(n), s: String(n) }));
    world.tick({ time: 1, changes: rows.map((each) => plus(each)) });
    const { relation } = schema.plan('SELECT a.k, b.s FROM t0 a JOIN t0 b ON a.k = b.k');
    world.ask(relation);
    world.work();
    const names = (): string => JSON.stringify(world.engine.memory().map(({ name, rows: count }) => [name, count]).filter(([name]) => name !== 'symbols'));
    const before = names();
    let time = 1;
    for (const how of ['reads', 'closes', 'fails'] as const) {
      const run = how === 'fails' ? world.start(schema.plan('SELECT 1 / (k - k) AS q FROM t0').relation) : world.start(relation);
      world.slice();
      world.tick({ time: ++time, changes: rows.map((each) => plus(each, -1)) });
      world.tick({ time: ++time, changes: rows.map(({ s }) => plus({ k: s, s: `new ${s}` })) });
      if (how === 'closes') run.close();
      while (!run.ready && how !== 'closes') world.engine.work(() => false);
      if (how === 'reads') expect(world.finish(relation, run)).toEqual(new Map(rows.map(({ k, s }) => [JSON.stringify([k, s]), 1])));
      if (how === 'fails') expect(run.failure?.code).toBe('22012');
      world.tick({ time: ++time, changes: [...rows.map(({ s }) => plus({ k: s, s: `new ${s}` }, -1)), ...rows.map((each) => plus(each))] });
      world.work();
      expect(names(), how).toBe(before);
      expect(world.engine.work(() => false), how).toBe(false);
      world.engine.sweep(() => false);
      expect(world.engine.symbols.size, how).toBe(3000);
    }
  });
});

it('a group that ends where it began, and a view that does, say nothing', () => {
  const world = new World(schema);
  world.addView('v', schema.plan('SELECT k, count(*) AS n, max(s) AS m, sum(f) AS f FROM t0 GROUP BY k'));
  world.tick({ time: 1, changes: [plus({ s: 'a', f: '2' }), plus({ k: '2', s: 'b' })] });
  const { columns } = schema.plan('SELECT k, count(*) AS n, max(s) AS m, sum(f) AS f FROM t0 GROUP BY k');
  const told = world.engine.subscribe(world.get('v'), { columns, keys: [] }, testEnvironment(schema.catalog), false, { interrupt: () => {}, memoryBytes: Infinity });
  world.work();
  world.tick({ time: 2, changes: [] });
  told.take();
  world.tick({ time: 3, changes: [plus({ s: 'a', f: '2' }, -1), plus({ s: 'z', f: '3' }), plus({ s: 'z', f: '3' }, -1), plus({ s: 'a', f: '2' }), plus({ k: '3' }), plus({ k: '3' }, -1)] });
  expect(told.take()).toEqual({ time: 3, rows: null });
  world.tick({ time: 4, changes: [plus({ k: '2', s: 'b' })] });
  expect(told.take()!.rows!.rowCount).toBe(2);
});
