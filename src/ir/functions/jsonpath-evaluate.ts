import { compareText, numericAdd, numericCompare, numericDiv, numericFromInteger, numericMod, numericMul, numericNegate, numericSignOf, numericSub, numericToNumber, numericTrunc, parseJsonPath, SqlError } from '../../core/index.ts';
import type { BinaryOperator, JsonPath, JsonValue, Numeric, PathItem } from '../../core/index.ts';
import { compareDatetimes } from './jsonpath-datetime.ts';
import type { ZoneUse } from './jsonpath-datetime.ts';
import { isArray, isDatetime, isNumber, isObject, PathError, typeName } from './jsonpath-items.ts';
import type { Item } from './jsonpath-items.ts';
import { KeyValues } from './jsonpath-keyvalue.ts';
import type { Base } from './jsonpath-keyvalue.ts';
import { applyMethod } from './jsonpath-methods.ts';
import { compileRegex } from './regex-match.ts';
import type { Matcher } from './regex-match.ts';

/** Evaluation of SQL/JSON paths. Manual: "The SQL/JSON Path Language". */

/** What the path calls `$name`; the number is that of the object identifiers of `.keyvalue()` in it. */
export interface PathVariables {
  readonly count: number;
  find(name: string): { readonly item: Item; readonly base: Base } | undefined;
}

export interface PathCall {
  readonly path: JsonPath;
  readonly document: JsonValue;
  readonly variables: PathVariables;
  readonly zones: ZoneUse;
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

/** Postgres refuses a wrong regular expression when it reads the path; here that is when the path is a literal, or first used. */
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

const single = (values: readonly Item[]): Numeric | undefined => {
  const [only] = values;
  return values.length === 1 && only !== undefined && isNumber(only) ? only : undefined;
};

export class PathEvaluator {
  readonly #call: PathCall;
  readonly #lax: boolean;
  /** lax steps inside `**` pass over what does not fit even in strict mode */
  #forgiving: boolean;
  /** the size of the array that `last` counts in */
  #size = 0;
  readonly #documentBase: Base;
  /** what the current item is part of */
  #base: Base;
  #keyValues: KeyValues | undefined;

  constructor(call: PathCall) {
    this.#call = call;
    this.#lax = !call.path.strict;
    this.#forgiving = this.#lax;
    this.#documentBase = { root: call.document, id: 0 };
    this.#base = this.#documentBase;
  }

  /** The items that the path selects; raises where it does, after those that come before. */
  *run(): Generator<Item> {
    yield* this.#item(this.#call.path.root, this.#call.document, this.#call.document, this.#lax);
  }

  /** `current` is what @ means; with `unwrap` an array stands for its elements. */
  *#item(item: PathItem, value: Item, current: Item, unwrap: boolean): Generator<Item> {
    switch (item.op) {
      case 'root':
        if (this.#base === this.#documentBase) return yield* this.#next(item, this.#call.document, current);
        return yield* this.#within(this.#documentBase, item, this.#call.document, current);
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
        return yield* this.#variable(item, item.text, current);
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

  *#next(item: PathItem, value: Item, current: Item): Generator<Item> {
    if (item.next === undefined) yield value;
    else yield* this.#item(item.next, value, current, this.#lax);
  }

  *#elements(item: PathItem, array: readonly JsonValue[], current: Item): Generator<Item> {
    for (const element of array) yield* this.#item(item, element, current, false);
  }

  *#variable(item: PathItem, name: string, current: Item): Generator<Item> {
    const found = this.#call.variables.find(name);
    if (found === undefined) throw new SqlError('42704', `could not find jsonpath variable "${name}"`);
    yield* this.#within(found.base, item, found.item, current);
  }

