import type { SqlType } from '../../core/index.ts';

/** Microseconds since 2000-01-01 UTC, as a timestamptz datum. */
export type Instant = number | bigint;

/** A run-time parameter, as pg_settings shows it. */
export interface SettingState {
  readonly name: string;
  readonly setting: string;
  readonly unit?: string;
  readonly category: string;
  readonly description: string;
  readonly context: 'internal' | 'postmaster' | 'sighup' | 'superuser' | 'user';
  readonly type: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  readonly source: 'default' | 'client' | 'session' | 'command line' | 'override';
  readonly minimum?: string;
  readonly maximum?: string;
  readonly choices?: readonly string[];
  readonly bootValue: string;
  readonly resetValue: string;
}

export interface SessionState {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  /** host and port of the client; absent in-process */
  readonly client?: { readonly address: string; readonly port: number };
  readonly connectedAt: Instant;
  readonly transactionStart?: Instant;
  readonly queryStart?: Instant;
  readonly stateChange?: Instant;
  readonly state: 'active' | 'idle' | 'idle in transaction' | 'idle in transaction (aborted)';
  readonly query: string;
}

export interface RoleState {
  readonly oid: number;
  readonly name: string;
}

export interface CursorState {
  readonly name: string;
  readonly statement: string;
  readonly hold: boolean;
  readonly binary: boolean;
  readonly scroll: boolean;
  readonly createdAt: Instant;
}

export interface PreparedStatementState {
  readonly name: string;
  readonly statement: string;
  readonly preparedAt: Instant;
  readonly parameterTypes: readonly SqlType[];
  /** by PREPARE, not by the protocol */
  readonly fromSql: boolean;
}

export type SourceStatus = 'created' | 'starting' | 'running' | 'stalled' | 'failed';

export interface SourceState {
  /** oid of the source */
  readonly source: number;
  readonly status: SourceStatus;
  readonly changedAt: Instant;
  readonly error?: string;
  readonly details?: string;
  readonly messagesReceived: number;
  readonly bytesReceived: number;
  readonly rowsInserted: number;
  readonly rowsDeleted: number;
  readonly messagesFailed: number;
  readonly snapshotDone: boolean;
  /** rows of the first reading that were read since the server started, and how many there are as far as upstream tells */
  readonly snapshotRows: number;
  readonly snapshotKnown?: number;
}

/** One error among the rows of a materialized view. */
export interface ViewErrorState {
  /** oid of the view */
  readonly view: number;
  readonly code: string;
  readonly message: string;
  /** oid of the relation the input row came from, where known */
  readonly source?: number;
  readonly key?: string;
  readonly row?: string;
  readonly count: number;
}

export interface HydrationState {
  /** oid of the view or index */
  readonly object: number;
  readonly hydrated: boolean;
  readonly rowsDone: number;
  readonly rowsKnown: number;
}

export interface FrontierState {
  readonly object: number;
  /** the last closed time, in logical milliseconds */
  readonly time: number;
}

/** What the system's relations show beside the catalog, as of the moment of the query. `database` hands it in. */
export interface SystemState {
  readonly settings: readonly SettingState[];
  readonly roles: readonly RoleState[];
  /** the asking session's own pid, for what belongs to a session */
  readonly pid: number;
  readonly sessions: readonly SessionState[];
  readonly cursors: readonly CursorState[];
  readonly preparedStatements: readonly PreparedStatementState[];
  readonly sources: readonly SourceState[];
  readonly viewErrors: readonly ViewErrorState[];
  readonly hydration: readonly HydrationState[];
  readonly frontiers: readonly FrontierState[];
}
