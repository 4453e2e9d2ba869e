import type { SqlType } from '../../core/index.ts';
import { Oid, findType, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { startOf } from '../resolve/walk.ts';
import { canCoerce, tryCoerce } from './coerce.ts';
import { typeText } from './format-type.ts';

/**
 * The type that all of `exprs` become (manual, "UNION, CASE, and Related Constructs"), or undefined where there is none.
 * Every comparison is in order: a later type wins only if it is preferred, or the earlier converts to it and not the other way round.
 */
export function commonTypeOf(exprs: readonly Expr[]): SqlType | undefined {
  const first = exprs[0];
  if (first === undefined) return undefined;
  if (exprs.every((expr) => expr.type.oid === first.type.oid) && first.type.oid !== Oid.unknown) {
    return exprs.every((expr) => expr.type.typmod === first.type.typmod) ? first.type : sqlType(first.type.oid);
  }
  let chosen: number = Oid.unknown;
  for (const { type } of exprs) {
    if (type.oid === Oid.unknown || type.oid === chosen) continue;
    if (chosen === Oid.unknown) {
      chosen = type.oid;
      continue;
    }
    const known = findType(chosen)!;
    const candidate = findType(type.oid)!;
    if (known.category !== candidate.category) return undefined;
    if (!known.preferred && canCoerce(chosen, type.oid, 'implicit') && !canCoerce(type.oid, chosen, 'implicit')) chosen = type.oid;
  }
  return sqlType(chosen === Oid.unknown ? Oid.text : chosen);
}

/** All of `exprs` as their common type; 42804 where there is none, said of `construct` (`CASE`, `UNION`, ...); 42846 of its `part` that has no conversion. */
export function toCommonType(planning: Planning, exprs: readonly Expr[], construct: string, part: (index: number) => string = () => construct): { readonly exprs: readonly Expr[]; readonly type: SqlType } {
  const type = commonTypeOf(exprs);
  if (type === undefined) throw mismatch(planning, exprs, construct);
  return { type, exprs: exprs.map((expr, index) => toType(planning, expr, type, part(index))) };
}

export function toType(planning: Planning, expr: Expr, type: SqlType, construct: string): Expr {
  const coerced = tryCoerce(planning, expr, type, 'implicit');
  if (coerced !== undefined) return coerced;
  throw planning.error('42846', `${construct} could not convert type ${typeText(expr.type.oid)} to ${typeText(type.oid)}`, startOf(expr));
}

function mismatch(planning: Planning, exprs: readonly Expr[], construct: string): Error {
  let chosen: Expr | undefined;
  for (const expr of exprs) {
    if (expr.type.oid === Oid.unknown) continue;
    if (chosen !== undefined && findType(chosen.type.oid)!.category !== findType(expr.type.oid)!.category) {
      return planning.error('42804', `${construct} types ${typeText(chosen.type.oid)} and ${typeText(expr.type.oid)} cannot be matched`, startOf(expr));
    }
    chosen = chosen === undefined ? expr : (commonTypeOf([chosen, expr])?.oid === chosen.type.oid ? chosen : expr);
  }
  return planning.error('42804', `${construct} types cannot be matched`, undefined);
}
