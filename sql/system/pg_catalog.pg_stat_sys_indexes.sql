-- The indexes of: the system's relations that hold rows. Nothing is counted. Manual, "pg_stat_all_indexes".
CREATE VIEW pg_catalog.pg_stat_sys_indexes AS
SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname, 0::int8 AS idx_scan,
       0::int8 AS idx_tup_read, 0::int8 AS idx_tup_fetch
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_index x ON c.oid = x.indrelid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm')
  AND n.nspname IN ('pg_catalog', 'information_schema', 'mz_catalog', 'mz_internal')
