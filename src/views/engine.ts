import { codecOf, defaultTextSettings, InvariantError, RowBatch, rowLayout, SqlError } from '../core/index.ts';
import type { RelationType, RowLayout } from '../core/index.ts';
import type { Environment, Relation, RelationId } from '../ir/index.ts';
import { Dataflow, readError } from './dataflow.ts';
import type { DataflowWorld, LogScan } from './dataflow.ts';
import { Collection, Passage } from './operators/collection.ts';
import type { Readable } from './operators/collection.ts';
import { QueryEnd, Scratch } from './operators/operator.ts';
import type { Sink } from './operators/operator.ts';
import type { ViewError } from './outputs/errors.ts';
import { ResultReader, BatchWriter } from './outputs/result.ts';
import type { ReadPlan } from './outputs/result.ts';
import type { Scan } from './render.ts';
import { readColumn } from './scalar/runtime.ts';
import type { Context } from './scalar/runtime.ts';
import { sameRow } from './state/row-code.ts';
import { Symbols } from './state/symbols.ts';

/** Changes of one relation, in order, as they lie in the log. */
export interface Change {
  readonly relation: RelationId;
  readonly rows?: RowBatch;
  /** columns that row `n` of the batch leaves out, as bits: they are those of the row before, its old version */
  readonly missing?: ReadonlyMap<number, bigint>;
  /** rows of the batch that hold their key only */
  readonly keyOnly?: ReadonlySet<number>;
  readonly truncate?: boolean;
}

/** The stored changes, for relations that are not held in memory. */
export interface LogReader {
  /** The next stored changes of the relation behind `position` (undefined: from the start), or undefined at the end. */
  next(relation: RelationId, position: number | undefined): { readonly changes: readonly Change[]; readonly position: number } | undefined;
}

export interface BaseOptions {
  /** hold the rows in memory: tables; false for append-only sources */
  readonly held: boolean;
  /** unique columns that a table enforces, and by which rows that hold only their key are found: the first is the primary one */
  readonly keys: readonly { readonly name: string; readonly columns: readonly number[] }[];
  /** whether `check` enforces the keys */
  readonly enforced: boolean;
  readonly name: string;
}

export type OnErrorPolicy = 'fail' | 'skip' | 'null';

interface Base {
  readonly kind: 'base';
  readonly readable: Collection | Passage;
  readonly options: BaseOptions;
}
interface View {
  readonly kind: 'view';
  readonly readable: Collection;
  readonly dataflow: Dataflow;
  readonly name: string;
  onError: OnErrorPolicy;
}

/** A query that was asked: it runs in slices until it is complete, and is then read out. */
export interface QueryRun {
  readonly ready: boolean;
  /** the error that ended it */
  readonly failure: SqlError | undefined;
  /** rows with errors that were left out under ON ERROR = 'skip', by view */
  readonly skipped: readonly { readonly view: string; readonly count: number }[];
  /** the time as of which it answers; known when ready */
  readonly time: number;
  next(maxRows: number): RowBatch | null;
  readonly done: boolean;
  close(): void;
}

/** How a subscription begins: with a snapshot or not, at `asOf` where it must not be earlier. */
interface SubscriptionStart {
  readonly snapshot: boolean;
  readonly asOf: number | null;
}

/** What changed at one time: the rows with their differences as weights. */
export interface Published {
  readonly time: number;
  readonly rows: RowBatch | null;
}

export interface QueryLimits {
  /** polled during long work; throws to end the query */
  readonly interrupt: () => void;
  /** bytes of state the query may hold; beyond it fails with 53200 */
  readonly memoryBytes: number;
}

/**
 * The incremental engine: relations, the dataflows over them, queries and subscriptions. A synchronous object without clock, threads or IO; `database` gives it ticks and slices of time.
 * All views change together in `tick`; whoever reads between ticks sees one state that existed.
 */
