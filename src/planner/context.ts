import type { Field, SqlType } from '../core/index.ts';
import type { CatalogItem } from '../catalog/index.ts';
import type { Environment, RelationId } from '../ir/index.ts';

/** What the planner asks of a catalog snapshot. */
export interface CatalogView {
  /** undefined where there is no schema of this name */
  schema(name: string): object | undefined;
  /** The object `name` in `schema`, or in the first schema of `searchPath` that has one. */
  find(schema: string | undefined, name: string, searchPath: readonly string[]): CatalogItem | undefined;
  /** The indexes that find rows of the relation by equality of all their columns, in the order they are preferred. */
  indexesOn(id: RelationId): readonly IndexFacts[];
  /** The foreign keys of a relation, which their author vouches for. */
  foreignKeysOf(id: RelationId): readonly { readonly columns: readonly number[]; readonly references: RelationId; readonly referencedColumns: readonly number[] }[];
  /** where a text is read again: how many of its first columns a relation had when it was written, which are those that it can name */
  columnsSeen?(schema: string | undefined, name: string): number | undefined;
  /** the fields of a row type */
  fieldsOf(oid: number): readonly Field[] | undefined;
}

export interface IndexFacts {
  readonly name: string;
  readonly columns: readonly number[];
  /** no two rows have the same values there */
  readonly unique: boolean;
  readonly nullsNotDistinct?: boolean;
}

/**
 * All that planning may look at: no clock, no IO.
 * `adhoc`: the statement is answered once, `now()` and `mz_now()` are its time. `view`: the answer is kept up to date, and they are legal in temporal filters only.
 */
export interface PlanContext {
  readonly catalog: CatalogView;
  readonly searchPath: readonly string[];
  readonly mode: 'adhoc' | 'view';
  /** for folding constants, reading literals, and the names behind regclass */
  readonly environment: Environment;
  /** about how many rows a stored relation has, where that is known */
  readonly rowsIn?: (id: RelationId) => number | undefined;
  /** type of `$1` at index 0 and so on: what the client declared, and what planning infers (undefined: not known yet) */
  readonly parameterTypes: (SqlType | undefined)[];
}
