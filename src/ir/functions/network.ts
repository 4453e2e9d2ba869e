import { normalLong, parseAddress, printAddress, SqlError } from '../../core/index.ts';
import type { Address } from '../../core/index.ts';
import { comparisonOperators, comparisons } from './comparison.ts';
import type { Comparisons } from './comparison.ts';
import { defineCasts, defineFunctions, defineOperators, invalidParameter } from './define.ts';
import type { Definition } from './define.ts';
import type { Long } from './integer.ts';

/** Addresses of networks and of network cards; a value is its text. Manual: "Network Address Functions and Operators". */

const inet = (text: string): Address => parseAddress(text, false);
const showInet = (address: Address): string => printAddress(address, false);
const showCidr = (address: Address): string => printAddress(address, true);
const sizeOf = ({ bytes }: Address): number => bytes.length * 8;

/** The byte at `index` of the mask of the first `bits` bits. */
const maskByte = (bits: number, index: number): number => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - index * 8)));
const mapBytes = (address: Address, change: (byte: number, mask: number) => number): Uint8Array => address.bytes.map((byte, index) => change(byte, maskByte(address.bits, index)));
const networkOf = (address: Address): Address => ({ bytes: mapBytes(address, (byte, mask) => byte & mask), bits: address.bits });

/** Both have the same first `bits` bits. */
const agree = (a: Address, b: Address, bits: number): boolean => a.bytes.length === b.bytes.length && a.bytes.every((byte, index) => ((byte ^ b.bytes[index]!) & maskByte(bits, index)) === 0);
const within = (a: Address, b: Address): boolean => a.bits >= b.bits && agree(a, b, b.bits);

function withLength(address: Address, bits: number): Address {
  const most = sizeOf(address);
  if (bits < -1 || bits > most) throw invalidParameter(`invalid mask length: ${bits}`);
  return { bytes: address.bytes, bits: bits === -1 ? most : bits };
}

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
function toBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt((length - 1 - index) * 8)) & 255n));
}
const outOfRange = (): SqlError => new SqlError('22003', 'result is out of range');

function shift(text: string, by: bigint): string {
  const address = inet(text);
  const sum = toNumber(address.bytes) + by;
  if (sum < 0n || sum >> BigInt(sizeOf(address)) !== 0n) throw outOfRange();
  return showInet({ bytes: toBytes(sum, address.bytes.length), bits: address.bits });
}

function difference(a: string, b: string): Long {
  const [x, y] = [inet(a), inet(b)];
  if (x.bytes.length !== y.bytes.length) throw invalidParameter('cannot subtract inet values of different sizes');
  const result = toNumber(x.bytes) - toNumber(y.bytes);
  if (result !== BigInt.asIntN(64, result)) throw outOfRange();
  return normalLong(result);
}

const combine = (word: string, merge: (a: number, b: number) => number) => (a: string, b: string): string => {
  const [x, y] = [inet(a), inet(b)];
  if (x.bytes.length !== y.bytes.length) throw invalidParameter(`cannot ${word} inet values of different sizes`);
  return showInet({ bytes: x.bytes.map((byte, index) => merge(byte, y.bytes[index]!)), bits: Math.max(x.bits, y.bits) });
};

/** The smallest network that both lie in. */
function merge(a: string, b: string): string {
  const [x, y] = [inet(a), inet(b)];
  if (x.bytes.length !== y.bytes.length) throw invalidParameter('cannot merge addresses from different families');
  let bits = Math.min(x.bits, y.bits);
  while (!agree(x, y, bits)) bits--;
  return showCidr(networkOf({ bytes: x.bytes, bits }));
}

/** An IPv4 network without the bytes behind its prefix. */
function abbreviated4({ bytes, bits }: Address): string {
  const shown = Array.from(bytes.subarray(0, Math.ceil(bits / 8)));
  return `${bits === 0 ? '0' : shown.join('.')}/${bits}`;
}

/** The longest run of zero groups among the first `count`; a later one must be longer. */
function zeroRun(groups: readonly number[], count: number): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  let length = 0;
  for (let i = 0; i < count; i++) {
    if (groups[i] === 0) {
      if (length === 0) start = i;
      length++;
    } else if (length > best.length) {
      best = { start, length };
      length = 0;
    }
  }
  return length > best.length ? { start, length } : best;
}