export class Engine {
  readonly symbols = new Symbols();
  readonly #environment: Environment;
  readonly #log: LogReader;
  readonly #relations = new Map<RelationId, Base | View>();
  /** in order of creation, so that what a dataflow reads comes before it */
  readonly #dataflows = new Set<Dataflow>();
  readonly #hydrating = new Set<Dataflow>();
  readonly #queries = new Set<Query>();
  readonly #subscriptions = new Set<Subscription>();
  /** who is told when a dataflow that is not a view's fails */
  readonly #owners = new Map<Dataflow, Query | Subscription>();
  readonly #unpackings = new WeakMap<RowLayout, Unpacking>();
  #time = 0;
  #queriesFirst = false;

  constructor(options: { readonly environment: Environment; readonly log: LogReader }) {
    this.#environment = options.environment;
    this.#log = options.log;
  }

  /** the last closed tick */
  get time(): number {
    return this.#time;
  }

  addRelation(id: RelationId, type: RelationType, options: BaseOptions): void {
    const readable = options.held ? new Collection(type, this.symbols) : new Passage(type);
    this.#relations.set(id, { kind: 'base', readable, options });
  }

  /** Creates a maintained view; it hydrates in `work`. */
  addView(id: RelationId, name: string, type: RelationType, relation: Relation, onError: OnErrorPolicy): void {
    const output = new Collection(type, this.symbols);
    const dataflow = this.#dataflow(relation, output, this.#environment, () => {});
    this.#relations.set(id, { kind: 'view', readable: output, dataflow, name, onError });
    this.#hydrating.add(dataflow);
  }

  setOnError(id: RelationId, onError: OnErrorPolicy): void {
    this.#view(id).onError = onError;
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

  #dataflow(relation: Relation, output: Sink, environment: Environment, interrupt: () => void): Dataflow {
    const engine = this;
    const context: Context = {
      symbols: this.symbols,
      environment,
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
    this.#pushRows(change, readable.layout, (I, F, b, w) => readable.push(I, F, b, w), readable instanceof Collection ? { collection: readable, key: entry.options.keys[0]?.columns } : undefined);
  }

  #truncate(collection: Collection): void {
    const { slab } = collection.arrangement;
    for (let handle = 1; handle < slab.top; handle++) {
      const at = handle * slab.stride;
      const weight = slab.I[at]!;
      if (weight !== 0) collection.push(slab.I, slab.F, at, -weight);
    }
  }

