import { SqlError, TransientError } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { LogRecord, Store, StoredChange } from '../../storage/index.ts';
import type { Change, Engine } from '../../views/index.ts';
import type { EngineAction, Request, SourceWrite } from './messages.ts';
import { adds } from './relations.ts';
import type { Relations } from './relations.ts';

/** A query waits for the tick under way for this many slices of time; past that it is answered as of the tick before. */
const PATIENCE_SLICES = 3;
/** Bytes of changes that one tick gathers. */
const TICK_BYTES = 8 << 20;

type Write = Request & { kind: 'write' | 'change' };
/** What waits for the tick under way to be closed: writes, and what is asked before one. */
export type Waiting = Request & { kind: 'write' | 'change' | 'check' | 'lookup' };
/** Work that yields when its slice of time is used up. */
type Slices<T = void> = Generator<undefined, T>;

/** What the timeline finds around it. */
export interface TimelineWorld {
  readonly clock: Clock;
  readonly store: Pick<Store, 'append'>;
  readonly engine: Engine;
  readonly relations: Relations;
  /** whether somebody wants to read as of now */
  readonly wanted: () => boolean;
  readonly answer: (id: number, value: unknown, transfer?: readonly ArrayBuffer[]) => void;
  readonly fail: (id: number, error: unknown) => void;
  /** Something happened that `work` waited for. */
  readonly wake: () => void;
}

/**
 * Closes ticks: those that are due by the clock alone, each at its own time; then one tick for all writes that wait, with one durable append for all of them, before which nothing of them is visible.
 * A tick's time is max(wall clock, last + 1), and never more than 1 ms ahead of the wall clock; the clock jumping back holds time still.
 * It works in slices: a tick that does not end within its slice goes on in the next, and what is read meanwhile is the tick before. While the disk works, it does nothing, and writes gather for the next tick.
 */
export class Timeline {
  readonly #world: TimelineWorld;
  readonly #engine: Engine;
  /** when a relation was last written to, since the start */
  readonly #writtenAt = new Map<RelationId, number>();
  readonly #writes: { readonly id: number; readonly request: Waiting }[] = [];
  /** writes that share the tick under way, and what is being checked */
  readonly #accepted: { readonly id: number; readonly request: Write }[] = [];
  #checking: number | undefined;
  /** sources of which a write failed, until they are read anew */
  readonly #broken = new Set<string>();
  /** whether the writes that wait have to wait for the clock */
  #held = false;
  #underWay: Slices | undefined;
  #heartbeat = false;
  /** whether it waits for the disk */
  #blocked = false;
  /** how many slices the tick under way has taken */
  #tickSlices = 0;
  #expired: () => boolean = () => false;

  constructor(world: TimelineWorld) {
    this.#world = world;
    this.#engine = world.engine;
  }

  push(id: number, request: Waiting): void {
    this.#writes.push({ id, request });
  }

