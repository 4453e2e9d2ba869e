-- date_part sums the epoch of a timetz in floating point
CREATE TABLE t0 (k int4, j int8, x0 int4, x1 float8, x2 pg_lsn);
CREATE TABLE t1 (k int4, j text, x0 bytea, x1 int8range, x2 int4);
-- query
WITH w0 AS (SELECT '1'::int4 AS c1 FROM (SELECT a2.* FROM t1 a2) q1 JOIN t0 a3 ON q1.x2 = a3.k CROSS JOIN LATERAL "json_array_elements_text"(NULL::json) WITH ORDINALITY f4(c0, n) GROUP BY GROUPING SETS (f4.n, (), (('1'::int4)))) SELECT "date_part"('epoch'::text, '12:34:56.789+05:30'::timetz) AS c3 FROM w0 a5;
-- batch
