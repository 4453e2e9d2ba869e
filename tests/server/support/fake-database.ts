import { Oid, RowBatchBuilder, SqlError, defaultTextSettings, rowLayout, sqlType } from '../../../src/core/index.ts';
import type { Datum, RowBatch, TextSettings } from '../../../src/core/index.ts';
import type {
  Database, Fetched, Portal, Prepared, ResultColumn, Session, SessionOptions, TransactionStatus, WebhookAnswer, WebhookRequest,
} from '../../../src/database/index.ts';

/** Fills one row of a batch. */
export type RowMaker = (builder: RowBatchBuilder, row: number) => void;
export interface Canned {
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  readonly row: RowMaker;
}

export const column = (name: string, oid: number, typmod = -1): ResultColumn => ({ name, type: sqlType(oid, typmod), tableOid: 0, attribute: 0 });
const encoder = new TextEncoder();

/**
 * A database of canned statements that keeps the contract of a session: transactions, names of statements and portals,
 * cancellation. Statements (case matters not, `N` is a number):
 *
 *     begin | commit | rollback            transaction blocks
 *     set NAME to VALUE                    a reported parameter
 *     rows N                               N rows (i int4, t text)
 *     echo TYPE                            one row: its parameter $1, of that type
 *     insert N                             adds N to `committed` when the transaction commits
 *     fail [POSITION]                      22012
 *     commit fails                         40001 when the implicit transaction commits
 *     wait                                 answers when cancelled
 *     endless                              rows without end
 *     notice TEXT                          a notice
 *     copy in [csv|binary] | copy out N    COPY
 *     declare NAME N                       a cursor of N rows
 */
export class FakeDatabase implements Database {
  ready = true;
  readonly canned = new Map<string, Canned>();
  readonly committed: number[] = [];
  readonly sessions: FakeSession[] = [];
  /** bytes of COPY that arrived whole */
  readonly copied: string[] = [];
  readonly webhooks: WebhookRequest[] = [];
  webhookAnswer: (request: WebhookRequest) => Promise<WebhookAnswer> = async () => ({ status: 200, message: 'accepted' });
  text: TextSettings = defaultTextSettings;
  /** batches fetched by all portals */
  fetches = 0;
  #pids = 0;

  async connect(options: SessionOptions): Promise<Session> {
    if (options.settings.has('bad')) throw new SqlError('42704', 'unrecognized configuration parameter "bad"');
    const session = new FakeSession(this, options, ++this.#pids);
    this.sessions.push(session);
    return session;
  }
  async webhook(request: WebhookRequest): Promise<WebhookAnswer> {
    this.webhooks.push(request);
    return this.webhookAnswer(request);
  }
  async close(): Promise<void> {
    this.ready = false;
  }
}

const REPORTED: Record<string, string> = {
  application_name: '', client_encoding: 'UTF8', DateStyle: 'ISO, MDY', default_transaction_read_only: 'off', in_hot_standby: 'off', integer_datetimes: 'on',
  IntervalStyle: 'postgres', is_superuser: 'on', server_encoding: 'UTF8', server_version: '15.0 (Millrace)', session_authorization: 'materialize',
  standard_conforming_strings: 'on', TimeZone: 'UTC',
};

interface FakePrepared extends Prepared {
  readonly run: (parameters: readonly Datum[]) => Portal;
}

export class FakeSession implements Session {
  readonly pid: number;
  readonly options: SessionOptions;
  readonly parameters: Map<string, string>;
  readonly statements = new Map<string, Prepared>();
  readonly portals = new Map<string, Portal>();
  readonly database: FakeDatabase;
  transaction: TransactionStatus = 'idle';
  closed = false;
  openPortals = 0;
  /** 'begin' and 'sync' calls, in order */
  readonly calls: string[] = [];
  #pending: number[] = [];
  #commitFails = false;

  constructor(database: FakeDatabase, options: SessionOptions, pid: number) {
    this.database = database;
    this.options = options;
    this.pid = pid;
    this.parameters = new Map(Object.entries({ ...REPORTED, ...Object.fromEntries(options.settings) }));
  }
  get text(): TextSettings {
    return this.database.text;
  }

  printObject(type: number, oid: number): string {
    return `object ${oid} of ${type}`;
  }

  split(sql: string): readonly { readonly sql: string; readonly offset: number }[] {
    let offset = 0;
    return sql.split(';').flatMap((part) => {
      const at = offset + (part.length - part.trimStart().length);
      offset += part.length + 1;
      if (part.trim().startsWith('selct')) throw new SqlError('42601', 'syntax error at or near "selct"', { position: at + 1 });
      return part.trim() === '' ? [] : [{ sql: part.trim(), offset: at }];
    });
  }

