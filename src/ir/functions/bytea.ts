import { compareBytes, printHex, SqlError } from '../../core/index.ts';
import { defineFunctions, invalidParameter } from './define.ts';
import type { Definition } from './define.ts';
import { md5, sha224, sha256, sha384, sha512, textBytes } from './digest.ts';
import type { Long } from './integer.ts';

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function substring(bytes: Uint8Array, start: number, length?: number): Uint8Array {
  if (length === undefined) return bytes.subarray(Math.max(start, 1) - 1);
  if (length < 0) throw new SqlError('22011', 'negative substring length not allowed');
  return bytes.subarray(Math.max(start, 1) - 1, Math.max(start + length - 1, 0));
}

function overlay(bytes: Uint8Array, replacement: Uint8Array, start: number, length: number): Uint8Array {
  if (start <= 0) throw new SqlError('22011', 'negative substring length not allowed');
  if (start + length > 2147483647) throw new SqlError('22003', 'integer out of range');
  return concatenate(concatenate(substring(bytes, 1, start - 1), replacement), substring(bytes, start + length));
}

function positionOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) if (part.every((byte, i) => bytes[at + i] === byte)) return at + 1;
  return 0;
}

function trimmed(bytes: Uint8Array, set: Uint8Array, left: boolean, right: boolean): Uint8Array {
  let from = 0;
  let to = bytes.length;
  if (left) while (from < to && set.includes(bytes[from]!)) from++;
  if (right) while (to > from && set.includes(bytes[to - 1]!)) to--;
  return bytes.subarray(from, to);
}

function checkIndex(index: Long, last: number): void {
  if (index < 0 || index > last) throw new SqlError('2202E', `index ${index} out of valid range, 0..${last}`);
}

function getByte(bytes: Uint8Array, index: number): number {
  checkIndex(index, bytes.length - 1);
  return bytes[index]!;
}

function setByte(bytes: Uint8Array, index: number, value: number): Uint8Array {
  checkIndex(index, bytes.length - 1);
  const copy = bytes.slice();
  copy[index] = value;
  return copy;
}

function getBit(bytes: Uint8Array, index: Long): number {
  checkIndex(index, bytes.length * 8 - 1);
  return (bytes[Math.floor(Number(index) / 8)]! >> (Number(index) % 8)) & 1;
}

function setBit(bytes: Uint8Array, index: Long, value: number): Uint8Array {
  checkIndex(index, bytes.length * 8 - 1);
  if (value !== 0 && value !== 1) throw invalidParameter('new bit must be 0 or 1');
  const at = Math.floor(Number(index) / 8);
  const mask = 1 << (Number(index) % 8);
  return setByte(bytes, at, value === 1 ? bytes[at]! | mask : bytes[at]! & ~mask);
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}

const crcTable = (polynomial: number): Uint32Array => Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
  return c >>> 0;
});
const crc = (polynomial: number): ((bytes: Uint8Array) => number) => {
  const table = crcTable(polynomial);
  return (bytes) => {
    let state = 0xffffffff;
    for (const byte of bytes) state = (state >>> 8) ^ table[(state ^ byte) & 255]!;
    return (state ^ 0xffffffff) >>> 0;
  };
};

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 2045: lines of 76 characters. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  let column = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    if (column === 76) {
      text += '\n';
      column = 0;
    }
    text += BASE64[bits >> 18]! + BASE64[(bits >> 12) & 63]! + (b === undefined ? '=' : BASE64[(bits >> 6) & 63]!) + (c === undefined ? '=' : BASE64[bits & 63]!);
    column += 4;
  }
  // Postgres ends a full line when it is full, also where nothing follows.
  return column === 76 ? `${text}\n` : text;
}

function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let position = 0;
  let end = 0;
  for (const character of text) {
    if (' \n\r\t'.includes(character)) continue;
    let value = BASE64.indexOf(character);
    if (character === '=') {
      if (end === 0) {
        if (position === 2) end = 1;
        else if (position === 3) end = 2;
        else throw invalidParameter('unexpected "=" while decoding base64 sequence');
      }
      value = 0;
    } else if (value < 0) throw invalidParameter(`invalid symbol "${character}" found while decoding base64 sequence`);
    bits = (bits << 6) | value;
    if (++position === 4) {
      bytes.push((bits >> 16) & 255);
      if (end === 0 || end > 1) bytes.push((bits >> 8) & 255);
      if (end === 0) bytes.push(bits & 255);
      position = 0;
      bits = 0;
    }
  }
  if (position !== 0) {
    throw new SqlError('22023', 'invalid base64 end sequence', { hint: 'Input data is missing padding, is truncated, or is otherwise corrupted.' });
  }
  return Uint8Array.from(bytes);
}

