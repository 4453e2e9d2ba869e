import type { RowLayout } from '../../core/index.ts';
import { internRow } from '../state/row-code.ts';
import type { InternRow } from '../state/row-code.ts';
import { symbolColumns } from '../state/symbol-sweep.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import type { Symbols } from '../state/symbols.ts';

/** An emptied buffer larger than this is given back. */
const KEPT_WORDS = 1 << 16;

/**
 * Changes that came to a pausable operator while it stood in the middle of another: first in, first out, copied with their symbols interned.
 * State: the changes that wait. What polls the interrupt makes at most as many as it makes between two polls; what does not (an aggregate that closes its groups) at most its own rows.
 */
export class Waiting implements SymbolRoot {
  readonly #layouts: readonly RowLayout[];
  readonly #intern: readonly InternRow[];
  readonly #symbols: Symbols;
  /** the changes one after the other, each [input, 0, the row with its weight in front] */
  I = new Int32Array(0);
  F = new Float64Array(0);
  #first = 0;
  #end = 0;

  constructor(layouts: readonly RowLayout[], symbols: Symbols) {
    this.#layouts = layouts;
    this.#intern = layouts.map(internRow);
    this.#symbols = symbols;
  }
  get empty(): boolean {
    return this.#first === this.#end;
  }
  get byteLength(): number {
    return this.I.byteLength;
  }

  put(input: number, I: Int32Array, b: number, w: number): void {
    const layout = this.#layouts[input]!;
    const at = this.#reserve(layout.stride + 2);
    this.I[at] = input;
    for (let word = 1; word < layout.stride; word++) this.I[at + 2 + word] = I[b + word]!;
    this.I[at + 2] = w;
    this.#intern[input]!(this.#symbols, this.I, at + 2);
  }

  /** The input of the first change; its row lies at `at`. */
  get input(): number {
    return this.I[this.#first]!;
  }
  get at(): number {
    return this.#first + 2;
  }
  get weight(): number {
    return this.I[this.#first + 2]!;
  }
  /** Forgets the first change. */
  shift(): void {
    this.#first += this.#layouts[this.input]!.stride + 2;
    if (this.#first !== this.#end) return;
    this.#first = this.#end = 0;
    if (this.I.length > KEPT_WORDS) this.#resize(0);
  }

  *markSymbols(symbols: Symbols): Iterable<void> {
    for (let at = this.#first; at < this.#end; ) {
      const layout = this.#layouts[this.I[at]!]!;
      symbols.markRows(this.I.subarray(at + 2), layout.stride, 0, 1, symbolColumns(layout));
      at += layout.stride + 2;
    }
    yield;
  }

  #reserve(words: number): number {
    if (this.#end + words > this.I.length) {
      const used = this.#end - this.#first;
      // Twice what is in use, so that moving costs each change a constant.
      const kept = this.I.subarray(this.#first, this.#end);
      if ((used + words) * 2 > this.I.length) this.#resize((used + words) * 2);
      this.I.set(kept);
      this.#first = 0;
      this.#end = used;
    }
    const at = this.#end;
    this.#end += words;
    return at;
  }
  #resize(words: number): void {
    const buffer = new ArrayBuffer((words + (words & 1)) * 4);
    this.I = new Int32Array(buffer);
    this.F = new Float64Array(buffer);
  }
}
