import type { Datum, RowLayout } from '../../core/index.ts';
import { storeLong, writeColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { compiled, copyColumnsSource, hashSource, internSource, probeSource, sameSource } from '../state/row-code.ts';
import type { Accumulator } from './accumulators.ts';
import type { DistinctValues } from './distinct-values.ts';
import type { Groups } from './groups.ts';
import type { NumberAccumulator, ResultColumn } from './number-accumulators.ts';

/** One aggregate of a reduce: numbers of its groups from `first` on, or an object with the state of all groups. */
export interface Slot {
  readonly numbers: { readonly code: NumberAccumulator; readonly first: number } | undefined;
  readonly object: Accumulator | undefined;
  /** word of the boolean column that must be true for a row to count, -1: all count */
  readonly filterAt: number;
  readonly distinct: DistinctValues | undefined;
  /** the first of the aggregates that share `distinct`: the one that feeds it */
  readonly leads: boolean;
  /** NULL where it raises */
  readonly orNull: boolean;
}

/** What the functions of a reduce are made of. */
export interface ReduceShape {
  readonly input: RowLayout;
  readonly keys: RowLayout;
  readonly output: RowLayout;
  readonly groups: Groups;
  /** an aggregate each; `shown` are those that show a key */
  readonly slots: readonly Slot[];
  /** for each key column the slot that shows it, or null: the key itself */
  readonly shown: readonly (Slot | null)[];
  readonly context: Context;
  /** called before a group's first change in a tick */
  readonly touch: (g: number) => void;
  /** takes note of what an aggregate raised that is NULL for it; what is no error of a value is thrown on */
  readonly hide: (error: unknown) => void;
}

type Push = (I: Int32Array, F: Float64Array, b: number, w: number) => void;
type Compute = (g: number, J: Int32Array, G: Float64Array, o: number) => void;

const numberAt = (first: number) => (k: number): string => `N[s + ${first + k}]`;

/**
 * The function that adds a row: finds its group, by the words of its key, and adds it to every aggregate. Generated, so that keys are hashed and compared in place, sums and counts
 * are additions in one array, and every other aggregate's call is a site of its own: a loop over them would be a call with as many targets as there are kinds of aggregates.
 */
export function pushFunction({ input, keys, groups, slots, shown, context, touch }: ReduceShape): Push {
  const all = keys.types.map((_, column) => column);
  const every = [...slots, ...shown.filter((slot) => slot !== null)];
  const lines = every.map((slot, i) => addSource(slot, i, input));
  return compiled<(...constants: unknown[]) => Push>(['groups', 'slots', 'symbols', 'touch'], `
${every.map((slot, i) => `const ${[`a${i} = slots[${i}].object`, ...(slot.distinct === undefined ? [] : [`d${i} = slots[${i}].distinct`])].join(', ')};`).join('\n')}
return function push(I, F, b, w) {
${internSource(input, 'symbols', 'I', 'b', all)}
${hashSource('hash', input, all, 'I', 'b')}
const { index } = groups;
${probeSource('hash', 'index')}
let S = groups.slab.I, g;
for (;; slot = slot + 1 & mask) {
  g = table[slot * 2 + 1] - 1;
  if (g < 0) {
    g = groups.begin(slot, hash);
    S = groups.slab.I;
    const to = g * ${keys.stride};
    ${copyColumnsSource(input, all, 'I', 'b', keys, all, 'S', 'to')}
    break;
  }
  const a = g * ${keys.stride};
  if (table[slot * 2] === hash && ${sameSource(keys, all, 'S', 'a', input, all, 'I', 'b')}) break;
}
if (groups.mark[g] === 0) touch(g);
S[g * ${keys.stride}] += w;
const N = groups.numbers, s = g * ${groups.width};
${lines.join('\n')}
};`)(groups, every, context.symbols, touch);
}

function addSource({ numbers, filterAt, distinct, leads }: Slot, i: number, input: RowLayout): string {
  const add = (w: string): string => (numbers === undefined ? `a${i}.add(g, I, F, b, ${w});` : numbers.code.add(numberAt(numbers.first), w));
  const change = (): string => {
    const { layout, columns } = distinct!;
    const targets = columns.map((_, k) => k + 1);
    return `{ const D = d${i}.I; ${copyColumnsSource(input, columns, 'I', 'b', layout, targets, 'D', '0')} D[${layout.offsets[0]!}] = g; d${i}.change(w); } `;
  };
  const line = distinct === undefined ? add('w') : `${leads ? change() : ''}if (d${i}.turn !== 0) { const turn = d${i}.turn; ${add('turn')} }`;
  return filterAt < 0 ? line : `if (I[b + ${filterAt}] !== 0) { ${line} }`;
}

/** The function that writes a group's row, which may raise what an aggregate raises. */
export function computeFunction({ keys, output, groups, slots, shown, context, hide }: ReduceShape): Compute {
  const { symbols } = context;
  const constants: unknown[] = [];
  const constant = (value: unknown): string => `K[${constants.push(value) - 1}]`;
  const write = (column: number, value: Datum, J: Int32Array, G: Float64Array, o: number): void => {
    writeColumn(symbols, output, J, G, o, column, value);
    if (output.storages[column] === 'symbol') J[o + output.offsets[column]!] = symbols.intern(J[o + output.offsets[column]!]!, output.types[column]!.oid);
  };
  const target = (column: number): ResultColumn => {
    const at = `o + ${output.offsets[column]!}`;
    return {
      setNull: `J[o + ${1 + (column >> 5)}] |= ${1 << (column & 31)};`,
      storeBool: (value) => `J[${at}] = ${value} ? 1 : 0;`,
      storeLong: (value) => `{ const value = ${value}, low = value | 0; if (low === value) { J[${at}] = low; J[${at} + 1] = low >> 31; } else storeLong(J, ${at}, value); }`,
      storeDatum: (value) => `write(${column}, ${value}, J, G, o);`,
      constant,
    };
  };
  const value = (slot: Slot, column: number): string => {
    if (slot.numbers !== undefined) return slot.numbers.code.write(numberAt(slot.numbers.first), target(column));
    return `write(${column}, ${constant(slot.object)}.result(g), J, G, o);`;
  };
  const result = (slot: Slot, column: number): string =>
    (slot.orNull ? `try { ${value(slot, column)} } catch (error) { ${constant(hide)}(error); write(${column}, null, J, G, o); }` : value(slot, column));
  const zero: string[] = [];
  for (let word = 1; word < output.stride; word++) zero.push(`J[o + ${word}] = 0;`);
  const plain = shown.flatMap((slot, column) => (slot === null ? [column] : []));
  const body = [
    zero.join(' '),
    `const S = groups.slab.I, b = g * ${keys.stride}, N = groups.numbers, s = g * ${groups.width};`,
    copyColumnsSource(keys, plain, 'S', 'b', output, plain, 'J', 'o'),
    ...shown.flatMap((slot, column) => (slot === null ? [] : [result(slot, column)])),
    ...slots.map((slot, i) => result(slot, keys.types.length + i)),
  ];
  return compiled<(...values: unknown[]) => Compute>(['K', 'groups', 'write', 'storeLong'], `return function compute(g, J, G, o) {\n${body.join('\n')}\n};`)(constants, groups, write, storeLong);
}
