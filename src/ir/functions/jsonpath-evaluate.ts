import {
  codecOf, compareText, defaultTextSettings, notSupported, numericAbs, numericAdd, numericApplyTypmod, numericCeil, numericCompare, numericDiv, numericFloor, numericFromInteger, numericMod, numericMul,
  numericNegate, numericParse, numericPrint, numericSignOf, numericSub, numericToNumber, numericTrunc, Oid, parseJsonPath, printFloat8, SqlError,
} from '../../core/index.ts';
import type { BinaryOperator, Datum, JsonPath, JsonValue, Numeric, PathItem } from '../../core/index.ts';
import { isArray, isNumber, isObject } from './json-values.ts';
import { compileRegex } from './regex-match.ts';
import type { Matcher } from './regex-match.ts';

/** Evaluation of SQL/JSON paths. Manual: "The SQL/JSON Path Language". */

/** An error that `silent` suppresses, and that makes a predicate unknown. */
class PathError extends SqlError {}

export interface PathCall {
  readonly path: JsonPath;
  readonly document: JsonValue;
  readonly vars: JsonValue;
  /** asks only whether there are items: a sign before what is no number is passed over */
  readonly probing?: boolean;
}

const known = new Map<string, JsonPath>();
const mostKnown = 1024;

/** The path of a text that the type's input has accepted. */
export function pathOf(text: string): JsonPath {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= mostKnown) known.clear();
  const path = parseJsonPath(text);
  checkPatterns(path.root);
  known.set(text, path);
  return path;
}

/** Postgres refuses a wrong regular expression when it reads the path; here that is when the path is first used. */
function checkPatterns(item: PathItem): void {
  if (item.op === 'likeRegex') matcherOf(item.pattern, item.flags);
  const inner: readonly (PathItem | undefined)[] = item.op === 'binary' ? [item.left, item.right] : item.op === 'index' ? item.ranges.flatMap(({ from, to }) => [from, to]) : 'arg' in item ? [item.arg] : [];
  for (const each of [...inner, item.next]) if (each !== undefined) checkPatterns(each);
}

const matchers = new Map<string, Matcher>();
function matcherOf(pattern: string, flags: string): Matcher {
  const key = `${flags}/${pattern}`;
  const found = matchers.get(key);
  if (found !== undefined) return found;
  if (matchers.size >= mostKnown) matchers.clear();
  const matcher = compileRegex(pattern, {
    ignoreCase: flags.includes('i'), dotStopsAtNewline: !flags.includes('s'), anchorsAtLines: flags.includes('m'), expanded: false, literal: flags.includes('q'),
  });
  matchers.set(key, matcher);
  return matcher;
}

type Truth = boolean | null;

const single = (values: readonly JsonValue[]): Numeric | undefined => {
  const [only] = values;
  return values.length === 1 && only !== undefined && isNumber(only) ? only : undefined;
};
const methodName = (name: string): string => `jsonpath item method .${name}()`;

export class PathEvaluator {
  readonly #call: PathCall;
  readonly #lax: boolean;
  /** lax steps inside `**` pass over what does not fit even in strict mode */
  #forgiving: boolean;
  /** the size of the array that `last` counts in */
  #size = 0;

