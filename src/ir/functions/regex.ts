import { sized, SqlError } from '../../core/index.ts';
import type { SqlArray } from '../../core/index.ts';
import { lengthOf, unitIndex } from './code-points.ts';
import { defineFunctions, defineTableFunctions, invalidParameter } from './define.ts';
import type { Definition } from './define.ts';
import { compileRegex } from './regex-match.ts';
import type { Match, Matcher } from './regex-match.ts';
import { plainOptions, withOption } from './regex-syntax.ts';
import type { Options } from './regex-syntax.ts';
import { similarToRegex } from './similar.ts';
import { textArray } from './text.ts';

const compiled = new Map<string, Matcher>();

/** Patterns are mostly literals: what was compiled before is kept, five hundred of them. */
function matcherOf(pattern: string, options: Options = plainOptions): Matcher {
  const key = options === plainOptions ? pattern : `${pattern}\0${JSON.stringify(options)}`;
  let matcher = compiled.get(key);
  if (matcher === undefined) {
    if (compiled.size >= 500) compiled.clear();
    matcher = compileRegex(pattern, options);
    compiled.set(key, matcher);
  }
  return matcher;
}

const caseless: Options = { ...plainOptions, ignoreCase: true };

interface Flags {
  readonly global: boolean;
  readonly options: Options;
}

function readFlags(text: string): Flags {
  let global = false;
  let options = plainOptions;
  for (const letter of text) {
    if (letter === 'g') {
      global = true;
      continue;
    }
    const next = withOption(options, letter);
    if (next === undefined) throw invalidParameter(`invalid regular expression option: "${letter}"`);
    options = next;
  }
  return { global, options };
}

/** Flags for a function that does one thing: "g" has no sense there. */
function readFlagsWithoutGlobal(text: string, name: string, hint?: string): Options {
  const { global, options } = readFlags(text);
  if (global) throw new SqlError('22023', `${name}() does not support the "global" option`, hint === undefined ? {} : { hint });
  return options;
}

function* matchesOf(matcher: Matcher, text: string, from: number): Generator<Match> {
  for (let at = from; at <= text.length;) {
    const match = matcher.find(text, at);
    if (match === undefined) return;
    yield match;
    at = match.end > match.start ? match.end : match.end + characterUnits(text, match.end);
  }
}
const characterUnits = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const groupTexts = (text: string, match: Match): readonly (string | null)[] =>
  match.groups.length === 0 ? [text.slice(match.start, match.end)] : match.groups.map((group) => (group === null ? null : text.slice(group.start, group.end)));

function regexpMatch(text: string, pattern: string, flags = ''): SqlArray | null {
  const options = readFlagsWithoutGlobal(flags, 'regexp_match', 'Use the regexp_matches function instead.');
  const match = matcherOf(pattern, options).find(text, 0);
  return match === undefined ? null : textArray(groupTexts(text, match));
}

function* regexpMatches(text: string, pattern: string, flags: string): Generator<readonly [SqlArray]> {
  const { global, options } = readFlags(flags);
  for (const match of matchesOf(matcherOf(pattern, options), text, 0)) {
    yield [textArray(groupTexts(text, match))];
    if (!global) return;
  }
}

/** The text between matches; a match of nothing counts only inside the rest, never at its start or the end. */
function split(text: string, pattern: string, options: Options): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of matchesOf(matcherOf(pattern, options), text, 0)) {
    if (match.start >= text.length || match.end <= from) continue;
    parts.push(text.slice(from, match.start));
    from = match.end;
  }
  return [...parts, text.slice(from)];
}

const splitWithFlags = (name: string) => (text: string, pattern: string, flags: string): readonly string[] =>
  split(text, pattern, readFlagsWithoutGlobal(flags, name));

/** `\1` to `\9` the groups, `\&` the whole match, `\\` a backslash; any other backslash is itself. */
function expand(replacement: string, text: string, match: Match): string {
  if (!replacement.includes('\\')) return replacement;
  return replacement.replace(/\\([1-9&\\])/g, (_, reference: string) => {
    if (reference === '\\') return '\\';
    const span = reference === '&' ? match : match.groups[Number(reference) - 1];
    return span === null || span === undefined ? '' : text.slice(span.start, span.end);
  });
}

