import { codecOf, defaultTextSettings } from '../../core/index.ts';
import type { RowLayout, SqlError } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import { Scratch } from '../operators/operator.ts';
import { readColumn } from '../scalar/runtime.ts';
import { copyRow, internRow } from '../state/row-code.ts';
import type { Symbols } from '../state/symbols.ts';

/** The relation whose row raised an error, and that row as text. */
export interface Origin {
  readonly source: RelationId;
  readonly row: string;
}

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
export class Intake {
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

/**
 * The second z-set of a dataflow: its errors with their weights. What raised takes its error with it when it is taken back, since the same raises the same error from the same origin.
 * State: one entry a distinct error.
 */
export class Errors {
  readonly #entries = new Map<string, { readonly error: Omit<ViewError, 'count'>; weight: number }>();

  /** `group` describes the group of an aggregate, where the error arose in one; `origin` the row, where one row raised it */
  raise(error: SqlError, weight: number, group?: string, origin?: Origin): void {
    const key = `${error.code} ${error.fields.position ?? ''} ${error.message} ${origin?.source ?? ''} ${origin?.row ?? ''} ${group ?? ''}`;
    const known = this.#entries.get(key);
    if (known === undefined) {
      const { detail, hint, position } = error.fields;
      this.#entries.set(key, {
        weight,
        error: {
          code: error.code, message: error.message,
          ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }), ...(position === undefined ? {} : { position }),
          ...origin,
          ...(group === undefined ? {} : { group }),
        },
      });
      return;
    }
    known.weight += weight;
    if (known.weight === 0) this.#entries.delete(key);
  }
  get size(): number {
    return this.#entries.size;
  }
  /** The errors there are, at most `limit`, in the order they arose. */
  list(limit = Infinity): ViewError[] {
    const errors: ViewError[] = [];
    for (const { error, weight } of this.#entries.values()) {
      if (errors.length >= limit) break;
      errors.push({ ...error, count: weight });
    }
    return errors;
  }
}
