import { readFileSync } from 'node:fs';
import type { Node, SelectStmt } from '@pgsql/types';
import { OidAllocator, catalogQuestions, emptyCatalog, schemaOids, systemViewItem, systemViews, firstUserOid } from '../../src/catalog/index.ts';
import type { CatalogItem, CatalogSnapshot } from '../../src/catalog/index.ts';
import type { Column, SqlType } from '../../src/core/index.ts';
import { defaultTextSettings, findTypeByName, sqlType } from '../../src/core/index.ts';
import type { Environment, Query } from '../../src/ir/index.ts';
import { planQuery, planView, resolveTypeName } from '../../src/planner/query.ts';
import type { PlanContext, PlannedView } from '../../src/planner/query.ts';
import { createParser } from '../../src/planner/syntax/index.ts';

const parser = await createParser();

/** 2026-01-01 00:00:00 UTC, in microseconds since 2000. */
export const testTimeMicros = 820_540_800_000_000;

export function testEnvironment(catalog: CatalogSnapshot): Environment {
  return {
    settings: defaultTextSettings, transactionTimeMicros: testTimeMicros, statementTimeMicros: testTimeMicros, clockMicros: () => 0, random: () => 0.5,
    user: 'materialize', database: 'materialize', searchPath: ['public'], backendPid: 1,
    setting: () => undefined, setSetting: () => {}, catalog: catalogQuestions(catalog, ['public']),
  };
}

export const contextOver = (catalog: CatalogSnapshot, mode: PlanContext['mode'] = 'adhoc', parameterTypes: (SqlType | undefined)[] = []): PlanContext =>
  ({ catalog, searchPath: ['public'], mode, environment: testEnvironment(catalog), parameterTypes });

export function nodeOf(sql: string): Node {
  const statement = parser.parse(sql);
  if (statement.kind !== 'postgres') throw new Error(`not a statement of Postgres: ${sql}`);
  return statement.node;
}

export function selectOf(sql: string): SelectStmt {
  const node = nodeOf(sql);
  if (!('SelectStmt' in node)) throw new Error(`no SELECT: ${sql}`);
  return node.SelectStmt;
}

export const plan = (catalog: CatalogSnapshot, sql: string, parameterTypes: (SqlType | undefined)[] = []): Query =>
  planQuery(selectOf(sql), sql, contextOver(catalog, 'adhoc', parameterTypes));

export const view = (catalog: CatalogSnapshot, name: string, sql: string, columnNames: readonly string[] = []): PlannedView =>
  planView(selectOf(sql), sql, 0, name, columnNames, contextOver(catalog, 'view'));

/** `name type [not null]`, separated by commas outside of brackets; the first columns of `key` are the primary key. */
export function columnsOf(definition: string): readonly Column[] {
  return definition.split(/,(?![^(]*\))/).map((part) => {
    const [, name = '', type = '', notNull] = /^\s*(\S+)\s+(.*?)( not null)?\s*$/.exec(part) ?? [];
    return { name, type: typeOf(type), nullable: notNull === undefined };
  });
}

export function typeOf(text: string): SqlType {
  const simple = findTypeByName(text);
  if (simple !== undefined) return sqlType(simple.oid);
  const select = selectOf(`select null::${text}`);
  const target = select.targetList?.[0];
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined || !('TypeCast' in value)) throw new Error(`no type: ${text}`);
  return resolveTypeName(value.TypeCast.typeName ?? {}, `select null::${text}`, catalogQuestions(emptyCatalog(), ['public']));
}

/** A catalog with these tables in `public`, each `name: columns`; the columns named in `keys` are their primary keys. */
export function catalogOf(tables: Readonly<Record<string, string>>, keys: Readonly<Record<string, readonly string[]>> = {}, base = emptyCatalog()): CatalogSnapshot {
  const oids = new OidAllocator(Math.max(base.nextOid, firstUserOid));
  const items = Object.entries(tables).map(([name, definition]): CatalogItem => {
    const columns = columnsOf(definition);
    const ids = oids.relation();
    const key = (keys[name] ?? []).map((column) => columns.findIndex((candidate) => candidate.name === column));
    return {
      kind: 'table', ...ids, name, schema: schemaOids.public, sql: '', dependsOn: [], columns,
      type: { columns, keys: key.length > 0 ? [key] : [] },
      keys: key.length > 0 ? [{ name: `${name}_pkey`, oid: oids.key(), columns: key, primary: true }] : [], origin: { kind: 'user' },
    };
  });
  return base.apply(items.map((item) => ({ kind: 'create', item })));
}

/** The catalog where a foreign key NOT ENFORCED leads from a column to another, each written as its table and name. */
export function withForeignKey(catalog: CatalogSnapshot, [from, column]: readonly [string, string], [to, key]: readonly [string, string]): CatalogSnapshot {
  const [table, target] = [from, to].map((name) => catalog.find(undefined, name, ['public']));
  if (table?.kind !== 'table' || target?.kind !== 'table') throw new Error(`no table ${from} or ${to}`);
  const place = ({ columns }: typeof table, name: string): number => columns.findIndex((candidate) => candidate.name === name);
  const foreign = { name: `${from}_${column}_fkey`, oid: new OidAllocator(catalog.nextOid).plain(), columns: [place(table, column)], references: target.oid, referencedColumns: [place(target, key)] };
  return catalog.apply([{ kind: 'replace', item: { ...table, foreignKeys: [...table.foreignKeys ?? [], foreign] } }]);
}

/** A view in `public`, its relation stored as CREATE VIEW stores it. */
export function withView(catalog: CatalogSnapshot, name: string, sql: string): CatalogSnapshot {
  const planned = view(catalog, name, sql);
  const oids = new OidAllocator(catalog.nextOid);
  return catalog.apply([{
    kind: 'create',
    item: {
      kind: 'view', ...oids.relation(), name, schema: schemaOids.public, sql, dependsOn: planned.dependsOn,
      columns: planned.columns, type: { columns: planned.columns, keys: [] }, query: sql, relation: planned.relation,
    },
  }]);
}

/** The catalog as a server has it: the base relations and every view of sql/system. */
export function systemCatalog(): CatalogSnapshot {
  let catalog = emptyCatalog();
  for (const system of systemViews) {
    const sql = readFileSync(new URL(`../../sql/system/${system.file}`, import.meta.url), 'utf8');
    const statement = parser.parse(sql.replace(/;\s*$/, ''));
    if (statement.kind !== 'createView') throw new Error(`no view in ${system.file}`);
    const query = statement.query;
    const names = (statement.node.aliases ?? []).map((node) => ('String' in node ? node.String.sval ?? '' : ''));
    const planned = planView(selectOf(query), query, 0, system.name, names, contextOver(catalog));
    catalog = catalog.apply([{ kind: 'create', item: systemViewItem(system, { columns: planned.columns, query, relation: planned.relation, dependsOn: planned.dependsOn, sql }) }]);
  }
  return catalog;
}
