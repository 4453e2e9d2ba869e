import { notSupported, SqlError } from '../../core/index.ts';

/**
 * Postgres' advanced regular expressions as trees. Manual: "Regular Expression Details".
 * Characters are code points; classes are those of LC_CTYPE "C", ASCII only.
 */
export type Regex =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Regex[] }
  | { readonly kind: 'choice'; readonly branches: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly body: Regex; readonly least: number; readonly most: number; readonly greedy: boolean }
  | { readonly kind: 'group'; readonly index: number; readonly body: Regex }
  | { readonly kind: 'back'; readonly index: number }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly body: Regex }
  | { readonly kind: 'assert'; readonly where: 'start' | 'end' | 'lineStart' | 'lineEnd' | 'wordStart' | 'wordEnd' | 'wordEdge' | 'noWordEdge' };

/** Ranges of code points, both ends included, in no order. */
export interface CharacterSet {
  readonly negative: boolean;
  readonly ranges: readonly (readonly [number, number])[];
}

export interface Options {
  readonly ignoreCase: boolean;
  /** `.` and negated sets do not match a line feed */
  readonly dotStopsAtNewline: boolean;
  /** `^` and `$` match at lines */
  readonly anchorsAtLines: boolean;
  readonly expanded: boolean;
  readonly literal: boolean;
  /** the older syntaxes: basic and extended */
  readonly older?: 'b' | 'e';
}

export const plainOptions: Options = { ignoreCase: false, dotStopsAtNewline: false, anchorsAtLines: false, expanded: false, literal: false };

export const invalidRegex = (reason: string): SqlError => new SqlError('2201B', `invalid regular expression: ${reason}`);

/** One option letter, of a flags argument or of `(?letters)`; undefined where there is none such. */
export function withOption(options: Options, letter: string): Options | undefined {
  switch (letter) {
    case 'i': return { ...options, ignoreCase: true };
    case 'c': return { ...options, ignoreCase: false };
    case 'm': case 'n': return { ...options, dotStopsAtNewline: true, anchorsAtLines: true };
    case 's': return { ...options, dotStopsAtNewline: false, anchorsAtLines: false };
    case 'p': return { ...options, dotStopsAtNewline: true, anchorsAtLines: false };
    case 'w': return { ...options, dotStopsAtNewline: false, anchorsAtLines: true };
    case 'x': return { ...options, expanded: true };
    case 't': return { ...options, expanded: false };
    case 'q': return { ...options, literal: true };
    case 'b': case 'e': return { ...options, older: letter };
    default: return undefined;
  }
}

type Ranges = readonly (readonly [number, number])[];
const digits: Ranges = [[48, 57]];
const upper: Ranges = [[65, 90]];
const lower: Ranges = [[97, 122]];
const letters: Ranges = [...upper, ...lower];
const word: Ranges = [...digits, ...letters, [95, 95]];
const space: Ranges = [[9, 13], [32, 32]];
const classes: Record<string, Ranges> = {
  alpha: letters, upper, lower, digit: digits, alnum: [...letters, ...digits], space, word,
  blank: [[9, 9], [32, 32]], cntrl: [[0, 31], [127, 127]], graph: [[33, 126]], print: [[32, 126]], xdigit: [...digits, [65, 70], [97, 102]],
  punct: [[33, 47], [58, 64], [91, 96], [123, 126]], ascii: [[0, 127]],
};
const shorthands: Record<string, Ranges> = { d: digits, s: space, w: word };
const LAST = 0x10ffff;

