import { InvariantError } from '../core/index.ts';
import type { RelationType, RowBatch, RowLayout } from '../core/index.ts';
import type { Environment, Relation, RelationId } from '../ir/index.ts';
import { ChangeReader } from './changes.ts';
import type { Change, LogReader } from './changes.ts';
import { Dataflow } from './dataflow.ts';
import type { DataflowWorld, LogScan } from './dataflow.ts';
import { checkKey, rowsSharing } from './key-check.ts';
import type { UniqueKey } from './key-check.ts';
import { NamedIndexes } from './named-indexes.ts';
import type { IndexOptions } from './named-indexes.ts';
import type { QueryLimits } from './limits.ts';
import { Collection, Passage } from './operators/collection.ts';
import type { Readable } from './operators/collection.ts';
import { QueryEnd } from './operators/operator.ts';
import type { Sink } from './operators/operator.ts';
import type { ErringView } from './outputs/error-reach.ts';
import type { OnErrorPolicy, ViewError } from './outputs/errors.ts';
import type { ReadPlan } from './outputs/result.ts';
import { Query } from './query.ts';
import type { QueryRun, Surroundings } from './query.ts';
import type { Scan } from './render.ts';
import type { Context } from './scalar/runtime.ts';
import { SymbolSweep } from './state/symbol-sweep.ts';
import type { SymbolRoot } from './state/symbol-sweep.ts';
import { Symbols } from './state/symbols.ts';
import { Subscription } from './subscription.ts';

export interface BaseOptions {
  /** hold the rows in memory: tables; false for append-only sources */
  readonly held: boolean;
  /** unique columns that a table enforces, and by which rows that hold only their key are found: the first is the primary one */
  readonly keys: readonly UniqueKey[];
  /** whether `check` enforces the keys */
  readonly enforced: boolean;
  readonly name: string;
}

interface Base {
  readonly kind: 'base';
  readonly readable: Collection | Passage;
  readonly options: BaseOptions;
  /** columns of which no two rows may have the same values: those of the table's keys, and of its unique indexes, by what these are known by */
  readonly keys: Map<string, UniqueKey>;
}
interface View {
  readonly kind: 'view';
  readonly readable: Collection;
  readonly dataflow: Dataflow;
  readonly name: string;
  onError: OnErrorPolicy;
}

/** Rows marked in each turn while a sweep is under way, whatever else there is to do: about a quarter of a millisecond. */
const LEAST_EFFORT = 16_384;

/**
 * The incremental engine: relations, the dataflows over them, queries and subscriptions. A synchronous object without clock, threads or IO; `database` gives it ticks and slices of time.
 * All views change together in `tick`; whoever reads between ticks sees one state that existed.
 */
export class Engine implements Surroundings {
  readonly symbols: Symbols;
  readonly #environment: Environment;
  readonly #log: LogReader;
  readonly #relations = new Map<RelationId, Base | View>();
  /** in order of creation, so that what a dataflow reads comes before it */
  readonly #dataflows = new Set<Dataflow>();
  readonly #hydrating = new Set<Dataflow>();
  readonly #queries = new Set<Query>();
  /** queries whose answers are being read */
  readonly #answers = new Set<Query>();
  readonly #subscriptions = new Set<Subscription>();
  /** who is told when a dataflow that is not a view's fails */
  readonly #owners = new Map<Dataflow, Query | Subscription>();
  readonly #indexes = new NamedIndexes();
  readonly #readers = new WeakMap<RowLayout, ChangeReader>();
  #sweep: SymbolSweep | undefined;
  #time = 0;
  /** who goes first in `work` */
  #first = 0;

  /** `poisonsSymbols`: see Symbols */
  constructor(options: { readonly environment: Environment; readonly log: LogReader; readonly poisonsSymbols?: boolean }) {
    this.symbols = new Symbols({ poisons: options.poisonsSymbols ?? false });
    this.#environment = options.environment;
    this.#log = options.log;
  }

  /** the last closed tick */
  get time(): number {
    return this.#time;
  }

  addRelation(id: RelationId, type: RelationType, options: BaseOptions): void {
    const readable = options.held ? new Collection(type, this.symbols) : new Passage(type);
    this.#relations.set(id, { kind: 'base', readable, options, keys: new Map(options.enforced ? options.keys.map((key) => [key.name, key]) : []) });
    if (readable instanceof Collection) for (const key of options.keys) readable.arrangement.indexes.byValues(key.columns, 'keys');
  }

