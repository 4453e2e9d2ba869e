import type { SqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { startOf } from '../resolve/walk.ts';
import { tryCoerce } from './coerce.ts';
import type { CoercionContext } from './coerce.ts';
import { typeText } from './format-type.ts';

/**
 * A record as a row type (coerce_record_to_complex): where its fields are known, each becomes what the type's field is.
 * 42846 where there are more or fewer, or one of another type.
 */
export function coerceRow(planning: Planning, expr: Expr, target: SqlType, context: CoercionContext, position: number | undefined): Expr {
  const refused = (detail?: string, of = expr): Error =>
    planning.error('42846', `cannot cast type ${typeText(expr.type.oid)} to ${typeText(target.oid)}`, position ?? startOf(of), detail === undefined ? {} : { detail });
  const wanted = planning.context.catalog.fieldsOf(target.oid);
  if (expr.op !== 'row' || wanted === undefined) throw refused();
  const fields = wanted.map(({ type }, index): Expr => {
    const given = expr.fields[index];
    if (given === undefined) throw refused('Input has too few columns.');
    const coerced = tryCoerce(planning, given, type, context);
    if (coerced === undefined) throw refused(`Cannot cast type ${typeText(given.type.oid)} to ${typeText(type.oid)} in column ${index + 1}.`, given);
    return coerced;
  });
  if (expr.fields.length > wanted.length) throw refused('Input has too many columns.');
  return { op: 'row', fields, names: wanted.map(({ name }) => name), type: target, position: expr.position, ...(expr.present && { present: expr.present }) };
}
