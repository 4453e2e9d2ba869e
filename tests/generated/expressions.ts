import { findType, isRangeType, Oid, typeInfo } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { operatorsNamed } from '../../src/ir/index.ts';
import type { AggregateRow } from '../../src/ir/index.ts';
import type { Draw } from '../laws/support/random.ts';
import { bind, isPolymorphic, mayGroup, producersOf, resultsOf } from './calls.ts';
import type { Callable } from './calls.ts';
import { list, optional, sql } from './tree.ts';
import type { Sql, SqlNode } from './tree.ts';
import { castTo, columnTypes, domainOf, isOrdered, literal, literalsOf } from './values.ts';
import type { Expr } from './values.ts';

/** What an expression may name. */
export interface Scope {
  readonly fields: readonly Expr[];
  /** of the queries around this one */
  readonly outer: readonly Expr[];
  /** whole rows */
  readonly rows?: readonly WholeRow[];
}

/** A table that is named as a value. */
export interface WholeRow {
  readonly alias: string;
  readonly columns: readonly { readonly name: string; readonly oid: number }[];
}

/** What expressions need of queries. */
export interface Subqueries {
  /** a query of one column of this type and at most one row */
  scalar(oid: number, scope: Scope): SqlNode;
  /** a query of these columns */
  rows(oids: readonly number[], scope: Scope): SqlNode;
}

