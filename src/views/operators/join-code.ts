import type { RowLayout } from '../../core/index.ts';
import type { RowCode } from '../scalar/compile.ts';
import type { HashIndex } from '../state/hash-index.ts';
import { anyNullSource, hashSource, probeSource, sameSource } from '../state/row-code.ts';
import type { Slab } from '../state/slab.ts';

/** One way along an edge, as columns: from the row of `from` to the rows of `to` with the same key. */
export interface StepShape {
  readonly from: number;
  readonly to: number;
  readonly index: HashIndex;
  readonly fromColumns: readonly number[];
  readonly toColumns: readonly number[];
  /** key columns of `from` under which NULL equals nothing */
  readonly notNull: readonly number[];
  readonly outer: boolean;
}

/** What takes a change of one input through a join. */
export interface JoinShape {
  readonly slabs: readonly Slab[];
  /** by input that is a shared collection: what knows a row's weight as this occurrence sees it, and which one it is */
  readonly shared: readonly ({ readonly collection: { weightFor(handle: number, order: number): number }; readonly order: number } | undefined)[];
  readonly start: number;
  /** how the changed row finds its parent; absent for the root */
  readonly up: StepShape | undefined;
  /** the index by which the other rows with a changed row's key are found, for an input that hangs by an outer edge */
  readonly siblings: HashIndex | undefined;
  readonly steps: readonly StepShape[];
  /** the changed rows' handles, for what is said of a row that raised */
  readonly current: Int32Array;
  readonly report: (error: unknown, w: number) => void;
  /** reports what the code of a row hid; absent where it hides nothing */
  readonly hide: ((w: number) => void) | undefined;
  readonly target: { push(J: Int32Array, G: Float64Array, o: number, w: number): void };
  readonly J: Int32Array;
  readonly G: Float64Array;
}

export type JoinFunction = (handle: number, w: number) => void;

/**
 * The source of the function that takes a change of one input (the row `handle`, with weight `w`) through the whole join to its consumer: the steps of `Join` as nested loops,
 * keys hashed and compared in place. In it r<k>, b<k> and w<k> are the row of input k, where it starts, and the product of the weights down to it.
 * It runs through: what may pause is enumerated by `Join` itself, which is also what this is tested against.
 */
export function joinSource(shape: JoinShape, row: RowCode): string {
  const { slabs, shared, start, up, siblings, current, report, hide, target, J, G } = shape;
  const bound: string[] = [];
  const bind = (name: string, value: unknown): string => {
    bound.push(`const ${name} = ${row.constant(value)};`);
    return name;
  };
  slabs.forEach((slab, k) => bind(`s${k}`, slab));
  shared.forEach((input, k) => input !== undefined && bind(`c${k}`, input.collection));
  for (const [name, value] of Object.entries({ N: current, report, target, J, G, ...(hide && { hide }) })) bind(name, value);

  const layoutOf = (input: number): RowLayout => slabs[input]!.layout;
  const weightOf = (input: number): string => (shared[input] === undefined ? `I${input}[b${input}]` : `c${input}.weightFor(r${input}, ${shared[input].order})`);
  const source = new JoinSource(layoutOf, weightOf, bind, row.lines, slabs.length, hide !== undefined);
  const { stride } = slabs[start]!;
  const changed = `r${start} = handle, b${start} = handle * ${stride}`;
  const body = up === undefined
    ? [`const ${changed}, w${start} = w;`, ...source.steps(shape.steps, `w${start}`)]
    : source.fromParent(up, siblings, shape.steps, stride);
  return indented([
    ...bound, 'return function join(handle, w) {', ...slabs.map((_, k) => `const I${k} = s${k}.I, F${k} = s${k}.F;`), ...body, '};',
  ]);
}

function indented(lines: readonly string[]): string {
  let depth = 0;
  return lines.map((line) => {
    if (line.startsWith('}')) depth--;
    const text = `${'  '.repeat(depth)}${line}`;
    if (line.endsWith('{')) depth++;
    return text;
  }).join('\n');
}

/** The pieces of a join's function. */
class JoinSource {
  readonly #layoutOf: (input: number) => RowLayout;
  readonly #weightOf: (input: number) => string;
  readonly #bind: (name: string, value: unknown) => string;
  readonly #row: readonly string[];
  readonly #inputs: number;
  readonly #hides: boolean;
  #indexes = 0;

  constructor(layoutOf: (input: number) => RowLayout, weightOf: (input: number) => string, bind: (name: string, value: unknown) => string, row: readonly string[], inputs: number, hides: boolean) {
    this.#layoutOf = layoutOf;
    this.#weightOf = weightOf;
    this.#bind = bind;
    this.#row = row;
    this.#inputs = inputs;
    this.#hides = hides;
  }

