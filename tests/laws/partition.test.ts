import { describe, expect, it } from 'vitest';
import { drawCase, explain, hydrated, partitioned, verdict } from './support/laws.ts';
import { drawTables, drawValue, startMs } from './support/history.ts';
import type { Row, RowChange, Tick } from './support/history.ts';
import { QueryDraw } from './support/queries.ts';
import { Draw, seeds } from './support/random.ts';
import { Schema, shown, World } from './support/world.ts';

it('the same changes in other ticks and batches give the same state, over tables and over a log', { timeout: 300_000 }, () => {
  for (const seed of seeds(400)) {
    const subject = drawCase(seed);
    if (verdict(partitioned, subject) !== undefined) expect.fail(explain(partitioned, subject));
  }
});

describe('a view created in the middle of the history', () => {
  it('ends as one created before it', { timeout: 300_000 }, () => {
    for (const seed of seeds(500)) {
      const subject = drawCase(seed);
      if (verdict(hydrated, subject) !== undefined) expect.fail(explain(hydrated, subject));
    }
  });

  it('and scans relations of many slices while ticks change them', { timeout: 300_000 }, () => {
    for (const seed of seeds(25)) {
      const wrong = scannedInSlices(seed);
      if (wrong !== undefined) expect.fail(`LAW_SEED=${seed}: ${wrong}`);
    }
  });
});

/** Tables of some hundred rows, more than a slice of a scan; between the slices rows on both sides of the cursor come, change and go. */
function scannedInSlices(seed: number): string | undefined {
  const draw = new Draw(seed);
  const tables = drawTables(draw);
  const schema = new Schema(tables);
  // The key is spread, so that a join of large tables stays small.
  const fresh = (table: number): Row => tables[table]!.columns.map((column, index) => (index === 0 ? String(draw.int(0, 400)) : drawValue(draw, column)));
  const stored = tables.map((_, table) => draw.list(draw.int(300, 700), () => fresh(table)));
  const world = new World(schema);
  let time = startMs;
  const tick = (changes: readonly RowChange[]): void => world.tick({ time: (time += 250), changes } satisfies Tick);
  tick(stored.flatMap((rows, table) => rows.map((row) => ({ table, row, weight: 1 }))));

  const queries = ['SELECT count(*) AS c0, sum(k) AS c1 FROM t0', 'SELECT a.k AS c0, b.s AS c1 FROM t0 a JOIN t0 b ON a.k = b.k', 'SELECT a.k AS c0, b.i AS c1 FROM t0 a LEFT JOIN t1 b ON a.k = b.k', `SELECT k AS c0 FROM t0 UNION ALL SELECT k FROM t1 WHERE ts <= mz_now()`];
  const planned = seed % 5 === 4 ? schema.plan(new QueryDraw(draw, tables.slice(0, 1)).query(0).sql) : schema.plan(queries[seed % 5]!);
  world.startView('v', planned);
  for (let more = true; more; ) {
    more = world.slice();
    const changes: RowChange[] = [];
    for (const [table, rows] of stored.entries()) {
      for (let left = draw.int(0, 12); left > 0; left--) {
        const at = draw.int(0, rows.length - 1);
        const kind = draw.of(['insert', 'delete', 'update']);
        if (kind !== 'insert' && rows.length > 0) changes.push({ table, row: rows.splice(at, 1)[0]!, weight: -1 });
        if (kind !== 'delete') {
          const row = draw.chance(0.2) && rows.length > 0 ? draw.of(rows) : fresh(table);
          rows.push(row);
          changes.push({ table, row, weight: 1 });
        }
      }
    }
    tick(changes);
  }
  world.work();
  const [maintained, expected] = [shown(world.read('v')), shown(world.ask(planned.relation))];
  return maintained === expected ? undefined : `${planned.sql}\n--- maintained\n${maintained}\n--- expected\n${expected}`;
}
