import { findType, typeInfo } from '../../../src/core/index.ts';
import { allAggregates, allCasts, allFunctions, allOperators, allTableFunctions, functionById } from '../../../src/ir/index.ts';
import type { AggregateRow, CastRow, FunctionRow, OperatorRow, TableFunctionRow } from '../../../src/ir/index.ts';
import { familyOf } from '../coverage.ts';
import { ENUM, ROW, spell, spellNull, valuesOf } from './arguments.ts';
import type { Values } from './arguments.ts';
import { fitting } from './fitting.ts';

/** What is called, and how an answer is looked at. */
export type Kind = 'function' | 'operator' | 'cast' | 'aggregate' | 'table function' | 'construct';

/** The types of one way to call a row: what the polymorphic types stand for there. */
export interface Shape {
  readonly types: readonly string[];
  readonly values: readonly Values[];
}

/** One row of the matrix: a row of our tables, or a construct of the grammar over one type. */
export interface MatrixRow {
  /** kind and signature: `operator +(int4,int4)` */
  readonly id: string;
  readonly kind: Kind;
  readonly family: string;
  readonly shapes: readonly Shape[];
  /** the call with these arguments */
  call(args: readonly string[]): string;
  /** of a table function, its columns */
  readonly columns?: readonly string[];
  /** the row says that it never raises */
  readonly total: boolean;
  /** types that no value can be written of */
  readonly unwritable: readonly string[];
}

const typeName = (oid: number): string => typeInfo(oid).name;

/** What the polymorphic types stand for together. */
const bindings: readonly Readonly<Record<string, string>>[] = [
  { any: 'int4', anyelement: 'int4', anynonarray: 'int4', anyarray: '_int4', anycompatible: 'int4', anycompatiblearray: '_int4', anycompatiblenonarray: 'int4', anyrange: 'int4range', anymultirange: 'int4multirange' },
  { any: 'text', anyelement: 'text', anynonarray: 'text', anyarray: '_text', anycompatible: 'text', anycompatiblearray: '_text', anycompatiblenonarray: 'text' },
];
/** Enums are asked of one type. */
const enumBinding: Readonly<Record<string, string>> = { anyenum: ENUM, anyarray: `_${ENUM}` };
const rangeBindings: readonly Readonly<Record<string, string>>[] = [
  bindings[0]!,
  { anyelement: 'numeric', anyrange: 'numrange', anymultirange: 'nummultirange' },
  { anyelement: 'timestamp', anyrange: 'tsrange', anymultirange: 'tsmultirange' },
];
const moreBindings: readonly Readonly<Record<string, string>>[] = [
  ...bindings,
  { any: 'jsonb', anyelement: 'jsonb' }, { any: 'float8', anyelement: 'float8' }, { any: '_int4', anyelement: '_int4' },
];

function shapesOf(id: string, declared: readonly string[]): { readonly shapes: readonly Shape[]; readonly unwritable: readonly string[] } {
  const chosen = /_populate_record/.test(id) ? [{ anyelement: ROW }] : declared.includes('anyenum') ? [enumBinding] : declared.some((type) => /range$/.test(type) && type.startsWith('any')) ? rangeBindings : declared.some((type) => type === 'any' || type === 'anyelement') ? moreBindings : declared.some((type) => type.startsWith('any')) ? bindings : [{}];
  const lists = chosen.map((binding: Readonly<Record<string, string>>) => declared.map((type) => binding[type] ?? type)).filter((types) => chosen.length === 1 || !types.some((type) => type.startsWith('any')));
  const unwritable = [...new Set(lists.flat().filter((type) => valuesOf(type) === undefined))];
  const shapes = lists.flatMap((types): Shape[] => {
    const values = types.map((type, position) => fitted(id, position, type));
    return values.some((value) => value === undefined) ? [] : [{ types, values: values.filter((value) => value !== undefined) }];
  });
  return { shapes, unwritable };
}

function fitted(id: string, position: number, type: string): Values | undefined {
  const values = valuesOf(type);
  const own = fitting.find(([pattern, at]) => at === position && pattern.test(id));
  return values === undefined || own === undefined ? values : { ...values, plain: own[2].map((text) => spell(type, text)), ...(own[3] !== undefined && { odd: own[3].map((text) => spell(type, text)) }) };
}

const spread = (row: { readonly variadic?: boolean; readonly args: readonly number[] }) => (args: readonly string[]): string =>
  args.map((arg, index) => (row.variadic === true && index === args.length - 1 && typeName(row.args.at(-1)!) !== 'any' ? `variadic ${arg}` : arg)).join(', ');

/** Called by a word of the grammar, without parentheses. */
const keywords = new Set(['current_catalog', 'current_role', 'user', 'system_user']);

/** Takes any number of arguments, by twos. */
const inPairs = /^jsonb?_build_object$/;

