-- fields that no interval type has are refused, those of an interval type cut
CREATE TABLE t0 (i interval, m int4);
-- query
SELECT "interval"(i, m) AS c0 FROM t0 WHERE m > 0;
-- batch
INSERT INTO t0 VALUES ('1 year 2 mons 3 days 04:05:06.789123', 327679), ('1 year 2 mons 3 days 04:05:06.789123', 2147418115), (NULL, 6);
-- batch
INSERT INTO t0 VALUES ('1 year 2 mons 3 days 04:05:06.789123', 6);
