import { describe, expect, it } from 'vitest';
import { drawHistory, undone } from './support/history.ts';
import type { Row, Tick } from './support/history.ts';
import { Draw, seeds } from './support/random.ts';
import { raising, readsOfOneKey, schema, tables, withoutWhich } from './support/errors.ts';
import { shown, World } from './support/world.ts';

const calm = schema.plan('SELECT a.k, b.i FROM t0 a LEFT JOIN t1 b ON a.k = b.k');

const cases = raising.flatMap(({ at, sql }) => seeds(25).map((seed) => ({ at, sql, seed })));
const grouped = raising.map(({ at, sql }) => ({ at, sql, own: cases.filter((one) => one.at === at) }));

/** Errors are data: they come with the row that raises and go with it, whatever else happened in between, and no other view knows of them. */
describe('a view that raises is readable again when the row is gone', () => {
  it.each(grouped)('$at', ({ sql, own }) => {
    const planned = schema.plan(sql);
    let failed = 0;
    let healed = 0;
    for (const { seed } of own) {
      const history = { tables, ticks: drawHistory(new Draw(seed), tables) };
      const world = new World(schema);
      world.addView('raising', planned);
      world.addView('calm', calm);
      let before = false;
      const all: Tick[] = [...history.ticks, ...undone(history)];
      for (const [index, tick] of all.entries()) {
        world.tick(tick);
        const where = `LAW_SEED=${seed}, tick ${index + 1} of ${JSON.stringify(all.slice(0, index + 1), null, 1)}`;
        const [view, asked] = [world.read('raising'), world.ask(planned.relation)];
        expect(withoutWhich(view), where).toBe(withoutWhich(asked));
        expect(shown(world.read('calm')), where).toBe(shown(world.ask(calm.relation)));
        if ('error' in view) failed++;
        else if (before) healed++;
        before = 'error' in view;
      }
      expect(world.held.errors, `LAW_SEED=${seed}: after the negation`).toBe(sql.includes('10 / count(*)') ? 1 : 0);
    }
    // A case that never raises, or never heals, would prove nothing.
    if (own.length > 1) expect({ failed: failed > 0, healed: healed > 0 }).toEqual({ failed: true, healed: true });
  });
});

describe('a read that asks for one key meets the errors of that key alone', () => {
  it.each(raising.filter(({ byKey }) => byKey))('$at', { timeout: 60_000 }, ({ sql }) => {
    const planned = schema.plan(sql);
    const all = { error: 0, beside: 0 };
    for (const seed of seeds(12)) {
      const { wrong, met } = readsOfOneKey(planned, seed);
      if (wrong !== undefined) expect.fail(wrong);
      all.error += met.error;
      all.beside += met.beside;
    }
    if (seeds(12).length > 1) expect({ error: all.error > 0, beside: all.beside > 0 }).toEqual({ error: true, beside: true });
  });
});

describe('an error says which row raised it, where one row did', () => {
  const row = (k: string, i: string): Row => [k, i, 'a', null];
  const one = (time: number, rows: readonly Row[], weight = 1): Tick => ({ time, changes: rows.map((each) => ({ table: 0, row: each, weight })) });

  it('in a filter over a table, by a change and by hydration alike', () => {
    const world = new World(schema);
    const planned = schema.plan('SELECT k, 10 / i AS q FROM t0');
    world.addView('early', planned);
    world.tick(one(1, [row('1', '0'), row('2', '0'), row('3', '1')]));
    world.addView('late', planned);
    const [early, late] = world.engine.relations.viewErrors();
    expect(early!.errors.map(({ source, row: raised }) => [source, raised])).toEqual([[schema.ids[0], '(1,0,a,)'], [schema.ids[0], '(2,0,a,)']]);
    expect(late!.errors).toEqual(early!.errors);
    world.tick(one(2, [row('1', '0')], -1));
    expect(world.engine.relations.viewErrors().map(({ errors }) => errors.map(({ row: raised }) => raised))).toEqual([['(2,0,a,)'], ['(2,0,a,)']]);
  });

  it('truncation takes it back', () => {
    const world = new World(schema);
    world.addView('v', schema.plan('SELECT k, 10 / i AS q FROM t0'));
    world.tick(one(1, [row('1', '0')]));
    world.engine.tick(2, [{ relation: schema.ids[0]!, truncate: true }]);
    expect(world.held.errors).toBe(0);
  });
});