function fromHex(text: string): Uint8Array {
  const bytes: number[] = [];
  let high = -1;
  for (const character of text) {
    if (high < 0 && ' \n\r\t'.includes(character)) continue;
    const digit = /^[0-9a-fA-F]$/.test(character) ? Number.parseInt(character, 16) : -1;
    if (digit < 0) throw invalidParameter(`invalid hexadecimal digit: "${character}"`);
    if (high < 0) high = digit;
    else {
      bytes.push(high * 16 + digit);
      high = -1;
    }
  }
  if (high >= 0) throw invalidParameter('invalid hexadecimal data: odd number of digits');
  return Uint8Array.from(bytes);
}

/** NUL and bytes above 127 in octal, the backslash doubled. */
function toEscape(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0 || byte > 127) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else if (byte === 92) text += '\\\\';
    else text += String.fromCharCode(byte);
  }
  return text;
}

function fromEscape(text: string): Uint8Array {
  const source = textBytes(text);
  const bytes: number[] = [];
  const digit = (at: number, most: number): number => {
    const value = (source[at] ?? 0) - 48;
    return value >= 0 && value <= most ? value : -1;
  };
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 92) bytes.push(source[i]!);
    else if (digit(i + 1, 3) >= 0 && digit(i + 2, 7) >= 0 && digit(i + 3, 7) >= 0) {
      bytes.push(digit(i + 1, 3) * 64 + digit(i + 2, 7) * 8 + digit(i + 3, 7));
      i += 3;
    } else if (source[i + 1] === 92) bytes.push(source[++i]!);
    else throw new SqlError('22P02', 'invalid input syntax for type bytea');
  }
  return Uint8Array.from(bytes);
}

const formats: Record<string, { readonly encode: (bytes: Uint8Array) => string; readonly decode: (text: string) => Uint8Array }> = {
  hex: { encode: printHex, decode: fromHex },
  base64: { encode: toBase64, decode: fromBase64 },
  escape: { encode: toEscape, decode: fromEscape },
};

function formatNamed(name: string): (typeof formats)[string] {
  const found = Object.hasOwn(formats, name.toLowerCase()) ? formats[name.toLowerCase()] : undefined;
  if (found === undefined) throw invalidParameter(`unrecognized encoding: "${name}"`);
  return found;
}

const hexBytes = (bytes: Uint8Array): string => Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');

/** The length of the UTF-8 character that starts at `at`, or 0 where there is none (RFC 3629; NUL is not a character of text either). */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead === 0 ? 0 : 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}

