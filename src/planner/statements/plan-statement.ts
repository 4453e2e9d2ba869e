import type { Node, SelectStmt, TruncateStmt } from '@pgsql/types';
import { InvariantError, SqlError, assertNever } from '../../core/index.ts';
import type { Plan, PlannedStatement } from '../plan.ts';
import { planDelete, planInsert, planMerge, planSelectStatement, planUpdate, readsCatalogOnly } from '../query.ts';
import type { Statement } from '../syntax/index.ts';
import { planComment, planCommentTree } from './comment.ts';
import { planAlterRowType, planCreateRowType } from './row-types.ts';
import { planRename, planRenameTree, planSetSchema } from './rename.ts';
import { planAlterTable } from './alter-table.ts';
import { planContext } from './context.ts';
import type { Scene, StatementContext } from './context.ts';
import { planCopy, planCopySubscribe } from './copy.ts';
import { planCreateConnection, planCreateSecret } from './connections.ts';
import { planCreateIndex, planDefaultIndex } from './create-index.ts';
import { planCreateSource } from './create-source.ts';
import { planCreateTable, planCreateTableAs, planCreateTableFromFile } from './create-table.ts';
import { planAlterOnError, planCreateMaterializedView, planCreateView } from './create-view.ts';
import { planClose, planDeallocate, planDeclare, planDiscard, planExecute, planFetch, planFetchTree, planPrepare } from './cursors.ts';
import { planDropStatement, planDropTree } from './drop.ts';
import { planExplain } from './explain.ts';
import { nameOfRangeVar, relationNamed } from './names.ts';
import type { Outcome } from './names.ts';
import type { Purified } from './purify.ts';
import { refusal } from './refused.ts';
import { planCreateSchema } from './schemas.ts';
import { planAlterSequence, planCreateSequence } from './sequences.ts';
import { planSet, planShowSetting, planTransaction } from './settings.ts';
import { planShowCreate, planShowObjects } from './show.ts';
import { planSubscribe } from './subscribe.ts';
import { planAlterEnum, planCreateEnum } from './types.ts';
import { planTablesFromSource } from './upstream-tables.ts';

/**
 * What `statement` asks for. Pure and synchronous: all it may look at is in `context`, and what had to be asked outside (`purifyRequest`) is in `purified`.
 * Raises SqlError, with a position in `statement.text` where there is one to give.
 */
export function planStatement(statement: Statement, context: StatementContext, purified?: Purified): PlannedStatement {
  const scene: Scene = { ...context, text: statement.text, sql: statement.sql, inferred: [...context.parameterTypes] };
  const { plan, notices = [] } = withinStack(() => planTree(statement, purified, scene));
  return { plan, notices, parameterTypes: settledTypes(scene) };
}

/** Views over views nest deeper than any text does: planning that runs out of stack is the statement's fault, not the server's. */
function withinStack(plan: () => Outcome): Outcome {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SqlError('54001', 'stack depth limit exceeded', { hint: 'Break the statement up, by WITH or by materialized views.', cause: error });
  }
}

function settledTypes(scene: Scene): PlannedStatement['parameterTypes'] {
  return Array.from(scene.inferred, (type, i) => {
    if (type === undefined) throw new SqlError('42P18', `could not determine data type of parameter $${i + 1}`);
    return type;
  });
}

