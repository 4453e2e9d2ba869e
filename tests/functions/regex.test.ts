import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionById } from '../../src/ir/index.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import { answer, argument, judged, prepareJudge, sqlOf } from './judged.ts';

/** Patterns in which Postgres' longest match differs from JavaScript's first, and the syntax that only Postgres has. */
const patterns = [
  'a|ab', '(a|ab)(c|bcd)', 'a?(ab)?', 'Y*([0-9]{1,3})', 'Y*?([0-9]{1,3})', 'b*?', '(\\w+)@(\\w+)', '^(.*)-(.*)$', '[[:alpha:]]+', '[^[:space:]]+', '\\d{2,}', '(?i)HELLO', '\\mfoo\\M',
  'x{3', 'x{3,1}', '(', ')', '[a', 'a**', '*a', 'a|', '()', '(a)\\1', '\\y', '[]a]+', '[a\\]]', '\\x41', '\\u0041', '(?=o)', 'f(?!x)', '***=a.b', '(?x) a b # c', '[[:<:]]foo', '\\q', '[z-a]',
  '.', '^', '$', '(?n)^b.', '{1}', 'a{1}', '(?:ab)+c?', '"(.*?)"', 'é', '(?i)É',
  '(\\w+)\\s*\\1', '(a)b?\\1', '(?i)(a) ?\\1', '(")(.*?)\\1', '(a|b)( |b)*\\1', '(\\w)(?:\\1| )', '<(\\w+)>(.*?)</\\1>', '(a(b)? )\\1',
];
const texts = ['', 'abcd', 'XY1234Z', 'joe@example', 'a-b-c', 'Hello foo x', 'aa', 'a.b', 'ab ab', 'a\nbc', '"q" "r"', 'é A]', 'the the aA', '<b>x</b><b>y</b>'];

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await prepareJudge(judge);
});
afterAll(() => judge?.close());

const functions = ['textregexeq(text,text)', 'regexp_match(text,text)', 'regexp_split_to_array(text,text)', 'regexp_substr(text,text)', 'regexp_count(text,text)'];

it.each(functions)('%s', async (id) => {
  const row = functionById(id)!;
  const calls = patterns.flatMap((pattern) => texts.map((text) => [argument('text', text), argument('text', pattern)]));
  const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
  expect(calls.flatMap((call, i) => {
    const ours = answer(row, call);
    return ours === theirs[i] ? [] : [{ call: sqlOf(row, call), ours, theirs: theirs[i] }];
  })).toEqual([]);
});

it('regexp_replace(text,text,text,text)', async () => {
  const row = functionById('regexp_replace(text,text,text,text)')!;
  const calls = patterns.flatMap((pattern) => texts.map((text) => [argument('text', text), argument('text', pattern), argument('text', '<\\1\\&\\\\>'), argument('text', 'g')]));
  const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
  expect(calls.flatMap((call, i) => {
    const ours = answer(row, call);
    return ours === theirs[i] ? [] : [{ call: sqlOf(row, call), ours, theirs: theirs[i] }];
  })).toEqual([]);
});

/** Over these JavaScript would try more ways than there is time for. */
const long = ['a'.repeat(200) + '!', 'ab'.repeat(150), 'a b '.repeat(60), `x${'é'.repeat(100)}\n${'y'.repeat(120)}`, `<i>${'k'.repeat(40)}</i><b>${'k'.repeat(40)}</b>`, '0123456789'.repeat(40), '-'.repeat(4000), 'Zeta alpha, beta; gamma '.repeat(20)];
const growing = [
  '^(a+)+$', `${'a?'.repeat(30)}${'a'.repeat(30)}!b`, '(a|aa)+$', '^(?:a|b|ab)+$', '(a*)*b', '(a*)+?b', '(\\w+\\s?)*$', '^(\\w+[ ,;]*)+!$', '(.*)(.*)(.*)(.*)x', '(x+x+)+y', '(?:(a)|b)+', '(a?){50}a{50}', '^(([a-z])+.)+[A-Z]([a-z])+$', '-*-*-*-*-*x', '(?n)^(y+)+$', '\\m(\\w)+\\M',
  '(?<=b )(a +)+(?=b)', '(?<!a)(ab)+(?!a)', '(\\d+)+\\D', '([^a]+)*a', '(a+?)+?!', '.*?(b.*)+?', '(a(b)?)+', '(é+y?)+', '[[:alpha:]]+(?:, | )(\\w+)',
];
it('expressions whose ways grow with the text are as fast as any', { timeout: 120_000 }, async () => {
  for (const id of ['textregexeq(text,text)', 'regexp_substr(text,text)', 'regexp_count(text,text)']) {
    const row = functionById(id)!;
    const calls = growing.flatMap((pattern) => long.map((text) => [argument('text', text), argument('text', pattern)]));
    const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
    expect(calls.flatMap((call, i) => {
      const ours = answer(row, call);
      return ours === theirs[i] ? [] : [{ call: sqlOf(row, call), ours, theirs: theirs[i] }];
    })).toEqual([]);
  }
});

it('with back references a way is tried once, and there is an end', () => {
  const row = functionById('regexp_match(text,text)')!;
  const nested = (text: string, pattern: string): string | null => answer(row, [argument('text', text), argument('text', pattern)]);
  expect(nested(`<i>${'k'.repeat(40)}</i><b>${'k'.repeat(40)}</b>`, '<(\\w+)>((?:.+?)+)</\\1>')).toContain(`i,${'k'.repeat(40)}`);
  expect(nested('ab'.repeat(20_000), '(a.*)(.*b)(.*)\\1x')).toContain('54001');
});
