import type { Judge } from '../../support/judge.ts';
import type { SqlRunner } from '../../support/slt.ts';
import { near, threeWay, tooSlow, transcendental } from '../agreement.ts';
import { classes } from './arguments.ts';
import type { Class } from './arguments.ts';
import { callsOf } from './calls.ts';
import type { Call } from './calls.ts';
import { departures } from './departures.ts';
import { exceptionOf } from './exceptions.ts';
import type { Exception } from './exceptions.ts';
import { askedAlone, askedTogether, attempted, judgeAlone, shown } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';
import type { MatrixRow } from './rows.ts';

/** A cell is filled where calls were compared, or where there is a reason that none can be. */
export interface Cell {
  compared: number;
  reason?: string;
}
export interface RowResult {
  readonly row: MatrixRow;
  readonly cells: Readonly<Record<Class, Cell>>;
  /** calls that the judge was asked for while errors were looked for */
  readonly tried: number;
}
export interface Disagreement {
  readonly statement: string;
  readonly ours: string;
  readonly theirs: string;
}
export interface Matrix {
  readonly rows: readonly RowResult[];
  readonly disagreements: readonly Disagreement[];
}

/** How many of a row's errors are asked for one by one: each message once, up to these. */
const MOST_ERRORS = 3;
const CHUNK = 60;

/** Asks both for every call of the rows, and says which cells that filled. `keep` leaves calls out, to show that their cells are missed then. */
export async function measureMatrix(ours: SqlRunner, judge: Judge, rows: readonly MatrixRow[], keep: (call: Call) => boolean = () => true): Promise<Matrix> {
  const results: RowResult[] = [];
  const disagreements: Disagreement[] = [];
  const chunks = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, at) => rows.slice(at * CHUNK, (at + 1) * CHUNK).map((row) => ({ row, exception: exceptionOf(row), calls: exceptionOf(row)?.compares === 'nothing' ? [] : callsOf(row).filter((call) => keep(call) && !tooSlow(call.sql)) })));
  // The judge is a chunk ahead: it works on the next while this one is ours.
  let ahead = judgeChunk(judge, chunks[0] ?? []);
  for (const [index, chunk] of chunks.entries()) {
    const theirs = await ahead;
    ahead = judgeChunk(judge, chunks[index + 1] ?? []);
    ahead.catch(() => {});
    for (const [at, { row, exception, calls }] of chunk.entries()) {
      const found = await compareRow(ours, judge, row, calls, theirs[at]!, exception);
      disagreements.push(...found.disagreements);
      results.push({ row, cells: cellsOf(row, exception, found.compared, calls), tried: calls.length });
    }
  }
  return { rows: results, disagreements };
}

async function judgeChunk(judge: Judge, chunk: readonly { readonly calls: readonly Call[] }[]): Promise<readonly (readonly Outcome[])[]> {
  const expressions = chunk.flatMap(({ calls }) => calls.map(({ sql }) => sql));
  const outcomes = expressions.length === 0 ? [] : await attempted(judge, expressions);
  let at = 0;
  return chunk.map(({ calls }) => outcomes.slice(at, (at += calls.length)));
}

interface Compared {
  /** the calls on which both agree, by class */
  readonly compared: Readonly<Record<Class, number>>;
  readonly disagreements: readonly Disagreement[];
}

