import type { Column, Datum, SqlType } from '../../core/index.ts';
import type { Relation, SortKey } from '../../ir/index.ts';

/**
 * The typed tree: what a query says after names and types are resolved, before subqueries are unnested.
 *
 * Every column of every relation has an id of its own, unique in the statement. An expression refers to a column by id, wherever it stands;
 * a reference to an id that the relation below does not produce is an outer reference. So nothing is renumbered when relations are moved,
 * and correlation is a question of sets.
 */
export type ColumnId = number;

interface Located {
  /** where it stands in the statement, 1-based characters */
  readonly position?: number;
}

/** A typed expression: the shapes of `Scalar`, columns by id, and subqueries. */
export type Expr = Located & { readonly type: SqlType } & (
  | { readonly op: 'column'; readonly id: ColumnId }
  | { readonly op: 'literal'; readonly value: Datum }
  | { readonly op: 'parameter'; readonly index: number }
  | { readonly op: 'currentTime' }
  | { readonly op: 'call'; readonly function: string; readonly args: readonly Expr[] }
  | { readonly op: 'and' | 'or'; readonly args: readonly Expr[] }
  | { readonly op: 'not' | 'isNull' | 'isTrue' | 'isFalse'; readonly arg: Expr }
  | { readonly op: 'same'; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'case'; readonly branches: readonly { readonly when: Expr; readonly then: Expr }[]; readonly otherwise: Expr }
  | { readonly op: 'coalesce'; readonly args: readonly Expr[] }
  | { readonly op: 'nullIf'; readonly function: string; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'greatest' | 'least'; readonly args: readonly Expr[] }
  | { readonly op: 'array'; readonly elements: readonly Expr[]; readonly nested: boolean }
  /** with `present`: NULL where that is */
  | { readonly op: 'row'; readonly fields: readonly Expr[]; readonly names: readonly string[]; readonly present?: Expr; /** ROW(...): where two of these are compared, their fields are */ readonly constructed?: true; /** what an alias calls the fields, in the query alone */ readonly aliases?: readonly string[]; /** the entry of FROM whose row it is, as the query calls it */ readonly of?: string }
  | { readonly op: 'field'; readonly arg: Expr; readonly index: number }
  | { readonly op: 'subscript'; readonly arg: Expr; readonly lower: readonly (Expr | null)[]; readonly upper?: readonly (Expr | null)[] }
  | { readonly op: 'anyOf' | 'allOf'; readonly function: string; readonly left: Expr; readonly array: Expr }
  | { readonly op: 'coerceTypmod'; readonly arg: Expr; readonly explicit: boolean }
  | { readonly op: 'fromText' | 'toText'; readonly arg: Expr }
  | { readonly op: 'relabel'; readonly arg: Expr }
  | { readonly op: 'raise'; readonly code: string; readonly message: string }
  /** GROUPING(...), until the query's groups are known */
  | { readonly op: 'grouping'; readonly args: readonly Expr[] }
  /** `scalar`: the one value of the one row, NULL for none; `exists`; `array`: all values, in the query's order */
  | { readonly op: 'subquery'; readonly kind: 'scalar' | 'exists' | 'array'; readonly query: TypedQuery }
  /** `condition`, over the columns outside and those of `query`, is true for any / all of its rows */
  | { readonly op: 'quantified'; readonly quantifier: 'any' | 'all'; readonly condition: Expr; readonly query: TypedQuery }
);

export type ExprOf<Op extends Expr['op']> = Extract<Expr, { op: Op }>;

export interface TypedColumn {
  readonly id: ColumnId;
  readonly name: string;
  readonly type: SqlType;
  readonly origin?: { readonly table: number; readonly attribute: number };
}

export interface TypedAggregate {
  readonly id: ColumnId;
  readonly function: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly filter: Expr | null;
  readonly order: readonly SortKey[];
  readonly type: SqlType;
  readonly name: string;
}

