import type { Relation } from '../../ir/index.ts';
import { mapInputs } from '../../ir/index.ts';
import { dropDistinctOnKeys } from './drop-distinct-on-keys.ts';
import { dropInnerDistinct } from './drop-inner-distinct.ts';
import { dropRedundantJoins } from './drop-redundant-joins.ts';
import { dropTopKOnKeys } from './drop-top-k-on-keys.ts';
import { emptyRelations } from './empty-relations.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseFilters } from './fuse-filters.ts';
import { fuseMaps } from './fuse-maps.ts';
import { fuseUnions } from './fuse-unions.ts';
import { inferFilters } from './infer-filters.ts';
import { inlineLets } from './inline-lets.ts';
import { narrowColumns } from './narrow-columns.ts';
import { narrowGroups } from './narrow-groups.ts';
import { orderJoins } from './order-joins.ts';
import { outerToInner } from './outer-to-inner.ts';
import { pushFilters } from './push-filters.ts';
import type { Facts, Rewrite } from './rewrite.ts';
import { shareSubplans } from './share-subplans.ts';
import { ungroupKeys } from './ungroup-keys.ts';

/** The rewrites in the order they are tried at each node; each stage runs until nothing fires. */
export const stages: readonly (readonly Rewrite[])[] = [
  [foldConstants, fuseMaps, fuseFilters, fuseUnions, emptyRelations, outerToInner, pushFilters, dropDistinctOnKeys, dropInnerDistinct, dropTopKOnKeys, ungroupKeys],
  [orderJoins, dropRedundantJoins, narrowGroups, fuseMaps],
];

/** A rewrite that looks at the whole of a relation. Each gives the identical object where it does not fire. */
export interface WholeRewrite {
  readonly name: string;
  rewrite(relation: Relation): Relation;
}
export const wholeRewrites: readonly WholeRewrite[] = [
  { name: 'inlineLets', rewrite: inlineLets }, { name: 'narrowColumns', rewrite: narrowColumns }, { name: 'inferFilters', rewrite: inferFilters }, { name: 'shareSubplans', rewrite: shareSubplans },
];

/** Far beyond what any query needs: each rewrite moves filters down or removes operators. */
const MOST_ROUNDS = 100;
/** A condition that is told to an input and pushed into it may be told to its inputs in turn. */
const MOST_TELLINGS = 3;

/** An equivalent relation that does less. */
export function optimize(relation: Relation, facts: Facts): Relation {
  const [inlined, narrowed, inferred, shared] = wholeRewrites.map(({ name, rewrite }) => (before: Relation): Relation => {
    const after = rewrite(before);
    if (after !== before) facts.fired?.(name);
    return after;
  }) as [Whole, Whole, Whole, Whole];
  const simplified = (before: Relation): Relation => fixpoint(before, stages[0]!, facts);
  let current = simplified(inlined(relation));
  for (let telling = 0; telling < MOST_TELLINGS; telling++) {
    const told = inferred(current);
    if (told === current) break;
    current = simplified(told);
  }
  current = simplified(inlined(narrowed(shared(current))));
  current = simplified(narrowed(fixpoint(current, stages[1]!, facts)));
  return narrowed(inlined(shared(narrowed(fixpoint(narrowed(current), stages[1]!, facts)))));
}
type Whole = (relation: Relation) => Relation;

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