  constructor(call: PathCall) {
    this.#call = call;
    this.#lax = !call.path.strict;
    this.#forgiving = this.#lax;
    const { vars } = call;
    if (!isObject(vars)) throw new SqlError('22023', '"vars" argument is not an object', { detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.' });
  }

  /** The items that the path selects; raises where it does, after those that come before. */
  *run(): Generator<JsonValue> {
    yield* this.#item(this.#call.path.root, this.#call.document, this.#call.document, this.#lax);
  }

  /** `current` is what @ means; with `unwrap` an array stands for its elements. */
  *#item(item: PathItem, value: JsonValue, current: JsonValue, unwrap: boolean): Generator<JsonValue> {
    switch (item.op) {
      case 'root':
        return yield* this.#next(item, this.#call.document, current);
      case 'current':
        return yield* this.#next(item, current, current);
      case 'last':
        return yield* this.#next(item, numericFromInteger(this.#size - 1), current);
      case 'null':
        return yield* this.#next(item, null, current);
      case 'bool':
      case 'number':
        return yield* this.#next(item, item.value, current);
      case 'string':
        return yield* this.#next(item, item.text, current);
      case 'variable':
        return yield* this.#next(item, this.#variable(item.text), current);
      case 'key':
        return yield* this.#key(item, item.text, value, current, unwrap);
      case 'anyKey':
        return yield* this.#anyKey(item, value, current, unwrap);
      case 'anyArray':
        return yield* this.#anyArray(item, value, current);
      case 'index':
        return yield* this.#index(item, value, current);
      case 'any':
        return yield* this.#anyLevel(item, value, current);
      case 'filter':
        if (unwrap && isArray(value)) return yield* this.#elements(item, value, current);
        if (this.#truth(item.arg, value, value) === true) yield* this.#next(item, value, current);
        return;
      case 'plus':
      case 'minus':
        return yield* this.#unary(item, value, current);
      case 'method':
        return yield* this.#method(item, value, current, unwrap);
      case 'binary':
        if ('+-*/%'.includes(item.operator)) return yield* this.#next(item, this.#arithmetic(item.operator, item.left, item.right, value, current), current);
        return yield* this.#next(item, this.#truth(item, value, current), current);
      default:
        return yield* this.#next(item, this.#truth(item, value, current), current);
    }
  }

  *#next(item: PathItem, value: JsonValue, current: JsonValue): Generator<JsonValue> {
    if (item.next === undefined) yield value;
    else yield* this.#item(item.next, value, current, this.#lax);
  }

  *#elements(item: PathItem, array: readonly JsonValue[], current: JsonValue): Generator<JsonValue> {
    for (const element of array) yield* this.#item(item, element, current, false);
  }

