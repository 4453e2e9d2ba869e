import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { projectRoot } from '../support/sources.ts';

/** Millrace in a process of its own, its clock in the test's hand. */
export interface HeldMillrace {
  readonly url: string;
  /** logical time, as the clock shows it */
  readonly now: number;
  /**
   * Moves the clock on. While it stands, writes wait (no tick is more than 1 ms ahead of the clock) and are not acknowledged upstream:
   * a Postgres that is told to stop meanwhile waits for that, as it does for every replica, until it is stopped urgently.
   */
  advance(ms: number): Promise<void>;
  /** kill -9, and a new process on the same directory; the clock goes on where it stood. */
  killAndStart(): Promise<void>;
  /** Ends in order and removes the data. */
  stop(): Promise<void>;
}

interface Held {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: number;
  advance(ms: number): Promise<number>;
}

export async function startHeldMillrace(startMs: number): Promise<HeldMillrace> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
  let now = startMs;
  let held = await launch(directory, now);
  const ended = (): Promise<unknown> => new Promise((resolve) => (held.child.exitCode ?? held.child.signalCode) === null ? held.child.once('exit', resolve) : resolve(undefined));
  return {
    get url() {
      return `postgres://materialize@127.0.0.1:${held.port}/materialize`;
    },
    get now() {
      return now;
    },
    async advance(ms) {
      now = await held.advance(ms);
    },
    async killAndStart() {
      const gone = ended();
      held.child.kill('SIGKILL');
      await gone;
      held = await launch(directory, now);
    },
    async stop() {
      const gone = ended();
      held.child.stdin.end();
      const late = setTimeout(() => held.child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(directory: string, startMs: number): Promise<Held> {
  const child = spawn(process.execPath, [join(projectRoot, 'tests/support/held-server.ts'), directory, String(startMs)]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const waiting: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const answer = (): Promise<number> => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  const first = answer();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const words = /^(?:listening|now) (\d+)$/.exec(line);
    if (words) waiting.shift()?.resolve(Number(words[1]));
  });
  child.once('exit', () => {
    for (const each of waiting.splice(0)) each.reject(new Error(`the held server ended:\n${said}`));
  });
  return {
    child,
    port: await first,
    advance: (ms) => {
      const moved = answer();
      child.stdin.write(`${ms}\n`);
      return moved;
    },
  };
}

/** Rows as text, as the server sends them. */
export interface TextRows {
  readonly types: readonly number[];
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** One connection whose answers stay text. */
export interface TextClient {
  query(sql: string): Promise<TextRows>;
  /** notices and warnings since the last look, as `SEVERITY: message` */
  notices(): string[];
  close(): Promise<void>;
}

const asText = { getTypeParser: () => (value: string) => value };

export async function textClient(url: string): Promise<TextClient> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the next query fails and says so
  let heard: string[] = [];
  client.on('notice', ({ severity, message }) => heard.push(`${severity}: ${message}`));
  await client.connect();
  return {
    async query(sql) {
      const answer: pg.QueryArrayResult | pg.QueryArrayResult[] = await client.query({ text: sql, rowMode: 'array', types: asText });
      const last = Array.isArray(answer) ? answer.at(-1)! : answer;
      return { types: last.fields.map(({ dataTypeID }: pg.FieldDef) => dataTypeID), names: last.fields.map(({ name }: pg.FieldDef) => name), rows: last.rows };
    },
    notices() {
      const all = heard;
      heard = [];
      return all;
    },
    close: () => client.end(),
  };
}

/** Repeats `attempt` until it gives a value; what it gave or threw last is in the error when `seconds` are over. */
export async function until<T>(what: string, attempt: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
