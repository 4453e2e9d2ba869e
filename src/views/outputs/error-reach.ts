import { SqlError } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import { Still } from '../operators/still.ts';
import type { Errors, OnErrorPolicy, ViewError } from './errors.ts';
import type { Carry, KnownRow } from './known-row.ts';

/** A place where a dataflow reads a relation, and how what is known of the relation's rows carries to the dataflow's output. */
export interface Entry {
  readonly relation: RelationId;
  readonly carry: Carry;
}

/** A view as far as its errors go. */
export interface ErringView {
  readonly name: string;
  readonly onError: OnErrorPolicy;
  readonly dataflow: { readonly errors: Errors; readonly rendered: { readonly entries: readonly Entry[] } };
}

/** Errors looked at between two looks at the clock. */
const SLICE_ERRORS = 64;

/**
 * Which errors of the views that a query or subscription reads, directly or through others, may lie among the rows it asks for.
 *
 * An error is carried up by what is known of its rows: a condition that the known values do not meet excludes it, one that needs unknown values does not. A view on the way that skips
 * counts what comes to it; what nobody skips fails the reader.
 * A query looks at them as they were when it began (`as of` a tick: each view's errors through a still), in slices; a subscription at once, and from then on each change is counted as it happens.
 * State: counts.
 */
export class ErrorReach {
  readonly #views: readonly ErringView[];
  /** who reads a view, and how its rows come there; undefined is the reader itself */
  readonly #readers = new Map<ErringView, { readonly by: ErringView | undefined; readonly carry: Carry }[]>();
  readonly #stop: readonly (() => void)[];
  /** the errors of each view as they are seen; absent: as they are */
  readonly #stills = new Map<ErringView, Still | undefined>();
  /** the scan: a view, and a handle of its errors */
  #view = 0;
  #cursor = 1;
  #failing = 0;
  #last: { readonly view: ErringView; readonly handle: number } | undefined;
  readonly #skipped = new Map<ErringView, number>();

  /** `asOf`: what is seen are the errors at the last closed tick from now on, in the middle of a tick or not; absent: the errors as they change. */
  constructor(entries: readonly Entry[], find: (id: RelationId) => ErringView | undefined, asOf?: { readonly ticking: boolean }) {
    this.#read(entries, undefined, find);
    this.#views = [...this.#readers.keys()];
    this.#stop = asOf === undefined ? this.#views.map((view) => this.#follow(view)) : this.#views.map((view) => this.#hold(view, asOf.ticking));
  }
  #follow(view: ErringView): () => void {
    const index = this.#views.indexOf(view);
    return view.dataflow.errors.watch((handle, weight) => {
      if (index < this.#view || (index === this.#view && handle < this.#cursor)) this.#count(view, handle, weight);
    });
  }
  #hold(view: ErringView, ticking: boolean): () => void {
    const { collection } = view.dataflow.errors;
    const still = collection && new Still(collection);
    this.#stills.set(view, still);
    still?.open(ticking);
    return () => still?.close();
  }
  /** How often the error is there, as it is seen. */
  #weight(view: ErringView, handle: number): number {
    return this.#stills.has(view) ? this.#stills.get(view)?.weight(handle) ?? 0 : view.dataflow.errors.weight(handle);
  }

  #read(entries: readonly Entry[], by: ErringView | undefined, find: (id: RelationId) => ErringView | undefined): void {
    for (const { relation, carry } of entries) {
      const view = find(relation);
      if (view === undefined) continue;
      const known = this.#readers.get(view);
      this.#readers.set(view, [...(known ?? []), { by, carry }]);
      if (known === undefined) this.#read(view.dataflow.rendered.entries, view, find);
    }
  }

  /** Scans until `expired()`; true when all errors are counted, or one was found that fails the reader. */
  scan(expired: () => boolean): boolean {
    let looked = 0;
    for (; this.#view < this.#views.length; this.#view++, this.#cursor = 1) {
      const view = this.#views[this.#view]!;
      const { errors } = view.dataflow;
      while (this.#cursor < errors.top) {
        const handle = this.#cursor++;
        const weight = this.#weight(view, handle);
        if (weight !== 0) this.#count(view, handle, weight);
        if (this.#failing > 0) return true;
        if (++looked % SLICE_ERRORS === 0 && expired()) return false;
      }
    }
    return true;
  }

  #count(view: ErringView, handle: number, weight: number): void {
    const skipping = new Set<ErringView>();
    if (this.#reaches(view, view.dataflow.errors.known(handle), undefined, skipping)) {
      this.#failing += weight;
      if (weight > 0) this.#last = { view, handle };
      return;
    }
    for (const skips of skipping) this.#skipped.set(skips, (this.#skipped.get(skips) ?? 0) + weight);
  }

  /** Whether the row comes to the reader with nobody skipping it on the way; adds to `skipping` who does. */
  #reaches(view: ErringView, row: KnownRow, skipped: ErringView | undefined, skipping: Set<ErringView>): boolean {
    const skips = skipped ?? (view.onError === 'skip' ? view : undefined);
    for (const { by, carry } of this.#readers.get(view)!) {
      for (const carried of carry(row)) {
        if (by !== undefined) {
          if (this.#reaches(by, carried, skips, skipping)) return true;
        } else if (skips === undefined) return true;
        else skipping.add(skips);
      }
    }
    return false;
  }

  /** An error that fails the reader, and the view it lies in. */
  get failure(): { readonly error: ViewError; readonly view: ErringView } | undefined {
    if (this.#failing <= 0) return undefined;
    const fails = (view: ErringView, handle: number): boolean => {
      return this.#weight(view, handle) > 0 && this.#reaches(view, view.dataflow.errors.known(handle), undefined, new Set());
    };
    let found = this.#last !== undefined && fails(this.#last.view, this.#last.handle) ? this.#last : undefined;
    for (const view of this.#views) {
      for (let handle = 1; found === undefined && handle < view.dataflow.errors.top; handle++) if (fails(view, handle)) found = { view, handle };
    }
    return found && { error: found.view.dataflow.errors.at(found.handle), view: found.view };
  }

  /** How many errors were left out, by the view that skips them. */
  get skipped(): readonly { readonly view: string; readonly count: number }[] {
    return [...this.#skipped].flatMap(([{ name }, count]) => (count > 0 ? [{ view: name, count }] : []));
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }
}

/** What a reader is told of the error that fails it. */
export function failureOfView({ error, view }: { readonly error: ViewError; readonly view: ErringView }, sourceName: (id: RelationId) => string): SqlError {
  const { code, message, source, row, group, hint } = error;
  const others = view.dataflow.errors.size - 1;
  const place = source !== undefined ? `The row of ${sourceName(source)} that raised it is ${row}.` : group !== undefined ? `The group that raised it is ${group}.` : undefined;
  const detail = [error.detail, place, others > 0 ? `${others} more such errors lie in ${view.name}.` : undefined].filter((part) => part !== undefined).join(' ');
  return new SqlError(code, message, {
    ...(detail === '' ? {} : { detail }),
    hint: hint ?? `Correct the row, or read without such rows: ALTER MATERIALIZED VIEW ${view.name} SET (ON ERROR = 'skip'). All errors are in mz_internal.mz_view_errors.`,
  });
}
