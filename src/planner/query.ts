/**
 * The inner door to query planning: a parse tree and a catalog snapshot in, IR out. Pure and synchronous.
 * Statement planners call these; they know no more of name resolution, typing or lowering than these signatures.
 */
export { planQuery, planView, planExpression, planArgument, planConstant } from './plan-query.ts';
export { planCheck, planDefault, planGenerated, planTransform } from './plan-expression.ts';
export type { StoredExpression } from './plan-expression.ts';
export type { PlannedView } from './plan-query.ts';
export { planDelete, planInsert, planMerge, planSelectStatement, planUpdate } from './dml/writing.ts';
export { coerceForAssignment } from './typing/assignment.ts';
export { resolveTypeName } from './typing/type-name.ts';
export { readsCatalogOnly } from './reads-catalog-only.ts';
export type { PlanContext, CatalogView } from './context.ts';
