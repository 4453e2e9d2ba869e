import { SqlError } from '../../core/index.ts';

/** The templates of to_char and to_number, as Postgres' formatting.c reads them. Manual: "Data Type Formatting Functions". */

export type Pattern = ',' | '.' | '0' | '9' | 'B' | 'C' | 'D' | 'EEEE' | 'FM' | 'G' | 'L' | 'MI' | 'PL' | 'PR' | 'RN' | 'rn' | 'SG' | 'SP' | 'S' | 'TH' | 'th' | 'V';
export type Piece = { readonly kind: 'pattern'; readonly pattern: Pattern } | { readonly kind: 'text'; readonly text: string };

/** In the order in which they are tried. */
const patterns: readonly Pattern[] = [',', '.', '0', '9', 'B', 'C', 'D', 'EEEE', 'FM', 'G', 'L', 'MI', 'PL', 'PR', 'RN', 'SG', 'SP', 'S', 'TH', 'V'];

/** What a template says of the number. */
export interface Template {
  readonly pieces: readonly Piece[];
  /** digit places before and behind the point, and behind V */
  pre: number;
  post: number;
  multi: number;
  /** places before the first and up to the last `0`, counted from 1; 0 where there is none */
  zeroStart: number;
  zeroEnd: number;
  sign: 'none' | 'before' | 'behind';
  /** digit places before S */
  beforeSign: number;
  readonly flags: Set<'decimal' | 'zero' | 'blank' | 'fill' | 'S' | 'bracket' | 'minus' | 'plus' | 'roman' | 'multi' | 'EEEE'>;
}

const wrong = (message: string, detail?: string): SqlError => new SqlError('42601', message, detail === undefined ? {} : { detail });

/** Reads the template of a number; throws 42601 for patterns that exclude each other. */
export function readTemplate(text: string): Template {
  const template: Template & { pieces: Piece[] } = { pieces: [], pre: 0, post: 0, multi: 0, zeroStart: 0, zeroEnd: 0, sign: 'none', beforeSign: 0, flags: new Set() };
  for (let at = 0; at < text.length;) {
    const pattern = patternAt(text, at);
    if (pattern !== undefined) {
      note(template, pattern);
      template.pieces.push({ kind: 'pattern', pattern });
      at += pattern.length;
      continue;
    }
    at = text[at] === '"' ? quoted(text, at + 1, template.pieces) : plain(text, at, template.pieces);
  }
  return template;
}

function patternAt(text: string, at: number): Pattern | undefined {
  const found = patterns.find((pattern) => text.startsWith(pattern, at) || text.startsWith(pattern.toLowerCase(), at));
  const isLower = found !== undefined && !text.startsWith(found, at);
  return found === 'RN' && isLower ? 'rn' : found === 'TH' && isLower ? 'th' : found;
}

function quoted(text: string, start: number, pieces: Piece[]): number {
  let at = start;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && at + 1 < text.length) at++;
    const character = String.fromCodePoint(text.codePointAt(at)!);
    pieces.push({ kind: 'text', text: character });
    at += character.length;
  }
  return at + 1;
}

/** A backslash means something only before a quotation mark. */
function plain(text: string, start: number, pieces: Piece[]): number {
  const at = text[start] === '\\' && text[start + 1] === '"' ? start + 1 : start;
  const character = String.fromCodePoint(text.codePointAt(at)!);
  pieces.push({ kind: 'text', text: character });
  return at + character.length;
}

