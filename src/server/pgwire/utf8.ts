import { SqlError } from '../../core/index.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of `bytes`. Throws 22021, naming the first bytes that are not UTF-8 (or are NUL), as Postgres does. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw invalidSequence(bytes, firstInvalid(bytes));
  }
  if (text.includes('\0')) throw invalidSequence(bytes, bytes.indexOf(0));
  return text;
}

/** Bytes a sequence that starts with `lead` should have; 1 for a byte that cannot start one. */
const sequenceLength = (lead: number): number => ((lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : (lead & 0xf8) === 0xf0 ? 4 : 1);

function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]!);
    try {
      decoder.decode(bytes.subarray(at, at + length));
    } catch {
      return at;
    }
    at += length;
  }
  return at;
}

function invalidSequence(bytes: Uint8Array, at: number): SqlError {
  const shown = [...bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0))].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  return new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${shown.join(' ')}`);
}