  /** Pushes a batch row by row, its symbols as transients; fills what upstream left out from the stored rows. */
  #pushRows(
    change: Change, layout: RowLayout, push: (I: Int32Array, F: Float64Array, b: number, w: number) => void,
    stored: { readonly collection: Collection; readonly key: readonly number[] | undefined } | undefined,
  ): void {
    const { rows, missing, keyOnly } = change;
    if (rows === undefined) return;
    const { symbols } = this;
    const { unpack, scratch, old } = this.#unpacking(layout);
    const { I, F } = scratch;
    symbols.useArena(rows.arena);
    for (let row = 0; row < rows.rowCount; row++) {
      unpack.row(rows, row, I);
      if (keyOnly?.has(row) === true) {
        const at = this.#findByKey(stored, layout, I);
        if (at < 0) continue;
        const slab = stored!.collection.arrangement.slab;
        const weight = I[0]!;
        for (let word = 0; word < layout.stride; word++) I[word] = slab.I[at + word]!;
        I[0] = weight;
      }
      const lacks = missing?.get(row);
      if (lacks !== undefined) {
        for (let column = 0; column < layout.types.length; column++) if (((lacks >> BigInt(column)) & 1n) === 1n) copyWords(layout, old, I, column);
      }
      if (missing !== undefined && I[0]! < 0) this.#intern(layout, I, old);
      push(I, F, 0, I[0]!);
      symbols.forgetTransients();
    }
  }

  /** What unpacking batches of a layout takes, made once a layout. */
  #unpacking(layout: RowLayout): Unpacking {
    let known = this.#unpackings.get(layout);
    if (known === undefined) {
      known = { unpack: new Unpacker(layout, this.symbols), scratch: new Scratch(layout), old: new Int32Array(layout.stride) };
      this.#unpackings.set(layout, known);
    }
    return known;
  }

  #intern(layout: RowLayout, from: Int32Array, to: Int32Array): void {
    to.set(from);
    layout.storages.forEach((storage, column) => {
      const at = layout.offsets[column]!;
      if (storage === 'symbol' && to[at]! < 0 && ((to[1 + (column >> 5)]! >>> (column & 31)) & 1) === 0) to[at] = this.symbols.intern(to[at]!, layout.types[column]!.oid);
    });
  }

  #findByKey(stored: { readonly collection: Collection; readonly key: readonly number[] | undefined } | undefined, layout: RowLayout, I: Int32Array): number {
    if (stored === undefined || stored.key === undefined) throw new InvariantError('a row that holds only its key came for a relation without a key');
    const { arrangement } = stored.collection;
    const index = arrangement.indexOn(stored.key);
    this.#intern(layout, I, I);
    const same = sameRow(layout, stored.key, layout, stored.key);
    const { slab } = arrangement;
    for (let handle = index.find(index.hash(I, 0), same, I, 0); handle !== 0; handle = index.next[handle]!) {
      if (slab.I[handle * slab.stride]! > 0) return handle * slab.stride;
    }
    return -1;
  }

  /** Raises 23505 where the changes, taken together, would leave two rows with one key. */
  check(changes: readonly Change[]): void {
    for (const id of new Set(changes.map((change) => change.relation))) {
      const entry = this.#relations.get(id);
      if (entry?.kind !== 'base' || !this.enforcesKeys(id) || !(entry.readable instanceof Collection)) continue;
      const own = changes.filter((change) => change.relation === id);
      const truncated = own.findLastIndex((change) => change.truncate === true);
      const batches = own.slice(truncated + 1).flatMap(({ rows }) => (rows === undefined ? [] : [rows]));
      for (const key of entry.options.keys) this.#checkKey(entry.readable, key, batches, truncated >= 0);
    }
  }
  /** Whether `check` can refuse a change of the relation. */
  enforcesKeys(id: RelationId): boolean {
    const entry = this.#relations.get(id);
    return entry?.kind === 'base' && entry.options.enforced && entry.options.keys.length > 0;
  }

  #checkKey(collection: Collection, key: { readonly name: string; readonly columns: readonly number[] }, batches: readonly RowBatch[], truncated: boolean): void {
    const { arrangement, layout, type } = collection;
    const index = arrangement.indexOn(key.columns);
    const same = sameRow(layout, key.columns, layout, key.columns);
    const unpack = new Unpacker(layout, this.symbols);
    const { I, F } = new Scratch(layout);
    /** Visits the rows whose key is not NULL, each in `I`, with the words of its key. */
    const visit = (see: (words: string, weight: number) => void): void => {
      for (const rows of batches) {
        this.symbols.useArena(rows.arena);
        for (let row = 0; row < rows.rowCount; row++) {
          unpack.row(rows, row, I);
          this.#intern(layout, I, I);
          this.symbols.forgetTransients();
          if (!index.hasNull(I, 0)) see(key.columns.map((column) => `${I[layout.offsets[column]!]}.${isWide(layout, column) ? I[layout.offsets[column]! + 1] : ''}`).join(), I[0]!);
        }
      }
    };
    const net = new Map<string, number>();
    visit((words, weight) => void net.set(words, (net.get(words) ?? 0) + weight));
    visit((words, weight) => {
      if (weight <= 0) return;
      let stored = 0;
      for (let handle = index.find(index.hash(I, 0), same, I, 0); handle !== 0 && !truncated; handle = index.next[handle]!) stored += arrangement.weight(handle);
      if (stored + net.get(words)! <= 1) return;
      const values = key.columns.map((column) => {
        const value = readColumn(this.symbols, layout, I, F, 0, column);
        return value === null ? 'null' : codecOf(layout.types[column]!.oid).print(value, defaultTextSettings);
      });
      throw new SqlError('23505', `duplicate key value violates unique constraint "${key.name}"`, {
        detail: `Key (${key.columns.map((column) => type.columns[column]!.name).join(', ')})=(${values.join(', ')}) already exists.`, constraint: key.name,
      });
    });
  }

  // Hydration and queries

  /**
   * Gives hydrating views and running queries time until `expired()`; false when none is left to work on.
   * In turns: who used up the time comes last then, and views and queries go first alternately, so that a long one keeps nobody waiting for its end.
   */
  work(expired: () => boolean): boolean {
    this.#queriesFirst = !this.#queriesFirst;
    const used = this.#queriesFirst ? this.#workQueries(expired) || this.#workViews(expired) : this.#workViews(expired) || this.#workQueries(expired);
    return used || [...this.#hydrating].some((dataflow) => this.#upstreamReady(dataflow)) || this.#queries.size > 0;
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
    const query = new Query(this, type, read, limits);
    try {
      const dataflow = this.#dataflow(relation, query.result, environment, () => {
        try {
          query.interrupt();
        } catch (error) {
          throw new QueryEnd(error);
        }
      });
      query.begin(dataflow);
      this.#owners.set(dataflow, query);
    } catch (error) {
      query.fail(error);
    }
    if (query.failure === undefined) this.#queries.add(query);
    return query;
  }

  /** @internal by Query */
  finish(query: Query): void {
    this.#queries.delete(query);
    if (query.dataflow !== undefined) this.#end(query.dataflow);
  }

  /** The error a reader of these relations meets, and what 'skip' leaves out. */
  errorsOf(reads: Iterable<RelationId>, seen = new Set<RelationId>()): { readonly failure: SqlError | undefined; readonly skipped: { readonly view: string; readonly count: number }[] } {
    const skipped: { view: string; count: number }[] = [];
    let failure: SqlError | undefined;
    for (const id of reads) {
      const entry = this.#relations.get(id);
      if (entry?.kind !== 'view' || seen.has(id)) continue;
      seen.add(id);
      const { errors } = entry.dataflow;
      if (errors.size > 0) {
        if (entry.onError === 'skip') skipped.push({ view: entry.name, count: errors.list().reduce((sum, error) => sum + error.count, 0) });
        else failure ??= readError(errors, entry.name, (source) => this.relationName(source as RelationId));
      }
      const below = this.errorsOf(entry.dataflow.rendered.reads, seen);
      if (entry.onError !== 'skip') failure ??= below.failure;
      skipped.push(...below.skipped);
    }
    return { failure, skipped };
  }

  /** Follows a relation: a snapshot first (unless refused), then what changes at each tick. */
  subscribe(relation: Relation, type: RelationType, environment: Environment, snapshot: boolean, limits: QueryLimits, asOf: number | null = null): Subscription {
    const subscription = new Subscription(this, type, { snapshot, asOf });
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

  /** @internal by Subscription */
  endSubscription(subscription: Subscription, dataflow: Dataflow): void {
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
            this.#pushRows(change, scan.readable.layout, (I, F, b, w) => scan.occurrence.change(I, F, b, w, 0), undefined);
          }
        }
        return true;
      },
    };
  }
}