  /** Creates a maintained view; it hydrates in `work`. */
  addView(id: RelationId, name: string, type: RelationType, relation: Relation, onError: OnErrorPolicy): void {
    const output = new Collection(type, this.symbols);
    const dataflow = this.#dataflow(relation, output, this.#environment, () => {});
    this.#relations.set(id, { kind: 'view', readable: output, dataflow, name, onError });
    this.#hydrating.add(dataflow);
  }

  /** Indexes a relation that is held; nothing where there is no such relation any more. `work` fills the index, and lookups use it from then on. */
  addIndex(id: RelationId, options: IndexOptions): void {
    const entry = this.#relations.get(id);
    if (entry === undefined || !(entry.readable instanceof Collection)) return;
    this.#indexes.add(entry.readable, options);
    if (options.unique && entry.kind === 'base') entry.keys.set(options.index, options);
  }
  dropIndex(id: RelationId, index: string): void {
    const entry = this.#relations.get(id);
    if (entry?.kind === 'base') entry.keys.delete(index);
    this.#indexes.drop(index);
  }

  setOnError(id: RelationId, onError: OnErrorPolicy): void {
    this.#view(id).onError = onError;
    for (const subscription of this.#subscriptions) subscription.reviewErrors();
  }

  remove(id: RelationId): void {
    const entry = this.#relations.get(id);
    if (entry?.kind === 'view') this.#end(entry.dataflow);
    this.#relations.delete(id);
  }

  #end(dataflow: Dataflow): void {
    dataflow.close();
    this.#dataflows.delete(dataflow);
    this.#hydrating.delete(dataflow);
    this.#owners.delete(dataflow);
  }

