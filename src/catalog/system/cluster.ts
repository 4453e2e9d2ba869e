import { databaseName, databaseOid, ownerOid, schemaOids } from '../snapshot.ts';
import { definePostgres } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import type { SystemState } from './state.ts';

const utf8 = 6;
const collations: readonly (readonly [oid: number, name: string, provider: string, encoding: number, locale: string | null])[] = [
  [100, 'default', 'd', -1, null], [950, 'C', 'c', -1, 'C'], [951, 'POSIX', 'c', -1, 'POSIX'], [962, 'ucs_basic', 'c', utf8, 'C'],
];
const languages: readonly (readonly [oid: number, name: string, trusted: boolean])[] = [[12, 'internal', false], [13, 'c', false], [14, 'sql', true]];

function* roleRows(_: unknown, { roles }: SystemState): Iterable<NamedRow> {
  for (const { oid, name } of roles) {
    yield {
      oid, rolname: name, rolsuper: true, rolinherit: true, rolcreaterole: true, rolcreatedb: true, rolcanlogin: true, rolreplication: true,
      rolbypassrls: true, rolconnlimit: -1,
    };
  }
}

/** What Postgres keeps once per cluster or hardly ever changes: the database, roles, access methods, collations, languages, tablespaces. */
export const clusterCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_database', () => [{
    oid: databaseOid, datname: databaseName, datdba: ownerOid, encoding: utf8, datlocprovider: 'c', datistemplate: false, datallowconn: true,
    datconnlimit: -1, datfrozenxid: 0, datminmxid: 0, dattablespace: 1663, datcollate: 'C', datctype: 'C',
  }]),
  definePostgres('pg_authid', roleRows),
  definePostgres('pg_am', () => [
    { oid: 2, amname: 'heap', amhandler: 0, amtype: 't' },
    { oid: 403, amname: 'btree', amhandler: 0, amtype: 'i' },
    { oid: 405, amname: 'hash', amhandler: 0, amtype: 'i' },
  ]),
  definePostgres('pg_collation', () => collations.map(([oid, collname, collprovider, collencoding, locale]) => ({
    oid, collname, collnamespace: schemaOids.pg_catalog, collowner: ownerOid, collprovider, collisdeterministic: true, collencoding, collcollate: locale, collctype: locale,
  }))),
  definePostgres('pg_language', () => languages.map(([oid, lanname, lanpltrusted]) => ({
    oid, lanname, lanowner: ownerOid, lanispl: false, lanpltrusted, lanplcallfoid: 0, laninline: 0, lanvalidator: 0,
  }))),
  definePostgres('pg_tablespace', () => [
    { oid: 1663, spcname: 'pg_default', spcowner: ownerOid },
    { oid: 1664, spcname: 'pg_global', spcowner: ownerOid },
  ]),
  definePostgres('pg_shdescription', () => []),
];
