import { EMPTY_ENUM } from './arguments.ts';

type Fitting = readonly [id: RegExp, position: number, texts: readonly string[], odd?: readonly string[]];

/** has_*_privilege and pg_has_role: a role that every server has, an object of the catalog, a privilege that everybody has of it. */
const asked: readonly (readonly [kind: string, name: readonly string[], oid: string, privilege: string])[] = [
  ['table', ['pg_class', 'pg_type'], '1259', 'SELECT'], ['any_column', ['pg_class', 'pg_type'], '1259', 'SELECT'], ['schema', ['pg_catalog'], '11', 'USAGE'], ['function', ['now()', 'lower(text)'], '1299', 'EXECUTE'], ['type', ['int4', 'text'], '23', 'USAGE'],
];
const privileges: readonly Fitting[] = [
  ...asked.flatMap(([kind, names, oid, privilege]): Fitting[] => [
    [new RegExp(`has_${kind}_privilege\\(text,text\\)`), 0, names, ['nowhere']], [new RegExp(`has_${kind}_privilege\\(oid,text\\)`), 0, [oid]], [new RegExp(`has_${kind}_privilege\\(\\w+,text\\)`), 1, [privilege]],
    [new RegExp(`has_${kind}_privilege\\(name,`), 0, ['public'], []], [new RegExp(`has_${kind}_privilege\\(oid,`), 0, ['10']],
    [new RegExp(`has_${kind}_privilege\\(\\w+,text,text\\)`), 1, names, ['nowhere']], [new RegExp(`has_${kind}_privilege\\(\\w+,oid,text\\)`), 1, [oid]], [new RegExp(`has_${kind}_privilege\\(\\w+,\\w+,text\\)`), 2, [privilege]],
  ]),
  [/has_column_privilege\(text,/, 0, ['pg_class'], ['nowhere']], [/has_column_privilege\(oid,(text|int2),text\)/, 0, ['1259'], []], [/has_column_privilege\(\w+,text,text\)/, 1, ['relname'], ['nowhere']], [/has_column_privilege\(\w+,\w+,text\)/, 2, ['SELECT'], ['x']], [/has_column_privilege\(\w+,int2,text\)/, 1, ['1', '2']],
  [/has_column_privilege\(name,/, 0, ['public'], []], [/has_column_privilege\(oid,/, 0, ['10']], [/has_column_privilege\(\w+,text,\w+,text\)/, 1, ['pg_class'], ['nowhere']], [/has_column_privilege\(\w+,oid,\w+,text\)/, 1, ['1259'], []],
  [/has_column_privilege\(\w+,\w+,text,text\)/, 2, ['relname'], ['nowhere']], [/has_column_privilege\(\w+,\w+,int2,text\)/, 2, ['1']], [/has_column_privilege\(\w+,\w+,\w+,text\)/, 3, ['SELECT'], ['x']],
];

/** Plain values where only some of their type mean anything to a function: the row's id, the argument's position, the texts; and the only odd ones, where others say nothing of the function. */
export const fitting: readonly Fitting[] = [
  ...privileges,
  [/ (date_trunc|extract|date_part)\(text/, 0, ['day', 'hour', 'year']],
  [/ date_trunc\(text,timestamptz,text/, 2, ['UTC', 'Europe/Berlin']],
  [/ date_(add|subtract)\(timestamptz,interval,text/, 2, ['UTC', 'Europe/Berlin']],
  [/ make_timestamptz\(/, 6, ['UTC', 'Europe/Berlin']],
  [/ make_(date|timestamp|timestamptz)\(/, 1, ['2', '7']],
  [/ make_(timestamp|timestamptz)\(/, 5, ['1', '2.5']],
  [/ make_(date|timestamp|timestamptz)\(/, 0, ['2020', '1']],
  [/ make_(date|timestamp|timestamptz)\(/, 2, ['3', '1']],
  [/ make_(timestamp|timestamptz)\(/, 3, ['3', '7']],
  [/ make_(timestamp|timestamptz)\(/, 4, ['3', '7']],
  [/ timezone\(text/, 0, ['UTC', 'Europe/Berlin', 'America/New_York']],
  [/ timezone\(interval/, 0, ['02:00:00', '-03:30:00']],
  [/ (normalize|is_normalized)\(/, 1, ['NFC', 'NFKD']],
  [/ regexp_(like|match|matches|split_to_array|split_to_table)\(text,text,text/, 2, ['i', 'x']],
  [/ regexp_replace\(text,text,text,text/, 3, ['gi', 'x']],
  [/ regexp_replace\(text,text,text,int4,int4,text/, 5, ['i', 'x']],
  [/ regexp_replace\(text,text,text,int4/, 3, ['1', '3']],
  [/ regexp_replace\(text,text,text,int4,int4/, 4, ['1', '2']],
  [/ regexp_count\(/, 2, ['1', '3']], [/ regexp_count\(/, 3, ['i', 'x']],
  [/ regexp_(instr|substr)\(/, 2, ['1', '3']], [/ regexp_(instr|substr)\(/, 3, ['1', '2']],
  [/ regexp_instr\(/, 4, ['0', '1']], [/ regexp_instr\(/, 5, ['i', 'x']], [/ regexp_instr\(/, 6, ['1', '2']],
  [/ regexp_substr\(/, 4, ['i', 'x']], [/ regexp_substr\(/, 5, ['1', '2']],
  [/ substring\(text,text,text/, 2, ['#', '\\']], [/ substring\(text,text,text/, 1, ['#"lo#"', 'Hello World']],
  [/ (get|set)_(byte|bit)\(bytea/, 0, ['\\x616263', '\\x6162']], [/ (get|set)_(byte|bit)\(/, 1, ['1', '2']], [/ set_bit\(/, 2, ['1', '0']],
  [/ (encode)\(/, 1, ['hex', 'base64', 'escape']], [/ decode\(/, 0, ['6162', 'ff00']], [/ decode\(/, 1, ['hex', 'base64']],
  [/ jsonb_delete_path\(|operator #-/, 1, ['{a}', '{b,c}']], [/ jsonb_(set|set_lax|insert)\(/, 1, ['{a}', '{b,c,0}']],
  [/ (jsonb_delete_path|jsonb_set|jsonb_set_lax|jsonb_insert)\(|operator #-/, 0, ['{"a": 1, "b": {"c": [1]}}', '{"b": {"c": [1]}}']],
  [/ jsonb_set_lax\(/, 4, ['use_json_null', 'delete_key', 'return_target']],
  [/ array_fill\(/, 1, ['{2,3}', '{1}']], [/ array_fill\(/, 2, ['{2,3}', '{1}']],
  [/ \w+range\(\w+,\w+,text\)/, 2, ['[)', '[]', '()']],
  [/ int4range\(int4,int4/, 1, ['70', '65']], [/ int8range\(int8,int8/, 1, ['4294967297', '4294967296']], [/ numrange\(numeric,numeric/, 1, ['3', '4']],
  [/ int8range\(int8,int8/, 0, ['1', '-7']], [/ numrange\(numeric,numeric/, 0, ['1', '-2.50']], [/ (date|ts|tstz)range\(\w+,\w+/, 0, ['2000-01-02', '1999-01-01']], [/ (date|ts|tstz)range\(\w+,\w+/, 1, ['2020-02-29', '2021-01-01']],
  [/ to_number\(/, 0, ['12', '-3']], [/ to_number\(/, 1, ['99', 'S9']],
  [/ jsonb_path_match/, 1, ['$.a == 1', '$[0] == 1']],
  [/ pg_size_bytes\(/, 0, ['1 kB', '12', '3.5 MB']],
  [/ current_setting\(/, 0, ['DateStyle', 'TimeZone']],
  [/ pg_relation_size\(regclass,text/, 1, ['main', 'fsm']],
  [/ pg_database_size\(name/, 0, ['nowhere']], [/ pg_database_size\(oid/, 0, ['1259', '2200']],
  [/ pg_tablespace_(size|location)\(oid/, 0, ['1663', '1664']],
  [/ regclass\(text|(text|varchar) as regclass/, 0, ['pg_class', 'pg_type', 'pg_catalog.pg_proc']],
  [/ to_regclass\(/, 0, ['pg_class', 'nowhere', 'pg_catalog.pg_type'], ['a.b.c']],
  [/ to_regproc\(/, 0, ['now', 'nowhere', 'pg_catalog.pi'], ['a.b.c']],
  [/ to_regprocedure\(/, 0, ['now()', 'nowhere()', 'lower(text)'], ['a.b.c()']],
  [/ to_regtype\(/, 0, ['int4', 'nowhere', 'timestamp with time zone'], ['a.b.c']],
  [/ to_regnamespace\(/, 0, ['pg_catalog', 'nowhere'], []],
  [/ to_regrole\(/, 0, ['nowhere'], []],
  [/ jsonb?_to_recordset\(/, 0, ['[{"a": 1, "b": "x"}, {"c": [2]}]', '[]', '[{"a": "7", "b": null}]']],
  [/ jsonb?_populate_recordset\(/, 1, ['[{"a": 1, "b": "x"}, {"c": [2]}]', '[]', '[{"a": "7", "b": null}]']],
  [/ jsonb?_populate_record(_valid)?\(/, 1, ['{"a": 1, "b": "x"}', '{"c": [2]}', '{"a": "7", "b": null}']],
  [/ generate_series\(timestamptz,timestamptz,interval,text/, 3, ['UTC', 'Europe/Berlin']],
  [/ (is json|json\()/, 0, ['{"a": 1}', '[1, {"b": 2}]', '"x"', 'nothing', '{"a": 1, "a": 2}']],
  [/construct json_object\(/, 0, ['k', 'b', 'a']],
];

const nines = "(repeat('9', 131072) || '.9')::numeric";
const huge = "'9e131071'::numeric";
const greatest = "'1.7976931348623157e308'::float8";
const least = "'-1.7976931348623157e308'::float8";
const unmade = "'{\"a\": \"\\u0000\"}'::json";

const shortRecords = 'array[row(1)]';
const longRecords = 'array[row(1, 2)]';
const mixedRecords = 'array[row(1), row(1, 2)]';

/** Calls that raise, of functions for which the values of their types alone make none. */
export const raising: readonly (readonly [id: RegExp, calls: readonly (readonly string[])[]])[] = [
  [/ (int4|int8)\(bytea\)|cast bytea as int[48]/, [["'\\x010203040506070809'::bytea"]]],
  [/ (int4|int8)\(bit\)|cast bit as int[48]/, [["repeat('1', 65)::bit(65)"]]],
  [/ (float4mi|-)\(float4,float4\)/, [["'3.4e38'::float4", "'-3.4e38'::float4"]]],
  [/ (float8mi|-)\(float8,float8\)/, [[greatest, least]]],
  [/ (numeric_add|\+)\(numeric,numeric\)/, [[huge, huge]]], [/ (numeric_sub|-)\(numeric,numeric\)/, [[huge, "'-9e131071'::numeric"]]], [/ (numeric_mul|\*)\(numeric,numeric\)/, [[huge, huge]]],
  [/ (round|ceil|ceiling)\(numeric\)/, [[nines]]], [/ floor\(numeric\)/, [[`-${nines}`]]], [/ round\(numeric,int4\)/, [[`trunc(${nines})`, '-1']]], [/ lcm\(numeric/, [[huge, "'7'::numeric"]]], [/ numeric_inc\(/, [[`trunc(${nines})`]]],
  [/ int8_sum\(numeric,int8\)/, [[`trunc(${nines})`, '9']]], [/ (int82mi|-)\(int8,int2\)/, [["'-9223372036854775808'::int8", "'1'::int2"]]],
  [/ (lpad|rpad)\(text,int4,text\)/, [["'a'::text", '2147483647', "'b'::text"]]], [/ repeat\(text,int4\)/, [["'ab'::text", '2147483647']]],
  [/ (bytealike|like|byteanlike|notlike|!?~~)\(bytea,bytea\)/, [["'abc'::bytea", "'a\\\\'::bytea"]]],
  [/ (json_object_field_text|->>)\(json,text\)|json_extract_path_text\(|#>>\(json,_text\)/, [[unmade, "'a'::text"], [unmade, "'{a}'::text[]"]]],
  [/ (json_array_element_text|->>)\(json,int4\)/, [["'[\"\\u0000\"]'::json", '0']]],
  [/ (json_extract_path|#>)\(json,_text\)/, [["'{\"\\u0000\": 1}'::json", "'{a}'::text[]"]]],
  [/ json_strip_nulls\(/, [[unmade, 'true']]], [/ (to_jsonb|jsonb_build_array)\(any|cast json as jsonb/, [[unmade]]],
  [/ to_char\((numeric|int4|int8|float4|float8),/, [['1', "'9.9.9'::text"]]],
  [/ to_date\(text|to_timestamp\(text,text/, [["'2020 2020'::text", "'YYYY IYYY'::text"], ["'x'::text", "'YYYY'::text"]]],
  [/ jsonb_populate_record_valid\(/, [['1', "'{}'::jsonb"]]],
  [/operator .*\(record,record\)/, [["(select row(1))", "(select row('a'::text))"], ["(select row(1))", "(select row(1, 2))"]]],
  [/ (record_\w+|btrecordcmp)\(record,record\)/, [["row(1)::record", "row('a'::text)::record"], ["row(1)::record", "row(1, 2)::record"]]],
  [/ enum_(first|last)\(anyenum\)/, [[`null::public."${EMPTY_ENUM}"`]]],
  [/ bpchar\(bpchar,int4,bool\)/, [["'abcdef'::bpchar", '5', 'false']]], [/ varchar\(varchar,int4,bool\)/, [["'abcdef'::varchar", '5', 'false']]],
  [/ replace\(text,text,text\)/, [["repeat('a', 100000)", "'a'::text", "repeat('b', 100000)"]]],
  [/ similar_to_escape\(text\)/, [["'\\\"a\\\"b\\\"'::text"]]],
  [/ json_object_field\(json,text\)|->\(json,text\)/, [[unmade, "'b'::text"]]], [/ json_array_element\(json,int4\)|->\(json,int4\)/, [["'[\"\\u0000\"]'::json", '0']]],
  [/ (array_(eq|ne|lt|le|gt|ge|larger|smaller)|btarraycmp|arraycontains|arraycontained|arrayoverlap|[=<>@&]+)\(anyarray,anyarray\)/, [[shortRecords, longRecords]]],
  [/ array_replace\(/, [[shortRecords, 'row(1, 2)', 'row(3)']]], [/ array_sort\(/, [[mixedRecords], [mixedRecords, 'true'], [mixedRecords, 'true', 'true']]],
  [/ hash_record(_extended)?\(/, [["row('1'::varbit)::record"], ["row('1'::varbit)::record", '1']]],
  [/ hash_array(_extended)?\(/, [["array['1'::varbit]"], ["array['1'::varbit]", '1']]],
];

const pairOf = (value: string, other: string): readonly (readonly string[])[] => [[value], [other]];

/** Sets of rows for which aggregates raise. */
export const raisingSets: readonly (readonly [id: RegExp, sets: readonly (readonly (readonly string[])[])[]])[] = [
  [/ (sum|avg)\(numeric\)/, [pairOf(huge, huge)]], [/ (stddev|stddev_samp|variance|var_\w+|stddev_pop)\(numeric\)/, [pairOf(huge, "'-9e131071'::numeric")]],
  [/ (max|min)\(record\)/, [pairOf('row(1)::record', 'row(1, 2)::record')]], [/ (max|min)\(anyarray\)/, [pairOf(shortRecords, longRecords)]],
  [/ jsonb_agg(_strict)?\(/, [[[unmade]]]],
  [/ (avg|stddev\w*|var\w*)\(float8\)/, [pairOf(greatest, least)]],
  [/ (corr|covar_\w+|regr_\w+)\(/, [[["'0'::float8", "'1'::float8"], ["'1e300'::float8", "'1.0000000000000002'::float8"]], [["'1e300'::float8", "'0'::float8"], ["'2e300'::float8", "'1e-20'::float8"]], [[greatest, greatest], [least, least]], [["'0'::float8", "'1e300'::float8"], ["'1e-20'::float8", "'2e300'::float8"]]]],
];