  /** Works until `expired()`; true when there is nothing more to do now. `heartbeat`: subscribers wait to be told of the time. */
  work(expired: () => boolean, heartbeat: boolean): boolean {
    this.#expired = expired;
    this.#heartbeat ||= heartbeat;
    this.#underWay ??= this.#run();
    do {
      if (this.#underWay.next().done === true) {
        this.#underWay = undefined;
        return true;
      }
    } while (!expired() && !this.#blocked);
    return false;
  }

  /** Whether it waits for the disk: `wake` is called when it can go on. */
  get blocked(): boolean {
    return this.#blocked;
  }
  /** Whether writes wait that could be taken now, */
  get pressed(): boolean {
    return this.#writes.length > 0 && !this.#held && !this.#blocked;
  }
  /** and whether any wait. */
  get waiting(): boolean {
    return this.#writes.length > 0;
  }
  /** Whether what is under way takes so long that readers had better be answered as of the tick before. */
  get isLong(): boolean {
    return this.#blocked || this.#tickSlices >= PATIENCE_SLICES;
  }

  /** Who is not answered yet; nothing is kept of them. */
  abandon(): number[] {
    const checking = this.#checking === undefined ? [] : [this.#checking];
    return [...checking, ...this.#accepted.splice(0).map(({ id }) => id), ...this.#writes.splice(0).map(({ id }) => id)];
  }

  *#run(): Slices {
    yield* this.#closeDueTicks();
    this.#held = yield* this.#closeWrites();
    if (this.#engine.unpublished) yield* this.#keepTime(true);
    else if (this.#world.wanted() || this.#heartbeat) yield* this.#keepTime(false);
    this.#heartbeat = false;
  }

  *#tick(time: number, changes: readonly Change[]): Slices {
    this.#engine.begin(time, changes);
    for (this.#tickSlices = 1; !this.#engine.step(this.#expired); this.#tickSlices++) yield;
    this.#tickSlices = 0;
  }

  /** Waits for what is done elsewhere. */
  *#until(work: Promise<unknown>): Slices {
    let failure: { readonly error: unknown } | undefined;
    this.#blocked = true;
    const end = (): void => {
      this.#blocked = false;
      this.#world.wake();
    };
    work.then(end, (error: unknown) => {
      failure = { error };
      end();
    });
    while (this.#blocked) yield;
    if (failure !== undefined) throw failure.error;
  }

  *#closeDueTicks(): Slices {
    for (;;) {
      const due = this.#engine.nextChange();
      if (due === undefined || due > this.#world.clock.now()) return;
      yield* this.#tick(Math.max(due, this.#engine.time + 1), []);
      if (this.#expired()) yield;
    }
  }

  /** Lets logical time reach the wall clock, so that what is read now is as of now. */
  *#keepTime(always: boolean): Slices {
    const now = this.#world.clock.now();
    if (now > this.#engine.time) {
      yield* this.#closeDueTicks();
      if (now > this.#engine.time) yield* this.#tick(now, []);
    } else if (always && this.#engine.time <= now + 1) {
      yield* this.#tick(this.#engine.time + 1, []);
    }
  }

  /** One tick for writes that wait; true when they have to wait for the clock to catch up. */
  *#closeWrites(): Slices<boolean> {
    if (this.#writes.length === 0) return false;
    const { clock, store, relations, fail, answer } = this.#world;
    const now = clock.now();
    const time = Math.max(Math.floor(now), this.#engine.time + 1);
    if (time > now + 1) return true;
    const changes = yield* this.#gather();
    const accepted = this.#accepted;
    const [first] = accepted;
    if (first === undefined) return false;
    try {
      yield* this.#until(store.append(recordOf(time, accepted.map(({ request }) => request))));
    } catch (cause) {
      // Nothing of it is durable, so nothing of it has happened.
      const error = new TransientError(`could not write to the log: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      if (first.request.kind === 'change') relations.takeBack(first.request.actions);
      for (const { id, request } of accepted.splice(0)) {
        this.#break(request);
        fail(id, error);
      }
      return false;
    }
    yield* this.#tick(time, changes);
    for (const { relation } of changes) this.#writtenAt.set(relation, time);
    if (first.request.kind === 'change') this.#finish(first.request.actions);
    for (const { id } of accepted.splice(0)) answer(id, time);
    return false;
  }

  /** A write failed: a position behind it must not be kept, or what it held would be missing for good. */
  #break(request: Waiting): void {
    if (request.kind === 'write' && request.from !== undefined) this.#broken.add(request.from.source);
  }
  #requireWhole({ source, first }: SourceWrite): void {
    if (first) this.#broken.delete(source);
    else if (this.#broken.has(source)) throw new TransientError('an earlier write of the source failed');
  }

  /** Does what of a catalog change is done behind its rows. */
  #finish(actions: readonly EngineAction[]): void {
    for (const action of actions) {
      if (adds(action)) continue;
      this.#world.relations.act(action);
      if (action.kind === 'remove') this.#writtenAt.delete(action.id);
    }
  }

  /** Moves the writes that may share a tick to `accepted`; returns their changes. */
  *#gather(): Slices<readonly Change[]> {
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
          yield* this.#engine.check([...this.#world.relations.changes(request.changes)], this.#expired);
          this.#world.answer(id, undefined);
        } else {
          const checked = yield* this.#checked(request);
          this.#accepted.push({ id, request });
          changes.push(...checked);
          for (const relation of relations) touched.add(relation);
          for (const change of request.changes) bytes += change.rows?.byteLength ?? 0;
        }
      } catch (error) {
        this.#break(request);
        this.#world.fail(id, error);
      }
      this.#checking = undefined;
      if (request.kind === 'change') break;
    }
    return changes;
  }

  #lookUp(id: number, request: Request & { kind: 'lookup' }): void {
    const [change] = [...this.#world.relations.changes([request])];
    const rows = change?.rows === undefined ? undefined : this.#engine.lookup(request.relation, request.columns, change.rows);
    if (rows === undefined) throw staleRelation();
    this.#world.answer(id, rows.buffer, [rows.buffer]);
  }

  /**
   * The changes of a write, its keys checked. What a catalog change adds is added first: rows may be a new table's, and a view that the engine cannot make
   * must be refused before it is durable. Where something fails all of it is taken away again.
   */
  *#checked(request: Write): Slices<readonly Change[]> {
    const { relations } = this.#world;
    if (request.kind === 'write') {
      if (request.from !== undefined) this.#requireWhole(request.from);
      // A source's last rows may come after its relation; a statement's rows may not be lost so.
      if (request.check && request.changes.some(({ relation }) => !relations.has(relation))) throw staleRelation();
      const changes = [...relations.changes(request.changes)];
      if (request.check) yield* this.#engine.check(changes, this.#expired);
      return changes;
    }
    if (request.unchanged.some(([id, time]) => (this.#writtenAt.get(id) ?? 0) > time)) throw staleRelation();
    const done: EngineAction[] = [];
    try {
      for (const action of request.actions) {
        if (!adds(action)) continue;
        relations.act(action);
        done.push(action);
      }
      const changes = [...relations.changes(request.changes)];
      yield* this.#engine.check(changes, this.#expired);
      return changes;
    } catch (error) {
      relations.takeBack(done);
      throw error;
    }
  }
}

const positionOf = (from: SourceWrite | undefined): (readonly [string, string | null])[] => (from?.position === undefined ? [] : [[from.source, from.position]]);

/** What becomes durable of writes that share a tick. */
function recordOf(time: number, writes: readonly Write[]): LogRecord {
  return {
    time,
    changes: writes.flatMap((request) => request.changes.map((change): StoredChange => ({ ...change, rows: change.rows && new Uint8Array(change.rows) }) as StoredChange)),
    positions: writes.flatMap((request): (readonly [string, string | null])[] => request.kind === 'write' ? positionOf(request.from) : request.forget.map((source) => [source, null] as const)),
    catalog: writes.flatMap((request) => (request.kind === 'change' ? request.catalog : [])),
    secrets: writes.flatMap((request) => (request.kind === 'change' ? request.secrets : [])),
    sequences: writes.flatMap((request) => (request.kind === 'change' ? request.sequences : [])),
  };
}

/** A statement was planned before the relation it reads or writes was dropped or written anew. */
const staleRelation = (): SqlError => new SqlError('40001', 'could not serialize access due to a concurrent change of the catalog', { hint: 'Try again.' });
