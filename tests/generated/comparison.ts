import { SqlError } from '../../src/core/index.ts';
import { startEngine } from '../support/engine.ts';
import { judgeRunner } from '../support/judge-runner.ts';
import { JudgeError } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import type { Answer, SqlRunner } from '../support/slt.ts';
import { disagreements } from './disagreements.ts';
import { inexact } from './exact.ts';
import { count } from './tally.ts';
import type { Tally } from './tally.ts';

/** What one of the two says to a query. */
export type Outcome =
  | { readonly kind: 'rows'; readonly answer: Answer }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** A history as text: what a case comes to, and what a file of the corpus holds. */
export interface Script {
  readonly setup: readonly string[];
  readonly queries: readonly string[];
  /** of a query whose aggregates over doubles have an exact value, the rows behind them: see `rowsBehind` */
  readonly behind?: readonly (string | undefined)[];
  readonly batches: readonly (readonly string[])[];
}

export interface Finding {
  /** the query's index; undefined where a statement of the history itself is answered differently */
  readonly query: number | undefined;
  readonly batch: number;
  readonly reading: 'adhoc' | 'view' | 'statement';
  /** what kind of difference it is, whichever reading shows it: two cases of one kind are taken to be the same mistake while one is made smaller */
  readonly kind: string;
  readonly text: string;
}

/** Both databases, beside each other. */
export interface Arena {
  readonly ours: SqlRunner;
  readonly theirs: SqlRunner;
  /** what the script before this one has left behind */
  readonly tables: Set<string>;
  close(): Promise<void>;
}

export async function openArena(judge: Judge): Promise<Arena> {
  const engine = await startEngine();
  await engine.execute("set statement_timeout = '4s'");
  await judge.query("set timezone = 'UTC'; set statement_timeout = '3s'; set client_min_messages = 'error'; set jit = off");
  const runner = judgeRunner(judge);
  // One after the other, in the order asked: it works on the next while we are at work on the last.
  let last: Promise<unknown> = Promise.resolve();
  const theirs: SqlRunner = {
    execute(sql) {
      const answer = last.then(() => runner.execute(sql));
      last = answer.catch(() => {});
      return answer;
    },
  };
  return { ours: engine, theirs, tables: new Set(), close: () => engine.close() };
}

