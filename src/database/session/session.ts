import { findType, InvariantError, findTimeZone, POSTGRES_EPOCH_MS, SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, SqlType, TextSettings } from '../../core/index.ts';
import { catalogQuestions, indexesOf, ownerName, ownerOid } from '../../catalog/index.ts';
import type { CatalogSnapshot, SessionState, SystemState } from '../../catalog/index.ts';
import { functionById } from '../../ir/index.ts';
import type { Environment } from '../../ir/index.ts';
import { planStatement } from '../../planner/index.ts';
import type { Plan, PlannedStatement, Purified, Statement, StatementContext } from '../../planner/index.ts';
import { answerColumns } from '../answer.ts';
import type { Portal, Prepared, ResultColumn, Session, SessionOptions, TransactionStatus } from '../contract.ts';
import { buffersOf, commitWork } from '../core.ts';
import type { Core, QueryScene } from '../core.ts';
import { environmentOf } from '../engine/environment.ts';
import type { EngineStatus, EnvironmentData } from '../engine/messages.ts';
import { dropObjects } from '../execute/ddl.ts';
import { executePlan } from '../execute/execute.ts';
import { Transaction } from '../transaction.ts';
import { SessionSequences } from '../sequences.ts';
import { CursorPortal, StatementPortal } from './portal.ts';
import { Settings } from './settings.ts';

/** A statement ready to be opened; what the contract does not show is the plan. */
export interface PreparedStatement extends Prepared {
  readonly statement: Statement;
  readonly planned: PlannedStatement | undefined;
  /** what its own literals are, where it is planned as one of many that differ in them: the values of the plan's parameters */
  readonly literals?: readonly Datum[];
  /** the catalog and search_path it was planned with; planned again when they have changed */
  readonly catalog: CatalogSnapshot;
  readonly searchPath: string;
  readonly declaredTypes: readonly number[];
  readonly preparedAt: number;
  readonly fromSql: boolean;
}

/** Statements that need facts from outside are planned when they are executed. */
const asksOutside = (statement: Statement): boolean => statement.kind === 'createSource' || statement.kind === 'createTableFromFile';

const endsTransaction = (plan: Plan | undefined): boolean => plan?.kind === 'commit' || plan?.kind === 'rollback' || plan?.kind === 'rollbackTo';

/** How often a query is planned again because others made anew what it reads. */
const RETRIES = 3;

/** One client's conversation: settings, transaction, prepared statements, portals. See contract.ts for what each call promises. */
export class DatabaseSession implements Session {
  readonly pid: number;
  readonly core: Core;
  readonly options: SessionOptions;
  readonly settings: Settings;
  readonly statements = new Map<string, PreparedStatement>();
  readonly portals = new Map<string, Portal>();
  readonly sequences: SessionSequences;
  readonly #onClose: () => void;
  transaction: TransactionStatus = 'idle';
  /** the block of BEGIN ... COMMIT, or of an implicit transaction; undefined: each statement commits itself */
  block: Transaction | undefined;
  #implicit = false;
  readonly connectedAt: number;
  #transactionStart = 0;
  #statementStart = 0;
  #query = '';
  #active = false;

  constructor(core: Core, options: SessionOptions, pid: number, onClose: () => void) {
    this.core = core;
    this.options = options;
    this.pid = pid;
    this.#onClose = onClose;
    this.settings = new Settings(new Map([...options.settings, ['session_authorization', options.user]]), options.onParameter, (name) => findTimeZone(name) !== undefined);
    this.sequences = new SessionSequences(core.sequences, (oid) => this.catalog.item(oid), () => this.block?.sequences);
    this.connectedAt = this.now();
  }

