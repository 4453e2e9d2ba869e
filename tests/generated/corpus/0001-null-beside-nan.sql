-- a literal NULL and a literal NaN of one aggregate were taken for the same column
CREATE TABLE t0 (k int4);
-- query
SELECT corr('NaN'::float8, NULL::float8) AS c0, regr_count('NaN'::float8, NULL::float8) AS c1, count('-0'::float8) AS c2, max('Infinity'::float8) AS c3, max('-Infinity'::float8) AS c4 FROM t0;
-- query
SELECT jsonb_agg('{"a": 1}'::jsonb) AS c0, jsonb_agg('[["a", 1]]'::jsonb) AS c1 FROM t0;
-- batch
INSERT INTO t0 VALUES (1), (2);
