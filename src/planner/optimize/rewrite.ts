import type { Environment, Relation } from '../../ir/index.ts';

/** What a rewrite may ask of the world: constants are folded in it. */
export interface Facts {
  readonly environment: Environment;
  /** told the name of a rewrite that fired */
  readonly fired?: (rewrite: string) => void;
}

/**
 * One equivalence of relations. `apply` looks at one node, whose inputs it may rearrange, and returns the identical object when it does not fire.
 * Every rewrite keeps the rows, their weights and the columns; it may make an error disappear, never appear.
 */
export interface Rewrite {
  readonly name: string;
  apply(relation: Relation, facts: Facts): Relation;
}
