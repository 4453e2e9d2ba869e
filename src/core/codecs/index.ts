import type { TypeCodec } from '../codec.ts';
import type { Datum } from '../datum.ts';
import { SqlError } from '../errors.ts';
import { Oid, findType, typeInfo, whenTypesChange } from '../types.ts';
import type { SqlType, TypeInfo } from '../types.ts';
import { arrayCodec, vectorCodec } from './containers.ts';
import { dateCodec, intervalCodec, timeCodec, timestampCodec, timestamptzCodec, timetzCodec } from './datetime.ts';
import { enumCodec, enumWireCodec } from './enums.ts';
import { macaddr8Codec, macaddrCodec, networkCodec } from './network.ts';
import { float4Codec, float8Codec, int2Codec, int4Codec, int8Codec, moneyCodec, mzTimestampCodec, numericCodec, oidCodec, regCodec, xid8Codec } from './numbers.ts';
import { namedRecordCodec, recordCodec, rowCodec, rowWireCodec } from './records.ts';
import { isMultirangeType, isRangeType, multirangeCodec, rangeCodec } from './ranges.ts';
import {
  bitCodec, boolCodec, bpcharCodec, byteaCodec, charCodec, jsonCodec, jsonbCodec, jsonpathCodec, lsnCodec, nameCodec, textCodec, tidCodec, uuidCodec, varcharCodec, voidCodec,
} from './strings.ts';

/** Text form, binary form and order of every type that has values. Always: `decode(encode(x))` and `parse(print(x))` are x. */

const byName: Readonly<Record<string, TypeCodec>> = {
  bool: boolCodec, bytea: byteaCodec, char: charCodec, name: nameCodec, int8: int8Codec, int2: int2Codec, int4: int4Codec, text: textCodec,
  oid: oidCodec('oid'), xid: oidCodec('xid'), cid: oidCodec('cid'), xid8: xid8Codec, tid: tidCodec, json: jsonCodec, jsonb: jsonbCodec, jsonpath: jsonpathCodec,
  pg_node_tree: textCodec, aclitem: textCodec, refcursor: textCodec, cstring: textCodec, unknown: textCodec, void: voidCodec,
  float4: float4Codec, float8: float8Codec, numeric: numericCodec, money: moneyCodec, mz_timestamp: mzTimestampCodec,
  bpchar: bpcharCodec, varchar: varcharCodec, date: dateCodec, time: timeCodec, timetz: timetzCodec, timestamp: timestampCodec, timestamptz: timestamptzCodec,
  pg_lsn: lsnCodec, interval: intervalCodec, uuid: uuidCodec, bit: bitCodec(false), varbit: bitCodec(true), inet: networkCodec(false), cidr: networkCodec(true), macaddr: macaddrCodec, macaddr8: macaddr8Codec,
};

const known = new Map<number, TypeCodec>();
const knownWire = new Map<number, TypeCodec>();
whenTypesChange(() => {
  known.clear();
  knownWire.clear();
});

/** The codec of a type; 0A000 for a pseudo-type that no value has. */
export function codecOf(oid: number): TypeCodec {
  const found = known.get(oid);
  if (found !== undefined) return found;
  const codec = makeCodec(typeInfo(oid));
  known.set(oid, codec);
  return codec;
}

function makeCodec(type: TypeInfo): TypeCodec {
  if (type.oid === Oid.int2vector || type.oid === Oid.oidvector) return vectorCodec(type.element, codecOf);
  if (type.kind === 'r' && isRangeType(type.oid)) return rangeCodec(type.oid, codecOf);
  if (type.kind === 'm' && isMultirangeType(type.oid)) return multirangeCodec(type.oid, codecOf);
  if (type.kind === 'c') return rowCodec(type.oid, codecOf);
  if (type.oid === Oid.record) return namedRecordCodec(codecOf);
  if (type.kind === 'e') return enumCodec(type.oid);
  if (type.element !== 0 && (type.category === 'A' || type.oid === Oid.recordArray)) return arrayCodec(type.element, codecOf);
  if (type.name.startsWith('reg') && type.storage === 'oid') return regCodec(type.name);
  const codec = byName[type.name];
  if (codec === undefined) throw new SqlError('0A000', `cannot accept a value of type ${type.sqlName}`);
  return codec;
}

/**
 * The codec whose binary form is that of `typsend` and `typreceive` also where rows hold another: an enum, a row of no named type, and what may hold these.
 * Whoever speaks to clients, or to another server, takes this one.
 */
export function wireCodecOf(oid: number): TypeCodec {
  const found = knownWire.get(oid);
  if (found !== undefined) return found;
  const codec = makeWireCodec(typeInfo(oid));
  knownWire.set(oid, codec);
  return codec;
}

function makeWireCodec(type: TypeInfo): TypeCodec {
  if (type.kind === 'e') return enumWireCodec(type.oid);
  if (type.kind === 'c') return rowWireCodec(type.oid, wireCodecOf);
  if (type.oid === Oid.record) return recordCodec(wireCodecOf);
  const holds = findType(type.element);
  if ((type.category === 'A' || type.oid === Oid.recordArray) && type.length === -1 && (holds?.kind === 'e' || holds?.kind === 'c' || holds?.oid === Oid.record)) return arrayCodec(type.element, wireCodecOf);
  return codecOf(type.oid);
}

/** Whether rows hold another binary form of this type than clients get. */
export const hasWireForm = (oid: number): boolean => wireCodecOf(oid) !== codecOf(oid);

/** The order of a type's default btree operator class, NULLs above everything (as NULLS LAST has it). */
export function compareDatums(type: SqlType, a: Datum, b: Datum): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return codecOf(type.oid).compare(a, b);
}

/** The array type over an element type, which the caller knows to have one. */
export const arrayTypeOf = (element: number): number => findType(element)?.array ?? 0;

export {
  boundsAdjacent, compareBounds, compareBoundValues, compareMultiranges, compareRanges, emptyRange, isMultirangeType, isRangeType, lowerBound, makeMultirange, makeRange,
  multirangeTypeOf, rangeElement, rangeTypeOf, upperBound,
} from './ranges.ts';
export type { Bound } from './ranges.ts';
export { compareTimetz } from './datetime.ts';
export { compareFloats, parseInteger, printFloat4, printFloat8 } from './numbers.ts';
export { parseAddress, printAddress } from './network.ts';
export type { Address } from './network.ts';
export { requireLength } from './records.ts';
export { padToLength, printHex, trimBlanks } from './strings.ts';