  beginImplicit(): void {
    this.calls.push('begin');
  }
  async sync(failed: boolean): Promise<void> {
    this.calls.push(failed ? 'sync failed' : 'sync');
    if (this.transaction !== 'idle') {
      if (failed) this.transaction = 'failed';
      return;
    }
    const pending = this.#pending;
    this.#pending = [];
    if (failed) return;
    if (this.#commitFails) {
      this.#commitFails = false;
      throw new SqlError('40001', 'could not serialize access');
    }
    this.database.committed.push(...pending);
  }
  async close(): Promise<void> {
    this.closed = true;
    for (const portal of this.portals.values()) await portal.close();
  }

  async open(statement: Prepared, parameters: readonly Datum[]): Promise<Portal> {
    this.openPortals++;
    return (statement as FakePrepared).run(parameters);
  }

  async prepare(sql: string, parameterTypes: readonly number[]): Promise<Prepared> {
    const text = sql.replace(/\/\*.*?\*\/|--.*$/gs, '').trim().replace(/;$/, '').trim();
    const endsTransaction = /^(commit|rollback)$/i.test(text);
    if (this.transaction === 'failed' && !endsTransaction && text !== '') {
      throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    }
    const base = { sql, parameterTypes: [] as readonly number[], columns: null, empty: text === '', endsTransaction };
    const canned = this.database.canned.get(text);
    if (canned) return this.#rows(base, canned);
    const [word, ...rest] = text.split(/\s+/);
    const count = Number(rest.at(-1));
    switch (word!.toLowerCase()) {
      case '':
        return this.#command(base, '', () => undefined);
      case 'begin':
        return this.#command(base, 'BEGIN', () => (this.transaction = 'active'));
      case 'commit':
        if (rest[0] === 'fails') return this.#command({ ...base, endsTransaction: false }, 'COMMIT FAILS', () => (this.#commitFails = true));
        return this.#command(base, this.transaction === 'failed' ? 'ROLLBACK' : 'COMMIT', () => this.#endBlock(this.transaction === 'active'));
      case 'rollback':
        return this.#command(base, 'ROLLBACK', () => this.#endBlock(false));
      case 'set':
        return this.#command(base, 'SET', () => this.options.onParameter(rest[0]!, rest[2]!));
      case 'insert':
        return this.#command(base, 'INSERT 0 1', () => this.#pending.push(count));
      case 'fail':
        return this.#command(base, '', () => {
          throw new SqlError('22012', 'division by zero', rest.length > 0 ? { position: count } : {});
        });
      case 'notice':
        return this.#command(base, 'NOTICE', () => this.options.onNotice({ severity: 'NOTICE', code: '00000', message: rest.join(' ') }));
      case 'declare':
        return this.#command(base, 'DECLARE CURSOR', () => {
          this.openPortals++;
          this.portals.set(rest[0]!, new RowsPortal(this, numbers(count)));
        });
      case 'rows':
        return this.#rows(base, numbers(count));
      case 'endless':
        return this.#rows(base, numbers(Infinity));
      case 'wait':
        return { ...base, columns: numbers(0).columns, run: () => new WaitPortal(this) } as FakePrepared;
      case 'echo': {
        const oid = parameterTypes[0] || (Oid as Record<string, number>)[rest[0]!]!;
        return { ...base, parameterTypes: [oid], columns: [column('echo', oid)], run: ([value]) => new RowsPortal(this, echo(oid, value!)) } as FakePrepared;
      }
      case 'copy':
        return { ...base, run: () => new CopyPortal(this, rest[0] as 'in' | 'out', rest[0] === 'in' ? rest[1] : undefined, count) } as FakePrepared;
      default:
        throw new SqlError('42601', `syntax error at or near "${word}"`, { position: sql.indexOf(word!) + 1 });
    }
  }

  #endBlock(commits: boolean): void {
    if (commits) this.database.committed.push(...this.#pending);
    this.#pending = [];
    this.transaction = 'idle';
    for (const portal of this.portals.values()) void portal.close();
    this.portals.clear();
  }
  #command(base: Prepared, tag: string, run: () => unknown): FakePrepared {
    return { ...base, run: () => new CommandPortal(this, tag, run) };
  }
  #rows(base: Prepared, canned: Canned): FakePrepared {
    return { ...base, columns: canned.columns, run: () => new RowsPortal(this, canned) };
  }
}

