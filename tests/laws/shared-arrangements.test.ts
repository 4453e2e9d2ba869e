import { expect, test } from 'vitest';
import type { RelationId } from '../../src/ir/index.ts';
import { schema } from './support/errors.ts';
import { World } from './support/world.ts';

/** An index over rows that are held is there once, whoever needs it: the catalog, and the joins of any number of views. */
test('views that join by the same columns, and an index over them, hold one index', () => {
  const world = new World(schema);
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ table: 1, row: [String(i % 5000), String(i), null, null], weight: 1 }));
  world.tick({ time: 1, changes: rows });
  const bytes = (): number => world.engine.memory().find(({ name }) => name === 't1')!.bytes;
  const [, t1] = schema.ids;
  const named = { index: '7', name: 'by_k', columns: [0], unique: false };

  const plain = bytes();
  world.addView('v0', schema.plan('SELECT a.k, b.i FROM t0 a JOIN t1 b ON a.k = b.k'));
  const indexed = bytes();
  expect(indexed).toBeGreaterThan(plain + 20_000 * 4);
  for (let i = 1; i < 10; i++) world.addView(`v${i}`, schema.plan(`SELECT a.i + ${i} AS n, b.i FROM t0 a LEFT JOIN t1 b ON a.k = b.k`));
  world.engine.addIndex(t1!, named);
  world.work();
  expect(bytes()).toBe(indexed);
  // What the views hold beside it does not grow with the table.
  for (const { name, bytes: held } of world.engine.memory()) if (name.endsWith('(operators)')) expect(held, name).toBeLessThan(plain / 10);

  // The named index stays when the views are gone, and the next view finds it there.
  for (let i = 0; i < 10; i++) world.engine.remove(`v${i}` as RelationId);
  expect(bytes()).toBe(indexed);
  world.addView('late', schema.plan('SELECT a.k, b.i FROM t0 a JOIN t1 b ON a.k = b.k'));
  expect(bytes()).toBe(indexed);
  world.engine.dropIndex(t1!, named.index);
  expect(bytes()).toBe(indexed);
  world.tick({ time: 2, changes: [{ table: 0, row: ['3', '1', null, null], weight: 1 }] });
  expect(world.read('late')).toEqual(new Map([3, 5003, 10_003, 15_003].map((i) => [JSON.stringify(['3', String(i)]), 1])));

  // One that nobody needs is kept until the next is given back, so that a query that is asked again finds it.
  world.engine.remove('late' as RelationId);
  world.addView('other', schema.plan('SELECT a.k FROM t0 a JOIN t1 b ON a.k = b.i'));
  world.engine.remove('other' as RelationId);
  expect(bytes()).toBeLessThanOrEqual(indexed);
});
