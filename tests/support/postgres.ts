import pg from 'pg';
import { SystemClock } from '../../src/core/index.ts';
import { startEmbeddedPostgres } from '../../src/cli/demo/embedded-postgres.ts';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../src/cli/demo/embedded-postgres.ts';

/** A Postgres 18 of this test's own: `--locale=C`, UTC, `wal_level=logical`, everything trusted. */
export interface TestPostgres extends EmbeddedPostgres {
  /** Runs SQL (several statements where no parameters are given) and returns the rows of the last one as objects. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

export type TestPostgresOptions = Omit<EmbeddedPostgresOptions, 'clock'>;

export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const server = await startEmbeddedPostgres({ clock: new SystemClock(), ...options });
  const pool = new pg.Pool({ host: server.host, port: server.port, user: server.user, password: server.password, database: server.database, max: 4 });
  // A connection that idles while the server restarts breaks; the next query makes a new one.
  pool.on('error', () => {});
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    async query(sql, parameters) {
      const result: pg.QueryResult | pg.QueryResult[] = await pool.query(sql, parameters && [...parameters]);
      return (Array.isArray(result) ? result.at(-1)! : result).rows;
    },
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}