const functionRow = (row: FunctionRow): MatrixRow => {
  const types = row.args.map(typeName);
  const id = `function ${row.name}(${types.join()})`;
  return { id, kind: 'function', family: familyOf({ table: 'function', name: row.name, types, result: typeName(row.result), kind: 'f' }), ...shapesOf(id, inPairs.test(row.name) ? [...types, ...types] : types), total: row.total === true || row.inline !== undefined, call: keywords.has(row.name) ? () => row.name : (args) => `pg_catalog."${row.name}"(${spread(row)(args)})` };
};

const tableFunctionRow = (row: TableFunctionRow): MatrixRow => {
  const types = row.args.map(typeName);
  const id = `table function ${row.name}(${types.join()})`;
  const result = row.columns.length === 1 ? typeName(row.columns[0]!.type) : 'record';
  const columns = row.needsColumns === true ? ' as t(a int4, b text, c jsonb)' : '';
  return {
    id, kind: 'table function', family: familyOf({ table: 'function', name: row.name, types, result, kind: 'f' }), ...shapesOf(id, types), total: row.total === true,
    columns: row.needsColumns === true || row.needsType === true ? ['a', 'b', 'c'] : row.columns.map(({ name }) => name),
    call: (args) => `pg_catalog."${row.name}"(${spread(row)(args)})${columns}`,
  };
};

/** JavaScript that stands in place of a call is only written where none raises. */
const isTotal = (id: string): boolean => {
  const row = functionById(id);
  return row !== undefined && (row.total === true || row.inline !== undefined);
};

const operatorRow = (row: OperatorRow): MatrixRow => {
  const types = (row.left === 0 ? [row.right] : [row.left, row.right]).map(typeName);
  const id = `operator ${row.name}(${types.join()})`;
  return {
    id, kind: 'operator', family: familyOf({ table: 'operator', name: row.name, types, result: typeName(row.result), kind: '' }), ...shapesOf(id, types), total: isTotal(row.function),
    call: (args) => (args.length === 1 ? `${row.name} (${args[0]})` : `(${args[0]}) ${row.name} (${args[1]})`),
  };
};

const castRow = (row: CastRow): MatrixRow => {
  const types = [typeName(row.source)];
  const target = typeName(row.target);
  const id = `cast ${types[0]} as ${target}`;
  return {
    id, kind: 'cast', family: familyOf({ table: 'cast', name: '', types: [...types, target], result: target, kind: '' }), ...shapesOf(id, types),
    total: row.function === 'binary' || isTotal(row.function), call: ([arg]) => `cast(${arg} as pg_catalog."${target}")`,
  };
};

const aggregateRow = (row: AggregateRow): MatrixRow => {
  const types = row.args.map(typeName);
  const id = `aggregate ${row.id}`;
  const ordered = /^(string|array|json\w*)_agg|^jsonb?_object_agg/.test(row.name) ? ' order by n' : '';
  return { id, kind: 'aggregate', family: familyOf({ table: 'aggregate', name: row.name, types, result: typeName(row.result), kind: 'n' }), ...shapesOf(id, types), total: row.total === true, call: (args) => `pg_catalog."${row.name}"(${row.star === true ? '*' : args.join(', ')}${ordered})` };
};

/** Types whose values are written as text and read again. */
const readable = ['bool', 'int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'bytea', 'uuid', 'json', 'jsonb', 'jsonpath', '_int4', '_text', '_float8', 'int2vector', 'oidvector', 'int4range', 'int8range', 'numrange', 'daterange', 'tsrange', 'tstzrange',
  'int4multirange', 'nummultirange', 'datemultirange', 'tstzmultirange', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'xid', 'cid', 'xid8', 'tid', 'inet', 'cidr', 'macaddr', 'macaddr8', 'bit', 'varbit', 'money', 'pg_lsn'];
const malformed = ['', '[2147483647:2147483647]={1}', 'x', '{', '[', '{1,', '(1', '99999999999999999999999999', '2020-13-45', '25:61', '1.2.3.4.5', '12:34:56:78:9a', '(1,2', '$.', '"'];
/** What Postgres' scanners of these types take for something else: refused here (docs/sql.md). */
const scanned: Readonly<Record<string, readonly string[]>> = { macaddr: ['2020-13-45'], interval: ['{1,', '(1', '(1,2', '[', '{', '{1', '$.'], money: ['$.'] };
const ordered = (type: string): boolean => allOperators.some(({ name, left, right }) => name === '<' && left === right && findType(left)?.name === type) || /range$|^_/.test(type) || type === 'int2vector';