  #view(id: RelationId): View {
    const entry = this.#relations.get(id);
    if (entry?.kind !== 'view') throw new InvariantError(`${id} is not a view`);
    return entry;
  }

  #dataflow(relation: Relation, output: Sink, environment: Environment, interrupt: () => void, once = false): Dataflow {
    const engine = this;
    const context: Context = {
      symbols: this.symbols,
      environment,
      once,
      position: 0,
      get time() {
        return engine.#time;
      },
    };
    const world: DataflowWorld = {
      context,
      interrupt,
      readable: (id) => this.#readable(id),
      scanLog: (scan) => this.#scanLog(scan),
    };
    const dataflow = new Dataflow(relation, output, world);
    this.#dataflows.add(dataflow);
    return dataflow;
  }

  #readable(id: RelationId): Readable {
    const entry = this.#relations.get(id);
    if (entry === undefined) throw new InvariantError(`the engine has no relation ${id}`);
    return entry.readable;
  }

  // Ticks

  /** Applies the changes at `time`, which lies after the last tick, and closes the tick: every view is then as of `time`. */
  tick(time: number, changes: readonly Change[]): void {
    if (time <= this.#time && this.#time !== 0) throw new InvariantError(`tick ${time} does not follow ${this.#time}`);
    this.#time = time;
    for (const dataflow of this.#dataflows) this.#guard(dataflow, () => dataflow.advance());
    for (const change of changes) this.#apply(change);
    for (const dataflow of this.#dataflows) this.#guard(dataflow, () => dataflow.flush());
    for (const subscription of this.#subscriptions) subscription.publish(time);
  }

  /** A query or subscription that fails in a tick fails alone. */
  #guard(dataflow: Dataflow, action: () => void): void {
    const owner = this.#owners.get(dataflow);
    if (owner === undefined) {
      action();
      return;
    }
    try {
      action();
    } catch (error) {
      owner.fail(error);
      this.#end(dataflow);
    }
  }

  /** The next time at which some output changes with no new input. */
  nextChange(): number | undefined {
    let next: number | undefined;
    for (const dataflow of this.#dataflows) {
      const change = dataflow.nextChange();
      if (change !== undefined && (next === undefined || change < next)) next = change;
    }
    for (const { beginsAt } of this.#subscriptions) if (beginsAt !== undefined && (next === undefined || beginsAt < next)) next = beginsAt;
    return next;
  }

  #apply(change: Change): void {
    const entry = this.#relations.get(change.relation);
    // A relation dropped while its source's last rows were under way.
    if (entry === undefined || entry.kind !== 'base') return;
    const { readable } = entry;
    if (change.truncate === true) {
      if (readable instanceof Collection) this.#truncate(readable);
      return;
    }
    this.#reader(readable.layout).push(change, (I, F, b, w) => readable.push(I, F, b, w), readable instanceof Collection ? { collection: readable, key: entry.options.keys[0]?.columns } : undefined);
  }

  #truncate(collection: Collection): void {
    const { slab } = collection.arrangement;
    for (let handle = 1; handle < slab.top; handle++) {
      const at = handle * slab.stride;
      const weight = slab.I[at]!;
      if (weight !== 0) collection.push(slab.I, slab.F, at, -weight);
    }
  }

  #reader(layout: RowLayout): ChangeReader {
    let known = this.#readers.get(layout);
    if (known === undefined) this.#readers.set(layout, (known = new ChangeReader(layout, this.symbols)));
    return known;
  }

  /** Raises 23505 where the changes, taken together, would leave two rows with one key. */
  check(changes: readonly Change[]): void {
    for (const id of new Set(changes.map((change) => change.relation))) {
      const entry = this.#relations.get(id);
      if (entry?.kind !== 'base' || !this.enforcesKeys(id) || !(entry.readable instanceof Collection)) continue;
      const own = changes.filter((change) => change.relation === id);
      const truncated = own.findLastIndex((change) => change.truncate === true);
      const batches = own.slice(truncated + 1).flatMap(({ rows }) => (rows === undefined ? [] : [rows]));
      for (const key of entry.keys.values()) checkKey(entry.readable, key, batches, truncated >= 0);
    }
  }

  /** The rows of a table that share these columns with a row of the batch; undefined where there is no such table. */
  lookup(id: RelationId, columns: readonly number[], rows: RowBatch): RowBatch | undefined {
    const entry = this.#relations.get(id);
    return entry?.kind === 'base' && entry.readable instanceof Collection ? rowsSharing(entry.readable, columns, rows) : undefined;
  }

  /** Whether `check` can refuse a change of the relation. */
  enforcesKeys(id: RelationId): boolean {
    const entry = this.#relations.get(id);
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
    this.#sweepOn(expired);
    return this.#sweep !== undefined || [...this.#hydrating].some((dataflow) => this.#upstreamReady(dataflow)) || this.#queries.size > 0 || this.#indexes.building;
  }

  /** Goes on with a sweep, or begins one that is due. Some of it is done also where the time is used up: the dictionary must not grow faster than it is swept. */
  #sweepOn(expired: () => boolean): void {
    if (this.#sweep === undefined && !this.symbols.wantsSweep) return;
    const least = this.symbols.effort + LEAST_EFFORT;
    this.sweep(() => this.symbols.effort >= least && expired());
  }

  /** Reclaims symbols that no row holds any more, until `expired()` and by one slice at least; true when a sweep is at its end. Between ticks only. */
  sweep(expired: () => boolean): boolean {
    this.#sweep ??= new SymbolSweep(this.symbols, this.#symbolRoots());
    const done = this.#sweep.step(expired);
    if (done) this.#sweep = undefined;
    return done;
  }

  /** All that keeps symbols between ticks. */
  #symbolRoots(): readonly SymbolRoot[] {
    return [...new Set([
      ...[...this.#relations.values()].flatMap(({ readable }) => (readable.arrangement === undefined ? [] : [readable.arrangement])),
      ...[...this.#dataflows].flatMap((dataflow) => dataflow.symbolRoots),
      ...[...this.#queries, ...this.#answers].map(({ result }) => result.arrangement),
      ...[...this.#subscriptions].map(({ output }) => output.arrangement),
    ])];
  }

  /** True when the time is used up. */
  #workViews(expired: () => boolean): boolean {
    for (const dataflow of this.#hydrating) {
      if (!this.#upstreamReady(dataflow)) continue;
      this.#guard(dataflow, () => {
        if (!dataflow.hydrate(expired)) return;
        this.#hydrating.delete(dataflow);
        dataflow.flush();
      });
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

  #upstreamReady(dataflow: Dataflow): boolean {
    for (const id of dataflow.rendered.reads) {
      const entry = this.#relations.get(id);
      if (entry?.kind === 'view' && !entry.dataflow.hydrated) return false;
    }
    return true;
  }

  /** Views not yet complete among those a query over `relation` reads, by name. */
  isHydrated(id: RelationId): boolean {
    const entry = this.#relations.get(id);
    return entry === undefined || entry.kind === 'base' || entry.dataflow.hydrated;
  }

  /** Rows scanned of each view's inputs, and whether it is complete. */
  hydration(): readonly { readonly id: RelationId; readonly name: string; readonly hydrated: boolean; readonly scanned: number; readonly known: number }[] {
    return [...this.#relations].flatMap(([id, entry]) => entry.kind === 'view' ? [{
      id, name: entry.name, hydrated: entry.dataflow.hydrated, scanned: entry.dataflow.scanned,
      known: entry.dataflow.rendered.scans.reduce((sum, scan) => sum + (scan.readable.arrangement?.rows ?? 0), 0),
    }] : []);
  }

  viewErrors(): readonly { readonly id: RelationId; readonly name: string; readonly errors: readonly ViewError[] }[] {
    return [...this.#relations].flatMap(([id, entry]) => (entry.kind === 'view' && entry.dataflow.errors.size > 0 ? [{ id, name: entry.name, errors: entry.dataflow.errors.list(1000) }] : []));
  }

  relationName(id: RelationId): string {
    const entry = this.#relations.get(id);
    return entry === undefined ? id : entry.kind === 'view' ? entry.name : entry.options.name;
  }

  /** Bytes held, by relation and by dataflow. */
  memory(): readonly { readonly name: string; readonly bytes: number; readonly rows: number }[] {
    const sizes: { name: string; bytes: number; rows: number }[] = [{ name: 'symbols', bytes: this.symbols.byteLength, rows: this.symbols.size }];
    for (const entry of this.#relations.values()) {
      const name = entry.kind === 'view' ? entry.name : entry.options.name;
      const { arrangement } = entry.readable;
      if (arrangement !== undefined) sizes.push({ name, bytes: arrangement.byteLength, rows: arrangement.rows });
      if (entry.kind === 'view') sizes.push({ name: `${name} (operators)`, bytes: entry.dataflow.stateBytes, rows: entry.dataflow.stateRows });
    }
    return sizes;
  }

  /** Starts a one-shot query; it runs in `work`. */
  query(relation: Relation, type: RelationType, read: ReadPlan, environment: Environment, limits: QueryLimits): QueryRun {
    const query = new Query(this, (ended) => this.#finish(ended), type, read, limits);
    try {
      const dataflow = this.#dataflow(relation, query.result, environment, () => {
        try {
          query.interrupt();
        } catch (error) {
          throw new QueryEnd(error);
        }
      }, true);
      query.begin(dataflow);
      this.#owners.set(dataflow, query);
    } catch (error) {
      query.fail(error);
    }
    if (query.failure === undefined) this.#queries.add(query);
    return query;
  }

  #finish(query: Query): void {
    this.#queries.delete(query);
    if (query.isRead) this.#answers.add(query);
    else this.#answers.delete(query);
    if (query.dataflow !== undefined) this.#end(query.dataflow);
  }

  erring(id: RelationId): ErringView | undefined {
    const entry = this.#relations.get(id);
    return entry?.kind === 'view' ? entry : undefined;
  }

  /** Follows a relation: a snapshot first (unless refused), then what changes at each tick. */
  subscribe(relation: Relation, type: RelationType, environment: Environment, snapshot: boolean, limits: QueryLimits, asOf: number | null = null): Subscription {
    const subscription = new Subscription(this, (ended, flow) => this.#endSubscription(ended, flow), type, { snapshot, asOf });
    const dataflow = this.#dataflow(relation, subscription.output, environment, () => {
      try {
        limits.interrupt();
        subscription.limitTo(limits.memoryBytes);
      } catch (error) {
        throw new QueryEnd(error);
      }
    });
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

  #scanLog(scan: Scan): LogScan {
    let position: number | undefined;
    return {
      step: (rows) => {
        let pushed = 0;
        while (pushed < rows) {
          const next = this.#log.next(scan.relation, position);
          if (next === undefined) return false;
          position = next.position;
          for (const change of next.changes) {
            pushed += change.rows?.rowCount ?? 0;
            this.#reader(scan.readable.layout).push(change, (I, F, b, w) => scan.occurrence.change(I, F, b, w, 0), undefined);
          }
        }
        return true;
      },
    };
  }
}

function moveToEnd<T>(set: Set<T>, member: T): void {
  if (set.delete(member)) set.add(member);
}
