import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogQuestions } from '../../src/catalog/index.ts';
import { codecOf, defaultTextSettings, findTypeByName, SqlError, sqlType } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { evaluatorOf, functionById, tableFunctionById } from '../../src/ir/index.ts';
import type { Environment, Scalar } from '../../src/ir/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { family } from './fixtures.ts';

const { snapshot } = family();
const parameters = new Map([['server_version', '15.0 (millrace 0.1.0)'], ['search_path', 'public']]);
const environment: Environment = {
  settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, clockMicros: () => 0, random: () => 0.5, user: 'materialize', database: 'materialize',
  searchPath: ['public'], backendPid: 7, setting: (name) => parameters.get(name), setSetting: (name, value) => void parameters.set(name, value),
  catalog: catalogQuestions(snapshot, ['public']),
};

const typeOid = (name: string): number => findTypeByName(name)!.oid;

/** An argument as `text::type`; a text of null is NULL. */
type Argument = readonly [type: string, text: string | null];
const datumOf = ([type, text]: Argument): Datum => (text === null ? null : codecOf(typeOid(type)).parse(text, defaultTextSettings, -1));
const sqlOf = ([type, text]: Argument): string => (text === null ? `NULL::${type}` : `'${text.replaceAll("'", "''")}'::${type}`);
const printed = (value: Datum, type: number): string | null => (value === null ? null : codecOf(type).print(value, defaultTextSettings));

