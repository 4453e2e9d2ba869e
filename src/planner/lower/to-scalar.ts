import { InvariantError, Oid, assertNever, notSupported, sqlType } from '../../core/index.ts';
import { functionById } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { reference } from './bound.ts';
import type { Bound } from './bound.ts';
import { misplacedTime } from './temporal.ts';

/** A row that leaves a view must be the row that came: what differs from call to call would never go. */
function refuseVolatile(planning: Planning, id: string, position: number | undefined): void {
  const row = functionById(id);
  if (planning.context.mode === 'view' && row?.volatility === 'volatile') throw notSupported(`${row.name}() in a view`, 'Ask for it in the query over the view.', position);
}

/**
 * An expression without subqueries as a scalar over the relation. Positions are left behind: errors of evaluation have none in Postgres,
 * and scalars that mean the same compare equal.
 */
export function toScalar(planning: Planning, expr: Expr, bound: Bound): Scalar {
  const one = (inner: Expr): Scalar => toScalar(planning, inner, bound);
  const all = (list: readonly Expr[]): readonly Scalar[] => list.map(one);
  const optional = (list: readonly (Expr | null)[]): readonly (Scalar | null)[] => list.map((inner) => inner && one(inner));
  const { type } = expr;
  switch (expr.op) {
    case 'column':
      return reference(bound, expr.id);
    case 'literal':
      return { op: 'literal', value: expr.value, type };
    case 'parameter':
      return { op: 'parameter', index: expr.index, type };
    case 'currentTime':
      if (planning.context.mode === 'view') throw misplacedTime(planning, expr.position);
      // In a query now() is the transaction's time, mz_now() that of the state it reads.
      return type.oid === Oid.timestamptz ? { op: 'call', function: 'now()', args: [], type } : { op: 'currentTime', type };
    case 'call':
      refuseVolatile(planning, expr.function, expr.position);
      return { op: 'call', function: expr.function, args: all(expr.args), type };
    case 'and':
    case 'or':
      return { op: expr.op, args: expr.args.flatMap((arg) => (arg.op === expr.op ? arg.args : [arg])).map(one), type };
    case 'coalesce':
    case 'greatest':
    case 'least':
      return { op: expr.op, args: all(expr.args), type };
    case 'not':
    case 'isNull':
    case 'isTrue':
    case 'isFalse':
    case 'fromText':
    case 'toText':
    case 'relabel':
      return { op: expr.op, arg: one(expr.arg), type };
    case 'coerceTypmod':
      return { op: 'coerceTypmod', arg: one(expr.arg), explicit: expr.explicit, type };
    case 'same':
      return { op: 'same', left: one(expr.left), right: one(expr.right), type };
    case 'case':
      return { op: 'case', branches: expr.branches.map((branch) => ({ when: one(branch.when), then: one(branch.then) })), otherwise: one(expr.otherwise), type };
    case 'nullIf':
      return { op: 'nullIf', function: expr.function, left: one(expr.left), right: one(expr.right), type };
    case 'array':
      return { op: 'array', elements: all(expr.elements), nested: expr.nested, type };
    case 'row': {
      const row: Scalar = { op: 'row', fields: all(expr.fields), names: expr.names, type };
      if (expr.present === undefined) return row;
      const absent: Scalar = { op: 'isNull', arg: one(expr.present), type: sqlType(Oid.bool) };
      return { op: 'case', branches: [{ when: absent, then: { op: 'literal', value: null, type } }], otherwise: row, type };
    }
    case 'field':
      return { op: 'field', arg: one(expr.arg), index: expr.index, type };
    case 'subscript':
      return { op: 'subscript', arg: one(expr.arg), lower: optional(expr.lower), ...(expr.upper && { upper: optional(expr.upper) }), type };
    case 'anyOf':
    case 'allOf':
      return { op: expr.op, function: expr.function, left: one(expr.left), array: one(expr.array), type };
    case 'raise':
      return { op: 'raise', code: expr.code, message: expr.message, type };
    case 'subquery':
    case 'quantified':
      throw new InvariantError('a subquery that was not unnested');
    case 'grouping':
      throw new InvariantError('GROUPING above no groups');
    default:
      return assertNever(expr);
  }
}
