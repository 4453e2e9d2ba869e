import { assertNever, codecOf, InvariantError, loadLong, rowLayout, sized, SqlError, storageOf, typeInfo } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';
import { evaluatorOf, readsBits, recordNames, relabel } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import { engineFunction } from './canonical.ts';
import {
  boundMs, coerceTypmod, currentTime, elementOf, fromText, hide, makeArray, makeRecord, quantified, sameValue, sliceOf, storeLong, toText,
} from './runtime.ts';
import type { Context } from './runtime.ts';

/** A compiled value: `isNull` and `value` are JavaScript without effects; `value` means nothing where `isNull` is true. */
interface Compiled {
  readonly isNull: string;
  readonly value: string;
}

const never = 'false';

type Factory = (constants: readonly unknown[], context: Context, functions: typeof helpers) => unknown;
const factories = new Map<string, Factory>();
const MOST_FACTORIES = 2048;

/** The compiled form of a source text: the same query asked again is not compiled again, and runs the code that was optimised for it. */
function factoryOf(source: string): Factory {
  const known = factories.get(source);
  if (known !== undefined) return known;
  if (factories.size >= MOST_FACTORIES) factories.clear();
  try {
    const made = new Function('K', 'C', 'H', source) as Factory;
    factories.set(source, made);
    return made;
  } catch (cause) {
    throw new InvariantError(`generated code does not compile:\n${source}`, { cause });
  }
}
function raise(code: string, message: string, position: number): never {
  throw new SqlError(code, message, position > 0 ? { position } : {});
}

const helpers = { raise, boundMs, coerceTypmod, currentTime, elementOf, fromText, hide, loadLong, makeArray, makeRecord, quantified, relabel, sameValue, sized, sliceOf, storeLong, toText };

/**
 * Turns scalars into the body of one JavaScript function over rows of words. Each input k is three parameters `I<k>, F<k>, b<k>`: its words,
 * the same as doubles, and where its row starts. A column is loaded where it is used; NULL is a flag beside the value, so that numbers stay numbers.
 * Evaluation order and laziness are SQL's: `case`, `coalesce` and `and`/`or` compile to branches.
 */
export class Emitter {
  readonly lines: string[] = [];
  readonly #layouts: readonly RowLayout[];
  readonly #starts: number[] = [];
  readonly #context: Context;
  readonly #constants: unknown[] = [];
  readonly #columns = new Map<number, Compiled>();
  #names = 0;
  #branches = 0;

  constructor(layouts: readonly RowLayout[], context: Context) {
    this.#layouts = layouts;
    this.#context = context;
    let start = 0;
    for (const layout of layouts) {
      this.#starts.push(start);
      start += layout.types.length;
    }
  }

  name(): string {
    return `t${this.#names++}`;
  }
  constant(value: unknown): string {
    this.#constants.push(value);
    return `k${this.#constants.length - 1}`;
  }
  line(text: string): void {
    this.lines.push(text);
  }

