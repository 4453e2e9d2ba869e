-- the last digit of a double within its bytes
CREATE TABLE t0 (k int4, j int8, x0 _int8, x1 numeric, x2 inet, x3 tstzmultirange, x4 text);
-- query
SELECT "float8send"("atan2d"('-1'::float8, '45'::float8)) AS c0 FROM t0 a0 LEFT JOIN t0 a1 ON a0.k IS NOT DISTINCT FROM a1.k;
-- batch
INSERT INTO t0 VALUES ('3', '1', '{0,0}', '1', '2001:db8::1/64', '{}', 'hello');