/** An IPv6 network without the groups behind its prefix, `::` for its longest run of zeros, an embedded IPv4 address as such. */
function abbreviated6(address: Address): string {
  const { bits } = address;
  if (bits === 0) return '::/0';
  const bytes = networkOf(address).bytes;
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! << 8) | bytes[i * 2 + 1]!);
  const count = Math.max(2, Math.ceil(bits / 16));
  const run = zeroRun(groups, count);
  const embedded = run.length !== count && run.start === 0
    && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff) || (run.length === 7 && bytes[14] !== 0 && bytes[15] !== 1));
  let text = '';
  for (let i = 0; i < count; i++) {
    if (run.length > 0 && i >= run.start && i < run.start + run.length) {
      text += (i === run.start ? ':' : '') + (i === count - 1 ? ':' : '');
    } else if (embedded && i > 5) {
      text += `${i === 6 ? ':' : '.'}${bytes[i * 2]!}`;
      if (i !== 7 || bits > 120) text += `.${bytes[i * 2 + 1]!}`;
    } else text += `${text === '' ? '' : ':'}${groups[i]!.toString(16)}`;
  }
  return `${text}/${bits}`;
}

function abbreviated(text: string): string {
  const network = parseAddress(text, true);
  return network.bytes.length === 4 ? abbreviated4(network) : abbreviated6(network);
}

const orders: readonly Comparisons[] = [
  { type: 'inet', prefix: 'network_', cmp: 'network_cmp', larger: 'network_larger', smaller: 'network_smaller' },
  { type: 'macaddr', prefix: 'macaddr_', cmp: 'macaddr_cmp' },
  { type: 'macaddr8', prefix: 'macaddr8_', cmp: 'macaddr8_cmp' },
];

const bytesOfMac = (text: string): number[] => text.split(':').map((part) => Number.parseInt(part, 16));
const macOf = (bytes: readonly number[]): string => bytes.map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':');
const overMac = (change: (byte: number, index: number) => number) => (text: string): string => macOf(bytesOfMac(text).map(change));
const overMacs = (change: (a: number, b: number) => number) => (a: string, b: string): string => {
  const other = bytesOfMac(b);
  return macOf(bytesOfMac(a).map((byte, index) => change(byte, other[index]!)));
};

function shortMac(text: string): string {
  const bytes = bytesOfMac(text);
  if (bytes[3] !== 0xff || bytes[4] !== 0xfe) {
    throw new SqlError('22003', 'macaddr8 data out of range to convert to macaddr', {
      hint: 'Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.',
    });
  }
  return macOf([...bytes.slice(0, 3), ...bytes.slice(5)]);
}

const macFunctions = ['macaddr', 'macaddr8'].flatMap((type): readonly Definition[] => [
  [`${type}_and(${type},${type}) ${type} total`, overMacs((a, b) => a & b)],
  [`${type}_or(${type},${type}) ${type} total`, overMacs((a, b) => a | b)],
  [`${type}_not(${type}) ${type} total`, overMac((byte) => ~byte)],
  [`trunc(${type}) ${type} total`, overMac((byte, index) => (index < 3 ? byte : 0))],
]);

