import { rowLayout, InvariantError } from '../../core/index.ts';
import type { RowLayout, SqlType } from '../../core/index.ts';
import { HashIndex } from './hash-index.ts';
import { Indexes } from './indexes.ts';
import { ownMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import { compiled, copySource, hashSource, identicalSource, internSource, probeSource, sameSource } from './row-code.ts';
import { Slab } from './slab.ts';
import type { SymbolRoot } from './symbol-sweep.ts';
import type { Symbols } from './symbols.ts';

/** Rows passed in search of equal ones that are free: beyond these and eight a row, an index over whole rows is worth its making. */
const FREE_WALKS = 1024;

/**
 * A bag of rows, each stored once with its weight, found by their whole content and by any number of keys.
 * `add` changes a weight; a row whose weight came to 0 stays linked until `release`, so that the change can still be joined with the state before it.
 *
 * A row is found through one index, its locator: that of a key where there is one under which few rows lie, so that no index over whole rows is needed beside it.
 * Where walking along a key's rows has cost as much as an index over whole rows would, one is made; so the cost is at most twice that of the better choice.
 */
export class Arrangement implements SymbolRoot {
  readonly slab: Slab;
  readonly layout: RowLayout;
  readonly symbols: Symbols;
  readonly indexes: Indexes;
  /** the index over whole rows, while it is the locator */
  #whole: HashIndex | undefined;
  #locator: HashIndex;
  #add: AddRow;
  #live = 0;
  #walked = 0;

  constructor(types: readonly SqlType[], symbols: Symbols, memory: Memory = ownMemory) {
    this.layout = rowLayout(types);
    this.symbols = symbols;
    this.slab = new Slab(this.layout, memory);
    this.#whole = this.#locator = this.#overWholeRows();
    this.#add = addition(this.#locator);
    this.indexes = new Indexes(this.slab, symbols, memory, (handle) => this.isLinked(handle), (columns, index) => this.#offer(columns, index));
  }

  /** distinct rows with a weight other than 0 (or not yet released) */
  get rows(): number {
    return this.#live;
  }
  get byteLength(): number {
    return this.slab.byteLength + (this.#whole?.byteLength ?? 0) + this.indexes.byteLength;
  }

  /** Whether a row of weight 0 is one still, to be released, or a place that is free. */
  isLinked(handle: number): boolean {
    return this.#locator.holds(handle);
  }

  /** Adds `weight` copies of the row at `b`; returns its handle. Interns its symbols where they lie. */
  add(I: Int32Array, b: number, weight: number): number {
    if (this.#walked > FREE_WALKS + 8 * this.#live) this.#locateByWholeRows();
    return this.#add(this, this.#locator, I, b, weight);
  }
  /** Reads ahead what `add` will read for `rows` rows from `b` on, at most TOUCHED_ROWS, whose symbols are interned. */
  touch(I: Int32Array, b: number, rows: number): void {
    this.#whole?.touch(I, b, rows);
    this.indexes.touch(I, b, rows);
  }
  /** @internal by the code of `add`: counts a row that was linked in the locator, and links it in the others */
  linked(handle: number): void {
    this.#live++;
    this.indexes.insert(handle, this.#locator);
  }
  /** @internal likewise: so many rows were passed that have the key and are others */
  walked(rows: number): void {
    this.#walked += rows;
  }
  /** @internal likewise */
  overflow(): never {
    throw new InvariantError('the weight of a row passed 2^31');
  }

  markSymbols(symbols: Symbols): Iterable<void> {
    return this.slab.markSymbols(symbols);
  }

  weight(handle: number): number {
    return this.slab.I[handle * this.slab.stride]!;
  }

  /** Forgets a row whose weight is 0; does nothing to others, nor to a row that is forgotten. */
  release(handle: number): void {
    if (this.slab.I[handle * this.slab.stride] !== 0 || !this.isLinked(handle)) return;
    this.#whole?.remove(handle);
    this.indexes.remove(handle);
    this.slab.free(handle);
    this.#live--;
  }

  /** Takes an index that is complete as the locator, if few rows lie under a key of it; true where it did. */
  #offer(columns: readonly number[], index: HashIndex): boolean {
    if (this.#whole === undefined || columns.length === 0 || this.#live > 2 * index.keys) return false;
    this.#whole = undefined;
    this.#locate(index);
    return true;
  }
  #locateByWholeRows(): void {
    const whole = this.#overWholeRows();
    // By the locator, not by the slab: rows of weight 0 that are not yet released are linked too, and lie there like free ones.
    this.#locator.each((row) => whole.insert(row));
    this.#whole = whole;
    this.#locate(whole);
    this.indexes.disown();
  }
  #overWholeRows(): HashIndex {
    return new HashIndex(this.slab, this.layout.types.map((_, column) => column));
  }
  #locate(locator: HashIndex): void {
    this.#locator = locator;
    this.#add = addition(locator);
    this.#walked = 0;
  }
}

type AddRow = (arrangement: Arrangement, locator: HashIndex, I: Int32Array, b: number, weight: number) => number;

/** The code of `add` for rows of a layout that are found through an index: the loops over columns are unrolled, the row is hashed once. */
function addition({ slab: { layout, stride }, columns }: HashIndex): AddRow {
  const key = sameSource(layout, columns, 'S', 'a', layout, columns, 'I', 'b');
  return compiled(['arrangement', 'locator', 'I', 'b', 'weight'], `
${internSource(layout, 'arrangement.symbols', 'I', 'b')}
${hashSource('hash', layout, columns, 'I', 'b')}
const { slab } = arrangement, { links } = locator;
${probeSource('hash', 'locator')}
let S = slab.I, first;
for (;; slot = slot + 1 & mask) {
  first = table[slot * 2 + 1] - 1;
  if (first < 0) break;
  let a = first * ${stride};
  if (table[slot * 2] !== hash || !(${key})) continue;
  let passed = 0;
  for (let row = first; row !== 0; row = links[row * 2], passed++) {
    a = row * ${stride};
    if (!(${identicalSource(layout, 'S', 'a', 'I', 'b')})) continue;
    const total = S[a] + weight;
    if (total !== (total | 0)) arrangement.overflow();
    S[a] = total;
    if (passed > 1) arrangement.walked(passed);
    return row;
  }
  if (passed > 1) arrangement.walked(passed);
  break;
}
const handle = slab.allocate();
S = slab.I;
const to = handle * ${stride};
${copySource(layout, 'I', 'b', 'S', 'to')}
S[to] = weight;
if (first < 0) locator.begin(slot, hash, handle);
else locator.follow(first, handle);
arrangement.linked(handle);
return handle;`);
}
