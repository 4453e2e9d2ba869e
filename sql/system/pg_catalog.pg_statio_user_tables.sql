-- Users' relations that hold rows. There are no blocks to count. Manual, "pg_statio_all_tables".
CREATE VIEW pg_catalog.pg_statio_user_tables AS
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0::int8 AS heap_blks_read, 0::int8 AS heap_blks_hit,
       0::int8 AS idx_blks_read, 0::int8 AS idx_blks_hit, 0::int8 AS toast_blks_read, 0::int8 AS toast_blks_hit,
       0::int8 AS tidx_blks_read, 0::int8 AS tidx_blks_hit
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'mz_catalog', 'mz_internal')
