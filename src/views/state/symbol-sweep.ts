import type { RowLayout } from '../../core/index.ts';
import type { Symbols } from './symbols.ts';

/**
 * Something that keeps rows with symbols between two changes. Every operator and output lists its own in `symbolRoots`.
 * Whoever puts a row into it calls `Symbols.intern` on each symbol word, codes included.
 */
export interface SymbolRoot {
  /** Marks the symbols of all its rows, with a yield every few thousand. Rows may come and go at the yields: what comes was interned, and what went is not looked for. */
  markSymbols(symbols: Symbols): Iterable<void>;
}

/** Rows marked between two looks at the clock. */
const SLICE_ROWS = 8192;
/** Codes looked at, each of which may be dead: some ten times as dear. */
const SLICE_CODES = 2048;

/** Word offsets of the columns of a layout that hold symbols. */
export const symbolColumns = (layout: RowLayout): Int32Array => Int32Array.from(layout.storages.flatMap((storage, column) => (storage === 'symbol' ? [layout.offsets[column]!] : [])));

/** Marks rows [from, to()) that lie `stride` words apart in `I()`, both asked for anew after each yield. */
export function* markInSlices(symbols: Symbols, columns: Int32Array, stride: number, from: number, to: () => number, I: () => Int32Array): Iterable<void> {
  if (columns.length === 0) return;
  for (let at = from; at < to(); at += SLICE_ROWS) {
    symbols.markRows(I(), stride, at, Math.min(to(), at + SLICE_ROWS), columns);
    yield;
  }
}

/** One row of its own that outlasts a change. */
export function rowRoot(layout: RowLayout, row: () => Int32Array): SymbolRoot {
  return { markSymbols: (symbols) => markInSlices(symbols, symbolColumns(layout), layout.stride, 0, () => 1, row) };
}

/**
 * One sweep of the dictionary, in slices between ticks: marks what the roots hold, then frees the rest.
 *
 * Right because a symbol that is not freed is either in a root when the sweep gets there, or came into one since the beginning, and whoever stores a row marks its symbols;
 * one that lay in a root above the place the sweep had reached and was moved below it was stored there, too. What dies meanwhile is left to the next sweep.
 */
export class SymbolSweep {
  readonly #symbols: Symbols;
  readonly #marking: Iterator<void>;
  #marked = false;
  #code = 0;

  constructor(symbols: Symbols, roots: readonly SymbolRoot[]) {
    this.#symbols = symbols;
    symbols.beginSweep();
    this.#marking = markAll(symbols, roots);
  }

  /** Goes on until `expired()`, by one slice at least; true when it is done. */
  step(expired: () => boolean): boolean {
    do {
      if (!this.#marked) this.#marked = this.#marking.next().done === true;
      else this.#code = this.#symbols.sweep(this.#code, SLICE_CODES);
    } while (this.#code >= 0 && !expired());
    return this.#code < 0;
  }
}

function* markAll(symbols: Symbols, roots: readonly SymbolRoot[]): Iterator<void> {
  for (const root of roots) yield* root.markSymbols(symbols);
}
