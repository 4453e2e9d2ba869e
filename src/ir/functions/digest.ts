import { printHex } from '../../core/index.ts';

/** MD5 (RFC 1321) and SHA-2 (FIPS 180-4) over bytes: this folder depends on nothing that has them. */
const encoder = new TextEncoder();
export const textBytes = (text: string): Uint8Array => encoder.encode(text);

/** The message, a 1 bit, zeros, and its length in bits, in whole blocks. */
function padded(message: Uint8Array, blockBytes: number, lengthBytes: number, littleEndian: boolean): DataView {
  const blocks = Math.ceil((message.length + 1 + lengthBytes) / blockBytes);
  const bytes = new Uint8Array(blocks * blockBytes);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n, littleEndian);
  return view;
}

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const md5Constants = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296) | 0);

export function md5(message: Uint8Array): string {
  const view = padded(message, 64, 8, true);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d] = state as unknown as [number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mixed = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const word = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15;
      const sum = (a + mixed + md5Constants[i]! + view.getInt32(block + word * 4, true)) | 0;
      const shift = md5Shifts[round * 4 + (i & 3)]!;
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
  }
  const bytes = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => bytes.setInt32(i * 4, word, true));
  return printHex(new Uint8Array(bytes.buffer));
}

/** The first primes; SHA-2's constants are the first bits of the fractions of their square and cube roots. */
const primes: readonly bigint[] = (() => {
  const found: bigint[] = [];
  for (let n = 2n; found.length < 80; n++) if (found.every((prime) => n % prime !== 0n)) found.push(n);
  return found;
})();

/** floor(value ^ (1/degree)). */
function integerRoot(value: bigint, degree: bigint): bigint {
  let low = 0n;
  let high = 1n << (BigInt(value.toString(2).length) / degree + 1n);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const rootFraction = (prime: bigint, degree: bigint): bigint => BigInt.asUintN(64, integerRoot(prime << (64n * degree), degree));
const cubeFractions = primes.map((prime) => rootFraction(prime, 3n));
const squareFractions = primes.slice(0, 16).map((prime) => rootFraction(prime, 2n));

const constants32 = cubeFractions.slice(0, 64).map((fraction) => Number(fraction >> 32n) | 0);
const rotate32 = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

function sha2of32(message: Uint8Array, initial: readonly number[], length: number): Uint8Array {
  const view = padded(message, 64, 8, false);
  const state = Int32Array.from(initial);
  const w = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = view.getInt32(block + i * 4);
      else {
        const x = w[i - 15]!;
        const y = w[i - 2]!;
        w[i] = w[i - 16]! + (rotate32(x, 7) ^ rotate32(x, 18) ^ (x >>> 3)) + w[i - 7]! + (rotate32(y, 17) ^ rotate32(y, 19) ^ (y >>> 10));
      }
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (rotate32(e, 6) ^ rotate32(e, 11) ^ rotate32(e, 25)) + ((e & f) ^ (~e & g)) + constants32[i]! + w[i]!) | 0;
      const t2 = ((rotate32(a, 2) ^ rotate32(a, 13) ^ rotate32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i]! += word));
  }
  const bytes = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => bytes.setInt32(i * 4, word));
  return new Uint8Array(bytes.buffer, 0, length);
}

const rotate64 = (x: bigint, by: bigint): bigint => BigInt.asUintN(64, (x >> by) | (x << (64n - by)));

function sha2of64(message: Uint8Array, initial: readonly bigint[], length: number): Uint8Array {
  const view = padded(message, 128, 16, false);
  const state = BigUint64Array.from(initial);
  const w = new BigUint64Array(80);
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let i = 0; i < 80; i++) {
      if (i < 16) w[i] = view.getBigUint64(block + i * 8);
      else {
        const x = w[i - 15]!;
        const y = w[i - 2]!;
        w[i] = w[i - 16]! + (rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n)) + w[i - 7]! + (rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n));
      }
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let i = 0; i < 80; i++) {
      const notE = BigInt.asUintN(64, ~e);
      const t1 = h + (rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n)) + ((e & f) ^ (notE & g)) + cubeFractions[i]! + w[i]!;
      const t2 = (rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + t1), c, b, a, BigInt.asUintN(64, t1 + t2)];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = BigInt.asUintN(64, state[i]! + word)));
  }
  const bytes = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => bytes.setBigUint64(i * 8, word));
  return new Uint8Array(bytes.buffer, 0, length);
}

const initial256 = squareFractions.slice(0, 8).map((fraction) => Number(fraction >> 32n) | 0);
const initial384 = squareFractions.slice(8, 16);
/** FIPS 180-4, 5.3.2: the second 32 bits of SHA-384's. */
const initial224 = initial384.map((fraction) => Number(BigInt.asIntN(32, fraction)));

export const sha224 = (message: Uint8Array): Uint8Array => sha2of32(message, initial224, 28);
export const sha256 = (message: Uint8Array): Uint8Array => sha2of32(message, initial256, 32);
export const sha384 = (message: Uint8Array): Uint8Array => sha2of64(message, initial384, 48);
export const sha512 = (message: Uint8Array): Uint8Array => sha2of64(message, squareFractions.slice(0, 8), 64);
