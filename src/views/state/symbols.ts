import { codecOf, InvariantError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { growIn, ownMemory } from './memory.ts';
import type { Memory, SharedMemory } from './memory.ts';

const CACHE = 8192;

/** Segments of the arena grow to this size; a larger symbol has one of its own. */
const SEGMENT_BYTES = 1 << 20;
/** What a symbol costs beside its bytes: its place, its length, its mark, its slot in the table. */
const SYMBOL_BYTES = 32;
/** A dictionary smaller than this is not worth a sweep. */
const SWEEP_BYTES = 4 << 20;
/** the mark of a code that names no symbol */
const FREE = 0;

/** A piece of the arena. */
interface Segment {
  readonly bytes: Uint8Array;
  used: number;
  /** bytes of symbols that are there */
  live: number;
  /** at the beginning of the sweep more than half of it was dead: what lives is moved out */
  sparse: boolean;
}

/** The dictionary as another thread may read it, while nothing is written and as long as its version is this one. */
export interface SharedSymbols {
  readonly version: Int32Array;
  readonly at: number;
  readonly segments: readonly (Uint8Array | undefined)[];
  readonly segmentOf: Int32Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly marks: Uint8Array;
  readonly table: Int32Array;
}

/** A dictionary that holds nothing. */
export const noSymbols: SharedSymbols = {
  version: new Int32Array(1), at: 0, segments: [], segmentOf: new Int32Array(0), starts: new Uint32Array(0), lengths: new Uint32Array(0), marks: new Uint8Array(0), table: new Int32Array(2),
};

/**
 * The dictionary of everything that does not fit in words: text, numeric, jsonb, ... A symbol word in a row is
 *
 *  * `code >= 0`: an interned symbol, whose bytes (the type's binary form) lie in the arena; equal bytes have equal codes;
 *  * `~index < 0`: a transient value, known only until the current change has been pushed through; storing a row interns it.
 *
 * So a payload that is decoded and thrown away is never copied, hashed or kept. Codes have no order.
 * Whoever stores a row calls `intern` on each of its symbol words, also on codes: while a sweep is under way that is how it learns of them (see `symbol-sweep.ts`).
 * State: the bytes of each distinct symbol once, about 32 bytes beside it, and what died since the last sweep: at most as much again as lived then.
 */
export class Symbols {
  readonly #segments: (Segment | undefined)[] = [];
  readonly #freeSegments: number[] = [];
  /** the segment that is being filled */
  #filling = -1;
  #segmentBytes = 0;
  /** by code: its segment and where in it, or of a free code the next free one */
  #segmentOf: Int32Array;
  #starts: Uint32Array;
  #lengths: Uint32Array;
  /** by code: FREE, or the number of the sweep that met it last, 1 and 2 in turns */
  #marks: Uint8Array;
  #mark = 1;
  #sweeping = false;
  #top = 0;
  #count = 0;
  #liveBytes = 0;
  #sweepAt = SWEEP_BYTES;
  /** a free code, or -1 */
  #free = -1;
  /** work that sweeps have done, in rows marked: what a root costs beside its rows and a code that is looked at count as some */
  effort = 0;
  #table: Int32Array; // pairs of (hash, code + 1)
  #tableMask = 511;
  readonly #memory: Memory;
  /** it is another thread's, and only read here */
  #borrowed = false;
  /** For tests: codes of dead symbols are not used again, so that whoever still holds one is found out. */
  readonly #poisons: boolean;

  #incoming: Uint8Array = new Uint8Array(0);
  #transients = 0;
  /** where a transient that came in a batch lies in its arena; -1 for a computed value */
  #transientStart = new Int32Array(64);
  #transientLength = new Int32Array(64);
  readonly #transientValue: Datum[] = [];

  /** values of codes that were asked for last: made when the first is, for most queries over constants ask for none */
  #cacheCode = new Int32Array(0);
  #cacheType = new Int32Array(0);
  #cacheValue: Datum[] = [];

  constructor(options: { readonly poisons?: boolean; readonly memory?: Memory } = {}) {
    this.#poisons = options.poisons ?? false;
    const memory = this.#memory = options.memory ?? ownMemory;
    this.#segmentOf = new Int32Array(memory.allocate(1024));
    this.#starts = new Uint32Array(memory.allocate(1024));
    this.#lengths = new Uint32Array(memory.allocate(1024));
    this.#marks = new Uint8Array(memory.allocate(256));
    this.#table = new Int32Array(memory.allocate(4096));
  }

  /** What `borrow` takes, of a dictionary in shared memory. */
  share({ version }: SharedMemory): SharedSymbols {
    return {
      version, at: Atomics.load(version, 0), segments: this.#segments.map((segment) => segment?.bytes),
      segmentOf: this.#segmentOf, starts: this.#starts, lengths: this.#lengths, marks: this.#marks, table: this.#table,
    };
  }
  /** Becomes a reader of another thread's dictionary, with transients of its own. It learns no symbol from then on. */
  borrow({ segments, segmentOf, starts, lengths, marks, table }: SharedSymbols): void {
    this.#borrowed = true;
    this.#segments.length = 0;
    for (const bytes of segments) this.#segments.push(bytes && { bytes, used: bytes.length, live: bytes.length, sparse: false });
    this.#segmentOf = segmentOf;
    this.#starts = starts;
    this.#lengths = lengths;
    this.#marks = marks;
    this.#table = table;
    this.#tableMask = (table.length >> 1) - 1;
    this.#cacheCode.fill(-1);
  }

  /** distinct symbols held */
  get size(): number {
    return this.#count;
  }
  get byteLength(): number {
    return this.#segmentBytes + this.#segmentOf.byteLength + this.#starts.byteLength + this.#lengths.byteLength + this.#marks.byteLength + this.#table.byteLength;
  }

  /** The arena that `transientBytes` of the coming rows refer to. */
  useArena(arena: Uint8Array): void {
    this.#incoming = arena;
  }

  /** A transient over bytes of the arena in use. */
  transientBytes(start: number, length: number): number {
    const index = this.#nextTransient();
    this.#transientStart[index] = start;
    this.#transientLength[index] = length;
    return ~index;
  }

  /** A transient over a computed value. */
  transient(value: Datum): number {
    const index = this.#nextTransient();
    this.#transientStart[index] = -1;
    this.#transientValue[index] = value;
    return ~index;
  }

  #nextTransient(): number {
    const index = this.#transients++;
    if (index === this.#transientStart.length) {
      this.#transientStart = growInt32(this.#transientStart, index * 2);
      this.#transientLength = growInt32(this.#transientLength, index * 2);
    }
    return index;
  }

  /** Ends the life of all transients: the change they belong to has been pushed through. */
  forgetTransients(): void {
    if (this.#transients > 4096) this.#transientValue.length = 0;
    this.#transients = 0;
  }

  /** The code of the symbol that `word` stands for; interns a transient of type `oid`. */
  intern(word: number, oid: number): number {
    if (word >= 0) {
      if (this.#sweeping && this.#marks[word] !== FREE) this.#marks[word] = this.#mark;
      return word;
    }
    const index = ~word;
    const start = this.#transientStart[index]!;
    if (start >= 0) return this.internBytes(this.#incoming, start, this.#transientLength[index]!);
    const bytes = codecOf(oid).encode(this.#transientValue[index]!);
    return this.internBytes(bytes, 0, bytes.length);
  }

  /** The bytes `word` stands for; a view that is valid until the next call that interns. */
  bytes(word: number, oid: number): Uint8Array {
    if (word >= 0) {
      const start = this.#starts[word]!;
      return this.#bytesOf(word).subarray(start, start + this.#lengths[word]!);
    }
    const index = ~word;
    const start = this.#transientStart[index]!;
    if (start >= 0) return this.#incoming.subarray(start, start + this.#transientLength[index]!);
    return codecOf(oid).encode(this.#transientValue[index]!);
  }

  /** The value `word` stands for, read as type `oid`. */
  value(word: number, oid: number): Datum {
    if (word < 0) {
      const index = ~word;
      const start = this.#transientStart[index]!;
      return start < 0 ? this.#transientValue[index]! : codecOf(oid).decode(this.#incoming.slice(start, start + this.#transientLength[index]!));
    }
    if (this.#cacheCode.length === 0) this.#makeCache();
    const slot = (word ^ (oid * 31)) & (CACHE - 1);
    if (this.#cacheCode[slot] === word && this.#cacheType[slot] === oid) return this.#cacheValue[slot]!;
    const start = this.#starts[word]!;
    // A copy: decoded values may keep a view, and segments are given back.
    const value = codecOf(oid).decode(this.#bytesOf(word).slice(start, start + this.#lengths[word]!));
    this.#cacheCode[slot] = word;
    this.#cacheType[slot] = oid;
    this.#cacheValue[slot] = value;
    return value;
  }

  #makeCache(): void {
    this.#cacheCode = new Int32Array(CACHE).fill(-1);
    this.#cacheType = new Int32Array(CACHE);
    this.#cacheValue = new Array<Datum>(CACHE).fill(null);
  }

  #bytesOf(code: number): Uint8Array {
    if (this.#marks[code] === FREE) throw new InvariantError(`symbol ${code} was reclaimed while a row held it`);
    return this.#segments[this.#segmentOf[code]!]!.bytes;
  }

  internBytes(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashBytes(bytes, start, length);
    const slot = this.#slotOf(hash, bytes, start, length);
    const known = this.#table[slot * 2 + 1]! - 1;
    if (known >= 0) {
      if (this.#sweeping) this.#marks[known] = this.#mark;
      return known;
    }
    const code = this.#append(bytes, start, length);
    this.#table[slot * 2] = hash;
    this.#table[slot * 2 + 1] = code + 1;
    if (this.#count * 2 > this.#tableMask) this.#rehash();
    return code;
  }

  /** The code of the symbol with these bytes, or -1 where there is none. */
  find(bytes: Uint8Array): number {
    return this.#table[this.#slotOf(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length) * 2 + 1]! - 1;
  }

  /** The place in the table of the symbol, or the free one where it would go. */
  #slotOf(hash: number, bytes: Uint8Array, start: number, length: number): number {
    let slot = (hash >>> 7) & this.#tableMask;
    for (;;) {
      const code = this.#table[slot * 2 + 1]! - 1;
      if (code < 0 || (this.#table[slot * 2] === hash && this.#lengths[code] === length && this.#equals(code, bytes, start, length))) return slot;
      slot = (slot + 1) & this.#tableMask;
    }
  }

  #equals(code: number, bytes: Uint8Array, start: number, length: number): boolean {
    const at = this.#starts[code]!;
    const own = this.#segments[this.#segmentOf[code]!]!.bytes;
    for (let i = 0; i < length; i++) if (own[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, length: number): number {
    if (this.#borrowed) throw new InvariantError('a dictionary that is only read was given a new symbol');
    const code = this.#takeCode();
    this.#place(code, bytes, start, length);
    this.#lengths[code] = length;
    this.#marks[code] = this.#mark;
    this.#count++;
    this.#liveBytes += length + SYMBOL_BYTES;
    return code;
  }

  #takeCode(): number {
    if (this.#free >= 0) {
      const code = this.#free;
      this.#free = this.#segmentOf[code]!;
      return code;
    }
    const code = this.#top++;
    if (code >= 0x7fffffff) throw new InvariantError('the symbol dictionary is full');
    if (code === this.#lengths.length) {
      this.#segmentOf = growIn(this.#memory, this.#segmentOf, code * 2);
      this.#starts = grown(this.#starts, new Uint32Array(this.#memory.allocate(code * 8)));
      this.#lengths = grown(this.#lengths, new Uint32Array(this.#memory.allocate(code * 8)));
      this.#marks = grown(this.#marks, new Uint8Array(this.#memory.allocate(code * 2)));
    }
    return code;
  }

  /** Puts bytes into the arena as those of `code`. */
  #place(code: number, bytes: Uint8Array, start: number, length: number): void {
    let segment = this.#segments[this.#filling];
    if (segment === undefined || segment.used + length > segment.bytes.length) segment = this.#addSegment(length);
    segment.bytes.set(length === bytes.length ? bytes : bytes.subarray(start, start + length), segment.used);
    this.#segmentOf[code] = this.#filling;
    this.#starts[code] = segment.used;
    segment.used += length;
    segment.live += length;
  }

  #addSegment(least: number): Segment {
    const full = this.#filling;
    const size = Math.max(least, Math.min(SEGMENT_BYTES, Math.max(4096, this.#segmentBytes)));
    const segment: Segment = { bytes: new Uint8Array(this.#memory.allocate(size)), used: 0, live: 0, sparse: false };
    this.#filling = this.#freeSegments.pop() ?? this.#segments.length;
    this.#segments[this.#filling] = segment;
    this.#segmentBytes += size;
    this.#giveBack(full);
    return segment;
  }

  /** Frees a segment in which nothing lives. */
  #giveBack(index: number): void {
    const segment = this.#segments[index];
    if (segment === undefined || segment.live > 0 || index === this.#filling) return;
    this.#segments[index] = undefined;
    this.#freeSegments.push(index);
    this.#segmentBytes -= segment.bytes.length;
    this.#memory.changed();
  }

  #rehash(): void {
    const old = this.#table;
    this.#tableMask = this.#tableMask * 2 + 1;
    this.#table = new Int32Array(this.#memory.allocate((this.#tableMask + 1) * 8));
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = (old[i]! >>> 7) & this.#tableMask;
      while (this.#table[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#tableMask;
      this.#table[slot * 2] = old[i]!;
      this.#table[slot * 2 + 1] = old[i + 1]!;
    }
  }

  // Reclaiming, driven by `sweep`

  /** Whether it has doubled since the last sweep. */
  get wantsSweep(): boolean {
    return this.#liveBytes >= this.#sweepAt;
  }

  /** Begins a sweep: from here on what is interned, or stored with `intern`, lives. */
  beginSweep(): void {
    this.#mark = 3 - this.#mark;
    this.#sweeping = true;
    for (const segment of this.#segments) if (segment !== undefined) segment.sparse = segment.live * 2 < segment.used;
  }

  /** Marks the symbols of rows [from, to) of `I`, which lie `stride` words apart. Words that name none are passed over. */
  markRows(I: Int32Array, stride: number, from: number, to: number, columns: Int32Array): void {
    const marks = this.#marks;
    const mark = this.#mark;
    this.effort += to - from + 16;
    for (let c = 0; c < columns.length; c++) {
      for (let at = from * stride + columns[c]!, end = to * stride; at < end; at += stride) {
        const word = I[at]!;
        if (word >= 0 && marks[word] !== FREE) marks[word] = mark;
      }
    }
  }

  /** Frees what is not marked of the codes from `from` on, at most `codes` of them; where to go on, or -1 behind the last. */
  sweep(from: number, codes: number): number {
    const end = Math.min(this.#top, from + codes);
    let freed = false;
    for (let code = from; code < end; code++) {
      const mark = this.#marks[code]!;
      if (mark === FREE) continue;
      if (mark !== this.#mark) {
        this.#reclaim(code);
        freed = true;
      } else if (this.#segments[this.#segmentOf[code]!]!.sparse) this.#move(code);
    }
    if (freed) {
      this.#cacheCode.fill(-1);
      this.#memory.changed();
    }
    this.effort += (end - from) * 8;
    if (end < this.#top) return end;
    this.#sweeping = false;
    this.#sweepAt = Math.max(SWEEP_BYTES, this.#liveBytes * 2);
    return -1;
  }

  #leave(code: number): void {
    const index = this.#segmentOf[code]!;
    this.#segments[index]!.live -= this.#lengths[code]!;
    this.#giveBack(index);
  }
  #move(code: number): void {
    const index = this.#segmentOf[code]!;
    if (index === this.#filling) return;
    const { bytes } = this.#segments[index]!;
    const start = this.#starts[code]!;
    this.#leave(code);
    this.#place(code, bytes, start, this.#lengths[code]!);
  }
  #reclaim(code: number): void {
    const length = this.#lengths[code]!;
    this.#unlink(code, hashBytes(this.#bytesOf(code), this.#starts[code]!, length));
    this.#leave(code);
    this.#marks[code] = FREE;
    this.#count--;
    this.#liveBytes -= length + SYMBOL_BYTES;
    if (this.#poisons) return;
    this.#segmentOf[code] = this.#free;
    this.#free = code;
  }

  /** Takes a code out of the table; what was pushed behind it moves up. */
  #unlink(code: number, hash: number): void {
    const table = this.#table;
    const mask = this.#tableMask;
    let slot = (hash >>> 7) & mask;
    while (table[slot * 2 + 1] !== code + 1) slot = (slot + 1) & mask;
    for (let probe = slot; ; ) {
      probe = (probe + 1) & mask;
      if (table[probe * 2 + 1] === 0) break;
      const home = (table[probe * 2]! >>> 7) & mask;
      if (((probe - home) & mask) >= ((probe - slot) & mask)) {
        table[slot * 2] = table[probe * 2]!;
        table[slot * 2 + 1] = table[probe * 2 + 1]!;
        slot = probe;
      }
    }
    table[slot * 2] = 0;
    table[slot * 2 + 1] = 0;
  }
}

function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = length ^ 0x9e3779b1;
  for (let i = start, end = start + length; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x85ebca77) | 0;
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

export function growInt32(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
