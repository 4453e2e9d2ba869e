import { InvariantError, SqlError } from '../core/index.ts';
import type { RelationType, RowBatch } from '../core/index.ts';
import type { Environment, Relation, RelationId } from '../ir/index.ts';
import { ChangeReader } from './changes.ts';
import type { Change, LogReader } from './changes.ts';
import { Dataflow } from './dataflow.ts';
import { checkKey, rowsSharing } from './key-check.ts';
import { scanLog } from './log-scan.ts';
import { NamedIndexes } from './named-indexes.ts';
import type { IndexOptions } from './named-indexes.ts';
import type { QueryLimits } from './limits.ts';
import type { Meter, OperatorReport } from './physical.ts';
import { Collection, Passage } from './operators/collection.ts';
import { QueryEnd } from './operators/operator.ts';
import type { Expired, Sink } from './operators/operator.ts';
import type { OnErrorPolicy } from './outputs/errors.ts';
import type { ReadPlan } from './outputs/result.ts';
import { Peek } from './peek.ts';
import type { PeekPlan, PeekWorld } from './peek.ts';
import { Query } from './query.ts';
import type { QueryRun, Surroundings } from './query.ts';
import { Relations, staleRelation } from './relations.ts';
import type { BaseOptions } from './relations.ts';
import { KEYS } from './state/indexes.ts';
import { SharedMemory } from './state/memory.ts';
import { SymbolSweep } from './state/symbol-sweep.ts';
import type { SymbolRoot } from './state/symbol-sweep.ts';
import { Symbols } from './state/symbols.ts';
import { Subscription } from './subscription.ts';
import { tickSteps } from './tick.ts';
import type { TickWorld } from './tick.ts';
import { Told } from './told.ts';

/** Rows marked in each turn while a sweep is under way, whatever else there is to do: about a quarter of a millisecond. */
const LEAST_EFFORT = 16_384;

/**
 * The incremental engine: relations, the dataflows over them, queries and subscriptions. A synchronous object without clock, threads or IO; `database` gives it ticks and slices of time.
 * All views change together when a tick is closed; whoever reads sees one state that existed, also in the middle of a tick: the last closed one.
 */
export class Engine implements Surroundings, PeekWorld {
  readonly symbols: Symbols;
  /** what there is, to look at; it changes by the engine alone */
  readonly relations = new Relations();
  /** what other threads know of it */
  readonly told: Told;
  /** whether another thread may read rows */
  readonly #shares: boolean;
  readonly #environment: Environment;
  readonly #log: LogReader;
  /** those of views and subscriptions, in the order in which they arrived, so that what one reads comes before it */
  readonly #live = new Set<Dataflow>();
  readonly #hydrating = new Set<Dataflow>();
  readonly #queries = new Set<Query>();
  /** queries whose answers are being read */
  readonly #answers = new Set<Query>();
  readonly #subscriptions = new Set<Subscription>();
  /** who is told when a dataflow that is not a view's fails */
  readonly #owners = new Map<Dataflow, Query | Subscription>();
  readonly #indexes = new NamedIndexes();
  readonly #tickWorld: TickWorld;
  #sweep: SymbolSweep | undefined;
  /** checks of keys under way: they hold symbols that no row does */
  #checks = 0;
  #time = 0;
  #tick: Generator<undefined, void> | undefined;
  /** whether the state is in the middle of the tick: between its opening and its close */
  #applying = false;
  #expired: Expired = () => false;
  /** who goes first in `work` */
  #first = 0;
  /** whether stills were closed since everything was tidy */
  #untidy = false;

  /** `poisonsSymbols`: see Symbols; `shares`: another thread may read tables and views, see Told */
  constructor(options: { readonly environment: Environment; readonly log: LogReader; readonly poisonsSymbols?: boolean; readonly shares?: boolean }) {
    this.#shares = options.shares ?? false;
    const memory = this.#ownMemory();
    this.symbols = new Symbols({ poisons: options.poisonsSymbols ?? false, ...(memory && { memory }) });
    this.told = new Told(this.relations, this.symbols, memory, options.log);
    this.#environment = options.environment;
    this.#log = options.log;
    this.#tickWorld = {
      live: this.#live,
      subscriptions: this.#subscriptions,
      arriving: () => [...this.#hydrating].filter((dataflow) => dataflow.arriving),
      arrive: (dataflow, expired) => this.#arrive(dataflow, expired),
      collections: () => this.#collections(),
      base: (id) => {
        const entry = this.relations.get(id);
        return entry?.kind === 'base' ? { readable: entry.readable, reader: entry.reader, key: entry.options.keys[0]?.columns } : undefined;
      },
      guard: (dataflow, act) => this.#guard(dataflow, act),
      open: (time) => this.#open(time),
      close: (time) => this.#close(time),
    };
  }

