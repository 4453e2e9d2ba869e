import { registerUserType, RowBatch, rowLayout, SqlError } from '../core/index.ts';
import type { Clock, Datum, Notice, Random, RelationType } from '../core/index.ts';
import { displayName, encodeChange, valueTypesOf, systemRows } from '../catalog/index.ts';
import type { CatalogChange, CatalogSnapshot, OptionValue, SystemState } from '../catalog/index.ts';
import type { Environment, Query, Relation, RelationId } from '../ir/index.ts';
import { asksCatalog, evaluateScalar, functionById, mapScalars, someRelation, someScalar } from '../ir/index.ts';
import type { SqlParser } from '../planner/index.ts';
import { Engine } from '../views/index.ts';
import type { ReadPlan } from '../views/index.ts';
import { throwIfCancelled } from './cancel.ts';
import type { EngineHost } from './engine/host.ts';
import type { EngineStatus, FetchedBatch, QueryReady, QueryRequest, WireChange } from './engine/messages.ts';
import type { DatabaseLog } from './log.ts';
import { asksTime, embedCatalog, originsOf, readsOf, typeActions } from './relations.ts';
import type { Turn } from './pace.ts';
import type { Peeks } from './peeks.ts';
import { rowsOf } from './rows.ts';
import type { RowStream } from './rows.ts';
import type { PlanCache } from './session/plan-cache.ts';
import { writeSequence } from './sequences.ts';
import type { SequenceState, Sequences } from './sequences.ts';
import type { Sources } from './sources.ts';
import { Mutex } from './transaction.ts';
import type { CatalogWork } from './transaction.ts';

/** What all sessions share. */
export interface Core {
  readonly engine: EngineHost;
  readonly parser: SqlParser;
  readonly sources: Sources;
  readonly peeks: Peeks;
  readonly turn: Turn;
  readonly plans: PlanCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DatabaseLog;
  readonly secrets: Map<string, string>;
  readonly sequences: Sequences;
  /** one catalog change at a time */
  readonly ddl: Mutex;
  /** held from reading rows to writing their changes */
  readonly dml: Mutex;
  /** the next number of a query or subscription, and the first OID never given out, not even to a transaction under way */
  readonly ids: { next: number; oid: number };
  /** the cancel flags of queries that the engine is working on */
  readonly running: Set<Int32Array>;
  catalog: CatalogSnapshot;
  sessionStates(): Pick<SystemState, 'sessions'>;
}

export const resolveOption = (core: Core, value: OptionValue): string => {
  if (typeof value === 'string') return value;
  const secret = core.secrets.get(String(value.secret));
  if (secret === undefined) throw new SqlError('42704', `secret ${value.secret} does not exist`);
  return secret;
};

/** The buffers of changes, to be given to another thread with them. */
export const buffersOf = (changes: readonly WireChange[]): ArrayBuffer[] => [...new Set(changes.flatMap((change) => (change.rows === undefined ? [] : [change.rows])))];

