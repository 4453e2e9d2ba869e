import { Oid, sqlType } from '../../../src/core/index.ts';
import { relationTypeOf } from '../../../src/ir/index.ts';
import type { Relation, RelationId, Scalar } from '../../../src/ir/index.ts';
import { drawHistory, undone } from './history.ts';
import type { ColumnSpec, TableSpec } from './history.ts';
import { Draw } from './random.ts';
import { Schema, shown, sweepsOf, World } from './world.ts';
import type { Answer, EngineClass, Planned } from './world.ts';

const columns: readonly ColumnSpec[] = [
  { name: 'k', kind: 'int', type: 'int4' }, { name: 'i', kind: 'int', type: 'int4' }, { name: 's', kind: 'text', type: 'text' }, { name: 'ts', kind: 'ts', type: 'timestamp' },
];
export const tables: readonly TableSpec[] = [{ name: 't0', columns }, { name: 't1', columns }];
export const schema = new Schema(tables);

/**
 * Queries over t0 and t1 (k, i int4, s text, ts timestamp) in which some rows raise an error. `at` is where: beside which operators.
 * `byKey`: the first column is k, and rows of one k are made of rows of that k alone.
 */
export const raising: readonly { readonly at: string; readonly sql: string; readonly byKey?: true }[] = [
  { at: 'map', sql: 'SELECT k, 10 / i AS q FROM t0', byKey: true },
  { at: 'filter', sql: 'SELECT k FROM t0 WHERE 10 / i > 2', byKey: true },
  { at: 'cast', sql: 'SELECT k, s::int4 AS n FROM t0', byKey: true },
  { at: 'map above join', sql: 'SELECT a.k, 10 / (a.i + b.i) AS q FROM t0 a JOIN t1 b ON a.k = b.k', byKey: true },
  { at: 'filter above left join', sql: 'SELECT a.k FROM t0 a LEFT JOIN t1 b ON a.k = b.k WHERE 10 / coalesce(b.i, a.i) > 0', byKey: true },
  { at: 'map above self-join', sql: 'SELECT a.k, 6 / (a.i - b.i) AS q FROM t0 a JOIN t0 b ON a.k = b.k', byKey: true },
  { at: 'join key', sql: 'SELECT a.k, b.s FROM t0 a JOIN t1 b ON 6 / a.i = b.k' },
  { at: 'argument of an aggregate', sql: 'SELECT k, sum(10 / i) AS q FROM t0 GROUP BY k', byKey: true },
  { at: 'map above an aggregate', sql: 'SELECT k, 10 / sum(i) AS q FROM t0 GROUP BY k', byKey: true },
  { at: 'map above a global aggregate', sql: 'SELECT 10 / count(*) AS q FROM t0' },
  { at: 'an aggregate itself', sql: "SELECT k, sum(CASE WHEN i = 0 THEN 9223372036854775807 ELSE i END::int8)::int8 AS q FROM t0 GROUP BY k", byKey: true },
  { at: 'an aggregate that raises', byKey: true, sql: 'SELECT k, jsonb_object_agg(s, 1) AS q FROM t0 GROUP BY k' },
  { at: 'map above distinct', sql: 'SELECT 10 / i AS q FROM (SELECT DISTINCT i FROM t0) x' },
  { at: 'map above union', sql: 'SELECT 10 / i AS q FROM (SELECT i FROM t0 UNION ALL SELECT i FROM t1) x' },
  { at: 'map above top-k', sql: 'SELECT k, 10 / i AS q FROM (SELECT * FROM t0 ORDER BY k, i, s, ts LIMIT 2) x' },
  { at: 'map above a temporal filter', sql: "SELECT k, 10 / i AS q FROM (SELECT * FROM t0 WHERE mz_now() < ts + interval '2 seconds') x", byKey: true },
  { at: 'map above a temporal filter above a join', sql: "SELECT a.k, 10 / (a.i * b.i) AS q FROM t0 a JOIN t1 b ON a.k = b.k WHERE mz_now() < b.ts + interval '8 seconds'", byKey: true },
  { at: 'bound of a temporal filter', sql: "SELECT k FROM t0 WHERE mz_now() < ts + interval '1 second' * (10 / i)", byKey: true },
  { at: 'beside a left join', byKey: true, sql: 'SELECT a.k, b.q FROM t0 a LEFT JOIN (SELECT k, 10 / i AS q FROM t1) b ON a.k = b.k' },
  { at: 'below an anti join', byKey: true, sql: 'SELECT a.k, a.i FROM t0 a LEFT JOIN (SELECT k FROM t1 WHERE 10 / i > 0) b ON a.k = b.k WHERE b.k IS NULL' },
  { at: 'below EXCEPT', byKey: true, sql: 'SELECT k, 3 AS q FROM t0 EXCEPT SELECT k, 10 / i FROM t1' },
  { at: 'below HAVING', byKey: true, sql: 'SELECT k, sum(10 / i) AS q FROM t0 GROUP BY k HAVING sum(10 / i) > 2' },
  { at: 'below a union', byKey: true, sql: 'SELECT k, i AS q FROM t0 UNION ALL SELECT k, 10 / i FROM t1' },
  { at: 'below DISTINCT ON', byKey: true, sql: 'SELECT DISTINCT ON (k) k, 10 / i AS q FROM t0 ORDER BY k, 2, s' },
  { at: 'in a WITH that is read twice', byKey: true, sql: 'WITH x AS (SELECT k, sum(10 / i) AS q FROM t0 GROUP BY k) SELECT a.k, a.q AS q, b.q AS r FROM x a JOIN x b ON a.k = b.k' },
  { at: 'subquery', sql: 'SELECT k FROM t0 a WHERE EXISTS (SELECT FROM t1 b WHERE b.k = a.k AND 10 / b.i > 0)', byKey: true },
];

