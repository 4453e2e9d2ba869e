import { ByteReader, ByteWriter, fixedView, malformedBinary } from '../bytes.ts';
import type { TypeCodec } from '../codec.ts';
import type { Datum, Jsonb } from '../datum.ts';
import { SqlError } from '../errors.ts';
import { parseJsonPath, printJsonPath } from '../jsonpath.ts';
import { canonicalJson, compareJson, parseJsonb, printJson, validateJson } from '../json.ts';
import { characterCount, compareBytes, compareText, decodeUtf8, encodeUtf8, truncateCharacters, utf8Length } from '../utf8.ts';

/** Codecs of what is text or bytes: bool, the string types, json, bytea, uuid, bit strings. */

const badSyntax = (typeName: string, text: string): SqlError => new SqlError('22P02', `invalid input syntax for type ${typeName}: "${text}"`);
const compareStrings = (a: Datum, b: Datum): number => compareText(a as string, b as string);

const truthWords: readonly (readonly [string, number, boolean])[] = [
  ['true', 1, true], ['false', 1, false], ['yes', 1, true], ['no', 1, false], ['on', 2, true], ['off', 2, false],
];

export const boolCodec: TypeCodec = {
  parse(text) {
    if (text === 't' || text === 'true') return true;
    if (text === 'f' || text === 'false') return false;
    const word = text.trim().toLowerCase();
    if (word === '1') return true;
    if (word === '0') return false;
    for (const [name, shortest, value] of truthWords) if (word.length >= shortest && name.startsWith(word)) return value;
    throw badSyntax('boolean', text);
  },
  print: (value) => (value === true ? 't' : 'f'),
  decode: (bytes) => fixedView(bytes, 1, 'boolean').getUint8(0) !== 0,
  encode: (value) => Uint8Array.of(value === true ? 1 : 0),
  compare: (a, b) => Number(a) - Number(b),
};

/** A NUL cannot be in any string. */
function checked(text: string): string {
  if (text.includes('\0')) throw new SqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00');
  return text;
}

export const textCodec: TypeCodec = {
  parse: (text) => checked(text),
  print: (value) => value as string,
  decode: decodeUtf8,
  encode: (value) => encodeUtf8(value as string),
  compare: compareStrings,
};

/** The length limit of varchar(n) and character(n); undefined when there is none. */
const lengthLimit = (typmod: number): number | undefined => (typmod < 4 ? undefined : typmod - 4);

/** varchar(n) as an explicit cast makes it: cut off. */
export const varcharCodec: TypeCodec = {
  ...textCodec,
  parse(text, _settings, typmod) {
    const limit = lengthLimit(typmod);
    return limit === undefined ? checked(text) : truncateCharacters(checked(text), limit);
  },
};

/** Text without its trailing blanks, which character(n) does not compare. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

export function padToLength(text: string, typmod: number): string {
  const limit = lengthLimit(typmod);
  if (limit === undefined) return text;
  const cut = truncateCharacters(text, limit);
  const missing = limit - characterCount(cut);
  return missing > 0 ? cut + ' '.repeat(missing) : cut;
}

export const bpcharCodec: TypeCodec = {
  ...textCodec,
  parse: (text, _settings, typmod) => padToLength(checked(text), typmod),
  compare: (a, b) => compareText(trimBlanks(a as string), trimBlanks(b as string)),
  canonical: (value) => trimBlanks(value as string),
};

/** name: at most 63 bytes, cut at a character. */
export const nameCodec: TypeCodec = {
  ...textCodec,
  parse(text) {
    if (checked(text).length <= 63 && utf8Length(text) <= 63) return text;
    let name = '';
    let bytes = 0;
    for (const character of text) {
      bytes += utf8Length(character);
      if (bytes > 63) break;
      name += character;
    }
    return name;
  },
};

