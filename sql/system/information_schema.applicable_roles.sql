-- Roles granted to roles. Manual, "applicable_roles".
CREATE VIEW information_schema.applicable_roles AS
SELECT a.rolname::name AS grantee, b.rolname::name AS role_name, CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END::varchar(3) AS is_grantable
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_authid a ON m.member = a.oid
JOIN pg_catalog.pg_authid b ON m.roleid = b.oid