  /** the last closed tick */
  get time(): number {
    return this.#time;
  }

  addRelation(id: RelationId, type: RelationType, options: BaseOptions): void {
    const memory = this.#ownMemory();
    const readable = options.held ? new Collection(type, this.symbols, memory) : new Passage(type);
    this.relations.add(id, { kind: 'base', memory, readable, reader: new ChangeReader(readable.layout, this.symbols), options, keys: new Map(options.enforced ? options.keys.map((key) => [key.name, key]) : []) });
    if (!(readable instanceof Collection)) return;
    readable.keep();
    for (const key of options.keys) readable.arrangement.indexes.byValues(key.columns, KEYS);
  }

  /** Memory for one relation, or for the dictionary: another thread finds out by itself what became of each. */
  #ownMemory(): SharedMemory | undefined {
    return this.#shares ? new SharedMemory() : undefined;
  }

  /** Creates a maintained view; it hydrates in `work`. */
  addView(id: RelationId, name: string, type: RelationType, relation: Relation, onError: OnErrorPolicy): void {
    const memory = this.#ownMemory();
    const output = new Collection(type, this.symbols, memory);
    const dataflow = this.#dataflow(relation, output, this.#environment, () => {});
    this.relations.add(id, { kind: 'view', memory, readable: output, dataflow, name, onError });
    this.#hydrating.add(dataflow);
  }

  /** Indexes a relation that is held; nothing where there is no such relation any more. `work` fills the index, and lookups use it from then on. */
  addIndex(id: RelationId, options: IndexOptions): void {
    const entry = this.relations.get(id);
    if (entry === undefined || !(entry.readable instanceof Collection)) return;
    this.#indexes.add(entry.readable, options);
    if (options.unique && entry.kind === 'base') entry.keys.set(options.index, options);
  }
  dropIndex(id: RelationId, index: string): void {
    const entry = this.relations.get(id);
    if (entry?.kind === 'base') entry.keys.delete(index);
    this.#indexes.drop(index);
  }

  setOnError(id: RelationId, onError: OnErrorPolicy): void {
    this.relations.view(id).onError = onError;
    for (const subscription of this.#subscriptions) subscription.reviewErrors();
  }

  /** What messages call a relation from now on. */
  rename(id: RelationId, name: string): void {
    const entry = this.relations.get(id);
    if (entry?.kind === 'view') entry.name = name;
    else if (entry !== undefined) entry.options = { ...entry.options, name };
  }
  /** What messages call a key, or a unique index, from now on. */
  renameKey(id: RelationId, from: string, to: string): void {
    const entry = this.relations.get(id);
    if (entry?.kind !== 'base') return;
    for (const [known, key] of entry.keys) if (key.name === from) entry.keys.set(known, { ...key, name: to });
  }

  /** Forgets a relation. Subscriptions that read it end, and so do queries that wait for it to be filled: it never will be. */
  remove(id: RelationId): void {
    const entry = this.relations.get(id);
    if (entry?.kind === 'view' && !entry.dataflow.live) for (const query of this.#queries) if (query.awaits(id)) query.fail(staleRelation());
    if (entry?.kind === 'view') this.#end(entry.dataflow);
    for (const subscription of this.#subscriptions) {
      if (subscription.failure !== undefined || ![...subscription.dataflow.rendered.reads].includes(id)) continue;
      subscription.end(new SqlError('55000', `subscription ended because relation "${this.relations.nameOf(id)}" was dropped or made anew`));
      this.#end(subscription.dataflow);
    }
    this.relations.remove(id);
  }

  #end(dataflow: Dataflow): void {
    dataflow.close();
    this.#untidy = true;
    this.#live.delete(dataflow);
    this.#hydrating.delete(dataflow);
    this.#owners.delete(dataflow);
  }

  #dataflow(relation: Relation, output: Sink, environment: Environment, interrupt: () => void, once = false, meter?: Meter): Dataflow {
    const engine = this;
    return new Dataflow(relation, output, {
      context: { symbols: this.symbols, environment, once, position: 0 },
      interrupt,
      ...(meter && { meter }),
      readable: (id) => this.relations.readable(id),
      scanLog: (scan) => scanLog(scan, this.#log, this.symbols),
      rowsInLog: (id) => this.#log.rows(id),
      get time() {
        return engine.#time;
      },
      get applying() {
        return engine.#applying;
      },
    });
  }

  // Ticks

  /** Applies the changes at `time`, which lies after the last tick, and closes the tick: every view is then as of `time`. Each change is asked for when those before it are applied. */
  tick(time: number, changes: Iterable<Change>): void {
    this.begin(time, changes);
    while (!this.step(() => false));
  }

  /** Begins a tick at `time`, which lies after the last; `step` goes on with it. */
  begin(time: number, changes: Iterable<Change>): void {
    if (time <= this.#time && this.#time !== 0) throw new InvariantError(`tick ${time} does not follow ${this.#time}`);
    if (this.#tick !== undefined) throw new InvariantError(`tick ${time} begins in the middle of another`);
    this.#tick = tickSteps(this.#tickWorld, time, changes, () => this.#expired());
  }
  /** Goes on with the tick until `expired()`; true when none is under way. Between two steps what is read is the last closed tick. */
  step(expired: Expired): boolean {
    this.#expired = expired;
    while (this.#tick !== undefined) {
      if (this.#tick.next().done === true) this.#tick = undefined;
      else if (expired()) return false;
    }
    return true;
  }
  get applying(): boolean {
    return this.#applying;
  }
  /** whether a tick is under way: no other may begin, nor relations come or go */
  get ticking(): boolean {
    return this.#tick !== undefined;
  }

  #open(time: number): void {
    this.#applying = true;
    for (const collection of this.#collections()) collection.beginTick();
    for (const dataflow of this.#live) dataflow.begin(time);
  }
  #close(time: number): void {
    this.#applying = false;
    this.#time = time;
    for (const subscription of this.#subscriptions) subscription.publish(time);
  }

  *#collections(): Generator<Collection, void> {
    for (const [, { readable }] of this.relations) if (readable instanceof Collection) yield readable;
    for (const { errors } of this.#live) if (errors.collection !== undefined) yield errors.collection;
  }

  /** Does something for a dataflow; a query or subscription that fails by it fails alone. */
  #guard(dataflow: Dataflow, act: () => boolean): boolean {
    const owner = this.#owners.get(dataflow);
    if (owner === undefined) return act();
    try {
      return act();
    } catch (error) {
      owner.fail(error);
      this.#end(dataflow);
      return true;
    }
  }

  /** The next time at which some output changes with no new input. */
  nextChange(): number | undefined {
    let next: number | undefined;
    for (const dataflow of this.#live) {
      const change = dataflow.nextChange();
      if (change !== undefined && (next === undefined || change < next)) next = change;
    }
    for (const { beginsAt } of this.#subscriptions) if (beginsAt !== undefined && (next === undefined || beginsAt < next)) next = beginsAt;
    return next;
  }

  /** Raises 23505 where the changes, taken together, would leave two rows with one key. It yields when `expired()`; not while a tick is under way, and none may begin before its end. */
  *check(changes: readonly Change[], expired: Expired): Generator<undefined, void> {
    for (const id of new Set(changes.map((change) => change.relation))) {
      const entry = this.relations.get(id);
      if (entry?.kind !== 'base' || !this.enforcesKeys(id) || !(entry.readable instanceof Collection)) continue;
      const own = changes.filter((change) => change.relation === id);
      const truncated = own.findLastIndex((change) => change.truncate === true);
      const batches = own.slice(truncated + 1).flatMap(({ rows }) => (rows === undefined ? [] : [rows]));
      this.#checks++;
      try {
        for (const key of entry.keys.values()) yield* checkKey(entry.readable, key, batches, truncated >= 0, expired);
      } finally {
        this.#checks--;
      }
    }
  }

  /** The rows of a table that share these columns with a row of the batch; undefined where there is no such table. */
  lookup(id: RelationId, columns: readonly number[], rows: RowBatch): RowBatch | undefined {
    const entry = this.relations.get(id);
    return entry?.kind === 'base' && entry.readable instanceof Collection ? rowsSharing(entry.readable, columns, rows) : undefined;
  }

  /** Whether `check` can refuse a change of the relation. */
  enforcesKeys(id: RelationId): boolean {
    const entry = this.relations.get(id);
    return entry?.kind === 'base' && entry.keys.size > 0;
  }

  // Hydration and queries

  /**
   * Gives hydrating views, running queries and indexes that fill time until `expired()`; false when none is left to work on.
   * In turns: who used up the time comes last then, and the three go first one after the other, so that a long one keeps nobody waiting for its end.
   */
  work(expired: () => boolean): boolean {
    this.#sweepOn(() => true);
    this.#first = (this.#first + 1) % 3;
    for (let i = 0; i < 3; i++) {
      const turn = (this.#first + i) % 3;
      if (turn === 0 ? this.#workQueries(expired) : turn === 1 ? this.#workViews(expired) : this.#indexes.work(expired)) return true;
    }
    if (this.#untidy) this.#untidy = !this.#tidy(expired);
    this.#sweepOn(expired);
    return this.#untidy || this.#sweep !== undefined || [...this.#hydrating].some((dataflow) => this.#upstreamReady(dataflow)) || this.#queries.size > 0 || this.#indexes.building;
  }

  /** Goes on with a sweep, or begins one that is due. Some of it is done also where the time is used up: the dictionary must not grow faster than it is swept. */
  #sweepOn(expired: () => boolean): void {
    if (this.#sweep === undefined && !this.symbols.wantsSweep) return;
    const least = this.symbols.effort + LEAST_EFFORT;
    this.sweep(() => this.symbols.effort >= least && expired());
  }

  /** Reclaims symbols that no row holds any more, until `expired()` and by one slice at least; true when a sweep is at its end. Between ticks only: in the middle of one, or of a check, it waits. */
  sweep(expired: () => boolean): boolean {
    if (this.#tick !== undefined || this.#checks > 0) return false;
    this.#sweep ??= new SymbolSweep(this.symbols, this.#symbolRoots());
    const done = this.#sweep.step(expired);
    if (done) this.#sweep = undefined;
    return done;
  }

  /** All that keeps symbols between ticks. */
  #symbolRoots(): readonly SymbolRoot[] {
    const queried = [...this.#queries].flatMap(({ dataflow }) => (dataflow === undefined ? [] : [dataflow]));
    return [...new Set([
      ...[...this.relations].flatMap(([, { readable }]) => (readable.arrangement === undefined ? [] : [readable.arrangement])),
      ...[...this.#live, ...this.#hydrating, ...queried].flatMap((dataflow) => dataflow.symbolRoots),
      ...[...this.#queries, ...this.#answers].map(({ result }) => result.arrangement),
      ...[...this.#subscriptions].map(({ output }) => output.arrangement),
    ])];
  }

  /** True when the time is used up. */
  #workViews(expired: () => boolean): boolean {
    for (const dataflow of this.#hydrating) {
      if (!this.#upstreamReady(dataflow)) continue;
      this.#guard(dataflow, () => dataflow.hydrate(expired) && this.#tick === undefined && this.#arrive(dataflow, expired));
      if (!expired()) continue;
      moveToEnd(this.#hydrating, dataflow);
      return true;
    }
    return false;
  }
  #workQueries(expired: () => boolean): boolean {
    for (const query of this.#queries) {
      query.work(expired);
      if (!expired()) continue;
      moveToEnd(this.#queries, query);
      return true;
    }
    return false;
  }

  /** Lets a dataflow that has scanned its inputs take part in ticks; false when `expired()` came first. */
  #arrive(dataflow: Dataflow, expired: Expired): boolean {
    if (!dataflow.arrive(expired)) return false;
    this.#hydrating.delete(dataflow);
    this.#live.add(dataflow);
    for (const [, entry] of this.relations) if (entry.kind === 'view' && entry.dataflow === dataflow) entry.readable.keep();
    this.#untidy = true;
    return true;
  }
  /** Releases rows that only readers saw that are gone; false when `expired()` came first. */
  #tidy(expired: Expired): boolean {
    for (const collection of this.#collections()) if (!collection.tidy(expired)) return false;
    return true;
  }

  #upstreamReady(dataflow: Dataflow): boolean {
    for (const id of dataflow.rendered.reads) if (!this.relations.isHydrated(id)) return false;
    return true;
  }

  /** Bytes and rows held, by relation and by dataflow. */
  memory(): ReturnType<Relations['sizes']> {
    return [{ name: 'symbols', bytes: this.symbols.byteLength, rows: this.symbols.size }, ...this.relations.sizes()];
  }

  /** The operators of a materialized view as they are now. */
  reportOfView(id: RelationId): readonly OperatorReport[] {
    return this.relations.view(id).dataflow.report();
  }
  /** The operators that a query over `relation` would have. */
  reportOfQuery(relation: Relation, environment: Environment): readonly OperatorReport[] {
    const dataflow = this.#dataflow(relation, { push: () => {} }, environment, () => {}, true);
    const report = dataflow.report();
    this.#end(dataflow);
    return report;
  }

  /** Starts a one-shot query; it runs in `work`. With a meter its operators are measured, and `report` says what each did. */
  query(relation: Relation, type: RelationType, read: ReadPlan, environment: Environment, limits: QueryLimits, meter?: Meter): QueryRun {
    const query = new Query(this, (ended) => this.#finish(ended), type, read, limits);
    try {
      const dataflow = this.#dataflow(relation, query.result, environment, () => ending(() => query.interrupt()), true, meter);
      query.begin(dataflow);
      this.#owners.set(dataflow, query);
    } catch (error) {
      query.fail(error);
    }
    if (query.failure === undefined) this.#queries.add(query);
    return query;
  }

  /** A query that is answered at once, as often as it is asked: see `canPeek`. */
  peek(plan: PeekPlan): Peek {
    return new Peek(plan, this.#environment, this);
  }
  sound(id: RelationId): Collection | undefined {
    return this.relations.sound(id);
  }

  /** When a relation whose memory another thread was told of changes by the clock alone; Infinity for never. */
  get toldChange(): number {
    return (this.told.changesByClock ? this.nextChange() : undefined) ?? Infinity;
  }

  #finish(query: Query): void {
    this.#queries.delete(query);
    if (query.isRead) this.#answers.add(query);
    else this.#answers.delete(query);
    if (query.dataflow !== undefined) this.#end(query.dataflow);
  }

  /** Follows a relation: a snapshot first (unless refused), then what changes at each tick. */
  subscribe(relation: Relation, type: RelationType, environment: Environment, snapshot: boolean, limits: QueryLimits, asOf: number | null = null): Subscription {
    const subscription = new Subscription(this, (ended, flow) => this.#endSubscription(ended, flow), type, { snapshot, asOf }, limits);
    const dataflow = this.#dataflow(relation, subscription.output, environment, () => ending(() => subscription.interrupt()));
    this.#owners.set(dataflow, subscription);
    subscription.begin(dataflow);
    this.#hydrating.add(dataflow);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Whether a subscription is complete that has not published its snapshot: a tick is wanted. */
  get unpublished(): boolean {
    for (const subscription of this.#subscriptions) if (subscription.isWaiting) return true;
    return false;
  }
  get hasSubscriptions(): boolean {
    return this.#subscriptions.size > 0;
  }

  #endSubscription(subscription: Subscription, dataflow: Dataflow): void {
    this.#subscriptions.delete(subscription);
    this.#end(dataflow);
  }
}

/** What an interrupt raises ends the query: it is no error of the row at hand. */
function ending(interrupt: () => void): void {
  try {
    interrupt();
  } catch (error) {
    throw new QueryEnd(error);
  }
}

function moveToEnd<T>(set: Set<T>, member: T): void {
  if (set.delete(member)) set.add(member);
}
