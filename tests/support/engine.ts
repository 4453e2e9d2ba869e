import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqlError, SystemClock, SystemRandom, codecOf, findType, readRow } from '../../src/core/index.ts';
import type { Clock, Datum, Notice } from '../../src/core/index.ts';
import { openDatabase } from '../../src/database/index.ts';
import type { Database, Portal, Session } from '../../src/database/index.ts';
import type { Answer, SqlRunner } from './slt.ts';

/** Millrace in this process, without a socket, with one session. */
export interface Engine extends SqlRunner {
  readonly database: Database;
  readonly session: Session;
  /** what the session was told, oldest first */
  readonly notices: readonly Notice[];
  /** Ends the session and the database, and removes the data unless the folder was given. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** absent: a new temporary folder */
  readonly dataDirectory?: string;
  readonly clock?: Clock;
}

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const database = await openDatabase({ dataDirectory, clock: options.clock ?? new SystemClock(), random: new SystemRandom(), log: silent });
  const notices: Notice[] = [];
  const session = await database.connect({
    user: 'materialize', database: 'materialize', settings: new Map(), onParameter: () => {}, onNotice: (notice) => void notices.push(notice),
  });
  return {
    database, session, notices,
    execute: (sql) => executeSimply(session, sql),
    async close() {
      await session.close();
      await database.close();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** As the server runs a Query message: one implicit transaction; the answer is the last statement's. */
export async function executeSimply(session: Session, sql: string): Promise<Answer> {
  let answer: Answer = { types: [], rows: [] };
  let failed = true;
  try {
    for (const { sql: text, offset } of session.split(sql)) {
      session.beginImplicit();
      answer = await executeOne(session, text).catch((error: unknown) => Promise.reject(shifted(error, offset)));
    }
    failed = false;
  } finally {
    await session.sync(failed);
  }
  return answer;
}

async function executeOne(session: Session, sql: string): Promise<Answer> {
  const portal = await session.open(await session.prepare(sql, []), []);
  try {
    return {
      names: (portal.columns ?? []).map(({ name }) => name),
      types: (portal.columns ?? []).map(({ type }) => findType(type.oid)?.name ?? String(type.oid)),
      rows: await readAll(portal, (type, value) => (typeof value === 'number' && namesAnObject(type) ? session.printObject!(type, value) : codecOf(type).print(value, session.text))),
    };
  } finally {
    await portal.close();
  }
}

/** regclass and its like are written by name. */
const namesAnObject = (type: number): boolean => /^reg(?!config|dictionary)/.test(findType(type)?.name ?? '');

async function readAll(portal: Portal, print: (type: number, value: Datum) => string): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  const types = portal.columns ?? [];
  const { signal } = new AbortController();
  for (let done = false; !done; ) {
    const fetched = await portal.fetch(0, signal);
    ({ done } = fetched);
    for (let row = 0; row < (fetched.rows?.rowCount ?? 0); row++) {
      const values = readRow(fetched.rows!, row).map((value, column) => (value === null ? null : print(types[column]!.type.oid, value)));
      for (let copy = fetched.rows!.weight(row); copy > 0; copy--) rows.push(values);
    }
  }
  return rows;
}

const shifted = (error: unknown, offset: number): unknown =>
  error instanceof SqlError && error.fields.position !== undefined ? new SqlError(error.code, error.message, { ...error.fields, position: error.fields.position + offset }) : error;
