import { SqlError } from '../../core/index.ts';
import { lengthOf } from './code-points.ts';
import { invalidParameter } from './define.ts';
import { quoteIdentifier } from './keywords.ts';

export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** `%[position$][-][width]type`: width is a number, `*` (the next argument) or `*n$`. Manual: "format". */
const specifier = /%(?:(\d+)\$)?(-*)(?:(\d+)|\*(?:(\d+)\$)?|)([\s\S]?)/uy;

const tooFew = (): SqlError => invalidParameter('too few arguments for format()');

function pad(text: string, width: number, left: boolean): string {
  const missing = Math.abs(width) - lengthOf(text);
  if (missing <= 0) return text;
  return left || width < 0 ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

function render(value: string | null, type: string): string {
  if (type === 'L') return value === null ? 'NULL' : quoteLiteral(value);
  if (type === 'I') {
    if (value === null) throw new SqlError('22004', 'null values cannot be formatted as an SQL identifier');
    return quoteIdentifier(value);
  }
  return value ?? '';
}

/** `format(template, ...)` over the printed arguments. */
export function formatWith(template: string, args: readonly (string | null)[]): string {
  let result = '';
  let next = 0;
  const argument = (position: number): string | null => {
    if (position === 0) throw invalidParameter('format specifies argument 0, but arguments are numbered from 1');
    if (position > args.length) throw tooFew();
    next = position;
    return args[position - 1]!;
  };
  for (let i = 0; i < template.length;) {
    if (template[i] !== '%') {
      const until = template.indexOf('%', i);
      result += template.slice(i, until < 0 ? undefined : until);
      i = until < 0 ? template.length : until;
      continue;
    }
    if (template[i + 1] === '%') {
      result += '%';
      i += 2;
      continue;
    }
    specifier.lastIndex = i;
    const found = specifier.exec(template)!;
    const [whole, position, minus, digits, widthPosition, type] = found as unknown as (string | undefined)[];
    i += whole!.length;
    if (type === '') throw new SqlError('22023', 'unterminated format() type specifier', { hint: 'For a single "%" use "%%".' });
    let width = digits === undefined ? 0 : Number(digits);
    if (digits === undefined && /\*/.test(whole!)) {
      const given = argument(widthPosition === undefined ? next + 1 : Number(widthPosition));
      width = given === null ? 0 : Number(given);
    }
    if (type !== 's' && type !== 'I' && type !== 'L') {
      throw new SqlError('22023', `unrecognized format() type specifier "${type}"`, { hint: 'For a single "%" use "%%".' });
    }
    result += pad(render(argument(position === undefined ? next + 1 : Number(position)), type), width, minus !== '');
  }
  return result;
}
