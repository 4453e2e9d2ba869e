-- columns that nobody asks for were computed under a LEFT JOIN whose condition is never true, and raised
CREATE TABLE t0 (k int4, j int8);
CREATE TABLE t1 (k int4, x0 int4);
CREATE TABLE t2 (k int4, x0 int8);
-- query
SELECT NULL::text AS c8 FROM (t2 a0 CROSS JOIN LATERAL (SELECT "int8range"('1'::int8, a0.x0) AS c1 FROM t1 a2) q1) LEFT JOIN t0 a3 ON NULL::bool;
-- query
SELECT a0.k AS c1, a3.j AS c2, a4.x0 AS c3 FROM (t2 a0 LEFT JOIN t0 a3 ON false) LEFT JOIN t1 a4 ON a3.k IS NOT DISTINCT FROM a4.k;
-- batch
INSERT INTO t1 VALUES ('-1', '7'), (NULL, '8');
INSERT INTO t2 VALUES (NULL, '-1');
