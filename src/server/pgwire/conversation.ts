import type { Portal, Prepared, Session } from '../../database/index.ts';
import type { ServerLog } from '../log.ts';
import { ConnectionLost, FatalError, asSqlError, canceledByUser, isInternal, terminatedByAdministrator } from './errors.ts';
import type { Input } from './input.ts';
import { writeError, writeParameterStatus, writeReady } from './messages.ts';
import type { Output } from './output.ts';

/** What Bind said of a portal, and how far Execute has come with it. */
export interface Binding {
  readonly statement: Prepared;
  readonly formats: readonly number[];
  /** the tag the portal ended with; set once it has no more rows */
  finalTag?: string;
}

/**
 * One authenticated client and its session. Commands are run one after the other; each has a signal that aborts it when the
 * client asks (CancelRequest), goes away, or the server shuts down.
 */
export class Conversation {
  readonly input: Input;
  readonly output: Output;
  readonly session: Session;
  /** portals made by Bind; those of DECLARE CURSOR are in `session.portals` alone */
  readonly bindings = new WeakMap<Portal, Binding>();
  readonly #log: ServerLog;
  /** reported parameters that changed since the last ReadyForQuery */
  readonly #changed = new Map<string, string>();
  /** aborts what runs; one serves all commands until it has aborted one */
  #abort = new AbortController();
  #isRunning = false;
  #ending: FatalError | ConnectionLost | undefined;
  #inImplicit = false;

  constructor(input: Input, output: Output, session: Session, log: ServerLog) {
    this.input = input;
    this.output = output;
    this.session = session;
    this.#log = log;
  }

  /** Runs one command under a signal of its own. */
  async command(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.throwIfEnding();
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    this.#isRunning = true;
    try {
      await run(this.#abort.signal);
    } finally {
      this.#isRunning = false;
    }
  }
  #stop(reason: Error): void {
    if (this.#isRunning) this.#abort.abort(reason);
  }

  /** CancelRequest: stops what runs now; where nothing runs it has no effect. */
  cancel(): void {
    this.#stop(canceledByUser());
  }
  /** The server shuts down: the client is told, and the connection ends. */
  terminate(): void {
    this.#ending ??= new FatalError(terminatedByAdministrator());
    this.#stop(terminatedByAdministrator());
  }
  /** The client is gone: what runs for it stops. */
  lost(): void {
    this.#ending ??= new ConnectionLost();
    this.#stop(canceledByUser());
  }
  throwIfEnding(): void {
    if (this.#ending) throw this.#ending;
  }

  /** Reports `error` and rolls back what Sync, or the end of the query message, would have committed. */
  async fail(error: unknown): Promise<void> {
    this.throwIfEnding();
    if (error instanceof FatalError || error instanceof ConnectionLost) throw error;
    if (isInternal(error)) this.#log.error({ err: error }, 'a statement failed by a mistake of the server');
    writeError(this.output, 'ERROR', asSqlError(error));
    await this.#endImplicit(true);
  }

  /** Statements from here to `commit` or `fail` succeed or fail together. */
  beginImplicit(): void {
    if (this.#inImplicit) return;
    this.#inImplicit = true;
    this.session.beginImplicit();
  }
  async commit(): Promise<void> {
    if (this.#inImplicit) await this.#endImplicit(false);
  }
  async #endImplicit(failed: boolean): Promise<void> {
    this.#inImplicit = false;
    try {
      await this.session.sync(failed);
    } finally {
      if (this.session.transaction === 'idle') await this.#closeBoundPortals();
    }
  }
  /** The end of a transaction ends the portals Bind made in it. */
  async #closeBoundPortals(): Promise<void> {
    for (const [name, portal] of this.session.portals) if (this.bindings.has(portal)) await this.closePortal(name);
  }

  async closePortal(name: string): Promise<void> {
    const portal = this.session.portals.get(name);
    if (portal === undefined) return;
    this.session.portals.delete(name);
    await portal.close();
  }

  parameterChanged(name: string, value: string): void {
    this.#changed.set(name, value);
  }

  /** ReadyForQuery, after the parameters that changed since the last one. */
  ready(): void {
    for (const [name, value] of this.#changed) writeParameterStatus(this.output, name, value);
    this.#changed.clear();
    writeReady(this.output, this.session.transaction);
    this.output.flush();
  }
}
