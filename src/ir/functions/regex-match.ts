import { assertNever, notSupported } from '../../core/index.ts';
import { Machine } from './regex-machine.ts';
import { parseRegex } from './regex-syntax.ts';
import type { CharacterSet, Options, Regex } from './regex-syntax.ts';

/**
 * Matching Postgres' regular expressions with JavaScript's. Whether and where a match starts is the same for both;
 * where it ends is not: JavaScript takes the first way that works, Postgres the longest match (the shortest, where the expression's first quantifier
 * is non-greedy). So an expression in which the choice is never open (`decided`) is left to JavaScript, and for others the machine finds the end. Its own, too, are texts over which
 * JavaScript, which tries one way after the other, could go on for longer than anyone waits: `'aaaa...!' ~ '^(a+)+$'`.
 */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** of each group, or null where it took no part */
  readonly groups: readonly ({ readonly start: number; readonly end: number } | null)[];
}

export interface Matcher {
  readonly groups: number;
  test(text: string): boolean;
  /** the first match at or after `from` (UTF-16 index) */
  find(text: string, from: number): Match | undefined;
}

const escapeCode = (code: number): string => `\\u{${code.toString(16)}}`;

function setSource({ negative, ranges }: CharacterSet): string {
  return `[${negative ? '^' : ''}${ranges.map(([from, to]) => (from === to ? escapeCode(from) : `${escapeCode(from)}-${escapeCode(to)}`)).join('')}]`;
}

const assertionSource = {
  start: '^', end: '$', lineStart: '(?<![^\\n])', lineEnd: '(?![^\\n])',
  wordStart: '(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])', wordEnd: '(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])', wordEdge: '\\b', noWordEdge: '\\B',
} as const;

function sourceOf(regex: Regex): string {
  switch (regex.kind) {
    case 'set': return setSource(regex.set);
    case 'sequence': return `(?:${regex.parts.map(sourceOf).join('')})`;
    case 'choice': return `(?:${regex.branches.map(sourceOf).join('|')})`;
    case 'repeat': {
      const bounds = `{${regex.least},${regex.most === Infinity ? '' : regex.most}}`;
      return `(?:${sourceOf(regex.body)})${bounds}${regex.greedy ? '' : '?'}`;
    }
    case 'group': return `(${sourceOf(regex.body)})`;
    case 'back': return `(?:\\${regex.index})`;
    case 'look': return `(?${regex.behind ? '<' : ''}${regex.negative ? '!' : '='}${sourceOf(regex.body)})`;
    case 'assert': return assertionSource[regex.where];
    default: return assertNever(regex);
  }
}

/** The characters with which something may begin, ASCII one bit each, all others one bit together; and whether it may be empty. */
interface First {
  readonly characters: bigint;
  readonly empty: boolean;
}
const BEYOND_ASCII = 1n << 128n;
const ALL = (1n << 129n) - 1n;

function charactersOf({ negative, ranges }: CharacterSet): bigint {
  let bits = 0n;
  for (const [from, to] of ranges) {
    for (let code = from; code <= Math.min(to, 127); code++) bits |= 1n << BigInt(code);
    if (to > 127) bits |= BEYOND_ASCII;
  }
  return negative ? (ALL & ~bits) | BEYOND_ASCII : bits;
}

function firstOf(regex: Regex): First {
  switch (regex.kind) {
    case 'set': return { characters: charactersOf(regex.set), empty: false };
    case 'sequence': return regex.parts.reduceRight<First>((rest, part) => {
      const first = firstOf(part);
      return first.empty ? { characters: first.characters | rest.characters, empty: rest.empty } : first;
    }, { characters: 0n, empty: true });
    case 'choice': {
      const firsts = regex.branches.map(firstOf);
      return { characters: firsts.reduce((all, first) => all | first.characters, 0n), empty: firsts.some((first) => first.empty) };
    }
    case 'repeat': {
      const first = firstOf(regex.body);
      return { characters: first.characters, empty: first.empty || regex.least === 0 };
    }
    case 'group': return firstOf(regex.body);
    case 'back': return { characters: ALL, empty: true };
    case 'look': case 'assert': return { characters: 0n, empty: true };
    default: return assertNever(regex);
  }
}

