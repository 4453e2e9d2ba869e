import { rowLayout, RowBatchBuilder } from '../../src/core/index.ts';
import type { RowBatch, RowLayout } from '../../src/core/index.ts';
import type { RelationId } from '../../src/ir/index.ts';
import { BenchEngine } from './engine.ts';

/** Each operator by a view over tables a and b, which have the same number of rows; ten rows share a `g`. */
const operators: Readonly<Record<string, string | null>> = {
  'table alone': null,
  'map, filter': 'SELECT id, v * 2 AS w FROM a WHERE v % 2 = 0',
  'inner join': 'SELECT a.id, a.v, b.v AS w FROM a JOIN b ON a.id = b.id',
  'inner join, ten matches': 'SELECT a.id, b.id AS other FROM a JOIN b ON a.g = b.g',
  'left join': 'SELECT a.id, a.v, b.v AS w FROM a LEFT JOIN b ON a.v = b.id',
  'full join': 'SELECT a.id, b.id AS other FROM a FULL JOIN b ON a.v = b.id',
  'semi join': 'SELECT id, v FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.id = a.v)',
  'anti join': 'SELECT id, v FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.id = a.v)',
  'distinct': 'SELECT DISTINCT g, v FROM a',
  'union': 'SELECT id, v FROM a UNION SELECT id, v FROM b',
  'union all': 'SELECT id, v FROM a UNION ALL SELECT id, v FROM b',
  'except': 'SELECT id, v FROM a EXCEPT SELECT id, v FROM b',
  'intersect': 'SELECT id, v FROM a INTERSECT SELECT id, v FROM b',
  'count': 'SELECT g, count(*) AS r FROM a WHERE v % 2 = 0 GROUP BY g',
  'sum of int': 'SELECT g, sum(v) AS r FROM a GROUP BY g',
  'sum of float8': 'SELECT g, sum(f) AS r FROM a GROUP BY g',
  'avg of numeric': 'SELECT g, avg(v::numeric) AS r FROM a GROUP BY g',
  'max': 'SELECT g, max(v) AS r FROM a GROUP BY g',
  'max of all': 'SELECT max(v) AS r FROM a',
  'count distinct': 'SELECT g, count(DISTINCT v) AS r FROM a GROUP BY g',
  'bool_and': 'SELECT g, bool_and(v > 1000) AS r FROM a GROUP BY g',
  'bit_or': 'SELECT g, bit_or(v) AS r FROM a GROUP BY g',
  'stddev': 'SELECT g, stddev(f) AS r FROM a GROUP BY g',
  'corr': 'SELECT g, corr(f, v) AS r FROM a GROUP BY g',
  'string_agg': "SELECT g, string_agg(s, ',' ORDER BY v) AS r FROM a GROUP BY g",
  'array_agg': 'SELECT g, array_agg(v ORDER BY v) AS r FROM a GROUP BY g',
  'top-k of groups': 'SELECT g, v, id FROM (SELECT DISTINCT g FROM b) AS of, LATERAL (SELECT a.v, a.id FROM a WHERE a.g = of.g ORDER BY a.v LIMIT 3) AS top',
  'top-k of all': 'SELECT id, v FROM a ORDER BY v LIMIT 10',
  'temporal filter': 'SELECT id, v FROM a WHERE mz_now() < due',
  'flat map': 'SELECT id, x FROM a, generate_series(1, a.v % 3) AS x',
  'scalar subquery': 'SELECT id, (SELECT max(b.v) FROM b WHERE b.id = a.v) AS r FROM a',
};

const CHANGES = 10_000;
/** readings of each, of which the median counts */
const ROUNDS = 7;
const WARM = 10_000;
const TICK_ROWS = 100;
const LOAD_ROWS = 10_000;

/** A table whose row i is known from i and from how often it has changed. */
class Rows {
  readonly id: RelationId;
  readonly count: number;
  readonly #layout: RowLayout;
  readonly #versions: Int32Array;
  readonly #encoder = new TextEncoder();