export interface OrderKey {
  readonly id: ColumnId;
  readonly type: SqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Several groupings of one input (GROUPING SETS): each set lists keys of `by`, the others are NULL in its groups. */
export interface GroupingSets {
  readonly sets: readonly (readonly ColumnId[])[];
  /** GROUPING(keys): a bit for each key, the last one lowest, set where the group's set lacks it */
  readonly masks: readonly { readonly id: ColumnId; readonly keys: readonly ColumnId[] }[];
}

export interface Computed {
  readonly id: ColumnId;
  readonly name: string;
  readonly value: Expr;
}

export interface TableFunctionCall {
  readonly function: string;
  readonly args: readonly Expr[];
  readonly produces: readonly Column[];
  readonly ids: readonly ColumnId[];
}

/** A relation of the typed tree. Its columns are ids: see `idsOf`. */
export type TypedRelation =
  /** one row without columns: FROM nothing */
  | { readonly op: 'unit' }
  /** what is in the IR already: a stored relation, or a view's */
  | { readonly op: 'leaf'; readonly relation: Relation; readonly ids: readonly ColumnId[] }
  /** a reference to a `with` */
  | { readonly op: 'reference'; readonly name: string; readonly ids: readonly ColumnId[]; readonly types: readonly Column[] }
  | { readonly op: 'with'; readonly name: string; readonly value: TypedRelation; readonly valueIds: readonly ColumnId[]; readonly body: TypedRelation }
  | { readonly op: 'values'; readonly rows: readonly (readonly Expr[])[]; readonly columns: readonly TypedColumn[] }
  /** functions in lockstep, the shorter padded with NULL; `ordinality` numbers the rows */
  | { readonly op: 'functions'; readonly calls: readonly TableFunctionCall[]; readonly ordinality: ColumnId | null }
  | { readonly op: 'filter'; readonly input: TypedRelation; readonly predicate: Expr }
  /** the input's columns and further ones */
  | { readonly op: 'compute'; readonly input: TypedRelation; readonly columns: readonly Computed[] }
  /** only these columns of the input */
  | { readonly op: 'project'; readonly input: TypedRelation; readonly ids: readonly ColumnId[] }
  /** `right` may refer to columns of `left` (LATERAL) */
  | { readonly op: 'join'; readonly kind: 'inner' | 'left' | 'right' | 'full'; readonly left: TypedRelation; readonly right: TypedRelation; readonly on: Expr | null }
  | { readonly op: 'aggregate'; readonly input: TypedRelation; readonly by: readonly Computed[]; readonly aggregates: readonly TypedAggregate[]; readonly grouping: GroupingSets | null }
  | { readonly op: 'distinct'; readonly input: TypedRelation }
  | { readonly op: 'topK'; readonly input: TypedRelation; readonly by: readonly ColumnId[]; readonly order: readonly OrderKey[]; readonly offset: Expr | null; readonly limit: Expr | null; readonly withTies: boolean }
  /** columns paired by position */
  | { readonly op: 'setOperation'; readonly kind: 'union' | 'intersect' | 'except'; readonly all: boolean; readonly left: TypedRelation; readonly right: TypedRelation; readonly leftIds: readonly ColumnId[]; readonly rightIds: readonly ColumnId[]; readonly columns: readonly TypedColumn[] };

/** A query: a relation, which of its columns are the answer, and the order asked for. */
export interface TypedQuery {
  readonly relation: TypedRelation;
  readonly columns: readonly TypedColumn[];
  readonly order: readonly OrderKey[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
  readonly withTies: boolean;
}

export const columnOf = (column: TypedColumn, position?: number): Expr => ({ op: 'column', id: column.id, type: column.type, position });

/** The columns a relation produces. */
export function idsOf(relation: TypedRelation): readonly ColumnId[] {
  switch (relation.op) {
    case 'unit':
      return [];
    case 'leaf':
    case 'reference':
    case 'project':
      return relation.ids;
    case 'with':
      return idsOf(relation.body);
    case 'values':
    case 'setOperation':
      return relation.columns.map((column) => column.id);
    case 'functions':
      return [...relation.calls.flatMap((call) => call.ids), ...(relation.ordinality === null ? [] : [relation.ordinality])];
    case 'compute':
      return [...idsOf(relation.input), ...relation.columns.map((column) => column.id)];
    case 'join':
      return [...idsOf(relation.left), ...idsOf(relation.right)];
    case 'aggregate':
      return [...relation.by.map((column) => column.id), ...relation.aggregates.map((aggregate) => aggregate.id), ...(relation.grouping?.masks ?? []).map((mask) => mask.id)];
    case 'filter':
    case 'distinct':
    case 'topK':
      return idsOf(relation.input);
  }
}
