import type { Random } from '../../src/core/index.ts';

/**
 * Golden files. A file is records parted by empty lines; lines that begin with # are comments.
 *
 *     statement ok                          statement error 22012 division by zero
 *     insert into t values (1, 'a')         insert into t values (1 / 0)
 *
 *     query int4 text                       query error 42703 column "nope" does not exist @8
 *     select a, b from t                    select nope
 *     ----
 *     1 | a
 *
 * After `query` stand the types of the columns; `ordered` before them says that the order of rows counts, otherwise rows are compared sorted.
 * A value is Postgres' text; NULL is `NULL`, the empty string `(empty)`, and line feed, tab, backslash, bar are \n \t \\ \|, a space at either end is \s. `@8` is the position of the error.
 * A line `onlyif engine|judge|adhoc <reason>` above a record restricts who runs it.
 *
 * A file is read three ways: every query ad hoc, every query as a materialized view that was created before the data (the data cut into
 * random batches), and on the judge. What creates comes before the first row, so that the second reading can be had.
 */
export type Reading = 'adhoc' | 'view' | 'judge';

export interface Answer {
  /** names of the columns, where who runs it tells them */
  readonly names?: readonly string[];
  /** names of the columns' types, as pg_type spells them */
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What a database throws: SqlError and JudgeError both have this shape. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly position?: number;
}

/** Whatever runs SQL: the judge, or Millrace. Rejects with a `Refusal`. */
export interface SqlRunner {
  execute(sql: string): Promise<Answer>;
}

export interface GoldenRecord {
  readonly kind: 'statement' | 'query';
  readonly line: number;
  readonly comments: readonly string[];
  readonly onlyIf: { readonly who: 'engine' | 'judge' | 'adhoc'; readonly reason: string } | undefined;
  readonly ordered: boolean;
  readonly sql: string;
  readonly expected: Expected;
}

export type Expected =
  | { readonly kind: 'ok' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly position: number | undefined }
  | { readonly kind: 'rows'; readonly types: readonly string[]; readonly rows: readonly string[] };

export function parseGolden(text: string): GoldenRecord[] {
  const records: GoldenRecord[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    if (lines[at]!.trim() === '') {
      at++;
      continue;
    }
    const start = at;
    while (at < lines.length && lines[at]!.trim() !== '') at++;
    const record = parseRecord(lines.slice(start, at), start + 1);
    if (record) records.push(record);
  }
  return records;
}

function parseRecord(block: readonly string[], line: number): GoldenRecord | undefined {
  const first = block.findIndex((each) => !each.startsWith('#'));
  if (first < 0) return undefined;
  const comments = block.slice(0, first);
  const [head = '', ...rest] = block.slice(first);
  const only = /^onlyif (engine|judge|adhoc) (.+)$/.exec(head);
  if (only) {
    const inner = parseRecord(rest, line);
    if (!inner) throw new Error(`line ${line}: onlyif stands alone`);
    return { ...inner, comments, onlyIf: { who: only[1] as 'engine' | 'judge' | 'adhoc', reason: only[2]! } };
  }
  const words = /^(statement|query)( ordered)?(?: (.*))?$/.exec(head);
  if (!words) throw new Error(`line ${line}: a record begins with statement, query or onlyif, not with: ${head}`);
  const kind = words[1] as 'statement' | 'query';
  const dashes = rest.indexOf('----');
  const sql = (dashes < 0 ? rest : rest.slice(0, dashes)).join('\n');
  return { kind, line, comments, onlyIf: undefined, ordered: words[2] !== undefined, sql, expected: parseExpected(words[3] ?? '', dashes < 0 ? [] : rest.slice(dashes + 1)) };
}

function parseExpected(words: string, rows: readonly string[]): Expected {
  if (words === 'ok') return { kind: 'ok' };
  const error = /^error ([0-9A-Z]{5}) (.*?)(?: @(\d+))?$/.exec(words);
  if (error) return { kind: 'error', code: error[1]!, message: error[2]!, position: error[3] === undefined ? undefined : Number(error[3]) };
  return { kind: 'rows', types: words.split(' ').filter((word) => word !== ''), rows };
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '|': '\\|' };

export const writeValue = (value: string | null): string =>
  value === null ? 'NULL' : value === '' ? '(empty)' : value.replaceAll(/[\\\n\t\r|]/g, (character) => escapes[character]!).replaceAll(/^ | $/g, '\\s');

