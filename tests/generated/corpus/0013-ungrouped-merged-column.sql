-- a subquery knows columns that are grouped by, and no expressions, such as the merged column of a FULL JOIN
CREATE TABLE t0 (k int4, j text);
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j int4);
-- query
SELECT u6 AS c1 FROM ((SELECT id AS u5, j AS u6 FROM t1) s7 FULL JOIN (SELECT j AS u5, k AS u6 FROM t1) s10 USING (u5, u6)) GROUP BY GROUPING SETS ((u6), ()) HAVING (EXISTS (SELECT s14.k AS c0 FROM t0 s14 WHERE (u6 IS DISTINCT FROM s14.k)));
-- query
SELECT k + 1 AS c1 FROM t1 a0 GROUP BY k + 1 HAVING (EXISTS (SELECT s14.k AS c0 FROM t0 s14 WHERE (a0.k + 1 = s14.k)));
-- batch
INSERT INTO t0 VALUES ('2', 'x');
INSERT INTO t1 VALUES (1, '1', '3');
