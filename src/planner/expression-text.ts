import { Oid, codecOf, defaultTextSettings, findType } from '../core/index.ts';
import type { Datum, SqlType } from '../core/index.ts';
import { formatType, quoteIdentifier } from '../ir/index.ts';
import type { CatalogQuestions } from '../ir/index.ts';
import { allOperators, castBetween, functionById } from './registry.ts';
import type { ColumnId, Expr } from './resolve/typed.ts';

/**
 * An expression as Postgres writes it back (ruleutils.c): pg_get_expr and pg_get_constraintdef. `full` has all parentheses, `pretty` those that are needed.
 * What was written and what is shown differ where analysis changed it: casts that were implied are shown, IN is = ANY, LIKE is ~~.
 */
export function expressionTexts(expr: Expr, nameOf: (column: ColumnId) => string, catalog: CatalogQuestions): { readonly full: string; readonly pretty: string } {
  return { full: new Writer(false, nameOf, catalog).top(expr), pretty: new Writer(true, nameOf, catalog).top(expr) };
}

const operatorNames = new Map<string, { readonly name: string; readonly prefix: boolean }>();
for (const { name, left, function: id } of allOperators) if (!operatorNames.has(id)) operatorNames.set(id, { name, prefix: left === 0 });

/** How a call is shown. */
type Shape = 'operator' | 'boolean' | 'cast' | 'plain';

class Writer {
  readonly #pretty: boolean;
  readonly #nameOf: (column: ColumnId) => string;
  readonly #catalog: CatalogQuestions;

  constructor(pretty: boolean, nameOf: (column: ColumnId) => string, catalog: CatalogQuestions) {
    this.#pretty = pretty;
    this.#nameOf = nameOf;
    this.#catalog = catalog;
  }

  /** Around the whole no implied cast is shown: what is stored is converted anyway. */
  top(expr: Expr): string {
    return this.#write(expr);
  }

  #write(expr: Expr): string {
    switch (expr.op) {
      case 'column':
        return quoteIdentifier(this.#nameOf(expr.id));
      case 'literal':
        return this.#literal(expr.value, expr.type);
      case 'parameter':
        return `$${expr.index}`;
      case 'currentTime':
        return expr.type.oid === Oid.timestamptz ? 'now()' : expr.type.oid === Oid.numeric ? 'mz_logical_timestamp()' : 'mz_now()';
      case 'call':
        return this.#call(expr);
      case 'and': case 'or':
        return this.#around(flattened(expr).map((arg) => (arg.op === 'not' || (arg.op === 'and' && expr.op === 'or') ? this.#write(arg) : this.#operand(arg, 'boolean'))).join(` ${expr.op.toUpperCase()} `));
      case 'not':
        return this.#negation(expr.arg);
      case 'isNull': case 'isTrue': case 'isFalse':
        return this.#around(`${this.#operand(expr.arg, 'operator')} IS ${tests[expr.op]}`);
      case 'same':
        return this.#around(`NOT ${this.#nested(`${this.#operand(expr.left, 'operator')} IS DISTINCT FROM ${this.#operand(expr.right, 'operator')}`)}`);
      case 'case': {
        const branches = expr.branches.map(({ when, then }) => `\n    WHEN ${this.#write(when)} THEN ${this.#write(then)}`);
        return `\nCASE${branches.join('')}\n    ELSE ${this.#write(expr.otherwise)}\nEND`;
      }
      case 'coalesce': case 'greatest': case 'least':
        return `${expr.op.toUpperCase()}(${this.#list(expr.args)})`;
      case 'nullIf':
        return `NULLIF(${this.#list([expr.left, expr.right])})`;
      case 'array':
        return expr.elements.length === 0 ? `ARRAY[]::${this.#type(expr.type)}` : `ARRAY[${this.#list(expr.elements)}]`;
      case 'row':
        return `ROW(${this.#list(expr.fields)})${expr.type.oid === Oid.record ? '' : `::${this.#type(expr.type)}`}`;
      case 'field':
        return `(${this.#write(expr.arg)}).${quoteIdentifier(findType(expr.arg.type.oid)?.fields?.[expr.index]?.name ?? `f${expr.index + 1}`)}`;
      case 'subscript':
        return this.#subscript(expr);
      case 'anyOf': case 'allOf':
        return this.#around(`${this.#operand(expr.left, 'operator')} ${operatorNames.get(expr.function)?.name ?? '='} ${expr.op === 'anyOf' ? 'ANY' : 'ALL'} (${this.#write(expr.array)})`);
      case 'coerceTypmod':
        return this.#cast(innerOfTypmod(expr.arg, expr.type), expr.type);
      case 'fromText': case 'toText': case 'relabel':
        return this.#cast(expr.arg, expr.type);
      case 'raise': case 'subquery': case 'quantified': case 'grouping':
        return '';
    }
  }

  /** Parentheses around an operator's expression: always in full, by need when pretty. */
  #around(text: string): string {
    return this.#pretty ? text : `(${text})`;
  }
  #nested(text: string): string {
    return `(${text})`;
  }
  #list(items: readonly Expr[]): string {
    return items.map((item) => this.#write(item)).join(', ');
  }

  /** An operand below an operator, a cast or AND and OR: pretty printing puts parentheses around what is not simple there. */
  #operand(expr: Expr, above: Exclude<Shape, 'plain'>, keeps?: (name: string) => boolean): string {
    const text = this.#write(expr);
    if (!this.#pretty) return text;
    const shape = shapeOf(expr);
    if (shape === 'plain' || (shape === 'cast' && above !== 'cast')) return text;
    if (above === 'boolean' && shape === 'operator') return text;
    if (shape === 'operator' && expr.op === 'call' && keeps?.(operatorNames.get(expr.function)?.name ?? '') === true) return text;
    if (shape === 'cast') return text;
    return `(${text})`;
  }

  #call(expr: Extract<Expr, { op: 'call' }>): string {
    const [first, second] = expr.args;
    if (first !== undefined && isCast(expr)) return this.#cast(first, expr.type);
    const operator = operatorNames.get(expr.function);
    if (operator !== undefined && first !== undefined && (operator.prefix || second !== undefined)) {
      if (operator.prefix) return this.#around(`${operator.name} ${this.#operand(first, 'operator')}`);
      const bindsTighter = (left: boolean) => (name: string): boolean => precedence(operator.name) > 0 && precedence(name) + (left ? 1 : 0) > precedence(operator.name);
      return this.#around(`${this.#operand(first, 'operator', bindsTighter(true))} ${operator.name} ${this.#operand(second!, 'operator', bindsTighter(false))}`);
    }
    const name = functionById(expr.function)?.name ?? expr.function;
    return `${quoteIdentifier(name)}(${this.#list(expr.args)})`;
  }

  #negation(arg: Expr): string {
    if (arg.op === 'isNull' || arg.op === 'isTrue' || arg.op === 'isFalse') return this.#around(`${this.#operand(arg.arg, 'operator')} IS NOT ${tests[arg.op]}`);
    if (arg.op === 'same') return this.#around(`${this.#operand(arg.left, 'operator')} IS DISTINCT FROM ${this.#operand(arg.right, 'operator')}`);
    return this.#around(`NOT ${this.#operand(arg, 'boolean')}`);
  }

  #cast(arg: Expr, type: SqlType): string {
    if (arg.op === 'literal' && arg.type.oid === type.oid) return `${this.#bare(arg.value, type.oid)}::${this.#type(type)}`;
    const text = this.#pretty ? this.#operand(arg, 'cast') : `(${this.#write(arg)})`;
    return `${text}::${this.#type(type)}`;
  }

  #subscript(expr: Extract<Expr, { op: 'subscript' }>): string {
    const bound = (value: Expr | null): string => (value === null ? '' : this.#write(value));
    const indexes = expr.lower.map((lower, i) => `[${bound(lower)}${expr.upper === undefined ? '' : `:${bound(expr.upper[i] ?? null)}`}]`);
    const base = expr.arg.op === 'column' ? this.#write(expr.arg) : `(${this.#write(expr.arg)})`;
    return base + indexes.join('');
  }

  #type(type: SqlType): string {
    return formatType(type.oid, type.typmod, this.#catalog);
  }

  /** The constant without its type. */
  #bare(value: Datum, oid: number): string {
    if (value === null) return 'NULL';
    const text = oid === Oid.bool ? String(value) : codecOf(oid).print(value, defaultTextSettings);
    return oid === Oid.bool || ((oid === Oid.int4 || oid === Oid.numeric) && /^[0-9]/.test(text)) ? text : `'${text.replaceAll("'", "''")}'`;
  }

  #literal(value: Datum, type: SqlType): string {
    const { oid } = type;
    if (oid === Oid.regclass && typeof value === 'number') {
      const name = this.#catalog.relationName(value);
      if (name !== undefined) return `'${(name.visible ? quoteIdentifier(name.name) : `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`).replaceAll("'", "''")}'::regclass`;
    }
    const shown = this.#bare(value, oid);
    const needsNoType = value !== null && !shown.startsWith("'") && (oid === Oid.bool || oid === Oid.int4 || (oid === Oid.numeric && type.typmod === -1));
    return needsNoType ? shown : `${shown}::${oid === Oid.unknown ? 'unknown' : this.#type(type)}`;
  }
}

