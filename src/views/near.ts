import { InvariantError, rowLayout } from '../core/index.ts';
import type { RowLayout, SqlType } from '../core/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { FoundIndex } from './lookup.ts';
import type { Collection } from './operators/collection.ts';
import type { PeekedRows, PeekWorld } from './peek.ts';
import { firstRow } from './state/hash-index.ts';
import type { Findable, HashIndex } from './state/hash-index.ts';
import { keyLayout } from './state/key-lanes.ts';
import type { SharedMemory } from './state/memory.ts';
import type { SameRow } from './state/row-code.ts';
import { noSymbols, Symbols } from './state/symbols.ts';
import type { SharedSymbols } from './state/symbols.ts';

/** The words of a slab, as they cross threads. */
interface SharedSlab {
  readonly I: Int32Array;
  readonly F: Float64Array;
}
/** An index as it crosses: its columns, and the slab of its keys where that is not the relation's. */
interface SharedIndex extends Pick<Findable, 'parts' | 'high'> {
  readonly columns: readonly number[];
  readonly links: Int32Array;
  readonly lanes: SharedSlab | undefined;
}

/** A relation as another thread may read it, while nothing is written and as long as its version is this one: its rows and its complete indexes. */
export interface SharedRelation {
  readonly id: RelationId;
  readonly version: Int32Array;
  readonly at: number;
  readonly types: readonly SqlType[];
  /** whether its rows change by the clock alone */
  readonly byClock: boolean;
  readonly slab: SharedSlab;
  readonly indexes: readonly SharedIndex[];
}

/** Parts of indexes that are told of at most: with more, a description costs more than what it spares. */
const MOST_PARTS = 8192;

const partsOf = (index: HashIndex): SharedIndex['parts'] => {
  // The same part in several places crosses as one.
  const told = new Map(index.parts.map((part) => [part, { table: part.table, depth: part.depth, shift: part.shift }]));
  return index.parts.map((part) => told.get(part)!);
};
const wordsOf = ({ I, F }: SharedSlab): SharedSlab => ({ I, F });

/** What another thread needs to read the collection; undefined where there is too much to tell. */
export function shareRelation(id: RelationId, { arrangement, layout }: Collection, { version }: SharedMemory, byClock: boolean): SharedRelation | undefined {
  const indexes = arrangement.indexes.complete;
  if (indexes.length === 0 || indexes.reduce((sum, { rows }) => sum + rows.parts.length, 0) > MOST_PARTS) return undefined;
  return {
    id, version, at: Atomics.load(version, 0), types: layout.types, byClock, slab: wordsOf(arrangement.slab),
    indexes: indexes.map(({ columns, rows, lanes }) => ({ columns, parts: partsOf(rows), high: rows.high, links: rows.links, lanes: lanes && wordsOf(lanes.slab) })),
  };
}

const nowhere = new Int32Array(0);

/** A relation of another thread: its rows and indexes where they lie. */
class NearRelation implements PeekedRows {
  readonly layout: RowLayout;
  readonly arrangement: NearArrangement;
  readonly byClock: boolean;
  readonly #version: Int32Array;
  readonly #at: number;

  constructor({ version, at, types, byClock, slab, indexes }: SharedRelation) {
    this.byClock = byClock;
    this.#version = version;
    this.#at = at;
    this.layout = rowLayout(types);
    this.arrangement = new NearArrangement(this.layout, slab, indexes);
  }

