import type { Environment, Relation, RelationId } from '../../ir/index.ts';

/** Each row of a relation that is NULL in none of `columns` has a partner in another one, with the same values in its columns. Its author vouches for that. */
export interface ForeignKeyFact {
  readonly columns: readonly number[];
  readonly references: RelationId;
  readonly referencedColumns: readonly number[];
}

/** What a rewrite may ask of the world: constants are folded in it, and stored relations are known. */
export interface Facts {
  readonly environment: Environment;
  readonly foreignKeysOf?: (id: RelationId) => readonly ForeignKeyFact[];
  /** about how many rows a stored relation has, where that is known */
  readonly rowsIn?: (id: RelationId) => number | undefined;
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
