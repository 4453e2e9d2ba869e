import { Oid, sqlErrorOf } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Environment, Relation, Scalar } from '../../ir/index.ts';
import { evaluateScalar, functionById, mapOperands, mapOwnScalars, operandsOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * Computes what depends on no row: immutable functions of literals, and boolean identities.
 *
 * An expression that raises stays as it is, for it may never be evaluated:
 * `SELECT CASE WHEN x = 0 THEN 0 ELSE 1 / 0 END FROM t` has an answer while no `x` differs from 0.
 * Stable and volatile functions stay too: `SELECT current_setting('TimeZone')` prepared today is asked tomorrow.
 * And so does what is large: `SELECT md5(repeat('x', 1000000))` is the engine's work, not that of who answers all others meanwhile.
 *
 * Example: `SELECT x FROM a WHERE x > 1 + 1`
 */
export const foldConstants: Rewrite = {
  name: 'foldConstants',
  apply(relation, { environment }): Relation {
    let changed = false;
    const folded = mapOwnScalars(relation, (scalar) => {
      const next = foldScalar(scalar, environment);
      changed ||= next !== scalar;
      return next;
    });
    const current = changed ? folded : relation;
    return current.op === 'filter' ? simplifyFilter(current) : current;
  },
};

/** Conjuncts that are true go; a conjunct that is not empties the relation. */
function simplifyFilter(relation: Extract<Relation, { op: 'filter' }>): Relation {
  const predicates = relation.predicates.flatMap((predicate) => (predicate.op === 'and' ? predicate.args : [predicate]));
  const left = predicates.filter((predicate) => !(predicate.op === 'literal' && predicate.value === true));
  if (left.length === 0) return relation.input;
  return left.length === relation.predicates.length ? relation : { ...relation, predicates: left };
}

/** The scalar with its constant parts computed; the identical object when there are none. */
export function foldScalar(scalar: Scalar, environment: Environment): Scalar {
  const operands = operandsOf(scalar);
  const folded = operands.map((operand) => foldScalar(operand, environment));
  let at = 0;
  const current = folded.every((operand, index) => operand === operands[index]) ? scalar : mapOperands(scalar, () => folded[at++]!);
  return foldNode(current, environment);
}

function foldNode(scalar: Scalar, environment: Environment): Scalar {
  if (scalar.op === 'and' || scalar.op === 'or') return foldLogic(scalar);
  if (scalar.op === 'case') return foldCase(scalar);
  if (!isFoldable(scalar)) return scalar;
  try {
    const value = evaluateScalar(scalar, [], environment);
    return isLarge(value) ? scalar : { op: 'literal', value, type: scalar.type };
  } catch (error) {
    if (sqlErrorOf(error) !== undefined) return scalar;
    throw error;
  }
}

/** Characters, bytes or elements that a literal in a plan may have. */
const MOST_IN_LITERAL = 8192;
function isLarge(value: Datum): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length > MOST_IN_LITERAL;
  return value !== null && typeof value === 'object' && 'items' in value && (value.items.length > MOST_IN_LITERAL || value.items.some(isLarge));
}

const neutral = { and: true, or: false } as const;

/** `false AND x` is false and `true OR x` true where that comes first; neutral operands go. */
function foldLogic(scalar: Extract<Scalar, { op: 'and' | 'or' }>): Scalar {
  const unit = neutral[scalar.op];
  const args: Scalar[] = [];
  for (const arg of scalar.args) {
    if (arg.op === 'literal' && arg.value === unit) continue;
    args.push(arg);
    if (arg.op === 'literal' && arg.value === !unit) {
      if (args.length === 1) return arg;
      break;
    }
  }
  if (args.length === 0) return { op: 'literal', value: unit, type: scalar.type };
  if (args.length === 1) return args[0]!;
  return args.length === scalar.args.length ? scalar : { ...scalar, args };
}

/** Branches that are never taken go; one that always is ends the CASE. */
function foldCase(scalar: Extract<Scalar, { op: 'case' }>): Scalar {
  const branches = scalar.branches.filter((branch) => !(branch.when.op === 'literal' && branch.when.value !== true));
  const always = branches.findIndex((branch) => branch.when.op === 'literal');
  if (always === 0) return branches[0]!.then;
  if (always > 0) return { ...scalar, branches: branches.slice(0, always), otherwise: branches[always]!.then };
  if (branches.length === 0) return scalar.otherwise;
  return branches.length === scalar.branches.length ? scalar : { ...scalar, branches };
}

function isFoldable(scalar: Scalar): boolean {
  switch (scalar.op) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'currentTime':
    case 'raise':
    case 'row':
    case 'field':
    case 'toText':
    case 'fromText':
      return false;
    case 'call':
    case 'anyOf':
    case 'allOf':
    case 'nullIf':
      if (functionById(scalar.function)?.volatility !== 'immutable') return false;
      break;
    // It says that VARIADIC stands before it, and an anyarray has no values of its own.
    case 'relabel':
      if (scalar.type.oid === Oid.anyarray) return false;
      break;
    default:
      break;
  }
  return operandsOf(scalar).every((operand) => operand.op === 'literal');
}