  /** Which input and column of it the column `index` of the concatenated inputs is. */
  locate(index: number): { readonly input: number; readonly column: number } {
    for (let input = this.#starts.length - 1; input >= 0; input--) {
      const column = index - this.#starts[input]!;
      if (column >= 0) {
        if (column >= this.#layouts[input]!.types.length) break;
        return { input, column };
      }
    }
    throw new InvariantError(`column ${index} is beyond its inputs`);
  }
  layoutOf(input: number): RowLayout {
    return this.#layouts[input]!;
  }

  /** Emits what computes `scalar`; the result names are valid from here on in this block. */
  emit(scalar: Scalar): Compiled {
    switch (scalar.op) {
      case 'column':
        return this.#column(scalar.index);
      case 'literal':
        return this.#literal(scalar.value);
      case 'parameter':
        if (this.#context.parameters === undefined) throw new InvariantError(`parameter $${scalar.index} is not bound`);
        return this.#maybe(`C.parameters[${scalar.index - 1}]`);
      case 'currentTime':
        return { isNull: never, value: `H.currentTime(C.time, ${this.constant(scalar.type)})` };
      case 'call':
        return this.#call(scalar);
      case 'and':
      case 'or':
        return this.#logic(scalar.args, scalar.op === 'and');
      case 'not': {
        const arg = this.emit(scalar.arg);
        return { isNull: arg.isNull, value: `!${arg.value}` };
      }
      case 'isNull':
        return { isNull: never, value: `(${this.emit(scalar.arg).isNull})` };
      case 'isTrue': {
        const arg = this.emit(scalar.arg);
        return { isNull: never, value: arg.isNull === never ? arg.value : `(!${arg.isNull} && ${arg.value})` };
      }
      case 'isFalse': {
        const arg = this.emit(scalar.arg);
        return { isNull: never, value: `(!${arg.isNull} && !${arg.value})` };
      }
      case 'same': {
        const left = this.emit(scalar.left);
        const right = this.emit(scalar.right);
        const equal = `H.sameValue(${scalar.left.type.oid}, ${left.value}, ${right.value})`;
        return { isNull: never, value: `(${left.isNull} ? ${right.isNull} : !${right.isNull} && ${equal})` };
      }
      case 'case':
        return this.#branch((assign) => {
          for (const { when, then } of scalar.branches) {
            const condition = this.emit(when);
            this.#block(`if (!${condition.isNull} && ${condition.value})`, () => assign(this.emit(then)));
          }
          assign(this.emit(scalar.otherwise));
        });
      case 'coalesce':
        return this.#branch((assign) => {
          for (const arg of scalar.args) {
            const value = this.emit(arg);
            this.#block(`if (!${value.isNull})`, () => assign(value));
          }
        });
      case 'nullIf': {
        const left = this.emit(scalar.left);
        const right = this.emit(scalar.right);
        const isNull = this.name();
        const equal = this.#invoke(scalar.function, [scalar.left, scalar.right], [left.value, right.value], scalar.position);
        this.line(`let ${isNull} = ${left.isNull}; if (!${isNull} && !${right.isNull}) ${isNull} = ${equal} === true;`);
        return { isNull, value: left.value };
      }
      case 'greatest':
      case 'least': {
        const compare = `${this.constant(codecOf(scalar.type.oid))}.compare`;
        const isNull = this.name();
        const value = this.name();
        this.line(`let ${isNull} = true, ${value} = null;`);
        for (const arg of scalar.args) {
          const next = this.emit(arg);
          const better = `${compare}(${next.value}, ${value}) ${scalar.op === 'greatest' ? '>' : '<'} 0`;
          this.line(`if (!${next.isNull} && (${isNull} || ${better})) { ${isNull} = false; ${value} = ${next.value}; }`);
        }
        return { isNull, value };
      }
      case 'array': {
        const element = typeInfo(scalar.type.oid).element;
        return { isNull: never, value: `H.makeArray([${this.#datums(scalar.elements)}], ${scalar.nested}, ${element})` };
      }
      case 'row':
        return { isNull: never, value: `H.makeRecord([${this.#datums(scalar.fields)}], ${this.constant(scalar.fields.map((field) => field.type.oid))}, ${this.constant(recordNames(scalar) ?? null)})` };
      case 'field': {
        const arg = this.emit(scalar.arg);
        return this.#maybe(`${arg.isNull} ? null : ${arg.value}.fields[${scalar.index}]`);
      }
      case 'subscript': {
        const arg = this.emit(scalar.arg);
        const lower = this.#datums(scalar.lower);
        if (scalar.upper !== undefined) return this.#maybe(`${arg.isNull} ? null : H.sliceOf(${arg.value}, [${lower}], [${this.#datums(scalar.upper)}])`);
        return this.#maybe(`${arg.isNull} ? null : H.elementOf(${arg.value}, [${lower}])`);
      }
      case 'anyOf':
      case 'allOf': {
        const left = this.emit(scalar.left);
        const array = this.emit(scalar.array);
        const element: Scalar = { op: 'literal', value: null, type: { oid: typeInfo(scalar.array.type.oid).element, typmod: -1 } };
        const compare = this.constant(evaluatorOf(engineFunction(scalar.function), [scalar.left, element]));
        return this.#maybe(`${array.isNull} ? null : H.quantified(${compare}, C.environment, ${left.isNull} ? null : ${left.value}, ${array.value}, ${scalar.op === 'allOf'})`);
      }
      case 'coerceTypmod': {
        const arg = this.emit(scalar.arg);
        return this.#strict([arg], `H.coerceTypmod(${arg.value}, ${this.constant(scalar.type)}, ${scalar.explicit}, C.environment.settings)`, scalar.position);
      }
      case 'fromText': {
        const arg = this.emit(scalar.arg);
        return this.#strict([arg], `H.fromText(${arg.value}, ${this.constant(scalar.type)}, C.environment.settings)`, scalar.position);
      }
      case 'toText': {
        const arg = this.emit(scalar.arg);
        return this.#strict([arg], `H.toText(${arg.value}, ${this.constant(scalar.arg.type)}, C.environment.settings)`, scalar.position);
      }
      case 'relabel':
        return this.#relabel(scalar);
      case 'orNull':
        return this.#attempt(scalar.arg);
      case 'raise':
        return this.#maybe(`H.raise(${JSON.stringify(scalar.code)}, ${JSON.stringify(scalar.message)}, ${scalar.position ?? 0})`);
      default:
        return assertNever(scalar);
    }
  }

  #column(index: number): Compiled {
    const known = this.#columns.get(index);
    if (known) return known;
    const { input, column } = this.locate(index);
    const layout = this.#layouts[input]!;
    const at = `b${input} + ${layout.offsets[column]!}`;
    const isNull = this.name();
    const value = this.name();
    const words = `I${input}`;
    this.line(`const ${isNull} = (${words}[b${input} + ${1 + (column >> 5)}] & ${1 << (column & 31)}) !== 0;`);
    switch (layout.storages[column]!) {
      case 'bool':
        this.line(`const ${value} = ${words}[${at}] !== 0;`);
        break;
      case 'int':
        this.line(`const ${value} = ${words}[${at}];`);
        break;
      case 'oid':
        this.line(`const ${value} = ${words}[${at}] >>> 0;`);
        break;
      case 'long':
        this.line(`const ${value} = H.loadLong(${words}[${at}], ${words}[${at} + 1]);`);
        break;
      case 'double':
        this.line(`const ${value} = F${input}[(${at}) >> 1];`);
        break;
      case 'symbol':
        this.line(`const ${value} = ${isNull} ? null : C.symbols.value(${words}[${at}], ${layout.types[column]!.oid});`);
        break;
    }
    const compiled = { isNull, value };
    // A name declared inside a branch is not visible behind it.
    if (this.#branches === 0) this.#columns.set(index, compiled);
    return compiled;
  }

  #relabel({ arg, type }: Extract<Scalar, { op: 'relabel' }>): Compiled {
    const compiled = this.emit(arg);
    if (!readsBits(arg.type.oid, type.oid)) return compiled;
    if (storageOf(type) === 'symbol') return this.#strict([compiled], `H.relabel(${compiled.value}, ${arg.type.oid}, ${type.oid})`, undefined, true);
    return { ...compiled, value: `(${compiled.value} ${storageOf(type) === 'oid' ? '>>> 0' : '| 0'})` };
  }

  #literal(value: Datum): Compiled {
    if (value === null) return { isNull: 'true', value: 'null' };
    if (typeof value === 'boolean') return { isNull: never, value: String(value) };
    if (this.#context.once) return { isNull: never, value: this.constant(value) };
    if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return { isNull: never, value: value < 0 ? `(${value})` : String(value) };
    if (typeof value === 'string') return { isNull: never, value: JSON.stringify(value) };
    return { isNull: never, value: this.constant(value) };
  }

  #call(scalar: Scalar & { op: 'call' }): Compiled {
    const row = engineFunction(scalar.function);
    const args = scalar.args.map((arg) => this.emit(arg));
    const kept = (call: string): string => (storageOf(scalar.type) === 'symbol' ? `H.sized(${call})` : call);
    if (!row.strict) return this.#maybe(kept(this.#invoke(scalar.function, scalar.args, args.map((arg) => `(${nullable(arg)})`), scalar.position)));
    return this.#strict(args, kept(this.#invoke(scalar.function, scalar.args, args.map((arg) => arg.value), undefined)), scalar.position, row.inline !== undefined);
  }

  #invoke(id: string, scalars: readonly Scalar[], args: readonly string[], position: number | undefined): string {
    const row = engineFunction(id);
    if (row.inline !== undefined) return row.inline(...args);
    const call = `${this.constant(evaluatorOf(row, scalars))}(${[...args, 'C.environment'].join(', ')})`;
    return position === undefined ? call : `(C.position = ${position}, ${call})`;
  }

  /** A value that is NULL where an argument is, or where `expression` gives null. */
  #strict(args: readonly Compiled[], expression: string, position: number | undefined, total = false): Compiled {
    const isNull = anyOf(args);
    const value = this.name();
    if (total) {
      if (isNull === never) {
        this.line(`const ${value} = ${expression};`);
        return { isNull, value };
      }
      // Inline code is total over what the words of a NULL hold (zeros), unless the value is an object that is not there.
      const flag = this.name();
      this.line(`const ${flag} = ${isNull}; const ${value} = ${flag} ? null : ${expression};`);
      return { isNull: flag, value };
    }
    const flag = this.name();
    const located = position === undefined ? expression : `(C.position = ${position}, ${expression})`;
    this.line(`let ${value} = null; ${isNull === never ? '' : `if (!(${isNull})) `}${value} = ${located}; const ${flag} = ${value} === null;`);
    return { isNull: flag, value };
  }

  #maybe(expression: string): Compiled {
    const value = this.name();
    const isNull = this.name();
    this.line(`const ${value} = ${expression}; const ${isNull} = ${value} === null;`);
    return { isNull, value };
  }

  #datums(scalars: readonly (Scalar | null)[]): string {
    return scalars.map((scalar) => (scalar === null ? 'null' : nullable(this.emit(scalar)))).join(', ');
  }

  #logic(args: readonly Scalar[], and: boolean): Compiled {
    return this.#branch((assign) => {
      const unknown = this.name();
      this.line(`let ${unknown} = false;`);
      for (const arg of args) {
        const value = this.emit(arg);
        if (value.isNull !== never) this.line(`if (${value.isNull}) ${unknown} = true; else`);
        this.#block(`if (${and ? '!' : ''}${value.value})`, () => assign({ isNull: never, value: String(!and) }));
      }
      assign({ isNull: unknown, value: String(and) });
    });
  }

  /** The value of `arg`; NULL where computing it raises. */
  #attempt(arg: Scalar): Compiled {
    const isNull = this.name();
    const value = this.name();
    this.line(`let ${isNull} = true, ${value} = null;`);
    this.#block('try', () => {
      const result = this.emit(arg);
      this.line(`${value} = ${result.value}; ${isNull} = ${result.isNull};`);
    });
    this.line('catch (error) { H.hide(error, C); }');
    return { isNull, value };
  }

  /** A labelled block that ends at the first assignment. */
  #branch(body: (assign: (value: Compiled) => void) => void): Compiled {
    const isNull = this.name();
    const value = this.name();
    const label = this.name();
    this.line(`let ${isNull} = true, ${value} = null; ${label}: {`);
    this.#branches++;
    body((result) => this.line(`${isNull} = ${result.isNull}; ${value} = ${result.value}; break ${label};`));
    this.#branches--;
    this.line('}');
    return { isNull, value };
  }

  #block(head: string, body: () => void): void {
    this.line(`${head} {`);
    this.#branches++;
    body();
    this.#branches--;
    this.line('}');
  }

  /** Emits a write of `scalar` to column `column` of the output row `J, G, o`; the row's mask and words are zero before. */
  store(scalar: Scalar, layout: RowLayout, column: number): void {
    const at = `o + ${layout.offsets[column]!}`;
    const setNull = `J[o + ${1 + (column >> 5)}] |= ${1 << (column & 31)};`;
    const source = plainColumn(scalar);
    if (source !== undefined) {
      const { input, column: from } = this.locate(source);
      const inputLayout = this.#layouts[input]!;
      if (inputLayout.storages[from] === layout.storages[column]) {
        const offset = inputLayout.offsets[from]!;
        const second = layout.storages[column] === 'long' || layout.storages[column] === 'double' ? ` J[${at} + 1] = I${input}[b${input} + ${offset + 1}];` : '';
        this.line(`if ((I${input}[b${input} + ${1 + (from >> 5)}] & ${1 << (from & 31)}) !== 0) { ${setNull} } else { J[${at}] = I${input}[b${input} + ${offset}];${second} }`);
        return;
      }
    }
    const compiled = this.emit(scalar);
    const { value } = compiled;
    const write = ((): string => {
      switch (layout.storages[column]!) {
        case 'bool':
          return `J[${at}] = ${value} ? 1 : 0;`;
        case 'int':
        case 'oid':
          return `J[${at}] = ${value};`;
        case 'long':
          return `H.storeLong(J, ${at}, ${value});`;
        case 'double':
          return `G[(${at}) >> 1] = ${value};`;
        case 'symbol':
          return `J[${at}] = C.symbols.transient(${value});`;
      }
    })();
    this.line(compiled.isNull === never ? write : `if (${compiled.isNull}) { ${setNull} } else { ${write} }`);
  }

  /** The finished function: each input's three parameters, then those named in `behind`. */
  build<T>(behind: readonly string[]): T {
    return this.#function([...this.#layouts.flatMap((_, k) => [`I${k}`, `F${k}`, `b${k}`]), ...behind], []);
  }

  /** The same over rows that lie in slabs: parameters are the slabs `S`, the handle of each input's row in `N`, and those named in `behind`. */
  buildOverSlabs<T>(behind: readonly string[]): T {
    const loads = this.#layouts.map((layout, k) => `const I${k} = S[${k}].I, F${k} = S[${k}].F, b${k} = N[${k}] * ${layout.stride};`);
    return this.#function(['S', 'N', ...behind], loads);
  }

  #function<T>(parameters: readonly string[], head: readonly string[]): T {
    return this.finish(`return function row(${parameters.join(', ')}) {\n${[...head, ...this.lines].join('\n')}\nreturn true;\n};`);
  }

  /** What the body of a factory returns, which refers to the constants of this code. */
  finish<T>(body: string): T {
    const source = `${this.#constants.map((_, i) => `const k${i} = K[${i}];\n`).join('')}${body}`;
    return factoryOf(source)(this.#constants, this.#context, helpers) as T;
  }
}

