import type { SqlType } from '../../core/index.ts';
import { InvariantError, Oid, codecOf, findType, notSupported, sqlType } from '../../core/index.ts';
import { SqlError } from '../../core/index.ts';
import { readJsonPath, readsBits, relabel } from '../../ir/index.ts';
import type { FunctionRow } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { castBetween, functionById, functionsNamed } from '../registry.ts';
import type { Expr } from '../resolve/typed.ts';
import { startOf } from '../resolve/walk.ts';
import { coerceRow } from './coerce-row.ts';
import { isArrayType, isTrueArray, typeText } from './format-type.ts';

export type CoercionContext = 'implicit' | 'assignment' | 'explicit';

/** How a value of one type becomes one of another (find_coercion_pathway): by whom, or 'none'. */
export type Pathway =
  | { readonly kind: 'none' | 'relabel' | 'inout' | 'array' }
  | { readonly kind: 'function'; readonly function: string };

const NONE: Pathway = { kind: 'none' };
const rank = { implicit: 0, assignment: 1, explicit: 2 } as const;

/** Types that are read and written through the catalog: their input functions look names up. */
const namedObject = new Map<number, string>([
  [Oid.regclass, 'regclassin'], [Oid.regtype, 'regtypein'], [Oid.regproc, 'regprocin'], [Oid.regprocedure, 'regprocedurein'],
  [Oid.regnamespace, 'regnamespacein'], [Oid.regrole, 'regrolein'],
]);
const namedObjectOutput = new Map<number, string>([...namedObject].map(([oid, name]) => [oid, name.replace(/in$/, 'out')]));

export function pathway(source: number, target: number, context: CoercionContext): Pathway {
  if (source === target || (target === Oid.record && findType(source)?.kind === 'c')) return { kind: 'relabel' };
  const cast = castBetween(source, target);
  if (cast !== undefined) {
    if (rank[context] < rank[cast.context]) return NONE;
    if (cast.function === 'binary') return { kind: 'relabel' };
    if (cast.function === 'inout') return { kind: 'inout' };
    return { kind: 'function', function: cast.function };
  }
  // No array becomes an int2vector or oidvector of itself (find_coercion_pathway).
  if (isArrayType(source) && isTrueArray(target)) {
    const inner = pathway(findType(source)!.element, findType(target)!.element, context);
    if (inner.kind === 'none') return NONE;
    return inner.kind === 'relabel' ? { kind: 'relabel' } : { kind: 'array' };
  }
  if (context !== 'implicit' && findType(target)?.category === 'S') return { kind: 'inout' };
  if (context === 'explicit' && findType(source)?.category === 'S') return { kind: 'inout' };
  return NONE;
}

/** Whether a value of `source` can stand where `target` is wanted; unknown literals always may. */
export function canCoerce(source: number, target: number, context: CoercionContext): boolean {
  if (source === target || source === Oid.unknown || target === Oid.any) return true;
  const wanted = findType(target);
  switch (target) {
    case Oid.anyelement:
    case Oid.anycompatible:
      return true;
    case Oid.anynonarray:
    case Oid.anycompatiblenonarray:
      return !isArrayType(source);
    case Oid.anyarray:
    case Oid.anycompatiblearray:
      return isArrayType(source);
    case Oid.anyenum:
      return findType(source)?.kind === 'e';
    case Oid.anymultirange:
    case Oid.anycompatiblemultirange:
      return findType(source)?.kind === 'm';
    case Oid.anycompatiblerange:
    case Oid.anyrange:
      return findType(source)?.kind === 'r';
    case Oid.record:
      return findType(source)?.kind === 'c';
  }
  if (source === Oid.record) return wanted?.kind === 'c';
  return pathway(source, target, context).kind !== 'none';
}

/**
 * `expr` as `target`, or undefined where no such conversion is allowed. An unknown literal is read as a literal of the target type;
 * a parameter of unknown type becomes one of that type.
 */
