import { readFileSync } from 'node:fs';
import { defaultTextSettings, SqlError } from '../core/index.ts';
import { catalogQuestions, emptyCatalog, systemViewItem, systemViews } from '../catalog/index.ts';
import type { CatalogSnapshot } from '../catalog/index.ts';
import { planStatement } from '../planner/index.ts';
import type { SqlParser } from '../planner/index.ts';
import { environmentOf } from './engine/environment.ts';
import type { Outside } from './engine/environment.ts';

/** The package's own SQL, from this file: two folders up from sources, three from dist. It is part of the program, as the code beside it is. */
const shipped = new URL(import.meta.url.includes('/dist/src/') ? '../../../sql/system/' : '../../sql/system/', import.meta.url);

let planned: CatalogSnapshot | undefined;

/** The catalog before the user's first statement: the views of sql/system over the base relations. Planned once a process, for they never change. */
export function systemCatalog(parser: SqlParser, outside: Outside): CatalogSnapshot {
  planned ??= systemViews.reduce((catalog, view) => withView(catalog, view, parser, outside), emptyCatalog());
  return planned;
}

function withView(catalog: CatalogSnapshot, view: (typeof systemViews)[number], parser: SqlParser, outside: Outside): CatalogSnapshot {
  const sql = readFileSync(new URL(view.file, shipped), 'utf8');
  const searchPath = [view.schema];
  const environment = environmentOf({
    settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, user: 'materialize', database: 'materialize', searchPath, backendPid: 0, variables: new Map(),
  }, outside, catalogQuestions(catalog, searchPath));
  const { plan } = planStatement(parser.parse(sql), { catalog, searchPath, environment, parameterTypes: [], prepared: () => undefined, parse: (text) => parser.parse(text), system: true });
  if (plan.kind !== 'createView') throw new SqlError('XX000', `sql/system/${view.file} does not create a view`);
  const { columns, query, relation, dependsOn } = plan;
  return catalog.apply([{ kind: 'create', item: systemViewItem(view, { columns, query, relation, dependsOn, sql: plan.sql }) }]);
}
