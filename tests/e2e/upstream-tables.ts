import type { TestPostgres } from '../support/postgres.ts';
import { until } from './held-millrace.ts';
import type { TextClient } from './held-millrace.ts';

/** Makes tables upstream with their publication `name`, and a source of that name over them, by the connection `upstream`. */
export async function makeSource(postgres: TestPostgres, client: TextClient, name: string, ddl: string, tables: string): Promise<void> {
  await postgres.query(`${ddl}; create publication ${name} for table ${tables}`);
  await client.query(`create source ${name} from postgres connection upstream (publication '${name}') for all tables`);
}

/** Waits until the query answers so; what it answered last is in the error. */
export const answers = (client: TextClient, sql: string, rows: readonly (readonly (string | null)[])[]): Promise<true> =>
  until(sql, async () => {
    const answer = (await client.query(sql)).rows;
    return JSON.stringify(answer) === JSON.stringify(rows) || Promise.reject(new Error(JSON.stringify(answer)));
  });
