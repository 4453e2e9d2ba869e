import type { Column } from '../../core/index.ts';
import type { Relation } from '../../ir/index.ts';
import type { SystemItem } from '../items.ts';
import { systemRelationId } from '../oids.ts';
import { schemaOids } from '../snapshot.ts';

/** A view of the system: one file of sql/system, holding one CREATE VIEW. */
export interface SystemView {
  readonly schema: 'pg_catalog' | 'information_schema';
  readonly name: string;
  /** relative to sql/system */
  readonly file: string;
  readonly oid: number;
  readonly rowType: number;
}

/** In the order they must be loaded, each behind the views it reads. Only ever appended to: the place gives the OID. */
const names = `
  pg_catalog.pg_roles pg_catalog.pg_shadow pg_catalog.pg_user pg_catalog.pg_group pg_catalog.pg_tables pg_catalog.pg_views pg_catalog.pg_matviews
  pg_catalog.pg_indexes pg_catalog.pg_rules pg_catalog.pg_sequences pg_catalog.pg_policies
  pg_catalog.pg_stat_all_tables pg_catalog.pg_stat_user_tables pg_catalog.pg_stat_sys_tables
  pg_catalog.pg_stat_all_indexes pg_catalog.pg_stat_user_indexes pg_catalog.pg_stat_sys_indexes
  pg_catalog.pg_statio_all_tables pg_catalog.pg_statio_user_tables pg_catalog.pg_statio_sys_tables pg_catalog.pg_timezone_names
  information_schema.information_schema_catalog_name information_schema.schemata information_schema.tables information_schema.views
  information_schema.columns information_schema.table_constraints information_schema.key_column_usage information_schema.constraint_column_usage
  information_schema.constraint_table_usage information_schema.referential_constraints information_schema.check_constraints
  information_schema.sequences information_schema.role_table_grants information_schema.table_privileges information_schema.enabled_roles
  information_schema.applicable_roles information_schema.character_sets`;

const firstOid = 13100;

export const systemViews: readonly SystemView[] = names.trim().split(/\s+/).map((qualified, place) => {
  const [schema, name] = qualified.split('.') as [SystemView['schema'], string];
  const oid = firstOid + 3 * place;
  return { schema, name, file: `${qualified}.sql`, oid, rowType: oid + 1 };
});

/** What planning a view's file gave. */
export interface PlannedSystemView {
  readonly columns: readonly Column[];
  readonly query: string;
  readonly relation: Relation;
  readonly dependsOn: readonly number[];
  readonly sql: string;
}

/** The item to create in the catalog for a view once its file is planned. */
export const systemViewItem = (view: SystemView, { columns, query, relation, dependsOn, sql }: PlannedSystemView): SystemItem => ({
  kind: 'system', oid: view.oid, id: systemRelationId(view.oid), rowType: view.rowType, name: view.name, schema: schemaOids[view.schema],
  columns, query, relation, dependsOn, sql, type: { columns, keys: [] },
});