/** Replaces the `nth` match from `start` on, all of them when 0. */
function replace(text: string, pattern: string, replacement: string, options: Options, start: number, nth: number): string {
  const matcher = matcherOf(pattern, options);
  if (start - 1 > lengthOf(text)) return text;
  let result = '';
  let copied = 0;
  let index = 0;
  for (const match of matchesOf(matcher, text, unitIndex(text, start - 1))) {
    index++;
    if (nth !== 0 && index < nth) continue;
    result = sized(result + text.slice(copied, match.start) + expand(replacement, text, match));
    copied = match.end;
    if (nth !== 0) break;
  }
  return result + text.slice(copied);
}

const checkPositive = (name: string, value: number, least = 1): void => {
  if (value < least) throw invalidParameter(`invalid value for parameter "${name}": ${value}`);
};

function replaceFrom(text: string, pattern: string, replacement: string, start: number, nth: number, flags: string): string {
  checkPositive('start', start);
  checkPositive('n', nth, 0);
  return replace(text, pattern, replacement, readFlags(flags).options, start, nth);
}

function replaceWithFlags(text: string, pattern: string, replacement: string, flags: string): string {
  if (/^\d/.test(flags)) {
    throw new SqlError('22023', `invalid regular expression option: "${flags[0]}"`, {
      hint: 'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
    });
  }
  const { global, options } = readFlags(flags);
  return replace(text, pattern, replacement, options, 1, global ? 0 : 1);
}

function countMatches(text: string, pattern: string, start = 1, flags = ''): number {
  checkPositive('start', start);
  const options = readFlagsWithoutGlobal(flags, 'regexp_count');
  if (start - 1 > lengthOf(text)) return 0;
  let count = 0;
  for (const _ of matchesOf(matcherOf(pattern, options), text, unitIndex(text, start - 1))) count++;
  return count;
}

/** The `nth` match from `start` on, or its `group`. */
function nthSpan(text: string, pattern: string, start: number, nth: number, options: Options, group: number): { readonly start: number; readonly end: number } | undefined {
  const matcher = matcherOf(pattern, options);
  if (start - 1 > lengthOf(text)) return undefined;
  // Of an expression without groups the whole match is the first one.
  const whole = group === 0 || (group === 1 && matcher.groups === 0);
  if (!whole && group > matcher.groups) return undefined;
  let index = 0;
  for (const match of matchesOf(matcher, text, unitIndex(text, start - 1))) {
    if (++index === nth) return whole ? match : (match.groups[group - 1] ?? undefined);
  }
  return undefined;
}

function regexpInstr(text: string, pattern: string, start = 1, nth = 1, endOption = 0, flags = '', group = 0): number {
  checkPositive('start', start);
  checkPositive('n', nth);
  if (endOption !== 0 && endOption !== 1) throw invalidParameter(`invalid value for parameter "endoption": ${endOption}`);
  checkPositive('subexpr', group, 0);
  const span = nthSpan(text, pattern, start, nth, readFlagsWithoutGlobal(flags, 'regexp_instr'), group);
  return span === undefined ? 0 : lengthOf(text.slice(0, endOption === 1 ? span.end : span.start)) + 1;
}

function regexpSubstring(text: string, pattern: string, start = 1, nth = 1, flags = '', group = 0): string | null {
  checkPositive('start', start);
  checkPositive('n', nth);
  checkPositive('subexpr', group, 0);
  const span = nthSpan(text, pattern, start, nth, readFlagsWithoutGlobal(flags, 'regexp_substr'), group);
  return span === undefined ? null : text.slice(span.start, span.end);
}

/** `substring(text from pattern)`: the first group where there is one, else the whole match. */
function substringByRegex(text: string, pattern: string): string | null {
  const matcher = matcherOf(pattern);
  const match = matcher.find(text, 0);
  const span = match === undefined || matcher.groups === 0 ? match : match.groups[0];
  return span === undefined || span === null ? null : text.slice(span.start, span.end);
}

