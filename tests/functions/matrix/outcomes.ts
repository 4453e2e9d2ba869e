import { SqlError } from '../../../src/core/index.ts';
import { JudgeError } from '../../support/judge.ts';
import type { Judge } from '../../support/judge.ts';
import { judgeRunner } from '../../support/judge-runner.ts';
import type { Answer, SqlRunner } from '../../support/slt.ts';
import { expressionOf } from './calls.ts';
import type { Call } from './calls.ts';
import type { MatrixRow } from './rows.ts';

/** What a call gives: a value's text and type, a set of rows as text, or an error. */
export type Outcome =
  | { readonly kind: 'value'; readonly type: string; readonly text: string | null }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; /** in the statement `select` and the call */ readonly position?: number | undefined };

export const shown = (outcome: Outcome): string =>
  outcome.kind === 'error' ? `${outcome.code}: ${outcome.message}${outcome.position === undefined ? '' : ` @${outcome.position}`}` : `${outcome.type} ${outcome.text ?? 'NULL'}`;

/** Lets the judge evaluate expressions many at a time. */
export async function prepareAttempts(judge: Judge): Promise<void> {
  await judge.query(`
    set time zone 'UTC';
    create function matrix_attempt(expression text) returns text language plpgsql as $$
    declare missing boolean; printed text; type text;
    begin
      execute 'select x is null and x is not distinct from null, format(''%s'', x), (select typname from pg_catalog.pg_type where oid = pg_typeof(x)) from (select ' || expression || ' as x) s' into missing, printed, type;
      return case when missing then 'n ' || type else '= ' || type || ' ' || printed end;
    exception when others then return '! ' || sqlstate || ' ' || sqlerrm;
    end $$`);
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What the judge says to each expression, of errors without their position. */
export async function attempted(judge: Judge, expressions: readonly string[]): Promise<readonly Outcome[]> {
  const { rows } = await judge.query(`select matrix_attempt(e) from unnest(array[${expressions.map(literal).join(',\n')}]::text[]) with ordinality u(e, n) order by n`);
  return rows.map(([cell]): Outcome => {
    const [, kind, word, text] = /^(.) (\w+) ?([^]*)$/.exec(cell!)!;
    if (kind === '!') return { kind: 'error', code: word!, message: text! };
    return { kind: 'value', type: word!, text: kind === 'n' ? null : text! };
  });
}

const errorOf = (error: unknown): Outcome => {
  if (error instanceof SqlError) return { kind: 'error', code: error.code, message: error.message, position: error.fields.position };
  if (error instanceof JudgeError) return { kind: 'error', code: error.code, message: error.message, position: error.position };
  return { kind: 'error', code: 'thrown', message: error instanceof Error ? error.stack ?? error.message : String(error) };
};

/** A single value; of a set its names and types alone, since its rows are compared as one text. */
const valueOf = ({ names = [], types, rows }: Answer, row: MatrixRow): Outcome =>
  row.kind === 'table function' && names[0] !== 'coalesce' ? { kind: 'value', type: types.map((type, column) => `${names[column]} ${type}`).join(', '), text: '' } : { kind: 'value', type: types[0]!, text: rows[0]![0]! };

export async function askedAlone(runner: SqlRunner, row: MatrixRow, statement: string): Promise<Outcome> {
  try {
    return valueOf(await runner.execute(statement), row);
  } catch (error) {
    return errorOf(error);
  }
}
export const judgeAlone = (judge: Judge, row: MatrixRow, statement: string): Promise<Outcome> => askedAlone(judgeRunner(judge), row, statement);

/** Calls of one row and shape over the rows of one VALUES, in the order of `calls`; undefined where the statement raises. */
export async function askedTogether(runner: SqlRunner, row: MatrixRow, calls: readonly Call[]): Promise<readonly Outcome[] | undefined> {
  const names = calls[0]!.rows[0]!.map((_, position) => `a${position}`);
  const values = calls.flatMap(({ rows }, call) => rows.map((args, n) => `(${[call, n, ...args].join(', ')})`));
  const grouped = row.kind === 'aggregate' ? ' group by v.k' : '';
  const called = row.kind === 'aggregate' ? row.call(names) : expressionOf(row, [names]);
  try {
    const { types, rows } = await runner.execute(`select v.k, ${called} from (values ${values.join(', ')}) v(${['k', 'n', ...names].join(', ')})${grouped}`);
    const found = new Map(rows.map(([k, text]) => [Number(k), text!]));
    return calls.map((_, call): Outcome => ({ kind: 'value', type: types[1]!, text: found.get(call) ?? null }));
  } catch {
    return undefined;
  }
}
