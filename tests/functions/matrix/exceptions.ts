import type { Class } from './arguments.ts';
import type { MatrixRow } from './rows.ts';

/** Rows that cannot be compared as the others are, and why. */
export interface Exception {
  readonly rows: RegExp;
  readonly reason: string;
  /** `type`: the answer's type alone, since its value is the server's or the moment's; `nothing`: there is no call to compare */
  readonly compares: 'type' | 'value' | 'nothing';
  /** classes that make no sense, beside those that are compared */
  readonly without?: readonly Class[];
}

export const exceptions: readonly Exception[] = [
  { rows: /aclexplode/, compares: 'nothing', reason: "an aclitem names roles, which are the server's own" },
  { rows: /mz_timestamp|iso8601|date_bin_hopping|inet\(cidr/, compares: 'nothing', reason: 'ours alone: Postgres has none' },
  { rows: /function reg\w+(in|out)\(/, compares: 'nothing', reason: 'takes or gives cstring in Postgres: what casts call, not users' },
  { rows: /_pg_expandarray/, compares: 'nothing', reason: 'of information_schema, which its views call' },
  { rows: /pg_node_tree|unknownsend|void_send/, compares: 'nothing', reason: 'no value of the type can be written' },
  { rows: /function hashenum/, compares: 'type', reason: "Postgres hashes a label's OID, which is the server's own" },
  { rows: /cast reg(config|dictionary) as/, compares: 'nothing', reason: 'there is no text search, so no name of the type can be written' },
  { rows: /function (now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday|pg_postmaster_start_time|pg_conf_load_time)\(\)/, compares: 'type', reason: "the value is the clock's" },
  { rows: /function age\(timestamp(tz)?\)$/, compares: 'type', without: ['error'], reason: "the value is the clock's, and every difference to today is an interval" },
  { rows: /function (random|random_normal|gen_random_uuid|uuidv4|uuidv7|array_shuffle|array_sample)\(/, compares: 'type', reason: 'the value is drawn' },
  { rows: /function (current_database|current_catalog|current_user|session_user|user|current_role|getpgusername|system_user|version|pg_backend_pid|txid_current|pg_my_temp_schema|inet_(server|client)_(addr|port))\(\)|current_schemas/, compares: 'type', reason: "the value is the session's or the server's own" },
  { rows: /pg_database_size/, compares: 'type', without: ['plain'], reason: 'which databases there are is the server\'s own' },
  { rows: /function (to_char\(timestamp|age\()|pg_get_functiondef/, compares: 'type', without: ['error'], reason: 'raises for no call of the search; what it prints is compared in tests/functions/to-char.test.ts and tests/golden' },
  { rows: /pg_(relation|table|total_relation|indexes|database|tablespace)_size|pg_stat_get|pg_relation_filenode|pg_timezone_names/, compares: 'type', reason: "sizes, counters and files are the server's own" },
  { rows: /_is_visible/, compares: 'type', reason: "which of the catalog's own objects there are is the server's" },
  { rows: /reg(oper|operator) as reg/, compares: 'nothing', reason: 'regoper and regoperator are written as numbers (docs/sql.md)' },
  { rows: /function has_(database|sequence)_privilege|function pg_has_role/, compares: 'value', without: ['plain', 'boundary'], reason: 'roles, databases and sequences are the server\'s own' },
  { rows: /function (nextval|currval|lastval|setval|pg_sequence_last_value)\(/, compares: 'value', without: ['plain', 'boundary'], reason: 'a value moves the sequence: tests/golden has them, statement by statement' },
  { rows: /function (pg_get_viewdef|pg_get_serial_sequence)\(text/, compares: 'value', without: ['plain'], reason: 'views are shown as they were written (docs/sql.md), and a sequence has the name of its own table' },
  { rows: /function set_config/, compares: 'value', without: ['plain', 'NULL'], reason: 'settings are the session\'s own' },
  { rows: /timezone\(timestamp(tz)?\)|(timestamptz|date|time|timestamp|timetz)\(timestamp(tz)?\)|cast timestamp(tz)? as (date|time|timetz|timestamp|timestamptz)|function age/, compares: 'value', without: ['error'], reason: 'raises only where the session\'s time zone moves a value beyond the ends of its type' },
  { rows: /jsonb_path_(exists|match)_opr|operator @[?@]\(jsonb/, compares: 'value', without: ['error'], reason: 'Postgres suppresses every error of the operator' },
  { rows: /^(function bit\(int[48],int4\)|cast int[48] as bit)$/, compares: 'value', without: ['error'], reason: 'raises for lengths beyond what a computed value may hold, which Postgres allows' },
  { rows: /^cast jsonb as json$/, compares: 'value', without: ['error'], reason: 'the text of every jsonb is a json' },
  { rows: /regrole/, compares: 'type', reason: "roles are the server's own" },
  { rows: /aggregate any_value/, compares: 'type', reason: 'any value of the group may be given; ours is the least' },
];

export const exceptionOf = ({ id }: MatrixRow): Exception | undefined => exceptions.find(({ rows }) => rows.test(id));
