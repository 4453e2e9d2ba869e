import { growIn, ownMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import { anyNull, compiled, hashRow, hashSource, probeSource, sameSource } from './row-code.ts';
import type { HashRow, SameRow } from './row-code.ts';
import type { Slab } from './slab.ts';

/** A part with more slots is split instead of given twice as many, which takes a fraction of a millisecond however many keys there are, */
const PART_SLOTS = 1 << 16;
/** as long as there are at most so many parts, and beyond that a part for so many keys: hashes that begin alike must not multiply parts without end. */
const FREE_PARTS = 64;
const PART_KEYS = 1 << 12;

/** A table of the keys whose hashes begin with the same bits. */
export class Part {
  /** pairs of hash and first row + 1; open addressing, at most half full, deletions shift back */
  table: Int32Array;
  /** how many bits those are */
  readonly depth: number;
  /** 2^(32 - shift) slots, 16 at least */
  shift: number;
  keys = 0;

  constructor(depth: number, shift: number, memory: Memory) {
    this.depth = depth;
    this.shift = shift;
    this.table = new Int32Array(memory.allocate(4 * 2 ** (33 - shift)));
  }
}

/**
 * Finds the rows of a slab by the words of some columns. The chains of rows with one key lie beside the slab, so an index can be added to a slab in use.
 * Extendible hashing (Fagin et al. 1979): the first bits of a hash choose a part; parts are split one by one as they fill, so that no insertion waits for a large table to be made anew.
 * Chains are doubly linked: removing a row of a million with one key costs the same as of one.
 * State: 16 to 32 bytes a key, 8 bytes a row.
 */
export class HashIndex {
  readonly slab: Slab;
  readonly columns: readonly number[];
  readonly hash: HashRow;
  readonly hasNull: (I: Int32Array, b: number) => boolean;
  readonly #insert: (index: HashIndex, handle: number) => void;
  readonly #touch: (index: HashIndex, I: Int32Array, b: number, rows: number) => number;
  /** nobody reads it: that it is written keeps the reading of `touch` */
  touched = 0;
  /** by the first bits of a hash, 32 - `high` of them; generated code probes a part (`probeSource`), and no one else writes it */
  parts: Part[];
  high = 31;
  #keys = 0;
  readonly #memory: Memory;
  /** two words a row: the next row with the same key, 0 at the end; the row before it + 1, so 1 at the start, and 0 where the row is not linked */
  links: Int32Array;

  constructor(slab: Slab, columns: readonly number[], memory: Memory = ownMemory) {
    this.slab = slab;
    this.#memory = memory;
    this.columns = columns;
    this.hash = hashRow(slab.layout, columns);
    this.hasNull = anyNull(slab.layout, columns);
    this.#insert = insertion(slab, columns);
    this.#touch = touching(slab, columns);
    const part = new Part(0, 28, memory);
    this.parts = [part, part];
    this.links = new Int32Array(memory.allocate(slab.capacity * 8));
  }

  get keys(): number {
    return this.#keys;
  }
  get byteLength(): number {
    return [...new Set(this.parts)].reduce((sum, { table }) => sum + table.byteLength, this.links.byteLength);
  }

  /** The first row whose key equals that of row `b` of `J`, or 0; `hash` and `same` are over (slab row, J row). */
  find(hash: number, same: SameRow, J: Int32Array, b: number): number {
    return firstRow(this, hash, same, J, b);
  }
  /** Whether the row is linked. */
  holds(handle: number): boolean {
    return handle * 2 < this.links.length && this.links[handle * 2 + 1] !== 0;
  }

  insert(handle: number): void {
    this.#insert(this, handle);
  }

  /** Reads what finding the keys of `rows` rows from `b` on will read, `rows` at most TOUCHED_ROWS: memory answers them together, where one after the other each would wait for it. */
  touch(I: Int32Array, b: number, rows: number): void {
    this.touched = this.#touch(this, I, b, rows);
  }

  /** Calls back with every row. */
  each(visit: (handle: number) => void): void {
    for (const { table } of new Set(this.parts)) {
      for (let slot = 0; slot < table.length; slot += 2) for (let row = table[slot + 1]! - 1; row > 0; row = this.links[row * 2]!) visit(row);
    }
  }

  /** Links a row whose key is new, at the free slot where probing for its hash ended. */
  begin(slot: number, hash: number, handle: number): void {
    this.#reserve();
    const part = this.parts[hash >>> this.high]!;
    const { table } = part;
    table[slot * 2] = hash;
    table[slot * 2 + 1] = handle + 1;
    this.links[handle * 2] = 0;
    this.links[handle * 2 + 1] = 1;
    this.#keys++;
    if (++part.keys * 4 > table.length) this.#makeRoom(part, hash);
  }
  /** Links a row behind the first with its key, so that the table need not change. */
  follow(first: number, handle: number): void {
    this.#reserve();
    const { links } = this;
    const second = links[first * 2]!;
    links[handle * 2] = second;
    links[handle * 2 + 1] = first + 1;
    if (second !== 0) links[second * 2 + 1] = handle + 1;
    links[first * 2] = handle;
  }
  #reserve(): void {
    if (this.links.length < this.slab.capacity * 2) this.links = growIn(this.#memory, this.links, this.slab.capacity * 2);
  }

  remove(handle: number): void {
    const { links } = this;
    const next = links[handle * 2]!;
    const previous = links[handle * 2 + 1]! - 1;
    links[handle * 2 + 1] = 0;
    if (next !== 0) links[next * 2 + 1] = previous + 1;
    if (previous !== 0) {
      links[previous * 2] = next;
      return;
    }
    const hash = this.hash(this.slab.I, handle * this.slab.stride);
    const part = this.parts[hash >>> this.high]!;
    const { table } = part;
    const mask = (table.length >> 1) - 1;
    let slot = home(hash, part);
    while (table[slot * 2 + 1] !== handle + 1) slot = (slot + 1) & mask;
    if (next !== 0) {
      table[slot * 2 + 1] = next + 1;
      return;
    }
    this.#keys--;
    part.keys--;
    this.#vacate(part, slot);
  }

  /** Empties a slot; what was pushed behind it moves up. */
  #vacate(part: Part, slot: number): void {
    const { table } = part;
    const mask = (table.length >> 1) - 1;
    for (let probe = slot; ; ) {
      probe = (probe + 1) & mask;
      if (table[probe * 2 + 1] === 0) break;
      const distance = (probe - home(table[probe * 2]!, part)) & mask;
      if (distance >= ((probe - slot) & mask)) {
        table[slot * 2] = table[probe * 2]!;
        table[slot * 2 + 1] = table[probe * 2 + 1]!;
        slot = probe;
      }
    }
    table[slot * 2] = 0;
    table[slot * 2 + 1] = 0;
  }

  #makeRoom(part: Part, hash: number): void {
    const deepest = 32 - this.high;
    const large = part.table.length >= PART_SLOTS * 2;
    if (large && part.depth < deepest) return this.#split(part, hash);
    if (large && this.high > 1 && this.parts.length < Math.max(FREE_PARTS, this.#keys / PART_KEYS)) {
      this.parts = this.parts.flatMap((each) => [each, each]);
      this.high--;
      return this.#split(part, hash);
    }
    const old = part.table;
    part.table = new Int32Array(this.#memory.allocate(old.length * 8));
    part.shift--;
    part.keys = 0;
    move(old, () => part);
  }

  /** Puts two parts in the place of one, each for one continuation of its bits. */
  #split(part: Part, hash: number): void {
    const depth = part.depth + 1;
    const halves = [new Part(depth, part.shift, this.#memory), new Part(depth, part.shift, this.#memory)] as const;
    const places = 2 ** (32 - this.high - depth);
    const first = (hash >>> this.high) & (-2 * places);
    for (let place = 0; place < 2 * places; place++) this.parts[first + place] = halves[place < places ? 0 : 1];
    move(part.table, (entry) => ((entry >>> (32 - depth)) & 1) === 0 ? halves[0] : halves[1]);
  }
}

/** What of an index it takes to find rows. */
export interface Findable {
  readonly slab: { readonly I: Int32Array; readonly stride: number };
  readonly parts: readonly { readonly table: Int32Array; readonly depth: number; readonly shift: number }[];
  readonly high: number;
}

/** The first row of an index whose key equals that of row `b` of `J`, or 0; `hash` and `same` are over (slab row, J row). */
export function firstRow({ slab, parts, high }: Findable, hash: number, same: SameRow, J: Int32Array, b: number): number {
  const part = parts[hash >>> high]!;
  const { table } = part;
  const mask = (table.length >> 1) - 1;
  const { I, stride } = slab;
  let slot = home(hash, part);
  for (;;) {
    const first = table[slot * 2 + 1]! - 1;
    if (first < 0) return 0;
    if (table[slot * 2] === hash && same(I, first * stride, J, b)) return first;
    slot = (slot + 1) & mask;
  }
}

/** The slot at which probing of a part begins, as in `probeSource`. */
const home = (hash: number, { depth, shift }: { readonly depth: number; readonly shift: number }): number => (((hash << depth) >>> shift) & -8) | (hash & 7);

function move(from: Int32Array, to: (hash: number) => Part): void {
  for (let i = 0; i < from.length; i += 2) {
    if (from[i + 1] === 0) continue;
    const part = to(from[i]!);
    const { table } = part;
    const mask = (table.length >> 1) - 1;
    let slot = home(from[i]!, part);
    while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    table[slot * 2] = from[i]!;
    table[slot * 2 + 1] = from[i + 1]!;
    part.keys++;
  }
}

/** Links a row of the slab under its key, found or new. Generated: hash and equality are in the loop. */
function insertion(slab: Slab, columns: readonly number[]): (index: HashIndex, handle: number) => void {
  const { layout, stride } = slab;
  return compiled(['index', 'handle'], `
const I = index.slab.I, b = handle * ${stride};
${hashSource('hash', layout, columns, 'I', 'b')}
${probeSource('hash', 'index')}
for (;; slot = slot + 1 & mask) {
  const first = table[slot * 2 + 1] - 1;
  if (first < 0) return index.begin(slot, hash, handle);
  const a = first * ${stride};
  if (table[slot * 2] === hash && ${sameSource(layout, columns, 'I', 'a', layout, columns, 'I', 'b')}) return index.follow(first, handle);
}`);
}

/** Rows that are touched together. */
export const TOUCHED_ROWS = 32;
const firsts = new Int32Array(TOUCHED_ROWS);

/** The code of `touch`: the slots of all keys, then the rows that lie there. */
function touching({ layout, stride }: Slab, columns: readonly number[]): (index: HashIndex, I: Int32Array, b: number, rows: number) => number {
  const make = compiled<(firsts: Int32Array) => (index: HashIndex, I: Int32Array, b: number, rows: number) => number>(['firsts'], `
return function touch(index, I, b, rows) {
for (let row = 0; row < rows; row++, b += ${stride}) {
${hashSource('hash', layout, columns, 'I', 'b')}
${probeSource('hash', 'index')}
firsts[row] = table[slot * 2 + 1];
}
const { links } = index, S = index.slab.I;
let words = 0;
for (let row = 0; row < rows; row++) {
  const first = firsts[row] - 1;
  if (first > 0) words ^= S[first * ${stride}] ^ S[first * ${stride} + ${stride - 1}] ^ links[first * 2];
}
return words;
};`);
  return make(firsts);
}
