import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relationTypeOf } from '../../src/ir/index.ts';
import type { Relation, RelationId } from '../../src/ir/index.ts';
import { testEnvironment } from '../planner/support.ts';
import { atEveryRow, viewsWith } from './support/faults.ts';
import { contents } from './support/history.ts';
import { drawCase } from './support/laws.ts';
import type { Case } from './support/laws.ts';
import { Draw, seeds } from './support/random.ts';
import { printed } from './support/world.ts';

/** The operators as they are, but that they poll after every row. */
interface Views {
  readonly render: typeof import('../../src/views/render.ts');
  readonly collection: typeof import('../../src/views/operators/collection.ts');
  readonly still: typeof import('../../src/views/operators/still.ts');
  readonly operator: typeof import('../../src/views/operators/operator.ts');
  readonly errors: typeof import('../../src/views/outputs/errors.ts');
  readonly runtime: typeof import('../../src/views/scalar/runtime.ts');
  readonly symbols: typeof import('../../src/views/state/symbols.ts');
}
let views: Views;
let remove: () => void;
beforeAll(async () => {
  const copy = viewsWith(...atEveryRow);
  ({ remove } = copy);
  const load = async <T>(file: string): Promise<T> => (await import(join(copy.directory, file))) as T;
  views = {
    render: await load('render.ts'), collection: await load('operators/collection.ts'), still: await load('operators/still.ts'), operator: await load('operators/operator.ts'),
    errors: await load('outputs/errors.ts'), runtime: await load('scalar/runtime.ts'), symbols: await load('state/symbols.ts'),
  };
});
afterAll(() => remove());

/** The rows and errors of a query over the tables as a history leaves them; `pause` says whether to pause at a poll. */
function answer({ schema, history }: Pick<Case, 'schema' | 'history'>, relation: Relation, pause: () => boolean): { readonly rows: readonly string[]; readonly pauses: number } {
  const { Collection } = views.collection;
  const { readColumn, writeColumn } = views.runtime;
  const symbols = new views.symbols.Symbols();
  const context = { symbols, environment: testEnvironment(schema.catalog), position: 0, hidden: undefined, once: false, time: history.ticks.at(-1)!.time };
  const tables = new Map(contents(history, history.ticks.length).map((rows, table) => {
    const collection = new Collection(schema.types[table]!, symbols);
    const { I, F } = new views.operator.Scratch(collection.layout);
    for (const row of rows) {
      schema.parse(table, row).forEach((value, column) => writeColumn(symbols, collection.layout, I, F, 0, column, value));
      collection.push(I, F, 0, 1);
      symbols.forgetTransients();
    }
    return [schema.ids[table]!, new views.still.Still(collection)];
  }));
  const output = new Collection(relationTypeOf(relation), symbols);
  const errors = new views.errors.Errors(symbols, () => output.layout);
  const rendered = views.render.render(relation, { context, errors, hidden: new views.errors.Errors(symbols, () => output.layout), interrupt: pause, readable: (id: RelationId) => tables.get(id)! });
  rendered.output.subscribe(output);

  let pauses = 0;
  const settle = (): void => {
    while (rendered.pausable.some(({ paused }) => paused)) {
      pauses++;
      // What came with the row that is paused is gone by then.
      symbols.forgetTransients();
      rendered.pausable.findLast(({ paused }) => paused)!.resume();
    }
  };
  views.render.pushConstants(rendered.constants, context);
  settle();
  for (const { occurrence, relation: id } of rendered.scans) {
    const { slab } = tables.get(id)!.arrangement;
    for (let handle = 1; handle < slab.top; handle++) {
      occurrence.cursor = handle + 1;
      if (slab.I[handle * slab.stride] !== 0) occurrence.change(slab.I, slab.F, handle * slab.stride, slab.I[handle * slab.stride]!, handle);
      settle();
      symbols.forgetTransients();
    }
    occurrence.cursor = Infinity;
  }
  for (const operator of rendered.stateful) {
    operator.flush?.(() => false);
    settle();
  }
  const { slab } = output.arrangement;
  const types = output.layout.types;
  const rows: string[] = errors.list().map(({ code, message, count, row }) => `${count} x error ${code} ${message} ${row ?? ''}`);
  for (let handle = 1; handle < slab.top; handle++) {
    const weight = slab.I[handle * slab.stride]!;
    if (weight !== 0) rows.push(`${weight} x ${JSON.stringify(printed(types.map((_, column) => readColumn(symbols, output.layout, slab.I, slab.F, handle * slab.stride, column)), types))}`);
  }
  return { rows: rows.sort(), pauses };
}

it('what pauses at any row and goes on ends as what runs through', { timeout: 300_000 }, () => {
  let pauses = 0;
  for (const seed of seeds(400)) {
    const subject = drawCase(seed);
    const draw = new Draw(seed ^ 0x9a05e);
    const paused = answer(subject, subject.planned.relation, () => draw.chance(0.8));
    expect(paused.rows, `seed ${seed}: ${subject.planned.sql}`).toEqual(answer(subject, subject.planned.relation, () => false).rows);
    pauses += paused.pauses;
  }
  expect(pauses).toBeGreaterThan(seeds(400).length);
});

/** The first case whose first two tables hold a few rows at the end. */
function fullCase(): Case {
  for (let seed = 1; ; seed++) {
    const subject = drawCase(seed);
    const sizes = contents(subject.history).map((rows) => rows.length);
    if (sizes.length > 1 && sizes[0]! >= 4 && sizes[1]! >= 4) return subject;
  }
}

it.each([
  ['a cross join of three', 'SELECT a.s AS c0, b.k AS c1, c.i AS c2 FROM t0 a, t1 b, t0 c'],
  ['an aggregate over joins of joins', 'SELECT x.k AS c0, count(*) AS c1 FROM (SELECT DISTINCT a.k, b.s FROM t0 a LEFT JOIN t1 b ON b.k < a.k) x LEFT JOIN (SELECT k, max(s) AS s FROM t0 GROUP BY k) y ON y.s > x.s GROUP BY x.k'],
  ['a table function that another joins', 'SELECT g AS c0, b.s AS c1 FROM t0 a, generate_series(1, 3 + a.k) g LEFT JOIN t1 b ON b.k = g'],
  ['a table function that raises', "SELECT a.s || 'x' AS c0, g AS c1 FROM t0 a, generate_series(0, 5, nullif(a.k, 3) - 1) g"],
])('%s: pausing at every row', (_name, sql) => {
  const subject = fullCase();
  const { relation } = subject.schema.plan(sql);
  const { rows, pauses } = answer(subject, relation, () => true);
  expect(pauses).toBeGreaterThan(rows.length / 2);
  expect(rows).toEqual(answer(subject, relation, () => false).rows);
});
