import type { Case } from './history.ts';
import { print, smaller } from './tree.ts';

/** Far more than a case of the usual size needs; each try runs it on both databases. */
const MOST_TRIES = 1500;

/** The smallest case found that still fails: without queries, statements, rows, clauses, subexpressions, tables. `fails` must say that it is the same failure. */
export async function shrink(subject: Case, fails: (candidate: Case) => Promise<boolean>): Promise<Case> {
  let best = subject;
  let tries = 0;
  const attempt = async (candidate: Case): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let again = true; again && tries < MOST_TRIES; ) {
    again = await withoutStatements(() => best, attempt);
    again = (await smallerQueries(() => best, attempt)) || again;
    again = (await withoutRows(() => best, attempt)) || again;
    again = (await withoutTables(() => best, attempt)) || again;
  }
  return best;
}

type Attempt = (candidate: Case) => Promise<boolean>;
const without = <T>(items: readonly T[], gone: number): T[] => items.filter((_, index) => index !== gone);

async function withoutStatements(best: () => Case, attempt: Attempt): Promise<boolean> {
  let any = false;
  for (let at = best().batches.length - 1; at >= 0; at--) {
    if (best().batches.length > 1 && await attempt({ ...best(), batches: without(best().batches, at) })) {
      any = true;
      continue;
    }
    for (let one = best().batches[at]!.length - 1; one >= 0; one--) {
      if (await attempt({ ...best(), batches: best().batches.map((batch, index) => (index === at ? without(batch, one) : batch)) })) any = true;
    }
  }
  return any;
}

async function smallerQueries(best: () => Case, attempt: Attempt): Promise<boolean> {
  let any = false;
  for (let found = true; found; ) {
    found = false;
    const query = best().queries[0];
    if (query === undefined) return any;
    const before = print(query).length;
    for (const next of smaller(query)) {
      if (typeof next === 'string' || print(next).length >= before) continue;
      if (await attempt({ ...best(), queries: [next] })) {
        found = any = true;
        break;
      }
    }
  }
  return any;
}

async function withoutRows(best: () => Case, attempt: Attempt): Promise<boolean> {
  let any = false;
  for (const [at, batch] of best().batches.entries()) {
    for (const [one] of batch.entries()) {
      for (let row = 0; ; ) {
        const [head, rows] = splitInsert(best().batches[at]?.[one] ?? '');
        if (row >= rows.length || rows.length < 2) break;
        const statement = head + without(rows, row).join(', ');
        if (await attempt({ ...best(), batches: best().batches.map((statements, index) => (index === at ? statements.map((old, place) => (place === one ? statement : old)) : statements)) })) any = true;
        else row++;
      }
    }
  }
  return any;
}

/** An INSERT of rows as its head and the rows. */
function splitInsert(statement: string): readonly [string, readonly string[]] {
  const head = /^INSERT INTO \w+ VALUES /.exec(statement)?.[0];
  if (head === undefined) return [statement, []];
  const rows: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  const text = statement.slice(head.length);
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    else if (!quoted && character === '(' && depth++ === 0) start = at;
    else if (!quoted && character === ')' && --depth === 0) rows.push(text.slice(start, at + 1));
  }
  return [head, rows];
}

async function withoutTables(best: () => Case, attempt: Attempt): Promise<boolean> {
  let any = false;
  for (let at = best().setup.length - 1; at >= 0; at--) {
    const name = /^CREATE TABLE (\w+)/.exec(best().setup[at]!)?.[1];
    const batches = name === undefined ? best().batches : best().batches.map((batch) => batch.filter((statement) => !new RegExp(`\\b${name}\\b`).test(statement)));
    if (await attempt({ ...best(), setup: without(best().setup, at), batches })) any = true;
  }
  return any;
}
