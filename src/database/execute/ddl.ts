import { assertNever, InvariantError, notSupported, registerUserType, SqlError } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';
import { dropPlan, isType, OidAllocator, userTypeOf } from '../../catalog/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, MaterializedViewItem, SchemaItem, SourceItem, SourceOrigin, TableItem, UpstreamTable, ViewItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import { sourceErrorColumns } from '../../ingest/index.ts';
import type { Plan, QualifiedName } from '../../planner/index.ts';
import { commitWork, nameOf, resolveOption } from '../core.ts';
import type { Core } from '../core.ts';
import type { EngineAction, WireChange } from '../engine/messages.ts';
import { dropActions, engineActions, readsOf } from '../relations.ts';
import { tablesOf } from '../upstream.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { alteredSequence } from './alter-sequence.ts';
import { alterTable, requireUniqueRows } from './alter-table.ts';
import { begin, makeSequence, makeTable, readFirstRows } from './create-table.ts';
import type { FirstRows } from './create-table.ts';
import { lockRows } from './dml.ts';
import { alterEnum, makeEnum } from './enums.ts';
import { adoptTypes } from './upstream-types.ts';
import { viewAnew } from './made-anew.ts';
import { isExtension, viewReplaced } from './replace-view.ts';
import { alterRowType } from './row-types.ts';
import { rename } from './rename.ts';
import type { Execution, Outcome } from './execution.ts';

type CatalogPlan = Extract<Plan, {
  kind: 'createSchema' | 'createEnum' | 'alterEnum' | 'createRowType' | 'alterRowType' | 'createTable' | 'createSequence' | 'alterSequence' | 'alterTable' | 'createView' | 'createMaterializedView' | 'createIndex' | 'createSecret' | 'createConnection' | 'createSource' | 'createTablesFromSource' | 'drop' | 'rename' | 'renameColumn' | 'renameConstraint' | 'setSchema' | 'alterOnError' | 'comment';
}>;

const kinds: ReadonlySet<Plan['kind']> = new Set([
  'createSchema', 'createEnum', 'alterEnum', 'createRowType', 'alterRowType', 'createTable', 'createSequence', 'alterSequence', 'alterTable', 'createView', 'createMaterializedView', 'createIndex', 'createSecret', 'createConnection', 'createSource', 'createTablesFromSource', 'drop', 'rename', 'renameColumn', 'renameConstraint', 'setSchema', 'alterOnError', 'comment',
]);
export const isCatalogPlan = (plan: Plan): plan is CatalogPlan => kinds.has(plan.kind);

/** A change of the catalog: committed at once, or with the block it stands in. */
export async function executeCatalogPlan(plan: CatalogPlan, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const { core } = session;
  if ('notices' in plan) for (const notice of plan.notices) session.options.onNotice(notice);
  const rows = plan.kind === 'createTable' ? await readFirstRows(plan, execution) : noRows;
  // Outside of a block the engine says so at once; in one it would at the commit.
  if (plan.kind === 'createIndex' && plan.unique && session.inBlock) await requireUniqueRows(plan, execution);
  // Rows that are to be written anew must not be changed while they are read.
  const releaseRows = plan.kind === 'alterTable' ? await lockRows(execution) : (): void => {};
  const release = await core.ddl.lock();
  let tag: string;
  try {
    const { work, tag: done } = plan.kind === 'alterTable' ? await altered(plan, execution) : workOf(plan, rows, session);
    tag = done;
    if (work !== undefined) await takeOn(work, session);
  } finally {
    release();
    releaseRows();
  }
  return { tag, counts: false, columns: null, rows: null };
}

/** Takes a plan's work on: at once, or with the session's block. The caller holds `core.ddl`. */
async function takeOn(work: CatalogWork, session: DatabaseSession): Promise<void> {
  const { core, block } = session;
  core.ids.oid = session.catalog.apply(work.changes).nextOid;
  if (block === undefined) return commitWork(core, [work], []);
  await makeOwnTypesKnown(work, core);
  block.catalog = session.catalog.apply(work.changes);
  block.work.push(work);
  for (const [oid, state] of work.sequences ?? []) block.sequences.set(oid, state);
}

