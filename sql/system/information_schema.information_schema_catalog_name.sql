-- The database. Manual, "information_schema_catalog_name".
CREATE VIEW information_schema.information_schema_catalog_name AS
SELECT current_database()::name AS catalog_name
