import { createServer, isIP } from 'node:net';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { SqlError } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import type { Database } from '../database/index.ts';
import { Listener } from './listener.ts';
import type { ServerLog } from './log.ts';
import type { Authentication } from './pgwire/authentication.ts';
import { CancelKeys } from './pgwire/cancel-keys.ts';

export interface ServerOptions {
  readonly database: Database;
  /** An address or a name; `localhost` means 127.0.0.1 and, where the machine has it, ::1. */
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  readonly auth: Authentication;
  /** Serve beyond loopback without passwords. */
  readonly insecure?: boolean;
  /** PEM; without it clients are told that TLS is not offered */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /** clients at one time; default 1000 */
  readonly maxConnections?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ServerLog;
}

export interface Server {
  readonly address: { readonly host: string; readonly port: number };
  /** Refuses new clients, ends sessions (57P01); resolves when all sockets are closed. The database stays open. */
  close(): Promise<void>;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Starts serving. Rejects with one sentence a person can act on: F0000 for a refused configuration, 55006 for a port in use, 58000 otherwise. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, auth, random } = options;
  if (auth.method === 'trust' && !isLoopback(host) && options.insecure !== true) {
    throw new SqlError('F0000', `refusing to listen on ${host} without a password`, {
      hint: 'Set a password, listen on localhost, or pass --insecure to let everybody in.',
    });
  }
  const listener = new Listener({
    ...options,
    authentication: auth,
    cancelKeys: new CancelKeys(random),
    serverSecret: random.bytes(32),
    secure: options.tls && secureContext(options.tls),
    maxConnections: options.maxConnections ?? 1000,
  });
  const servers = await listenAll(listener, host, port);
  const bound = portOf(servers[0]!);
  options.log.info({ host, port: bound }, `listening on ${host}:${bound}`);
  let closed: Promise<void> | undefined;
  return {
    address: { host, port: bound },
    close: () => (closed ??= closeAll(servers, listener)),
  };
}

function secureContext(tls: NonNullable<ServerOptions['tls']>): SecureContext {
  try {
    return createSecureContext({ key: Buffer.from(tls.key), cert: Buffer.from(tls.cert), minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw new SqlError('F0000', `could not use the TLS certificate: ${messageOf(cause)}`, { cause });
  }
}

async function listenAll(listener: Listener, host: string, port: number): Promise<NetServer[]> {
  if (host !== 'localhost') return [await listen(listener, host, port)];
  const first = await listen(listener, '127.0.0.1', port);
  try {
    return [first, await listen(listener, '::1', portOf(first))];
  } catch (error) {
    // A machine without IPv6 is served over IPv4 alone; so is a free port whose IPv6 twin happens to be taken.
    if (error instanceof SqlError && (error.code !== '55006' || port === 0)) return [first];
    await new Promise((resolve) => first.close(resolve));
    throw error;
  }
}

function listen(listener: Listener, host: string, port: number): Promise<NetServer> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => listener.accept(socket));
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): SqlError {
  const where = `could not listen on ${host}:${port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new SqlError('55006', `${where}: the port is in use`, { hint: 'Stop what listens there, or choose another port.', cause });
    case 'EACCES':
      return new SqlError('58000', `${where}: permission denied`, { hint: 'Ports below 1024 need privileges; choose another port.', cause });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SqlError('58000', `${where}: this machine has no such address`, { cause });
    default:
      return new SqlError('58000', `${where}: ${cause.message}`, { cause });
  }
}

/** The port of a server that listens on a TCP address. */
const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

async function closeAll(servers: readonly NetServer[], listener: Listener): Promise<void> {
  const stopped = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  await listener.close();
  await Promise.all(stopped);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
