import type { A_Indirection, Node } from '@pgsql/types';
import { Oid, findType, sqlType } from '../../core/index.ts';
import { settleUnknown, throughText, tryCoerce } from '../typing/coerce.ts';
import { isArrayType, typeText } from '../typing/format-type.ts';
import { required, resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { isStar, locationOf, stringOf } from './nodes.ts';
import { fieldOf, fieldsOf } from './row-fields.ts';
import type { Expr } from './typed.ts';
import { startOf } from './walk.ts';

export type Indices = Extract<Node, { A_Indices: unknown }>['A_Indices'];

/** `(expr).field`, `expr[i]`, `expr[i:j]` and chains of them. */
export function resolveIndirection(level: Level, node: A_Indirection): Expr {
  let value = resolveExpression(level, required(node.arg));
  const steps = [...(node.indirection ?? [])];
  while (steps.length > 0) {
    const indices: Indices[] = [];
    while (steps[0] !== undefined && 'A_Indices' in steps[0]) {
      indices.push(steps[0].A_Indices);
      steps.shift();
    }
    if (indices.length > 0) value = subscript(level, value, indices);
    const step = steps.shift();
    if (step === undefined) break;
    if (isStar(step)) throw level.planning.error('42601', 'row expansion via "*" is not supported here', startOf(value));
    value = selectField(level, value, stringOf(step));
  }
  return value;
}

function subscript(level: Level, arg: Expr, indices: readonly Indices[]): Expr {
  const { planning } = level;
  const position = startOf(arg);
  const type = arg.type.oid;
  if (type === Oid.jsonb) return subscriptJsonb(level, arg, indices);
  if (!isArrayType(type) && type !== Oid.int2vector && type !== Oid.oidvector) {
    throw planning.error('42804', `cannot subscript type ${typeText(type)} because it does not support subscripting`, position);
  }
  const bound = (node: Node | undefined): Expr | null => arrayBound(level, node);
  const isSlice = indices.some((index) => index.is_slice);
  if (!isSlice) return { op: 'subscript', arg, lower: indices.map((index) => bound(index.uidx)), type: sqlType(findType(type)!.element), position };
  const one: Expr = { op: 'literal', value: 1, type: sqlType(Oid.int4) };
  return {
    op: 'subscript', arg, type: arg.type, position,
    lower: indices.map((index) => (index.is_slice ? bound(index.lidx) : one)),
    upper: indices.map((index) => bound(index.uidx)),
  };
}

/** A subscript, or one of the bounds of a slice; null where it is left out. */
export function arrayBound(level: Level, node: Node | undefined): Expr | null {
  if (node === undefined) return null;
  const { planning } = level;
  const index = resolveExpression(level, node);
  const coerced = index.type.oid === Oid.bool ? undefined : tryCoerce(planning, index, sqlType(Oid.int4), 'assignment');
  if (coerced === undefined) throw planning.error('42804', 'array subscript must have type integer', startOf(index));
  return coerced;
}

/** `document['key'][0]` is the path of its subscripts: what `document #> '{key,0}'` gives. */
function subscriptJsonb(level: Level, arg: Expr, indices: readonly Indices[]): Expr {
  const { path } = jsonbPath(level, indices, startOf(arg));
  return { op: 'call', function: 'jsonb_extract_path(jsonb,_text)', args: [arg, path], type: sqlType(Oid.jsonb), position: startOf(arg) };
}

/** Subscripts as a path, and whether the first is a number. */
export function jsonbPath(level: Level, indices: readonly Indices[], position: number | undefined): { readonly path: Expr; readonly inArray: boolean } {
  const { planning } = level;
  let inArray = false;
  const steps = indices.map((index, depth): Expr => {
    if (index.is_slice || index.uidx === undefined) {
      const bound = index.uidx ?? index.lidx;
      throw planning.error('42804', 'jsonb subscript does not support slices', bound && planning.at(locationOf(bound)));
    }
    const step = settleUnknown(planning, resolveExpression(level, index.uidx));
    const number = tryCoerce(planning, step, sqlType(Oid.int4), 'implicit');
    if (number !== undefined && depth === 0) inArray = true;
    if (number !== undefined) return throughText(number, Oid.text, step.position);
    const text = tryCoerce(planning, step, sqlType(Oid.text), 'implicit');
    if (text !== undefined) return text;
    throw planning.error('42804', `subscript type ${typeText(step.type.oid)} is not supported`, startOf(step), { hint: 'jsonb subscript must be coercible to only one type, integer or text.' });
  });
  return { path: { op: 'array', elements: steps, nested: false, type: sqlType(Oid.textArray), position }, inArray };
}

/** A field of a row whose fields are known. */
export function selectField(level: Level, value: Expr, name: string): Expr {
  const { planning } = level;
  const fields = fieldsOf(planning, value);
  const aliased = value.op === 'row' ? value.aliases?.indexOf(name) ?? -1 : -1;
  const index = aliased >= 0 ? aliased : (fields?.findIndex((field) => field.name === name) ?? -1);
  if (fields !== undefined && index >= 0) return fieldOf(level.planning, value, index, fields[index]!);
  if (value.op === 'row' && value.of !== undefined) throw planning.error('42703', `column ${value.of}.${name} does not exist`, startOf(value));
  if (value.type.oid === Oid.record) throw planning.error('42703', `could not identify column "${name}" in record data type`, startOf(value));
  if (fields !== undefined) throw planning.error('42703', `column "${name}" not found in data type ${typeText(value.type.oid)}`, startOf(value));
  throw planning.error('42809', `column notation .${name} applied to type ${typeText(value.type.oid)}, which is not a composite type`, startOf(value));
}

/** The fields of `(expr).*`. */
export function expandFields(level: Level, value: Expr): readonly { readonly name: string; readonly value: Expr }[] {
  const fields = fieldsOf(level.planning, value);
  if (fields === undefined) throw level.planning.error('42809', `type ${typeText(value.type.oid)} is not composite`, startOf(value));
  return fields.map((field, index) => ({ name: field.name, value: fieldOf(level.planning, value, index, field) }));
}
