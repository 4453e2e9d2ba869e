import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { SystemClock, sleep } from '../../src/core/index.ts';
import { createKafkaTopic } from './predictions.ts';

/** Where everything is, as Millrace and we reach it. */
export interface ExampleSetup {
  readonly postgresUrl: string;
  readonly millraceUrl: string;
  /** absent: predictions come by the webhook */
  readonly kafka?: { readonly brokers: readonly string[]; readonly topic: string };
  readonly onProgress?: (line: string) => void;
}

/** The example's tables on Postgres, then its sources and views on Millrace. May be run again. */
export async function setUpExample(setup: ExampleSetup): Promise<void> {
  setup.onProgress?.('creating the tables of the shop in Postgres');
  await runStatements(setup.postgresUrl, exampleStatements('postgres.sql', {}));
  if (setup.kafka) await createKafkaTopic(setup.kafka.brokers, setup.kafka.topic);
  setup.onProgress?.('creating sources and views in Millrace');
  await runStatements(setup.millraceUrl, [
    ...exampleStatements(setup.kafka ? 'sources.sql' : 'sources.webhook.sql', placeholders(setup)),
    ...exampleStatements('views.sql', {}),
  ]);
}

function placeholders({ postgresUrl, kafka }: ExampleSetup): Record<string, string> {
  const url = new URL(postgresUrl);
  return {
    POSTGRES_HOST: url.hostname,
    POSTGRES_PORT: url.port || '5432',
    POSTGRES_DATABASE: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    POSTGRES_USER: decodeURIComponent(url.username) || 'postgres',
    POSTGRES_PASSWORD: decodeURIComponent(url.password),
    // One broker is enough to find the others.
    ...(kafka ? { KAFKA_BROKER: kafka.brokers[0] ?? '', KAFKA_TOPIC: kafka.topic } : {}),
  };
}

/** The statements of one file of this folder, with every ${NAME} filled in. */
export function exampleStatements(file: string, values: Readonly<Record<string, string>>): string[] {
  const text = readFileSync(join(exampleFolder(), file), 'utf8');
  const statements = splitStatements(text);
  return statements.map((statement) =>
    statement.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${file} needs a value for ${name}`);
      return value.replaceAll("'", "''");
    }),
  );
}

/** Beside this file in a checkout; in a built package the SQL stays where it was, and this file lies below dist/. */
function exampleFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'examples', 'dtc-coupons');
}

/** Statements of a script, without the comments between them; quotes and comments may contain semicolons. */
export function splitStatements(script: string): string[] {
  const parts = script.match(/--[^\n]*|'[^']*'|"[^"]*"|;|[^-'";]+|-/g) ?? [];
  const statements: string[] = [];
  let current = '';
  for (const part of [...parts, ';']) {
    if (part !== ';') current += current.trim() === '' && part.startsWith('--') ? '' : part;
    else {
      if (current.trim() !== '') statements.push(current.trim());
      current = '';
    }
  }
  return statements;
}

/** A server's error, with the statement it is about; detail and hint are the server's own. */
class StatementFailure extends Error {
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  constructor(cause: unknown, statement: string) {
    super(`${cause instanceof Error ? cause.message : String(cause)}, in:\n${statement}`, { cause });
    const known = cause instanceof pg.DatabaseError ? cause : undefined;
    this.detail = known?.detail;
    this.hint = known?.hint;
  }
}

async function runStatements(url: string, statements: readonly string[]): Promise<void> {
  const client = await connected(url);
  try {
    for (const statement of statements) {
      try {
        await client.query(statement);
      } catch (cause) {
        throw new StatementFailure(cause, statement);
      }
    }
  } finally {
    await client.end();
  }
}

/** A server that was started a moment ago may not listen yet. */
async function connected(url: string): Promise<pg.Client> {
  const clock = new SystemClock();
  const deadline = clock.monotonic() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, application_name: 'dtc-coupons' });
    try {
      await client.connect();
      return client;
    } catch (error) {
      const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
      if (!refused || clock.monotonic() > deadline) throw error;
      await sleep(clock, 250);
    }
  }
}

async function main(): Promise<void> {
  const { POSTGRES_URL, MILLRACE_URL, KAFKA_BROKERS, KAFKA_TOPIC } = process.env;
  if (!POSTGRES_URL || !MILLRACE_URL) throw new Error('POSTGRES_URL and MILLRACE_URL say where the two databases are');
  await setUpExample({
    postgresUrl: POSTGRES_URL, millraceUrl: MILLRACE_URL, onProgress: (line) => console.log(line),
    ...(KAFKA_BROKERS ? { kafka: { brokers: KAFKA_BROKERS.split(','), topic: KAFKA_TOPIC ?? 'conversion_predictions' } } : {}),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
