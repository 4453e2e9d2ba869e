import { SystemClock, SystemRandom } from '../../../src/core/index.ts';
import { startServer } from '../../../src/server/index.ts';
import type { Server, ServerOptions } from '../../../src/server/index.ts';
import { FakeDatabase } from './fake-database.ts';

export interface Served {
  readonly database: FakeDatabase;
  readonly server: Server;
  readonly port: number;
  /** what the server logged, errors only */
  readonly errors: unknown[];
}

/** A server on a free port over a fake database. */
export async function serve(options: Partial<ServerOptions> = {}): Promise<Served> {
  const database = new FakeDatabase();
  const errors: unknown[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object, message: string) => void errors.push({ message, ...fields }) };
  const server = await startServer({
    database, host: '127.0.0.1', port: 0, auth: { method: 'trust' }, clock: new SystemClock(), random: new SystemRandom(), log, ...options,
  });
  return { database, server, port: server.address.port, errors };
}