function note(template: Template, pattern: Pattern): void {
  const { flags } = template;
  if (flags.has('EEEE') && pattern !== 'EEEE') throw wrong('"EEEE" must be the last pattern used');
  switch (pattern) {
    case '9':
    case '0':
      noteDigit(template, pattern);
      break;
    case 'B':
      if (template.pre === 0 && template.post === 0 && !flags.has('zero')) flags.add('blank');
      break;
    case 'D':
    case '.':
      if (flags.has('decimal')) throw wrong('multiple decimal points');
      if (flags.has('multi')) throw wrong('cannot use "V" and decimal point together');
      flags.add('decimal');
      break;
    case 'FM':
      flags.add('fill');
      break;
    case 'V':
      if (flags.has('decimal')) throw wrong('cannot use "V" and decimal point together');
      flags.add('multi');
      break;
    case 'RN':
    case 'rn':
      if (flags.has('roman')) throw wrong('cannot use "RN" twice');
      flags.add('roman');
      break;
    case 'EEEE':
      if (flags.has('EEEE')) throw wrong('cannot use "EEEE" twice');
      if (['blank', 'fill', 'S', 'bracket', 'minus', 'plus', 'roman', 'multi'].some((flag) => [...flags].some((known) => known === flag))) {
        throw wrong('"EEEE" is incompatible with other formats', '"EEEE" may only be used together with digit and decimal point patterns.');
      }
      flags.add('EEEE');
      break;
    default:
      noteSign(template, pattern);
  }
  if (flags.has('roman') && [...flags].some((flag) => flag !== 'roman' && flag !== 'fill')) {
    throw wrong('"RN" is incompatible with other formats', '"RN" may only be used together with "FM".');
  }
}

function noteDigit(template: Template, pattern: '9' | '0'): void {
  const { flags } = template;
  if (flags.has('bracket')) throw wrong(`"${pattern}" must be ahead of "PR"`);
  if (pattern === '9' && flags.has('multi')) {
    template.multi++;
    return;
  }
  if (pattern === '0' && !flags.has('zero') && !flags.has('decimal')) {
    flags.add('zero');
    template.zeroStart = template.pre + 1;
  }
  if (flags.has('decimal')) template.post++;
  else template.pre++;
  if (pattern === '0') template.zeroEnd = template.pre + template.post;
}

function noteSign(template: Template, pattern: Pattern): void {
  const { flags } = template;
  const together = (other: string): SqlError => wrong(`cannot use "S" and "${other}" together`);
  switch (pattern) {
    case 'S':
      if (flags.has('S')) throw wrong('cannot use "S" twice');
      if (flags.has('plus') || flags.has('minus') || flags.has('bracket')) throw together('PL"/"MI"/"SG"/"PR');
      template.sign = flags.has('decimal') ? 'behind' : 'before';
      if (!flags.has('decimal')) template.beforeSign = template.pre;
      flags.add('S');
      break;
    case 'MI':
    case 'PL':
    case 'SG':
      if (flags.has('S')) throw together(pattern);
      if (pattern !== 'PL') flags.add('minus');
      if (pattern !== 'MI') flags.add('plus');
      break;
    case 'PR':
      if (flags.has('S') || flags.has('plus') || flags.has('minus')) throw wrong('cannot use "PR" and "S"/"PL"/"MI"/"SG" together');
      flags.add('bracket');
      break;
    default:
      break;
  }
}

const ones = ['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX'];
const tens = ['', 'X', 'XX', 'X'.repeat(3), 'XL', 'L', 'LX', 'LXX', 'LXXX', 'XC'];
const hundreds = ['', 'C', 'CC', 'CCC', 'CD', 'D', 'DC', 'DCC', 'DCCC', 'CM'];

export function toRoman(value: number): string {
  if (!(value >= 1 && value <= 3999)) return '#'.repeat(15);
  return 'M'.repeat(Math.floor(value / 1000)) + hundreds[Math.floor(value / 100) % 10]! + tens[Math.floor(value / 10) % 10]! + ones[value % 10]!;
}

/** -1 where the text is no Roman numeral. */
function fromRoman(text: string): number {
  const upper = text.toUpperCase();
  for (let value = 1; value <= 3999; value++) if (toRoman(value) === upper) return value;
  return -1;
}

