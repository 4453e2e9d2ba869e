import { SqlError } from '../../core/index.ts';
import type { Datum, RowBatch } from '../../core/index.ts';
import type { Fetched, Portal, ResultColumn } from '../contract.ts';
import { copySettings, CopyReader, CopyWriter } from '../execute/copy.ts';
import type { Outcome } from '../execute/execute.ts';
import type { RowStream } from '../rows.ts';
import type { DatabaseSession, PreparedStatement } from './session.ts';

/** Rows of one packet when the client sets no limit. */
const PACKET_ROWS = 1 << 30;

/** Aborts when the caller's signal does, or the session's statement_timeout has passed. */
async function withTimeout<T>(session: DatabaseSession, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new SqlError('57014', 'canceling statement due to user request'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const timeout = Number(session.settings.get('statement_timeout'));
  const cancel = timeout > 0 ? session.core.clock.after(timeout, () => controller.abort(new SqlError('57014', 'canceling statement due to statement timeout'))) : undefined;
  try {
    return await run(controller.signal);
  } finally {
    cancel?.();
    signal.removeEventListener('abort', abort);
  }
}

/** One execution of a prepared statement: the first fetch runs it, the later ones read on. */
export class StatementPortal implements Portal {
  readonly columns: readonly ResultColumn[] | null;
  readonly copy?: Portal['copy'];
  readonly #session: DatabaseSession;
  readonly #prepared: PreparedStatement;
  readonly #parameters: readonly Datum[];
  #outcome: Outcome | undefined;
  #sent = 0;
  #writer: CopyWriter | undefined;
  #reader: CopyReader | undefined;

  constructor(session: DatabaseSession, prepared: PreparedStatement, parameters: readonly Datum[]) {
    this.#session = session;
    this.#prepared = prepared;
    this.#parameters = parameters;
    this.columns = prepared.columns;
    const plan = prepared.planned?.plan;
    const copy = plan === undefined ? undefined : copySettings(plan);
    if (copy !== undefined) this.copy = copy;
  }

  async fetch(maxRows: number, signal: AbortSignal): Promise<Fetched> {
    const limit = maxRows === 0 ? PACKET_ROWS : maxRows;
    return withTimeout(this.#session, signal, async (inner) => {
      this.#outcome ??= await this.#session.run(this.#prepared, this.#parameters, limit, inner);
      const outcome = this.#outcome;
      if (outcome.rows === null) return { rows: null, done: true, tag: outcome.tag };
      const { rows, done } = await outcome.rows.next(limit, inner);
      this.#sent += rows?.rowCount ?? 0;
      if (!done) return { rows, done };
      const tag = outcome.counts ? `${outcome.tag} ${this.#sent}` : outcome.tag;
      this.#sent = 0;
      return { rows, done, tag };
    });
  }

  async copyOut(signal: AbortSignal): Promise<Uint8Array | null> {
    this.#outcome ??= await this.#session.run(this.#prepared, this.#parameters, PACKET_ROWS, signal);
    this.#writer ??= new CopyWriter(this.#prepared.planned!.plan, this.#outcome.columns ?? [], this.#session.text);
    return this.#writer.next(this.#outcome.rows!, signal);
  }
  async copyData(chunk: Uint8Array): Promise<void> {
    this.#reader ??= new CopyReader(this.#session, this.#prepared.planned!.plan);
    await this.#reader.data(chunk);
  }
  async copyDone(): Promise<string> {
    this.#reader ??= new CopyReader(this.#session, this.#prepared.planned!.plan);
    return this.#reader.done();
  }
  copyFail(): void {
    this.#reader = undefined;
  }
  get copyOutTag(): string {
    return `COPY ${this.#writer?.rows ?? 0}`;
  }

  async close(): Promise<void> {
    await this.#outcome?.rows?.close();
  }
}

/** A cursor of DECLARE: its rows are read by FETCH, and, since protocol and SQL share names, by Execute. */
export class CursorPortal implements Portal {
  readonly columns: readonly ResultColumn[];
  readonly sql: string;
  readonly hold: boolean;
  readonly binary: boolean;
  readonly createdAt: number;
  readonly rows: RowStream;
  #done = false;

  constructor(options: { readonly columns: readonly ResultColumn[]; readonly sql: string; readonly hold: boolean; readonly binary: boolean; readonly createdAt: number; readonly rows: RowStream }) {
    this.columns = options.columns;
    this.sql = options.sql;
    this.hold = options.hold;
    this.binary = options.binary;
    this.createdAt = options.createdAt;
    this.rows = options.rows;
  }

  /** Exactly `count` rows unless fewer are left (or, for a SUBSCRIBE, unless `signal` aborts once some have come). */
  async take(count: number, signal: AbortSignal): Promise<RowBatch[]> {
    const batches: RowBatch[] = [];
    let left = count;
    while (left > 0 && !this.#done) {
      const { rows, done } = await this.rows.next(left, signal);
      this.#done = done;
      if (rows !== null) {
        batches.push(rows);
        left -= rows.rowCount;
      }
    }
    return batches;
  }
  async fetch(maxRows: number, signal: AbortSignal): Promise<Fetched> {
    if (this.#done) return { rows: null, done: true, tag: 'FETCH 0' };
    const { rows, done } = await this.rows.next(maxRows === 0 ? PACKET_ROWS : maxRows, signal);
    this.#done = done;
    return done ? { rows, done, tag: `FETCH ${rows?.rowCount ?? 0}` } : { rows, done };
  }
  close(): Promise<void> {
    return this.rows.close();
  }
}

