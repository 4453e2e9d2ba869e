/**
 * From SQL text to plans. `createParser` makes trees of text; `purifyRequest` says what a statement needs to know from outside; `planStatement` makes a plan
 * of a tree and a catalog snapshot. Planning is pure and synchronous. A plan carries what is to be said when it is executed (`plan.notices`);
 * `PlannedStatement.notices` is the rest. What the catalog keeps of a plan is plain data.
 */
export { createParser, shapeOf } from './syntax/index.ts';
export type { SqlParser, Statement, StatementShape, StatementText } from './syntax/index.ts';
export { planStatement } from './statements/plan-statement.ts';
export { optimizeAnew } from './plan-query.ts';
export { foldScalar } from './optimize/fold-constants.ts';
export { planViewAgain } from './statements/plan-again.ts';
export { purifyRequest } from './statements/purify.ts';
export type { PurifyRequest, Purified } from './statements/purify.ts';
export type { StatementContext } from './statements/context.ts';
export { parseConnectionString } from './statements/connection-string.ts';
export { heldRows } from './dml/over-rows.ts';
export { explainRelation } from './statements/explain-text.ts';
export type { NameRelation } from './statements/explain-text.ts';
export type {
  Plan, PlannedStatement, QualifiedName, SubscribePlan, ReturningPlan, WithWritesPlan, WritingPart, WritingPlan, InsertColumn, OnConflictPlan, Arbiter, PlannedColumn, PlannedTable, PlannedKey, AlterTableStep, CopyOptions, CreateSource, BoundParameter, OptionValue,
} from './plan.ts';
