/**
 * Tokens of SQL text by Postgres' lexical rules (manual, "Lexical Structure"), standard_conforming_strings on.
 * They serve to split query strings, to measure statements and to read our own statements; whatever Postgres' grammar reads, it scans again itself.
 */
export type TokenKind =
  /** an unquoted identifier or keyword; `value` in lower case */
  | 'word'
  /** a quoted identifier; `value` without its quotes */
  | 'quoted'
  /** a string constant of any form; `value` is its content */
  | 'string'
  | 'number'
  /** $1 */
  | 'parameter'
  | 'operator'
  /** ( ) [ ] , ; : . :: := */
  | 'mark'
  /** a quote or comment that does not end: the rest of the text */
  | 'unterminated';

export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  /** UTF-16 offsets */
  readonly start: number;
  readonly end: number;
}

const blanks = /[ \t\n\r\f\v]+/y;
const lineComment = /--[^\n\r]*/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const number = /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*(?:\.(?!\.)[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?/y;
const parameter = /\$[0-9]+/y;
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const operator = /[-+*/<>=~!@#%^&|`?]+/y;
const continuation = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Offset behind the block comment that starts at `start`; comments nest. -1 when it does not end. */
function blockCommentEnd(text: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return -1;
}

/** Offset of the quote that closes what opens at `start`, or -1. Doubled quotes stand for one; with `escapes` a backslash hides the next character. */
function closingQuote(text: string, start: number, quote: string, escapes: boolean): number {
  for (let i = start + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i;
      i++;
    }
  }
  return -1;
}

const escapeLetters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescape(content: string): string {
  return content.replace(/\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g, (_, hex, short, long, octal, other) => {
    const code = hex ?? short ?? long;
    if (code !== undefined) return String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff));
    return octal === undefined ? (escapeLetters[other] ?? other) : String.fromCodePoint(parseInt(octal, 8) & 255);
  });
}

/** An operator's end by Postgres' rules: comments end it, and a trailing + or - belongs to it only if it holds one of ~ ! @ # % ^ & | ` ? */
function operatorLength(run: string): number {
  const comment = run.search(/--|\/\*/);
  let length = comment < 0 ? run.length : comment;
  if (!/[~!@#%^&|`?]/.test(run.slice(0, length))) while (length > 1 && /[-+]/.test(run[length - 1]!)) length--;
  return length;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | undefined {
    const skipped = this.#skipBlanks();
    if (skipped !== undefined) return skipped;
    const text = this.#text;
    const at = this.#at;
    if (at >= text.length) return undefined;
    const first = text[at]!;
    if (first === "'") return this.#string(at, at, false);
    if (first === '"') return this.#quoted(at, at);
    if (text[at + 1] === "'" && /[eEbBxXnN]/.test(first)) return this.#string(at, at + 1, /[eE]/.test(first));
    if (/[uU]/.test(first) && text[at + 1] === '&') {
      if (text[at + 2] === "'") return this.#string(at, at + 2, false);
      if (text[at + 2] === '"') return this.#quoted(at, at + 2);
    }
    return this.#dollar(at) ?? this.#plain(at);
  }

  /** Moves to the next token; a comment without end is one. */
  #skipBlanks(): Token | undefined {
    const text = this.#text;
    for (;;) {
      const skipped = match(blanks, text, this.#at) ?? match(lineComment, text, this.#at);
      if (skipped !== undefined) this.#at += skipped.length;
      else if (text.startsWith('/*', this.#at)) {
        const end = blockCommentEnd(text, this.#at);
        if (end < 0) return this.#token('unterminated', '', this.#at, text.length);
        this.#at = end;
      } else return undefined;
    }
  }

  #token(kind: TokenKind, value: string, start: number, end: number): Token {
    this.#at = end;
    return { kind, value, start, end };
  }

  #string(start: number, quote: number, escapes: boolean): Token {
    const text = this.#text;
    let value = '';
    for (let open = quote; ; ) {
      const close = closingQuote(text, open, "'", escapes);
      if (close < 0) return this.#token('unterminated', '', start, text.length);
      const part = text.slice(open + 1, close).replaceAll("''", "'");
      value += escapes ? unescape(part) : part;
      const more = match(continuation, text, close + 1);
      if (more === undefined) return this.#token('string', value, start, close + 1);
      open = close + more.length;
    }
  }

  #quoted(start: number, quote: number): Token {
    const close = closingQuote(this.#text, quote, '"', false);
    if (close < 0) return this.#token('unterminated', '', start, this.#text.length);
    return this.#token('quoted', this.#text.slice(quote + 1, close).replaceAll('""', '"'), start, close + 1);
  }

  #dollar(start: number): Token | undefined {
    const text = this.#text;
    const number = match(parameter, text, start);
    if (number !== undefined) return this.#token('parameter', number, start, start + number.length);
    const tag = match(dollarQuote, text, start);
    if (tag === undefined) return undefined;
    const close = text.indexOf(tag, start + tag.length);
    if (close < 0) return this.#token('unterminated', '', start, text.length);
    return this.#token('string', text.slice(start + tag.length, close), start, close + tag.length);
  }

  #plain(start: number): Token {
    const text = this.#text;
    const name = match(word, text, start);
    if (name !== undefined) return this.#token('word', name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()), start, start + name.length);
    const digits = match(number, text, start);
    if (digits !== undefined) return this.#token('number', digits, start, start + digits.length);
    const symbols = match(operator, text, start);
    if (symbols !== undefined) {
      const length = operatorLength(symbols);
      return this.#token('operator', symbols.slice(0, length), start, start + length);
    }
    const pair = text.slice(start, start + 2);
    const mark = pair === '::' || pair === ':=' || pair === '..' ? pair : text[start]!;
    return this.#token('mark', mark, start, start + mark.length);
  }
}

export function tokenize(text: string): Token[] {
  const scanner = new Scanner(text);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token; token = scanner.next()) tokens.push(token);
  return tokens;
}