/** The error as code, message and detail. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) return [error.code, error.message, error.fields.detail];
    throw error;
  }
}

function call(id: string, given: readonly Argument[]): Datum {
  const row = functionById(id);
  if (row === undefined) throw new Error(`no function ${id}`);
  const args = given.map(datumOf);
  if (row.strict && args.includes(null)) return null;
  const scalars = given.map(([type], index): Scalar => ({ op: 'literal', value: args[index]!, type: sqlType(typeOid(type)) }));
  return evaluatorOf(row, scalars)(...args, environment);
}

describe('functions and Postgres give the same', () => {
  let judge: Judge;
  beforeAll(async () => {
    judge = await startJudge();
  });
  afterAll(() => judge.close());

  async function judged(sql: string): Promise<unknown> {
    try {
      return (await judge.query(sql)).rows;
    } catch (error) {
      const { code, message, detail } = error as { code: string; message: string; detail?: string };
      return [code, message, detail];
    }
  }

  /** `id | result type | type:text ...`; `~` is NULL */
  const scalarCases = `
    array_append(anycompatiblearray,anycompatible) | _int4 | _int4:{1,2} int4:3
    array_append(anycompatiblearray,anycompatible) | _int4 | _int4:[3:4]={1,2} int4:~
    array_append(anycompatiblearray,anycompatible) | _int4 | _int4:~ int4:3
    array_append(anycompatiblearray,anycompatible) | _int4 | _int4:{{1,2}} int4:3
    array_prepend(anycompatible,anycompatiblearray) | _int4 | int4:3 _int4:[3:4]={1,2}
    array_prepend(anycompatible,anycompatiblearray) | _text | text:x _text:~
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:[3:4]={1,2} _int4:{5,6}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:{{1,2}} _int4:{5,6}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:{5,6} _int4:{{1,2}}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:{{1,2}} _int4:{5,6,7}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:{{{1,2}}} _int4:{5,6}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:{{1,2}} _int4:{{5,6,7}}
    array_cat(anycompatiblearray,anycompatiblearray) | _int4 | _int4:~ _int4:{1}
    array_remove(anycompatiblearray,anycompatible) | _int4 | _int4:[5:7]={1,2,1} int4:1
    array_remove(anycompatiblearray,anycompatible) | _int4 | _int4:{1,NULL} int4:~
    array_remove(anycompatiblearray,anycompatible) | _int4 | _int4:{1,1} int4:1
    array_remove(anycompatiblearray,anycompatible) | _int4 | _int4:{{1}} int4:1
    array_replace(anycompatiblearray,anycompatible,anycompatible) | _int4 | _int4:{1,2,NULL} int4:~ int4:5
    array_replace(anycompatiblearray,anycompatible,anycompatible) | _numeric | _numeric:{1.0,2} numeric:1 numeric:7.5
    array_position(anycompatiblearray,anycompatible) | int4 | _int4:[3:5]={1,2,NULL} int4:~
    array_position(anycompatiblearray,anycompatible,int4) | int4 | _int4:{1,2,1} int4:1 int4:2
    array_position(anycompatiblearray,anycompatible,int4) | int4 | _int4:{1,2,1} int4:1 int4:~
    array_position(anycompatiblearray,anycompatible) | int4 | _int4:{{1}} int4:1
    array_positions(anycompatiblearray,anycompatible) | _int4 | _int4:[0:2]={1,2,1} int4:1
    array_positions(anycompatiblearray,anycompatible) | _int4 | _int4:{1} int4:3
    array_ndims(anyarray) | int4 | _int4:{}
    array_dims(anyarray) | text | _int4:[2:3][0:1]={{1,2},{3,4}}
    array_length(anyarray,int4) | int4 | _int4:{{1,2,3}} int4:2
    array_length(anyarray,int4) | int4 | _int4:{1} int4:3
    array_lower(anyarray,int4) | int4 | _int4:[2:3]={1,2} int4:1
    array_upper(anyarray,int4) | int4 | _int4:[2:3]={1,2} int4:1
    cardinality(anyarray) | int4 | _int4:{{1,2},{3,4}}
    array_to_string(anyarray,text) | text | _int4:{1,NULL,3} text:,
    array_to_string(anyarray,text,text) | text | _int4:{1,NULL,3} text:, text:*
    array_to_string(anyarray,text,text) | text | _float8:{1.5,NULL} text:, text:~
    array_to_string(anyarray,text) | text | _bool:{{t,f},{f,t}} text:|
    string_to_array(text,text) | _text | text:a,b text:,
    string_to_array(text,text) | _text | text:abc text:~
    string_to_array(text,text,text) | _text | text:a,,b text:, text:
    string_to_array(text,text) | _text | text: text:,
    trim_array(anyarray,int4) | _int4 | _int4:[5:7]={1,2,3} int4:1
    trim_array(anyarray,int4) | _int4 | _int4:{1,2,3} int4:4
    trim_array(anyarray,int4) | _int4 | _int4:{{1,2},{3,4}} int4:1
    array_sort(anyarray) | _int4 | _int4:{3,1,NULL,2}
    array_sort(anyarray,bool) | _int4 | _int4:{3,1,NULL,2} bool:t
    array_sort(anyarray,bool,bool) | _int4 | _int4:{{3,1},{1,2}} bool:f bool:t
    array_reverse(anyarray) | _int4 | _int4:[3:4]={1,2}
    array_fill(anyelement,_int4) | _int4 | int4:7 _int4:{2,3}
    array_fill(anyelement,_int4,_int4) | _int4 | int4:7 _int4:{2} _int4:{5}
    array_fill(anyelement,_int4,_int4) | _int4 | int4:7 _int4:{2} _int4:{1,2}
    array_fill(anyelement,_int4) | _int4 | int4:7 _int4:{2,NULL}
    array_fill(anyelement,_int4) | _int4 | int4:7 _int4:{0}
    array_lt(anyarray,anyarray) | bool | _int4:{1,2} _int4:{1,2,3}
    array_lt(anyarray,anyarray) | bool | _int4:{1,NULL} _int4:{1,5}
    array_eq(anyarray,anyarray) | bool | _int4:{{1,2}} _int4:{1,2}
    array_eq(anyarray,anyarray) | bool | _int4:[2:3]={1,2} _int4:{1,2}
    array_eq(anyarray,anyarray) | bool | _numeric:{1.0,NULL} _numeric:{1,NULL}
    arraycontains(anyarray,anyarray) | bool | _int4:{1,NULL} _int4:{NULL}
    arraycontains(anyarray,anyarray) | bool | _int4:{1,2} _int4:{}
    arraycontained(anyarray,anyarray) | bool | _int4:{1,1} _int4:{1}
    arrayoverlap(anyarray,anyarray) | bool | _int4:{1,NULL} _int4:{NULL}
    pg_size_pretty(int8) | text | int8:10239
    pg_size_pretty(int8) | text | int8:10240
    pg_size_pretty(int8) | text | int8:123456789
    pg_size_pretty(int8) | text | int8:-123456789
    pg_size_pretty(int8) | text | int8:9223372036854775807
    pg_encoding_to_char(int4) | name | int4:6
    pg_encoding_to_char(int4) | name | int4:99
    pg_char_to_encoding(name) | int4 | name:utf-8
    pg_char_to_encoding(name) | int4 | name:nonsense
    has_table_privilege(text,text) | bool | text:pg_class text:select
    has_table_privilege(text,text) | bool | text:pg_class text:foo
    has_table_privilege(text,text) | bool | text:nope text:select
    has_table_privilege(oid,text) | bool | oid:1 text:select
    has_table_privilege(name,text,text) | bool | name:nobody text:pg_class text:select
    has_any_column_privilege(text,text) | bool | text:pg_class text:select with grant option, insert
    has_column_privilege(text,text,text) | bool | text:pg_class text:nope text:select
    has_schema_privilege(text,text) | bool | text:nope text:usage
    has_database_privilege(text,text) | bool | text:nope text:connect
    pg_has_role(name,text) | bool | name:nobody text:usage
    to_regclass(text) | oid | text:pg_catalog.pg_class
    to_regclass(text) | oid | text:nope
    to_regtype(text) | oid | text:timestamp(3) with time zone[]
    to_regtype(text) | oid | text:nope
    pg_get_userbyid(oid) | name | oid:1
    pg_get_viewdef(oid) | text | oid:1
    pg_table_is_visible(oid) | bool | oid:1259
    pg_table_is_visible(oid) | bool | oid:1
    current_setting(text) | text | text:nope.nope
    set_config(text,text,bool) | text | text:~ text:a bool:f
    pg_get_serial_sequence(text,text) | text | text:pg_class text:nope
    ${[[0, '1'], [1042, '-1'], [1042, '~'], [1042, '14'], [1560, '-1'], [1560, '3'], [1186, '-1'], [1186, '470286338'], [1115, '3'], [1700, '655366'],
      [1700, '-1'], [1231, '655366'], [18, '~'], [23, '10'], [1043, '-1'], [1043, '14'], [1266, '0'], [1184, '3'], [2205, '~'], [1, '~'], [83, '~'],
    ].map(([oid, typmod]) => `format_type(oid,int4) | text | oid:${oid} int4:${typmod}`).join('\n')}`;

  const cases = scalarCases.trim().split('\n').map((line) => line.trim().split(/ \| /) as [string, string, string]);
  test.each(cases)('%s -> %s of %s', async (id, result, text) => {
    const given = text.split(/ (?=_?\w+:)/).map((part): Argument => {
      const colon = part.indexOf(':');
      const value = part.slice(colon + 1);
      return [part.slice(0, colon), value === '~' ? null : value];
    });
    const name = id.slice(0, id.indexOf('('));
    const expected = await judged(`select ${name}(${given.map(sqlOf).join(', ')})${result === 'oid' ? '::oid' : ''}::text`);
    const answer = (): unknown => {
      const value = call(id, given);
      return [[typeof value === 'boolean' ? String(value) : printed(value, typeOid(result))]];
    };
    expect(outcome(answer)).toEqual(expected);
  });

  const setCases: readonly (readonly [id: string, sql: string, given: readonly Argument[], types: readonly string[]])[] = [
    ['generate_series(int4,int4)', 'generate_series(1, 4)', [['int4', '1'], ['int4', '4']], ['int4']],
    ['generate_series(int4,int4,int4)', 'generate_series(5, 1, -2)', [['int4', '5'], ['int4', '1'], ['int4', '-2']], ['int4']],
    ['generate_series(int4,int4,int4)', 'generate_series(5, 1, 0)', [['int4', '5'], ['int4', '1'], ['int4', '0']], ['int4']],
    ['generate_series(int8,int8,int8)', 'generate_series(9223372036854775800, 9223372036854775807, 5)', [['int8', '9223372036854775800'], ['int8', '9223372036854775807'], ['int8', '5']], ['int8']],
    ['generate_series(numeric,numeric,numeric)', 'generate_series(1::numeric, 2, 0.5)', [['numeric', '1'], ['numeric', '2'], ['numeric', '0.5']], ['numeric']],
    ['generate_series(numeric,numeric)', `generate_series(1::numeric, 'NaN'::numeric)`, [['numeric', '1'], ['numeric', 'NaN']], ['numeric']],
    ['generate_subscripts(anyarray,int4)', `generate_subscripts('[2:4]={1,2,3}'::int[], 1)`, [['_int4', '[2:4]={1,2,3}'], ['int4', '1']], ['int4']],
    ['generate_subscripts(anyarray,int4,bool)', `generate_subscripts('[2:4]={1,2,3}'::int[], 1, true)`, [['_int4', '[2:4]={1,2,3}'], ['int4', '1'], ['bool', 't']], ['int4']],
    ['unnest(anyarray)', `unnest('{{1,2},{3,NULL}}'::int[])`, [['_int4', '{{1,2},{3,NULL}}']], ['int4']],
    ['_pg_expandarray(anyarray)', `information_schema._pg_expandarray('[3:4]={7,8}'::int[])`, [['_int4', '[3:4]={7,8}']], ['int4', 'int4']],
    ['string_to_table(text,text,text)', `string_to_table('a,,b', ',', '')`, [['text', 'a,,b'], ['text', ','], ['text', '']], ['text']],
    ['pg_options_to_table(_text)', `pg_options_to_table('{a=b,c}')`, [['_text', '{a=b,c}']], ['text', 'text']],
    ['pg_get_keywords()', 'pg_get_keywords() order by word', [], ['text', 'char', 'bool', 'text', 'text']],
  ];
  test.each(setCases)('%s: %s', async (id, sql, given, types) => {
    const expected = await judged(`select * from ${sql}`);
    const rows = (): unknown => Array.from(tableFunctionById(id)!.evaluate(...given.map(datumOf), environment), (row) => row.map((value, index) => printed(value, typeOid(types[index]!))));
    expect(outcome(rows)).toEqual(expected);
  });

  test.each([
    ['regclass', 'pg_class'], ['regclass', '"pg_class"'], ['regclass', 'PG_CATALOG.Pg_Class'], ['regclass', 'nope.t'], ['regclass', 'a.b.c.d'], ['regclass', 'a b'], ['regclass', ''],
    ['regclass', '5'], ['regclass', '-'], ['regtype', 'int4'], ['regtype', 'character varying(10)'], ['regtype', 'double precision[]'], ['regtype', 'nope'],
    ['regtype', 'nope.nope'], ['regtype', '"char"'], ['regtype', 'interval day to second'], ['regproc', 'nope'], ['regproc', 'abs'], ['regproc', 'array_in'],
    ['regprocedure', 'abs(int4)'], ['regprocedure', 'abs(text)'], ['regprocedure', 'abs'], ['regnamespace', 'pg_catalog'], ['regnamespace', 'nope'], ['regrole', 'nope'],
  ])('%s of %s', async (type, text) => {
    const expected = await judged(`select '${text}'::${type}::text`);
    const ours = outcome(() => [[call(`${type}out(${type})`, [['oid', String(call(`${type}in(text)`, [['text', text]]))]])]]);
    expect(ours).toEqual(expected);
  });
});

test('a user relation is shown by its name, with its schema where the path does not lead to it', () => {
  const oid = call('regclassin(text)', [['text', 't']]);
  expect(call('regclassout(regclass)', [['oid', String(oid)]])).toBe('t');
  expect(functionById('regclassout(regclass)')!.evaluate(oid, { ...environment, catalog: catalogQuestions(snapshot, []) })).toBe('public.t');
});

test('sessions are told what they are', () => {
  expect(call('version()', [])).toBe('PostgreSQL 15.0 (millrace 0.1.0)');
  expect(call('current_schema()', [])).toBe('public');
  expect(call('set_config(text,text,bool)', [['text', 'a.b'], ['text', 'c'], ['bool', 'f']])).toBe('c');
  expect(call('current_setting(text)', [['text', 'a.b']])).toBe('c');
});
