import { Oid, findType, interval, intervalInfinitySign, intervalSpan, notSupported, sqlType } from '../../core/index.ts';
import type { Interval } from '../../core/index.ts';
import type { TemporalBound } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { functionById, operatorsNamed } from '../registry.ts';
import { applyOperator } from '../typing/call-operator.ts';
import { coerce } from '../typing/coerce.ts';
import type { Expr } from '../resolve/typed.ts';
import { containsSubquery, forEachOperand } from '../resolve/walk.ts';

export interface TypedBound {
  readonly comparison: TemporalBound['comparison'];
  readonly value: Expr;
}

const RULE = 'In a view the current time may only bound rows: in WHERE or HAVING, comparisons of the form "mz_now() < expression" (or <=, =, <>, >=, >, BETWEEN), "now() - interval < expression" or "now() - expression < interval", combined by AND, OR and NOT.';

/** The error for a current time that is not part of a temporal filter. */
export const misplacedTime = (planning: Planning, position: number | undefined): Error =>
  planning.error('0A000', 'the current time is not supported here in a view', position, { hint: RULE });

/** A row's interval: the conditions under which it has it, and what bounds it. */
export interface TypedInterval {
  readonly when: readonly Expr[];
  readonly bounds: readonly TypedBound[];
}

/** Alternatives of a filter; beyond these a row's intervals cost more than a UNION would. */
const MAX_INTERVALS = 64;

type Comparison = TypedBound['comparison'] | '<>';
const flipped = { '<': '>', '<=': '>=', '=': '=', '<>': '<>', '>=': '<=', '>': '<' } as const;
const opposite = { '<': '>=', '<=': '>', '=': '<>', '<>': '=', '>=': '<', '>': '<=' } as const;

/**
 * A condition on the current time as the intervals in which a row exists: the condition in disjunctive normal form. Undefined where it has nothing to do with
 * the current time; 0A000 where it has, in a form that bounds nothing.
 */
export function temporalIntervals(planning: Planning, condition: Expr): readonly TypedInterval[] | undefined {
  return mentionsTime(condition) ? alternatives(planning, condition, false) : undefined;
}

/** The intervals in which a row exists by both conditions. */
export function bothIntervals(left: readonly TypedInterval[], right: readonly TypedInterval[], position: number | undefined): readonly TypedInterval[] {
  if (left.length * right.length > MAX_INTERVALS) throw notSupported(`a condition of more than ${MAX_INTERVALS} alternatives on the current time`, 'Write it as a UNION of simpler queries.', position);
  return left.flatMap((a) => right.map((b) => ({ when: [...a.when, ...b.when], bounds: [...a.bounds, ...b.bounds] })));
}

function alternatives(planning: Planning, condition: Expr, negated: boolean): readonly TypedInterval[] {
  if (!mentionsTime(condition)) {
    if (containsSubquery(condition)) throw notSupported('a subquery beside the current time under OR in a view', 'Write the alternatives as a UNION.', condition.position);
    return [{ when: [negated ? { op: 'not', arg: condition, type: condition.type } : condition], bounds: [] }];
  }
  switch (condition.op) {
    case 'not':
      return alternatives(planning, condition.arg, !negated);
    case 'and':
    case 'or': {
      const parts = condition.args.map((arg) => alternatives(planning, arg, negated));
      if ((condition.op === 'or') !== negated) return parts.flat();
      return parts.reduce((left, right) => bothIntervals(left, right, condition.position));
    }
    case 'call': {
      const comparison = condition.args.length === 2 ? comparisonOf(condition.function) : undefined;
      if (comparison === undefined) throw misplacedTime(planning, timeIn(condition)?.position);
      return comparisonIntervals(planning, condition.args[0]!, negated ? opposite[comparison] : comparison, condition.args[1]!);
    }
    default:
      throw misplacedTime(planning, timeIn(condition)?.position);
  }
}