const numbers = (rowCount: number): Canned => ({
  columns: [column('i', Oid.int4), column('t', Oid.text)],
  rowCount,
  row: (builder, row) => {
    builder.setWord(0, row + 1);
    builder.setBytes(1, encoder.encode(`row ${row + 1}`));
  },
});

const echo = (oid: number, value: Datum): Canned => ({
  columns: [column('echo', oid)],
  rowCount: 1,
  row: (builder) => {
    if (typeof value === 'string') builder.setBytes(0, encoder.encode(value));
    else if (typeof value === 'boolean') builder.setWord(0, Number(value));
    else if (typeof value === 'number' && (oid === Oid.int4 || oid === Oid.int2)) builder.setWord(0, value);
    else if (typeof value === 'number' && oid === Oid.float8) builder.setDouble(0, value);
    else if (typeof value === 'number' || typeof value === 'bigint') builder.setLong(0, value);
  },
});

abstract class FakePortal implements Portal {
  readonly session: FakeSession;
  readonly columns: readonly ResultColumn[] | null;
  #closed = false;

  constructor(session: FakeSession, columns: readonly ResultColumn[] | null) {
    this.session = session;
    this.columns = columns;
  }
  abstract fetch(maxRows: number, signal: AbortSignal): Promise<Fetched>;
  async close(): Promise<void> {
    if (!this.#closed) this.session.openPortals--;
    this.#closed = true;
  }
}

class CommandPortal extends FakePortal {
  readonly #tag: string;
  readonly #run: () => unknown;
  constructor(session: FakeSession, tag: string, run: () => unknown) {
    super(session, null);
    this.#tag = tag;
    this.#run = run;
  }
  override async fetch(): Promise<Fetched> {
    this.#run();
    return { rows: null, done: true, tag: this.#tag };
  }
}

class WaitPortal extends FakePortal {
  constructor(session: FakeSession) {
    super(session, numbers(0).columns);
  }
  override fetch(_maxRows: number, signal: AbortSignal): Promise<Fetched> {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  }
}

const ROWS_A_PACKET = 500;

class RowsPortal extends FakePortal {
  readonly #canned: Canned;
  #next = 0;
  constructor(session: FakeSession, canned: Canned) {
    super(session, canned.columns);
    this.#canned = canned;
  }
  override async fetch(maxRows: number, signal: AbortSignal): Promise<Fetched> {
    // A round of the event loop, as an answer from another thread takes.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    this.session.database.fetches++;
    const end = Math.min(this.#canned.rowCount, this.#next + Math.min(maxRows || ROWS_A_PACKET, ROWS_A_PACKET));
    const builder = new RowBatchBuilder(rowLayout(this.#canned.columns.map(({ type }) => type)));
    for (; this.#next < end; this.#next++) {
      builder.begin(1);
      this.#canned.row(builder, this.#next);
      builder.end();
    }
    const rows: RowBatch = builder.finish();
    return this.#next === this.#canned.rowCount ? { rows, done: true, tag: `SELECT ${this.#next}` } : { rows, done: false };
  }
}

class CopyPortal extends FakePortal {
  readonly copy: NonNullable<Portal['copy']>;
  readonly #chunks: Uint8Array[] = [];
  #left: number;
  readonly #count: number;
  constructor(session: FakeSession, direction: 'in' | 'out', format: string | undefined, count: number) {
    super(session, null);
    this.copy = { direction, format: format === 'csv' || format === 'binary' ? format : 'text', columnCount: 2 };
    this.#left = count;
    this.#count = count;
  }
  override fetch(): Promise<Fetched> {
    throw new Error('a COPY is not fetched');
  }
  get copyOutTag(): string {
    return `COPY ${this.#count}`;
  }
  async copyData(chunk: Uint8Array): Promise<void> {
    if (Buffer.from(chunk).includes('bad')) throw new SqlError('22P02', 'invalid input syntax for type integer: "bad"');
    this.#chunks.push(Uint8Array.from(chunk));
  }
  async copyDone(): Promise<string> {
    const text = Buffer.concat(this.#chunks).toString();
    this.session.database.copied.push(text);
    return `COPY ${text.split('\n').length - 1}`;
  }
  copyFail(message: string): void {
    this.session.database.copied.push(`failed: ${message}`);
  }
  async copyOut(signal: AbortSignal): Promise<Uint8Array | null> {
    signal.throwIfAborted();
    if (this.#left === 0) return null;
    this.#left--;
    return encoder.encode(`${this.#count - this.#left}\tx\n`);
  }
}
