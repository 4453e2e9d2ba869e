import type { Planning } from '../planning.ts';
import type { Scope } from '../scope/scope.ts';
import type { ColumnId, Expr, OrderKey, TableFunctionCall, TypedAggregate, TypedColumn } from './typed.ts';

/** A WITH query as seen by those who may name it. */
export interface CommonTable {
  readonly name: string;
  /** resolves the query anew, or refers to its shared result: a relation with ids of its own */
  reference(position?: number): { readonly relation: import('./typed.ts').TypedRelation; readonly columns: readonly TypedColumn[]; /** its ORDER BY, which may be by columns that cannot be named */ readonly order?: readonly OrderKey[] };
}

/** Names of WITH queries, inner ones hiding outer ones. */
export interface CommonTables {
  readonly byName: ReadonlyMap<string, CommonTable>;
  readonly outer: CommonTables | null;
  /** all names of the clause, those too that are yet to come */
  readonly names: readonly string[];
}

/** Whether a WITH clause around has a query of that name which cannot be read yet. */
export function laterCommonTable(tables: CommonTables | null, name: string): boolean {
  for (let level = tables; level !== null; level = level.outer) if (!level.byName.has(name) && level.names.includes(name)) return true;
  return false;
}

export function findCommonTable(tables: CommonTables | null, name: string): CommonTable | undefined {
  for (let level = tables; level !== null; level = level.outer) {
    const found = level.byName.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a query level collects from its expressions: aggregates to compute, set-returning functions to expand. */
export interface Collected {
  readonly aggregates: TypedAggregate[];
  readonly functions: TableFunctionCall[];
}

/** Where an expression stands: what it may name, and what it may contain. */
export interface Level {
  readonly planning: Planning;
  readonly scope: Scope;
  readonly tables: CommonTables | null;
  /** as messages name the place: `WHERE`, `JOIN conditions`, `GROUP BY`, ... */
  readonly clause: string;
  /** null: aggregates are not allowed here */
  readonly aggregates: TypedAggregate[] | null;
  /** null: set-returning functions are not allowed here */
  readonly functions: TableFunctionCall[] | null;
  /** inside an aggregate's arguments */
  readonly inAggregate?: boolean;
  /** what an expression that a table keeps may not contain, as messages name its place */
  readonly refuses?: { readonly subquery: string; readonly column?: string };
  /** what merge_action() means: in RETURNING of MERGE */
  readonly mergeAction?: TypedColumn;
  /** the expression of `CASE expr WHEN` */
  readonly caseOperand?: Expr;
}

export const labelOf = (planning: Planning, id: ColumnId): string => planning.columnLabels.get(id) ?? '?column?';