const isWide = (layout: RowLayout, column: number): boolean => layout.storages[column] === 'long' || layout.storages[column] === 'double';

function copyWords(layout: RowLayout, from: Int32Array, to: Int32Array, column: number): void {
  const at = layout.offsets[column]!;
  to[at] = from[at]!;
  if (isWide(layout, column)) to[at + 1] = from[at + 1]!;
  const mask = 1 + (column >> 5);
  const bit = 1 << (column & 31);
  to[mask] = (to[mask]! & ~bit) | (from[mask]! & bit);
}

interface Unpacking {
  readonly unpack: Unpacker;
  readonly scratch: Scratch;
  /** the last row of weight -1, for columns that its new version leaves out */
  readonly old: Int32Array;
}

/** Copies rows of a batch into engine rows: words as they lie, symbols as transients over the batch's arena. */
class Unpacker {
  readonly #symbolColumns: readonly { readonly at: number; readonly mask: number; readonly bit: number }[];
  readonly #symbols: Symbols;
  readonly #stride: number;

  constructor(layout: RowLayout, symbols: Symbols) {
    this.#symbols = symbols;
    this.#stride = layout.stride;
    this.#symbolColumns = layout.storages.flatMap((storage, column) => (storage === 'symbol' ? [{ at: layout.offsets[column]!, mask: 1 + (column >> 5), bit: 1 << (column & 31) }] : []));
  }
  row(rows: RowBatch, row: number, I: Int32Array): void {
    const from = row * this.#stride;
    const words = rows.I;
    for (let word = 0; word < this.#stride; word++) I[word] = words[from + word]!;
    for (const { at, mask, bit } of this.#symbolColumns) {
      if ((I[mask]! & bit) !== 0) continue;
      const start = I[at]!;
      const { arena } = rows;
      const length = arena[start]! | (arena[start + 1]! << 8) | (arena[start + 2]! << 16) | (arena[start + 3]! << 24);
      I[at] = this.#symbols.transientBytes(start + 4, length);
    }
  }
}

function moveToEnd<T>(set: Set<T>, member: T): void {
  if (set.delete(member)) set.add(member);
}

/** The error a client is told, of what ended its dataflow. */
function failureOf(thrown: unknown): SqlError {
  const error = thrown instanceof QueryEnd ? thrown.reason : thrown;
  return error instanceof SqlError ? error : new SqlError('XX000', `internal error: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function checkMemory(bytes: number, most: number, what: string): void {
  if (bytes <= most) return;
  throw new SqlError('53200', 'out of memory', {
    detail: `The ${what} holds ${Math.round(bytes / 1048576)} MiB, and may hold ${Math.round(most / 1048576)} MiB.`,
    hint: 'Add a condition or a LIMIT, or raise query_memory_limit.',
  });
}

/** A one-shot query; see QueryRun. */
class Query implements QueryRun {
  readonly result: Collection;
  dataflow: Dataflow | undefined;
  failure: SqlError | undefined;
  skipped: readonly { readonly view: string; readonly count: number }[] = [];
  time = 0;
  readonly #engine: Engine;
  readonly #read: ReadPlan;
  readonly #limits: QueryLimits;
  #reader: ResultReader | undefined;

  constructor(engine: Engine, type: RelationType, read: ReadPlan, limits: QueryLimits) {
    this.#engine = engine;
    this.#read = read;
    this.#limits = limits;
    this.result = new Collection(type, engine.symbols);
  }
  begin(dataflow: Dataflow): void {
    this.dataflow = dataflow;
  }
  get ready(): boolean {
    return this.failure !== undefined || this.#reader !== undefined;
  }
  get done(): boolean {
    return this.#reader?.done ?? true;
  }
  interrupt(): void {
    this.#limits.interrupt();
    checkMemory(this.result.arrangement.byteLength + (this.dataflow?.stateBytes ?? 0), this.#limits.memoryBytes, 'query');
  }
  work(expired: () => boolean): void {
    const dataflow = this.dataflow!;
    try {
      this.#limits.interrupt();
      for (const id of dataflow.rendered.reads) if (!this.#engine.isHydrated(id)) return;
      if (!dataflow.hydrate(expired)) {
        this.interrupt();
        return;
      }
      dataflow.flush();
      const { failure, skipped } = this.#engine.errorsOf(dataflow.rendered.reads);
      this.skipped = skipped;
      const own = readError(dataflow.errors, 'the query', (id) => this.#engine.relationName(id as RelationId));
      if (own !== undefined) throw new SqlError(own.code, own.message, { ...(own.fields.position === undefined ? {} : { position: own.fields.position }) });
      if (failure !== undefined) throw failure;
      this.time = this.#engine.time;
      this.#reader = new ResultReader(this.result.arrangement, this.#read);
    } catch (error) {
      this.fail(error);
    }
    this.#engine.finish(this);
  }
  fail(thrown: unknown): void {
    this.failure = failureOf(thrown);
    this.#engine.finish(this);
  }
  next(maxRows: number): RowBatch | null {
    return this.#reader!.next(maxRows);
  }
  close(): void {
    this.#engine.finish(this);
    this.#reader = undefined;
  }
}

/** Bytes that may wait for a subscriber; past them the subscription ends with an error, so that a stopped reader costs no memory. */
const SUBSCRIPTION_BYTES = 64 << 20;

/** A relation being followed: `published` holds what has not been taken yet. */
export class Subscription {
  readonly output: Collection;
  readonly published: Published[] = [];
  failure: SqlError | undefined;
  readonly #engine: Engine;
  readonly #begin: SubscriptionStart;
  readonly #before = new Map<number, number>();
  #dataflow: Dataflow | undefined;
  #first = true;
  #bytes = 0;

  constructor(engine: Engine, type: RelationType, begin: SubscriptionStart) {
    this.#engine = engine;
    this.#begin = begin;
    this.output = new Collection(type, engine.symbols);
    this.output.watch((handle, weightBefore) => {
      if (!this.#before.has(handle)) this.#before.set(handle, weightBefore);
    });
  }
  begin(dataflow: Dataflow): void {
    this.#dataflow = dataflow;
  }

  get isWaiting(): boolean {
    const { asOf } = this.#begin;
    return this.#first && this.#dataflow!.hydrated && this.failure === undefined && (asOf === null || this.#engine.time >= asOf);
  }
  /** the time of a snapshot still to come that was asked for by AS OF: a tick has to close there */
  get beginsAt(): number | undefined {
    const { asOf } = this.#begin;
    return this.#first && asOf !== null && asOf > this.#engine.time ? asOf : undefined;
  }
  /** Raises 53200 where the rows and the operators' state are more than may be held. */
  limitTo(memoryBytes: number): void {
    checkMemory(this.output.arrangement.byteLength + (this.#dataflow?.stateBytes ?? 0), memoryBytes, 'subscription');
  }
  /** Ends with an error, which is what the next `take` meets. */
  fail(thrown: unknown): void {
    this.failure = failureOf(thrown);
    this.published.length = 0;
    this.output.watch(undefined);
  }

  /** Puts the differences of the tick into `published`; the first after hydration is the snapshot. */
  publish(time: number): void {
    const dataflow = this.#dataflow!;
    if (!dataflow.hydrated || this.failure !== undefined) return;
    // What changes before the snapshot's time is part of the snapshot.
    if (this.#first && this.#begin.asOf !== null && time < this.#begin.asOf) return;
    const { arrangement, layout } = this.output;
    const writer = new BatchWriter(layout, layout.types.length, this.#engine.symbols);
    const { slab } = arrangement;
    const keep = !this.#first || this.#begin.snapshot;
    for (const [handle, before] of this.#before) {
      const at = handle * slab.stride;
      const difference = slab.I[at]! - before;
      if (difference !== 0 && keep) writer.add(slab.I, slab.F, at, difference);
      arrangement.release(handle);
    }
    this.#before.clear();
    this.#first = false;
    const { failure } = this.#engine.errorsOf(dataflow.rendered.reads);
    this.failure = failure ?? readError(dataflow.errors, 'the subscription', (id) => this.#engine.relationName(id as RelationId));
    const rows = writer.builder.rowCount === 0 ? null : writer.builder.finish();
    this.#bytes += rows?.buffer.byteLength ?? 0;
    const last = this.published[this.published.length - 1];
    // Progress alone is merged: a reader that is behind needs only the latest.
    if (rows === null && last !== undefined && last.rows === null) this.published[this.published.length - 1] = { time, rows: null };
    else this.published.push({ time, rows });
    if (this.#bytes > SUBSCRIPTION_BYTES) {
      this.published.length = 0;
      this.failure = new SqlError('53400', 'the subscriber is too far behind', { detail: `More than ${SUBSCRIPTION_BYTES >> 20} MiB of changes waited for it.`, hint: 'Read faster, or subscribe again.' });
    }
  }

  take(): Published | undefined {
    const next = this.published.shift();
    if (next?.rows) this.#bytes -= next.rows.buffer.byteLength;
    return next;
  }
  close(): void {
    this.#engine.endSubscription(this, this.#dataflow!);
  }
}
