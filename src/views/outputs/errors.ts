import { codecOf, defaultTextSettings, Oid, sqlType } from '../../core/index.ts';
import type { Datum, RowLayout, SqlError, SqlType } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import { Collection } from '../operators/collection.ts';
import type { Occurrence } from '../operators/collection.ts';
import { Scratch } from '../operators/operator.ts';
import { readColumn, writeColumn } from '../scalar/runtime.ts';
import { copyRow, internRow } from '../state/row-code.ts';
import { symbolColumns } from '../state/symbol-sweep.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import type { Symbols } from '../state/symbols.ts';
import type { KnownRow } from './known-row.ts';

/** The relation whose row raised an error, and that row as text. */
export interface Origin {
  readonly source: RelationId;
  readonly row: string;
}

/** What a view does with its errors: reads fail, or answer without the rows; under 'null' the plan leaves no errors (`nullErrors` of the IR), and what is still raised, a fault of ours, fails reads. */
export type OnErrorPolicy = 'fail' | 'skip' | 'null';

/** An error that lies in a view, with where it came from. */
export interface ViewError extends Partial<Origin> {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: number;
  readonly group?: string;
  readonly count: number;
}

/**
 * The row of a relation that a dataflow is taking in. Operators that see rows of relations one by one, with nothing kept in between, say with it which row raised an error.
 * Behind a join, an aggregate or the clock no one row raises: there the row at hand when an error comes need not be at hand when it goes.
 */