  #variable(name: string): JsonValue {
    const { vars } = this.#call;
    const value = isObject(vars) ? vars.get(name) : undefined;
    if (value === undefined) throw new SqlError('42704', `could not find jsonpath variable "${name}"`);
    return value;
  }

  *#key(item: PathItem, key: string, value: JsonValue, current: JsonValue, unwrap: boolean): Generator<JsonValue> {
    if (isObject(value)) {
      const member = value.get(key);
      if (member !== undefined) yield* this.#next(item, member, current);
      else if (!this.#forgiving) throw new PathError('2203A', `JSON object does not contain key "${key}"`);
    } else if (unwrap && isArray(value)) yield* this.#elements(item, value, current);
    else if (!this.#forgiving) throw new PathError('2203A', 'jsonpath member accessor can only be applied to an object');
  }

  *#anyKey(item: PathItem, value: JsonValue, current: JsonValue, unwrap: boolean): Generator<JsonValue> {
    if (isObject(value)) for (const member of value.values()) yield* this.#next(item, member, current);
    else if (unwrap && isArray(value)) yield* this.#elements(item, value, current);
    else if (!this.#forgiving) throw new PathError('2203C', 'jsonpath wildcard member accessor can only be applied to an object');
  }

  *#anyArray(item: PathItem, value: JsonValue, current: JsonValue): Generator<JsonValue> {
    if (isArray(value)) for (const element of value) yield* this.#next(item, element, current);
    else if (this.#lax) yield* this.#next(item, value, current);
    else if (!this.#forgiving) throw new PathError('22039', 'jsonpath wildcard array accessor can only be applied to an array');
  }

  *#index(item: Extract<PathItem, { op: 'index' }>, value: JsonValue, current: JsonValue): Generator<JsonValue> {
    const array: readonly JsonValue[] | undefined = isArray(value) ? value : this.#lax ? [value] : undefined;
    if (array === undefined) {
      if (!this.#forgiving) throw new PathError('22039', 'jsonpath array accessor can only be applied to an array');
      return;
    }
    const outer = this.#size;
    this.#size = array.length;
    for (const { from, to } of item.ranges) {
      const first = this.#subscript(from, value, current);
      const last = to === undefined ? first : this.#subscript(to, value, current);
      if (!this.#forgiving && (first < 0 || first > last || last >= array.length)) throw new PathError('22033', 'jsonpath array subscript is out of bounds');
      for (let at = Math.max(first, 0); at <= Math.min(last, array.length - 1); at++) yield* this.#next(item, array[at]!, current);
    }
    this.#size = outer;
  }

  #subscript(item: PathItem, value: JsonValue, current: JsonValue): number {
    const number = single([...this.#item(item, value, current, this.#lax)]);
    if (number === undefined) throw new PathError('22033', 'jsonpath array subscript is not a single numeric value');
    const index = numericToNumber(numericTrunc(number, 0));
    if (!(index >= -2147483648 && index <= 2147483647)) throw new PathError('22033', 'jsonpath array subscript is out of integer range');
    return index;
  }

  *#anyLevel(item: Extract<PathItem, { op: 'any' }>, value: JsonValue, current: JsonValue): Generator<JsonValue> {
    const outer = this.#forgiving;
    this.#forgiving = true;
    if (item.first === 0) yield* this.#next(item, value, current);
    yield* this.#below(item, value, current, 1);
    this.#forgiving = outer;
  }
  *#below(item: Extract<PathItem, { op: 'any' }>, value: JsonValue, current: JsonValue, depth: number): Generator<JsonValue> {
    if (depth > item.last && item.first !== Infinity) return;
    const members = isObject(value) ? value.values() : isArray(value) ? value : [];
    for (const member of members) {
      const isLeaf = !isObject(member) && !isArray(member);
      if (depth >= item.first || (item.first === Infinity && item.last === Infinity && isLeaf)) yield* this.#next(item, member, current);
      if (depth < item.last) yield* this.#below(item, member, current, depth + 1);
    }
  }

  /** The items of an operand, arrays among them taken apart in lax mode. */
  #operand(item: PathItem, value: JsonValue, current: JsonValue): readonly JsonValue[] {
    const found = [...this.#item(item, value, current, this.#lax)];
    return this.#lax ? found.flatMap((each) => (isArray(each) ? [...each] : [each])) : found;
  }

  #arithmetic(operator: BinaryOperator, left: PathItem, right: PathItem, value: JsonValue, current: JsonValue): Numeric {
    const a = single(this.#operand(left, value, current));
    const bs = this.#operand(right, value, current);
    const b = single(bs);
    if (a === undefined) throw new PathError('22038', `left operand of jsonpath operator ${operator} is not a single numeric value`);
    if (b === undefined) throw new PathError('22038', `right operand of jsonpath operator ${operator} is not a single numeric value`);
    if ((operator === '/' || operator === '%') && numericSignOf(b) === 0) throw new PathError('22012', 'division by zero');
    switch (operator) {
      case '+':
        return numericAdd(a, b);
      case '-':
        return numericSub(a, b);
      case '*':
        return numericMul(a, b);
      case '/':
        return numericDiv(a, b);
      default:
        return numericMod(a, b);
    }
  }

  *#unary(item: Extract<PathItem, { op: 'plus' | 'minus' | 'not' | 'filter' | 'isUnknown' | 'exists' }>, value: JsonValue, current: JsonValue): Generator<JsonValue> {
    for (const operand of this.#operand(item.arg, value, current)) {
      if (!isNumber(operand) && item.next === undefined && this.#call.probing === true) continue;
      if (!isNumber(operand)) throw new PathError('2203B', `operand of unary jsonpath operator ${item.op === 'plus' ? '+' : '-'} is not a numeric value`);
      yield* this.#next(item, item.op === 'plus' ? operand : numericNegate(operand), current);
    }
  }

  /** What `run` gives, or null where it raises what a path may. */
  #attempt<T>(run: () => T): T | null {
    try {
      return run();
    } catch (error) {
      if (error instanceof PathError) return null;
      throw error;
    }
  }

  #truth(item: PathItem, value: JsonValue, current: JsonValue): Truth {
    switch (item.op) {
      case 'not': {
        const truth = this.#truth(item.arg, value, current);
        return truth === null ? null : !truth;
      }
      case 'isUnknown':
        return this.#truth(item.arg, value, current) === null;
      case 'exists':
        return this.#attempt(() => {
          const items = this.#item(item.arg, value, current, this.#lax);
          return this.#lax ? items.next().done !== true : [...items].length > 0;
        });
      case 'likeRegex':
        return this.#compared(item.arg, undefined, value, current, (a) => (typeof a === 'string' ? matcherOf(item.pattern, item.flags).test(a) : null));
      case 'binary':
        return this.#binaryTruth(item, value, current);
      default:
        throw new SqlError('XX000', `invalid boolean jsonpath item type: ${item.op}`);
    }
  }

  #binaryTruth(item: Extract<PathItem, { op: 'binary' }>, value: JsonValue, current: JsonValue): Truth {
    const { operator, left, right } = item;
    if (operator === '&&' || operator === '||') {
      const deciding = operator === '||';
      const a = this.#truth(left, value, current);
      if (a === deciding) return deciding;
      const b = this.#truth(right, value, current);
      return b === deciding ? deciding : a === null || b === null ? null : !deciding;
    }
    if (operator === 'starts with') {
      return this.#compared(left, right, value, current, (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : null));
    }
    return this.#compared(left, right, value, current, (a, b) => this.#compare(operator, a, b));
  }

  /** True where one pair is (strict mode looks at all of them first), unknown where one is. */
  #compared(left: PathItem, right: PathItem | undefined, value: JsonValue, current: JsonValue, test: (a: JsonValue, b: JsonValue) => Truth): Truth {
    return this.#attempt(() => {
      const as = this.#operand(left, value, current);
      const bs = right === undefined ? [null] : this.#operand(right, value, current);
      let found = false;
      let unknown = false;
      for (const a of as) {
        for (const b of bs) {
          const truth = test(a, b);
          if (truth === null) {
            if (!this.#lax) return null;
            unknown = true;
          } else if (truth) {
            if (this.#lax) return true;
            found = true;
          }
        }
      }
      return found ? true : unknown ? null : false;
    });
  }

  #compare(operator: BinaryOperator, a: JsonValue, b: JsonValue): Truth {
    const order = this.#order(a, b);
    if (order === null) return (a === null || b === null) && !(a === null && b === null) ? operator === '!=' : null;
    switch (operator) {
      case '==':
        return order === 0;
      case '!=':
        return order !== 0;
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      default:
        return order >= 0;
    }
  }

  #order(a: JsonValue, b: JsonValue): number | null {
    if (a === null && b === null) return 0;
    if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
    if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
    return isNumber(a) && isNumber(b) ? numericCompare(a, b) : null;
  }

  *#method(item: Extract<PathItem, { op: 'method' }>, value: JsonValue, current: JsonValue, unwrap: boolean): Generator<JsonValue> {
    const { name } = item;
    if (name === 'type') return yield* this.#next(item, typeOf(value), current);
    if (name === 'size') {
      if (!(isArray(value)) && !this.#lax) {
        if (!this.#forgiving) throw new PathError('22039', 'jsonpath item method .size() can only be applied to an array');
        return;
      }
      return yield* this.#next(item, numericFromInteger(isArray(value) ? value.length : 1), current);
    }
    if (name === 'keyvalue') throw notSupported(methodName('keyvalue'), 'Use jsonb_each, which gives the members as rows.');
    if (unwrap && isArray(value)) return yield* this.#elements(item, value, current);
    yield* this.#next(item, this.#converted(item, value), current);
  }

  #converted(item: Extract<PathItem, { op: 'method' }>, value: JsonValue): JsonValue {
    const { name, args } = item;
    switch (name) {
      case 'abs':
      case 'floor':
      case 'ceiling': {
        if (!isNumber(value)) throw new PathError('22036', `${methodName(name)} can only be applied to a numeric value`);
        return name === 'abs' ? numericAbs(value) : name === 'floor' ? numericFloor(value) : numericCeil(value);
      }
      case 'double':
        return toDouble(value);
      case 'bigint':
      case 'integer':
        return toWhole(name, value);
      case 'decimal':
      case 'number':
        return toDecimal(name, value, args);
      case 'boolean':
        return toBoolean(value);
      case 'string':
        return toText(value);
      default:
        throw notSupported(methodName(name), 'Take the text out and cast it.');
    }
  }
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value;
  return isNumber(value) ? 'number' : isArray(value) ? 'array' : 'object';
}

