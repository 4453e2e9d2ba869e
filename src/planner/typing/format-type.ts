import type { SqlType } from '../../core/index.ts';
import { Oid, findType } from '../../core/index.ts';

/** The SQL spelling of a type without its modifier, as messages show it. */
export const typeText = (oid: number): string => findType(oid)?.sqlName ?? '???';

/** The types of a call's arguments, as messages show them. */
export const typeList = (types: readonly SqlType[]): string => types.map((type) => typeText(type.oid)).join(', ');

export const isArrayType = (oid: number): boolean => {
  const type = findType(oid);
  return type !== undefined && type.element !== 0 && type.length === -1 && (type.category === 'A' || oid === Oid.recordArray);
};

/** int2vector and oidvector are arrays in all but name, with a fixed lower bound of 0. */
export const isTrueArray = (oid: number): boolean => isArrayType(oid) && oid !== Oid.int2vector && oid !== Oid.oidvector;

export const isPolymorphic = (oid: number): boolean => POLYMORPHIC.has(oid);
const POLYMORPHIC = new Set<number>([
  Oid.anyelement, Oid.anyarray, Oid.anynonarray, Oid.anyenum, Oid.anyrange, Oid.anymultirange,
  Oid.anycompatible, Oid.anycompatiblearray, Oid.anycompatiblenonarray, Oid.anycompatiblerange, Oid.anycompatiblemultirange,
]);
