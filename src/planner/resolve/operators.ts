import type { A_Expr, Node } from '@pgsql/types';
import { InvariantError, Oid, findType, notSupported, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { applyOperator, applyToElements, resolveOperator } from '../typing/call-operator.ts';
import { settleUnknown } from '../typing/coerce.ts';
import { commonTypeOf, toType } from '../typing/common-type.ts';
import { requireArrayType } from '../typing/polymorphic.ts';
import { haveCommonType, required, resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { listOf, namesOf } from './nodes.ts';
import { resolveRowSubquery } from './sublinks.ts';
import type { Expr, ExprOf } from './typed.ts';
import { forEachColumn, forEachOperand } from './walk.ts';

const bool = sqlType(Oid.bool);

/** The grammar's A_Expr: operators, and the constructs spelled with them. */
export function resolveOperatorExpression(level: Level, node: A_Expr): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  const path = namesOf(node.name);
  const name = path.at(-1) ?? '';
  const schema = path.length > 1 ? path.at(-2) : undefined;
  const left = (): Expr => resolveExpression(level, required(node.lexpr));
  const right = (): Expr => resolveExpression(level, required(node.rexpr));
  switch (node.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR': {
      if (node.lexpr === undefined) return applyOperator(planning, name, null, right(), position, schema);
      if ('RowExpr' in node.lexpr && node.rexpr !== undefined && 'SubLink' in node.rexpr && node.rexpr.SubLink.subLinkType === 'EXPR_SUBLINK') {
        return resolveRowSubquery(level, left(), name, node.rexpr.SubLink, position);
      }
      return compare(planning, name, left(), right(), position, schema);
    }
    case 'AEXPR_OP_ANY':
      return applyToElements(planning, 'any', name, left(), right(), position, schema);
    case 'AEXPR_OP_ALL':
      return applyToElements(planning, 'all', name, left(), right(), position, schema);
    case 'AEXPR_DISTINCT':
      return { op: 'not', arg: sameness(planning, left(), right(), position), type: bool, position };
    case 'AEXPR_NOT_DISTINCT':
      return sameness(planning, left(), right(), position);
    case 'AEXPR_NULLIF': {
      const given = left();
      const { row, args } = resolveOperator(planning, '=', given, right(), position);
      // a vector is compared as an array, and yet stays what it is
      const kept = given.type.oid === Oid.int2vector ? given : args[0]!;
      return { op: 'nullIf', function: row.function, left: kept, right: args[1]!, type: kept.type, position };
    }
    case 'AEXPR_IN':
      return membership(level, left(), listOf(node.rexpr), name, position);
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return between(level, node, position);
    default:
      throw notSupported(`the construct ${node.kind}`, 'Write it with operators.', position);
  }
}

/** `left name right`; of two rows that are written as such the fields are compared, from the left. Other rows are values, whose NULLs equal each other. */
export function compare(planning: Planning, name: string, left: Expr, right: Expr, position: number | undefined, schema?: string): Expr {
  if (!isConstructed(left) || !isConstructed(right)) return applyOperator(planning, name, left, right, position, schema);
  if (left.fields.length !== right.fields.length) throw planning.error('42601', 'unequal number of entries in row expressions', position);
  if (left.fields.length === 0) throw planning.error('0A000', 'cannot compare rows of zero length', position);
  const pairs = left.fields.map((field, index): readonly [Expr, Expr] => [field, right.fields[index]!]);
  switch (name) {
    case '=':
      return conjunction(pairs.map(([a, b]) => compare(planning, '=', a, b, position)), position);
    case '<>':
      return { op: 'or', args: pairs.map(([a, b]) => compare(planning, '<>', a, b, position)), type: bool, position };
    case '<':
    case '<=':
    case '>':
    case '>=':
      return lexicographic(planning, name, pairs, position);
    default:
      throw planning.error('0A000', `could not determine interpretation of row comparison operator ${name}`, position, { hint: 'Row comparison operators must be associated with btree operator families.' });
  }
}

/** `(a, b) < (c, d)`: a < c, or a = c and b < d; NULL where the deciding pair holds one. */
function lexicographic(planning: Planning, name: string, pairs: readonly (readonly [Expr, Expr])[], position: number | undefined): Expr {
  const [[a, b], ...rest] = [pairs[0]!, ...pairs.slice(1)];
  if (rest.length === 0) return applyOperator(planning, name, a, b, position);
  const strict = name.slice(0, 1);
  const equal = applyOperator(planning, '=', a, b, position);
  return {
    op: 'case', type: bool, position,
    branches: [{ when: equal, then: lexicographic(planning, name, rest, position) }],
    otherwise: applyOperator(planning, strict, a, b, position),
  };
}