function complement(ranges: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const gaps: (readonly [number, number])[] = [];
  let next = 0;
  for (const [from, to] of sorted) {
    if (from > next) gaps.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return gaps;
}

const simpleEscapes: Record<string, number> = { a: 7, b: 8, B: 92, e: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };
const assertions: Record<string, 'start' | 'end' | 'wordStart' | 'wordEnd' | 'wordEdge' | 'noWordEdge'> = {
  A: 'start', Z: 'end', m: 'wordStart', M: 'wordEnd', y: 'wordEdge', Y: 'noWordEdge',
};

const negate = (ranges: Ranges, negative: boolean): CharacterSet => ({ negative, ranges });
const one = (code: number): Ranges => [[code, code]];

class Parser {
  readonly source: readonly string[];
  options: Options;
  at = 0;
  groups = 0;
  #closed = new Set<number>();
  #insideLook = 0;

  constructor(pattern: string, options: Options) {
    this.source = Array.from(pattern);
    this.options = options;
  }

  #looking(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.source[this.at + i] !== text[i]) return false;
    return true;
  }

  #take(text: string): boolean {
    if (!this.#looking(text)) return false;
    this.at += text.length;
    return true;
  }

  get #ended(): boolean {
    return this.at >= this.source.length;
  }

  parse(): Regex {
    if (this.#take('***=')) this.options = { ...this.options, literal: true };
    else if (this.#take('***:')) this.options = { ...this.options, literal: false };
    if (!this.options.literal) this.#embeddedOptions();
    if (this.options.literal) return { kind: 'sequence', parts: this.source.slice(this.at).map((character) => this.#literal(character.codePointAt(0)!)) };
    const whole = this.#choice();
    if (!this.#ended) throw invalidRegex('parentheses () not balanced');
    return whole;
  }

  #embeddedOptions(): void {
    const found = /^\(\?([a-z]+)\)/.exec(this.source.slice(this.at, this.at + 32).join(''));
    if (found === null) return;
    for (const letter of found[1]!) {
      const options = withOption(this.options, letter);
      if (options === undefined) throw invalidRegex('invalid embedded option');
      this.options = options;
    }
    this.at += found[0].length;
  }

  #choice(): Regex {
    const branches = [this.#branch()];
    while (this.#take('|')) branches.push(this.#branch());
    return branches.length === 1 ? branches[0]! : { kind: 'choice', branches };
  }

  #skipBlanks(): void {
    if (!this.options.expanded) {
      while (this.#looking('(?#')) this.#comment();
      return;
    }
    for (;;) {
      if (this.#looking('(?#')) this.#comment();
      else if (!this.#ended && /\s/.test(this.source[this.at]!)) this.at++;
      else if (this.#looking('#')) while (!this.#ended && this.source[this.at++] !== '\n');
      else return;
    }
  }

  #comment(): void {
    while (!this.#ended && this.source[this.at] !== ')') this.at++;
    this.at++;
  }

  #branch(): Regex {
    const parts: Regex[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#ended || this.#looking('|') || this.#looking(')')) break;
      const atom = this.#atom();
      this.#skipBlanks();
      parts.push(this.#quantified(atom));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  #quantified(atom: Regex): Regex {
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    if (atom.kind === 'assert' || atom.kind === 'look') throw invalidRegex('quantifier operand invalid');
    const greedy = !this.#take('?');
    this.#skipBlanks();
    if (this.#bounds() !== undefined) throw invalidRegex('quantifier operand invalid');
    return { kind: 'repeat', body: atom, least: bounds[0], most: bounds[1], greedy };
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    if (!this.#looking('{') || !/\d/.test(this.source[this.at + 1] ?? '')) return undefined;
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.source.slice(this.at, this.at + 40).join(''));
    if (found === null) {
      throw this.source.slice(this.at).includes('}') ? invalidRegex('invalid repetition count(s)') : invalidRegex('braces {} not balanced');
    }
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? Infinity : Number(found[3]);
    if (least > 255 || (most > 255 && most !== Infinity) || most < least) throw invalidRegex('invalid repetition count(s)');
    this.at += found[0].length;
    return [least, most];
  }

  #literal(code: number): Regex {
    return { kind: 'set', set: { negative: false, ranges: this.#caseless(one(code)) } };
  }

  #caseless(ranges: Ranges): Ranges {
    if (!this.options.ignoreCase) return ranges;
    const swapped = ranges.flatMap(([from, to]): (readonly [number, number])[] => [
      [Math.max(from, 65) + 32, Math.min(to, 90) + 32], [Math.max(from, 97) - 32, Math.min(to, 122) - 32],
    ]);
    return [...ranges, ...swapped.filter(([from, to]) => from <= to)];
  }

  #atom(): Regex {
    const character = this.source[this.at++]!;
    switch (character) {
      case '(': return this.#parenthesis();
      case '[': return this.#bracket();
      case '.': return { kind: 'set', set: this.options.dotStopsAtNewline ? negate(one(10), true) : negate([[0, LAST]], false) };
      case '^': return { kind: 'assert', where: this.options.anchorsAtLines ? 'lineStart' : 'start' };
      case '$': return { kind: 'assert', where: this.options.anchorsAtLines ? 'lineEnd' : 'end' };
      case '\\': return this.#escape();
      case '*': case '+': case '?': throw invalidRegex('quantifier operand invalid');
      case '{':
        if (/\d/.test(this.source[this.at] ?? '')) throw invalidRegex('quantifier operand invalid');
        return this.#literal(123);
      default: return this.#literal(character.codePointAt(0)!);
    }
  }

  #parenthesis(): Regex {
    for (const [opening, behind, negative] of [['?=', false, false], ['?!', false, true], ['?<=', true, false], ['?<!', true, true]] as const) {
      if (!this.#take(opening)) continue;
      this.#insideLook++;
      const body = this.#choice();
      this.#insideLook--;
      this.#close();
      return { kind: 'look', behind, negative, body };
    }
    if (this.#take('?:') || this.#insideLook > 0) {
      const body = this.#choice();
      this.#close();
      return { kind: 'sequence', parts: [body] };
    }
    if (this.#looking('?')) throw invalidRegex('quantifier operand invalid');
    const index = ++this.groups;
    const body = this.#choice();
    this.#close();
    this.#closed.add(index);
    return { kind: 'group', index, body };
  }

  #close(): void {
    if (!this.#take(')')) throw invalidRegex('parentheses () not balanced');
  }

  #escape(): Regex {
    const character = this.source[this.at++];
    if (character === undefined) throw invalidRegex('invalid escape \\ sequence');
    if (Object.hasOwn(assertions, character)) return { kind: 'assert', where: assertions[character]! };
    const shorthand = this.#shorthand(character);
    if (shorthand !== undefined) return { kind: 'set', set: negate(shorthand, false) };
    if (/[1-9]/.test(character)) {
      const back = this.#backReference(character);
      if (back !== undefined) return back;
    }
    return this.#literal(this.#escapedCode(character));
  }

  #shorthand(character: string): Ranges | undefined {
    const ranges = Object.hasOwn(shorthands, character.toLowerCase()) ? shorthands[character.toLowerCase()] : undefined;
    return ranges === undefined || character === character.toLowerCase() ? ranges : complement(ranges);
  }

  /** `\m` is always a back reference; of more digits, one if there are so many groups so far, else octal. */
  #backReference(first: string): Regex | undefined {
    let text = first;
    while (/\d/.test(this.source[this.at + text.length - 1] ?? '')) text += this.source[this.at + text.length - 1]!;
    const index = Number(text);
    if (text.length > 1 && index > this.groups) return undefined;
    if (!this.#closed.has(index)) throw invalidRegex('invalid backreference number');
    this.at += text.length - 1;
    return { kind: 'back', index };
  }

  #hex(count: number): number {
    const text = this.source.slice(this.at, this.at + count).join('');
    if (!new RegExp(`^[0-9a-fA-F]{${count}}$`).test(text)) throw invalidRegex('invalid escape \\ sequence');
    this.at += count;
    return Number.parseInt(text, 16);
  }

  #escapedCode(character: string): number {
    if (Object.hasOwn(simpleEscapes, character)) return simpleEscapes[character]!;
    switch (character) {
      case 'c': return (this.source[this.at++] ?? '').codePointAt(0)! & 31;
      case 'u': return this.#hex(4);
      case 'U': return this.#hex(8);
      case 'x': {
        const found = /^[0-9a-fA-F]+/.exec(this.source.slice(this.at, this.at + 255).join(''));
        if (found === null) throw invalidRegex('invalid escape \\ sequence');
        this.at += found[0].length;
        return Number.parseInt(found[0], 16);
      }
      default:
    }
    if (/\d/.test(character)) {
      const found = /^[0-7]{1,3}/.exec(character + this.source.slice(this.at, this.at + 2).join(''));
      if (found === null) throw invalidRegex('invalid escape \\ sequence');
      this.at += found[0].length - 1;
      return Number.parseInt(found[0], 8);
    }
    if (/[A-Za-z]/.test(character)) throw invalidRegex('invalid escape \\ sequence');
    return character.codePointAt(0)!;
  }

  #bracket(): Regex {
    if (this.#take('[:<:]]')) return { kind: 'assert', where: 'wordStart' };
    if (this.#take('[:>:]]')) return { kind: 'assert', where: 'wordEnd' };
    const negative = this.#take('^');
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; first || !this.#looking(']'); first = false) {
      if (this.#ended) throw invalidRegex('brackets [] not balanced');
      ranges.push(...this.#bracketItem());
    }
    this.at++;
    const caseless = this.#caseless(ranges);
    const excluded = negative && this.options.dotStopsAtNewline ? [...caseless, [10, 10] as const] : caseless;
    return { kind: 'set', set: { negative, ranges: excluded } };
  }

  #bracketItem(): Ranges {
    if (this.#take('[:')) {
      const name = this.#until(':]');
      if (!Object.hasOwn(classes, name)) throw invalidRegex('invalid character class');
      return this.options.ignoreCase && (name === 'upper' || name === 'lower') ? letters : classes[name]!;
    }
    if (this.#looking('\\')) {
      const shorthand = this.#shorthand(this.source[this.at + 1] ?? '');
      if (shorthand !== undefined) {
        this.at += 2;
        return shorthand;
      }
    }
    const from = this.#bracketCharacter();
    if (!this.#looking('-') || this.source[this.at + 1] === ']') return one(from);
    this.at++;
    if (this.#ended) throw invalidRegex('brackets [] not balanced');
    if (this.#looking('[:') || this.#looking('[=')) throw invalidRegex('invalid character range');
    const to = this.#bracketCharacter();
    if (to < from) throw invalidRegex('invalid character range');
    return [[from, to]];
  }

  #until(closing: string): string {
    let text = '';
    while (!this.#take(closing)) {
      if (this.#ended) throw invalidRegex('brackets [] not balanced');
      text += this.source[this.at++]!;
    }
    return text;
  }

  #bracketCharacter(): number {
    for (const [opening, closing] of [['[.', '.]'], ['[=', '=]']] as const) {
      if (!this.#take(opening)) continue;
      const element = Array.from(this.#until(closing));
      if (element.length !== 1) throw invalidRegex('invalid collating element');
      return element[0]!.codePointAt(0)!;
    }
    const character = this.source[this.at++]!;
    if (character !== '\\') return character.codePointAt(0)!;
    const escaped = this.source[this.at++];
    if (escaped === undefined) throw invalidRegex('invalid escape \\ sequence');
    return this.#escapedCode(escaped);
  }
}

export function parseRegex(pattern: string, options: Options): { readonly regex: Regex; readonly groups: number; /** also where the pattern itself says so */ readonly ignoreCase: boolean } {
  if (options.older !== undefined) throw notSupported(`regular expression option "${options.older}"`, 'Write the pattern as an advanced regular expression.');
  const parser = new Parser(pattern, options);
  const regex = parser.parse();
  return { regex, groups: parser.groups, ignoreCase: parser.options.ignoreCase };
}
