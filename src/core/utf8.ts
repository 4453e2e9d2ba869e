import { SqlError } from './errors.ts';

/** UTF-8 in both directions, and the order of collation "C". */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Bytes as text; refuses what is not UTF-8, and NUL, as Postgres does (22021). */
export function decodeUtf8(bytes: Uint8Array): string {
  const length = bytes.length;
  if (length <= 24) {
    let text = '';
    let at = 0;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === 0 || byte >= 128) break;
      text += String.fromCharCode(byte);
    }
    if (at === length) return text;
  }
  const nul = bytes.indexOf(0);
  const invalid = nul >= 0 ? nul : -1;
  if (invalid < 0) {
    try {
      return decoder.decode(bytes);
    } catch {
      // told precisely below
    }
  }
  throw invalidByteSequence(bytes);
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

function invalidByteSequence(bytes: Uint8Array): SqlError {
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes[at]!);
    if (!isSequence(bytes, at, size)) {
      const shown = Array.from(bytes.subarray(at, Math.min(at + size, bytes.length)), hex).join(' ');
      return new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${shown}`);
    }
    at += size;
  }
  return new SqlError('22021', 'invalid byte sequence for encoding "UTF8"');
}

const sequenceLength = (lead: number): number => (lead < 0x80 ? 1 : (lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : (lead & 0xf8) === 0xf0 ? 4 : 1);

function isSequence(bytes: Uint8Array, at: number, size: number): boolean {
  const lead = bytes[at]!;
  if (lead === 0 || at + size > bytes.length) return false;
  if (size === 1) return lead < 0x80;
  for (let i = 1; i < size; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return false;
  const second = bytes[at + 1]!;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return lead >= 0xc2 && lead <= 0xf4;
}

/** Number of bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes++;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

/** The order of the bytes, which is that of code points: UTF-16 puts surrogates below U+E000, bytes do not. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) {
    let left = a.charCodeAt(i);
    let right = b.charCodeAt(i);
    if (left === right) continue;
    if (left >= 0xd800 && right >= 0xd800) {
      left = left >= 0xe000 ? left - 0x2000 : left + 0x800;
      right = right >= 0xe000 ? right - 0x2000 : right + 0x800;
    }
    return left - right;
  }
  return a.length - b.length;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The first `limit` characters (code points) of `text`; the identical string when it has no more. */
export function truncateCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let at = 0;
  for (let count = 0; count < limit && at < text.length; count++) {
    const unit = text.charCodeAt(at);
    at += unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length ? 2 : 1;
  }
  return at >= text.length ? text : text.slice(0, at);
}

/** Number of characters (code points). */
export function characterCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}
