import { InvariantError, SqlError } from '../core/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { ChangeReader } from './changes.ts';
import type { Dataflow } from './dataflow.ts';
import type { UniqueKey } from './key-check.ts';
import { Collection } from './operators/collection.ts';
import type { Passage } from './operators/collection.ts';
import type { ErringView } from './outputs/error-reach.ts';
import type { OnErrorPolicy, ViewError } from './outputs/errors.ts';
import type { SharedMemory } from './state/memory.ts';

export interface BaseOptions {
  /** hold the rows in memory: tables; false for append-only sources */
  readonly held: boolean;
  /** unique columns that a table enforces, and by which rows that hold only their key are found: the first is the primary one */
  readonly keys: readonly UniqueKey[];
  /** whether `check` enforces the keys */
  readonly enforced: boolean;
  readonly name: string;
}

/** A table or a source: its rows come with ticks. */
export interface Base {
  readonly kind: 'base';
  readonly memory: SharedMemory | undefined;
  readonly readable: Collection | Passage;
  readonly reader: ChangeReader;
  options: BaseOptions;
  /** columns of which no two rows may have the same values: those of the table's keys, and of its unique indexes, by what these are known by */
  readonly keys: Map<string, UniqueKey>;
}
/** A materialized view: its rows come from its dataflow. */
export interface View {
  readonly kind: 'view';
  readonly memory: SharedMemory | undefined;
  readonly readable: Collection;
  readonly dataflow: Dataflow;
  name: string;
  onError: OnErrorPolicy;
}

/** How far a view has read its inputs: rows read so far, and those there are. */
export interface Hydration {
  readonly id: RelationId;
  readonly name: string;
  readonly hydrated: boolean;
  readonly rowsDone: number;
  readonly rowsKnown: number;
}

/** Errors of a view that are listed, of each kind: those that fail reads, and those that NULL stands for. */
const MOST_LISTED = 1000;

/** What the engine holds rows of, and what can be said of each: is it complete, do errors lie in it, how large is it. */
export class Relations {
  readonly #entries = new Map<RelationId, Base | View>();

  add(id: RelationId, entry: Base | View): void {
    this.#entries.set(id, entry);
  }
  remove(id: RelationId): void {
    this.#entries.delete(id);
  }

  get(id: RelationId): Base | View | undefined {
    return this.#entries.get(id);
  }
  view(id: RelationId): View {
    const entry = this.#entries.get(id);
    if (entry?.kind !== 'view') throw new InvariantError(`${id} is not a view`);
    return entry;
  }
  readable(id: RelationId): Collection | Passage {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw staleRelation();
    return entry.readable;
  }
  /** the relation as far as its errors go, where it is a view */
  erring(id: RelationId): ErringView | undefined {
    const entry = this.#entries.get(id);
    return entry?.kind === 'view' ? entry : undefined;
  }
  [Symbol.iterator](): IterableIterator<[RelationId, Base | View]> {
    return this.#entries.entries();
  }

  /** What messages call it. */
  nameOf(id: RelationId): string {
    const entry = this.#entries.get(id);
    return entry === undefined ? id : nameOf(entry);
  }

  /** Whether all its rows are there. */
  isHydrated(id: RelationId): boolean {
    const entry = this.#entries.get(id);
    return entry === undefined || entry.kind === 'base' || entry.dataflow.live;
  }
  /** Whether its rows change by the clock alone. */
  changesByClock(id: RelationId): boolean {
    return this.#entries.get(id)?.kind === 'view';
  }
  /** Whether it is complete, and no error lies in it or in what it is made of. */
  isFlawless(id: RelationId): boolean {
    const entry = this.#entries.get(id);
    if (entry?.kind !== 'view') return true;
    return entry.dataflow.live && entry.dataflow.errors.size === 0 && entry.dataflow.rendered.entries.every(({ relation }) => this.isFlawless(relation));
  }
  /** Its rows, where they are held, complete, and no error lies among them or below. */
  sound(id: RelationId): Collection | undefined {
    const entry = this.#entries.get(id);
    return entry?.readable instanceof Collection && this.isFlawless(id) ? entry.readable : undefined;
  }

  hydration(): readonly Hydration[] {
    return this.#views().map(([id, { name, dataflow }]) => ({ id, name, hydrated: dataflow.live, rowsDone: dataflow.rowsDone, rowsKnown: dataflow.rowsKnown }));
  }

  /** The errors of views, also those that NULL stands for. */
  viewErrors(): readonly { readonly id: RelationId; readonly name: string; readonly errors: readonly ViewError[] }[] {
    return this.#views().flatMap(([id, { name, dataflow: { errors, hidden } }]) =>
      errors.size + hidden.size === 0 ? [] : [{ id, name, errors: [...errors.list(MOST_LISTED), ...hidden.list(MOST_LISTED)] }],
    );
  }

  #views(): readonly (readonly [RelationId, View])[] {
    return [...this.#entries].flatMap(([id, entry]) => (entry.kind === 'view' ? [[id, entry] as const] : []));
  }

  /** Bytes and rows held, by relation and by dataflow. */
  sizes(): readonly { readonly name: string; readonly bytes: number; readonly rows: number }[] {
    return [...this.#entries.values()].flatMap((entry) => {
      const name = nameOf(entry);
      const { arrangement } = entry.readable;
      const own = arrangement === undefined ? [] : [{ name, bytes: arrangement.byteLength, rows: arrangement.rows }];
      return entry.kind === 'view' ? [...own, { name: `${name} (operators)`, bytes: entry.dataflow.stateBytes, rows: entry.dataflow.stateRows }] : own;
    });
  }
}

const nameOf = (entry: Base | View): string => (entry.kind === 'view' ? entry.name : entry.options.name);

export const staleRelation = (): SqlError => new SqlError('40001', 'a relation that is read was dropped or made anew by another transaction');
