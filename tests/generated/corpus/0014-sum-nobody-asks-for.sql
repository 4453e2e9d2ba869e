-- an aggregate that nobody asks for was computed where there are no groups, and raised
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j int4);
CREATE TABLE t2 (k int4, x0 "bit");
-- query
SELECT NULL::date AS c7 FROM (SELECT bit_or(a1.x0) AS c2 FROM t2 a1 LEFT JOIN t2 a2 ON a1.k = a2.k GROUP BY ROLLUP ((NULL::timestamp))) q0 CROSS JOIN t1 a3;
-- batch
INSERT INTO t1 VALUES (1, '1', '3');
INSERT INTO t2 VALUES ('0', '00000000000000000000000000000001'), ('2', '10000000');
