import { InvariantError, registerUserType, SqlError } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import { Store } from '../../storage/index.ts';
import { Engine, Meter } from '../../views/index.ts';
import type { Peek, QueryRun, Subscription } from '../../views/index.ts';
import { wireError } from '../thread.ts';
import type { Reply } from '../thread.ts';
import { engineEnvironment, environmentOf } from './environment.ts';
import type { Outside } from './environment.ts';
import type { Latch } from './latch.ts';
import type { EngineAction, EngineStatus, FetchedBatch, Peeked, PeekRequest, QueryReady, QueryRequest, Recovered, Request, Taken, News } from './messages.ts';
import { Relations } from './relations.ts';
import { Timeline } from './timeline.ts';

/** How long the engine works on a tick before it looks at queries and messages again, */
const TICK_MS = 2;
/** and how long on queries and hydration before it looks at ticks and messages again. */
const WORK_MS = 1;
/** Plans of peeks that are kept: those beyond are sent anew. */
const MOST_PEEKS = 1024;
/** With subscribers, time is told at least this often. */
const HEARTBEAT_MS = 1000;

/**
 * The engine thread's work: the log, the timeline that closes ticks, the dataflows and the queries. Takes requests, answers each once.
 * A turn gives the timeline a slice of time, then queries and hydration.
 */
export class EngineService {
  /** with one another thread reads what the engine holds, while this one sleeps */
  readonly #latch: Latch | undefined;
  readonly #tell: (news: News) => void;
  /** the tick behind which relations were counted last */
  #counted = 0;
  readonly #clock: Clock;
  readonly #outside: Outside;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #reply: (reply: Reply, transfer: readonly ArrayBuffer[]) => void;
  readonly #relations: Relations;
  readonly #timeline: Timeline;
  /** subscribers wait to be told of the time */
  #heartbeat = false;
  #sliceEnd = 0;
  readonly #expired = (): boolean => this.#clock.monotonic() >= this.#sliceEnd;
  /** queries and subscriptions asked for and not begun: they begin once the ticks that are due are closed */
  readonly #arrivals: { readonly id: number; readonly begin: () => void }[] = [];
  readonly #queries = new Map<number, { readonly run: QueryRun; readonly maxRows: number; waiting: number | undefined }>();
  readonly #subscriptions = new Map<number, { readonly subscription: Subscription; waiting: number | undefined }>();
  readonly #peeks = new Map<number, Peek>();
  #turning = false;
  #cancelTimer: (() => void) | undefined;
  #closed = false;
  #started = false;

