import type { DeleteStmt, InsertStmt, UpdateStmt } from '@pgsql/types';
import { InvariantError } from '../core/index.ts';
import type { PlanContext } from './context.ts';
import type { Plan } from './plan.ts';

export type InsertPlan = Extract<Plan, { kind: 'insert' }>;
export type UpdatePlan = Extract<Plan, { kind: 'update' }>;
export type DeletePlan = Extract<Plan, { kind: 'delete' }>;

export function planInsert(statement: InsertStmt, sql: string, context: PlanContext): InsertPlan {
  throw new InvariantError(`planInsert ${typeof statement} ${sql} ${context.mode}`);
}
export function planUpdate(statement: UpdateStmt, sql: string, context: PlanContext): UpdatePlan {
  throw new InvariantError(`planUpdate ${typeof statement} ${sql} ${context.mode}`);
}
export function planDelete(statement: DeleteStmt, sql: string, context: PlanContext): DeletePlan {
  throw new InvariantError(`planDelete ${typeof statement} ${sql} ${context.mode}`);
}
