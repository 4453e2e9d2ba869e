/**
 * Where the words of a structure lie: in this thread's memory, or in memory that another thread reads too.
 * A structure that replaces a buffer asks here for the new one, so that whoever was told of the old one finds out.
 */
export interface Memory {
  readonly shared: boolean;
  /** A buffer of zeros. */
  allocate(bytes: number): ArrayBufferLike;
  /** Something of what lies here is found in another place from now on, or nowhere. */
  changed(): void;
}

export const ownMemory: Memory = { shared: false, allocate: (bytes) => new ArrayBuffer(bytes), changed: () => {} };

/** Memory that another thread may read while this one sleeps, as it was told to at a version: see `near.ts`. */
export class SharedMemory implements Memory {
  readonly shared = true;
  /** counts the changes, in shared memory itself */
  readonly version = new Int32Array(new SharedArrayBuffer(4));

  allocate(bytes: number): SharedArrayBuffer {
    this.changed();
    return new SharedArrayBuffer(bytes);
  }
  changed(): void {
    Atomics.add(this.version, 0, 1);
  }
}

/** A copy with room for `length` words. */
export function growIn(memory: Memory, words: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(memory.allocate(length * 4));
  larger.set(words);
  return larger;
}
