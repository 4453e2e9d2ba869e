import pg from 'pg';
import { codecOf, findType, readRow, SqlError } from '../../src/core/index.ts';
import type { Notice } from '../../src/core/index.ts';
import type { Session } from '../../src/database/index.ts';

/** All that a client sees of one statement: what the two are compared by. */
export interface Seen {
  readonly tag?: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly string[];
  readonly error?: Readonly<Record<string, string | number>>;
  readonly notices?: readonly Readonly<Record<string, string>>[];
}

const given = <T extends object>(fields: T): T => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as T;
/** Types of users have other OIDs on either side. */
const typeName = (oid: number): string => (oid >= 16384 ? 'a type of the user' : findType(oid)?.name ?? String(oid));
const line = (row: readonly (string | null)[]): string => row.map((value) => value ?? 'NULL').join(' | ');
const asked = (sql: string, rows: readonly string[]): readonly string[] => (/order by|^insert|^show/i.test(sql) ? rows : rows.toSorted());
const said = (notices: readonly Readonly<Record<string, string>>[]): Pick<Seen, 'notices'> => (notices.length === 0 ? {} : { notices });

/** Postgres, one session. */
export class Theirs {
  readonly #client: pg.Client;
  readonly #notices: { readonly severity?: string; readonly message?: string; readonly detail?: string; readonly hint?: string }[] = [];
  #tag = '';

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('notice', (notice) => void this.#notices.push(notice));
    // The client's answer has the tag's first word only.
    (client as unknown as { connection: NodeJS.EventEmitter }).connection.on('commandComplete', (message: { text: string }) => void (this.#tag = message.text));
  }
  static async connect(url: string): Promise<Theirs> {
    const client = new pg.Client(url);
    await client.connect();
    return new Theirs(client);
  }

  async run(sql: string): Promise<Seen> {
    this.#notices.length = 0;
    const notices = (): Pick<Seen, 'notices'> => said(this.#notices.map(({ severity = '', message = '', detail = '', hint = '' }) => given({ severity, message, detail, hint })));
    try {
      const answer: pg.QueryArrayResult = await this.#client.query({ text: sql, rowMode: 'array', types: { getTypeParser: () => (value: string) => value } });
      const rows = answer.fields.length === 0 ? {} : {
        columns: answer.fields.map(({ name, dataTypeID }) => `${name} ${typeName(dataTypeID)}`), rows: asked(sql, answer.rows.map((row: (string | null)[]) => line(row))),
      };
      return { tag: this.#tag, ...rows, ...notices() };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      const { code = '', message, detail = '', hint = '', schema = '', table = '', column = '', constraint = '', position } = error;
      return { error: given({ code, message, detail, hint, schema, table, column, constraint, position: position === undefined ? '' : Number(position) }), ...notices() };
    }
  }
  close(): Promise<void> {
    return this.#client.end();
  }
}

/** Millrace, one session, driven as the wire server drives it: a statement is an implicit transaction. */
export class Ours {
  readonly #session: Session;
  readonly #notices: readonly Notice[];

  constructor(session: Session, notices: readonly Notice[]) {
    this.#session = session;
    this.#notices = notices;
  }

  async run(sql: string): Promise<Seen> {
    const before = this.#notices.length;
    const notices = (): Pick<Seen, 'notices'> => said(this.#notices.slice(before).map(({ severity, message, detail = '', hint = '' }) => given({ severity, message, detail, hint })));
    try {
      return { ...await this.#execute(sql), ...notices() };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const { detail = '', hint = '', schema = '', table = '', column = '', constraint = '', position = '' } = error.fields;
      return { error: given({ code: error.code, message: error.message, detail, hint, schema, table, column, constraint, position }), ...notices() };
    }
  }

  async #execute(sql: string): Promise<Seen> {
    const session = this.#session;
    let failed = true;
    try {
      session.beginImplicit();
      const portal = await session.open(await session.prepare(sql, []), []);
      const rows: string[] = [];
      let tag: string | undefined;
      while (tag === undefined) {
        const fetched = await portal.fetch(0, new AbortController().signal);
        tag = fetched.done ? fetched.tag ?? '' : undefined;
        for (let row = 0; row < (fetched.rows?.rowCount ?? 0); row++) {
          rows.push(line(readRow(fetched.rows!, row).map((value, column) => {
            const { oid } = portal.columns![column]!.type;
            return value === null ? null : typeof value === 'number' && findType(oid)?.name.startsWith('reg') === true ? session.printObject!(oid, value) : codecOf(oid).print(value, session.text);
          })));
        }
      }
      await portal.close();
      failed = false;
      const answer = portal.columns === null ? {} : { columns: portal.columns.map(({ name, type }) => `${name} ${typeName(type.oid)}`), rows: asked(sql, rows) };
      return { tag, ...answer };
    } finally {
      await session.sync(failed);
    }
  }
}

/** The statements of a script: each ends with a semicolon at the end of a line; lines that begin with -- are comments. */
export const statementsOf = (script: string): readonly string[] =>
  script.split('\n').filter((each) => !each.startsWith('--')).join('\n').split(/;\s*(?:\n|$)/).map((each) => each.trim()).filter((each) => each !== '');
