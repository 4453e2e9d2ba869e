import type { Socket } from 'node:net';
import { SqlError, notSupported } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { Database, Session } from '../../database/index.ts';
import type { ServerLog } from '../log.ts';
import { authenticate } from './authentication.ts';
import type { Authentication } from './authentication.ts';
import type { CancelKeys } from './cancel-keys.ts';
import { Conversation } from './conversation.ts';
import { ConnectionLost, FatalError, asSqlError, isInternal, protocolViolation, terminatedByAdministrator } from './errors.ts';
import * as extended from './extended-query.ts';
import type { Input, Message } from './input.ts';
import { Backend, BodyReader, Frontend, writeError, writeNotice, writeParameterStatus } from './messages.ts';
import { Output } from './output.ts';
import { runSimpleQuery } from './simple-query.ts';
import { PROTOCOL_VERSION } from './startup.ts';
import type { StartupPacket } from './startup.ts';

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly database: Database;
  readonly authentication: Authentication;
  readonly cancelKeys: CancelKeys;
  /** random bytes of this server's run; see `decoyVerifier` */
  readonly serverSecret: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ServerLog;
}

/** The one database there is. */
const DATABASE_NAME = 'materialize';

/** Who has not authenticated by then is disconnected, as by Postgres' authentication_timeout. */
export const AUTHENTICATION_TIMEOUT_MS = 60_000;

/** A client that closed its side gets this long for the answer of what it asked before; then what runs for it is stopped. */
const HALF_CLOSED_GRACE_MS = 2_000;

/** A connection from its start-up packet to its end. `run` never rejects; afterwards the socket is closed and the session too. */
export class Connection {
  readonly #socket: Socket;
  readonly #input: Input;
  readonly #output: Output;
  readonly #context: ConnectionContext;
  readonly #stop = new AbortController();
  #conversation: Conversation | undefined;
  #cancelGrace: (() => void) | undefined;
  #skippingToSync = false;

  constructor(socket: Socket, input: Input, context: ConnectionContext) {
    this.#socket = socket;
    this.#input = input;
    this.#output = new Output(socket);
    this.#context = context;
  }

  /** The client has closed its side (`gone`: the whole socket is closed). */
  inputEnded(gone: boolean): void {
    if (gone) return this.#conversation?.lost();
    this.#cancelGrace ??= this.#context.clock.after(HALF_CLOSED_GRACE_MS, () => this.#conversation?.lost());
  }

  /** Ends the connection with 57P01, stopping what runs. */
  terminate(): void {
    this.#conversation?.terminate();
    this.#stop.abort(new FatalError(terminatedByAdministrator()));
  }

  async run(startup: StartupPacket & { kind: 'startup' }): Promise<void> {
    let session: Session | undefined;
    try {
      session = await this.#start(startup);
      await this.#serve();
    } catch (error) {
      this.#reportEnd(error);
    } finally {
      this.#cancelGrace?.();
      if (session) await this.#endSession(session);
      this.#output.flush();
      this.#socket.end();
    }
  }

  #reportEnd(error: unknown): void {
    if (error instanceof ConnectionLost) return;
    if (isInternal(error)) this.#context.log.error({ err: error }, 'a connection ended by a mistake of the server');
    writeError(this.#output, 'FATAL', asSqlError(error));
  }

  async #endSession(session: Session): Promise<void> {
    this.#context.cancelKeys.remove(session.pid);
    try {
      await session.close();
    } catch (error) {
      this.#context.log.error({ err: error }, 'a session did not close');
    }
  }

  /** Authentication, then all the client must know before its first query. */
  async #start(startup: StartupPacket & { kind: 'startup' }): Promise<Session> {
    const { authentication, serverSecret, random, clock, cancelKeys, database } = this.#context;
    const output = this.#output;
    if (startup.negotiate) {
      output.begin(Backend.negotiateVersion);
      output.int32(PROTOCOL_VERSION);
      output.int32(startup.negotiate.unknownOptions.length);
      for (const option of startup.negotiate.unknownOptions) output.cstring(option);
      output.end();
    }
    const cancelTimeout = clock.after(AUTHENTICATION_TIMEOUT_MS, () => this.#stop.abort(new ConnectionLost()));
    try {
      await authenticate(startup.user, authentication, serverSecret, random, this.#input, output, this.#stop.signal);
    } finally {
      cancelTimeout();
    }
    if (startup.database !== DATABASE_NAME) throw new FatalError(new SqlError('3D000', `database "${startup.database}" does not exist`));
    if (!database.ready) throw new FatalError(new SqlError('57P03', 'the database system is starting up'));

    const session = await database.connect({
      user: startup.user,
      database: startup.database,
      settings: startup.settings,
      onNotice: (notice) => {
        writeNotice(output, notice);
        output.flushSoon();
      },
      onParameter: (name, value) => this.#conversation?.parameterChanged(name, value),
      client: this.#socket.remoteAddress,
    });
    const talk = new Conversation(this.#input, output, session, this.#context.log);
    this.#conversation = talk;
    if (this.#socket.destroyed) talk.lost();
    const secret = cancelKeys.add(session.pid, () => talk.cancel());
    for (const [name, value] of session.parameters) writeParameterStatus(output, name, value);
    output.begin(Backend.keyData);
    output.int32(session.pid);
    output.bytes(secret);
    output.end();
    return session;
  }

  async #serve(): Promise<void> {
    const talk = this.#conversation!;
    talk.ready();
    for (;;) {
      const message = this.#input.next() ?? (await this.#input.message(this.#stop.signal));
      if (message.type === Frontend.terminate) return;
      if (this.#skippingToSync && message.type !== Frontend.sync) continue;
      await talk.command((signal) => this.#handle(talk, message, signal));
      // Nobody may make the answers pile up by asking on without reading them.
      if (this.#output.full) await this.#output.drain();
    }
  }

  async #handle(talk: Conversation, { type, body }: Message, signal: AbortSignal): Promise<void> {
    switch (type) {
      case Frontend.query:
        return this.#answer(talk, () => runSimpleQuery(talk, new BodyReader(body).cstring(), signal));
      case Frontend.functionCall:
        return this.#answer(talk, () => {
          throw notSupported('the function call message', 'Call the function in a SELECT.');
        });
      case Frontend.sync:
        this.#skippingToSync = false;
        return this.#answer(talk, () => talk.commit());
      case Frontend.flush:
        return this.#output.flush();
      case Frontend.copyData:
      case Frontend.copyDone:
      case Frontend.copyFail:
        return; // what the client had sent before it learned that its COPY failed
      case Frontend.parse:
        return this.#step(talk, () => extended.parse(talk, body));
      case Frontend.bind:
        return this.#step(talk, () => extended.bind(talk, body));
      case Frontend.describe:
        return this.#step(talk, () => extended.describe(talk, body));
      case Frontend.execute:
        return this.#step(talk, () => extended.execute(talk, body, signal));
      case Frontend.close:
        return this.#step(talk, () => extended.close(talk, body));
      default:
        throw protocolViolation(`invalid frontend message type ${type}`);
    }
  }

  /** A command that ends by ReadyForQuery. */
  async #answer(talk: Conversation, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      await talk.fail(error);
    }
    talk.ready();
  }

  /** A step of the extended protocol: after an error all that follows is skipped until Sync. */
  async #step(talk: Conversation, run: () => void | Promise<void>): Promise<void> {
    try {
      talk.beginImplicit();
      await run();
    } catch (error) {
      await talk.fail(error);
      this.#skippingToSync = true;
      this.#output.flush();
    }
  }
}