const operatorsOf = (type: string): readonly Definition[] => [
  [`${type}regexeq(${type},text) bool`, (text: string, pattern: string) => matcherOf(pattern).test(text)],
  [`${type}regexne(${type},text) bool`, (text: string, pattern: string) => !matcherOf(pattern).test(text)],
  [`${type}icregexeq(${type},text) bool`, (text: string, pattern: string) => matcherOf(pattern, caseless).test(text)],
  [`${type}icregexne(${type},text) bool`, (text: string, pattern: string) => !matcherOf(pattern, caseless).test(text)],
];

/** The arguments without the environment that comes last. */
const given = <Result>(compute: (...args: any[]) => Result) => (...args: any[]): Result => compute(...args.slice(0, -1));

/** Manual: "POSIX Regular Expressions". */
export const regexFunctions = defineFunctions([
  ...operatorsOf('text'), ...operatorsOf('bpchar'), ...operatorsOf('name'),
  ['regexp_like(text,text) bool', (text: string, pattern: string) => matcherOf(pattern).test(text)],
  ['regexp_like(text,text,text) bool', (text: string, pattern: string, flags: string) => matcherOf(pattern, readFlagsWithoutGlobal(flags, 'regexp_like')).test(text)],
  ['regexp_match(text,text) _text', given(regexpMatch)],
  ['regexp_match(text,text,text) _text', given(regexpMatch)],
  ['regexp_replace(text,text,text) text', (text: string, pattern: string, by: string) => replace(text, pattern, by, plainOptions, 1, 1)],
  ['regexp_replace(text,text,text,text) text', replaceWithFlags],
  ['regexp_replace(text,text,text,int4) text', (text: string, pattern: string, by: string, start: number) => replaceFrom(text, pattern, by, start, 1, '')],
  ['regexp_replace(text,text,text,int4,int4) text', (text: string, pattern: string, by: string, start: number, nth: number) => replaceFrom(text, pattern, by, start, nth, '')],
  ['regexp_replace(text,text,text,int4,int4,text) text', replaceFrom],
  ['regexp_split_to_array(text,text) _text', (text: string, pattern: string) => textArray(split(text, pattern, plainOptions))],
  ['regexp_split_to_array(text,text,text) _text', (text: string, pattern: string, flags: string) => textArray(splitWithFlags('regexp_split_to_array')(text, pattern, flags))],
  ...['text,text', 'text,text,int4', 'text,text,int4,text'].map((args): Definition => [`regexp_count(${args}) int4`, given(countMatches)]),
  ...['text,text', 'text,text,int4', 'text,text,int4,int4', 'text,text,int4,int4,int4', 'text,text,int4,int4,int4,text', 'text,text,int4,int4,int4,text,int4']
    .map((args): Definition => [`regexp_instr(${args}) int4`, given(regexpInstr)]),
  ...['text,text', 'text,text,int4', 'text,text,int4,int4', 'text,text,int4,int4,text', 'text,text,int4,int4,text,int4']
    .map((args): Definition => [`regexp_substr(${args}) text`, given(regexpSubstring)]),
  ['substring(text,text) text', substringByRegex],
  ['substring(text,text,text) text', (text: string, pattern: string, escape: string) => substringByRegex(text, similarToRegex(pattern, escape))],
  ['similar_to_escape(text) text', (pattern: string) => similarToRegex(pattern, '\\')],
  ['similar_to_escape(text,text) text', (pattern: string, escape: string) => similarToRegex(pattern, escape)],
  ['similar_escape(text,text) text null', (pattern: string | null, escape: string | null) => (pattern === null ? null : similarToRegex(pattern, escape ?? '\\'))],
]);

export const regexTableFunctions = defineTableFunctions([
  ['regexp_matches(text,text) _text', ['regexp_matches _text'], (text: string, pattern: string) => regexpMatches(text, pattern, '')],
  ['regexp_matches(text,text,text) _text', ['regexp_matches _text'], regexpMatches],
  ['regexp_split_to_table(text,text) text', ['regexp_split_to_table text'], (text: string, pattern: string) => split(text, pattern, plainOptions).map((part) => [part])],
  ['regexp_split_to_table(text,text,text) text', ['regexp_split_to_table text'], (text: string, pattern: string, flags: string) =>
    splitWithFlags('regexp_split_to_table')(text, pattern, flags).map((part) => [part])],
]);
