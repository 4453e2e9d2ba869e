import { connect } from 'node:net';
import pg from 'pg';

/** A column of the judge's answer as RowDescription tells it. */
export interface JudgeField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly typmod: number;
}

export interface JudgeAnswer {
  readonly fields: readonly JudgeField[];
  /** the text Postgres sends, byte for byte; null for NULL */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What Postgres says when it refuses. */
export class JudgeError extends Error {
  readonly code: string;
  readonly position: number | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  constructor(error: pg.DatabaseError) {
    super(error.message);
    this.name = 'JudgeError';
    this.code = error.code ?? '';
    this.position = error.position === undefined ? undefined : Number(error.position);
    this.detail = error.detail;
    this.hint = error.hint;
  }
}

/** Postgres 18 as the arbiter: a database of this test file's own in a server that the whole run shares. */
export interface Judge {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Runs one string by the simple protocol, or with parameters (bytes are a binary form) by the extended, and returns the answer of its last statement. Throws JudgeError. */
  query(sql: string, parameters?: readonly (string | Uint8Array | null)[]): Promise<JudgeAnswer>;
  close(): Promise<void>;
}

const asText = { getTypeParser: () => (value: string) => value };

export const startJudge = async (): Promise<Judge> => judgeAt(Number(await ask()));

/** A new database in the Postgres that listens on `port` of this machine. */
export async function judgeAt(port: number): Promise<Judge> {
  const database = `judge_${process.pid}_${process.hrtime.bigint()}`;
  const own = { host: '127.0.0.1', port, user: 'postgres' };
  await once({ ...own, database: 'postgres' }, `create database ${database} template template0`);
  const client = new pg.Client({ ...own, database });
  await client.connect();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/${database}`,
    host: '127.0.0.1', port, database,
    async query(sql, parameters) {
      try {
        const answer: pg.QueryArrayResult | pg.QueryArrayResult[] = await client.query({ text: sql, rowMode: 'array', types: asText, ...(parameters === undefined ? {} : { values: [...parameters] }) });
        const last = Array.isArray(answer) ? answer.at(-1)! : answer;
        return {
          fields: last.fields.map(({ name, dataTypeID, dataTypeModifier }: pg.FieldDef) => ({ name, dataTypeID, typmod: dataTypeModifier })),
          rows: last.rows,
        };
      } catch (error) {
        throw error instanceof pg.DatabaseError ? new JudgeError(error) : error;
      }
    },
    async close() {
      await client.end();
      await once({ ...own, database: 'postgres' }, `drop database ${database} with (force)`);
    },
  };
}

async function once(to: pg.ClientConfig, sql: string): Promise<void> {
  const client = new pg.Client(to);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The run's own process starts the server when the first test file asks (see global-setup.ts). */
function ask(): Promise<string> {
  const door = process.env.MILLRACE_TEST_JUDGE;
  if (!door) throw new Error('the judge is started by tests/support/global-setup.ts, which vitest.config.ts names');
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect({ host: '127.0.0.1', port: Number(door) });
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.once('error', reject);
    socket.once('end', () => (/^\d+$/.test(said) ? resolve(said) : reject(new Error(`the judge did not start: ${said}`))));
  });
}