  constructor(bench: BenchEngine, name: string, count: number) {
    const { id, type } = bench.createTable(`CREATE TABLE ${name} (id int NOT NULL, g int NOT NULL, v int NOT NULL, f float8 NOT NULL, due bigint NOT NULL, s text NOT NULL)`);
    this.id = id;
    this.count = count;
    this.#layout = rowLayout(type.columns.map((column) => column.type));
    this.#versions = new Int32Array(count);
  }
  builder(): RowBatchBuilder {
    return new RowBatchBuilder(this.#layout, TICK_ROWS);
  }
  write(builder: RowBatchBuilder, i: number, weight: number): void {
    const v = (Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(this.#versions[i]!, 0x85ebca77)) >>> 1;
    const value = v % (this.count * 2);
    builder.begin(weight);
    builder.setWord(0, i);
    builder.setWord(1, Math.floor(i / 10));
    builder.setWord(2, value);
    builder.setDouble(3, value / 7);
    builder.setLong(4, 1e12 + value);
    builder.setBytes(5, this.#encoder.encode(`text ${value % 1000}`));
    builder.end();
  }
  /** The row's change to another value. */
  change(builder: RowBatchBuilder, i: number): void {
    this.write(builder, i, -1);
    this.#versions[i]!++;
    this.write(builder, i, 1);
  }
}

/** An engine with the two tables at one number of rows. */
class Loaded {
  readonly #bench: BenchEngine;
  readonly #tables: readonly [Rows, Rows];
  readonly #count: number;
  #time = 1;
  #row = 1;
  #views = 0;

  private constructor(bench: BenchEngine, count: number) {
    this.#bench = bench;
    this.#count = count;
    this.#tables = [new Rows(bench, 'a', count), new Rows(bench, 'b', count)];
    for (const table of this.#tables) {
      for (let from = 0; from < count; from += LOAD_ROWS) {
        const builder = table.builder();
        for (let i = from; i < Math.min(count, from + LOAD_ROWS); i++) table.write(builder, i, 1);
        this.#bench.engine.tick(this.#time++, [{ relation: table.id, rows: builder.finish() }]);
      }
    }
  }
  static async of(count: number): Promise<Loaded> {
    return new Loaded(await BenchEngine.create(), count);
  }

  /** Makes a view and warms it; `close` takes it away. */
  view(sql: string | null): { readonly close: () => void } {
    const { engine } = this.#bench;
    const view = sql === null ? undefined : this.#bench.createView(`CREATE MATERIALIZED VIEW v${this.#views++} AS ${sql}`);
    for (const change of this.#ticks(WARM)) engine.tick(this.#time++, [change]);
    return { close: () => {
      if (view !== undefined) engine.remove(view.id);
      while (engine.work(() => false));
    } };
  }
  /** Microseconds a change: a row that gets another value. */
  cost(): number {
    const { engine } = this.#bench;
    const measured = this.#ticks(CHANGES);
    globalThis.gc?.();
    const begin = performance.now();
    for (const change of measured) engine.tick(this.#time++, [change]);
    return ((performance.now() - begin) * 1000) / CHANGES;
  }
  /** Changes of a and of b in turns, all over them. */
  #ticks(changes: number): { readonly relation: RelationId; readonly rows: RowBatch }[] {
    return Array.from({ length: changes / TICK_ROWS }, (_, tick) => {
      const table = this.#tables[tick % 2]!;
      const builder = table.builder();
      for (let i = 0; i < TICK_ROWS; i++) {
        this.#row = (this.#row * 48271) % 2147483647;
        table.change(builder, this.#row % this.#count);
      }
      return { relation: table.id, rows: builder.finish() };
    });
  }
}

const median = (costs: readonly number[]): number => [...costs].sort((a, b) => a - b)[costs.length >> 1]!;

/** Prints what a change costs in each operator at both sizes of its state, in turns, the median of each; returns the ratios. */
export async function readOperators([few, many]: readonly [number, number]): Promise<Record<string, number>> {
  const worlds = [await Loaded.of(few), await Loaded.of(many)];
  const ratios: Record<string, number> = {};
  for (const [name, sql] of Object.entries(operators)) {
    const views = worlds.map((world) => world.view(sql));
    const costs = worlds.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) worlds.forEach((world, i) => costs[i]!.push(world.cost()));
    for (const view of views) view.close();
    const [first, second] = [median(costs[0]!), median(costs[1]!)];
    ratios[name] = Number((second / first).toFixed(2));
    console.log(`${name}: ${first.toFixed(2)} µs a change with ${few} rows, ${second.toFixed(2)} µs with ${many}, ratio ${ratios[name]}`);
  }
  return ratios;
}