/** Types that nobody else knows yet are what they are from now on, on the engine's thread too: statements of the same block use them. */
async function makeOwnTypesKnown(work: CatalogWork, core: Core): Promise<void> {
  const types = work.changes.flatMap((change) => (change.kind !== 'drop' && core.catalog.item(change.item.oid) === undefined ? [userTypeOf(change.item) ?? []].flat() : []));
  if (types.length === 0) return;
  for (const type of types) registerUserType(type);
  await core.engine.request<void>({ kind: 'types', types });
}

/** Drops objects with all that depends on them, without a word: what ends with a transaction or a session. */
export async function dropObjects(oids: readonly number[], session: DatabaseSession): Promise<void> {
  const release = await session.core.ddl.lock();
  try {
    const { work } = drop({ kind: 'drop', oids, notices: [], tag: '' }, session);
    if (work !== undefined) await takeOn(work, session);
  } finally {
    release();
  }
}

const noRows: FirstRows = { buffers: [], count: 0 };

interface Planned {
  readonly tag: string;
  /** undefined: nothing to do */
  readonly work: CatalogWork | undefined;
}

const create = (items: readonly CatalogItem[], catalog: CatalogSnapshot, more: Partial<CatalogWork> = {}): CatalogWork => ({
  changes: items.map((item): CatalogChange => ({ kind: 'create', item })),
  actions: actionsOf(items, catalog.apply(items.map((item) => ({ kind: 'create', item })))),
  ...more,
});

const actionsOf = (items: readonly CatalogItem[], catalog: CatalogSnapshot): readonly EngineAction[] => items.flatMap((item) => engineActions(item, nameOf(catalog, item), catalog));

async function altered(plan: CatalogPlan & { kind: 'alterTable' }, execution: Execution): Promise<Planned> {
  const { session } = execution;
  const oids = new OidAllocator(Math.max(session.catalog.nextOid, session.core.ids.oid));
  return { tag: 'ALTER TABLE', work: plan.steps.length === 0 ? undefined : await alterTable(plan, execution, oids) };
}

