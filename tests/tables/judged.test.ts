import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { open } from '../database/support.ts';
import type { Opened } from '../database/support.ts';
import { Ours, statementsOf, Theirs } from './both.ts';

/**
 * Scripts that Postgres and Millrace run side by side, statement by statement: tags, columns, rows, notices, and all fields of errors are the same.
 * A script says by name where they are not: `-- departs: reason` above a statement, which is then run and not compared.
 */
const files = globSync(join(import.meta.dirname, '*.sql')).sort();

let judge: Judge;
let opened: Opened;
beforeAll(async () => {
  judge = await startJudge();
});
afterAll(() => judge.close());

test.each(files.map((file) => [basename(file), file]))('%s', { timeout: 60_000 }, async (_, file) => {
  await judge.query('drop schema public cascade; create schema public');
  opened = await open({ inline: true });
  const client = await opened.connect();
  const ours = new Ours(client.session, client.notices);
  const theirs = await Theirs.connect(judge.url);
  const faults: string[] = [];
  try {
    const script = readFileSync(file, 'utf8').replaceAll(/^-- departs: .*\n/gm, '/*departs*/');
    for (const sql of statementsOf(script)) {
      const expected = await theirs.run(sql);
      const actual = await ours.run(sql);
      if (sql.startsWith('/*departs*/')) continue;
      if (JSON.stringify(actual) !== JSON.stringify(expected)) faults.push(`${sql}\n  theirs ${JSON.stringify(expected)}\n  ours   ${JSON.stringify(actual)}`);
    }
  } finally {
    await theirs.close();
    await opened.close();
  }
  expect(faults.join('\n\n')).toBe('');
});
