import { SqlError } from '../../core/index.ts';

/**
 * A SIMILAR TO pattern as an anchored regular expression: `%` is `.*`, `_` is `.`, everything else that is special in SQL is special there too.
 * `escape"` twice marks the part that SUBSTRING answers; the parts before and after it match as little as they can.
 * Manual: "SIMILAR TO Regular Expressions". Worded as Postgres' own translation, so that the two look the same in plans.
 */
export function similarToRegex(pattern: string, escape: string): string {
  if (Array.from(escape).length > 1) throw new SqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
  let result = '^(?:';
  let afterEscape = false;
  let inBracket = false;
  let bracketStart = false;
  let separators = 0;
  for (const character of pattern) {
    if (afterEscape) {
      if (character === '"' && !inBracket) {
        if (separators === 0) result += '){1,1}?(';
        else if (separators === 1) result += '){1,1}(?:';
        else throw new SqlError('2200C', 'SQL regular expression may not contain more than two escape-double-quote separators');
        separators++;
      } else result += `\\${character}`;
      afterEscape = false;
      bracketStart = false;
    } else if (escape !== '' && character === escape) afterEscape = true;
    else if (inBracket) {
      if (character === '\\') result += '\\';
      result += character;
      if (character === ']' && !bracketStart) inBracket = false;
      bracketStart = bracketStart && character === '^';
    } else if (character === '[') {
      result += character;
      inBracket = true;
      bracketStart = true;
    } else if (character === '%') result += '.*';
    else if (character === '_') result += '.';
    else if (character === '(') result += '(?:';
    else if (character === '\\' || character === '.' || character === '^' || character === '$') result += `\\${character}`;
    else result += character;
  }
  return `${result})$`;
}
