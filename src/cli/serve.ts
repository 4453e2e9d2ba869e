import { SystemRandom } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { openDatabase } from '../database/index.ts';
import { scramVerifier, startServer } from '../server/index.ts';
import type { Authentication, Server } from '../server/index.ts';
import type { Log } from './log.ts';

export interface ServeOptions {
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly log: Log;
  /** told when the engine's thread ends by itself: nothing is answered any more */
  readonly onFailure: (error: Error) => void;
  /** with a password only this user gets in; without one everybody does */
  readonly user?: string;
  readonly password?: string;
  readonly insecure?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A database and the server before it; `close` ends both, the server first. */
export async function serve(options: ServeOptions): Promise<{ readonly server: Server; close(): Promise<void> }> {
  const { clock, host, port, dataDirectory, log, onFailure, insecure, tls } = options;
  const random = new SystemRandom();
  const auth: Authentication = options.password === undefined
    ? { method: 'trust' }
    : { method: 'scram', users: new Map([[options.user ?? 'materialize', await scramVerifier(options.password, random)]]) };
  const database = await openDatabase({ dataDirectory, clock, random, log, onFailure });
  try {
    const server = await startServer({ database, host, port, auth, clock, random, log, ...(insecure === undefined ? {} : { insecure }), ...(tls === undefined ? {} : { tls }) });
    return {
      server,
      async close() {
        await server.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
