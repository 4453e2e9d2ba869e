-- a position and a fraction are added before they are rounded
CREATE TABLE t0 (a pg_lsn, n numeric);
-- query
SELECT a + n AS c0, n + a AS c1 FROM t0;
-- query
SELECT a - n AS c0 FROM t0 WHERE a > '0/0';
-- batch
INSERT INTO t0 VALUES ('FFFFFFFF/FFFFFFFF', -2.5), ('0/1', 0.5), ('0/1', 0.4), ('0/0', 0.4);
-- batch
INSERT INTO t0 VALUES ('0/0', -0.6);
-- batch
UPDATE t0 SET n = 'Infinity' WHERE a = '0/0';
