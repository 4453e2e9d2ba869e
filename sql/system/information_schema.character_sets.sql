-- The one character set. Manual, "character_sets".
CREATE VIEW information_schema.character_sets AS
SELECT NULL::name AS character_set_catalog, NULL::name AS character_set_schema, pg_catalog.getdatabaseencoding()::name AS character_set_name,
       'UCS'::name AS character_repertoire, pg_catalog.getdatabaseencoding()::name AS form_of_use,
       current_database()::name AS default_collate_catalog, 'pg_catalog'::name AS default_collate_schema, 'C'::name AS default_collate_name
