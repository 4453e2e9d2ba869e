import pg from 'pg';
import type { ClientConfig } from 'pg';
import { InvariantError, SqlError, TransientError } from '../../core/index.ts';

/** How to reach the upstream Postgres; secrets are resolved. */
export interface PostgresUpstream {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** PEM */
  readonly sslRootCert?: string;
}

/** An error as the server reports it (`DatabaseError` of pg), or as the socket does (`code` is then a system error name). */
interface UpstreamError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Values come as text; these settings make the text independent of the upstream's configuration. */
const SESSION_OPTIONS =
  '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c extra_float_digits=1 -c bytea_output=hex -c statement_timeout=0 -c idle_in_transaction_session_timeout=0';

export function clientConfig(upstream: PostgresUpstream, ssl: boolean): ClientConfig {
  return {
    host: upstream.host,
    port: upstream.port,
    user: upstream.user,
    // Asked only when the server demands one. Without it pg would look in PGPASSWORD and ~/.pgpass of the machine it happens to run on.
    password: upstream.password ?? noPassword,
    database: upstream.database,
    ssl: ssl ? sslOptions(upstream) : false,
    application_name: 'millrace',
    options: SESSION_OPTIONS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    client_encoding: 'UTF8',
  };
}

function noPassword(): string {
  throw new SqlError('28P01', 'the server asks for a password and the connection has none');
}

function sslOptions(upstream: PostgresUpstream): NonNullable<Exclude<ClientConfig['ssl'], boolean>> {
  const ca = upstream.sslRootCert === undefined ? {} : { ca: upstream.sslRootCert };
  switch (upstream.sslMode) {
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    default:
      return { ...ca, rejectUnauthorized: upstream.sslRootCert !== undefined, checkServerIdentity: () => undefined };
  }
}

/**
 * Connects, encrypted as `sslMode` says (`prefer`: encrypted where the server can).
 * Rejects with SqlError that names host, user and database; with the signal's reason when it aborts.
 */
export async function connect(upstream: PostgresUpstream, signal?: AbortSignal, extra: ClientConfig & { replication?: 'database' } = {}): Promise<pg.Client> {
  signal?.throwIfAborted();
  const wantsSsl = upstream.sslMode !== 'disable';
  try {
    return await open({ ...clientConfig(upstream, wantsSsl), ...extra }, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (upstream.sslMode === 'prefer' && isSslRefused(error)) {
      try {
        return await open({ ...clientConfig(upstream, false), ...extra }, signal);
      } catch (second) {
        if (signal?.aborted) throw signal.reason;
        throw connectError(second, upstream);
      }
    }
    throw connectError(error, upstream);
  }
}

async function open(config: ClientConfig, signal: AbortSignal | undefined): Promise<pg.Client> {
  const client = new pg.Client(config);
  // Losing the connection is also reported by the query under way; without a listener it would end the process.
  client.on('error', () => {});
  let abort = (): void => {};
  // `connect` of a client that was ended meanwhile never settles, so the signal ends the wait itself.
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal?.reason)));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([client.connect(), aborted]);
    signal?.throwIfAborted();
    return client;
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** pg has no code for a server that answers 'N' to SSLRequest; this is the one place where it can only be told by what it says. */
const isSslRefused = (error: unknown): boolean =>
  error instanceof Error && error.message === 'The server does not support SSL connections';

/** What went wrong with connecting, for the person who wrote the connection's options. */
function connectError(error: unknown, upstream: PostgresUpstream): SqlError {
  const cause = error as UpstreamError;
  const code = error instanceof SqlError ? error.code : cause.code;
  const where = `"${upstream.host}:${upstream.port}"`;
  const who = `user "${upstream.user}", database "${upstream.database}"`;
  const fail = (code: string, reason: string, hint: string): SqlError =>
    new SqlError(code, `could not connect to Postgres at ${where} (${who}): ${reason}`, { hint, cause: error });
  switch (code) {
    case 'ECONNREFUSED':
      return fail('08001', 'connection refused', 'Check that Postgres runs there and accepts TCP/IP connections (listen_addresses).');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail('08001', `host name "${upstream.host}" is not known`, 'Check the host of the connection.');
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return fail('08001', 'the host does not answer', 'Check the host, the port and any firewall between.');
    case '28P01':
      return fail('28P01', cause.message, 'Check the user and the password of the connection.');
    case '28000':
      return fail('28000', cause.message, 'Check the user of the connection and pg_hba.conf of the upstream server.');
    case '3D000':
      return fail('3D000', cause.message, 'Check the database of the connection.');
    default:
      return fail(isSqlState(code) ? code! : '08001', cause.message, 'Check the options of the connection.');
  }
}

const isSqlState = (code: string | undefined): boolean => code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code);

/** Whether the server itself said what is wrong, so that the same request again would fail the same way. */
export const sqlStateOf = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as UpstreamError).code : undefined;
  return isSqlState(code) ? code : undefined;
};

/** Connection, resource and shutdown classes, a slot another process still holds, and a snapshot that vanished with its session. */
const TRANSIENT = /^(08|53|57P|58|40|XX)|^55006$|^55P03$|^57014$/;

/**
 * A failure in the middle of reading, as the contract of `Source` wants it: transient unless the server says that this request can never work.
 * Mistakes of ours stay what they are: retrying would hide them.
 */
export function readError(error: unknown, upstream: PostgresUpstream): Error {
  if (error instanceof TransientError || error instanceof InvariantError || error instanceof TypeError || error instanceof RangeError) return error;
  if (error instanceof SqlError) return TRANSIENT.test(error.code) || error.code.startsWith('28') || error.code === '3D000' ? new TransientError(error.message, { cause: error }) : error;
  const cause = error as UpstreamError;
  const state = sqlStateOf(error);
  const message = `Postgres at "${upstream.host}:${upstream.port}", database "${upstream.database}": ${cause.message}`;
  if (state === undefined || TRANSIENT.test(state)) return new TransientError(message, { cause: error });
  return new SqlError(state, message, { detail: cause.detail, hint: cause.hint, cause: error });
}

/** Text-valued rows of one statement. */
export async function query(client: pg.Client, text: string, values: readonly unknown[] = []): Promise<readonly (readonly (string | null)[])[]> {
  const types = { getTypeParser: () => (value: string) => value };
  const config = values.length === 0 ? { text, rowMode: 'array' as const, types } : { text, values: [...values], rowMode: 'array' as const, types };
  const result = await client.query(config);
  return result.rows as (string | null)[][];
}

export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The connection beneath a client: COPY's rows are events of it, and its socket can be paused. */
export const socketOf = (client: pg.Client): pg.Connection => client.connection;

/** Whether `sslMode` ended in encryption: a further connection to the same server need not find out again. */
export const usesTls = (client: pg.Client): boolean => 'encrypted' in client.connection.stream;