function planTree(tree: Statement, purified: Purified | undefined, scene: Scene): Outcome {
  switch (tree.kind) {
    case 'empty': return { plan: { kind: 'empty' } };
    case 'postgres': return planNode(tree.node, scene);
    case 'createView': return planCreateView(tree, scene);
    case 'createMaterializedView': return planCreateMaterializedView(tree, scene);
    case 'createSource': return planCreateSource(tree, purified, scene);
    case 'createTablesFromSource': return planTablesFromSource(tree, scene);
    case 'createTableFromFile': return planCreateTableFromFile(tree, purified, scene);
    case 'createSecret': return planCreateSecret(tree, scene);
    case 'createConnection': return planCreateConnection(tree, scene);
    case 'createDefaultIndex': return planDefaultIndex(tree, scene);
    case 'subscribe': return planSubscribe(tree, scene);
    case 'copySubscribe': return planCopySubscribe(tree, scene);
    case 'declare': return planDeclare(tree, planTree(tree.inner, undefined, innerScene(tree.inner, scene)).plan);
    case 'fetch': return planFetchTree(tree);
    case 'prepare': return planPrepare(tree, scene);
    case 'explain': return planExplain(tree, () => explainedPlan(tree.target, scene), scene);
    case 'showObjects': return planShowObjects(tree, scene);
    case 'showCreate': return planShowCreate(tree, scene);
    case 'drop': return planDropTree(tree, scene);
    case 'rename': return planRenameTree(tree, scene);
    case 'comment': return planCommentTree(tree, scene);
    case 'alterOnError': return planAlterOnError(tree, scene);
    default: return assertNever(tree);
  }
}

const innerScene = (inner: Statement, scene: Scene): Scene => ({ ...scene, sql: inner.sql });

function explainedPlan(target: Extract<Statement, { kind: 'explain' }>['target'], scene: Scene): Plan {
  if (target.kind !== 'statement') throw new InvariantError('a view was to be explained by its statement');
  return planTree(target.statement, undefined, innerScene(target.statement, scene)).plan;
}

