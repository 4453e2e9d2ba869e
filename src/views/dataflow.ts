import type { Relation } from '../ir/index.ts';
import { findRows } from './lookup.ts';
import type { FoundRows } from './lookup.ts';
import { Collection } from './operators/collection.ts';
import type { Occurrence } from './operators/collection.ts';
import type { Sink } from './operators/operator.ts';
import { Errors } from './outputs/errors.ts';
import { pushConstants, render } from './render.ts';
import type { Rendered, RenderWorld, Scan } from './render.ts';
import type { Context } from './scalar/runtime.ts';
import type { SymbolRoot } from './state/symbol-sweep.ts';

/** Pushes the stored changes of a relation that is not held in memory, some rows at a time. */
export interface LogScan {
  /** Pushes about `rows` rows; false when the end of the log is reached. */
  step(rows: number): boolean;
}

export interface DataflowWorld extends Omit<RenderWorld, 'errors' | 'interrupt'> {
  /** polled during long work; throws to end it */
  readonly interrupt: () => void;
  scanLog(scan: Scan): LogScan;
}

/** Rows scanned between looks at the clock: few, since each may match every row of the other inputs. */
const SLICE_ROWS = 8;
/** Rows of the log, which come in batches. */
const LOG_SLICE_ROWS = 256;

/**
 * The operators of one view or query, from hydration to its end.
 *
 * Hydration scans the inputs one after the other, in slices between ticks, while ticks go on. At every moment the operators hold the query over what has been scanned of each input:
 * a change of a row that the scan has not reached is left out, since the scan will meet the row as it is then. Where an index finds the rows of an input, the scan meets those alone,
 * in the same order and under the same rule (lookup.ts). Inputs of a join that are read where they lie need no scan
 * but for input 0, without which there is no output row. When the last scan is at its end the dataflow is complete, at the time of that moment; only then do aggregates emit.
 */
export class Dataflow {
  readonly errors: Errors;
  readonly rendered: Rendered;
  readonly #context: Context;
  readonly #world: DataflowWorld;
  #scan = 0;
  #log: LogScan | undefined;
  /** the rows that the scan under way is about, where an index finds them */
  #found: FoundRows | undefined;
  #started = false;
  #hydrated = false;
  /** rows scanned so far */
  scanned = 0;

  constructor(relation: Relation, output: Sink, world: DataflowWorld) {
    this.#context = world.context;
    this.#world = world;
    this.errors = new Errors(world.context.symbols, () => this.rendered.output.layout);
    const interrupt = (): boolean => {
      world.interrupt();
      return false;
    };
    this.rendered = render(relation, { ...world, errors: this.errors, interrupt });
    this.rendered.output.subscribe(output);
  }

  get hydrated(): boolean {
    return this.#hydrated;
  }

  /** Scans until `expired()`; true when the dataflow is complete. */
  hydrate(expired: () => boolean): boolean {
    if (!this.#started) {
      for (const operator of this.rendered.stateful) if (operator.prepare?.(expired) === false) return false;
      this.#started = true;
      pushConstants(this.rendered.constants, this.#context);
      this.#context.symbols.forgetTransients();
    }
    while (this.#scan < this.rendered.scans.length) {
      const scan = this.rendered.scans[this.#scan]!;
      const more = scan.readable instanceof Collection ? this.#scanRows(scan, scan.readable) : this.#scanLog(scan);
      if (!more) {
        scan.occurrence.cursor = Infinity;
        this.#scan++;
        this.#log = undefined;
        this.#found = undefined;
      }
      if (this.#scan < this.rendered.scans.length && expired()) return false;
    }
    this.#hydrated = true;
    return true;
  }

  #scanRows(scan: Scan, collection: Collection): boolean {
    const { occurrence } = scan;
    if (occurrence.cursor === 0) {
      occurrence.cursor = 1;
      this.#found = scan.lookup && findRows(scan.lookup, collection, this.#context);
    }
    const handles = this.#found?.from(occurrence.cursor);
    if (handles === undefined) {
      this.#found = undefined;
      return this.#scanCollection(scan, collection);
    }
    const end = Math.min(handles.length, SLICE_ROWS);
    for (let i = 0; i < end; i++) {
      occurrence.cursor = handles[i]! + 1;
      this.#take(occurrence, collection, handles[i]!);
    }
    return end < handles.length;
  }

  #scanCollection(scan: Scan, collection: Collection): boolean {
    const { occurrence } = scan;
    const { slab } = collection.arrangement;
    const end = Math.min(slab.top, occurrence.cursor + SLICE_ROWS);
    for (let handle = occurrence.cursor; handle < end; handle++) {
      occurrence.cursor = handle + 1;
      this.#take(occurrence, collection, handle);
    }
    return occurrence.cursor < slab.top;
  }

  #take(occurrence: Occurrence, collection: Collection, handle: number): void {
    const { slab } = collection.arrangement;
    const at = handle * slab.stride;
    const weight = slab.I[at]!;
    if (weight === 0) return;
    this.scanned++;
    occurrence.change(slab.I, slab.F, at, weight, handle);
    this.#context.symbols.forgetTransients();
  }

  #scanLog(scan: Scan): boolean {
    this.#log ??= this.#world.scanLog(scan);
    return this.#log.step(LOG_SLICE_ROWS);
  }

  /** Emits what the clock alone changes up to and including the context's time. */
  advance(): void {
    const { time } = this.#context;
    for (const operator of this.rendered.stateful) operator.advance?.(time);
    this.#context.symbols.forgetTransients();
  }
  /** Emits what is due at the close of a tick; does nothing before the dataflow is complete. */
  flush(): void {
    if (!this.#hydrated) return;
    for (const operator of this.rendered.stateful) operator.flush();
  }
  nextChange(): number | undefined {
    let next: number | undefined;
    for (const operator of this.rendered.stateful) {
      const change = operator.nextChange?.();
      if (change !== undefined && (next === undefined || change < next)) next = change;
    }
    return next;
  }
  /** All that keeps symbols, but the output. What it reads may be gone from the engine and is still read. */
  get symbolRoots(): readonly SymbolRoot[] {
    const { stateful, pausable, symbolRoots, attached } = this.rendered;
    const read = attached.flatMap(({ readable }) => (readable.arrangement === undefined ? [] : [readable.arrangement]));
    return [...new Set([...stateful, ...pausable])].flatMap((operator) => operator.symbolRoots).concat(symbolRoots, this.errors, read);
  }
  get stateBytes(): number {
    return this.rendered.stateful.reduce((sum, operator) => sum + operator.stateBytes, this.errors.byteLength);
  }
  get stateRows(): number {
    return this.rendered.stateful.reduce((sum, operator) => sum + operator.stateRows, 0);
  }
  close(): void {
    for (const { readable, occurrence } of this.rendered.attached) readable.detach(occurrence);
    for (const operator of this.rendered.stateful) operator.close?.();
  }
}
