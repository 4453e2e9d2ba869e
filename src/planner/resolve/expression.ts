import type { A_ArrayExpr, A_Const, CaseExpr, CollateClause, MinMaxExpr, Node, RowExpr, TypeCast } from '@pgsql/types';
import type { SqlType } from '../../core/index.ts';
import { InvariantError, Oid, codecOf, findType, notSupported, sqlType } from '../../core/index.ts';
import { applyOperator } from '../typing/call-operator.ts';
import { coerce, coerceToBoolean, settleUnknown, tryCoerce } from '../typing/coerce.ts';
import { commonTypeOf, toCommonType } from '../typing/common-type.ts';
import { isArrayType, typeText } from '../typing/format-type.ts';
import { requireArrayType } from '../typing/polymorphic.ts';
import { resolveTypeName } from '../typing/type-name.ts';
import { resolveFunctionCall } from './calls.ts';
import { resolveColumnReference } from './columns.ts';
import { resolveValueFunction } from './clock.ts';
import { groupingFunction } from './grouping-sets.ts';
import { resolveIndirection } from './indirection.ts';
import type { Level } from './level.ts';
import { expandTarget } from './select.ts';
import { resolveSqlJson } from './sql-json.ts';
import { isStar, kindOf, locationOf, namesOf } from './nodes.ts';
import { resolveOperatorExpression } from './operators.ts';
import { resolveSubLink } from './sublinks.ts';
import { fieldOf, fieldsOf } from './row-fields.ts';
import { columnOf } from './typed.ts';
import type { Expr } from './typed.ts';
import { startOf } from './walk.ts';

const bool = sqlType(Oid.bool);

/** Resolves and types one expression of the parse tree. */
export function resolveExpression(level: Level, node: Node): Expr {
  const { planning } = level;
  if ('ColumnRef' in node) return resolveColumnReference(level, node.ColumnRef);
  if ('A_Const' in node) return constant(level, node.A_Const);
  if ('ParamRef' in node) return parameter(level, node.ParamRef.number ?? 0, planning.at(node.ParamRef.location));
  if ('A_Expr' in node) return resolveOperatorExpression(level, node.A_Expr);
  if ('FuncCall' in node) return resolveFunctionCall(level, node.FuncCall);
  if ('TypeCast' in node) return typeCast(level, node.TypeCast);
  if ('BoolExpr' in node) {
    const kind = node.BoolExpr.boolop === 'AND_EXPR' ? 'AND' : node.BoolExpr.boolop === 'OR_EXPR' ? 'OR' : 'NOT';
    const args = (node.BoolExpr.args ?? []).map((arg) => coerceToBoolean(planning, resolveExpression(level, arg), kind));
    const position = planning.at(node.BoolExpr.location);
    return kind === 'NOT' ? { op: 'not', arg: args[0]!, type: bool, position } : { op: kind === 'AND' ? 'and' : 'or', args, type: bool, position };
  }
  if ('NullTest' in node) {
    const arg = resolveExpression(level, required(node.NullTest.arg));
    const position = planning.at(node.NullTest.location);
    return nullTest(planning, arg, node.NullTest.nulltesttype === 'IS_NULL', position);
  }
  if ('BooleanTest' in node) return booleanTest(level, node.BooleanTest.booltesttype ?? 'IS_TRUE', required(node.BooleanTest.arg), node.BooleanTest.location);
  if ('CaseExpr' in node) return caseExpression(level, node.CaseExpr);
  if ('CoalesceExpr' in node) {
    const { exprs, type } = toCommonType(planning, (node.CoalesceExpr.args ?? []).map((arg) => resolveExpression(level, arg)), 'COALESCE');
    return { op: 'coalesce', args: exprs, type, position: planning.at(node.CoalesceExpr.location) };
  }
  if ('MinMaxExpr' in node) return minMax(level, node.MinMaxExpr);
  if ('MergeSupportFunc' in node) {
    if (level.mergeAction !== undefined) return columnOf(level.mergeAction, planning.at(node.MergeSupportFunc.location));
    throw planning.error('42601', 'MERGE_ACTION() can only be used in the RETURNING list of a MERGE command', planning.at(node.MergeSupportFunc.location));
  }
  if ('SubLink' in node) return resolveSubLink(level, node.SubLink);
  if ('A_ArrayExpr' in node) return arrayConstructor(level, node.A_ArrayExpr, undefined);
  if ('RowExpr' in node) return rowConstructor(level, node.RowExpr);
  if ('A_Indirection' in node) return resolveIndirection(level, node.A_Indirection);
  if ('CollateClause' in node) return collate(level, node.CollateClause);
  if ('SQLValueFunction' in node) return resolveValueFunction(level, node.SQLValueFunction);
  if ('SetToDefault' in node) throw planning.error('42601', 'DEFAULT is not allowed in this context', planning.at(node.SetToDefault.location));
  if ('GroupingFunc' in node) return groupingFunction(level, node.GroupingFunc);
  const json = resolveSqlJson(level, node);
  if (json !== undefined) return json;
  throw notSupported(`the expression ${kindOf(node)}`, 'Write it with functions and operators.', planning.at(locationOf(node)));
}

