import { defineAggregates } from './define.ts';

const ordered = [
  'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text', 'bpchar', 'bytea', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'oid',
  'inet', 'money', 'tid', 'xid8', 'pg_lsn', 'anyarray', 'anyenum', 'record',
];
/** Records of different columns cannot be compared, nor can arrays of them. */
const comparesMembers = (type: string): boolean => type === 'record' || type === 'anyarray';
const spreads = ['stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp'];
const regressions = [
  'corr', 'covar_pop', 'covar_samp', 'regr_avgx', 'regr_avgy', 'regr_intercept', 'regr_r2', 'regr_slope', 'regr_sxx', 'regr_sxy', 'regr_syy',
];

/** Averages lie among their values; these coefficients have an end. */
const bounded = new Set(['corr', 'regr_avgx', 'regr_avgy', 'regr_r2']);

/**
 * The aggregates of `pg_proc`, and Materialize's max/min over its timestamp. How each is maintained is the engine's affair.
 * Manual: "Aggregate Functions".
 */
export const aggregates = defineAggregates([
  'count(*) int8 total',
  'count(any) int8 total',
  'sum(int2) int8 total', 'sum(int4) int8 total', 'sum(int8) numeric total', 'sum(numeric) numeric', 'sum(float4) float4', 'sum(float8) float8', 'sum(interval) interval', 'sum(money) money',
  'avg(int2) numeric total', 'avg(int4) numeric total', 'avg(int8) numeric total', 'avg(numeric) numeric', 'avg(float4) float8 total', 'avg(float8) float8 total', 'avg(interval) interval',
  ...[...ordered, 'mz_timestamp'].flatMap((type) => [`max(${type}) ${type}${comparesMembers(type) ? '' : ' total'}`, `min(${type}) ${type}${comparesMembers(type) ? '' : ' total'}`]),
  'any_value(anyelement) anyelement total',
  'bool_and(bool) bool total', 'bool_or(bool) bool total', 'every(bool) bool total',
  'string_agg(text,text) text total', 'string_agg(bytea,bytea) bytea total',
  'array_agg(anynonarray) anyarray total', 'array_agg(anyarray) anyarray',
  'json_agg(anyelement) json total', 'json_agg_strict(anyelement) json total', 'jsonb_agg(anyelement) jsonb', 'jsonb_agg_strict(anyelement) jsonb',
  ...['', '_strict', '_unique', '_unique_strict'].flatMap((word) => [`json_object_agg${word}(any,any) json`, `jsonb_object_agg${word}(any,any) jsonb`]),
  'range_agg(anyrange) anymultirange total', 'range_agg(anymultirange) anymultirange total', 'range_intersect_agg(anyrange) anyrange total', 'range_intersect_agg(anymultirange) anymultirange total',
  ...['and', 'or', 'xor'].flatMap((name) => ['int2', 'int4', 'int8', 'bit'].map((type) => `bit_${name}(${type}) ${type}${type === 'bit' ? '' : ' total'}`)),
  ...spreads.flatMap((name) => [
    `${name}(int2) numeric total`, `${name}(int4) numeric total`, `${name}(int8) numeric total`, `${name}(numeric) numeric${name === 'stddev_pop' ? ' total' : ''}`, `${name}(float4) float8 total`, `${name}(float8) float8${name === 'stddev_pop' ? ' total' : ''}`,
  ]),
  ...regressions.map((name) => `${name}(float8,float8) float8${bounded.has(name) ? ' total' : ''}`),
  'regr_count(float8,float8) int8 total',
]);