export const networkFunctions = defineFunctions([
  ...orders.flatMap(comparisons),
  ['network_sub(inet,inet) bool total', (a: string, b: string) => inet(a).bits > inet(b).bits && within(inet(a), inet(b))],
  ['network_subeq(inet,inet) bool total', (a: string, b: string) => within(inet(a), inet(b))],
  ['network_sup(inet,inet) bool total', (a: string, b: string) => inet(b).bits > inet(a).bits && within(inet(b), inet(a))],
  ['network_supeq(inet,inet) bool total', (a: string, b: string) => within(inet(b), inet(a))],
  ['network_overlap(inet,inet) bool total', (a: string, b: string) => agree(inet(a), inet(b), Math.min(inet(a).bits, inet(b).bits))],
  ['inetnot(inet) inet total', (text: string) => showInet({ ...inet(text), bytes: inet(text).bytes.map((byte) => ~byte) })],
  ['inetand(inet,inet) inet', combine('AND', (a, b) => a & b)],
  ['inetor(inet,inet) inet', combine('OR', (a, b) => a | b)],
  ['inetpl(inet,int8) inet', (text: string, by: Long) => shift(text, BigInt(by))],
  ['int8pl_inet(int8,inet) inet', (by: Long, text: string) => shift(text, BigInt(by))],
  // the least int8 is its own negation, there as here
  ['inetmi_int8(inet,int8) inet', (text: string, by: Long) => shift(text, BigInt.asIntN(64, -BigInt(by)))],
  ['inetmi(inet,inet) int8', difference],
  ['abbrev(inet) text total', (text: string) => text],
  ['abbrev(cidr) text total', abbreviated],
  ['broadcast(inet) inet total', (text: string) => showInet({ ...inet(text), bytes: mapBytes(inet(text), (byte, mask) => byte | ~mask) })],
  ['family(inet) int4 total', (text: string) => (inet(text).bytes.length === 4 ? 4 : 6)],
  ['host(inet) text total', (text: string) => text.replace(/\/.*/, '')],
  ['hostmask(inet) inet total', (text: string) => showInet({ bits: sizeOf(inet(text)), bytes: mapBytes(inet(text), (_, mask) => ~mask) })],
  ['netmask(inet) inet total', (text: string) => showInet({ bits: sizeOf(inet(text)), bytes: mapBytes(inet(text), (_, mask) => mask) })],
  ['masklen(inet) int4 total', (text: string) => inet(text).bits],
  ['network(inet) cidr total', (text: string) => showCidr(networkOf(inet(text)))],
  ['cidr(inet) cidr total', (text: string) => showCidr(networkOf(inet(text)))],
  // the cast that Postgres makes by relabelling: here the text of a host has no prefix length as inet
  ['inet(cidr) inet total', (text: string) => showInet(inet(text))],
  ['text(inet) text total', (text: string) => showCidr(inet(text))],
  ['set_masklen(inet,int4) inet', (text: string, bits: number) => showInet(withLength(inet(text), bits))],
  ['set_masklen(cidr,int4) cidr', (text: string, bits: number) => showCidr(networkOf(withLength(inet(text), bits)))],
  ['inet_merge(inet,inet) cidr', merge],
  ['inet_same_family(inet,inet) bool total', (a: string, b: string) => inet(a).bytes.length === inet(b).bytes.length],
  ...macFunctions,
  ['macaddr(macaddr8) macaddr', shortMac],
  ['macaddr8(macaddr) macaddr8 total', (text: string) => `${text.slice(0, 8)}:ff:fe${text.slice(8)}`],
  ['macaddr8_set7bit(macaddr8) macaddr8 total', overMac((byte, index) => (index === 0 ? byte | 2 : byte))],
]);

export const networkOperators = [...orders.flatMap(comparisonOperators), ...defineOperators(`
  << inet inet bool network_sub >> .
  <<= inet inet bool network_subeq >>= .
  >> inet inet bool network_sup << .
  >>= inet inet bool network_supeq <<= .
  && inet inet bool network_overlap && .
  ~ . inet inet inetnot . .
  & inet inet inet inetand . .
  | inet inet inet inetor . .
  + inet int8 inet inetpl + .
  + int8 inet inet int8pl_inet + .
  - inet int8 inet inetmi_int8 . .
  - inet inet int8 inetmi . .
  ~ . macaddr macaddr macaddr_not . .
  & macaddr macaddr macaddr macaddr_and . .
  | macaddr macaddr macaddr macaddr_or . .
  ~ . macaddr8 macaddr8 macaddr8_not . .
  & macaddr8 macaddr8 macaddr8 macaddr8_and . .
  | macaddr8 macaddr8 macaddr8 macaddr8_or . .
`)];

export const networkCasts = defineCasts(`
  cidr inet i inet(cidr)
  inet cidr a cidr(inet)
  cidr text a text(inet)
  cidr varchar a text(inet)
  cidr bpchar a text(inet)
  inet text a text(inet)
  inet varchar a text(inet)
  inet bpchar a text(inet)
  macaddr macaddr8 i macaddr8(macaddr)
  macaddr8 macaddr i macaddr(macaddr8)
`);