/** Makes catalog work durable and real, in one step: log, engine, then the shared snapshot. The caller holds `core.ddl`. */
export async function commitWork(core: Core, work: readonly CatalogWork[], rows: readonly WireChange[], standing?: ReadonlyMap<number, SequenceState>): Promise<void> {
  const changes = work.flatMap((one) => one.changes);
  const next = applied(core.catalog, changes);
  const types = typeActions(changes.flatMap((change) => (change.kind === 'drop' ? [] : [change.item])), core.catalog);
  const dropped = changes.flatMap((change) => (change.kind === 'drop' && core.catalog.item(change.oid)?.kind === 'sequence' ? [change.oid] : []));
  const set = standing ?? new Map(work.flatMap((one) => one.sequences ?? []));
  const sequences = [...[...set].map(([oid, state]) => [String(oid), writeSequence(state)] as const), ...dropped.map((oid) => [String(oid), null] as const)];
  const written = [...work.flatMap((one) => one.rows ?? []), ...rows];
  await core.engine.request<number>({
    kind: 'change',
    actions: [...types, ...work.flatMap((one) => one.actions)],
    catalog: changes.map(encodeChange),
    secrets: work.flatMap((one) => one.secrets ?? []),
    forget: work.flatMap((one) => one.forget ?? []),
    sequences,
    unchanged: work.flatMap((one) => one.unchanged ?? []),
    changes: written,
  }, buffersOf(written));
  core.catalog = next;
  for (const { type } of types) registerUserType(type);
  const valueTypes = valueTypesOf(changes.flatMap((change) => (change.kind === 'drop' ? [] : [change.item])));
  if (valueTypes.length > 0) await core.sources.define(valueTypes);
  for (const [oid, state] of sequences) {
    if (state === null) core.sequences.forget(Number(oid));
    else core.sequences.adopt(Number(oid), state);
  }
  for (const [name, value] of work.flatMap((one) => one.secrets ?? [])) {
    if (value === null) core.secrets.delete(name);
    else core.secrets.set(name, value);
  }
  // It is done, whatever becomes of what follows from it: a source that cannot be started or stopped now says so by its state.
  for (const one of work) {
    try {
      await one.after?.();
    } catch (error) {
      core.log.error({ error }, `after a change of the catalog: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** The catalog with the changes made. They were planned with an earlier one: where others changed it meanwhile so that they do not fit, 40001 is raised. */
function applied(catalog: CatalogSnapshot, changes: readonly CatalogChange[]): CatalogSnapshot {
  let next: CatalogSnapshot;
  try {
    next = catalog.apply(changes);
  } catch (cause) {
    if (cause instanceof SqlError) throw cause;
    throw new SqlError('40001', 'could not serialize access due to a concurrent change of the catalog', { hint: 'Try again.', cause });
  }
  const missing = changes.some((change) => change.kind === 'create' && next.item(change.item.oid) !== undefined && change.item.dependsOn.some((oid) => next.item(oid) === undefined));
  if (missing) throw new SqlError('40001', 'could not serialize access due to a concurrent change of the catalog', { detail: 'What the new object depends on was dropped.', hint: 'Try again.' });
  return next;
}

/** What a query is run with. */
export interface QueryScene {
  readonly core: Core;
  readonly catalog: CatalogSnapshot;
  readonly environment: Environment;
  readonly environmentData: QueryRequest['environment'];
  readonly memoryBytes: number;
  readonly onNotice: (notice: Notice) => void;
  systemState(status: EngineStatus | undefined): SystemState;
  /** the rows of a relation that is no table: a sequence */
  sequenceRows(id: RelationId): readonly (readonly Datum[])[] | undefined;
}

/** How the answer of a query is read: limit and offset evaluated. */
export function readPlan(query: Query, environment: Environment): ReadPlan {
  const count = (scalar: Query['limit'], what: 'LIMIT' | 'OFFSET'): number | null => {
    if (scalar === null) return null;
    const value = evaluateScalar(scalar, [], environment);
    if (value === null) return null;
    if (Number(value) < 0) throw new SqlError(what === 'LIMIT' ? '2201W' : '2201X', `${what} must not be negative`);
    return Number(value);
  };
  return { order: query.order, limit: count(query.limit, 'LIMIT'), offset: count(query.offset, 'OFFSET') ?? 0, width: query.columns.length };
}

/** Relations of the catalog whose rows the engine knows better than the snapshot. */
const needsStatus = (id: RelationId, catalog: CatalogSnapshot): boolean => {
  const name = catalog.relation(id)?.name;
  return name === 'mz_view_errors' || name === 'mz_hydration_statuses' || name === 'mz_frontiers';
};

const noVariables: ReadonlyMap<string, string> = new Map();
/** Whether the relation calls a function that may look at the session's settings; to send them all costs more than to run a short query. */
const asksSettings = (relation: Relation): boolean => {
  let asks = false;
  mapScalars(relation, (scalar) => {
    asks ||= someScalar(scalar, (node) => node.op === 'call' && functionById(node.function)?.volatility !== 'immutable');
    return scalar;
  });
  return asks || someRelation(relation, (node) => node.op === 'flatMap');
};

/** The relation with the rows of relations of the catalog as constants. */
export const withCatalogRows = (scene: QueryScene, relation: Relation, state: () => SystemState): Relation => embedCatalog(relation, (id) =>
  (scene.catalog.relation(id)?.kind === 'system' ? systemRows(id, scene.catalog, state()) : scene.sequenceRows(id)));

/**
 * Runs a query over `relation` and returns its rows. Over catalog relations alone it runs here, on the session's own snapshot; otherwise on the engine,
 * with the rows of catalog relations put in as constants. With `onReport` the engine runs it in any case, and says what its operators did. Waits, with a NOTICE, until the sources it reads have finished their snapshots.
 */
export async function runQuery(scene: QueryScene, relation: Relation, type: Pick<RelationType, 'columns'>, read: ReadPlan, maxRows: number, signal: AbortSignal, onReport?: (report: QueryReady['report']) => void): Promise<RowStream> {
  const { core, catalog } = scene;
  const reads = readsOf(relation);
  const status = [...reads].some((id) => needsStatus(id, catalog)) ? await core.engine.request<EngineStatus>({ kind: 'status' }) : undefined;
  let state: SystemState | undefined;
  const embedded = withCatalogRows(scene, relation, () => (state ??= scene.systemState(status)));
  const relationType = { columns: type.columns, keys: [] };
  const types = type.columns.slice(0, read.width).map((column) => column.type);
  // What asks for the time of the state it reads is read where time is kept.
  if (readsOf(embedded).size === 0 && !asksTime(embedded) && onReport === undefined) {
    const rows = await runInline(scene, embedded, relationType, read, signal);
    if (rows !== undefined) return rows;
  }

  const origins = originsOf(readsOf(embedded), catalog);
  await core.sources.whenReadable(origins, signal, (source) =>
    scene.onNotice({ severity: 'NOTICE', code: '00000', message: `waiting for the snapshot of source "${source}" to finish` }));

  const cancel = new SharedArrayBuffer(4);
  const flag = new Int32Array(cancel);
  const query = core.ids.next++;
  const abort = (): void => void Atomics.store(flag, 0, signal.reason instanceof SqlError && signal.reason.message.includes('timeout') ? 2 : 1);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  core.running.add(flag);
  let ready: QueryReady;
  try {
    ready = await core.engine.request<QueryReady>({
      kind: 'query', query, maxRows,
      request: { relation: embedded, type: relationType, read, environment: asksSettings(embedded) ? scene.environmentData : { ...scene.environmentData, variables: noVariables }, cancel, memoryBytes: scene.memoryBytes, ...(onReport && { measure: true }) },
    });
  } finally {
    core.running.delete(flag);
    signal.removeEventListener('abort', abort);
  }
  for (const { view, count } of ready.skipped) {
    scene.onNotice({ severity: 'WARNING', code: '01000', message: `${count} row${count === 1 ? '' : 's'} with errors left out of "${view}"`, hint: 'They are in mz_internal.mz_view_errors.' });
  }
  onReport?.(ready.report);
  const layout = rowLayout(types);
  let first: FetchedBatch | undefined = ready.first;
  let done = ready.first.done;
  return {
    next: async (rows) => {
      let batch = first;
      first = undefined;
      if (batch === undefined) {
        if (done) return { rows: null, done: true };
        batch = await core.engine.request<FetchedBatch>({ kind: 'fetch', query, maxRows: rows });
        done = batch.done;
      }
      return { rows: batch.rows === null ? null : new RowBatch(batch.rows, layout), done };
    },
    close: async () => {
      if (!done) await core.engine.request<void>({ kind: 'closeQuery', query });
      done = true;
    },
  };
}

/** How long a query run here holds the thread before others have a turn. */
const SLICE_MS = 2;
/** How long one row may hold it, before the query is left to the engine's thread. */
const LONGEST_SLICE_MS = 100;

/** Whether the engine's thread, which has no catalog, could not answer it. */
function callsCatalog(relation: Relation): boolean {
  let calls = false;
  mapScalars(relation, (scalar) => {
    calls ||= someScalar(scalar, (node) => node.op === 'call' && asksCatalog(node.function));
    return scalar;
  });
  return calls;
}

/** The one row of a query like `SELECT 1`, which poolers and drivers ask all the time: no engine is made for it. */
function literalRow(relation: Relation): readonly Datum[] | undefined {
  if (relation.op !== 'map' || relation.input.op !== 'constant' || relation.input.rows.length !== 1 || relation.input.rows[0]!.weight !== 1) return undefined;
  const values = relation.columns.flatMap(({ value }) => (value.op === 'literal' ? [value.value] : []));
  return values.length === relation.columns.length ? values : undefined;
}

/** A query of which a single step takes so long that sockets would wait for it. */
class TooLong extends Error {}

/**
 * Runs a query over constants on this thread, in slices, so that sockets and cancel stay alive. Undefined where it is not one to be run here: a join of everything with
 * everything has steps that no slice ends. What asks the catalog is run here all the same.
 */
async function runInline(scene: QueryScene, relation: Relation, type: QueryRequest['type'], read: ReadPlan, signal: AbortSignal): Promise<RowStream | undefined> {
  const { core } = scene;
  throwIfCancelled(signal);
  const literals = literalRow(relation);
  if (literals !== undefined) {
    const types = type.columns.slice(0, read.width).map((column) => column.type);
    return rowsOf(types, read.offset > 0 || read.limit === 0 ? [] : [literals.slice(0, read.width)]);
  }
  const engine = new Engine({ environment: scene.environment, log: { next: () => undefined, rows: () => 0 } });
  engine.tick(core.clock.now(), []);
  const movable = !callsCatalog(relation);
  let end = Infinity;
  const interrupt = (): void => {
    throwIfCancelled(signal);
    if (movable && core.clock.monotonic() > end + LONGEST_SLICE_MS) throw new TooLong();
  };
  const run = engine.query(relation, type, read, scene.environment, { memoryBytes: scene.memoryBytes, interrupt });
  while (!run.ready) {
    end = core.clock.monotonic() + SLICE_MS;
    engine.work(() => core.clock.monotonic() >= end);
    if (!run.ready) await new Promise<void>((resolve) => core.clock.soon(resolve));
  }
  if (run.failure?.fields.cause instanceof TooLong) return undefined;
  if (run.failure !== undefined) throw run.failure;
  return {
    next: (maxRows) => {
      const rows = run.next(maxRows);
      return Promise.resolve({ rows, done: run.done });
    },
    close: () => Promise.resolve(run.close()),
  };
}

export const nameOf = (catalog: CatalogSnapshot, item: Parameters<typeof displayName>[1]): string => displayName(catalog, item, ['public']);