const textOf = (value: JsonValue): string | undefined => (typeof value === 'string' ? value : isNumber(value) ? numericPrint(value) : undefined);

/** `text` as a type's input reads it; what it refuses is an error of the path. */
function readAs(oid: number, text: string, name: string, typeName: string): Datum {
  try {
    return codecOf(oid).parse(text, defaultTextSettings, -1);
  } catch (error) {
    if (error instanceof SqlError) throw new PathError('22036', `argument "${text}" of ${methodName(name)} is invalid for type ${typeName}`);
    throw error;
  }
}

function toDouble(value: JsonValue): Numeric {
  const text = textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName('double')} can only be applied to a string or numeric value`);
  const number = readAs(Oid.float8, text, 'double', 'double precision');
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new PathError('22036', `NaN or Infinity is not allowed for ${methodName('double')}`);
  return numericParse(printFloat8(number, 1));
}

function toWhole(name: 'bigint' | 'integer', value: JsonValue): Numeric {
  const text = isNumber(value) ? numericPrint(roundHalfUp(value)) : textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName(name)} can only be applied to a string or numeric value`);
  const whole = readAs(name === 'bigint' ? Oid.int8 : Oid.int4, text, name, name);
  return numericParse(String(whole));
}
const roundHalfUp = (value: Numeric): Numeric => (value.scale === 0 ? value : numericTrunc(numericAdd(value, { kind: 'numeric', coefficient: value.coefficient < 0n ? -5n : 5n, scale: 1 }), 0));