export const conjunction = (args: readonly Expr[], position: number | undefined): Expr => (args.length === 1 ? args[0]! : { op: 'and', args, type: bool, position });

function sameness(planning: Planning, left: Expr, right: Expr, position: number | undefined): Expr {
  if (isConstructed(left) && isConstructed(right)) {
    if (left.fields.length !== right.fields.length) throw planning.error('42601', 'unequal number of entries in row expressions', position);
    return conjunction(left.fields.map((field, index) => sameness(planning, field, right.fields[index]!, position)), position);
  }
  if (isNullLiteral(right)) return { op: 'isNull', arg: settleUnknown(planning, left), type: bool, position };
  if (isNullLiteral(left)) return { op: 'isNull', arg: settleUnknown(planning, right), type: bool, position };
  const { args } = resolveOperator(planning, '=', left, right, position);
  const [first, second] = [args[0]!, args[1]!];
  if (first.type.oid === second.type.oid) return { op: 'same', left: first, right: second, type: bool, position };
  if (isRow(first) && isRow(second)) return { op: 'same', left: asRecord(first), right: asRecord(second), type: bool, position };
  const type = commonTypeOf([first, second]);
  if (type === undefined) throw new InvariantError('operands that compare, of types without a common one');
  return { op: 'same', left: toType(planning, first, type, 'IS DISTINCT FROM'), right: toType(planning, second, type, 'IS DISTINCT FROM'), type: bool, position };
}

const isRow = ({ type: { oid } }: Expr): boolean => oid === Oid.record || findType(oid)?.kind === 'c';
const asRecord = (arg: Expr): Expr => (arg.type.oid === Oid.record ? arg : { op: 'relabel', arg, type: sqlType(Oid.record), position: arg.position });

export const isConstructed = (expr: Expr): expr is ExprOf<'row'> => expr.op === 'row' && expr.constructed === true;

const isNullLiteral = (expr: Expr): boolean => expr.op === 'literal' && expr.value === null && expr.type.oid === Oid.unknown;

/** `x IN (...)`: one look into an array where the constants have a common type, else comparisons. */
function membership(level: Level, left: Expr, nodes: readonly Node[], operator: string, position: number | undefined): Expr {
  const { planning } = level;
  const items = nodes.map((node) => resolveExpression(level, node));
  const gathered = items.filter((item) => !isConstructed(left) && !isConstructed(item) && !hasColumns(item));
  const single = items.filter((item) => !gathered.includes(item));
  const tests: Expr[] = [];
  if (gathered.length > 1 && haveCommonType([left, ...gathered])) {
    const type = commonTypeOf([left, ...gathered])!;
    const elements = gathered.map((item) => toType(planning, item, sqlType(type.oid), 'IN'));
    const array: Expr = { op: 'array', elements, nested: false, type: sqlType(requireArrayType(planning, type.oid, position)), position };
    tests.push(applyToElements(planning, operator === '<>' ? 'all' : 'any', operator, left, array, position));
  } else {
    single.splice(0, single.length, ...items);
  }
  tests.push(...single.map((item) => compare(planning, operator, left, item, position)));
  return tests.length === 1 ? tests[0]! : { op: operator === '<>' ? 'and' : 'or', args: tests, type: bool, position };
}

function hasColumns(expr: Expr): boolean {
  let found = false;
  forEachColumn(expr, () => (found = true));
  const subqueries = (inner: Expr): void => forEachOperand(inner, subqueries, () => (found = true));
  subqueries(expr);
  return found;
}

function between(level: Level, node: A_Expr, position: number | undefined): Expr {
  const { planning } = level;
  const value = resolveExpression(level, required(node.lexpr));
  const [low, high] = listOf(node.rexpr).map((bound) => resolveExpression(level, bound));
  const negated = node.kind === 'AEXPR_NOT_BETWEEN' || node.kind === 'AEXPR_NOT_BETWEEN_SYM';
  const range = (from: Expr, to: Expr): Expr => negated
    ? { op: 'or', args: [compare(planning, '<', value, from, position), compare(planning, '>', value, to, position)], type: bool, position }
    : { op: 'and', args: [compare(planning, '>=', value, from, position), compare(planning, '<=', value, to, position)], type: bool, position };
  const straight = range(low!, high!);
  if (node.kind !== 'AEXPR_BETWEEN_SYM' && node.kind !== 'AEXPR_NOT_BETWEEN_SYM') return straight;
  return { op: negated ? 'and' : 'or', args: [straight, range(high!, low!)], type: bool, position };
}