  get isCurrent(): boolean {
    return Atomics.load(this.#version, 0) === this.#at;
  }
  weightBefore(): never {
    throw new InvariantError('another thread\'s rows are not read in the middle of a tick');
  }
}

class NearArrangement {
  readonly slab: { I: Int32Array; F: Float64Array; readonly stride: number };
  readonly indexes = { find: (columns: readonly number[]): NearIndex | undefined => this.#all.find((index) => index.isOver(columns)) };
  readonly #all: NearIndex[];

  constructor(layout: RowLayout, { I, F }: SharedSlab, indexes: readonly SharedIndex[]) {
    this.slab = { I, F, stride: layout.stride };
    this.#all = indexes.map((index) => new NearIndex(index, layout, this.slab));
  }

  weight(handle: number): number {
    return this.slab.I[handle * this.slab.stride]!;
  }
  /** Lets go of the memory, which would else be held by whoever compiled something for it. */
  close(): void {
    this.slab.I = nowhere;
    this.slab.F = new Float64Array(0);
    for (const { rows } of this.#all.splice(0)) rows.close();
  }
}

class NearIndex implements FoundIndex {
  readonly columns: readonly number[];
  readonly rows: NearKeys;

  constructor({ columns, parts, high, links, lanes }: SharedIndex, layout: RowLayout, slab: SharedSlab) {
    this.columns = columns;
    this.rows = lanes === undefined
      ? new NearKeys(layout, columns, slab.I, parts, high, links)
      : new NearKeys(keyLayout(columns.map((column) => layout.types[column]!)), columns.map((_, i) => i), lanes.I, parts, high, links);
  }
  isOver(columns: readonly number[]): boolean {
    return columns.length === this.columns.length && columns.every((column, i) => column === this.columns[i]);
  }
}

class NearKeys {
  readonly columns: readonly number[];
  readonly slab: { readonly layout: RowLayout; I: Int32Array; readonly stride: number };
  links: Int32Array;
  parts: SharedIndex['parts'];
  readonly high: number;

  constructor(layout: RowLayout, columns: readonly number[], I: Int32Array, parts: SharedIndex['parts'], high: number, links: Int32Array) {
    this.columns = columns;
    this.slab = { layout, I, stride: layout.stride };
    this.parts = parts;
    this.high = high;
    this.links = links;
  }
  find(hash: number, same: SameRow, J: Int32Array, b: number): number {
    return firstRow(this, hash, same, J, b);
  }
  close(): void {
    this.slab.I = this.links = nowhere;
    this.parts = [];
  }
}

/** What of an engine on another thread is told of it: `relation` where it lies, and the dictionary. */
export interface Shared {
  readonly relation?: SharedRelation;
  readonly symbols?: SharedSymbols;
}

/**
 * The relations of an engine on another thread, for peeks on this one. Whoever reads sees to it that the engine's thread writes nothing meanwhile, and that no tick is under way.
 * State: where the memory of each relation that was told of lies, until it is forgotten.
 */
export class NearRelations implements PeekWorld {
  readonly symbols = new Symbols();
  readonly applying = false;
  #symbols: SharedSymbols | undefined;
  readonly #relations = new Map<RelationId, NearRelation>();

  /** Whether the dictionary is as it was told. */
  get knowsSymbols(): boolean {
    return this.#symbols !== undefined && Atomics.load(this.#symbols.version, 0) === this.#symbols.at;
  }
  sound(id: RelationId): NearRelation | undefined {
    const known = this.#relations.get(id);
    return known?.isCurrent === true ? known : undefined;
  }

  /** Whether the relation's rows change by the clock alone. */
  changesByClock(id: RelationId): boolean {
    return this.#relations.get(id)?.byClock === true;
  }

  learn({ relation, symbols }: Shared): void {
    if (relation !== undefined) {
      this.forget(relation.id);
      this.#relations.set(relation.id, new NearRelation(relation));
    }
    if (symbols === undefined) return;
    this.#symbols = symbols;
    this.symbols.borrow(symbols);
  }
  forget(id: RelationId): void {
    this.#relations.get(id)?.arrangement.close();
    this.#relations.delete(id);
  }
  forgetSymbols(): void {
    this.#symbols = undefined;
    this.symbols.borrow(noSymbols);
  }
  forgetAll(): void {
    for (const id of [...this.#relations.keys()]) this.forget(id);
    this.forgetSymbols();
  }
}
