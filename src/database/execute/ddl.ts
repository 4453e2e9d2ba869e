import { assertNever, InvariantError, notSupported, readDatum, RowBatchBuilder, rowLayout, SqlError, appendRow } from '../../core/index.ts';
import type { Column, Datum } from '../../core/index.ts';
import { dropPlan, OidAllocator } from '../../catalog/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, MaterializedViewItem, SourceItem, SourceOrigin, TableItem, UpstreamTable, ViewItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import { openFile } from '../../batch/index.ts';
import { sourceErrorColumns } from '../../ingest/index.ts';
import type { Plan, QualifiedName } from '../../planner/index.ts';
import { commitWork, nameOf, resolveOption } from '../core.ts';
import type { EngineAction, WireChange } from '../engine/messages.ts';
import { dropActions, engineActions, readsOf } from '../relations.ts';
import { tablesOf } from '../upstream.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { checkNotNull } from './dml.ts';
import { openQuery } from './execute.ts';
import type { Execution, Outcome } from './execute.ts';

type CatalogPlan = Extract<Plan, {
  kind: 'createSchema' | 'createTable' | 'createView' | 'createMaterializedView' | 'createIndex' | 'createSecret' | 'createConnection' | 'createSource' | 'createTablesFromSource' | 'drop' | 'rename' | 'alterOnError' | 'comment';
}>;

const kinds: ReadonlySet<Plan['kind']> = new Set([
  'createSchema', 'createTable', 'createView', 'createMaterializedView', 'createIndex', 'createSecret', 'createConnection', 'createSource', 'createTablesFromSource', 'drop', 'rename', 'alterOnError', 'comment',
]);
export const isCatalogPlan = (plan: Plan): plan is CatalogPlan => kinds.has(plan.kind);

/** A change of the catalog: committed at once, or with the block it stands in. */
export async function executeCatalogPlan(plan: CatalogPlan, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const { core, block } = session;
  if ('notices' in plan) for (const notice of plan.notices) session.options.onNotice(notice);
  const release = await core.ddl.lock();
  let tag: string;
  try {
    const { work, tag: done } = await workOf(plan, execution);
    tag = done;
    if (work !== undefined) {
      core.ids.oid = session.catalog.apply(work.changes).nextOid;
      if (block === undefined) await commitWork(core, [work], []);
      else {
        block.catalog = session.catalog.apply(work.changes);
        block.work.push(work);
      }
    }
  } finally {
    release();
  }
  return { tag, counts: false, columns: null, rows: null };
}

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

async function workOf(plan: CatalogPlan, execution: Execution): Promise<Planned> {
  const { session } = execution;
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
    case 'createTable':
      return createTable(plan, execution, oids);
    case 'createView': {
      const { oid, id, rowType } = oids.relation();
      const item: ViewItem = { kind: 'view', oid, id, rowType, ...plan.name, sql: plan.sql, query: plan.query, relation: plan.relation, columns: plan.columns, type: { columns: plan.columns, keys: [] }, dependsOn: plan.dependsOn };
      const old = plan.orReplace ? named(catalog, plan.name) : undefined;
      if (old === undefined) return { tag: 'CREATE VIEW', work: create([item], catalog) };
      if (old.kind !== 'view') throw new SqlError('42809', `"${plan.name.name}" is not a view`);
      if (catalog.dependents(old.oid).length > 0) throw notSupported('replacing a view that others depend on', 'Drop the dependents first, or create a view of another name.');
      return { tag: 'CREATE VIEW', work: { changes: [{ kind: 'replace', item: { ...item, oid: old.oid, id: old.id, rowType: old.rowType } }], actions: [] } };
    }
    case 'createMaterializedView': {
      for (const id of readsOf(plan.relation)) {
        if (catalog.relation(id)?.kind === 'system') throw notSupported('a materialized view over catalog relations', 'Use CREATE VIEW: it is answered when it is read.');
      }
      const { oid, id, rowType } = oids.relation();
      const item: MaterializedViewItem = {
        kind: 'materialized view', oid, id, rowType, ...plan.name, sql: plan.sql, query: plan.query, relation: plan.relation, columns: plan.columns, type: { columns: plan.columns, keys: [] }, dependsOn: plan.dependsOn, onError: plan.onError,
      };
      const old = plan.orReplace ? named(catalog, plan.name) : undefined;
      if (old === undefined) return { tag: 'CREATE MATERIALIZED VIEW', work: create([item], catalog) };
      if (old.kind !== 'materialized view') throw new SqlError('42809', `"${plan.name.name}" is not a materialized view`);
      const dropped = dropPlan(catalog, [old.oid], false, session.settings.searchPath);
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
    case 'rename': {
      const item = catalog.item(plan.oid);
      if (item === undefined) throw new InvariantError(`no object ${plan.oid}`);
      return { tag: plan.tag, work: { changes: [{ kind: 'replace', item: { ...item, name: plan.to } }], actions: [] } };
    }
    case 'alterOnError': {
      const item = catalog.item(plan.oid);
      if (item?.kind !== 'materialized view') throw new InvariantError(`no materialized view ${plan.oid}`);
      return {
        tag: 'ALTER MATERIALIZED VIEW',
        work: { changes: [{ kind: 'replace', item: { ...item, onError: plan.onError } }], actions: [{ kind: 'setOnError', id: item.id, onError: plan.onError }] },
      };
    }
    case 'comment': {
      const item = catalog.item(plan.oid);
      if (item === undefined) throw new InvariantError(`no object ${plan.oid}`);
      return { tag: 'COMMENT', work: { changes: [{ kind: 'replace', item: withComment(item, plan.column, plan.text) }], actions: [] } };
    }
    default:
      return assertNever(plan);
  }
}

