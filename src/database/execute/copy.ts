import { assertNever, codecOf, readDatum, SqlError, wireCodecOf } from '../../core/index.ts';
import type { Datum, RowBatch, TextSettings } from '../../core/index.ts';
import type { TableItem } from '../../catalog/index.ts';
import type { CopyOptions, Plan } from '../../planner/index.ts';
import { queryColumns, subscribeColumns, writtenColumns } from '../answer.ts';
import type { Portal, ResultColumn } from '../contract.ts';
import type { RowStream } from '../rows.ts';
import type { DatabaseSession } from '../session/session.ts';
import { Pace } from '../pace.ts';
import { writableTable, writeChanges } from './dml.ts';
import { Outgoing } from './outgoing.ts';
import { TableRows } from './table-rows.ts';

/** How the client speaks with the portal of a COPY; undefined for other plans. */
export function copySettings(plan: Plan): Portal['copy'] | undefined {
  if (plan.kind === 'copyFrom') return { direction: 'in', format: plan.options.format, columnCount: plan.columns.length };
  if (plan.kind !== 'copyTo') return undefined;
  const { source, options } = plan;
  return { direction: 'out', format: options.format, columnCount: copiedColumns(source).length };
}

/** What COPY ... TO has the columns of. */
export function copiedColumns(source: Extract<Plan, { kind: 'copyTo' }>['source']): readonly ResultColumn[] {
  switch (source.kind) {
    case 'query': return queryColumns(source.query);
    case 'subscribe': return subscribeColumns(source.subscribe);
    case 'writes': return writtenColumns(source.plan) ?? [];
    default: return assertNever(source);
  }
}

/** Rows of a chunk of CopyData at most. */
const CHUNK_ROWS = 1000;
const encoder = new TextEncoder();

/** COPY ... TO STDOUT: rows as text, CSV or binary. */
export class CopyWriter {
  readonly #options: CopyOptions;
  readonly #columns: readonly ResultColumn[];
  readonly #text: TextSettings;
  #started = false;
  #ended = false;
  rows = 0;

  constructor(plan: Plan, columns: readonly ResultColumn[], text: TextSettings) {
    if (plan.kind !== 'copyTo') throw new SqlError('XX000', 'not a COPY TO');
    this.#options = plan.options;
    this.#columns = columns;
    this.#text = text;
  }

