import { afterAll, beforeAll, expect, it } from 'vitest';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { mzNowOnPostgres } from '../support/mz-now.ts';
import { drawCase } from './support/laws.ts';
import type { Case } from './support/laws.ts';
import { seeds } from './support/random.ts';
import { shown, World } from './support/world.ts';
import type { Answer } from './support/world.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await judge.query(mzNowOnPostgres);
  await judge.query("set timezone = 'UTC'");
});
afterAll(() => judge?.close());

const literal = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`);

/** The tables as they are after each tick lie in Postgres, and it answers the query anew. */
async function disagreement({ history, planned, schema }: Case): Promise<string | undefined> {
  const world = new World(schema);
  world.addView('v', planned);
  const types = planned.columns.map((column) => column.type);
  for (const { name, columns } of history.tables) await judge.query(`drop table if exists ${name}; create table ${name} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')})`);
  for (const [index, tick] of history.ticks.entries()) {
    world.tick(tick);
    const statements = tick.changes.map(({ table, row, weight }) => {
      const { name, columns } = history.tables[table]!;
      if (weight > 0) return `insert into ${name} select ${row.map((text, at) => `${literal(text)}::${columns[at]!.type}`).join(', ')} from generate_series(1, ${weight})`;
      // Compared as text: 1.5 is not the row 1.50, nor 0 the row -0.
      const same = row.map((text, at) => `${columns[at]!.name}::text is not distinct from ${literal(text)}::${columns[at]!.type}::text`).join(' and ');
      return `delete from ${name} where ctid = (select ctid from ${name} where ${same} limit 1)`;
    });
    const { rows } = await judge.query(`${statements.map((statement) => `${statement}; `).join('')}set millrace.now = '${tick.time}'; ${planned.sql}`);
    const expected: Answer = schema.bag(rows.map((row) => [row, 1]), types);
    const maintained = shown(world.read('v'));
    if (maintained !== shown(expected)) return `after tick ${index + 1}\n--- maintained\n${maintained}\n--- Postgres\n${shown(expected)}`;
  }
  return undefined;
}

it('after every tick a view is what Postgres answers', { timeout: 600_000 }, async () => {
  for (const seed of seeds(150)) {
    const subject = drawCase(seed);
    const wrong = await disagreement(subject).catch((error: unknown) => String(error));
    if (wrong !== undefined) expect.fail(`LAW_SEED=${seed}\n${subject.planned.sql}\n${wrong}`);
  }
});
