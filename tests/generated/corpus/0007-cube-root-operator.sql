-- the last digit of ||/ is the C library's, as that of cbrt
CREATE TABLE t0 (k int4, j text, x0 _bytea, x1 float4, x2 xid, x3 int4range, x4 "bpchar");
CREATE TABLE t1 (id int4 PRIMARY KEY, k int4, j int8, x0 varchar, x1 name, x2 _tsrange, x3 inet, x4 _timestamptz);
-- query
SELECT (||/ ('1'::float8 + a1.x1)) AS c4 FROM (t0 a0 RIGHT JOIN t0 a1 ON a0.k = a1.k) LEFT JOIN t1 a2 ON a0.k = a2.id;
-- batch
INSERT INTO t0 VALUES ('3', NULL, '{"\\x00"}', '-2.5', '0', '[3,9)', 'AB');
