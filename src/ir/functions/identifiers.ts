import { Oid, SqlError } from '../../core/index.ts';
import type { SqlArray } from '../../core/index.ts';
import { listOf } from './array-values.ts';
import { defineFunctions } from './define.ts';

/** parse_ident: the parts of a qualified name, in lower case unless they are quoted. */

const wrong = (text: string, detail?: string): SqlError => new SqlError('22023', `string is not a valid identifier: "${text}"`, detail === undefined ? {} : { detail });

function quotedPart(text: string, start: number): { readonly part: string; readonly next: number } {
  let part = '';
  for (let at = start; ; at++) {
    if (at >= text.length) throw wrong(text, 'String has unclosed double quotes.');
    if (text[at] !== '"') part += text[at]!;
    else if (text[at + 1] === '"') part += text[at++]!;
    else {
      if (part === '') throw wrong(text, 'Quoted identifier must not be empty.');
      return { part, next: at + 1 };
    }
  }
}

const word = /[_a-zA-Z\u0080-\u{10ffff}][_a-zA-Z0-9$\u0080-\u{10ffff}]*/uy;

function parts(text: string, strict: boolean): SqlArray {
  const found: string[] = [];
  let at = /^\s*/.exec(text)![0].length;
  for (let afterDot = false; ; ) {
    if (text[at] === '"') {
      const { part, next } = quotedPart(text, at + 1);
      found.push(part);
      at = next;
    } else {
      word.lastIndex = at;
      const part = word.exec(text)?.[0];
      if (part === undefined) {
        if (text[at] === '.') throw wrong(text, 'No valid identifier before ".".');
        throw wrong(text, afterDot ? 'No valid identifier after ".".' : undefined);
      }
      found.push(part.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
      at += part.length;
    }
    while (/\s/.test(text.charAt(at))) at++;
    if (text[at] !== '.') break;
    afterDot = true;
    at++;
    while (/\s/.test(text.charAt(at))) at++;
  }
  if (at < text.length && strict) throw wrong(text);
  return listOf(Oid.text, found);
}

export const identifierFunctions = defineFunctions([
  ['parse_ident(text,bool) _text defaults=1', (text: string, strict?: unknown) => parts(text, strict !== false)],
]);