/** Whether at every point one character tells which way to go, given what may follow: then the greedy way is the longest. */
function decided(regex: Regex, follow: bigint): boolean {
  switch (regex.kind) {
    case 'set': case 'assert': case 'look': return true;
    case 'back': return false;
    case 'group': return decided(regex.body, follow);
    case 'sequence': {
      let after = follow;
      for (const part of regex.parts.toReversed()) {
        if (!decided(part, after)) return false;
        const first = firstOf(part);
        after = first.empty ? first.characters | after : first.characters;
      }
      return true;
    }
    case 'choice': {
      let seen = 0n;
      for (const branch of regex.branches) {
        const first = firstOf(branch);
        if (first.empty || (first.characters & seen) !== 0n || !decided(branch, follow)) return false;
        seen |= first.characters;
      }
      return true;
    }
    case 'repeat': {
      const first = firstOf(regex.body);
      const fixed = regex.least === regex.most;
      if (first.empty || (!fixed && (!regex.greedy || (first.characters & follow) !== 0n))) return false;
      return decided(regex.body, regex.most > 1 ? first.characters | follow : follow);
    }
    default: return assertNever(regex);
  }
}

function count(regex: Regex, wanted: (part: Regex) => boolean): number {
  const own = wanted(regex) ? 1 : 0;
  switch (regex.kind) {
    case 'sequence': return regex.parts.reduce((sum, part) => sum + count(part, wanted), own);
    case 'choice': return regex.branches.reduce((sum, part) => sum + count(part, wanted), own);
    case 'repeat': return own + count(regex.body, wanted) * (regex.most > 1 ? 2 : 1);
    case 'group': return own + count(regex.body, wanted);
    default: return own;
  }
}

/** Without choices, one quantifier alone decides how long the match gets. */
const oneQuantifier = (regex: Regex): boolean => count(regex, (part) =>
  part.kind === 'choice' || part.kind === 'back' || (part.kind === 'repeat' && part.least !== part.most)) <= 1
  && count(regex, (part) => part.kind === 'choice' || part.kind === 'back') === 0;

/** Whether the expression ends in `$`: then every match ends at the same place. */
function endsAtEnd(regex: Regex): boolean {
  if (regex.kind === 'sequence') return regex.parts.length > 0 && endsAtEnd(regex.parts[regex.parts.length - 1]!);
  return regex.kind === 'assert' && regex.where === 'end';
}

const looksAhead = (regex: Regex): boolean => count(regex, (part) =>
  (part.kind === 'look' && !part.behind) || (part.kind === 'assert' && part.where !== 'start' && part.where !== 'lineStart')) > 0;

/** Manual, "Regular Expression Matching Rules": that of the first quantified part that has one; a choice is greedy. */
function prefersLongest(regex: Regex): boolean | undefined {
  switch (regex.kind) {
    case 'repeat': return regex.least === regex.most ? prefersLongest(regex.body) : regex.greedy;
    case 'group': return prefersLongest(regex.body);
    case 'choice': return true;
    case 'sequence': {
      for (const part of regex.parts) {
        const own = prefersLongest(part);
        if (own !== undefined) return own;
      }
      return undefined;
    }
    default: return undefined;
  }
}

const hasReference = (regex: Regex): boolean => count(regex, (part) => part.kind === 'back') > 0;
const hasOptionalParts = (regex: Regex): boolean => count(regex, (part) => part.kind === 'choice' || (part.kind === 'repeat' && part.least === 0)) > 0;

/**
 * Whether each reference in `regex` is to a group of `before`, or to one that stands before it as a part of the same sequence. Of a group that took no part JavaScript's reference matches
 * nothing at all where Postgres' never matches; JavaScript has no round of a repetition that is empty; and Postgres settles what lies in a group before it looks at what stands behind that.
 */
function refersToSiblings(regex: Regex, before: ReadonlySet<number>): boolean {
  switch (regex.kind) {
    case 'set': case 'assert': return true;
    case 'back': return before.has(regex.index);
    case 'look': case 'group': return refersToSiblings(regex.body, before);
    case 'choice': return regex.branches.every((branch) => refersToSiblings(branch, before));
    case 'repeat': return refersToSiblings(regex.body, new Set());
    case 'sequence': {
      const taken = new Set(before);
      return regex.parts.every((part) => {
        const fine = refersToSiblings(part, taken);
        if (part.kind === 'group') taken.add(part.index);
        return fine;
      });
    }
    default: return assertNever(regex);
  }
}

function toMatch(found: RegExpExecArray): Match {
  const indices = found.indices!;
  const [whole, ...groups] = indices as ([number, number] | undefined)[];
  return { start: whole![0], end: whole![1], groups: groups.map((group) => (group === undefined ? null : { start: group[0], end: group[1] })) };
}
const fromSlots = (slots: Int32Array | undefined, groups: number): Match | undefined => slots && {
  start: slots[0]!, end: slots[1]!,
  groups: Array.from({ length: groups }, (_, i) => (slots[2 * i + 3]! < 0 ? null : { start: slots[2 * i + 2]!, end: slots[2 * i + 3]! })),
};