export const writeRow = (row: readonly (string | null)[]): string => row.map(writeValue).join(' | ');

export function writeGolden(records: readonly GoldenRecord[]): string {
  return records.map(writeRecord).join('\n');
}

function writeRecord(record: GoldenRecord): string {
  const { expected } = record;
  const only = record.onlyIf ? [`onlyif ${record.onlyIf.who} ${record.onlyIf.reason}`] : [];
  const words = expected.kind === 'ok' ? 'ok' : expected.kind === 'error' ? writeError(expected) : expected.types.join(' ');
  const head = [record.kind, ...(record.ordered ? ['ordered'] : []), ...(words === '' ? [] : [words])].join(' ');
  const rows = expected.kind === 'rows' ? ['----', ...expected.rows] : [];
  return [...record.comments, ...only, head, record.sql, ...rows].map((line) => `${line}\n`).join('');
}

export const writeError = (error: Refusal): string =>
  `error ${error.code} ${error.message.replaceAll('\n', ' ')}${error.position === undefined ? '' : ` @${error.position}`}`;

const sorted = (rows: readonly string[]): string[] => [...rows].sort();

/** What running the record gives, in the form in which it is expected. */
async function actual(runner: SqlRunner, record: GoldenRecord, sql: string): Promise<Expected> {
  try {
    const answer = await runner.execute(sql);
    if (record.kind === 'statement') return { kind: 'ok' };
    const rows = answer.rows.map(writeRow);
    return { kind: 'rows', types: answer.types, rows: record.ordered ? rows : sorted(rows) };
  } catch (thrown) {
    const { code, message, position } = refusalOf(thrown);
    return { kind: 'error', code, message, position };
  }
}

function refusalOf(thrown: unknown): Refusal {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') throw thrown;
  // SqlError keeps the position among its fields, the judge's error beside its code.
  const holder = 'fields' in thrown && typeof thrown.fields === 'object' && thrown.fields ? thrown.fields : thrown;
  const position = 'position' in holder && typeof holder.position === 'number' ? holder.position : undefined;
  return { code: thrown.code, message: thrown.message, position };
}

const concerns = (record: GoldenRecord, reading: Reading): boolean => {
  switch (record.onlyIf?.who) {
    case undefined: return true;
    case 'judge': return reading === 'judge';
    case 'engine': return reading !== 'judge';
    case 'adhoc': return reading !== 'view';
  }
};

/** The file with what this database answers in the place of what was expected. */
export async function recordGolden(records: readonly GoldenRecord[], runner: SqlRunner): Promise<GoldenRecord[]> {
  const recorded: GoldenRecord[] = [];
  for (const record of records) recorded.push(concerns(record, 'judge') ? { ...record, expected: await actual(runner, record, record.sql) } : record);
  return recorded;
}

/** One difference a line; nothing where the file holds. */
export async function runGolden(records: readonly GoldenRecord[], reading: Reading, runner: SqlRunner, random: Random): Promise<string[]> {
  return reading === 'view' ? runAsViews(records, runner, random) : runInOrder(records, reading, runner);
}

async function runInOrder(records: readonly GoldenRecord[], reading: Reading, runner: SqlRunner): Promise<string[]> {
  const faults: string[] = [];
  for (const record of records) {
    if (concerns(record, reading)) faults.push(...compare(record, await actual(runner, record, record.sql), true));
  }
  return faults;
}