function toDecimal(name: 'decimal' | 'number', value: JsonValue, args: readonly PathItem[]): Numeric {
  const text = textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName(name)} can only be applied to a string or numeric value`);
  readAs(Oid.numeric, text, name, 'numeric');
  const number = numericParse(text);
  if (number.special !== undefined) throw new PathError('22036', `NaN or Infinity is not allowed for ${methodName(name)}`);
  const [precision, scale] = args.map((arg) => (arg.op === 'number' ? numericToNumber(arg.value) : NaN));
  if (precision === undefined) return number;
  try {
    return numericApplyTypmod(number, (precision << 16) + (((scale ?? 0) & 0x7ff) + 4));
  } catch (error) {
    if (error instanceof SqlError) throw new PathError('22036', `argument "${text}" of ${methodName(name)} is invalid for type numeric`);
    throw error;
  }
}

function toBoolean(value: JsonValue): boolean {
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return readAs(Oid.int4, numericPrint(value), 'boolean', 'boolean') !== 0;
  if (typeof value !== 'string') throw new PathError('22036', `${methodName('boolean')} can only be applied to a boolean, string, or numeric value`);
  return readAs(Oid.bool, value, 'boolean', 'boolean') === true;
}

function toText(value: JsonValue): string {
  if (typeof value === 'boolean') return String(value);
  const text = textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName('string')} can only be applied to a boolean, string, numeric, or datetime value`);
  return text;
}

export const isPathError = (error: unknown): boolean => error instanceof PathError;
