import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemViews } from '../../src/catalog/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';

/** Columns that Postgres got after 15, whose catalogs ours are. */
const newerThan15 = new Set(['last_seq_scan', 'last_idx_scan', 'n_tup_newpage_upd', 'total_vacuum_time', 'total_autovacuum_time', 'total_analyze_time', 'total_autoanalyze_time']);
/** Views whose rows differ on purpose, or count what we do not. */
const otherRows = new Set([
  'pg_catalog.pg_stat_all_tables', 'pg_catalog.pg_stat_user_tables', 'pg_catalog.pg_stat_sys_tables', 'pg_catalog.pg_stat_all_indexes', 'pg_catalog.pg_stat_user_indexes',
  'pg_catalog.pg_stat_sys_indexes', 'pg_catalog.pg_statio_all_tables', 'pg_catalog.pg_statio_user_tables', 'pg_catalog.pg_statio_sys_tables', 'pg_catalog.pg_timezone_names',
  // Postgres 18 keeps NOT NULL as constraints of their own, and lists no materialized views
  'information_schema.table_constraints', 'information_schema.check_constraints', 'information_schema.constraint_column_usage', 'information_schema.tables',
  'information_schema.columns', 'information_schema.role_table_grants', 'information_schema.table_privileges',
  // sequences of identity columns, updatable views, roles of the cluster
  'information_schema.sequences', 'information_schema.views', 'information_schema.applicable_roles',
]);
const schemaColumns = ['schemaname', 'table_schema', 'schema_name', 'constraint_schema'];

/** The views of sql/system are written over Postgres' catalogs: on Postgres itself they must give what its own views give. */
describe('views of the system, run by Postgres', () => {
  let judge: Judge;
  beforeAll(async () => {
    judge = await startJudge();
    await judge.query(`create schema probe; create schema ours;
      create table probe.t (id int primary key, a text not null default 'x', b numeric(10,2), c varchar(5), d timestamptz(3), e interval day to second(2), f int[], h name,
        u int unique, i bit(3), j real default 1.5, k interval);
      create view probe.v as select count(*) from probe.t; create index ti on probe.t (a); create materialized view probe.m as select a from probe.t;`);
  });
  afterAll(() => judge.close());

  const columnsOf = async (view: string): Promise<readonly (readonly (string | null)[])[]> => (await judge.query(`
    select a.attname, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype, case when t.typbasetype <> 0 then t.typtypmod else a.atttypmod end
    from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = '${view}'::regclass and a.attnum > 0 order by a.attnum`)).rows;

  test.each(systemViews.map((view) => [`${view.schema}.${view.name}`, view.file] as const))('%s', async (name, file) => {
    const text = readFileSync(new URL(`../../sql/system/${file}`, import.meta.url), 'utf8');
    const ours = `ours.${name.replace('.', '_')}`;
    expect(text).toContain(`CREATE VIEW ${name} AS\n`);
    await judge.query(text.replace(`CREATE VIEW ${name} AS`, `CREATE VIEW ${ours} AS`));
    const columns = await columnsOf(ours);
    expect(columns).toEqual((await columnsOf(name)).filter(([column]) => !newerThan15.has(column!)));
    if (otherRows.has(name)) return;
    const schema = schemaColumns.find((candidate) => columns.some(([column]) => column === candidate));
    const list = columns.map(([column]) => `"${column}"::text`).join(', ');
    const rows = async (view: string): Promise<unknown> =>
      (await judge.query(`select ${list} from ${view} ${schema === undefined ? '' : `where ${schema} = 'probe'`} order by ${columns.map((_, index) => index + 1).join(', ')}`)).rows;
    expect(await rows(ours)).toEqual(await rows(name));
  });

  test('columns are described as Postgres describes them', async () => {
    const list = (await columnsOf('ours.information_schema_columns')).map(([column]) => `"${column}"::text`).join(', ');
    const rows = async (view: string): Promise<unknown> => (await judge.query(`select ${list} from ${view} where table_schema = 'probe' and table_name in ('t', 'v') order by table_name, ordinal_position`)).rows;
    expect(await rows('ours.information_schema_columns')).toEqual(await rows('information_schema.columns'));
  });
});