async function runAsViews(records: readonly GoldenRecord[], runner: SqlRunner, random: Random): Promise<string[]> {
  const faults: string[] = [];
  // A query that is asked again, between changes, is one view that is read again.
  const views = new Map<string, { readonly name: string; readonly created: Expected }>();
  const firstData = records.findIndex((record) => record.kind === 'statement' && !creates(record.sql));
  const late = records.slice(firstData < 0 ? records.length : firstData).find((record) => record.kind === 'statement' && creates(record.sql));
  if (late) throw new Error(`line ${late.line}: what creates comes before the first row`);
  for (const record of records) {
    if (record.kind === 'statement' && creates(record.sql) && concerns(record, 'view')) faults.push(...compare(record, await actual(runner, record, record.sql), true));
  }
  for (const record of records) {
    if (record.kind === 'query' && concerns(record, 'view') && !views.has(viewKey(record))) {
      views.set(viewKey(record), { name: viewName(record), created: await actual(runner, { ...record, kind: 'statement' }, createView(record)) });
    }
  }
  for (const record of records) {
    if (!concerns(record, 'view')) continue;
    const view = record.kind === 'query' ? views.get(viewKey(record)) : undefined;
    if (view !== undefined) {
      const { name, created } = view;
      // An error of the query's own text shows when the view is created; one of its rows, when it is read.
      const answer = created.kind === 'error' ? created : await actual(runner, { ...record, ordered: false }, `select * from ${name}`);
      faults.push(...compare(record, answer, false));
    } else if (record.kind === 'statement' && !creates(record.sql)) {
      for (const sql of record.expected.kind === 'ok' ? batches(record.sql, random) : [record.sql]) faults.push(...compare(record, await actual(runner, record, sql), true));
    }
  }
  return faults;
}

const creates = (sql: string): boolean => /^\s*create\b/i.test(sql);
/** Queries of one key can be one view: the same text, with as many columns. */
const viewKey = ({ sql, expected }: GoldenRecord): string => `${expected.kind === 'rows' ? expected.types.length : 0} ${sql}`;
const viewName = (record: GoldenRecord): string => `golden_${record.line}`;

/** Columns get names by position, since a query may repeat one and a view may not. */
function createView(record: GoldenRecord): string {
  const count = record.expected.kind === 'rows' ? record.expected.types.length : 0;
  const names = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  return `create materialized view ${viewName(record)}${count > 0 ? ` (${names.join(', ')})` : ''} as ${record.sql}`;
}

/** Positions count characters of the text as written, and a view's text begins elsewhere: there they are not compared. */
function compare(record: GoldenRecord, answer: Expected, samePositions: boolean): string[] {
  const say = (expected: string, got: string): string[] => [`line ${record.line}: ${record.sql}\n  expected ${expected}\n  got      ${got}`];
  const want = record.expected;
  if (want.kind !== answer.kind) return say(describe(want), describe(answer));
  if (want.kind === 'error' && answer.kind === 'error') {
    const same = want.code === answer.code && want.message === answer.message.replaceAll('\n', ' ') && (!samePositions || want.position === answer.position);
    return same ? [] : say(describe(want), describe(answer));
  }
  if (want.kind === 'rows' && answer.kind === 'rows') {
    if (want.types.join(' ') !== answer.types.join(' ')) return say(`types ${want.types.join(' ')}`, `types ${answer.types.join(' ')}`);
    const [expected, got] = record.ordered && samePositions ? [want.rows, answer.rows] : [sorted(want.rows), sorted(answer.rows)];
    if (expected.join('\n') !== got.join('\n')) return say(`\n${expected.join('\n')}`, `\n${got.join('\n')}`);
  }
  return [];
}

const describe = (expected: Expected): string => (expected.kind === 'error' ? writeError(expected) : expected.kind === 'ok' ? 'success' : `${expected.rows.length} rows`);

/** An INSERT of several rows as several INSERTs; any other statement as it is. */
export function batches(sql: string, random: Random): string[] {
  const insert = /^\s*insert\s+into\s+[\w."]+\s*(?:\([^)]*\)\s*)?values\s*/i.exec(sql);
  if (!insert) return [sql];
  const rows = splitTuples(sql.slice(insert[0].length));
  if (!rows) return [sql];
  const parts: string[] = [];
  for (let at = 0; at < rows.length; ) {
    const size = 1 + Math.floor(random.next() * Math.min(4, rows.length - at));
    parts.push(insert[0] + rows.slice(at, at + size).join(', '));
    at += size;
  }
  return parts;
}

/** The parenthesised rows of a VALUES list; undefined where something follows them. */
function splitTuples(text: string): string[] | undefined {
  const rows: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'") at = endOfString(text, at);
    else if (character === '(' && depth++ === 0) start = at;
    else if (character === ')' && --depth === 0) rows.push(text.slice(start, at + 1));
    else if (depth === 0 && !/[\s,;]/.test(character!)) return undefined;
  }
  return rows;
}

/** The index of the closing quote; a doubled quote is two strings in a row, which comes to the same here. */
const endOfString = (text: string, open: number): number => {
  const close = text.indexOf("'", open + 1);
  return close < 0 ? text.length : close;
};
