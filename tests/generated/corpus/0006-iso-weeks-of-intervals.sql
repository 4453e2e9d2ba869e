-- to_char of an interval refused the fields of ISO weeks
CREATE TABLE t0 (id int4 PRIMARY KEY, k int4, j int8, x0 int4, x1 float4, x2 inet, x3 float4);
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j text, x0 varchar, x1 time, x2 text, x3 _date, x4 date);
-- query
SELECT "to_char"('-1 days +02:03:00'::interval, 'Q IW J'::text) AS c0 FROM (SELECT a1.x3 AS c1 FROM t1 a1) q0 JOIN ((SELECT k AS u2, j AS u4, x3 AS u5 FROM t0) s3 FULL JOIN (SELECT k AS u2, id AS u7, x1 AS u8 FROM t0) s6 USING (u2)) ON true;
-- batch
INSERT INTO t0 VALUES (5, '2', '0', '1', '0', NULL, '1');
INSERT INTO t1 VALUES (5, '3', 'base64', '', '12:34:56.789', ' xx ', '{2020-02-29,2000-01-01}', 'infinity');