  constructor(options: { readonly directory: string; readonly clock: Clock; readonly random: Random; readonly reply: (reply: Reply, transfer: readonly ArrayBuffer[]) => void; readonly tell: (news: News) => void; readonly latch?: Latch }) {
    this.#latch = options.latch;
    this.#tell = options.tell;
    this.#clock = options.clock;
    this.#outside = options;
    this.#reply = options.reply;
    this.#store = new Store(options.directory);
    this.#engine = new Engine({
      environment: engineEnvironment(options),
      shares: options.latch !== undefined,
      log: {
        next: (relation, position, time) => {
          const record = this.#store.next(relation, position ?? 0);
          return record === undefined || record.time > time ? undefined : { changes: this.#relations.changes(record.changes), position: record.sequence };
        },
        rows: (relation) => this.#store.rows(relation),
      },
    });
    this.#relations = new Relations(this.#engine);
    this.#timeline = new Timeline({
      clock: this.#clock, store: this.#store, engine: this.#engine, relations: this.#relations, wanted: () => this.#arrivals.length > 0,
      answer: (id, value, transfer) => this.#answer(id, value, transfer), fail: (id, error) => this.#fail(id, error), wake: () => this.#wake(),
    });
  }

  /** Takes one request; its answer goes through `reply`. */
  handle(id: number, request: Request): void {
    if (this.#closed) {
      this.#fail(id, new SqlError('57P01', 'the server is shutting down'));
      return;
    }
    this.#latch?.take();
    try {
      this.#dispatch(id, request);
    } catch (error) {
      this.#fail(id, error);
    }
    this.#rest();
  }

  /** Lets the other thread read, unless the rows are in the middle of a tick. */
  #rest(): void {
    if (this.#latch === undefined || this.#engine.applying) return;
    const stale = this.#engine.told.stale();
    if (stale.symbols || stale.relations.length > 0) this.#tell({ stale });
    this.#latch.release(this.#engine.toldChange);
  }
  /** Behind a tick: what the planner goes by. */
  #count(): void {
    if (this.#engine.time === this.#counted || this.#engine.ticking) return;
    this.#counted = this.#engine.time;
    const rows = this.#engine.told.resized();
    if (rows.length > 0) this.#tell({ rows });
  }

  #dispatch(id: number, request: Request): void {
    switch (request.kind) {
      case 'recover':
        this.#answer(id, this.#recover());
        return;
      case 'positions':
        this.#answer(id, this.#store.positions());
        return;
      case 'start':
        this.#start(request.actions);
        this.#answer(id, undefined);
        return;
      case 'change':
      case 'write':
      case 'check':
      case 'lookup':
        // None must hold what is dropped; those that are still asked for are sent again.
        if (request.kind === 'change') this.#peeks.clear();
        this.#timeline.push(id, request);
        break;
      case 'types':
        for (const type of request.types) registerUserType(type);
        this.#answer(id, undefined);
        return;
      case 'sequences':
        this.#settle(id, this.#store.keepSequences(request.states));
        return;
      case 'query':
        this.#arrivals.push({ id, begin: () => {
          const { relation, type, read, environment, measure } = request.request;
          const meter = measure === true ? new Meter(() => this.#clock.monotonic()) : undefined;
          const run = this.#engine.query(relation, type, read, environmentOf(environment, this.#outside), { ...limitsOf(request.request), report: measure === true }, meter);
          this.#queries.set(request.query, { run, maxRows: request.maxRows, waiting: id });
        } });
        break;
      case 'describe':
        this.#arrivals.push({ id, begin: () => {
          const { what } = request;
          this.#answer(id, 'view' in what ? this.#engine.reportOfView(what.view) : this.#engine.reportOfQuery(what.relation, environmentOf(what.environment, this.#outside)));
        } });
        break;
      case 'fetch': {
        const run = this.#queries.get(request.query)?.run;
        if (run === undefined) throw new InvariantError(`no query ${request.query}`);
        const batch = fetchBatch(run, request.maxRows);
        this.#answer(id, batch, batch.rows === null ? [] : [batch.rows]);
        return;
      }
      case 'closeQuery':
        this.#queries.get(request.query)?.run.close();
        this.#queries.delete(request.query);
        this.#answer(id, undefined);
        return;
      case 'subscribe':
        this.#arrivals.push({ id, begin: () => {
          const { relation, type, environment } = request.request;
          const subscription = this.#engine.subscribe(relation, type, environmentOf(environment, this.#outside), request.snapshot, limitsOf(request.request), request.asOf);
          this.#subscriptions.set(request.subscription, { subscription, waiting: undefined });
          this.#answer(id, this.#engine.time);
        } });
        break;
      case 'time':
        this.#answer(id, this.#engine.time);
        return;
      case 'take': {
        const entry = this.#subscriptions.get(request.subscription);
        if (entry === undefined) throw new InvariantError(`no subscription ${request.subscription}`);
        entry.waiting = id;
        this.#serveSubscriptions();
        return;
      }
      case 'closeSubscription': {
        const entry = this.#subscriptions.get(request.subscription);
        this.#subscriptions.delete(request.subscription);
        if (entry?.waiting !== undefined) this.#fail(entry.waiting, cancelled(1));
        entry?.subscription.close();
        this.#answer(id, undefined);
        return;
      }
      case 'status':
        this.#answer(id, this.#status());
        return;
      case 'close':
        this.#closed = true;
        this.#cancelTimer?.();
        for (const waiting of this.#unanswered()) this.#fail(waiting, new SqlError('57P01', 'the server is shutting down'));
        this.#settle(id, this.#store.close());
        return;
    }
    this.#wake();
  }

  /**
   * Answers a lookup at once, as of the last closed tick: what was written and answered before it was asked is in it.
   * What raises is left to a query, as is a view that the clock is about to change.
   */
  peek({ plan, values, define, wanted }: PeekRequest): Peeked {
    if (!this.#started || this.#closed) return 'ask';
    try {
      if (define !== undefined) this.#keepPeek(plan, this.#engine.peek(define));
      const peek = this.#peeks.get(plan);
      if (peek === undefined) return 'unknown';
      if (this.#engine.relations.changesByClock(peek.id) && (this.#engine.nextChange() ?? Infinity) <= this.#clock.now()) return 'ask';
      const shared = wanted && this.#engine.told.share(peek.id, wanted);
      if (shared !== undefined) this.#tell({ shared });
      const rows = peek.read(values);
      return rows === undefined ? 'ask' : rows?.buffer ?? null;
    } catch (error) {
      if (error instanceof SqlError) return 'ask';
      throw error;
    }
  }
  #keepPeek(plan: number, peek: Peek): void {
    const [oldest] = this.#peeks.keys();
    if (this.#peeks.size >= MOST_PEEKS && oldest !== undefined) this.#peeks.delete(oldest);
    this.#peeks.set(plan, peek);
  }

  #unanswered(): number[] {
    const waiting = [...this.#queries.values(), ...this.#subscriptions.values()].flatMap((entry) => (entry.waiting === undefined ? [] : [entry.waiting]));
    return [...this.#timeline.abandon(), ...this.#arrivals.splice(0).map(({ id }) => id), ...waiting];
  }

  #recover(): Recovered {
    const catalog: string[] = [];
    for (const record of this.#store.records()) catalog.push(...record.catalog);
    return { catalog, positions: this.#store.positions(), secrets: this.#store.secrets(), sequences: this.#store.sequences() };
  }

  /** Adds the base relations, replays the log into those that are held, then adds the views, which hydrate from there. */
  #start(actions: readonly EngineAction[]): void {
    for (const action of actions) if (action.kind === 'defineType') this.#relations.act(action);
    for (const action of actions) if (action.kind === 'addRelation') this.#relations.act(action);
    for (const record of this.#store.records()) {
      const time = Math.max(record.time, this.#engine.time + 1);
      this.#engine.tick(time, this.#relations.changes(record.changes));
    }
    for (const action of actions) if (action.kind !== 'addRelation' && action.kind !== 'defineType') this.#relations.act(action);
    this.#started = true;
    this.#wake();
  }

  // Turns

  #wake(): void {
    if (this.#turning || this.#closed) return;
    this.#turning = true;
    this.#clock.soon(() => {
      this.#turning = false;
      if (this.#closed || !this.#started) return;
      this.#latch?.take();
      this.#turn();
      this.#count();
      this.#rest();
    });
  }

  #turn(): void {
    this.#slice(TICK_MS);
    const settled = this.#timeline.work(this.#expired, this.#heartbeat);
    this.#heartbeat = false;
    if (settled || this.#timeline.isLong) this.#admit();
    this.#slice(WORK_MS);
    const { blocked } = this.#timeline;
    const more = this.#engine.work(this.#expired) || (!blocked && (!settled || this.#engine.unpublished));
    this.#serveQueries();
    this.#serveSubscriptions();
    if (more || this.#timeline.pressed) this.#wake();
    else if (!blocked) this.#sleep();
  }

  #slice(ms: number): void {
    this.#sliceEnd = this.#clock.monotonic() + ms;
  }

  /** Begins what was asked for, as of now; while the disk works, or a tick takes long, as of the tick before. */
  #admit(): void {
    for (const { id, begin } of this.#arrivals.splice(0)) {
      try {
        begin();
      } catch (error) {
        this.#fail(id, error);
      }
    }
  }

  #serveQueries(): void {
    for (const [query, entry] of this.#queries) {
      if (entry.waiting === undefined || !entry.run.ready) continue;
      const id = entry.waiting;
      entry.waiting = undefined;
      if (entry.run.failure !== undefined) {
        this.#queries.delete(query);
        this.#fail(id, entry.run.failure);
        continue;
      }
      const first = fetchBatch(entry.run, entry.maxRows);
      if (first.done) this.#queries.delete(query);
      const ready: QueryReady = { time: entry.run.time, skipped: entry.run.skipped, first, report: entry.run.report };
      this.#answer(id, ready, first.rows === null ? [] : [first.rows]);
    }
  }

  #serveSubscriptions(): void {
    for (const entry of this.#subscriptions.values()) {
      if (entry.waiting === undefined) continue;
      const published = entry.subscription.take();
      const id = entry.waiting;
      if (published === undefined) {
        if (entry.subscription.failure === undefined) continue;
        entry.waiting = undefined;
        this.#fail(id, entry.subscription.failure);
        continue;
      }
      entry.waiting = undefined;
      const taken: Taken = { time: published.time, rows: published.rows?.buffer ?? null };
      this.#answer(id, taken, taken.rows === null ? [] : [taken.rows]);
    }
  }

  /** Until the next change by the clock, the next heartbeat, or a request. */
  #sleep(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const next = this.#engine.nextChange();
    const heartbeat = this.#engine.hasSubscriptions ? this.#clock.now() + HEARTBEAT_MS : undefined;
    const wait = this.#timeline.waiting ? 1 : Math.min(next ?? Infinity, heartbeat ?? Infinity) - this.#clock.now();
    if (wait === Infinity) return;
    // Timers hold at most 2^31 ms; waking early is harmless.
    this.#cancelTimer = this.#clock.after(Math.min(Math.max(0, wait), 0x7fffffff), () => {
      this.#cancelTimer = undefined;
      this.#heartbeat = heartbeat !== undefined && this.#clock.now() >= heartbeat;
      this.#wake();
    });
  }

  #status(): EngineStatus {
    return {
      time: this.#engine.time,
      hydration: this.#engine.relations.hydration(),
      memory: this.#engine.memory(),
      errors: this.#engine.relations.viewErrors().map((view) => ({
        ...view, errors: view.errors.map((error) => (error.source === undefined ? error : { ...error, sourceName: this.#engine.relations.nameOf(error.source) })),
      })),
    };
  }

  /** Answers when the work is done. */
  #settle(id: number, work: Promise<void>): void {
    work.then(() => this.#answer(id, undefined), (error: unknown) => this.#fail(id, error));
  }
  #answer(id: number, value: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#reply({ id, value }, transfer);
  }
  #fail(id: number, error: unknown): void {
    this.#reply({ id, error: wireError(error) }, []);
  }
}

function fetchBatch(run: QueryRun, maxRows: number): FetchedBatch {
  const rows = run.next(maxRows);
  return { rows: rows?.buffer ?? null, done: run.done };
}

export function cancelled(reason: number): SqlError {
  if (reason === 3) return new SqlError('57P01', 'the server is shutting down');
  return new SqlError('57014', reason === 2 ? 'canceling statement due to statement timeout' : 'canceling statement due to user request');
}

function limitsOf(request: QueryRequest): { readonly interrupt: () => void; readonly memoryBytes: number } {
  const flag = new Int32Array(request.cancel);
  return {
    memoryBytes: request.memoryBytes,
    interrupt: () => {
      const reason = Atomics.load(flag, 0);
      if (reason !== 0) throw cancelled(reason);
    },
  };
}
