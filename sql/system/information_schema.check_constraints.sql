-- CHECK constraints, and the NOT NULLs that the standard counts among them. Manual, "check_constraints".
CREATE VIEW information_schema.check_constraints AS
SELECT current_database()::name AS constraint_catalog, n.nspname::name AS constraint_schema,
       (n.oid::text || '_' || c.oid::text || '_' || a.attnum::text || '_not_null')::name AS constraint_name,
       (a.attname::text || ' IS NOT NULL')::varchar AS check_clause
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
UNION ALL
SELECT current_database()::name, n.nspname::name, k.conname::name, regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), '^CHECK \((.*)\)$', '\1')::varchar
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE k.contype = 'c'