/** Statements of Postgres. What is accepted without effect says here why nothing is lost by it. */
function planNode(node: Node, scene: Scene): Outcome {
  if ('SelectStmt' in node) return planSelect(node.SelectStmt, scene);
  if ('InsertStmt' in node) return { plan: planInsert(node.InsertStmt, scene.text, planContext(scene, 'adhoc')) };
  if ('UpdateStmt' in node) return { plan: planUpdate(node.UpdateStmt, scene.text, planContext(scene, 'adhoc')) };
  if ('DeleteStmt' in node) return { plan: planDelete(node.DeleteStmt, scene.text, planContext(scene, 'adhoc')) };
  if ('MergeStmt' in node) return { plan: planMerge(node.MergeStmt, scene.text, planContext(scene, 'adhoc')) };
  if ('TruncateStmt' in node) return planTruncate(node.TruncateStmt, scene);
  if ('CreateStmt' in node) return planCreateTable(node.CreateStmt, scene);
  if ('CreateTableAsStmt' in node) return planCreateTableAs(node.CreateTableAsStmt, scene);
  if ('CreateSeqStmt' in node) return planCreateSequence(node.CreateSeqStmt, scene);
  if ('AlterSeqStmt' in node) return planAlterSequence(node.AlterSeqStmt, scene);
  if ('CreateEnumStmt' in node) return planCreateEnum(node.CreateEnumStmt, scene);
  if ('AlterEnumStmt' in node) return planAlterEnum(node.AlterEnumStmt, scene);
  if ('CompositeTypeStmt' in node) return planCreateRowType(node.CompositeTypeStmt, scene);
  if ('CreateSchemaStmt' in node) return planCreateSchema(node.CreateSchemaStmt, scene);
  if ('IndexStmt' in node) return planCreateIndex(node.IndexStmt, scene);
  if ('DropStmt' in node) return planDropStatement(node.DropStmt, scene);
  if ('RenameStmt' in node) return planRename(node.RenameStmt, scene);
  if ('AlterObjectSchemaStmt' in node) return planSetSchema(node.AlterObjectSchemaStmt, scene);
  if ('AlterTableStmt' in node) return node.AlterTableStmt.objtype === 'OBJECT_TYPE' ? planAlterRowType(node.AlterTableStmt, scene) : planAlterTable(node.AlterTableStmt, scene);
  if ('CommentStmt' in node) return planComment(node.CommentStmt, scene);
  if ('VariableSetStmt' in node) return planSet(node.VariableSetStmt, scene);
  if ('VariableShowStmt' in node) return planShowSetting(node.VariableShowStmt, scene);
  if ('TransactionStmt' in node) return planTransaction(node.TransactionStmt);
  if ('FetchStmt' in node) return planFetch(node.FetchStmt);
  if ('ClosePortalStmt' in node) return planClose(node.ClosePortalStmt);
  if ('ExecuteStmt' in node) return planExecute(node.ExecuteStmt, scene);
  if ('DeallocateStmt' in node) return planDeallocate(node.DeallocateStmt);
  if ('DiscardStmt' in node) return planDiscard(node.DiscardStmt);
  if ('CopyStmt' in node) return planCopy(node.CopyStmt, scene);
  // Nothing listens, since LISTEN is refused.
  if ('UnlistenStmt' in node) return noop('UNLISTEN');
  // No constraint is deferrable, since DEFERRABLE is refused.
  if ('ConstraintsSetStmt' in node) return noop('SET CONSTRAINTS');
  // There are no dead rows and no statistics to gather; what a COMMIT reported is on disk.
  if ('VacuumStmt' in node) return noop(node.VacuumStmt.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE');
  if ('CheckPointStmt' in node) return noop('CHECKPOINT');
  if ('RefreshMatViewStmt' in node) {
    // It always is up to date.
    const item = relationNamed({ ...nameOfRangeVar(node.RefreshMatViewStmt.relation, scene), position: 0 }, scene);
    if (item.kind !== 'materialized view') throw new SqlError('0A000', `"${item.name}" is not a materialized view`);
    return noop('REFRESH MATERIALIZED VIEW');
  }
  throw refusal(node, scene);
}

const noop = (tag: string): Outcome => ({ plan: { kind: 'noop', tag } });

function planSelect(select: SelectStmt, scene: Scene): Outcome {
  const into = intoOf(select);
  if (into !== undefined) return planCreateTableAs({ into, query: { SelectStmt: withoutInto(select) } }, scene);
  const query = planSelectStatement(select, scene.text, planContext(scene, 'adhoc'));
  if ('kind' in query) return { plan: query };
  return { plan: { kind: 'query', query, readsCatalogOnly: readsCatalogOnly(query.relation) } };
}

/** SELECT ... INTO, of the first query where several are combined: CREATE TABLE AS in other words. */
const intoOf = (select: SelectStmt): SelectStmt['intoClause'] => select.intoClause ?? (select.larg === undefined ? undefined : intoOf(select.larg));

function withoutInto(select: SelectStmt): SelectStmt {
  const { intoClause: _into, ...rest } = select;
  return rest.larg === undefined ? rest : { ...rest, larg: withoutInto(rest.larg) };
}

function planTruncate(statement: TruncateStmt, scene: Scene): Outcome {
  const tables = (statement.relations ?? []).map((node) => {
    if (!('RangeVar' in node)) throw new InvariantError('TRUNCATE of something without a name');
    const name = nameOfRangeVar(node.RangeVar, scene);
    const item = relationNamed({ ...name, position: 0 }, scene);
    if (item.kind === 'system') throw new SqlError('42501', `permission denied: "${item.name}" is a system catalog`);
    if (item.kind !== 'table') throw new SqlError('42809', `"${item.name}" is not a table`);
    if (item.origin.kind !== 'user') throw new SqlError('42809', `cannot truncate table "${item.name}"`, { detail: 'Its rows come from a source.' });
    return item;
  });
  const owned = statement.restart_seqs === true ? tables.flatMap((table) => scene.catalog.dependents(table.oid).filter((item) => item.kind === 'sequence' && item.ownedBy?.table === table.oid)) : [];
  return { plan: { kind: 'truncate', tables: tables.map((table) => table.id), restart: owned.map((item) => item.oid) } };
}
