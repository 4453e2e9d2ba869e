create table t (a int, b int, c int);
insert into t values (1, 2, 3);
create view v as select a from t;
-- departs: the tag of CREATE MATERIALIZED VIEW
create materialized view m as select sum(b) as s from t;
alter table t alter a type bigint;
alter table t alter b type bigint;
alter table t alter c type text;
select * from v;
-- departs: the name of sum
select * from m;
insert into t values (2, 3, 'x') returning *;
-- departs: ours is up to date
select * from m;
drop materialized view m;
alter table t alter b type numeric(5,1);
select * from t order by a;
alter table v alter a type text;
alter table nope alter a type text;
alter table if exists nope alter a type text;
