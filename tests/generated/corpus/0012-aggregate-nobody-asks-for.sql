-- Postgres raises for an aggregate that nobody asks for, we do not
-- 2202E: cannot accumulate empty arrays
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j int4, x0 numeric, x1 pg_lsn, x2 timetz, x3 int4);
-- query
/* may raise */ WITH w0 AS (SELECT NULL::int4 AS c0, NULL::bool AS c1, array_agg('{}'::_text ORDER BY '{}'::_text, '{}'::_text::text) AS c2 FROM t1 a1 GROUP BY ROLLUP ((NULL::int4))) SELECT NULL::int4 AS c4 FROM w0 a2 JOIN LATERAL (SELECT DISTINCT ON (1) c0, c1, c2 FROM (SELECT NULL::int4 AS c2 FROM (SELECT '65'::int4 AS c0 FROM w0 a5) q4 JOIN w0 a6 ON NULL::bool) d7 ORDER BY 1 DESC, 2, 3 DESC, c0::text, c1::text, c2::text) q3 ON a2.c1;
-- batch
INSERT INTO t1 VALUES (3, '-1', NULL, '2.50', 'FFFFFFFF/FFFFFFFF', '24:00:00-08', '65');
