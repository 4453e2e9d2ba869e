-- What the owner may do with the relations it owns. Manual, "role_table_grants".
CREATE VIEW information_schema.role_table_grants AS
SELECT o.rolname::name AS grantor, o.rolname::name AS grantee, current_database()::name AS table_catalog, n.nspname::name AS table_schema,
       c.relname::name AS table_name, p.privilege_type::varchar AS privilege_type, 'YES'::varchar(3) AS is_grantable,
       CASE WHEN p.privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END::varchar(3) AS with_hierarchy
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_authid o ON o.oid = c.relowner
CROSS JOIN (VALUES ('INSERT'), ('SELECT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p (privilege_type)
WHERE c.relkind IN ('r', 'v', 'm', 'p')