  /** microseconds since 2000-01-01 */
  now(): number {
    return Math.floor((this.core.clock.now() - POSTGRES_EPOCH_MS) * 1000);
  }
  get text(): TextSettings {
    return this.settings.text;
  }
  get parameters(): ReadonlyMap<string, string> {
    return this.settings.reported;
  }
  printObject(type: number, oid: number): string {
    const { name } = typeInfo(type);
    // regoper and regoperator are written as numbers
    return String(functionById(`${name}out(${name})`)?.evaluate(oid, this.environment()) ?? oid);
  }
  /** the catalog as this session sees it: with what its transaction has changed */
  get catalog(): CatalogSnapshot {
    return this.block?.catalog ?? this.core.catalog;
  }
  /** the schema of what goes with this session; made with the first such object */
  get temporarySchema(): string {
    return `pg_temp_${this.pid}`;
  }
  /** where names without a schema are looked up: among the session's own objects first */
  get searchPath(): readonly string[] {
    const { searchPath } = this.settings;
    return this.catalog.schema(this.temporarySchema) === undefined ? searchPath : [this.temporarySchema, ...searchPath];
  }
  get inBlock(): boolean {
    return this.block !== undefined && !this.#implicit;
  }

  split(sql: string): readonly { readonly sql: string; readonly offset: number }[] {
    return this.core.parser.split(sql);
  }

  async prepare(sql: string, parameterTypes: readonly number[]): Promise<PreparedStatement> {
    this.#query = sql;
    this.#statementStart = this.now();
    return this.#again(sql, parameterTypes) ?? this.prepareStatement(this.core.parser.parse(sql), parameterTypes, false);
  }

