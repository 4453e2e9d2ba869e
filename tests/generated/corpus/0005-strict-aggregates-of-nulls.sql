-- json_agg_strict of rows that are all NULL was NULL, and is an empty array
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j text, x0 "bit", x1 tsrange, x2 text, x3 bytea, x4 date);
-- query
WITH w0 AS (SELECT s5.u1 AS c0, json_agg_strict(NULL::int8 ORDER BY NULL::int8, NULL::int8::text) AS c1 FROM ((SELECT x2 AS u1, x3 AS u3, x1 AS u4 FROM t1) s2 RIGHT JOIN (SELECT j AS u1, x2 AS u6, k AS u7 FROM t1) s5 USING (u1)) GROUP BY s5.u1) SELECT (SELECT a13.c1 FROM w0 a13 ORDER BY NULL::json::text LIMIT 1) AS c6 FROM w0 a9 LEFT JOIN w0 a10 ON a9.c0 = a10.c0 LEFT JOIN w0 a11 ON NULL::bool;
-- batch
INSERT INTO t1 VALUES (3, '2', NULL, '0111111111111111111111111111111111', '["2020-01-01 00:00:00","2020-02-01 12:30:00")', 'äöÜ€😀b', '\x61', 'infinity');
