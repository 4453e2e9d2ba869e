/** A statement without the values that it compares with. */
export interface StatementShape {
  /** with `$1` and so on in their place */
  readonly text: string;
  readonly literals: readonly ShapeLiteral[];
}
export interface ShapeLiteral {
  readonly kind: 'integer' | 'bigint' | 'string';
  readonly text: string;
}

/** One token, or space. What is none of these (comments, dollars, prefixed strings, ...) makes a statement one without a shape. */
const token = /\s+|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|"(?:[^"]|"")*"|'([^']*)'|(\d+)(?![\w.$\u0080-\uffff])|\d+\.\d+(?![\w.$\u0080-\uffff])|[=<>!+*/%|&~^@#-]+|[(),.;[\]:]/y;
const comparisons: ReadonlySet<string> = new Set(['=', '<', '>', '<=', '>=', '<>', '!=']);
/** What may stand behind a literal that is the whole right side of a comparison. */
const ends: ReadonlySet<string> = new Set([')', ';', 'and', 'or', 'order', 'limit', 'offset', 'fetch', 'group']);
/** Words that mean another moment each time they are read. */
const moment = /\b(now|today|tomorrow|yesterday)/i;
const LONGEST = 8192;

/**
 * The shape of a SELECT: statements of one shape differ only in literals that stand alone on the right of a comparison, where a parameter of the literal's type means the same.
 * Undefined where the text holds anything that this does not read for certain.
 */
export function shapeOf(sql: string): StatementShape | undefined {
  if (sql.length > LONGEST || !/^select\b/i.test(sql)) return undefined;
  const literals: ShapeLiteral[] = [];
  let text = '';
  /** the last token, in lower case; a literal that may become a parameter, with what stood behind it so far */
  let before = '';
  let open: { readonly literal: ShapeLiteral; readonly source: string; space: string } | undefined;
  const settle = (next: string): void => {
    if (open === undefined) return;
    const becomes = ends.has(next);
    if (becomes) literals.push(open.literal);
    text += (becomes ? `$${literals.length}` : open.source) + open.space;
    open = undefined;
  };
  token.lastIndex = 0;
  while (token.lastIndex < sql.length) {
    const match = token.exec(sql);
    if (match === null) return undefined;
    const [source, string, digits] = match;
    const first = source.charCodeAt(0);
    if (first <= 32) {
      if (open !== undefined) open.space += source;
      else text += source;
      continue;
    }
    // A string behind a word is of a kind of its own (E'', date ''), one behind another goes on with it; operators may begin a comment.
    if (string !== undefined && (moment.test(string) || before === 'string' || /\w$/.test(before))) return undefined;
    if (source.includes('--') || source.includes('/*')) return undefined;
    const lower = source.toLowerCase();
    settle(lower);
    const literal = string !== undefined ? { kind: 'string', text: string } as const : digits !== undefined ? integer(digits) : undefined;
    if (literal !== undefined && comparisons.has(before)) open = { literal, source, space: '' };
    else text += source;
    before = string === undefined ? lower : 'string';
    if (source === ';' && token.lastIndex < sql.length) return undefined;
  }
  settle(';');
  return { text, literals };
}

function integer(text: string): ShapeLiteral | undefined {
  if (text.length < 10 || Number(text) <= 2147483647) return { kind: 'integer', text };
  return text.length < 19 ? { kind: 'bigint', text } : undefined;
}