function comparisonIntervals(planning: Planning, left: Expr, comparison: Comparison, right: Expr): readonly TypedInterval[] {
  const onLeft = mentionsTime(left);
  if (onLeft && mentionsTime(right)) throw misplacedTime(planning, timeIn(right)?.position);
  const isolated = isolate(planning, onLeft ? left : right, onLeft ? comparison : flipped[comparison], onLeft ? right : left);
  const value = asBound(planning, isolated.value);
  const bounds: readonly TypedBound['comparison'][] = isolated.comparison === '<>' ? ['<', '>'] : [isolated.comparison];
  return bounds.map((each) => ({ when: [], bounds: [{ comparison: each, value }] }));
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

interface Isolated {
  readonly comparison: Comparison;
  readonly value: Expr;
}

/** Moves what stands beside the current time to the other side of `side comparison other`, until the time stands alone on its side. */
function isolate(planning: Planning, side: Expr, comparison: Comparison, other: Expr): Isolated {
  if (side.op === 'currentTime') return { comparison, value: other };
  if (side.op === 'relabel') return isolate(planning, side.arg, comparison, other);
  if (side.op === 'call' && side.args.length === 1 && keepsTime(side)) return isolate(planning, side.args[0]!, comparison, other);
  if (side.op === 'call' && side.args.length === 2) {
    const [first, second] = [side.args[0]!, side.args[1]!];
    if (mentionsTime(first) && mentionsTime(second)) throw misplacedTime(planning, timeIn(second)?.position);
    const moved = moveOver(planning, { ...side, args: [first, second] }, comparison, other);
    if (moved !== undefined) return moved;
  }
  throw misplacedTime(planning, timeIn(side)?.position);
}

/** One step of `isolate`, over a sum or a difference. */
function moveOver(planning: Planning, side: Expr & { readonly function: string; readonly args: readonly [Expr, Expr] }, comparison: Comparison, other: Expr): Isolated | undefined {
  const name = functionById(side.function).name;
  const [first, second] = side.args;
  const inFirst = mentionsTime(first);
  const beside = inFirst ? second : first;
  const shift = (operator: '+' | '-', left: Expr, right: Expr): Expr => applyOperator(planning, operator, left, right, side.position);
  if (/^timestamp(tz)?_(mi|pl)_interval$/.test(name) || /^interval_pl_timestamp(tz)?$/.test(name)) {
    const constant = constantInterval(beside);
    if (constant === undefined) return undefined;
    if (constant.months !== 0) throw notSupported('adding months to the current time in a view', 'Months differ in length: use days, hours or seconds.', beside.position);
    return isolate(planning, inFirst ? first : second, comparison, shift(name.includes('_mi_') ? '+' : '-', other, beside));
  }
  if (/^timestamp(tz)?_mi$/.test(name)) {
    // Intervals compare by their length, a day being 24 hours and a month 30 days; the difference of two timestamps has no months.
    const length = constantInterval(other);
    if (length === undefined || intervalInfinitySign(length) !== 0) return undefined;
    const span: Expr = { ...other, op: 'literal', value: interval(0, 0, intervalSpan(length)) };
    return inFirst ? isolate(planning, first, comparison, shift('+', second, span)) : isolate(planning, second, flipped[comparison], shift('-', first, span));
  }
  if (name === 'numeric_add') return isolate(planning, inFirst ? first : second, comparison, shift('-', other, beside));
  if (name === 'numeric_sub') return inFirst ? isolate(planning, first, comparison, shift('+', other, second)) : isolate(planning, second, flipped[comparison], shift('-', first, other));
  return undefined;
}

/** A cast that loses nothing of the time: between the numeric kinds, and between the timestamps (read as UTC). */
function keepsTime(expr: Expr): boolean {
  const numbers = new Set<number>([Oid.numeric, Oid.int8, Oid.mzTimestamp, Oid.float8]);
  const timestamps = new Set<number>([Oid.timestamp, Oid.timestamptz]);
  if (expr.op !== 'call') return false;
  const from = expr.args[0]!.type.oid;
  return (numbers.has(from) && numbers.has(expr.type.oid)) || (timestamps.has(from) && timestamps.has(expr.type.oid)) || (from === Oid.mzTimestamp && timestamps.has(expr.type.oid));
}

function constantInterval(expr: Expr): Interval | undefined {
  if (expr.op !== 'literal' || expr.type.oid !== Oid.interval) return undefined;
  const { value } = expr;
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'interval' ? value : undefined;
}

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
  comparisons ??= new Map((['<', '<=', '=', '<>', '>=', '>'] as const).flatMap((name) => operatorsNamed(name).map((row): [string, Comparison] => [row.function, name])));
  return comparisons.get(id);
}
