import type { SqlError } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';

/** An error that lies in a view, with where it came from. */
export interface ViewError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: number;
  /** the relation whose row raised it, and that row as text; absent for errors of a group */
  readonly source?: RelationId;
  readonly row?: string;
  readonly group?: string;
  readonly count: number;
}

/** Describes the row that is being pushed, when an error asks. */
export type Origin = () => { readonly source: RelationId; readonly row: string } | undefined;

/**
 * The second z-set of a dataflow: its errors with their weights. A row that raised takes its error with it when it is deleted, since the same row raises the same error.
 * State: one entry a distinct error.
 */
export class Errors {
  readonly #entries = new Map<string, { error: Omit<ViewError, 'count'>; weight: number }>();
  readonly #origin: Origin;

  constructor(origin: Origin) {
    this.#origin = origin;
  }
  raise(error: SqlError, weight: number, group?: string): void {
    const origin = group === undefined ? this.#origin() : undefined;
    const key = `${error.code} ${error.fields.position ?? ''} ${error.message} ${origin?.source ?? ''} ${origin?.row ?? ''} ${group ?? ''}`;
    const known = this.#entries.get(key);
    if (known === undefined) {
      const { detail, hint, position } = error.fields;
      this.#entries.set(key, {
        weight,
        error: {
          code: error.code, message: error.message,
          ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }), ...(position === undefined ? {} : { position }),
          ...(origin === undefined ? {} : { source: origin.source, row: origin.row }),
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
