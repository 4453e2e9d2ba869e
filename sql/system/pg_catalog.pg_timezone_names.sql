-- Time zones by name. Manual, "pg_timezone_names".
CREATE VIEW pg_catalog.pg_timezone_names AS
SELECT name, abbrev, utc_offset, is_dst FROM pg_catalog.pg_timezone_names()
