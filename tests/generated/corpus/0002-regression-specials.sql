-- statistics over pairs with NaN and infinities: the side that has none still counts
CREATE TABLE t0 (g int4, y float8, x float8);
-- query
SELECT g, corr(y, x) AS c0, regr_sxx(y, x) AS c1, regr_syy(y, x) AS c2, regr_sxy(y, x) AS c3, covar_pop(y, x) AS c4, covar_samp(y, x) AS c5, regr_slope(y, x) AS c6, regr_r2(y, x) AS c7, regr_intercept(y, x) AS c8, regr_avgx(y, x) AS c9, regr_avgy(y, x) AS c10, regr_count(y, x) AS c11 FROM t0 GROUP BY g;
-- batch
INSERT INTO t0 VALUES (1, 'NaN', 1), (1, 2, 1), (2, 'NaN', 1), (3, 'NaN', 1), (3, 2, 3), (4, 1, 'Infinity'), (4, 2, 3), (5, 1, 'NaN'), (5, 1, 3), (6, 'Infinity', '-Infinity'), (6, '-Infinity', 1);
-- batch
DELETE FROM t0 WHERE y = 'NaN' OR x = 'Infinity';
-- batch
INSERT INTO t0 VALUES (1, 5, 7), (5, 2, 2);
