import { ByteReader, ByteWriter, malformedBinary } from '../bytes.ts';
import type { TypeCodec } from '../codec.ts';
import { SqlError } from '../errors.ts';
import { compareBytes, compareText } from '../utf8.ts';

/** Codecs of inet, cidr, macaddr and macaddr8. Their datum is the text form as Postgres prints it. */

/** An address with the length of its network's prefix. */
export interface Address {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

function parseIpv4(text: string, short: boolean): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || (!short && parts.length !== 4)) return undefined;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^[0-9]{1,3}$/.test(part) || Number(part) > 255) return undefined;
    bytes[i] = Number(part);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  let body = text;
  const lastColon = body.lastIndexOf(':');
  if (body.includes('.')) {
    const tail = parseIpv4(body.slice(lastColon + 1), false);
    if (tail === undefined) return undefined;
    body = `${body.slice(0, lastColon + 1)}${((tail[0]! << 8) | tail[1]!).toString(16)}:${((tail[2]! << 8) | tail[3]!).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.reduce((sum, half) => sum + half.length, 0);
  if (halves.length === 2 ? count > 7 : count !== 8) return undefined;
  const all = halves.length === 2 ? [...groups[0]!, ...new Array<string>(8 - count).fill('0'), ...groups[1]!] : groups[0]!;
  const bytes = new Uint8Array(16);
  for (const [i, group] of all.entries()) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes[i * 2] = value >> 8;
    bytes[i * 2 + 1] = value & 255;
  }
  return bytes;
}

/** The class of an IPv4 network written without a prefix length (cidr only). */
function classfulBits(bytes: Uint8Array, groups: number): number {
  const first = bytes[0]!;
  const byClass = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
  return Math.max(byClass, groups * 8);
}

export function parseAddress(text: string, isCidr: boolean): Address {
  const typeName = isCidr ? 'cidr' : 'inet';
  const invalid = (): SqlError => new SqlError('22P02', `invalid input syntax for type ${typeName}: "${text}"`);
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const six = host.includes(':');
  const bytes = six ? parseIpv6(host) : parseIpv4(host, isCidr || slash >= 0);
  if (bytes === undefined) throw invalid();
  let bits = bytes.length * 8;
  if (slash >= 0) {
    const mask = text.slice(slash + 1);
    if (!/^[0-9]{1,3}$/.test(mask) || Number(mask) > bits) throw invalid();
    bits = Number(mask);
  } else if (isCidr && !six) bits = classfulBits(bytes, host.split('.').length);
  if (isCidr && !isNetwork(bytes, bits)) {
    throw new SqlError('22P02', `invalid cidr value: "${text}"`, { detail: 'Value has bits set to right of mask.' });
  }
  return { bytes, bits };
}

function isNetwork(bytes: Uint8Array, bits: number): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const kept = Math.min(8, Math.max(0, bits - i * 8));
    if ((bytes[i]! & (0xff >> kept)) !== 0) return false;
  }
  return true;
}

function printIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! << 8) | bytes[i * 2 + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
  }
  // An embedded IPv4 address is printed as one.
  if (best === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff))) {
    return `${bestLength === 5 ? '::ffff:' : '::'}${bytes.subarray(12).join('.')}`;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`;
}

export function printAddress({ bytes, bits }: Address, isCidr: boolean): string {
  const host = bytes.length === 4 ? bytes.join('.') : printIpv6(bytes);
  return !isCidr && bits === bytes.length * 8 ? host : `${host}/${bits}`;
}

/** Networks first by their common bits, then the shorter prefix, then the whole address; IPv4 before IPv6. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.bytes.length !== b.bytes.length) return a.bytes.length - b.bytes.length;
  const common = Math.min(a.bits, b.bits);
  for (let bit = 0; bit < common; bit += 8) {
    const mask = 0xff & ~(0xff >> Math.min(8, common - bit));
    const order = (a.bytes[bit >> 3]! & mask) - (b.bytes[bit >> 3]! & mask);
    if (order !== 0) return order;
  }
  return a.bits - b.bits || compareBytes(a.bytes, b.bytes);
}

export function networkCodec(isCidr: boolean): TypeCodec {
  const typeName = isCidr ? 'cidr' : 'inet';
  return {
    parse: (text) => printAddress(parseAddress(text, isCidr), isCidr),
    print: (value) => value as string,
    decode(data) {
      const reader = new ByteReader(data, typeName);
      const family = reader.byte();
      const bits = reader.byte();
      reader.byte();
      const bytes = reader.bytes(reader.byte()).slice();
      reader.end();
      if (bytes.length !== (family === 2 ? 4 : 16) || bits > bytes.length * 8) throw malformedBinary(typeName);
      return printAddress({ bytes, bits }, isCidr);
    },
    encode(value) {
      const { bytes, bits } = parseAddress(value as string, isCidr);
      const writer = new ByteWriter();
      writer.bytes(Uint8Array.of(bytes.length === 4 ? 2 : 3, bits, isCidr ? 1 : 0, bytes.length));
      writer.bytes(bytes);
      return writer.finish();
    },
    compare: (a, b) => compareAddresses(parseAddress(a as string, isCidr), parseAddress(b as string, isCidr)),
  };
}

const macShapes = [
  /^([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})[:-]([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([.-])([0-9a-f]{2})([0-9a-f]{2})\3([0-9a-f]{2})([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i,
];

export const macaddrCodec: TypeCodec = {
  parse(text) {
    for (const shape of macShapes) {
      const match = shape.exec(text.trim());
      if (match !== null) {
        const parts = match.slice(1).filter((part) => part !== '.' && part !== '-');
        return parts.map((part) => part.toLowerCase().padStart(2, '0')).join(':');
      }
    }
    throw new SqlError('22P02', `invalid input syntax for type macaddr: "${text}"`);
  },
  print: (value) => value as string,
  decode(bytes) {
    if (bytes.length !== 6) throw malformedBinary('macaddr');
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
  },
  encode: (value) => Uint8Array.from((value as string).split(':'), (part) => Number.parseInt(part, 16)),
  compare: (a, b) => compareText(a as string, b as string),
};

/** EUI-64, or EUI-48 with `ff:fe` in its middle; between any two pairs of digits there may be a separator, of one kind. */
const mac8Shape = /^(?:[0-9a-f]{2}[:.-]?){5}(?:[0-9a-f]{2}[:.-]?){0,2}[0-9a-f]{2}$/i;

export const macaddr8Codec: TypeCodec = {
  parse(text) {
    const body = text.trim();
    const digits = body.replace(/[:.-]/g, '').toLowerCase();
    if (!mac8Shape.test(body) || digits.length === 14 || new Set(body.replace(/[0-9a-f]/gi, '')).size > 1) throw new SqlError('22P02', `invalid input syntax for type macaddr8: "${text}"`);
    const whole = digits.length === 12 ? `${digits.slice(0, 6)}fffe${digits.slice(6)}` : digits;
    return whole.match(/../g)!.join(':');
  },
  print: (value) => value as string,
  decode(bytes) {
    if (bytes.length !== 8 && bytes.length !== 6) throw malformedBinary('macaddr8');
    const parts = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
    return (parts.length === 8 ? parts : [...parts.slice(0, 3), 'ff', 'fe', ...parts.slice(3)]).join(':');
  },
  encode: (value) => Uint8Array.from((value as string).split(':'), (part) => Number.parseInt(part, 16)),
  compare: (a, b) => compareText(a as string, b as string),
};
