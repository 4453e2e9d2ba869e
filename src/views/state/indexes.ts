import { exactWords } from '../../core/index.ts';
import { HashIndex } from './hash-index.ts';
import { KeyLanes } from './key-lanes.ts';
import type { Memory } from './memory.ts';
import type { Slab } from './slab.ts';
import type { Symbols } from './symbols.ts';

/** Arrangements of fewer rows are indexed at once; larger ones in slices, by `build`. */
const AT_ONCE_ROWS = 4096;

/** Who owns the indexes of a table's keys. */
export const KEYS = 'keys';

/** An index of an arrangement: what it finds, how far it is built, and who needs it. */
export class RowIndex {
  readonly columns: readonly number[];
  readonly rows: HashIndex;
  /** present where the words of some column do not decide equality: the index finds all rows of an equal key, and some of others */
  readonly lanes: KeyLanes | undefined;
  readonly owners = new Set<unknown>();
  readonly slab: Slab;
  readonly #memory: Memory;
  readonly #linked: (handle: number) => boolean;
  readonly #completed: (index: RowIndex) => void;
  /** rows at or above this handle are not in it yet; they are met by `build` */
  #built = 1;
  #dropped = false;

  constructor(slab: Slab, columns: readonly number[], lanes: KeyLanes | undefined, memory: Memory, linked: (handle: number) => boolean, completed: (index: RowIndex) => void) {
    this.slab = slab;
    this.#memory = memory;
    this.#linked = linked;
    this.#completed = completed;
    this.columns = columns;
    this.lanes = lanes;
    this.rows = lanes === undefined ? new HashIndex(slab, columns, memory) : new HashIndex(lanes.slab, columns.map((_, i) => i), memory);
  }

  /** It holds every row, and will. */
  get complete(): boolean {
    return this.#built === Infinity && !this.#dropped;
  }
  get byteLength(): number {
    return this.rows.byteLength + (this.lanes?.slab.byteLength ?? 0);
  }

  insert(handle: number): void {
    if (handle >= this.#built) return;
    this.lanes?.write(handle);
    this.rows.insert(handle);
  }
  remove(handle: number): void {
    if (handle < this.#built) this.rows.remove(handle);
  }
  drop(): void {
    this.#dropped = true;
    this.#memory.changed();
  }

  /** Takes in about `most` rows more; true when it is complete. */
  build(most: number): boolean {
    if (this.#built === Infinity) return true;
    const { slab } = this;
    const end = Math.min(slab.top, this.#built + most);
    for (let handle = this.#built; handle < end; handle++) {
      this.#built = handle + 1;
      if (slab.I[handle * slab.stride] !== 0 || this.#linked(handle)) this.insert(handle);
    }
    if (end < slab.top) return false;
    this.#built = Infinity;
    this.#memory.changed();
    this.#completed(this);
    return true;
  }
}

/**
 * The indexes of one arrangement, each held once however many need it: the indexes of the catalog, keys, joins. An index is taken by an owner and given back;
 * one that nobody owns is kept until the next is, so that a query asked again finds what it made.
 */
export class Indexes {
  readonly #slab: Slab;
  readonly #symbols: Symbols;
  readonly #memory: Memory;
  /** whether a row of weight 0 is one still (and will be released), or a place that is free */
  readonly #linked: (handle: number) => boolean;
  readonly #offer: (columns: readonly number[], index: HashIndex) => boolean;
  readonly #all: RowIndex[] = [];
  #idle: RowIndex | undefined;

  /** `offer` is told of each complete index that finds rows by their words, and says whether the arrangement takes it for its own use, until `disown` */
  constructor(slab: Slab, symbols: Symbols, memory: Memory, linked: (handle: number) => boolean, offer: (columns: readonly number[], index: HashIndex) => boolean) {
    this.#slab = slab;
    this.#symbols = symbols;
    this.#memory = memory;
    this.#linked = linked;
    this.#offer = offer;
  }

  get byteLength(): number {
    return this.#all.reduce((sum, index) => sum + index.byteLength, 0);
  }
  /** those that hold every row */
  get complete(): readonly RowIndex[] {
    return this.#all.filter((index) => index.complete);
  }
  get building(): boolean {
    return this.#all.some((index) => !index.complete);
  }

  /** Links a row in all of them but one, where it is linked already. */
  insert(handle: number, but: HashIndex): void {
    for (let i = 0; i < this.#all.length; i++) if (this.#all[i]!.rows !== but) this.#all[i]!.insert(handle);
  }
  touch(I: Int32Array, b: number, rows: number): void {
    for (let i = 0; i < this.#all.length; i++) if (this.#all[i]!.lanes === undefined) this.#all[i]!.rows.touch(I, b, rows);
  }
  remove(handle: number): void {
    for (let i = 0; i < this.#all.length; i++) this.#all[i]!.remove(handle);
  }

  /** The index that finds rows by the words of these columns, as joins do: columns whose words decide equality. */
  byWords(columns: readonly number[], owner: unknown): RowIndex {
    return this.#take(columns, false, owner);
  }
  /** The index that finds rows by values of any type. */
  byValues(columns: readonly number[], owner: unknown): RowIndex {
    return this.#take(columns, !columns.every((column) => exactWords(this.#slab.layout.types[column]!)), owner);
  }
  /** A complete index over these columns by values, where there is one. */
  find(columns: readonly number[]): RowIndex | undefined {
    const lanes = !columns.every((column) => exactWords(this.#slab.layout.types[column]!));
    const index = this.#known(columns, lanes);
    return index?.complete === true ? index : undefined;
  }

  /** Gives back all that `owner` has taken. */
  release(owner: unknown): void {
    for (const index of [...this.#all]) {
      if (!index.owners.delete(owner) || index.owners.size > 0) continue;
      if (this.#idle !== undefined) this.#drop(this.#idle);
      this.#idle = index;
    }
  }
  /** Gives back the index that the arrangement took. */
  disown(): void {
    this.release(this);
  }
  /** The same, and keeps nothing. */
  releaseNow(owner: unknown): void {
    for (const index of [...this.#all]) if (index.owners.delete(owner) && index.owners.size === 0) this.#drop(index);
  }

  /** Takes about `most` rows into indexes that are not complete; true when all are. */
  build(most: number): boolean {
    for (const index of this.#all) if (!index.build(most)) return false;
    return true;
  }

  #known(columns: readonly number[], lanes: boolean): RowIndex | undefined {
    return this.#all.find((index) => (index.lanes !== undefined) === lanes && index.columns.length === columns.length && index.columns.every((column, i) => column === columns[i]));
  }
  #take(columns: readonly number[], lanes: boolean, owner: unknown): RowIndex {
    let index = this.#known(columns, lanes);
    if (index === undefined) {
      index = new RowIndex(this.#slab, columns, lanes ? new KeyLanes(this.#slab, columns, this.#symbols, this.#memory) : undefined, this.#memory, this.#linked, (complete) => this.#completed(complete));
      this.#all.push(index);
    }
    if (this.#idle === index) this.#idle = undefined;
    index.owners.add(owner);
    if (this.#slab.top <= AT_ONCE_ROWS) index.build(AT_ONCE_ROWS);
    return index;
  }
  #completed(index: RowIndex): void {
    if (index.lanes === undefined && this.#offer(index.columns, index.rows)) index.owners.add(this);
  }
  #drop(index: RowIndex): void {
    index.drop();
    this.#all.splice(this.#all.indexOf(index), 1);
    if (this.#idle === index) this.#idle = undefined;
  }
}
