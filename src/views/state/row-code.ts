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

/** The function of a source text, made once: code of the same shape is optimised once. */
export function compiled<T>(parameters: readonly string[], body: string): T {
  const key = `${parameters.join()} ${body}`;
  const known = cache.get(key);
  if (known !== undefined) return known as T;
  if (cache.size >= mostCached) cache.clear();
  const made = new Function(...parameters, body) as T;
  cache.set(key, made);
  return made;
}

/** What was made for a layout, by what it is: to build its text again takes longer than a short query does. */
const made = new WeakMap<RowLayout, Map<string, unknown>>();
export function madeFor<T>(layout: RowLayout, what: string, make: () => T): T {
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
 * JavaScript that declares `name` as the hash of the key columns of the row at `base` of `array`.
 * A null column's words are 0 by the rule that every writer of rows keeps, so that hashing words and null bits is enough.
 * The multiplications spread dense ids over the high bits; the low three are those of the last word as they are: see `probeSource`.
 */
export function hashSource(name: string, layout: RowLayout, columns: readonly number[], array: string, base: string): string {
  // Of an int8 or a timestamp the low word comes last, which is the one that counts up.
  const words = columns.flatMap((column) => (layout.storages[column] === 'long' ? wordsOf(layout, column).reverse() : wordsOf(layout, column))).map((word) => `${array}[${base} + ${word}]`);
  const nulls = columns.map((column, i) => (i % 31 === 0 ? nullTest(array, base, column) : `${nullTest(array, base, column)} << ${i % 31}`));
  const lines = [`let ${name} = ${columns.length === 0 ? '1' : nulls.join(' ^ ')};`];
  const last = words.pop();
  if (last === undefined) return lines.join();
  words.forEach((word, i) => lines.push(i === 0 ? `${name} = Math.imul(${word} ^ ${name}, 0x9E3779B1);` : `${name} = Math.imul((${name} ^ ${name} >>> 15) ^ ${word}, 0x85EBCA77);`));
  lines.push(words.length === 0 ? `${name} = Math.imul(${last} >>> 3 ^ ${name}, 0x9E3779B1) & -8 | ${last} & 7;`
    : `${name} = Math.imul((${name} ^ ${name} >>> 15) ^ ${last} >>> 3, 0x85EBCA77); ${name} = Math.imul(${name} ^ ${name} >>> 13, 0x9E3779B1) & -8 | ${last} & 7;`);
  return lines.join(' ');
}

/**
 * JavaScript that begins the search for a hash in an index: `table`, its part for the hash, `mask`, and the first slot to look at. The low bits of the slot are those of the hash, the others
 * its next bits behind those that chose the part: eight keys that follow one another lie side by side, in one line of the cache, and such lines are spread over the table. Keys that come together are looked for together.
 */
export const probeSource = (hash: string, index: string): string =>
  `const part = ${index}.parts[${hash} >>> ${index}.high], { table } = part, mask = (table.length >> 1) - 1; let slot = ${hash} << part.depth >>> part.shift & -8 | ${hash} & 7;`;

/** JavaScript for whether the key columns of row `a` of `I` and row `b` of `J` hold the same words; the columns' storages agree. */
export function sameSource(left: RowLayout, leftColumns: readonly number[], I: string, a: string, right: RowLayout, rightColumns: readonly number[], J: string, b: string): string {
  const tests = leftColumns.flatMap((column, i) => {
    const other = rightColumns[i]!;
    const otherWords = wordsOf(right, other);
    return [
      ...wordsOf(left, column).map((word, w) => `${I}[${a} + ${word}] === ${J}[${b} + ${otherWords[w]!}]`),
      `${nullTest(I, a, column)} === ${nullTest(J, b, other)}`,
    ];
  });
  return tests.length === 0 ? 'true' : tests.join(' && ');
}

/** JavaScript for whether some of the columns of the row at `base` is NULL. */
export function anyNullSource(columns: readonly number[], array: string, base: string): string {
  return columns.length === 0 ? 'false' : `(${columns.map((column) => nullTest(array, base, column)).join(' | ')}) !== 0`;
}

/** JavaScript for whether two rows of one layout are the same, word by word behind the weight. */
export function identicalSource(layout: RowLayout, I: string, a: string, J: string, b: string): string {
  const tests: string[] = [];
  for (let word = 1; word < layout.stride; word++) tests.push(`${I}[${a} + ${word}] === ${J}[${b} + ${word}]`);
  return tests.join(' && ');
}

/** JavaScript that copies all words of a row but its weight; unrolled, since a call of `set` costs ten times as much at these sizes. */
export function copySource(layout: RowLayout, I: string, a: string, J: string, b: string): string {
  const lines: string[] = [];
  for (let word = 1; word < layout.stride; word++) lines.push(`${J}[${b} + ${word}] = ${I}[${a} + ${word}];`);
  return lines.join(' ');
}

/** JavaScript that copies columns between rows of different layouts: their words, and null masks in which all other columns are not NULL. */
export function copyColumnsSource(from: RowLayout, columns: readonly number[], I: string, a: string, to: RowLayout, targets: readonly number[], J: string, b: string): string {
  const lines = columns.flatMap((column, i) => wordsOf(from, column).map((word, w) => `${J}[${b} + ${to.offsets[targets[i]!]! + w}] = ${I}[${a} + ${word}];`));
  for (let mask = 0; mask < to.maskWords; mask++) {
    const bits = columns.flatMap((column, i) => (targets[i]! >> 5 === mask ? [`${nullTest(I, a, column)} << ${targets[i]! & 31}`] : []));
    lines.push(`${J}[${b} + ${1 + mask}] = ${bits.length === 0 ? '0' : bits.join(' | ')};`);
  }
  return lines.join(' ');
}

/** JavaScript that makes the row at `base` outlast the change it came with: its transient symbols become codes, and a sweep learns of those that are. A NULL's word is 0, which keeps code 0. */
export function internSource(layout: RowLayout, symbols: string, array: string, base: string, columns: readonly number[] = layout.types.map((_, column) => column)): string {
  return columns.flatMap((column) => {
    const word = `${array}[${base} + ${layout.offsets[column]!}]`;
    return layout.storages[column] === 'symbol' ? [`${word} = ${symbols}.intern(${word}, ${layout.types[column]!.oid});`] : [];
  }).join(' ');
}

export const hashRow = (layout: RowLayout, columns: readonly number[]): HashRow =>
  madeFor(layout, `hash ${columns.join()}`, () => compiled<HashRow>(['I', 'b'], `${hashSource('h', layout, columns, 'I', 'b')} return h | 0;`));

export function sameRow(left: RowLayout, leftColumns: readonly number[], right: RowLayout, rightColumns: readonly number[]): SameRow {
  const make = (): SameRow => compiled(['I', 'a', 'J', 'b'], `return ${sameSource(left, leftColumns, 'I', 'a', right, rightColumns, 'J', 'b')};`);
  return left === right ? madeFor(left, `same ${leftColumns.join()}=${rightColumns.join()}`, make) : make();
}

export const anyNull = (layout: RowLayout, columns: readonly number[]): AnyNull =>
  madeFor(layout, `null ${columns.join()}`, () => compiled<AnyNull>(['I', 'b'], `return ${anyNullSource(columns, 'I', 'b')};`));

export type CopyRow = (I: Int32Array, a: number, J: Int32Array, b: number) => void;
export const copyRow = (layout: RowLayout): CopyRow => madeFor(layout, 'copy', () => compiled<CopyRow>(['I', 'a', 'J', 'b'], copySource(layout, 'I', 'a', 'J', 'b')));

export type InternRow = (symbols: Symbols, I: Int32Array, b: number) => void;
export const internRow = (layout: RowLayout): InternRow => madeFor(layout, 'intern', () => compiled<InternRow>(['symbols', 'I', 'b'], internSource(layout, 'symbols', 'I', 'b')));