export function tryCoerce(planning: Planning, expr: Expr, target: SqlType, context: CoercionContext, position?: number): Expr | undefined {
  const at = position ?? expr.position;
  const source = expr.type.oid;
  if (source === Oid.unknown) {
    const known = readUnknown(planning, expr, target);
    return known && withTypmod(known, target, context, at);
  }
  if (target.oid === Oid.any || target.oid === Oid.record) return expr;
  if (target.oid === Oid.recordArray && findType(findType(source)?.element ?? 0)?.kind === 'c') return expr;
  const path = pathway(source, target.oid, context);
  switch (path.kind) {
    case 'none':
      return source === Oid.record && findType(target.oid)?.kind === 'c' ? coerceRow(planning, expr, target, context, at) : undefined;
    case 'relabel':
      return withTypmod(source === target.oid ? expr : relabelled(expr, target.oid), target, context, at);
    case 'array':
      return arrayThroughText(planning, expr, target, at);
    case 'inout':
      return withTypmod(throughText(expr, target.oid, at), target, context, at);
    case 'function':
      return byFunction(path.function, expr, target, context, at);
  }
}

/** As `tryCoerce`, with 42846 (explicit) or 42804 where it is not allowed. */
export function coerce(planning: Planning, expr: Expr, target: SqlType, context: CoercionContext, position?: number): Expr {
  const coerced = tryCoerce(planning, expr, target, context, position);
  if (coerced !== undefined) return coerced;
  throw planning.error('42846', `cannot cast type ${typeText(expr.type.oid)} to ${typeText(target.oid)}`, position ?? startOf(expr));
}

function relabelled(expr: Expr, oid: number): Expr {
  if (expr.op === 'literal' && !isArrayType(oid)) return { ...expr, value: relabel(expr.value, expr.type.oid, oid), type: sqlType(oid) };
  return { op: 'relabel', arg: expr, type: sqlType(oid), position: expr.position };
}

function readUnknown(planning: Planning, expr: Expr, target: SqlType): Expr | undefined {
  if (expr.op === 'parameter') {
    const known = planning.parameterType(expr.index);
    if (known !== undefined) return tryCoerce(planning, { ...expr, type: known }, target, 'implicit');
    const type = sqlType(target.oid === Oid.unknown || target.oid === Oid.any ? Oid.text : target.oid);
    planning.context.parameterTypes[expr.index - 1] = type;
    return { ...expr, type };
  }
  if (expr.op === 'column') {
    const origin = planning.unknownColumns.get(expr.id);
    return origin && readUnknown(planning, origin, target);
  }
  if (expr.op !== 'literal') throw new InvariantError(`an expression ${expr.op} of unknown type`);
  if (target.oid === Oid.any || target.oid === Oid.unknown) return { ...expr, type: sqlType(Oid.text) };
  if (expr.value === null) return { ...expr, type: sqlType(target.oid) };
  const text = String(expr.value);
  const input = namedObject.get(target.oid);
  try {
    // As in Postgres the name is looked up now: a literal means the same object whatever it is called later.
    if (input !== undefined) return { ...expr, value: inputOf(input).evaluate(text, planning.context.environment), type: sqlType(target.oid) };
    const value = codecOf(target.oid).parse(text, planning.context.environment.settings, target.oid === Oid.interval ? target.typmod : -1);
    // what the type's input alone does not look at: the regular expressions in it
    if (target.oid === Oid.jsonpath) readJsonPath(text);
    return { ...expr, value, type: sqlType(target.oid, target.oid === Oid.interval ? target.typmod : -1) };
  } catch (error) {
    throw error instanceof SqlError ? error.at(expr.position) : error;
  }
}

function inputOf(name: string): FunctionRow {
  const row = functionsNamed(name)[0];
  if (row === undefined) throw notSupported(`${name}()`, 'Operators are known by their OIDs alone.');
  return row;
}

const callNamed = (name: string, args: readonly Expr[], type: SqlType, position: number | undefined): Expr =>
  ({ op: 'call', function: inputOf(name).id, args, type, position });