/** An expression that has a value of some definite type; a lone literal is text. */
export const resolveSettled = (level: Level, node: Node): Expr => settleUnknown(level.planning, resolveExpression(level, node));

export function required(node: Node | undefined): Node {
  if (node === undefined) throw new InvariantError('a parse node without its operand');
  return node;
}

function constant(level: Level, node: A_Const): Expr {
  const position = level.planning.at(node.location);
  const literal = (value: Expr & { op: 'literal' }): Expr => value;
  if (node.isnull) return literal({ op: 'literal', value: null, type: sqlType(Oid.unknown), position });
  if (node.ival !== undefined) return literal({ op: 'literal', value: node.ival.ival ?? 0, type: sqlType(Oid.int4), position });
  if (node.boolval !== undefined) return literal({ op: 'literal', value: node.boolval.boolval ?? false, type: bool, position });
  if (node.sval !== undefined) return literal({ op: 'literal', value: node.sval.sval ?? '', type: sqlType(Oid.unknown), position });
  if (node.fval !== undefined) return number(level, node.fval.fval ?? '0', position);
  const bits = node.bsval?.bsval ?? '';
  const text = bits.startsWith('x') ? [...bits.slice(1)].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('') : bits.slice(1);
  return literal({ op: 'literal', value: text, type: sqlType(Oid.bit), position });
}

/** A number that is no integer as the grammar reads it: the least integer, whose sign comes later; bigint where it fits and is written as an integer; else numeric. */
function number(level: Level, text: string, position: number | undefined): Expr {
  const settings = level.planning.context.environment.settings;
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value === -(2n ** 31n)) return { op: 'literal', value: Number(value), type: sqlType(Oid.int4), position };
    if (value >= -(2n ** 63n) && value < 2n ** 63n) return { op: 'literal', value: codecOf(Oid.int8).parse(text, settings, -1), type: sqlType(Oid.int8), position };
  }
  const digits = /^-?0[xob]/i.test(text) ? BigInt(text.replaceAll('_', '')).toString() : text.replaceAll('_', '');
  return { op: 'literal', value: codecOf(Oid.numeric).parse(digits, settings, -1), type: sqlType(Oid.numeric), position };
}

function parameter(level: Level, index: number, position: number | undefined): Expr {
  const { planning } = level;
  if (index < 1) throw planning.error('42P02', `there is no parameter $${index}`, position);
  const types = planning.context.parameterTypes;
  while (types.length < index) types.push(undefined);
  return { op: 'parameter', index, type: types[index - 1] ?? sqlType(Oid.unknown), position };
}

function typeCast(level: Level, node: TypeCast): Expr {
  const { planning } = level;
  const target = resolveTypeName(node.typeName ?? {}, planning.sql, planning.context.environment.catalog, planning.dependsOn);
  const argument = required(node.arg);
  if ('A_ArrayExpr' in argument && isArrayType(target.oid)) {
    const array = arrayConstructor(level, argument.A_ArrayExpr, target);
    return coerce(planning, array, target, 'explicit', planning.at(node.location));
  }
  const arg = resolveExpression(level, argument);
  const own = planning.at(node.location);
  const cast = coerce(planning, arg, target, 'explicit', arg.type.oid === Oid.unknown ? undefined : own ?? startOf(arg));
  if (cast.op !== 'row') return cast;
  // It is a value now, and compared as one.
  const { constructed: _constructed, ...row } = cast;
  return row;
}

/** A row IS NULL when all of its fields are, and IS NOT NULL when none is. A field that is a row is a value: it is NULL where it is not there. */
function nullTest(planning: Level['planning'], arg: Expr, isNull: boolean, position: number | undefined): Expr {
  const value = settleUnknown(planning, arg);
  const test = (of: Expr): Expr => {
    const isIt: Expr = { op: 'isNull', arg: settleUnknown(planning, of), type: bool, position };
    return isNull ? isIt : { op: 'not', arg: isIt, type: bool, position };
  };
  const fields = fieldsOf(planning, value);
  return fields === undefined ? test(value) : { op: 'and', args: fields.map((field, index) => test(fieldOf(planning, value, index, field))), type: bool, position };
}

function booleanTest(level: Level, kind: string, node: Node, location: number | undefined): Expr {
  const position = level.planning.at(location);
  const arg = coerceToBoolean(level.planning, resolveExpression(level, node), kind.replaceAll('_', ' '));
  const not = (test: Expr): Expr => ({ op: 'not', arg: test, type: bool, position });
  const test = (op: 'isTrue' | 'isFalse' | 'isNull'): Expr => ({ op, arg, type: bool, position });
  switch (kind) {
    case 'IS_TRUE':
      return test('isTrue');
    case 'IS_NOT_TRUE':
      return not(test('isTrue'));
    case 'IS_FALSE':
      return test('isFalse');
    case 'IS_NOT_FALSE':
      return not(test('isFalse'));
    case 'IS_UNKNOWN':
      return test('isNull');
    default:
      return not(test('isNull'));
  }
}