function invalidSequence(bytes: Uint8Array): SqlError {
  let at = 0;
  for (let length = characterLength(bytes, 0); length > 0 && at < bytes.length; length = at < bytes.length ? characterLength(bytes, at) : 0) at += length;
  const lead = bytes[at]!;
  const shown = lead >= 0xf8 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${hexBytes(bytes.subarray(at, at + shown))}`);
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text these UTF-8 bytes spell; 22021 where they spell none. */
export function textFromUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = strictDecoder.decode(bytes);
  } catch {
    throw invalidSequence(bytes);
  }
  if (text.includes('\0')) throw invalidSequence(bytes);
  return text;
}

function textFromLatin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) throw new SqlError('22021', 'invalid byte sequence for encoding "LATIN1": 0x00');
    text += String.fromCharCode(byte);
  }
  return text;
}

function latin1FromText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code > 255) {
      throw new SqlError('22P05', `character with byte sequence ${hexBytes(textBytes(character))} in encoding "UTF8" has no equivalent in encoding "LATIN1"`);
    }
    bytes.push(code);
  }
  return Uint8Array.from(bytes);
}

interface Encoding {
  readonly decode: (bytes: Uint8Array) => string;
  readonly encode: (text: string) => Uint8Array;
}
const utf8: Encoding = { decode: textFromUtf8, encode: textBytes };
const latin1: Encoding = { decode: textFromLatin1, encode: latin1FromText };
/** Names compare without case and punctuation. */
const encodings: Record<string, Encoding> = { utf8, unicode: utf8, latin1, iso88591: latin1, sqlascii: utf8 };

function encodingNamed(name: string, role: 'source' | 'destination' | ''): Encoding {
  if (name === 'utf8') return utf8;
  const key = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const found = Object.hasOwn(encodings, key) ? encodings[key] : undefined;
  if (found === undefined) throw invalidParameter(`invalid ${role === '' ? '' : `${role} `}encoding name "${name}"`);
  return found;
}

const digest = (compute: (bytes: Uint8Array) => Uint8Array) => (bytes: Uint8Array) => compute(bytes);

/** Manual: "Binary String Functions and Operators". */
export const byteaFunctions = defineFunctions([
  ['byteaeq(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) === 0],
  ['byteane(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) !== 0],
  ['bytealt(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) < 0],
  ['byteale(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) <= 0],
  ['byteagt(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) > 0],
  ['byteage(bytea,bytea) bool total', (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) >= 0],
  ['bytea_larger(bytea,bytea) bytea total', (a: Uint8Array, b: Uint8Array) => (compareBytes(a, b) > 0 ? a : b)],
  ['bytea_smaller(bytea,bytea) bytea total', (a: Uint8Array, b: Uint8Array) => (compareBytes(a, b) < 0 ? a : b)],
  ['byteacat(bytea,bytea) bytea total', concatenate],
  ['length(bytea) int4 total', (bytes: Uint8Array) => bytes.length],
  ['length(bytea,name) int4 stable', (bytes: Uint8Array, name: string) => [...encodingNamed(name, '').decode(bytes)].length],
  ['octet_length(bytea) int4 total', (bytes: Uint8Array) => bytes.length],
  ['bit_length(bytea) int4 total', (bytes: Uint8Array) => bytes.length * 8],
  ['bit_count(bytea) int8 total', countBits],
  ...(['substring', 'substr'].flatMap((name): readonly Definition[] => [
    [`${name}(bytea,int4) bytea total`, (bytes: Uint8Array, start: number) => substring(bytes, start)],
    [`${name}(bytea,int4,int4) bytea`, (bytes: Uint8Array, start: number, length: number) => substring(bytes, start, length)],
  ])),
  ['overlay(bytea,bytea,int4) bytea', (bytes: Uint8Array, by: Uint8Array, start: number) => overlay(bytes, by, start, by.length)],
  ['overlay(bytea,bytea,int4,int4) bytea', overlay],
  ['position(bytea,bytea) int4 total', positionOf],
  ['btrim(bytea,bytea) bytea total', (bytes: Uint8Array, set: Uint8Array) => trimmed(bytes, set, true, true)],
  ['ltrim(bytea,bytea) bytea total', (bytes: Uint8Array, set: Uint8Array) => trimmed(bytes, set, true, false)],
  ['rtrim(bytea,bytea) bytea total', (bytes: Uint8Array, set: Uint8Array) => trimmed(bytes, set, false, true)],
  ['reverse(bytea) bytea total', (bytes: Uint8Array) => bytes.toReversed()],
  ['get_byte(bytea,int4) int4', getByte],
  ['set_byte(bytea,int4,int4) bytea', setByte],
  ['get_bit(bytea,int8) int4', getBit],
  ['set_bit(bytea,int8,int4) bytea', setBit],
  ['md5(bytea) text total', md5],
  ['sha224(bytea) bytea total', digest(sha224)],
  ['sha256(bytea) bytea total', digest(sha256)],
  ['sha384(bytea) bytea total', digest(sha384)],
  ['sha512(bytea) bytea total', digest(sha512)],
  ['crc32(bytea) int8 total', crc(0xedb88320)],
  ['crc32c(bytea) int8 total', crc(0x82f63b78)],
  ['encode(bytea,text) text', (bytes: Uint8Array, format: string) => formatNamed(format).encode(bytes)],
  ['decode(text,text) bytea', (text: string, format: string) => formatNamed(format).decode(text)],
  ['convert_from(bytea,name) text stable', (bytes: Uint8Array, name: string) => encodingNamed(name, 'source').decode(bytes)],
  ['convert_to(text,name) bytea stable', (text: string, name: string) => encodingNamed(name, 'destination').encode(text)],
  ['convert(bytea,name,name) bytea stable', (bytes: Uint8Array, from: string, to: string) => {
    const source = encodingNamed(from, 'source');
    return encodingNamed(to, 'destination').encode(source.decode(bytes));
  }],
]);
