import { Oid, sqlType } from '../core/index.ts';
import { operatorsNamed } from './functions/index.ts';
import type { Scalar } from './scalar.ts';

let equalities: ReadonlyMap<string, number> | undefined;
const own = (): ReadonlyMap<string, number> => (equalities ??= new Map(operatorsNamed('=').filter((row) => row.left === row.right).map((row) => [row.function, row.left])));

/** The function is its type's own equality, which joins by key, groups and keys of relations use. */
export const isTypeEquality = (id: string): boolean => own().has(id);

const integers: ReadonlySet<number> = new Set([Oid.int2, Oid.int4, Oid.int8]);
let plain: ReadonlySet<string> | undefined;
/** The equality of a type, or of two integer types: equal values have equal keys. */
export const isEquality = (id: string): boolean =>
  (plain ??= new Set(operatorsNamed('=').filter(({ left, right }) => left === right || (integers.has(left) && integers.has(right))).map((row) => row.function))).has(id);

/** `left = right` by their type's own equality, NULL where either is; undefined where the type has none that takes two plain values of it. */
export function equalityOf(left: Scalar, right: Scalar): Scalar | undefined {
  if (left.type.oid !== right.type.oid) return undefined;
  const asText = (scalar: Scalar): Scalar => (scalar.type.oid === Oid.varchar ? { op: 'relabel', arg: scalar, type: sqlType(Oid.text) } : scalar);
  const [a, b] = [asText(left), asText(right)];
  for (const [id, oid] of own()) if (oid === a.type.oid) return { op: 'call', function: id, args: [a, b], type: sqlType(Oid.bool) };
  return undefined;
}