function workOf(plan: Exclude<CatalogPlan, { kind: 'alterTable' }>, rows: FirstRows, session: DatabaseSession): Planned {
  const { catalog } = session;
  const oids = new OidAllocator(Math.max(catalog.nextOid, session.core.ids.oid));
  switch (plan.kind) {
    case 'createSchema': {
      if (catalog.schema(plan.name) !== undefined && plan.ifNotExists) {
        session.options.onNotice({ severity: 'NOTICE', code: '42P06', message: `schema "${plan.name}" already exists, skipping` });
        return { tag: 'CREATE SCHEMA', work: undefined };
      }
      return { tag: 'CREATE SCHEMA', work: create([{ kind: 'schema', oid: oids.plain(), name: plan.name, schema: 0, sql: `CREATE SCHEMA ${plan.name}`, dependsOn: [] }], catalog) };
    }
    case 'createEnum':
      return { tag: 'CREATE TYPE', work: create([makeEnum(plan.name, plan.labels, plan.sql, oids)], catalog) };
    case 'alterEnum':
      return { tag: 'ALTER TYPE', work: alterEnum(plan, catalog, oids) };
    case 'createRowType': {
      const { oid, array } = oids.type();
      return { tag: 'CREATE TYPE', work: create([{ kind: 'composite type', oid, array, relation: oids.plain(), ...plan.name, fields: plan.fields, sql: plan.sql, dependsOn: [] }], catalog) };
    }
    case 'alterRowType':
      return { tag: 'ALTER TYPE', work: alterRowType(plan, session, oids) };
    case 'createTable':
      return createTable(plan, rows, session, oids);
    case 'createSequence':
      return createSequence(plan, session, oids);
    case 'alterSequence':
      return alterSequence(plan, session);
    case 'createView': {
      const { oid, id, rowType } = oids.relation();
      const place = placeOf(plan.name, session, oids);
      const item: ViewItem = { kind: 'view', oid, id, rowType, ...plan.name, schema: place.schema, ...bodyOf(plan), ...(plan.fixed !== undefined && { fixed: plan.fixed }) };
      const old = plan.orReplace ? named(catalog, plan.name) : undefined;
      if (old === undefined) return { tag: 'CREATE VIEW', work: create([...place.items, item], catalog) };
      if (old.kind !== 'view') throw new SqlError('42809', `"${plan.name.name}" is not a view`);
      return { tag: 'CREATE VIEW', work: viewReplaced(item, old, session, oids) };
    }
    case 'createMaterializedView': {
      for (const id of readsOf(plan.relation)) {
        if (catalog.relation(id)?.kind === 'system') throw notSupported('a materialized view over catalog relations', 'Use CREATE VIEW: it is answered when it is read.');
      }
      const item: MaterializedViewItem = { kind: 'materialized view', ...oids.relation(), ...plan.name, ...bodyOf(plan), onError: plan.onError };
      const old = plan.orReplace ? named(catalog, plan.name) : undefined;
      if (old === undefined) return { tag: 'CREATE MATERIALIZED VIEW', work: create([item], catalog) };
      if (old.kind !== 'materialized view') throw new SqlError('42809', `"${plan.name.name}" is not a materialized view`);
      if (isExtension(old.columns, item.columns)) return { tag: 'CREATE MATERIALIZED VIEW', work: viewReplaced(item, old, session, oids) };
      const dropped = dropPlan(catalog, [old.oid], false, session.searchPath);
      return {
        tag: 'CREATE MATERIALIZED VIEW',
        work: { changes: [...dropped.changes, { kind: 'create', item }], actions: [...dropped.changes.flatMap((change) => (change.kind === 'drop' ? dropActions(catalog.item(change.oid)!, catalog) : [])), ...engineActions(item, nameOf(catalog, old), catalog)] },
      };
    }
    case 'createIndex': {
      const on = catalog.item(plan.on);
      if (on === undefined) throw new InvariantError(`no relation ${plan.on}`);
      if (plan.ifNotExists && catalog.find(catalog.schemaNameOf(on), plan.name, []) !== undefined) {
        session.options.onNotice({ severity: 'NOTICE', code: '42P07', message: `relation "${plan.name}" already exists, skipping` });
        return { tag: 'CREATE INDEX', work: undefined };
      }
      return { tag: 'CREATE INDEX', work: create([{ kind: 'index', oid: oids.plain(), name: plan.name, schema: on.schema, on: plan.on, columns: plan.columns, unique: plan.unique, sql: plan.sql, dependsOn: [plan.on] }], catalog) };
    }
    case 'createSecret': {
      const oid = oids.plain();
      const value = evaluateScalar(plan.value, [], session.environment());
      if (value === null) throw new SqlError('22004', 'the value of a secret must not be NULL');
      const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
      return { tag: 'CREATE SECRET', work: create([{ kind: 'secret', oid, ...plan.name, sql: plan.sql, dependsOn: [] }], catalog, { secrets: [[String(oid), text]] }) };
    }
    case 'createConnection':
      return { tag: 'CREATE CONNECTION', work: create([{ kind: 'connection', oid: oids.plain(), ...plan.name, connection: plan.connection, sql: plan.sql, dependsOn: plan.dependsOn }], catalog) };
    case 'createSource':
      return { tag: 'CREATE SOURCE', work: createSource(plan, session, oids) };
    case 'createTablesFromSource':
      return { tag: 'CREATE VIEWS', work: tablesFromSource(plan, session, oids) };
    case 'drop':
      return drop(plan, session);
    case 'rename':
    case 'renameColumn':
    case 'renameConstraint':
    case 'setSchema':
      return { tag: plan.tag, work: rename(plan, catalog, oids) };
    case 'alterOnError': {
      const item = catalog.item(plan.oid);
      if (item?.kind !== 'materialized view') throw new InvariantError(`no materialized view ${plan.oid}`);
      if (item.onError !== plan.onError && (item.onError === 'null' || plan.onError === 'null')) {
        return { tag: 'ALTER MATERIALIZED VIEW', work: viewAnew(item, { ...item, onError: plan.onError }, catalog, oids) };
      }
      return {
        tag: 'ALTER MATERIALIZED VIEW',
        work: { changes: [{ kind: 'replace', item: { ...item, onError: plan.onError } }], actions: [{ kind: 'setOnError', id: item.id, onError: plan.onError }] },
      };
    }
    case 'comment': {
      const item = catalog.item(plan.oid);
      if (item === undefined) throw new InvariantError(`no object ${plan.oid}`);
      return { tag: 'COMMENT', work: { changes: [{ kind: 'replace', item: plan.constraint === undefined ? withComment(item, plan.column, plan.text) : withConstraintComment(item, plan.constraint, plan.text) }], actions: [] } };
    }
    default:
      return assertNever(plan);
  }
}

