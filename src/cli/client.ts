import pg from 'pg';

/** An answer with values as the server wrote them. */
export interface TextAnswer {
  readonly command: string;
  readonly fields: readonly { readonly name: string; readonly oid: number; readonly typmod: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number | null;
}

const asText = { getTypeParser: () => (value: string) => value };

/** A connection to a running server. */
export class ServerClient {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(url: string, onNotice: (message: string) => void = () => {}): Promise<ServerClient> {
    const client = new pg.Client({ connectionString: url, application_name: 'millrace' });
    client.on('notice', (notice) => onNotice(`${notice.severity ?? 'NOTICE'}:  ${notice.message ?? ''}`));
    client.on('error', () => {}); // the next query fails and says so
    await client.connect();
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
