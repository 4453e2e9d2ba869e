import { InvariantError } from './errors.ts';
import { builtinTypes } from './type-table.ts';

/**
 * How a value lies in a row of words (see rows.ts).
 *
 * | storage | words | value in JavaScript |
 * |---|---|---|
 * | bool | 1 | boolean |
 * | int (int2, int4, date, enums) | 1 | number |
 * | oid (oid, reg*, xid) | 1, unsigned | number |
 * | long (int8, timestamp, timestamptz, time, mz_timestamp) | 2 (low, high) | number, or bigint where |x| > 2^53 - 1 |
 * | double (float4, float8) | 2 | number |
 * | symbol (everything else) | 1: where the bytes lie | by type, see `Datum` |
 */
export type Storage = 'bool' | 'int' | 'oid' | 'long' | 'double' | 'symbol';

export interface TypeInfo {
  readonly oid: number;
  /** pg_type.typname */
  readonly name: string;
  /** as `format_type` spells it, without modifier */
  readonly sqlName: string;
  /** pg_type.typlen: -1 variable, -2 cstring */
  readonly length: number;
  /** pg_type.typtype: base, composite, domain, enum, pseudo, range, multirange */
  readonly kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm';
  readonly category: string;
  readonly preferred: boolean;
  readonly storage: Storage;
  /** oid of the element type of an array, or 0 */
  readonly element: number;
  /** oid of the array type over this type, or 0 */
  readonly array: number;
  /** of an enum: its labels, in order */
  readonly labels?: readonly EnumLabel[];
  /** of a row type: its fields, in order */
  readonly fields?: readonly Field[];
}

/** A field of a row type. */
export interface Field {
  readonly name: string;
  readonly type: SqlType;
}

/**
 * A label of an enum. `code` is what a value is in rows and expressions, and never changes: its order among the codes is that of the labels
 * (a label that comes between two others takes a code between theirs), so that comparing and hashing know nothing of the type.
 */
export interface EnumLabel {
  readonly name: string;
  readonly code: number;
  /** names it had upstream: changes from before a renaming may still be on their way */
  readonly former?: readonly string[];
}

/** A type as an expression or column has it. `typmod` is Postgres' (varchar(n): n + 4; numeric(p,s): (p << 16 | s) + 4), -1 when none. */
export interface SqlType {
  readonly oid: number;
  readonly typmod: number;
}

/** OIDs of the types that code names. */
export const Oid = {
  bool: 16, bytea: 17, char: 18, name: 19, int8: 20, int2: 21, int2vector: 22, int4: 23, regproc: 24, text: 25, oid: 26, xid: 28,
  oidvector: 30, json: 114, pgNodeTree: 194, float4: 700, float8: 701, unknown: 705, money: 790, inet: 869, cidr: 650, macaddr: 829, macaddr8: 774,
  bpchar: 1042, varchar: 1043, date: 1082, time: 1083, timestamp: 1114, timestamptz: 1184, interval: 1186, timetz: 1266,
  bit: 1560, varbit: 1562, numeric: 1700, refcursor: 1790, regprocedure: 2202, regoper: 2203, regoperator: 2204, regclass: 2205, regtype: 2206,
  regrole: 4096, regnamespace: 4089, record: 2249, cstring: 2275, any: 2276, anyarray: 2277, void: 2278, anyelement: 2283,
  anynonarray: 2776, uuid: 2950, anyenum: 3500, jsonb: 3802, jsonpath: 4072, anyrange: 3831, anymultirange: 4537,
  anycompatible: 5077, anycompatiblearray: 5078, anycompatiblenonarray: 5079, anycompatiblerange: 5080, anycompatiblemultirange: 4538,
  int2Array: 1005, int4Array: 1007, int8Array: 1016, textArray: 1009, oidArray: 1028, nameArray: 1003, float8Array: 1022, charArray: 1002,
  boolArray: 1000, varcharArray: 1015, numericArray: 1231, recordArray: 2287, mzTimestamp: 16552,
} as const;

const byOid = new Map<number, TypeInfo>(builtinTypes.map((type) => [type.oid, type]));
const byName = new Map<string, TypeInfo>(builtinTypes.map((type) => [type.name, type]));

/** The type with this OID; `undefined` where there is none. */
export const findType = (oid: number): TypeInfo | undefined => byOid.get(oid);
export const findTypeByName = (name: string): TypeInfo | undefined => byName.get(name);

/** The type with this OID, which the caller knows to exist. */
export function typeInfo(oid: number): TypeInfo {
  const found = byOid.get(oid);
  if (found === undefined) throw new InvariantError(`no type with oid ${oid}`);
  return found;
}

const listeners: (() => void)[] = [];
/** `listener` is called when a type is another than it was: whoever keeps what it made of types forgets it then. */
export const whenTypesChange = (listener: () => void): void => void listeners.push(listener);

/** Row types and enums get their OIDs at run time; they are known from then on, to the thread that says so. */
export function registerType(type: TypeInfo): void {
  const changes = byOid.has(type.oid);
  byOid.set(type.oid, type);
  if (changes) for (const listener of listeners) listener();
}

/** What a thread has to know of a type to read and write its values: plain data, to be sent to it before the first of them. */
export type UserType = EnumType | RowType;

export interface EnumType {
  readonly kind: 'enum';
  readonly oid: number;
  readonly array: number;
  readonly name: string;
  readonly sqlName: string;
  readonly labels: readonly EnumLabel[];
}

/** The type of a relation's rows, or one of CREATE TYPE ... AS (...). */
export interface RowType {
  readonly kind: 'row';
  readonly oid: number;
  readonly array: number;
  readonly name: string;
  readonly sqlName: string;
  readonly fields: readonly Field[];
}

/** The types that a user's type and its array are. */
export function typesOf(type: UserType): readonly [TypeInfo, TypeInfo] {
  const { oid, array, name, sqlName } = type;
  const shared = { oid, name, sqlName, preferred: false, element: 0, array } as const;
  const own: TypeInfo = type.kind === 'enum' ? { ...shared, length: 4, kind: 'e', category: 'E', storage: 'int', labels: type.labels }
    : { ...shared, length: -1, kind: 'c', category: 'C', storage: 'symbol', fields: type.fields };
  return [own, { oid: array, name: `_${name}`, sqlName: `${sqlName}[]`, length: -1, kind: 'b', category: 'A', preferred: false, storage: 'symbol', element: oid, array: 0 }];
}

/** The type and its array, as they are from now on. */
export function registerUserType(type: UserType): void {
  for (const one of typesOf(type)) registerType(one);
}

export const sqlType = (oid: number, typmod = -1): SqlType => ({ oid, typmod });
export const storageOf = (type: SqlType): Storage => typeInfo(type.oid).storage;
export const sameType = (a: SqlType, b: SqlType): boolean => a.oid === b.oid && a.typmod === b.typmod;

/** A column of a relation. */
export interface Column {
  readonly name: string;
  readonly type: SqlType;
  /** False where the column can be shown never to be NULL. */
  readonly nullable: boolean;
}

/** The type of a relation: its columns, and the sets of columns that are unique in it (each by index, smallest first). */
export interface RelationType {
  readonly columns: readonly Column[];
  readonly keys: readonly (readonly number[])[];
}
