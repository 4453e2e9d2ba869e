import type { Environment, Relation } from '../../ir/index.ts';
import { mapInputs } from '../../ir/index.ts';
import { dropDistinctOnKeys } from './drop-distinct-on-keys.ts';
import { flattenJoins } from './flatten-joins.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseFilters } from './fuse-filters.ts';
import { fuseMaps } from './fuse-maps.ts';
import { fuseUnions } from './fuse-unions.ts';
import { inlineLets } from './inline-lets.ts';
import { narrowColumns } from './narrow-columns.ts';
import { orderCrossJoins } from './order-cross-joins.ts';
import { outerToInner } from './outer-to-inner.ts';
import { pushFilters } from './push-filters.ts';
import type { Facts, Rewrite } from './rewrite.ts';

/** The rewrites in the order they are tried at each node; each stage runs until nothing fires. */
export const stages: readonly (readonly Rewrite[])[] = [
  [foldConstants, fuseMaps, fuseFilters, fuseUnions, outerToInner, pushFilters, dropDistinctOnKeys],
  [orderCrossJoins, flattenJoins, fuseMaps],
];

/** Far beyond what any query needs: each rewrite moves filters down or removes operators. */
const MOST_ROUNDS = 100;

/** An equivalent relation that does less. `fired` is told the name of each rewrite that changed it. */
export function optimize(relation: Relation, environment: Environment, fired?: (rewrite: string) => void): Relation {
  const facts: Facts = { environment, ...(fired && { fired }) };
  const whole = (name: string, rewrite: (relation: Relation) => Relation) => (before: Relation): Relation => {
    const after = rewrite(before);
    if (after !== before) fired?.(name);
    return after;
  };
  const [inlined, narrowed] = [whole('inlineLets', inlineLets), whole('narrowColumns', narrowColumns)];
  let current = inlined(relation);
  current = fixpoint(current, stages[0]!, facts);
  current = fixpoint(inlined(narrowed(current)), stages[0]!, facts);
  current = fixpoint(current, stages[1]!, facts);
  return narrowed(fixpoint(narrowed(current), stages[0]!, facts));
}

export function fixpoint(relation: Relation, rewrites: readonly Rewrite[], facts: Facts): Relation {
  let current = relation;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = once(current, rewrites, facts);
    if (next === current) return current;
    current = next;
  }
  return current;
}

/** Each node once, from the leaves up. */
function once(relation: Relation, rewrites: readonly Rewrite[], facts: Facts): Relation {
  let current = mapInputs(relation, (input) => once(input, rewrites, facts));
  for (const rewrite of rewrites) {
    const next = rewrite.apply(current, facts);
    if (next !== current) facts.fired?.(rewrite.name);
    current = next;
  }
  return current;
}
