-- Sequences. Manual, "sequences".
CREATE VIEW information_schema.sequences AS
SELECT current_database()::name AS sequence_catalog, n.nspname::name AS sequence_schema, c.relname::name AS sequence_name,
       pg_catalog.format_type(s.seqtypid, NULL)::varchar AS data_type,
       CASE s.seqtypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 END::int4 AS numeric_precision, 2::int4 AS numeric_precision_radix,
       0::int4 AS numeric_scale, s.seqstart::text::varchar AS start_value, s.seqmin::text::varchar AS minimum_value,
       s.seqmax::text::varchar AS maximum_value, s.seqincrement::text::varchar AS increment,
       CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END::varchar(3) AS cycle_option
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
WHERE c.relkind = 'S'
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype = 'i')
