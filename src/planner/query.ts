/**
 * The inner door to query planning: a parse tree and a catalog snapshot in, IR out. Pure and synchronous.
 * Statement planners call these; they know no more of name resolution, typing or lowering than these signatures.
 */
export { planQuery, planView, planExpression, planConstant } from './plan-query.ts';
export { planCheck, planDefault, planGenerated, planTransform } from './plan-expression.ts';
export type { PlannedView } from './plan-query.ts';
export { planInsert } from './dml/insert.ts';
export { planUpdate, planDelete } from './dml/update.ts';
export { planMerge } from './dml/merge.ts';
export { coerceForAssignment } from './typing/assignment.ts';
export { resolveTypeName } from './typing/type-name.ts';
export { readsCatalogOnly } from './reads-catalog-only.ts';
export type { PlanContext, CatalogView } from './context.ts';
