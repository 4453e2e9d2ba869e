import { SqlError } from '../../core/index.ts';

const BACKSLASH = 0x5c;
const DOT = 0x2e;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Ends COPY data at a line that is `\.` and nothing else, however the data is cut into messages. psql sends that line with
 * the data; as in Postgres up to 17 it counts for text and CSV alike.
 *
 * State: at most the two bytes of a line that may still become the terminator.
 */
export class CopyTerminator {
  #ended = false;
  /** the beginning of a line held back: a prefix of `\.` */
  #held: number[] = [];
  #lineStart = true;

  /** The part of `chunk` (after what was held back) that is data. */
  pass(chunk: Uint8Array): Uint8Array {
    if (this.#ended) return EMPTY;
    const bytes = this.#held.length > 0 ? Buffer.concat([Uint8Array.from(this.#held), chunk]) : chunk;
    let lineStart = this.#held.length > 0 ? 0 : this.#lineStart ? 0 : afterLine(bytes, 0);
    this.#held = [];
    for (; lineStart >= 0 && lineStart < bytes.length; lineStart = afterLine(bytes, lineStart)) {
      const verdict = terminates(bytes, lineStart);
      if (verdict === 'yes') {
        this.#ended = true;
        return bytes.subarray(0, lineStart);
      }
      if (verdict === 'undecided') {
        this.#held = [...bytes.subarray(lineStart)];
        this.#lineStart = true;
        return bytes.subarray(0, lineStart);
      }
    }
    const last = bytes[bytes.length - 1];
    this.#lineStart = bytes.length === 0 ? this.#lineStart : last === LF || last === CR;
    return bytes;
  }

  /** The end of the data: what was held back. Throws 22P04 for a terminator without a line end. */
  finish(): Uint8Array {
    const held = Uint8Array.from(this.#held);
    this.#held = [];
    if (held.length >= 2) throw new SqlError('22P04', 'end-of-copy marker is not alone on its line');
    return held;
  }
}

const EMPTY = new Uint8Array(0);

/** Where the line after `from` begins; -1 where no line end is seen. A CR LF pair counts once only in that no line begins with its LF. */
function afterLine(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) if (bytes[i] === LF || (bytes[i] === CR && bytes[i + 1] !== LF)) return i + 1;
  return -1;
}

function terminates(bytes: Uint8Array, at: number): 'yes' | 'no' | 'undecided' {
  if (bytes[at] !== BACKSLASH) return 'no';
  if (at + 1 === bytes.length) return 'undecided';
  if (bytes[at + 1] !== DOT) return 'no';
  if (at + 2 === bytes.length) return 'undecided';
  return bytes[at + 2] === LF || bytes[at + 2] === CR ? 'yes' : 'no';
}
