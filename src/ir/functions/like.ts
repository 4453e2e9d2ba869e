import { SqlError } from '../../core/index.ts';
import type { Definition } from './define.ts';
import { defineFunctions } from './define.ts';
import { lowerCase } from './code-points.ts';

/**
 * LIKE: `%` any characters, `_` one, `\` takes the next literally. The pattern is cut at its `%`s into segments: the first and last are anchored,
 * those between are found leftmost, which is always right and never backtracks. Manual: "LIKE".
 */
type Segment = readonly Piece[];
/** `end` is an escape with nothing behind it: an error, but only once matching gets there. */
type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'one' } | { readonly kind: 'end' };

function segmentsOf(pattern: string): readonly Segment[] {
  const segments: Piece[][] = [[]];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') segments[segments.length - 1]!.push({ kind: 'text', text: literal });
    literal = '';
  };
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern[i]!;
    if (unit === '%') {
      flush();
      segments.push([]);
    } else if (unit === '_') {
      flush();
      segments[segments.length - 1]!.push({ kind: 'one' });
    } else if (unit === '\\') {
      if (++i < pattern.length) literal += pattern[i]!;
      else {
        flush();
        segments[segments.length - 1]!.push({ kind: 'end' });
      }
    } else literal += unit;
  }
  flush();
  return segments;
}

const endsWithEscape = (): SqlError => new SqlError('22025', 'LIKE pattern must not end with escape character');

/** Where the segment ends when it starts at `at`, or -1. */
function matchAt(text: string, at: number, segment: Segment): number {
  let position = at;
  for (const piece of segment) {
    if (piece.kind === 'text') {
      if (!text.startsWith(piece.text, position)) return -1;
      position += piece.text.length;
    } else if (position >= text.length) return -1;
    else if (piece.kind === 'end') throw endsWithEscape();
    else position += text.codePointAt(position)! > 0xffff ? 2 : 1;
  }
  return position;
}

function searchFrom(text: string, from: number, segment: Segment): number {
  const [first] = segment;
  if (segment.length === 1 && first!.kind === 'text') {
    const found = text.indexOf(first.text, from);
    return found < 0 ? -1 : found + first.text.length;
  }
  for (let at = from; at <= text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) {
    const end = matchAt(text, at, segment);
    if (end >= 0) return end;
  }
  return -1;
}

/** Units of text the segment needs, where every piece has a fixed size; `_` may be one unit or two. */
function matchSuffix(text: string, from: number, segment: Segment): boolean {
  const least = segment.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.text.length : 1), 0);
  const ones = segment.filter((piece) => piece.kind !== 'text').length;
  for (let at = Math.max(from, text.length - least - ones); at <= text.length - least; at++) {
    if (at > from && at < text.length && isLowSurrogate(text.charCodeAt(at))) continue;
    if (matchAt(text, at, segment) === text.length) return true;
  }
  return false;
}
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

function matches(text: string, segments: readonly Segment[]): boolean {
  const last = segments.length - 1;
  let position = matchAt(text, 0, segments[0]!);
  if (last === 0) return position === text.length;
  if (position < 0) return false;
  for (let i = 1; i < last; i++) {
    position = segments[i]!.length === 0 ? position : searchFrom(text, position, segments[i]!);
    if (position < 0) return false;
  }
  const tail = segments[last]!;
  if (tail.some((piece) => piece.kind === 'end') && position < text.length) throw endsWithEscape();
  return matchSuffix(text, position, tail);
}

const compiled = new Map<string, readonly Segment[]>();

/** Patterns are mostly literals: what was cut up before is kept, a thousand of them. */
export function like(text: string, pattern: string): boolean {
  let segments = compiled.get(pattern);
  if (segments === undefined) {
    if (compiled.size >= 1000) compiled.clear();
    segments = segmentsOf(pattern);
    compiled.set(pattern, segments);
  }
  return matches(text, segments);
}

export const likeIgnoringCase = (text: string, pattern: string): boolean => like(lowerCase(text), lowerCase(pattern));

/** Bytes as the characters of their numbers, and back. */
const charactersOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The pattern with `escape` as its escape character, rewritten to use the backslash. */
function likeEscape(pattern: string, escape: string): string {
  if (escape === '') return pattern.replaceAll('\\', '\\\\');
  if (Array.from(escape).length > 1) throw new SqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
  if (escape === '\\') return pattern;
  let result = '';
  let afterEscape = false;
  for (const character of pattern) {
    if (character === escape && !afterEscape) {
      result += '\\';
      afterEscape = true;
    } else {
      if (character === '\\' && !afterEscape) result += '\\';
      result += character;
      afterEscape = false;
    }
  }
  return result;
}

const bytesAsText = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
const unlike = (text: string, pattern: string): boolean => !like(text, pattern);
const unlikeIgnoringCase = (text: string, pattern: string): boolean => !likeIgnoringCase(text, pattern);

export const likeFunctions = defineFunctions([
  ...(['text', 'bpchar', 'name'].flatMap((type): readonly Definition[] => [
    [`${type}like(${type},text) bool`, like],
    [`${type}nlike(${type},text) bool`, unlike],
    [`${type}iclike(${type},text) bool`, likeIgnoringCase],
    [`${type}icnlike(${type},text) bool`, unlikeIgnoringCase],
  ])),
  ['like(text,text) bool', like], ['like(name,text) bool', like],
  ['notlike(text,text) bool', unlike], ['notlike(name,text) bool', unlike],
  ...(['bytealike', 'like'].map((name): Definition => [`${name}(bytea,bytea) bool`, (a: Uint8Array, b: Uint8Array) => like(bytesAsText(a), bytesAsText(b))])),
  ...(['byteanlike', 'notlike'].map((name): Definition => [`${name}(bytea,bytea) bool`, (a: Uint8Array, b: Uint8Array) => unlike(bytesAsText(a), bytesAsText(b))])),
  ['like_escape(text,text) text', likeEscape],
  ['like_escape(bytea,bytea) bytea', (pattern: Uint8Array, escape: Uint8Array) => bytesOf(likeEscape(charactersOf(pattern), charactersOf(escape)))],
]);
