import { defaultTextSettings, InvariantError, RowBatch, rowLayout, SqlError } from '../../core/index.ts';
import type { Clock, Random, RelationType } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import { Store } from '../../storage/index.ts';
import type { LogRecord, StoredChange } from '../../storage/index.ts';
import { Engine } from '../../views/index.ts';
import type { Change, QueryRun, Subscription } from '../../views/index.ts';
import { wireError } from '../thread.ts';
import type { Reply } from '../thread.ts';
import { environmentOf } from './environment.ts';
import type { Outside } from './environment.ts';
import type { EngineAction, EngineStatus, FetchedBatch, QueryReady, QueryRequest, Recovered, Request, Taken, WireChange } from './messages.ts';

/** How long the engine works on a tick before it looks at queries and messages again, */
const TICK_MS = 2;
/** and how long on queries and hydration before it looks at ticks and messages again. */
const WORK_MS = 1;
/** A query waits for the tick under way for this many slices of time; past that it is answered as of the tick before. */
const PATIENCE_SLICES = 3;
/** Bytes of changes that one tick gathers. */
const TICK_BYTES = 8 << 20;
/** With subscribers, time is told at least this often. */
const HEARTBEAT_MS = 1000;

type Write = Request & { kind: 'write' | 'change' };
/** What waits for the tick under way to be closed: writes, and what is asked before one. */
type Waiting = Request & { kind: 'write' | 'change' | 'check' | 'lookup' };
/** Work that yields when its slice of time is used up. */
type Slices = Generator<undefined, void>;

/**
 * The engine thread's work: the timeline that closes ticks, the log, the dataflows and the queries. Takes requests, answers each once.
 * A turn gives the timeline a slice of time, then queries: the timeline closes the ticks that are due, then one tick for all writes that wait (one durable append for all of them).
 * A tick that does not end within its slice goes on in the next turn, and queries are answered meanwhile as of the tick before.
 * A tick's time is max(wall clock, last + 1), and never more than 1 ms ahead of the wall clock; the clock jumping back holds time still.
 */
export class EngineService {
  readonly #clock: Clock;
  readonly #outside: Outside;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #reply: (reply: Reply, transfer: readonly ArrayBuffer[]) => void;
  readonly #types = new Map<RelationId, RelationType>();
  /** when a relation was last written to, since the start */
  readonly #writtenAt = new Map<RelationId, number>();
  readonly #writes: { readonly id: number; readonly request: Waiting }[] = [];
  /** writes that share the tick under way, and what is being checked */
  readonly #accepted: { readonly id: number; readonly request: Write }[] = [];
  #checking: number | undefined;
  /** whether the writes that wait have to wait for the clock */
  #held = false;
  /** the timeline's work under way */
  #ticks: Slices | undefined;
  /** subscribers wait to be told of the time */
  #heartbeat = false;
  #sliceEnd = 0;
  /** how many slices the tick under way has taken */
  #tickSlices = 0;
  readonly #expired = (): boolean => this.#clock.monotonic() >= this.#sliceEnd;
  /** queries and subscriptions asked for and not begun: they begin once the ticks that are due are closed */
  readonly #arrivals: { readonly id: number; readonly begin: () => void }[] = [];
  readonly #queries = new Map<number, { readonly run: QueryRun; readonly maxRows: number; waiting: number | undefined }>();
  readonly #subscriptions = new Map<number, { readonly subscription: Subscription; waiting: number | undefined }>();
  #turning = false;
  #cancelTimer: (() => void) | undefined;
  #closed = false;
  #started = false;

