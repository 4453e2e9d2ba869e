import { findType, Oid } from '../../core/index.ts';
import type { LookupKey, Scalar } from '../../ir/index.ts';
import { functionById, isEquality, someScalar } from '../../ir/index.ts';

/** For columns of a relation the values one of which each must equal, for a row to pass. */
export type Bindings = ReadonlyMap<number, readonly LookupKey[]>;

const nothing: Bindings = new Map();
const texts: ReadonlySet<number> = new Set([Oid.text, Oid.varchar]);
const integers: ReadonlySet<number> = new Set([Oid.int2, Oid.int4, Oid.int8]);

/**
 * What a condition says of single columns by equality with values that are the same for all rows. Each binding is necessary, not sufficient: of AND all hold, of OR those that every
 * branch has for the column.
 */
export function bindingsOf(condition: Scalar): Bindings {
  switch (condition.op) {
    case 'and':
      return condition.args.map(bindingsOf).reduce(both, nothing);
    case 'or': {
      const [first, ...rest] = condition.args.map(bindingsOf);
      return rest.reduce(either, first ?? nothing);
    }
    case 'call':
      return isEquality(condition.function) ? equality(condition.args, false) : nothing;
    case 'same':
      return equality([condition.left, condition.right], true);
    case 'isNull':
      return condition.arg.op === 'column' ? new Map([[condition.arg.index, [{ value: { op: 'literal', value: null, type: condition.arg.type }, elements: false, nullSafe: true }]]]) : nothing;
    case 'anyOf': {
      const column = comparedColumn(condition.left);
      if (column === undefined || !isEquality(condition.function) || !isConstant(condition.array)) return nothing;
      const element = findType(condition.array.type.oid)?.element ?? 0;
      return agrees(condition.left, element) ? new Map([[column, [{ value: condition.array, elements: true, nullSafe: false }]]]) : nothing;
    }
    default:
      return nothing;
  }
}

/** Both hold: the rows are among those of the one with fewer values. */
export function both(a: Bindings, b: Bindings): Bindings {
  const all = new Map(a);
  for (const [column, keys] of b) {
    const known = all.get(column);
    if (known === undefined || weightOf(keys) < weightOf(known)) all.set(column, keys);
  }
  return all;
}

const weightOf = (keys: readonly LookupKey[]): number => keys.reduce((sum, key) => sum + (key.elements ? 10 : 1), 0);

function either(a: Bindings, b: Bindings): Bindings {
  const common = new Map<number, readonly LookupKey[]>();
  for (const [column, keys] of a) {
    const others = b.get(column);
    if (others !== undefined) common.set(column, [...keys, ...others]);
  }
  return common;
}

function equality(sides: readonly Scalar[], nullSafe: boolean): Bindings {
  for (const [side, other] of [[sides[0]!, sides[1]!], [sides[1]!, sides[0]!]] as const) {
    const column = comparedColumn(side);
    if (column !== undefined && isConstant(other) && agrees(side, other.type.oid)) return new Map([[column, [{ value: other, elements: false, nullSafe }]]]);
  }
  return nothing;
}

/** The column whose value decides the scalar's: itself, a varchar as text, or an integer as a numeric, which loses nothing. */
function comparedColumn(scalar: Scalar): number | undefined {
  if (scalar.op === 'column') return findType(scalar.type.oid)?.kind === 'c' || scalar.type.oid === Oid.record ? undefined : scalar.index;
  // Other types of the same words compare otherwise: oid is unsigned, bpchar ignores blanks.
  if (scalar.op === 'relabel') return texts.has(scalar.type.oid) && texts.has(scalar.arg.type.oid) ? comparedColumn(scalar.arg) : undefined;
  if (scalar.op === 'call' && scalar.type.oid === Oid.numeric && scalar.args.length === 1 && scalar.args[0]!.op === 'column' && integers.has(scalar.args[0]!.type.oid) && functionById(scalar.function)?.name === 'numeric') return scalar.args[0]!.index;
  return undefined;
}

/** A value of the type can be turned into one of the column's that equals it, or into none where no value does. */
function agrees(side: Scalar, oid: number): boolean {
  return side.type.oid === oid || (integers.has(side.type.oid) && integers.has(oid));
}

/** The same value for all rows of a query, that can be known before the first is read. */
const isConstant = (scalar: Scalar): boolean => !someScalar(scalar, (node) => node.op === 'column' || node.op === 'currentTime' || (node.op === 'call' && functionById(node.function)?.volatility !== 'immutable' && functionById(node.function)?.volatility !== 'stable'));
