import { afterAll, beforeAll, expect, it } from 'vitest';
import { codecOf, findTypeByName, defaultTextSettings, SqlError } from '../../src/core/index.ts';
import { functionById, tableFunctionById } from '../../src/ir/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { answer, argument, judged, judgedRows, prepareJudge, sqlOf, tableAnswer } from './judged.ts';

/** Paths and documents, each path over each document, in every function: the same items, or the same error. */
const paths = [
  '$', 'strict $', '$.a', 'strict $.a', '$.*', 'strict $.*', '$[*]', 'strict $[*]', '$[0]', '$[last]', '$[1 to last]', 'strict $[5]', '$[-1]', '$["a"]', '$.a[*].b', '$.a.b', 'strict $.a.b', '$.**', '$.**{1}', '$.**{1 to 2}.b',
  '$.**{last}', 'strict $.**.b', '$.a ? (@ > 1)', '$.a[*] ? (@.b > 1 && @.b < 5)', '$ ? (@.a == 1 || @.c == "x")', '$.a ? (!(@ == 1))', '$.c starts with "x"', '$.c ? (@ starts with $p)', '$.c like_regex "^X" flag "i"',
  '$.c like_regex "a.c" flag "q"', '$ ? (exists (@.a))', 'strict $ ? (exists (@.nope))', '$ ? ((@.a > 1) is unknown)', '($.a > 1) is unknown', '$.a == null', '$.n == null', '$.n != 1', '$.a + 1', '$.a[*].b * 2', '-$.a', '+$.c', '$.a / 0',
  '$.a % 2', '$.a.type()', '$.type()', '$.size()', 'strict $.a.size()', '$.a.abs()', '$.f.floor()', '$.f.ceiling()', '$.c.double()', '$.s.double()', '$.s.integer()', '$.f.integer()', '$.f.bigint()', '$.s.decimal(4,1)', '$.f.number()',
  '$.t.boolean()', '$.c.boolean()', '$.f.string()', '$.t.string()', '$.a ? (@.type() == "number")', '$x', '$p', '$.a < $v', '"lit"', '1 + 2', 'true', '$.a ? (@ == $v).type()', '$.a[$v]', '$.a[0.9]', '$.c <= "y"', '$.a == $.a', '$.t && true',
  '(1).type()', '$.a ? (@ like_regex "[")', '$ ? (@.a.b == 1)', '$.a[last - 1]', '($.a).type()', '$.e[*]', '$.e', '$.o.k', '$.o.*', '$.a - $.f', '$.a <> 1', '$.f * 1e3',
  '$.d[*].datetime()', '$.d[*].datetime().type()', '$.d[*].date()', '$.d[0].timestamp()', '$.d[0].timestamp_tz()', '$.d[1].time_tz(2)', '$.d[*] ? (@.datetime() > "2024-01-01".date())', '$.d[*] ? (@.datetime() < "2025-01-01T00:00:00Z".timestamp_tz())',
  '$.c.datetime()', '$.a.datetime("yyyy")', '$.d[0].datetime("yyyy-mm-dd")', '$.d[0].datetime("dd.mm")', '$.o.keyvalue()', '$.keyvalue().value', 'strict $.a.keyvalue()', '$.**.keyvalue().id',
];
const documents = [
  '{"d": ["2024-03-01", "12:30:45.678+02", "2024-03-01T12:30:45+05:30", "2024-03-01 08:00:00", "x"], "o": {"k": {"é": [1, {"l": 2.50}], "n": null}}}',
  '{"a": 1, "c": "xyz", "n": null, "f": -1.5, "s": "12.34", "t": true, "e": [], "o": {"k": [1, {"b": 2}]}}', '{"a": [{"b": 1}, {"b": 3}, {"b": "z"}, 7], "c": "Xa.c"}', '[1, 2, [3, {"b": 4}]]', '"str"', '[]', 'null', '{"a": {"b": 5}}', '[{"a": 1}, {"a": 2}]',
];
const vars = ['{"p": "x", "v": 1}', '{}', '[]'];
const flags = ['false', 'true'];

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await prepareJudge(judge);
});
afterAll(() => judge?.close());

const parsed = (text: string): boolean => {
  try {
    codecOf(findTypeByName('jsonpath')!.oid).parse(text, defaultTextSettings, -1);
    return true;
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
};
const readable = paths.filter(parsed);

it.each(['jsonb_path_exists', 'jsonb_path_match', 'jsonb_path_query_array', 'jsonb_path_query_first'])('%s', async (name) => {
  const row = functionById(`${name}(jsonb,jsonpath,jsonb,bool)`)!;
  const calls = documents.flatMap((document) => readable.flatMap((path, index) => flags.map((silent) =>
    [argument('jsonb', document), argument('jsonpath', path), argument('jsonb', vars[index % 7 === 0 ? 1 : index % 29 === 1 ? 2 : 0]!), argument('bool', silent)])));
  const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
  expect(calls.map((call, i) => ({ call: sqlOf(row, call), ours: answer(row, call), theirs: theirs[i] })).filter(({ ours, theirs: judgement }) => ours !== judgement)).toEqual([]);
});

it('jsonb_path_query', async () => {
  const row = tableFunctionById('jsonb_path_query(jsonb,jsonpath,jsonb,bool)')!;
  const calls = documents.flatMap((document) => readable.map((path) => [argument('jsonb', document), argument('jsonpath', path), argument('jsonb', vars[0]!), argument('bool', 'true')]));
  const theirs = await judgedRows(judge, calls.map((call) => ({ sql: sqlOf(row, call), columns: ['jsonb_path_query'] })));
  expect(calls.map((call, i) => ({ call: sqlOf(row, call), ours: tableAnswer(row, call), theirs: theirs[i] })).filter(({ ours, theirs: judgement }) => ours !== judgement)).toEqual([]);
});

it.each(['jsonb_path_exists_opr', 'jsonb_path_match_opr'])('%s', async (name) => {
  const row = functionById(`${name}(jsonb,jsonpath)`)!;
  const calls = documents.flatMap((document) => readable.filter((path) => !/\$[a-z]/.test(path)).map((path) => [argument('jsonb', document), argument('jsonpath', path)]));
  const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
  expect(calls.map((call, i) => ({ call: sqlOf(row, call), ours: answer(row, call), theirs: theirs[i] })).filter(({ ours, theirs: judgement }) => ours !== judgement)).toEqual([]);
});

it('reads and writes paths as Postgres does', async () => {
  const texts = [...paths.filter((path) => !path.includes('"["')), 'strict $.a[*].b ? (@.c > 1 && !(@.d == "x"))', '$.a + 1 * 2 - -3', '($.a + 1) * 2', '-$.a.abs()', '@', '$.a.', 'last', '$ a', '1a', '$"a b".c', '$.decimal(4,2)', '/* c */ $.a', '$.a.b-c', '"\\u0041\\n"', '$.\\u0041', '0x1F', '1_000.5', '.5', '$.a ? (@ > 1).b'];
  const theirs = await judged(judge, texts.map((text) => `'${text.replaceAll("'", "''")}'::jsonpath`));
  const ours = texts.map((text) => {
    try {
      const codec = codecOf(findTypeByName('jsonpath')!.oid);
      return `= ${codec.print(codec.parse(text, defaultTextSettings, -1), defaultTextSettings)}`;
    } catch (error) {
      if (error instanceof SqlError) return `${error.code}: ${error.message}`;
      throw error;
    }
  });
  expect(ours.map((text, i) => [texts[i], text])).toEqual(theirs.map((text, i) => [texts[i], text]));
});
