import type { RowLayout } from '../../core/index.ts';
import type { Symbols } from './symbols.ts';

/** Hashes the key columns of the row at `b`. Rows of different layouts with equal keys hash alike. */
export type HashRow = (I: Int32Array, b: number) => number;
/** Whether the key columns of row `a` of `I` and row `b` of `J` hold the same words. */
export type SameRow = (I: Int32Array, a: number, J: Int32Array, b: number) => boolean;
/** Whether some key column of the row is NULL. */
export type AnyNull = (I: Int32Array, b: number) => boolean;

const cache = new Map<string, unknown>();
const mostCached = 4096;

function cached<T>(source: string, make: () => T): T {
  const known = cache.get(source);
  if (known !== undefined) return known as T;
  if (cache.size >= mostCached) cache.clear();
  const made = make();
  cache.set(source, made);
  return made;
}

/** What was made for a layout, by what it is: to build its text again takes longer than a short query does. */
const made = new WeakMap<RowLayout, Map<string, unknown>>();
function madeFor<T>(layout: RowLayout, what: string, make: () => T): T {
  let known = made.get(layout);
  if (known === undefined) made.set(layout, (known = new Map()));
  let found = known.get(what) as T | undefined;
  if (found === undefined) known.set(what, (found = make()));
  return found;
}

/** words of a column: a wide one has two */
const wordsOf = (layout: RowLayout, column: number): number[] => {
  const at = layout.offsets[column]!;
  return layout.storages[column] === 'long' || layout.storages[column] === 'double' ? [at, at + 1] : [at];
};
const nullTest = (array: string, base: string, column: number): string => `(${array}[${base} + ${1 + (column >> 5)}] >>> ${column & 31} & 1)`;

/**
 * A null column's words are 0 by the rule that every writer of rows keeps, so that hashing words and null bits is enough.
 * The final multiplication spreads dense ids over the high bits, which the tables index by.
 */
export const hashRow = (layout: RowLayout, columns: readonly number[]): HashRow => madeFor(layout, `hash ${columns.join()}`, () => hashCode(layout, columns));

function hashCode(layout: RowLayout, columns: readonly number[]): HashRow {
  const words = columns.flatMap((column) => wordsOf(layout, column));
  const nulls = columns.map((column, i) => `${nullTest('I', 'b', column)} << ${i % 31}`);
  let body = columns.length === 0 ? 'let h = 1;' : `let h = ${nulls.join(' ^ ')};`;
  words.forEach((word, i) => {
    body += i === 0 ? ` h = Math.imul(I[b + ${word}] ^ h, 0x9E3779B1);` : ` h = Math.imul((h ^ h >>> 15) ^ I[b + ${word}], 0x85EBCA77);`;
  });
  body += words.length > 1 ? ' h = Math.imul(h ^ h >>> 13, 0x9E3779B1);' : '';
  return cached(`hash ${body}`, () => new Function('I', 'b', `${body} return h | 0;`) as HashRow);
}

/** Compares keys of two layouts column by column; the columns' storages agree. */
export function sameRow(left: RowLayout, leftColumns: readonly number[], right: RowLayout, rightColumns: readonly number[]): SameRow {
  if (left !== right) return sameCode(left, leftColumns, right, rightColumns);
  return madeFor(left, `same ${leftColumns.join()}=${rightColumns.join()}`, () => sameCode(left, leftColumns, right, rightColumns));
}

function sameCode(left: RowLayout, leftColumns: readonly number[], right: RowLayout, rightColumns: readonly number[]): SameRow {
  const tests = leftColumns.flatMap((column, i) => {
    const other = rightColumns[i]!;
    const otherWords = wordsOf(right, other);
    return [
      ...wordsOf(left, column).map((word, w) => `I[a + ${word}] === J[b + ${otherWords[w]}]`),
      `${nullTest('I', 'a', column)} === ${nullTest('J', 'b', other)}`,
    ];
  });
  const body = `return ${tests.length === 0 ? 'true' : tests.join(' && ')};`;
  return cached(`same ${body}`, () => new Function('I', 'a', 'J', 'b', body) as SameRow);
}

export const anyNull = (layout: RowLayout, columns: readonly number[]): AnyNull => madeFor(layout, `null ${columns.join()}`, () => nullCode(layout, columns));

function nullCode(layout: RowLayout, columns: readonly number[]): AnyNull {
  const body = `return ${columns.length === 0 ? 'false' : `(${columns.map((column) => nullTest('I', 'b', column)).join(' | ')}) !== 0`};`;
  return cached(`null ${body}`, () => new Function('I', 'b', body) as AnyNull);
}

/** Copies all words of a row but its weight; unrolled, since a call of `set` costs ten times as much at these sizes. */
export type CopyRow = (I: Int32Array, a: number, J: Int32Array, b: number) => void;
export const copyRow = (layout: RowLayout): CopyRow => madeFor(layout, 'copy', () => copyCode(layout));

function copyCode(layout: RowLayout): CopyRow {
  const lines: string[] = [];
  for (let word = 1; word < layout.stride; word++) lines.push(`J[b + ${word}] = I[a + ${word}];`);
  const body = lines.join(' ');
  return cached(`copy ${body}`, () => new Function('I', 'a', 'J', 'b', body) as CopyRow);
}

/** Makes the row at `b` outlast the change it came with: its transient symbols become codes, and a sweep learns of those that are. A NULL's word is 0, which keeps code 0. */
export type InternRow = (symbols: Symbols, I: Int32Array, b: number) => void;
export function internRow(layout: RowLayout): InternRow {
  const body = layout.storages.flatMap((storage, column) => {
    const word = `I[b + ${layout.offsets[column]!}]`;
    return storage === 'symbol' ? [`${word} = symbols.intern(${word}, ${layout.types[column]!.oid});`] : [];
  }).join(' ');
  return cached(`intern ${body}`, () => new Function('symbols', 'I', 'b', body) as InternRow);
}
