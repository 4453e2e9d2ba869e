import type { Datum } from '../../../src/core/index.ts';
import type { Relation } from '../../../src/ir/index.ts';
import { relationTypeOf } from '../../../src/ir/index.ts';
import { testEnvironment } from '../../planner/support.ts';
import { Interpreter } from '../../planner/interpreter.ts';
import { contents, drawHistory, drawTables, drawValue, startMs, undone } from './history.ts';
import type { History, Row, RowChange } from './history.ts';
import type { QueryRun } from '../../../src/views/index.ts';
import { QueryDraw } from './queries.ts';
import { Draw } from './random.ts';
import { shrink } from './shrink.ts';
import { printed, Schema, shown, sweepsOf, World } from './world.ts';
import type { Answer, EngineClass, Planned, WorldOptions } from './world.ts';

/** A query and what happens to the tables under it. */
export interface Case {
  readonly seed: number;
  readonly history: History;
  readonly planned: Planned;
  readonly schema: Schema;
}

export function drawCase(seed: number): Case {
  const draw = new Draw(seed);
  const tables = drawTables(draw);
  // Some tables are full enough for groups of several rows.
  const history = { tables, ticks: drawHistory(draw, tables, draw.chance(0.2) ? { ticks: 4, changes: 14 } : { ticks: 7, changes: 6 }) };
  const schema = new Schema(tables);
  return { seed, history, schema, planned: schema.plan(new QueryDraw(draw, tables).query().sql) };
}

/** What a law says of a case: undefined where it holds, else how it fails. */
export type Law = (subject: Case, engine?: EngineClass) => string | undefined;

/** The engine that is tried, and how it reclaims symbols. */
const trying = (seed: number, engine: EngineClass | undefined): WorldOptions => ({ sweeps: sweepsOf(seed), ...(engine && { engine }) });

const differ = (what: string, left: Answer, right: Answer): string | undefined =>
  shown(left) === shown(right) ? undefined : `${what}\n--- maintained\n${shown(left)}\n--- expected\n${shown(right)}`;

/** The answer by the plainest reading of the plan, over the rows that are there after the ticks. */
export function interpreted({ schema, planned, history }: Case, ticks: number): Answer {
  const stored = new Map<string, readonly (readonly Datum[])[]>(contents(history, ticks).map((rows, table) => [schema.ids[table]!, rows.map((row) => schema.parse(table, row))]));
  const rows = new Interpreter(testEnvironment(schema.catalog), stored, history.ticks[ticks - 1]!.time).run(planned.relation, new Map());
  const types = relationTypeOf(planned.relation).columns.map(({ type }) => type);
  return schema.bag(rows.map(({ row, weight }) => [printed(row, types), weight]), types);
}