function ordinal(digits: string): string {
  if (!/[0-9]$/.test(digits)) throw new SqlError('22P02', `"${digits}" is not a number`);
  const last = digits.at(-2) === '1' ? '' : digits.at(-1);
  return last === '1' ? 'st' : last === '2' ? 'nd' : last === '3' ? 'rd' : 'th';
}

/** The last digit behind the point that is not 0, the point itself where all are; undefined without a point. */
function lastRelevant(digits: string): number | undefined {
  const point = digits.indexOf('.');
  if (point < 0) return undefined;
  let last = point;
  for (let at = point + 1; at < digits.length; at++) if (digits[at] !== '0') last = at;
  return last;
}

/** Stands where a template asks for a digit behind the last: Postgres ends the text there. */
const end = '\0';

/** Writes a number's digits through the template: NUM_processor with NUM_numpart_to_char. */
class NumberWriter {
  readonly #template: Template;
  readonly #digits: string;
  readonly #negative: boolean;
  readonly #preSpaces: number;
  readonly #zeroStart: number;
  readonly #last: number | undefined;
  readonly #count: number;
  readonly #sign: Template['sign'];
  readonly #bracket: boolean;
  #signWritten: boolean;
  #inNumber = false;
  #place = 0;
  #at = 0;
  #out = '';

  constructor(template: Template, digits: string, negative: boolean, preSpaces: number) {
    const { flags } = template;
    this.#template = template;
    this.#digits = digits;
    this.#negative = negative;
    this.#preSpaces = preSpaces;
    this.#zeroStart = template.zeroStart === 0 ? 0 : template.zeroStart - 1;
    const ownSign = flags.has('plus') || flags.has('minus');
    this.#bracket = flags.has('bracket') && !(!ownSign && !negative && flags.has('fill'));
    this.#signWritten = ownSign ? flags.has('minus') : !negative && flags.has('fill') && !flags.has('S');
    this.#sign = !ownSign && template.sign === 'before' && template.pre === template.beforeSign ? 'behind' : template.sign;
    this.#last = this.#lastShown();
    this.#count = template.post + template.pre - 1 + (!this.#signWritten && preSpaces === 0 ? 1 : 0);
  }

