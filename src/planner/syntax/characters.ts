/**
 * Three ways to count a text: UTF-16 units (JavaScript's strings and our tokens), UTF-8 bytes (the grammar's locations),
 * and characters, that is code points (the protocol's positions). For ASCII all three are one.
 */

/** How many characters lie before UTF-16 offset `end`. */
export function charactersBefore(text: string, end: number): number {
  let count = 0;
  for (let i = 0; i < end; count++) i += text.codePointAt(i)! > 0xffff ? 2 : 1;
  return count;
}

/** A blank for every byte, line ends kept: what follows keeps its location. */
export const blank = (text: string): string =>
  text.replace(/[^\n]/gu, (character) => ' '.repeat(Buffer.byteLength(character)));

/** The character of `original` at the byte where `blanked`, which differs from it by `blank` only, has character number `character`. */
export function characterThroughBlanks(original: string, blanked: string, character: number): number {
  if (original === blanked) return character;
  const bytes = Buffer.byteLength([...blanked].slice(0, character).join(''));
  return [...Buffer.from(original).subarray(0, bytes).toString()].length;
}

/** The 1-based character position of a grammar location in `text`: bytes from 0, left out when 0, -1 when unknown. */
export function positionOf(text: string, location: number | undefined): number | undefined {
  const offset = location ?? 0;
  if (offset < 0) return undefined;
  return charactersInBytes(text, offset) + 1;
}

function charactersInBytes(text: string, bytes: number): number {
  let at = 0;
  let count = 0;
  for (const character of text) {
    if (at >= bytes) break;
    at += Buffer.byteLength(character);
    count++;
  }
  return count;
}
