import { codecOf, defaultTextSettings, Oid, SqlError } from '../core/index.ts';
import type { Clock, Datum, Random } from '../core/index.ts';
import { decodeChange, dropPlan, valueTypesOf, isTemporary, OidAllocator } from '../catalog/index.ts';
import type { CatalogSnapshot, SourceItem } from '../catalog/index.ts';
import { evaluateScalar } from '../ir/index.ts';
import { describeEnums, webhookDecoder } from '../ingest/index.ts';
import type { WebhookDecoder } from '../ingest/index.ts';
import { createParser } from '../planner/index.ts';
import type { SqlParser } from '../planner/index.ts';
import type { Database, Session, SessionOptions, WebhookAnswer, WebhookRequest } from './contract.ts';
import { commitWork, nameOf, resolveOption } from './core.ts';
import type { Core } from './core.ts';
import { environmentOf } from './engine/environment.ts';
import { inlineEngine, workerEngine } from './engine/host.ts';
import type { EngineHost } from './engine/host.ts';
import type { Recovered } from './engine/messages.ts';
import { inlineIngest, workerIngest } from './ingest/host.ts';
import type { IngestHost, IngestListener } from './ingest/host.ts';
import type { DatabaseLog } from './log.ts';
import { Turn } from './pace.ts';
import { Peeks } from './peeks.ts';
import { refreshedEnums } from './execute/upstream-enums.ts';
import { dropActions, engineActions, typeActions } from './relations.ts';
import { PlanCache } from './session/plan-cache.ts';
import { DatabaseSession } from './session/session.ts';
import { Sequences } from './sequences.ts';
import { Sources } from './sources.ts';
import { systemCatalog } from './system-catalog.ts';
import { Mutex } from './transaction.ts';
import { postgresUpstream } from './upstream.ts';

export interface DatabaseOptions {
  /** where the log lies; made when it is not there */
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DatabaseLog;
  /** run the engine and the reading of sources on the caller's thread, with the caller's clock: for tests that hold time */
  readonly inline?: boolean;
  /** told when the engine's thread ends by itself: the database answers no more */
  readonly onFailure?: (error: Error) => void;
}

/** Opens the database in a directory: what was durable is there again, views hydrate, sources go on from their positions. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { clock, random, log } = options;
  const parser = await createParser();
  const { engine, ingest } = options.inline === true ? inlineThreads(options) : await workerThreads(options);
  try {
    const recovered = await engine.request<Recovered>({ kind: 'recover' });
    let catalog = systemCatalog(parser, { clock, random });
    if (recovered.catalog.length > 0) catalog = catalog.apply(recovered.catalog.map(decodeChange));
    const database = new MillraceDatabase({ engine, ingest, parser, clock, random, log, catalog, recovered });
    await database.start();
    return database;
  } catch (error) {
    // The thread would keep the process alive, and the directory locked.
    await engine.close();
    throw error;
  }
}

/** Who does the work beside this thread. */
interface Threads {
  readonly engine: EngineHost;
  readonly ingest: (listener: IngestListener) => IngestHost;
}

function inlineThreads({ dataDirectory, clock, random }: DatabaseOptions): Threads {
  const engine = inlineEngine({ directory: dataDirectory, clock, random });
  return { engine, ingest: (listener) => inlineIngest({ engine, clock, random, listener }) };
}

async function workerThreads({ dataDirectory, clock, random, log, onFailure }: DatabaseOptions): Promise<Threads> {
  const engine = await workerEngine({ directory: dataDirectory, clock, random, onExit: (error) => {
    log.error({ err: error }, `the engine stopped: ${error.stack ?? error.message}`);
    onFailure?.(error);
  } });
  return { engine, ingest: (listener) => workerIngest({ engine, clock, listener }) };
}

class MillraceDatabase implements Database {
  readonly #core: Core;
  readonly #sessions = new Map<number, DatabaseSession>();
  readonly #webhooks = new Map<number, { readonly item: SourceItem; readonly decode: WebhookDecoder }>();
  /** sources whose enums upstream is being asked about */
  readonly #refreshing = new Set<number>();
  readonly #closing = new AbortController();
  #nextPid = 1;
  #ready = false;
  #closed: Promise<void> | undefined;

