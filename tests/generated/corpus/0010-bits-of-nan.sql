-- a NaN was sent with the bits that its computation left in it
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j int4, x0 time, x1 interval, x2 tstzmultirange, x3 int8range);
CREATE TABLE t2 (id int4 PRIMARY KEY, k int4, j int4, x0 int4, x1 time, x2 inet, x3 int2, x4 timestamptz);
-- query
SELECT "float8send"("atanh"(q7.c1)) AS c4 FROM ((SELECT j AS u0, x2 AS u2, j AS u3 FROM t1) s1 FULL JOIN (SELECT id AS u0, x2 AS u5, x0 AS u6 FROM t1) s4 USING (u0)) LEFT JOIN (SELECT a8.x1 AS c0, 'NaN'::float8 AS c1 FROM t2 a8 JOIN t1 a9 ON a8.x0 = a9.j) q7 ON s4.u6 = q7.c0;
-- batch
INSERT INTO t1 VALUES (4, '0', '65', '12:34:56.789', '-1 days +02:03:00', '{}', NULL), (5, '-1', '-1', '24:00:00', '29 days', '{}', NULL);
INSERT INTO t2 VALUES (2, '3', '2', '-1', '12:34:56.789', '10.1.2.3/20', '7', '2020-02-29 12:34:56.789+00');
