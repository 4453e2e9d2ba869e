import { describe, expect, it } from 'vitest';
import { nullErrors } from '../../src/ir/index.ts';
import { raising, schema, tables } from './support/errors.ts';
import { drawHistory } from './support/history.ts';
import { explain, hydrated, incremental, interpreted, partitioned, retracted, stepped, subscribed, verdict } from './support/laws.ts';
import type { Case, Law } from './support/laws.ts';
import { Draw, seeds } from './support/random.ts';
import { shown, World } from './support/world.ts';

/** Beside those that raise anywhere: functions that give rows, and what goes on with the NULL. */
const queries: readonly { readonly at: string; readonly sql: string }[] = [
  ...raising,
  { at: 'a table function', sql: 'SELECT k, x FROM t0, generate_series(k, k + 1, i) x' },
  { at: 'a table function after some rows', sql: "SELECT k, x FROM t0, generate_series('294276-12-31 20:00'::timestamp, CASE WHEN i < 2 THEN 'infinity' ELSE '294276-12-31 21:00' END::timestamp, '1 hour') x" },
  { at: 'an argument of a table function, with ordinality', sql: 'SELECT k, x, n FROM t0 LEFT JOIN LATERAL generate_series(1, 10 / i) WITH ORDINALITY y(x, n) ON true' },
  { at: 'an operand', sql: 'SELECT k, coalesce(10 / i, -1) AS q, CASE WHEN 10 / i > 2 THEN 1 ELSE 0 END AS c, 10 / i IS NULL AS n FROM t0' },
  { at: 'a key of groups', sql: "SELECT 10 / i AS q, count(*) AS n, string_agg(s, ',' ORDER BY s) AS s FROM t0 GROUP BY 1" },
  { at: 'a subquery with too many rows', sql: 'SELECT k, (SELECT b.i FROM t1 b WHERE b.k = a.k) AS q FROM t0 a' },
];

const caseOf = (sql: string, seed: number): Case => {
  const planned = schema.plan(sql);
  return { seed, schema, history: { tables, ticks: drawHistory(new Draw(seed), tables) }, planned: { ...planned, relation: nullErrors(planned.relation) } };
};

const laws: readonly (readonly [string, Law])[] = [
  ['equals the query over the tables', incremental], ['does not depend on how changes are batched', partitioned], ['hydrates', hydrated], ['is read as of closed ticks', stepped],
  ['is followed', subscribed], ['leaves nothing behind', retracted],
];

describe("ON ERROR = 'null': a view in which errors are NULL", () => {
  describe.each(queries)('in $at', ({ sql }) => {
    it.each(laws)('%s', { timeout: 120_000 }, (_name, law) => {
      // A global aggregate over nothing raises too.
      if (law === retracted && sql.includes('10 / count(*)')) return;
      for (const seed of seeds(12)) {
        const subject = caseOf(sql, seed);
        if (verdict(law, subject) !== undefined) expect.fail(explain(law, subject));
      }
    });
  });

  it('has no errors that fail a read, and counts what it hides', () => {
    let hidden = 0;
    for (const { sql } of queries) {
      for (const seed of seeds(12)) {
        const subject = caseOf(sql, seed);
        const world = new World(schema);
        world.addView('nulls', subject.planned);
        world.addView('plain', schema.plan(sql));
        for (const [index, tick] of subject.history.ticks.entries()) {
          world.tick(tick);
          const listed = world.engine.relations.viewErrors();
          const [nulls, plain] = ['nulls', 'plain'].map((view) => listed.find(({ name }) => name === view)?.errors ?? []);
          expect(shown(world.read('nulls')), sql).toBe(shown(interpreted(subject, index + 1)));
          // What hides nothing is the plain view.
          if (nulls!.length > 0) hidden++;
          else {
            expect(plain, sql).toEqual([]);
            expect(shown(world.read('nulls')), sql).toBe(shown(world.read('plain')));
          }
          expect(nulls!.every(({ count }) => count > 0), `${sql}: ${JSON.stringify(nulls)}`).toBe(true);
        }
      }
    }
    expect(hidden).toBeGreaterThan(queries.length);
  });
});