async function compareRow(ours: SqlRunner, judge: Judge, row: MatrixRow, calls: readonly Call[], theirs: readonly Outcome[], exception: Exception | undefined): Promise<Compared> {
  const compared: Record<Class, number> = { plain: 0, NULL: 0, boundary: 0, error: 0 };
  const disagreements: Disagreement[] = [];
  /** whether the answers were compared: not where docs/sql.md licenses a difference */
  const note = (call: Call, mine: Outcome, theirs: Outcome): boolean => {
    if (agree(row, mine, theirs, exception)) {
      if (theirs.kind === 'error') compared.error++;
      if (call.aim !== 'odd' && (theirs.kind === 'value' || call.aim !== 'plain')) compared[call.aim]++;
      if (row.total && theirs.kind === 'error') disagreements.push({ statement: `select ${call.sql}`, ours: 'total: never raises, the row says', theirs: shown(theirs) });
    } else if (departures.some(({ licenses }) => licenses(row.id, call.sql, mine, theirs))) return false;
    else disagreements.push({ statement: `select ${call.sql}`, ours: shown(mine), theirs: shown(theirs) });
    return true;
  };
  const messages = new Set<string>();
  const groups = new Map<number, { readonly call: Call; readonly theirs: Outcome }[]>();
  for (const [index, call] of calls.entries()) {
    const outcome = theirs[index]!;
    if (outcome.kind === 'value') {
      groups.set(call.shape, [...(groups.get(call.shape) ?? []), { call, theirs: outcome }]);
      continue;
    }
    const message = `${call.aim === 'boundary' || call.aim === 'NULL' ? call.aim : ''} ${outcome.code} ${outcome.message.replace(/".*"|\d+/g, '')}`;
    if (messages.has(message) || messages.size >= MOST_ERRORS * 2) continue;
    const mine = await askedAlone(ours, row, `select ${call.sql}`);
    // Where an error stands in the text, Postgres says to a statement alone.
    const placed = row.kind === 'construct' || (mine.kind === 'error' && mine.position !== undefined);
    const settled = note(call, mine, placed ? await judgeAlone(judge, row, `select ${call.sql}`) : outcome);
    if (settled) messages.add(message);
  }
  for (const group of groups.values()) {
    const together = await askedTogether(ours, row, group.map(({ call }) => call));
    for (const [index, { call, theirs: outcome }] of group.entries()) note(call, together?.[index] ?? await askedAlone(ours, row, `select ${call.sql}`), outcome);
    if (row.kind !== 'table function') continue;
    const statement = `select * from ${row.call(group[0]!.call.rows[0]!)}`;
    note(group[0]!.call, await askedAlone(ours, row, statement), await judgeAlone(judge, row, statement));
  }
  return { compared, disagreements };
}

const floatAggregate = /^aggregate (sum|avg|stddev\w*|var\w*|corr|covar\w*|regr_\w+)\(float/;
/** Our sums of doubles are exact, Postgres' depend on the order of the rows (docs/sql.md). */
const SUM_DIGITS = 1e-13;

function agree(row: MatrixRow, ours: Outcome, theirs: Outcome, exception: Exception | undefined): boolean {
  if (ours.kind === 'error' || theirs.kind === 'error') return ours.kind === 'error' && theirs.kind === 'error' && ours.code === theirs.code && ours.message === theirs.message && ours.position === theirs.position;
  if (ours.type !== theirs.type) return false;
  if (exception?.compares === 'type' || ours.text === theirs.text) return true;
  const id = row.id.replace(/^\w+ /, '');
  if (transcendental.test(id) || /^operator (\^|\|\/|\|\|\/)\(float8/.test(row.id)) return near(ours.text, theirs.text);
  if (floatAggregate.test(row.id)) return near(ours.text, theirs.text, SUM_DIGITS);
  return threeWay.test(id) && ours.text !== null && theirs.text !== null && Math.sign(Number(ours.text)) === Math.sign(Number(theirs.text));
}

function cellsOf(row: MatrixRow, exception: Exception | undefined, compared: Compared['compared'], calls: readonly Call[]): RowResult['cells'] {
  const reasonFor = (name: Class): string | undefined => {
    if (exception !== undefined && (exception.compares === 'nothing' || exception.without?.includes(name) === true)) return exception.reason;
    if (calls.length === 0) return undefined;
    if (name === 'error') return row.total ? 'never raises: the row says so, and no call of the search did' : undefined;
    return row.shapes.every(({ types }) => types.length === 0) && name !== 'plain' ? 'takes no argument' : undefined;
  };
  const cells = classes.map((name): [Class, Cell] => {
    const reason = compared[name] > 0 ? undefined : reasonFor(name);
    return [name, { compared: compared[name], ...(reason !== undefined && { reason }) }];
  });
  return Object.fromEntries(cells) as Record<Class, Cell>;
}

export const isEmpty = ({ compared, reason }: Cell): boolean => compared === 0 && reason === undefined;
export const emptyCells = ({ rows }: Matrix): readonly string[] => rows.flatMap(({ row, cells, tried }) => classes.filter((name) => isEmpty(cells[name])).map((name) => `${row.id}: ${name} (${tried} calls tried)`));
