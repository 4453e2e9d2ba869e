import type { Planning } from '../planning.ts';
import { isEquality } from '../typing/call-operator.ts';
import { tryCoerce } from '../typing/coerce.ts';
import { commonTypeOf } from '../typing/common-type.ts';
import type { ColumnId, Expr } from '../resolve/typed.ts';
import { containsSubquery, referencedInExpr } from '../resolve/walk.ts';

/** `left = right` with each side over columns of one relation only. */
export interface KeyPair {
  readonly left: Expr;
  readonly right: Expr;
  readonly nullSafe: boolean;
}

export type Side = 'left' | 'right' | 'both' | 'neither';

/** Which of two relations an expression reads. */
export function sideOf(expr: Expr, isLeft: (id: ColumnId) => boolean, isRight: (id: ColumnId) => boolean): Side {
  const ids = [...referencedInExpr(expr)];
  const left = ids.some(isLeft);
  const right = ids.some((id) => !isLeft(id) && isRight(id));
  return left && right ? 'both' : left ? 'left' : right ? 'right' : 'neither';
}

/** A conjunct as a pair of join keys of one type, or undefined where it is no equality between the two sides. */
export function keyPair(planning: Planning, conjunct: Expr, isLeft: (id: ColumnId) => boolean, isRight: (id: ColumnId) => boolean): KeyPair | undefined {
  const nullSafe = conjunct.op === 'same';
  const sides = nullSafe ? [conjunct.left, conjunct.right] : conjunct.op === 'call' && isEquality(conjunct.function) ? conjunct.args : [];
  const [first, second] = sides;
  if (first === undefined || second === undefined || containsSubquery(conjunct)) return undefined;
  const [a, b] = [sideOf(first, isLeft, isRight), sideOf(second, isLeft, isRight)];
  const straight = a === 'left' && b === 'right';
  if (!straight && !(a === 'right' && b === 'left')) return undefined;
  const [left, right] = straight ? [first, second] : [second, first];
  if (left.type.oid === right.type.oid) return { left, right, nullSafe };
  const type = commonTypeOf([left, right]);
  const converted = type && [tryCoerce(planning, left, { oid: type.oid, typmod: -1 }, 'implicit'), tryCoerce(planning, right, { oid: type.oid, typmod: -1 }, 'implicit')];
  return converted?.[0] && converted[1] ? { left: converted[0], right: converted[1], nullSafe } : undefined;
}
