import { SqlError } from '../../core/index.ts';
import { defineFunctions, invalidParameter } from './define.ts';

/** Unicode escapes, and what characters are. Manual: "String Functions and Operators". */

const invalidPair = (): SqlError => new SqlError('42601', 'invalid Unicode surrogate pair');
const escape = /\\(?:\\|\+([0-9a-fA-F]{6})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-9a-fA-F]{4}))/y;

/** `\\0061`, `\\+000061`, `\\u0061`, `\\U00000061` are characters; surrogates come in pairs. */
function unistr(text: string): string {
  let result = '';
  let high: number | undefined;
  for (let at = 0; at < text.length;) {
    if (text[at] !== '\\') {
      if (high !== undefined) throw invalidPair();
      result += text[at++]!;
      continue;
    }
    escape.lastIndex = at;
    const found = escape.exec(text);
    if (found === null) {
      throw new SqlError('42601', 'invalid Unicode escape', { hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.' });
    }
    at += found[0].length;
    const digits = found[1] ?? found[2] ?? found[3] ?? found[4];
    if (digits === undefined) {
      if (high !== undefined) throw invalidPair();
      result += '\\';
      continue;
    }
    const code = Number.parseInt(digits, 16);
    if (code === 0 || code > 0x10ffff) throw invalidParameter(`invalid Unicode code point: ${code.toString(16).toUpperCase().padStart(4, '0')}`);
    if (high !== undefined) {
      if (code < 0xdc00 || code > 0xdfff) throw invalidPair();
      result += String.fromCharCode(high, code);
      high = undefined;
    } else if (code >= 0xd800 && code <= 0xdbff) high = code;
    else if (code >= 0xdc00 && code <= 0xdfff) throw invalidPair();
    else result += String.fromCodePoint(code);
  }
  if (high !== undefined) throw invalidPair();
  return result;
}

export const unicodeFunctions = defineFunctions([
  ['unistr(text) text', unistr],
  ['unicode_version() text total', () => '16.0'],
  ['unicode_assigned(text) bool total', (text: string) => !/\p{Cn}/u.test(text)],
]);
