import type { Datum, Notice, RowBatch, SqlType, TextSettings } from '../core/index.ts';

/** A column of an answer, as RowDescription needs it. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  /** oid of the table and attribute number it comes from; 0 when computed */
  readonly tableOid: number;
  readonly attribute: number;
}

/** One statement, parsed and planned; no parameter bound yet. */
export interface Prepared {
  readonly sql: string;
  /** OIDs, inferred where the client gave 0 */
  readonly parameterTypes: readonly number[];
  /** null where the statement returns no rows (NoData) */
  readonly columns: readonly ResultColumn[] | null;
  /** an empty query string: EmptyQueryResponse */
  readonly empty: boolean;
  /** legal in a failed transaction block: ROLLBACK, COMMIT, ROLLBACK TO */
  readonly endsTransaction: boolean;
}

export interface Fetched {
  /** the rows, or null where the statement returns none */
  readonly rows: RowBatch | null;
  /** no more rows will come */
  readonly done: boolean;
  /** the command tag of this fetch when `done` ('SELECT 5' counts what this portal returned since it was opened or last suspended), undefined otherwise */
  readonly tag?: string;
}

/**
 * One running statement. The statement is executed by the first `fetch`.
 * A SUBSCRIBE's portal never is done until cancelled; its fetch waits for rows.
 */
export interface Portal {
  readonly columns: readonly ResultColumn[] | null;
  /** how the client speaks with it: rows; or the COPY sub-protocol in either direction */
  readonly copy?: { readonly direction: 'in' | 'out'; readonly format: 'text' | 'csv' | 'binary'; readonly columnCount: number };
  /** At most `maxRows` rows (0: as many as make a good packet; call again until `done`). Rejects with SqlError; with 57014 when `signal` aborts. */
  fetch(maxRows: number, signal: AbortSignal): Promise<Fetched>;
  /** COPY ... FROM STDIN: bytes of CopyData, as they come; resolves when more may be sent */
  copyData?(chunk: Uint8Array): Promise<void>;
  /** CopyDone; resolves to the command tag. CopyFail is `copyFail`. */
  copyDone?(): Promise<string>;
  copyFail?(message: string): void;
  /** COPY ... TO STDOUT: the next chunk of CopyData, null at the end */
  copyOut?(signal: AbortSignal): Promise<Uint8Array | null>;
  /** the command tag, once `copyOut` gave null */
  readonly copyOutTag?: string;
  close(): Promise<void>;
}

export type TransactionStatus = 'idle' | 'active' | 'failed';

export interface SessionOptions {
  readonly user: string;
  readonly database: string;
  /** start-up parameters that are settings: application_name, TimeZone, options' -c, ... */
  readonly settings: ReadonlyMap<string, string>;
  readonly onNotice: (notice: Notice) => void;
  /** a reported parameter (ParameterStatus) changed */
  readonly onParameter: (name: string, value: string) => void;
  /** remote address for pg_stat_activity */
  readonly client?: string;
}

/**
 * One client's conversation with the database. Calls are made one after the other, except that a signal may abort one under way.
 * Every rejection is a SqlError whose position counts characters of the sql given.
 */
export interface Session {
  /** for BackendKeyData and pg_backend_pid() */
  readonly pid: number;
  readonly transaction: TransactionStatus;
  /** how values are written for this session */
  readonly text: TextSettings;
  /** how a reg* value is written: the name of the object behind it, as this session sees it (regclass, regtype, ... as `type`); without it they are written as numbers */
  printObject?(type: number, oid: number): string;
  /** reported parameters and their values, to be sent after authentication */
  readonly parameters: ReadonlyMap<string, string>;
  /** prepared statements by name ('' is the unnamed one): PREPARE and Parse share them */
  readonly statements: Map<string, Prepared>;
  /** portals by name: DECLARE CURSOR and Bind share them */
  readonly portals: Map<string, Portal>;

  /** Splits a query string into statements; `offset` is where each begins, in characters. Throws 42601 with position for the first that does not parse. */
  split(sql: string): readonly { readonly sql: string; readonly offset: number }[];
  prepare(sql: string, parameterTypes: readonly number[]): Promise<Prepared>;
  /** `parameters` are datums of `statement.parameterTypes` */
  open(statement: Prepared, parameters: readonly Datum[]): Promise<Portal>;
  /**
   * The end of an implicit transaction (Sync, or the end of a simple query): commits what ran outside BEGIN ... COMMIT; after an error (`failed`) rolls it back.
   * In a transaction block it does nothing but mark the block failed after an error.
   */
  sync(failed: boolean): Promise<void>;
  /** Starts an implicit transaction: statements of one simple query message, or up to Sync, succeed or fail together. */
  beginImplicit(): void;
  close(): Promise<void>;
}

/** Where a POSTed webhook body goes; see server/http. */
export interface WebhookRequest {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly body: Uint8Array;
  readonly headers: readonly (readonly [string, string])[];
}
export interface WebhookAnswer {
  readonly status: 200 | 400 | 401 | 404 | 413 | 429 | 500 | 503;
  readonly message: string;
}

/** The whole product without a socket. */
export interface Database {
  connect(options: SessionOptions): Promise<Session>;
  /** resolves once the rows are durable */
  webhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /** recovery is finished and queries are answered */
  readonly ready: boolean;
  close(): Promise<void>;
}
