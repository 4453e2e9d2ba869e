import { SqlError } from '../../core/index.ts';
/**
 * Finding the parts of a `json` value in its text, which is kept as it was written. The text is known to be valid JSON.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}
export interface Member extends Span {
  readonly key: string;
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  for (let unit = text.charCodeAt(at); unit === 32 || unit === 10 || unit === 13 || unit === 9; unit = text.charCodeAt(at)) at++;
  return at;
}

/** `at` is on the opening quote; answers the place behind the closing one. */
function stringEnd(text: string, at: number): number {
  let i = at + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function valueEnd(text: string, at: number): number {
  const opening = text[at];
  if (opening === '"') return stringEnd(text, at);
  let i = at;
  if (opening === '{' || opening === '[') {
    let depth = 0;
    do {
      const character = text[i];
      if (character === '"') {
        i = stringEnd(text, i);
        continue;
      }
      if (character === '{' || character === '[') depth++;
      else if (character === '}' || character === ']') depth--;
      i++;
    } while (depth > 0);
    return i;
  }
  while (i < text.length && !',]} \n\r\t'.includes(text[i]!)) i++;
  return i;
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export function jsonKind(text: string): JsonKind {
  switch (text[skipSpace(text, 0)]) {
    case '{': return 'object';
    case '[': return 'array';
    case '"': return 'string';
    case 't': case 'f': return 'boolean';
    case 'n': return 'null';
    default: return 'number';
  }
}

/** The elements of an array; empty for anything else. */
export function elementsOf(text: string): readonly Span[] {
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return [];
  const spans: Span[] = [];
  at = skipSpace(text, at + 1);
  while (text[at] !== ']') {
    const to = valueEnd(text, at);
    spans.push({ from: at, to });
    at = skipSpace(text, to);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return spans;
}

/** The members of an object in the order written, repeated keys included; empty for anything else. */
export function membersOf(text: string): readonly Member[] {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return [];
  const members: Member[] = [];
  at = skipSpace(text, at + 1);
  while (text[at] !== '}') {
    const keyEnd = stringEnd(text, at);
    const key: string = JSON.parse(text.slice(at, keyEnd));
    at = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const to = valueEnd(text, at);
    members.push({ key, from: at, to });
    at = skipSpace(text, to);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

const noText = (): SqlError => new SqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });

/** The document, refused where a string or key in it is no text: what looks for a part reads all of them first. */
export function decodable(text: string): string {
  if (text.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw noText();
  return text;
}

/** What `->>` makes of a value's text: a string without its quotes, null for `null`. */
export function jsonAsText(text: string): string | null {
  const kind = jsonKind(text);
  if (kind === 'null') return null;
  if (kind !== 'string') return text;
  const read = JSON.parse(text) as string;
  if (read.includes('\0')) throw noText();
  return read;
}

/** The text without white space between tokens, members for which `keep` is false left out: the shape in which json functions rewrite a value. */
export function rewriteJson(text: string, keepMember: (valueText: string) => boolean, keepElement: (valueText: string) => boolean): string {
  const kind = jsonKind(text);
  if (kind === 'object') {
    const parts = membersOf(text).flatMap(({ key, from, to }) => {
      const value = text.slice(from, to);
      return keepMember(value) ? [`${JSON.stringify(key)}:${rewriteJson(value, keepMember, keepElement)}`] : [];
    });
    return `{${parts.join(',')}}`;
  }
  if (kind === 'array') {
    const parts = elementsOf(text).flatMap(({ from, to }) => {
      const value = text.slice(from, to);
      return keepElement(value) ? [rewriteJson(value, keepMember, keepElement)] : [];
    });
    return `[${parts.join(',')}]`;
  }
  return kind === 'string' ? JSON.stringify(JSON.parse(text)) : text.trim();
}
