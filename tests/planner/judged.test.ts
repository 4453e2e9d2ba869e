import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqlError, codecOf, defaultTextSettings } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { JudgeError, startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { Interpreter } from './interpreter.ts';
import { failing, queries, smallTables } from './queries.ts';
import { right, tables, wrong } from './statements.ts';
import { catalogOf, plan, systemCatalog, testEnvironment } from './support.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  for (const [name, columns] of Object.entries(tables)) await judge.query(`create table ${name} (${columns})`);
  for (const [name, { columns, rows }] of Object.entries(smallTables)) {
    await judge.query(`create table ${name} (${columns})`);
    for (const row of rows) await judge.query(`insert into ${name} values (${row})`);
  }
});
afterAll(() => judge?.close());

describe('columns of the answer are named and typed as Postgres does', () => {
  const catalog = catalogOf(tables, {}, systemCatalog());
  it.each(right)('%s', async (sql) => {
    const { fields } = await judge.query(sql);
    expect(plan(catalog, sql).columns.map(({ name, type }) => [name, type.oid, type.typmod])).toEqual(fields.map((field) => [field.name, field.dataTypeID, field.typmod]));
  });
});

describe('errors are those of Postgres: code, message, position, detail, hint', () => {
  const catalog = catalogOf(tables, {}, systemCatalog());
  it.each(wrong)('%s', async (sql) => {
    const theirs = await judge.query(sql).then(() => undefined, (error: unknown) => error);
    if (!(theirs instanceof JudgeError)) throw new Error(`Postgres accepts it, or fails otherwise: ${String(theirs)}`);
    let ours: unknown;
    try {
      plan(catalog, sql);
    } catch (error) {
      ours = error;
    }
    if (!(ours instanceof SqlError)) throw ours ?? new Error('planned without an error');
    expect({ code: ours.code, message: ours.message, position: ours.fields.position, detail: ours.fields.detail, hint: ours.fields.hint })
      .toEqual({ code: theirs.code, message: theirs.message, position: theirs.position, detail: theirs.detail, hint: theirs.hint });
  });
});

describe('plans mean what Postgres means', () => {
  const catalog = catalogOf(Object.fromEntries(Object.entries(smallTables).map(([name, { columns }]) => [name, columns])));
  const print = (values: readonly Datum[], oids: readonly number[]): string => JSON.stringify(values.map((value, index) => (value === null ? null : codecOf(oids[index]!).print(value, defaultTextSettings))));
  let interpreter: Interpreter;
  beforeAll(async () => {
    const stored = new Map<string, readonly (readonly Datum[])[]>();
    for (const name of Object.keys(smallTables)) {
      const { fields, rows } = await judge.query(`select * from ${name}`);
      const item = catalog.find(undefined, name, ['public']);
      if (item === undefined || !('id' in item)) throw new Error(`no table ${name}`);
      stored.set(item.id, rows.map((row) => row.map((text, index) => (text === null ? null : codecOf(fields[index]!.dataTypeID).parse(text, defaultTextSettings, -1)))));
    }
    interpreter = new Interpreter(testEnvironment(catalog), stored);
  });

  it.each(queries)('%s', async (sql) => {
    const { rows } = await judge.query(sql);
    const query = plan(catalog, sql);
    const oids = query.columns.map((column) => column.type.oid);
    expect(interpreter.answer(query).map((row) => print(row, oids)).sort()).toEqual(rows.map((row) => JSON.stringify(row)).sort());
  });

  it.each(failing)('%s', (sql, code) => {
    expect(() => interpreter.answer(plan(catalog, sql))).toThrowError(expect.objectContaining({ code }));
  });
});
