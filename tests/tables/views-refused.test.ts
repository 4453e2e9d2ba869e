import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open } from '../database/support.ts';
import { startJudge } from '../support/judge.ts';
import { Ours, statementsOf, Theirs } from './both.ts';

const columns: Readonly<Record<string, string>> = { total: 's', dist: 'b', cte: 'one', none: 'one', hav: 'one' };

test('a view that Postgres does not write through is refused with its words; the hint is ours', { timeout: 60_000 }, async () => {
  const judge = await startJudge();
  const opened = await open({ inline: true });
  const client = await opened.connect();
  const ours = new Ours(client.session, client.notices);
  const theirs = await Theirs.connect(judge.url);
  const said = async (on: Ours | Theirs, sql: string): Promise<Readonly<Record<string, string | number>>> => {
    const { hint: _hint, ...rest } = (await on.run(sql)).error ?? {};
    return rest;
  };
  try {
    const setup = statementsOf(readFileSync(join(import.meta.dirname, 'writes-elsewhere.sql'), 'utf8')).filter((sql) => sql.startsWith('create'));
    for (const sql of setup) for (const on of [ours, theirs]) expect((await on.run(sql)).error, sql).toBeUndefined();
    const views = setup.flatMap((sql) => /^create view (\w+)/.exec(sql)?.[1] ?? []);
    expect(views.length).toBe(12);
    for (const view of views) {
      for (const sql of [`insert into ${view} values (1)`, `update ${view} set ${columns[view] ?? 'a'} = null`, `delete from ${view}`]) expect(await said(ours, sql), sql).toEqual(await said(theirs, sql));
    }
    await ours.run('create view plain as select a, b from t');
    expect((await ours.run('insert into plain values (1)')).error).toEqual({ code: '55000', message: 'cannot insert into view "plain"', hint: 'Write into the tables that it reads.' });
    expect((await ours.run('delete from pg_class')).error).toEqual({ code: '42501', message: 'permission denied for table pg_class' });
  } finally {
    await theirs.close();
    await opened.close();
    await judge.close();
  }
});
