import type { ResTarget } from '@pgsql/types';
import type { TableColumn } from '../../catalog/index.ts';
import { findType, Oid, sqlType } from '../../core/index.ts';
import type { SqlError, SqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { arrayBound, jsonbPath } from '../resolve/indirection.ts';
import type { Indices } from '../resolve/indirection.ts';
import type { Level } from '../resolve/level.ts';
import type { Expr } from '../resolve/typed.ts';
import { tryCoerce } from '../typing/coerce.ts';
import { isArrayType, typeText } from '../typing/format-type.ts';

const int4Array = sqlType(Oid.int4Array);
const boolArray = sqlType(Oid.boolArray);

export const partToDefault = (planning: Planning, position: number | undefined): SqlError => planning.error('0A000', 'cannot set an array element to DEFAULT', position);

/** `a[1] = given`, `a[1:2] = given`, `document['key'] = given`: the whole value of the column, made of the one before (transformAssignmentIndirection). */
export function assignedPart(level: Level, column: TableColumn, before: Expr, target: ResTarget, given: Expr): Expr {
  const { planning } = level;
  const position = planning.at(target.location);
  const steps = target.indirection ?? [];
  const indices: Indices[] = [];
  for (const step of steps) {
    if ('A_Indices' in step) {
      indices.push(step.A_Indices);
      continue;
    }
    const name = 'String' in step ? step.String.sval ?? '' : '*';
    throw planning.error('42804', `cannot assign to field "${name}" of column "${column.name}" because its type ${typeText(column.type.oid)} is not a composite type`, position);
  }
  const { oid } = column.type;
  if (oid === Oid.jsonb) {
    const { path, inArray } = jsonbPath(level, indices, position);
    return { op: 'call', function: 'jsonb_subscript_assign(jsonb,_text,jsonb,bool)', args: [before, path, partOf(planning, column, sqlType(Oid.jsonb), given, position), { op: 'literal', value: inArray, type: sqlType(Oid.bool) }], type: column.type };
  }
  if (!isArrayType(oid)) throw planning.error('42804', `cannot subscript type ${typeText(oid)} because it does not support subscripting`, position);
  return indices.some((index) => index.is_slice) ? assignedSlice(level, column, before, indices, given, position) : assignedElement(level, column, before, indices, given, position);
}

const listOf = (elements: readonly Expr[], type: SqlType): Expr => ({ op: 'array', elements, nested: false, type });
const nothing: Expr = { op: 'literal', value: null, type: sqlType(Oid.int4) };

function assignedElement(level: Level, column: TableColumn, before: Expr, indices: readonly Indices[], given: Expr, position: number | undefined): Expr {
  const element: SqlType = { oid: findType(column.type.oid)!.element, typmod: column.type.typmod };
  const subscripts = indices.map((index) => arrayBound(level, index.uidx) ?? nothing);
  return { op: 'call', function: 'subscript_assign(anyarray,_int4,anyelement)', args: [before, listOf(subscripts, int4Array), partOf(level.planning, column, element, given, position)], type: column.type };
}

function assignedSlice(level: Level, column: TableColumn, before: Expr, indices: readonly Indices[], given: Expr, position: number | undefined): Expr {
  const one: Expr = { op: 'literal', value: 1, type: sqlType(Oid.int4) };
  const lower = indices.map((index) => (index.is_slice ? arrayBound(level, index.lidx) : one));
  const upper = indices.map((index) => arrayBound(level, index.uidx));
  const known = (bounds: readonly (Expr | null)[]): Expr => listOf(bounds.map((bound): Expr => ({ op: 'literal', value: bound !== null, type: sqlType(Oid.bool) })), boolArray);
  const list = (bounds: readonly (Expr | null)[]): Expr => listOf(bounds.map((bound) => bound ?? nothing), int4Array);
  return {
    op: 'call', function: 'slice_assign(anyarray,_int4,_int4,anyarray,_bool,_bool)', type: column.type,
    args: [before, list(lower), list(upper), partOf(level.planning, column, column.type, given, position), known(lower), known(upper)],
  };
}

function partOf(planning: Planning, column: TableColumn, type: SqlType, given: Expr, position: number | undefined): Expr {
  const converted = tryCoerce(planning, given, type, 'assignment');
  if (converted !== undefined) return converted;
  throw planning.error('42804', `subscripted assignment to "${column.name}" requires type ${typeText(type.oid)} but expression is of type ${typeText(given.type.oid)}`, position, {
    hint: 'You will need to rewrite or cast the expression.',
  });
}
