import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecOf, readRow, SqlError, SystemClock, SystemRandom } from '../../src/core/index.ts';
import type { Clock, Notice, Random } from '../../src/core/index.ts';
import { openDatabase } from '../../src/database/index.ts';
import type { Database, Portal, Session } from '../../src/database/index.ts';

export type Row = (string | null)[];

export interface Logged {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A database in a temporary folder, with what it logged. */
export class Opened {
  readonly database: Database;
  readonly directory: string;
  readonly logged: Logged[];

  constructor(database: Database, directory: string, logged: Logged[]) {
    this.database = database;
    this.directory = directory;
    this.logged = logged;
  }
  async connect(settings: Record<string, string> = {}): Promise<Client> {
    const notices: Notice[] = [];
    const session = await this.database.connect({
      user: 'materialize', database: 'materialize', settings: new Map(Object.entries(settings)), onParameter: () => {}, onNotice: (notice) => void notices.push(notice),
    });
    return new Client(session, notices);
  }
  async close(): Promise<void> {
    await this.database.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function open(options: { readonly clock?: Clock; readonly random?: Random; readonly inline?: boolean; readonly directory?: string } = {}): Promise<Opened> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'millrace-database-'));
  const logged: Logged[] = [];
  const at = (level: string) => (fields: object, message: string): void => void logged.push({ level, fields: fields as Record<string, unknown>, message });
  const database = await openDatabase({
    dataDirectory: directory, clock: options.clock ?? new SystemClock(), random: options.random ?? new SystemRandom(), inline: options.inline ?? options.clock !== undefined,
    log: { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
  });
  return new Opened(database, directory, logged);
}

/** A session driven as the wire server drives it. */
export class Client {
  readonly session: Session;
  readonly notices: Notice[];
  /** the tag of the last statement */
  tag = '';

  constructor(session: Session, notices: Notice[]) {
    this.session = session;
    this.notices = notices;
  }

  /** A Query message: its statements are one implicit transaction; the rows of the last one. */
  async query(sql: string, signal = new AbortController().signal): Promise<Row[]> {
    let rows: Row[] = [];
    let failed = true;
    try {
      for (const { sql: text } of this.session.split(sql)) {
        this.session.beginImplicit();
        const portal = await this.session.open(await this.session.prepare(text, []), []);
        try {
          rows = await this.read(portal, 0, signal);
        } finally {
          await portal.close();
        }
      }
      failed = false;
    } finally {
      await this.session.sync(failed);
    }
    return rows;
  }

  /** Rows of a portal until it ends, or until `limit` rows have come. */
  async read(portal: Portal, limit: number, signal = new AbortController().signal): Promise<Row[]> {
    const rows: Row[] = [];
    for (;;) {
      const { rows: batch, done, tag } = await portal.fetch(limit === 0 ? 0 : limit - rows.length, signal);
      for (let row = 0; row < (batch?.rowCount ?? 0); row++) {
        rows.push(readRow(batch!, row).map((value, column) => (value === null ? null : codecOf(portal.columns![column]!.type.oid).print(value, this.session.text))));
      }
      if (done) this.tag = tag!;
      if (done || (limit > 0 && rows.length >= limit)) return rows;
    }
  }

  /** The SQLSTATE and message that a query fails with. */
  async error(sql: string, signal?: AbortSignal): Promise<string> {
    try {
      await this.query(sql, signal);
    } catch (error) {
      if (error instanceof SqlError) return `${error.code} ${error.message}`;
      throw error;
    }
    return 'no error';
  }

  async copyIn(sql: string, ...chunks: (string | Uint8Array)[]): Promise<string> {
    let failed = true;
    this.session.beginImplicit();
    try {
      const portal = await this.session.open(await this.session.prepare(sql, []), []);
      for (const chunk of chunks) await portal.copyData!(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      const tag = await portal.copyDone!();
      failed = false;
      return tag;
    } finally {
      await this.session.sync(failed);
    }
  }
  async copyOut(sql: string): Promise<Uint8Array> {
    this.session.beginImplicit();
    const portal = await this.session.open(await this.session.prepare(sql, []), []);
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = await portal.copyOut!(new AbortController().signal);
      if (chunk === null) break;
      chunks.push(chunk);
    }
    this.tag = portal.copyOutTag!;
    await portal.close();
    await this.session.sync(false);
    return Buffer.concat(chunks);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