/** "char": one byte; those above 127 read and print as `\ooo`. Its datum is the text form. */
export const charCodec: TypeCodec = {
  parse(text) {
    if (/^\\[0-3][0-7]{2}$/.test(text)) return printByte(Number.parseInt(text.slice(1), 8));
    const byte = encodeUtf8(text)[0];
    return byte === undefined ? '' : printByte(byte);
  },
  print: (value) => value as string,
  decode: (bytes) => printByte(fixedView(bytes, 1, '"char"').getUint8(0)),
  encode: (value) => Uint8Array.of(charByte(value as string)),
  compare: (a, b) => charByte(a as string) - charByte(b as string),
};
const printByte = (byte: number): string => (byte === 0 ? '' : byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`);
const charByte = (text: string): number => (text.length === 4 ? Number.parseInt(text.slice(1), 8) : text === '' ? 0 : text.charCodeAt(0));

export const jsonCodec: TypeCodec = {
  ...textCodec,
  parse(text) {
    validateJson(text);
    return text;
  },
};

function versioned(text: string): Uint8Array {
  const body = encodeUtf8(text);
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = 1;
  bytes.set(body, 1);
  return bytes;
}

function withoutVersion(bytes: Uint8Array, typeName: string): string {
  if (bytes[0] !== 1) throw bytes.length === 0 ? malformedBinary(typeName) : new SqlError('XX000', `unsupported ${typeName} version number ${bytes[0]}`);
  return decodeUtf8(bytes.subarray(1));
}

export const jsonbCodec: TypeCodec = {
  parse: (text) => parseJsonb(text),
  print: (value) => printJson((value as Jsonb).value),
  decode: (bytes) => parseJsonb(withoutVersion(bytes, 'jsonb')),
  encode: (value) => versioned(printJson((value as Jsonb).value)),
  compare: (a, b) => compareJson((a as Jsonb).value, (b as Jsonb).value),
  canonical: (value) => ({ kind: 'jsonb', value: canonicalJson((value as Jsonb).value) }),
};

export const jsonpathCodec: TypeCodec = {
  ...textCodec,
  parse: (text) => printJsonPath(parseJsonPath(text)),
  decode: (bytes) => withoutVersion(bytes, 'jsonpath'),
  encode: (value) => versioned(value as string),
};

const hexDigits = '0123456789abcdef';
const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const ascii = new TextDecoder();

export function printHex(bytes: Uint8Array): string {
  if (bytes.length < 64) {
    let text = '';
    for (const byte of bytes) text += hexPairs[byte]!;
    return text;
  }
  // A text that grows by two characters at a time is a tree as deep as it is long.
  const digits = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = hexPairs[bytes[i]!]!.charCodeAt(0);
    digits[2 * i + 1] = hexPairs[bytes[i]!]!.charCodeAt(1);
  }
  return ascii.decode(digits);
}

function parseHexBytes(text: string): Uint8Array {
  const bytes: number[] = [];
  let high = -1;
  for (let i = 2; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (high < 0 && (code === 32 || code === 10 || code === 9 || code === 13)) continue;
    const digit = hexDigits.indexOf(text.charAt(i).toLowerCase());
    if (digit < 0) throw new SqlError('22023', `invalid hexadecimal digit: "${String.fromCodePoint(text.codePointAt(i)!)}"`);
    if (high < 0) high = digit;
    else {
      bytes.push(high * 16 + digit);
      high = -1;
    }
  }
  if (high >= 0) throw new SqlError('22023', 'invalid hexadecimal data: odd number of digits');
  return Uint8Array.from(bytes);
}

function parseEscapedBytes(text: string): Uint8Array {
  const writer = new ByteWriter();
  for (const part of text.split(/(\\[0-3][0-7]{2}|\\\\)/)) {
    if (part === '\\\\') writer.byte(92);
    else if (/^\\[0-3][0-7]{2}$/.test(part)) writer.byte(Number.parseInt(part.slice(1), 8));
    else if (part.includes('\\')) throw new SqlError('22P02', 'invalid input syntax for type bytea');
    else writer.bytes(encodeUtf8(part));
  }
  return writer.finish();
}

export const byteaCodec: TypeCodec = {
  parse: (text) => (text.startsWith('\\x') ? parseHexBytes(text) : parseEscapedBytes(text)),
  print(value, settings) {
    const bytes = value as Uint8Array;
    if (settings.byteaOutput === 'hex') return `\\x${printHex(bytes)}`;
    let text = '';
    for (const byte of bytes) text += byte === 92 ? '\\\\' : byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
    return text;
  },
  decode: (bytes) => bytes.slice(),
  encode: (value) => value as Uint8Array,
  compare: (a, b) => compareBytes(a as Uint8Array, b as Uint8Array),
};

const dashed = (hex: string): string => `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

export const uuidCodec: TypeCodec = {
  parse(text) {
    const match = /^(\{)?([0-9a-f]{4}(?:-?[0-9a-f]{4}){7})(\})?$/i.exec(text);
    if (match === null || (match[1] === undefined) !== (match[3] === undefined)) throw badSyntax('uuid', text);
    return dashed(match[2]!.replaceAll('-', '').toLowerCase());
  },
  print: (value) => value as string,
  decode(bytes) {
    if (bytes.length !== 16) throw malformedBinary('uuid');
    return dashed(printHex(bytes));
  },
  encode: (value) => parseHexBytes(`\\x${(value as string).replaceAll('-', '')}`),
  compare: compareStrings,
};

/** bit(n) fits its length exactly, bit varying(n) at most, as explicit casts make them. */
export function bitCodec(varying: boolean): TypeCodec {
  const typeName = varying ? 'bit varying' : 'bit';
  return {
    parse(text, _settings, typmod) {
      const bits = parseBits(text);
      if (typmod < 0) return bits;
      return varying ? bits.slice(0, typmod) : bits.slice(0, typmod).padEnd(typmod, '0');
    },
    print: (value) => value as string,
    decode(bytes) {
      const reader = new ByteReader(bytes, typeName);
      const length = reader.int32();
      let bits = '';
      for (const byte of reader.bytes(Math.ceil(length / 8))) bits += byte.toString(2).padStart(8, '0');
      reader.end();
      return bits.slice(0, length);
    },
    encode(value) {
      const bits = value as string;
      const writer = new ByteWriter();
      writer.int32(bits.length);
      for (let at = 0; at < bits.length; at += 8) writer.byte(Number.parseInt(bits.slice(at, at + 8).padEnd(8, '0'), 2));
      return writer.finish();
    },
    compare: compareStrings,
  };
}

function parseBits(text: string): string {
  const hex = text.startsWith('x') || text.startsWith('X');
  const digits = hex || text.startsWith('b') || text.startsWith('B') ? text.slice(1) : text;
  const wrong = (hex ? /[^0-9a-f]/iu : /[^01]/u).exec(digits);
  if (wrong !== null) throw new SqlError('22P02', `"${wrong[0]}" is not a valid ${hex ? 'hexadecimal' : 'binary'} digit`);
  if (!hex) return digits;
  let bits = '';
  for (const digit of digits) bits += Number.parseInt(digit, 16).toString(2).padStart(4, '0');
  return bits;
}

/** tid `(block,offset)`. */
export const tidCodec: TypeCodec = {
  parse(text) {
    const match = /^\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)\s*$/.exec(text);
    if (match === null || Number(match[1]) > 4294967295 || Number(match[2]) > 65535) throw badSyntax('tid', text);
    return `(${Number(match[1])},${Number(match[2])})`;
  },
  print: (value) => value as string,
  decode(bytes) {
    const view = fixedView(bytes, 6, 'tid');
    return `(${view.getUint32(0)},${view.getUint16(4)})`;
  },
  encode(value) {
    const [block, offset] = tidParts(value as string);
    const writer = new ByteWriter();
    writer.int32(block);
    writer.int16(offset);
    return writer.finish();
  },
  compare(a, b) {
    const [block, offset] = tidParts(a as string);
    const [otherBlock, otherOffset] = tidParts(b as string);
    return block - otherBlock || offset - otherOffset;
  },
};
function tidParts(text: string): readonly [number, number] {
  const [block, offset] = text.slice(1, -1).split(',');
  return [Number(block), Number(offset)];
}

/** pg_lsn: a 64-bit position in the log, written as two hexadecimal halves. */
export const lsnCodec: TypeCodec = {
  parse(text) {
    const match = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text);
    if (match === null) throw badSyntax('pg_lsn', text);
    return printLsn(Number.parseInt(match[1]!, 16), Number.parseInt(match[2]!, 16));
  },
  print: (value) => value as string,
  decode(bytes) {
    const view = fixedView(bytes, 8, 'pg_lsn');
    return printLsn(view.getUint32(0), view.getUint32(4));
  },
  encode(value) {
    const writer = new ByteWriter();
    for (const half of (value as string).split('/')) writer.int32(Number.parseInt(half, 16));
    return writer.finish();
  },
  compare: (a, b) => compareBytes(lsnCodec.encode(a), lsnCodec.encode(b)),
};
const printLsn = (high: number, low: number): string => `${high.toString(16).toUpperCase()}/${low.toString(16).toUpperCase()}`;

/** void has one value, printed as nothing. */
export const voidCodec: TypeCodec = { parse: () => '', print: () => '', decode: () => '', encode: () => new Uint8Array(0), compare: () => 0 };