const int4 = sqlType(Oid.int4);

/** The rows of a relation whose first column is `key`. */
const having = (relation: Relation, key: string): Relation => ({
  op: 'filter', input: relation,
  predicates: [{ op: 'call', function: 'int4eq(int4,int4)', args: [{ op: 'column', index: 0, type: int4 }, { op: 'literal', value: Number(key), type: int4 }], type: sqlType(Oid.bool) }],
});

/** What a reader may put over the view 'raising': nothing, a choice of columns, groups, the keys of groups. */
function above(view: Planned): readonly { readonly name: string; readonly relation: Relation }[] {
  const get: Relation = { op: 'get', id: 'raising' as RelationId, type: { columns: view.columns, keys: [] } };
  const first: Scalar = { op: 'column', index: 0, type: int4 };
  const map = (input: Relation): Relation => ({ op: 'map', input, columns: [{ name: 'k', value: first }] });
  const reduce = (input: Relation): Relation => ({
    op: 'reduce', input, by: [first], byNames: ['k'], aggregates: [{ function: 'count(*)', args: [], distinct: false, filter: null, order: [], type: sqlType(Oid.int8), name: 'n' }],
  });
  return [{ name: 'whole', relation: get }, { name: 'map', relation: map(get) }, { name: 'groups', relation: reduce(get) }, { name: 'distinct', relation: { op: 'distinct', input: map(reduce(get)) } }];
}

/** Which of several errors a reader meets is open. */
export const withoutWhich = (answer: Answer): string => ('error' in answer ? 'error' : shown(answer));

/**
 * The law of reads that ask for one key of a view whose rows of one key are made of rows of that key alone: they show, or fail, as in a world where there are no other rows;
 * asked of the view, of views over it, and followed. `engine` runs the world that is tried. `met`: how often such a read met an error, and how often it did not where the view has one.
 */
export function readsOfOneKey(planned: Planned, seed: number, engine?: EngineClass): { readonly wrong: string | undefined; readonly met: { readonly error: number; readonly beside: number } } {
  const options = { sweeps: sweepsOf(seed), ...(engine && { engine }) };
  const history = { tables, ticks: drawHistory(new Draw(seed), tables) };
  const keys = [...new Set(history.ticks.flatMap(({ changes }) => changes.flatMap(({ row: [key] }) => (key === null || key === undefined ? [] : [key]))))].slice(0, 4);
  const readers = above(planned);
  const world = new World(schema, options);
  world.addView('raising', planned);
  for (const { name, relation } of readers) world.addView(name, { sql: name, relation, columns: relationTypeOf(relation).columns });
  const follow = (key: string): ReturnType<World['follow']> => world.follow(having(readers[0]!.relation, key), planned.columns);
  const each = keys.map((key) => {
    const alone = new World(schema);
    alone.addView('raising', planned);
    return { key, alone, follower: follow(key) };
  });
  world.work();
  const met = { error: 0, beside: 0 };
  for (const [index, tick] of [...history.ticks, ...undone(history)].entries()) {
    world.tick(tick);
    for (const one of each) {
      const { key, alone } = one;
      alone.tick({ time: tick.time, changes: tick.changes.filter(({ row: [k] }) => k === key) });
      const differs = (what: string, answer: Answer, expected: Answer): string | undefined =>
        withoutWhich(answer) === withoutWhich(expected) ? undefined : `LAW_SEED=${seed}, tick ${index + 1}, key ${key}, ${what}\n--- read\n${withoutWhich(answer)}\n--- expected\n${withoutWhich(expected)}`;
      for (const { name, relation } of readers) {
        const expected = alone.ask(relation);
        const wrong = differs(name, world.ask(having(relation, key)), expected)
          ?? differs(`${name}, as a view`, world.ask(having({ op: 'get', id: name as RelationId, type: relationTypeOf(relation) }, key)), expected);
        if (wrong !== undefined) return { wrong, met };
      }
      const expected = alone.read('raising');
      const wrong = differs('followed', one.follower.state, expected);
      if (wrong !== undefined) return { wrong, met };
      if ('error' in expected) {
        met.error++;
        one.follower = follow(key);
        world.work();
      } else if ('error' in world.read('raising')) met.beside++;
    }
  }
  return { wrong: undefined, met };
}
