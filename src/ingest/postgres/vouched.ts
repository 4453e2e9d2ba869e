import type pg from 'pg';
import { connect, readError } from './connection.ts';
import type { PostgresUpstream } from './connection.ts';
import type { Outbox } from '../outbox.ts';
import type { SourceEvent } from '../source.ts';
import { changedRowTypes, rowTypeChange } from './row-types.ts';
import type { ReplicatedRowType } from './row-types.ts';
import type { ReplicatedTable } from './table-reader.ts';

interface Vouched {
  readonly upstream: PostgresUpstream;
  readonly tables: readonly ReplicatedTable[];
  readonly rowTypes: readonly ReplicatedRowType[];
}

/**
 * The events of the outbox, with the values of row types in them vouched for: pgoutput does not say when the fields of a type change, and values of the changed type
 * may well be read as values of the old one. So before a transaction that has such values ends, upstream is asked whether the types still have the fields that we know:
 * what it committed before that, it has printed by those. Transactions that wait in the outbox by then are vouched for together.
 * A table whose type is another fails before the transaction ends, and nothing of it follows.
 */
export async function* vouchedFor<P>(outbox: Outbox<P>, { upstream, tables, rowTypes }: Vouched, signal: AbortSignal): AsyncGenerator<SourceEvent<P>> {
  const concerned = new Set(tables.flatMap((table, relation) => (table.columns.some(({ rowType }) => rowType !== undefined) ? [relation] : [])));
  if (concerned.size === 0) return yield* outbox.drain();
  const failed = new Set<number>();
  const questions = new Questions(upstream, signal);
  let taken = 0;
  let vouched = 0;
  let unsure = false;
  try {
    for await (const event of outbox.drain()) {
      taken++;
      if ('relation' in event && event.relation !== undefined) {
        if (failed.has(event.relation)) continue;
        if (event.kind === 'failed' && concerned.has(event.relation)) {
          // What could not be read may be a value of a changed type.
          failed.add(event.relation);
          yield { ...event, error: rowTypeChange(tables[event.relation]!, await questions.changed(rowTypes), rowTypes) ?? event.error };
          continue;
        }
        unsure ||= (event.kind === 'changes' || event.kind === 'snapshotChunk') && concerned.has(event.relation);
      }
      if (unsure && (event.kind === 'commit' || event.kind === 'snapshotEnd')) {
        unsure = false;
        if (taken > vouched) {
          const received = outbox.pushed;
          const changed = await questions.changed(rowTypes);
          vouched = received;
          for (const relation of concerned) {
            const error = failed.has(relation) ? undefined : rowTypeChange(tables[relation]!, changed, rowTypes);
            if (error === undefined) continue;
            failed.add(relation);
            yield { kind: 'failed', relation, error };
          }
        }
      }
      yield event;
    }
  } finally {
    questions.close();
  }
}

/** A connection to ask over, opened when it is first needed. */
class Questions {
  readonly #upstream: PostgresUpstream;
  readonly #signal: AbortSignal;
  #client: pg.Client | undefined;

  constructor(upstream: PostgresUpstream, signal: AbortSignal) {
    this.#upstream = upstream;
    this.#signal = signal;
    signal.addEventListener('abort', this.close, { once: true });
  }
  async changed(rowTypes: readonly ReplicatedRowType[]): Promise<ReadonlySet<number>> {
    try {
      this.#client ??= await connect(this.#upstream, this.#signal);
      return await changedRowTypes(this.#client, rowTypes);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw readError(error, this.#upstream);
    }
  }
  /** An answer that is waited for never comes then. */
  readonly close = (): void => {
    this.#signal.removeEventListener('abort', this.close);
    this.#client?.connection.stream.destroy();
  };
}