/** Arguments that a function means something by: the others' values are drawn by type alone, and rarely name a unit, a zone or a format. */
const meant: readonly (readonly [functions: RegExp, argument: number, texts: readonly string[]])[] = [
  [/^(date_trunc|date_part|extract)\(/, 0, ['year', 'month', 'day', 'hour', 'minute', 'second', 'quarter', 'epoch', 'week', 'dow']], [/^timezone\(text/, 0, ['UTC', 'Europe/Berlin', 'America/New_York', '+02']], [/^date_trunc\(text,timestamptz,text/, 2, ['UTC', 'Asia/Kolkata']],
  [/^to_char\((date|timestamp|interval)/, 1, ['YYYY-MM-DD', 'HH24:MI:SS.MS', 'Day, DD Mon', 'Q IW J']], [/^to_char\((numeric|int|float)/, 1, ['999.99', 'FM9990.00', 'S9G999', 'RN', '0000']], [/^to_number\(/, 1, ['999.99', 'S999']], [/^to_number\(/, 0, ['12.5', '-7']],
  [/^to_(date|timestamp)\(text,text/, 1, ['YYYY-MM-DD', 'DD Mon YYYY']], [/^to_(date|timestamp)\(text,text/, 0, ['2020-02-29', '2026-01-31']], [/^(encode|decode)\(/, 1, ['hex', 'base64', 'escape']], [/^decode\(/, 0, ['00ff', 'YWJj']], [/^convert(_from|_to)?\(/, 1, ['UTF8', 'LATIN1']], [/^convert\(/, 2, ['UTF8', 'LATIN1']], [/^(int4|int8|num|ts|tstz|date)range\(\w+,\w+,text\)/, 2, ['[)', '[]', '()', '(]']],
  [/^regexp_\w+\(text,text,text(,text)?\)/, 2, ['g', 'i', 'x', 'gi']], [/^regexp_\w+\(/, 1, ['a', 'l+', '(l)(o)', '[[:alpha:]]', '^h', 'b.']], [/^(text|name|bpchar)(ic)?(regexeq|regexne|like|nlike)/, 1, ['a%', '_b', 'l+', '^h']], [/^normalize|^is_normalized/, 1, ['NFC', 'NFD']], [/^timetz?\(text|^make_timestamptz/, 6, ['UTC']],
];
/** Small counts, where a large one means a gigabyte. */
const counts = /^(repeat|lpad|rpad|array_fill|make_|factorial|numeric_power|power|pow|numeric_exp|exp|generate_series|bpchar|varchar|varbit|bit|set_|get_|left|right|substr|substring|overlay|split_part|generate_subscripts|trim_array|round|trunc|numeric|int4shl|int8shl|int2shl|timestamp|interval|time|gcd|lcm|scale|rpad)/;

/** interval(3), interval, interval year, interval day to minute: others are no modifiers. */
const intervalModifiers = [0x7fff0003, 0x7fffffff, 0x4ffff, 0xc08ffff] as const;

/** An aggregate that raises for what may lie in any column: for keys that are NULL, or twice there; for arrays that are empty, or of several sizes. */
export const raisesForRows = (id: string): boolean => id.includes('object_agg') || id === 'array_agg(anyarray)';

/** An aggregate whose answer depends on the order of its rows. */
const follows = /^(array_agg|string_agg|json\w*_agg\w*|xmlagg)\(/;

const threeWay = /^\w+cmp(_\w+)?\(.*/;
const MOST_VALUES = 30;
const equalities = new Set(operatorsNamed('=').filter(({ left, right }) => left === right).map(({ left }) => left));

/** Typed expressions. Where the values of all arguments are known a call is drawn again until it raises for none of them, but for a few. */
const ofDocuments: ReadonlySet<number> = new Set([Oid.int4, Oid.int8, Oid.text, Oid.numeric, Oid.bool, Oid.jsonb]);

export class Expressions {
  readonly #draw: Draw;
  readonly #subqueries: Subqueries;
  readonly #risk: number;

  /** `risk`: how often a call may raise */
  constructor(draw: Draw, subqueries: Subqueries, risk: number) {
    this.#draw = draw;
    this.#subqueries = subqueries;
    this.#risk = risk;
  }

  of(oid: number, scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    if (depth <= 0 || draw.chance(0.3)) return this.#leaf(oid, scope);
    return draw.weighted<() => Expr>([
      [9, () => this.#produced(oid, scope, depth) ?? this.#leaf(oid, scope)],
      [1, () => this.#case(oid, scope, depth)],
      [1, () => this.#coalesce(oid, scope, depth)],
      [isOrdered(oid) ? 0.5 : 0, () => this.#extreme(oid, scope, depth)],
      [isOrdered(oid) ? 0.5 : 0, () => this.#nullIf(oid, scope, depth)],
      [0.6, () => expression(oid, ['(', this.#subqueries.scalar(oid, scope), ')'])],
      [oid === Oid.bool ? 5 : 0, () => this.condition(scope, depth - 1)],
      [scope.rows === undefined || scope.rows.length === 0 ? 0 : 0.4, () => this.#ofRow(oid, scope) ?? this.#leaf(oid, scope)],
      [arrayable(oid) ? 0.5 : 0, () => this.#subscript(oid, scope, depth)],
      [elementOf(oid) !== 0 ? 2 : 0, () => this.#array(oid, scope, depth)],
      [ofDocuments.has(oid) ? 0.6 : 0, () => this.#ofDocument(oid, scope, depth)],
    ])();
  }

  /** A value that a column may have, or a name of one. */
  #leaf(oid: number, scope: Scope): Expr {
    const draw = this.#draw;
    const own = scope.fields.filter((field) => field.oid === oid);
    if (own.length > 0 && draw.chance(0.8)) return draw.of(own);
    const outer = scope.outer.filter((field) => field.oid === oid);
    if (outer.length > 0 && draw.chance(0.6)) return draw.of(outer);
    return this.#literal(oid);
  }
  #literal(oid: number): Expr {
    const domain = this.#draw.chance(0.8) ? domainOf(oid) : literalsOf(oid);
    return literal(domain.length === 0 || this.#draw.chance(0.05) ? null : this.#draw.of(domain), oid);
  }

  #produced(oid: number, scope: Scope, depth: number): Expr | undefined {
    const producers = producersOf(oid);
    return producers.length === 0 ? undefined : this.call(this.#draw.of(producers), scope, depth, oid);
  }

  /** A call of this function; undefined where none is found that has an answer. */
  call(callable: Callable, scope: Scope, depth: number, wanted?: number): Expr | undefined {
    const draw = this.#draw;
    const { row } = callable;
    const polymorphic = [...row.args, row.result].some((oid) => oid === Oid.any || isPolymorphic(oid));
    const binding = polymorphic ? bind(draw, row.args, row.result, wanted) : (oid: number) => oid;
    if (binding === undefined) return undefined;
    // A builder of objects takes keys and values by turns.
    const oids = [...(/^jsonb?_build_object\(any\)/.test(row.id) ? [Oid.text] : []), ...row.args.map(binding)];
    const result = binding(row.result);
    if ([...oids, result].some((oid) => oid === 0 || findType(oid) === undefined)) return undefined;
    for (let attempt = 0; attempt < 8; attempt++) {
      const args = oids.map((oid, index) => this.#argument(row.id, index, oid, scope, attempt === 0 ? depth - 1 : 0, attempt > 2));
      if (draw.chance(this.#risk)) return { ...written(callable, args, result, draw), values: undefined };
      const known = fewer(args, row.total === true);
      const values = known.every(({ values: of }) => of !== undefined) ? resultsOf(callable, oids, result, known.map(({ values: of }) => of!)) : row.total === true ? null : undefined;
      if (values !== undefined) return { ...written(callable, known, result, draw), values: values === null || values.length > MOST_VALUES ? undefined : values };
    }
    return undefined;
  }

  #argument(id: string, index: number, oid: number, scope: Scope, depth: number, plain: boolean): Expr {
    const texts = meant.find(([functions, at]) => at === index && functions.test(id))?.[2];
    if (texts !== undefined && (oid === Oid.text || oid === Oid.name) && this.#draw.chance(0.9)) return literal(this.#draw.of(texts), oid);
    if ((oid === Oid.int4 || oid === Oid.int8) && counts.test(id) && this.#draw.chance(0.95)) return literal(this.#draw.int(plain ? 1 : -1, 9), oid);
    if (/^interval\(interval,int4/.test(id) && oid === Oid.int4) return literal(this.#draw.of(intervalModifiers), oid);
    // Bytes beyond ASCII are no text of their own.
    if (/^char\(int4/.test(id)) return literal(this.#draw.int(65, 90), oid);
    if (/^char\(text/.test(id)) return literal(this.#draw.of(['', 'a', 'Zeta']), oid);
    // Of a constant empty or unbounded range Postgres' planner makes false and true, even for NULL, where the function itself says NULL.
    if (/^(elem_contained_by_range|range_contains_elem)\(/.test(id) && isRangeType(oid)) return literal(this.#draw.of(literalsOf(oid).filter((range) => isBounded(range))), oid);
    // A length that is none lets Postgres' planner drop the call, even where the last argument is NULL.
    if (/^\w+\(\w+,int4,bool\)/.test(id) && oid === Oid.bool) return literal(this.#draw.chance(0.5), oid);
    if (oid === Oid.jsonpath) return this.#literal(oid);
    return plain && this.#draw.chance(0.6) ? literal(this.#draw.of([...literalsOf(oid), null]), oid) : this.of(oid, scope, depth);
  }

  /** What a whole row gives: a column of it, its text, whether it is NULL, ... */
  #ofRow(oid: number, scope: Scope): Expr | undefined {
    const draw = this.#draw;
    const { alias, columns } = draw.of(scope.rows!);
    const column = columns.filter((one) => one.oid === oid);
    if (column.length > 0 && draw.chance(0.5)) return expression(oid, [`(${alias}).${draw.of(column).name}`]);
    if (oid === Oid.text) return expression(oid, [draw.of([`${alias}::text`, `(${alias}.*)::text`, `concat(${alias}, '')`])]);
    if (oid === Oid.jsonb) return expression(oid, [`to_jsonb(${alias})`]);
    if (oid === Oid.json) return expression(oid, [draw.of([`row_to_json(${alias})`, `to_json(${alias})`])]);
    if (oid !== Oid.bool) return undefined;
    return expression(oid, [`(${alias} IS ${draw.of(['', 'NOT '])}NULL)`]);
  }

  #case(oid: number, scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    const inner = (): Expr => this.of(oid, scope, depth - 1);
    const branches = draw.list(draw.int(1, 2), () => [this.condition(scope, depth - 1), inner()] as const);
    const otherwise = draw.chance(0.7) ? inner() : literal(null, oid);
    const whens = list(branches.map(([when, then]) => sql` WHEN ${when.node} THEN ${then.node}`), '');
    return expression(oid, ['CASE', whens, optional(sql` ELSE ${otherwise.node}`), ' END'], merged(branches.map(([, then]) => then), [otherwise], [literal(null, oid)]));
  }
  #coalesce(oid: number, scope: Scope, depth: number): Expr {
    const args = this.#draw.list(this.#draw.int(2, 3), () => this.of(oid, scope, depth - 1));
    return expression(oid, ['coalesce(', list(args.map(({ node }) => node)), ')'], merged(args));
  }
  #extreme(oid: number, scope: Scope, depth: number): Expr {
    const args = this.#draw.list(this.#draw.int(2, 3), () => this.of(oid, scope, depth - 1));
    return expression(oid, [this.#draw.of(['greatest(', 'least(']), list(args.map(({ node }) => node)), ')'], merged(args));
  }
  #nullIf(oid: number, scope: Scope, depth: number): Expr {
    const [a, b] = [this.of(oid, scope, depth - 1), this.of(oid, scope, depth - 1)];
    return expression(oid, ['nullif(', a.node, ', ', b.node, ')'], merged([a, literal(null, oid)]));
  }
  #array(oid: number, scope: Scope, depth: number): Expr {
    const element = elementOf(oid);
    if (this.#draw.chance(0.3)) return expression(oid, ['ARRAY(', this.#subqueries.rows([element], scope), ')']);
    const elements = this.#draw.list(this.#draw.int(1, 3), () => this.of(element, scope, depth - 1));
    return expression(oid, ['ARRAY[', list(elements.map(({ node }) => node)), `]${castTo(oid)}`]);
  }
  /** What SQL/JSON finds in a document. A NULL document has no default: Postgres answers that of the row before (docs/sql.md). */
  #ofDocument(oid: number, scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    const document = this.of(Oid.jsonb, scope, depth - 1).node;
    const there = sql`coalesce(${document}, '[1, {"a": 2}]')`;
    const path = `'${draw.of(['', 'strict '])}${draw.of(['$', '$.a', '$.*', '$[*]', '$.b[0]', '$.**', '$[*] ? (@ > 1)', '$.keyvalue().key', '$.a.size()'])}'`;
    const plain = draw.chance(0.5);
    if (oid === Oid.jsonb) return expression(oid, plain ? ['json_query(', document, `, ${path})`] : ['json_query(', there, `, ${path} ${draw.of(['with wrapper', 'with conditional wrapper'])})`]);
    if (oid === Oid.bool) return bool(plain ? ['json_exists(', document, `, ${path} unknown on error)`] : ['json_exists(', there, `, ${path} ${draw.of(['true', 'false'])} on error)`]);
    const type = typeInfo(oid).name;
    if (draw.chance(0.3)) return expression(oid, ['(SELECT max(j.v) FROM json_table(', document, `, ${path} COLUMNS (v ${type} PATH '$')) j)`]);
    return expression(oid, plain ? ['json_value(', document, `, ${path} returning ${type})`] : ['json_value(', there, `, ${path} returning ${type} default `, this.#literal(oid).node, ' on empty)']);
  }
  #subscript(oid: number, scope: Scope, depth: number): Expr {
    const array = this.of(findType(oid)!.array, scope, depth - 1);
    return expression(oid, ['(', array.node, `)[${this.#draw.int(0, 3)}]`]);
  }

  // Conditions

  condition(scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    const inner = (): SqlNode => this.condition(scope, depth - 1).node;
    return draw.weighted<() => Expr>([
      [4, () => this.#comparison(scope, depth)],
      [1.2, () => bool(['(', this.#any(scope, depth).node, draw.weighted([[1, ' IS NULL)'], [4, ' IS NOT NULL)']])])],
      [depth > 0 ? 1 : 0, () => bool(['(', list([inner(), inner()], draw.of([' AND ', ' OR '])), ')'])],
      [depth > 0 ? 0.6 : 0, () => bool(['(NOT ', inner(), ')'])],
      [depth > 0 ? 0.5 : 0, () => bool(['(', inner(), draw.of([' IS TRUE)', ' IS NOT FALSE)', ' IS UNKNOWN)', ' IS NOT TRUE)'])])],
      [1, () => this.#membership(scope, depth)],
      [depth > 0 ? 1 : 0, () => this.#exists(scope)],
      [depth > 0 ? 0.5 : 0, () => this.#rows(scope)],
      [1.5, () => this.#produced(Oid.bool, scope, depth) ?? this.#comparison(scope, depth)],
      [scope.rows === undefined || scope.rows.length === 0 ? 0 : 0.3, () => this.#ofRow(Oid.bool, scope) ?? this.#comparison(scope, depth)],
    ])();
  }

  /** An expression of a type that is at hand. */
  #any(scope: Scope, depth: number, test: (oid: number) => boolean = () => true): Expr {
    const oids = [...scope.fields, ...scope.outer].map(({ oid }) => oid).filter((oid) => test(oid) && oid !== Oid.record);
    return this.of(oids.length > 0 && this.#draw.chance(0.95) ? this.#draw.of(oids) : Oid.int4, scope, depth);
  }
  #comparison(scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    const left = this.#any(scope, depth - 1, isOrdered);
    const right = this.of(left.oid, scope, depth - 1);
    if (draw.chance(0.1)) return bool(['(', left.node, ' BETWEEN ', draw.of(['', 'SYMMETRIC ']), right.node, ' AND ', this.of(left.oid, scope, 0).node, ')']);
    return bool(['(', left.node, draw.weighted([[1, ' = '], [3, ' <> '], [2, ' < '], [2, ' <= '], [2, ' > '], [2, ' >= '], [3, ' IS DISTINCT FROM '], [1, ' IS NOT DISTINCT FROM ']]), right.node, ')']);
  }
  #membership(scope: Scope, depth: number): Expr {
    const draw = this.#draw;
    const left = this.#any(scope, depth - 1, isOrdered);
    const not = draw.of(['', 'NOT ']);
    if (depth <= 0 || draw.chance(0.4)) return bool(['(', left.node, ` ${not}IN (`, list(draw.list(draw.int(1, 3), () => this.of(left.oid, scope, 0).node)), '))']);
    const subquery = this.#subqueries.rows([left.oid], scope);
    if (draw.chance(0.5)) return bool(['(', left.node, ` ${not}IN (`, subquery, '))']);
    return bool(['(', left.node, draw.of([' = ', ' < ', ' >= ', ' <> ']), draw.of(['ANY (', 'ALL (']), subquery, '))']);
  }
  #exists(scope: Scope): Expr {
    return bool([this.#draw.of(['(EXISTS (', '(NOT EXISTS (']), this.#subqueries.rows([this.#any(scope, 0).oid], scope), '))']);
  }
  /** (a, b) < (c, d), (a, b) IN (SELECT ...) */
  #rows(scope: Scope): Expr {
    const draw = this.#draw;
    const left = [this.#any(scope, 0, isOrdered), this.#any(scope, 0, isOrdered)];
    const written = (exprs: readonly Expr[]): SqlNode => sql`(${list(exprs.map(({ node }) => node), ', ', 2)})`;
    if (draw.chance(0.4)) return bool(['(', written(left), draw.of([' IN (', ' NOT IN (', ' = ANY (']), this.#subqueries.rows(left.map(({ oid }) => oid), scope), '))']);
    return bool(['(', written(left), draw.of([' = ', ' < ', ' >= ', ' <> ', ' IS DISTINCT FROM ', ' IS NOT DISTINCT FROM ']), written(left.map(({ oid }) => this.of(oid, scope, 0))), ')']);
  }

  // Aggregates

  aggregate(row: AggregateRow, scope: Scope, depth: number): Expr | undefined {
    const draw = this.#draw;
    const binding = bind(draw, row.args, row.result);
    if (binding === undefined) return undefined;
    const [oids, result] = [row.args.map((oid, index) => (index === 0 && /object_agg/.test(row.id) ? Oid.text : oid === Oid.any ? this.#any(scope, 0).oid : binding(oid))), binding(row.result)];
    // One over columns of an outer query alone would belong to that query, which is refused by name.
    const own: Scope = { fields: scope.fields, outer: [] };
    const args = oids.map((oid) => (this.#risk === 0 && (oid === Oid.float8 || oid === Oid.float4) ? this.#summand(oid, own, depth) : this.of(oid, own, depth)));
    // Of equal intervals we show another one under DISTINCT, and what is added to it tells.
    const distinct = args.length === 1 && mayGroup(args[0]!.oid) && args[0]!.oid !== Oid.interval && draw.chance(0.2);
    const order = follows.test(row.id) ? (distinct ? [args[0]!.node] : args.flatMap(totally)) : draw.chance(0.1) && !distinct && args.length === 1 ? args.flatMap(totally) : [];
    const ordering: Sql = order.length === 0 ? '' : sql` ORDER BY ${list(order, ', ', order.length)}`;
    const filter: Sql = draw.chance(0.2) ? optional(sql` FILTER (WHERE ${this.condition({ fields: scope.fields, outer: [] }, 0).node})`) : '';
    const shown: Sql = row.star === true ? '*' : list(args.map(({ node }) => node), ', ', args.length);
    const keeps = /^(max|min)\(/.test(row.id) ? merged(args, [literal(null, result)]) : undefined;
    return { ...expression(result, [`${row.name}(`, distinct ? optional('DISTINCT ') : '', shown, ordering, ')', filter], keeps), node: { ...expression(result, [`${row.name}(`, distinct ? optional('DISTINCT ') : '', shown, ordering, ')', filter]).node, calls: row.id } };
  }

  /** What may be summed and multiplied without leaving the range of doubles. */
  #summand(oid: number, scope: Scope, depth: number): Expr {
    const isTame = (value: Datum): boolean => typeof value !== 'number' || !(Math.abs(value) > 1e15 || (value !== 0 && Math.abs(value) < 1e-15));
    for (const drawn of [this.of(oid, scope, depth), this.of(oid, scope, 0)]) if (drawn.values?.every(isTame)) return drawn;
    return literal(this.#draw.of(domainOf(oid)), oid);
  }

  anyType(scope: Scope): number {
    return scope.fields.length > 0 && this.#draw.chance(0.7) ? this.#draw.of(scope.fields).oid : this.#draw.of(columnTypes);
  }
}

/** By value, and where equal values differ by what they print as. */
export const totally = ({ node, oid }: Expr): readonly Sql[] => (isOrdered(oid) ? [node, sql`${node}::text`] : [sql`${node}::text`]);

export function expression(oid: number, parts: readonly Sql[], values?: readonly Datum[]): Expr {
  return { oid, values, node: { kind: 'expression', shape: String(oid), nothing: `NULL${castTo(oid)}`, parts } };
}
const bool = (parts: readonly Sql[]): Expr => expression(Oid.bool, parts, [true, false, null]);
const elementOf = (oid: number): number => (typeInfo(oid).category === 'A' && typeInfo(oid).length === -1 && oid !== 22 && oid !== 30 ? typeInfo(oid).element : 0);
const arrayable = (oid: number): boolean => literalsOf(findType(oid)?.array ?? 0 ? findType(oid)!.array : Oid.int4).length > 0 && (findType(oid)?.array ?? 0) !== 0;

function merged(...lists: readonly (readonly Expr[])[]): readonly Datum[] | undefined {
  const exprs = lists.flat();
  if (exprs.some(({ values }) => values === undefined)) return undefined;
  const values = exprs.flatMap((expr) => expr.values!);
  return values.length > MOST_VALUES ? undefined : values;
}

/** The arguments with some literals in the place of what has too many values, or unknown ones, to see whether all of it works. */
function fewer(args: readonly Expr[], total: boolean): readonly Expr[] {
  let left = 150;
  return args.map((arg) => {
    if (arg.values === undefined) return total || literalsOf(arg.oid).length === 0 ? arg : literal(domainOf(arg.oid)[0]!, arg.oid);
    if (arg.values.length <= left) {
      left = Math.floor(left / arg.values.length);
      return arg;
    }
    return literal(arg.values[0]!, arg.oid);
  });
}

function written({ id, row, operator, cast }: Callable, args: readonly Expr[], result: number, draw: Draw): Expr {
  const nodes = args.map(({ node }) => node);
  const made = (): Sql[] => {
    if (operator !== undefined) return operator.left === 0 ? [`(${operator.name} `, nodes[0]!, ')'] : ['(', nodes[0]!, ` ${operator.name} `, nodes[1]!, ')'];
    if (cast !== undefined) return draw.chance(0.5) ? ['CAST(', nodes[0]!, ` AS ${castTo(cast.target).slice(2)})`] : ['(', nodes[0]!, `)${castTo(cast.target)}`];
    const spread = row.variadic === true && row.args.at(-1) !== Oid.any;
    return [`"${row.name}"(`, ...nodes.flatMap((node, index) => [...(index > 0 ? [', '] : []), ...(spread && index === nodes.length - 1 ? ['VARIADIC '] : []), node]), ')'];
  };
  // Of a three-way comparison Postgres promises the sign alone.
  const { node } = expression(result, threeWay.test(row.id) && operator === undefined ? ['sign(', ...made(), ')::int4'] : made());
  return { oid: result, values: undefined, node: { ...node, calls: id } };
}
const isBounded = (value: Datum): boolean => typeof value === 'object' && value !== null && 'empty' in value && !value.empty && (value.lower !== null || value.upper !== null);
export const comparable = (oid: number): boolean => equalities.has(oid);
