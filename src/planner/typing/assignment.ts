import type { SqlType } from '../../core/index.ts';
import { InvariantError } from '../../core/index.ts';
import type { Scalar } from '../../ir/index.ts';

/** Converts `value` for storing it in column `column` of type `target`; 42804 where there is no assignment cast. */
export function coerceForAssignment(value: Scalar, target: SqlType, column: string, position?: number): Scalar {
  throw new InvariantError(`coerceForAssignment ${value.op} ${target.oid} ${column} ${position}`);
}
