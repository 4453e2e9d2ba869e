import type { Planning } from '../planning.ts';
import type { ColumnId, Expr, OrderKey, TypedAggregate, TypedColumn } from '../resolve/typed.ts';
import { columnOf } from '../resolve/typed.ts';

/** One entry of FROM, or a join of entries: what names it lends to expressions. */
export interface ScopeItem {
  /** the table's alias or name; null for a join without alias, which lends columns only */
  readonly name: string | null;
  /** a relation without alias: `schema.name` means it too */
  readonly bare?: true;
  readonly columns: readonly TypedColumn[];
  /** columns can be named without qualification, and stand in `*` */
  readonly columnsVisible: boolean;
  /** on the left of a right or full join that a LATERAL on its right may not refer to */
  readonly unreachable?: true;
  /** a function that returns plain values: its alias names the value itself */
  readonly scalar?: boolean;
  /** all columns of its rows, where there are some that cannot be named */
  readonly rowColumns?: readonly TypedColumn[];
  /** the type of its rows, where that has a name */
  readonly rowType?: number;
  /** the WITH query that it is, whatever it is called here */
  readonly common?: string;
  /** its oid, which `tableoid` reads */
  readonly tableOid?: number;
  /** a column that is NULL in no row of it: the presence of a row that an outer join may lack */
  readonly neverNull?: ColumnId;
  /** where an outer join may extend by a row that is not there: the column that is NULL then, and never else */
  readonly present?: ColumnId;
  /** grouping by these determines every other column */
  readonly primaryKey?: { readonly constraint: number; readonly columns: readonly ColumnId[] };
}

/** The names an expression may use: those of its own query level, then those of the levels around it. */
export interface Scope {
  readonly items: readonly ScopeItem[];
  readonly outer: Scope | null;
  /** the entries of FROM so far, those too that this place may not use: what error messages know of. FROM adds to it; without one, `items` are all there is */
  readonly range?: ScopeItem[];
  /** the order in which the rows of FROM come */
  readonly order?: readonly OrderKey[];
  /** seen from a subquery in FROM that is not LATERAL: what stands before it */
  readonly before?: readonly ScopeItem[];
  /** seen from a subquery: where in the query of this scope it stands, and so whether aggregates of that query may stand there */
  readonly place?: AggregatePlace;
}

export interface AggregatePlace {
  /** null: aggregates are not allowed there */
  readonly aggregates: TypedAggregate[] | null;
  /** as messages name the place */
  readonly clause: string;
  /** inside an aggregate's arguments */
  readonly inAggregate?: boolean;
}

export const emptyScope: Scope = { items: [], outer: null };

/** `name` alone, as a column. Undefined where no level has one; 42702 where one level has several. */
export function findColumn(planning: Planning, scope: Scope, name: string, position: number | undefined): Expr | undefined {
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    const found = new Map<ColumnId, TypedColumn>();
    for (const item of level.items) {
      if (!item.columnsVisible) continue;
      const matches = item.columns.filter((column) => column.name === name);
      if (matches.length > 1) throw ambiguous(planning, name, position);
      for (const column of matches) {
        if (found.size > 0) throw ambiguous(planning, name, position);
        found.set(column.id, column);
      }
    }
    for (const column of found.values()) return columnOf(column, position);
  }
  return undefined;
}

const ambiguous = (planning: Planning, name: string, position: number | undefined): Error =>
  planning.error('42702', `column reference "${name}" is ambiguous`, position);

/** The entry of FROM called `name`, from the innermost level that has one. */
export function findItem(planning: Planning, scope: Scope, schema: string | undefined, name: string, position: number | undefined): ScopeItem | undefined {
  const oid = schema === undefined ? undefined : planning.context.catalog.find(schema, name, planning.context.searchPath)?.oid;
  if (schema !== undefined && oid === undefined) return undefined;
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    const matches = level.items.filter((item) => (oid === undefined ? item.name === name : item.bare === true && item.tableOid === oid));
    if (matches.length > 1) throw planning.error('42P09', `table reference "${name}" is ambiguous`, position);
    if (matches[0] !== undefined) return matches[0];
  }
  return undefined;
}