  constructor(parts: { readonly engine: EngineHost; readonly ingest: Threads['ingest']; readonly parser: SqlParser; readonly clock: Clock; readonly random: Random; readonly log: DatabaseLog; readonly catalog: CatalogSnapshot; readonly recovered: Recovered }) {
    const { engine, ingest, parser, clock, random, log, catalog, recovered } = parts;
    const sources = new Sources({ ingest, clock, log, positions: recovered.positions, onUnknownLabel: (item) => void this.#refreshEnums(item) });
    this.#core = {
      engine, parser, clock, random, log, catalog, sources, peeks: new Peeks(engine, sources), turn: new Turn(clock), plans: new PlanCache(),
      secrets: new Map(recovered.secrets), sequences: new Sequences(engine, recovered.sequences), ddl: new Mutex(), dml: new Mutex(), ids: { next: 1, oid: 0 }, running: new Set(),
      sessionStates: () => ({ sessions: [...this.#sessions.values()].map((session) => session.state) }),
    };
  }

  /** Hands the recovered catalog to the engine and starts the sources. */
  async start(): Promise<void> {
    const core = this.#core;
    const items = [...core.catalog.items.values()].sort((a, b) => a.oid - b.oid);
    await core.engine.request<void>({ kind: 'start', actions: [...typeActions(items), ...items.flatMap((item) => engineActions(item, nameOf(core.catalog, item), core.catalog))] });
    await core.sources.define(valueTypesOf(items));
    for (const item of items) if (item.kind === 'source') core.sources.start(item, core.catalog, (value) => resolveOption(core, value));
    await this.#dropTemporary();
    this.#ready = true;
  }

  /** What sessions left behind that could not end: their temporary objects. */
  async #dropTemporary(): Promise<void> {
    const core = this.#core;
    const left = core.catalog.schemas.filter((schema) => isTemporary(schema.name)).map((schema) => schema.oid);
    if (left.length === 0) return;
    const { changes } = dropPlan(core.catalog, left, true, []);
    const items = changes.flatMap((change) => (change.kind === 'drop' ? [core.catalog.item(change.oid)!] : []));
    const actions = items.flatMap((item) => dropActions(item, core.catalog));
    await commitWork(core, [{ changes, actions }], []);
  }

  /** Asks upstream for the labels of the source's enums, of which it has one that we have not. Where that fails the source is told again, by its next attempt. */
  async #refreshEnums(item: SourceItem): Promise<void> {
    if (item.origin.kind !== 'postgres' || this.#refreshing.has(item.oid)) return;
    this.#refreshing.add(item.oid);
    const core = this.#core;
    try {
      const upstream = await describeEnums(postgresUpstream(item.origin.connection, (value) => resolveOption(core, value)), (item.origin.enums ?? []).map(({ oid }) => oid), this.#closing.signal);
      const release = await core.ddl.lock();
      try {
        const oids = new OidAllocator(Math.max(core.catalog.nextOid, core.ids.oid));
        const work = refreshedEnums(item.oid, upstream, core.catalog, oids);
        if (work === undefined) return;
        core.ids.oid = core.catalog.apply(work.changes).nextOid;
        await commitWork(core, [work], []);
      } finally {
        release();
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) core.log.warn({ source: item.name, error }, `the labels of upstream's enums could not be read: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#refreshing.delete(item.oid);
    }
  }

  get ready(): boolean {
    return this.#ready;
  }

  connect(options: SessionOptions): Promise<Session> {
    const pid = this.#nextPid++;
    const session = new DatabaseSession(this.#core, options, pid, () => this.#sessions.delete(pid));
    this.#sessions.set(pid, session);
    return Promise.resolve(session);
  }

  async webhook(request: WebhookRequest): Promise<WebhookAnswer> {
    const core = this.#core;
    if (!this.#ready) return { status: 503, message: 'the server is starting' };
    const item = request.database === 'materialize' ? core.catalog.find(request.schema, request.name, []) : undefined;
    if (item?.kind !== 'source' || item.origin.kind !== 'webhook') return { status: 404, message: `there is no webhook source "${request.database}.${request.schema}.${request.name}"` };
    const body = await this.#decoder(item)(request.body, request.headers);
    switch (body.kind) {
      case 'bad':
        return { status: 400, message: body.reason };
      case 'refused':
        return { status: 401, message: 'the check of the source refused the request' };
      case 'rows': {
        if (body.rows.rowCount === 0) return { status: 200, message: 'no rows' };
        const { rowCount } = body.rows;
        await core.engine.request<number>({ kind: 'write', changes: [{ relation: item.id, rows: body.rows.buffer }], check: false }, [body.rows.buffer]);
        return { status: 200, message: `${rowCount} row${rowCount === 1 ? '' : 's'}` };
      }
    }
  }

  #decoder(item: SourceItem): WebhookDecoder {
    const known = this.#webhooks.get(item.oid);
    if (known?.item === item) return known.decode;
    if (item.origin.kind !== 'webhook') throw new SqlError('XX000', 'not a webhook source');
    const { format, included, check, secrets } = item.origin;
    const core = this.#core;
    const decode = webhookDecoder({
      format, columns: item.columns, included,
      ...(check === undefined ? {} : {
        check: (body, headers) => {
          const environment = environmentOf({
            settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0,
            user: 'materialize', database: 'materialize', searchPath: ['public'], backendPid: 0, variables: new Map(),
          }, core);
          return evaluateScalar(check, checkRow(body, headers, secrets.map((secret) => this.#secret(secret))), environment) === true;
        },
      }),
    });
    this.#webhooks.set(item.oid, { item, decode });
    return decode;
  }

  /** The value of a secret by its qualified name. */
  #secret(qualified: string): string {
    const [schema, ...name] = qualified.split('.');
    const item = this.#core.catalog.find(schema, name.join('.'), []);
    return item === undefined ? '' : resolveOption(this.#core, { secret: item.oid });
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }
  async #close(): Promise<void> {
    this.#ready = false;
    this.#closing.abort();
    for (const flag of this.#core.running) Atomics.store(flag, 0, 3);
    await this.#core.sources.close();
    for (const session of [...this.#sessions.values()]) await session.close();
    await this.#core.sequences.settle().catch((error: Error) => this.#core.log.error({ err: error }, `where the sequences stand was not written: ${error.message}`));
    await this.#core.engine.close();
  }
}

/** The row that a webhook's CHECK is evaluated over: headers as jsonb (names in lower case), body as text and as bytea, then the secrets it names. */
function checkRow(body: Uint8Array, headers: readonly (readonly [string, string])[], secrets: readonly string[]): Datum[] {
  const named = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return [codecOf(Oid.jsonb).parse(JSON.stringify(named), defaultTextSettings, -1), new TextDecoder().decode(body), body, ...secrets];
}
