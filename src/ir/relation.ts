import type { RelationType, SqlType, Datum } from '../core/index.ts';
import type { Position, Scalar } from './scalar.ts';
import type { Aggregate } from './aggregate.ts';

/** The catalog's id of a relation: 'u12' of users, 's3' of the system. */
export type RelationId = string & { readonly kind: 'relation' };

/** Order of one column: SQL's default is ascending, NULLs last; descending, NULLs first. */
export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * What a query means, as data. Every relation is a bag of rows; `relationTypeOf` (types.ts) gives its columns.
 * Scalars address the columns of their operator's input by index.
 */
export type Relation =
  /** rows with weights (usually 1) */
  | { readonly op: 'constant'; readonly rows: readonly { readonly values: readonly Datum[]; readonly weight: number }[]; readonly type: RelationType }
  | { readonly op: 'get'; readonly id: RelationId; readonly type: RelationType; /** present: only rows that it finds are wanted */ readonly lookup?: Lookup }
  /** a reference to the nearest enclosing `let` of that name */
  | { readonly op: 'local'; readonly name: string; readonly type: RelationType }
  | { readonly op: 'let'; readonly name: string; readonly value: Relation; readonly body: Relation }
  /** rows for which every predicate is true */
  | { readonly op: 'filter'; readonly input: Relation; readonly predicates: readonly Scalar[] }
  /** exactly these columns: each a scalar over the input (projection and computation in one) */
  | { readonly op: 'map'; readonly input: Relation; readonly columns: readonly { readonly name: string; readonly value: Scalar }[] }
  /** each input row followed by each row the table function makes of it (none: the row is dropped, or with `outer` extended by NULLs) */
  | { readonly op: 'flatMap'; readonly input: Relation; readonly function: string; readonly args: readonly Scalar[]; readonly produces: RelationType; readonly ordinality: boolean; readonly outer: boolean; /** where the function raises: one row of NULLs in place of its rows */ readonly orNull?: true; readonly position?: Position }
  /**
   * Joins by equality, the inputs' columns one after the other. Input 0 drives; each later input i hangs on one earlier input `on[i-1].parent`:
   * keys pair a scalar over the parent with one over input i. `outer`: parent rows without a match survive with NULLs (LEFT JOIN).
   * No keys: every row matches. Conditions of any other form are a filter above, or see `leftJoinLowering` for outer ones.
   */
  | { readonly op: 'join'; readonly inputs: readonly Relation[]; readonly on: readonly JoinEdge[] }
  /** the groups of `by`; without `by` exactly one group, even over no rows */
  | { readonly op: 'reduce'; readonly input: Relation; readonly by: readonly Scalar[]; readonly byNames: readonly string[]; readonly aggregates: readonly Aggregate[] }
  /** the distinct rows of the input: shorthand for reduce by all columns without aggregates */
  | { readonly op: 'distinct'; readonly input: Relation }
  /** in each group of `by` (columns) the rows [offset, offset + limit) in `order`; ties are broken by the whole row. `withTies` keeps the peers of the last. */
  | { readonly op: 'topK'; readonly input: Relation; readonly by: readonly number[]; readonly order: readonly SortKey[]; readonly offset: number; readonly limit: number | null; readonly withTies: boolean }
  /** bag union */
  | { readonly op: 'union'; readonly inputs: readonly Relation[] }
  /** every weight times -1 */
  | { readonly op: 'negate'; readonly input: Relation }
  /** rows whose weight is positive, with that weight */
  | { readonly op: 'threshold'; readonly input: Relation }
  /**
   * A row exists at time t while t lies within one of its intervals, or several (it is there once). Bounds are scalars over the input, in milliseconds
   * (numeric, int8, mz_timestamp, or a date/timestamp type, read as UTC). See reference 5.1.
   */
  | { readonly op: 'temporalFilter'; readonly input: Relation; readonly intervals: readonly TemporalInterval[] };

/**
 * The rows of a relation whose `columns[i]` equals, as SQL compares, one of the values `keys[i]`, for every i. It says how rows may be found, not which are in the answer:
 * the conditions it was made of still stand above it, and whoever has no such index reads all rows.
 */
export interface Lookup {
  /** the name of the index it was made for */
  readonly index: string;
  readonly columns: readonly number[];
  /** scalars without columns; the value NULL finds nothing, unless it stands for `IS NULL` */
  readonly keys: readonly (readonly LookupKey[])[];
}

export interface LookupKey {
  readonly value: Scalar;
  /** the value is an array, each of whose elements is a key */
  readonly elements: boolean;
  /** NULL finds the rows that are NULL */
  readonly nullSafe: boolean;
}

export interface JoinEdge {
  readonly parent: number;
  readonly keys: readonly { readonly left: Scalar; readonly right: Scalar; /** NULL equals NULL */ readonly nullSafe: boolean }[];
  readonly outer: boolean;
}

/** The times at which every bound holds, for a row for which every condition of `when` is true; none where a bound is NULL. */
export interface TemporalInterval {
  readonly when: readonly Scalar[];
  readonly bounds: readonly TemporalBound[];
}

/** `t comparison value`, e.g. '<' for `mz_now() < value`. */
export interface TemporalBound {
  readonly comparison: '<' | '<=' | '=' | '>=' | '>';
  readonly value: Scalar;
}

/** A relation with what a client asks of its answer: order and how many rows, applied when read. */
export interface Query {
  readonly relation: Relation;
  /** columns of the answer (names as shown; the relation may carry further columns for `order` behind these) */
  readonly columns: readonly { readonly name: string; readonly type: SqlType; /** table oid and attribute number, when it is a plain column */ readonly origin?: { readonly table: number; readonly attribute: number } }[];
  readonly order: readonly SortKey[];
  readonly limit: Scalar | null;
  readonly offset: Scalar | null;
}
