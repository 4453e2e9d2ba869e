/**
 * Bob Jenkins' lookup3 as Postgres runs it on a little-endian machine (src/common/hashfn.c): 32 bits, or 64 with a seed.
 * What the hash functions of types are made of; the numbers are the same as on such a server.
 */

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
const start = (length: number): number => (0x9e3779b9 + length + 3923095) | 0;

/** Three words, changed in place. */
type State = [number, number, number];

function mix(s: State): void {
  let [a, b, c] = s;
  a = ((a - c) | 0) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = ((a - c) | 0) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 4);
  b = (b + a) | 0;
  s[0] = a;
  s[1] = b;
  s[2] = c;
}

function finish(s: State): void {
  let [a, b, c] = s;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  s[0] = a;
  s[1] = b;
  s[2] = c;
}

function begin(length: number, seed: bigint): State {
  const first = start(length);
  const state: State = [first, first, first];
  if (seed !== 0n) {
    state[0] = (first + Number(BigInt.asIntN(32, seed >> 32n))) | 0;
    state[1] = (first + Number(BigInt.asIntN(32, seed))) | 0;
    mix(state);
  }
  return state;
}

function overBytes(bytes: Uint8Array, seed: bigint): State {
  const state = begin(bytes.length, seed);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (; bytes.length - at >= 12; at += 12) {
    for (let word = 0; word < 3; word++) state[word] = (state[word]! + view.getInt32(at + word * 4, true)) | 0;
    mix(state);
  }
  const rest = bytes.length - at;
  for (let i = 0; i < rest; i++) {
    // the lowest byte of the third word is kept for the length
    const word = i >> 2;
    const by = word === 2 ? (i - 7) * 8 : (i & 3) * 8;
    state[word] = (state[word]! + (bytes[at + i]! << by)) | 0;
  }
  finish(state);
  return state;
}

function overWord(value: number, seed: bigint): State {
  const state = begin(4, seed);
  state[0] = (state[0] + value) | 0;
  finish(state);
  return state;
}

const wide = ([, b, c]: State): bigint => (BigInt(b >>> 0) << 32n) | BigInt(c >>> 0);

/** The hash of bytes or of a word: without seed 32 bits, as an unsigned bigint; with one 64. */
export const hashBytes = (bytes: Uint8Array, seed?: bigint): bigint => (seed === undefined ? BigInt(overBytes(bytes, 0n)[2] >>> 0) : wide(overBytes(bytes, seed)));
export const hashWord = (value: number, seed?: bigint): bigint => (seed === undefined ? BigInt(overWord(value, 0n)[2] >>> 0) : wide(overWord(value, seed)));
