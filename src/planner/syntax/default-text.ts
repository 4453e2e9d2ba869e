import { charactersBefore } from './characters.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

const nextConstraint = new Set(['not', 'null', 'primary', 'unique', 'check', 'references', 'constraint', 'generated', 'collate', 'deferrable', 'initially']);

/** The text of the expression behind the word DEFAULT that stands at 1-based character `position` of `text`. */
export function defaultText(text: string, position: number): string {
  const tokens = tokenize(text);
  const start = tokens.findIndex((token) => charactersBefore(text, token.start) + 1 === position) + 1;
  let end = start + 1;
  for (let depth = bracket(tokens[start]); end < tokens.length; end++) {
    const token = tokens[end]!;
    if (depth === 0 && endsDefault(token)) break;
    depth += bracket(token);
  }
  const first = tokens[start];
  const last = tokens[end - 1];
  return first && last ? text.slice(first.start, last.end) : '';
}

const bracket = (token: Token | undefined): number =>
  token?.kind !== 'mark' ? 0 : token.value === '(' || token.value === '[' ? 1 : token.value === ')' || token.value === ']' ? -1 : 0;

const endsDefault = (token: Token): boolean =>
  (token.kind === 'mark' && (token.value === ',' || token.value === ')')) || (token.kind === 'word' && nextConstraint.has(token.value));
