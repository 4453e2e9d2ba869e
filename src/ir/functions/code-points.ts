/**
 * Strings as Postgres counts them: in code points.
 * JavaScript counts UTF-16 units; the two differ only where there are surrogates, so everything here has a fast way without.
 */
const surrogate = /[\ud800-\udfff]/;
export const hasSurrogates = (text: string): boolean => surrogate.test(text);

export function lengthOf(text: string): number {
  if (!hasSurrogates(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Code points [from, to) of the text, 0-based. */
export function slice(text: string, from: number, to?: number): string {
  return hasSurrogates(text) ? Array.from(text).slice(from, to).join('') : text.slice(from, to);
}

/** Index in UTF-16 units of the code point at `index`. */
export function unitIndex(text: string, index: number): number {
  if (!hasSurrogates(text)) return Math.min(index, text.length);
  let unit = 0;
  for (let i = 0; i < index && unit < text.length; i++) unit += text.codePointAt(unit)! > 0xffff ? 2 : 1;
  return unit;
}

const notAscii = /[^\x00-\x7f]/;

/** Lower case under LC_CTYPE "C": letters beyond ASCII have none. */
export const lowerCase = (text: string): string => (notAscii.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase());
export const upperCase = (text: string): string => (notAscii.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.toUpperCase());
