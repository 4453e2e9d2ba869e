import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { SqlError } from '../core/index.ts';
import { httpApp } from './http/app.ts';
import { AUTHENTICATION_TIMEOUT_MS, Connection } from './pgwire/connection.ts';
import type { ConnectionContext } from './pgwire/connection.ts';
import { FatalError, asSqlError, isInternal } from './pgwire/errors.ts';
import { writeError } from './pgwire/messages.ts';
import { openConversation } from './pgwire/negotiate.ts';
import type { Opening } from './pgwire/negotiate.ts';
import { Output } from './pgwire/output.ts';

/** Probes an idle client after this long, so that one that vanished without a word is noticed. */
const KEEP_ALIVE_DELAY_MS = 60_000;
/** After the last word a client gets this long to close its side. */
const LINGER_MS = 1_000;
/** What has not ended by then when the server closes is cut off. */
const SHUTDOWN_GRACE_MS = 5_000;
const HTTP_IDLE_MS = 60_000;

export interface ListenerOptions extends ConnectionContext {
  readonly secure: SecureContext | undefined;
  readonly maxConnections: number;
}

/**
 * All sockets of a server, whatever they speak: each is owned here from `accept` until it is closed.
 * State: one entry a socket.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #http: HttpServer;
  /** every open socket, with how to end what it carries */
  readonly #sockets = new Map<Socket, () => void>();
  readonly #httpRequests = new WeakMap<Socket, { underWay: number }>();
  #conversations = 0;
  #closed = false;
  #allGone: (() => void) | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#http = createHttpServer(httpApp(options.database, options.log, () => this.#conversations));
    this.#http.timeout = HTTP_IDLE_MS;
    this.#http.prependListener('request', (request, response) => this.#countRequest(request.socket, response));
  }

  accept(plain: Socket): void {
    if (this.#closed) return void plain.destroy();
    this.#sockets.set(plain, () => plain.destroy());
    plain.on('error', ignore);
    plain.once('close', () => {
      this.#sockets.delete(plain);
      if (this.#sockets.size === 0) this.#allGone?.();
    });
    plain.setNoDelay(true);
    plain.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    void this.#converse(plain);
  }

  /** Ends every conversation; resolves when all sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#sockets.values()) end();
    if (this.#sockets.size === 0) return;
    const cancel = this.#options.clock.after(SHUTDOWN_GRACE_MS, () => {
      for (const socket of this.#sockets.keys()) socket.destroy();
    });
    await new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    cancel();
  }

  async #converse(plain: Socket): Promise<void> {
    const opening = new AbortController();
    const cancelTimeout = this.#options.clock.after(AUTHENTICATION_TIMEOUT_MS, () => opening.abort(new Error('no start-up packet came')));
    let connection: Connection | undefined;
    plain.once('close', () => connection?.inputEnded(true));
    let opened: Opening;
    try {
      opened = await openConversation(plain, this.#options.secure, () => connection?.inputEnded(plain.destroyed), opening.signal);
    } catch (error) {
      return this.#refuse(plain, error);
    } finally {
      cancelTimeout();
    }
    switch (opened.kind) {
      case 'http':
        return this.#serveHttp(plain, opened.socket, opened.ahead);
      case 'cancel':
        this.#options.cancelKeys.request(opened.pid, opened.secret);
        return this.#linger(plain, opened.socket);
      case 'startup':
        if (this.#conversations >= this.#options.maxConnections) {
          return this.#refuse(opened.socket, new FatalError(new SqlError('53300', 'sorry, too many clients already')), plain);
        }
        connection = new Connection(opened.socket, opened.input, this.#options);
        return this.#serveConnection(plain, opened.socket, connection, opened.packet);
    }
  }

  async #serveConnection(plain: Socket, socket: Socket, connection: Connection, packet: (Opening & { kind: 'startup' })['packet']): Promise<void> {
    this.#sockets.set(plain, () => connection.terminate());
    if (this.#closed) connection.terminate();
    this.#conversations++;
    try {
      await connection.run(packet);
    } finally {
      this.#conversations--;
    }
    this.#linger(plain, socket);
  }

  /** Tells a client why its start-up failed; one that speaks no Postgres gets bytes it will not understand, and the end. */
  #refuse(socket: Socket, error: unknown, plain = socket): void {
    if (error instanceof FatalError) {
      const output = new Output(socket);
      writeError(output, 'FATAL', asSqlError(error));
      output.flush();
    } else if (isInternal(error)) {
      this.#options.log.info({ err: error, client: plain.remoteAddress }, 'a connection ended before it began');
    }
    this.#linger(plain, socket);
  }

  /** Closes our side and waits a little for the client's: a socket destroyed with bytes unread takes our last words with it. */
  #linger(plain: Socket, socket: Socket): void {
    if (plain.destroyed) return;
    const cancel = this.#options.clock.after(LINGER_MS, () => plain.destroy());
    plain.once('close', cancel);
    socket.removeAllListeners('data');
    socket.once('end', () => plain.destroy());
    socket.end();
    socket.resume();
    if (socket.readableEnded) socket.destroySoon();
  }

  /** Hands the socket to Node's HTTP server as if it had accepted it. */
  #serveHttp(plain: Socket, socket: Socket, ahead: Buffer): void {
    const requests = { underWay: 0 };
    this.#httpRequests.set(socket, requests);
    this.#sockets.set(plain, () => {
      if (requests.underWay === 0) socket.destroySoon();
    });
    socket.unshift(ahead);
    this.#http.emit('connection', socket);
    socket.resume();
  }

  /** Counts the requests under way on each socket, so that a server that closes lets them end. */
  #countRequest(socket: Socket, response: ServerResponse): void {
    const requests = this.#httpRequests.get(socket);
    if (!requests) return;
    requests.underWay++;
    response.once('close', () => {
      requests.underWay--;
      if (this.#closed && requests.underWay === 0) socket.destroySoon();
    });
  }
}

const ignore = (): void => {
  // A socket's error is followed by its 'close', which is what everybody listens to.
};
