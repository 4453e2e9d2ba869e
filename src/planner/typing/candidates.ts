import { Oid, findType, sqlType } from '../../core/index.ts';
import type { Expr } from '../resolve/typed.ts';
import { canCoerce } from './coerce.ts';
import { bindPolymorphic } from './polymorphic.ts';

/** Something that can be called: as many argument types as the call has arguments. */
export interface Candidate<T> {
  readonly args: readonly number[];
  readonly row: T;
}

export type Choice<T> = { readonly kind: 'one'; readonly candidate: Candidate<T> } | { readonly kind: 'none' | 'ambiguous' };

/**
 * Chooses among candidates of one name by the types of the arguments (manual, "Functions" of "Type Conversion", steps 4.a to 4.f).
 * An exact match has been looked for before.
 */
export function chooseCandidate<T>(candidates: readonly Candidate<T>[], types: readonly number[]): Choice<T> {
  let left: readonly Candidate<T>[] = candidates.filter(({ args }) => args.every((wanted, index) => canCoerce(types[index]!, wanted, 'implicit')));
  if (left.length === 0) return { kind: 'none' };
  if (left.length === 1) return { kind: 'one', candidate: left[0]! };

  const known = types.flatMap((type, index) => (type === Oid.unknown ? [] : [index]));
  const unknown = types.flatMap((type, index) => (type === Oid.unknown ? [index] : []));
  left = best(left, ({ args }) => known.filter((index) => args[index] === types[index]).length);
  if (left.length === 1) return { kind: 'one', candidate: left[0]! };
  left = best(left, ({ args }) => known.filter((index) => args[index] === types[index] || isPreferred(args[index]!, categoryOf(types[index]!))).length);
  if (left.length === 1) return { kind: 'one', candidate: left[0]! };
  if (unknown.length === 0) return { kind: 'ambiguous' };

  const byCategory = settleUnknowns(left, unknown);
  if (byCategory.length === 1) return { kind: 'one', candidate: byCategory[0]! };
  left = byCategory.length > 0 ? byCategory : left;

  const distinct = new Set(known.map((index) => types[index]!));
  if (distinct.size === 1) {
    const [only] = distinct;
    const stand = types.map((): Expr => ({ op: 'literal', value: null, type: sqlType(only!) }));
    const assumed = left.filter(({ args }) => args.every((wanted) => canCoerce(only!, wanted, 'implicit')) && bindPolymorphic(args, stand) !== undefined);
    if (assumed.length === 1) return { kind: 'one', candidate: assumed[0]! };
  }
  return { kind: 'ambiguous' };
}

/** Steps 4.e: the category that each unknown argument is taken to be of, string before others; then the preferred type in it. */
function settleUnknowns<T>(candidates: readonly Candidate<T>[], unknown: readonly number[]): readonly Candidate<T>[] {
  let left = candidates;
  const slots: { readonly index: number; readonly category: string; readonly hasPreferred: boolean }[] = [];
  for (const index of unknown) {
    const wanted = candidates.map(({ args }) => args[index]!);
    const categories = new Set(wanted.map(categoryOf));
    const category = categories.has('S') ? 'S' : categories.size === 1 ? [...categories][0]! : undefined;
    if (category === undefined) return [];
    slots.push({ index, category, hasPreferred: wanted.some((type) => isPreferred(type, category)) });
  }
  left = left.filter(({ args }) => slots.every(({ index, category, hasPreferred }) =>
    categoryOf(args[index]!) === category && (!hasPreferred || isPreferred(args[index]!, category))));
  return left;
}

function best<T>(candidates: readonly T[], score: (candidate: T) => number): T[] {
  const scores = candidates.map(score);
  const most = Math.max(...scores);
  return candidates.filter((_, index) => scores[index] === most);
}

const categoryOf = (oid: number): string => findType(oid)?.category ?? 'X';
const isPreferred = (oid: number, category: string): boolean => {
  const type = findType(oid);
  return type !== undefined && type.preferred && type.category === category;
};