const named = (catalog: CatalogSnapshot, name: QualifiedName): CatalogItem | undefined => {
  const schema = catalog.item(name.schema);
  return schema === undefined ? undefined : catalog.find(schema.name, name.name, []);
};

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

async function createTable(plan: CatalogPlan & { kind: 'createTable' }, execution: Execution, oids: OidAllocator): Promise<Planned> {
  const { session } = execution;
  const { catalog } = session;
  const tag = plan.rows?.kind === 'query' ? 'SELECT' : 'CREATE TABLE';
  if (plan.ifNotExists && named(catalog, plan.name) !== undefined) {
    session.options.onNotice({ severity: 'NOTICE', code: '42P07', message: `relation "${plan.name.name}" already exists, skipping` });
    return { tag: 'CREATE TABLE', work: undefined };
  }
  const { oid, id, rowType } = oids.relation();
  const item: TableItem = {
    kind: 'table', oid, id, rowType, ...plan.name, sql: plan.sql, dependsOn: [], columns: plan.columns, origin: { kind: 'user' },
    keys: plan.keys.map((key) => ({ ...key, oid: oids.key() })),
    type: { columns: plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable })), keys: plan.keys.map((key) => key.columns) },
  };
  const rows: WireChange[] = [];
  let count = 0;
  const layout = rowLayout(plan.columns.map((column) => column.type));
  if (plan.rows?.kind === 'file') {
    const file = await openFile(plan.rows.path, plan.columns);
    try {
      for await (const batch of file.rows()) {
        count += batch.rowCount;
        rows.push({ relation: id, rows: batch.buffer });
      }
    } finally {
      file.close();
    }
  } else if (plan.rows?.kind === 'query') {
    const stream = await openQuery(plan.rows.query, { ...execution, maxRows: 1 << 30 });
    const builder = new RowBatchBuilder(layout);
    for (let done = false; !done; ) {
      const next = await stream.next(1 << 30, execution.signal);
      done = next.done;
      for (let row = 0; row < (next.rows?.rowCount ?? 0); row++) {
        const values = plan.columns.map((_, column): Datum => readDatum(next.rows!, row, column));
        checkNotNull(item, values);
        appendRow(builder, values, 1);
        count++;
      }
    }
    if (count > 0) rows.push({ relation: id, rows: builder.finish().buffer });
  }
  return { tag: tag === 'SELECT' ? `SELECT ${count}` : tag, work: create([item], catalog, { rows }) };
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
    const origin: SourceOrigin = {
      kind: 'postgres', connection: source.connection, publication: source.publication, textColumns: source.textColumns, tables: source.upstream,
      // Slots are the upstream's own name space, shared with other servers of ours: the name has to be unlike theirs.
      slot: `millrace_${plan.name.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_').slice(0, 30)}_${oid}_${Buffer.from(core.random.bytes(4)).toString('hex')}`,
    };
    const item: SourceItem = { kind: 'source', oid, id, rowType, ...plan.name, sql: plan.sql, dependsOn: plan.dependsOn, columns: [], type: { columns: [], keys: [] }, origin };
    const tables = source.tables.map(({ upstream, name }) => sourceTable(oid, upstream, name, plan.sql, oids));
    return create([item, ...tables], catalog, start);
  }
  const errors = source.kind === 'kafka' && source.format.kind !== 'bytes' ? errorRelation(plan, oid, oids) : undefined;
  const origin: SourceOrigin = source.kind === 'kafka'
    ? {
        kind: 'kafka', connection: source.connection, topic: source.topic, format: source.format, included: source.included,
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

function drop(plan: CatalogPlan & { kind: 'drop' }, session: DatabaseSession): Planned {
  const { catalog, core } = session;
  if (plan.oids.length === 0) return { tag: plan.tag, work: undefined };
  // The plan lists what goes, dependents included; the catalog orders it.
  const { changes } = dropPlan(catalog, plan.oids, true, session.settings.searchPath);
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