  /** What follows, of an item that is part of `base`. */
  *#within(base: Base, item: PathItem, value: Item, current: Item): Generator<Item> {
    const outer = this.#base;
    this.#base = base;
    try {
      yield* this.#next(item, value, current);
    } finally {
      this.#base = outer;
    }
  }

  *#key(item: PathItem, key: string, value: Item, current: Item, unwrap: boolean): Generator<Item> {
    if (isObject(value)) {
      const member = value.get(key);
      if (member !== undefined) yield* this.#next(item, member, current);
      else if (!this.#forgiving) throw new PathError('2203A', `JSON object does not contain key "${key}"`);
    } else if (unwrap && isArray(value)) yield* this.#elements(item, value, current);
    else if (!this.#forgiving) throw new PathError('2203A', 'jsonpath member accessor can only be applied to an object');
  }

  *#anyKey(item: PathItem, value: Item, current: Item, unwrap: boolean): Generator<Item> {
    if (isObject(value)) for (const member of value.values()) yield* this.#next(item, member, current);
    else if (unwrap && isArray(value)) yield* this.#elements(item, value, current);
    else if (!this.#forgiving) throw new PathError('2203C', 'jsonpath wildcard member accessor can only be applied to an object');
  }

  *#anyArray(item: PathItem, value: Item, current: Item): Generator<Item> {
    if (isArray(value)) for (const element of value) yield* this.#next(item, element, current);
    else if (this.#lax) yield* this.#next(item, value, current);
    else if (!this.#forgiving) throw new PathError('22039', 'jsonpath wildcard array accessor can only be applied to an array');
  }

  *#index(item: Extract<PathItem, { op: 'index' }>, value: Item, current: Item): Generator<Item> {
    const array: readonly Item[] | undefined = isArray(value) ? value : this.#lax ? [value] : undefined;
    if (array === undefined) {
      if (!this.#forgiving) throw new PathError('22039', 'jsonpath array accessor can only be applied to an array');
      return;
    }
    const outer = this.#size;
    this.#size = array.length;
    // Postgres leaves `last` counting in this array where a subscript is out of bounds, or where nobody asks for more than the first item
    let ended = item.next !== undefined;
    try {
      for (const { from, to } of item.ranges) {
        const first = this.#subscript(from, value, current);
        const last = to === undefined ? first : this.#subscript(to, value, current);
        if (!this.#forgiving && (first < 0 || first > last || last >= array.length)) {
          ended = false;
          throw new PathError('22033', 'jsonpath array subscript is out of bounds');
        }
        for (let at = Math.max(first, 0); at <= Math.min(last, array.length - 1); at++) yield* this.#next(item, array[at]!, current);
      }
      ended = true;
    } finally {
      if (ended) this.#size = outer;
    }
  }

  #subscript(item: PathItem, value: Item, current: Item): number {
    const number = single([...this.#item(item, value, current, this.#lax)]);
    if (number === undefined) throw new PathError('22033', 'jsonpath array subscript is not a single numeric value');
    const index = numericToNumber(numericTrunc(number, 0));
    if (!(index >= -2147483648 && index <= 2147483647)) throw new PathError('22033', 'jsonpath array subscript is out of integer range');
    return index;
  }

  *#anyLevel(item: Extract<PathItem, { op: 'any' }>, value: Item, current: Item): Generator<Item> {
    const outer = this.#forgiving;
    this.#forgiving = true;
    try {
      if (item.first === 0) yield* this.#next(item, value, current);
      yield* this.#below(item, value, current, 1);
    } finally {
      this.#forgiving = outer;
    }
  }
  *#below(item: Extract<PathItem, { op: 'any' }>, value: Item, current: Item, depth: number): Generator<Item> {
    if (depth > item.last && item.first !== Infinity) return;
    const members: Iterable<JsonValue> = isObject(value) ? value.values() : isArray(value) ? value : [];
    for (const member of members) {
      const isLeaf = !isObject(member) && !isArray(member);
      if (depth >= item.first || (item.first === Infinity && item.last === Infinity && isLeaf)) yield* this.#next(item, member, current);
      if (depth < item.last) yield* this.#below(item, member, current, depth + 1);
    }
  }

  /** The items of an operand, arrays among them taken apart in lax mode. */
  #operand(item: PathItem, value: Item, current: Item): readonly Item[] {
    const found = [...this.#item(item, value, current, this.#lax)];
    return this.#lax ? found.flatMap((each): readonly Item[] => (isArray(each) ? each : [each])) : found;
  }

  #arithmetic(operator: BinaryOperator, left: PathItem, right: PathItem, value: Item, current: Item): Numeric {
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

  *#unary(item: Extract<PathItem, { op: 'plus' | 'minus' | 'not' | 'filter' | 'isUnknown' | 'exists' }>, value: Item, current: Item): Generator<Item> {
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

  #truth(item: PathItem, value: Item, current: Item): Truth {
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
          if (!this.#lax) return [...items].length > 0;
          for (const _ of items) return true;
          return false;
        });
      case 'likeRegex':
        return this.#compared(item.arg, undefined, value, current, (a) => (typeof a === 'string' ? matcherOf(item.pattern, item.flags).test(a) : null));
      case 'binary':
        return this.#binaryTruth(item, value, current);
      default:
        throw new SqlError('XX000', `invalid boolean jsonpath item type: ${item.op}`);
    }
  }

  #binaryTruth(item: Extract<PathItem, { op: 'binary' }>, value: Item, current: Item): Truth {
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
  #compared(left: PathItem, right: PathItem | undefined, value: Item, current: Item, test: (a: Item, b: Item) => Truth): Truth {
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

  #compare(operator: BinaryOperator, a: Item, b: Item): Truth {
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

  #order(a: Item, b: Item): number | null {
    if (a === null && b === null) return 0;
    if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
    if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
    if (isDatetime(a) && isDatetime(b)) return compareDatetimes(a, b, this.#call.zones);
    return isNumber(a) && isNumber(b) ? numericCompare(a, b) : null;
  }

  *#method(item: Extract<PathItem, { op: 'method' }>, value: Item, current: Item, unwrap: boolean): Generator<Item> {
    const { name } = item;
    if (name === 'type') return yield* this.#next(item, typeName(value), current);
    if (name === 'size') {
      if (!(isArray(value)) && !this.#lax) {
        if (!this.#forgiving) throw new PathError('22039', 'jsonpath item method .size() can only be applied to an array');
        return;
      }
      return yield* this.#next(item, numericFromInteger(isArray(value) ? value.length : 1), current);
    }
    if (unwrap && isArray(value)) return yield* this.#elements(item, value, current);
    if (name === 'keyvalue') return yield* this.#keyvalue(item, value, current);
    yield* this.#next(item, applyMethod(item, value, this.#call.zones), current);
  }

  *#keyvalue(item: PathItem, value: Item, current: Item): Generator<Item> {
    if (!isObject(value)) throw new PathError('2203C', 'jsonpath item method .keyvalue() can only be applied to an object');
    this.#keyValues ??= new KeyValues(this.#call.variables.count + 1);
    for (const { pair, base } of this.#keyValues.of(value, this.#base)) yield* this.#within(base, item, pair, current);
  }
}