const bodyOf = ({ sql, query, relation, lowered, columns, dependsOn, columnsRead, keysUsed, written }: CatalogPlan & { kind: 'createView' | 'createMaterializedView' }): Omit<ViewItem, 'kind' | 'oid' | 'id' | 'rowType' | 'name' | 'schema'> =>
  ({ sql, query, relation, lowered, columns, type: { columns, keys: [] }, dependsOn, columnsRead, keysUsed, written });

const named = (catalog: CatalogSnapshot, name: QualifiedName): CatalogItem | undefined => {
  const schema = catalog.item(name.schema);
  return schema === undefined ? undefined : catalog.find(schema.name, name.name, []);
};

function withConstraintComment(item: CatalogItem, oid: number, text: string | null): CatalogItem {
  if (item.kind !== 'table') throw new InvariantError(`constraints of a ${item.kind}`);
  const commented = <T extends { readonly oid: number; readonly comment?: string }>(constraint: T): T => {
    if (constraint.oid !== oid) return constraint;
    const { comment: _comment, ...rest } = constraint;
    return (text === null ? rest : { ...rest, comment: text }) as T;
  };
  return { ...item, keys: item.keys.map(commented), ...(item.checks && { checks: item.checks.map(commented) }), ...(item.foreignKeys && { foreignKeys: item.foreignKeys.map(commented) }) };
}

function withComment(item: CatalogItem, column: number, text: string | null): CatalogItem {
  if (column === 0) {
    const { comment: _comment, ...rest } = item;
    return (text === null ? rest : { ...rest, comment: text }) as CatalogItem;
  }
  const comments = new Map('columnComments' in item ? (item.columnComments ?? []) : []);
  if (text === null) comments.delete(column);
  else comments.set(column, text);
  return { ...item, columnComments: comments } as CatalogItem;
}

function createTable(plan: CatalogPlan & { kind: 'createTable' }, rows: FirstRows, session: DatabaseSession, oids: OidAllocator): Planned {
  const { catalog } = session;
  if (plan.ifNotExists && named(catalog, plan.name) !== undefined) {
    session.options.onNotice({ severity: 'NOTICE', code: '42P07', message: `relation "${plan.name.name}" already exists, skipping` });
    return { tag: plan.tag, work: undefined };
  }
  const place = placeOf(plan.name, session, oids);
  const { table, sequences, standing } = makeTable(plan, place.schema, oids);
  const first = rows.buffers.map((buffer): WireChange => ({ relation: table.id, rows: buffer }));
  return {
    tag: plan.rows?.kind === 'query' ? `SELECT ${rows.count}` : plan.tag,
    work: create([...place.items, table, ...sequences], catalog, { rows: first, sequences: standing }),
  };
}

/** The schema a new object will lie in; the session's own for temporary ones is made on first use. */
function placeOf(name: QualifiedName, session: DatabaseSession, oids: OidAllocator): { readonly schema: number; readonly items: readonly SchemaItem[] } {
  if (name.schema !== 0) return { schema: name.schema, items: [] };
  const known = session.catalog.schema(session.temporarySchema);
  if (known !== undefined) return { schema: known.oid, items: [] };
  const oid = oids.plain();
  return { schema: oid, items: [{ kind: 'schema', oid, name: session.temporarySchema, schema: 0, sql: '', dependsOn: [] }] };
}

function createSequence(plan: CatalogPlan & { kind: 'createSequence' }, session: DatabaseSession, oids: OidAllocator): Planned {
  const place = placeOf(plan.name, session, oids);
  const ownedBy = plan.ownedBy && { ...plan.ownedBy, internal: false };
  const item = makeSequence(plan.name.name, place.schema, plan.options, ownedBy, plan.sql, oids);
  return { tag: 'CREATE SEQUENCE', work: create([...place.items, item], session.catalog, { sequences: [[item.oid, begin(plan.options)]] }) };
}

