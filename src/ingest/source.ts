import type { RowBatch, SqlError } from '../core/index.ts';

/**
 * An outside stream of changes. P is upstream's own position (LSN, offsets); it is plain JSON data, stored with the batches it covers.
 *
 * `read` yields events until `signal` aborts; it throws only what a retry may cure (TransientError), and the caller then calls `read` again
 * with the last durable position, after a pause. It holds at most a bounded number of bytes that were not yet taken: a slow consumer slows upstream.
 */
export interface Source<P> {
  read(resumeAfter: P | undefined, signal: AbortSignal): AsyncIterable<SourceEvent<P>>;
  /** Everything up to `position` is durable here: upstream may forget it. */
  acknowledge(position: P): void;
}

/** Rows of one relation of the source. `relation` is the key that the source's maker chose (its index in the source's list of outputs). */
export interface SourceRows {
  readonly relation: number;
  readonly rows: RowBatch;
}

export type SourceEvent<P> =
  /** the first rows of a relation set follow; everything read before from these relations is void (a restarted snapshot) */
  | { readonly kind: 'snapshotBegin'; readonly rowsKnown: number | undefined }
  | ({ readonly kind: 'snapshotChunk' } & SourceRows)
  /** what there was when the source was made, or at `snapshotBegin`, has been read */
  | { readonly kind: 'snapshotEnd'; readonly position: P }
  /** Part of an upstream transaction, in upstream's order. A row of weight -1 is the old row as upstream sent it, +1 the new one. */
  | ({ readonly kind: 'changes' } & SourceRows & {
      /**
       * Columns that upstream left out (unchanged TOAST) in the +1 row that follows a -1 row, by row number of the batch: bit i of `missing[row]` (bigint).
       * Old rows that carry only their key: `keyOnly` row numbers. The engine's `resolve` fills both from the stored rows.
       */
      readonly missing?: ReadonlyMap<number, bigint>;
      readonly keyOnly?: ReadonlySet<number>;
    })
  /** all rows of the relation go */
  | { readonly kind: 'truncate'; readonly relation: number }
  /** the transaction is whole */
  | { readonly kind: 'commit'; readonly position: P }
  /** nothing to read up to here: an idle table holds back neither WAL nor time. `rowsKnown`: so many come as `changes` before `snapshotEnd` does */
  | { readonly kind: 'progress'; readonly position: P; readonly rowsKnown?: number }
  /** retrying cannot cure it: the relation (or, without one, the whole source) is in error from here on; what the transaction under way had for it is void */
  | { readonly kind: 'failed'; readonly relation?: number; readonly error: SqlError };