  async next(stream: RowStream, signal: AbortSignal): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    const binary = this.#options.format === 'binary';
    const parts: Uint8Array[] = [];
    if (!this.#started) {
      this.#started = true;
      if (binary) parts.push(binaryHeader);
      else if (this.#options.header) parts.push(encoder.encode(`${this.#columns.map((column) => this.#field(column.name)).join(this.#options.delimiter)}\n`));
    }
    const { rows, done } = await stream.next(CHUNK_ROWS, signal);
    if (rows !== null) {
      this.rows += rows.rowCount;
      parts.push(binary ? this.#binaryRows(rows) : encoder.encode(this.#textRows(rows)));
    }
    if (done) {
      this.#ended = true;
      if (binary) parts.push(new Uint8Array([0xff, 0xff]));
    }
    const chunk = Buffer.concat(parts);
    return chunk.length > 0 || !done ? chunk : null;
  }

  #textRows(rows: RowBatch): string {
    let text = '';
    for (let row = 0; row < rows.rowCount; row++) {
      for (let column = 0; column < this.#columns.length; column++) {
        if (column > 0) text += this.#options.delimiter;
        const value = readDatum(rows, row, column);
        text += value === null ? this.#options.nullText : this.#field(codecOf(this.#columns[column]!.type.oid).print(value, this.#text));
      }
      text += '\n';
    }
    return text;
  }
  #field(text: string): string {
    const { format, delimiter, quote, escape, nullText } = this.#options;
    if (format === 'csv') {
      const plain = text !== nullText && text !== '' && !text.includes(delimiter) && !text.includes(quote) && !/[\r\n]/.test(text) && text !== '\\.';
      return plain ? text : quote + text.replaceAll(escape, escape + escape).replaceAll(escape === quote ? '\u0000' : quote, escape + quote) + quote;
    }
    return text.replaceAll(/[\\\n\r\t\b\f\v]/g, (c) => escapes[c]!).replaceAll(delimiter, (c) => (c === '\t' ? '\\t' : `\\${c}`));
  }
  #binaryRows(rows: RowBatch): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let row = 0; row < rows.rowCount; row++) {
      const head = Buffer.alloc(2);
      head.writeInt16BE(this.#columns.length);
      parts.push(head);
      for (let column = 0; column < this.#columns.length; column++) {
        const value = readDatum(rows, row, column);
        const length = Buffer.alloc(4);
        if (value === null) {
          length.writeInt32BE(-1);
          parts.push(length);
          continue;
        }
        const bytes = wireCodecOf(this.#columns[column]!.type.oid).encode(value);
        length.writeInt32BE(bytes.length);
        parts.push(length, bytes);
      }
    }
    return Buffer.concat(parts);
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v' };
const unescapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
/** Manual, COPY, "Binary Format": signature, flags, no extension. */
const binaryHeader = new Uint8Array([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** COPY ... FROM STDIN: the rows of all chunks become visible together at the end. */
export class CopyReader {
  readonly #session: DatabaseSession;
  readonly #table: TableItem;
  readonly #columns: readonly number[];
  readonly #options: CopyOptions;
  readonly #rows: TableRows;
  /** columns that no row gives */
  readonly #missing: readonly number[];
  readonly #out: Outgoing;
  readonly #pace: Pace;
  #count = 0;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #pending = '';
  #binary = Buffer.alloc(0);
  #binaryStarted = false;
  #line = 0;
  #ended = false;

  constructor(session: DatabaseSession, plan: Plan) {
    if (plan.kind !== 'copyFrom') throw new SqlError('XX000', 'not a COPY FROM');
    session.requireWritable('COPY FROM');
    this.#session = session;
    this.#table = writableTable(session, plan.table);
    this.#columns = plan.columns;
    this.#options = plan.options;
    this.#rows = new TableRows(this.#table, session);
    this.#missing = [...this.#table.columns.keys()].filter((column) => !plan.columns.includes(column));
    this.#out = new Outgoing(this.#table.columns.map((column) => column.type));
    this.#pace = new Pace(session.core.clock);
    if (this.#options.header) this.#line = -1;
  }

  #newRow(): Datum[] {
    return this.#table.columns.map((): Datum => null);
  }

  async data(chunk: Uint8Array): Promise<void> {
    if (this.#options.format === 'binary') await this.#readBinary(chunk);
    else {
      let text: string;
      try {
        text = this.#decoder.decode(chunk, { stream: true });
      } catch (cause) {
        throw new SqlError('22021', 'invalid byte sequence for encoding "UTF8"', { cause });
      }
      this.#pending += text;
      await this.#readLines(false);
    }
  }

  async done(): Promise<string> {
    if (this.#options.format !== 'binary') await this.#readLines(true);
    else if (!this.#ended && this.#binary.length > 0) throw new SqlError('22P04', 'unexpected EOF in COPY data');
    const changes = this.#out.take().map((rows) => ({ relation: this.#table.id, rows }));
    if (changes.length > 0) await writeChanges(this.#session, changes);
    return `COPY ${this.#count}`;
  }

  async #readLines(last: boolean): Promise<void> {
    const csv = this.#options.format === 'csv';
    let start = 0;
    while (!this.#ended) {
      const end = csv ? endOfCsvRecord(this.#pending, start, this.#options) : this.#pending.indexOf('\n', start);
      if (end < 0) {
        if (!last || start >= this.#pending.length) break;
        this.#record(this.#pending.slice(start));
        start = this.#pending.length;
        break;
      }
      this.#record(this.#pending.slice(start, end).replace(/\r$/, ''));
      start = end + 1;
      if (this.#pace.row()) await this.#pace.rest();
    }
    this.#pending = this.#pending.slice(start);
  }

  #record(text: string): void {
    if (this.#line++ === -1) return; // the header
    if (text === '\\.') {
      this.#ended = true;
      return;
    }
    const fields = this.#options.format === 'csv' ? csvFields(text, this.#options) : textFields(text, this.#options);
    if (fields.length < this.#columns.length) {
      throw new SqlError('22P04', `missing data for column "${this.#table.columns[this.#columns[fields.length]!]!.name}"`);
    }
    if (fields.length > this.#columns.length) throw new SqlError('22P04', 'extra data after last expected column');
    const row = this.#newRow();
    fields.forEach((field, i) => {
      const at = this.#columns[i]!;
      const { type } = this.#table.columns[at]!;
      row[at] = field === null ? null : codecOf(type.oid).parse(field, this.#session.text, type.typmod);
    });
    this.#take(row);
  }

  #take(row: Datum[]): void {
    this.#rows.fill(row, this.#missing);
    this.#rows.finish(row);
    this.#out.append(row, 1);
    this.#count++;
  }

  async #readBinary(chunk: Uint8Array): Promise<void> {
    this.#binary = Buffer.concat([this.#binary, chunk]);
    let at = 0;
    if (!this.#binaryStarted) {
      if (this.#binary.length < 19) return;
      if (!this.#binary.subarray(0, 11).equals(binaryHeader.subarray(0, 11))) throw new SqlError('22P04', 'COPY file signature not recognized');
      const extension = this.#binary.readInt32BE(15);
      if (this.#binary.length < 19 + extension) return;
      at = 19 + extension;
      this.#binaryStarted = true;
    }
    for (;;) {
      const next = this.#binaryRow(at);
      if (next < 0) break;
      at = next;
      if (this.#pace.row()) await this.#pace.rest();
    }
    this.#binary = this.#binary.subarray(at);
  }

  /** Reads the row at `at`; where the next one begins, or -1 where the row is not all there. */
  #binaryRow(at: number): number {
    const bytes = this.#binary;
    if (this.#ended || bytes.length < at + 2) return -1;
    const count = bytes.readInt16BE(at);
    if (count === -1) {
      this.#ended = true;
      return -1;
    }
    if (count !== this.#columns.length) throw new SqlError('22P04', `row field count is ${count}, expected ${this.#columns.length}`);
    let next = at + 2;
    const row = this.#newRow();
    for (const column of this.#columns) {
      if (bytes.length < next + 4) return -1;
      const length = bytes.readInt32BE(next);
      next += 4;
      if (length < 0) {
        row[column] = null;
        continue;
      }
      if (bytes.length < next + length) return -1;
      row[column] = wireCodecOf(this.#table.columns[column]!.type.oid).decode(new Uint8Array(bytes.subarray(next, next + length)));
      next += length;
    }
    this.#take(row);
    return next;
  }
}

function textFields(line: string, options: CopyOptions): (string | null)[] {
  const fields: (string | null)[] = [];
  let raw = '';
  let value = '';
  const close = (): void => {
    fields.push(raw === options.nullText ? null : value);
    raw = value = '';
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === options.delimiter) {
      close();
      continue;
    }
    raw += c;
    if (c !== '\\' || i + 1 === line.length) {
      value += c;
      continue;
    }
    const next = line[++i]!;
    raw += next;
    const octal = /^[0-7]{1,3}/.exec(line.slice(i))?.[0];
    const hex = next === 'x' ? /^[0-9a-fA-F]{1,2}/.exec(line.slice(i + 1))?.[0] : undefined;
    if (octal !== undefined) {
      value += String.fromCharCode(parseInt(octal, 8) & 0xff);
      raw += octal.slice(1);
      i += octal.length - 1;
    } else if (hex !== undefined) {
      value += String.fromCharCode(parseInt(hex, 16));
      raw += hex;
      i += hex.length;
    } else value += unescapes[next] ?? next;
  }
  close();
  return fields;
}

/** Where the record that begins at `start` ends: the line feed outside quotes, or -1. */
function endOfCsvRecord(text: string, start: number, options: CopyOptions): number {
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === options.escape && options.escape !== options.quote && text[i + 1] === options.quote) i++;
    else if (c === options.quote) quoted = !quoted;
    else if (c === '\n' && !quoted) return i;
  }
  return -1;
}

function csvFields(line: string, options: CopyOptions): (string | null)[] {
  const { delimiter, quote, escape, nullText } = options;
  const fields: (string | null)[] = [];
  let value = '';
  let wasQuoted = false;
  let quoted = false;
  const close = (): void => {
    fields.push(!wasQuoted && value === nullText ? null : value);
    value = '';
    wasQuoted = false;
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quoted) {
      if (c === escape && (line[i + 1] === quote || line[i + 1] === escape)) value += line[++i]!;
      else if (c === quote) quoted = false;
      else value += c;
    } else if (c === quote) quoted = wasQuoted = true;
    else if (c === delimiter) close();
    else value += c;
  }
  if (quoted) throw new SqlError('22P04', 'unterminated CSV quoted field');
  close();
  return fields;
}