  /** A statement whose plan is known. */
  #again(sql: string, parameterTypes: readonly number[]): PreparedStatement | undefined {
    if (parameterTypes.length > 0 || this.transaction === 'failed' || this.catalog !== this.core.catalog) return undefined;
    const known = this.core.plans.find(sql, this);
    if (known === undefined) return undefined;
    const { planned, values } = known;
    const { parser } = this.core;
    return {
      sql, planned, literals: values, catalog: this.catalog, searchPath: this.settings.get('search_path')!, declaredTypes: [], preparedAt: this.now(), fromSql: false,
      get statement() {
        return parser.parse(sql);
      },
      parameterTypes: [], columns: this.columnsOf(planned.plan), empty: false, endsTransaction: false,
    };
  }

  prepareStatement(statement: Statement, parameterTypes: readonly number[], fromSql: boolean): PreparedStatement {
    if (this.transaction === 'failed' && !leavesFailedBlock(statement)) {
      throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    }
    const planned = asksOutside(statement) ? undefined : this.plan(statement, parameterTypes);
    const plan = planned?.plan;
    return {
      sql: statement.text, statement, planned, catalog: this.catalog, searchPath: this.settings.get('search_path')!, declaredTypes: parameterTypes, preparedAt: this.now(), fromSql,
      parameterTypes: planned?.parameterTypes.map((type) => type.oid) ?? [],
      columns: plan === undefined ? null : this.columnsOf(plan),
      empty: statement.kind === 'empty',
      endsTransaction: endsTransaction(plan),
    };
  }

  plan(statement: Statement, parameterTypes: readonly number[], purified?: Purified): PlannedStatement {
    return planStatement(statement, this.statementContext(parameterTypes.map(typeOf)), purified);
  }

  statementContext(parameterTypes: readonly (SqlType | undefined)[]): StatementContext {
    return {
      catalog: this.catalog, searchPath: this.searchPath, temporarySchema: this.temporarySchema, environment: this.environment(), rowsIn: (id) => this.core.engine.rowsIn(id), parameterTypes,
      prepared: (name) => this.statements.get(name)?.planned?.parameterTypes, parse: (sql) => this.core.parser.parse(sql),
    };
  }

  columnsOf(plan: Plan): readonly ResultColumn[] | null {
    return answerColumns(plan, {
      cursor: (name) => this.portals.get(name)?.columns ?? null,
      prepared: (name) => this.statements.get(name)?.columns ?? null,
    });
  }

  open(statement: Prepared, parameters: readonly Datum[]): Promise<Portal> {
    const prepared = statement as PreparedStatement;
    if (this.transaction === 'failed' && !prepared.endsTransaction && !prepared.empty) {
      throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    }
    return Promise.resolve(new StatementPortal(this, this.current(prepared), parameters));
  }

  /** The statement planned with the catalog as it is now. */
  current(prepared: PreparedStatement): PreparedStatement {
    if (prepared.planned === undefined || (prepared.catalog === this.catalog && prepared.searchPath === this.settings.get('search_path'))) return prepared;
    const again = this.prepareStatement(prepared.statement, prepared.declaredTypes, prepared.fromSql);
    const same = (a: readonly ResultColumn[] | null, b: readonly ResultColumn[] | null): boolean =>
      a === b || (a !== null && b !== null && a.length === b.length && a.every((column, i) => column.type.oid === b[i]!.type.oid && column.name === b[i]!.name));
    if (!same(prepared.columns, again.columns)) throw new SqlError('0A000', 'cached plan must not change result type');
    return again;
  }

  /** @internal runs a statement of this session; the portal's first fetch calls it */
  async run(prepared: PreparedStatement, parameters: readonly Datum[], maxRows: number, signal: AbortSignal): ReturnType<typeof executePlan> {
    const { turn } = this.core;
    if (turn.isOver()) await turn.next();
    this.#statementStart = this.now();
    if (this.block === undefined) this.#transactionStart = this.#statementStart;
    this.#query = prepared.sql;
    this.#active = true;
    try {
      return await this.#execute(prepared, parameters, maxRows, signal, RETRIES);
    } catch (failure) {
      const error = withTable(failure, this.catalog);
      this.#logInternal(error);
      this.#afterFailure();
      throw error;
    } finally {
      this.#active = false;
    }
  }

  /** A query that was planned before another transaction made what it reads anew is planned again, once that transaction is at its end. */
  async #execute(prepared: PreparedStatement, parameters: readonly Datum[], maxRows: number, signal: AbortSignal, retries: number): ReturnType<typeof executePlan> {
    try {
      return await executePlan({ session: this, prepared, parameters: prepared.literals ?? parameters, maxRows, signal });
    } catch (error) {
      const plan = prepared.planned?.plan;
      const onlyReads = plan?.kind === 'query' || (plan?.kind === 'copyTo' && plan.source.kind !== 'writes');
      if (!(error instanceof SqlError) || error.code !== '40001' || !onlyReads || retries === 0) throw error;
      const release = await this.core.ddl.lock();
      release();
      return this.#execute(this.current(prepared), parameters, maxRows, signal, retries - 1);
    }
  }

  /** In a block the failure is the block's; of a statement on its own, or in an implicit transaction, nothing stays. */
  #afterFailure(): void {
    if (this.inBlock) this.transaction = 'failed';
    else this.abandon();
  }
  /** A fault of ours, as opposed to the user's, is worth a look: the client sees one line, the log where it happened. */
  #logInternal(error: unknown): void {
    if (error instanceof SqlError && error.code !== 'XX000') return;
    const cause = error instanceof SqlError ? error.fields.cause : error;
    const stack = cause instanceof Error ? cause.stack : typeof cause === 'string' ? cause : error instanceof Error ? error.stack : String(error);
    this.core.log.error({ pid: this.pid, statement: this.#query, stack }, error instanceof SqlError ? error.message : `internal error: ${error instanceof Error ? error.message : String(error)}`);
  }

  // Transactions

  begin(options: { readonly implicit?: boolean; readonly readOnly?: boolean } = {}): void {
    const { implicit = false, readOnly = false } = options;
    this.block = new Transaction();
    this.#implicit = implicit;
    this.#transactionStart = this.now();
    this.settings.begin();
    if (readOnly || this.settings.get('default_transaction_read_only') === 'on') this.settings.set('transaction_read_only', 'on', true);
    if (!implicit) this.transaction = 'active';
  }
  beginImplicit(): void {
    if (this.block === undefined) this.begin({ implicit: true });
  }
  /** BEGIN inside an implicit transaction makes it an explicit one, with what it has done. */
  makeExplicit(readOnly: boolean): void {
    this.#implicit = false;
    if (readOnly) this.settings.set('transaction_read_only', 'on', true);
    this.transaction = 'active';
  }
  get isImplicit(): boolean {
    return this.#implicit;
  }
  /** Raises 25006 where the transaction may only read. */
  requireWritable(command: string): void {
    const readOnly = this.settings.get(this.block === undefined ? 'default_transaction_read_only' : 'transaction_read_only') === 'on';
    if (readOnly) throw new SqlError('25006', `cannot execute ${command} in a read-only transaction`);
  }

  /** Makes the block's work durable and visible, all of it or, with an error, nothing. */
  async commit(): Promise<void> {
    const { block } = this;
    if (block === undefined) return;
    try {
      await this.#endTemporary(block);
      await this.#write(block);
      this.settings.commit();
    } catch (failure) {
      const error = withTable(failure, this.catalog);
      this.#logInternal(error);
      this.settings.rollback();
      this.#leave(true);
      throw error;
    }
    this.#leave(false);
  }
  /** ON COMMIT of the session's temporary tables. */
  async #endTemporary(block: Transaction): Promise<void> {
    const schema = this.catalog.schema(this.temporarySchema);
    if (schema === undefined) return;
    const tables = this.catalog.dependents(schema.oid).filter((item) => item.kind === 'table');
    const written = block.written;
    for (const table of tables) if (table.onCommit === 'delete' && written.has(table.id)) block.writes.push({ relation: table.id, truncate: true });
    const dropped = tables.filter((table) => table.onCommit === 'drop').map((table) => table.oid);
    if (dropped.length > 0) await dropObjects(dropped, this);
  }
  async #write({ work, writes, sequences }: Transaction): Promise<void> {
    const { core } = this;
    if (work.length > 0 || sequences.size > 0) {
      const release = await core.ddl.lock();
      try {
        await commitWork(core, work, writes, sequences);
      } finally {
        release();
      }
    } else if (writes.length > 0) {
      await core.engine.request<number>({ kind: 'write', changes: writes, check: true }, buffersOf(writes));
    }
  }
  /** Forgets what the block has done. */
  abandon(): void {
    if (this.block === undefined) return;
    this.settings.rollback();
    this.#leave(true);
  }
  #leave(rolledBack: boolean): void {
    const { block } = this;
    block?.release?.();
    this.block = undefined;
    this.#implicit = false;
    this.transaction = 'idle';
    for (const [name, portal] of this.portals) {
      if (portal instanceof CursorPortal && portal.hold && !(rolledBack && portal.block === block)) continue;
      this.closePortal(name, portal);
    }
  }
  closePortal(name: string, portal: Portal): void {
    this.portals.delete(name);
    portal.close().catch((error: Error) => this.core.log.debug({ pid: this.pid, error }, `portal "${name}" did not close: ${error.message}`));
  }

  async sync(failed: boolean): Promise<void> {
    if (this.inBlock) {
      if (failed) this.transaction = 'failed';
      return;
    }
    if (this.block === undefined) return;
    if (failed) this.abandon();
    else await this.commit();
  }

  // What functions and queries see of the session

  environmentData(): EnvironmentData {
    const now = this.block === undefined ? this.#statementStart : this.#transactionStart;
    return {
      settings: { ...this.text, now }, transactionTimeMicros: now, statementTimeMicros: this.#statementStart,
      user: this.options.user, database: this.options.database, searchPath: this.settings.searchPath, backendPid: this.pid, variables: this.settings.all,
    };
  }
  environment(): Environment {
    return environmentOf(this.environmentData(), this.core, catalogQuestions(this.catalog, this.searchPath), (name, value, local) => this.settings.set(name, value, local && this.block !== undefined), this.sequences);
  }
  scene(): QueryScene {
    return {
      core: this.core, catalog: this.catalog, environment: this.environment(), environmentData: this.environmentData(),
      memoryBytes: Number(this.settings.get('query_memory_limit')) * 1048576,
      onNotice: (notice) => this.options.onNotice(notice),
      systemState: (status) => this.systemState(status),
      sequenceRows: (id) => {
        const item = this.catalog.relation(id);
        return item?.kind === 'sequence' ? [this.sequences.row(item)] : undefined;
      },
    };
  }

  systemState(status: EngineStatus | undefined): SystemState {
    const { catalog } = this;
    const oidOf = (id: string): number => catalog.relation(id as never)?.oid ?? 0;
    return {
      settings: this.settings.states(),
      roles: [{ oid: ownerOid, name: ownerName }, ...(this.options.user === ownerName ? [] : [{ oid: 16000, name: this.options.user }])],
      pid: this.pid,
      ...this.core.sessionStates(),
      cursors: [...this.portals].flatMap(([name, portal]) => (portal instanceof CursorPortal ? [{ name, statement: portal.sql, hold: portal.hold, binary: portal.binary, scroll: false, createdAt: portal.createdAt }] : [])),
      preparedStatements: [...this.statements].filter(([name]) => name !== '').map(([name, prepared]) => ({
        name, statement: prepared.sql, preparedAt: prepared.preparedAt, parameterTypes: prepared.planned?.parameterTypes ?? [], fromSql: prepared.fromSql,
      })),
      sources: this.core.sources.states,
      viewErrors: (status?.errors ?? []).flatMap((view) => view.errors.map((error) => ({
        view: oidOf(view.id), code: error.code, message: error.message, count: error.count,
        ...(error.source === undefined ? {} : { source: oidOf(error.source) }), ...(error.row === undefined ? {} : { row: error.row }), ...(error.group === undefined ? {} : { key: error.group }),
      }))),
      hydration: (status?.hydration ?? []).map((view) => ({ object: oidOf(view.id), hydrated: view.hydrated, rowsDone: view.rowsDone, rowsKnown: view.rowsKnown })),
      frontiers: status === undefined ? [] : status.hydration.map((view) => ({ object: oidOf(view.id), time: status.time })),
    };
  }

  get state(): SessionState {
    return {
      pid: this.pid, user: this.options.user, application: this.settings.get('application_name') ?? '', connectedAt: this.connectedAt,
      queryStart: this.#statementStart, stateChange: this.#statementStart, query: this.#query,
      state: this.#active ? 'active' : this.transaction === 'idle' ? 'idle' : this.transaction === 'active' ? 'idle in transaction' : 'idle in transaction (aborted)',
    };
  }

  async close(): Promise<void> {
    this.abandon();
    const temporary = this.core.catalog.schema(this.temporarySchema);
    if (temporary !== undefined) await dropObjects([temporary.oid], this).catch((error: Error) => this.core.log.error({ err: error }, `temporary objects were not dropped: ${error.message}`));
    for (const [name, portal] of this.portals) this.closePortal(name, portal);
    this.statements.clear();
    this.#onClose();
  }
}

