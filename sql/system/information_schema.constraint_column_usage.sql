-- The columns that constraints speak of. Manual, "constraint_column_usage".
CREATE VIEW information_schema.constraint_column_usage AS
SELECT current_database()::name AS table_catalog, n.nspname::name AS table_schema, c.relname::name AS table_name, a.attname::name AS column_name,
       current_database()::name AS constraint_catalog, kn.nspname::name AS constraint_schema, k.conname::name AS constraint_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace kn ON kn.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = CASE k.contype WHEN 'f' THEN k.confrelid ELSE k.conrelid END
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum = ANY (CASE k.contype WHEN 'f' THEN k.confkey ELSE k.conkey END) AND k.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p')
