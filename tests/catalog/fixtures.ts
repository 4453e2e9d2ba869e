import { emptyCatalog, OidAllocator } from '../../src/catalog/index.ts';
import type { CatalogItem, CatalogSnapshot, MaterializedViewItem, SystemState, TableItem, ViewItem } from '../../src/catalog/index.ts';
import { Oid, sqlType } from '../../src/core/index.ts';
import type { Column } from '../../src/core/index.ts';

export const quietState: SystemState = {
  settings: [], roles: [{ oid: 10, name: 'materialize' }], pid: 1, sessions: [], cursors: [], preparedStatements: [], sources: [], viewErrors: [],
  hydration: [], frontiers: [],
};

const column = (name: string, oid: number, nullable = true): Column => ({ name, type: sqlType(oid), nullable });
const columns = [column('id', Oid.int4, false), column('note', Oid.text), column('tags', Oid.textArray)];
const shared = { schema: 2200, dependsOn: [], type: { columns, keys: [] }, columns } as const;

export function makeTable(oids: OidAllocator, name: string, withKey = true): TableItem {
  return {
    ...shared, kind: 'table', ...oids.relation(), name, sql: `CREATE TABLE ${name} (...)`, origin: { kind: 'user' },
    columns: [columns[0]!, { ...columns[1]!, defaultSql: `'none'::text` }, columns[2]!],
    keys: withKey ? [{ name: `${name}_pkey`, oid: oids.key(), columns: [0], primary: true }] : [],
  };
}

const query = (over: CatalogItem): Pick<ViewItem, 'dependsOn' | 'query' | 'relation'> => ({
  dependsOn: [over.oid], query: `SELECT * FROM ${over.name}`, relation: { op: 'constant', rows: [], type: shared.type },
});

export const makeView = (oids: OidAllocator, name: string, over: CatalogItem): ViewItem =>
  ({ ...shared, kind: 'view', ...oids.relation(), name, sql: `CREATE VIEW ${name} ...`, ...query(over) });

export const makeMaterializedView = (oids: OidAllocator, name: string, over: CatalogItem): MaterializedViewItem =>
  ({ ...shared, kind: 'materialized view', ...oids.relation(), name, sql: `CREATE MATERIALIZED VIEW ${name} ...`, onError: 'fail', ...query(over) });

export const create = (snapshot: CatalogSnapshot, ...items: CatalogItem[]): CatalogSnapshot =>
  snapshot.apply(items.map((item) => ({ kind: 'create', item })));

/** t with an index; v1 and v2 over t; v3 over v1; m over v3. */
export function family(): { readonly snapshot: CatalogSnapshot; readonly oid: (name: string) => number } {
  const empty = emptyCatalog();
  const oids = new OidAllocator(empty.nextOid);
  const t = makeTable(oids, 't');
  const v1 = makeView(oids, 'v1', t);
  const v2 = makeView(oids, 'v2', t);
  const v3 = makeView(oids, 'v3', v1);
  const m = makeMaterializedView(oids, 'm', v3);
  const index: CatalogItem = { kind: 'index', oid: oids.plain(), name: 'ti', schema: 2200, sql: '', dependsOn: [t.oid], on: t.oid, columns: [1, 0], unique: false };
  const snapshot = create(empty, t, v1, v2, v3, m, index);
  return { snapshot, oid: (name) => snapshot.find('public', name, [])!.oid };
}