function alterSequence(plan: CatalogPlan & { kind: 'alterSequence' }, session: DatabaseSession): Planned {
  const { item, state } = alteredSequence(plan, session);
  return { tag: 'ALTER SEQUENCE', work: { changes: [{ kind: 'replace', item }], actions: [], sequences: [[item.oid, state]] } };
}

/** The table that a Postgres source fills from one of its upstream's. */
function sourceTable(source: number, upstream: UpstreamTable, name: QualifiedName, sql: string, oids: OidAllocator): TableItem {
  const { oid, id, rowType } = oids.relation();
  const columns = upstream.columns.map(({ name: column, type, nullable }): Column => ({ name: column, type, nullable }));
  return {
    kind: 'table', oid, id, rowType, ...name, sql, dependsOn: [source], columns, origin: { kind: 'source', source, upstream: { schema: upstream.schema, name: upstream.name } },
    keys: upstream.key.length === 0 ? [] : [{ name: `${name.name}_pkey`, oid: oids.key(), columns: upstream.key, primary: true }],
    type: { columns, keys: upstream.key.length === 0 ? [] : [upstream.key] },
  };
}

function createSource(plan: CatalogPlan & { kind: 'createSource' }, session: DatabaseSession, oids: OidAllocator): CatalogWork | undefined {
  const { catalog, core } = session;
  if (plan.ifNotExists && named(catalog, plan.name) !== undefined) {
    session.options.onNotice({ severity: 'NOTICE', code: '42P07', message: `relation "${plan.name.name}" already exists, skipping` });
    return undefined;
  }
  const { source } = plan;
  const { oid, id, rowType } = oids.relation();
  const start = { after: async (): Promise<void> => startSource(session, oid) };
  if (source.kind === 'postgres') {
    const { enums, rowTypes, made, work, typed } = adoptTypes(source, plan.name.schema, plan.sql, catalog, oids);
    const origin: SourceOrigin = {
      kind: 'postgres', connection: source.connection, publication: source.publication, textColumns: source.textColumns, tables: typed(source.upstream), enums, rowTypes,
      // Slots are the upstream's own name space, shared with other servers of ours: the name has to be unlike theirs.
      slot: `millrace_${plan.name.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_').slice(0, 30)}_${oid}_${Buffer.from(core.random.bytes(4)).toString('hex')}`,
    };
    const item: SourceItem = { kind: 'source', oid, id, rowType, ...plan.name, sql: plan.sql, dependsOn: [...plan.dependsOn, ...[...enums, ...rowTypes].map(({ type }) => type)], columns: [], type: { columns: [], keys: [] }, origin };
    const tables = source.tables.map(({ upstream, name }) => sourceTable(oid, typed([upstream])[0]!, name, plan.sql, oids));
    const creation = create([...made, item, ...tables], catalog, start);
    return { ...creation, changes: [...work.changes, ...creation.changes], actions: [...work.actions, ...creation.actions] };
  }
  const errors = source.kind === 'kafka' && source.format.kind !== 'bytes' ? errorRelation(plan, oid, oids) : undefined;
  const origin: SourceOrigin = source.kind === 'kafka'
    ? {
        kind: 'kafka', connection: source.connection, topic: source.topic, format: source.format, included: source.included, endOffsets: source.endOffsets,
        ...(source.startOffsets === undefined ? {} : { startOffsets: source.startOffsets }), ...(source.startTimestampMs === undefined ? {} : { startTimestampMs: source.startTimestampMs }),
      }
    : { kind: 'webhook', format: source.format, included: source.included, secrets: source.secrets, ...(source.check === undefined ? {} : { check: source.check }) };
  const item: SourceItem = {
    kind: 'source', oid, id, rowType, ...plan.name, sql: plan.sql, dependsOn: plan.dependsOn, columns: source.columns, type: { columns: source.columns, keys: [] }, origin,
    ...(errors === undefined ? {} : { errors: errors.id }),
  };
  return create([item, ...(errors === undefined ? [] : [errors])], catalog, start);
}

