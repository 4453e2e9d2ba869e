import { definePostgres } from './define.ts';
import type { SystemRelation } from './define.ts';
import type { PostgresCatalog } from './columns.ts';

/** Catalogs of what Millrace has none of: clients join them, and find nothing. */
const names: readonly PostgresCatalog[] = [
  'pg_amop', 'pg_amproc', 'pg_auth_members', 'pg_available_extensions', 'pg_conversion', 'pg_db_role_setting', 'pg_default_acl',
  'pg_event_trigger', 'pg_extension', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_foreign_table', 'pg_inherits', 'pg_init_privs',
  'pg_largeobject_metadata', 'pg_locks', 'pg_parameter_acl', 'pg_partitioned_table', 'pg_policy', 'pg_prepared_xacts', 'pg_publication',
  'pg_publication_namespace', 'pg_publication_rel', 'pg_replication_origin', 'pg_seclabel', 'pg_shdepend', 'pg_shseclabel',
  'pg_statistic_ext', 'pg_subscription', 'pg_transform', 'pg_trigger', 'pg_ts_config', 'pg_ts_config_map', 'pg_ts_dict', 'pg_ts_parser',
  'pg_ts_template', 'pg_user_mapping',
];

export const emptyCatalogs: readonly SystemRelation[] = names.map((name) => definePostgres(name, () => []));