/** Steps within which JavaScript may try one way after the other. */
const MOST_TRIES = 1e7;
/** Choices one behind the other, each of which doubles the ways. */
const MOST_CHOICES = 12;
/** Texts over which there are not many ways, whatever the expression. */
const SHORT = 16;

/** How the number of ways grows with the length of the text, as a power of it: by one for each part whose length is open. Infinity where such parts lie in a repetition, and one text is cut in many ways. */
function waysOf(regex: Regex): number {
  switch (regex.kind) {
    case 'set': case 'assert': case 'back': return 0;
    case 'sequence': return regex.parts.reduce((sum, part) => sum + waysOf(part), 0);
    case 'choice': return Math.max(0, ...regex.branches.map(waysOf));
    case 'group': return waysOf(regex.body);
    case 'look': return waysOf(regex.body) + 1;
    case 'repeat': {
      const body = waysOf(regex.body);
      if (regex.most <= 1) return body;
      // What may follow a round is another: where that is not told apart by one character, each round doubles the ways.
      if (!decided(regex.body, firstOf(regex.body).characters)) return regex.most > 4 ? Infinity : body * regex.most + 1;
      return body + (regex.least === regex.most ? 0 : 1);
    }
    default: return assertNever(regex);
  }
}

/** The longest text that is left to JavaScript; a longer one is the machine's. `ends`: it is tried for each end that a match may have. */
function mostForJavaScript(regex: Regex, isDecided: boolean, ends: boolean): number {
  if (!isDecided && count(regex, (part) => part.kind === 'choice' || (part.kind === 'repeat' && part.most === 1)) > MOST_CHOICES) return SHORT;
  const starts = regex.kind === 'assert' || (regex.kind === 'sequence' && regex.parts[0]?.kind === 'assert') ? 0 : 1;
  const power = starts + Number(ends) + (isDecided ? Math.min(1, waysOf(regex)) : waysOf(regex));
  return power === 0 ? Infinity : Math.max(SHORT, MOST_TRIES ** (1 / power));
}

export function compileRegex(pattern: string, options: Options): Matcher {
  const { regex, groups, ignoreCase } = parseRegex(pattern, options);
  const refers = hasReference(regex);
  if (refers && hasOptionalParts(regex) && !refersToSiblings(regex, new Set())) {
    throw notSupported('a regular expression with optional parts and a back reference to a group that is not a part of the same sequence', 'Write the alternatives as separate expressions.');
  }
  const source = sourceOf(regex);
  const tester = new RegExp(source, 'u');
  const finder = new RegExp(source, 'dgu');
  const isDecided = decided(regex, 0n);
  const most = mostForJavaScript(regex, isDecided, false);
  const wanted = endsAtEnd(regex) || oneQuantifier(regex) || isDecided ? 'first' : prefersLongest(regex) ?? true ? 'longest' : 'shortest';
  // What looks ahead must see what stands behind the end that is tried.
  const mostEnds = wanted === 'first' || looksAhead(regex) ? -1 : mostForJavaScript(regex, isDecided, true);
  const pinned = mostEnds < 0 ? undefined : new RegExp(`(?:${source})(?![^])`, 'duy');
  // Made when it is wanted: most texts are short.
  let made: Machine | undefined;
  const machine = (): Machine => (made ??= new Machine(regex, groups));
  // what a reference repeats may be written in the other case: sets have both cases, so the text may have one
  const folded = refers && ignoreCase ? (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : (text: string): string => text;
  return {
    groups,
    test(given) {
      const text = folded(given);
      return text.length <= most ? tester.test(text) : machine().test(text, 0);
    },
    find(given, from) {
      const text = folded(given);
      if (text.length - from > (wanted === 'first' ? most : mostEnds)) return fromSlots(machine().find(text, from, wanted), groups);
      finder.lastIndex = from;
      const first = finder.exec(text);
      if (first === null) return undefined;
      if (pinned === undefined) return toMatch(first);
      for (let end = wanted === 'longest' ? text.length : first.index; end >= first.index && end <= text.length; end += wanted === 'longest' ? -1 : 1) {
        pinned.lastIndex = first.index;
        const found = pinned.exec(text.slice(0, end));
        if (found !== null) return toMatch(found);
      }
      return toMatch(first);
    },
  };
}
