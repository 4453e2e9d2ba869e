import pg from 'pg';
import { SqlError } from '../core/index.ts';

/** An answer with values as the server wrote them. */
export interface TextAnswer {
  readonly command: string;
  readonly fields: readonly { readonly name: string; readonly oid: number; readonly typmod: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number | null;
}

const hasPassword = (url: string): boolean => new URL(url).password !== '' || process.env.PGPASSWORD !== undefined;

/** Called when the server asks for a password and none was given. */
const noPassword = (): never => {
  throw new SqlError('28P01', 'the server asks for a password', { hint: 'Put it into the URL, postgres://user:password@host:port/database, or into PGPASSWORD.' });
};

/** What a person can do where nobody answers at the URL of a server of ours. */
const NO_SERVER = 'Start one with `millrace start`, or say where it is with --url.';

/** Whether the server was not reached, as against what it answered: the system's codes for that are words in capitals. */
const isUnreached = (error: unknown): error is Error & { readonly code: string } => error instanceof Error && 'code' in error && /^E[A-Z_]+$/.test(String(error.code));

function unreached(url: string, cause: Error & { readonly code: string }, hint: string): SqlError {
  const { hostname, port } = new URL(url);
  // A refused connection to both addresses of a name is an AggregateError without a message of its own.
  const why = cause instanceof AggregateError ? cause.errors.map((each: Error) => each.message).join('; ') : cause.message;
  return new SqlError('08001', `could not connect to ${hostname || 'localhost'}:${port || 5432}: ${why}`, { hint, cause });
}

const asText = { getTypeParser: () => (value: string) => value };

/** A connection to a running server. */
export class ServerClient {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** `hint`: what to do where nobody answers there. */
  static async connect(url: string, onNotice: (message: string) => void = () => {}, hint = NO_SERVER): Promise<ServerClient> {
    const client = new pg.Client({ connectionString: url, application_name: 'millrace' });
    if (!hasPassword(url)) Object.assign(client, { password: noPassword }); // an option would give way to the URL
    client.on('notice', (notice) => onNotice(`${notice.severity ?? 'NOTICE'}:  ${notice.message ?? ''}`));
    client.on('error', () => {}); // the next query fails and says so
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => {}); // a socket that waits for a password would keep the process
      throw isUnreached(error) ? unreached(url, error, hint) : error;
    }
    return new ServerClient(client);
  }

  /** Runs a string of statements; one answer each. */
  async query(sql: string): Promise<TextAnswer[]> {
    const answer: pg.QueryArrayResult | pg.QueryArrayResult[] = await this.#client.query({ text: sql, rowMode: 'array', types: asText });
    return (Array.isArray(answer) ? answer : [answer]).map(({ command, fields, rows, rowCount }) => ({
      command, rows, rowCount,
      fields: fields.map(({ name, dataTypeID, dataTypeModifier }: pg.FieldDef) => ({ name, oid: dataTypeID, typmod: dataTypeModifier })),
    }));
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