/** The value as the text its type's output function writes, and from there as `target`. */
export function throughText(expr: Expr, target: number, position: number | undefined): Expr {
  const output = namedObjectOutput.get(expr.type.oid);
  const isText = findType(expr.type.oid)?.category === 'S';
  const text: Expr = output !== undefined
    ? { op: 'relabel', arg: callNamed(output, [expr], sqlType(Oid.cstring), position), type: sqlType(Oid.text), position }
    : isText ? (expr.type.oid === Oid.text ? expr : { op: 'relabel', arg: expr, type: sqlType(Oid.text), position })
      : { op: 'toText', arg: expr, type: sqlType(Oid.text), position };
  if (target === Oid.text || target === Oid.varchar || target === Oid.bpchar) return target === Oid.text ? text : { op: 'relabel', arg: text, type: sqlType(target), position };
  const input = namedObject.get(target);
  if (input !== undefined) return callNamed(input, [{ op: 'relabel', arg: text, type: sqlType(Oid.cstring), position }], sqlType(target), position);
  return { op: 'fromText', arg: text, type: sqlType(target), position };
}

/**
 * An array cast element by element, done through the arrays' text: right where the elements' own cast agrees with reading their text,
 * which a cast from a fractional number to an integer does not (it rounds).
 */
function arrayThroughText(planning: Planning, expr: Expr, target: SqlType, position: number | undefined): Expr {
  const from = findType(findType(expr.type.oid)!.element)!;
  const to = findType(findType(target.oid)!.element)!;
  const integers: readonly number[] = [Oid.int2, Oid.int4, Oid.int8, Oid.oid];
  const exact = to.category === 'S' || from.category === 'S' || (from.category === 'N' && to.category === 'N' && (integers.includes(from.oid) || !integers.includes(to.oid)));
  if (!exact) {
    throw planning.error('0A000', `casting ${from.sqlName}[] to ${to.sqlName}[] is not supported`, position, { hint: 'Cast the elements: ARRAY(SELECT element::type FROM unnest(array) AS element).' });
  }
  const cast: Expr = { op: 'fromText', arg: { op: 'toText', arg: expr, type: sqlType(Oid.text), position }, type: sqlType(target.oid), position };
  return withTypmod(cast, target, 'explicit', position);
}

function byFunction(id: string, expr: Expr, target: SqlType, context: CoercionContext, position: number | undefined): Expr {
  const row = functionById(id);
  const argument = row.args[0] === expr.type.oid || row.args[0] === undefined ? expr : relabelled(expr, row.args[0]);
  const args: Expr[] = [argument];
  if (row.args.length > 1) args.push({ op: 'literal', value: target.typmod, type: sqlType(Oid.int4) });
  if (row.args.length > 2) args.push({ op: 'literal', value: context === 'explicit', type: sqlType(Oid.bool) });
  const call = (oid: number): Expr => ({ op: 'call', function: id, args, type: sqlType(oid, row.args.length > 1 ? target.typmod : -1), position });
  // An int2 becomes an OID by way of int4.
  return withTypmod(readsBits(row.result, target.oid) ? relabelled(call(row.result), target.oid) : call(target.oid), target, context, position);
}

function withTypmod(expr: Expr, target: SqlType, context: CoercionContext, position: number | undefined): Expr {
  if (target.typmod < 0 || expr.type.typmod === target.typmod || expr.type.oid !== target.oid) return expr;
  return { op: 'coerceTypmod', arg: expr, explicit: context === 'explicit', type: target, position };
}

/** A condition: `what` says of which clause. */
export function coerceToBoolean(planning: Planning, expr: Expr, what: string): Expr {
  const coerced = tryCoerce(planning, expr, sqlType(Oid.bool), 'assignment');
  if (coerced === undefined || (expr.type.oid !== Oid.bool && expr.type.oid !== Oid.unknown)) {
    throw planning.error('42804', `argument of ${what} must be type boolean, not type ${typeText(expr.type.oid)}`, startOf(expr));
  }
  return coerced;
}

/** An expression whose type nothing else determined becomes text. */
export function settleUnknown(planning: Planning, expr: Expr): Expr {
  return expr.type.oid === Oid.unknown ? coerce(planning, expr, sqlType(Oid.text), 'implicit') : expr;
}
