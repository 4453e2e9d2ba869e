-- The system's relations that hold rows. Nothing is counted: the counts are 0, as after pg_stat_reset(). Manual, "pg_stat_all_tables".
CREATE VIEW pg_catalog.pg_stat_sys_tables AS
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0::int8 AS seq_scan, 0::int8 AS seq_tup_read, 0::int8 AS idx_scan,
       0::int8 AS idx_tup_fetch, 0::int8 AS n_tup_ins, 0::int8 AS n_tup_upd, 0::int8 AS n_tup_del, 0::int8 AS n_tup_hot_upd,
       0::int8 AS n_live_tup, 0::int8 AS n_dead_tup, 0::int8 AS n_mod_since_analyze, 0::int8 AS n_ins_since_vacuum,
       NULL::timestamptz AS last_vacuum, NULL::timestamptz AS last_autovacuum, NULL::timestamptz AS last_analyze,
       NULL::timestamptz AS last_autoanalyze, 0::int8 AS vacuum_count, 0::int8 AS autovacuum_count, 0::int8 AS analyze_count,
       0::int8 AS autoanalyze_count
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'p')
  AND n.nspname IN ('pg_catalog', 'information_schema', 'mz_catalog', 'mz_internal')
