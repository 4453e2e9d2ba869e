import type { ResTarget } from '@pgsql/types';
import type { TableColumn } from '../../catalog/index.ts';
import { findType, Oid, sqlType } from '../../core/index.ts';
import type { SqlError, SqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { arrayBound, jsonbPath } from '../resolve/indirection.ts';
import type { Indices } from '../resolve/indirection.ts';
import type { Level } from '../resolve/level.ts';
import { fieldOf } from '../resolve/row-fields.ts';
import type { Expr } from '../resolve/typed.ts';
import { tryCoerce } from '../typing/coerce.ts';
import { isArrayType, typeText } from '../typing/format-type.ts';

const int4Array = sqlType(Oid.int4Array);
const boolArray = sqlType(Oid.boolArray);

export function partToDefault(planning: Planning, target: ResTarget): SqlError {
  const last = target.indirection?.at(-1);
  return planning.error('0A000', last !== undefined && 'String' in last ? 'cannot set a subfield to DEFAULT' : 'cannot set an array element to DEFAULT', planning.at(target.location));
}

/** What is assigned to on the way into a column's value, and what messages call it. */
interface Place {
  readonly name: string;
  readonly type: SqlType;
  /** it is the field of a row */
  readonly isField?: true | undefined;
}

type Step = NonNullable<ResTarget['indirection']>[number];

/** `a[1] = given`, `a[1:2] = given`, `document['key'] = given`, `row.field = given`, and one in another: the whole value of the column, made of the one before (transformAssignmentIndirection). */
export function assignedPart(level: Level, column: TableColumn, before: Expr, target: ResTarget, given: Expr): Expr {
  return assignedTo(level, column, before, target.indirection ?? [], given, level.planning.at(target.location));
}

function assignedTo(level: Level, place: Place, before: Expr, steps: readonly Step[], given: Expr, position: number | undefined): Expr {
  const [first] = steps;
  if (first === undefined) return partOf(level.planning, place, place.type, given, position);
  if (!('A_Indices' in first)) return assignedField(level, place, before, 'String' in first ? first.String.sval ?? '' : '*', steps.slice(1), given, position);
  const count = steps.findIndex((step) => !('A_Indices' in step));
  const indices = steps.slice(0, count < 0 ? steps.length : count).flatMap((step): Indices[] => ('A_Indices' in step ? [step.A_Indices] : []));
  const rest = count < 0 ? [] : steps.slice(count);
  const { planning } = level;
  const { oid } = place.type;
  if (oid === Oid.jsonb) {
    if (rest.length > 0) throw notAComposite(planning, place, rest[0]!, oid, position);
    const { path, inArray } = jsonbPath(level, indices, position);
    return { op: 'call', function: 'jsonb_subscript_assign(jsonb,_text,jsonb,bool)', args: [before, path, partOf(planning, place, sqlType(Oid.jsonb), given, position), { op: 'literal', value: inArray, type: sqlType(Oid.bool) }], type: place.type };
  }
  if (!isArrayType(oid)) throw planning.error('42804', `cannot subscript type ${typeText(oid)} because it does not support subscripting`, position);
  if (!indices.some((index) => index.is_slice)) return assignedElement(level, place, before, indices, rest, given, position);
  if (rest.length > 0) throw notAComposite(planning, place, rest[0]!, oid, position);
  return assignedSlice(level, place, before, indices, given, position);
}

const notAComposite = (planning: Planning, { name }: Place, step: Step, oid: number, position: number | undefined): SqlError =>
  planning.error('42804', `cannot assign to field "${'String' in step ? step.String.sval ?? '' : '*'}" of column "${name}" because its type ${typeText(oid)} is not a composite type`, position);

/** The row with another value for one of its fields; of a row that is NULL all others are NULL. */
function assignedField(level: Level, place: Place, before: Expr, name: string, rest: readonly Step[], given: Expr, position: number | undefined): Expr {
  const { planning } = level;
  const fields = planning.context.catalog.fieldsOf(place.type.oid);
  if (fields === undefined) throw planning.error('42804', `cannot assign to field "${name}" of column "${place.name}" because its type ${typeText(place.type.oid)} is not a composite type`, position);
  const index = fields.findIndex((field) => field.name === name);
  if (index < 0) throw planning.error('42703', `cannot assign to field "${name}" of column "${place.name}" because there is no such column in data type ${typeText(place.type.oid)}`, position);
  const values = fields.map((field, at): Expr => {
    const old = fieldOf(planning, before, at, field);
    return at === index ? assignedTo(level, { name, type: field.type, isField: true }, old, rest, given, position) : old;
  });
  return { op: 'row', fields: values, names: fields.map((field) => field.name), type: place.type };
}

const listOf = (elements: readonly Expr[], type: SqlType): Expr => ({ op: 'array', elements, nested: false, type });
const nothing: Expr = { op: 'literal', value: null, type: sqlType(Oid.int4) };

function assignedElement(level: Level, place: Place, before: Expr, indices: readonly Indices[], rest: readonly Step[], given: Expr, position: number | undefined): Expr {
  const element: SqlType = { oid: findType(place.type.oid)!.element, typmod: place.type.typmod };
  const subscripts = indices.map((index) => arrayBound(level, index.uidx) ?? nothing);
  const old: Expr = { op: 'subscript', arg: before, lower: subscripts, type: element };
  const value = rest.length === 0 ? partOf(level.planning, { ...place, isField: undefined }, element, given, position) : assignedTo(level, { name: place.name, type: element }, old, rest, given, position);
  return { op: 'call', function: 'subscript_assign(anyarray,_int4,anyelement)', args: [before, listOf(subscripts, int4Array), value], type: place.type };
}

function assignedSlice(level: Level, place: Place, before: Expr, indices: readonly Indices[], given: Expr, position: number | undefined): Expr {
  const one: Expr = { op: 'literal', value: 1, type: sqlType(Oid.int4) };
  const lower = indices.map((index) => (index.is_slice ? arrayBound(level, index.lidx) : one));
  const upper = indices.map((index) => arrayBound(level, index.uidx));
  const known = (bounds: readonly (Expr | null)[]): Expr => listOf(bounds.map((bound): Expr => ({ op: 'literal', value: bound !== null, type: sqlType(Oid.bool) })), boolArray);
  const list = (bounds: readonly (Expr | null)[]): Expr => listOf(bounds.map((bound) => bound ?? nothing), int4Array);
  return {
    op: 'call', function: 'slice_assign(anyarray,_int4,_int4,anyarray,_bool,_bool)', type: place.type,
    args: [before, list(lower), list(upper), partOf(level.planning, { ...place, isField: undefined }, place.type, given, position), known(lower), known(upper)],
  };
}

function partOf(planning: Planning, { name, isField }: Place, type: SqlType, given: Expr, position: number | undefined): Expr {
  const converted = tryCoerce(planning, given, type, 'assignment');
  if (converted !== undefined) return converted;
  throw planning.error('42804', isField === true ? `subfield "${name}" is of type ${typeText(type.oid)} but expression is of type ${typeText(given.type.oid)}` : `subscripted assignment to "${name}" requires type ${typeText(type.oid)} but expression is of type ${typeText(given.type.oid)}`, position, {
    hint: 'You will need to rewrite or cast the expression.',
  });
}
