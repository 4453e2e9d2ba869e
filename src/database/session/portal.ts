import { SqlError } from '../../core/index.ts';
import type { Datum, RowBatch } from '../../core/index.ts';
import type { Fetched, Portal, ResultColumn } from '../contract.ts';
import { copySettings, CopyReader, CopyWriter } from '../execute/copy.ts';
import type { Outcome } from '../execute/execution.ts';
import type { RowStream } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import type { DatabaseSession, PreparedStatement } from './session.ts';

/** Rows of one packet when the client sets no limit: the engine ends a packet by its bytes. */
const PACKET_ROWS = 1 << 30;

/** Aborts when the caller's signal does, or `deadline` (of the monotonic clock) has passed. */
async function withDeadline<T>(session: DatabaseSession, deadline: number, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new SqlError('57014', 'canceling statement due to user request'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const { clock } = session.core;
  const timeOut = (): void => controller.abort(new SqlError('57014', 'canceling statement due to statement timeout'));
  const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), timeOut);
  try {
    return await run(controller.signal);
  } finally {
    cancel();
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
  /** when statement_timeout ends what runs now: counted from the first fetch, and anew after each suspension */
  #deadline: number | undefined;
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
    return this.#timed(signal, async (inner) => {
      const outcome = await this.#run(limit, inner);
      if (outcome.rows === null) {
        await this.#session.sequences.flush();
        return { rows: null, done: true, tag: outcome.tag };
      }
      const { rows, done } = await outcome.rows.next(limit, inner);
      // What a client is told was drawn must be drawn for good.
      await this.#session.sequences.flush();
      this.#sent += rows?.rowCount ?? 0;
      if (rows?.rowCount === maxRows) this.#deadline = undefined;
      if (!done) return { rows, done };
      const tag = outcome.counts ? `${outcome.tag} ${this.#sent}` : outcome.tag;
      this.#sent = 0;
      return { rows, done, tag };
    });
  }

  #timed<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { core, settings } = this.#session;
    const timeoutMs = Number(settings.get('statement_timeout'));
    if (timeoutMs > 0) this.#deadline ??= core.clock.monotonic() + timeoutMs;
    return this.#deadline === undefined ? run(signal) : withDeadline(this.#session, this.#deadline, signal, run);
  }
  async #run(limit: number, signal: AbortSignal): Promise<Outcome> {
    return (this.#outcome ??= await this.#session.run(this.#prepared, this.#parameters, limit, signal));
  }

  copyOut(signal: AbortSignal): Promise<Uint8Array | null> {
    return this.#timed(signal, async (inner) => {
      const outcome = await this.#run(PACKET_ROWS, inner);
      this.#writer ??= new CopyWriter(this.#prepared.planned!.plan, outcome.columns ?? [], this.#session.text);
      return this.#writer.next(outcome.rows!, inner);
    });
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
  /** the transaction that declared it */
  readonly block: Transaction | undefined;
  #done = false;

  constructor(options: { readonly block: Transaction | undefined; readonly columns: readonly ResultColumn[]; readonly sql: string; readonly hold: boolean; readonly binary: boolean; readonly createdAt: number; readonly rows: RowStream }) {
    this.block = options.block;
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
    if (this.#done) return { rows: null, done: true, tag: 'SELECT 0' };
    const { rows, done } = await this.rows.next(maxRows === 0 ? PACKET_ROWS : maxRows, signal);
    this.#done = done;
    return done ? { rows, done, tag: `SELECT ${rows?.rowCount ?? 0}` } : { rows, done };
  }
  close(): Promise<void> {
    return this.rows.close();
  }
}

