import type pg from 'pg';
import { SqlError } from '../../core/index.ts';
import type { Outbox } from '../outbox.ts';
import { query, quoteIdentifier, quoteLiteral, socketOf } from './connection.ts';
import { schemaChange } from './changes.ts';
import { qualifiedName } from './describe.ts';
import { formatLsn } from './lsn.ts';
import type { ExportedSnapshot } from './slot.ts';
import type { PostgresPosition } from './source.ts';
import type { TableReader } from './table-reader.ts';

/** How a table is read so that the copy holds what the publication would publish. */
interface TableCopy {
  readonly reader: TableReader;
  /** the tables that inherit from an ordinary one publish for themselves; a partitioned one has no rows of its own */
  readonly only: boolean;
  /** WHERE of the publication (version 15 and later) */
  readonly rowFilter: string | null;
  readonly rowsKnown: number;
}

/**
 * Copies every table as the exported snapshot shows it, so that the copy and the slot's changes meet without a gap and without overlap.
 * `client` is a connection of its own; the one that exported the snapshot must idle meanwhile.
 */
export async function copySnapshot(
  client: pg.Client, exported: ExportedSnapshot, slot: string, publication: string, readers: readonly TableReader[], outbox: Outbox<PostgresPosition>,
): Promise<void> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(exported.snapshot)}`);
  await client.query('SET LOCAL row_security = off');
  const copies: TableCopy[] = [];
  for (const reader of readers) copies.push(await describeCopy(client, publication, reader));
  const known = copies.every((copy) => copy.rowsKnown >= 0) ? copies.reduce((sum, copy) => sum + copy.rowsKnown, 0) : undefined;
  outbox.push({ kind: 'snapshotBegin', rowsKnown: known });
  for (const copy of copies) {
    const problem = await currentProblem(client, copy.reader);
    if (problem === undefined) await copyTable(client, copy, outbox);
    else failReader(copy.reader, problem, outbox);
  }
  await client.query('COMMIT');
  outbox.push({ kind: 'snapshotEnd', position: { lsn: formatLsn(exported.position), slot } });
}

async function describeCopy(client: pg.Client, publication: string, reader: TableReader): Promise<TableCopy> {
  const [row] = await query(client, `
    SELECT c.relkind, c.reltuples::bigint, to_jsonb(p) ->> 'rowfilter'
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = c.relname AND p.pubname = $2
     WHERE c.oid = $1`, [reader.table.oid, publication]);
  const [kind, rows, rowFilter] = row ?? ['r', '0', null];
  return { reader, only: kind !== 'p', rowFilter: rowFilter ?? null, rowsKnown: Number(rows) };
}

/** The table may have changed between CREATE and now: the same check that Relation messages get. */
async function currentProblem(client: pg.Client, reader: TableReader): Promise<SqlError | undefined> {
  const { table } = reader;
  const rows = await query(client, `
    SELECT a.attname, a.atttypid FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped`, [table.oid]);
  if (rows.length === 0) return new SqlError('42P01', `upstream table ${qualifiedName(table)} does not exist any more`, { schema: table.schema, table: table.name });
  const ours = new Set(table.columns.map((column) => column.name));
  const columns = rows.map(([name, type]) => ({ name: name!, type: Number(type), isKey: false })).filter((column) => ours.has(column.name));
  return schemaChange(reader, columns, true);
}

export function failReader(reader: TableReader, error: SqlError, outbox: Outbox<PostgresPosition>): void {
  reader.failed = true;
  outbox.push({ kind: 'failed', relation: reader.relation, error });
}

async function copyTable(client: pg.Client, copy: TableCopy, outbox: Outbox<PostgresPosition>): Promise<void> {
  const { reader } = copy;
  const columns = reader.table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const where = copy.rowFilter === null ? '' : ` WHERE ${copy.rowFilter}`;
  const socket = socketOf(client);
  const flush = (): void => {
    if (reader.rowCount > 0 && !reader.failed) outbox.push({ kind: 'snapshotChunk', relation: reader.relation, rows: reader.take() });
    const room = outbox.room();
    if (room === undefined) return;
    socket.stream.pause();
    void room.then(() => socket.stream.resume());
  };
  let broken: unknown;
  const onRow = ({ chunk }: { chunk: Buffer }): void => {
    if (reader.failed || broken !== undefined) return;
    try {
      readCopyRow(reader, chunk);
      if (reader.isFull) flush();
    } catch (error) {
      if (error instanceof SqlError) failReader(reader, error, outbox);
      else broken = error;
    }
  };
  socket.on('copyData', onRow);
  try {
    await client.query(`COPY (SELECT ${columns} FROM ${copy.only ? 'ONLY ' : ''}${qualifiedName(reader.table)}${where}) TO STDOUT`);
  } finally {
    socket.off('copyData', onRow);
  }
  if (broken !== undefined) throw broken;
  flush();
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const ESCAPES: Readonly<Record<string, number>> = { b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** One row of COPY's text format: one CopyData message each (manual, "COPY Operations" and COPY's "Text Format"). */
function readCopyRow(reader: TableReader, line: Buffer): void {
  const end = line[line.length - 1] === NEWLINE ? line.length - 1 : line.length;
  reader.begin(1);
  let start = 0;
  for (let column = 0; column < reader.writers.length; column++) {
    let at = start;
    let escaped = false;
    while (at < end && line[at] !== TAB) {
      if (line[at] === BACKSLASH) escaped = true;
      at++;
    }
    if (!escaped) reader.write(column, line, start, at);
    else if (at - start === 2 && line[start + 1] === 0x4e) reader.null(column);
    else {
      const bytes = unescape(line, start, at);
      reader.write(column, bytes, 0, bytes.length);
    }
    start = at + 1;
  }
  reader.end();
}

/** COPY TO writes single-letter escapes only; a backslash before anything else stands for that byte. */
function unescape(line: Buffer, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    if (line[i] !== BACKSLASH) bytes[length++] = line[i]!;
    else {
      i++;
      bytes[length++] = ESCAPES[String.fromCharCode(line[i]!)] ?? line[i]!;
    }
  }
  return bytes.subarray(0, length);
}