  constructor(options: { readonly directory: string; readonly clock: Clock; readonly random: Random; readonly reply: (reply: Reply, transfer: readonly ArrayBuffer[]) => void }) {
    this.#clock = options.clock;
    this.#outside = options;
    this.#reply = options.reply;
    this.#store = new Store(options.directory);
    this.#engine = new Engine({
      environment: environmentOf({
        settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, user: 'materialize', database: 'materialize', searchPath: ['public'], backendPid: 0, variables: new Map(),
      }, options),
      log: {
        next: (relation, position, time) => {
          const record = this.#store.next(relation, position ?? 0);
          return record === undefined || record.time > time ? undefined : { changes: this.#changes(record.changes.filter((change) => change.relation === relation)), position: record.sequence };
        },
      },
    });
  }

  /** Takes one request; its answer goes through `reply`. */
  handle(id: number, request: Request): void {
    if (this.#closed) {
      this.#fail(id, new SqlError('57P01', 'the server is shutting down'));
      return;
    }
    try {
      this.#dispatch(id, request);
    } catch (error) {
      this.#fail(id, error);
    }
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
        this.#writes.push({ id, request });
        break;
      case 'sequences':
        this.#store.keepSequences(request.states);
        this.#answer(id, undefined);
        return;
      case 'check':
      case 'lookup':
        this.#writes.push({ id, request });
        break;
      case 'query':
        this.#arrivals.push({ id, begin: () => {
          const { relation, type, read, environment } = request.request;
          const run = this.#engine.query(relation, type, read, environmentOf(environment, this.#outside), limitsOf(request.request));
          this.#queries.set(request.query, { run, maxRows: request.maxRows, waiting: id });
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
        this.#store.close();
        this.#answer(id, undefined);
        return;
    }
    this.#wake();
  }

  #unanswered(): number[] {
    const waiting = [...this.#queries.values(), ...this.#subscriptions.values()].flatMap((entry) => (entry.waiting === undefined ? [] : [entry.waiting]));
    const checking = this.#checking === undefined ? [] : [this.#checking];
    return [...checking, ...this.#accepted.splice(0).map(({ id }) => id), ...this.#writes.splice(0).map(({ id }) => id), ...this.#arrivals.splice(0).map(({ id }) => id), ...waiting];
  }

  #recover(): Recovered {
    const catalog: string[] = [];
    for (const record of this.#store.records()) catalog.push(...record.catalog);
    return { catalog, positions: this.#store.positions(), secrets: this.#store.secrets(), sequences: this.#store.sequences() };
  }

  /** Adds the base relations, replays the log into those that are held, then adds the views, which hydrate from there. */
  #start(actions: readonly EngineAction[]): void {
    for (const action of actions) if (action.kind === 'addRelation') this.#act(action);
    for (const record of this.#store.records()) {
      const known = record.changes.filter((change) => this.#types.has(change.relation as RelationId));
      const time = Math.max(record.time, this.#engine.time + 1);
      this.#engine.tick(time, this.#changes(known));
    }
    for (const action of actions) if (action.kind !== 'addRelation') this.#act(action);
    this.#started = true;
    this.#wake();
  }

  #act(action: EngineAction): void {
    switch (action.kind) {
      case 'addRelation':
        this.#types.set(action.id, action.type);
        this.#engine.addRelation(action.id, action.type, action.options);
        return;
      case 'addView':
        this.#engine.addView(action.id, action.name, action.type, action.relation, action.onError);
        return;
      case 'setOnError':
        this.#engine.setOnError(action.id, action.onError);
        return;
      case 'addIndex':
        this.#engine.addIndex(action.id, action.options);
        return;
      case 'dropIndex':
        this.#engine.dropIndex(action.id, action.index);
        return;
      case 'remove':
        this.#types.delete(action.id);
        this.#writtenAt.delete(action.id);
        this.#engine.remove(action.id);
        return;
    }
  }

  #changes(changes: readonly (StoredChange | WireChange)[]): Change[] {
    return changes.flatMap((change) => {
      const id = change.relation as RelationId;
      const type = this.#types.get(id);
      if (type === undefined) return [];
      const { rows } = change;
      const buffer = rows === undefined ? undefined : rows instanceof ArrayBuffer ? rows : (rows.buffer as ArrayBuffer);
      return [{
        relation: id,
        ...(buffer === undefined ? {} : { rows: new RowBatch(buffer, rowLayout(type.columns.map((column) => column.type))) }),
        ...(change.missing === undefined ? {} : { missing: change.missing }),
        ...(change.keyOnly === undefined ? {} : { keyOnly: change.keyOnly }),
        ...(change.truncate === true ? { truncate: true } : {}),
      }];
    });
  }

  // Turns

  #wake(): void {
    if (this.#turning || this.#closed) return;
    this.#turning = true;
    this.#clock.soon(() => {
      this.#turning = false;
      if (this.#closed || !this.#started) return;
      this.#turn();
    });
  }

  #turn(): void {
    const settled = this.#keepTicking();
    this.#admit(settled);
    this.#slice(WORK_MS);
    const more = this.#engine.work(this.#expired) || !settled || this.#engine.unpublished;
    this.#serveQueries();
    this.#serveSubscriptions();
    if (more || (this.#writes.length > 0 && !this.#held)) this.#wake();
    else this.#sleep();
  }

  #slice(ms: number): void {
    this.#sliceEnd = this.#clock.monotonic() + ms;
  }

  /** Gives the timeline a slice of time; true when it has nothing more to do now. */
  #keepTicking(): boolean {
    this.#slice(TICK_MS);
    this.#ticks ??= this.#timeline();
    do {
      if (this.#ticks.next().done === true) {
        this.#ticks = undefined;
        return true;
      }
    } while (!this.#expired());
    return false;
  }

  /** Ticks for what is due by the clock alone, each at its own time; then one for writes that wait; then, where somebody wants to read as of now, one for now. It yields when its slice is used up. */
  *#timeline(): Slices {
    yield* this.#closeDueTicks();
    this.#held = yield* this.#closeWrites();
    if (this.#engine.unpublished) yield* this.#keepTime(true);
    else if (this.#arrivals.length > 0 || this.#heartbeat) yield* this.#keepTime(false);
    this.#heartbeat = false;
  }

  *#tick(time: number, changes: readonly Change[]): Slices {
    this.#engine.begin(time, changes);
    for (this.#tickSlices = 1; !this.#engine.step(this.#expired); this.#tickSlices++) yield;
    this.#tickSlices = 0;
  }

  *#closeDueTicks(): Slices {
    for (;;) {
      const due = this.#engine.nextChange();
      if (due === undefined || due > this.#clock.now()) return;
      yield* this.#tick(Math.max(due, this.#engine.time + 1), []);
      if (this.#expired()) yield;
    }
  }

  /** Begins what was asked for, as of now; where a long tick is under way, what has waited for it long enough, as of the tick before. */
  #admit(settled: boolean): void {
    if (!settled && this.#tickSlices < PATIENCE_SLICES) return;
    for (const { id, begin } of this.#arrivals.splice(0)) {
      try {
        begin();
      } catch (error) {
        this.#fail(id, error);
      }
    }
  }

  /** Lets logical time reach the wall clock, so that what is read now is as of now. */
  *#keepTime(always: boolean): Slices {
    const now = this.#clock.now();
    if (now > this.#engine.time) {
      yield* this.#closeDueTicks();
      if (now > this.#engine.time) yield* this.#tick(now, []);
    } else if (always && this.#engine.time <= now + 1) {
      yield* this.#tick(this.#engine.time + 1, []);
    }
  }

  /** One tick for writes that wait; true when they have to wait for the clock to catch up. */
  *#closeWrites(): Generator<undefined, boolean> {
    if (this.#writes.length === 0) return false;
    const now = this.#clock.now();
    const time = Math.max(Math.floor(now), this.#engine.time + 1);
    if (time > now + 1) return true;
    const changes = yield* this.#gather();
    const accepted = this.#accepted;
    const [first] = accepted;
    if (first === undefined) return false;
    try {
      this.#store.append(recordOf(time, accepted.map(({ request }) => request)));
    } catch (error) {
      // Nothing of it is durable, so nothing of it has happened.
      if (first.request.kind === 'change') this.#takeBack(first.request.actions);
      for (const { id } of accepted.splice(0)) this.#fail(id, error);
      return false;
    }
    yield* this.#tick(time, changes);
    for (const { relation } of changes) this.#writtenAt.set(relation, time);
    if (first.request.kind === 'change') for (const action of first.request.actions) if (!adds(action)) this.#act(action);
    for (const { id } of accepted.splice(0)) this.#answer(id, time);
    return false;
  }

  /** Moves the writes that may share a tick to `accepted`; returns their changes. */
  *#gather(): Generator<undefined, readonly Change[]> {
    const changes: Change[] = [];
    const touched = new Set<RelationId>();
    let bytes = 0;
    while (this.#writes.length > 0 && bytes < TICK_BYTES) {
      const { id, request } = this.#writes[0]!;
      // What a catalog change adds or removes must be there before the rows behind it are read, so it is a tick of its own.
      if (request.kind === 'change' && this.#accepted.length > 0) break;
      // Keys are checked against what is visible: who enforces them shares no tick with another write to the same relation.
      const relations = request.kind === 'lookup' ? [request.relation] : request.changes.map((change) => change.relation);
      if ((request.kind === 'write' ? request.check : request.kind !== 'change') && relations.some((relation) => touched.has(relation) && this.#engine.enforcesKeys(relation))) break;
      this.#writes.shift();
      this.#checking = id;
      try {
        if (request.kind === 'lookup') this.#lookUp(id, request);
        else if (request.kind === 'check') {
          yield* this.#engine.check(this.#changes(request.changes), this.#expired);
          this.#answer(id, undefined);
        } else {
          const checked = yield* this.#checked(request);
          this.#accepted.push({ id, request });
          changes.push(...checked);
          for (const relation of relations) touched.add(relation);
          for (const change of request.changes) bytes += change.rows?.byteLength ?? 0;
        }
      } catch (error) {
        this.#fail(id, error);
      }
      this.#checking = undefined;
      if (request.kind === 'change') break;
    }
    return changes;
  }

  #lookUp(id: number, request: Request & { kind: 'lookup' }): void {
    const [change] = this.#changes([request]);
    const rows = change?.rows === undefined ? undefined : this.#engine.lookup(request.relation, request.columns, change.rows);
    if (rows === undefined) throw staleRelation();
    this.#answer(id, rows.buffer, [rows.buffer]);
  }

  /**
   * The changes of a write, its keys checked. What a catalog change adds is added first: rows may be a new table's, and a view that the engine cannot make
   * must be refused before it is durable. Where something fails all of it is taken away again.
   */
  *#checked(request: Write): Generator<undefined, readonly Change[]> {
    if (request.kind === 'write') {
      // A source's last rows may come after its relation; a statement's rows may not be lost so.
      if (request.check && request.changes.some(({ relation }) => !this.#types.has(relation))) throw staleRelation();
      const changes = this.#changes(request.changes);
      if (request.check) yield* this.#engine.check(changes, this.#expired);
      return changes;
    }
    if (request.unchanged.some(([id, time]) => (this.#writtenAt.get(id) ?? 0) > time)) throw staleRelation();
    const done: EngineAction[] = [];
    try {
      for (const action of request.actions) {
        if (!adds(action)) continue;
        this.#act(action);
        done.push(action);
      }
      const changes = this.#changes(request.changes);
      yield* this.#engine.check(changes, this.#expired);
      return changes;
    } catch (error) {
      this.#takeBack(done);
      throw error;
    }
  }

  #takeBack(actions: readonly EngineAction[]): void {
    for (const action of actions.toReversed()) {
      if (action.kind === 'addIndex') this.#act({ kind: 'dropIndex', id: action.id, index: action.options.index });
      else if (adds(action)) this.#act({ kind: 'remove', id: action.id });
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
      const ready: QueryReady = { time: entry.run.time, skipped: entry.run.skipped, first };
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
    const wait = this.#writes.length > 0 ? 1 : Math.min(next ?? Infinity, heartbeat ?? Infinity) - this.#clock.now();
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
      hydration: this.#engine.hydration(),
      memory: this.#engine.memory(),
      errors: this.#engine.viewErrors().map((view) => ({
        ...view, errors: view.errors.map((error) => (error.source === undefined ? error : { ...error, sourceName: this.#engine.relationName(error.source) })),
      })),
    };
  }

  #answer(id: number, value: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#reply({ id, value }, transfer);
  }
  #fail(id: number, error: unknown): void {
    this.#reply({ id, error: wireError(error) }, []);
  }
}

const adds = (action: EngineAction): boolean => action.kind === 'addRelation' || action.kind === 'addView' || action.kind === 'addIndex';

/** What becomes durable of writes that share a tick. */
function recordOf(time: number, writes: readonly Write[]): LogRecord {
  return {
    time,
    changes: writes.flatMap((request) => request.changes.map((change): StoredChange => ({ ...change, rows: change.rows && new Uint8Array(change.rows) }) as StoredChange)),
    positions: writes.flatMap((request): (readonly [string, string | null])[] => request.kind === 'write' ? (request.position === undefined ? [] : [request.position]) : request.forget.map((source) => [source, null] as const)),
    catalog: writes.flatMap((request) => (request.kind === 'change' ? request.catalog : [])),
    secrets: writes.flatMap((request) => (request.kind === 'change' ? request.secrets : [])),
    sequences: writes.flatMap((request) => (request.kind === 'change' ? request.sequences : [])),
  };
}

function fetchBatch(run: QueryRun, maxRows: number): FetchedBatch {
  const rows = run.next(maxRows);
  return { rows: rows?.buffer ?? null, done: run.done };
}

/** A statement was planned before the relation it reads or writes was dropped or written anew. */
const staleRelation = (): SqlError => new SqlError('40001', 'could not serialize access due to a concurrent change of the catalog', { hint: 'Try again.' });

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
