/** The only source of randomness; every folder gets it handed in. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` bytes. */
  bytes(length: number): Uint8Array;
}

/** Mulberry32: small, fast, and the same sequence for the same seed everywhere. Not for secrets. */
export class SeededRandom implements Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.next() * 256));
  }
}

/** The platform's cryptographic generator. */
export class SystemRandom implements Random {
  next(): number {
    return crypto.getRandomValues(new Uint32Array(1))[0]! / 4294967296;
  }
  bytes(length: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(length));
  }
}
