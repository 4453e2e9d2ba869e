import { Oid, findType, isMultirangeType, isRangeType, multirangeTypeOf, rangeElement, rangeTypeOf, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import type { Expr } from '../resolve/typed.ts';
import { commonTypeOf } from './common-type.ts';
import { isArrayType, isPolymorphic, typeText } from './format-type.ts';

/** What the polymorphic types of one call stand for. */
export interface PolymorphicBinding {
  /** the concrete type for a declared type, which may be polymorphic or not */
  concrete(declared: number): number;
}

const elementFamily = new Set<number>([Oid.anyelement, Oid.anynonarray, Oid.anyenum]);
const rangeFamily = new Set<number>([Oid.anyrange, Oid.anymultirange, Oid.anycompatiblerange, Oid.anycompatiblemultirange]);
const compatibleElement = new Set<number>([Oid.anycompatible, Oid.anycompatiblenonarray]);

/**
 * Binds anyelement/anyarray/anyrange/anymultirange and their anycompatible counterparts to the types of the actual arguments (manual, "Polymorphic Types").
 * Undefined where the arguments contradict each other, so that this candidate is none. With only unknown arguments the binding is text.
 */
export function bindPolymorphic(declared: readonly number[], args: readonly Expr[]): PolymorphicBinding | undefined {
  let element: number | undefined;
  let range: number | undefined;
  const compatible: Expr[] = [];
  for (const [index, type] of declared.entries()) {
    const actual = args[index];
    if (actual === undefined || actual.type.oid === Oid.unknown) continue;
    if (elementFamily.has(type)) {
      if (element !== undefined && element !== actual.type.oid) return undefined;
      element = actual.type.oid;
    } else if (type === Oid.anyarray) {
      const inner = findType(actual.type.oid)!.element;
      if (!isArrayType(actual.type.oid) || (element !== undefined && element !== inner)) return undefined;
      element = inner;
    } else if (rangeFamily.has(type)) {
      const isMulti = type === Oid.anymultirange || type === Oid.anycompatiblemultirange;
      if (!(isMulti ? isMultirangeType : isRangeType)(actual.type.oid)) return undefined;
      const found = rangeTypeOf(actual.type.oid);
      if (range !== undefined && range !== found) return undefined;
      range = found;
      if (type === Oid.anycompatiblerange || type === Oid.anycompatiblemultirange) {
        compatible.push({ ...actual, type: sqlType(rangeElement(found)) });
        continue;
      }
      if (element !== undefined && element !== rangeElement(found)) return undefined;
      element = rangeElement(found);
    } else if (compatibleElement.has(type)) {
      compatible.push(actual);
    } else if (type === Oid.anycompatiblearray) {
      if (!isArrayType(actual.type.oid)) return undefined;
      compatible.push({ ...actual, type: sqlType(findType(actual.type.oid)!.element) });
    }
  }
  const common = compatible.length === 0 ? undefined : commonTypeOf(compatible);
  if (compatible.length > 0 && common === undefined) return undefined;
  if (range === undefined && declared.some((type) => rangeFamily.has(type)) && args.some((arg) => arg.type.oid !== Oid.unknown)) return undefined;
  const elementType = element ?? Oid.text;
  const compatibleType = common?.oid ?? Oid.text;
  return {
    concrete(type) {
      if (elementFamily.has(type)) return elementType;
      if (type === Oid.anyarray) return findType(elementType)?.array ?? 0;
      if (compatibleElement.has(type)) return compatibleType;
      if (rangeFamily.has(type)) return range === undefined ? Oid.text : type === Oid.anyrange || type === Oid.anycompatiblerange ? range : multirangeTypeOf(range);
      if (type === Oid.anycompatiblearray) return findType(compatibleType)?.array ?? 0;
      return type;
    },
  };
}

/** int2vector and oidvector arguments are read as arrays of their elements where the declared type is polymorphic. */
export const isPolymorphicCall = (declared: readonly number[], result: number): boolean => isPolymorphic(result) || declared.some(isPolymorphic);

export function requireArrayType(planning: Planning, element: number, position: number | undefined): number {
  const array = findType(element)?.array ?? 0;
  if (array === 0) throw planning.error('42704', `could not find array type for data type ${typeText(element)}`, position);
  return array;
}
