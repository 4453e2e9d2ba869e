import type { SqlType } from '../../core/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { substitute } from '../../ir/index.ts';
import type { PlanContext } from '../context.ts';
import { foldScalar } from '../optimize/fold-constants.ts';
import { Planning } from '../planning.ts';
import { tryCoerce } from './coerce.ts';
import { typeText } from './format-type.ts';
import type { Expr } from '../resolve/typed.ts';
import { startOf } from '../resolve/walk.ts';
import { toScalar } from '../lower/to-scalar.ts';
import type { Bound } from '../lower/bound.ts';

/** Converts a scalar without columns (a DEFAULT, the value of a secret) for storing it in `column` of type `target`; 42804 where there is no assignment cast. */
export function coerceForAssignment(value: Scalar, target: SqlType, column: string, context: PlanContext, position?: number): Scalar {
  const planning = new Planning('', context);
  const bound: Bound = { relation: { op: 'constant', rows: [], type: { columns: [], keys: [] } }, at: new Map() };
  const given: Expr = value.op === 'literal' || value.op === 'parameter' ? { ...value, position } : { op: 'column', id: -1, type: value.type, position };
  const converted = assigned(planning, given, target, column);
  const placed = given.op === 'column' ? replacing(value, bound, planning, converted) : toScalar(planning, converted, bound);
  return foldScalar(placed, context.environment);
}

/** The conversion around the value, built over a column that stands for it. */
function replacing(value: Scalar, bound: Bound, planning: Planning, converted: Expr): Scalar {
  const stand: Bound = { ...bound, at: new Map([[-1, 0]]), relation: { op: 'constant', rows: [], type: { columns: [{ name: '', type: value.type, nullable: true }], keys: [] } } };
  return substitute(toScalar(planning, converted, stand), [value]);
}

/** As `coerceForAssignment`, for an expression of the statement being planned. */
export function assigned(planning: Planning, value: Expr, target: SqlType, column: string): Expr {
  const converted = tryCoerce(planning, value, target, 'assignment');
  if (converted !== undefined) return converted;
  throw planning.error('42804', `column "${column}" is of type ${typeText(target.oid)} but expression is of type ${typeText(value.type.oid)}`, startOf(value), {
    hint: 'You will need to rewrite or cast the expression.',
  });
}
