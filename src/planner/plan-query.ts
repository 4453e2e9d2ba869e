import type { Node, SelectStmt } from '@pgsql/types';
import type { Column, Notice } from '../core/index.ts';
import { InvariantError } from '../core/index.ts';
import type { Query, Relation, Scalar } from '../ir/index.ts';
import type { PlanContext } from './context.ts';

/** What CREATE VIEW and CREATE MATERIALIZED VIEW store. */
export interface PlannedView {
  readonly columns: readonly Column[];
  readonly relation: Relation;
  /** oids of the relations it reads */
  readonly dependsOn: readonly number[];
  readonly notices: readonly Notice[];
}

/** Plans a SELECT, VALUES or set operation of the statement `sql`. */
export function planQuery(select: SelectStmt, sql: string, context: PlanContext): Query {
  throw new InvariantError(`planQuery ${typeof select} ${sql} ${context.mode}`);
}

/** Plans the query of a view called `name`; `columnNames` are those written behind the name. */
export function planView(select: SelectStmt, sql: string, name: string, columnNames: readonly string[], context: PlanContext): PlannedView {
  throw new InvariantError(`planView ${typeof select} ${sql} ${name} ${columnNames.length} ${context.mode}`);
}

/** An expression over the columns of one relation called `relationName` (a default, a CHECK, an index expression). */
export function planExpression(node: Node, sql: string, relationName: string, columns: readonly Column[], context: PlanContext): Scalar {
  throw new InvariantError(`planExpression ${typeof node} ${sql} ${relationName} ${columns.length} ${context.mode}`);
}

/** An expression without columns (EXECUTE's arguments, AS OF, a DEFAULT). */
export function planConstant(node: Node, sql: string, context: PlanContext): Scalar {
  return planExpression(node, sql, '', [], context);
}