/** The engine knows a violated key by its name; its table is the catalog's to say. */
function withTable(error: unknown, catalog: CatalogSnapshot): unknown {
  if (!(error instanceof SqlError) || error.code !== '23505' || error.fields.table !== undefined) return error;
  for (const { unique, name, on } of indexesOf(catalog).values()) {
    if (unique && name === error.fields.constraint) return new SqlError(error.code, error.message, { ...error.fields, schema: catalog.schemaNameOf(on), table: on.name });
  }
  return error;
}

function leavesFailedBlock(statement: Statement): boolean {
  if (statement.kind === 'empty') return true;
  if (statement.kind !== 'postgres' || !('TransactionStmt' in statement.node)) return false;
  const kind = statement.node.TransactionStmt.kind;
  return kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' || kind === 'TRANS_STMT_ROLLBACK_TO';
}

function typeOf(oid: number): SqlType | undefined {
  if (oid === 0 || oid === 705) return undefined;
  if (findType(oid) === undefined) throw new SqlError('42704', `type with OID ${oid} does not exist`);
  return { oid, typmod: -1 };
}

export function cursorNamed(session: DatabaseSession, name: string): Portal {
  const portal = session.portals.get(name);
  if (portal === undefined) throw new SqlError('34000', `cursor "${name}" does not exist`);
  return portal;
}

export function requirePlan(prepared: PreparedStatement): PlannedStatement {
  if (prepared.planned === undefined) throw new InvariantError('a statement was opened before it was planned');
  return prepared.planned;
}