const nullable = (value: Compiled): string => (value.isNull === never ? value.value : value.isNull === 'true' ? 'null' : `${value.isNull} ? null : ${value.value}`);
const anyOf = (values: readonly Compiled[]): string => {
  const flags = [...new Set(values.map((value) => value.isNull))].filter((flag) => flag !== never);
  return flags.length === 0 ? never : flags.join(' || ');
};

/** The column a scalar merely passes on (through relabels), if it does. */
export function plainColumn(scalar: Scalar): number | undefined {
  if (scalar.op === 'relabel') return storageOf(scalar.type) === storageOf(scalar.arg.type) && !readsBits(scalar.arg.type.oid, scalar.type.oid) ? plainColumn(scalar.arg) : undefined;
  return scalar.op === 'column' ? scalar.index : undefined;
}

/** Computes an output row from one row of each input; false where a filter rejects it. */
export type RowFunction = (...inputs: (Int32Array | Float64Array | number)[]) => boolean;

/**
 * Compiles filters and outputs over the concatenated columns of the inputs into one function
 * `(I0, F0, b0, ..., J, G, o) => boolean`, which fills the row at `o` unless a filter is not true.
 */
export function compileRow(inputs: readonly RowLayout[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context): { readonly run: RowFunction; readonly layout: RowLayout } {
  const { emitter, layout } = emitRow(inputs, filters, outputs, context);
  return { run: emitter.build<RowFunction>(['J', 'G', 'o']), layout };
}

/** Computes an output row from the rows `handles[k]` of `slabs[k]`; false where a filter rejects it. */
export type SlabRowFunction = (slabs: readonly { readonly I: Int32Array; readonly F: Float64Array }[], handles: Int32Array, J: Int32Array, G: Float64Array, o: number) => boolean;

/** The same as `compileRow`, over rows where they lie in slabs. */
export function compileSlabRow(inputs: readonly RowLayout[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context): { readonly run: SlabRowFunction; readonly layout: RowLayout } {
  const { emitter, layout } = emitRow(inputs, filters, outputs, context);
  return { run: emitter.buildOverSlabs<SlabRowFunction>(['J', 'G', 'o']), layout };
}

/** The code of a row as part of a larger function: statements over the names that `Emitter` speaks of, with `break row` where a filter rejects the row. */
export interface RowCode {
  readonly lines: readonly string[];
  /** the name of a value that the code refers to */
  constant(value: unknown): string;
}

/** Compiles the body of a function factory that is made around the code of a row. */
export function compileAround<T>(inputs: readonly RowLayout[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context, around: (row: RowCode) => string): T {
  const { emitter } = emitRow(inputs, filters, outputs, context, 'break row;');
  return emitter.finish<T>(around(emitter));
}

function emitRow(inputs: readonly RowLayout[], filters: readonly Scalar[], outputs: readonly Scalar[], context: Context, reject = 'return false;'): { readonly emitter: Emitter; readonly layout: RowLayout } {
  const layout = rowLayout(outputs.map((output) => output.type));
  const emitter = new Emitter(inputs, context);
  for (const filter of filters) {
    const value = emitter.emit(filter);
    emitter.line(value.isNull === never ? `if (!${value.value}) ${reject}` : `if (${value.isNull} || !${value.value}) ${reject}`);
  }
  for (let word = 1; word < layout.stride; word++) emitter.line(`J[o + ${word}] = 0;`);
  outputs.forEach((output, column) => emitter.store(output, layout, column));
  return { emitter, layout };
}

/** Computes the values of scalars over one row of each input. */
export type DatumsFunction = (...inputs: (Int32Array | Float64Array | number)[]) => Datum[];

/** Compiles scalars to a function that returns their values as datums: `(I0, F0, b0, ...) => Datum[]`. For rare work only. */
export function compileDatums(inputs: readonly RowLayout[], scalars: readonly Scalar[], context: Context): DatumsFunction {
  return emitDatums(inputs, scalars, context).build(['unused']);
}

/** The same over rows where they lie in slabs. */
export type SlabDatumsFunction = (slabs: readonly { readonly I: Int32Array; readonly F: Float64Array }[], handles: Int32Array) => Datum[];
export function compileSlabDatums(inputs: readonly RowLayout[], scalars: readonly Scalar[], context: Context): SlabDatumsFunction {
  return emitDatums(inputs, scalars, context).buildOverSlabs(['unused']);
}

function emitDatums(inputs: readonly RowLayout[], scalars: readonly Scalar[], context: Context): Emitter {
  const emitter = new Emitter(inputs, context);
  const values = scalars.map((scalar) => nullable(emitter.emit(scalar)));
  emitter.line(`return [${values.join(', ')}];`);
  return emitter;
}

/** Functions of single outputs, each compiled when it is first wanted. */
export function oneByOne<T>(outputs: readonly Scalar[], compile: (output: Scalar) => T): (column: number) => T {
  const compiled: T[] = [];
  return (column) => (compiled[column] ??= compile(outputs[column]!));
}
