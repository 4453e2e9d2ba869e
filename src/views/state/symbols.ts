import { codecOf, InvariantError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';

const CACHE = 8192;

/**
 * The dictionary of everything that does not fit in words: text, numeric, jsonb, ... A symbol word in a row is
 *
 *  * `code >= 0`: an interned symbol, whose bytes (the type's binary form) lie in the arena; equal bytes have equal codes;
 *  * `~index < 0`: a transient value, known only until the current change has been pushed through; storing a row interns it.
 *
 * So a payload that is decoded and thrown away is never copied, hashed or kept. Codes have no order.
 * State: the bytes of each distinct symbol once, 16 bytes of table beside it.
 */
export class Symbols {
  #arena = new Uint8Array(1 << 12);
  #used = 0;
  #starts = new Float64Array(256);
  #lengths = new Uint32Array(256);
  #count = 0;
  #table = new Int32Array(1024); // pairs of (hash, code + 1)
  #mask = 511;

  #incoming: Uint8Array = new Uint8Array(0);
  #transients = 0;
  /** where a transient that came in a batch lies in its arena; -1 for a computed value */
  #transientStart = new Int32Array(64);
  #transientLength = new Int32Array(64);
  readonly #transientValue: Datum[] = [];

  readonly #cacheCode = new Int32Array(CACHE).fill(-1);
  readonly #cacheType = new Int32Array(CACHE);
  readonly #cacheValue: Datum[] = new Array<Datum>(CACHE).fill(null);

  /** distinct symbols held */
  get size(): number {
    return this.#count;
  }
  get byteLength(): number {
    return this.#arena.byteLength + this.#starts.byteLength + this.#lengths.byteLength + this.#table.byteLength;
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
    if (word >= 0) return word;
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
      return this.#arena.subarray(start, start + this.#lengths[word]!);
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
    const slot = (word ^ (oid * 31)) & (CACHE - 1);
    if (this.#cacheCode[slot] === word && this.#cacheType[slot] === oid) return this.#cacheValue[slot]!;
    const start = this.#starts[word]!;
    // A copy: decoded values may keep a view, and the arena moves when it grows.
    const value = codecOf(oid).decode(this.#arena.slice(start, start + this.#lengths[word]!));
    this.#cacheCode[slot] = word;
    this.#cacheType[slot] = oid;
    this.#cacheValue[slot] = value;
    return value;
  }

  internBytes(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashBytes(bytes, start, length);
    const slot = this.#slotOf(hash, bytes, start, length);
    const known = this.#table[slot * 2 + 1]! - 1;
    if (known >= 0) return known;
    const code = this.#append(bytes, start, length);
    this.#table[slot * 2] = hash;
    this.#table[slot * 2 + 1] = code + 1;
    if (this.#count * 2 > this.#mask) this.#rehash();
    return code;
  }

  /** The code of the symbol with these bytes, or -1 where there is none. */
  find(bytes: Uint8Array): number {
    return this.#table[this.#slotOf(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length) * 2 + 1]! - 1;
  }

  /** The place in the table of the symbol, or the free one where it would go. */
  #slotOf(hash: number, bytes: Uint8Array, start: number, length: number): number {
    let slot = (hash >>> 7) & this.#mask;
    for (;;) {
      const code = this.#table[slot * 2 + 1]! - 1;
      if (code < 0 || (this.#table[slot * 2] === hash && this.#lengths[code] === length && this.#equals(this.#starts[code]!, bytes, start, length))) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #equals(at: number, bytes: Uint8Array, start: number, length: number): boolean {
    const arena = this.#arena;
    for (let i = 0; i < length; i++) if (arena[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, length: number): number {
    if (this.#used + length > this.#arena.length) {
      const grown = new Uint8Array(Math.max(this.#arena.length * 2, this.#used + length));
      grown.set(this.#arena.subarray(0, this.#used));
      this.#arena = grown;
    }
    const code = this.#count++;
    if (code >= 0x7fffffff) throw new InvariantError('the symbol dictionary is full');
    if (code === this.#lengths.length) {
      const starts = new Float64Array(code * 2);
      starts.set(this.#starts);
      this.#starts = starts;
      const lengths = new Uint32Array(code * 2);
      lengths.set(this.#lengths);
      this.#lengths = lengths;
    }
    this.#arena.set(length === bytes.length ? bytes : bytes.subarray(start, start + length), this.#used);
    this.#starts[code] = this.#used;
    this.#lengths[code] = length;
    this.#used += length;
    return code;
  }

  #rehash(): void {
    const old = this.#table;
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Int32Array((this.#mask + 1) * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = (old[i]! >>> 7) & this.#mask;
      while (this.#table[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask;
      this.#table[slot * 2] = old[i]!;
      this.#table[slot * 2 + 1] = old[i + 1]!;
    }
  }
}

export function growInt32(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(array);
  return grown;
}

function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = length ^ 0x9e3779b1;
  for (let i = start, end = start + length; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x85ebca77) | 0;
}
