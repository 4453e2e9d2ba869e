-- Roles. Manual, "enabled_roles".
CREATE VIEW information_schema.enabled_roles AS
SELECT a.rolname::name AS role_name FROM pg_catalog.pg_authid a