async function outcome(runner: SqlRunner, sql: string): Promise<Outcome> {
  try {
    return { kind: 'rows', answer: await runner.execute(sql) };
  } catch (error) {
    if (error instanceof SqlError || error instanceof JudgeError) return { kind: 'error', code: error.code, message: error.message };
    return { kind: 'error', code: 'thrown', message: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

const TIMEOUT = '57014';
export const REFUSED = '0A000';
const isSlow = (...outcomes: readonly Outcome[]): boolean => outcomes.some((one) => one.kind === 'error' && one.code === TIMEOUT);

/** When a query is asked anew, beside the view over it, which is read after every batch: after every batch too, or after one of them, each query's own. */
export type Asking = 'always' | 'once';

/** Runs the script on both and compares whatever it is told: after every batch the views over the queries, which were there before the first row, and the queries asked anew. */
export async function compareScript(arena: Arena, script: Script, tally: Tally, asking: Asking = 'always'): Promise<Finding[]> {
  const findings: Finding[] = [];
  await clear(arena, [...script.setup.join('\n').matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name!));
  for (const statement of script.setup) {
    const found = await compareStatement(arena, statement, -1);
    if (found !== undefined) return [found];
  }
  const wrong = new Set<number>();
  const rows = new Set<number>();
  const viewed = await createViews(arena, script.queries);
  for (const [batch, statements] of script.batches.entries()) {
    for (const statement of statements) {
      const found = await compareStatement(arena, statement, batch);
      if (found !== undefined) return [...findings, found];
    }
    const theirs = script.queries.map((sql, index) => (wrong.has(index) ? undefined : outcome(arena.theirs, sql)));
    for (const [index, sql] of script.queries.entries()) {
      const expected = await theirs[index];
      if (expected === undefined) continue;
      if (expected.kind === 'rows' && expected.answer.rows.length > 0) rows.add(index);
      const readings: Finding['reading'][] = asking === 'always' || index % script.batches.length === batch ? ['adhoc', 'view'] : ['view'];
      for (const reading of readings) {
        const created = viewed[index]!;
        const ours = reading === 'adhoc' ? await outcome(arena.ours, sql) : created.kind === 'error' ? created : await outcome(arena.ours, `SELECT * FROM v${index}`);
        tally.comparisons++;
        const found = await compareAnswers(arena, sql, { query: index, batch, reading }, ours, expected, tally) ?? await compareExactly(arena, script.behind?.[index], { query: index, batch, reading }, ours, tally);
        if (found === undefined) continue;
        if (found !== 'slow') findings.push(found);
        wrong.add(index);
        break;
      }
    }
  }
  tally.queries += script.queries.length;
  tally.withRows += rows.size;
  return findings;
}

/** Whether aggregates over doubles are what the rows behind them come to. */
async function compareExactly({ theirs }: Arena, behind: string | undefined, at: Pick<Finding, 'query' | 'batch' | 'reading'>, ours: Outcome, tally: Tally): Promise<Finding | undefined> {
  if (behind === undefined || ours.kind === 'error') return undefined;
  const rows = await outcome(theirs, behind);
  if (rows.kind === 'error') return undefined;
  tally.exact++;
  const text = inexact(ours.answer, rows.answer);
  return text === undefined ? undefined : { ...at, kind: 'inexact', text: `${at.reading} after batch ${at.batch + 1}: ${text}` };
}

/** What is wrong with one answer to a query, if anything is. */
async function compareAnswers(arena: Arena, sql: string, at: Pick<Finding, 'query' | 'batch' | 'reading'>, ours: Outcome, expected: Outcome, tally: Tally): Promise<Finding | 'slow' | undefined> {
  if (isSlow(expected, ours)) {
    tally.slow++;
    return 'slow';
  }
  if (ours.kind === 'error' && ours.code === REFUSED && (expected.kind === 'rows' || expected.code !== REFUSED)) {
    tally.refused++;
    count(tally.refusals, ours.message);
    return { ...at, kind: REFUSED, text: ours.message };
  }
  const kind = await difference(arena, sql, at.reading, ours, expected, tally);
  return kind === undefined ? undefined : { ...at, kind, text: `${at.reading} after batch ${at.batch + 1}: ${kind}\n--- ours\n${shown(ours)}\n--- Postgres\n${shown(expected)}` };
}

async function clear({ ours, theirs, tables }: Arena, next: readonly string[]): Promise<void> {
  if (tables.size > 0) await Promise.all([theirs, ours].map((runner) => runner.execute(`DROP TABLE IF EXISTS ${[...tables].join(', ')} CASCADE`)));
  tables.clear();
  for (const name of next) tables.add(name);
}

/** A view has names of its own, since a query may use one twice. */
async function createViews({ ours, theirs }: Arena, queries: readonly string[]): Promise<Outcome[]> {
  const empty = await Promise.all(queries.map((sql) => outcome(theirs, sql)));
  const made: Outcome[] = [];
  for (const [index, sql] of queries.entries()) {
    const before = empty[index]!;
    const names = before.kind === 'rows' ? ` (${before.answer.types.map((_, column) => `c${column}`).join(', ')})` : '';
    // one over no table outlives the tables of the case before
    await outcome(ours, `DROP MATERIALIZED VIEW IF EXISTS v${index}`);
    made.push(await outcome(ours, `CREATE MATERIALIZED VIEW v${index}${names} AS ${sql}`));
  }
  return made;
}

async function compareStatement({ ours, theirs }: Arena, statement: string, batch: number): Promise<Finding | undefined> {
  const [expected, got] = [await outcome(theirs, statement), await outcome(ours, statement)];
  // RETURNING tells of rows
  const code = (one: Outcome): string => (one.kind === 'error' ? one.code : bagOf(one.answer.rows) === bagOf(expected.kind === 'rows' ? expected.answer.rows : []) ? 'done' : 'rows');
  if (code(expected) === code(got)) return undefined;
  return { query: undefined, batch, reading: 'statement', kind: `statement ${code(got)} ${code(expected)}`, text: `${statement}\n--- ours\n${shown(got)}\n--- Postgres\n${shown(expected)}` };
}

/** What kind of difference there is, if it is none that the manual leaves open. */
async function difference(arena: Arena, sql: string, reading: Finding['reading'], ours: Outcome, theirs: Outcome, tally: Tally): Promise<string | undefined> {
  const kind = plainDifference(reading, ours, theirs);
  if (kind === undefined) return undefined;
  const planned = theirs.kind === 'error' ? await outcome(arena.theirs, `EXPLAIN ${sql}`) : theirs;
  const answered = [ours, theirs].find((one) => one.kind === 'rows');
  const errorsChangeNothing = ours.kind === theirs.kind || answered?.kind !== 'rows' ? false : bagOf(await rowsWithNulls(arena, sql, answered.answer.types.length)) === bagOf(answered.answer.rows);
  const licensed = disagreements.find(({ licenses }) => licenses({ sql, ours, theirs, failsToPlan: planned.kind === 'error', errorsChangeNothing }));
  if (licensed === undefined) return kind;
  count(tally.licensed, licensed.name);
  return undefined;
}

/** The answer where whatever raises an error is NULL instead; none where something raises all the same. */
async function rowsWithNulls({ ours }: Arena, sql: string, columns: number): Promise<Answer['rows']> {
  const names = Array.from({ length: columns }, (_, column) => `c${column}`).join(', ');
  await outcome(ours, `CREATE MATERIALIZED VIEW with_nulls${columns === 0 ? '' : ` (${names})`} WITH (ON ERROR = 'null') AS ${sql}`);
  const read = await outcome(ours, 'SELECT * FROM with_nulls');
  await outcome(ours, 'DROP MATERIALIZED VIEW IF EXISTS with_nulls');
  return read.kind === 'rows' ? read.answer.rows : [['an error']];
}

function plainDifference(reading: Finding['reading'], ours: Outcome, theirs: Outcome): string | undefined {
  if (ours.kind === 'error' && theirs.kind === 'error') return ours.code === theirs.code ? undefined : `error ${ours.code}, not ${theirs.code}`;
  if (ours.kind === 'error') return `error ${ours.code}, not rows`;
  if (theirs.kind === 'error') return `rows, not error ${theirs.code}`;
  if (ours.answer.types.join() !== theirs.answer.types.join()) return 'types';
  if (reading === 'adhoc' && ours.answer.names?.join() !== theirs.answer.names?.join()) return 'names';
  return bagOf(ours.answer.rows) === bagOf(theirs.answer.rows) ? undefined : 'rows';
}

export const bagOf = (rows: Answer['rows']): string => rows.map((row) => JSON.stringify(row)).sort().join('\n');

function shown(one: Outcome): string {
  if (one.kind === 'error') return `${one.code}: ${one.message}`;
  const { names = [], types, rows } = one.answer;
  return [names.map((name, at) => `${name} ${types[at]}`).join(', '), ...rows.map((row) => JSON.stringify(row)).sort().slice(0, 30)].join('\n');
}
