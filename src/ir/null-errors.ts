import { mayRaise } from './may-raise.ts';
import type { Relation } from './relation.ts';
import type { Scalar } from './scalar.ts';
import { mapInputs, mapOwnScalars, mapScalar } from './visit.ts';

/**
 * The relation as ON ERROR = 'null' means it: what raises, be it a function in an expression, an aggregate or a table function, gives NULL, and what it stands in goes on with that:
 * `coalesce(1 / x, 0)` is 0 where x is, a condition that raises is not true.
 *
 * It may be made of a plan that is optimised already: each rewrite keeps the meaning of every total function that is strict where it is, which is what a function is that gives NULL for raising.
 */
export function nullErrors(relation: Relation): Relation {
  const current = mapOwnScalars(mapInputs(relation, nullErrors), nulled);
  switch (current.op) {
    case 'flatMap':
      return { ...current, orNull: true };
    case 'reduce':
      return { ...current, aggregates: current.aggregates.map((aggregate) => ({ ...aggregate, orNull: true })) };
    default:
      return current;
  }
}

const nulled = (scalar: Scalar): Scalar => mapScalar(scalar, (node) => (mayRaise(node) ? { op: 'orNull', arg: node, type: node.type } : node));