/** Law 1: after every tick the view is what the query gives, by an operator tree of its own and by the interpreter. */
export const incremental: Law = (subject, engine) => {
  const { history, planned, schema, seed } = subject;
  const world = new World(schema, { ...trying(seed, engine) });
  world.addView('v', planned);
  for (const [index, tick] of history.ticks.entries()) {
    world.tick(tick);
    const maintained = world.read('v');
    const wrong = differ(`after tick ${index + 1}, by the interpreter`, maintained, interpreted(subject, index + 1)) ?? differ(`after tick ${index + 1}, asked once`, maintained, world.ask(planned.relation));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** Law 2: the same changes in another partition into ticks and batches end in the same state. */
export const partitioned: Law = ({ history, planned, schema, seed }, engine) => {
  const end = history.ticks.at(-1)!.time;
  const changes = history.ticks.flatMap((tick) => tick.changes);
  const draw = new Draw(seed ^ 0x5eed);
  const cut = (parts: number): History['ticks'] => {
    const marks = [...draw.list(parts - 1, () => draw.int(0, changes.length)), changes.length].sort((a, b) => a - b);
    return marks.map((mark, index) => ({ time: index === parts - 1 ? end : history.ticks[0]!.time + index, changes: changes.slice(index === 0 ? 0 : marks[index - 1]!, mark) }));
  };
  const finish = (ticks: History['ticks'], batches: 'one' | 'single', fromLog: boolean): Answer => {
    const world = new World(schema, { batches, fromLog, ...trying(seed, engine) });
    world.addView('v', planned);
    for (const tick of ticks) world.tick(tick);
    return world.read('v');
  };
  const whole = finish(history.ticks, 'one', false);
  return differ('all in one tick', finish(cut(1), 'one', false), whole)
    ?? differ('every change alone', finish(cut(Math.max(1, Math.min(changes.length, 60))), 'single', false), whole)
    ?? differ('other ticks, over a log', finish(cut(draw.int(2, 6)), 'single', true), whole);
};

/** Law 2 for hydration: a view that is created in the middle of the history, in slices with ticks between them, ends as one that was there from the start. */
export const hydrated: Law = ({ history, planned, schema, seed }, engine) => {
  const draw = new Draw(seed ^ 0xcafe);
  const begin = draw.int(0, history.ticks.length - 1);
  for (const fromLog of [false, true]) {
    const world = new World(schema, { fromLog, ...trying(seed, engine) });
    world.addView('early', planned);
    for (const [index, tick] of history.ticks.entries()) {
      if (index === begin) world.startView('late', planned);
      if (index > begin) for (let slices = draw.int(0, 2); slices > 0; slices--) world.slice();
      world.tick(tick);
    }
    while (world.slice());
    const wrong = differ(`created before tick ${begin + 1}${fromLog ? ', over a log' : ''}`, world.read('late'), world.read('early'));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** Tables of some hundred rows, more than a slice of a scan; between the slices rows on both sides of the cursor come, change and go. */
export const scannedInSlices: Law = ({ seed, schema }, engine) => {
  const draw = new Draw(seed);
  const { tables } = schema;
  // The key is spread, so that a join of large tables stays small.
  const fresh = (table: number): Row => tables[table]!.columns.map((column, index) => (index === 0 ? String(draw.int(0, 400)) : drawValue(draw, column)));
  const stored = tables.map((_, table) => draw.list(draw.int(300, 700), () => fresh(table)));
  const world = new World(schema, { ...trying(seed, engine) });
  let time = startMs;
  const tick = (changes: readonly RowChange[]): void => world.tick({ time: (time += 250), changes });
  tick(stored.flatMap((rows, table) => rows.map((row) => ({ table, row, weight: 1 }))));

  const queries = ['SELECT count(*) AS c0, sum(k) AS c1 FROM t0', 'SELECT a.k AS c0, b.s AS c1 FROM t0 a JOIN t0 b ON a.k = b.k', 'SELECT a.k AS c0, b.i AS c1 FROM t0 a LEFT JOIN t1 b ON a.k = b.k', 'SELECT k AS c0 FROM t0 UNION ALL SELECT k FROM t1 WHERE ts <= mz_now()', 'SELECT DISTINCT b AS c0, s AS c1 FROM t1'];
  const planned = schema.plan(queries[seed % queries.length]!);
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
  return differ(planned.sql, world.read('v'), world.ask(planned.relation));
};

/**
 * Laws 1, 2 and 5 in the middle of ticks: whoever reads between two steps of a tick sees the last closed one. Queries begin in the middle and are answered later, as of the tick at which
 * they began; a view hydrates meanwhile; a subscriber is told when the tick is closed. The more steps a tick has, the more it says: see `atEveryRow`.
 */
export const stepped: Law = (subject, engine) => {
  const { history, planned, schema, seed } = subject;
  const draw = new Draw(seed ^ 0x57e9);
  const world = new World(schema, { batches: 'single', ...(engine && { engine }) });
  world.addView('v', planned);
  const follower = world.subscribe('v');
  world.work();
  const begin = draw.int(0, history.ticks.length - 1);
  // So that some queries are answered in the tick in which they began, and others see ticks go by.
  const pace = draw.int(1, 8);
  const answers = history.ticks.map((_, index) => interpreted(subject, index + 1));
  const asOf = (time: number): Answer => answers[history.ticks.findLastIndex((tick) => tick.time <= time)]!;
  const running: { readonly relation: Relation; readonly run: QueryRun; readonly since: string }[] = [];
  const answered = (): string | undefined => {
    for (const [at, { relation, run, since }] of running.entries()) {
      if (!run.ready) continue;
      running.splice(at, 1);
      return differ(`asked ${since}, answered as of ${run.time}`, world.finish(relation, run), asOf(run.time)) ?? answered();
    }
    return undefined;
  };
  for (const [index, tick] of history.ticks.entries()) {
    if (index === begin) world.startView('late', planned);
    world.begin(tick);
    for (let steps = 1, done = false; !done; steps++) {
      done = world.step();
      const where = `after step ${steps} of tick ${index + 1}`;
      const { time } = world.engine;
      if (time !== tick.time && time !== (history.ticks[index - 1]?.time ?? 0)) return `the time is ${time} ${where}`;
      if (time >= history.ticks[0]!.time) {
        if (draw.chance(0.3)) {
          const relation = draw.chance(0.5) ? planned.relation : world.get('v');
          running.push({ relation, run: world.start(relation), since: where });
        }
        const wrong = draw.chance(0.3) ? differ(`read ${where}, as of ${time}`, world.read('v'), asOf(time)) : undefined;
        if (wrong !== undefined) return wrong;
      }
      for (let slices = draw.int(0, pace); slices > 0; slices--) world.slice();
      const wrong = answered();
      if (wrong !== undefined) return wrong;
    }
    const told = follower.state;
    if (follower.time !== tick.time) return `the subscriber is at ${follower.time} after the tick at ${tick.time}`;
    const wrong = differ(`told after tick ${index + 1}`, told, asOf(tick.time));
    if (wrong !== undefined) return wrong;
  }
  while (world.slice());
  const late = history.ticks.at(-1)!.time;
  return answered() ?? (running.length > 0 ? 'a query was not answered' : undefined) ?? differ('the view', world.read('v'), asOf(late)) ?? differ(`created in tick ${begin + 1}`, world.read('late'), asOf(late));
};

/** Law 3: the history and its negation leave what an empty database has. */
export const retracted: Law = ({ history, planned, schema, seed }, engine) => {
  const empty = new World(schema, { ...trying(seed, engine) });
  empty.addView('v', planned);
  const world = new World(schema, { ...trying(seed, engine) });
  world.addView('v', planned);
  for (const tick of [...history.ticks, ...undone(history)]) world.tick(tick);
  const wrong = differ('after the negation', world.read('v'), empty.read('v'));
  if (wrong !== undefined) return wrong;
  const [left, before] = [world.held, empty.held];
  return left.rows === before.rows && left.errors === 0 ? undefined : `${left.rows} rows of state are left and ${left.errors} errors, of ${before.rows} and 0`;
};

/** Law 5: a snapshot and the changes after it add up to what SELECT gives, at each time. */
export const subscribed: Law = ({ history, planned, schema, seed }, engine) => {
  const world = new World(schema, { ...trying(seed, engine) });
  world.addView('v', planned);
  const begin = new Draw(seed ^ 0xf00d).int(0, history.ticks.length - 1);
  let follower: ReturnType<World['subscribe']> | undefined;
  for (const [index, tick] of history.ticks.entries()) {
    if (index === begin) {
      follower = world.subscribe('v');
      world.work();
    }
    world.tick(tick);
    if (follower === undefined) continue;
    const state = follower.state;
    if (follower.time !== tick.time) return `the subscriber is at ${follower.time} after the tick at ${tick.time}`;
    const wrong = differ(`after tick ${index + 1}, subscribed before tick ${begin + 1}`, state, world.read('v'));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** A fault thrown while a law is tried is a failure of it. */
export function verdict(law: Law, subject: Case, engine?: EngineClass): string | undefined {
  try {
    return law(subject, engine);
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

/** The smallest failing case that can be found, as text. */
export function explain(law: Law, subject: Case, engine?: EngineClass): string {
  const smallest: Case = { ...subject, history: shrink(subject.history, (history) => verdict(law, { ...subject, history }, engine) !== undefined) };
  const { tables, ticks } = smallest.history;
  return [
    `seed ${subject.seed} (LAW_SEED=${subject.seed} repeats it)`, `query: ${subject.planned.sql}`,
    ...tables.map(({ name, columns }) => `table ${name} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')})`),
    ...ticks.flatMap(({ time, changes }, index) => [`tick ${index + 1} at ${time}`, ...changes.map(({ table, row, weight }) => `  ${weight > 0 ? '+' : ''}${weight} ${tables[table]!.name} ${JSON.stringify(row)}`)]),
    verdict(law, smallest, engine) ?? 'the smallest case holds when tried again',
  ].join('\n');
}