/** Where the messages of a source go that cannot be decoded: `<source>_errors`. */
function errorRelation(plan: CatalogPlan & { kind: 'createSource' }, source: number, oids: OidAllocator): TableItem {
  const { oid, id, rowType } = oids.relation();
  return {
    kind: 'table', oid, id, rowType, schema: plan.name.schema, name: `${plan.name.name}_errors`, sql: plan.sql, dependsOn: [source], columns: sourceErrorColumns, keys: [],
    origin: { kind: 'source', source, upstream: { schema: '', name: '' } }, type: { columns: sourceErrorColumns, keys: [] },
  };
}

function startSource(session: DatabaseSession, oid: number): void {
  const { core } = session;
  const item = core.catalog.item(oid);
  if (item?.kind === 'source') core.sources.start(item, core.catalog, (value) => resolveOption(core, value));
}

function tablesFromSource(plan: CatalogPlan & { kind: 'createTablesFromSource' }, session: DatabaseSession, oids: OidAllocator): CatalogWork | undefined {
  const { catalog, core } = session;
  const source = catalog.item(plan.source);
  if (source?.kind !== 'source') throw new InvariantError(`no source ${plan.source}`);
  const wanted = plan.tables.filter(({ name, ifNotExists }) => {
    if (!ifNotExists || named(catalog, name) === undefined) return true;
    session.options.onNotice({ severity: 'NOTICE', code: '42P07', message: `relation "${name.name}" already exists, skipping` });
    return false;
  });
  if (wanted.length === 0) return undefined;
  const tables = wanted.map(({ upstream, name }) => sourceTable(plan.source, upstream, name, plan.sql, oids));
  // A source that is read already begins anew: one snapshot for all its tables keeps them as of one moment.
  const again = tablesOf(source, catalog).length > 0;
  return create(tables, catalog, {
    ...(again ? { forget: [String(plan.source)] } : {}),
    after: async () => {
      if (again) await core.sources.stop(plan.source, (value) => resolveOption(core, value));
      startSource(session, plan.source);
    },
  });
}

/** Types made for sources of which nothing is left that has them. */
function typesLeftBehind(dropped: readonly number[], catalog: CatalogSnapshot): readonly number[] {
  const gone = new Set(dropped);
  // From the last to the first: a row type comes behind the types of its fields.
  const types = [...catalog.items.values()].filter((item) => isType(item) && item.upstream === true && !gone.has(item.oid)).toSorted((a, b) => b.oid - a.oid);
  return types.flatMap(({ oid }) => {
    const dependents = catalog.dependents(oid);
    if (dependents.length === 0 || !dependents.every((dependent) => gone.has(dependent.oid))) return [];
    gone.add(oid);
    return [oid];
  });
}

function drop(plan: CatalogPlan & { kind: 'drop' }, session: DatabaseSession): Planned {
  const { catalog, core } = session;
  if (plan.oids.length === 0) return { tag: plan.tag, work: undefined };
  // The plan lists what goes, dependents included; the catalog orders it.
  const { changes } = dropPlan(catalog, [...plan.oids, ...typesLeftBehind(plan.oids, catalog)], true, session.searchPath);
  const items = changes.flatMap((change) => (change.kind === 'drop' ? [catalog.item(change.oid)!] : []));
  const sources = items.filter((item) => item.kind === 'source');
  const actions = items.flatMap((item) => dropActions(item, catalog));
  const refill = [...new Set(items.flatMap((item) => (item.kind === 'table' && item.origin.kind === 'source' ? [item.origin.source] : [])))].filter((oid) => !sources.some((source) => source.oid === oid));
  return {
    tag: plan.tag,
    work: {
      changes, actions, forget: sources.map((source) => String(source.oid)),
      secrets: items.filter((item) => item.kind === 'secret').map((item) => [String(item.oid), null] as const),
      after: async () => {
        for (const source of sources) {
          await core.sources.stop(source.oid, (value) => resolveOption(core, value)).catch((error: Error) =>
            session.options.onNotice({
              severity: 'WARNING', code: '01000', message: `the replication slot of source "${source.name}" could not be dropped: ${error.message}`,
              hint: `Run SELECT pg_drop_replication_slot('${source.kind === 'source' && source.origin.kind === 'postgres' ? source.origin.slot : ''}') upstream, or it will hold back WAL.`,
            }));
        }
        // A source that lost one of its tables goes on with the rest.
        for (const oid of refill) {
          await core.sources.stop(oid, undefined);
          startSource(session, oid);
        }
      },
    },
  };
}

