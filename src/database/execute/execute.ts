import { assertNever, Oid, sqlType, SqlError } from '../../core/index.ts';
import { bindScalar, evaluateScalar } from '../../ir/index.ts';
import { purifyRequest } from '../../planner/index.ts';
import type { Plan } from '../../planner/index.ts';
import { queryColumns, subscribeColumns } from '../answer.ts';
import { resolveOption } from '../core.ts';
import { rowsOf } from '../rows.ts';
import { CursorPortal } from '../session/portal.ts';
import { cursorNamed, requirePlan } from '../session/session.ts';
import type { DatabaseSession } from '../session/session.ts';
import { copiedColumns } from './copy.ts';
import { closeCursors, fetchCursor } from './cursors.ts';
import { executeCatalogPlan, isCatalogPlan } from './ddl.ts';
import { executeTruncate, executeWriting } from './dml.ts';
import { done } from './execution.ts';
import type { Execution, Outcome } from './execution.ts';
import { explained, explainOperators, treeOfLines } from './explain.ts';
import { purify } from './purify.ts';
import { openQuery, openSelect } from './query.ts';
import { openSubscription } from './subscribe.ts';
import { executeWithWrites } from './with-writes.ts';

/** Runs one statement. Outside a block its effects are durable and visible when this resolves. */
export async function executePlan(execution: Execution): Promise<Outcome> {
  const { session, prepared } = execution;
  let { planned } = prepared;
  if (planned === undefined) {
    const request = purifyRequest(prepared.statement, session.statementContext([]));
    const facts = request === undefined ? undefined : await purify(request, (value) => session.block?.secret(value) ?? resolveOption(session.core, value), execution.signal);
    planned = session.plan(prepared.statement, prepared.declaredTypes, facts);
  }
  for (const notice of planned.notices) session.options.onNotice(notice);
  return execute(planned.plan, execution);
}

async function execute(plan: Plan, execution: Execution): Promise<Outcome> {
  const { session, parameters } = execution;
  const command = writingCommand(plan);
  if (command !== undefined) session.requireWritable(command);
  if (isCatalogPlan(plan)) return executeCatalogPlan(plan, execution);
  switch (plan.kind) {
    case 'empty':
      return done('');
    case 'query':
      return { tag: 'SELECT', counts: true, columns: queryColumns(plan.query), rows: await openSelect(plan.query, execution) };
    case 'subscribe':
      return { tag: 'SUBSCRIBE', counts: true, columns: subscribeColumns(plan.subscribe), rows: await openSubscription(plan.subscribe, execution) };
    case 'copyTo': {
      const { source } = plan;
      const columns = copiedColumns(source);
      switch (source.kind) {
        case 'query': return { tag: 'COPY', counts: true, columns, rows: await openQuery(source.query, execution) };
        case 'subscribe': return { tag: 'COPY', counts: true, columns, rows: await openSubscription(source.subscribe, execution) };
        case 'writes': return { tag: 'COPY', counts: true, columns, rows: (await execute(source.plan, execution)).rows };
        default: return assertNever(source);
      }
    }
    case 'copyFrom':
      return done('COPY');
    case 'explain':
      return explained(plan.json ? treeOfLines(plan.text.split('\n')) : plan.text, plan.json);
    case 'explainOperators':
      return explainOperators(plan, execution);
    case 'insert':
    case 'delete':
    case 'update':
    case 'merge':
      return executeWriting(plan, execution);
    case 'withWrites':
      return executeWithWrites(plan, execution);
    case 'truncate':
      return executeTruncate(plan, execution);
    case 'set':
      if (plan.local && !session.inBlock) session.options.onNotice({ severity: 'WARNING', code: '25P01', message: `${plan.name.startsWith('transaction_') ? 'SET TRANSACTION' : 'SET LOCAL'} can only be used in transaction blocks` });
      session.settings.set(plan.name, plan.value, plan.local);
      for (const { name, value } of plan.also ?? []) session.settings.set(name, value, plan.local);
      return done(plan.tag);
    case 'resetAll':
      session.settings.resetAll();
      return done('RESET');
    case 'show': {
      if (plan.name.toLowerCase() === 'all') {
        const rows = session.settings.states().map((state) => [state.name, state.setting, state.description]);
        return { tag: 'SHOW', counts: false, columns: null, rows: rowsOf([sqlType(Oid.text), sqlType(Oid.text), sqlType(Oid.text)], rows) };
      }
      return { tag: 'SHOW', counts: false, columns: null, rows: rowsOf([sqlType(Oid.text)], [[session.settings.show(plan.name).value]]) };
    }
    case 'begin':
      if (session.block === undefined) session.begin({ readOnly: plan.readOnly });
      else if (session.isImplicit) session.makeExplicit(plan.readOnly);
      else session.options.onNotice({ severity: 'WARNING', code: '25001', message: 'there is already a transaction in progress' });
      return done(plan.tag);
    case 'commit':
    case 'rollback':
      return endBlock(plan, session);
    case 'savepoint':
    case 'release':
    case 'rollbackTo':
      return savepoint(plan, session);
    case 'declare':
      return declare(plan, execution);
    case 'fetch':
      return fetchCursor(plan, execution);
    case 'closeCursor': {
      if (plan.name === null) closeCursors(session);
      else session.closePortal(plan.name, cursorNamed(session, plan.name));
      return done(plan.name === null ? 'CLOSE CURSOR ALL' : 'CLOSE CURSOR');
    }
    case 'prepare': {
      if (session.statements.has(plan.name)) throw new SqlError('42P05', `prepared statement "${plan.name}" already exists`);
      const inner = session.prepareStatement(session.core.parser.parse(plan.sql), plan.types.map((type) => type.oid), true);
      session.statements.set(plan.name, inner);
      return done('PREPARE');
    }
    case 'execute': {
      const named = session.statements.get(plan.name);
      if (named === undefined) throw new SqlError('26000', `prepared statement "${plan.name}" does not exist`);
      const inner = session.current(named);
      const environment = session.environment();
      const values = plan.arguments.map((argument) => evaluateScalar(bindScalar(argument, parameters), [], environment));
      return execute(requirePlan(inner).plan, { ...execution, prepared: inner, parameters: values });
    }
    case 'deallocate':
      if (plan.name === null) {
        session.statements.clear();
        return done('DEALLOCATE ALL');
      }
      if (!session.statements.delete(plan.name)) throw new SqlError('26000', `prepared statement "${plan.name}" does not exist`);
      return done('DEALLOCATE');
    case 'discard':
      if (session.inBlock && plan.what === 'all') throw new SqlError('25001', 'DISCARD ALL cannot run inside a transaction block');
      if (plan.what === 'all') {
        closeCursors(session);
        session.settings.resetAll();
      }
      if (plan.what === 'all' || plan.what === 'plans') session.statements.clear();
      if (plan.what === 'all' || plan.what === 'sequences') session.sequences.discard();
      return done(`DISCARD ${plan.what.toUpperCase()}`);
    case 'noop':
      return done(plan.tag);
    default:
      return assertNever(plan);
  }
}