export class Intake implements SymbolRoot {
  readonly #symbols: Symbols;
  #relation: RelationId | undefined;
  #layout: RowLayout | undefined;
  #I = new Int32Array(0);
  #F = new Float64Array(0);
  #b = 0;

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
  }
  take(relation: RelationId, layout: RowLayout, I: Int32Array, F: Float64Array, b: number): void {
    this.#relation = relation;
    this.#layout = layout;
    this.#I = I as Int32Array<ArrayBuffer>;
    this.#F = F as Float64Array<ArrayBuffer>;
    this.#b = b;
  }
  /** Keeps the row beyond the change it came with: an operator pauses in the middle of it. */
  hold(): void {
    const layout = this.#layout;
    if (layout === undefined) return;
    const { I, F } = new Scratch(layout);
    copyRow(layout)(this.#I, this.#b, I, 0);
    internRow(layout)(this.#symbols, I, 0);
    this.#I = I as Int32Array<ArrayBuffer>;
    this.#F = F as Float64Array<ArrayBuffer>;
    this.#b = 0;
  }
  *markSymbols(symbols: Symbols): Iterable<void> {
    if (this.#layout !== undefined) symbols.markRows(this.#I.subarray(this.#b), this.#layout.stride, 0, 1, symbolColumns(this.#layout));
    yield;
  }
  describe(): Origin | undefined {
    const layout = this.#layout;
    if (this.#relation === undefined || layout === undefined) return undefined;
    const values = layout.types.map((type, column) => {
      const value = readColumn(this.#symbols, layout, this.#I, this.#F, this.#b, column);
      return value === null ? '' : codecOf(type.oid).print(value, defaultTextSettings);
    });
    return { source: this.#relation, row: `(${values.join(',')})` };
  }
}

/** The text columns of an error row, behind the output's columns, the bits that say which of those are known, and the position. */
const texts = ['code', 'message', 'detail', 'hint', 'source', 'row', 'group'] as const;

/**
 * The second z-set of a dataflow: its errors with their weights, each with what is known of the output rows it concerns. What raised takes its error with it when it is taken back,
 * since the same raises the same error from the same origin.
 * State: one row of words a distinct error: the output's columns, and the error's own.
 */
export class Errors implements SymbolRoot {
  readonly #symbols: Symbols;
  readonly #outputLayout: () => RowLayout;
  #rows: ErrorRows | undefined;
  #keeps = false;
  readonly #watchers = new Set<Occurrence>();

  /** `output` is asked for at the first error, so that a dataflow without errors costs nothing. */
  constructor(symbols: Symbols, output: () => RowLayout) {
    this.#symbols = symbols;
    this.#outputLayout = output;
  }

  /** `known` is of the dataflow's output; `group` describes the group of an aggregate, where the error arose in one; `origin` the row, where one row raised it */
  raise(error: SqlError, weight: number, known: KnownRow, group?: string, origin?: Origin): void {
    this.#rows ??= this.#make();
    const { collection, scratch, width } = this.#rows;
    const { layout } = collection;
    const write = (column: number, value: Datum): void => writeColumn(this.#symbols, layout, scratch.I, scratch.F, 0, column, value);
    scratch.I.fill(0);
    for (let from = 0; from < width; from += BITS) {
      let bits = 0;
      for (let column = from; column < Math.min(width, from + BITS); column++) {
        const value = known(column);
        write(column, value ?? null);
        if (value !== undefined) bits |= 1 << (column - from);
      }
      write(width + from / BITS, bits);
    }
    const { detail, hint, position } = error.fields;
    const own: { readonly [text in (typeof texts)[number]]: string | undefined } = {
      code: error.code, message: error.message, detail, hint, source: origin?.source, row: origin?.row, group,
    };
    write(this.#rows.position, position ?? null);
    texts.forEach((text, i) => write(this.#rows!.position + 1 + i, own[text] ?? null));
    collection.push(scratch.I, scratch.F, 0, weight);
  }
  #make(): ErrorRows {
    const rows = errorRows(this.#outputLayout(), this.#symbols);
    if (this.#keeps) rows.collection.keep();
    for (const watcher of this.#watchers) rows.collection.attach(watcher);
    return rows;
  }

  /** The rows, once there was an error: they are read as those of any relation. */
  get collection(): Collection | undefined {
    return this.#rows?.collection;
  }
  /** From now on they are read while ticks are under way. */
  keep(): void {
    this.#keeps = true;
    this.#rows?.collection.keep();
  }

  /** Tells of changes as they happen, from now on; call the result to end that. */
  watch(watcher: (handle: number, weight: number) => void): () => void {
    const occurrence: Occurrence = { order: 0, cursor: Infinity, change: (_I, _F, _b, w, handle) => watcher(handle, w) };
    this.#watchers.add(occurrence);
    this.#rows?.collection.attach(occurrence);
    return () => {
      this.#watchers.delete(occurrence);
      this.#rows?.collection.detach(occurrence);
    };
  }

  *markSymbols(symbols: Symbols): Iterable<void> {
    if (this.#rows !== undefined) yield* this.#rows.collection.arrangement.markSymbols(symbols);
  }

  /** distinct errors */
  get size(): number {
    return this.#rows?.collection.arrangement.rows ?? 0;
  }
  get byteLength(): number {
    return this.#rows?.collection.arrangement.byteLength ?? 0;
  }
  /** handles of errors lie below */
  get top(): number {
    return this.#rows?.collection.arrangement.slab.top ?? 1;
  }
  /** how often the error at `handle` is there: 0 where none is */
  weight(handle: number): number {
    return this.#rows?.collection.arrangement.weight(handle) ?? 0;
  }
  known(handle: number): KnownRow {
    const { width } = this.#rows!;
    return (column) => ((this.#read(handle, width + Math.floor(column / BITS)) as number) >>> column % BITS & 1) === 1 ? this.#read(handle, column) : undefined;
  }
  at(handle: number): ViewError {
    const { position } = this.#rows!;
    const found = this.#read(handle, position) as number | null;
    const own = Object.fromEntries(texts.flatMap((text, i) => {
      const value = this.#read(handle, position + 1 + i);
      return value === null ? [] : [[text, value]];
    })) as Omit<ViewError, 'count' | 'position'>;
    return { ...own, ...(found === null ? {} : { position: found }), count: this.weight(handle) };
  }
  #read(handle: number, column: number): Datum {
    const { slab, layout } = this.#rows!.collection.arrangement;
    return readColumn(this.#symbols, layout, slab.I, slab.F, handle * slab.stride, column);
  }

  /** The errors there are, at most `limit`. */
  list(limit = Infinity): ViewError[] {
    const errors: ViewError[] = [];
    for (let handle = 1; handle < this.top && errors.length < limit; handle++) if (this.weight(handle) !== 0) errors.push(this.at(handle));
    return errors;
  }
}

/** bits of a word that say which columns are known */
const BITS = 31;

interface ErrorRows {
  readonly collection: Collection;
  readonly scratch: Scratch;
  /** columns of the output */
  readonly width: number;
  /** the column of the error's position; the texts follow */
  readonly position: number;
}

function errorRows(output: RowLayout, symbols: Symbols): ErrorRows {
  const width = output.types.length;
  const words = Math.ceil(width / BITS);
  const types = [...output.types, ...new Array<SqlType>(words + 1).fill(sqlType(Oid.int4)), ...texts.map(() => sqlType(Oid.text))];
  const collection = new Collection({ columns: types.map((type, i) => ({ name: `c${i}`, type, nullable: true })), keys: [] }, symbols);
  return { collection, scratch: new Scratch(collection.layout), width, position: width + words };
}