const tests = { isNull: 'NULL', isTrue: 'TRUE', isFalse: 'FALSE' } as const;

/** Pretty printing leaves parentheses out only where * / % meet + and -. */
const precedence = (operator: string): number => (operator === '*' || operator === '/' || operator === '%' ? 2 : operator === '+' || operator === '-' ? 1 : 0);

const flattened = (expr: Extract<Expr, { op: 'and' | 'or' }>): readonly Expr[] => expr.args.flatMap((arg) => (arg.op === expr.op ? flattened(arg as typeof expr) : [arg]));

/** A cast by function has the function that pg_cast names for its two types. */
function isCast(expr: Extract<Expr, { op: 'call' }>): boolean {
  const [first] = expr.args;
  if (first === undefined || first.type.oid === expr.type.oid) return false;
  return castBetween(first.type.oid, expr.type.oid)?.function === expr.function;
}

/** `numeric(8,2)` is reached in two steps, by type and by length, and written as one. */
function innerOfTypmod(arg: Expr, type: SqlType): Expr {
  const converts = arg.op === 'fromText' || arg.op === 'toText' || arg.op === 'relabel' || (arg.op === 'call' && isCast(arg));
  if (!converts || arg.type.oid !== type.oid) return arg;
  return arg.op === 'call' ? arg.args[0]! : arg.arg;
}

function shapeOf(expr: Expr): Shape {
  switch (expr.op) {
    case 'call':
      if (isCast(expr)) return 'cast';
      return operatorNames.has(expr.function) ? 'operator' : 'plain';
    case 'anyOf': case 'allOf': case 'isNull': case 'isTrue': case 'isFalse': case 'same':
      return 'operator';
    case 'and': case 'or': case 'not':
      return expr.op === 'not' && shapeOf(expr.arg) === 'operator' && expr.arg.op !== 'call' && expr.arg.op !== 'anyOf' && expr.arg.op !== 'allOf' ? 'operator' : 'boolean';
    case 'coerceTypmod': case 'fromText': case 'toText': case 'relabel':
      return findType(expr.type.oid) === undefined ? 'plain' : 'cast';
    default:
      return 'plain';
  }
}