function caseExpression(level: Level, node: CaseExpr): Expr {
  const { planning } = level;
  const operand = node.arg && resolveSettled(level, node.arg);
  const branches = (node.args ?? []).flatMap((branch) => ('CaseWhen' in branch ? [branch.CaseWhen] : []));
  const whens = branches.map((branch) => {
    const condition = resolveExpression(level, required(branch.expr));
    return operand === undefined ? coerceToBoolean(planning, condition, 'CASE/WHEN') : applyOperator(planning, '=', operand, condition, planning.at(branch.location));
  });
  const results = branches.map((branch) => resolveExpression(level, required(branch.result)));
  const position = planning.at(node.location);
  const otherwise: Expr = node.defresult ? resolveExpression(level, node.defresult) : { op: 'literal', value: null, type: sqlType(Oid.unknown) };
  // the ELSE branch speaks first when types are settled, as in Postgres
  const { exprs, type } = toCommonType(planning, [otherwise, ...results], 'CASE', (index) => (index === 0 ? 'CASE/ELSE' : 'CASE/WHEN'));
  return { op: 'case', branches: whens.map((when, index) => ({ when, then: exprs[index + 1]! })), otherwise: exprs[0]!, type, position };
}

function minMax(level: Level, node: MinMaxExpr): Expr {
  const least = node.op === 'IS_LEAST';
  const { exprs, type } = toCommonType(level.planning, (node.args ?? []).map((arg) => resolveExpression(level, arg)), least ? 'LEAST' : 'GREATEST');
  return { op: least ? 'least' : 'greatest', args: exprs, type, position: level.planning.at(node.location) };
}

/** ARRAY[...], of the common type of its elements, or of the type it is cast to. */
function arrayConstructor(level: Level, node: A_ArrayExpr, wanted: SqlType | undefined): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  const nodes = node.elements ?? [];
  const nested = nodes.some((element) => 'A_ArrayExpr' in element);
  const elements = nodes.map((element) => ('A_ArrayExpr' in element ? arrayConstructor(level, element.A_ArrayExpr, wanted) : resolveExpression(level, element)));
  if (wanted !== undefined) {
    const element = sqlType(nested ? wanted.oid : findType(wanted.oid)!.element, nested ? -1 : wanted.typmod);
    return { op: 'array', elements: elements.map((item) => coerce(planning, item, element, 'explicit')), nested, type: sqlType(wanted.oid), position };
  }
  if (elements.length === 0) {
    throw planning.error('42P18', 'cannot determine type of empty array', position, { hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].' });
  }
  const { exprs, type } = toCommonType(planning, elements, 'ARRAY');
  if (isArrayType(type.oid)) return { op: 'array', elements: exprs, nested: true, type: sqlType(type.oid), position };
  return { op: 'array', elements: exprs, nested: false, type: sqlType(requireArrayType(planning, type.oid, position)), position };
}

function rowConstructor(level: Level, node: RowExpr): Expr {
  // `ROW(t.*)` has the columns of t for its fields, where a function's argument would be the whole row.
  const fields = (node.args ?? []).flatMap((arg) => {
    const starred = ('ColumnRef' in arg && isStar(arg.ColumnRef.fields?.at(-1))) || ('A_Indirection' in arg && isStar(arg.A_Indirection.indirection?.at(-1)));
    return starred ? expandTarget(level, arg, undefined).map(({ value }) => value) : [resolveExpression(level, arg)];
  });
  return { op: 'row', fields, names: fields.map((_, index) => `f${index + 1}`), constructed: true, type: sqlType(Oid.record), position: level.planning.at(node.location) };
}

const collatable = new Set<number>([Oid.text, Oid.varchar, Oid.bpchar, Oid.name]);
const knownCollations = new Set(['C', 'POSIX', 'default', 'ucs_basic']);

/** Every string is ordered by its bytes here: the collations that mean just that are accepted. */
function collate(level: Level, node: CollateClause): Expr {
  const { planning } = level;
  const arg = resolveSettled(level, required(node.arg));
  const position = planning.at(node.location);
  const name = namesOf(node.collname).at(-1) ?? '';
  const element = isArrayType(arg.type.oid) ? findType(arg.type.oid)!.element : arg.type.oid;
  if (!collatable.has(element)) throw planning.error('42804', `collations are not supported by type ${typeText(arg.type.oid)}`, position);
  if (!knownCollations.has(name)) throw notSupported(`the collation "${name}"`, 'Strings are ordered by their bytes: use COLLATE "C", or none.', position);
  return arg;
}

/** Whether all of these could be made one type; used where Postgres tries before it decides. */
export const haveCommonType = (exprs: readonly Expr[]): boolean => {
  const type = commonTypeOf(exprs);
  return type !== undefined && findType(type.oid)?.array !== 0;
};

export { tryCoerce };
