import type { DeleteStmt, InsertStmt, MergeStmt, Node, SelectStmt, UpdateStmt, WithClause } from '@pgsql/types';
import { InvariantError } from '../../core/index.ts';
import type { Query } from '../../ir/index.ts';
import type { PlanContext } from '../context.ts';
import type { WithWritesPlan, WritingPlan } from '../plan.ts';
import { finishQuery, settleParameters } from '../plan-query.ts';
import { Planning } from '../planning.ts';
import { resolveSelect } from '../resolve/select.ts';
import { openWith } from '../resolve/with.ts';
import type { Around } from '../resolve/with.ts';
import { insertPlan } from './insert.ts';
import { mergePlan } from './merge.ts';
import { deletePlan, updatePlan } from './update.ts';

/** A planning whose statement's own WITH, and no other, may hold statements that write. */
function planningOf(clause: WithClause | undefined, sql: string, context: PlanContext): Planning {
  const planning = new Planning(sql, context);
  if (clause !== undefined) planning.writes = { clause, parts: [], plan: (node, around) => planWrite(planning, node, around) };
  return planning;
}

function planWrite(planning: Planning, node: Node, around: Around): WritingPlan {
  const clause = 'InsertStmt' in node ? node.InsertStmt.withClause : 'UpdateStmt' in node ? node.UpdateStmt.withClause : 'DeleteStmt' in node ? node.DeleteStmt.withClause : 'MergeStmt' in node ? node.MergeStmt.withClause : undefined;
  const inner = openWith(planning, clause, null, around.tables);
  const within: Around = { tables: inner.tables, wrap: (query) => around.wrap(inner.wrap(query)) };
  if ('InsertStmt' in node) return insertPlan(planning, node.InsertStmt, within);
  if ('UpdateStmt' in node) return updatePlan(planning, node.UpdateStmt, within);
  if ('DeleteStmt' in node) return deletePlan(planning, node.DeleteStmt, within);
  if ('MergeStmt' in node) return mergePlan(planning, node.MergeStmt, within);
  throw new InvariantError(`${Object.keys(node).join()} is no statement that writes`);
}

function planWriting(node: Node, clause: WithClause | undefined, sql: string, context: PlanContext): WritingPlan | WithWritesPlan {
  const planning = planningOf(clause, sql, context);
  const plan = planWrite(planning, node, { tables: null, wrap: (query) => query });
  settleParameters(planning);
  const parts = planning.writes?.parts ?? [];
  return parts.length === 0 ? plan : { kind: 'withWrites', parts, main: plan };
}

export const planInsert = (statement: InsertStmt, sql: string, context: PlanContext): WritingPlan | WithWritesPlan => planWriting({ InsertStmt: statement }, statement.withClause, sql, context);
export const planUpdate = (statement: UpdateStmt, sql: string, context: PlanContext): WritingPlan | WithWritesPlan => planWriting({ UpdateStmt: statement }, statement.withClause, sql, context);
export const planDelete = (statement: DeleteStmt, sql: string, context: PlanContext): WritingPlan | WithWritesPlan => planWriting({ DeleteStmt: statement }, statement.withClause, sql, context);
export const planMerge = (statement: MergeStmt, sql: string, context: PlanContext): WritingPlan | WithWritesPlan => planWriting({ MergeStmt: statement }, statement.withClause, sql, context);

/** A SELECT that stands by itself, so that its WITH may write. */
export function planSelectStatement(select: SelectStmt, sql: string, context: PlanContext): Query | WithWritesPlan {
  const planning = planningOf(select.withClause, sql, context);
  const query = finishQuery(planning, resolveSelect(planning, select, null, null));
  const parts = planning.writes?.parts ?? [];
  return parts.length === 0 ? query : { kind: 'withWrites', parts, main: { kind: 'query', query } };
}
