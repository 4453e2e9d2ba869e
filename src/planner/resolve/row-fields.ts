import type { Field } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from './typed.ts';

/** The fields of an expression that is a row, as far as they are known: undefined for anything else. */
export function fieldsOf(planning: Planning, expr: Expr): readonly Field[] | undefined {
  const named = planning.context.catalog.fieldsOf(expr.type.oid);
  if (named !== undefined) return named;
  if (expr.op === 'row') return expr.fields.map(({ type }, index) => ({ name: expr.names[index]!, type }));
  return expr.op === 'column' ? planning.recordShapes.get(expr.id) : undefined;
}

/** One field of a row. What is planned depends on it where the row's type has a name. */
export function fieldOf(planning: Planning, value: Expr, index: number, { type }: Field): Expr {
  if (value.op === 'row') return value.fields[index]!;
  const owner = planning.context.environment.catalog.typeItem(value.type.oid);
  if (owner !== undefined) {
    planning.dependsOn.add(owner);
    planning.fieldsRead.set(owner, (planning.fieldsRead.get(owner) ?? new Set()).add(index));
  }
  return { op: 'field', arg: value, index, type, position: value.position };
}