async function endBlock({ kind, chain }: Plan & { kind: 'commit' | 'rollback' }, session: DatabaseSession): Promise<Outcome> {
  if (!session.inBlock) {
    if (chain) throw new SqlError('25P01', `${kind.toUpperCase()} AND CHAIN can only be used in transaction blocks`);
    session.options.onNotice({ severity: 'WARNING', code: '25P01', message: 'there is no transaction in progress' });
    return done(kind === 'commit' ? 'COMMIT' : 'ROLLBACK');
  }
  const readOnly = session.settings.get('transaction_read_only') === 'on';
  const kept = kind === 'commit' && session.transaction !== 'failed';
  if (kept) await session.commit();
  else session.abandon();
  if (chain) session.begin({ readOnly });
  return done(kept ? 'COMMIT' : 'ROLLBACK');
}

/** The command of a plan that a read-only transaction refuses, as its message names it. */
function writingCommand(plan: Plan): string | undefined {
  if (isCatalogPlan(plan)) return plan.kind.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
  switch (plan.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return plan.kind.toUpperCase();
    case 'withWrites':
      return plan.main.kind === 'query' ? 'SELECT' : plan.main.kind.toUpperCase();
    case 'truncate':
      return 'TRUNCATE TABLE';
    case 'copyTo':
      return plan.source.kind === 'writes' ? writingCommand(plan.source.plan) : undefined;
    default:
      return undefined;
  }
}

function savepoint(plan: Plan & { kind: 'savepoint' | 'release' | 'rollbackTo' }, session: DatabaseSession): Outcome {
  const word = { savepoint: 'SAVEPOINT', release: 'RELEASE SAVEPOINT', rollbackTo: 'ROLLBACK TO SAVEPOINT' }[plan.kind];
  if (!session.inBlock || session.block === undefined) throw new SqlError('25P01', `${word} can only be used in transaction blocks`);
  if (plan.kind === 'savepoint') {
    session.block.savepoint(plan.name, session.settings.mark());
    return done('SAVEPOINT');
  }
  const missing = (): SqlError => new SqlError('3B001', `savepoint "${plan.name}" does not exist`);
  if (plan.kind === 'release') {
    if (!session.block.releaseSavepoint(plan.name)) throw missing();
  } else {
    const settings = session.block.rollbackTo(plan.name);
    if (settings === undefined) throw missing();
    session.settings.restore(settings);
    session.transaction = 'active';
  }
  return done(plan.kind === 'release' ? 'RELEASE' : 'ROLLBACK');
}

async function declare(plan: Plan & { kind: 'declare' }, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  if (!session.inBlock && !plan.hold) throw new SqlError('25P01', 'DECLARE CURSOR can only be used in transaction blocks');
  if (session.portals.has(plan.name)) throw new SqlError('42P03', `cursor "${plan.name}" already exists`);
  const inner = await execute(plan.inner, { ...execution, maxRows: 1 });
  if (inner.rows === null) throw new SqlError('42601', 'a cursor needs a query');
  session.portals.set(plan.name, new CursorPortal({
    columns: inner.columns ?? [], block: session.block, sql: execution.prepared.sql, hold: plan.hold, binary: plan.binary, createdAt: session.now(), rows: inner.rows,
  }));
  return done('DECLARE CURSOR');
}
