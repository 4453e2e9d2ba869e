import { beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../src/core/index.ts';
import { createParser } from '../../src/planner/syntax/index.ts';
import type { SqlParser } from '../../src/planner/syntax/index.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await createParser();
});

test.each([
  ['select * from t as of 5', 'AS OF is not supported', 17],
  ["select * from t as of timestamp '2022-01-01'", 'AS OF is not supported', 17],
  ['select * from a asof join b on true', 'ASOF JOIN is not supported', 17],
  ['select * from a asof left join b on true', 'ASOF JOIN is not supported', 17],
  ['select 1 from t emit changes', 'EMIT is not supported', 17],
  ['select a from t group by a emit on window close', 'EMIT is not supported', 28],
  ['with mutually recursive a (x int) as (select 1) select 1', 'WITH MUTUALLY RECURSIVE is not supported', 1],
  ['create sink s from t into kafka', 'CREATE SINK is not supported', 1],
  ['create cluster c', 'CREATE CLUSTER is not supported', 1],
  ['drop cluster c', 'DROP CLUSTER is not supported', 1],
  ['create materialized view v in cluster c as select 1', 'IN CLUSTER is not supported', 28],
  ['create connection c to mysql (host 1)', 'CREATE CONNECTION ... TO MYSQL is not supported', 24],
  ['create source s from load generator auction', 'CREATE SOURCE ... FROM LOAD GENERATOR is not supported', 22],
  ["create source s from kafka broker 'b' topic 't' format avro using schema file 'x'", 'FORMAT AVRO is not supported', 56],
  ["create source s from kafka broker 'b' topic 't' key format text value format text", 'KEY FORMAT ... VALUE FORMAT is not supported', 49],
  ["create table t from file 'x.csv' with (header)", 'CREATE TABLE ... FROM FILE ... WITH is not supported', 34],
  ['explain timestamp for select 1', 'EXPLAIN TIMESTAMP is not supported', 9],
  ['show clusters', 'SHOW CLUSTERS is not supported', 6],
  ['alter source s add subsource t', 'ALTER SOURCE ... ADD is not supported', 16],
  ["copy (tail v) to '/tmp/x'", 'COPY (SUBSCRIBE ...) to anything but STDOUT is not supported', 15],
  ['subscribe v within timestamp order by a', 'WITHIN TIMESTAMP ORDER BY is not supported', 13],
])('refused by name: %s', (sql, message, position) => {
  const refused = (): unknown => parser.parse(sql);
  expect(refused).toThrow(SqlError);
  expect(refused).toThrow(expect.objectContaining({ code: '0A000', message, fields: expect.objectContaining({ position, hint: expect.stringMatching(/\.$/) }) }));
});

test.each([
  'select 1 as of', 'select a from t as of', 'select a emit from t', 'select asof, emit, tail, subscribe, source from t asof', 'select 1 as tables', 'select "asof" from "asof" join b on true',
  'select source.view from source', 'create table source (sink int, secret text)', 'drop table source', 'show search_path', 'fetch 1 from c', 'explain (select 1)',
])('words of ours stay names: %s', (sql) => {
  expect(parser.parse(sql).kind).toMatch(/postgres|explain/);
});
