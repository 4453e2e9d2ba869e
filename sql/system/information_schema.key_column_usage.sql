-- The columns of keys. Manual, "key_column_usage".
CREATE VIEW information_schema.key_column_usage AS
SELECT current_database()::name AS constraint_catalog, k.constraint_schema::name, k.constraint_name::name, current_database()::name AS table_catalog,
       k.table_schema::name, k.table_name::name, a.attname::name AS column_name, (k.key).n::int4 AS ordinal_position,
       NULL::int4 AS position_in_unique_constraint
FROM (SELECT kn.nspname AS constraint_schema, con.conname AS constraint_name, n.nspname AS table_schema, c.relname AS table_name, c.oid AS relid,
             information_schema._pg_expandarray(con.conkey) AS key
      FROM pg_catalog.pg_constraint con
      JOIN pg_catalog.pg_namespace kn ON kn.oid = con.connamespace
      JOIN pg_catalog.pg_class c ON c.oid = con.conrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE con.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p')) k
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relid AND a.attnum = (k.key).x