  /** A change of an input that hangs on another: by its parents, and where its presence turns also with the NULL row in its place. */
  fromParent(up: StepShape, siblings: HashIndex | undefined, steps: readonly StepShape[], stride: number): string[] {
    const { from, to } = up;
    const lines = [`const at = handle * ${stride};`, ...this.#find(up, 'at')];
    const parent = [`for (; r${to} !== 0; r${to} = links${to}[r${to} * 2]) {`, `const b${to} = r${to} * ${this.#layoutOf(to).stride}, p = ${this.#weightOf(to)};`, 'if (p === 0) continue;'];
    if (siblings === undefined) return [...lines, ...parent, `const r${from} = handle, b${from} = at, w${from} = w * p;`, ...this.steps(steps, `w${from}`), '}'];
    return [
      ...lines, `if (r${to} === 0) return;`, ...this.#presence(from, siblings), ...parent,
      'for (let pass = turn === 0 ? 1 : 0; pass < 2; pass++) {',
      `const r${from} = pass === 0 ? 0 : handle, b${from} = r${from} * ${stride}, w${from} = (pass === 0 ? -turn : w) * p;`,
      ...this.steps(steps, `w${from}`), '}', '}',
    ];
  }

  /** `turn`: 1 where the key of the changed row appeared with this change, -1 where it vanished, else 0. */
  #presence(input: number, siblings: HashIndex): string[] {
    const name = this.#bind(`x${this.#indexes++}`, siblings);
    const at = `r${input} * ${this.#layoutOf(input).stride}`;
    return [
      `const after = I${input}[at], before = after - w;`,
      'let turn = before === 0 ? (after === 0 ? 0 : 1) : after === 0 ? -1 : 0;',
      'if (turn !== 0) {',
      `const { links } = ${name};`,
      ...['next', 'previous'].flatMap((way) => {
        const step = (row: string): string => (way === 'next' ? `links[${row} * 2]` : `links[${row} * 2 + 1] - 1`);
        return [
          `for (let r${input} = ${step('handle')}; turn !== 0 && r${input} > 0; r${input} = ${step(`r${input}`)}) {`,
          `const b${input} = ${at};`, `if (${this.#weightOf(input)} !== 0) turn = 0;`, '}',
        ];
      }),
      '}',
    ];
  }

  /** The rows that the steps lead to, one loop inside the other, and the joined row in the innermost. */
  steps(steps: readonly StepShape[], weight: string): string[] {
    const [step, ...rest] = steps;
    if (step === undefined) return this.#joined(weight);
    const { to, outer } = step;
    const { stride } = this.#layoutOf(to);
    const inner = this.steps(rest, `w${to}`);
    const find = this.#find(step, `b${step.from}`);
    if (!outer) {
      return ['{', ...find, `for (; r${to} !== 0; r${to} = links${to}[r${to} * 2]) {`, `const b${to} = r${to} * ${stride}, weight = ${this.#weightOf(to)};`, 'if (weight === 0) continue;', `const w${to} = ${weight} * weight;`, ...inner, '}', '}'];
    }
    return [
      '{', ...find, `for (let matched = false, following; !matched || r${to} !== 0; r${to} = following) {`,
      `const b${to} = r${to} * ${stride};`, `let w${to} = ${weight};`,
      `if (r${to} !== 0) {`, `following = links${to}[r${to} * 2];`, `const weight = ${this.#weightOf(to)};`, 'if (weight === 0) continue;', `w${to} *= weight;`,
      '} else {', 'following = 0;', '}', 'matched = true;',
      ...inner, '}', '}',
    ];
  }

  /** r<to>, the first row with the key of the row of `from` at `base`, or 0; links<to>, which lead to the rows behind each. */
  #find({ from, to, index, fromColumns, toColumns, notNull }: StepShape, base: string): string[] {
    const name = this.#bind(`x${this.#indexes++}`, index);
    const I = `I${from}`;
    const { stride } = this.#layoutOf(to);
    return [
      `const links${to} = ${name}.links;`, `let r${to} = 0;`,
      notNull.length === 0 ? '{' : `if (!(${anyNullSource(notNull, I, base)})) {`,
      hashSource('hash', this.#layoutOf(from), fromColumns, I, base),
      probeSource('hash', name),
      'for (;; slot = slot + 1 & mask) {',
      'const first = table[slot * 2 + 1] - 1;', 'if (first < 0) break;', `const a = first * ${stride};`,
      `if (table[slot * 2] === hash && ${sameSource(this.#layoutOf(to), toColumns, `I${to}`, 'a', this.#layoutOf(from), fromColumns, I, base)}) { r${to} = first; break; }`,
      '}', '}',
    ];
  }

  #joined(weight: string): string[] {
    const note = Array.from({ length: this.#inputs }, (_, k) => `N[${k}] = r${k};`).join(' ');
    // Before the consumer runs, which may hide errors of its own, and for rows that a filter rejects.
    const hidden = this.#hides ? [`if (C.hidden !== undefined) hide(${weight});`] : [];
    return ['row: {', 'const o = 0;', 'try {', ...this.#row, '} catch (error) {', `${note} report(error, ${weight});`, 'break row;', '}', ...hidden, `target.push(J, G, 0, ${weight});`, '}', ...hidden];
  }
}