  #lastShown(): number | undefined {
    const { flags, zeroEnd } = this.#template;
    if (!flags.has('fill') || !flags.has('decimal')) return undefined;
    const last = lastRelevant(this.#digits);
    if (last === undefined || zeroEnd <= this.#preSpaces) return last;
    return Math.max(last, Math.min(this.#digits.length - 1, zeroEnd - this.#preSpaces));
  }

  write(): string {
    for (const piece of this.#template.pieces) {
      if (piece.kind === 'text') this.#out += piece.text;
      else this.#pattern(piece.pattern);
    }
    const cut = this.#out.indexOf(end);
    return cut < 0 ? this.#out : this.#out.slice(0, cut);
  }

  #pattern(pattern: Pattern): void {
    const fill = this.#template.flags.has('fill');
    switch (pattern) {
      case '9':
      case '0':
      case '.':
      case 'D':
        return this.#digit(pattern);
      case ',':
      case 'G':
        if (this.#inNumber) this.#out += ',';
        else if (!fill) this.#out += ' ';
        return;
      case 'L':
        this.#out += ' ';
        return;
      case 'TH':
      case 'th':
        if (this.#digits.startsWith('#') || this.#negative || this.#template.flags.has('decimal')) return;
        this.#out += pattern === 'th' ? ordinal(this.#digits) : ordinal(this.#digits).toUpperCase();
        return;
      case 'MI':
        this.#out += this.#negative ? '-' : fill ? '' : ' ';
        return;
      case 'PL':
        this.#out += !this.#negative ? '+' : fill ? '' : ' ';
        return;
      case 'SG':
        this.#out += this.#negative ? '-' : '+';
        return;
      default:
        return;
    }
  }

  /** `0.1` with 9.9: the zero before the point is a blank. */
  #blankZero(): boolean {
    return !this.#template.flags.has('zero') && this.#at === 0 && this.#digits[0] === '0' && this.#template.post !== 0;
  }
  #lastIsPoint(): boolean {
    return this.#last !== undefined && this.#digits[this.#last] === '.';
  }

  #digit(pattern: '9' | '0' | '.' | 'D'): void {
    const { flags } = this.#template;
    const zero = flags.has('zero');
    this.#inNumber = false;
    if (!this.#signWritten && (this.#place >= this.#preSpaces || (zero && this.#zeroStart === this.#place)) && (!this.#blankZero() || this.#lastIsPoint())) this.#writeSign();
    if (this.#place < this.#preSpaces && (this.#zeroStart > this.#place || !zero)) {
      if (!flags.has('fill')) this.#out += ' ';
    } else if (zero && this.#place < this.#preSpaces && this.#zeroStart <= this.#place) {
      this.#out += '0';
      this.#inNumber = true;
    } else {
      this.#writeDigit(pattern);
      if (this.#at < this.#digits.length) this.#at++;
    }
    const lastPlace = this.#last !== undefined && this.#last === this.#at ? this.#place : this.#count + (this.#preSpaces > 0 ? 1 : 0) + (flags.has('decimal') ? 1 : 0);
    if (this.#place + 1 === lastPlace) {
      if (this.#signWritten && this.#bracket) this.#out += this.#negative ? '>' : ' ';
      else if (flags.has('S') && this.#sign === 'behind') this.#out += this.#negative ? '-' : '+';
    }
    this.#place++;
  }

  #writeSign(): void {
    const { flags } = this.#template;
    if (flags.has('S')) {
      if (this.#sign !== 'before') return;
      this.#out += this.#negative ? '-' : '+';
    } else if (this.#bracket) this.#out += this.#negative ? '<' : ' ';
    else if (this.#negative) this.#out += '-';
    else if (!flags.has('fill')) this.#out += ' ';
    this.#signWritten = true;
  }

  #writeDigit(pattern: '9' | '0' | '.' | 'D'): void {
    const { flags } = this.#template;
    const digit = this.#digits[this.#at];
    if (digit === '.') {
      this.#out += '.';
      return;
    }
    if (this.#last !== undefined && this.#at > this.#last && pattern !== '0') return;
    if (this.#blankZero()) {
      if (!flags.has('fill')) this.#out += ' ';
      else if (this.#lastIsPoint()) this.#out += '0';
      return;
    }
    this.#out += digit ?? end;
    this.#inNumber = true;
  }
}

/**
 * The number through the template. `printed` is its text with as many digits behind the point as the template has places;
 * a number too long for its places is all `#`.
 */
export function writeNumber(template: Template, printed: string): string {
  const negative = printed.startsWith('-');
  const digits = negative ? printed.slice(1) : printed;
  const point = digits.indexOf('.');
  const before = point < 0 ? digits.length : point;
  const shown = before > template.pre ? `${'#'.repeat(template.pre)}.${'#'.repeat(template.post)}` : digits;
  return new NumberWriter(template, shown, negative, Math.max(0, template.pre - before)).write();
}

/** A Roman numeral, to the right of 15 places unless FM is there. */
export function writeRoman(template: Template, value: number): string {
  const roman = toRoman(value);
  return template.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text;
    if (piece.pattern !== 'RN' && piece.pattern !== 'rn') return '';
    const cased = piece.pattern === 'rn' ? roman.toLowerCase() : roman;
    return template.flags.has('fill') ? cased : cased.padStart(15);
  }).join('');
}

/** EEEE of NaN and the infinities. */
export const overflowExponent = (template: Template): string => ` ${'#'.repeat(template.pre)}.${'#'.repeat(template.post + 4)}`;

/** Reads a number through the template: NUM_processor with NUM_numpart_from_char. */
class NumberReader {
  readonly #template: Template;
  readonly #input: string;
  #at = 0;
  #sign = ' ';
  #digits = '';
  #readPre = 0;
  #readPost = 0;
  #readPoint = false;

  constructor(template: Template, input: string) {
    this.#template = template;
    this.#input = input;
  }
  get #over(): boolean {
    return this.#at >= this.#input.length;
  }
  #peek(): string {
    return this.#input.charAt(this.#at);
  }

  read(): { readonly text: string; readonly scale: number } {
    for (const piece of this.#template.pieces) {
      if (this.#over) break;
      if (piece.kind === 'text') this.#at++;
      else if (this.#pattern(piece.pattern)) this.#at++;
    }
    return { text: this.#sign + (this.#digits.endsWith('.') ? this.#digits.slice(0, -1) : this.#digits), scale: this.#readPost };
  }

  #skipOthers(count: number): void {
    for (let left = count; left > 0 && !this.#over && !'0123456789.,+-'.includes(this.#peek()); left--) this.#at++;
  }

  /** True where the character that stands here has been used. */
  #pattern(pattern: Pattern): boolean {
    const fill = this.#template.flags.has('fill');
    const character = this.#peek();
    switch (pattern) {
      case '9':
      case '0':
      case '.':
      case 'D':
        this.#digit(pattern);
        return true;
      case ',':
      case 'G':
        return !fill && character === ',';
      case 'L':
        this.#skipOthers(1);
        return false;
      case 'TH':
      case 'th':
        if (!this.#template.flags.has('decimal')) this.#skipOthers(2);
        return false;
      case 'MI':
      case 'PL':
      case 'SG':
        if ((pattern !== 'PL' && character === '-') || (pattern !== 'MI' && character === '+')) {
          this.#sign = character;
          return true;
        }
        this.#skipOthers(1);
        return false;
      default:
        return false;
    }
  }

  #digit(pattern: Pattern): void {
    const { flags, sign, post } = this.#template;
    let isRead = false;
    if (this.#peek() === ' ') this.#at++;
    if (this.#over) return;
    if (this.#sign === ' ' && (pattern === '0' || pattern === '9') && this.#readPre + this.#readPost === 0) {
      const character = this.#peek();
      if (character === '-' || character === '+' || (character === '<' && flags.has('bracket') && !(flags.has('S') && sign === 'before'))) {
        this.#sign = character === '+' ? '+' : '-';
        this.#at++;
      }
    }
    if (this.#over) return;
    const character = this.#peek();
    if (/^[0-9]$/.test(character)) {
      if (this.#readPoint && this.#readPost === post) return;
      this.#digits += character;
      if (this.#readPoint) this.#readPost++;
      else this.#readPre++;
      isRead = true;
    } else if (flags.has('decimal') && !this.#readPoint && character === '.') {
      this.#digits += '.';
      this.#readPoint = true;
      isRead = true;
    }
    if (this.#sign !== ' ' || this.#readPre + this.#readPost === 0) return;
    const next = this.#input.charAt(this.#at + 1);
    if (flags.has('S') && isRead && next !== '' && !/[0-9]/.test(next)) {
      if (next === '-' || next === '+') {
        this.#sign = next;
        this.#at++;
      }
    } else if (!isRead && !flags.has('S') && (flags.has('plus') || flags.has('minus')) && (character === '-' || character === '+')) this.#sign = character;
  }
}

/** The text of the number that `input` holds by the template, and its digits behind the point. */
export function readNumber(template: Template, input: string): { readonly text: string; readonly scale: number } {
  if (template.flags.has('EEEE')) throw new SqlError('0A000', '"EEEE" not supported for input');
  if (!template.flags.has('roman')) return new NumberReader(template, input).read();
  if (input === '') return { text: ' ', scale: 0 };
  const value = fromRoman(/^\s*([ivxlcdm]*)/i.exec(input)![1]!);
  if (value < 0) throw new SqlError('22P02', 'invalid Roman numeral');
  return { text: String(value), scale: 0 };
}
