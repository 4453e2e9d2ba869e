import { Oid, findType, notSupported, sqlType } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { TemporalBound } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { functionById, operatorsNamed } from '../registry.ts';
import { applyOperator } from '../typing/call-operator.ts';
import { coerce } from '../typing/coerce.ts';
import type { Expr } from '../resolve/typed.ts';
import { forEachOperand } from '../resolve/walk.ts';

export interface TypedBound {
  readonly comparison: TemporalBound['comparison'];
  readonly value: Expr;
}

const RULE = 'In a view the current time may only bound rows: a condition of WHERE or HAVING, joined to the others by AND, of the form "mz_now() < expression" (or <=, =, >=, >, BETWEEN), or "now() - interval < expression".';

/** The error for a current time that is not part of a temporal filter. */
export const misplacedTime = (planning: Planning, position: number | undefined): Error =>
  planning.error('0A000', 'the current time is not supported here in a view', position, { hint: RULE });

const flipped = { '<': '>', '<=': '>=', '=': '=', '>=': '<=', '>': '<' } as const;
type Comparison = keyof typeof flipped;

/**
 * A conjunct that compares the current time with a row's expression, as a bound on the times at which the row exists. Undefined where the conjunct has
 * nothing to do with the current time; 0A000 where it has, in a form that is no bound.
 */
export function temporalBound(planning: Planning, conjunct: Expr): TypedBound | undefined {
  if (!mentionsTime(conjunct)) return undefined;
  if (conjunct.op !== 'call' || conjunct.args.length !== 2) throw misplacedTime(planning, timeIn(conjunct)?.position);
  const comparison = comparisonOf(conjunct.function);
  if (comparison === undefined) throw misplacedTime(planning, timeIn(conjunct)?.position);
  const [left, right] = [conjunct.args[0]!, conjunct.args[1]!];
  const onLeft = mentionsTime(left);
  if (onLeft && mentionsTime(right)) throw misplacedTime(planning, timeIn(right)?.position);
  const isolated = isolate(planning, onLeft ? left : right, onLeft ? right : left);
  return { comparison: onLeft ? comparison : flipped[comparison], value: asBound(planning, isolated) };
}

function mentionsTime(expr: Expr): boolean {
  return timeIn(expr) !== undefined;
}

function timeIn(expr: Expr): Expr | undefined {
  if (expr.op === 'currentTime') return expr;
  let found: Expr | undefined;
  forEachOperand(expr, (operand) => (found ??= timeIn(operand)));
  return found;
}

/** Moves what is added to the current time to the other side, until the time stands alone. */
function isolate(planning: Planning, side: Expr, other: Expr): Expr {
  if (side.op === 'currentTime') return other;
  if (side.op === 'relabel') return isolate(planning, side.arg, other);
  if (side.op === 'call' && side.args.length === 1 && keepsTime(side)) return isolate(planning, side.args[0]!, other);
  if (side.op === 'call' && side.args.length === 2) {
    const name = functionById(side.function).name;
    const [first, second] = [side.args[0]!, side.args[1]!];
    const constant = constantInterval(second);
    if (constant !== undefined && mentionsTime(first)) {
      if (months(constant) !== 0) throw notSupported('adding months to the current time in a view', 'Months differ in length: use days, hours or seconds.', second.position);
      if (name.includes('_mi_interval')) return isolate(planning, first, applyOperator(planning, '+', other, second, side.position));
      if (name.includes('_pl_interval')) return isolate(planning, first, applyOperator(planning, '-', other, second, side.position));
    }
  }
  throw misplacedTime(planning, timeIn(side)?.position);
}

/** A cast that loses nothing of the time: between the numeric kinds, and between the timestamps (read as UTC). */
function keepsTime(expr: Expr): boolean {
  const numbers = new Set<number>([Oid.numeric, Oid.int8, Oid.mzTimestamp, Oid.float8]);
  const timestamps = new Set<number>([Oid.timestamp, Oid.timestamptz]);
  if (expr.op !== 'call') return false;
  const from = expr.args[0]!.type.oid;
  return (numbers.has(from) && numbers.has(expr.type.oid)) || (timestamps.has(from) && timestamps.has(expr.type.oid)) || (from === Oid.mzTimestamp && timestamps.has(expr.type.oid));
}

function constantInterval(expr: Expr): Datum | undefined {
  return expr.op === 'literal' && expr.type.oid === Oid.interval && expr.value !== null ? expr.value : undefined;
}

const months = (value: Datum): number => (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'interval' ? value.months : 0);

const boundTypes = new Set<number>([Oid.numeric, Oid.int8, Oid.mzTimestamp, Oid.date, Oid.timestamp, Oid.timestamptz]);

/** The value itself where it was converted for the comparison: as a bound it is floored and clamped, where the cast would raise. */
function asBound(planning: Planning, value: Expr): Expr {
  if (value.op === 'call' && value.args.length === 1 && value.type.oid === Oid.mzTimestamp && functionById(value.function).name === 'mz_timestamp') return asBound(planning, value.args[0]!);
  if (boundTypes.has(value.type.oid)) return value;
  if (findType(value.type.oid)?.category === 'N') return coerce(planning, value, sqlType(Oid.numeric), 'explicit');
  throw misplacedTime(planning, value.position);
}

let comparisons: Map<string, Comparison> | undefined;
function comparisonOf(id: string): Comparison | undefined {
  comparisons ??= new Map((['<', '<=', '=', '>=', '>'] as const).flatMap((name) => operatorsNamed(name).map((row): [string, Comparison] => [row.function, name])));
  return comparisons.get(id);
}