/** What the grammar has beside functions: casts through text, and the choices among values of one type. */
const constructs = readable.flatMap((type): MatrixRow[] => {
  const family = familyOf({ table: 'cast', name: '', types: [type], result: type, kind: '' });
  const values = valuesOf(type)!;
  const asText = (spelled: readonly string[]): string[] => spelled.map((sql) => sql.replace(/::pg_catalog\."\w+"$/, '::text'));
  const row = (id: string, types: readonly string[], of: readonly Values[], total: boolean, call: MatrixRow['call']): MatrixRow => ({ id, kind: 'construct', family, shapes: [{ types, values: of }], unwritable: [], total, call });
  const texts: Values = { plain: asText(values.plain), boundary: asText(values.boundary), odd: (type === 'bytea' ? ['\\x1', ...malformed] : malformed).filter((text) => scanned[type]?.includes(text) !== true && (type.startsWith('_') || !text.includes('='))).map((text) => spell('text', text)) };
  return [
    row(`construct text as ${type}`, ['text'], [texts], false, ([arg]) => `cast(${arg} as pg_catalog."${type}")`),
    row(`construct ${type} as text`, [type], [values], true, ([arg]) => `cast(${arg} as text)`),
    ...(ordered(type) ? [
      row(`construct nullif(${type})`, [type, type], [values, values], true, (args) => `nullif(${args.join()})`),
      row(`construct greatest(${type})`, [type, type], [values, values], true, (args) => `greatest(${args.join()})`),
      row(`construct least(${type})`, [type, type], [values, values], true, (args) => `least(${args.join()})`),
      row(`construct in(${type})`, [type, type, type], [values, values, values], true, ([arg, ...list]) => `(${arg}) in (${list.join()})`),
    ] : []),
    row(`construct is distinct from(${type})`, [type, type], [values, values], true, (args) => (ordered(type) ? `(${args[0]}) is distinct from (${args[1]})` : `(${args[0]}) is null and (${args[1]}) is not null`)),
  ];
});

const json = (id: string, types: readonly string[], call: MatrixRow['call'], raises = true): MatrixRow => ({
  id: `construct ${id}`, kind: 'construct', family: familyOf({ table: 'cast', name: '', types: ['json'], result: 'json', kind: '' }), shapes: [{ types, values: types.map((type, position) => fitted(`construct ${id}`, position, type)!) }], unwritable: [], total: !raises, call,
});

/** What SQL/JSON has in place of functions. */
const jsonConstructs: readonly MatrixRow[] = [
  ...['int4', 'text', 'jsonb', 'float8', '_int4'].flatMap((type) => [
    json(`json_array(${type})`, [type, 'text'], (args) => `json_array(${args.join()})`, false),
    json(`json_array(${type} returning jsonb)`, [type, 'text'], (args) => `json_array(${args.join()} null on null returning jsonb)`, false),
    json(`json_object(${type})`, ['text', type], ([key, value]) => `json_object((${key}) value ${value}, 'a' value 1 absent on null with unique keys)`),
    json(`json_object(${type} returning jsonb)`, ['text', type], ([key, value]) => `json_object((${key}) value ${value} returning jsonb)`),
  ]),
  ...['value', 'object', 'array', 'scalar', 'object with unique keys'].map((what) => json(`is json ${what}`, ['text'], ([text]) => `(${text}) is json ${what}`, false)),
  ...['int4', 'text', 'jsonb'].map((type) => json(`json_array(query of ${type})`, [type, type], ([first, second]) => `json_array(select ${first} as v where true union all select ${second} order by 1 nulls first)`, false)),
  json('json_exists(jsonb)', ['jsonb', 'jsonpath'], ([document, path]) => `json_exists(${document}, ${path} error on error)`),
  json('json_exists(jsonb unknown on error)', ['jsonb', 'jsonpath'], ([document, path]) => `json_exists((${document}), ${path} unknown on error)`, false),
  json('json_value(jsonb)', ['jsonb', 'jsonpath'], ([document, path]) => `json_value(${document}, ${path} error on empty error on error)`),
  ...['int4', 'text', 'jsonb', 'numeric', 'date', 'timestamptz'].map((type) => json(`json_value(jsonb passing ${type})`, ['jsonb', type], ([document, value]) => `json_value(${document}, 'strict $v' passing ${value} as v)`, false)),
  json('json_query(jsonb)', ['jsonb', 'jsonpath'], ([document, path]) => `json_query(${document}, ${path} error on empty error on error)`),
  json('json_query(jsonb with wrapper)', ['jsonb', 'jsonpath'], ([document, path]) => `json_query(${document}, ${path} returning text with conditional wrapper null on error)`, false),
  json('json_table(jsonb)', ['jsonb'], ([document]) => `(select jsonb_agg(to_jsonb(t) order by n) from json_table(${document}, '$[*]' columns (n for ordinality, v jsonb path 'strict $.a' error on error) error on error) t)`),
  json('json_table(jsonb nested)', ['jsonb'], ([document]) => `(select jsonb_agg(to_jsonb(t) order by n, x) from json_table(${document}, '$' columns (n for ordinality, v jsonb path '$.b', nested path '$.*' columns (x text path '$'))) t)`, false),
  json('json(text with unique keys)', ['text'], ([text]) => `json(${text} with unique keys)`),
];

export { spellNull };
export const matrixRows: readonly MatrixRow[] = [
  ...allFunctions.map(functionRow), ...allTableFunctions.map(tableFunctionRow), ...allOperators.map(operatorRow), ...allCasts.map(castRow), ...allAggregates.map(aggregateRow), ...constructs, ...jsonConstructs,
];
